//! Progress in three voices, earned schedule, forecast and confidence, of any part of the programme on any day.

use async_graphql::{Context, Enum, Error, Object};
use tahavol_projections::progress as figures;
use tahavol_projections::ratio::Ratio;

use crate::commission::{Rating, ratings};
use crate::contribution::{Contribution, contributions};
use crate::enums::{BaselineKind, Confidence, Horizon, RatingVoice};
use crate::flat::{AtHand, Column, Flat, FlatList, Scalar};
use crate::initiative::Initiative;
use crate::known;
use crate::meta::Meta;
use crate::page::price_list;
use crate::request::{AsOfInput, View, app, open_view, status_date};
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

/// How far a part of the programme is, told field by field as asked.
#[derive(Clone)]
pub(crate) struct Progress {
    view: View,
    query: figures::Query,
    found: figures::Progress,
}

impl Progress {
    pub(crate) fn of(view: &View, query: figures::Query, found: figures::Progress) -> Self {
        Progress { view: view.clone(), query, found }
    }

    /// Everything that two moments can differ in, the moment itself aside.
    pub(crate) fn same_figures(&self, other: &Progress) -> bool {
        self.query == other.query && self.found == other.found
    }

    /// A value of a part that has milestones.
    fn sum(&self, value: u64) -> Option<u64> {
        self.found.has_figures().then_some(value)
    }

    fn days(&self, days: i32) -> Option<i32> {
        self.found.has_figures().then_some(days)
    }
}

/// Four places.
fn told(ratio: Option<Ratio>) -> Option<Decimal> {
    ratio.map(|ratio| Decimal::of(ratio.decimal4()))
}

/// How far a part of the programme is on the status date. Percentages are basis points (10,000 is all of it), rounded
/// down; values are sums of weight × basis points; a part without milestones has null for every figure.
#[Object]
impl Progress {
    /// The picture's position.
    async fn position(&self) -> Option<Position> {
        self.view.snapshot.position.map(Position::at)
    }

    async fn status_date(&self) -> Date {
        self.query.status_date.into()
    }

    async fn baseline(&self) -> BaselineKind {
        self.query.baseline.into()
    }

    /// Null: all of them.
    async fn horizon(&self) -> Option<Horizon> {
        self.query.horizon.map(Into::into)
    }

    /// The commission's slug; null: all of them.
    async fn commission(&self) -> Option<&str> {
        self.query.commission.as_ref().map(|slug| slug.0.as_str())
    }

    /// The initiative that was asked for.
    async fn initiative(&self) -> Option<Initiative> {
        Initiative::find(&self.view, self.query.initiative?)
    }

    /// Basis points that should be done by then.
    async fn planned(&self) -> Option<i32> {
        self.found.planned.map(i32::from)
    }

    /// Basis points that are reported; null where there is no evidence at all.
    async fn reported(&self) -> Option<i32> {
        self.found.reported.map(i32::from)
    }

    /// Basis points that are independently verified.
    async fn verified(&self) -> Option<i32> {
        self.found.verified.map(i32::from)
    }

    /// Share of the started weight that is verified or was spoken of in the last 30 days; null where nothing has started.
    async fn coverage(&self) -> Option<i32> {
        self.found.coverage.map(i32::from)
    }

    /// Budget at completion: Σ weight × 10,000.
    async fn bac(&self) -> Option<Decimal> {
        self.sum(self.found.bac).map(Decimal::of)
    }

    /// Planned value.
    async fn pv(&self) -> Option<Decimal> {
        self.sum(self.found.pv).map(Decimal::of)
    }

    /// Earned value, by what is reported.
    async fn ev(&self) -> Option<Decimal> {
        self.sum(self.found.ev).map(Decimal::of)
    }

    /// Verified value.
    async fn vv(&self) -> Option<Decimal> {
        self.sum(self.found.vv).map(Decimal::of)
    }

    /// EV/PV, four places.
    async fn spi(&self) -> Option<Decimal> {
        told(self.found.spi)
    }

    /// Earned schedule in days, four places.
    async fn es(&self) -> Option<Decimal> {
        told(self.found.es)
    }

    /// ES/AT, four places.
    async fn spi_t(&self) -> Option<Decimal> {
        told(self.found.spi_t)
    }

    /// ES − AT in days, four places.
    async fn sv_t(&self) -> Option<Decimal> {
        told(self.found.sv_t)
    }

    /// Actual time in days.
    async fn at(&self) -> Option<i32> {
        self.days(self.found.at)
    }

    /// Planned duration in days.
    async fn pd(&self) -> Option<i32> {
        self.days(self.found.pd)
    }

    /// The earliest start.
    async fn starts(&self) -> Option<Date> {
        self.found.starts.map(Into::into)
    }

    /// The latest due date.
    async fn due(&self) -> Option<Date> {
        self.found.due.map(Into::into)
    }

    async fn forecast_finish(&self) -> Option<Date> {
        self.found.forecast_finish.map(Into::into)
    }

    /// Why there is no forecast.
    async fn forecast_reason(&self) -> Option<ForecastReason> {
        self.found.forecast_reason.map(Into::into)
    }

    /// The first day of the unbroken run of being complete.
    async fn completed_on(&self) -> Option<Date> {
        self.found.completed_on.map(Into::into)
    }

    /// Forecast finish − latest due, in days.
    async fn slippage_days(&self) -> Option<i32> {
        self.found.slippage_days
    }

    /// Computed from SPI(t) by the charter's thresholds; null for a complete part.
    async fn confidence(&self) -> Option<Confidence> {
        self.found.confidence.map(Into::into)
    }

