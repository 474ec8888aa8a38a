//! The state of what an event is about, as a list of fields that a person can read.

use tahavol_domain::calendar::Date;
use tahavol_domain::commission::event::RatingVoice;
use tahavol_domain::indicator::event::{Direction, MeasuredValue};
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::station::event::StationKind;
use tahavol_domain::values::{CommissionSlug, Confidence, EventId, Horizon, IndicatorCode, InitiativeId, MilestoneId, StationCode};
use tahavol_domain::{Event, Fact, Stream, indicator, station};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, Query, progress};
use tahavol_projections::ratio::Ratio;
use tahavol_projections::rows::{IndicatorRow, MeasurementStanding, MilestoneRow, Official};

use super::{Told, people};

/// Key, which of several, value.
pub(super) type Field = (&'static str, Option<Told>, Option<Told>);

/// Of the stream's subject on that day; empty where the picture does not know it.
pub(super) fn state(fact: &Fact, snapshot: &Snapshot, on: Date) -> Vec<Field> {
    let found = match fact.envelope.stream.parse::<Stream>() {
        Ok(Stream::Programme(_)) => people::of_programme(fact, snapshot),
        Ok(Stream::Commission(slug)) => of_commission(&slug, snapshot),
        Ok(Stream::Initiative(id)) => of_initiative(id, snapshot, on),
        Ok(Stream::Milestone(id)) => of_milestone(id, snapshot, on),
        Ok(Stream::Station(code)) => of_station(&code, &fact.event, snapshot, on),
        Ok(Stream::Indicator(code)) => of_indicator(&code, &fact.event, snapshot, on),
        Err(_) => None,
    };
    found.unwrap_or_default()
}

fn of_commission(slug: &CommissionSlug, snapshot: &Snapshot) -> Option<Vec<Field>> {
    let row = snapshot.commissions.get(slug)?;
    let mut fields = vec![
        one("commission", plain(&slug.0)),
        one("title", Some(Told::Text(row.establishment.title.clone()))),
        one("remit", Some(Told::Text(row.establishment.remit.clone()))),
    ];
    for official in snapshot.officials.values() {
        let offices = offices(official, Some(slug));
        if offices.is_some() {
            fields.push(("member", plain(&official.person.name), offices));
        }
    }
    for ((horizon, voice), ratings) in &row.ratings {
        let key = match voice {
            RatingVoice::Own => "rating-own",
            RatingVoice::Independent => "rating-independent",
        };
        let latest = ratings.last().map(|(rating, _)| Told::Word(confidence(rating.confidence)));
        fields.push((key, Some(Told::Word(horizon.as_str())), latest));
    }
    Some(fields)
}

fn of_initiative(id: InitiativeId, snapshot: &Snapshot, on: Date) -> Option<Vec<Field>> {
    let row = snapshot.initiatives.get(&id)?;
    let query = Query { status_date: on, baseline: BaselineKind::Current, horizon: None, commission: None, initiative: Some(id) };
    let progress = progress(snapshot, &query);
    let resolution = row.decisions.last().and_then(|(_, resolution, _)| resolution.as_ref());
    let directives: Vec<&str> = row.proposal.directives.iter().map(|code| code.0.as_str()).collect();
    Some(vec![
        one("code", plain(&row.proposal.code)),
        one("title", Some(Told::Text(row.proposal.title.clone()))),
        one("commission", plain(&row.proposal.commission.0)),
        one("horizon", Some(Told::Word(row.proposal.horizon.as_str()))),
        one("phase", Some(Told::Word(row.phase.as_str()))),
        one("resolution", resolution.and_then(|text| plain(text))),
        one("directives", Some(directives.join(", ")).filter(|text| !text.is_empty()).map(Told::Plain)),
        one("note", row.proposal.note.clone().map(Told::Text)),
        one("milestones", count(row.milestones.len())),
        one("allocations", count(row.allocations.len())),
        one("open-risks", count(row.risks.values().filter(|risk| risk.closed.is_none()).count())),
        one("planned", progress.planned.map(Told::Points)),
        one("reported", progress.reported.map(Told::Points)),
        one("verified", progress.verified.map(Told::Points)),
    ])
}

fn of_milestone(id: MilestoneId, snapshot: &Snapshot, on: Date) -> Option<Vec<Field>> {
    let row = snapshot.milestones.get(&id)?;
    let (plan, life) = (&row.plan, &row.life);
    let standing = row.figures(snapshot, on);
    let initiative = snapshot.initiatives.get(&plan.initiative).and_then(|row| plain(&row.proposal.code));
    let moved = life.rebaseline_pending.as_ref().map(|(_, baseline, _)| baseline);
    Some(vec![
        one("code", plain(&plan.code)),
        one("title", Some(Told::Text(plan.title.clone()))),
        one("initiative", initiative),
        one("phase", Some(Told::Word(life.phase.as_str()))),
        one("counts", yes(life.counts_since.is_some())),
        one("blocked", yes(life.blocked.is_some())),
        one("weight", number(plan.current.weight)),
        one("starts", Some(Told::Date(plan.current.starts))),
        one("due", Some(Told::Date(plan.current.due))),
        one("horizon", Some(Told::Word(plan.current.horizon.as_str()))),
        one("measure", Some(Told::Word(measure(&plan.current.measure)))),
        one("first-weight", plan.original.as_ref().and_then(|baseline| number(baseline.weight))),
        one("first-due", plan.original.as_ref().map(|baseline| Told::Date(baseline.due))),
        one("rebaselines", count(plan.rebaselines.len())),
        one("asked-weight", moved.and_then(|baseline| number(baseline.weight))),
        one("asked-starts", moved.map(|baseline| Told::Date(baseline.starts))),
        one("asked-due", moved.map(|baseline| Told::Date(baseline.due))),
        one("asked-horizon", moved.map(|baseline| Told::Word(baseline.horizon.as_str()))),
        one("asked-measure", moved.map(|baseline| Told::Word(measure(&baseline.measure)))),
        one("asked-cancellation", yes(life.cancellation_pending.is_some())),
        one("reports", count(row.reports.len())),
        one("corrections", count(life.corrections.len())),
        one("deliveries", deliveries(row)),
        one("claims", count(life.claims.len())),
        one("claimed", yes(standing.claimed)),
        one("last-fact", standing.last_fact.map(Told::Date)),
        one("reported", standing.reported.map(Told::Points)),
        one("verified", Some(Told::Points(standing.verified))),
    ])
}

/// Of how many; nothing where it is no roll-out.
fn deliveries(row: &MilestoneRow) -> Option<Told> {
    match &row.plan.current.measure {
        Measure::Rollout(rollout) => {
            let inside = row.deliveries.keys().filter(|number| row.plan.scope.contains_key(*number)).count();
            Some(Told::Plain(format!("{inside}/{}", rollout.stations.len())))
        }
        Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Indicator(_) => None,
    }
}

fn of_station(code: &StationCode, event: &Event, snapshot: &Snapshot, on: Date) -> Option<Vec<Field>> {
    let row = snapshot.stations.get(code)?;
    let kind = match row.kind {
        StationKind::Station => "STATION",
        StationKind::Outpost => "OUTPOST",
    };
    let mut fields = vec![
        one("code", plain(&code.0)),
        one("title", Some(Told::Text(row.name.clone()))),
        one("kind", Some(Told::Word(kind))),
        one("province", plain(&row.province.0)),
        one("networked", yes(row.networked)),
        one("visits", number(row.volume.annual_visits)),
        one("cases", number(row.volume.annual_cases)),
        one("closed", yes(row.closed.is_some())),
    ];
    let delivered = match event {
        Event::Station(station::Event::DeliveryRecorded(delivery)) => Some(delivery.milestone),
        Event::Station(station::Event::DeliveryRevoked(revocation)) => Some(revocation.milestone),
        Event::Station(
            station::Event::Registered(_)
            | station::Event::VolumeRecorded(_)
            | station::Event::Networked(_)
            | station::Event::NetworkLost(_)
            | station::Event::Closed(_),
        )
        | Event::Programme(_)
        | Event::Commission(_)
        | Event::Initiative(_)
        | Event::Milestone(_)
        | Event::Indicator(_) => None,
    };
    // A delivery lies in the station's stream and moves the milestone's figures.
    if let Some(milestone) = delivered.and_then(|id| snapshot.milestones.get(&id)) {
        let of = plain(&milestone.plan.code);
        let standing = milestone.figures(snapshot, on);
        let delivery = milestone.deliveries.get(&row.number).map(|delivery| Told::Date(delivery.effective_on));
        fields.push(("delivered", of.clone(), delivery));
        fields.push(("deliveries", of.clone(), deliveries(milestone)));
        fields.push(("reported", of, standing.reported.map(Told::Points)));
    }
    Some(fields)
}

fn of_indicator(code: &IndicatorCode, event: &Event, snapshot: &Snapshot, on: Date) -> Option<Vec<Field>> {
    let row = snapshot.indicators.get(code)?;
    let meaning = &row.definition.meaning;
    let direction = match meaning.direction {
        Direction::Increase => "INCREASE",
        Direction::Decrease => "DECREASE",
        Direction::Observe => "OBSERVE",
    };
    let national = snapshot.value_of(code, on).map(|found| ratio(found.value));
    let mut fields = vec![
        one("code", plain(&code.0)),
        one("title", Some(Told::Text(meaning.title.clone()))),
        one("unit", plain(&meaning.unit)),
        one("direction", Some(Told::Word(direction))),
        one("baseline", meaning.baseline.as_ref().and_then(|baseline| number(baseline.value))),
        one("redefinitions", number(row.redefinitions)),
        one("measurements", count(row.measurements.len())),
        one("national", national),
    ];
    for horizon in Horizon::ALL {
        let target = row.targets.get(&horizon).and_then(|(target, _)| number(*target));
        fields.push(("target", Some(Told::Word(horizon.as_str())), target));
    }
    if let Some(measured) = measured_in(event) {
        fields.extend(of_measurement(row, measured));
    }
    Some(fields)
}

/// What the event measures, or which measurement it speaks of.
enum Measured<'a> {
    New(&'a indicator::event::Measurement),
    Named(EventId),
}

fn measured_in(event: &Event) -> Option<Measured<'_>> {
    use indicator::Event as Indicator;
    match event {
        Event::Indicator(event) => match event {
            Indicator::MeasurementRecorded(measurement) => Some(Measured::New(measurement)),
            Indicator::MeasurementVerified(of) | Indicator::MeasurementContested(of) | Indicator::MeasurementWithdrawn(of) => {
                Some(Measured::Named(of.measurement))
            }
            Indicator::MeasurementCorrected(of) => Some(Measured::Named(of.corrects)),
            Indicator::Defined(_) | Indicator::Redefined(_) | Indicator::TargetSet(_) => None,
        },
        Event::Programme(_) | Event::Commission(_) | Event::Initiative(_) | Event::Milestone(_) | Event::Station(_) => None,
    }
}

