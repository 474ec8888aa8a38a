//! Who signs the log and as what: the keys, the origin, and the newest signed head as it lies in the file.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::errors;
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::note::NoteError;
use crate::merkle::note::{KeyKind, SigningKey, VerifyingKey};
use crate::merkle::{Hash, Roots};
use crate::port::{LedgerError, SignedHead};

/// How a ledger is signed.
#[derive(Debug, Clone)]
pub struct Signing {
    /// What the log is called: its address without scheme and trailing slash. After a rollback that was accepted the log
    /// goes on as `<origin>/2`, `<origin>/3` and so on.
    pub origin: String,
    /// Each signs every head; a second one is there while keys are rotated. They sign under the name of the origin,
    /// whatever they are called. None: nothing is signed, and a ledger that ever was cannot be opened for writing.
    pub keys: Vec<SigningKey>,
    /// Where a copy of the newest head is kept: outside the data directory, so that the directory cannot be put back to
    /// an older state unnoticed.
    pub head_copy: Option<PathBuf>,
    /// Go on although the ledger is not what was last signed, under a new origin, for this reason. Refused when nothing
    /// is wrong.
    pub accept_rollback: Option<String>,
}

/// The newest signed head as it lies in the file; nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHead {
    /// The name of the origin by its number in the file.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub note: String,
}

/// A name under which the log was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// From 1. The names end in this number from 2 on.
    pub number: u64,
    pub origin: String,
    /// How many events there were when it began.
    pub since_size: u64,
    /// Why it began; empty for the first one.
    pub reason: String,
}

/// Signs heads of one origin.
pub(super) struct Signer {
    number: u64,
    origin: String,
    keys: Vec<SigningKey>,
}

impl Signer {
    /// The same keys as the configuration names, under the name of this origin.
    pub(super) fn new(number: u64, origin: String, keys: &[SigningKey]) -> Result<Self, LedgerError> {
        let keys = keys.iter().map(|key| key.renamed(&origin)).collect::<Result<_, _>>().map_err(|error| unusable(&error))?;
        Ok(Signer { number, origin, keys })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn keys(&self) -> Vec<VerifyingKey> {
        self.keys.iter().map(SigningKey::verifying_key).collect()
    }

    /// Signing the same size and root again gives the same bytes.
    pub(super) fn sign(&self, size: u64, root: Hash) -> Result<SignedHead, NoteError> {
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root };
        let note = checkpoint.signed(&self.keys)?.to_string();
        Ok(SignedHead { checkpoint, note })
    }

    /// Signs the head over all leaves and puts it into the file, in the transaction that is open.
    pub(super) fn sign_into(&self, connection: &Connection, roots: &Roots) -> rusqlite::Result<Arc<SignedHead>> {
        let head = self.sign(roots.size(), roots.root()).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        self.store(connection, &head)?;
        Ok(Arc::new(head))
    }

    fn store(&self, connection: &Connection, head: &SignedHead) -> rusqlite::Result<()> {
        let Checkpoint { size, root, .. } = &head.checkpoint;
        let values = params![self.number, size, &root[..], head.note];
        let replaced = connection
            .prepare_cached("UPDATE signed_head SET origin = ?1, size = ?2, root = ?3, note = ?4 WHERE row = 0")?
            .execute(values)?;
        if replaced == 0 {
            connection
                .prepare_cached("INSERT INTO signed_head (row, origin, size, root, note) VALUES (0, ?1, ?2, ?3, ?4)")?
                .execute(values)?;
        }
        Ok(())
    }
}

/// Refuses what could never sign, before anything is touched.
pub(super) fn verify_usable(signing: &Signing) -> Result<(), LedgerError> {
    if signing.keys.iter().any(|key| key.kind() != KeyKind::Log) {
        return Err(LedgerError::Refused { what: "a witness's key cannot sign the log".to_owned() });
    }
    if signing.origin.ends_with('/') || signing.origin.contains("://") {
        let what = format!("{} is no origin: it has neither scheme nor trailing slash", signing.origin);
        return Err(LedgerError::Refused { what });
    }
    if signing.accept_rollback.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(LedgerError::Refused { what: "accepting a rollback needs a reason".to_owned() });
    }
    let keys = Signer::new(1, signing.origin.clone(), &signing.keys)?.keys();
    if (1..keys.len()).any(|at| keys[..at].contains(&keys[at])) {
        return Err(LedgerError::Refused { what: "the same key of the log is given twice".to_owned() });
    }
    Ok(())
}

/// The name of an origin by its number.
pub(super) fn origin_name(base: &str, number: u64) -> String {
    if number == 1 { base.to_owned() } else { format!("{base}/{number}") }
}

/// The number of an origin by its name; `None` when it is none of this log's.
pub(super) fn origin_number(base: &str, name: &str) -> Option<u64> {
    if name == base {
        return Some(1);
    }
    let number = name.strip_prefix(base)?.strip_prefix('/')?.parse().ok().filter(|number| *number > 1)?;
    (origin_name(base, number) == name).then_some(number)
}

pub(super) fn stored_head(connection: &Connection) -> rusqlite::Result<Option<StoredHead>> {
    connection
        .prepare_cached(
            "SELECT log_origin.origin, size, root, note FROM signed_head JOIN log_origin ON log_origin.number = signed_head.origin",
        )?
        .query_row([], |row| Ok(StoredHead { origin: row.get(0)?, size: row.get(1)?, root: row.get(2)?, note: row.get(3)? }))
        .optional()
}

pub(super) fn origins(connection: &Connection) -> rusqlite::Result<Vec<Origin>> {
    let mut statement = connection.prepare_cached("SELECT number, origin, since_size, reason FROM log_origin ORDER BY number")?;
    let rows = statement
        .query_map([], |row| Ok(Origin { number: row.get(0)?, origin: row.get(1)?, since_size: row.get(2)?, reason: row.get(3)? }))?;
    rows.collect()
}

pub(super) fn begin_origin(connection: &Connection, origin: &Origin) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO log_origin (number, origin, since_size, reason) VALUES (?1, ?2, ?3, ?4)",
        params![origin.number, origin.origin, origin.since_size, origin.reason],
    )?;
    Ok(())
}

fn unusable(error: &NoteError) -> LedgerError {
    errors::refused(&format!("the log cannot be signed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_of_one_log_are_told_from_those_of_others() {
        for number in [1, 2, 3, 10, 400] {
            assert_eq!(origin_number("log.example/tahavol", &origin_name("log.example/tahavol", number)), Some(number));
        }
        for other in ["log.example", "log.example/tahavol/", "log.example/tahavol/1", "log.example/tahavol/02", "log.example/tahavol2"] {
            assert_eq!(origin_number("log.example/tahavol", other), None, "{other}");
        }
    }
}
