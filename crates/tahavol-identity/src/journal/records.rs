//! What has been kept: the journal as it lies in a table or in files, for whoever reads or checks it.

use std::path::{Path, PathBuf};

use tahavol_domain::calendar::Instant;
use tahavol_domain::values::{ActorId, Sha256};

use super::entry::{Entry, Head, hash};
use super::{NoteKind, files, table};

/// The journal cannot be read or written at the moment: the disk is full, the file is away, not ours, or not for us to open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Trying again may help once whoever looks after the machine has made room.
    #[error("cannot {doing}: {what}")]
    Unavailable { doing: String, what: String },
    /// The journal is not as it was written; nothing is read past that.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// Where the chain of entries breaks: everything before is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the security journal is broken at entry {number}: {what}")]
pub struct Broken {
    /// The first entry that is not as it was written, or not there.
    pub number: u64,
    pub what: Fault,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it is no entry of this journal's form")]
    Form,
    #[error("another entry stands in its place")]
    Number,
    #[error("it does not go on from the entry before")]
    Previous,
    #[error("its hash is not that of its line")]
    Hash,
    #[error("its line is cut off")]
    Torn,
}

/// Which entries are wanted; what is `None` matters not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub kind: Option<NoteKind>,
    pub actor: Option<ActorId>,
    /// Not before this instant.
    pub from: Option<Instant>,
    /// Before this instant.
    pub until: Option<Instant>,
}

impl Wanted {
    #[must_use]
    pub fn is(&self, entry: &Entry) -> bool {
        self.kind.is_none_or(|kind| entry.kind == kind)
            && self.actor.as_ref().is_none_or(|actor| entry.actor.as_ref() == Some(actor))
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
    }
}

/// Where a journal lies. Reading it takes no lock and changes nothing, beside a running server as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// A SQLite file of its own.
    Table(PathBuf),
    /// A directory of files.
    Files(PathBuf),
}

/// How many lines are read at a time.
const AT_A_TIME: u64 = 1_000;

impl Records {
    #[must_use]
    pub fn place(&self) -> &Path {
        match self {
            Records::Table(path) | Records::Files(path) => path,
        }
    }

    /// Entries after the number, oldest first. Blocks.
    ///
    /// # Errors
    /// [`JournalError::Broken`] at a line that is no entry.
    pub fn entries(&self, after: Option<u64>, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.search(after.unwrap_or(0), limit, &Wanted::default())
    }

    /// Entries after the number that are wanted, oldest first. Blocks.
    ///
    /// # Errors
    /// [`JournalError::Broken`] at a line that is no entry.
    pub fn search(&self, after: u64, limit: usize, wanted: &Wanted) -> Result<Vec<Entry>, JournalError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        self.lines(after, |number, line, _| {
            let entry = read(number, line)?;
            if wanted.is(&entry) {
                found.push(entry);
            }
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    /// Entries before the number (none: from the newest on) that are wanted, newest first. Blocks.
    ///
    /// # Errors
    /// [`JournalError::Broken`] at a line that is no entry.
    pub fn search_back(&self, before: Option<u64>, limit: usize, wanted: &Wanted) -> Result<Vec<Entry>, JournalError> {
        let mut found = Vec::new();
        let last = self.head()?.entries;
        // Nothing lies before entry 0, and nothing before entry 1.
        let mut until = before.map_or(last, |before| last.min(before.saturating_sub(1)));
        while until > 0 && found.len() < limit {
            let after = until.saturating_sub(AT_A_TIME);
            let mut some = Vec::new();
            self.lines(after, |number, line, _| {
                if number <= until {
                    some.push(read(number, line)?);
                }
                Ok(number < until)
            })?;
            // Where entries are missing there is no end to looking for them.
            if some.len() as u64 != until - after {
                return Err(Broken { number: after + 1, what: Fault::Number }.into());
            }
            found.extend(some.into_iter().rev().filter(|entry| wanted.is(entry)).take(limit - found.len()));
            until = after;
        }
        Ok(found)
    }

    /// How many entries there are, and the hash of the last line. Blocks.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn head(&self) -> Result<Head, JournalError> {
        match self {
            Records::Table(path) => table::head(path),
            Records::Files(directory) => files::head(directory),
        }
    }

    /// Goes along the whole chain. Blocks.
    ///
    /// # Errors
    /// [`JournalError::Broken`] with the first entry that is not as it was written.
    pub fn verify(&self) -> Result<Head, JournalError> {
        let mut head = Head::EMPTY;
        self.lines(0, |number, line, kept| {
            let broken = |what| JournalError::Broken(Broken { number: head.entries + 1, what });
            if number != head.entries + 1 {
                return Err(broken(Fault::Number));
            }
            let hash = hash(line);
            if kept.is_some_and(|kept| kept != hash) {
                return Err(broken(Fault::Hash));
            }
            if read(number, line)?.previous != head.hash {
                return Err(broken(Fault::Previous));
            }
            head = Head { entries: number, hash };
            Ok(true)
        })?;
        Ok(head)
    }

    /// Hands over every line after the number, in order, until it is told to stop.
    fn lines(
        &self,
        after: u64,
        mut each: impl FnMut(u64, &[u8], Option<Sha256>) -> Result<bool, JournalError>,
    ) -> Result<(), JournalError> {
        match self {
            Records::Table(path) => table::lines(path, after, AT_A_TIME, &mut each),
            Records::Files(directory) => files::lines(directory, after, &mut each),
        }
    }
}

/// Told of each line: its number, its bytes, the hash that is kept beside it. Answers whether to go on.
pub(super) type Each<'a> = dyn FnMut(u64, &[u8], Option<Sha256>) -> Result<bool, JournalError> + 'a;

fn read(number: u64, line: &[u8]) -> Result<Entry, JournalError> {
    let broken = |what| JournalError::Broken(Broken { number, what });
    let entry: Entry = serde_json::from_slice(line).map_err(|_| broken(Fault::Form))?;
    // Another spelling of the same entry has another hash, and was not written by us.
    if entry.number == number { Ok(entry) } else { Err(broken(Fault::Number)) }
}
