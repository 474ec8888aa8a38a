//! A ledger file that is the copy of a log which another engine keeps: filled in that engine's order, read like any other.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::copying::{Arrived, Batch, Looking};
use super::writer::{Job, Leaf};
use super::{SqliteLedger, errors};
use crate::port::{Alarm, Appended, Expected, LedgerError, NewEvent};

/// An event as the other engine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replicated {
    /// Without what the engine puts before the names of this log's streams.
    pub stream: Arc<str>,
    pub revision: u64,
    pub event: NewEvent,
    /// Where it lies in the engine, together with `prepare`.
    pub commit: u64,
    pub prepare: u64,
}

/// Somebody has set on a stream of the log what could lose events, or has taken it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    pub stream: String,
    /// `None`: taken back.
    pub what: Option<String>,
    /// Where the engine has recorded it, together with `prepare`.
    pub commit: u64,
    pub prepare: u64,
}

/// Where an event of the copy lies in the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Of the event in the copy.
    pub position: u64,
    pub commit: u64,
    pub prepare: u64,
}

/// An append that is about to be sent to the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub stream: Arc<str>,
    pub expected: Expected,
    /// Of its events, in their order.
    pub ids: Vec<Uuid>,
}

/// What an append would meet in the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// Nothing that speaks against it: the engine decides. Also when the copy does not reach the expected revision yet, and
    /// when only the first of its events have arrived.
    New,
    /// These very ids lie exactly there: the answer of the first time.
    Recorded(Appended),
    /// [`LedgerError::Conflict`]: other events lie there. [`LedgerError::IdReused`]: the expected revision is right, and an
    /// id lies elsewhere.
    Refused(LedgerError),
}

impl SqliteLedger {
    /// The name of the log that this file is a copy of; `None`: it is a ledger of its own.
    pub fn replica_of(&self) -> Option<&str> {
        self.replica_of.as_deref()
    }

    /// Copies events, and notes about retention, in one transaction with their places, their tree and the head over them.
    /// The order of `events` is that of the engine, and follows on what is there. Answers the next position.
    ///
    /// An event that is there already, at the same place with the same id and line, is passed over. One that is not the
    /// next of its stream, lies before what is there, or contradicts it, is [`LedgerError::Corrupt`] with the position that
    /// it or its missing predecessor would have had: what comes before it is recorded, and nothing from it on. An id may
    /// occur in several streams, since such engines allow it; the first one is the one that is found.
    pub async fn replicate(&self, events: Vec<Replicated>, retention: Vec<Retention>) -> Result<u64, LedgerError> {
        if self.replica_of.is_none() {
            return Err(errors::refused("a ledger of its own is appended to; only a replica is copied into"));
        }
        let events = events.into_iter().map(|Replicated { stream, revision, event, commit, prepare }| {
            // Hashed here, so that the one writer has less to do.
            Arrived { stream, revision, leaf: Leaf::new(event), commit, prepare }
        });
        let (answer, answered) = oneshot::channel();
        self.send(Job::Copy(Batch { events: events.collect(), retention, answer }))?;
        let stopped = |_| Err(LedgerError::OutcomeUnknown { what: "the writer of the replica stopped while copying".to_owned() });
        answered.await.unwrap_or_else(stopped)
    }

    /// Where the last event of the copy lies in the engine; `None`: nothing was copied yet.
    pub async fn last_place(&self) -> Result<Option<Place>, LedgerError> {
        Arc::clone(&self.readers).with(newest_place).await
    }

    /// Where an event of the copy lies in the engine; `None`: it is not there.
    pub async fn place(&self, position: u64) -> Result<Option<Place>, LedgerError> {
        let Ok(position) = i64::try_from(position) else { return Ok(None) };
        let asked = move |connection: &Connection| {
            connection
                .prepare_cached("SELECT position, commit_position, prepare_position FROM place WHERE position = ?1")?
                .query_row([position], place_of)
                .optional()
        };
        Arc::clone(&self.readers).with(asked).await
    }

