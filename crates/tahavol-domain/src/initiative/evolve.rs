//! What a initiative's decisions remember, and how it follows from the events.

use super::Event;
use crate::fact::Envelope;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Initiative {}

impl Initiative {
    pub(super) fn fold(self, _event: &Event, _said: &Envelope) -> Self {
        self
    }
}

/// Where an initiative stands: `PROPOSED → SUBMITTED → APPROVED | RETURNED | REJECTED`; `RETURNED → PROPOSED`; `APPROVED ⇄ SUSPENDED`;
/// `APPROVED → COMPLETED | CANCELLED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Phase {
    Proposed,
    Submitted,
    Returned,
    Approved,
    Rejected,
    Suspended,
    Completed,
    Cancelled,
}
