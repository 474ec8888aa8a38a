//! Stepping through events, forwards and backwards: the state on both sides of each.

use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use tahavol_app::{self as app_of, StepFilter};
use tahavol_domain::Stream;

use crate::errors::{AT_MOST_ONE, FILTER_INVALID, UserError, read_opt, refuse};
use crate::ledger::Event;
use crate::limits::PAST;
use crate::page::price_list;
use crate::request::{AsOfInput, What, app, lang, may_read, view};
use crate::scalars::Position;
use crate::search::known_actor;

/// Fields of a usual state.
const USUAL_FIELDS: usize = 20;

/// Where to look when the event at the cursor does not pass the filter.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[graphql(remote = "app_of::StepDirection")]
pub(crate) enum StepDirection {
    #[default]
    Forward,
    Backward,
}

/// A field of a state, in the caller's language.
#[derive(SimpleObject)]
pub(crate) struct StateField {
    /// Stable; for programs. Several fields may have it: `label` tells which is which.
    key: String,
    label: String,
    value: String,
}

/// A field that the event changed, in the caller's language.
#[derive(SimpleObject)]
pub(crate) struct StateChange {
    key: String,
    label: String,
    /// Null: it was not there.
    before: Option<String>,
    /// Null: it is not there any more.
    after: Option<String>,
}

/// An event, and the state of what it is about on both sides of it.
pub(crate) struct ReplayStep(app_of::Step);

impl ReplayStep {
    fn state(&self, ctx: &Context<'_>, side: impl Fn(&app_of::StepField) -> Option<&app_of::Told>) -> Vec<StateField> {
        let lang = lang(ctx);
        let told = self.0.fields.iter().filter_map(|field| Some((field, side(field)?)));
        told.map(|(field, value)| StateField { key: field.key.to_owned(), label: field.label(lang), value: value.told(lang) }).collect()
    }
}

/// An event, and the state of what it is about on both sides of it.
#[Object]
impl ReplayStep {
    async fn event(&self) -> Event {
        Event(self.0.event.clone())
    }

    /// Just before it; empty where it is the first that is heard of it.
    #[graphql(complexity = "price_list(USUAL_FIELDS, child_complexity)")]
    async fn before(&self, ctx: &Context<'_>) -> Vec<StateField> {
        self.state(ctx, |field| field.before.as_ref())
    }

    /// Just after it.
    #[graphql(complexity = "price_list(USUAL_FIELDS, child_complexity)")]
    async fn after(&self, ctx: &Context<'_>) -> Vec<StateField> {
        self.state(ctx, |field| field.after.as_ref())
    }

    /// What it changed.
    #[graphql(complexity = "price_list(5, child_complexity)")]
    async fn changed(&self, ctx: &Context<'_>) -> Vec<StateChange> {
        let lang = lang(ctx);
        let changed = self.0.fields.iter().filter(|field| field.changed());
        changed
            .map(|field| StateChange {
                key: field.key.to_owned(),
                label: field.label(lang),
                before: field.before.as_ref().map(|value| value.told(lang)),
                after: field.after.as_ref().map(|value| value.told(lang)),
            })
            .collect()
    }

    /// Position of the event before it that passes the same filter.
    async fn previous(&self) -> Option<Position> {
        self.0.previous.map(Position::at)
    }

    /// Position of the event after it that passes the same filter.
    async fn next(&self) -> Option<Position> {
        self.0.next.map(Position::at)
    }
}

#[derive(Default)]
pub(crate) struct StepQuery;

#[Object]
impl StepQuery {
    /// The event at a position, or the nearest one in the direction that belongs to the stream or was recorded by the actor. Without a
    /// position the first one, or backwards the last. Null where there is none. Give at most one of `stream` and `actor`.
    #[graphql(complexity = "2 * PAST + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn step(
        &self,
        ctx: &Context<'_>,
        position: Option<Position>,
        stream: Option<String>,
        actor: Option<String>,
        #[graphql(default)] direction: StepDirection,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<ReplayStep>, Error> {
        may_read(ctx, What::Ledger)?;
        let view = view(ctx, as_of, min_position).await?;
        let cursor = read_opt(ctx, "position", position)?.map(|position| position.0);
        let filter = match (stream, actor) {
            (None, None) => StepFilter::All,
            (Some(text), None) => {
                let stream = text.parse::<Stream>();
                StepFilter::Stream(stream.map_err(|_| refuse(ctx, FILTER_INVALID, "stream", &[("value", text.clone())]))?)
            }
            (None, Some(actor)) => StepFilter::Actor(known_actor(ctx, "actor", &actor).await?),
            (Some(_), Some(_)) => return Err(refuse(ctx, AT_MOST_ONE, "stream", &[("fields", "stream, actor".to_owned())])),
        };
        let found = app(ctx)?.step(cursor, &filter, direction.into(), &view.snapshot, &view.sight).await;
        let found = found.map_err(|error| Error::from(UserError::unread(lang(ctx), Some("position"), &error)))?;
        Ok(found.map(ReplayStep))
    }
}
