//! Signed notes and the keys that sign them (c2sp.org/signed-note): a text, and a line for each signature over it.

use std::fmt;
use std::str::FromStr;

use super::key::is_name;
use super::{decode, encode};

pub use super::key::{KeyKind, SigningKey, VerifyingKey};

/// How many signature lines a note may have: enough for every witness there is, few enough to verify them all.
const MAX_SIGNATURES: usize = 100;

/// A text and the signatures under it, none of which is verified before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Ends with a newline; no other control characters.
    pub text: String,
    /// At least one.
    pub signatures: Vec<Signature>,
}

/// One signature line: who says that she signed, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    /// The first bytes of a digest of name and key: tells keys of one name apart, proves nothing.
    pub id: [u8; 4],
    pub bytes: Vec<u8>,
}

/// Why a note, a key or a checkpoint is not taken. None of these goes away by trying again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is not of the format: 400.
    #[error("the text of the note {0}")]
    Text(&'static str),
    /// A line of the signatures is not of the format: 400.
    #[error("signature line {line} {what}")]
    Line { line: usize, what: &'static str },
    /// The note has more signatures than are looked at: 400.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// A key's text is not of the format; whoever configured it corrects it. Never says what the key is.
    #[error("the key {0}")]
    Key(&'static str),
    /// The note is signed, but its text is no checkpoint: 400.
    #[error("the checkpoint {0}")]
    Checkpoint(&'static str),
    /// Nobody known has signed: 403. The note may be right; there is no reason to believe it.
    #[error("no known key has signed the note")]
    Unsigned,
    /// A signature that names a known key is not by it: the note was changed or forged.
    #[error("the signature of {name} is wrong")]
    Forged { name: String },
    /// Two of the known keys have the same name and id, so that a line does not tell which is meant.
    #[error("two of the known keys are called {name} with the same id")]
    Ambiguous { name: String },
}

impl Note {
    /// The keys that signed, each once, in the order of their lines. Lines of unknown keys are passed over; a line of a
    /// known key that is wrong makes the whole note wrong, however many others are right.
    pub fn verify<'k>(&self, keys: &'k [VerifyingKey]) -> Result<Vec<&'k VerifyingKey>, NoteError> {
        let mut signers: Vec<&VerifyingKey> = Vec::new();
        for signature in &self.signatures {
            let mut named = keys.iter().filter(|key| key.is_named_by(signature));
            let Some(key) = named.next() else { continue };
            if named.any(|other| other != key) {
                return Err(NoteError::Ambiguous { name: signature.name.clone() });
            }
            if !key.has_signed(&self.text, signature) {
                return Err(NoteError::Forged { name: signature.name.clone() });
            }
            if !signers.contains(&key) {
                signers.push(key);
            }
        }
        if signers.is_empty() { Err(NoteError::Unsigned) } else { Ok(signers) }
    }

    /// The lines of one key.
    pub fn signatures_of<'n>(&'n self, key: &'n VerifyingKey) -> impl Iterator<Item = &'n Signature> {
        self.signatures.iter().filter(move |signature| key.is_named_by(signature))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(out, "{signature}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if !is_text(note) {
            return Err(NoteError::Text("has control characters"));
        }
        // The last empty line: the text may have others, the signatures have none.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Text("is not followed by signatures"))?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Text("is not followed by whole signature lines"))?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        let signatures = lines
            .split('\n')
            .enumerate()
            .map(|(at, line)| line.parse().map_err(|what: SignatureError| NoteError::Line { line: at + 1, what: what.0 }));
        Ok(Note { text: format!("{text}\n"), signatures: signatures.collect::<Result<_, _>>()? })
    }
}

/// Without the newline that ends it.
impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\u{2014} {} {}", self.name, encode(&[&self.id, self.bytes.as_slice()].concat()))
    }
}

/// Why a line is no signature line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature line {0}")]
pub struct SignatureError(&'static str);

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(line: &str) -> Result<Self, SignatureError> {
        let rest = line.strip_prefix("\u{2014} ").ok_or(SignatureError("does not begin with a dash"))?;
        let (name, blob) = rest.split_once(' ').ok_or(SignatureError("has no signature"))?;
        if !is_name(name) {
            return Err(SignatureError("has no name that a key may have"));
        }
        let blob = decode(blob).ok_or(SignatureError("is not in base64"))?;
        match blob.split_first_chunk::<4>() {
            Some((id, bytes)) if !bytes.is_empty() => Ok(Signature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() }),
            _ => Err(SignatureError("is too short")),
        }
    }
}

/// Newlines are the only control characters of a note.
pub(super) fn is_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= 0x20 || byte == b'\n')
}
