//! Receipts: all that shows, without any network, that an entry is in a log (c2sp.org/tlog-proof).

use std::fmt;
use std::str::FromStr;

use super::checkpoint::Checkpoint;
use super::note::VerifyingKey;
use super::note::{Note, NoteError};
use super::proof::verify_inclusion;
use super::tile::decimal;
use super::{Hash, decode, encode, hash_of_text};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// No tree of at most 2^64 leaves has a longer path.
const MAX_PROOF: usize = 64;

/// An entry's way to the root of a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whatever the writer liked to add, for example the entry. Proved by nothing.
    pub extra: Option<Vec<u8>>,
    /// The entry's position.
    pub index: u64,
    /// Its leaf's sibling first.
    pub proof: Vec<Hash>,
    pub checkpoint: Note,
}

/// Why a receipt proves nothing. None of these goes away by trying again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is not of the format, or was cut short.
    #[error("the receipt {0}")]
    Malformed(&'static str),
    /// Its checkpoint is malformed, forged or by nobody known.
    #[error("the receipt's checkpoint cannot be believed")]
    Checkpoint(#[source] NoteError),
    /// The checkpoint is believed, but this entry is not at this position of its log.
    #[error("the entry is not number {index} of the log's {size} entries")]
    NotIncluded { index: u64, size: u64 },
}

impl Receipt {
    /// The checkpoint that the entry with this leaf hash is proved under: signed by one of the keys as the log's, and
    /// every signature and cosignature of these keys is right.
    pub fn verify(&self, leaf: Hash, keys: &[VerifyingKey]) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys).map_err(ReceiptError::Checkpoint)?;
        if verify_inclusion(leaf, self.index, checkpoint.size, &self.proof, &checkpoint.root) {
            Ok(checkpoint)
        } else {
            Err(ReceiptError::NotIncluded { index: self.index, size: checkpoint.size })
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{FIRST_LINE}")?;
        if let Some(extra) = self.extra.as_deref().filter(|extra| !extra.is_empty()) {
            writeln!(out, "extra {}", encode(extra))?;
        }
        writeln!(out, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(out, "{}", encode(hash)))?;
        write!(out, "\n{}", self.checkpoint)
    }
}

impl FromStr for Receipt {
    type Err = ReceiptError;

    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        let malformed = ReceiptError::Malformed;
        // The first empty line: the head has none, the checkpoint has one of its own.
        let (head, checkpoint) = text.split_once("\n\n").ok_or(malformed("has no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(malformed("is not of a known version"));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => {
                let extra = decode(&line["extra ".len()..]).filter(|extra| !extra.is_empty());
                Some(extra.ok_or(malformed("has an extra that is not in base64"))?)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(malformed("has no index"))?;
        let proof: Option<Vec<Hash>> = lines.map(hash_of_text).collect();
        let proof = proof.ok_or(malformed("has a line that is no hash"))?;
        if proof.len() > MAX_PROOF {
            return Err(malformed("has more hashes than any log needs"));
        }
        Ok(Receipt { extra, index, proof, checkpoint: checkpoint.parse().map_err(ReceiptError::Checkpoint)? })
    }
}
