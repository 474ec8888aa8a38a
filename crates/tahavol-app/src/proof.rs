//! The ledger as a transparency log: the signed head, runs of hashes and entries, receipts, consistency between two sizes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tahavol_ledger::merkle::note::Note;
use tahavol_ledger::merkle::proof::{ProofError as Unproved, consistency, inclusion, root_of};
use tahavol_ledger::merkle::receipt::Receipt;
use tahavol_ledger::merkle::tile::{TILE, Tiles, bundle};
use tahavol_ledger::merkle::{Hash, hash_text};
use tahavol_ledger::{Ledger, LedgerError, SignedHead};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use crate::app::Tahavol;

/// An Ed25519 cosignature: eight bytes of time before 64 of signature. A log's own line has the 64 alone.
const COSIGNATURE: usize = 8 + 64;

/// How far the log can be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofState {
    /// There is no key: nothing is promised to anybody.
    Unsigned,
    /// A copy that was made anew has fewer events than were signed before; until it has as many nothing new is signed.
    Waiting,
    /// The log is not what was last signed, and nothing is written to it.
    Unproven,
    /// The log's own word alone.
    Signed,
    /// Witnesses have seen it.
    Cosigned,
}

/// Why nothing can be proved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The log has no key. Make one.
    #[error("the log is not signed")]
    Unsigned,
    /// The newest signed head does not reach so far. Wait, or ask for less.
    #[error("{asked} is beyond the {size} entries that are signed")]
    Beyond { asked: u64, size: u64 },
    /// A log does not shrink.
    #[error("{from} entries are more than {to}")]
    Reversed { from: u64, to: u64 },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A worker of this process is gone; only while it shuts down.
    #[error("shutting down")]
    ShuttingDown,
}

impl ProofError {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ProofError::Unsigned => "LOG_UNSIGNED",
            ProofError::Beyond { .. } => "LOG_BEYOND_HEAD",
            ProofError::Reversed { .. } => "LOG_SIZES_REVERSED",
            ProofError::Ledger(_) => "UNAVAILABLE",
            ProofError::ShuttingDown => "SHUTTING_DOWN",
        }
    }

    /// What the message says of this case.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            ProofError::Unsigned | ProofError::ShuttingDown => Vec::new(),
            ProofError::Beyond { asked, size } => vec![("asked", asked.to_string()), ("size", size.to_string())],
            ProofError::Reversed { from, to } => vec![("from", from.to_string()), ("to", to.to_string())],
            ProofError::Ledger(error) => vec![("what", error.to_string())],
        }
    }
}

/// What shows that a log of some size is how a larger one began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    pub from: u64,
    pub from_root: Hash,
    pub to: u64,
    pub to_root: Hash,
    pub hashes: Vec<Hash>,
}

impl Consistency {
    /// The hashes as texts, in their order.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.hashes.iter().map(hash_text)
    }
}

/// How a configured witness is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessReport {
    pub name: String,
    /// The newest head that it has cosigned, and when, in seconds since 1970.
    pub cosigned: Option<(u64, u64)>,
    /// Why it has not cosigned the newest head, if so.
    pub problem: Option<String>,
    /// It has seen another history than the log's.
    pub alarm: bool,
}

impl WitnessReport {
    /// Of whom nothing is known yet.
    #[must_use]
    pub fn new(name: &str) -> WitnessReport {
        WitnessReport { name: name.to_owned(), cosigned: None, problem: None, alarm: false }
    }
}

/// What whoever collects cosignatures has told.
#[derive(Debug, Default)]
pub(crate) struct Witnesses(Mutex<Vec<WitnessReport>>);

impl Witnesses {
    fn all(&self) -> MutexGuard<'_, Vec<WitnessReport>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A witness's line under a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigner {
    pub name: String,
    /// In seconds since 1970, as the witness's clock said.
    pub unix_seconds: u64,
}

impl Tahavol {
    /// The newest signed head, with the cosignatures that are there for it; `None`: the log has no key.
    #[must_use]
    pub fn signed_head(&self) -> Option<Arc<SignedHead>> {
        self.ledger().signed_head()
    }

    /// The newest head that witnesses have cosigned.
    #[must_use]
    pub fn cosigned_head(&self) -> Option<Arc<SignedHead>> {
        self.ledger().cosigned_head()
    }

    /// Told of every newest signed head.
    #[must_use]
    pub fn watch_heads(&self) -> watch::Receiver<Option<Arc<SignedHead>>> {
        self.ledger().watch_heads()
    }

    /// In which way the log is not what was last signed, if it is not.
    #[must_use]
    pub fn unproven(&self) -> Option<String> {
        self.ledger().unproven()
    }

    /// While the log waits to be signed on: how many events that takes.
    #[must_use]
    pub fn signs_from(&self) -> Option<u64> {
        self.ledger().signs_from()
    }

    #[must_use]
    pub fn proof_state(&self) -> ProofState {
        if self.unproven().is_some() {
            return ProofState::Unproven;
        }
        if self.signs_from().is_some() {
            return ProofState::Waiting;
        }
        match (self.signed_head(), self.cosigned_head()) {
            (None, _) => ProofState::Unsigned,
            (Some(_), None) => ProofState::Signed,
            (Some(_), Some(_)) => ProofState::Cosigned,
        }
    }

