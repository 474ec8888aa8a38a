//! The file of the identity store: made readable for its owner only, its settings, its versions.

use std::fs::File;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

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

/// How long after that opening is tried again: SQLite does not wait for those who switch a new file to its log.
const AGAIN: Duration = Duration::from_millis(10);

/// A connection to the file, which is created and brought up to date as needed.
pub(crate) fn open(path: &Path) -> Result<Connection, IdentityError> {
    create_private(path)?;
    let begun = Instant::now();
    loop {
        match try_open(path) {
            Err(Failed::Sqlite(error)) if is_busy(&error) && begun.elapsed() < BUSY_TIMEOUT => thread::sleep(AGAIN),
            Err(Failed::Sqlite(error)) => return Err(error.into()),
            Err(Failed::Refused(error)) => return Err(error),
            Ok(connection) => return Ok(connection),
        }
    }
}

/// Why the file was not opened this time.
enum Failed {
    Sqlite(rusqlite::Error),
    Refused(IdentityError),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Failed::Sqlite(error)
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn try_open(path: &Path) -> Result<Connection, Failed> {
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

fn verify_ours(connection: &Connection, path: &Path) -> Result<(), Failed> {
    let not_ours = || Failed::Refused(IdentityError::NotOurs { path: path.display().to_string() });
    let ask = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    // One transaction, because another process may be making the file just now.
    let _same = connection.unchecked_transaction()?;
    let tables = ask("SELECT count(*) FROM sqlite_schema").map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => not_ours(),
        _ => Failed::Sqlite(error),
    })?;
    let (application, version) = (ask("PRAGMA application_id")?, ask("PRAGMA user_version")?);
    let empty = tables == 0 && application == 0 && version == 0;
    if !empty && application != APPLICATION_ID {
        return Err(not_ours());
    }
    if version > known() {
        return Err(Failed::Refused(IdentityError::NewerVersion { found: version, known: known() }));
    }
    Ok(())
}

/// Each step is one transaction together with its number, so two processes that start at once do it once.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
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
