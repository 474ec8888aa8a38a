//! Pages about things: lists of them, and one of them with all that is known of it.

mod milestones;

pub use milestones::{list as milestones, listed as listed_milestones};
