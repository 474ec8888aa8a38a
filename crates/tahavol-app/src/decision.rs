//! One decision: permit, decide, stamp, and write down what follows as lines.

use tahavol_domain::aggregate::{Basis, State};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::fact::{EncodeError, Envelope, Fact, encode, event_id};
use tahavol_domain::policy::permit;
use tahavol_domain::programme::event::Charter;
use tahavol_domain::values::{ActorId, Office, ProgrammeId, Sha256};
use tahavol_domain::{Command, Context, Event, Refusal, Rule, programme};
use tahavol_ledger::NewEvent;
use tahavol_projections::Snapshot;

use crate::error::HandleError;
use crate::evidence::{EvidenceStore, StoredEvidence, referred};
use crate::order::Order;
use crate::streams::Folded;

/// What a decision looks at besides the order and its stream.
pub(crate) struct Given<'a> {
    pub(crate) digest: Sha256,
    pub(crate) basis: &'a Snapshot,
    pub(crate) now: Instant,
    pub(crate) named_administrator: Option<&'a ActorId>,
    /// The only programme that may be founded, where one is named.
    pub(crate) named_programme: Option<ProgrammeId>,
    /// For each file that the command refers to, what the store has.
    pub(crate) stored: &'a [Option<StoredEvidence>],
}

/// The facts that the order amounts to, each with its line; none when it is already so.
pub(crate) fn decide(order: &Order, folded: &Folded, given: &Given<'_>) -> Result<Vec<(Fact, NewEvent)>, Refusal> {
    let basis = given.basis;
    let office = permitted(order, given)?;
    evidence_is_there(order, given)?;
    let decided = decided(order, &folded.state, &office, given)?;
    let stream = order.stream.to_string();
    let programme = programme_of(order, basis)?;
    if let Some(named) = given.named_programme.filter(|named| *named != programme) {
        return Err(Refusal::at(Rule::OtherProgramme, "programme").with("programme", named.0));
    }
    let first = folded.revision.map_or(0, |revision| revision + 1);
    let facts = decided.into_iter().enumerate().map(|(index, (event, effective_on))| Fact {
        envelope: Envelope {
            id: event_id(order.command_id, &stream, index),
            programme,
            stream: stream.clone(),
            time: given.now,
            effective_on,
            revision: first + index as u64,
            actor: order.actor.id.clone(),
            actor_name: order.actor.name.clone(),
            office: office.clone(),
            command_id: order.command_id,
            command_digest: given.digest,
            correlation_id: order.correlation_id,
            causation_id: order.causation_id,
            reason: order.reason.clone(),
            origin: order.origin.clone(),
            basis: basis.position,
        },
        event,
    });
    facts.map(with_line).collect()
}

/// As what the actor may ask it today.
pub(crate) fn permitted(order: &Order, given: &Given<'_>) -> Result<Office, Refusal> {
    let offices = given.basis.offices(&order.actor.id, today(order, given));
    let Order { command, stream, actor, import, within, .. } = order;
    permit(command, stream, actor, &offices, *import, within, given.basis, given.named_administrator)
}

/// What the stream answers, whether or not the files are there that the command refers to.
pub(crate) fn decided(order: &Order, state: &State, office: &Office, given: &Given<'_>) -> Result<Vec<(Event, Option<Date>)>, Refusal> {
    let context = Context {
        stream: &order.stream,
        now: given.now,
        today: today(order, given),
        actor: &order.actor,
        office,
        effective_on: order.effective_on,
        reason: order.reason.as_deref(),
        named_administrator: given.named_administrator,
        basis: given.basis,
        taken_again: false,
    };
    state.decide(&order.command, &context)
}

fn today(order: &Order, given: &Given<'_>) -> Date {
    given.now.date_in(&zone(order, given.basis))
}

/// The digest of what is asked; a number that the line could not tell exactly is refused here already.
pub(crate) fn digest(order: &Order) -> Result<Sha256, Refusal> {
    order.digest().map_err(|error| unwritable(&error))
}

/// Asks the store for every file that the command refers to.
pub(crate) async fn look_up(order: &Order, store: &dyn EvidenceStore) -> Result<Vec<Option<StoredEvidence>>, HandleError> {
    let mut stored = Vec::new();
    for evidence in referred(&order.command) {
        let file = store.find(evidence.digest).await;
        stored.push(file.map_err(|error| HandleError::Unavailable { retry: true, what: error.to_string() })?);
    }
    Ok(stored)
}

fn evidence_is_there(order: &Order, given: &Given<'_>) -> Result<(), Refusal> {
    for (evidence, stored) in referred(&order.command).iter().zip(given.stored) {
        let refused = |rule| Err(Refusal::at(rule, "evidence").with("digest", evidence.digest).with("title", &evidence.title));
        if given.basis.evidence(evidence.digest).destroyed {
            return refused(Rule::EvidenceDestroyed);
        }
        match stored {
            None => return refused(Rule::EvidenceMissing),
            Some(file) if file.size != evidence.size || file.media_type != evidence.media_type => return refused(Rule::EvidenceInvalid),
            Some(_) => {}
        }
    }
    Ok(())
}

fn with_line(fact: Fact) -> Result<(Fact, NewEvent), Refusal> {
    let line = encode(&fact).map_err(|error| unwritable(&error))?;
    let event = NewEvent { id: fact.envelope.id.0, event_type: fact.event.event_type().to_owned(), line: line.into() };
    Ok((fact, event))
}

fn unwritable(error: &EncodeError) -> Refusal {
    match error {
        EncodeError::TooLong { bytes } => Refusal::new(Rule::LineTooLong).with("bytes", bytes),
        // The only numbers of a command that can be this large are visits and cases of a station.
        EncodeError::Number => Refusal::new(Rule::VolumeTooLarge),
    }
}

/// The charter is stamped in the zone that it sets.
fn zone(order: &Order, basis: &Snapshot) -> TimeZone {
    chartering(order).map_or_else(|| basis.time_zone(), |charter| charter.time_zone.clone())
}

fn programme_of(order: &Order, basis: &Snapshot) -> Result<ProgrammeId, Refusal> {
    match (chartering(order), basis.programme()) {
        (Some(charter), _) => Ok(charter.programme),
        (None, Some(programme)) => Ok(programme),
        (None, None) => Err(Refusal::new(Rule::NotChartered)),
    }
}

/// The charter that the order brings, if it does.
pub(crate) fn chartering(order: &Order) -> Option<&Charter> {
    match &order.command {
        Command::Programme(programme::Command::Charter(charter)) => Some(charter),
        Command::Programme(_)
        | Command::Commission(_)
        | Command::Initiative(_)
        | Command::Milestone(_)
        | Command::Station(_)
        | Command::Indicator(_) => None,
    }
}
