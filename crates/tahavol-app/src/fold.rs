//! From recorded lines to a snapshot: decoding ahead on other threads, applying in order, checking that nothing is missing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tahavol_domain::fact::{Fact, decode};
use tahavol_ledger::merkle::{Hash, Roots, leaf_hash};
use tahavol_ledger::{Ledger, LedgerError, Recorded};
use tahavol_projections::Snapshot;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::{AppError, undecodable};

/// Events per read when a long stretch is folded: large enough that neither the read nor the hand-over counts, small enough
/// that what is decoded and thrown away again does not decide how much memory a replay takes.
pub(crate) const CHUNK: usize = 512;

/// Chunks that are decoded but not applied yet; together they bound the memory of a replay.
const AHEAD: usize = 3;

/// The last revision of every stream, as far as the follower has got. Shared with the command path, which so knows at
/// once that a stream does not exist.
#[derive(Debug, Default)]
pub(crate) struct Heads(Mutex<HashMap<Arc<str>, u64>>);

impl Heads {
    pub(crate) fn of(&self, stream: &str) -> Option<u64> {
        self.lock().get(stream).copied()
    }

    pub(crate) fn to_vec(&self) -> Vec<(String, u64)> {
        let mut heads: Vec<_> = self.lock().iter().map(|(stream, revision)| (stream.to_string(), *revision)).collect();
        heads.sort_unstable();
        heads
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromIterator<(String, u64)> for Heads {
    fn from_iter<I: IntoIterator<Item = (String, u64)>>(heads: I) -> Self {
        Heads(Mutex::new(heads.into_iter().map(|(stream, revision)| (Arc::from(stream), revision)).collect()))
    }
}

/// An event that has been read and decoded.
pub(crate) struct Decoded {
    pub(crate) position: u64,
    stream: Arc<str>,
    revision: u64,
    leaf: Hash,
    pub(crate) fact: Fact,
}

/// Consecutive events; where one cannot be decoded, those before it, and why it ends there.
pub(crate) struct Batch {
    pub(crate) events: Vec<Decoded>,
    pub(crate) stopped: Option<AppError>,
}

impl Batch {
    /// As a start does it: that a line is the one that was appended is taken on trust.
    pub(crate) fn decode(recorded: Vec<Recorded>) -> Self {
        Batch::of(recorded, decode_one)
    }

    /// Trusts nothing: every line must have the leaf hash that the ledger keeps of it.
    pub(crate) fn verify(recorded: Vec<Recorded>) -> Self {
        Batch::of(recorded, |recorded| {
            unchanged(&recorded)?;
            decode_one(recorded)
        })
    }

    fn of(recorded: Vec<Recorded>, read: impl Fn(Recorded) -> Result<Decoded, AppError>) -> Self {
        let mut events = Vec::with_capacity(recorded.len());
        for recorded in recorded {
            match read(recorded) {
                Ok(event) => events.push(event),
                Err(error) => return Batch { events, stopped: Some(error) },
            }
        }
        Batch { events, stopped: None }
    }
}

fn unchanged(recorded: &Recorded) -> Result<(), AppError> {
    if leaf_hash(&recorded.line) == recorded.leaf_hash {
        return Ok(());
    }
    let what = "the leaf hash is not that of the line".to_owned();
    Err(AppError::Ledger(LedgerError::Corrupt { position: Some(recorded.position), what }))
}

/// The line must say of itself what the ledger says of it; otherwise one of them was tampered with.
fn decode_one(recorded: Recorded) -> Result<Decoded, AppError> {
    let position = recorded.position;
    let fact = decode(&recorded.line).map_err(|error| undecodable(position, &error))?;
    let said = &fact.envelope;
    let differs = if said.id.0 != recorded.id {
        Some("id")
    } else if said.stream != *recorded.stream {
        Some("stream")
    } else if said.revision != recorded.revision {
        Some("revision")
    } else if fact.event.event_type() != &*recorded.event_type {
        Some("type")
    } else {
        None
    };
    match differs {
        Some(what) => Err(AppError::Stopped { position, what: format!("the line and the ledger disagree about the event's {what}") }),
        None => Ok(Decoded { position, stream: recorded.stream, revision: recorded.revision, leaf: recorded.leaf_hash, fact }),
    }
}

/// A snapshot with what is needed to go on from it: where every stream ends, and the right edge of the Merkle tree.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    pub(crate) snapshot: Snapshot,
    pub(crate) roots: Roots,
    pub(crate) heads: Arc<Heads>,
    /// Leaf hash of the last event.
    pub(crate) last_leaf: Option<Hash>,
}

impl Fold {
    /// Applies a batch; `keep` sees the snapshot after every `every`-th position. Stops before the first event that does not follow.
    pub(crate) fn apply(&mut self, batch: Batch, every: u64, keep: &mut dyn FnMut(&Snapshot)) -> Result<(), AppError> {
        let Fold { snapshot, roots, heads, last_leaf } = self;
        let mut heads = heads.lock();
        for event in &batch.events {
            follows(&mut heads, event)?;
            advance(snapshot, event)?;
            roots.push(event.leaf);
            *last_leaf = Some(event.leaf);
            if (event.position + 1).is_multiple_of(every) {
                keep(snapshot);
            }
        }
        batch.stopped.map_or(Ok(()), Err)
    }

