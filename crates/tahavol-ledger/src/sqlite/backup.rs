//! A copy of the ledger file while writing goes on, checked as a whole before it counts as one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, Progress, StepResult};

use super::tiles::LedgerTiles;
use super::{Checked, SqliteLedger, errors, file};
use crate::merkle::proof::root_of;
use crate::port::{LedgerError, Unproven};

/// Four megabytes at a time, then a breath, so that the disk is not the backup's alone.
const PAGES_PER_STEP: i32 = 1_024;
const BREATH: Duration = Duration::from_millis(5);

/// How far a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub pages: u64,
    pub of: u64,
}

impl SqliteLedger {
    /// Copies the ledger to a new file, as it is at one moment, while appends and reads go on, also those of another
    /// process. `to` is named as in [`SqliteLedger::open`]. Blocks the calling thread.
    ///
    /// Then the copy is read as a whole: every line must have its leaf hash, and the root must be this ledger's at that
    /// size and that of the signed head in the copy. A copy that is not right is removed and an error answered.
    pub fn backup(&self, to: &Path, progress: &mut dyn FnMut(Copied)) -> Result<Checked, LedgerError> {
        let to = file::ledger_file(to);
        create(&to)?;
        let copied = self.copy(&to, progress).and_then(|()| self.compare(&to));
        if copied.is_err()
            && let Err(error) = fs::remove_file(&to)
        {
            tracing::warn!(path = %to.display(), %error, "cannot remove a backup that failed");
        }
        copied
    }

    fn copy(&self, to: &Path, progress: &mut dyn FnMut(Copied)) -> Result<(), LedgerError> {
        let from = self.readers.another()?;
        let mut copied = || -> rusqlite::Result<()> {
            // What this transaction sees stays as it is, so that the copy need not begin anew after each append. The
            // price is that the write-ahead log grows until the copy is done.
            let moment = from.unchecked_transaction()?;
            moment.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            let mut copy = Connection::open(to)?;
            run(&Backup::new(&from, &mut copy)?, progress)?;
            // One file that needs no other beside it, whatever the directory allows.
            copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
            copy.close().map_err(|(_, error)| error)
        };
        copied().map_err(|error| errors::sqlite(&format!("copy the ledger to {}", to.display()), &error))?;
        let synced = File::open(to).and_then(|file| file.sync_all()).and_then(|()| File::open(directory_of(to))?.sync_all());
        synced.map_err(|error| errors::io("sync", to, &error))
    }

    fn compare(&self, to: &Path) -> Result<Checked, LedgerError> {
        let copy = SqliteLedger::open_read_only_blocking(to)?;
        let checked = copy.check()?;
        let root = root_of(&LedgerTiles(self.readers.clone()), checked.events).map_err(errors::proof)?;
        if root != checked.root {
            let what = format!("the copy has another root over {} events than the ledger", checked.events);
            return Err(LedgerError::Corrupt { position: None, what });
        }
        match copy.stored_head()? {
            Some(head) if head.size < checked.events => Err(unproven(Unproven::UnsignedTail, head.size, &checked)),
            Some(head) if head.size > checked.events => Err(unproven(Unproven::RolledBack, head.size, &checked)),
            Some(head) if head.root != checked.root => Err(unproven(Unproven::Forked, head.size, &checked)),
            Some(_) | None => Ok(checked),
        }
    }
}

fn run(backup: &Backup<'_, '_>, progress: &mut dyn FnMut(Copied)) -> rusqlite::Result<()> {
    loop {
        let step = backup.step(PAGES_PER_STEP)?;
        let Progress { remaining, pagecount } = backup.progress();
        let count = |pages: i32| u64::try_from(pages).unwrap_or(0);
        progress(Copied { pages: count(pagecount - remaining), of: count(pagecount) });
        if step == StepResult::Done {
            return Ok(());
        }
        std::thread::sleep(BREATH);
    }
}

/// Only where there is nothing yet.
fn create(to: &Path) -> Result<(), LedgerError> {
    fs::create_dir_all(directory_of(to)).map_err(|error| errors::io("create the directory of", to, &error))?;
    match File::create_new(to) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(errors::refused(&format!("there is something at {} already", to.display())))
        }
        Err(error) => Err(errors::io("create", to, &error)),
    }
}

fn directory_of(file: &Path) -> PathBuf {
    file.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn unproven(kind: Unproven, signed: u64, checked: &Checked) -> LedgerError {
    let what = format!("the copy has {} events, and its signed head is over {signed}", checked.events);
    LedgerError::Unproven { kind, what }
}
