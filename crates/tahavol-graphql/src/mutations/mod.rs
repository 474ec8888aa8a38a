//! Commands as mutations: what all inputs and payloads share, and the one way from an input to the command path.

pub(crate) mod commission;
pub(crate) mod indicator;
pub(crate) mod initiative;
pub(crate) mod milestone;
mod payload;
pub(crate) mod programme;
pub(crate) mod station;

use std::sync::Arc;

use async_graphql::{Context, Error, InputObject};
use tahavol_app::{HandleError, Order};
use tahavol_domain::calendar;
use tahavol_domain::policy::Import;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{InitiativeId, MilestoneId, Office, ProgrammeId};
use tahavol_domain::{Command, Refusal, Rule, Stream};
use tahavol_projections::Snapshot;
use uuid::Uuid as RawUuid;

use crate::errors::{OFFICE_INVALID, UserError};
use crate::initiative::Initiative;
use crate::milestone::Milestone;
use crate::request::{View, app, caller, lang};
use crate::scalars::{Date, Revision, Typed, Uuid};

pub(crate) use payload::{
    CommissionPayload, Handled, IndicatorPayload, InitiativePayload, MilestonePayload, ProgrammePayload, StationPayload,
};

/// What every command can carry.
#[derive(InputObject)]
pub(crate) struct CommandInput {
    /// The idempotency key: the same id with the same input is the same command and is answered from its first outcome.
    command_id: Option<Uuid>,
    /// Revision of the stream's last event that the caller has seen; makes a stale write a conflict.
    expected_revision: Option<Revision>,
    /// Why; some commands ask for it.
    reason: Option<String>,
    /// The day on which it was true; by default the day on which it is said.
    effective_on: Option<Date>,
    /// Ties commands of one matter together.
    correlation_id: Option<Uuid>,
}

/// The same, read.
struct Frame {
    command_id: RawUuid,
    expected_revision: Option<u64>,
    reason: Option<String>,
    effective_on: Option<calendar::Date>,
    correlation_id: Option<RawUuid>,
}

impl CommandInput {
    fn read(self, lang: Lang) -> Result<Frame, UserError> {
        Ok(Frame {
            command_id: scalar_opt(lang, "commandId", self.command_id)?.unwrap_or_else(RawUuid::now_v7),
            expected_revision: scalar_opt(lang, "expectedRevision", self.expected_revision)?.map(|revision| revision.0),
            reason: self.reason,
            effective_on: scalar_opt(lang, "effectiveOn", self.effective_on)?,
            correlation_id: scalar_opt(lang, "correlationId", self.correlation_id)?,
        })
    }
}

/// Where an input becomes a command: what it is read with.
pub(crate) struct Desk {
    pub(crate) lang: Lang,
    /// The live picture as the caller is shown it; only to find what the input names.
    pub(crate) snapshot: Arc<Snapshot>,
    command_id: RawUuid,
}

impl Desk {
    /// The id of something that the command brings forth: the same when the command is sent again.
    pub(crate) fn new_id(&self, what: &str) -> RawUuid {
        RawUuid::new_v5(&self.command_id, what.as_bytes())
    }

    pub(crate) fn refused(&self, rule: Rule, field: &'static str, value: impl ToString) -> UserError {
        UserError::refused(self.lang, &Refusal::at(rule, field).with("value", value.to_string()))
    }

    /// A scalar, or the error that names its field.
    pub(crate) fn scalar<T>(&self, field: &str, typed: Typed<T>) -> Result<T, UserError> {
        typed.0.map_err(|bad| UserError::bad(self.lang, field, &bad))
    }

    pub(crate) fn scalar_opt<T>(&self, field: &str, typed: Option<Typed<T>>) -> Result<Option<T>, UserError> {
        scalar_opt(self.lang, field, typed)
    }

