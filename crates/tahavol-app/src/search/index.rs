//! The index as a disposable SQLite file: nothing in it is believed that the ledger does not say again.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};

use super::entry::Entry;

const SCHEMA: &str = include_str!("index.sql");

/// Raised when [`SCHEMA`] or the meaning of [`Entry`] changes: an older file is then made anew.
const VERSION: i64 = 1;

/// "THVs", so that another program's database is not mistaken for an index.
const APPLICATION_ID: i64 = 0x5448_5673;

/// Positions that share a row of `span`.
pub(super) const SPAN: u64 = 1_024;

/// Names whose keys are remembered; when there are more, all are forgotten.
const MOST_NAMES: usize = 8_192;

/// What a text is the name of; a character before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Stream,
    Type,
    Actor,
    Office,
    Commission,
    Source,
    Subject,
}

pub(super) struct Index {
    pub(super) connection: Connection,
    names: HashMap<String, i64>,
}

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Unfit(&'static str),
    #[error("cannot remove the file: {0}")]
    Io(#[from] std::io::Error),
}

/// Where an index ends: position and leaf hash of its last event.
pub(super) type End = Option<(u64, Vec<u8>)>;

impl Index {
    pub(super) fn in_memory() -> Result<Self, IndexError> {
        let index = Index::of(Connection::open_in_memory()?)?;
        index.create()?;
        Ok(index)
    }

    /// A new one where there is none. One that is there must be whole.
    pub(super) fn open(path: &Path) -> Result<(Self, End), IndexError> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        let index = Index::of(Connection::open(path)?)?;
        // Readers of other processes leave nothing behind, as they would beside a write-ahead log. Nothing is synchronised:
        // what a power failure spoils is thrown away.
        index.connection.pragma_update_and_check(None, "journal_mode", "TRUNCATE", |_| Ok(()))?;
        index.connection.pragma_update(None, "synchronous", "OFF")?;
        if index.number("SELECT count(*) FROM sqlite_schema")? == 0 {
            index.create()?;
        }
        let end = index.verify()?;
        Ok((index, end))
    }

    /// Somebody else's, for reading alone.
    pub(super) fn look_at(path: &Path) -> Result<(Self, End), IndexError> {
        let index = Index::of(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?)?;
        let end = index.verify()?;
        Ok((index, end))
    }

    fn of(connection: Connection) -> Result<Self, IndexError> {
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "cache_size", -8_000)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(Index { connection, names: HashMap::new() })
    }

    fn create(&self) -> Result<(), IndexError> {
        self.connection.execute_batch(&format!("BEGIN; {SCHEMA} COMMIT;"))?;
        self.connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        self.connection.pragma_update(None, "user_version", VERSION)?;
        Ok(())
    }

    /// Ours, of this version, with whole pages, and as many rows as it says.
    fn verify(&self) -> Result<End, IndexError> {
        if self.number("PRAGMA application_id")? != APPLICATION_ID || self.number("PRAGMA user_version")? != VERSION {
            return Err(IndexError::Unfit("it is of another version"));
        }
        let found: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(IndexError::Unfit("its pages are damaged"));
        }
        let end = self.end()?;
        let rows = self.number("SELECT count(*) FROM event")?;
        if rows != end.as_ref().map_or(0, |(position, _)| *position as i64 + 1) {
            return Err(IndexError::Unfit("events are missing in it"));
        }
        Ok(end)
    }

    fn end(&self) -> Result<End, IndexError> {
        let end = self.connection.query_row("SELECT position, leaf FROM head", [], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(end.optional()?)
    }

    fn number(&self, sql: &str) -> Result<i64, IndexError> {
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Adds what follows its end, all of it or nothing. `leaf` is the last event's.
    pub(super) fn add(&mut self, entries: &[Entry], leaf: &[u8; 32]) -> Result<(), IndexError> {
        let Some(last) = entries.last() else { return Ok(()) };
        if self.names.len() > MOST_NAMES {
            self.names.clear();
        }
        let transaction = self.connection.transaction()?;
        let mut names = Names { known: &mut self.names, transaction: &transaction };
        let written = entries.iter().try_for_each(|entry| write(&mut names, entry)).and_then(|()| {
            let sql = "INSERT INTO head (one, position, leaf) VALUES (0, ?1, ?2)
                       ON CONFLICT (one) DO UPDATE SET position = excluded.position, leaf = excluded.leaf";
            transaction.execute(sql, params![last.position, leaf])?;
            Ok(())
        });
        match written {
            Ok(()) => Ok(transaction.commit()?),
            Err(error) => {
                drop(transaction);
                // Keys that were given in vain.
                self.names.clear();
                Err(error)
            }
        }
    }

    /// The key of a name; none where no event has it.
    pub(super) fn key(&self, kind: Kind, text: &str) -> Result<Option<i64>, IndexError> {
        let mut statement = self.connection.prepare_cached("SELECT key FROM name WHERE text = ?1")?;
        Ok(statement.query_row([kind.spell(text)], |row| row.get(0)).optional()?)
    }
}

impl Kind {
    fn spell(self, text: &str) -> String {
        let mark = match self {
            Kind::Stream => 's',
            Kind::Type => 't',
            Kind::Actor => 'a',
            Kind::Office => 'o',
            Kind::Commission => 'c',
            Kind::Source => 'f',
            Kind::Subject => 'w',
        };
        format!("{mark} {text}")
    }
}

struct Names<'a> {
    known: &'a mut HashMap<String, i64>,
    transaction: &'a Transaction<'a>,
}