    /// The configured witnesses, in the order of the configuration.
    #[must_use]
    pub fn witnesses(&self) -> Vec<WitnessReport> {
        self.kept_witnesses().all().clone()
    }

    /// For whoever collects cosignatures: which witnesses there are.
    pub fn report_witnesses(&self, reports: Vec<WitnessReport>) {
        *self.kept_witnesses().all() = reports;
    }

    /// For whoever collects cosignatures: how one of them is.
    pub fn report_witness(&self, index: usize, report: WitnessReport) {
        if let Some(place) = self.kept_witnesses().all().get_mut(index) {
            *place = report;
        }
    }

    /// Hashes of a tile, as the ledger has them.
    ///
    /// # Errors
    /// When the log is not that large, or cannot be read.
    pub async fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, ProofError> {
        Ok(self.ledger().tile(level, number, width).await?)
    }

    /// The lines `[number·256, number·256 + width)`, each after its length in two bytes.
    ///
    /// # Errors
    /// When the log is not that large, or cannot be read.
    pub async fn entries(&self, number: u64, width: u16) -> Result<Vec<u8>, ProofError> {
        let beyond = |size| ProofError::Beyond { asked: number.saturating_mul(TILE).saturating_add(u64::from(width)), size };
        let first = number.checked_mul(TILE).ok_or(beyond(0))?;
        let events = self.ledger().read_all(first.checked_sub(1), usize::from(width)).await?;
        let dense = (first..).zip(&events).all(|(expected, event)| event.position == expected);
        if !dense || events.len() != usize::from(width) {
            return Err(beyond(first + events.len() as u64));
        }
        Ok(bundle(events.iter().map(|event| &event.line[..])))
    }

    /// All that shows offline that the event is in the log: under the newest cosigned head where that one has it, else under the
    /// newest signed one.
    ///
    /// # Errors
    /// When the event is not in a signed head, or the ledger cannot be read.
    pub async fn receipt(&self, position: u64) -> Result<Receipt, ProofError> {
        let newest = self.signed_head().ok_or(ProofError::Unsigned)?;
        let cosigned =
            self.cosigned_head().filter(|head| head.checkpoint.size > position && head.checkpoint.origin == newest.checkpoint.origin);
        let head = cosigned.unwrap_or(newest);
        let size = head.checkpoint.size;
        if position >= size {
            return Err(ProofError::Beyond { asked: position, size });
        }
        let checkpoint = head.note.parse::<Note>().map_err(|error| damaged(&error.to_string()))?;
        let proof = self.prove(move |tiles| inclusion(tiles, position, size)).await?;
        Ok(Receipt { extra: None, index: position, proof, checkpoint })
    }

    /// What shows that the log of `from` entries is how the log of `to` entries began.
    ///
    /// # Errors
    /// When so many are not signed, or the ledger cannot be read.
    pub async fn consistency(&self, from: u64, to: u64) -> Result<Consistency, ProofError> {
        let size = self.signed_head().ok_or(ProofError::Unsigned)?.checkpoint.size;
        if from > to {
            return Err(ProofError::Reversed { from, to });
        }
        if to > size {
            return Err(ProofError::Beyond { asked: to, size });
        }
        self.prove(move |tiles| {
            let (from_root, to_root) = (root_of(tiles, from)?, root_of(tiles, to)?);
            Ok(Consistency { from, from_root, to, to_root, hashes: consistency(tiles, from, to)? })
        })
        .await
    }

    /// Runs what reads tiles one after another on a thread that may block.
    async fn prove<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Blocking) -> Result<T, Unproved<LedgerError>> + Send + 'static,
    ) -> Result<T, ProofError> {
        let tiles = Blocking { ledger: Arc::clone(self.ledger()), runtime: Handle::current() };
        match spawn_blocking(move || work(&tiles)).await {
            Ok(done) => done.map_err(|error| match error {
                Unproved::Tiles(error) => ProofError::Ledger(error),
                Unproved::Beyond { .. } | Unproved::Width { .. } => damaged(&error.to_string()),
            }),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(ProofError::ShuttingDown),
        }
    }
}

/// Whose cosignatures stand under a head. They were verified before the ledger took them.
#[must_use]
pub fn cosigners(head: &SignedHead) -> Vec<Cosigner> {
    let Ok(note) = head.note.parse::<Note>() else { return Vec::new() };
    let of = |bytes: &[u8]| (bytes.len() == COSIGNATURE).then(|| bytes.first_chunk().map(|time| u64::from_be_bytes(*time))).flatten();
    note.signatures.iter().filter_map(|line| Some(Cosigner { name: line.name.clone(), unix_seconds: of(&line.bytes)? })).collect()
}

/// Tiles of any engine for code that blocks.
struct Blocking {
    ledger: Arc<dyn Ledger>,
    runtime: Handle,
}

impl Tiles for Blocking {
    type Error = LedgerError;

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
        self.runtime.block_on(self.ledger.tile(level, number, width))
    }
}

fn damaged(what: &str) -> ProofError {
    ProofError::Ledger(LedgerError::Corrupt { position: None, what: what.to_owned() })
}
