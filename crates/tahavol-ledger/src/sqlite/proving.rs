//! What a SQLite ledger offers beyond the port to those who prove and verify: keys, tiles, the head as it lies in the file.

use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use rusqlite::Connection;

use super::signing::{self, Origin, Signing, StoredHead};
use super::tiles::LedgerTiles;
use super::{SqliteLedger, cosignatures, errors, head_copy, rollback};
use crate::merkle::Roots;
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::note::VerifyingKey;
use crate::port::{LedgerError, SignedHead, Unproven};

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

    /// What the log was found not to be while it was open for writing, if so: nothing is written any more.
    pub fn unproven(&self) -> Option<String> {
        self.heads.unproven.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether opening for writing would find the ledger to be what was last signed; reads every leaf hash. Blocks the
    /// calling thread.
    pub fn examine_signed(&self, signing: &Signing) -> Result<(), LedgerError> {
        signing::verify_usable(signing)?;
        let mut roots = Roots::default();
        self.scan(None, &mut |_, _, leaf| {
            roots.push(*leaf);
            ControlFlow::Continue(())
        })?;
        self.readers.now(|connection| rollback::examine(connection, Some(signing), &roots).map(drop))
    }

    /// Writes the copy of the newest head where there is none and nothing else is wrong: for a ledger that was moved,
    /// when a person knows that nothing was signed since. `None`: there is a copy. Blocks the calling thread.
    pub fn adopt_head(&self, signing: &Signing) -> Result<Option<StoredHead>, LedgerError> {
        match self.examine_signed(signing) {
            Ok(()) => return Ok(None),
            Err(LedgerError::Unproven { kind: Unproven::HeadCopyMissing, .. }) => {}
            Err(error) => return Err(error),
        }
        let (Some(head), Some(path)) = (self.stored_head()?, signing.head_copy.as_deref()) else { return Ok(None) };
        head_copy::write(path, &head.note).map_err(|error| errors::io("write the copy of the newest head to", path, &error))?;
        tracing::warn!(origin = %head.origin, size = head.size, path = %path.display(), "took the ledger's own head for the newest one");
        Ok(Some(head))
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
        Ok((signing::stored_head(&same_moment)?, same_moment))
    };
    let (stored, same_moment) = read().map_err(|error| errors::sqlite("read the signed head", &error))?;
    let cosigned = cosignatures::newest_cosigned(&same_moment, None)?;
    let Some(StoredHead { origin, size, root, note }) = stored else { return Ok(None) };
    let head = Arc::new(SignedHead { checkpoint: Checkpoint { origin, size, root }, note });
    match cosigned {
        Some(cosigned) if cosigned.checkpoint == head.checkpoint => cosignatures::with_lines_of(&head, &cosigned).map(Some),
        Some(_) | None => Ok(Some(head)),
    }
}

pub(super) fn newest_cosigned_head(connection: &Connection) -> Result<Option<Arc<SignedHead>>, LedgerError> {
    cosignatures::newest_cosigned(connection, None)
}
