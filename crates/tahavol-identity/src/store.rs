//! The identity store: one file, two connections to it, and what of it is held in memory.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::IdentityError;
use crate::file;
use crate::known::Known;
use crate::passwords::Hashing;

/// The file's name inside a data directory.
pub const IDENTITY_FILE: &str = "identity.sqlite";

/// Accounts, links, second factors, sessions and service tokens, in a file that several processes may use at once.
/// Clones share everything.
#[derive(Clone)]
pub struct IdentityStore {
    pub(crate) inner: Arc<Inner>,
}

/// What an operator can choose.
#[derive(Debug, Clone)]
pub struct Options {
    /// The fewest characters of a password; not below 8.
    pub password_length: usize,
    /// How long a session lives at most, however busy it is. How long it may be idle, its layer says with each save.
    pub session_lifetime: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options { password_length: 12, session_lifetime: Duration::from_hours(12) }
    }
}

pub(crate) struct Inner {
    path: PathBuf,
    pub(crate) options: Options,
    writing: Mutex<Connection>,
    reading: Mutex<Connection>,
    pub(crate) known: Known,
    pub(crate) hashing: Hashing,
}

impl IdentityStore {
    /// Opens or creates the file with the default options. Blocks for some milliseconds.
    pub fn open(path: &Path) -> Result<IdentityStore, IdentityError> {
        IdentityStore::open_with(path, Options::default())
    }

    pub fn open_with(path: &Path, options: Options) -> Result<IdentityStore, IdentityError> {
        let (writing, reading) = (file::open(path)?, file::open(path)?);
        let inner = Arc::new(Inner {
            path: path.to_owned(),
            options,
            writing: Mutex::new(writing),
            reading: Mutex::new(reading),
            known: Known::default(),
            hashing: Hashing::new()?,
        });
        inner.refresh()?;
        crate::known::watch(&inner)?;
        Ok(IdentityStore { inner })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Off the request's thread.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, IdentityError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, IdentityError> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.read(work)).await
    }

    /// Off the request's thread; see [`Inner::write`].
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, IdentityError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, IdentityError> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.write(work)).await
    }
}

impl Inner {
    /// Sees what is committed, also while a write is going on.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, IdentityError>) -> Result<T, IdentityError> {
        work(&locked(&self.reading))
    }

    /// One transaction: all of it or, on any error, nothing. When it is over, memory knows what it changed.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, IdentityError>) -> Result<T, IdentityError> {
        let answer = {
            let mut connection = locked(&self.writing);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            answer
        };
        self.refresh()?;
        Ok(answer)
    }
}

impl fmt::Debug for IdentityStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityStore").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

/// Work that waits for a disk or computes for long.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, IdentityError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, IdentityError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(|error| IdentityError::unavailable(format!("the work was broken off: {error}")))?
}

/// A panic between two statements rolls its transaction back, so the connection behind a poisoned lock is as good as new.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
