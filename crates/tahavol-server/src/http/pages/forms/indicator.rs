//! What the commands on indicators ask.

use std::sync::Arc;

use tahavol_app::Subject;
use tahavol_domain::indicator::Command as C;
use tahavol_domain::indicator::event::{
    Aggregation, BaselineValue, Definition, Derived, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection,
    MeasurementDecision, MeasurementScope, Quality, Redefinition, Target,
};
use tahavol_domain::values::{EventId, IndicatorCode, Office, ProvinceCode, StationCode};
use tahavol_domain::{Command, Stream};
use tahavol_projections::rows::{IndicatorRow, MeasurementRow, MeasurementStanding};
use tahavol_web::address;
use tahavol_web::figure;
use tahavol_web::forms::Measured;
use uuid::Uuid;

use super::form::Form;
use super::{Built, commission};

/// Measurements that can be chosen from, newest first.
const MEASUREMENTS: usize = 200;

const AGGREGATIONS: [(Aggregation, &str); 4] =
    [(Aggregation::Sum, "SUM"), (Aggregation::Mean, "MEAN"), (Aggregation::Ratio, "RATIO"), (Aggregation::Latest, "LATEST")];
const DIRECTIONS: [(Direction, &str); 3] =
    [(Direction::Increase, "INCREASE"), (Direction::Decrease, "DECREASE"), (Direction::Observe, "OBSERVE")];

impl Form<'_> {
    /// The indicator that the form is on.
    fn indicator(&mut self) -> Option<Arc<IndicatorRow>> {
        let code = IndicatorCode(self.on.to_owned());
        let row = self.live.indicators.get(&code).cloned()?;
        let title = row.definition.meaning.title.get(self.lang()).to_owned();
        self.about(title, address::indicator(&code.0), Subject::Indicator(code.clone()), Stream::Indicator(code));
        Some(row)
    }
}

/// Of the commission that the form is on.
pub(super) fn define(form: &mut Form<'_>) -> Option<Built> {
    let commission = commission::named(form)?;
    let code = IndicatorCode(form.code("code", Some("page-new-code-hint"), ""));
    let definition = Definition {
        aggregation: form.one_of("aggregation", &AGGREGATIONS, "").unwrap_or(Aggregation::Sum),
        derived: form.tick("derived", false).then_some(Derived::NetworkedStations),
        meaning: meaning(form, None),
        code: code.clone(),
        commission,
        provenance: None,
    };
    form.then = Some(address::indicator(&code.0));
    Some((Stream::Indicator(code), Command::Indicator(C::Define(Box::new(definition)))))
}

pub(super) fn redefine(form: &mut Form<'_>) -> Option<Built> {
    let row = form.indicator()?;
    let meaning = meaning(form, Some(&row.definition.meaning));
    form.reason(false);
    built(&row, C::Redefine(Box::new(Redefinition { meaning })))
}

fn meaning(form: &mut Form<'_>, now: Option<&Meaning>) -> Meaning {
    let direction = match now.map(|now| now.direction) {
        Some(Direction::Decrease) => "DECREASE",
        Some(Direction::Observe) => "OBSERVE",
        Some(Direction::Increase) | None => "INCREASE",
    };
    let (title, unit) = (form.both("title", now.map(|now| &now.title)), form.line("unit", now.map_or("", |now| &now.unit)));
    let direction = form.one_of("direction", &DIRECTIONS, direction).unwrap_or(Direction::Increase);
    let stated = now.and_then(|now| now.baseline.as_ref());
    let value = form.quantity_or_none("baseline", stated.map(|stated| stated.value));
    let on = form.maybe_date("baselineOn", stated.map(|stated| stated.on));
    if value.is_some() && on.is_none() {
        form.is_wrong("baselineOn", "page-answer-missing", "");
    }
    let tolerance = form.quantity_or_none("tolerance", now.and_then(|now| now.tolerance));
    let told = now.map(|now| &now.quality);
    let quality = Quality {
        source: form.note("source", told.and_then(|told| told.source.as_ref())),
        method: form.note("method", told.and_then(|told| told.method.as_ref())),
        accuracy: form.note("accuracy", told.and_then(|told| told.accuracy.as_ref())),
        limits: form.note("limits", told.and_then(|told| told.limits.as_ref())),
        remedies: form.note("remedies", told.and_then(|told| told.remedies.as_ref())),
    };
    let provenance = stated.and_then(|stated| stated.provenance);
    let baseline = value.zip(on).map(|(value, on)| BaselineValue { value, on, provenance });
    Meaning { title, unit, direction, baseline, tolerance, quality }
}

pub(super) fn set_target(form: &mut Form<'_>) -> Option<Built> {
    let row = form.indicator()?;
    let target = Target { horizon: form.horizon(None), value: form.quantity("value", None) };
    form.reason(true);
    built(&row, C::SetTarget(target))
}

pub(super) fn record(form: &mut Form<'_>) -> Option<Built> {
    let row = form.indicator()?;
    let measurement = Measurement {
        scope: scope(form),
        period: form.period("period"),
        value: value(form, &row, None),
        method: form.note("method", None),
        evidence: form.files(true),
        provenance: None,
    };
    built(&row, C::RecordMeasurement(measurement))
}

