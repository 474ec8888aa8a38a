//! The fold: one fact after another into the snapshot. What does not fit stops it; nothing is skipped.

mod commission;
mod indicator;
mod initiative;
mod milestone;
mod programme;
mod station;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::values::{ActorId, Evidence, Office, Person};
use tahavol_domain::{Envelope, Event, Fact, Stream};

use crate::Snapshot;
use crate::rows::{EvidenceRow, Official, Stamp, Tenure};

/// A fact that does not follow from those before it. Whoever folds stops there and tells the position; the snapshot stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event at position {position} does not fit: {what}")]
pub struct ApplyError {
    pub position: u64,
    pub what: String,
}

impl Snapshot {
    /// Takes in the next fact. Whether a stream's revisions have gaps is for the reader of the ledger to see.
    ///
    /// # Errors
    /// When the position is not the next one, or the fact speaks of something that the facts before it do not know.
    pub fn apply(&mut self, fact: &Fact, position: u64) -> Result<(), ApplyError> {
        let said = Said { envelope: &fact.envelope, position };
        let next = self.position.map_or(0, |position| position + 1);
        if position != next {
            return Err(said.misfit(format!("the next position is {next}")));
        }
        said.check_programme(self, &fact.event)?;
        let stream = said.envelope.stream.parse::<Stream>().map_err(|error| said.misfit(error.to_string()))?;
        match (&fact.event, &stream) {
            (Event::Milestone(event), Stream::Milestone(id)) => milestone::apply(self, *id, event, said)?,
            (Event::Station(event), Stream::Station(code)) => station::apply(self, code, event, said)?,
            (Event::Indicator(event), Stream::Indicator(code)) => indicator::apply(self, code, event, said)?,
            (Event::Initiative(event), Stream::Initiative(id)) => initiative::apply(self, *id, event, said)?,
            (Event::Commission(event), Stream::Commission(slug)) => commission::apply(self, slug, event, said)?,
            (Event::Programme(event), Stream::Programme(_)) => programme::apply(self, event, said)?,
            (
                Event::Milestone(_)
                | Event::Station(_)
                | Event::Indicator(_)
                | Event::Initiative(_)
                | Event::Commission(_)
                | Event::Programme(_),
                stream,
            ) => return Err(said.misfit(format!("{} cannot lie in {stream}", fact.event.event_type()))),
        }
        self.note_undecided(&fact.event, &stream);
        self.position = Some(position);
        self.recorded_at = Some(said.envelope.time);
        self.recorded_max = self.recorded_max.max(Some(said.envelope.time));
        Ok(())
    }

    /// Remembers that the fact refers to these files.
    fn refer_to(&mut self, evidence: &[Evidence], said: Said<'_>) {
        for file in evidence {
            let row = self.evidence.entry(file.digest).or_insert_with(|| Arc::new(EvidenceRow::of(file.clone())));
            let row = Arc::make_mut(row);
            if row.referred_by.is_empty() {
                row.evidence = file.clone();
            }
            // One payload may name a file twice.
            if row.referred_by.last() != Some(&said.envelope.id) {
                row.referred_by.push_back(said.envelope.id);
            }
        }
    }

    fn appoint(&mut self, person: &Person, office: Office, said: Said<'_>) {
        let official = self.officials.entry(person.id.clone()).or_insert_with(|| Arc::new(Official::of(person.clone())));
        let official = Arc::make_mut(official);
        official.person.clone_from(person);
        official.tenures.push_back(Tenure { office, appointed: said.stamp(), released: None });
    }

    /// Ends what is held of the office. It may have ended already: programme and commission both release.
    fn release(&mut self, actor: &ActorId, office: &Office, said: Said<'_>) -> Result<(), ApplyError> {
        let official = self.officials.get_mut(actor).map(Arc::make_mut).ok_or_else(|| said.unknown("official", &actor.0))?;
        for tenure in official.tenures.iter_mut().filter(|tenure| tenure.office == *office && tenure.released.is_none()) {
            tenure.released = Some(said.stamp());
        }
        official.release_proposed.remove(office);
        Ok(())
    }
}

impl EvidenceRow {
    fn of(evidence: Evidence) -> EvidenceRow {
        EvidenceRow { evidence, referred_by: imbl::Vector::new(), destroyed: None }
    }
}

impl Official {
    fn of(person: Person) -> Official {
        Official { person, tenures: imbl::Vector::new(), release_proposed: imbl::OrdMap::new() }
    }
}

/// The envelope of the fact at hand, and where it lies.
#[derive(Clone, Copy)]
struct Said<'a> {
    envelope: &'a Envelope,
    position: u64,
}

impl Said<'_> {
    fn stamp(self) -> Stamp {
        let said = self.envelope;
        Stamp {
            position: self.position,
            event: said.id,
            at: said.time,
            by: Person { id: said.actor.clone(), name: said.actor_name.clone() },
            office: said.office.clone(),
            effective_on: said.effective_on,
            reason: said.reason.clone(),
        }
    }

    /// The day of a dated fact.
    fn day(self) -> Result<Date, ApplyError> {
        self.envelope.effective_on.ok_or_else(|| self.misfit("a dated fact without an effective date".to_owned()))
    }

    fn misfit(self, what: String) -> ApplyError {
        ApplyError { position: self.position, what }
    }

    fn unknown(self, thing: &str, id: impl std::fmt::Display) -> ApplyError {
        self.misfit(format!("unknown {thing} {id}"))
    }

    fn twice(self, thing: &str, id: impl std::fmt::Display) -> ApplyError {
        self.misfit(format!("{thing} {id} is there already"))
    }

    /// The first fact is the charter, and all others are of its programme.
    fn check_programme(self, snapshot: &Snapshot, event: &Event) -> Result<(), ApplyError> {
        let charter = match event {
            Event::Programme(tahavol_domain::programme::Event::Chartered(charter)) => Some(charter.programme),
            Event::Programme(_)
            | Event::Commission(_)
            | Event::Initiative(_)
            | Event::Milestone(_)
            | Event::Station(_)
            | Event::Indicator(_) => None,
        };
        match (&snapshot.programme, charter) {
            (None, Some(id)) if id == self.envelope.programme => Ok(()),
            (Some(row), None) if row.id == self.envelope.programme => Ok(()),
            (None, Some(_)) | (Some(_), None) => Err(self.misfit(format!("of another programme, {}", self.envelope.programme.0))),
            (None, None) => Err(self.misfit("before the charter".to_owned())),
            (Some(row), Some(_)) => Err(self.twice("programme", row.id.0)),
        }
    }
}
