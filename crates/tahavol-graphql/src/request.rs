//! What a request carries: who asks, in which language, and the one picture that all its fields see.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::{Context, Error, OneofObject, Value};
use tahavol_app::{AsOf, Clock, Tahavol};
use tahavol_domain::calendar;
use tahavol_domain::policy::Reader;
use tahavol_domain::text::Lang;
use tahavol_identity::Caller;
use tahavol_projections::Snapshot;
use tahavol_projections::sight::Sight;
use tokio::sync::OnceCell;

use crate::errors::{UNAUTHENTICATED, UserError, read};
use crate::limits::Limits;
use crate::scalars::{Date, Instant, Position, Wire};

/// How long a reader's own write is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What somebody wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Approved work and how far it is: everybody's while the public view is open.
    Approved,
    /// The programme as projections show it, people and files included: everybody's who is recognised. Drafts are left out of the
    /// picture by the reader's [`Sight`].
    Programme,
    /// Lines of the ledger, reasons and corrections included, as far as the same sight shows them.
    Ledger,
}

/// The past moment at which the ledger is looked at: it, and everything below, sees that one picture.
#[derive(OneofObject, Debug, Clone)]
pub(crate) enum AsOfInput {
    /// Just after the event at this position.
    Position(Position),
    /// Before the first event that was recorded after this moment.
    Instant(Instant),
}

/// A picture, and how it came to be looked at.
#[derive(Clone)]
pub(crate) struct View {
    /// As the reader is shown it.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) sight: Arc<Sight>,
    /// The day for which progress is computed unless one is given: today, or of a past picture the day it is of.
    pub(crate) day: calendar::Date,
}

/// The live picture that a request sees, taken once.
#[derive(Default)]
pub(crate) struct Picture {
    live: OnceCell<Arc<Snapshot>>,
    /// Past ones, by position or instant as asked.
    past: Mutex<BTreeMap<(bool, i64), Arc<Snapshot>>>,
    /// What the reader is shown, as things are in the live one.
    sight: OnceCell<Arc<Sight>>,
}

/// The language of messages: as the HTTP layer found it, else Persian.
pub(crate) fn lang(ctx: &Context<'_>) -> Lang {
    ctx.data_opt::<Lang>().copied().unwrap_or_default()
}

pub(crate) fn app<'a>(ctx: &Context<'a>) -> Result<&'a Tahavol, Error> {
    ctx.data::<Tahavol>()
}

/// The one place that says who may read what at all. Which things those are is the [`Sight`]'s to say.
pub(crate) fn may_read(ctx: &Context<'_>, what: What) -> Result<(), Error> {
    match what {
        What::Approved if ctx.data_opt::<Limits>().is_some_and(|limits| limits.public_view) => Ok(()),
        What::Approved | What::Programme | What::Ledger => caller(ctx).map(|_| ()),
    }
}

pub(crate) fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller, Error> {
    ctx.data_opt::<Caller>().ok_or_else(|| UserError::new(lang(ctx), UNAUTHENTICATED, None, &[]).into())
}

/// Who reads: somebody who is recognised, else the public.
fn reader(ctx: &Context<'_>, app: &Tahavol, live: &Snapshot) -> Reader {
    let caller = ctx.data_opt::<Caller>();
    caller.map_or(Reader::Public, |caller| app.reader(live, &caller.person.id, &caller.within))
}

/// What the reader is shown as things are now, whatever the request saw before.
pub(crate) fn sight_now(ctx: &Context<'_>, app: &Tahavol) -> (Arc<Snapshot>, Arc<Sight>) {
    let live = app.snapshot();
    let sight = app.sight(&live, &reader(ctx, app, &live));
    (live, sight)
}

/// What the reader is shown of this picture. All that a request reads is shown by its one live picture, but for what lies beyond it.
async fn sight_for(ctx: &Context<'_>, app: &Tahavol, whole: &Snapshot) -> Arc<Sight> {
    let live = live(ctx, app).await;
    if whole.position > live.position {
        return sight_now(ctx, app).1;
    }
    let Ok(picture) = ctx.data::<Picture>() else { return app.sight(&live, &reader(ctx, app, &live)) };
    let sight = picture.sight.get_or_init(|| async { app.sight(&live, &reader(ctx, app, &live)) });
    Arc::clone(sight.await)
}

impl View {
    /// A picture as the reader is shown it.
    pub(crate) async fn of(ctx: &Context<'_>, app: &Tahavol, whole: &Arc<Snapshot>, day: calendar::Date) -> View {
        let sight = sight_for(ctx, app, whole).await;
        View { snapshot: sight.of(whole), sight, day }
    }

    /// The live picture as it is now, whichever the request saw before.
    pub(crate) fn now(ctx: &Context<'_>, app: &Tahavol) -> View {
        let (live, sight) = sight_now(ctx, app);
        View { snapshot: sight.of(&live), sight, day: today(ctx, &live) }
    }
}

/// The picture of a root field, for whoever is recognised.
///
/// All root fields of one request share one live picture, which has reached the largest `minPosition` among them.
pub(crate) async fn view(ctx: &Context<'_>, as_of: Option<AsOfInput>, min_position: Option<Position>) -> Result<View, Error> {
    may_read(ctx, What::Programme)?;
    looked_from(ctx, as_of, min_position).await
}

/// The same of a root field that belongs to the public view.
pub(crate) async fn open_view(ctx: &Context<'_>, as_of: Option<AsOfInput>, min_position: Option<Position>) -> Result<View, Error> {
    may_read(ctx, What::Approved)?;
    looked_from(ctx, as_of, min_position).await
}

