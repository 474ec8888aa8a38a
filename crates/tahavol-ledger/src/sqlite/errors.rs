//! What SQLite and the operating system say, in the terms of the port.

use std::path::Path;

use rusqlite::{ErrorCode, ffi};

use crate::merkle::proof::ProofError;
use crate::port::LedgerError;

/// A failed read, or a failed step of opening.
pub(super) fn sqlite(doing: &str, error: &rusqlite::Error) -> LedgerError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            LedgerError::Corrupt { position: None, what: format!("cannot {doing}: {error}") }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            LedgerError::Unavailable { retry: true, what: format!("cannot {doing}: {error}") }
        }
        _ => LedgerError::Unavailable { retry: false, what: format!("cannot {doing}: {}", reason(error)) },
    }
}

/// Why a group of appends was not recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum FailedGroup {
    /// A failed commit, or a failed statement before it.
    #[error(transparent)]
    File(#[from] rusqlite::Error),
    /// The file is not what the ledger left there.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What each append and each caller of a failed group is answered.
pub(super) fn failed_group(error: &FailedGroup) -> LedgerError {
    match error {
        FailedGroup::File(error) => failed_commit(error),
        FailedGroup::Ledger(error) => error.clone(),
    }
}

fn failed_commit(error: &rusqlite::Error) -> LedgerError {
    if extended_code(error) == Some(ffi::SQLITE_IOERR_FSYNC) {
        // The commit may be in the file; only whether it would survive a power failure is not known.
        return LedgerError::OutcomeUnknown { what: format!("the disk did not confirm the commit: {error}") };
    }
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
        // Our own checks passed, so another program has changed the file since; they are read again before a retry.
        return LedgerError::Unavailable { retry: true, what: format!("the file was changed from outside: {error}") };
    }
    sqlite("append", error)
}

pub(super) fn io(doing: &str, path: &Path, error: &std::io::Error) -> LedgerError {
    LedgerError::Unavailable { retry: false, what: format!("cannot {doing} {}: {error}", path.display()) }
}

pub(super) fn needs_a_person(what: &str) -> LedgerError {
    LedgerError::Unavailable { retry: false, what: what.to_owned() }
}

pub(super) fn refused(what: &str) -> LedgerError {
    LedgerError::Refused { what: what.to_owned() }
}

/// A root or a proof could not be read together.
pub(super) fn proof(error: ProofError<LedgerError>) -> LedgerError {
    match error {
        ProofError::Tiles(error) => error,
        ProofError::Beyond { .. } | ProofError::Width { .. } => LedgerError::Corrupt { position: None, what: error.to_string() },
    }
}

pub(super) fn wrong_leaf(position: u64) -> LedgerError {
    corrupt(position, "the leaf hash is not that of the line")
}

pub(super) fn corrupt(position: u64, what: &str) -> LedgerError {
    LedgerError::Corrupt { position: Some(position), what: what.to_owned() }
}

fn reason(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            format!("the disk (or the size set for the ledger) is full ({error})")
        }
        Some(ErrorCode::ReadOnly) => {
            format!("the file or its directory cannot be written to ({error})")
        }
        Some(ErrorCode::SystemIoFailure) => {
            format!("the operating system reports an error ({error})")
        }
        _ => error.to_string(),
    }
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
