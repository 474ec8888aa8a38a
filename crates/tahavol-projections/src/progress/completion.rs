//! Since when a milestone is complete: the first day of the unbroken run on which 10,000 is reported.

use tahavol_domain::calendar::Date;
use tahavol_domain::indicator::event::Derived;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::{FULL, IndicatorCode};

use crate::Snapshot;
use crate::reports::ReportKind;
use crate::rows::{MilestoneRow, Verdict};

/// Of a milestone that is complete on `on`. What is reported changes only on days on which a fact is effective, so only
/// those are looked at, latest first. Where no dated fact carries the figure, nothing earlier than `on` is known.
pub(super) fn complete_since(snapshot: &Snapshot, row: &MilestoneRow, on: Date) -> Date {
    match &row.plan.current.measure {
        // Only a claim makes these complete, and only the last one can stand.
        Measure::Binary | Measure::Reported => standing_claim(row, on).unwrap_or(on),
        Measure::Steps(_) => first_of_run(snapshot, row, on, |up_to| Some(row.reports.latest_of(ReportKind::Steps, up_to)?.effective_on)),
        Measure::Rollout(_) => first_of_run(snapshot, row, on, |up_to| Some(*row.delivered.by_day.get_prev(&up_to)?.0)),
        Measure::Indicator(measure) => match derived(snapshot, &measure.indicator) {
            // Counted at the position, so the same on every day: complete since the last change that it counts.
            Some(Derived::NetworkedStations) => last_network_change(snapshot, on).unwrap_or(on),
            None => first_of_run(snapshot, row, on, |up_to| last_measurement(snapshot, &measure.indicator, up_to)),
        },
    }
}

/// `latest` gives the last day up to another on which a fact is effective.
fn first_of_run(snapshot: &Snapshot, row: &MilestoneRow, on: Date, latest: impl Fn(Date) -> Option<Date>) -> Date {
    let (mut since, mut up_to) = (on, on);
    while let Some(day) = latest(up_to).filter(|day| row.reported(snapshot, *day) == Some(FULL)) {
        since = day;
        if day == Date::MIN {
            break;
        }
        up_to = day.plus_days(-1);
    }
    since
}

fn standing_claim(row: &MilestoneRow, on: Date) -> Option<Date> {
    let stands = |verdict: Option<Verdict>| match verdict {
        None | Some(Verdict::Verified) => true,
        Some(Verdict::Refused) => false,
    };
    let standing = row.life.claims.iter().filter(|claim| stands(claim.verdict.as_ref().map(|(verdict, _)| *verdict)));
    standing.map(|claim| claim.effective_on).filter(|day| *day <= on).min()
}

fn derived(snapshot: &Snapshot, indicator: &IndicatorCode) -> Option<Derived> {
    snapshot.indicators.get(indicator)?.definition.derived
}

fn last_network_change(snapshot: &Snapshot, on: Date) -> Option<Date> {
    snapshot.stations.values().filter_map(|station| station.network_changed).map(|(day, _)| day).filter(|day| *day <= on).max()
}

/// Whatever its scope and standing: a day too many does no harm.
fn last_measurement(snapshot: &Snapshot, indicator: &IndicatorCode, on: Date) -> Option<Date> {
    let measurements = snapshot.indicators.get(indicator)?.measurements.values();
    measurements.map(|measurement| measurement.period.end).filter(|day| *day <= on).max()
}
