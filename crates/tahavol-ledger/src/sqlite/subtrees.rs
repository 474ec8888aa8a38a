//! The subtrees beside the events: written with the event that completes them, restored when a ledger is opened.

use rusqlite::{Connection, params};

use super::errors;
use super::tiles::{FileTiles, TOP_LEVEL, tile};
use crate::merkle::proof::roots_of;
use crate::merkle::tile::TILE;
use crate::merkle::{Hash, Roots, leaf_hash, root};
use crate::port::LedgerError;

/// Subtrees of a ledger that has none yet are made in transactions of so many: 65,536 events on the lowest level.
const PER_TRANSACTION: u64 = 256;

/// A subtree to be written: level, number, root.
pub(super) type Subtree = (u8, u64, Hash);

/// Within the transaction that records the events.
pub(super) fn write(connection: &Connection, subtrees: &[Subtree]) -> rusqlite::Result<()> {
    if subtrees.is_empty() {
        return Ok(());
    }
    let mut insert = connection.prepare_cached("INSERT INTO subtree (level, number, hash) VALUES (?1, ?2, ?3)")?;
    for (level, number, hash) in subtrees {
        insert.execute(params![level, number, &hash[..]])?;
    }
    Ok(())
}

/// The right edge of the tree over `size` events, from a few hundred hashes; what is missing of the subtrees (all of
/// them, in a ledger of version 0.1.0) is made first.
pub(super) fn restore(connection: &Connection, size: u64) -> Result<Roots, LedgerError> {
    for level in 1..=TOP_LEVEL {
        let there = count(connection, level)?;
        let due = size >> (8 * u32::from(level));
        if there > due {
            let what = format!("{there} subtrees of level {level} are there, and {size} events complete {due}");
            return Err(LedgerError::Corrupt { position: None, what });
        }
        if there < due {
            make(connection, level, there, due)?;
        }
    }
    roots_of(&FileTiles(connection), size).map_err(errors::proof)
}

fn count(connection: &Connection, level: u8) -> Result<u64, LedgerError> {
    connection
        .query_row("SELECT coalesce(max(number), -1) + 1 FROM subtree WHERE level = ?1", [level], |row| row.get(0))
        .map_err(|error| errors::sqlite("count the subtrees", &error))
}

fn make(connection: &Connection, level: u8, from: u64, until: u64) -> Result<(), LedgerError> {
    tracing::info!(level, from, until, "making subtrees of the transparency log");
    let mut next = from;
    while next < until {
        let end = until.min(next + PER_TRANSACTION);
        let made: Vec<Subtree> = (next..end)
            .map(|number| {
                let children = if level == 1 { checked_leaves(connection, number)? } else { tile(connection, level - 1, number, 256)? };
                Ok((level, number, root(children)))
            })
            .collect::<Result<_, LedgerError>>()?;
        let written = || -> rusqlite::Result<()> {
            let transaction = connection.unchecked_transaction()?;
            write(&transaction, &made)?;
            transaction.commit()
        };
        written().map_err(|error| errors::sqlite("write subtrees", &error))?;
        next = end;
        if level == 1 && next.is_multiple_of(16 * PER_TRANSACTION) {
            tracing::info!(events = next * TILE, of = until * TILE, "made subtrees of the transparency log");
        }
    }
    Ok(())
}

/// The leaves of one tile, each compared with its line: what was written without a tree is looked at once before a head
/// over it is ever signed.
fn checked_leaves(connection: &Connection, number: u64) -> Result<Vec<Hash>, LedgerError> {
    let failed = |error: rusqlite::Error| errors::sqlite("read the events", &error);
    let mut statement = connection
        .prepare_cached("SELECT position, line, leaf FROM event WHERE position >= ?1 AND position < ?2 ORDER BY position")
        .map_err(failed)?;
    let (first, until) = (number * TILE, (number + 1) * TILE);
    let mut rows = statement.query(params![first, until]).map_err(failed)?;
    let mut leaves = Vec::with_capacity(256);
    for position in first..until {
        let row = rows.next().map_err(failed)?.ok_or_else(|| errors::corrupt(position, "the position is missing"))?;
        if row.get::<_, u64>(0).map_err(failed)? != position {
            return Err(errors::corrupt(position, "the position is missing"));
        }
        let leaf: Hash = row.get(2).map_err(failed)?;
        if row.get_ref(1).and_then(|line| Ok(line.as_blob().map(leaf_hash)?)).map_err(failed)? != leaf {
            return Err(errors::wrong_leaf(position));
        }
        leaves.push(leaf);
    }
    Ok(leaves)
}