fn of_measurement(row: &IndicatorRow, measured: Measured<'_>) -> Vec<Field> {
    let key = match measured {
        Measured::New(new) => Some((new.scope.clone(), new.period.end, new.period.start)),
        Measured::Named(event) => row.measurement_events.get(&event).cloned(),
    };
    let Some(measurement) = key.and_then(|key| row.measurements.get(&key)) else { return Vec::new() };
    let of = Some(Told::Plain(measurement.period.to_string()));
    let value = match measurement.value {
        MeasuredValue::Plain(value) => Told::Number(value.to_string()),
        MeasuredValue::Ratio { numerator, denominator } => Told::Plain(format!("{numerator}/{denominator}")),
    };
    let standing = match measurement.standing {
        MeasurementStanding::Recorded => "RECORDED",
        MeasurementStanding::Verified => "VERIFIED",
        MeasurementStanding::Contested => "CONTESTED",
        MeasurementStanding::Withdrawn => "WITHDRAWN",
    };
    vec![("value", of.clone(), Some(value)), ("standing", of, Some(Told::Word(standing)))]
}

pub(super) fn one(key: &'static str, value: Option<Told>) -> Field {
    (key, None, value)
}

pub(super) fn plain(text: &str) -> Option<Told> {
    Some(Told::Plain(text.to_owned()))
}

