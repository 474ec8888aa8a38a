//! The acts that come back every week: reports, deliveries, claims, verifications, measurements.

use std::sync::Arc;

use tahavol_domain::calendar::{Date, Period};
use tahavol_domain::indicator::event::{MeasuredValue, Measurement, MeasurementCorrection, MeasurementDecision, MeasurementScope};
use tahavol_domain::milestone::event::{Claim, ClaimDecision, ProgressReport};
use tahavol_domain::milestone::measure::{Measure, Scope};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::Delivery;
use tahavol_domain::values::{EventId, FULL, IndicatorCode, Person, ProvinceCode};
use tahavol_domain::{Command, Stream, indicator, milestone, station};
use tahavol_projections::Snapshot;
use tahavol_projections::rows::{MilestoneRow, Verdict};

use super::DemoError;
use super::stage::{Act, Dice, Stage, text};

/// Deliveries of one milestone in one week, at most.
const MOST_DELIVERIES: usize = 6;
/// Weeks between two reports of a milestone, and between two rounds of measurements.
const REPORT_EVERY: i32 = 4;
const MEASURE_EVERY: i32 = 13;

/// What happens in this week after the founding, as in every week.
pub(super) async fn week(stage: &mut Stage<'_>, week: i32) -> Result<(), DemoError> {
    if week < 3 {
        return Ok(());
    }
    let snapshot = stage.snapshot();
    let mut acts = Vec::new();
    let mut networks = Vec::new();
    for row in snapshot.milestones.values() {
        let open = snapshot.initiatives.get(&row.plan.initiative).is_some_and(|initiative| initiative.phase.is_open());
        if row.life.counts_since.is_none() || !open {
            continue;
        }
        match row.life.phase {
            milestone::Phase::Planned => advance(stage, &snapshot, row, week, &mut acts, &mut networks),
            milestone::Phase::Claimed => acts.extend(judge(stage, row)),
            milestone::Phase::Verified | milestone::Phase::Cancelled => {}
        }
    }
    stage.play(acts).await?;
    stage.play(networks).await?;
    if week % MEASURE_EVERY == 0 {
        measure(stage).await?;
    }
    if week % MEASURE_EVERY == 3 && week > MEASURE_EVERY {
        speak_on_measurements(stage, week / MEASURE_EVERY).await?;
    }
    Ok(())
}

/// How fast a milestone goes, in percent of its plan: from 62 to 121, fixed by seed and milestone.
fn pace(stage: &Stage<'_>, row: &MilestoneRow) -> u64 {
    62 + Dice::of(stage.programme.0.as_u64_pair().0, row.plan.id.0, 60)
}

/// Basis points that the milestone has really reached on a day.
fn reached(stage: &Stage<'_>, row: &MilestoneRow, day: Date) -> u64 {
    let plan = &row.plan.current;
    let passed = plan.starts.days_until(day).max(0) as u64 + 1;
    let length = plan.starts.days_until(plan.due).max(0) as u64 + 1;
    if day < plan.starts { 0 } else { (passed * 100 * pace(stage, row) / length).min(FULL.into()) }
}

fn advance(stage: &mut Stage<'_>, snapshot: &Arc<Snapshot>, row: &MilestoneRow, week: i32, acts: &mut Vec<Act>, networks: &mut Vec<Act>) {
    let turn = week % REPORT_EVERY == Dice::of(0, row.plan.id.0, REPORT_EVERY as u64) as i32;
    match &row.plan.current.measure {
        Measure::Binary => {
            let ready = reached(stage, row, stage.today) >= FULL.into();
            acts.extend((turn && ready).then(|| claim(stage, row)));
        }
        Measure::Reported if turn => {
            if reached(stage, row, stage.today) >= FULL.into() {
                acts.push(claim(stage, row));
            } else {
                acts.extend(report(stage, row, |points| ProgressReport { progress: Some(points.min(9_000)), ..ProgressReport::default() }));
            }
        }
        Measure::Steps(steps) if turn => {
            if row.reported(snapshot, stage.today) == Some(FULL) {
                acts.push(claim(stage, row));
            } else {
                let total: u64 = steps.iter().map(|step| u64::from(step.weight)).sum();
                acts.extend(report(stage, row, |points| {
                    let mut done = 0;
                    let fits = |weight: u32| {
                        done += u64::from(weight);
                        done * u64::from(FULL) <= u64::from(points) * total
                    };
                    let count = steps.iter().map(|step| step.weight).map(fits).take_while(|fits| *fits).count();
                    ProgressReport { steps: Some((0..count as u16).collect()), ..ProgressReport::default() }
                }));
            }
        }
        Measure::Rollout(rollout) => {
            if row.reported(snapshot, stage.today) == Some(FULL) {
                acts.extend(turn.then(|| claim(stage, row)));
            } else {
                let connects = matches!(rollout.scope, Scope::Unnetworked | Scope::TargetUnnetworked);
                deliver(stage, snapshot, row, connects, acts, networks);
            }
        }
        Measure::Reported | Measure::Steps(_) | Measure::Indicator(_) => {}
    }
}

