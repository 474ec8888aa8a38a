//! The embedded ledger: one SQLite file, one writer thread with group commit, a few reading connections.

mod backup;
mod copying;
mod cosignatures;
mod errors;
mod examine;
mod file;
mod group;
mod head_copy;
mod heads;
mod ids;
mod odd;
mod proving;
mod readers;
mod replica;
mod rollback;
mod schema;
mod signing;
mod subscription;
mod subtrees;
mod tiles;
mod transparency;
mod writer;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::sync::{oneshot, watch};

use crate::merkle::{Hash, Roots, leaf_hash};
use crate::port::{Appended, Expected, Ledger, LedgerError, NewEvent, Recorded, SignedHead, Token, refuse_unwritable};
use cosignatures::Keep;
use readers::Readers;
use subscription::{Follow, Tail};
use transparency::{Heads, Transparency};
use writer::{Append, Job, Leaf, Writer};

pub use backup::Copied;
pub use examine::{CosignedNote, LedgerFile, StoredColumns, StoredEvent};
pub use file::{LEDGER_FILE, WritersKeptOut};
pub use odd::Odd;
pub use replica::{Look, Looked, Place, Replicated, Retention};
pub use signing::{Origin, Signing, StoredHead};
pub use tiles::LedgerTiles;

/// How to open a ledger file.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Make the directory and the file when they are not there. Otherwise their absence is an error.
    pub create: bool,
    /// How many reads may run at once.
    pub readers: usize,
    /// Refuse appends that would make the file larger than this (a reserve for the rest of the disk). They are
    /// answered as on a full disk.
    pub max_bytes: Option<u64>,
    /// Sign the log. Without it a ledger that is signed already cannot be opened for writing.
    pub signing: Option<Signing>,
    /// The file is a copy of the log of this name, which another engine keeps: it is filled by
    /// [`SqliteLedger::replicate`] and refuses appends. A new file is marked so; a file of another kind or of another log
    /// is refused. Reading only opens either kind.
    pub replica_of: Option<String>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions { create: true, readers: 4, max_bytes: None, signing: None, replica_of: None }
    }
}

/// A ledger in one SQLite file. Dropping it does what `close` does.
pub struct SqliteLedger {
    path: PathBuf,
    readers: Arc<Readers>,
    tail: watch::Receiver<Tail>,
    heads: Heads,
    /// The name of the log that this is a copy of.
    replica_of: Option<String>,
    mode: Mode,
}

/// Told position, line and leaf hash of each event of a scan; `Break` ends the scan.
pub type Visit<'a> = dyn FnMut(u64, &[u8], &Hash) -> ControlFlow<()> + 'a;

/// What [`SqliteLedger::check`] found: every row read, every leaf recomputed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub events: u64,
    pub root: Hash,
}

enum Mode {
    Writing {
        queue: Queue,
        thread: Mutex<Option<JoinHandle<()>>>,
    },
    /// Another process may be writing, so the file is asked from time to time; dropping the sender ends subscriptions.
    Reading {
        open: Mutex<Option<watch::Sender<Tail>>>,
    },
}

/// `None` once closed. The lock is held only while sending, which never waits: it makes "queued" and "refused because
/// closed" the only two outcomes.
type Queue = Mutex<Option<mpsc::Sender<Job>>>;

impl SqliteLedger {
    /// Opens a ledger for writing, and for reading. `path` is the directory that holds [`LEDGER_FILE`], or a file whose
    /// name ends in `.sqlite`, `.sqlite3` or `.db`.
    ///
    /// Takes a lock of the operating system on `<file>.lock` until it is closed; a second writer is refused with
    /// [`LedgerError::InUse`]. Brings an older schema up to date; refuses a newer one. A ledger that is not what was last
    /// signed is refused with [`LedgerError::Unproven`]; it can still be opened for reading.
    pub async fn open(path: impl AsRef<Path>, options: OpenOptions) -> Result<Self, LedgerError> {
        let path = path.as_ref().to_owned();
        blocking(move || Self::open_blocking(&path, &options)).await
    }

    /// Opens a ledger for reading only, without a lock: works beside a process that has it open for writing, and in a
    /// directory that cannot be written to.
    pub async fn open_read_only(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let path = path.as_ref().to_owned();
        blocking(move || Self::open_read_only_blocking(&path)).await
    }

