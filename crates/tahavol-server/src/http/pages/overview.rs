//! The page for the leadership: one picture looked at from every side, and the picture of the last review for the trend.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use tahavol_app::{AsOf, Waiting, waiting};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_projections::Snapshot;
use tahavol_projections::indicator::{TrajectoryPoint, expected_on};
use tahavol_projections::progress::{
    Cell, Progress, Query, SeriesPoint, SeriesStep, attention, matrix, progress, series_by_commission, time_series,
};
use tahavol_projections::rows::{IndicatorRow, InitiativeRow, ReviewRow, RiskRow};
use tahavol_web::address;
use tahavol_web::overview::{COMMISSION, HORIZON, Measure, Overview, overview, parse_horizon};

use super::super::Site;
use super::decisions::releases;
use super::reading::Reading;

/// Small charts need no more than every third month.
const THINNED: usize = 3;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route(address::OVERVIEW, get(show))
}

async fn show(reading: Reading) -> Response {
    let frozen = frozen_by_last_review(&reading).await;
    reading.apart(move |reading| shown(reading, frozen)).await
}

fn shown(reading: &Reading, frozen: Option<(Arc<ReviewRow>, Arc<Snapshot>)>) -> Response {
    let snapshot = &reading.snapshot;
    let (day, baseline) = (reading.day, reading.moment.baseline);
    let part = Part::asked_for(reading);
    let query = Query { status_date: day, baseline, horizon: part.horizon, commission: part.commission.clone(), initiative: None };
    let cells = matrix(snapshot, day, baseline);
    let now = part.figures(snapshot, &cells, &query);
    let review = frozen.map(|(row, past)| {
        let day = past.recorded_at.map_or(day, |instant| instant.date_in(&past.time_zone()));
        (row, matrix(&reading.sight.of(&past), day, baseline))
    });
    let (series, commissions) = series(snapshot, &query, &cells, &now);
    let indicators: Vec<Measure<'_>> =
        snapshot.indicators.values().filter(|row| part.has_indicator(row)).map(|row| measure(snapshot, row, (day, part.horizon))).collect();
    let commission = part.commission.as_ref();
    let waiting: Vec<Waiting> = waiting(snapshot).into_iter().filter(|row| row.is_of(commission, part.horizon)).collect();
    let shown = Overview {
        horizon: part.horizon,
        commission: part.commission.as_ref(),
        matrix: &cells,
        review: review.as_ref().map(|(row, cells)| (row.as_ref(), cells.as_slice())),
        now: &now,
        series: &series,
        commissions: &commissions,
        attention: &attention(snapshot, &query),
        waiting: &waiting,
        releases: releases(snapshot, commission, part.horizon).count(),
        target: snapshot
            .target
            .as_ref()
            .map(|_| (snapshot.network_coverage(Some(true), |_| true), snapshot.network_coverage(None, |_| true))),
        provinces: &snapshot.provinces(),
        indicators: &indicators,
        risks: &part.risks(snapshot),
    };
    reading.page(overview(&reading.sheet(), &shown))
}

/// Which part of the programme is looked at.
struct Part {
    horizon: Option<Horizon>,
    commission: Option<CommissionSlug>,
}

impl Part {
    /// What there is not is not asked for.
    fn asked_for(reading: &Reading) -> Part {
        let commission = reading.asked(COMMISSION).map(|slug| CommissionSlug(slug.to_owned()));
        Part {
            horizon: reading.asked(HORIZON).and_then(parse_horizon),
            commission: commission.filter(|slug| reading.snapshot.commissions.contains_key(slug)),
        }
    }

    fn has(&self, commission: &CommissionSlug) -> bool {
        self.commission.as_ref().is_none_or(|asked| asked == commission)
    }

    /// Of a horizon those that have a target in it.
    fn has_indicator(&self, row: &IndicatorRow) -> bool {
        self.has(&row.definition.commission) && self.horizon.is_none_or(|horizon| row.targets.contains_key(&horizon))
    }

