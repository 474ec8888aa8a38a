//! What lies in a ledger file beside lines, leaves and tree: indices, origins, triggers, and the heads that witnesses cosigned.

use tahavol_ledger::merkle::note::VerifyingKey;
use tahavol_ledger::{CosignedNote, LedgerFile, Origin};

use super::Options;
use super::data::unreadable;
use super::fault::{Fault, Kind, Said};
use super::head::{Signed, signers, trusted};
use super::report::{Report, Step};

pub(super) fn stored(file: &LedgerFile, options: &Options, own: &[VerifyingKey], report: &mut Report) -> Result<Said, Fault> {
    let mut unknown = 0;
    for kept in file.cosigned_notes() {
        unknown += u64::from(!is_ours(file, kept, trusted(options, own))?);
    }
    if unknown > 0 {
        report.note(Step::Stored, Said::new("verify-cosigned-unknown", [("heads", unknown.to_string())]));
    }
    match file.first_odd().map_err(|error| unreadable(&error))? {
        None => Ok(Said::new("verify-stored", [("heads", file.cosigned_notes().len().to_string())])),
        Some(odd) => {
            let mut fault = Fault::new(Kind::Columns, "verify-odd", [("part", odd.part)]);
            fault.position = odd.position;
            if let Some(position) = odd.position {
                fault.said = Said::new("verify-odd-at", [("part", fault.said.args[0].1.clone()), ("position", position.to_string())]);
            }
            Err(fault)
        }
    }
}

/// Whether a known key has signed it: one that was taken out of use may have, and nobody can tell. Everything else must hold.
fn is_ours(file: &LedgerFile, kept: &CosignedNote, keys: &[VerifyingKey]) -> Result<bool, Fault> {
    let wrong = |what: String| Fault::new(Kind::Cosignature, "verify-cosigned-head", [("size", kept.size.to_string()), ("what", what)]);
    let signed = Signed::read(&kept.note, "cosigned_head").map_err(|_| wrong("note".to_owned()))?;
    let head = &signed.checkpoint;
    let origin = file.origins().iter().find(|origin| origin.number == kept.origin).ok_or_else(|| wrong("origin".to_owned()))?;
    if (&head.origin, head.size) != (&origin.origin, kept.size) {
        return Err(wrong(format!("{} {}", head.origin, head.size)));
    }
    if !signed.note.signatures.iter().any(|line| line.name == head.origin) {
        return Err(wrong("signature".to_owned()));
    }
    let newest = file.stored_head().map_or(0, |head| head.size);
    // What was signed under an origin that was given up went, beyond the next one's beginning, with that history.
    let next = file.origins().iter().find(|later| later.number > origin.number);
    match next.map_or(newest, |later: &Origin| later.since_size) {
        still if head.size <= still => {
            let root = file.root_at(head.size).map_err(|error| unreadable(&error))?;
            if root != head.root {
                return Err(wrong("root".to_owned()));
            }
        }
        _ if next.is_none() => return Err(wrong("size".to_owned())),
        _ => {}
    }
    let keys: Vec<VerifyingKey> = keys.iter().filter(|key| key.name() == head.origin).cloned().collect();
    match signers(&signed.note, &keys, "cosigned_head") {
        Ok(_) => Ok(true),
        Err(fault) if fault.said.key == "verify-not-signed" => Ok(false),
        Err(_) => Err(wrong("signature".to_owned())),
    }
}
