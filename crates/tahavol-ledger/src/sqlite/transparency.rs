//! What the writer keeps beside the events so that they can be proved: the tree, the signed head, cosignatures.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::watch;

use super::cosignatures::{self, Keep};
use super::errors::FailedGroup;
use super::head_copy::{CopyProblem, HeadCopy};
use super::rollback::{Awaited, Examined, examine};
use super::signing::{self, Signer, Signing};
use super::{errors, replica, schema, subtrees};
use crate::merkle::note::VerifyingKey;
use crate::merkle::{Hash, Roots};
use crate::port::{LedgerError, Recorded, SignedHead, Unproven};

/// A head for whoever asks; `None`: there is none.
pub(super) type Shown = Option<Arc<SignedHead>>;

/// What the log was found not to be while it was written, for health reports.
pub(super) type Alarm = Arc<Mutex<Option<String>>>;

/// The writer's side.
pub(super) struct Transparency {
    roots: Roots,
    log: Option<SignedLog>,
}

/// What there is only when the ledger has a key.
struct SignedLog {
    signer: Signer,
    /// Of a replica that is being built anew: nothing is signed before it has this head's size.
    awaits: Option<Awaited>,
    /// Signed or cosigned in the transaction that is open: shown when it is on disk.
    signed: Shown,
    cosigned: Shown,
    newest: watch::Sender<Shown>,
    newest_cosigned: watch::Sender<Shown>,
    signs_from: watch::Sender<Option<u64>>,
    copy: Option<HeadCopy>,
    unproven: Alarm,
}

/// The readers' side.
#[derive(Clone)]
pub(super) struct Heads {
    pub(super) newest: watch::Receiver<Shown>,
    pub(super) newest_cosigned: watch::Receiver<Shown>,
    /// See [`SqliteLedger::signs_from`](super::SqliteLedger::signs_from).
    pub(super) signs_from: watch::Receiver<Option<u64>>,
    pub(super) keys: Vec<VerifyingKey>,
    pub(super) copy_problem: CopyProblem,
    pub(super) unproven: Alarm,
}

/// A copy of a head, and no ledger yet: what would be refused is refused before anything is made.
pub(super) fn refuse_new(signing: &Signing, replica_of: Option<&str>) -> Result<(), LedgerError> {
    signing::verify_usable(signing)?;
    if signing.accept_rollback.is_some() || signing.head_copy.as_deref().is_none_or(|path| !path.exists()) {
        return Ok(());
    }
    let mut empty = Connection::open_in_memory().map_err(|error| errors::sqlite("think of an empty ledger", &error))?;
    schema::migrate(&mut empty)?;
    if let Some(log) = replica_of {
        replica::mark(&empty, log)?;
    }
    examine(&empty, Some(signing), &Roots::default()).map(drop)
}

impl Transparency {
    /// Brings the tree up to date, and refuses a ledger that is not what was last signed.
    pub(super) fn open(connection: &Connection, size: u64, signing: Option<&Signing>) -> Result<(Self, Heads), LedgerError> {
        if let Some(signing) = signing {
            signing::verify_usable(signing)?;
        }
        let roots = subtrees::restore(connection, size)?;
        match examine(connection, signing, &roots)? {
            None => Ok((Transparency { roots, log: None }, Heads::of_an_unsigned_log())),
            Some(examined) => {
                let copy = signing.and_then(|signing| signing.head_copy.as_deref());
                let (log, heads) = SignedLog::open(connection, &roots, examined, copy)?;
                Ok((Transparency { roots, log: Some(log) }, heads))
            }
        }
    }

