//! The schema of the ledger file: its versions, and the quick look at the log that every opening takes.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::errors;
use crate::merkle::leaf_hash;
use crate::port::LedgerError;

/// Applied in order; the file's `user_version` is how many of them it has seen.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../../schema/sqlite/0001_ledger.sql"),
    include_str!("../../../../schema/sqlite/0002_transparency_log.sql"),
    include_str!("../../../../schema/sqlite/0003_replica.sql"),
];

/// Written into the file's header ("THVL"), so that another program's database is not mistaken for a ledger.
const APPLICATION_ID: i64 = 0x5448_564C;

/// Refuses a file of another program and a file of a later version, without changing it.
pub(super) fn verify_ours(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let doing = format!("open {}", path.display());
    let asked = || -> rusqlite::Result<(i64, i64, i64)> {
        let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((application_id(connection)?, version(connection)?, tables))
    };
    let (application, version, tables) = asked().map_err(|error| errors::sqlite(&doing, &error))?;
    let empty = tables == 0 && application == 0 && version == 0;
    if !empty && application != APPLICATION_ID {
        return Err(LedgerError::Refused { what: format!("{} is not a ledger of this program", path.display()) });
    }
    if version > known() {
        return Err(LedgerError::NewerVersion { found: version, known: known() });
    }
    Ok(())
}

/// As [`verify_ours`], and the file must be up to date, because a reader cannot migrate it.
pub(super) fn verify_readable(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    verify_ours(connection, path)?;
    let version = version(connection).map_err(|error| errors::sqlite("read the schema version", &error))?;
    if version < known() {
        let what = format!("{} has schema version {version} and needs {}: open it once for writing", path.display(), known());
        return Err(LedgerError::Refused { what });
    }
    Ok(())
}

/// Brings the file to the known version; each step is one transaction together with its number.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), LedgerError> {
    let mut step = |index: usize, sql: &str| -> rusqlite::Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&transaction)? == index as i64 {
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", index as i64 + 1)?;
            transaction.commit()?;
        }
        Ok(())
    };
    for (index, sql) in MIGRATIONS.iter().enumerate() {
        step(index, sql).map_err(|error| errors::sqlite("bring the schema up to date", &error))?;
    }
    Ok(())
}

/// The first trigger, table or index that is not as the migrations made it, or is there and was made by none of them.
pub(super) fn first_difference(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let made = Connection::open_in_memory()?;
    MIGRATIONS.iter().try_for_each(|sql| made.execute_batch(sql))?;
    let (right, found) = (objects(&made)?, objects(connection)?);
    let lacking = right.iter().find(|(name, sql)| found.get(*name) != Some(*sql)).map(|(name, _)| name);
    Ok(lacking.or_else(|| found.keys().find(|name| !right.contains_key(*name))).cloned())
}

/// Statements by kind and name, without what SQLite keeps for itself.
fn objects(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    const OBJECTS: &str = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    connection.prepare(OBJECTS)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The next position, after a look at what can be told without reading the log: the count is dense and the last line
/// has its own leaf hash.
pub(super) fn verify_tail(connection: &Connection) -> Result<u64, LedgerError> {
    // One transaction, so that both questions see the same log when another process is writing.
    let _same_log = connection.unchecked_transaction().map_err(|error| errors::sqlite("read", &error))?;
    let last: Option<(u64, Vec<u8>, Vec<u8>)> = connection
        .query_row("SELECT position, line, leaf FROM event ORDER BY position DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
        .map_err(|error| errors::sqlite("read the last event", &error))?;
    let Some((position, line, leaf)) = last else {
        return Ok(0);
    };
    if leaf != leaf_hash(&line) {
        return Err(errors::wrong_leaf(position));
    }
    // Counting rows of the narrowest index reads some percent of the file: quick enough for every start.
    let count: u64 = connection
        .query_row("SELECT count(*) FROM event", [], |row| row.get(0))
        .map_err(|error| errors::sqlite("count the events", &error))?;
    // The pages that were counted are not needed again; of a million events they would fill some 20 MB of the cache.
    connection.execute_batch("PRAGMA shrink_memory").map_err(|error| errors::sqlite("count the events", &error))?;
    if count != position + 1 {
        let what = format!("{count} events are there, and the last position says {}", position + 1);
        return Err(errors::corrupt(position, &what));
    }
    Ok(position + 1)
}

fn known() -> i64 {
    MIGRATIONS.len() as i64
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn application_id(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA application_id", [], |row| row.get(0))
}
