//! The ledger's files: where they lie, who may write, and the settings of every connection with their reasons.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{OpenOptions, SqliteLedger, errors, replica, schema};
use crate::port::LedgerError;

/// The file's name inside a data directory.
pub const LEDGER_FILE: &str = "ledger.sqlite";

/// Settings of every connection.
const EVERY_CONNECTION: &[(&str, &str)] = &[
    // Functions that a tampered schema could smuggle into a trigger or a view must not run with our rights.
    ("trusted_schema", "OFF"),
    // A damaged page is found when it is read, not after it has been copied about.
    ("cell_size_check", "ON"),
    // An event without its stream must be impossible.
    ("foreign_keys", "ON"),
    // Without it, INSERT OR REPLACE deletes rows past the triggers that refuse DELETE.
    ("recursive_triggers", "ON"),
];

/// Settings of the writing connection.
const WRITING: &[(&str, &str)] = &[
    // Readers never wait for the writer nor the writer for them, and a commit is one sequential write.
    ("journal_mode", "WAL"),
    // Acknowledged means on disk: the log is synced at every commit. NORMAL would lose the last ones in a power failure.
    ("synchronous", "FULL"),
    // Pages of busy streams are written many times; copying them into the file every 40 MB and not every 4 MB appends
    // about a third faster.
    ("wal_autocheckpoint", "10000"),
    // After a burst (an import) the log file shrinks again.
    ("journal_size_limit", "67108864"),
    // The index of ids is touched at random places: 64 MiB hold it for some million events.
    ("cache_size", "-65536"),
    // Rollback journals of single statements are small and short-lived: not worth a file.
    ("temp_store", "MEMORY"),
];

/// How long a statement waits for another process (a backup, a shell) to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How readers reach the file.
#[derive(Debug, Clone)]
pub(super) struct Source {
    path: PathBuf,
    /// The file and its directory cannot be written to and no write-ahead log lies beside it, so nothing can change.
    immutable: bool,
}

impl Source {
    pub(super) fn beside_a_writer(path: &Path) -> Self {
        Source { path: path.to_owned(), immutable: false }
    }

    pub(super) fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let immutable = if self.immutable { "?immutable=1" } else { "" };
        let connection = Connection::open_with_flags(format!("file:{}{immutable}", uri_path(&self.path)), flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        apply(&connection, EVERY_CONNECTION)?;
        // A reader that could write by mistake is refused by SQLite itself.
        apply(&connection, &[("query_only", "ON")])?;
        Ok(connection)
    }
}

/// The lock, held for as long as this value lives. The operating system lets go of it when the process dies.
pub(super) struct WriterLock(#[expect(dead_code, reason = "held for its lock, which closing the file releases")] File);

/// A directory stands for the ledger file in it.
pub(super) fn ledger_file(path: &Path) -> PathBuf {
    let names_a_file = path.extension().is_some_and(|ending| ending == "sqlite" || ending == "sqlite3" || ending == "db");
    if names_a_file && !path.is_dir() { path.to_owned() } else { path.join(LEDGER_FILE) }
}

/// The one writing connection, with the schema brought up to date.
pub(super) fn open_for_writing(path: &Path, options: &OpenOptions) -> Result<(Connection, WriterLock), LedgerError> {
    if !options.create && !path.exists() {
        return Err(missing(path));
    }
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if options.create && !directory.exists() {
        fs::create_dir_all(directory).map_err(|error| errors::io("create", directory, &error))?;
    }
    let lock = lock(path)?;
    let doing = format!("open {}", path.display());
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(64);
        apply(&connection, EVERY_CONNECTION)?;
        Ok(connection)
    };
    let mut connection = open().map_err(|error| errors::sqlite(&doing, &error))?;
    // Asked before any setting changes the file: a file that is not ours, or newer than us, stays as it is.
    schema::verify_ours(&connection, path)?;
    replica::verify_kind(&connection, path, options.replica_of.as_deref())?;
    apply(&connection, WRITING).map_err(|error| errors::sqlite(&doing, &error))?;
    let journal: String =
        connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(|error| errors::sqlite(&doing, &error))?;
    if journal != "wal" {
        let what = format!("{} lies on a file system that allows no write-ahead log", path.display());
        return Err(errors::needs_a_person(&what));
    }
    schema::migrate(&mut connection)?;
    if let Some(log) = &options.replica_of {
        replica::mark(&connection, log)?;
    }
    if let Some(bytes) = options.max_bytes {
        limit_size(&connection, bytes).map_err(|error| errors::sqlite(&doing, &error))?;
    }
    // The file's name must survive a power failure as its contents do.
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| errors::io("sync", directory, &error))?;
    Ok((connection, lock))
}

