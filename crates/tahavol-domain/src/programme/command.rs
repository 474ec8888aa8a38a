//! What may be asked of the programme. A payload that is the same in the event is the event's own struct.

use serde::Serialize;
use uuid::Uuid;

use super::event::{
    ActionClosure, Appointment, Charter, Delegation, DelegationEnd, Destruction, Directive, HorizonWindow, Release, ReviewAction,
    ReviewKind,
};
use crate::quantity::Quantity;
use crate::text::Text;
use crate::values::Provenance;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Charter(Box<Charter>),
    AppointOfficial(Appointment),
    ProposeOfficialRelease(Release),
    ReleaseOfficial(Release),
    DelegateOffice(Delegation),
    EndDelegation(DelegationEnd),
    RescheduleHorizon(HorizonWindow),
    IssueDirective(Directive),
    /// The system computes the version's digest from the basis; the council approves it.
    ApproveDocument {
        resolution: String,
    },
    /// The system finds the set by the rule from the stations at the basis.
    DesignateTargetStations {
        visit_share_above: Quantity,
        case_share_above: Quantity,
        provenance: Option<Provenance>,
    },
    /// Freezes the basis unless an earlier position is named.
    HoldReview(HoldReview),
    CloseReviewAction(ActionClosure),
    DestroyEvidence(Destruction),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldReview {
    pub review: Uuid,
    pub kind: ReviewKind,
    pub title: Text,
    pub position: Option<u64>,
    pub strengths: Vec<Text>,
    pub weaknesses: Vec<Text>,
    pub commendations: Vec<Text>,
    pub actions: Vec<ReviewAction>,
}
