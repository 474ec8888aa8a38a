//! Two moments compared: what changed and by which events, what time and events did to the figures, and what was learnt late.

mod change;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Error, Object, SimpleObject};
use tahavol_app::diff::{self, DiffError, Side};
use tahavol_domain::calendar;
use tahavol_domain::values::MilestoneId;
use tahavol_projections::diff as differences;
use tahavol_projections::diff::Scope;
use tahavol_projections::progress as figures;
use tokio::sync::OnceCell;

use crate::enums::{BaselineKind, Horizon};
use crate::errors::{AT_MOST_ONE, UserError, read, read_opt, refuse};
use crate::flat::Flat;
use crate::known;
use crate::ledger::{Event, event_at};
use crate::limits::{Budget, PAST};
use crate::meta::Meta;
use crate::milestone::Milestone;
use crate::page::{Page, number_key, page_of, price, price_list};
use crate::progress::Progress;
use crate::request::{AsOfInput, View, app, lang, now, view};
use crate::scalars::{Count, Date, Instant, Position};

use change::{DiffChange, DiffKind, DiffSubjectKind};

/// What lies between two moments of the ledger.
pub(crate) struct Diff {
    from: View,
    to: View,
    sides: (Side, Side),
    scope: Scope,
    baseline: figures::BaselineKind,
    events: u64,
    /// Looked for when it is first asked for: how many events there are is known without reading them.
    found: OnceCell<Arc<diff::Diff>>,
}

/// Of so many changes and late facts the text tells.
const TOLD: usize = 1_000;
/// What the text costs: it may be long.
const TEXT: usize = 1_000;

/// One of the two moments.
#[derive(SimpleObject)]
pub(crate) struct DiffMoment {
    /// The last event of its picture; null before the first.
    position: Option<Position>,
    recorded_at: Option<Instant>,
    /// The day for which its figures are computed.
    status_date: Date,
}

impl From<&Side> for DiffMoment {
    fn from(side: &Side) -> Self {
        DiffMoment {
            position: side.snapshot.position.map(Position::at),
            recorded_at: side.snapshot.recorded_at.map(Into::into),
            status_date: side.day.into(),
        }
    }
}

/// What lies between two moments of the ledger.
#[Object]
impl Diff {
    async fn from(&self) -> DiffMoment {
        (&self.sides.0).into()
    }

    async fn to(&self) -> DiffMoment {
        (&self.sides.1).into()
    }

    /// How many events lie between them, whatever they are about.
    async fn event_count(&self) -> Count {
        Count::of(self.events)
    }

    /// Every difference, by subject. Dated facts are compared on the later status date, so that the mere passing of time is
    /// no change.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        kinds: Option<Vec<DiffKind>>,
        subjects: Option<Vec<DiffSubjectKind>>,
    ) -> Result<Page<DiffChange>, Error> {
        let wanted = |change: &differences::Change| {
            kinds.as_ref().is_none_or(|kinds| kinds.contains(&change.kind.into()))
                && subjects.as_ref().is_none_or(|subjects| subjects.contains(&change.subject.kind.into()))
        };
        let found = self.found(ctx).await?;
        let all = found.changes.iter().enumerate().filter(|(_, change)| wanted(change));
        let items = all.map(|(index, _)| (number_key(index as u64), index)).collect();
        let list = self.list("changes");
        page_of(ctx, &list, &self.to.snapshot, items, (first, after), |(_, index)| DiffChange::of(&self.to, found, index))
    }

    /// Every horizon × commission of the scope whose figures changed; all of them are null, as in `progressMatrix`. Of an
    /// initiative its horizons, of a milestone its own.
    #[graphql(complexity = "price_list(32, child_complexity)")]
    async fn progress(&self, ctx: &Context<'_>) -> Result<Vec<DiffProgress>, Error> {
        Ok(self.found(ctx).await?.progress.iter().map(|change| self.step(change)).collect())
    }

    /// Facts that the earlier moment did not know about the time up to its status date, in the order of positions.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn late(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<LateFact>, Error> {
        let items = self.found(ctx).await?.late.iter().map(|late| (number_key(late.position), late)).collect();
        page_of(ctx, &self.list("late"), &self.to.snapshot, items, (first, after), |(_, late)| LateFact {
            view: self.to.clone(),
            at: late.position,
            position: Position::at(late.position),
            stream: late.stream.clone(),
            event_type: late.event_type,
            effective_on: late.effective_on.into(),
            recorded_on: late.recorded_on.into(),
            lateness_days: late.lateness_days(),
            milestone: late.milestone.and_then(|id| Milestone::find(&self.to, id)),
        })
    }

    /// It as people read it, in the caller's language: the first thousand changes and late facts, and how many more there are.
    #[graphql(complexity = "TEXT")]
    async fn text(&self, ctx: &Context<'_>) -> Result<String, Error> {
        Ok(diff::first_of(self.found(ctx).await?, TOLD, lang(ctx)))
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(app(ctx)?, &self.to.snapshot))
    }
}

