//! What is wrong with a file: which file, row and column, and which rule.

use std::fmt;

use tahavol_domain::Refusal;
use tahavol_domain::text::Lang;

use crate::messages;

/// What can be wrong with a file besides what its values and rules say; keys of the message catalogue.
pub const CODES: &[&str] = &[
    "IMPORT_DIFFERS",
    "IMPORT_DUPLICATE",
    "IMPORT_FRACTION",
    "IMPORT_MEASURED_VALUE",
    "IMPORT_MISSING",
    "IMPORT_MISSING_COLUMN",
    "IMPORT_NEEDS_FIRST_OFFICIAL",
    "IMPORT_NOT_UTF8",
    "IMPORT_PERCENT",
    "IMPORT_TABLE",
    "IMPORT_TOML",
    "IMPORT_TRUNCATED",
    "IMPORT_UNKNOWN_COLUMN",
    "IMPORT_UNKNOWN_KIND",
    "IMPORT_UNREADABLE",
    "IMPORT_VALUE",
];

/// One thing wrong in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    pub file: String,
    /// The line of the file, from 1.
    pub row: Option<u64>,
    /// The column of a table, or the key of a programme file.
    pub column: Option<String>,
    /// A key of the message catalogue: a rule's code, or `IMPORT_…`, `DATE_…`.
    pub code: String,
    pub args: Vec<(&'static str, String)>,
}

impl RowError {
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let place = match (self.row, &self.column) {
            (Some(row), Some(column)) => format!("{}:{row} [{column}]", self.file),
            (Some(row), None) => format!("{}:{row}", self.file),
            (None, Some(column)) => format!("{} [{column}]", self.file),
            (None, None) => self.file.clone(),
        };
        format!("{place}: {}: {}", self.code, messages::message(&self.code, &self.args, lang))
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

/// A place in a file, from which errors are made.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    pub file: &'a str,
    pub row: Option<u64>,
}

impl Place<'_> {
    #[must_use]
    pub fn error(&self, column: Option<&str>, code: &str) -> RowError {
        RowError { file: self.file.to_owned(), row: self.row, column: column.map(str::to_owned), code: code.to_owned(), args: Vec::new() }
    }

    #[must_use]
    pub fn value(&self, column: &str, code: &str, value: impl fmt::Display) -> RowError {
        // What is wrong with a file as a whole is in no column.
        let column = Some(column).filter(|column| !column.is_empty());
        RowError { args: vec![("value", value.to_string())], ..self.error(column, code) }
    }

    #[must_use]
    pub fn refused(&self, refusal: &Refusal) -> RowError {
        let column = refusal.field.map(in_file);
        RowError { args: refusal.args.clone(), ..self.error(column.as_deref(), refusal.rule.code()) }
    }
}

/// A field as files spell it: `effectiveOn` is the column `effective_on`.
fn in_file(field: &str) -> String {
    field.chars().fold(String::new(), |mut column, letter| {
        if letter.is_ascii_uppercase() {
            column.push('_');
        }
        column.push(letter.to_ascii_lowercase());
        column
    })
}