/// One report in five is late by some weeks; none lies before the milestone's start or its last report.
fn report(stage: &mut Stage<'_>, row: &MilestoneRow, make: impl FnOnce(u16) -> ProgressReport) -> Option<Act> {
    let late = if stage.dice.one_in(5) { 14 + stage.dice.below(30) as i32 } else { stage.dice.below(4) as i32 };
    let earliest = row.reports.iter().map(|report| report.effective_on.plus_days(1)).max();
    let earliest = earliest.map_or(row.plan.current.starts, |earliest| earliest.max(row.plan.current.starts));
    let day = stage.today.plus_days(-late).max(earliest);
    if day > stage.today {
        return None;
    }
    let points = u16::try_from(reached(stage, row, day)).unwrap_or(FULL);
    let mut report = make(points);
    report.evidence = stage.some_evidence();
    if late > 10 {
        report.note = Some(text("گزارش با تأخیر رسید", "The report arrived late"));
    }
    let member = stage.cast.commission(&row.plan.commission).member.clone();
    Some(Act::new(&member, Stream::Milestone(row.plan.id), Command::Milestone(milestone::Command::ReportProgress(report))).on(day))
}

fn claim(stage: &mut Stage<'_>, row: &MilestoneRow) -> Act {
    let claim = Claim { note: Some(text("کار پایان یافت", "The work is done")), evidence: stage.minutes(), provenance: None };
    let commission = stage.cast.commission(&row.plan.commission);
    let command = Command::Milestone(milestone::Command::ClaimCompletion(claim));
    Act::new(&commission.chair.clone(), Stream::Milestone(row.plan.id), command).on(stage.today)
}

/// A claim is judged after some weeks; the first claim of one milestone in four is refused.
fn judge(stage: &mut Stage<'_>, row: &MilestoneRow) -> Option<Act> {
    let standing = row.life.claims.last()?;
    let said = standing.claimed.position;
    let waited = stage.dice.one_in(3);
    if !waited {
        return None;
    }
    let refused_before = row.life.claims.iter().any(|claim| matches!(claim.verdict, Some((Verdict::Refused, _))));
    let decision = ClaimDecision { claim: standing.claimed.event, note: None };
    let inspector = stage.cast.inspectors[(said % 2) as usize].clone();
    let stream = Stream::Milestone(row.plan.id);
    if !refused_before && Dice::of(1, row.plan.id.0, 4) == 0 {
        let command = Command::Milestone(milestone::Command::RefuseCompletion(decision));
        return Some(Act::new(&inspector, stream, command).because("مستندات با بازدید میدانی نمی‌خواند"));
    }
    Some(Act::new(&inspector, stream, Command::Milestone(milestone::Command::VerifyCompletion(decision))))
}

/// Stations of the scope get what the milestone brings, in an order that belongs to the milestone; where it brings the network, the
/// station is connected too.
fn deliver(
    stage: &mut Stage<'_>,
    snapshot: &Arc<Snapshot>,
    row: &MilestoneRow,
    connects: bool,
    acts: &mut Vec<Act>,
    networks: &mut Vec<Act>,
) {
    let scope: Vec<u32> = row.plan.scope.keys().copied().collect();
    let wanted = reached(stage, row, stage.today) as usize * scope.len() / usize::from(FULL);
    let missing = wanted.saturating_sub(row.deliveries.len()).min(MOST_DELIVERIES);
    let first = Dice::of(2, row.plan.id.0, scope.len() as u64) as usize;
    let undelivered =
        (0..scope.len()).map(|index| scope[(first + index) % scope.len()]).filter(|number| !row.deliveries.contains_key(number));
    for number in undelivered.take(missing) {
        let Some(station) = snapshot.station_numbers.get(number as usize).and_then(|code| snapshot.stations.get(code)) else { continue };
        if station.closed.is_some() {
            continue;
        }
        // A station without a network reports on a file, sometimes months later.
        let late = if !station.networked && stage.dice.one_in(4) { 30 + stage.dice.below(60) as i32 } else { stage.dice.below(6) as i32 };
        let day = stage.today.plus_days(-late).max(row.plan.current.starts);
        if day > stage.today {
            continue;
        }
        let reporter = stage.cast.reporter(&station.province).clone();
        let stream = Stream::Station(station.code.clone());
        let delivery = Delivery { milestone: row.plan.id, note: None, evidence: stage.some_evidence() };
        acts.push(Act::new(&reporter, stream.clone(), Command::Station(station::Command::RecordDelivery(delivery))).on(day));
        if connects && !station.networked {
            networks.push(Act::new(&reporter, stream, Command::Station(station::Command::RecordNetwork)).on(day));
        }
    }
}