/// A reading connection and the way to get more of them.
pub(super) fn open_for_reading(path: &Path) -> Result<(Connection, Source), LedgerError> {
    if !path.exists() {
        return Err(missing(path));
    }
    let mut source = Source::beside_a_writer(path);
    let probe = |source: &Source| -> rusqlite::Result<Connection> {
        let connection = source.connect()?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    let first = probe(&source);
    let failed = match first {
        Ok(connection) => return Ok((connection, source)),
        Err(error) => error,
    };
    // Reading a write-ahead log needs a shared-memory file beside it, which a read-only directory does not allow. When
    // there is no such log the file alone is everything.
    let log = PathBuf::from(format!("{}-wal", path.display()));
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(errors::sqlite(&format!("read {}", path.display()), &failed));
    }
    source.immutable = true;
    let connection = probe(&source).map_err(|_| errors::sqlite(&format!("read {}", path.display()), &failed))?;
    Ok((connection, source))
}

/// Held by whoever reads a file to which nothing may be added meanwhile.
pub struct WritersKeptOut(#[expect(dead_code, reason = "held for its lock")] WriterLock);

impl SqliteLedger {
    /// While the answer lives, nobody opens the file for writing. `None`: nobody ever has, there is no lock to take (a
    /// backup). [`LedgerError::InUse`] when somebody has it open. Adds no file.
    pub fn keep_writers_out(&self) -> Result<Option<WritersKeptOut>, LedgerError> {
        let lock_path = lock_path(self.path());
        let failed = |error| errors::io("open the lock file", &lock_path, &error);
        let file = match File::options().read(true).write(true).open(&lock_path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            // It can be locked all the same, only not noted by whom.
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                File::open(&lock_path).map_err(failed)?
            }
            Err(error) => return Err(failed(error)),
        };
        take_lock(self.path(), &lock_path, file).map(|lock| Some(WritersKeptOut(lock)))
    }
}

fn lock_path(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.lock", path.display()))
}

fn lock(path: &Path) -> Result<WriterLock, LedgerError> {
    let lock_path = lock_path(path);
    let file = File::options().read(true).write(true).create(true).truncate(false).open(&lock_path);
    take_lock(path, &lock_path, file.map_err(|error| errors::io("open the lock file", &lock_path, &error))?)
}

fn take_lock(path: &Path, lock_path: &Path, mut file: File) -> Result<WriterLock, LedgerError> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let known = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
            let holder = if known { holder.trim().to_owned() } else { "another process".to_owned() };
            return Err(LedgerError::InUse { path: path.display().to_string(), holder });
        }
        Err(TryLockError::Error(error)) => return Err(errors::io("lock", lock_path, &error)),
    }
    // Only for the message above: the lock itself is the operating system's.
    let holder = format!("process {}\n", std::process::id());
    let written = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(holder.as_bytes()));
    if let Err(error) = written {
        tracing::warn!(path = %lock_path.display(), %error, "cannot note the writer in the lock file");
    }
    Ok(WriterLock(file))
}

fn apply(connection: &Connection, settings: &[(&str, &str)]) -> rusqlite::Result<()> {
    for (name, value) in settings {
        // Some settings answer with a row and some do not.
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            other => Err(other),
        })?;
    }
    Ok(())
}

fn limit_size(connection: &Connection, bytes: u64) -> rusqlite::Result<()> {
    let page_size: u64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = (bytes / page_size).max(1);
    apply(connection, &[("max_page_count", pages.to_string().as_str())])
}

fn missing(path: &Path) -> LedgerError {
    LedgerError::Refused { what: format!("there is no ledger at {}", path.display()) }
}

/// Characters that mean something in a URI are written as their codes.
fn uri_path(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
