//! The event log as bytes: the port, its SQLite adapter, the contract suite that every adapter passes, Merkle leaves.
//!
//! An event here is `{ id, stream, type, revision, line }`. What a line means is not known below this crate's callers,
//! and a line is never re-serialised: the bytes that were appended are the bytes that are read, hashed and exported.

#[cfg(feature = "contract")]
pub mod contract;
pub mod merkle;
mod port;
mod sqlite;

pub use port::{
    Alarm, Appended, Condition, EVENT_OVERHEAD, Expected, Ledger, LedgerError, Link, MAX_APPEND, MAX_LINE, NewEvent, NotConnected,
    Recorded, SignedHead, Token, Unproven, refuse_unwritable,
};
pub use sqlite::{
    Checked, Copied, CosignedNote, LEDGER_FILE, LedgerFile, LedgerTiles, Look, Looked, Odd, OpenOptions, Origin, Place, Replicated,
    Retention, Signing, SqliteLedger, StoredColumns, StoredEvent, StoredHead, Visit, WritersKeptOut,
};
