//! Progress in three voices, earned schedule, forecast and confidence, of any part of the programme on any day.

use async_graphql::{ComplexObject, Context, Enum, Error, Object, SimpleObject, Value};
use tahavol_domain::values::{CommissionSlug, InitiativeId};
use tahavol_projections::progress as figures;
use tahavol_projections::ratio::Ratio;

use crate::commission::{Rating, ratings};
use crate::enums::{BaselineKind, Confidence, Horizon};
use crate::flat::{AtHand, Flat};
use crate::initiative::Initiative;
use crate::ledger::{Event, events_at};
use crate::meta::Meta;
use crate::milestone::Milestone;
use crate::node;
use crate::page::price_list;
use crate::request::{AsOfInput, View, app, status_date, view};
use crate::scalars::{Date, Decimal, Position};

/// Why there is no forecast.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "figures::ForecastReason")]
pub(crate) enum ForecastReason {
    /// Nothing counts, so there are no figures either.
    NoMilestones,
    /// The earliest start is after the status date.
    NotStarted,
    /// Nothing is earned.
    NoProgress,
    /// More than 100 years after the earliest start.
    TooFar,
}

/// How far a part of the programme is on the status date. Percentages are basis points (10,000 is all of it), rounded
/// down; values are sums of weight × basis points; a part without milestones has null for every figure.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(crate) struct Progress {
    #[graphql(skip)]
    view: View,
    #[graphql(skip)]
    query: figures::Query,
    #[graphql(skip)]
    given: Vec<figures::Contribution>,
    /// The picture's position.
    position: Option<Position>,
    status_date: Date,
    baseline: BaselineKind,
    /// Null: all of them.
    horizon: Option<Horizon>,
    /// The commission's slug; null: all of them.
    commission: Option<String>,
    /// Basis points that should be done by then.
    planned: Option<i32>,
    /// Basis points that are reported; null where there is no evidence at all.
    reported: Option<i32>,
    /// Basis points that are independently verified.
    verified: Option<i32>,
    /// Share of the started weight that is verified or was spoken of in the last 30 days; null where nothing has started.
    coverage: Option<i32>,
    /// Budget at completion: Σ weight × 10,000.
    bac: Option<Decimal>,
    /// Planned value.
    pv: Option<Decimal>,
    /// Earned value, by what is reported.
    ev: Option<Decimal>,
    /// Verified value.
    vv: Option<Decimal>,
    /// EV/PV, four places.
    spi: Option<Decimal>,
    /// Earned schedule in days, four places.
    es: Option<Decimal>,
    /// ES/AT, four places.
    spi_t: Option<Decimal>,
    /// ES − AT in days, four places.
    sv_t: Option<Decimal>,
    /// Actual time in days.
    at: Option<i32>,
    /// Planned duration in days.
    pd: Option<i32>,
    /// The earliest start.
    starts: Option<Date>,
    /// The latest due date.
    due: Option<Date>,
    forecast_finish: Option<Date>,
    /// Why there is no forecast.
    forecast_reason: Option<ForecastReason>,
    /// The first day of the unbroken run of being complete.
    completed_on: Option<Date>,
    /// Forecast finish − latest due, in days.
    slippage_days: Option<i32>,
    /// Computed from SPI(t) by the charter's thresholds; null for a complete part.
    confidence: Option<Confidence>,
    /// Weight of cancelled milestones, told beside.
    cancelled_weight: Decimal,
    /// How many count.
    milestones: i32,
}

impl Progress {
    pub(crate) fn of(view: &View, query: figures::Query, mut found: figures::Progress) -> Self {
        let figures = found.has_figures();
        let decimal = |value: u64| figures.then(|| Decimal::of(value));
        let ratio = |value: Option<Ratio>| value.map(|value| Decimal::of(value.decimal4()));
        Progress {
            position: view.snapshot.position.map(Position::at),
            status_date: query.status_date.into(),
            baseline: query.baseline.into(),
            horizon: query.horizon.map(Into::into),
            commission: query.commission.as_ref().map(|slug| slug.0.clone()),
            planned: found.planned.map(i32::from),
            reported: found.reported.map(i32::from),
            verified: found.verified.map(i32::from),
            coverage: found.coverage.map(i32::from),
            bac: decimal(found.bac),
            pv: decimal(found.pv),
            ev: decimal(found.ev),
            vv: decimal(found.vv),
            spi: ratio(found.spi),
            es: ratio(found.es),
            spi_t: ratio(found.spi_t),
            sv_t: ratio(found.sv_t),
            at: figures.then_some(found.at),
            pd: figures.then_some(found.pd),
            starts: found.starts.map(Into::into),
            due: found.due.map(Into::into),
            forecast_finish: found.forecast_finish.map(Into::into),
            forecast_reason: found.forecast_reason.map(Into::into),
            completed_on: found.completed_on.map(Into::into),
            slippage_days: found.slippage_days,
            confidence: found.confidence.map(Into::into),
            cancelled_weight: Decimal::of(found.cancelled_weight),
            milestones: i32::try_from(found.milestones).unwrap_or(i32::MAX),
            given: std::mem::take(&mut found.contributions),
            view: view.clone(),
            query,
        }
    }