    /// Lets the tree grow by the events of the transaction that is open, and signs the head over all.
    pub(super) fn extend(&mut self, connection: &Connection, events: &[Recorded]) -> Result<(), FailedGroup> {
        if events.is_empty() {
            return Ok(());
        }
        let awaited = self.log.as_ref().and_then(|log| log.awaits.as_ref()).map(|awaited| awaited.head.checkpoint.size);
        let mut root_there = None;
        let mut completed = Vec::new();
        for event in events {
            self.roots.push_telling(event.leaf_hash, |level, number, hash| completed.push((level, number, hash)));
            if awaited == Some(self.roots.size()) {
                root_there = Some(self.roots.root());
            }
        }
        subtrees::write(connection, &completed)?;
        match &mut self.log {
            Some(log) => log.sign(connection, &self.roots, root_there),
            None => Ok(()),
        }
    }

    /// Keeps cosignatures in the transaction that is open.
    pub(super) fn keep(&mut self, connection: &Connection, asked: &Keep) -> rusqlite::Result<Result<(), LedgerError>> {
        let Some(log) = &mut self.log else {
            return Ok(Err(errors::refused("the ledger has no key, so there is nothing to cosign")));
        };
        if let Some(size) = *log.signs_from.borrow() {
            return Ok(Err(errors::refused(&format!("the replica is being built anew, and signs nothing before it has {size} events"))));
        }
        let kept = cosignatures::keep(connection, &log.signer, &self.roots, asked)?;
        Ok(kept.map(|head| {
            let newer = |known: &Shown| known.as_ref().is_none_or(|known| known.checkpoint.size <= asked.size);
            if head.is_some() && newer(&log.cosigned) && newer(&log.newest_cosigned.borrow()) {
                log.cosigned = head;
            }
        }))
    }

    /// The transaction is on disk: what was signed in it may be seen.
    pub(super) fn show(&mut self) {
        if let Some(log) = &mut self.log {
            log.show();
        }
    }

    /// After a failed transaction: what the file says counts. A row that is not under the file's own head was written by
    /// another program; a head over it would vouch for it.
    pub(super) fn read_again(&mut self, connection: &Connection, size: u64) -> Result<(), LedgerError> {
        self.roots = subtrees::restore(connection, size)?;
        let Some(log) = &mut self.log else { return Ok(()) };
        (log.signed, log.cosigned) = (None, None);
        let stored = signing::stored_head(connection).map_err(|error| errors::sqlite("read the signed head", &error))?;
        let Some(stored) = stored.filter(|stored| stored.size == size && stored.root == self.roots.root()) else {
            if log.awaits.as_ref().is_some_and(|awaited| awaited.head.checkpoint.size > size) {
                return Ok(());
            }
            let what = format!("{size} events are there, and the newest head is not theirs: another program has written to the file");
            log.alarm(&what);
            return Err(LedgerError::Unproven { kind: Unproven::UnsignedTail, what });
        };
        *log.unproven.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // A commit whose outcome was not known may have been one after all.
        let known = log.newest.borrow().as_ref().map(|head| head.checkpoint.size);
        if known != Some(stored.size) {
            log.signed = Some(cosignatures::head_of(stored.note)?);
            log.show();
        }
        Ok(())
    }
}