    pub(crate) fn programme(&self) -> Result<ProgrammeId, UserError> {
        let programme = self.snapshot.programme.as_ref().map(|programme| programme.id);
        programme.ok_or_else(|| UserError::refused(self.lang, &Refusal::new(Rule::NotChartered)))
    }

    /// By node id, UUID or code.
    pub(crate) fn initiative(&self, text: &str) -> Result<InitiativeId, UserError> {
        Initiative::named(&self.snapshot, text).ok_or_else(|| self.refused(Rule::UnknownInitiative, "initiative", text))
    }

    /// By node id, UUID or code.
    pub(crate) fn milestone(&self, text: &str) -> Result<MilestoneId, UserError> {
        Milestone::named(&self.snapshot, text).ok_or_else(|| self.refused(Rule::UnknownMilestone, "milestone", text))
    }

    /// `council`, `chair:technology`…
    pub(crate) fn office(&self, text: &str) -> Result<Office, UserError> {
        text.parse().map_err(|_| UserError::new(self.lang, OFFICE_INVALID, Some("office"), &[("value", text.to_owned())]))
    }

    /// A whole number that its field holds.
    pub(crate) fn number<T: TryFrom<i64>>(&self, field: &str, rule: Rule, number: i64) -> Result<T, UserError> {
        T::try_from(number).map_err(|_| {
            let refusal = Refusal::new(rule).with("value", number);
            UserError { field: Some(field.to_owned()), ..UserError::refused(self.lang, &refusal) }
        })
    }
}

fn scalar_opt<T>(lang: Lang, field: &str, typed: Option<Typed<T>>) -> Result<Option<T>, UserError> {
    typed.map(|typed| typed.0.map_err(|bad| UserError::bad(lang, field, &bad))).transpose()
}

/// Hands a command in and tells what came of it. Only a caller who is not known is an error outside the payload.
pub(crate) async fn run(
    ctx: &Context<'_>,
    input: CommandInput,
    build: impl FnOnce(&Desk) -> Result<(Stream, Command), UserError>,
) -> Result<Handled, Error> {
    let caller = caller(ctx)?;
    let (app, lang) = (app(ctx)?, lang(ctx));
    let seen = View::now(ctx, app);
    let built = input.read(lang).and_then(|frame| {
        let desk = Desk { lang, snapshot: Arc::clone(&seen.snapshot), command_id: frame.command_id };
        let (stream, command) = build(&desk)?;
        Ok((frame, stream, command))
    });
    let (mut frame, stream, command) = match built {
        Ok(built) => built,
        Err(error) => return Ok(Handled::refused(View::now(ctx, app), error)),
    };
    // What an input names it finds in what the caller is shown. What it brings forth may have the code of something hidden: that
    // the code is taken is told, and nothing of who took it.
    if !seen.sight.shows(&stream) {
        frame.expected_revision = None;
    }
    let order = Order {
        command_id: frame.command_id,
        actor: caller.person.clone(),
        stream: stream.clone(),
        command,
        effective_on: frame.effective_on,
        reason: frame.reason,
        expected_revision: frame.expected_revision,
        correlation_id: frame.correlation_id,
        causation_id: None,
        origin: "graphql".to_owned(),
        import: Import::No,
        within: caller.within.clone(),
    };
    match app.handle(order).await {
        Ok(outcome) => Ok(Handled::done(View::now(ctx, app), stream, outcome)),
        Err(HandleError::Conflict { expected, actual, events }) => {
            let error = UserError::unhandled(lang, &HandleError::Conflict { expected, actual, events: Vec::new() });
            let seen = View::now(ctx, app);
            let shown = events.into_iter().filter(|fact| seen.sight.shows_meanwhile(&seen.snapshot, &stream, fact)).collect();
            Ok(Handled::conflict(seen, stream, error, (expected, actual, shown)))
        }
        Err(error) => Ok(Handled::refused(View::now(ctx, app), UserError::unhandled(lang, &error)).of(stream)),
    }
}
