//! What has happened to a commission: its establishment, its people, its ratings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Text;
use crate::values::{ActorId, CommissionSlug, Confidence, Horizon, Person, Provenance};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    #[serde(rename = "commission.established")]
    Established(Establishment),
    #[serde(rename = "commission.member_appointed")]
    MemberAppointed(MemberAppointment),
    #[serde(rename = "commission.member_released")]
    MemberReleased(MemberRelease),
    #[serde(rename = "commission.rated")]
    Rated(Rating),
}

impl Event {
    /// The name on the wire; never renamed.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Established(_) => "commission.established",
            Event::MemberAppointed(_) => "commission.member_appointed",
            Event::MemberReleased(_) => "commission.member_released",
            Event::Rated(_) => "commission.rated",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Establishment {
    pub slug: CommissionSlug,
    pub title: Text,
    pub remit: Text,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    Chair,
    Secretary,
    Member,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberAppointment {
    pub person: Person,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRelease {
    pub actor: ActorId,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RatingVoice {
    /// The commission's own confidence.
    Own,
    /// An inspector's.
    Independent,
}

/// A confidence that somebody states, shown beside the computed one. Its day is the effective date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    pub horizon: Horizon,
    pub voice: RatingVoice,
    /// Never `GREY`.
    pub confidence: Confidence,
    pub note: Option<Text>,
}