impl Diff {
    async fn found(&self, ctx: &Context<'_>) -> Result<&Arc<diff::Diff>, Error> {
        let look = || async {
            let (from, to) = self.sides.clone();
            let found = app(ctx)?.diff_between(from, to, self.scope.clone(), self.baseline, &self.to.sight).await;
            found.map(Arc::new).map_err(|error| refused(ctx, &error))
        };
        self.found.get_or_try_init(look).await
    }

    /// What the cursors of a list are good for: of these two moments and this part of the programme.
    fn list(&self, name: &str) -> String {
        let position = |side: &Side| side.snapshot.position.map_or_else(String::new, |position| position.to_string());
        let scope = match &self.scope {
            Scope::Programme => String::new(),
            Scope::Commission(slug) => slug.0.clone(),
            Scope::Initiative(id) => id.0.to_string(),
            Scope::Milestone(id) => id.0.to_string(),
        };
        let (from, to) = &self.sides;
        format!("diff.{name} {}/{} {}/{} {scope}", position(from), from.day, position(to), to.day)
    }

    fn step(&self, change: &differences::ProgressChange) -> DiffProgress {
        let (from_day, to_day) = (self.sides.0.day, self.sides.1.day);
        let told = |view: &View, day, progress: &figures::Progress| {
            let view = View { day, ..view.clone() };
            let query = self.query(&view, change);
            let mut found = progress.clone();
            if let Scope::Milestone(id) = self.scope {
                found.contributions = contribution(&view, &query, id);
            }
            Flat(Progress::of(&view, query, found))
        };
        DiffProgress {
            horizon: change.horizon.map(Into::into),
            commission: change.commission.as_ref().map(|slug| slug.0.clone()),
            before: told(&self.from, from_day, &change.before),
            by_time: told(&self.from, to_day, &change.by_time),
            after: told(&self.to, to_day, &change.after),
        }
    }

    /// What the figures of that group are asked by.
    fn query(&self, view: &View, change: &differences::ProgressChange) -> figures::Query {
        let initiative = match self.scope {
            Scope::Programme | Scope::Commission(_) => None,
            Scope::Initiative(id) => Some(id),
            Scope::Milestone(id) => self.to.snapshot.milestones.get(&id).map(|row| row.plan.initiative),
        };
        let (horizon, commission) = (change.horizon, change.commission.clone());
        figures::Query { status_date: view.day, baseline: self.baseline, horizon, commission, initiative }
    }
}

/// Of its initiative's, the milestone's own.
fn contribution(view: &View, query: &figures::Query, milestone: MilestoneId) -> Vec<figures::Contribution> {
    let mut all = figures::progress(&view.snapshot, query).contributions;
    all.retain(|contribution| contribution.milestone == milestone);
    all
}

/// The figures of one group in three steps: from `before` to `byTime` time alone went by, from there to `after` it is
/// because of events.
#[derive(SimpleObject)]
pub(crate) struct DiffProgress {
    horizon: Option<Horizon>,
    /// Its slug.
    commission: Option<String>,
    /// The earlier picture on its status date.
    before: Flat<Progress>,
    /// The earlier picture on the later status date.
    by_time: Flat<Progress>,
    /// The later picture on the later status date.
    after: Flat<Progress>,
}

