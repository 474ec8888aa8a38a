//! Where that which is checked lies: a ledger file, a bundle's directory, a log over HTTP.

use std::ops::ControlFlow;

use tahavol_domain::calendar::Date;
use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::StoredColumns;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::VerifyingKey;

use super::Options;
use super::data::HeadCopy;
use super::fault::{Fault, Said};
use super::report::Report;

/// A line as it is held, with what is stored beside it where anything is.
#[derive(Debug, Clone, Copy)]
pub struct Held<'h> {
    pub line: &'h [u8],
    pub position: Option<i64>,
    pub leaf: Option<&'h [u8]>,
    pub columns: Option<StoredColumns<'h>>,
}

/// Progress as it is told beside the events, to be held against them.
#[derive(Debug, Clone)]
pub struct ToldFigures {
    pub status_date: Date,
    /// In the form of progress.json.
    pub progress: serde_json::Value,
    /// With every field of every figure and the digest of the picture; otherwise only what is told is compared.
    pub whole: bool,
}

/// Something that can be checked. Reading blocks.
pub trait Source: Sync {
    /// How many lines there seem to be; for telling how far a check has got.
    fn lines(&self) -> u64;

    /// The newest signed head with its cosignatures; none where nothing was ever signed.
    fn note(&self) -> Result<Option<String>, Fault>;

    /// Every line in order. With `columns`, also what is stored beside them. Lines that are cut off end it with a fault.
    fn scan(&self, columns: bool, visit: &mut dyn FnMut(Held<'_>) -> ControlFlow<()>) -> Result<(), Fault>;

    /// The lowest level of the tree that is kept apart from the lines.
    fn first_level(&self) -> u8;

    /// The bytes of a tile as it is held, whatever they are.
    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<u8>, Fault>;

    /// The bytes of a bundle of entries; none where the lines are not held a second time.
    fn entries(&self, number: u64, width: u16) -> Result<Option<Vec<u8>>, Fault>;

    /// What stands beside the lines and has not been looked at with them.
    fn beside_the_lines(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// A copy of the newest head that is kept apart, as it was before anything else was read.
    fn head_copy(&self) -> Option<&HeadCopy> {
        None
    }

    /// Whether there is more beside the lines than tiles: columns, indices, triggers.
    fn has_stored_columns(&self) -> bool {
        false
    }

    /// Whether the rest of what is stored is as the program stores it.
    fn stored(&self, _options: &Options, _report: &mut Report) -> Result<Said, Fault> {
        Ok(Said::new("verify-stored", []))
    }

    /// Whether what is said of the head outside of the signed note is the same.
    fn agrees(&self, head: &Checkpoint) -> Result<(), Fault>;

    /// Which log it claims to be.
    fn origin(&self) -> Option<&str>;

    /// Which programme it claims to be of.
    fn programme(&self) -> Option<ProgrammeId>;

    /// Keys of the log that come with it.
    fn keys(&self) -> Result<Vec<VerifyingKey>, Fault>;

    /// Keys of witnesses that come with it.
    fn witnesses(&self) -> Result<Vec<VerifyingKey>, Fault>;

    /// Whether the schemas that come with it are those of this program.
    fn schemas(&self) -> Result<Said, Fault> {
        Ok(Said::new("verify-schemas-own", []))
    }

    /// The figures that come with it.
    fn told(&self) -> Option<&ToldFigures>;
}
