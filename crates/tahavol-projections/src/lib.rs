//! What the facts amount to: pure folds of facts into a snapshot, and the arithmetic of progress.

pub mod apply;
pub mod basis;
pub mod coverage;
pub mod diff;
mod document;
pub mod effect;
pub mod entitlement;
pub mod find;
pub mod indicator;
pub mod progress;
pub mod provinces;
pub mod ratio;
pub mod reports;
pub mod risks;
pub mod rows;
pub mod sight;
pub mod snapshot;
pub mod standing;

pub use snapshot::Snapshot;