    /// Weight of cancelled milestones, told beside.
    async fn cancelled_weight(&self) -> Decimal {
        Decimal::of(self.found.cancelled_weight)
    }

    /// How many count.
    async fn milestones(&self) -> i32 {
        i32::try_from(self.found.milestones).unwrap_or(i32::MAX)
    }

    /// What each milestone adds, by code: the figures explained.
    #[graphql(complexity = "price_list(20, child_complexity)")]
    async fn contributions(&self) -> Vec<Contribution> {
        // A matrix leaves them out.
        let given = if self.found.contributions.is_empty() && self.found.has_figures() {
            figures::progress(&self.view.snapshot, &self.query).contributions
        } else {
            self.found.contributions.clone()
        };
        contributions(&self.view, given)
    }

    /// Of the commission that was asked for: the latest own rating of each horizon that was asked for.
    #[graphql(complexity = "price_list(3, child_complexity)")]
    async fn own_ratings(&self) -> Vec<Rating> {
        self.ratings(RatingVoice::Own)
    }

    /// Of the commission that was asked for: the latest independent rating of each horizon that was asked for.
    #[graphql(complexity = "price_list(3, child_complexity)")]
    async fn independent_ratings(&self) -> Vec<Rating> {
        self.ratings(RatingVoice::Independent)
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(app(ctx)?, &self.view.snapshot))
    }
}

impl Progress {
    /// The latest one that was stated up to the status date, of each horizon that was asked for.
    fn ratings(&self, voice: RatingVoice) -> Vec<Rating> {
        let Some(slug) = &self.query.commission else { return Vec::new() };
        let Some(row) = self.view.snapshot.commissions.get(slug) else { return Vec::new() };
        let mut told: Vec<Rating> = Vec::new();
        for rating in ratings(row, self.query.horizon.map(Into::into), Some(voice), Some(self.query.status_date)) {
            if told.iter().all(|known| known.of_horizon() != rating.of_horizon()) {
                told.push(rating);
            }
        }
        told
    }
}

impl AtHand for Progress {
    fn column(name: &str) -> Option<Column<Self>> {
        let column: Column<Self> = match name {
            "position" => |part| part.view.snapshot.position.map_or(Scalar::Null, |position| Scalar::Number(position.into())),
            "statusDate" => |part| part.query.status_date.into(),
            "baseline" => |part| Scalar::named(BaselineKind::from(part.query.baseline)),
            "horizon" => |part| part.query.horizon.map_or(Scalar::Null, |horizon| Scalar::named(Horizon::from(horizon))),
            "commission" => |part| part.query.commission.as_ref().map(|slug| slug.0.as_str()).into(),
            "planned" => |part| part.found.planned.into(),
            "reported" => |part| part.found.reported.into(),
            "verified" => |part| part.found.verified.into(),
            "coverage" => |part| part.found.coverage.into(),
            "bac" => |part| part.sum(part.found.bac).map_or(Scalar::Null, Scalar::Whole),
            "pv" => |part| part.sum(part.found.pv).map_or(Scalar::Null, Scalar::Whole),
            "ev" => |part| part.sum(part.found.ev).map_or(Scalar::Null, Scalar::Whole),
            "vv" => |part| part.sum(part.found.vv).map_or(Scalar::Null, Scalar::Whole),
            "spi" => |part| part.found.spi.into(),
            "es" => |part| part.found.es.into(),
            "spiT" => |part| part.found.spi_t.into(),
            "svT" => |part| part.found.sv_t.into(),
            "at" => |part| part.days(part.found.at).into(),
            "pd" => |part| part.days(part.found.pd).into(),
            "starts" => |part| part.found.starts.into(),
            "due" => |part| part.found.due.into(),
            "forecastFinish" => |part| part.found.forecast_finish.into(),
            "forecastReason" => {
                |part| part.found.forecast_reason.map_or(Scalar::Null, |reason| Scalar::named(ForecastReason::from(reason)))
            }
            "completedOn" => |part| part.found.completed_on.into(),
            "slippageDays" => |part| part.found.slippage_days.into(),
            "confidence" => |part| part.found.confidence.map_or(Scalar::Null, |colour| Scalar::named(Confidence::from(colour))),
            "cancelledWeight" => |part| Scalar::Whole(part.found.cancelled_weight),
            "milestones" => |part| part.found.milestones.into(),
            _ => return None,
        };
        Some(column)
    }
}

/// What is asked, from the arguments of a field.
pub(crate) fn query(
    ctx: &Context<'_>,
    view: &View,
    (horizon, commission, initiative): (Option<Horizon>, Option<String>, Option<String>),
    on: Option<Date>,
    baseline: Option<BaselineKind>,
) -> Result<figures::Query, Error> {
    Ok(figures::Query {
        status_date: status_date(ctx, view, on)?,
        baseline: baseline.unwrap_or_default().into(),
        horizon: horizon.map(Into::into),
        commission: known::commission(ctx, view, commission)?,
        initiative: known::initiative(ctx, view, initiative)?,
    })
}

/// Every horizon × commission, then the totals.
pub(crate) fn matrix(view: &View, asked: &figures::Query) -> FlatList<Progress> {
    let cells = figures::matrix(&view.snapshot, asked.status_date, asked.baseline);
    let told = cells.into_iter().map(|cell| {
        let query = figures::Query { horizon: cell.horizon, commission: cell.commission, ..asked.clone() };
        Progress::of(view, query, cell.progress)
    });
    told.collect()
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
        let view = open_view(ctx, as_of, min_position).await?;
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
    ) -> Result<FlatList<Progress>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let asked = query(ctx, &view, (None, None, None), status_date, baseline)?;
        Ok(matrix(&view, &asked))
    }
}
