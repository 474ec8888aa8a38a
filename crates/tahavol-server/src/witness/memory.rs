//! What a witness remembers: of each log the newest head that it has cosigned, on disk before anybody hears of it.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::cosignature;
use tahavol_ledger::merkle::note::{Note, VerifyingKey};

use super::trust::write_whole;
use crate::failure::{Code, Failure};

/// Held while a witness runs: two would each remember half.
const LOCK_FILE: &str = "witness.lock";
const ENDING: &str = "checkpoint";

/// The directory of a running witness.
pub(crate) struct Memory {
    directory: PathBuf,
    logs: Mutex<HashMap<String, Arc<Mutex<Latest>>>>,
    _alone: File,
}

/// The newest head of one log. Whoever compares holds it until the new one is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Latest {
    path: PathBuf,
    checkpoint: Option<Checkpoint>,
}

impl Memory {
    /// Takes the directory for this process and reads everything.
    ///
    /// # Errors
    /// When another witness has it, or something in it is not what this witness has cosigned: to forget is to cosign again.
    pub(crate) fn open(directory: &Path, own: &[VerifyingKey]) -> Result<Memory, Failure> {
        let alone = alone(directory)?;
        let mut logs = HashMap::new();
        for (path, checkpoint) in read_all(directory, own)? {
            let latest = Latest { path, checkpoint: Some(checkpoint.clone()) };
            logs.insert(checkpoint.origin, Arc::new(Mutex::new(latest)));
        }
        Ok(Memory { directory: directory.to_owned(), logs: Mutex::new(logs), _alone: alone })
    }

    /// What was cosigned last of every log, by name.
    pub(crate) fn all(&self) -> Vec<Checkpoint> {
        let logs: Vec<_> = lock(&self.logs).values().cloned().collect();
        let mut all: Vec<Checkpoint> = logs.iter().filter_map(|latest| lock(latest).checkpoint.clone()).collect();
        all.sort_by(|one, other| one.origin.cmp(&other.origin));
        all
    }

    /// Of one log, to be locked by whoever compares.
    pub(super) fn of(&self, origin: &str) -> Arc<Mutex<Latest>> {
        let mut logs = lock(&self.logs);
        let new = || Arc::new(Mutex::new(Latest { path: self.directory.join(file_name(origin)), checkpoint: None }));
        Arc::clone(logs.entry(origin.to_owned()).or_insert_with(new))
    }
}

impl Latest {
    pub(super) fn get(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// Remembers the head, durably.
    pub(super) fn put(&mut self, checkpoint: Checkpoint, note: &Note) -> io::Result<()> {
        write_whole(&self.path, &note.to_string())?;
        self.checkpoint = Some(checkpoint);
        Ok(())
    }
}

/// What lies in a directory, whether or not a witness runs on it.
///
/// # Errors
/// When something is not what a witness with one of these keys has cosigned.
pub(crate) fn read_all(directory: &Path, own: &[VerifyingKey]) -> Result<Vec<(PathBuf, Checkpoint)>, Failure> {
    let cannot = |error: io::Error| Failure::io(&format!("read {}", directory.display()), &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            let checkpoint = read(&path, own)?;
            found.push((path, checkpoint));
        }
    }
    Ok(found)
}

fn read(path: &Path, own: &[VerifyingKey]) -> Result<Checkpoint, Failure> {
    let damaged = |what: &str| Failure::new(Code::Corrupt, format!("{} is not what this witness has cosigned: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| Failure::io(&format!("read {}", path.display()), &error))?;
    let note: Note = text.parse().map_err(|error| damaged(&format!("{error}")))?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(|error| damaged(&error.to_string()))?;
    if !own.iter().any(|key| cosignature::verify(&note, key).is_ok()) {
        return Err(damaged("its cosignature is missing or wrong"));
    }
    if path.file_name().is_none_or(|name| name != file_name(&checkpoint.origin).as_str()) {
        return Err(damaged("it is of another log than its name says"));
    }
    Ok(checkpoint)
}

fn alone(directory: &Path) -> Result<File, Failure> {
    let path = directory.join(LOCK_FILE);
    let cannot = |error: io::Error| Failure::io(&format!("lock {}", path.display()), &error);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::new(Code::Busy, format!("another witness runs on {}", directory.display()))),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// Origins may hold anything that a file name may not.
fn file_name(origin: &str) -> String {
    let digest = Sha256::digest(origin.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}.{ENDING}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