async fn looked_from(ctx: &Context<'_>, as_of: Option<AsOfInput>, min_position: Option<Position>) -> Result<View, Error> {
    let app = app(ctx)?;
    let Some(as_of) = as_of else {
        let wanted = min_position.map(|position| read(ctx, "minPosition", position)).transpose()?.map(|position| position.0);
        let snapshot = live(ctx, app).await;
        if wanted > snapshot.position {
            return Err(UserError::new(
                lang(ctx),
                tahavol_domain::Rule::PositionNotReached.code(),
                Some("minPosition"),
                &[
                    ("position", wanted.unwrap_or_default().to_string()),
                    ("head", snapshot.position.map_or_else(|| "-".to_owned(), |head| head.to_string())),
                ],
            )
            .into());
        }
        let day = today(ctx, &snapshot);
        return Ok(View::of(ctx, app, &snapshot, day).await);
    };
    let (at, instant) = match as_of {
        AsOfInput::Position(position) => (AsOf::Position(read(ctx, "asOf.position", position)?.0), None),
        AsOfInput::Instant(instant) => {
            let instant = read(ctx, "asOf.instant", instant)?;
            (AsOf::Instant(instant), Some(instant))
        }
    };
    let snapshot = past(ctx, app, at).await?;
    let day = match instant.or(snapshot.recorded_at) {
        Some(instant) => instant.date_in(&snapshot.time_zone()),
        None => today(ctx, &snapshot),
    };
    Ok(View::of(ctx, app, &snapshot, day).await)
}

/// The live picture of this request.
pub(crate) async fn live(ctx: &Context<'_>, app: &Tahavol) -> Arc<Snapshot> {
    let Ok(picture) = ctx.data::<Picture>() else { return app.snapshot() };
    let taken = picture.live.get_or_init(|| async {
        if let Some(position) = largest_min_position(ctx) {
            app.wait_for(position, PATIENCE).await;
        }
        app.snapshot()
    });
    Arc::clone(taken.await)
}

/// The picture that the request has looked at, if any: the live one, else a past one.
pub(crate) fn looked_at(picture: &Picture) -> Option<Arc<Snapshot>> {
    let past = || picture.past.lock().unwrap_or_else(PoisonError::into_inner).values().next().cloned();
    picture.live.get().cloned().or_else(past)
}

/// The civil day in the programme's time zone.
pub(crate) fn today(ctx: &Context<'_>, snapshot: &Snapshot) -> calendar::Date {
    now(ctx).date_in(&snapshot.time_zone())
}

/// The server's time.
pub(crate) fn now(ctx: &Context<'_>) -> calendar::Instant {
    ctx.data_opt::<Clock>().map_or_else(|| Clock::System.now(), Clock::now)
}

/// As given, else the picture's own day.
pub(crate) fn status_date(ctx: &Context<'_>, view: &View, given: Option<Date>) -> Result<calendar::Date, Error> {
    given.map_or(Ok(view.day), |date| read(ctx, "statusDate", date))
}

/// The picture just after an event that was recorded long ago, looked at on a day.
pub(crate) async fn view_of(ctx: &Context<'_>, position: u64, day: calendar::Date) -> Result<View, Error> {
    let app = app(ctx)?;
    Ok(View::of(ctx, app, &past(ctx, app, AsOf::Position(position)).await?, day).await)
}

/// All that the picture of a view holds, whatever of it is shown: for what is said of the whole.
pub(crate) async fn whole_of(ctx: &Context<'_>, view: &View) -> Result<Arc<Snapshot>, Error> {
    match view.snapshot.position {
        Some(position) if !view.sight.is_whole() => past(ctx, app(ctx)?, AsOf::Position(position)).await,
        Some(_) | None => Ok(Arc::clone(&view.snapshot)),
    }
}

async fn past(ctx: &Context<'_>, app: &Tahavol, at: AsOf) -> Result<Arc<Snapshot>, Error> {
    let picture = ctx.data_opt::<Picture>();
    let key = match at {
        AsOf::Position(position) => (false, i64::try_from(position).unwrap_or(i64::MAX)),
        AsOf::Instant(instant) => (true, instant.micros()),
    };
    let kept = |picture: &Picture| picture.past.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(snapshot) = picture.and_then(kept) {
        return Ok(snapshot);
    }
    let snapshot = app.as_of(at).await.map_err(|error| Error::from(UserError::unread(lang(ctx), Some("asOf"), &error)))?;
    if let Some(picture) = picture {
        picture.past.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&snapshot));
    }
    Ok(snapshot)
}

/// The largest `minPosition` of the operation's root fields, those in fragments included.
fn largest_min_position(ctx: &Context<'_>) -> Option<u64> {
    let mut largest = None;
    visit_roots(ctx, &ctx.query_env.operation.node.selection_set.node, &mut |field| {
        let given = field.get_argument("minPosition").map(|value| &value.node);
        let value =
            given.and_then(|value| value.clone().into_const_with(|name| ctx.query_env.variables.get(&name).cloned().ok_or(())).ok());
        let position = value.as_ref().and_then(as_position);
        largest = largest.max(position);
    });
    largest
}

fn visit_roots(ctx: &Context<'_>, set: &SelectionSet, look: &mut dyn FnMut(&Field)) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => look(&field.node),
            Selection::InlineFragment(fragment) => visit_roots(ctx, &fragment.node.selection_set.node, look),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = ctx.query_env.fragments.get(&spread.node.fragment_name.node) {
                    visit_roots(ctx, &fragment.node.selection_set.node, look);
                }
            }
        }
    }
}

fn as_position(value: &Value) -> Option<u64> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) | Value::List(_) | Value::Object(_) => return None,
    };
    crate::scalars::LedgerPosition::read(&text).ok().map(|position| position.0)
}
