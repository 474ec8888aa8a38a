//! What a milestone's decisions remember, and how it follows from the events.

use super::Event;
use crate::fact::Envelope;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Milestone {}

impl Milestone {
    pub(super) fn fold(self, _event: &Event, _said: &Envelope) -> Self {
        self
    }
}

/// Where a milestone stands: `PLANNED → CLAIMED → VERIFIED`; refused, back to `PLANNED`; any but `VERIFIED → CANCELLED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Phase {
    Planned,
    Claimed,
    Verified,
    Cancelled,
}
