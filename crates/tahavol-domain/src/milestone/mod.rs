//! The milestone: its events, its commands, and what decides between them.

pub mod command;
mod decide;
pub mod event;
mod evolve;
pub mod measure;
mod resolve;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use event::Event;
pub use evolve::{Milestone, Phase};
pub use resolve::{HEAVIEST, MOST_STEPS};
