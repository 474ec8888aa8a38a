//! What has been kept: the journal as it lies in a table or in files, for whoever reads or checks it.

use std::collections::VecDeque;
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
    /// The journal is not as it was written: told by checking it.
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
    #[error("what lies there is no entry of this number")]
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
    /// The journal cannot be read.
    pub fn entries(&self, after: Option<u64>, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.search(after.unwrap_or(0), limit, &Wanted::default())
    }

    /// Entries after the number that are wanted, oldest first. A line that somebody has made unreadable is left out, so that
    /// breaking one hides no other: [`Records::verify`] finds it. Blocks.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn search(&self, after: u64, limit: usize, wanted: &Wanted) -> Result<Vec<Entry>, JournalError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        self.lines(after, |line| {
            found.extend(line.entry().filter(|entry| wanted.is(entry)));
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    /// The same before the number (none: from the newest on), newest first. Blocks.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn search_back(&self, before: Option<u64>, limit: usize, wanted: &Wanted) -> Result<Vec<Entry>, JournalError> {
        let mut found = Vec::new();
        let last = self.head()?.entries;
        let mut until = before.map_or(last, |before| last.min(before.saturating_sub(1)));
        while until > 0 && found.len() < limit {
            let after = until.saturating_sub(AT_A_TIME);
            let (some, lines) = self.between(after, until, wanted, usize::MAX)?;
            // Where lines are missing, what is there is looked for from the beginning: numbers may say anything then.
            let (some, next) = if lines == until - after { (some, after) } else { (self.between(0, until, wanted, limit)?.0, 0) };
            found.extend(some.into_iter().rev().take(limit - found.len()));
            until = next;
        }
        Ok(found)
    }

    /// The last of the wanted ones between two numbers, oldest first; and how many lines there are.
    fn between(&self, after: u64, until: u64, wanted: &Wanted, most: usize) -> Result<(VecDeque<Entry>, u64), JournalError> {
        let (mut found, mut lines) = (VecDeque::new(), 0);
        self.lines(after, |line| {
            if line.number <= until {
                lines += 1;
                found.extend(line.entry().filter(|entry| wanted.is(entry)));
                if found.len() > most {
                    found.pop_front();
                }
            }
            Ok(line.number < until)
        })?;
        Ok((found, lines))
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
        self.lines(0, |line| {
            let broken = |what| JournalError::Broken(Broken { number: head.entries + 1, what });
            if line.after_torn && line.entry().is_none_or(|entry| entry.kind != NoteKind::JournalTorn) {
                return Err(broken(Fault::Torn));
            }
            if line.number != head.entries + 1 {
                return Err(broken(Fault::Number));
            }
            let hash = hash(line.bytes);
            if line.kept.is_some_and(|kept| kept != hash) {
                return Err(broken(Fault::Hash));
            }
            let entry = line.entry().ok_or_else(|| broken(Fault::Form))?;
            if entry.previous != head.hash {
                return Err(broken(Fault::Previous));
            }
            head = Head { entries: line.number, hash };
            Ok(true)
        })?;
        Ok(head)
    }

    /// Hands over every line after the number, in order, until it is told to stop.
    fn lines(&self, after: u64, mut each: impl FnMut(&Line<'_>) -> Result<bool, JournalError>) -> Result<(), JournalError> {
        match self {
            Records::Table(path) => table::lines(path, after, AT_A_TIME, &mut each),
            Records::Files(directory) => files::lines(directory, after, &mut each),
        }
    }
}

/// One line as it lies there, whatever somebody may have made of it.
pub(super) struct Line<'l> {
    pub(super) number: u64,
    pub(super) bytes: &'l [u8],
    /// The hash that is kept beside it, where one is.
    pub(super) kept: Option<Sha256>,
    /// Whether what lies before it is cut off.
    pub(super) after_torn: bool,
}

impl Line<'_> {
    /// None where it is no entry, or one of another place.
    fn entry(&self) -> Option<Entry> {
        serde_json::from_slice(self.bytes).ok().filter(|entry: &Entry| entry.number == self.number)
    }
}

/// Told of each line. Answers whether to go on.
pub(super) type Each<'a> = dyn FnMut(&Line<'_>) -> Result<bool, JournalError> + 'a;
