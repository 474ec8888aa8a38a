//! What mutations answer: the thing as it now is, where its events lie, or why nothing was recorded.

use async_graphql::{Context, Error, Object, SimpleObject};
use tahavol_app::{Outcome, RecordedFact};
use tahavol_domain::Stream;
use tahavol_domain::fact::Fact;

use crate::commission::Commission;
use crate::errors::UserError;
use crate::indicator::Indicator;
use crate::initiative::Initiative;
use crate::ledger::Event;
use crate::meta::Meta;
use crate::milestone::Milestone;
use crate::programme::Programme;
use crate::request::{View, app};
use crate::scalars::{Date, Instant, Position, Revision, Uuid};
use crate::station::Station;

/// What came of a command, before it is told.
pub(crate) struct Handled {
    view: View,
    stream: Option<Stream>,
    answer: Answer,
}

/// What every payload tells beside its thing.
pub(crate) struct Answer {
    view: View,
    position: Option<u64>,
    revision: Option<u64>,
    events: Vec<RecordedFact>,
    recorded: bool,
    visible: bool,
    replayed: bool,
    conflict: Option<(Option<u64>, Option<u64>, Vec<Fact>)>,
    errors: Vec<UserError>,
}

impl Handled {
    pub(crate) fn done(view: View, stream: Stream, outcome: Outcome) -> Self {
        let answer = Answer {
            view: view.clone(),
            position: outcome.position,
            revision: outcome.revision,
            recorded: !outcome.events.is_empty(),
            events: outcome.events,
            visible: outcome.visible,
            replayed: outcome.replayed,
            conflict: None,
            errors: Vec::new(),
        };
        Handled { view, stream: Some(stream), answer }
    }

    pub(crate) fn refused(view: View, error: UserError) -> Self {
        let answer = Answer {
            view: view.clone(),
            position: None,
            revision: None,
            events: Vec::new(),
            recorded: false,
            visible: true,
            replayed: false,
            conflict: None,
            errors: vec![error],
        };
        Handled { view, stream: None, answer }
    }

    pub(crate) fn conflict(view: View, stream: Stream, error: UserError, conflict: (Option<u64>, Option<u64>, Vec<Fact>)) -> Self {
        let mut handled = Handled::refused(view, error).of(stream);
        handled.answer.conflict = Some(conflict);
        handled
    }

    /// A refusal that names its stream tells the thing as it is.
    pub(crate) fn of(mut self, stream: Stream) -> Self {
        self.stream = Some(stream);
        self
    }
}

/// What every payload tells beside its thing.
#[Object]
impl Answer {
    /// Of the last event that was recorded; null when nothing was. `minPosition` of a query waits for it.
    async fn position(&self) -> Option<Position> {
        self.position.map(Position::at)
    }

    /// Of the stream's last event; what `expectedRevision` of the next command takes.
    async fn revision(&self) -> Option<Revision> {
        self.revision.map(Revision::at)
    }

    /// What was recorded.
    async fn events(&self) -> Vec<Event> {
        self.events.iter().cloned().map(Event).collect()
    }

    /// Nothing was recorded because it was already so.
    async fn already_so(&self) -> bool {
        !self.recorded && self.errors.is_empty()
    }

    /// False: recorded, but the live picture does not contain it yet.
    async fn visible(&self) -> bool {
        self.visible
    }

    /// Answered from an earlier try of the same command.
    async fn replayed(&self) -> bool {
        self.replayed
    }

    /// Where somebody wrote meanwhile.
    async fn conflict(&self) -> Option<Conflict> {
        self.conflict.as_ref().map(|(expected, actual, events)| Conflict {
            expected: expected.map(Revision::at),
            actual: actual.map(Revision::at),
            events: events.iter().map(Meanwhile::of).collect(),
        })
    }

    /// Empty when the command was done. Otherwise nothing was recorded.
    async fn errors(&self) -> &[UserError] {
        &self.errors
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(app(ctx)?, &self.view.snapshot))
    }
}

/// The stream is not where the caller last saw it.
#[derive(SimpleObject)]
pub(crate) struct Conflict {
    expected: Option<Revision>,
    actual: Option<Revision>,
    /// What happened meanwhile.
    events: Vec<Meanwhile>,
}

