//! What may be asked of an indicator.

use serde::Serialize;

use super::event::{Definition, Measurement, MeasurementCorrection, MeasurementDecision, Redefinition, Target};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Define(Box<Definition>),
    Redefine(Box<Redefinition>),
    SetTarget(Target),
    RecordMeasurement(Measurement),
    VerifyMeasurement(MeasurementDecision),
    ContestMeasurement(MeasurementDecision),
    CorrectMeasurement(MeasurementCorrection),
    WithdrawMeasurement(MeasurementDecision),
}
