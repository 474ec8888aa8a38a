//! What has happened at a station: registration, volumes, network, deliveries, closing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Text;
use crate::values::{EventId, Evidence, MilestoneId, Provenance, ProvinceCode, StationCode};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    #[serde(rename = "station.registered")]
    Registered(Registration),
    #[serde(rename = "station.volume_recorded")]
    VolumeRecorded(Volume),
    #[serde(rename = "station.networked")]
    Networked(Network),
    #[serde(rename = "station.network_lost")]
    NetworkLost(Network),
    #[serde(rename = "station.delivery_recorded")]
    DeliveryRecorded(Delivery),
    #[serde(rename = "station.delivery_revoked")]
    DeliveryRevoked(DeliveryRevocation),
    #[serde(rename = "station.closed")]
    Closed(Closing),
}

impl Event {
    /// The name on the wire; never renamed.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Registered(_) => "station.registered",
            Event::VolumeRecorded(_) => "station.volume_recorded",
            Event::Networked(_) => "station.networked",
            Event::NetworkLost(_) => "station.network_lost",
            Event::DeliveryRecorded(_) => "station.delivery_recorded",
            Event::DeliveryRevoked(_) => "station.delivery_revoked",
            Event::Closed(_) => "station.closed",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StationKind {
    Station,
    Outpost,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    pub code: StationCode,
    pub kind: StationKind,
    pub name: Text,
    pub province: ProvinceCode,
    pub networked: bool,
    pub volume: Volume,
    pub provenance: Option<Provenance>,
}

/// What a station handles in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    pub annual_visits: u64,
    pub annual_cases: u64,
}

/// The day is the effective date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {}

/// One roll-out milestone achieved at this station. The day is the effective date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    pub milestone: MilestoneId,
    pub note: Option<Text>,
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryRevocation {
    pub milestone: MilestoneId,
    /// The delivery that is taken back.
    pub delivery: EventId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {}
