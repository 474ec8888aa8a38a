//! What has happened to an initiative: proposal, decision, resources, risks, end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::quantity::Quantity;
use crate::text::Text;
use crate::values::{CommissionSlug, DirectiveCode, Horizon, Provenance};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    #[serde(rename = "initiative.proposed")]
    Proposed(Proposal),
    #[serde(rename = "initiative.revised")]
    Revised(Revision),
    #[serde(rename = "initiative.submitted")]
    Submitted(Submission),
    #[serde(rename = "initiative.approved")]
    Approved(Decision),
    #[serde(rename = "initiative.returned")]
    Returned(Decision),
    #[serde(rename = "initiative.rejected")]
    Rejected(Decision),
    #[serde(rename = "initiative.suspended")]
    Suspended(Decision),
    #[serde(rename = "initiative.resumed")]
    Resumed(Decision),
    #[serde(rename = "initiative.completed")]
    Completed(Decision),
    #[serde(rename = "initiative.cancelled")]
    Cancelled(Decision),
    #[serde(rename = "initiative.resources_allocated")]
    ResourcesAllocated(Allocation),
    #[serde(rename = "initiative.risk_raised")]
    RiskRaised(Risk),
    #[serde(rename = "initiative.risk_closed")]
    RiskClosed(RiskClosure),
}

impl Event {
    /// The name on the wire; never renamed.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Proposed(_) => "initiative.proposed",
            Event::Revised(_) => "initiative.revised",
            Event::Submitted(_) => "initiative.submitted",
            Event::Approved(_) => "initiative.approved",
            Event::Returned(_) => "initiative.returned",
            Event::Rejected(_) => "initiative.rejected",
            Event::Suspended(_) => "initiative.suspended",
            Event::Resumed(_) => "initiative.resumed",
            Event::Completed(_) => "initiative.completed",
            Event::Cancelled(_) => "initiative.cancelled",
            Event::ResourcesAllocated(_) => "initiative.resources_allocated",
            Event::RiskRaised(_) => "initiative.risk_raised",
            Event::RiskClosed(_) => "initiative.risk_closed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Unique in the programme.
    pub code: String,
    pub commission: CommissionSlug,
    pub horizon: Horizon,
    pub title: Text,
    pub directives: Vec<DirectiveCode>,
    pub note: Option<Text>,
    pub provenance: Option<Provenance>,
}

/// What a revision leaves the proposal as: the whole of it, not a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    pub horizon: Horizon,
    pub title: Text,
    pub directives: Vec<DirectiveCode>,
    pub note: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {}

/// A decision of the council: a resolution number here or a reason in the envelope, at least one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    pub resolution: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    pub allocation: Uuid,
    /// What is granted: money, posts, vehicles…
    pub resource: Text,
    pub amount: Quantity,
    pub unit: String,
    pub resolution: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    pub risk: Uuid,
    pub title: Text,
    /// 1 (rare) to 5 (almost certain).
    #[schemars(range(min = 1, max = 5))]
    pub likelihood: u8,
    /// 1 (slight) to 5 (grave).
    #[schemars(range(min = 1, max = 5))]
    pub impact: u8,
    pub mitigation: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskClosure {
    pub risk: Uuid,
}
