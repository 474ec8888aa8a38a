//! Measurements: values of indicators by scope and period, with what was said of them.

use std::sync::Arc;

use async_graphql::{ID, Object, SimpleObject};
use tahavol_domain::indicator::event::{MeasuredValue, MeasurementScope};
use tahavol_domain::values::IndicatorCode;
use tahavol_projections::rows::{IndicatorRow, MeasurementRow};
use uuid::Uuid as RawUuid;

use crate::act::{Act, Evidence, evidence};
use crate::enums::{MeasurementScopeKind, MeasurementStanding, Provenance};
use crate::indicator::Indicator;
use crate::node;
use crate::request::View;
use crate::scalars::{Date, Quantity, Uuid};
use crate::text::Text;

/// A value of an indicator for a scope and a period (سنجش).
pub(crate) struct Measurement {
    pub(crate) view: View,
    pub(crate) indicator: Arc<IndicatorRow>,
    pub(crate) row: Arc<MeasurementRow>,
}

impl Measurement {
    /// By the event that recorded it.
    pub(crate) fn find(view: &View, code: &IndicatorCode, event: RawUuid) -> Option<Self> {
        let indicator = Arc::clone(view.snapshot.indicators.get(code)?);
        let row = indicator.measurements.values().find(|row| row.recorded.event.0 == event).cloned()?;
        Some(Measurement { view: view.clone(), indicator, row })
    }
}

/// A value of an indicator for a scope and a period (سنجش).
#[Object]
impl Measurement {
    pub(crate) async fn id(&self) -> ID {
        node::id("measurement", format!("{}@{}", self.row.recorded.event.0, self.indicator.definition.code.0))
    }

    /// The event's id; what corrections and verifications name.
    async fn uuid(&self) -> Uuid {
        self.row.recorded.event.0.into()
    }

    async fn indicator(&self) -> Indicator {
        Indicator { view: self.view.clone(), row: Arc::clone(&self.indicator) }
    }

    async fn scope(&self) -> MeasurementScopeKind {
        scope_kind(&self.row.scope)
    }

    /// The province's or station's code; null nationally.
    async fn scope_code(&self) -> Option<&str> {
        match &self.row.scope {
            MeasurementScope::National => None,
            MeasurementScope::Province(code) => Some(&code.0),
            MeasurementScope::Station(code) => Some(&code.0),
        }
    }

    async fn period(&self) -> Period {
        self.row.period.into()
    }

    /// As last corrected.
    async fn value(&self) -> MeasurementValue {
        self.row.value.into()
    }

    async fn method(&self) -> Option<Text> {
        self.row.method.as_ref().map(Into::into)
    }

    async fn evidence(&self) -> Vec<Evidence> {
        evidence(&self.view, &self.row.evidence)
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.provenance.map(Into::into)
    }

    async fn recorded(&self) -> Act {
        (&self.row.recorded).into()
    }

    /// The values it had before its corrections, oldest first.
    async fn corrected(&self) -> Vec<CorrectedValue> {
        let told = self.row.corrected.iter();
        told.map(|(value, stamp)| CorrectedValue { before: (*value).into(), corrected: stamp.into() }).collect()
    }

    async fn standing(&self) -> MeasurementStanding {
        self.row.standing.into()
    }

    /// What brought it there, when somebody has spoken on it.
    async fn standing_since(&self) -> Option<Act> {
        self.row.standing_since.as_ref().map(Into::into)
    }
}

/// Either a value, or the two parts of a ratio.
#[derive(SimpleObject)]
pub(crate) struct MeasurementValue {
    value: Option<Quantity>,
    numerator: Option<Quantity>,
    denominator: Option<Quantity>,
}

impl From<MeasuredValue> for MeasurementValue {
    fn from(value: MeasuredValue) -> Self {
        match value {
            MeasuredValue::Plain(value) => MeasurementValue { value: Some(value.into()), numerator: None, denominator: None },
            MeasuredValue::Ratio { numerator, denominator } => {
                MeasurementValue { value: None, numerator: Some(numerator.into()), denominator: Some(denominator.into()) }
            }
        }
    }
}

#[derive(SimpleObject)]
pub(crate) struct CorrectedValue {
    before: MeasurementValue,
    corrected: Act,
}

pub(crate) fn scope_kind(scope: &MeasurementScope) -> MeasurementScopeKind {
    match scope {
        MeasurementScope::National => MeasurementScopeKind::National,
        MeasurementScope::Province(_) => MeasurementScopeKind::Province,
        MeasurementScope::Station(_) => MeasurementScopeKind::Station,
    }
}

/// Sorts the country before provinces before stations.
pub(crate) fn scope_key(scope: &MeasurementScope) -> String {
    match scope {
        MeasurementScope::National => "0".to_owned(),
        MeasurementScope::Province(code) => format!("1:{}", code.0),
        MeasurementScope::Station(code) => format!("2:{}", code.0),
    }
}

/// Both ends included.
#[derive(SimpleObject)]
pub(crate) struct Period {
    start: Date,
    end: Date,
}

impl From<tahavol_domain::calendar::Period> for Period {
    fn from(period: tahavol_domain::calendar::Period) -> Self {
        Period { start: period.start.into(), end: period.end.into() }
    }
}
