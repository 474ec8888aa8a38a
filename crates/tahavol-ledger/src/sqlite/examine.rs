//! A ledger file opened to be examined: rows as they lie there, with nothing of them trusted, not even that none is missing.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row};

use super::odd::{self, Odd};
use super::readers::Readers;
use super::signing::{self, Origin, StoredHead};
use super::tiles::FileTiles;
use super::{errors, file, schema, tiles};
use crate::merkle::Hash;
use crate::merkle::proof::root_of;
use crate::port::LedgerError;

/// Rows per statement, so that the writer's checkpoint is never held back for long.
const CHUNK: i64 = 16_384;

/// A row of the event table. Text that should be there and is not, or has another type, is empty.
#[derive(Debug, Clone, Copy)]
pub struct StoredEvent<'r> {
    pub position: i64,
    pub line: &'r [u8],
    pub leaf: &'r [u8],
    /// Left out of a scan that needs lines and leaves only.
    pub columns: Option<StoredColumns<'r>>,
}

/// What stands beside a line and is also said in it.
#[derive(Debug, Clone, Copy)]
pub struct StoredColumns<'r> {
    pub stream: &'r str,
    pub revision: i64,
    pub id: &'r [u8],
    pub event_type: &'r str,
}

/// A head that witnesses have cosigned, as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedNote {
    /// The number of its origin.
    pub origin: u64,
    pub size: u64,
    pub note: String,
}

/// A ledger file as it is at one moment: events that are appended later are not seen. Works beside a writing process.
pub struct LedgerFile {
    path: PathBuf,
    readers: Readers,
    events: u64,
    head: Option<StoredHead>,
    origins: Vec<Origin>,
    cosigned: Vec<CosignedNote>,
}

impl LedgerFile {
    /// Refused only when it is no ledger that this program can read. Blocks the calling thread.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let path = file::ledger_file(path);
        let (connection, source) = file::open_for_reading(&path)?;
        schema::verify_readable(&connection, &path)?;
        let moment = || -> rusqlite::Result<_> {
            // One transaction, so that the head is that of these events.
            let _same_moment = connection.unchecked_transaction()?;
            let last: Option<i64> = connection.query_row("SELECT max(position) FROM event", [], |row| row.get(0))?;
            let notes = connection
                .prepare("SELECT origin, size, note FROM cosigned_head ORDER BY origin, size")?
                .query_map([], |row| Ok(CosignedNote { origin: row.get(0)?, size: row.get(1)?, note: row.get(2)? }))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok((last, signing::stored_head(&connection)?, signing::origins(&connection)?, notes))
        };
        let (last, head, origins, cosigned) = moment().map_err(|error| errors::sqlite("read the ledger", &error))?;
        let events = last.map_or(0, |last| u64::try_from(last).map_or(0, |last| last + 1));
        drop(connection);
        Ok(LedgerFile { path, readers: Readers::open(source, 2)?, events, head, origins, cosigned })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One more than the last position.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The newest signed head, with nothing verified.
    pub fn stored_head(&self) -> Option<&StoredHead> {
        self.head.as_ref()
    }

    /// The names under which the log was signed, oldest first.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The notes of heads that witnesses have cosigned, oldest first.
    pub fn cosigned_notes(&self) -> &[CosignedNote] {
        &self.cosigned
    }

    /// Every row in the order of positions, whatever is in it; `Break` ends the scan. Blocks the calling thread.
    pub fn scan(&self, columns: bool, visit: &mut dyn FnMut(StoredEvent<'_>) -> ControlFlow<()>) -> Result<(), LedgerError> {
        let last = i64::try_from(self.events).unwrap_or(i64::MAX) - 1;
        self.readers.now(|connection| {
            let found = if columns { with_columns(connection, last, visit) } else { lines_and_leaves(connection, last, visit) };
            found.map_err(|error| errors::sqlite("read", &error))
        })
    }

    /// Hashes of a level of the tree from 1 on, as [`Ledger::tile`](crate::Ledger::tile) tells them. Blocks the calling thread.
    pub fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
        self.readers.now(|connection| tiles::tile(connection, level, number, width))
    }

    /// The root over the first events as leaves and subtrees are stored. Blocks the calling thread.
    pub fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        self.readers.now(|connection| root_of(&FileTiles(connection), size).map_err(errors::proof))
    }

    /// What else stands in the file and is not as the ledger writes it. Blocks the calling thread.
    pub fn first_odd(&self) -> Result<Option<Odd>, LedgerError> {
        self.readers.now(odd::first)
    }

    /// The first position at which the index of ids does not say what the event says; one of an event that is not there is passed
    /// over. Blocks the calling thread.
    pub fn first_wrong_id(&self) -> Result<Option<u64>, LedgerError> {
        const WRONG: &str = "SELECT min(event_id.position) FROM event_id JOIN event ON event.position = event_id.position
             WHERE event.id IS NOT event_id.id";
        self.readers.now(|connection| {
            let found: rusqlite::Result<Option<Option<i64>>> = connection.query_row(WRONG, [], |row| row.get(0)).optional();
            let position = found.map_err(|error| errors::sqlite("read the index of ids", &error))?.flatten();
            Ok(position.map(|position| u64::try_from(position).unwrap_or(0)))
        })
    }
}

fn lines_and_leaves(connection: &Connection, last: i64, visit: &mut dyn FnMut(StoredEvent<'_>) -> ControlFlow<()>) -> rusqlite::Result<()> {
    const ROWS: &str = "SELECT position, line, leaf FROM event WHERE position >= ?1 AND position <= ?2 ORDER BY position LIMIT ?3";
    in_chunks(connection, ROWS, last, &mut |row| {
        Ok(visit(StoredEvent { position: row.get(0)?, line: blob(row, 1)?, leaf: blob(row, 2)?, columns: None }))
    })
}

fn with_columns(connection: &Connection, last: i64, visit: &mut dyn FnMut(StoredEvent<'_>) -> ControlFlow<()>) -> rusqlite::Result<()> {
    const ROWS: &str = "SELECT position, line, leaf, name, revision, event.id, type
         FROM event LEFT JOIN stream ON stream.id = event.stream WHERE position >= ?1 AND position <= ?2 ORDER BY position LIMIT ?3";
    in_chunks(connection, ROWS, last, &mut |row| {
        let columns = StoredColumns { stream: text(row, 3)?, revision: row.get(4)?, id: blob(row, 5)?, event_type: text(row, 6)? };
        Ok(visit(StoredEvent { position: row.get(0)?, line: blob(row, 1)?, leaf: blob(row, 2)?, columns: Some(columns) }))
    })
}

fn in_chunks(
    connection: &Connection,
    rows: &str,
    last: i64,
    visit: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<ControlFlow<()>>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(rows)?;
    let mut next = 0_i64;
    loop {
        let mut found = statement.query([next, last, CHUNK])?;
        let mut read = 0;
        while let Some(row) = found.next()? {
            next = row.get::<_, i64>(0)?.saturating_add(1);
            read += 1;
            if visit(row)?.is_break() {
                return Ok(());
            }
        }
        if read < CHUNK {
            return Ok(());
        }
    }
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(row.get_ref(column)?.as_blob().unwrap_or_default())
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str().unwrap_or_default())
}
