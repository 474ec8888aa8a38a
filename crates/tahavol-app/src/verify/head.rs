//! The signed head: whose signature it bears, which witnesses cosigned it, and whether a head known before is a prefix of it.

use tahavol_domain::calendar::Instant;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::{KeyKind, Note, NoteError, VerifyingKey};
use tahavol_ledger::merkle::{cosignature, hash_text};

use super::Options;
use super::fault::{Fault, Kind, Said};
use super::report::{Report, Step};
use super::source::Source;
use super::tree::Tree;

/// A checkpoint with its signatures, of which none is verified yet.
pub(crate) struct Signed {
    pub(crate) note: Note,
    pub(crate) checkpoint: Checkpoint,
}

impl Signed {
    pub(crate) fn read(text: &str, part: &str) -> Result<Self, Fault> {
        let bad = |error: NoteError| {
            Fault::new(Kind::Signature, "verify-checkpoint-form", [("part", part.to_owned()), ("what", error.to_string())])
        };
        let note: Note = text.parse().map_err(bad)?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(bad)?;
        Ok(Signed { note, checkpoint })
    }
}

/// The checkpoint of a note, once one of these keys has signed it under its origin's name: before that nothing in it says anything.
///
/// # Errors
/// `Signature`.
pub fn signed_by(text: &str, keys: &[VerifyingKey]) -> Result<Checkpoint, Fault> {
    let signed = Signed::read(text, "checkpoint")?;
    if keys.is_empty() {
        return Err(Fault::new(Kind::Signature, "verify-no-key", []));
    }
    named(&signers(&signed.note, keys, "checkpoint")?, &signed.checkpoint.origin)?;
    Ok(signed.checkpoint)
}

fn named(signers: &[&VerifyingKey], origin: &str) -> Result<(), Fault> {
    if signers.iter().any(|key| key.name() == origin) {
        return Ok(());
    }
    Err(Fault::new(Kind::Signature, "verify-key-origin", [("origin", origin.to_owned())]))
}

pub(super) fn signature(source: &dyn Source, options: &Options, signed: Option<&Signed>, report: &mut Report) -> Result<Said, Fault> {
    let signed = signed.ok_or_else(|| Fault::missing("checkpoint"))?;
    let origin = &signed.checkpoint.origin;
    if let Some(claimed) = source.origin()
        && claimed != origin
    {
        let args = [("origin", origin.clone()), ("claimed", claimed.to_owned())];
        return Err(Fault::new(Kind::Signature, "verify-origin", args));
    }
    let own = source.keys()?;
    if options.keys.is_empty() {
        if own.is_empty() {
            return Err(Fault::new(Kind::Signature, "verify-no-key", []));
        }
        let keys: Vec<String> = own.iter().map(VerifyingKey::to_string).collect();
        report.note(Step::Signature, Said::new("verify-own-keys", [("keys", keys.join(" "))]));
    }
    let trusted = trusted(options, &own);
    let signers = signers(&signed.note, trusted, "checkpoint")?;
    named(&signers, origin)?;
    if !options.keys.is_empty() && !own.is_empty() {
        // The keys that are handed on must be the log's too.
        self::signers(&signed.note, &own, "checkpoint")?;
    }
    let names: Vec<String> = signers.iter().map(|key| key.to_string()).collect();
    Ok(Said::new("verify-signature", [("keys", names.join(" "))]))
}

pub(super) fn trusted<'k>(options: &'k Options, own: &'k [VerifyingKey]) -> &'k [VerifyingKey] {
    if options.keys.is_empty() { own } else { &options.keys }
}

/// At least one of the keys has signed, and none wrongly.
pub(super) fn signers<'k>(note: &Note, keys: &'k [VerifyingKey], part: &str) -> Result<Vec<&'k VerifyingKey>, Fault> {
    let logs: Vec<VerifyingKey> = keys.iter().filter(|key| key.kind() == KeyKind::Log).cloned().collect();
    let found = note.verify(&logs).map_err(|error| match error {
        NoteError::Forged { name } => Fault::new(Kind::Signature, "verify-forged", [("name", name), ("part", part.to_owned())]),
        NoteError::Unsigned => Fault::new(Kind::Signature, "verify-not-signed", [("part", part.to_owned())]),
        other => Fault::new(Kind::Signature, "verify-checkpoint-form", [("part", part.to_owned()), ("what", other.to_string())]),
    })?;
    Ok(keys.iter().filter(|key| found.contains(key)).collect())
}