    /// Everything that two moments can differ in, the moment itself aside.
    pub(crate) fn same_figures(&self, other: &Progress) -> bool {
        self.query == other.query && self.given == other.given && SCALARS.iter().all(|name| self.field(name) == other.field(name))
    }
}

/// The fields that tell figures.
const SCALARS: [&str; 22] = [
    "planned",
    "reported",
    "verified",
    "coverage",
    "bac",
    "pv",
    "ev",
    "vv",
    "spi",
    "es",
    "spiT",
    "svT",
    "at",
    "pd",
    "starts",
    "due",
    "forecastFinish",
    "forecastReason",
    "completedOn",
    "slippageDays",
    "cancelledWeight",
    "milestones",
];

#[ComplexObject]
impl Progress {
    /// The initiative that was asked for.
    async fn initiative(&self) -> Option<Initiative> {
        Initiative::find(&self.view, self.query.initiative?)
    }

    /// What each milestone adds, by code: the figures explained.
    #[graphql(complexity = "price_list(20, child_complexity)")]
    async fn contributions(&self) -> Vec<Contribution> {
        let given = if self.given.is_empty() && self.milestones > 0 {
            figures::progress(&self.view.snapshot, &self.query).contributions
        } else {
            self.given.clone()
        };
        contributions(&self.view, given)
    }

    /// Of that commission (or any) and horizon: its own latest rating.
    #[graphql(complexity = "price_list(3, child_complexity)")]
    async fn own_ratings(&self) -> Vec<Rating> {
        self.ratings(crate::enums::RatingVoice::Own)
    }

    /// Of that commission (or any) and horizon: the latest independent rating.
    #[graphql(complexity = "price_list(3, child_complexity)")]
    async fn independent_ratings(&self) -> Vec<Rating> {
        self.ratings(crate::enums::RatingVoice::Independent)
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(app(ctx)?, &self.view.snapshot))
    }
}

impl Progress {
    /// The latest one that was stated up to the status date, of each horizon that was asked for.
    fn ratings(&self, voice: crate::enums::RatingVoice) -> Vec<Rating> {
        let Some(slug) = &self.query.commission else { return Vec::new() };
        let Some(row) = self.view.snapshot.commissions.get(slug) else { return Vec::new() };
        let mut told: Vec<Rating> = Vec::new();
        for rating in ratings(row, self.horizon, Some(voice), Some(self.query.status_date)) {
            if told.iter().all(|known| known.of_horizon() != rating.of_horizon()) {
                told.push(rating);
            }
        }
        told
    }
}

impl AtHand for Progress {
    fn field(&self, name: &str) -> Option<Value> {
        let figure = |figure: &Option<Decimal>| match figure {
            Some(figure) => async_graphql::InputType::to_value(figure),
            None => Value::Null,
        };
        let date = |date: &Option<Date>| match date {
            Some(date) => async_graphql::InputType::to_value(date),
            None => Value::Null,
        };
        let number = |number: Option<i32>| number.map_or(Value::Null, Value::from);
        Some(match name {
            "position" => self.position.as_ref().map_or(Value::Null, async_graphql::InputType::to_value),
            "statusDate" => async_graphql::InputType::to_value(&self.status_date),
            "baseline" => async_graphql::InputType::to_value(&self.baseline),
            "horizon" => self.horizon.as_ref().map_or(Value::Null, async_graphql::InputType::to_value),
            "commission" => self.commission.as_ref().map_or(Value::Null, Value::from),
            "planned" => number(self.planned),
            "reported" => number(self.reported),
            "verified" => number(self.verified),
            "coverage" => number(self.coverage),
            "bac" => figure(&self.bac),
            "pv" => figure(&self.pv),
            "ev" => figure(&self.ev),
            "vv" => figure(&self.vv),
            "spi" => figure(&self.spi),
            "es" => figure(&self.es),
            "spiT" => figure(&self.spi_t),
            "svT" => figure(&self.sv_t),
            "at" => number(self.at),
            "pd" => number(self.pd),
            "starts" => date(&self.starts),
            "due" => date(&self.due),
            "forecastFinish" => date(&self.forecast_finish),
            "forecastReason" => self.forecast_reason.as_ref().map_or(Value::Null, async_graphql::InputType::to_value),
            "completedOn" => date(&self.completed_on),
            "slippageDays" => number(self.slippage_days),
            "confidence" => self.confidence.as_ref().map_or(Value::Null, async_graphql::InputType::to_value),
            "cancelledWeight" => async_graphql::InputType::to_value(&self.cancelled_weight),
            "milestones" => Value::from(self.milestones),
            _ => return None,
        })
    }
}

