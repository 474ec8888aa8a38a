//! How a milestone's progress is measured, as asked for and as resolved and frozen when it is planned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::Quantity;
use crate::text::Text;
use crate::values::{IndicatorCode, ProvinceCode, StationCode};

/// The measure as an event freezes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Measure {
    Binary,
    Reported,
    Steps(Vec<Step>),
    Rollout(Rollout),
    Indicator(IndicatorMeasure),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub title: Text,
    /// At least 1.
    #[schemars(range(min = 1))]
    pub weight: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    pub scope: Scope,
    /// Sorted by code; never empty.
    pub stations: Vec<StationCode>,
    /// Annual visits of each station in the same order, where they weigh; otherwise stations are counted.
    pub visits: Option<Vec<u64>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    All,
    Target,
    Unnetworked,
    TargetUnnetworked,
    Province(ProvinceCode),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorMeasure {
    pub indicator: IndicatorCode,
    pub baseline: Quantity,
    pub target: Quantity,
}

/// The measure as a person asks for it; resolved against the basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum MeasureChoice {
    Binary,
    Reported,
    Steps(Vec<Step>),
    Rollout { scope: Scope, weigh_by_visits: bool },
    Indicator(IndicatorCode),
}