/// An event that another command recorded first.
#[derive(SimpleObject)]
pub(crate) struct Meanwhile {
    uuid: Uuid,
    #[graphql(name = "type")]
    event_type: &'static str,
    revision: Revision,
    recorded_at: Instant,
    effective_on: Option<Date>,
    by: crate::act::Person,
    office: String,
    reason: Option<String>,
    data: async_graphql::Json<serde_json::Value>,
}

impl Meanwhile {
    fn of(fact: &Fact) -> Self {
        let said = &fact.envelope;
        Meanwhile {
            uuid: said.id.0.into(),
            event_type: fact.event.event_type(),
            revision: Revision::at(said.revision),
            recorded_at: said.time.into(),
            effective_on: said.effective_on.map(Into::into),
            by: (&tahavol_domain::values::Person { id: said.actor.clone(), name: said.actor_name.clone() }).into(),
            office: said.office.to_string(),
            reason: said.reason.clone(),
            data: async_graphql::Json(fact.event.data()),
        }
    }
}

/// What a command on the programme answers.
#[derive(SimpleObject)]
pub(crate) struct ProgrammePayload {
    /// As it is now; null before the charter.
    programme: Option<Programme>,
    #[graphql(flatten)]
    answer: Answer,
}

/// What a command on a commission answers.
#[derive(SimpleObject)]
pub(crate) struct CommissionPayload {
    /// As it is now; null where there is none.
    commission: Option<Commission>,
    #[graphql(flatten)]
    answer: Answer,
}

/// What a command on an initiative answers.
#[derive(SimpleObject)]
pub(crate) struct InitiativePayload {
    /// As it is now; null where there is none.
    initiative: Option<Initiative>,
    #[graphql(flatten)]
    answer: Answer,
}

/// What a command on a milestone answers.
#[derive(SimpleObject)]
pub(crate) struct MilestonePayload {
    /// As it is now; null where there is none.
    milestone: Option<Milestone>,
    #[graphql(flatten)]
    answer: Answer,
}

/// What a command on a station answers.
#[derive(SimpleObject)]
pub(crate) struct StationPayload {
    /// As it is now; null where there is none.
    station: Option<Station>,
    #[graphql(flatten)]
    answer: Answer,
}

/// What a command on an indicator answers.
#[derive(SimpleObject)]
pub(crate) struct IndicatorPayload {
    /// As it is now; null where there is none.
    indicator: Option<Indicator>,
    #[graphql(flatten)]
    answer: Answer,
}

impl From<Handled> for ProgrammePayload {
    fn from(handled: Handled) -> Self {
        ProgrammePayload { programme: Programme::of(&handled.view), answer: handled.answer }
    }
}

impl From<Handled> for CommissionPayload {
    fn from(handled: Handled) -> Self {
        let commission = match &handled.stream {
            Some(Stream::Commission(slug)) => Commission::find(&handled.view, slug),
            Some(_) | None => None,
        };
        CommissionPayload { commission, answer: handled.answer }
    }
}

impl From<Handled> for InitiativePayload {
    fn from(handled: Handled) -> Self {
        let initiative = match &handled.stream {
            Some(Stream::Initiative(id)) => Initiative::find(&handled.view, *id),
            Some(_) | None => None,
        };
        InitiativePayload { initiative, answer: handled.answer }
    }
}

impl From<Handled> for MilestonePayload {
    fn from(handled: Handled) -> Self {
        let milestone = match &handled.stream {
            Some(Stream::Milestone(id)) => Milestone::find(&handled.view, *id),
            Some(_) | None => None,
        };
        MilestonePayload { milestone, answer: handled.answer }
    }
}

impl From<Handled> for StationPayload {
    fn from(handled: Handled) -> Self {
        let station = match &handled.stream {
            Some(Stream::Station(code)) => Station::find(&handled.view, code),
            Some(_) | None => None,
        };
        StationPayload { station, answer: handled.answer }
    }
}

impl From<Handled> for IndicatorPayload {
    fn from(handled: Handled) -> Self {
        let indicator = match &handled.stream {
            Some(Stream::Indicator(code)) => Indicator::find(&handled.view, code),
            Some(_) | None => None,
        };
        IndicatorPayload { indicator, answer: handled.answer }
    }
}
