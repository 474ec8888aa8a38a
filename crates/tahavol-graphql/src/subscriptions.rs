//! Subscriptions: the ledger's events as they come, and progress whenever it changes. Both can be taken up again from a position.

use std::sync::Arc;

use async_graphql::{Context, Error, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt};
use tahavol_app::{AppError, Follower, RecordedFact, Tahavol};
use tahavol_domain::fact::TYPES;
use tahavol_domain::policy::{Drafts, Reader};
use tahavol_identity::Caller;
use tahavol_projections::Snapshot;
use tahavol_projections::progress as figures;
use tokio::sync::watch;

use crate::enums::{BaselineKind, Horizon};
use crate::errors::{FILTER_INVALID, UserError, read_opt, refuse};
use crate::ledger::Event;
use crate::progress::{Progress, query};
use crate::request::{PATIENCE, View, What, app, caller, lang, may_read};
use crate::scalars::{Date, Position};

/// An event, with the position from which a reader goes on after a break.
#[derive(SimpleObject)]
pub(crate) struct LedgerEvent {
    /// What `after` takes to go on from here.
    position: Position,
    event: Event,
}

/// The position after which a reader who was cut off goes on; in a request's data it takes the place of `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumeAfter(pub u64);

pub struct Subscription;

#[Subscription]
impl Subscription {
    /// Events strictly after a position (without one: those from now on), without gap or repeat. `type`:
    /// `milestone.progress_reported`, or `milestone` for all of a kind. It ends with an error where an event cannot be read. Events
    /// that the caller is not shown when their turn comes are passed over.
    async fn ledger_events(
        &self,
        ctx: &Context<'_>,
        after: Option<Position>,
        #[graphql(name = "type")] event_type: Option<String>,
    ) -> Result<impl Stream<Item = Result<LedgerEvent, Error>> + use<>, Error> {
        may_read(ctx, What::Ledger)?;
        let (app, lang) = (app(ctx)?, lang(ctx));
        let known = |wanted: &str| TYPES.iter().any(|(name, _)| *name == wanted || name.split('.').next() == Some(wanted));
        if let Some(wanted) = event_type.as_deref().filter(|wanted| !known(wanted)) {
            return Err(refuse(ctx, FILTER_INVALID, "type", &[("value", wanted.to_owned())]));
        }
        let after = match read_opt(ctx, "after", after)? {
            Some(after) => Some(after.0),
            None => app.snapshot().position,
        };
        let after = resumed(ctx).or(after);
        let asked = move |fact: &RecordedFact| {
            let name = fact.fact.event.event_type();
            event_type.as_deref().is_none_or(|wanted| name == wanted || name.split('.').next() == Some(wanted))
        };
        let facts = app.subscribe(after).filter(move |fact| std::future::ready(fact.as_ref().map_or(true, &asked)));
        let (app, caller) = (app.clone(), caller(ctx)?.clone());
        Ok(facts.filter_map(move |fact| {
            let (app, caller) = (app.clone(), caller.clone());
            async move { told(&app, &caller, fact).await.map_err(|error| UserError::unread(lang, None, &error).into()).transpose() }
        }))
    }

    /// Progress now, then whenever its figures change; a slow reader is given the latest only. `after`: nothing is told
    /// before the picture is past that position. `position` of the last answer is what `after` takes to go on.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn progress_changed(
        &self,
        ctx: &Context<'_>,
        horizon: Option<Horizon>,
        commission: Option<String>,
        initiative: Option<String>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
        after: Option<Position>,
    ) -> Result<impl Stream<Item = Progress> + use<>, Error> {
        may_read(ctx, What::Programme)?;
        let app = app(ctx)?;
        let after = resumed(ctx).or(read_opt(ctx, "after", after)?.map(|after| after.0));
        let view = View::now(ctx, app);
        let asked = query(ctx, &view, (horizon, commission, initiative), status_date, baseline)?;
        let (app, caller) = (app.clone(), caller(ctx)?.clone());
        let watch = Watch { watching: app.watch(), app, caller, asked, day: view.day, after, told: None };
        Ok(futures_util::stream::unfold(watch, |mut watch| async move {
            let progress = watch.next().await?;
            Some((progress, watch))
        }))
    }
}

fn resumed(ctx: &Context<'_>) -> Option<u64> {
    ctx.data_opt::<ResumeAfter>().map(|after| after.0)
}

/// The event, if the caller is shown it by the offices and the picture of the moment.
///
/// An answer tells which picture it stands for, and that one contains its own event. Whether it is a draft can only be told from
/// there, so that only who reads all drafts is told of it sooner.
async fn told(app: &Tahavol, caller: &Caller, fact: Result<RecordedFact, AppError>) -> Result<Option<LedgerEvent>, AppError> {
    let fact = fact?;
    let reads_all = || app.reader(&app.snapshot(), &caller.person.id, &caller.within) == Reader::Recognised(Drafts::All);
    while !app.wait_for(fact.position, PATIENCE).await && !reads_all() {
        match app.health().follower {
            Follower::Stopped { position, what } => return Err(AppError::Stopped { position, what }),
            Follower::Closed => return Err(AppError::ShuttingDown),
            Follower::Replaying | Follower::Following | Follower::Reconnecting { .. } => {}
        }
    }
    let shown = app.sight_of(&caller.person.id, &caller.within).shows_fact(&fact.fact);
    Ok(shown.then(|| LedgerEvent { position: Position::at(fact.position), event: Event(fact) }))
}

/// What one reader of progress has been told.
struct Watch {
    app: Tahavol,
    caller: Caller,
    watching: watch::Receiver<Arc<Snapshot>>,
    asked: figures::Query,
    day: tahavol_domain::calendar::Date,
    after: Option<u64>,
    told: Option<Progress>,
}

impl Watch {
    async fn next(&mut self) -> Option<Progress> {
        loop {
            let snapshot = Arc::clone(&self.watching.borrow_and_update());
            if self.after.is_none() || snapshot.position > self.after {
                let sight = self.app.sight(&snapshot, &self.app.reader(&snapshot, &self.caller.person.id, &self.caller.within));
                let view = View { snapshot: sight.of(&snapshot), sight, day: self.day };
                let found = Progress::of(&view, self.asked.clone(), figures::progress(&view.snapshot, &self.asked));
                if self.told.as_ref().is_none_or(|told| !told.same_figures(&found)) {
                    self.told = Some(found.clone());
                    return Some(found);
                }
            }
            self.watching.changed().await.ok()?;
        }
    }
}
