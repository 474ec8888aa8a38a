//! One of each thing: all that is known of it, what happened to it, and what the reader can do on it.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use tahavol_app::search::{Filter, Timeline as Life};
use tahavol_app::{RecordedFact, Subject};
use tahavol_domain::Stream;
use tahavol_domain::values::{CommissionSlug, Horizon, IndicatorCode, StationCode};
use tahavol_projections::progress::{Query, milestone_progress, milestone_series, progress};
use tahavol_projections::rows::{InitiativeRow, MilestoneRow};
use tahavol_web::things::{Timeline, commission, indicator, initiative, milestone, province, station};

use super::Reading;
use super::lists::{figures_of, whole};

/// Of a thing's own parts only so many, the newest, are asked about what can be done on them.
const LOOKED_AT: usize = 8;

pub(super) async fn commission(reading: Reading, Path(slug): Path<String>) -> Response {
    let slug = CommissionSlug(slug);
    let Some(row) = reading.snapshot.commissions.get(&slug) else { return reading.not_found() };
    let sheet = reading.sheet();
    let query = Query { commission: Some(slug.clone()), ..whole(&reading) };
    let at = |horizon: Option<Horizon>| progress(&reading.snapshot, &Query { horizon, ..query.clone() });
    let own = reading.snapshot.initiatives.values().map(AsRef::as_ref);
    let own: Vec<&InitiativeRow> = own.filter(|row| row.proposal.commission == slug).collect();
    let filter = Filter { commission: Some(slug.clone()), ..Filter::default() };
    let timeline = match reading.timeline(filter, &Stream::Commission(slug.clone())).await {
        Ok(timeline) => timeline,
        Err(answer) => return answer,
    };
    let shown = commission::Shown {
        row,
        progress: &at(commission::horizon(&sheet)),
        horizons: &Horizon::ALL.map(|horizon| (horizon, at(Some(horizon)))),
        by_initiative: &figures_of(&reading, &own),
        timeline: timeline.as_ref(),
        offered: &reading.offered(&[Subject::Commission(slug)]).await,
    };
    reading.with_tables(|| commission::tables(&sheet, &shown), || commission::page(&sheet, &shown))
}

pub(super) async fn initiative(reading: Reading, Path(code): Path<String>) -> Response {
    let Some(row) = reading.snapshot.initiative_by_code(&code) else { return reading.not_found() };
    let sheet = reading.sheet();
    let filter = Filter { timeline: Some(Life::Initiative(row.id)), ..Filter::default() };
    let timeline = match reading.timeline(filter, &Stream::Initiative(row.id)).await {
        Ok(timeline) => timeline,
        Err(answer) => return answer,
    };
    let shown = initiative::Shown {
        row,
        progress: &progress(&reading.snapshot, &Query { initiative: Some(row.id), ..whole(&reading) }),
        timeline: timeline.as_ref(),
        offered: &reading.offered(&about(row)).await,
    };
    reading.with_tables(|| initiative::tables(&sheet, &shown), || initiative::page(&sheet, &shown))
}

/// The initiative, and the risks that can be closed.
fn about(row: &InitiativeRow) -> Vec<Subject> {
    let open = row.risks.iter().filter(|(_, risk)| risk.closed.is_none());
    [Subject::Initiative(row.id)].into_iter().chain(open.map(|(risk, _)| Subject::Risk(row.id, *risk))).take(LOOKED_AT).collect()
}

pub(super) async fn milestone(reading: Reading, Path(code): Path<String>) -> Response {
    let Some(row) = reading.snapshot.milestone_by_code(&code) else { return reading.not_found() };
    let (sheet, id, baseline) = (reading.sheet(), row.plan.id, reading.moment.baseline);
    let filter = Filter { timeline: Some(Life::Milestone(id)), ..Filter::default() };
    let (timeline, facts) = match (reading.timeline(filter, &Stream::Milestone(id)).await, reports(&reading, row).await) {
        (Ok(timeline), Ok(facts)) => (timeline, facts),
        (Err(answer), _) | (_, Err(answer)) => return answer,
    };
    let shown = milestone::Shown {
        row,
        progress: &milestone_progress(&reading.snapshot, id, reading.day, baseline),
        standing: &row.standing(&reading.snapshot, reading.day),
        series: &milestone_series(&reading.snapshot, id, reading.day.max(row.plan.current.due), baseline),
        provinces: &reading.snapshot.rollout_by_province(id, reading.day),
        facts: &facts,
        timeline: timeline.as_ref(),
        offered: &reading.offered(&[Subject::Milestone(id)]).await,
    };
    reading.with_tables(|| milestone::tables(&sheet, &shown), || milestone::page(&sheet, &shown))
}

