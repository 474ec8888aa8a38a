//! The copy of the newest signed head outside the data directory, written now and then by a thread of its own.
//!
//! It is there for one question at the next start: has the ledger ever been further than it is now? An older copy
//! answers it for an earlier moment and is never wrong, because every later head continues it; so it need not be written
//! at each commit, and a crash that leaves an older one does no harm. It is never newer than the ledger: it is given a
//! head only after the commit that has it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::errors;
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::note::Note;
use crate::port::{LedgerError, SignedHead};

/// The copy is at most so much behind while events are appended.
const PAUSE: Duration = Duration::from_secs(1);

/// What is wrong with writing the copy, if anything: for health reports.
pub(super) type CopyProblem = Arc<Mutex<Option<String>>>;

/// Ends with a last write when it is dropped.
pub(super) struct HeadCopy {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

/// Between the writer, who lays down heads, and the thread, which takes the newest.
struct Desk {
    path: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
    problem: CopyProblem,
}

#[derive(Default)]
struct State {
    newest: Option<Arc<SignedHead>>,
    closing: bool,
}

impl HeadCopy {
    /// Writes the first copy at once: a place that cannot be written to is found out now.
    pub(super) fn open(path: &Path, head: &SignedHead) -> Result<Self, LedgerError> {
        keep_other_origin(path, head)
            .and_then(|()| write(path, &head.note))
            .map_err(|error| errors::io("write the copy of the newest head to", path, &error))?;
        let desk =
            Arc::new(Desk { path: path.to_owned(), state: Mutex::default(), changed: Condvar::new(), problem: CopyProblem::default() });
        let work = Arc::clone(&desk);
        let thread = std::thread::Builder::new()
            .name("ledger-head-copy".to_owned())
            .spawn(move || work.run())
            .map_err(|error| errors::io("start the thread that writes", path, &error))?;
        Ok(HeadCopy { desk, thread: Some(thread) })
    }

    pub(super) fn problem(&self) -> CopyProblem {
        Arc::clone(&self.desk.problem)
    }

    /// A head that is committed.
    pub(super) fn lay_down(&self, head: Arc<SignedHead>) {
        let first = self.desk.state().newest.replace(head).is_none();
        if first {
            self.desk.changed.notify_one();
        }
    }
}

impl Drop for HeadCopy {
    fn drop(&mut self) {
        self.desk.state().closing = true;
        self.desk.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(path = %self.desk.path.display(), "the thread that writes the copy of the newest head panicked");
        }
    }
}

impl Desk {
    fn run(&self) {
        loop {
            let mut state = self.state();
            while state.newest.is_none() && !state.closing {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let Some(head) = state.newest.take() else { return };
            drop(state);
            self.copy(head);
            let state = self.state();
            if !state.closing {
                // Left early only by the end; heads that are laid down meanwhile are written together.
                let paused = self.changed.wait_timeout_while(state, PAUSE, |state| !state.closing);
                drop(paused.unwrap_or_else(PoisonError::into_inner));
            }
        }
    }

    fn copy(&self, head: Arc<SignedHead>) {
        let written = write(&self.path, &head.note);
        let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        match written {
            Ok(()) => {
                if problem.take().is_some() {
                    tracing::info!(path = %self.path.display(), "the copy of the newest head is written again");
                }
            }
            Err(error) => {
                let what = format!("cannot write the copy of the newest head to {}: {error}", self.path.display());
                if problem.is_none() {
                    tracing::warn!(%what, "the ledger goes on, and a rollback would be noticed only up to the last copy");
                }
                *problem = Some(what);
                drop(problem);
                // Tried again with this head unless there is a newer one; at the end there is no again.
                let mut state = self.state();
                if !state.closing {
                    state.newest.get_or_insert(head);
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The copy as it lies there; `None` when there is none. Bytes that are no text come back as a note that cannot be read.
pub(super) fn read(path: &Path) -> Result<Option<String>, LedgerError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(errors::io("read the copy of the newest head at", path, &error)),
    }
}

/// A copy of an origin that is given up stays beside the new one, as what was once promised.
fn keep_other_origin(path: &Path, head: &SignedHead) -> io::Result<()> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(()) };
    let Some(old) = text.parse::<Note>().ok().and_then(|note| Checkpoint::parse(&note.text).ok()) else { return Ok(()) };
    if old.origin == head.checkpoint.origin {
        return Ok(());
    }
    let mut beside = PathBuf::from(format!("{}.{}.old", path.display(), old.size));
    let mut again = 2;
    while fs::read_to_string(&beside).is_ok_and(|kept| kept != text) {
        beside = PathBuf::from(format!("{}.{}.{again}.old", path.display(), old.size));
        again += 1;
    }
    write(&beside, &text)
}

/// Whole or not at all, also in a power failure.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let new = PathBuf::from(format!("{}.new", path.display()));
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}