impl Names<'_> {
    /// Given when the name is first seen.
    fn key(&mut self, kind: Kind, text: &str) -> Result<i64, IndexError> {
        let spelt = kind.spell(text);
        if let Some(key) = self.known.get(&spelt) {
            return Ok(*key);
        }
        let found = self.transaction.prepare_cached("SELECT key FROM name WHERE text = ?1")?.query_row([&spelt], |row| row.get(0));
        let key = match found.optional()? {
            Some(key) => key,
            None => self.transaction.prepare_cached("INSERT INTO name (text) VALUES (?1)")?.insert([&spelt])?,
        };
        self.known.insert(spelt, key);
        Ok(key)
    }

    fn key_of(&mut self, kind: Kind, text: Option<&String>) -> Result<Option<i64>, IndexError> {
        text.map(|text| self.key(kind, text)).transpose()
    }
}

fn write(names: &mut Names<'_>, entry: &Entry) -> Result<(), IndexError> {
    let stream = names.key(Kind::Stream, &entry.stream)?;
    let event_type = names.key(Kind::Type, entry.event_type)?;
    let actor = names.key(Kind::Actor, &entry.actor)?;
    let office = names.key(Kind::Office, &entry.office)?;
    let commission = names.key_of(Kind::Commission, entry.commission.as_ref())?;
    let source = names.key_of(Kind::Source, entry.source.as_ref())?;
    let command = entry.command.as_bytes();
    let correlation = entry.correlation.as_ref().map(|id| id.as_bytes());
    let row = params![
        entry.position,
        stream,
        event_type,
        actor,
        office,
        commission,
        entry.recorded,
        entry.effective,
        command,
        correlation,
        source
    ];
    let transaction = names.transaction;
    transaction.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?.execute(row)?;
    for subject in &entry.about {
        let subject = names.key(Kind::Subject, subject)?;
        transaction.prepare_cached("INSERT OR IGNORE INTO about VALUES (?1, ?2)")?.execute(params![subject, entry.position])?;
    }
    if let Some(words) = &entry.words {
        transaction.prepare_cached("INSERT INTO words VALUES (?1, ?2)")?.execute(params![entry.position, words])?;
    }
    let span = "INSERT INTO span VALUES (?1, ?2, ?2)
                ON CONFLICT (number) DO UPDATE SET earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)";
    transaction.prepare_cached(span)?.execute(params![entry.position / SPAN, entry.recorded])?;
    Ok(())
}