/// A fact about a time that the earlier moment was already past.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct LateFact {
    #[graphql(skip)]
    view: View,
    #[graphql(skip)]
    at: u64,
    position: Position,
    stream: String,
    #[graphql(name = "type")]
    event_type: &'static str,
    effective_on: Date,
    /// The civil day of its recording.
    recorded_on: Date,
    /// Days from the one to the other.
    lateness_days: i32,
    /// Of a delivery: the milestone that it is for.
    milestone: Option<Milestone>,
}

#[ComplexObject]
impl LateFact {
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>, Error> {
        event_at(ctx, &self.view, self.at).await
    }
}

#[derive(Default)]
pub(crate) struct DiffQuery;

#[Object]
impl DiffQuery {
    /// What lies between two moments, the earlier one first; `to` is now unless given. At most one of `commission`, `initiative`
    /// and `milestone` (slug or code, or node id) restricts it. `statusDate` is the day for which both are asked, and
    /// `fromStatusDate` another one for the earlier; without them each moment has its own day. A request can ask for it once, a
    /// batch as well.
    #[graphql(complexity = "2 * PAST + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn diff(
        &self,
        ctx: &Context<'_>,
        from: AsOfInput,
        to: Option<AsOfInput>,
        commission: Option<String>,
        initiative: Option<String>,
        milestone: Option<String>,
        status_date: Option<Date>,
        from_status_date: Option<Date>,
        baseline: Option<BaselineKind>,
        min_position: Option<Position>,
    ) -> Result<Diff, Error> {
        let status_date = read_opt(ctx, "statusDate", status_date)?;
        let from_status_date = read_opt(ctx, "fromStatusDate", from_status_date)?.or(status_date);
        if ctx.data_opt::<Arc<Budget>>().is_some_and(|budget| !budget.take_diff()) {
            return Err(UserError::costly(lang(ctx)).into());
        }
        let instants = (instant(ctx, Some(&from))?, instant(ctx, to.as_ref())?);
        let to = view(ctx, to, min_position).await?;
        let from = view(ctx, Some(from), None).await?;
        let (from, to) = (View { day: from_status_date.unwrap_or(from.day), ..from }, View { day: status_date.unwrap_or(to.day), ..to });
        let scope = scope(ctx, &to, (commission, initiative, milestone))?;
        let side = |view: &View, instant| Side { snapshot: Arc::clone(&view.snapshot), day: view.day, instant };
        let sides = (side(&from, instants.0), side(&to, instants.1));
        let events = sides.0.events_until(&sides.1).map_err(|error| refused(ctx, &error))?;
        Ok(Diff { from, to, sides, scope, baseline: baseline.unwrap_or_default().into(), events, found: OnceCell::new() })
    }
}

/// Of a moment that is given as one, or of now.
fn instant(ctx: &Context<'_>, at: Option<&AsOfInput>) -> Result<Option<calendar::Instant>, Error> {
    match at {
        None => Ok(Some(now(ctx))),
        Some(AsOfInput::Instant(instant)) => read(ctx, "asOf.instant", instant.clone()).map(Some),
        Some(AsOfInput::Position(_)) => Ok(None),
    }
}

fn scope(
    ctx: &Context<'_>,
    view: &View,
    (commission, initiative, milestone): (Option<String>, Option<String>, Option<String>),
) -> Result<Scope, Error> {
    let given = [&commission, &initiative, &milestone].into_iter().flatten().count();
    if given > 1 {
        return Err(refuse(ctx, AT_MOST_ONE, "commission", &[("fields", "commission, initiative, milestone".to_owned())]));
    }
    if let Some(slug) = known::commission(ctx, view, commission)? {
        return Ok(Scope::Commission(slug));
    }
    if let Some(id) = known::initiative(ctx, view, initiative)? {
        return Ok(Scope::Initiative(id));
    }
    match milestone {
        Some(text) => Ok(Scope::Milestone(known::milestone(ctx, view, text)?.unwrap_or_default())),
        None => Ok(Scope::Programme),
    }
}

fn refused(ctx: &Context<'_>, error: &DiffError) -> Error {
    match error {
        DiffError::Reversed { from, to } => {
            let lang = lang(ctx);
            refuse(ctx, error.code(), "from", &[("from", from.text(lang)), ("to", to.text(lang))])
        }
        DiffError::App(error) => UserError::unread(lang(ctx), None, error).into(),
    }
}