    /// From the matrix, which has evaluated every milestone already.
    fn figures(&self, snapshot: &Snapshot, cells: &[Cell], query: &Query) -> Progress {
        let cell = cells.iter().find(|cell| cell.horizon == self.horizon && cell.commission == self.commission);
        cell.map_or_else(|| progress(snapshot, query), |cell| cell.progress.clone())
    }

    fn risks<'a>(&self, snapshot: &'a Snapshot) -> Vec<(&'a InitiativeRow, &'a RiskRow)> {
        let mut risks = snapshot.open_risks();
        risks.retain(|(initiative, _)| {
            let proposal = &initiative.proposal;
            self.has(&proposal.commission) && self.horizon.is_none_or(|horizon| horizon == proposal.horizon)
        });
        risks
    }
}

/// The last review held by the status date, and the picture that it looked at. None where there is none or that past cannot be had.
async fn frozen_by_last_review(reading: &Reading) -> Option<(Arc<ReviewRow>, Arc<Snapshot>)> {
    let zone = reading.snapshot.time_zone();
    let held = |row: &ReviewRow| row.held.effective_on.unwrap_or_else(|| row.held.at.date_in(&zone));
    let until_then = reading.snapshot.reviews.values().filter(|row| held(row) <= reading.day);
    let row = until_then.max_by_key(|row| (held(row), row.held.position))?;
    let past = reading.site().app.as_of(AsOf::Position(row.review.frozen_position)).await.ok()?;
    Some((Arc::clone(row), past))
}

/// Month by month: what is looked at, and beside it each commission of the horizon over the same months.
fn series(
    snapshot: &Snapshot,
    query: &Query,
    cells: &[Cell],
    now: &Progress,
) -> (Vec<SeriesPoint>, Vec<(CommissionSlug, Vec<SeriesPoint>)>) {
    let of_row = || cells.iter().filter(|cell| cell.horizon == query.horizon);
    let whole = of_row().find(|cell| cell.commission.is_none()).map(|cell| &cell.progress);
    let (from, until) = whole.map_or((None, None), |progress| (progress.starts, progress.due));
    let beside = Query { commission: None, ..query.clone() };
    let (all, mut of_each) = series_by_commission(snapshot, &beside, SeriesStep::PersianMonth, from, until);
    let mut of = |cell: &Cell| {
        let slug = cell.commission.clone()?;
        let series = of_each.remove(&slug).unwrap_or_default();
        Some((slug, thinned(series, query.status_date)))
    };
    let commissions = of_row().filter_map(&mut of).collect();
    let asked = match query.commission {
        None => all,
        Some(_) => time_series(snapshot, query, SeriesStep::PersianMonth, None, now.due),
    };
    (asked, commissions)
}

/// Every third month, the last one, and the one in which the status date lies.
fn thinned(series: Vec<SeriesPoint>, day: Date) -> Vec<SeriesPoint> {
    let last = series.len().saturating_sub(1);
    let kept = |at: usize, point: &SeriesPoint| at.is_multiple_of(THINNED) || at == last || (point.starts <= day && day <= point.ends);
    series.into_iter().enumerate().filter(|(at, point)| kept(*at, point)).map(|(_, point)| point).collect()
}

/// Its next target, or that of the horizon that is looked at.
fn measure<'a>(snapshot: &Snapshot, row: &'a IndicatorRow, (day, horizon): (Date, Option<Horizon>)) -> Measure<'a> {
    let code = &row.definition.code;
    let trajectory = snapshot.trajectory(code);
    let value = snapshot.value_of(code, day).map(|national| (national.value, national.day));
    let wanted = |point: &&TrajectoryPoint| match horizon {
        Some(_) => point.horizon == horizon,
        None => point.horizon.is_some() && point.on >= day,
    };
    let next = trajectory.iter().find(wanted);
    Measure {
        row,
        value,
        expected: expected_on(&trajectory, day),
        target: next.and_then(|point| Some((point.horizon?, point.on, point.value))),
        on_trajectory: snapshot.is_on_trajectory(code, day),
    }
}