/// The month before this one is measured in the provinces.
async fn measure(stage: &mut Stage<'_>) -> Result<(), DemoError> {
    let start = stage.today.first_of_persian_month().plus_days(-1).first_of_persian_month();
    let Ok(period) = Period::try_new(start, start.last_of_persian_month()) else { return Ok(()) };
    let provinces: Vec<ProvinceCode> = stage.cast.reporters.iter().map(|(code, _)| code.clone()).collect();
    let mut acts = Vec::new();
    for (index, province) in provinces.iter().enumerate() {
        let trained = 40 + stage.dice.below(60) as i64;
        let asked = 400 + stage.dice.below(300) as i64;
        let satisfied = asked * (86 + stage.dice.below(8) as i64) / 100;
        let calls = 120 + stage.dice.below(80) as i64;
        let content = calls * (88 + stage.dice.below(9) as i64) / 100;
        let ratio =
            |part: i64, whole: i64| MeasuredValue::Ratio { numerator: Quantity::from_int(part), denominator: Quantity::from_int(whole) };
        // How many have been trained so far: every round adds to the last one.
        let so_far = Quantity::from_int(trained * i64::from(stage.weeks_since_founding()) / 24);
        acts.push(measurement(stage, "conduct-training", province, period, MeasuredValue::Plain(so_far)));
        acts.push(measurement(stage, "visitor-satisfaction", province, period, ratio(satisfied, asked)));
        if index % 3 == 0 {
            acts.push(measurement(stage, "oversight-197", province, period, ratio(content, calls)));
        }
    }
    stage.play(acts).await
}

fn measurement(stage: &mut Stage<'_>, code: &str, province: &ProvinceCode, period: Period, value: MeasuredValue) -> Act {
    let measurement = Measurement {
        scope: MeasurementScope::Province(province.clone()),
        period,
        value,
        method: None,
        evidence: stage.some_evidence(),
        provenance: None,
    };
    let reporter = stage.cast.reporter(province).clone();
    let stream = Stream::Indicator(IndicatorCode(code.to_owned()));
    Act::new(&reporter, stream, Command::Indicator(indicator::Command::RecordMeasurement(measurement)))
}

/// Some of the last round's measurements are verified; one is corrected, another contested, a third withdrawn.
async fn speak_on_measurements(stage: &mut Stage<'_>, round: i32) -> Result<(), DemoError> {
    let snapshot = stage.snapshot();
    let code = IndicatorCode("oversight-197".to_owned());
    let Some(indicator) = snapshot.indicators.get(&code) else { return Ok(()) };
    let newest = indicator.measurements.values().map(|measurement| measurement.period.end).max();
    let stream = Stream::Indicator(code);
    let inspector = stage.cast.inspectors[0].clone();
    let member = stage.member("integrity");
    let mut acts = Vec::new();
    for (index, row) in indicator.measurements.values().filter(|row| Some(row.period.end) == newest).enumerate() {
        let decision = MeasurementDecision { measurement: row.recorded.event };
        let act = |who: &Person, command| Act::new(who, stream.clone(), Command::Indicator(command));
        match (index, round) {
            (0, 1) => acts.push(act(&inspector, indicator::Command::ContestMeasurement(decision)).because("حجم نمونه کافی نیست")),
            (1, 2) => {
                let correction = one_call_less(row.recorded.event, row.value);
                acts.push(act(&member, indicator::Command::CorrectMeasurement(correction)).because("یک تماس دو بار شمرده شده بود"));
            }
            (2, 3) => acts.push(act(&member, indicator::Command::WithdrawMeasurement(decision)).because("برای استان دیگری بود")),
            (index, _) if index % 2 == 0 => acts.push(act(&inspector, indicator::Command::VerifyMeasurement(decision))),
            _ => {}
        }
    }
    stage.play(acts).await
}

fn one_call_less(corrects: EventId, value: MeasuredValue) -> MeasurementCorrection {
    let value = match value {
        MeasuredValue::Plain(value) => MeasuredValue::Plain(value),
        MeasuredValue::Ratio { numerator, denominator } => {
            MeasuredValue::Ratio { numerator: numerator.checked_sub(Quantity::ONE).unwrap_or(numerator), denominator }
        }
    };
    MeasurementCorrection { corrects, value, method: None, evidence: Vec::new() }
}
