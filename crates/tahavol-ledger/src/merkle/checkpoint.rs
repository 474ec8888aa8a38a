//! Checkpoints: the size and root that a log commits itself to (c2sp.org/tlog-checkpoint), as the text of a note.

use sha2::{Digest, Sha256};

use super::note::{KeyKind, SigningKey, VerifyingKey};
use super::note::{Note, NoteError, is_text};
use super::tile::decimal;
use super::{Hash, encode, hash_of_text};

/// What a log says that it is: these are its first `size` entries, all of them, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: its address without scheme and trailing slash.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// Three lines: origin, size, root in base64.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, encode(&self.root))
    }

    /// Strictly what [`Checkpoint::text`] writes: no extension lines, no zeros in front of the size.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let lines = text.strip_suffix('\n').ok_or(NoteError::Checkpoint("does not end with a newline"))?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Checkpoint("is not three lines"));
        };
        if origin.is_empty() || !is_text(origin) {
            return Err(NoteError::Checkpoint("has no origin"));
        }
        let size = decimal(size).ok_or(NoteError::Checkpoint("has no size"))?;
        let root = hash_of_text(root).ok_or(NoteError::Checkpoint("has no root"))?;
        if size == 0 && root != Hash::from(Sha256::digest([])) {
            return Err(NoteError::Checkpoint("has no entries and the root of some"));
        }
        Ok(Checkpoint { origin: origin.to_owned(), size, root })
    }

    /// Signed by each of the log's keys, one line a key.
    pub fn signed(&self, keys: &[SigningKey]) -> Result<Note, NoteError> {
        let text = self.text();
        let signatures = keys.iter().map(|key| key.sign(&text)).collect::<Result<_, _>>()?;
        Ok(Note { text, signatures })
    }

    /// The checkpoint in a note that a log's key under the name of the checkpoint's origin has signed. A key of another
    /// name says nothing about this log, and a cosignature alone does not make a checkpoint.
    pub fn open(note: &Note, keys: &[VerifyingKey]) -> Result<Self, NoteError> {
        let signers = note.verify(keys)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        let by_log = signers.iter().any(|key| key.kind() == KeyKind::Log && key.name() == checkpoint.origin);
        if by_log { Ok(checkpoint) } else { Err(NoteError::Unsigned) }
    }
}
