//! Whether two ledgers tell the same, as far as both go.

use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_ledger::{Ledger, LedgerError, Recorded, SqliteLedger};

use super::PIECE;
use crate::failure::{Code, Failure};

/// The first position at which both have an event and not the same one.
pub(super) async fn first_difference(source: &SqliteLedger, target: &SqliteLedger) -> Result<Option<u64>, LedgerError> {
    let mut after = None;
    loop {
        let ours = source.read_all(after, PIECE).await?;
        let Some(last) = ours.last() else { return Ok(None) };
        let theirs = target.read_all(after, ours.len()).await?;
        let found = difference(&ours, &theirs);
        if found.is_some() || theirs.len() < ours.len() {
            return Ok(found);
        }
        after = Some(last.position);
    }
}

/// The same for pieces of both that begin at the same position.
pub(super) fn difference(ours: &[Recorded], theirs: &[Recorded]) -> Option<u64> {
    let differs = ours.iter().zip(theirs).find(|(ours, theirs)| ours.id != theirs.id || ours.leaf_hash != theirs.leaf_hash);
    differs.map(|(ours, _)| ours.position)
}

/// Nothing is written behind events that the source does not have.
pub(super) fn refuse(difference: Option<u64>, lang: Lang) -> Result<(), Failure> {
    match difference {
        Some(position) => Err(Failure::new(Code::Refused, message("MIGRATE_OTHER_HISTORY", &[("position", position.to_string())], lang))),
        None => Ok(()),
    }
}