pub(super) fn number(number: impl ToString) -> Option<Told> {
    Some(Told::Number(number.to_string()))
}

pub(super) fn count(count: usize) -> Option<Told> {
    number(count)
}

fn yes(is: bool) -> Option<Told> {
    Some(Told::Word(if is { "YES" } else { "NO" }))
}

fn ratio(ratio: Ratio) -> Told {
    Told::Number(ratio.decimal4())
}

/// Offices held now, those of the commission alone where one is given.
pub(super) fn offices(official: &Official, of: Option<&CommissionSlug>) -> Option<Told> {
    let held = official.offices().filter(|office| of.is_none_or(|slug| office.commission() == Some(slug)));
    let held: Vec<String> = held.map(ToString::to_string).collect();
    (!held.is_empty()).then(|| Told::Plain(held.join(", ")))
}

fn measure(measure: &Measure) -> &'static str {
    match measure {
        Measure::Binary => "BINARY",
        Measure::Reported => "REPORTED",
        Measure::Steps(_) => "STEPS",
        Measure::Rollout(_) => "ROLLOUT",
        Measure::Indicator(_) => "INDICATOR",
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Green => "GREEN",
        Confidence::AmberGreen => "AMBER_GREEN",
        Confidence::Amber => "AMBER",
        Confidence::AmberRed => "AMBER_RED",
        Confidence::Red => "RED",
        Confidence::Grey => "GREY",
    }
}
