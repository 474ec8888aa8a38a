//! A data directory or a ledger file as something to be checked, beside a server that goes on writing.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::{fs, io};

use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::{Note, VerifyingKey};
use tahavol_ledger::merkle::tile::tile_bytes;
use tahavol_ledger::{LedgerError, LedgerFile};

use super::fault::{Fault, Kind, Said};
use super::report::Report;
use super::source::{Held, Source, ToldFigures};
use super::{Options, stored};

/// The copy of the newest head that the writer keeps outside of the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadCopy {
    pub path: PathBuf,
    /// As it lies there, or why it cannot be read.
    pub note: Result<String, String>,
}

impl HeadCopy {
    /// None where there is none. To be read before the ledger is opened: a running writer goes on with both.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let note = match fs::read_to_string(path) {
            Ok(note) => Ok(note),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => Err(error.to_string()),
        };
        Some(HeadCopy { path: path.to_owned(), note })
    }
}

/// A ledger file, with the keys that its configuration has.
pub struct DataFile {
    file: LedgerFile,
    keys: Vec<VerifyingKey>,
    witnesses: Vec<VerifyingKey>,
    copy: Option<HeadCopy>,
}

impl DataFile {
    /// Opens a ledger for reading. `keys` are the configured ones; those under another origin of the same log are known as well.
    ///
    /// # Errors
    /// `Missing` when it is no ledger or cannot be read.
    pub fn open(path: &Path, keys: Vec<VerifyingKey>, witnesses: Vec<VerifyingKey>) -> Result<Self, Fault> {
        let file = LedgerFile::open(path).map_err(|error| unreadable(&error))?;
        Ok(DataFile::of(file, keys, witnesses))
    }

    pub(crate) fn of(file: LedgerFile, keys: Vec<VerifyingKey>, witnesses: Vec<VerifyingKey>) -> Self {
        DataFile { file, keys, witnesses, copy: None }
    }

    /// The ledger must not be older than this.
    #[must_use]
    pub fn with_head_copy(mut self, copy: Option<HeadCopy>) -> Self {
        self.copy = copy;
        self
    }

    pub(crate) fn file(&self) -> &LedgerFile {
        &self.file
    }

    /// Under which name the newest head is signed.
    #[must_use]
    pub fn signed_as(&self) -> Option<&str> {
        self.file.stored_head().map(|head| head.origin.as_str())
    }
}

impl Source for DataFile {
    fn lines(&self) -> u64 {
        self.file.events()
    }

    /// With the cosignatures that were collected for it, which lie apart.
    fn note(&self) -> Result<Option<String>, Fault> {
        let Some(head) = self.file.stored_head() else {
            // Where an origin has begun there has been a head.
            return if self.file.origins().is_empty() { Ok(None) } else { Err(Fault::missing("signed_head")) };
        };
        let Ok(mut note) = head.note.parse::<Note>() else { return Ok(Some(head.note.clone())) };
        let cosigned = self.file.cosigned_notes().iter().filter_map(|kept| kept.note.parse::<Note>().ok());
        for other in cosigned.filter(|other| other.text == note.text) {
            let more: Vec<_> = other.signatures.into_iter().filter(|line| !note.signatures.contains(line)).collect();
            note.signatures.extend(more);
        }
        Ok(Some(note.to_string()))
    }

    fn scan(&self, columns: bool, visit: &mut dyn FnMut(Held<'_>) -> ControlFlow<()>) -> Result<(), Fault> {
        let scanned = self.file.scan(columns, &mut |event| {
            visit(Held { line: event.line, position: Some(event.position), leaf: Some(event.leaf), columns: event.columns })
        });
        scanned.map_err(|error| unreadable(&error))
    }

    /// Leaves lie beside their lines and are looked at with them.
    fn first_level(&self) -> u8 {
        1
    }

    /// Where a subtree is missing, those before it: it is the first that differs.
    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<u8>, Fault> {
        for width in (1..=width).rev() {
            match self.file.tile(level, number, width) {
                Ok(hashes) => return Ok(tile_bytes(&hashes)),
                Err(LedgerError::Corrupt { .. } | LedgerError::Refused { .. }) => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
        Ok(Vec::new())
    }

    fn entries(&self, _number: u64, _width: u16) -> Result<Option<Vec<u8>>, Fault> {
        Ok(None)
    }

    fn beside_the_lines(&self) -> Result<(), Fault> {
        match self.file.first_wrong_id().map_err(|error| unreadable(&error))? {
            Some(position) => Err(Fault::at(Kind::Columns, position, "verify-column", [("column", "event_id".to_owned())])),
            None => Ok(()),
        }
    }

    fn head_copy(&self) -> Option<&HeadCopy> {
        self.copy.as_ref()
    }

    fn has_stored_columns(&self) -> bool {
        true
    }

    fn stored(&self, options: &Options, report: &mut Report) -> Result<Said, Fault> {
        stored::stored(&self.file, options, &self.keys, report)
    }

    fn agrees(&self, head: &Checkpoint) -> Result<(), Fault> {
        let same = self.file.stored_head().is_some_and(|stored| stored.size == head.size && stored.root == head.root);
        if same { Ok(()) } else { Err(Fault::new(Kind::Columns, "verify-head-columns", [])) }
    }

    fn origin(&self) -> Option<&str> {
        self.signed_as()
    }

    fn programme(&self) -> Option<ProgrammeId> {
        None
    }

    fn keys(&self) -> Result<Vec<VerifyingKey>, Fault> {
        Ok(self.keys.clone())
    }

    fn witnesses(&self) -> Result<Vec<VerifyingKey>, Fault> {
        Ok(self.witnesses.clone())
    }

    fn told(&self) -> Option<&ToldFigures> {
        None
    }
}

pub(super) fn unreadable(error: &LedgerError) -> Fault {
    Fault::new(Kind::Missing, "verify-unreadable", [("what", error.to_string())])
}
