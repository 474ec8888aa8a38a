//! What has happened to a milestone: plan, baselines, reports, claims, verification.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::measure::Measure;
use crate::calendar::Date;
use crate::text::Text;
use crate::values::{EventId, Evidence, Horizon, InitiativeId, Provenance};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    #[serde(rename = "milestone.planned")]
    Planned(Box<Plan>),
    #[serde(rename = "milestone.revised")]
    Revised(Box<Revision>),
    #[serde(rename = "milestone.admitted")]
    Admitted(Resolution),
    #[serde(rename = "milestone.rebaseline_proposed")]
    RebaselineProposed(Box<Rebaseline>),
    #[serde(rename = "milestone.rebaselined")]
    Rebaselined(Box<Rebaselined>),
    #[serde(rename = "milestone.rebaseline_refused")]
    RebaselineRefused(ProposalDecision),
    #[serde(rename = "milestone.cancellation_proposed")]
    CancellationProposed(CancellationProposal),
    #[serde(rename = "milestone.cancelled")]
    Cancelled(ProposalDecision),
    #[serde(rename = "milestone.cancellation_refused")]
    CancellationRefused(ProposalDecision),
    #[serde(rename = "milestone.progress_reported")]
    ProgressReported(ProgressReport),
    #[serde(rename = "milestone.progress_corrected")]
    ProgressCorrected(ProgressCorrection),
    #[serde(rename = "milestone.blocked")]
    Blocked(Blockage),
    #[serde(rename = "milestone.unblocked")]
    Unblocked(Blockage),
    #[serde(rename = "milestone.completion_claimed")]
    CompletionClaimed(Claim),
    #[serde(rename = "milestone.completion_verified")]
    CompletionVerified(ClaimDecision),
    #[serde(rename = "milestone.completion_refused")]
    CompletionRefused(ClaimDecision),
}

impl Event {
    /// The name on the wire; never renamed.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Planned(_) => "milestone.planned",
            Event::Revised(_) => "milestone.revised",
            Event::Admitted(_) => "milestone.admitted",
            Event::RebaselineProposed(_) => "milestone.rebaseline_proposed",
            Event::Rebaselined(_) => "milestone.rebaselined",
            Event::RebaselineRefused(_) => "milestone.rebaseline_refused",
            Event::CancellationProposed(_) => "milestone.cancellation_proposed",
            Event::Cancelled(_) => "milestone.cancelled",
            Event::CancellationRefused(_) => "milestone.cancellation_refused",
            Event::ProgressReported(_) => "milestone.progress_reported",
            Event::ProgressCorrected(_) => "milestone.progress_corrected",
            Event::Blocked(_) => "milestone.blocked",
            Event::Unblocked(_) => "milestone.unblocked",
            Event::CompletionClaimed(_) => "milestone.completion_claimed",
            Event::CompletionVerified(_) => "milestone.completion_verified",
            Event::CompletionRefused(_) => "milestone.completion_refused",
        }
    }
}

/// What is promised: how much it weighs, when, for which horizon, and how it is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// 1 to 10,000.
    #[schemars(range(min = 1, max = 10_000))]
    pub weight: u32,
    pub starts: Date,
    pub due: Date,
    /// Its own, or its initiative's when it was planned.
    pub horizon: Horizon,
    pub measure: Measure,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub initiative: InitiativeId,
    /// Unique in the programme.
    pub code: String,
    pub title: Text,
    pub baseline: Baseline,
    pub provenance: Option<Provenance>,
}

/// What a revision leaves the plan as: the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    pub title: Text,
    pub baseline: Baseline,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    pub resolution: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rebaseline {
    pub proposal: Uuid,
    pub baseline: Baseline,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rebaselined {
    pub proposal: Uuid,
    pub baseline: Baseline,
    pub resolution: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationProposal {
    pub proposal: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalDecision {
    pub proposal: Uuid,
    pub resolution: Option<String>,
}

/// A statement of progress. Its day is the effective date; its id is the event's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressReport {
    /// Basis points, 0–10,000; only and always for the measure `reported`.
    #[schemars(range(max = 10_000))]
    pub progress: Option<u16>,
    /// The steps that are done, counted from 0, ascending; only and always for the measure `steps`.
    pub steps: Option<Vec<u16>>,
    pub note: Option<Text>,
    pub evidence: Vec<Evidence>,
    pub provenance: Option<Provenance>,
}

/// Replaces the report that it names, effective date included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressCorrection {
    /// The report, or an earlier correction of it.
    pub corrects: EventId,
    pub report: ProgressReport,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blockage {}

/// "It is done." Its day is the effective date; its id is the event's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub note: Option<Text>,
    pub evidence: Vec<Evidence>,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimDecision {
    pub claim: EventId,
    pub note: Option<Text>,
}
