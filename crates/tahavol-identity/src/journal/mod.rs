//! The security journal: what was refused and what was sensitive, kept where nobody can take it back unseen.
//!
//! ```text
//! note ─► queue ─► counting (the same ones become one) ─► keeper: table | files ─► Records: entries, verify
//! ```
//!
//! An entry is one line of JSON that has the hash of the line before. Whoever notes something never waits and never fails:
//! what cannot be written is tried again, and then told as lost.

mod counting;
mod entry;
mod files;
mod kind;
mod records;
mod table;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};

use tahavol_domain::calendar::Instant;
use tokio::sync::oneshot;

pub use entry::{Entry, Head, Note};
pub use kind::{NoteKind, UnknownNoteKind};
pub use records::{Broken, Fault, JournalError, Records, Wanted};

use writer::{Asked, Keeper};

/// Notes that wait to be written. More than so many are counted and told as lost.
const QUEUE: usize = 10_000;

/// The name of the embedded store's journal inside a data directory.
pub const JOURNAL_FILE: &str = "journal.sqlite";

/// The name of the directory of a node's journal inside a data directory.
pub const JOURNAL_DIRECTORY: &str = "security";

tokio::task_local! {
    /// From where the request came that the task answers.
    static ADDRESS: Option<IpAddr>;
}

/// Whatever `work` notes without an address has this one: what decides on commands and reads knows of no addresses.
pub async fn asked_from<T>(address: impl Into<Option<IpAddr>>, work: impl Future<Output = T>) -> T {
    ADDRESS.scope(address.into(), work).await
}

/// From where the request came that the task answers: for what goes on elsewhere.
#[must_use]
pub fn asker() -> Option<IpAddr> {
    ADDRESS.try_with(|address| *address).ok().flatten()
}

/// Where notes are handed in. Clones are the same journal; the last one that goes lets the writer finish and end.
#[derive(Debug, Clone)]
pub struct Journal {
    records: Records,
    queue: SyncSender<Asked>,
    state: Arc<State>,
}

/// What the writer tells of itself.
#[derive(Debug, Default)]
struct State {
    noted: BTreeMap<NoteKind, AtomicU64>,
    lost: AtomicU64,
    failures: AtomicU64,
    failing: AtomicBool,
}

/// How the journal is getting on, since this process began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalHealth {
    /// How often each kind was noted.
    pub noted: Vec<(NoteKind, u64)>,
    /// Notes that were not kept, all in all.
    pub lost: u64,
    /// How often writing has failed.
    pub failures: u64,
    /// Whether it failed the last time.
    pub failing: bool,
}

impl Journal {
    /// A journal in a SQLite file of its own, made when it is absent. Blocks.
    ///
    /// # Errors
    /// The file cannot be made or is something else.
    pub fn in_table(file: &Path) -> Result<Journal, JournalError> {
        Journal::begin(Records::Table(file.to_owned()), files::FILE_BYTES)
    }

    /// A journal in files of a directory, which is made when it is absent. Blocks.
    ///
    /// # Errors
    /// The directory cannot be made or read.
    pub fn in_files(directory: &Path) -> Result<Journal, JournalError> {
        Journal::in_files_of(directory, files::FILE_BYTES)
    }

    /// As [`Journal::in_files`], with a next file begun when one has so many bytes.
    ///
    /// # Errors
    /// The directory cannot be made or read.
    pub fn in_files_of(directory: &Path, bytes: u64) -> Result<Journal, JournalError> {
        Journal::begin(Records::Files(directory.to_owned()), bytes)
    }

    fn begin(records: Records, file_bytes: u64) -> Result<Journal, JournalError> {
        let keeper = Keeper::open(&records, file_bytes)?;
        let state = Arc::new(State { noted: NoteKind::ALL.iter().map(|kind| (*kind, AtomicU64::new(0))).collect(), ..State::default() });
        let queue = writer::spawn(keeper, Arc::clone(&state), QUEUE)?;
        Ok(Journal { records, queue, state })
    }

    /// Hands a note in. Never waits, never fails.
    pub fn note(&self, mut note: Note, now: Instant) {
        note.address = note.address.or_else(asker);
        if let Some(noted) = self.state.noted.get(&note.kind) {
            noted.fetch_add(1, Ordering::Relaxed);
        }
        match self.queue.try_send(Asked::Note(note, now)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.state.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits until everything noted before is on disk, or was tried.
    pub async fn flush(&self) {
        let (done, told) = oneshot::channel();
        let queue = self.queue.clone();
        // The queue may be full, and then this waits for room.
        let asked = tokio::task::spawn_blocking(move || queue.send(Asked::Flush(done)).is_ok()).await;
        if asked.unwrap_or(false) {
            // An error means that the writer has gone, with nothing left to write.
            let _gone = told.await;
        }
    }

    /// As [`Journal::flush`], outside of a runtime or on a thread that may block.
    pub fn flush_blocking(&self) {
        let (done, told) = oneshot::channel();
        if self.queue.send(Asked::Flush(done)).is_ok() {
            let _gone = told.blocking_recv();
        }
    }

    /// What is kept, to be read and checked.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.records
    }

    #[must_use]
    pub fn health(&self) -> JournalHealth {
        JournalHealth {
            noted: self.state.noted.iter().map(|(kind, noted)| (*kind, noted.load(Ordering::Relaxed))).collect(),
            lost: self.state.lost.load(Ordering::Relaxed),
            failures: self.state.failures.load(Ordering::Relaxed),
            failing: self.state.failing.load(Ordering::Relaxed),
        }
    }

    /// See [`Records::entries`]. Blocks.
    ///
    /// # Errors
    /// The journal cannot be read or is broken.
    pub fn entries(&self, after: Option<u64>, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.records.entries(after, limit)
    }

    /// See [`Records::verify`]. Blocks.
    ///
    /// # Errors
    /// The journal cannot be read or is broken.
    pub fn verify(&self) -> Result<Head, JournalError> {
        self.records.verify()
    }
}
