//! Reading connections: a few, shared, each used by one blocking task at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::file::Source;
use super::{Visit, blocking, errors};
use crate::merkle::Hash;
use crate::port::{LedgerError, Recorded};

/// A scan reads this many events per statement, so that it never holds back the writer's checkpoint for long.
const SCAN_CHUNK: i64 = 16_384;

pub(super) struct Readers {
    source: Source,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    keep: usize,
    closed: AtomicBool,
}

impl Readers {
    /// One connection is made at once, so that a file that cannot be read is found out when it is opened.
    pub(super) fn open(source: Source, readers: usize) -> Result<Self, LedgerError> {
        let keep = readers.max(1);
        let first = source.connect().map_err(|error| errors::sqlite("read the ledger", &error))?;
        Ok(Readers { source, idle: Mutex::new(vec![first]), permits: Semaphore::new(keep), keep, closed: AtomicBool::new(false) })
    }

    /// Runs one read on a thread where it may block.
    pub(super) async fn with<T: Send + 'static>(
        self: Arc<Self>,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.ask(move |connection| read(connection).map_err(|error| errors::sqlite("read", &error))).await
    }

    /// The same for a read that has errors of its own.
    pub(super) async fn ask<T: Send + 'static>(
        self: Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let _permit = self.permits.acquire().await.map_err(|_| errors::needs_a_person("the ledger is closed"))?;
        let readers = Arc::clone(&self);
        blocking(move || readers.now(read)).await
    }

    pub(super) fn scan(&self, after: Option<u64>, visit: &mut Visit<'_>) -> Result<u64, LedgerError> {
        let first = after.map_or(0, |position| position.saturating_add(1));
        self.now(|connection| scan(connection, first, visit))
    }

    /// Keeps no connection any more. Subscriptions that are behind still read what was committed, each time anew.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A connection of its own, for a read that takes long.
    pub(super) fn another(&self) -> Result<Connection, LedgerError> {
        self.source.connect().map_err(|error| errors::sqlite("read the ledger", &error))
    }

    /// Runs one read on this thread.
    pub(super) fn now<T>(&self, read: impl FnOnce(&Connection) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.source.connect().map_err(|error| errors::sqlite("read the ledger", &error))?,
        };
        let result = read(&connection);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.keep && !self.closed.load(Ordering::SeqCst) {
            idle.push(connection);
        }
        result
    }
}

pub(super) fn head(connection: &Connection) -> rusqlite::Result<Option<u64>> {
    connection.prepare_cached("SELECT max(position) FROM event")?.query_row([], |row| row.get(0))
}

pub(super) fn read_all(connection: &Connection, after: Option<u64>, limit: usize) -> rusqlite::Result<Vec<Recorded>> {
    let Some(after) = after.map_or(Some(-1), |position| i64::try_from(position).ok()) else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(
        "SELECT position, revision, event.id, type, line, leaf, name FROM event JOIN stream ON stream.id = event.stream
         WHERE position > ?1 ORDER BY position LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after, row_limit(limit)])?;
    let mut names = Names::default();
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let stream = names.shared(row.get_ref(6)?.as_str()?);
        events.push(recorded(row, stream, &mut names)?);
    }
    Ok(events)
}

pub(super) fn read_stream(connection: &Connection, stream: &str, from_revision: u64, limit: usize) -> rusqlite::Result<Vec<Recorded>> {
    let Ok(from_revision) = i64::try_from(from_revision) else {
        return Ok(Vec::new());
    };
    let key: Option<i64> =
        connection.prepare_cached("SELECT id FROM stream WHERE name = ?1")?.query_row([stream], |row| row.get(0)).optional()?;
    let Some(key) = key else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(
        "SELECT position, revision, id, type, line, leaf FROM event
         WHERE stream = ?1 AND revision >= ?2 ORDER BY revision LIMIT ?3",
    )?;
    let mut rows = statement.query(params![key, from_revision, row_limit(limit)])?;
    let stream: Arc<str> = Arc::from(stream);
    let mut names = Names::default();
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(recorded(row, Arc::clone(&stream), &mut names)?);
    }
    Ok(events)
}

fn scan(connection: &Connection, first: u64, visit: &mut Visit<'_>) -> Result<u64, LedgerError> {
    let failed = |error: rusqlite::Error| errors::sqlite("read", &error);
    let mut statement = connection
        .prepare_cached("SELECT position, line, leaf FROM event WHERE position >= ?1 ORDER BY position LIMIT ?2")
        .map_err(failed)?;
    let mut next = first;
    loop {
        let Ok(from) = i64::try_from(next) else {
            return Ok(next - first);
        };
        let mut rows = statement.query([from, SCAN_CHUNK]).map_err(failed)?;
        let mut read = 0;
        while let Some(row) = rows.next().map_err(failed)? {
            let position: u64 = row.get(0).map_err(failed)?;
            if position != next {
                return Err(errors::corrupt(next, "the position is missing"));
            }
            let line = row.get_ref(1).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
            let leaf = row.get_ref(2).and_then(|value| Ok(value.as_blob()?)).map_err(failed)?;
            let leaf: &Hash = leaf.try_into().map_err(|_| errors::wrong_leaf(position))?;
            next += 1;
            read += 1;
            if visit(position, line, leaf).is_break() {
                return Ok(next - first);
            }
        }
        if read < SCAN_CHUNK {
            return Ok(next - first);
        }
    }
}

/// Columns: position, revision, id, type, line, leaf.
fn recorded(row: &Row<'_>, stream: Arc<str>, names: &mut Names) -> rusqlite::Result<Recorded> {
    Ok(Recorded {
        position: row.get(0)?,
        stream,
        revision: row.get(1)?,
        id: Uuid::from_bytes(row.get(2)?),
        event_type: names.shared(row.get_ref(3)?.as_str()?),
        line: Bytes::copy_from_slice(row.get_ref(4)?.as_blob()?),
        leaf_hash: row.get(5)?,
    })
}

/// One allocation per distinct name of a read, not per event.
#[derive(Default)]
struct Names(HashMap<Arc<str>, ()>);

impl Names {
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some((known, ())) = self.0.get_key_value(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = Arc::from(name);
        self.0.insert(Arc::clone(&name), ());
        name
    }
}

fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