    /// [`SqliteLedger::open`] for a caller without an async runtime.
    pub fn open_blocking(path: &Path, options: &OpenOptions) -> Result<Self, LedgerError> {
        let path = file::ledger_file(path);
        if let Some(signing) = options.signing.as_ref().filter(|_| options.create && !path.exists()) {
            transparency::refuse_new(signing, options.replica_of.as_deref())?;
        }
        let (connection, lock) = file::open_for_writing(&path, options)?;
        let next_position = schema::verify_tail(&connection)?;
        if options.replica_of.is_some() {
            replica::verify_places(&connection, next_position)?;
        }
        let (transparency, heads) = Transparency::open(&connection, next_position, options.signing.as_ref())?;
        let source = file::Source::beside_a_writer(&path);
        let readers = Arc::new(Readers::open(source, options.readers)?);
        let (publish, tail) = watch::channel(Tail::at(next_position.checked_sub(1)));
        let (sender, jobs) = mpsc::channel();
        let writer = Writer::try_new(connection, lock, next_position, transparency, publish)?;
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || writer.run(&jobs))
            .map_err(|error| errors::io("start the writer thread", &path, &error))?;
        tracing::info!(path = %path.display(), events = next_position, "opened the ledger for writing");
        let mode = Mode::Writing { queue: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) };
        Ok(SqliteLedger { path, readers, tail, heads, replica_of: options.replica_of.clone(), mode })
    }

    /// [`SqliteLedger::open_read_only`] for a caller without an async runtime.
    pub fn open_read_only_blocking(path: &Path) -> Result<Self, LedgerError> {
        let path = file::ledger_file(path);
        let (connection, source) = file::open_for_reading(&path)?;
        schema::verify_readable(&connection, &path)?;
        let next_position = schema::verify_tail(&connection)?;
        let replica_of = replica::marked(&connection).map_err(|error| errors::sqlite("read what the ledger is", &error))?;
        drop(connection);
        let readers = Arc::new(Readers::open(source, OpenOptions::default().readers)?);
        let (publish, tail) = watch::channel(Tail::at(next_position.checked_sub(1)));
        let mode = Mode::Reading { open: Mutex::new(Some(publish)) };
        Ok(SqliteLedger { path, readers, tail, heads: Heads::of_an_unsigned_log(), replica_of, mode })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads lines and leaf hashes in the order of positions, strictly after one, at the speed of the file; stops at
    /// the end of the log or when `visit` breaks. Answers how many events were visited. Blocks the calling thread.
    ///
    /// A missing position is [`LedgerError::Corrupt`]. Leaf hashes are not recomputed: [`SqliteLedger::check`] does.
    pub fn scan(&self, after: Option<u64>, visit: &mut Visit<'_>) -> Result<u64, LedgerError> {
        self.readers.scan(after, visit)
    }

    /// Reads the whole log and recomputes every leaf hash and the root. Blocks the calling thread.
    pub fn check(&self) -> Result<Checked, LedgerError> {
        let mut roots = Roots::default();
        let mut damaged = None;
        self.readers.scan(None, &mut |position, line, leaf| {
            if leaf_hash(line) != *leaf {
                damaged = Some(position);
                return ControlFlow::Break(());
            }
            roots.push(*leaf);
            ControlFlow::Continue(())
        })?;
        match damaged {
            Some(position) => Err(errors::wrong_leaf(position)),
            None => Ok(Checked { events: roots.size(), root: roots.root() }),
        }
    }

    fn enqueue(
        &self,
        stream: &str,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<oneshot::Receiver<Result<Appended, LedgerError>>, LedgerError> {
        if let Some(log) = &self.replica_of {
            return Err(errors::refused(&format!("this is a replica of the log {log}: appends go to the engine that keeps it")));
        }
        refuse_unwritable(stream, &events)?;
        // Hashed here, by the callers in parallel, so that the one writer has less to do.
        let leaves = events.into_iter().map(Leaf::new).collect();
        let (answer, answered) = oneshot::channel();
        self.send(Job::Append(Append { stream: Arc::from(stream), expected, leaves, answer }))?;
        Ok(answered)
    }

    fn send(&self, job: Job) -> Result<(), LedgerError> {
        let Mode::Writing { queue, .. } = &self.mode else {
            return Err(errors::needs_a_person("the ledger is open for reading only"));
        };
        let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().map(|sender| sender.send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) => Err(errors::needs_a_person("the writer of the ledger has stopped")),
            None => Err(errors::needs_a_person("the ledger is closed")),
        }
    }

    /// Closes the queue; the writer ends when it has recorded what is in it.
    fn stop(&self) {
        match &self.mode {
            Mode::Writing { queue, .. } => drop(queue.lock().unwrap_or_else(PoisonError::into_inner).take()),
            Mode::Reading { open } => drop(open.lock().unwrap_or_else(PoisonError::into_inner).take()),
        }
    }
}