/// The events of its newest reports and of their corrections; none for the public.
async fn reports(reading: &Reading, row: &MilestoneRow) -> Result<BTreeMap<u64, RecordedFact>, Response> {
    if reading.person().is_none() {
        return Ok(BTreeMap::new());
    }
    let all: Vec<_> = row.reports.iter().collect();
    let positions: Vec<u64> = all.iter().rev().take(milestone::REPORTS).flat_map(|report| row.said_at(report)).collect();
    let facts = reading.site().app.facts_of(&positions).await.map_err(|error| reading.visit.trouble(error))?;
    let shown = facts.into_iter().filter(|recorded| reading.sight.shows_fact(&recorded.fact));
    Ok(shown.map(|recorded| (recorded.position, recorded)).collect())
}

pub(super) async fn station(reading: Reading, Path(code): Path<String>) -> Response {
    let code = StationCode(code);
    let Some(row) = reading.snapshot.stations.get(&code) else { return reading.not_found() };
    let (sheet, timeline) = match of_stream(&reading, Stream::Station(code.clone())).await {
        Ok(timeline) => (reading.sheet(), timeline),
        Err(answer) => return answer,
    };
    let offered = reading.offered(&[Subject::Station(code)]).await;
    let shown = station::Shown { row, timeline: timeline.as_ref(), offered: &offered };
    reading.with_tables(|| station::tables(&sheet, &shown), || station::page(&sheet, &shown))
}

pub(super) async fn indicator(reading: Reading, Path(code): Path<String>) -> Response {
    let code = IndicatorCode(code);
    let Some(row) = reading.snapshot.indicators.get(&code) else { return reading.not_found() };
    let (sheet, timeline) = match of_stream(&reading, Stream::Indicator(code.clone())).await {
        Ok(timeline) => (reading.sheet(), timeline),
        Err(answer) => return answer,
    };
    let mut newest: Vec<_> = row.measurements.values().collect();
    newest.sort_by_key(|measurement| std::cmp::Reverse(measurement.recorded.position));
    let measurements = newest.into_iter().map(|measurement| Subject::Measurement(code.clone(), measurement.recorded.event));
    let about: Vec<Subject> = [Subject::Indicator(code.clone())].into_iter().chain(measurements).take(LOOKED_AT).collect();
    let offered = reading.offered(&about).await;
    let shown = indicator::Shown { row, timeline: timeline.as_ref(), offered: &offered };
    reading.with_tables(|| indicator::tables(&sheet, &shown), || indicator::page(&sheet, &shown))
}

async fn of_stream(reading: &Reading, stream: Stream) -> Result<Option<Timeline>, Response> {
    reading.timeline(Filter { stream: Some(stream.clone()), ..Filter::default() }, &stream).await
}

pub(super) async fn province(reading: Reading, Path(code): Path<String>) -> Response {
    let provinces = reading.snapshot.programme.iter().flat_map(|programme| &programme.charter.provinces);
    let Some(province) = provinces.into_iter().find(|province| province.code.0 == code) else { return reading.not_found() };
    let snapshot = &reading.snapshot;
    let coverage = |target| snapshot.network_coverage(target, |row| row.province == province.code);
    let reaching = |row: &'_ MilestoneRow| {
        snapshot.rollout_by_province(row.plan.id, reading.day).into_iter().find(|rollout| rollout.province == province.code)
    };
    let mut rollouts: Vec<province::Reaching<'_>> = snapshot
        .milestones
        .values()
        .filter_map(|row| {
            let burn_up = || snapshot.burn_up(row.plan.id, Some(&province.code), reading.day);
            reaching(row).map(|rollout| province::Reaching { row: row.as_ref(), rollout, burn_up: burn_up() })
        })
        .collect();
    rollouts.sort_by(|a, b| a.row.plan.code.cmp(&b.row.plan.code));
    let offered = reading.offered(&[Subject::Province(province.code.clone())]).await;
    let shown = province::Shown { province, all: coverage(None), target: coverage(Some(true)), rollouts: &rollouts, offered: &offered };
    let sheet = reading.sheet();
    reading.with_tables(|| province::tables(&sheet, &shown), || province::page(&sheet, &shown))
}
