//! What to look at first, and progress over time.

use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use tahavol_app::Clock;
use tahavol_domain::calendar;
use tahavol_projections::progress as figures;

use crate::contribution::{Contribution, contributions};
use crate::enums::{BaselineKind, Horizon};
use crate::errors::{SERIES_TOO_LONG, read_opt, refuse};
use crate::flat::{AtHand, Column, FlatList};
use crate::meta::Meta;
use crate::milestone::Milestone;
use crate::page::price_list;
use crate::progress::query;
use crate::request::{AsOfInput, View, app, open_view};
use crate::scalars::{Date, Decimal, Position};

/// How long a period of a series is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "figures::SeriesStep")]
pub(crate) enum SeriesStep {
    /// A Solar Hijri month.
    PersianMonth,
    /// From Monday to Sunday.
    IsoWeek,
}

/// Progress on the last day of a period, all at one position.
#[derive(SimpleObject)]
pub(crate) struct SeriesPoint {
    starts: Date,
    /// The status date of the point.
    ends: Date,
    /// Basis points.
    planned: Option<i32>,
    /// Basis points; null where there is no evidence.
    reported: Option<i32>,
    /// Basis points.
    verified: Option<i32>,
    pv: Decimal,
    ev: Decimal,
    vv: Decimal,
}

impl From<figures::SeriesPoint> for SeriesPoint {
    fn from(point: figures::SeriesPoint) -> Self {
        SeriesPoint {
            starts: point.starts.into(),
            ends: point.ends.into(),
            planned: point.planned.map(i32::from),
            reported: point.reported.map(i32::from),
            verified: point.verified.map(i32::from),
            pv: Decimal::of(point.pv),
            ev: Decimal::of(point.ev),
            vv: Decimal::of(point.vv),
        }
    }
}

impl AtHand for SeriesPoint {
    fn column(name: &str) -> Option<Column<Self>> {
        let column: Column<Self> = match name {
            "starts" => |point| (&point.starts).into(),
            "ends" => |point| (&point.ends).into(),
            "planned" => |point| point.planned.into(),
            "reported" => |point| point.reported.into(),
            "verified" => |point| point.verified.into(),
            "pv" => |point| (&point.pv).into(),
            "ev" => |point| (&point.ev).into(),
            "vv" => |point| (&point.vv).into(),
            _ => return None,
        };
        Some(column)
    }
}

/// What to look at first.
#[derive(SimpleObject)]
pub(crate) struct Attention {
    status_date: Date,
    /// Past its due date and not reported complete; longest first.
    #[graphql(complexity = "price_list(10, child_complexity)")]
    overdue: Vec<Overdue>,
    /// Started, without a standing claim and without a dated fact in the last 30 days; longest silent first.
    #[graphql(complexity = "price_list(10, child_complexity)")]
    stale: Vec<Stale>,
    /// Behind their plan; largest gap first.
    #[graphql(complexity = "price_list(10, child_complexity)")]
    gaps: Vec<Contribution>,
    /// Of the whole part that was asked for: forecast finish − latest due, in days.
    slippage_days: Option<i32>,
    forecast_finish: Option<Date>,
    meta: Meta,
}

#[derive(SimpleObject)]
pub(crate) struct Overdue {
    milestone: Option<Milestone>,
    /// Under the chosen baseline.
    due: Date,
    /// From the due date to the status date.
    days: i32,
}

#[derive(SimpleObject)]
pub(crate) struct Stale {
    milestone: Option<Milestone>,
    last_fact: Option<Date>,
    /// From the last fact to the status date; from the start where there was never any.
    days: i32,
}

/// How many days a series is taken to cover whose beginning the ledger decides: eight years.
const USUAL_DAYS: i32 = 8 * 366;

/// How many points a series may have, by its arguments alone: this runs before they are refused.
fn points(step: SeriesStep, from: &Option<Date>, to: &Option<Date>, status_date: &Option<Date>) -> usize {
    let given = |date: &Option<Date>| date.as_ref().and_then(|date| date.0.as_ref().ok()).copied();
    let days = match given(from) {
        Some(from) => {
            let today = || Clock::System.now().date_in(&calendar::TimeZone::tehran());
            from.days_until(given(to).or_else(|| given(status_date)).unwrap_or_else(today))
        }
        None => USUAL_DAYS,
    };
    let shortest = match step {
        SeriesStep::PersianMonth => 29,
        SeriesStep::IsoWeek => 7,
    };
    usize::try_from(days / shortest).unwrap_or(0).saturating_add(1).min(figures::MOST_POINTS)
}

/// What to look at first in a part of a picture.
pub(crate) fn attention_of(ctx: &Context<'_>, view: &View, query: &figures::Query) -> Result<Attention, Error> {
    let (found, whole) = (figures::attention(&view.snapshot, query), figures::progress(&view.snapshot, query));
    let overdue = found.overdue.into_iter();
    let stale = found.stale.into_iter();
    Ok(Attention {
        status_date: query.status_date.into(),
        overdue: overdue
            .map(|row| Overdue { milestone: Milestone::find(view, row.milestone), due: row.due.into(), days: row.days })
            .collect(),
        stale: stale
            .map(|row| Stale { milestone: Milestone::find(view, row.milestone), last_fact: row.last_fact.map(Into::into), days: row.days })
            .collect(),
        gaps: contributions(view, found.gaps),
        slippage_days: whole.slippage_days,
        forecast_finish: whole.forecast_finish.map(Into::into),
        meta: Meta::of(app(ctx)?, &view.snapshot),
    })
}

#[derive(Default)]
pub(crate) struct AttentionQuery;

#[Object]
impl AttentionQuery {
    /// Overdue and stale milestones, the largest gaps, and the slippage of the part that was asked for.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn attention(
        &self,
        ctx: &Context<'_>,
        horizon: Option<Horizon>,
        commission: Option<String>,
        initiative: Option<String>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Attention, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let query = query(ctx, &view, (horizon, commission, initiative), status_date, baseline)?;
        attention_of(ctx, &view, &query)
    }

    /// Progress at the end of each period, at one position: from the earliest start (or `from`) to the status date (or `to`).
    #[graphql(complexity = "price_list(points(step, &from, &to, &status_date), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn progress_series(
        &self,
        ctx: &Context<'_>,
        horizon: Option<Horizon>,
        commission: Option<String>,
        initiative: Option<String>,
        #[graphql(default_with = "SeriesStep::PersianMonth")] step: SeriesStep,
        from: Option<Date>,
        to: Option<Date>,
        status_date: Option<Date>,
        baseline: Option<BaselineKind>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<FlatList<SeriesPoint>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let query = query(ctx, &view, (horizon, commission, initiative), status_date, baseline)?;
        let (from, to) = (read_opt(ctx, "from", from)?, read_opt(ctx, "to", to)?);
        let points = figures::time_series(&view.snapshot, &query, step.into(), from, to);
        if points.len() >= figures::MOST_POINTS {
            return Err(refuse(ctx, SERIES_TOO_LONG, "from", &[("largest", figures::MOST_POINTS.to_string())]));
        }
        Ok(points.into_iter().map(Into::into).collect())
    }
}
