//! Evidence files: kept once by their SHA-256, known by their content and not by what a sender calls it.

mod kind;
mod store;
#[cfg(test)]
mod tests;

pub use kind::{Kind, Sniffer};
pub use store::{Content, EvidenceError, Files, Received};
