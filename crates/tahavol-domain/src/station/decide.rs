//! What a station allows: a list of refusals, one function a command.

use super::{Command, Event, Station};
use crate::aggregate::{Aggregate, Context};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::refusal::Refusal;

impl Aggregate for Station {
    type Command = Command;
    type Event = Event;

    fn decide(&self, _command: &Command, _ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        Ok(Vec::new())
    }

    fn effective_on(&self, _event: &Event, ctx: &Context<'_>) -> Option<Date> {
        ctx.effective_on
    }

    fn evolve(self, event: &Event, said: &Envelope) -> Self {
        self.fold(event, said)
    }
}