    /// What is set on streams of the log and was not taken back, oldest first.
    pub async fn retention(&self) -> Result<Vec<Alarm>, LedgerError> {
        let asked = |connection: &Connection| {
            connection
                .prepare_cached(
                    "SELECT stream, what, commit_position, prepare_position FROM retention WHERE what IS NOT NULL
                     ORDER BY commit_position, prepare_position, stream",
                )?
                .query_map([], |row| Ok(Alarm { stream: row.get(0)?, what: row.get(1)?, commit: row.get(2)?, prepare: row.get(3)? }))?
                .collect()
        };
        Arc::clone(&self.readers).with(asked).await
    }

    /// What each of these appends would meet in the copy, every one looked at by itself. Waits for what is in the writer's
    /// queue, and so sees every event whose copying was asked for before; writes nothing.
    pub async fn look(&self, appends: Vec<Look>) -> Result<Vec<Looked>, LedgerError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Look(Looking { appends, answer }))?;
        answered.await.unwrap_or_else(|_| Err(errors::needs_a_person("the writer of the replica has stopped")))
    }

    /// While a replica that was built anew has not yet reached the size that its copy of the newest head tells of: that
    /// size. Until then nothing is signed.
    pub fn signs_from(&self) -> Option<u64> {
        *self.heads.signs_from.borrow()
    }
}

/// Refuses a file of another kind than is asked for, without changing it. An empty file may become either.
pub(super) fn verify_kind(connection: &Connection, path: &Path, wanted: Option<&str>) -> Result<(), LedgerError> {
    let failed = |error: rusqlite::Error| errors::sqlite("read what the ledger is", &error);
    let path = path.display();
    let what = match (marked(connection).map_err(failed)?, wanted) {
        (Some(log), None) => format!("{path} is a replica of the log {log}: it is no ledger to append to"),
        (Some(log), Some(wanted)) if log != wanted => format!("{path} is a replica of the log {log} and not of {wanted}"),
        (None, Some(wanted)) if is_used(connection).map_err(failed)? => {
            format!("{path} is a ledger of its own and no replica of the log {wanted}")
        }
        (None | Some(_), Some(_)) | (None, None) => return Ok(()),
    };
    Err(LedgerError::Refused { what })
}

/// Marks an empty file.
pub(super) fn mark(connection: &Connection, log: &str) -> Result<(), LedgerError> {
    let failed = |error: rusqlite::Error| errors::sqlite("mark the replica", &error);
    if marked(connection).map_err(failed)?.is_none() {
        connection.execute("INSERT INTO replica_of (row, log) VALUES (0, ?1)", [log]).map_err(failed)?;
    }
    Ok(())
}

/// The name of the log that the file is a copy of.
pub(super) fn marked(connection: &Connection) -> rusqlite::Result<Option<String>> {
    if !has_table(connection, "replica_of")? {
        return Ok(None);
    }
    connection.query_row("SELECT log FROM replica_of WHERE row = 0", [], |row| row.get(0)).optional()
}

/// Every event has its place: they are written together.
pub(super) fn verify_places(connection: &Connection, events: u64) -> Result<(), LedgerError> {
    let last = newest_place(connection).map_err(|error| errors::sqlite("read the last place", &error))?;
    let places = last.map_or(0, |last| last.position + 1);
    if places == events {
        return Ok(());
    }
    Err(errors::corrupt(places.min(events), &format!("{events} events are there, and {places} places of events in the engine")))
}

pub(super) fn newest_place(connection: &Connection) -> rusqlite::Result<Option<Place>> {
    connection
        .prepare_cached("SELECT position, commit_position, prepare_position FROM place ORDER BY position DESC LIMIT 1")?
        .query_row([], place_of)
        .optional()
}

fn place_of(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place { position: row.get(0)?, commit: row.get(1)?, prepare: row.get(2)? })
}

/// Has events, or was signed.
fn is_used(connection: &Connection) -> rusqlite::Result<bool> {
    for table in ["event", "log_origin"] {
        if has_table(connection, table)? && connection.query_row(&format!("SELECT EXISTS (SELECT 1 FROM {table})"), [], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)", [name], |row| row.get(0))
}
