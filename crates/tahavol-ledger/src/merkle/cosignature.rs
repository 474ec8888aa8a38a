//! Cosignatures: a witness's word that it saw this checkpoint, consistent with all it saw before, at this time
//! (c2sp.org/tlog-cosignature).

use super::note::{KeyKind, SigningKey, VerifyingKey};
use super::note::{Note, NoteError, Signature};

/// The signature line of a witness under a checkpoint's text.
pub fn cosign(checkpoint: &str, key: &SigningKey, unix_seconds: u64) -> Result<Signature, NoteError> {
    if key.kind() != KeyKind::Cosigner {
        return Err(NoteError::Key("is a log's, which does not cosign"));
    }
    let signed = key.signed(message(unix_seconds, checkpoint).as_bytes());
    Ok(key.line([unix_seconds.to_be_bytes().as_slice(), &signed].concat()))
}

/// When this witness cosigned, in seconds since 1970; of several cosignatures the latest.
pub fn verify(note: &Note, key: &VerifyingKey) -> Result<u64, NoteError> {
    if key.kind() != KeyKind::Cosigner {
        return Err(NoteError::Key("is a log's, which does not cosign"));
    }
    let mut latest = None;
    for signature in note.signatures_of(key) {
        let forged = || NoteError::Forged { name: signature.name.clone() };
        latest = latest.max(Some(time_of(key, &note.text, signature).ok_or_else(forged)?));
    }
    latest.ok_or(NoteError::Unsigned)
}

/// The time in a cosignature that is right.
pub(super) fn time_of(key: &VerifyingKey, text: &str, signature: &Signature) -> Option<u64> {
    let (time, signed) = signature.bytes.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    key.verifies(message(time, text).as_bytes(), signed).then_some(time)
}

fn message(unix_seconds: u64, checkpoint: &str) -> String {
    format!("cosignature/v1\ntime {unix_seconds}\n{checkpoint}")
}
