//! What has happened to the programme as a whole: charter, offices, horizons, directives, document, targets, reviews.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::calendar::{Date, TimeZone};
use crate::quantity::Quantity;
use crate::text::Text;
use crate::values::{
    ActorId, CommissionSlug, DirectiveCode, EventId, Evidence, Horizon, Office, Person, ProgrammeId, Provenance, Province, Sha256,
    StationCode,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    #[serde(rename = "programme.chartered")]
    Chartered(Box<Charter>),
    #[serde(rename = "programme.official_appointed")]
    OfficialAppointed(Appointment),
    #[serde(rename = "programme.official_release_proposed")]
    OfficialReleaseProposed(Release),
    #[serde(rename = "programme.official_released")]
    OfficialReleased(Release),
    #[serde(rename = "programme.office_delegated")]
    OfficeDelegated(Delegation),
    #[serde(rename = "programme.delegation_ended")]
    DelegationEnded(DelegationEnd),
    #[serde(rename = "programme.horizon_rescheduled")]
    HorizonRescheduled(HorizonWindow),
    #[serde(rename = "programme.directive_issued")]
    DirectiveIssued(Directive),
    #[serde(rename = "programme.document_approved")]
    DocumentApproved(DocumentVersion),
    #[serde(rename = "programme.target_stations_designated")]
    TargetStationsDesignated(TargetSet),
    #[serde(rename = "programme.review_held")]
    ReviewHeld(Review),
    #[serde(rename = "programme.review_action_closed")]
    ReviewActionClosed(ActionClosure),
    #[serde(rename = "programme.evidence_destroyed")]
    EvidenceDestroyed(Destruction),
}

impl Event {
    /// The name on the wire; never renamed.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Chartered(_) => "programme.chartered",
            Event::OfficialAppointed(_) => "programme.official_appointed",
            Event::OfficialReleaseProposed(_) => "programme.official_release_proposed",
            Event::OfficialReleased(_) => "programme.official_released",
            Event::OfficeDelegated(_) => "programme.office_delegated",
            Event::DelegationEnded(_) => "programme.delegation_ended",
            Event::HorizonRescheduled(_) => "programme.horizon_rescheduled",
            Event::DirectiveIssued(_) => "programme.directive_issued",
            Event::DocumentApproved(_) => "programme.document_approved",
            Event::TargetStationsDesignated(_) => "programme.target_stations_designated",
            Event::ReviewHeld(_) => "programme.review_held",
            Event::ReviewActionClosed(_) => "programme.review_action_closed",
            Event::EvidenceDestroyed(_) => "programme.evidence_destroyed",
        }
    }
}

/// The founding of a programme: what is data here is not an enum in code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    pub programme: ProgrammeId,
    pub slug: String,
    pub title: Text,
    pub time_zone: TimeZone,
    pub council: Council,
    /// The administrator that the configuration names; appointed by this event.
    pub administrator: Person,
    /// The first council official, who appoints the rest; appointed by this event.
    pub first_official: Person,
    pub horizons: Vec<HorizonCharter>,
    /// The commissions that may be established.
    pub commissions: Vec<CommissionSlug>,
    pub provinces: Vec<Province>,
    pub confidence: Thresholds,
    /// Present where the ledger was founded as a simulation: recorded times may come from a simulated clock.
    pub simulation: Option<Simulation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Council {
    pub title: Text,
    pub chair: Text,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HorizonCharter {
    pub horizon: Horizon,
    pub title: Text,
    pub starts: Date,
    pub ends: Date,
    pub provenance: Option<Provenance>,
}

/// Least SPI(t) of each colour, compared with the unrounded ratio; below `amber_red` is `RED`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    pub green: Quantity,
    pub amber_green: Quantity,
    pub amber: Quantity,
    pub amber_red: Quantity,
}

/// All dates of the founding file moved by this many Solar Hijri months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulation {
    pub shift_months: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    pub person: Person,
    pub office: Office,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    pub actor: ActorId,
    pub office: Office,
}

/// An office lent for a period; it ends by itself after `ends`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    pub delegation: Uuid,
    pub from: ActorId,
    pub to: Person,
    pub office: Office,
    pub starts: Date,
    /// The last day on which it holds.
    pub ends: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationEnd {
    pub delegation: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HorizonWindow {
    pub horizon: Horizon,
    pub starts: Date,
    pub ends: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Directive {
    pub code: DirectiveCode,
    pub title: Text,
    pub issuer: Text,
    pub issued_on: Date,
    pub provenance: Option<Provenance>,
}

/// A version of the transformation document: the digest of (initiative, milestone, weight, baseline) sorted by code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentVersion {
    /// From 1.
    #[schemars(range(min = 1))]
    pub version: u32,
    pub digest: Sha256,
    /// Number of milestones it binds.
    pub milestones: u32,
    pub resolution: String,
}

/// The target stations, found largest first: the smallest prefix whose shares of visits and of cases both exceed the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetSet {
    pub visit_share_above: Quantity,
    pub case_share_above: Quantity,
    /// Sorted by code.
    pub stations: Vec<StationCode>,
    pub visits: u64,
    pub cases: u64,
    pub total_visits: u64,
    pub total_cases: u64,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewKind {
    /// The monthly stock-take.
    StockTake,
    /// The annual conference.
    Conference,
}

/// A stock-take that freezes a ledger position. The day it was held is the effective date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    pub review: Uuid,
    pub kind: ReviewKind,
    pub title: Text,
    /// The position whose picture the review looked at.
    pub frozen_position: u64,
    pub strengths: Vec<Text>,
    pub weaknesses: Vec<Text>,
    pub commendations: Vec<Text>,
    pub actions: Vec<ReviewAction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewAction {
    pub action: Uuid,
    pub title: Text,
    pub owner: ActorId,
    pub due: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionClosure {
    pub review: Uuid,
    pub action: Uuid,
    pub outcome: Text,
    /// At least one.
    pub evidence: Vec<Evidence>,
}

/// An evidence file destroyed by order; its digest stays. The reason stands in the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Destruction {
    pub digest: Sha256,
    /// Whose order, with its number.
    pub order: String,
    /// The events that refer to the file.
    pub referred_by: Vec<EventId>,
}
