//! The event log as bytes: the port, its SQLite adapter, the contract suite that every adapter passes, Merkle leaves.
//!
//! An event here is `{ id, stream, type, revision, line }`. What a line means is not known below this crate's callers,
//! and a line is never re-serialised: the bytes that were appended are the bytes that are read, hashed and exported.

#[cfg(feature = "contract")]
pub mod contract;
pub mod merkle;
mod port;
mod sqlite;

pub use port::{Appended, Expected, Ledger, LedgerError, MAX_LINE, NewEvent, Recorded, SignedHead, Token, Unproven};
pub use sqlite::{
    Checked, Copied, CosignedNote, LEDGER_FILE, LedgerFile, LedgerTiles, Odd, OpenOptions, Origin, Signing, SqliteLedger, StoredColumns,
    StoredEvent, StoredHead, Visit,
};
