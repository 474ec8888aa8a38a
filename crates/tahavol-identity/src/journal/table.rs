//! The journal of the embedded store: a table that refuses to be changed, in a SQLite file of its own.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use tahavol_domain::values::Sha256;

use super::entry::{Draft, Head, hash};
use super::records::{Each, JournalError, Line};

const SCHEMA: &str = include_str!("../../../../schema/identity/journal.sql");

/// Written into the file's header ("THVJ"), so that another program's database is not mistaken for a journal.
const APPLICATION_ID: i64 = 0x5448_564A;

const VERSION: i64 = 1;

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Appends to the table. Other processes may do so as well: the last entry is read in the transaction that adds the next.
#[derive(Debug)]
pub(super) struct Table {
    connection: Connection,
    /// What this process has written or found last: whether it is still there tells of a table that was cut.
    seen: Head,
}

impl Table {
    pub(super) fn open(path: &Path) -> Result<Table, JournalError> {
        let doing = "open the security journal";
        if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            fs::create_dir_all(directory).map_err(|error| unavailable(doing, &error))?;
        }
        create_for_us_alone(path).map_err(|error| unavailable(doing, &error))?;
        let open = || -> rusqlite::Result<Option<Connection>> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let mut connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            settings(&connection)?;
            if !make(&mut connection)? {
                return Ok(None);
            }
            let _: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
            // An entry tells what was let happen: it is on disk when it counts as kept.
            connection.execute_batch("PRAGMA synchronous = FULL")?;
            Ok(Some(connection))
        };
        match open().map_err(|error| unavailable(doing, &error))? {
            Some(connection) => {
                let seen = last(&connection).map_err(|error| unavailable("read the security journal", &error))?;
                Ok(Table { connection, seen })
            }
            None => Err(unavailable(doing, &format!("{} is not a security journal of this version", path.display()))),
        }
    }

    /// All of them in one transaction, or none. Answers whether what was seen last was still there.
    pub(super) fn append(&mut self, drafts: Vec<Draft>) -> Result<bool, JournalError> {
        let append = |connection: &mut Connection, seen: Head| -> rusqlite::Result<(Head, bool)> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let intact = seen.entries == 0 || hash_of(&transaction, seen.entries)? == Some(seen.hash);
            let mut head = last(&transaction)?;
            for draft in drafts {
                let (line, next) = draft.after(head);
                let mut insert = transaction.prepare_cached("INSERT INTO entry (number, line, hash) VALUES (?1, ?2, ?3)")?;
                insert.execute((next.entries, &line, next.hash.0.as_slice()))?;
                head = next;
            }
            transaction.commit()?;
            Ok((head, intact))
        };
        let (head, intact) =
            append(&mut self.connection, self.seen).map_err(|error| unavailable("write into the security journal", &error))?;
        self.seen = head;
        Ok(intact)
    }
}

pub(super) fn head(path: &Path) -> Result<Head, JournalError> {
    let Some(connection) = reader(path)? else { return Ok(Head::EMPTY) };
    last(&connection).map_err(|error| unavailable("read the security journal", &error))
}

pub(super) fn lines(path: &Path, mut after: u64, at_a_time: u64, each: &mut Each<'_>) -> Result<(), JournalError> {
    type Row = (u64, String, Sha256);
    const SOME: &str = "SELECT number, CAST(line AS TEXT), hash FROM entry WHERE number > ?1 ORDER BY number LIMIT ?2";
    let Some(connection) = reader(path)? else { return Ok(()) };
    let read = |after: u64| -> rusqlite::Result<Vec<Row>> {
        let mut some = connection.prepare_cached(SOME)?;
        let rows = some.query_map((after, at_a_time), |row| Ok((row.get(0)?, row.get(1)?, digest(row.get(2)?))))?;
        rows.collect()
    };
    loop {
        let some = read(after).map_err(|error| unavailable("read the security journal", &error))?;
        let Some((last, _, _)) = some.last() else { return Ok(()) };
        let next = *last;
        for (number, line, hash) in some {
            if !each(&Line { number, bytes: line.as_bytes(), kept: Some(hash), after_torn: false })? {
                return Ok(());
            }
        }
        after = next;
    }
}

/// A connection that cannot write; none where there is no journal yet.
fn reader(path: &Path) -> Result<Option<Connection>, JournalError> {
    if !path.exists() {
        return Ok(None);
    }
    let open = || -> rusqlite::Result<Option<Connection>> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        settings(&connection)?;
        connection.execute_batch("PRAGMA query_only = ON")?;
        Ok((marks(&connection)? == (APPLICATION_ID, VERSION)).then_some(connection))
    };
    let doing = "read the security journal";
    match open().map_err(|error| unavailable(doing, &error))? {
        Some(connection) => Ok(Some(connection)),
        // A file that another process has just made and not yet filled.
        None if fs::metadata(path).is_ok_and(|file| file.len() == 0) => Ok(None),
        None => Err(unavailable(doing, &format!("{} is not a security journal of this version", path.display()))),
    }
}

fn settings(connection: &Connection) -> rusqlite::Result<()> {
    // A tampered schema runs nothing of its own with our rights, and INSERT OR REPLACE does not delete past the triggers.
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA recursive_triggers = ON; PRAGMA cell_size_check = ON")
}

/// Makes the table in an empty file. Answers whether the file is a journal of this version.
fn make(connection: &mut Connection) -> rusqlite::Result<bool> {
    if marks(connection)? == (APPLICATION_ID, VERSION) {
        return Ok(true);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let objects: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if objects == 0 && marks(&transaction)? == (0, 0) {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        return Ok(true);
    }
    // Another process may have been first.
    Ok(marks(&transaction)? == (APPLICATION_ID, VERSION))
}

fn marks(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let of = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((of("application_id")?, of("user_version")?))
}

/// By its line and not by the hash beside it: what goes on from a changed line must not hide that.
fn last(connection: &Connection) -> rusqlite::Result<Head> {
    let last = connection.query_row("SELECT number, CAST(line AS TEXT) FROM entry ORDER BY number DESC LIMIT 1", [], |row| {
        Ok(Head { entries: row.get(0)?, hash: hash(row.get::<_, String>(1)?.as_bytes()) })
    });
    Ok(last.optional()?.unwrap_or(Head::EMPTY))
}

fn hash_of(connection: &Connection, number: u64) -> rusqlite::Result<Option<Sha256>> {
    let line = connection.query_row("SELECT CAST(line AS TEXT) FROM entry WHERE number = ?1", [number], |row| row.get::<_, String>(0));
    Ok(line.optional()?.map(|line| hash(line.as_bytes())))
}

/// What has another length is the hash of nothing.
fn digest(bytes: Vec<u8>) -> Sha256 {
    bytes.try_into().map_or(Sha256([0; 32]), Sha256)
}

/// SQLite gives the files beside it the same mode.
fn create_for_us_alone(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

pub(super) fn unavailable(doing: &str, error: &impl ToString) -> JournalError {
    JournalError::Unavailable { doing: doing.to_owned(), what: error.to_string() }
}
