//! What a commission's decisions remember, and how it follows from the events.

use super::Event;
use crate::fact::Envelope;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commission {}

impl Commission {
    pub(super) fn fold(self, _event: &Event, _said: &Envelope) -> Self {
        self
    }
}
