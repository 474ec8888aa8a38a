//! Runs of hashes out of the file: level 0 from the events, the levels above from the subtrees beside them.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::errors;
use super::readers::Readers;
use crate::merkle::Hash;
use crate::merkle::tile::{TILE, Tiles};
use crate::port::LedgerError;

/// 256^8 leaves do not fit the positions.
pub(super) const TOP_LEVEL: u8 = 7;

/// The ledger's hashes for code that may block; cheap to clone, valid until the ledger is closed.
#[derive(Clone)]
pub struct LedgerTiles(pub(super) Arc<Readers>);

impl Tiles for LedgerTiles {
    type Error = LedgerError;

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
        self.0.now(|connection| tile(connection, level, number, width))
    }
}

/// The same on a connection at hand.
pub(super) struct FileTiles<'c>(pub(super) &'c Connection);

impl Tiles for FileTiles<'_> {
    type Error = LedgerError;

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
        tile(self.0, level, number, width)
    }
}

/// One read. A tile beyond the log is refused; one with a hole in it is damage.
pub(super) fn tile(connection: &Connection, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
    if level > TOP_LEVEL || width == 0 || u64::from(width) > TILE {
        return Err(LedgerError::Refused { what: format!("there are no tiles of level {level} and width {width}") });
    }
    let beyond = || LedgerError::Refused { what: format!("the log has no tile {number} of width {width} on level {level}") };
    let first = number.checked_mul(TILE).ok_or_else(beyond)?;
    let until = first.checked_add(u64::from(width)).filter(|until| i64::try_from(*until).is_ok()).ok_or_else(beyond)?;
    let rows = if level == 0 { leaves(connection, first, until) } else { subtrees(connection, level, first, until) };
    let rows = rows.map_err(|error| errors::sqlite("read a tile", &error))?;
    let mut hashes = Vec::with_capacity(rows.len());
    for (expected, (place, hash)) in (first..).zip(rows) {
        if place != expected {
            return Err(missing(level, expected));
        }
        hashes.push(hash);
    }
    if hashes.len() == usize::from(width) { Ok(hashes) } else { Err(beyond()) }
}

type Rows = rusqlite::Result<Vec<(u64, Hash)>>;

fn leaves(connection: &Connection, first: u64, until: u64) -> Rows {
    let mut statement =
        connection.prepare_cached("SELECT position, leaf FROM event WHERE position >= ?1 AND position < ?2 ORDER BY position")?;
    statement.query_map(params![first, until], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn subtrees(connection: &Connection, level: u8, first: u64, until: u64) -> Rows {
    let mut statement =
        connection.prepare_cached("SELECT number, hash FROM subtree WHERE level = ?1 AND number >= ?2 AND number < ?3 ORDER BY number")?;
    statement.query_map(params![level, first, until], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn missing(level: u8, number: u64) -> LedgerError {
    match level {
        0 => errors::corrupt(number, "the position is missing"),
        _ => LedgerError::Corrupt { position: None, what: format!("subtree {number} of level {level} is missing") },
    }
}
