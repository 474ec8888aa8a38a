//! What may be asked of an initiative.

use serde::Serialize;

use super::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Propose(Proposal),
    Revise(Revision),
    Submit,
    Approve(Decision),
    Return(Decision),
    Reject(Decision),
    Suspend(Decision),
    Resume(Decision),
    Complete(Decision),
    Cancel(Decision),
    AllocateResources(Allocation),
    RaiseRisk(Risk),
    CloseRisk(RiskClosure),
}
