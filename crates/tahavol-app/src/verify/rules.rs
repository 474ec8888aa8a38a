//! Every decision taken again: the same command, the stream before it, the snapshot at its basis, and the same answer.
//!
//! What cannot be taken again, because no line keeps it: whether the evidence store had the file (that it was not destroyed is
//! checked), whether the configuration named the administrator of the charter (the charter's word is taken), and whether the
//! clock was right.

use std::collections::HashMap;

use tahavol_domain::aggregate::State;
use tahavol_domain::calendar::TimeZone;
use tahavol_domain::fact::{Fact, decode};
use tahavol_domain::policy::{Within, permit};
use tahavol_domain::values::{ActorId, Person};
use tahavol_domain::{Basis, Command, Context, Refusal, Rule, Stream, programme};
use tahavol_projections::Snapshot;

use super::Watch;
use super::asked::{asked, given_day, import};
use super::batch::{Batch, in_order};
use super::fault::{Fault, Kind};
use super::report::Step;
use super::source::Source;
use crate::evidence::referred;

/// Folds the first `until` lines from nothing; each decision is taken again before its event is folded. Answers the snapshot, and
/// how many decisions there were.
pub(super) fn replay(source: &dyn Source, until: u64, bases: &HashMap<u64, u64>, watch: &Watch<'_>) -> Result<(Snapshot, u64), Fault> {
    let mut again = Again::new(bases);
    let of = source.lines().min(until);
    let read = |batch: &Batch| -> Vec<Result<Fact, Fault>> {
        let form = |at: u64| move |error| Fault::at(Kind::Schema, at, "verify-event-form", [("what", format!("{error}"))]);
        (0..batch.len()).map(|index| decode(batch.line(index)).map_err(form(batch.first + index as u64))).collect()
    };
    let mut position = 0;
    in_order(source, false, &read, &mut |facts| {
        for fact in facts {
            if position >= until {
                return Ok(());
            }
            again.follow(position, &fact?)?;
            position += 1;
        }
        watch(Step::Rules, position, of);
        Ok(())
    })?;
    Ok((again.snapshot, position))
}

struct Again<'b> {
    /// Each position that a decision looked at, with the last decision that did.
    bases: &'b HashMap<u64, u64>,
    snapshot: Snapshot,
    nothing: Snapshot,
    /// Pictures that later decisions look at.
    kept: HashMap<u64, Snapshot>,
    streams: HashMap<String, (Stream, State)>,
}

impl<'b> Again<'b> {
    fn new(bases: &'b HashMap<u64, u64>) -> Self {
        Again { bases, snapshot: Snapshot::default(), nothing: Snapshot::default(), kept: HashMap::new(), streams: HashMap::new() }
    }

    fn follow(&mut self, position: u64, fact: &Fact) -> Result<(), Fault> {
        self.decide(position, fact)?;
        let said = &fact.envelope;
        if let Some((_, state)) = self.streams.get_mut(&said.stream) {
            let stream_state = std::mem::replace(state, State::Station(Default::default()));
            *state = stream_state.evolve(&fact.event, said);
        }
        let unfit = |error| Fault::at(Kind::Schema, position, "verify-event-unfit", [("what", format!("{error}"))]);
        self.snapshot.apply(fact, position).map_err(unfit)?;
        // The very next decision finds the picture where it is.
        if self.bases.get(&position).is_some_and(|last| *last > position + 1) {
            self.kept.insert(position, self.snapshot.clone());
        }
        if let Some(basis) = said.basis
            && self.bases.get(&basis) == Some(&position)
        {
            self.kept.remove(&basis);
        }
        Ok(())
    }

    fn decide(&mut self, position: u64, fact: &Fact) -> Result<(), Fault> {
        let said = &fact.envelope;
        if !self.streams.contains_key(&said.stream) {
            let named = |_| Fault::at(Kind::Schema, position, "verify-stream", [("stream", said.stream.clone())]);
            let stream: Stream = said.stream.parse().map_err(named)?;
            let empty = State::empty(&stream);
            self.streams.insert(said.stream.clone(), (stream, empty));
        }
        let (stream, state) = &self.streams[&said.stream];
        let basis = match said.basis {
            None => &self.nothing,
            Some(basis) if basis + 1 == position => &self.snapshot,
            Some(basis) => {
                self.kept.get(&basis).ok_or_else(|| Fault::at(Kind::Gap, position, "verify-basis", [("found", basis.to_string())]))?
            }
        };
        decide(position, fact, stream, state, basis)
    }
}

fn decide(position: u64, fact: &Fact, stream: &Stream, state: &State, basis: &Snapshot) -> Result<(), Fault> {
    let said = &fact.envelope;
    let event_type = || ("type", fact.event.event_type().to_owned());
    let refused = |refusal: Refusal| {
        let mut fault = Fault::at(Kind::Rule, position, "verify-refused", [event_type(), ("rule", refusal.rule.code().to_owned())]);
        fault.said.refusal = Some(Box::new(refusal));
        fault
    };
    let other = |what: &str| Fault::at(Kind::Rule, position, "verify-decided-otherwise", [event_type(), ("what", what.to_owned())]);
    let command = asked(&fact.event);
    let actor = Person { id: said.actor.clone(), name: said.actor_name.clone() };
    let named = named_administrator(&command);
    let today = said.time.date_in(&zone(&command, basis));
    let offices = basis.offices(&actor.id, today);
    let office = permit(&command, stream, &actor, &offices, import(said), &Within::default(), basis, named).map_err(refused)?;
    if office != said.office {
        return Err(other(&office.to_string()));
    }
    if let Some(file) = referred(&command).iter().find(|file| basis.evidence(file.digest).destroyed) {
        return Err(refused(Refusal::at(Rule::EvidenceDestroyed, "evidence").with("digest", file.digest).with("title", &file.title)));
    }
    let context = Context {
        stream,
        now: said.time,
        today,
        actor: &actor,
        office: &office,
        effective_on: given_day(&fact.event, said),
        reason: said.reason.as_deref(),
        named_administrator: named,
        basis,
        taken_again: true,
    };
    let decided = state.decide(&command, &context).map_err(refused)?;
    match decided.as_slice() {
        [(event, day)] if *event == fact.event && *day == said.effective_on => Ok(()),
        [(event, _)] if *event == fact.event => Err(other("effectiveon")),
        [(event, _)] => Err(other(event.event_type())),
        [] => Err(other("-")),
        [_, _, ..] => Err(other("+")),
    }
}

/// Before anybody holds an office, the charter itself says whom the configuration names.
fn named_administrator(command: &Command) -> Option<&ActorId> {
    match command {
        Command::Programme(programme::Command::Charter(charter)) => Some(&charter.administrator.id),
        Command::Programme(_)
        | Command::Commission(_)
        | Command::Initiative(_)
        | Command::Milestone(_)
        | Command::Station(_)
        | Command::Indicator(_) => None,
    }
}

fn zone(command: &Command, basis: &Snapshot) -> TimeZone {
    match command {
        Command::Programme(programme::Command::Charter(charter)) => charter.time_zone.clone(),
        Command::Programme(_)
        | Command::Commission(_)
        | Command::Initiative(_)
        | Command::Milestone(_)
        | Command::Station(_)
        | Command::Indicator(_) => basis.time_zone(),
    }
}
