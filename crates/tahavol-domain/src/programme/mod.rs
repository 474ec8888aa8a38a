//! The programme: its events, its commands, and what decides between them.

mod charter;
pub mod command;
mod decide;
pub mod event;
mod evolve;
mod offices;
mod reviews;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use event::Event;
pub use evolve::Programme;