impl SignedLog {
    fn open(connection: &Connection, roots: &Roots, examined: Examined, copy: Option<&Path>) -> Result<(Self, Heads), LedgerError> {
        let failed = |error: rusqlite::Error| errors::sqlite("sign the ledger", &error);
        let Examined { signer, head, begins, awaits } = examined;
        let head = match head {
            Some(stored) => Some(cosignatures::head_of(stored.note)?),
            None if awaits.is_some() => None,
            None => {
                let signed = || -> rusqlite::Result<Arc<SignedHead>> {
                    let transaction = connection.unchecked_transaction()?;
                    if let Some(origin) = &begins {
                        signing::begin_origin(&transaction, origin)?;
                    }
                    let head = signer.sign_into(&transaction, roots)?;
                    transaction.commit()?;
                    Ok(head)
                };
                Some(signed().map_err(failed)?)
            }
        };
        // The copy stays what it is while it is further than the file.
        let copied = awaits.as_ref().map(|awaited| &awaited.head).or(head.as_deref());
        let copy = copy.zip(copied).map(|(path, head)| HeadCopy::open(path, head)).transpose()?;
        let cosigned = cosignatures::newest_cosigned(connection, Some(&signer.keys()))?;
        let newest = match (head, &cosigned) {
            (Some(head), Some(cosigned)) if cosigned.checkpoint == head.checkpoint => Some(cosignatures::with_lines_of(&head, cosigned)?),
            (head, Some(_) | None) => head,
        };
        let (newest, newest_shown) = watch::channel(newest);
        let (signs_from, signs_from_shown) = watch::channel(awaits.as_ref().map(|awaited| awaited.head.checkpoint.size));
        let (newest_cosigned, newest_cosigned_shown) = watch::channel(cosigned);
        let heads = Heads {
            newest: newest_shown,
            newest_cosigned: newest_cosigned_shown,
            signs_from: signs_from_shown,
            keys: signer.keys(),
            copy_problem: copy.as_ref().map(HeadCopy::problem).unwrap_or_default(),
            unproven: Alarm::default(),
        };
        let unproven = Arc::clone(&heads.unproven);
        tracing::info!(origin = signer.origin(), keys = heads.keys.len(), size = roots.size(), "the ledger is signed");
        Ok((SignedLog { signer, awaits, signed: None, cosigned: None, newest, newest_cosigned, signs_from, copy, unproven }, heads))
    }

    /// In the transaction that is open. `root_there`: the root at the size of the head that is awaited, when the transaction
    /// reaches it.
    fn sign(&mut self, connection: &Connection, roots: &Roots, root_there: Option<Hash>) -> Result<(), FailedGroup> {
        if let Some(Awaited { head, begins }) = &self.awaits {
            let Some(root) = root_there else { return Ok(()) };
            if root != head.checkpoint.root {
                let size = head.checkpoint.size;
                let what =
                    format!("the first {size} events that the engine has now have another root than the copy of the newest head says");
                self.alarm(&what);
                return Err(LedgerError::Unproven { kind: Unproven::Forked, what }.into());
            }
            if let Some(origin) = begins {
                signing::begin_origin(connection, origin)?;
            }
        }
        self.signed = Some(self.signer.sign_into(connection, roots)?);
        Ok(())
    }

    /// Told in the log once and in health reports for as long as it lasts.
    fn alarm(&self, what: &str) {
        let mut unproven = self.unproven.lock().unwrap_or_else(PoisonError::into_inner);
        if unproven.is_none() {
            tracing::error!(what, "the ledger is not what was last signed: nothing is written to it any more");
        }
        *unproven = Some(what.to_owned());
    }

    fn show(&mut self) {
        if let Some(head) = self.signed.take() {
            if self.awaits.take().is_some() {
                tracing::info!(size = head.checkpoint.size, "the replica has come to the root that was signed before, and is signed on");
                self.signs_from.send_replace(None);
            }
            if let Some(copy) = &self.copy {
                copy.lay_down(Arc::clone(&head));
            }
            self.newest.send_replace(Some(head));
        }
        if let Some(head) = self.cosigned.take() {
            self.newest.send_if_modified(|newest| {
                let same = newest.as_ref().is_some_and(|newest| newest.checkpoint == head.checkpoint);
                if same {
                    *newest = Some(Arc::clone(&head));
                }
                same
            });
            self.newest_cosigned.send_replace(Some(head));
        }
    }
}

impl Heads {
    /// Nothing to show, and nothing that will be.
    pub(super) fn of_an_unsigned_log() -> Self {
        let ((_, newest), (_, newest_cosigned), (_, signs_from)) = (watch::channel(None), watch::channel(None), watch::channel(None));
        Heads { newest, newest_cosigned, signs_from, keys: Vec::new(), copy_problem: CopyProblem::default(), unproven: Alarm::default() }
    }
}
