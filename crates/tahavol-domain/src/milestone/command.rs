//! What may be asked of a milestone.

use serde::Serialize;
use uuid::Uuid;

use super::event::{CancellationProposal, Claim, ClaimDecision, ProgressCorrection, ProgressReport, ProposalDecision, Resolution};
use super::measure::MeasureChoice;
use crate::calendar::Date;
use crate::text::Text;
use crate::values::{Horizon, InitiativeId, Provenance};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Plan(Box<PlanMilestone>),
    Revise(Box<ReviseMilestone>),
    Admit(Resolution),
    ProposeRebaseline(Box<ProposeRebaseline>),
    ApproveRebaseline(ProposalDecision),
    RefuseRebaseline(ProposalDecision),
    ProposeCancellation(CancellationProposal),
    ApproveCancellation(ProposalDecision),
    RefuseCancellation(ProposalDecision),
    ReportProgress(ProgressReport),
    CorrectProgress(ProgressCorrection),
    Block,
    Unblock,
    ClaimCompletion(Claim),
    VerifyCompletion(ClaimDecision),
    RefuseCompletion(ClaimDecision),
}

/// A baseline before its scope or indicator is resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaselineChoice {
    pub weight: u32,
    pub starts: Date,
    pub due: Date,
    /// None: the initiative's.
    pub horizon: Option<Horizon>,
    pub measure: MeasureChoice,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanMilestone {
    pub initiative: InitiativeId,
    pub code: String,
    pub title: Text,
    pub baseline: BaselineChoice,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviseMilestone {
    pub title: Text,
    pub baseline: BaselineChoice,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposeRebaseline {
    pub proposal: Uuid,
    pub baseline: BaselineChoice,
}
