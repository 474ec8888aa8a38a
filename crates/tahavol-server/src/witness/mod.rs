//! The witness: a second role of the program, which follows logs and cosigns their heads, so that nobody can show two histories.
//!
//! It trusts logs by their public keys, remembers the newest head of each on disk, and cosigns only what continues it
//! (c2sp.org/tlog-witness). Run by somebody else than the log: a court of audit, a university.

mod decide;
mod memory;
mod request;
mod serve;
mod trust;

pub(crate) use memory::{Memory, read_all};
pub(crate) use request::AddCheckpoint;
pub(crate) use serve::{Witness, router};
pub(crate) use trust::{KEY_FILE, TRUST_FILE, Trust};
