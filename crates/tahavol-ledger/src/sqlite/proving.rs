//! What a SQLite ledger offers beyond the port to those who prove and verify: keys, tiles, the head as it lies in the file.

use std::sync::{Arc, PoisonError};

use rusqlite::Connection;

use super::signing::{self, Origin, StoredHead};
use super::tiles::LedgerTiles;
use super::{SqliteLedger, cosignatures, errors};
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::note::VerifyingKey;
use crate::port::{LedgerError, SignedHead};

impl SqliteLedger {
    /// The keys that heads are signed with, under the name of the origin; none when nothing is signed, or when the ledger
    /// is open for reading only.
    pub fn log_keys(&self) -> Vec<VerifyingKey> {
        self.heads.keys.clone()
    }

    /// Hashes of the tree for code that may block, such as proofs.
    pub fn tiles(&self) -> LedgerTiles {
        LedgerTiles(Arc::clone(&self.readers))
    }

    /// The newest signed head as it lies in the file, with nothing verified; `None`: the ledger was never signed. Blocks
    /// the calling thread.
    pub fn stored_head(&self) -> Result<Option<StoredHead>, LedgerError> {
        self.readers.now(|connection| signing::stored_head(connection).map_err(|error| errors::sqlite("read the signed head", &error)))
    }

    /// The names under which the log was signed, oldest first. Blocks the calling thread.
    pub fn origins(&self) -> Result<Vec<Origin>, LedgerError> {
        self.readers.now(|connection| signing::origins(connection).map_err(|error| errors::sqlite("read the origins", &error)))
    }

    /// Why the copy of the newest head cannot be written at the moment, if so.
    pub fn head_copy_problem(&self) -> Option<String> {
        self.heads.copy_problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Nobody tells a reader beside a writing process, so it looks: one short read.
    pub(super) fn head_in_the_file(
        &self,
        read: impl FnOnce(&Connection) -> Result<Option<Arc<SignedHead>>, LedgerError>,
    ) -> Option<Arc<SignedHead>> {
        self.readers.now(read).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read the signed head");
            None
        })
    }
}

pub(super) fn newest_head(connection: &Connection) -> Result<Option<Arc<SignedHead>>, LedgerError> {
    let read = || -> rusqlite::Result<_> {
        let same_moment = connection.unchecked_transaction()?;
        Ok((signing::stored_head(&same_moment)?, cosignatures::newest_cosigned(&same_moment)?))
    };
    let (stored, cosigned) = read().map_err(|error| errors::sqlite("read the signed head", &error))?;
    let Some(StoredHead { origin, size, root, note }) = stored else { return Ok(None) };
    let head = Arc::new(SignedHead { checkpoint: Checkpoint { origin, size, root }, note });
    match cosigned.map(cosignatures::head_of).transpose()? {
        Some(cosigned) if cosigned.checkpoint == head.checkpoint => cosignatures::with_lines_of(&head, &cosigned).map(Some),
        Some(_) | None => Ok(Some(head)),
    }
}

pub(super) fn newest_cosigned_head(connection: &Connection) -> Result<Option<Arc<SignedHead>>, LedgerError> {
    let note = cosignatures::newest_cosigned(connection).map_err(|error| errors::sqlite("read the cosigned head", &error))?;
    note.map(cosignatures::head_of).transpose()
}
