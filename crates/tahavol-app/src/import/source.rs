//! A file as it was given: its bytes, its digest, and what kind of file it is.

use std::path::Path;

use sha2::{Digest, Sha256 as Hasher};
use tahavol_domain::values::Sha256;

use super::error::{Place, RowError};

/// A file to import.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// As errors name it.
    pub name: String,
    /// Over the bytes as they were given, a byte-order mark included.
    pub digest: Sha256,
    pub text: String,
    pub kind: FileKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    Programme,
    Stations,
    Reports,
    Deliveries,
    Measurements,
}

impl FileKind {
    /// Columns that must be there, then columns that may.
    #[must_use]
    pub fn columns(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            FileKind::Programme => (&[], &[]),
            FileKind::Stations => (
                &["code", "kind", "name_fa", "province", "networked", "annual_visits", "annual_cases"],
                &["name_en", "province_fa", "province_en"],
            ),
            FileKind::Reports => (&["milestone", "effective_on"], &["progress", "steps", "note_fa", "note_en"]),
            FileKind::Deliveries => (&["milestone", "station", "effective_on"], &["note_fa", "note_en"]),
            FileKind::Measurements => (&["indicator", "scope", "period"], &["value", "numerator", "denominator", "method_fa", "method_en"]),
        }
    }

    /// A table is known by a column that only its kind has.
    fn of_header(header: &str) -> Option<FileKind> {
        let has = |column: &str| header.split(',').any(|name| name.trim().trim_matches('"') == column);
        if has("annual_visits") || has("networked") {
            Some(FileKind::Stations)
        } else if has("indicator") {
            Some(FileKind::Measurements)
        } else if has("milestone") && has("station") {
            Some(FileKind::Deliveries)
        } else if has("milestone") {
            Some(FileKind::Reports)
        } else {
            None
        }
    }
}

impl SourceFile {
    /// Reads a file from disk.
    ///
    /// # Errors
    /// When it cannot be read, is not UTF-8, or is of no known kind.
    pub fn read(path: &Path) -> Result<SourceFile, RowError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|why| Place { file: &name, row: None }.value("", "IMPORT_UNREADABLE", why))?;
        SourceFile::from_bytes(&name, &bytes)
    }

    /// # Errors
    /// When the bytes are not UTF-8 or of no known kind. A byte-order mark, as Excel writes it, is accepted.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<SourceFile, RowError> {
        let digest = Sha256(Hasher::digest(bytes).into());
        let place = Place { file: name, row: None };
        let text = std::str::from_utf8(bytes).map_err(|why| {
            let row = bytes[..why.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            Place { file: name, row: Some(row) }.error(None, "IMPORT_NOT_UTF8")
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let kind = if Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
            FileKind::Programme
        } else {
            let header = text.lines().next().unwrap_or_default();
            FileKind::of_header(header).ok_or_else(|| place.value("", "IMPORT_UNKNOWN_KIND", header))?
        };
        Ok(SourceFile { name: name.to_owned(), digest, text: text.to_owned(), kind })
    }

    #[must_use]
    pub fn place(&self, row: u64) -> Place<'_> {
        Place { file: &self.name, row: Some(row) }
    }

    /// The line on which a byte of the file lies, from 1.
    #[must_use]
    pub fn row_of(&self, offset: usize) -> u64 {
        self.text.as_bytes()[..offset.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count() as u64 + 1
    }
}