pub(super) fn cosignatures(source: &dyn Source, options: &Options, signed: Option<&Signed>, report: &mut Report) -> Result<Said, Fault> {
    let signed = signed.ok_or_else(|| Fault::missing("checkpoint"))?;
    let own;
    let (keys, named) = if options.witnesses.is_empty() {
        own = source.witnesses()?;
        if !own.is_empty() {
            report.note(Step::Cosignatures, Said::new("verify-own-witnesses", []));
        }
        (&own, false)
    } else {
        (&options.witnesses, true)
    };
    let mut cosigned = 0;
    for key in keys.iter().filter(|key| key.kind() == KeyKind::Cosigner) {
        let name = ("name", key.name().to_owned());
        match cosignature::verify(&signed.note, key) {
            Ok(seconds) => {
                cosigned += 1;
                report.note(Step::Cosignatures, Said::new("verify-cosigned", [name, ("time", time(seconds))]));
            }
            Err(NoteError::Unsigned) if named => return Err(Fault::new(Kind::Cosignature, "verify-not-cosigned", [name])),
            Err(NoteError::Unsigned) => report.note(Step::Cosignatures, Said::new("verify-silent", [name])),
            Err(_) => return Err(Fault::new(Kind::Cosignature, "verify-cosignature-forged", [name])),
        }
    }
    if keys.is_empty() {
        report.note(Step::Cosignatures, Said::new("verify-no-witness", []));
    }
    Ok(Said::new("verify-cosignatures", [("cosigned", cosigned.to_string()), ("witnesses", keys.len().to_string())]))
}

pub(super) fn known(options: &Options, source: &dyn Source, signed: Option<&Signed>, tree: &Tree<'_>) -> Result<Said, Fault> {
    let now = signed.ok_or_else(|| Fault::missing("checkpoint"))?;
    let mut sizes = Vec::new();
    if let Some(known) = &options.known {
        sizes.push(continues(known, "--known", options, source, now, tree)?);
    }
    if let Some(copy) = source.head_copy() {
        let part = copy.path.display().to_string();
        let unreadable =
            |error: &String| Fault::new(Kind::Older, "verify-copy-unreadable", [("part", part.clone()), ("what", error.clone())]);
        let note = copy.note.as_ref().map_err(unreadable)?;
        sizes.push(continues(note, &part, options, source, now, tree)?);
    }
    let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
    Ok(Said::new("verify-known", [("size", sizes.join(", "))]))
}

/// The sizes whose roots are needed for it.
pub(super) fn known_sizes(options: &Options, source: &dyn Source) -> Vec<u64> {
    let copy = source.head_copy().and_then(|copy| copy.note.as_ref().ok());
    let notes = options.known.iter().chain(copy);
    notes.filter_map(|note| Signed::read(note, "--known").ok()).map(|known| known.checkpoint.size).collect()
}

/// Whether the log goes on from this head; answers the head's size.
fn continues(known: &str, part: &str, options: &Options, source: &dyn Source, now: &Signed, tree: &Tree<'_>) -> Result<u64, Fault> {
    let older = |key, mut args: Vec<(&'static str, String)>| {
        args.push(("part", part.to_owned()));
        Err(Fault::new(Kind::Older, key, args))
    };
    let before = Signed::read(known, part)?;
    let (before, now, note) = (before.checkpoint, &now.checkpoint, before.note);
    if before.origin != now.origin {
        return older("verify-known-origin", vec![("known", before.origin), ("origin", now.origin.clone())]);
    }
    let own = source.keys()?;
    signers(&note, trusted(options, &own), part)?;
    if before.size > now.size {
        return older("verify-known-larger", vec![("known", before.size.to_string()), ("size", now.size.to_string())]);
    }
    match tree.known_root(before.size) {
        Some(root) if root == before.root => Ok(before.size),
        root => {
            let found = root.as_ref().map_or_else(String::new, hash_text);
            older("verify-known-forked", vec![("size", before.size.to_string()), ("root", found), ("known", hash_text(&before.root))])
        }
    }
}

fn time(unix_seconds: u64) -> String {
    let micros = i64::try_from(unix_seconds).ok().and_then(|seconds| seconds.checked_mul(1_000_000));
    micros.map_or_else(|| unix_seconds.to_string(), |micros| Instant::from_micros(micros).to_string())
}
