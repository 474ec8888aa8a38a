//! What somebody can do now: a command rehearsed on the stream it would go to, with nothing recorded and nobody told.
//!
//! Each command is tried with the least that it can say, or with what waits for it, so that permission, the bounds of a token, the
//! phase of the thing and who had a part in it answer as they would. What is wrong with the words of a command, only the command
//! itself can show.

mod doing;
mod governing;
mod tries;

use tahavol_domain::aggregate::State;
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::values::{
    ActorId, CommissionSlug, EventId, IndicatorCode, InitiativeId, MilestoneId, Person, ProgrammeId, ProvinceCode, Sha256, StationCode,
};
use tahavol_domain::{Command, Kind, Refusal, Rule, Stream, indicator, initiative, milestone, station};
use tahavol_projections::Snapshot;
use uuid::Uuid;

use crate::app::Tahavol;
use crate::decision::{self, Given};
use crate::error::HandleError;
use crate::order::Order;

/// Stands for words that nobody has written yet.
const SOMETHING: &str = "…";

/// What a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Programme,
    Official(ActorId),
    Delegation(Uuid),
    Review(Uuid),
    Evidence(Sha256),
    Commission(CommissionSlug),
    Initiative(InitiativeId),
    Risk(InitiativeId, Uuid),
    Milestone(MilestoneId),
    Province(ProvinceCode),
    Station(StationCode),
    Indicator(IndicatorCode),
    /// By the event that recorded it or last corrected it.
    Measurement(IndicatorCode, EventId),
}

/// Whether a command would be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Can {
    Yes,
    /// It would record nothing: there is nothing left to do.
    AlreadySo,
    No(Refusal),
    /// The command is about things of another kind.
    NotOfThis,
}

/// A command as it could come, and where it would go.
type Try = (Stream, Command);

/// What the tries of one question are made from.
struct Desk<'a> {
    snapshot: &'a Snapshot,
    programme: ProgrammeId,
    actor: &'a ActorId,
    today: Date,
}

impl Tahavol {
    /// Whether the actor can do this now.
    ///
    /// # Errors
    /// When the stream cannot be read, or the follower stands still.
    pub async fn can(&self, actor: &Person, within: &Within, kind: Kind, subject: &Subject) -> Result<Can, HandleError> {
        self.refuse_when_stopped()?;
        let snapshot = self.snapshot();
        let now = self.clock().now();
        let programme = snapshot.programme.as_ref().map(|row| row.id);
        let desk = Desk {
            snapshot: &snapshot,
            programme: programme.unwrap_or_default(),
            actor: &actor.id,
            today: now.date_in(&snapshot.time_zone()),
        };
        let Some(tries) = desk.tries(kind, subject) else { return Ok(Can::NotOfThis) };
        if kind != Kind::ProgrammeCharter && programme.is_none() {
            return Ok(Can::No(Refusal::new(Rule::NotChartered)));
        }
        let mut answers = Vec::new();
        for (stream, command) in tries {
            let order = order(actor, within, stream, command);
            match self.rehearse(&order, &snapshot, now).await? {
                Can::Yes => return Ok(Can::Yes),
                other => answers.push(other),
            }
        }
        // Where one of several is done and the others are refused, there was something to refuse; the first tells it.
        Ok(answers.into_iter().next().unwrap_or(Can::NotOfThis))
    }

    /// Every command that is about such a thing, with whether the actor can do it now, in the order of the policy's table.
    ///
    /// # Errors
    /// As [`Tahavol::can`].
    pub async fn can_all(&self, actor: &Person, within: &Within, subject: &Subject) -> Result<Vec<(Kind, Can)>, HandleError> {
        let mut answers = Vec::new();
        for kind in Kind::ALL {
            match self.can(actor, within, kind, subject).await? {
                Can::NotOfThis => {}
                answer => answers.push((kind, answer)),
            }
        }
        Ok(answers)
    }

    /// Permission first: who may not ask does not make anybody read a stream.
    async fn rehearse(&self, order: &Order, basis: &Snapshot, now: Instant) -> Result<Can, HandleError> {
        let given = Given {
            digest: Sha256::default(),
            basis,
            now,
            named_administrator: self.named_administrator(),
            named_programme: self.named_programme(),
            stored: &[],
        };
        let office = match decision::permitted(order, &given) {
            Ok(office) => office,
            Err(refusal) => return Ok(Can::No(refusal)),
        };
        if decision::chartering(order).is_some() {
            // Whether a charter is complete is a matter of its words alone.
            return Ok(if basis.position.is_none() { Can::Yes } else { Can::No(Refusal::new(Rule::LedgerNotEmpty)) });
        }
        let decide = |state: &State| match decision::decided(order, state, &office, &given) {
            Ok(events) if events.is_empty() => Can::AlreadySo,
            Ok(_) => Can::Yes,
            Err(refusal) => Can::No(refusal),
        };
        if begins(&order.command) {
            return Ok(decide(&State::empty(&order.stream)));
        }
        let name = order.stream.to_string();
        let (mut slot, first_use) = self.streams().enter(&name).await;
        let folded = self.folded(&order.stream, &name, slot.take(), first_use, None).await;
        let answer = folded.map(|folded| {
            let answer = decide(&folded.state);
            *slot = Some(folded);
            answer
        });
        self.streams().leave(&name, slot);
        answer
    }
}

fn order(actor: &Person, within: &Within, stream: Stream, command: Command) -> Order {
    Order {
        command_id: Uuid::nil(),
        actor: actor.clone(),
        stream,
        command,
        effective_on: None,
        reason: Some(SOMETHING.to_owned()),
        expected_revision: None,
        correlation_id: None,
        causation_id: None,
        origin: String::new(),
        import: Import::No,
        within: within.clone(),
    }
}

/// Whether the command begins a stream: then the try names one that nothing lies in.
fn begins(command: &Command) -> bool {
    matches!(
        command,
        Command::Initiative(initiative::Command::Propose(_))
            | Command::Milestone(milestone::Command::Plan(_))
            | Command::Station(station::Command::Register(_))
            | Command::Indicator(indicator::Command::Define(_))
    )
}
