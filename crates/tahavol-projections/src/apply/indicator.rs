//! What the events of an indicator change.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use tahavol_domain::indicator::Event;
use tahavol_domain::indicator::event::{Measurement, MeasurementCorrection};
use tahavol_domain::values::{EventId, IndicatorCode};

use super::{ApplyError, Said};
use crate::Snapshot;
use crate::rows::{IndicatorRow, MeasurementRow, MeasurementStanding};

pub(super) fn apply(snapshot: &mut Snapshot, code: &IndicatorCode, event: &Event, said: Said<'_>) -> Result<(), ApplyError> {
    match event {
        Event::Defined(definition) => {
            if snapshot.indicators.contains_key(code) {
                return Err(said.twice("indicator", &code.0));
            }
            let row = IndicatorRow {
                definition: (**definition).clone(),
                defined: said.stamp(),
                redefinitions: 0,
                targets: OrdMap::new(),
                measurements: OrdMap::new(),
                measurement_events: OrdMap::new(),
            };
            snapshot.indicators.insert(code.clone(), Arc::new(row));
        }
        Event::Redefined(redefinition) => {
            let row = row(snapshot, code, said)?;
            row.definition.meaning = redefinition.meaning.clone();
            row.redefinitions += 1;
        }
        Event::TargetSet(target) => {
            row(snapshot, code, said)?.targets.insert(target.horizon, (target.value, said.stamp()));
        }
        Event::MeasurementRecorded(measurement) => {
            row(snapshot, code, said)?.record(measurement, said)?;
            snapshot.refer_to(&measurement.evidence, said);
        }
        Event::MeasurementVerified(decision) => {
            row(snapshot, code, said)?.judge(decision.measurement, MeasurementStanding::Verified, said)?;
        }
        Event::MeasurementContested(decision) => {
            row(snapshot, code, said)?.judge(decision.measurement, MeasurementStanding::Contested, said)?;
        }
        Event::MeasurementCorrected(correction) => {
            row(snapshot, code, said)?.correct(correction, said)?;
            snapshot.refer_to(&correction.evidence, said);
        }
        Event::MeasurementWithdrawn(decision) => {
            row(snapshot, code, said)?.judge(decision.measurement, MeasurementStanding::Withdrawn, said)?;
        }
    }
    Ok(())
}

fn row<'a>(snapshot: &'a mut Snapshot, code: &IndicatorCode, said: Said<'_>) -> Result<&'a mut IndicatorRow, ApplyError> {
    snapshot.indicators.get_mut(code).map(Arc::make_mut).ok_or_else(|| said.unknown("indicator", &code.0))
}

impl IndicatorRow {
    /// A withdrawn measurement leaves its place free; any other would have to be corrected.
    fn record(&mut self, measurement: &Measurement, said: Said<'_>) -> Result<(), ApplyError> {
        let key = (measurement.scope.clone(), measurement.period.end, measurement.period.start);
        if self.measurements.get(&key).is_some_and(|row| row.standing != MeasurementStanding::Withdrawn) {
            return Err(said.twice("a measurement of", measurement.period));
        }
        let row = MeasurementRow {
            scope: measurement.scope.clone(),
            period: measurement.period,
            value: measurement.value,
            method: measurement.method.clone(),
            evidence: measurement.evidence.clone(),
            provenance: measurement.provenance,
            recorded: said.stamp(),
            corrected: Vector::new(),
            standing: MeasurementStanding::Recorded,
            standing_since: None,
        };
        self.measurements.insert(key.clone(), Arc::new(row));
        self.measurement_events.insert(said.envelope.id, key);
        Ok(())
    }

    /// A corrected value is a new one: whatever was said of the old one no longer holds for it.
    fn correct(&mut self, correction: &MeasurementCorrection, said: Said<'_>) -> Result<(), ApplyError> {
        let row = self.measurement(correction.corrects, said)?;
        row.corrected.push_back((row.value, said.stamp()));
        row.value = correction.value;
        row.method.clone_from(&correction.method);
        row.evidence.clone_from(&correction.evidence);
        row.standing = MeasurementStanding::Recorded;
        row.standing_since = None;
        let key = (row.scope.clone(), row.period.end, row.period.start);
        self.measurement_events.insert(said.envelope.id, key);
        Ok(())
    }

    fn judge(&mut self, measurement: EventId, standing: MeasurementStanding, said: Said<'_>) -> Result<(), ApplyError> {
        let row = self.measurement(measurement, said)?;
        row.standing = standing;
        row.standing_since = Some(said.stamp());
        Ok(())
    }

    fn measurement(&mut self, event: EventId, said: Said<'_>) -> Result<&mut MeasurementRow, ApplyError> {
        let row = self.measurement_events.get(&event).and_then(|key| self.measurements.get_mut(key));
        row.map(Arc::make_mut).ok_or_else(|| said.unknown("measurement", event.0))
    }
}
