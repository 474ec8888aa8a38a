//! Pages about things: lists of them, and one of them with all that is known of it.

pub mod commission;
pub mod commissions;
mod figures;
pub mod indicator;
pub mod indicators;
pub mod initiative;
pub mod initiatives;
mod measure;
pub mod milestone;
pub mod milestones;
mod parts;
pub mod province;
pub mod provinces;
pub mod search;
pub mod station;
pub mod stations;
#[cfg(test)]
mod tests;
mod timeline;

pub use timeline::{BEFORE, Timeline};