/// The country, a province, or a station where its code is given. A reporter's own province stands first.
fn scope(form: &mut Form<'_>) -> MeasurementScope {
    let mut options = vec![("national".to_owned(), form.sheet.word("page-scope-national"))];
    options.extend(form.provinces());
    let own = form.sheet.offices.iter().find_map(|office| match office {
        Office::Reporter(province) => Some(province.0.clone()),
        Office::Founding
        | Office::Council
        | Office::Chair(_)
        | Office::Secretary(_)
        | Office::Member(_)
        | Office::Inspector
        | Office::Auditor
        | Office::Administrator => None,
    });
    let read = |text: &str| match text {
        "national" => Some(MeasurementScope::National),
        province => Some(MeasurementScope::Province(ProvinceCode(province.to_owned()))),
    };
    let wide = form.choice("scope", options, own.as_deref().unwrap_or_default(), read).unwrap_or(MeasurementScope::National);
    match form.line_or_none("station", "") {
        Some(code) => MeasurementScope::Station(StationCode(tahavol_domain::text::digits_to_latin(&code))),
        None => wide,
    }
}

/// A ratio by its parts.
fn value(form: &mut Form<'_>, row: &IndicatorRow, now: Option<MeasuredValue>) -> MeasuredValue {
    let parts = match now {
        Some(MeasuredValue::Ratio { numerator, denominator }) => Some((numerator, denominator)),
        Some(MeasuredValue::Plain(_)) | None => None,
    };
    match row.definition.aggregation {
        Aggregation::Ratio => MeasuredValue::Ratio {
            numerator: form.quantity("numerator", parts.map(|parts| parts.0)),
            denominator: form.quantity("denominator", parts.map(|parts| parts.1)),
        },
        Aggregation::Sum | Aggregation::Mean | Aggregation::Latest => {
            let plain = match now {
                Some(MeasuredValue::Plain(value)) => Some(value),
                Some(MeasuredValue::Ratio { .. }) | None => None,
            };
            MeasuredValue::Plain(form.quantity("value", plain))
        }
    }
}

/// On a measurement; what takes it out of the count needs a reason.
pub(super) fn decide(
    form: &mut Form<'_>,
    command: fn(MeasurementDecision) -> C,
    (said, reason): (MeasurementStanding, bool),
) -> Option<Built> {
    let row = form.indicator()?;
    let measurement = measurement(form, &row, "measurement", said);
    form.reason(!reason);
    built(&row, command(MeasurementDecision { measurement }))
}

pub(super) fn correct(form: &mut Form<'_>) -> Option<Built> {
    let row = form.indicator()?;
    let corrects = measurement(form, &row, "corrects", MeasurementStanding::Withdrawn);
    let key = row.measurement_events.get(&corrects);
    let now = key.and_then(|key| row.measurements.get(key)).map(|row| row.value);
    let correction =
        MeasurementCorrection { value: value(form, &row, now), method: form.note("method", None), evidence: form.files(true), corrects };
    form.reason(false);
    built(&row, C::CorrectMeasurement(correction))
}

/// One of those that are not withdrawn, and of which that was not said yet.
fn measurement(form: &mut Form<'_>, row: &IndicatorRow, name: &'static str, said: MeasurementStanding) -> EventId {
    let open = |row: &&Arc<MeasurementRow>| row.standing != MeasurementStanding::Withdrawn && row.standing != said;
    let mut rows: Vec<&Arc<MeasurementRow>> = row.measurements.values().filter(open).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(standing_event(row).1));
    rows.truncate(MEASUREMENTS);
    let options = rows.iter().map(|row| (standing_event(row).0.0.to_string(), told(form, row))).collect();
    let picked = form.pick(name, options, "", |text| Uuid::parse_str(text).ok()).map(EventId).unwrap_or_default();
    let way = address::act(form.kind.name(), form.on);
    let measured = rows.iter().map(|row| Measured {
        words: told(form, row),
        href: format!("{way}&{name}={}", standing_event(row).0.0),
        method: row.method.clone(),
        evidence: row.evidence.clone(),
        chosen: standing_event(row).0 == picked,
    });
    form.measured = measured.collect();
    picked
}

/// The measurement as it stands: its last correction, or the measurement itself; with its position.
fn standing_event(row: &MeasurementRow) -> (EventId, u64) {
    let stamp = row.corrected.last().map_or(&row.recorded, |(_, correction)| correction);
    (stamp.event, stamp.position)
}

fn told(form: &Form<'_>, row: &MeasurementRow) -> String {
    let scope = match &row.scope {
        MeasurementScope::National => form.sheet.word("page-scope-national"),
        MeasurementScope::Province(code) => {
            form.provinces().into_iter().find(|(known, _)| *known == code.0).map_or_else(|| code.0.clone(), |(_, name)| name)
        }
        MeasurementScope::Station(code) => code.0.clone(),
    };
    let value = match row.value {
        MeasuredValue::Plain(value) => figure::quantity(value, form.lang()),
        MeasuredValue::Ratio { numerator, denominator } => {
            format!("{} / {}", figure::quantity(numerator, form.lang()), figure::quantity(denominator, form.lang()))
        }
    };
    let day = |date| format!("\u{2066}{}\u{2069}", form.sheet.hand.short(date));
    let (starts, ends) = (day(row.period.start), day(row.period.end));
    let by = row.corrected.last().map_or(&row.recorded, |(_, correction)| correction);
    let files = form.sheet.telling("page-files-count", form.sheet.hand.number(i64::try_from(row.evidence.len()).unwrap_or(i64::MAX)));
    format!("{scope} · {starts} – {ends} · {value} · {} · {files}", by.by.name)
}

fn built(row: &IndicatorRow, command: C) -> Option<Built> {
    Some((Stream::Indicator(row.definition.code.clone()), Command::Indicator(command)))
}
