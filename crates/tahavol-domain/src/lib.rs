//! What may happen in a reform programme: the events, the commands, and the rules between them. No I/O, no clock, no randomness.

pub mod aggregate;
pub mod calendar;
mod deciding;
pub mod fact;
mod input;
pub mod kind;
pub mod policy;
pub mod quantity;
pub mod refusal;
pub mod schema;
pub mod text;
pub mod values;

pub mod commission;
pub mod indicator;
pub mod initiative;
pub mod milestone;
pub mod programme;
pub mod station;

#[cfg(test)]
pub(crate) mod testing;

pub use aggregate::{Aggregate, Basis, Command, Context, Stream};
pub use fact::{Envelope, Event, Fact};
pub use kind::Kind;
pub use refusal::{Refusal, Rule};
