//! What has happened to an indicator: definition, targets, measurements.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Date, Period};
use crate::quantity::Quantity;
use crate::text::Text;
use crate::values::{CommissionSlug, EventId, Evidence, Horizon, IndicatorCode, Provenance, ProvinceCode, StationCode};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    #[serde(rename = "indicator.defined")]
    Defined(Box<Definition>),
    #[serde(rename = "indicator.redefined")]
    Redefined(Box<Redefinition>),
    #[serde(rename = "indicator.target_set")]
    TargetSet(Target),
    #[serde(rename = "indicator.measurement_recorded")]
    MeasurementRecorded(Measurement),
    #[serde(rename = "indicator.measurement_verified")]
    MeasurementVerified(MeasurementDecision),
    #[serde(rename = "indicator.measurement_contested")]
    MeasurementContested(MeasurementDecision),
    #[serde(rename = "indicator.measurement_corrected")]
    MeasurementCorrected(MeasurementCorrection),
    #[serde(rename = "indicator.measurement_withdrawn")]
    MeasurementWithdrawn(MeasurementDecision),
}

impl Event {
    /// The name on the wire; never renamed.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Defined(_) => "indicator.defined",
            Event::Redefined(_) => "indicator.redefined",
            Event::TargetSet(_) => "indicator.target_set",
            Event::MeasurementRecorded(_) => "indicator.measurement_recorded",
            Event::MeasurementVerified(_) => "indicator.measurement_verified",
            Event::MeasurementContested(_) => "indicator.measurement_contested",
            Event::MeasurementCorrected(_) => "indicator.measurement_corrected",
            Event::MeasurementWithdrawn(_) => "indicator.measurement_withdrawn",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    Increase,
    Decrease,
    Observe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Aggregation {
    Sum,
    Mean,
    /// Keeps numerator and denominator, so provinces add up correctly; told in percent.
    Ratio,
    Latest,
}

/// What an indicator counts from the programme itself, taking no measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Derived {
    /// Open stations with a network.
    NetworkedStations,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub code: IndicatorCode,
    pub commission: CommissionSlug,
    pub derived: Option<Derived>,
    pub aggregation: Aggregation,
    pub meaning: Meaning,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redefinition {
    pub meaning: Meaning,
}

/// The part of a definition that can be redefined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    pub title: Text,
    pub unit: String,
    pub direction: Direction,
    pub baseline: Option<BaselineValue>,
    /// How far off its trajectory a value may lie, in the indicator's unit.
    pub tolerance: Option<Quantity>,
    pub quality: Quality,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineValue {
    pub value: Quantity,
    pub on: Date,
    pub provenance: Option<Provenance>,
}

/// The five things a reader must know of a figure; what is missing is shown as missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    pub source: Option<Text>,
    pub method: Option<Text>,
    pub accuracy: Option<Text>,
    pub limits: Option<Text>,
    pub remedies: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub horizon: Horizon,
    pub value: Quantity,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MeasurementScope {
    National,
    Province(ProvinceCode),
    Station(StationCode),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum MeasuredValue {
    /// In the indicator's unit. A ratio's without its parts is kept but never aggregated.
    Plain(Quantity),
    Ratio {
        numerator: Quantity,
        denominator: Quantity,
    },
}

/// A value for a scope and a period; the period's end is the effective date, its id the event's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    pub scope: MeasurementScope,
    pub period: Period,
    pub value: MeasuredValue,
    pub method: Option<Text>,
    pub evidence: Vec<Evidence>,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasurementDecision {
    pub measurement: EventId,
}

/// Replaces the value of the measurement that it names; scope and period stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasurementCorrection {
    /// The measurement, or an earlier correction of it.
    pub corrects: EventId,
    pub value: MeasuredValue,
    pub method: Option<Text>,
    pub evidence: Vec<Evidence>,
}
