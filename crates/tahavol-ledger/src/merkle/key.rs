//! Ed25519 keys of logs and cosigners, in the texts that Go's note package reads and writes.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer;
use sha2::{Digest, Sha256};

use super::note::{NoteError, Signature, is_text};
use super::{cosignature, decode, encode};

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The text of a note as it is: a log's own signature.
    Log,
    /// The text of a checkpoint and the time: a witness's cosignature.
    Cosigner,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            KeyKind::Log => 0x01,
            KeyKind::Cosigner => 0x04,
        }
    }

    fn of_byte(byte: u8) -> Result<Self, NoteError> {
        match byte {
            0x01 => Ok(KeyKind::Log),
            0x04 => Ok(KeyKind::Cosigner),
            _ => Err(NoteError::Key("is of a kind that is not known here")),
        }
    }
}

/// The public half: `<name>+<id in hex>+<base64(kind ‖ key)>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    kind: KeyKind,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key itself, without name and kind.
    pub fn public(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether the line says that it is by this key.
    pub fn is_named_by(&self, signature: &Signature) -> bool {
        signature.id == self.id && signature.name == self.name
    }

    /// Whether the signature is by this key over this text (for a cosigner, and the time in the signature).
    pub fn has_signed(&self, text: &str, signature: &Signature) -> bool {
        self.is_named_by(signature)
            && match self.kind {
                KeyKind::Log => self.verifies(text.as_bytes(), &signature.bytes),
                KeyKind::Cosigner => cosignature::time_of(self, text, signature).is_some(),
            }
    }

    /// Strictly: neither a signature that could be changed into another nor a weak key is taken.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature).is_ok_and(|it| self.key.verify_strict(message, &it).is_ok())
    }

    fn of(name: &str, kind: KeyKind, key: ed25519_dalek::VerifyingKey) -> Self {
        let digest = Sha256::new().chain_update(name).chain_update([b'\n', kind.byte()]).chain_update(key.as_bytes()).finalize();
        VerifyingKey { name: name.to_owned(), id: [digest[0], digest[1], digest[2], digest[3]], kind, key }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind.byte()], self.key.as_bytes().as_slice()].concat();
        write!(out, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id), encode(&key))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "VerifyingKey({self})")
    }
}

impl FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let parts = KeyText::of(text)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&parts.key).ok().filter(|key| !key.is_weak());
        let key = VerifyingKey::of(parts.name, parts.kind, key.ok_or(NoteError::Key("is no Ed25519 key"))?);
        if key.id == parts.id { Ok(key) } else { Err(NoteError::Key("has another id than its text says")) }
    }
}

/// The private half. `Display` writes it out for the key file; `Debug` does not.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    kind: KeyKind,
    key: ed25519_dalek::SigningKey,
}

const PRIVATE: &str = "PRIVATE+KEY+";

impl SigningKey {
    /// A new key from 32 bytes that must come from the system's source of randomness and be used for nothing else.
    pub fn generate(name: &str, kind: KeyKind, random: [u8; 32]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Key("has a name that is empty, or has spaces, a plus or control characters"));
        }
        Ok(SigningKey { name: name.to_owned(), kind, key: ed25519_dalek::SigningKey::from_bytes(&random) })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::of(&self.name, self.kind, self.key.verifying_key())
    }

    /// The same key under another name, for a log that goes on under a new origin.
    pub fn renamed(&self, name: &str) -> Result<Self, NoteError> {
        SigningKey::generate(name, self.kind, self.key.to_bytes())
    }

    /// The signature line of a log's key under a note's text. A cosigner signs with [`cosignature::cosign`].
    pub fn sign(&self, text: &str) -> Result<Signature, NoteError> {
        if self.kind != KeyKind::Log {
            return Err(NoteError::Key("is a cosigner's, which signs checkpoints with the time"));
        }
        if !is_text(text) || !text.ends_with('\n') {
            return Err(NoteError::Text("has control characters or does not end with a newline"));
        }
        Ok(self.line(self.signed(text.as_bytes()).to_vec()))
    }

    pub(super) fn signed(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    pub(super) fn line(&self, bytes: Vec<u8>) -> Signature {
        let key = self.verifying_key();
        Signature { name: key.name, id: key.id, bytes }
    }
}

impl fmt::Display for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.verifying_key().id);
        let seed = [&[self.kind.byte()], self.key.as_bytes().as_slice()].concat();
        write!(out, "{PRIVATE}{}+{id:08x}+{}", self.name, encode(&seed))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey(of {})", self.verifying_key())
    }
}

impl FromStr for SigningKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let parts = KeyText::of(text.strip_prefix(PRIVATE).ok_or(NoteError::Key("is not a private one"))?)?;
        let key = SigningKey::generate(parts.name, parts.kind, parts.key)?;
        if key.verifying_key().id == parts.id { Ok(key) } else { Err(NoteError::Key("has another id than its text says")) }
    }
}

/// What both halves are written as: name, id, kind and 32 bytes.
struct KeyText<'t> {
    name: &'t str,
    id: [u8; 4],
    kind: KeyKind,
    key: [u8; 32],
}

impl<'t> KeyText<'t> {
    fn of(text: &'t str) -> Result<Self, NoteError> {
        // Base64 has plus signs too, so the last part is whatever follows the second one.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key("is not name+id+key"));
        };
        if !is_name(name) {
            return Err(NoteError::Key("has a name that is empty, or has spaces, a plus or control characters"));
        }
        let hex = id.len() == 8 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let id = u32::from_str_radix(id, 16).ok().filter(|_| hex).ok_or(NoteError::Key("has no id of eight hex digits"))?;
        let key = decode(key).ok_or(NoteError::Key("is not in base64"))?;
        let (kind, key) = key.split_first().ok_or(NoteError::Key("is empty"))?;
        let kind = KeyKind::of_byte(*kind)?;
        let key = key.try_into().map_err(|_| NoteError::Key("is not 32 bytes"))?;
        Ok(KeyText { name, id: id.to_be_bytes(), kind, key })
    }
}

/// What a key may be called: something without spaces, plus signs and control characters.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|it| it.is_whitespace() || it.is_control() || it == '+')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::note::Note;

    /// Ids are four bytes: someone can look for a key that has another's name and id.
    #[test]
    fn two_keys_with_one_name_and_id_are_not_told_apart_and_so_refused() {
        let key = |seed| SigningKey::generate("log.example", KeyKind::Log, [seed; 32]).expect("a good name");
        let honest = key(1).verifying_key();
        let alike = VerifyingKey { id: honest.id(), ..key(2).verifying_key() };
        let text = "text\n".to_owned();
        let note = Note { signatures: vec![key(1).sign(&text).expect("a log's key")], text };
        assert_eq!(note.verify(std::slice::from_ref(&honest)), Ok(vec![&honest]));
        assert_eq!(note.verify(&[honest, alike]), Err(NoteError::Ambiguous { name: "log.example".to_owned() }));
    }
}
