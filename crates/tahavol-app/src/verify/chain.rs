//! From line to line: revisions without gaps, ids that follow from commands and are used once, one programme, a basis that lies before.

use std::collections::{HashMap, HashSet};

use tahavol_domain::fact::{Fact, event_id};
use tahavol_domain::values::{EventId, ProgrammeId};
use uuid::Uuid;

use super::fault::{Fault, Kind, Said};

/// What has to be right between this line and others.
pub(super) struct Link {
    position: u64,
    stream: String,
    revision: u64,
    id: EventId,
    command: Uuid,
    programme: ProgrammeId,
    basis: Option<u64>,
}

impl Link {
    pub(super) fn of(position: u64, fact: Fact) -> Self {
        let said = fact.envelope;
        Link {
            position,
            stream: said.stream,
            revision: said.revision,
            id: said.id,
            command: said.command_id,
            programme: said.programme,
            basis: said.basis,
        }
    }
}

#[derive(Default)]
pub(super) struct Chain {
    events: u64,
    programme: Option<ProgrammeId>,
    revisions: HashMap<String, u64>,
    ids: HashSet<EventId>,
    /// The command and stream of the line before, and how many events it had made.
    running: Option<(Uuid, String, usize)>,
    /// Each position that a decision looked at, with the last decision that did.
    bases: HashMap<u64, u64>,
    /// The first thing that does not hold.
    wrong: Option<Fault>,
}

impl Chain {
    /// The fault of a line that is none of this program's events is the first as well.
    pub(super) fn follow(&mut self, link: Result<Link, Fault>) {
        if self.wrong.is_some() {
            return;
        }
        match link.and_then(|link| self.check(link)) {
            Ok(()) => self.events += 1,
            Err(fault) => self.wrong = Some(fault),
        }
    }

    fn check(&mut self, link: Link) -> Result<(), Fault> {
        let Link { position, stream, revision, id, command, programme, basis } = link;
        let gap = |key, args: Vec<(&'static str, String)>| Err(Fault::at(Kind::Gap, position, key, args));
        if *self.programme.get_or_insert(programme) != programme {
            return gap("verify-source", vec![("found", programme.0.to_string())]);
        }
        let due = self.revisions.get(&stream).map_or(0, |last| last + 1);
        if revision != due {
            return gap("verify-revision", vec![("stream", stream), ("found", revision.to_string()), ("due", due.to_string())]);
        }
        let index = match &self.running {
            Some((running, on, made)) if *running == command && *on == stream => *made,
            Some(_) | None => 0,
        };
        if event_id(command, &stream, index) != id {
            return gap("verify-id", vec![("found", id.0.to_string())]);
        }
        if !self.ids.insert(id) {
            return gap("verify-id-twice", vec![("found", id.0.to_string())]);
        }
        if let Some(basis) = basis {
            if basis >= position {
                return gap("verify-basis", vec![("found", basis.to_string())]);
            }
            self.bases.insert(basis, position);
        }
        self.revisions.insert(stream.clone(), revision);
        self.running = Some((command, stream, index + 1));
        Ok(())
    }

    pub(super) fn verdict(&self, claimed: Option<ProgrammeId>) -> Result<Said, Fault> {
        if let Some(fault) = &self.wrong {
            return Err(fault.clone());
        }
        if let (Some(claimed), Some(found)) = (claimed, self.programme)
            && claimed != found
        {
            let args = [("claimed", claimed.0.to_string()), ("found", found.0.to_string())];
            return Err(Fault::new(Kind::Gap, "verify-programme", args));
        }
        let args = [("events", self.events.to_string()), ("streams", self.revisions.len().to_string())];
        Ok(Said::new("verify-chain", args))
    }

    pub(super) fn bases(&self) -> &HashMap<u64, u64> {
        &self.bases
    }
}
