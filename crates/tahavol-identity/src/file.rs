//! The file of the identity store: made readable for its owner only, its settings, its versions.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::IdentityError;

/// Applied in order; the file's `user_version` is how many of them it has seen.
const MIGRATIONS: &[&str] = &[include_str!("../../../schema/identity/0001_identity.sql")];

/// Written into the file's header ("THVI"), so that another program's database is not mistaken for ours.
const APPLICATION_ID: i64 = 0x5448_5649;

/// Settings of every connection.
const SETTINGS: &[(&str, &str)] = &[
    // Functions that a tampered schema could smuggle into a trigger must not run with our rights.
    ("trusted_schema", "OFF"),
    ("foreign_keys", "ON"),
    // Readers never wait for a writer, and several processes may write in turn.
    ("journal_mode", "WAL"),
    // A revocation that was answered must not be undone by a power failure.
    ("synchronous", "FULL"),
    // What is deleted is overwritten, so that an old password's hash is not left in the file.
    ("secure_delete", "ON"),
    ("temp_store", "MEMORY"),
];

/// How long a statement waits for another process to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection to the file, which is created and brought up to date as needed.
pub(crate) fn open(path: &Path) -> Result<Connection, IdentityError> {
    create_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Asked before any setting changes the file: a file that is not ours, or newer than us, stays as it is.
    verify_ours(&connection, path)?;
    for (name, value) in SETTINGS {
        // Some settings answer with a row and some do not.
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            other => Err(other),
        })?;
    }
    migrate(&mut connection)?;
    Ok(connection)
}

/// SQLite gives its write-ahead log and shared memory the mode that the file has, so making the file first is enough.
fn create_private(path: &Path) -> Result<(), IdentityError> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ()).map_err(|error| IdentityError::unavailable(format!("cannot open {}: {error}", path.display())))
}

fn verify_ours(connection: &Connection, path: &Path) -> Result<(), IdentityError> {
    let ask = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let not_ours = |_| IdentityError::NotOurs { path: path.display().to_string() };
    // A file that is no database at all fails here.
    let tables = ask("SELECT count(*) FROM sqlite_schema").map_err(not_ours)?;
    let (application, version) = (ask("PRAGMA application_id")?, ask("PRAGMA user_version")?);
    let empty = tables == 0 && application == 0 && version == 0;
    if !empty && application != APPLICATION_ID {
        return Err(IdentityError::NotOurs { path: path.display().to_string() });
    }
    if version > known() {
        return Err(IdentityError::NewerVersion { found: version, known: known() });
    }
    Ok(())
}

/// Each step is one transaction together with its number, so two processes that start at once do it once.
fn migrate(connection: &mut Connection) -> Result<(), IdentityError> {
    for (index, sql) in (0..).zip(MIGRATIONS) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version == index {
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", index + 1)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

fn known() -> i64 {
    MIGRATIONS.len() as i64
}
