//! What a indicator's decisions remember, and how it follows from the events.

use super::Event;
use crate::fact::Envelope;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indicator {}

impl Indicator {
    pub(super) fn fold(self, _event: &Event, _said: &Envelope) -> Self {
        self
    }
}
