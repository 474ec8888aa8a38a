//! Pages about things: lists of them, and one of them with all that is known of it.

pub mod commissions;
mod figures;
pub mod indicators;
pub mod initiatives;
pub mod milestones;
mod parts;
pub mod provinces;
pub mod stations;
mod timeline;

pub use timeline::{BEFORE, Timeline};