/// What one milestone adds to a part's figures, and the facts that give it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Contribution {
    #[graphql(skip)]
    view: View,
    #[graphql(skip)]
    facts: Vec<u64>,
    milestone: Option<Milestone>,
    weight: i32,
    /// Basis points.
    planned: i32,
    /// Basis points; null without evidence.
    reported: Option<i32>,
    /// Basis points.
    verified: i32,
    /// weight × (planned − reported): above zero it is behind its plan.
    gap: Decimal,
}

#[ComplexObject]
impl Contribution {
    /// Positions of the facts that give the figure.
    async fn positions(&self) -> Vec<Position> {
        self.facts.iter().copied().map(Position::at).collect()
    }

    /// Those facts themselves, the first hundred.
    #[graphql(complexity = "price_list(5, child_complexity)")]
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<Event>, Error> {
        let told = self.facts.len().min(100);
        events_at(ctx, &self.view, &self.facts[..told]).await
    }
}

pub(crate) fn contributions(view: &View, given: Vec<figures::Contribution>) -> Vec<Contribution> {
    given
        .into_iter()
        .map(|given| Contribution {
            milestone: Milestone::find(view, given.milestone),
            weight: i32::try_from(given.weight).unwrap_or(i32::MAX),
            planned: given.planned.into(),
            reported: given.reported.map(i32::from),
            verified: given.verified.into(),
            gap: Decimal::of(given.gap),
            facts: given.facts,
            view: view.clone(),
        })
        .collect()
}

/// What is asked, from the arguments of a field.
pub(crate) fn query(
    ctx: &Context<'_>,
    view: &View,
    (horizon, commission, initiative): (Option<Horizon>, Option<String>, Option<String>),
    on: Option<Date>,
    baseline: Option<BaselineKind>,
) -> Result<figures::Query, Error> {
    // An initiative that does not exist has no milestones.
    let named = |text: String| Initiative::named(&view.snapshot, &text).unwrap_or(InitiativeId::default());
    Ok(figures::Query {
        status_date: status_date(ctx, view, on)?,
        baseline: baseline.unwrap_or_default().into(),
        horizon: horizon.map(Into::into),
        commission: commission.map(|slug| CommissionSlug(node::key("commission", &slug))),
        initiative: initiative.map(named),
    })
}

#[derive(Default)]
pub(crate) struct ProgressQuery;

#[Object]
impl ProgressQuery {
    /// Of any part on any day. `statusDate` filters dated facts only; by default it is today, or for a past picture the
    /// day that picture is of. `asOf` decides what the ledger knew.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn progress(
        &self,
        ctx: &Context<'_>,
        horizon: Option<Horizon>,
        commission: Option<String>,
        initiative: Option<String>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Flat<Progress>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let query = query(ctx, &view, (horizon, commission, initiative), status_date, baseline)?;
        let found = figures::progress(&view.snapshot, &query);
        Ok(Flat(Progress::of(&view, query, found)))
    }

    /// Every horizon × commission, then the totals of each horizon (`commission` null), of each commission (`horizon` null) and of all (both null).
    #[graphql(complexity = "price_list(32, child_complexity)")]
    async fn progress_matrix(
        &self,
        ctx: &Context<'_>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Vec<Flat<Progress>>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let asked = query(ctx, &view, (None, None, None), status_date, baseline)?;
        let cells = figures::matrix(&view.snapshot, asked.status_date, asked.baseline);
        let told = cells.into_iter().map(|cell| {
            let query = figures::Query { horizon: cell.horizon, commission: cell.commission, ..asked.clone() };
            Flat(Progress::of(&view, query, cell.progress))
        });
        Ok(told.collect())
    }
}
