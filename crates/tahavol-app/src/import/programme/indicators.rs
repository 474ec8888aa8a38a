//! The indicators of a programme file: definitions, targets, measurements.

use tahavol_domain::calendar::Period;
use tahavol_domain::indicator::event::{BaselineValue, Definition, Meaning, MeasuredValue, Measurement, MeasurementScope, Quality, Target};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{CommissionSlug, Horizon, IndicatorCode, ProvinceCode, StationCode};
use tahavol_domain::{Command, Stream, indicator};

use super::Reader;
use crate::import::plan::Phase;
use crate::import::programme_file::{IndicatorEntry, Number, provenance};

impl Reader<'_> {
    pub(super) fn indicator(&mut self, entry: &IndicatorEntry) {
        let row = self.file.row_of(entry.code.span().start);
        let code = IndicatorCode(entry.code.get_ref().clone());
        let Some(definition) = self.definition(row, &code, entry) else { return };
        let stream = Stream::Indicator(code.clone());
        let known = self.snapshot.indicators.get(&code).cloned();
        match &known {
            Some(known) if known.definition == definition => self.steps.unchanged += 1,
            // The same file defined it, and it was redefined since.
            Some(known) if self.is_ours(known.defined.event.0, row, "define", &stream) => self.steps.unchanged += 1,
            Some(_) => self.differs(row, "code", &code.0),
            None => {
                let command = Command::Indicator(indicator::Command::Define(Box::new(definition)));
                self.push(Phase::Indicators, row, "define", stream.clone(), command, None);
            }
        }
        for target in &entry.targets {
            let horizon: Horizon = target.horizon.into();
            let Some(value) = self.number(row, "targets", target.value) else { continue };
            if known.as_ref().and_then(|known| known.targets.get(&horizon)).is_some_and(|(set, _)| *set == value) {
                self.steps.unchanged += 1;
                continue;
            }
            let command = Command::Indicator(indicator::Command::SetTarget(Target { horizon, value }));
            self.push(Phase::Values, row, &format!("target-{}", horizon.as_str()), stream.clone(), command, None);
        }
        for (index, _) in entry.measurements.iter().enumerate() {
            self.measurement(&stream, entry, index);
        }
    }

    fn definition(&mut self, row: u64, code: &IndicatorCode, entry: &IndicatorEntry) -> Option<Definition> {
        let baseline = match &entry.baseline {
            None => None,
            Some(baseline) => Some(BaselineValue {
                value: self.number(row, "baseline", baseline.value)?,
                on: self.day("baseline.on", &baseline.on)?,
                provenance: provenance(baseline.source, baseline.illustrative),
            }),
        };
        let tolerance = match entry.tolerance {
            None => None,
            Some(tolerance) => Some(self.number(row, "tolerance", tolerance)?),
        };
        let quality = &entry.quality;
        Some(Definition {
            code: code.clone(),
            commission: CommissionSlug(entry.commission.get_ref().clone()),
            derived: entry.derived.map(Into::into),
            aggregation: entry.aggregation.into(),
            meaning: Meaning {
                title: entry.title.clone(),
                unit: entry.unit.clone(),
                direction: entry.direction.into(),
                baseline,
                tolerance,
                quality: Quality {
                    source: quality.source.clone(),
                    method: quality.method.clone(),
                    accuracy: quality.accuracy.clone(),
                    limits: quality.limits.clone(),
                    remedies: quality.remedies.clone(),
                },
            },
            provenance: provenance(entry.source, entry.illustrative),
        })
    }

    fn measurement(&mut self, stream: &Stream, indicator: &IndicatorEntry, index: usize) {
        let entry = &indicator.measurements[index];
        let row = self.file.row_of(entry.scope.span().start);
        let Ok(period) = Period::parse(entry.period.get_ref()) else {
            return self.wrong(row, "period", "PERIOD_FORM", entry.period.get_ref());
        };
        let mut number = |column: &str, value: Option<Number>| match value {
            None => Ok(None),
            Some(value) => self.number(row, column, value).map(Some).ok_or(()),
        };
        let (Ok(value), Ok(numerator), Ok(denominator)) =
            (number("value", entry.value), number("numerator", entry.numerator), number("denominator", entry.denominator))
        else {
            return;
        };
        let Some(value) = measured(value, numerator, denominator) else {
            return self.wrong(row, "value", "IMPORT_MEASURED_VALUE", entry.scope.get_ref());
        };
        let measurement = Measurement {
            scope: scope_of(entry.scope.get_ref()),
            period: period.shift_persian_months(self.settings.shift_months),
            value,
            method: entry.method.clone(),
            evidence: Vec::new(),
            provenance: provenance(entry.source, entry.illustrative),
        };
        let Stream::Indicator(code) = stream else { unreachable!("an indicator's measurement lies in an indicator's stream") };
        let key = (measurement.scope.clone(), measurement.period.end, measurement.period.start);
        let known = self.snapshot.indicators.get(code).and_then(|known| known.measurements.get(&key)).cloned();
        let step = format!("measure-{index}");
        match known {
            Some(known) if known.value == measurement.value || self.is_ours(known.recorded.event.0, row, &step, stream) => {
                self.steps.unchanged += 1;
            }
            Some(_) => self.differs(row, "value", entry.scope.get_ref()),
            None => {
                let command = Command::Indicator(indicator::Command::RecordMeasurement(measurement));
                self.push(Phase::Values, row, &step, stream.clone(), command, None);
            }
        }
    }
}

/// A plain value or both parts of a ratio, not a mixture.
pub(in crate::import) fn measured(
    value: Option<Quantity>,
    numerator: Option<Quantity>,
    denominator: Option<Quantity>,
) -> Option<MeasuredValue> {
    match (value, numerator, denominator) {
        (Some(value), None, None) => Some(MeasuredValue::Plain(value)),
        (None, Some(numerator), Some(denominator)) => Some(MeasuredValue::Ratio { numerator, denominator }),
        _ => None,
    }
}

/// `national`, a province of ISO 3166-2:IR, else a station's code.
pub(in crate::import) fn scope_of(text: &str) -> MeasurementScope {
    if text.eq_ignore_ascii_case("national") {
        MeasurementScope::National
    } else if text.starts_with("IR-") {
        MeasurementScope::Province(ProvinceCode(text.to_owned()))
    } else {
        MeasurementScope::Station(StationCode(text.to_owned()))
    }
}