impl Ledger for SqliteLedger {
    fn append(&self, stream: &str, expected: Expected, events: Vec<NewEvent>) -> BoxFuture<'_, Result<Appended, LedgerError>> {
        // Queued here and not in the future, so that the order of calls is the order of the log.
        let queued = self.enqueue(stream, expected, events);
        Box::pin(async move {
            queued?.await.unwrap_or_else(|_| {
                Err(LedgerError::OutcomeUnknown { what: "the writer of the ledger stopped while recording".to_owned() })
            })
        })
    }

    fn await_position(&self, token: Token) -> BoxFuture<'_, Result<u64, LedgerError>> {
        // An append is answered after its commit, so there is nothing to wait for: what is committed can be read.
        let (position, _) = token.parts();
        Box::pin(std::future::ready(Ok(position)))
    }

    fn read_stream(&self, stream: &str, from_revision: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        let stream = stream.to_owned();
        Box::pin(async move {
            let readers = Arc::clone(&self.readers);
            readers.with(move |connection| readers::read_stream(connection, &stream, from_revision, limit)).await
        })
    }

    fn read_all(&self, after: Option<u64>, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        Box::pin(async move {
            let readers = Arc::clone(&self.readers);
            readers.with(move |connection| readers::read_all(connection, after, limit)).await
        })
    }

    fn subscribe(&self, after: Option<u64>) -> BoxStream<'static, Result<Recorded, LedgerError>> {
        let ask_the_file = matches!(self.mode, Mode::Reading { .. });
        Follow::new(Arc::clone(&self.readers), self.tail.clone(), after, ask_the_file).into_stream().boxed()
    }

    fn head(&self) -> BoxFuture<'_, Result<Option<u64>, LedgerError>> {
        Box::pin(async move { Arc::clone(&self.readers).with(readers::head).await })
    }

    fn signed_head(&self) -> Option<Arc<SignedHead>> {
        match &self.mode {
            Mode::Writing { .. } => self.heads.newest.borrow().clone(),
            Mode::Reading { .. } => self.head_in_the_file(proving::newest_head),
        }
    }

    fn watch_heads(&self) -> watch::Receiver<Option<Arc<SignedHead>>> {
        self.heads.newest.clone()
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> BoxFuture<'_, Result<Vec<Hash>, LedgerError>> {
        Box::pin(async move { Arc::clone(&self.readers).ask(move |connection| tiles::tile(connection, level, number, width)).await })
    }

    fn keep_cosignatures(&self, size: u64, lines: Vec<String>) -> BoxFuture<'_, Result<(), LedgerError>> {
        let (answer, answered) = oneshot::channel();
        let queued = self.send(Job::Keep(Keep { size, lines, answer }));
        Box::pin(async move {
            queued?;
            let stopped = |_| Err(LedgerError::OutcomeUnknown { what: "the writer of the ledger stopped while keeping".to_owned() });
            answered.await.unwrap_or_else(stopped)
        })
    }

    fn cosigned_head(&self) -> Option<Arc<SignedHead>> {
        match &self.mode {
            Mode::Writing { .. } => self.heads.newest_cosigned.borrow().clone(),
            Mode::Reading { .. } => self.head_in_the_file(proving::newest_cosigned_head),
        }
    }

    fn unproven(&self) -> Option<String> {
        SqliteLedger::unproven(self)
    }

    fn signs_from(&self) -> Option<u64> {
        SqliteLedger::signs_from(self)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), LedgerError>> {
        self.stop();
        let mut tail = self.tail.clone();
        Box::pin(async move {
            // The writer drops its end when it has let go of the file; a reader's end is dropped already.
            while tail.changed().await.is_ok() {}
            self.readers.close();
            Ok(())
        })
    }
}

impl Drop for SqliteLedger {
    fn drop(&mut self) {
        self.stop();
        if let Mode::Writing { thread, .. } = &self.mode
            && let Some(thread) = thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            && thread.join().is_err()
        {
            tracing::error!(path = %self.path.display(), "the writer of the ledger panicked");
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static) -> Result<T, LedgerError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(errors::needs_a_person("the runtime is shutting down")),
    }
}