    pub(crate) fn position(&self) -> Option<u64> {
        self.snapshot.position
    }
}

/// The streams have no gaps and no repeats, whatever the ledger that keeps them.
fn follows(heads: &mut HashMap<Arc<str>, u64>, event: &Decoded) -> Result<(), AppError> {
    let expected = match heads.get_mut(&event.stream) {
        Some(head) => {
            *head += 1;
            *head
        }
        None => {
            heads.insert(Arc::clone(&event.stream), 0);
            0
        }
    };
    if expected == event.revision {
        return Ok(());
    }
    let what = format!("stream {} goes on with revision {} where {expected} is due", event.stream, event.revision);
    Err(AppError::Stopped { position: event.position, what })
}

/// One event more.
pub(crate) fn advance(snapshot: &mut Snapshot, event: &Decoded) -> Result<(), AppError> {
    snapshot.apply(&event.fact, event.position).map_err(|error| AppError::Stopped { position: event.position, what: error.to_string() })
}

/// Reads and decodes everything after a position up to and with another, in order and ahead of the caller. `read` is
/// [`Batch::decode`] or [`Batch::verify`].
pub(crate) fn read_ahead(ledger: Arc<dyn Ledger>, after: Option<u64>, until: u64, read: fn(Vec<Recorded>) -> Batch) -> Ahead {
    let (sender, batches) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let mut after = after;
        while after.is_none_or(|after| after < until) {
            let left = until - after.map_or(0, |after| after + 1) + 1;
            let limit = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let batch = match ledger.read_all(after, limit).await {
                Ok(recorded) if recorded.is_empty() => return,
                Ok(recorded) => {
                    after = recorded.last().map(|last| last.position);
                    // Many cores decode at once: the receiver waits for the batches in the order in which they were read.
                    spawn_blocking(move || read(recorded))
                }
                Err(error) => {
                    let failed = Batch { events: Vec::new(), stopped: Some(error.into()) };
                    after = Some(until);
                    spawn_blocking(move || failed)
                }
            };
            if sender.send(batch).await.is_err() {
                return;
            }
        }
    });
    Ahead(batches)
}

/// Batches that are on their way. Dropping it ends the reading.
pub(crate) struct Ahead(mpsc::Receiver<JoinHandle<Batch>>);

impl Ahead {
    pub(crate) async fn next(&mut self) -> Result<Option<Batch>, AppError> {
        match self.0.recv().await {
            Some(batch) => batch.await.map(Some).map_err(|_| AppError::ShuttingDown),
            None => Ok(None),
        }
    }
}
