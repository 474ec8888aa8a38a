//! Whether the replica and the cluster still have one history: the newest event here is looked up there.

use std::sync::Arc;

use tahavol_ledger::{Ledger, LedgerError, NotConnected, SqliteLedger, Unproven};

use crate::address::Address;
use crate::endpoint::Selector;
use crate::feed::{There, what_is_at};
use crate::options::Limits;
use crate::prefix::Prefix;

const ATTEMPTS: usize = 3;

/// Refuses a cluster that does not have the replica's newest event, or has another one there: it was put back to an older
/// state, or is another one. What the follower compares later ends in a stop; here nothing is begun.
pub(crate) async fn verify(address: &Arc<Address>, replica: &SqliteLedger, prefix: &Prefix, limits: Limits) -> Result<(), LedgerError> {
    let Some(last) = replica.last_place().await? else {
        return Ok(());
    };
    let ours = replica.read_all(last.position.checked_sub(1), 1).await?;
    let Some(ours) = ours.into_iter().next() else {
        return Err(LedgerError::Corrupt { position: Some(last.position), what: "the replica has a place and no event for it".to_owned() });
    };
    let place = (last.commit, last.prepare);
    let theirs = ask(address, &prefix.to_cluster(&ours.stream), ours.revision, place, limits).await?;
    let name = format!("the newest event of the replica, revision {} of {} at position {},", ours.revision, ours.stream, ours.position);
    let (kind, what) = match theirs {
        There::Event(theirs) | There::Elsewhere(theirs) if theirs.id != ours.id || theirs.data != ours.line => {
            (Unproven::Forked, format!("{name} is another one in the cluster, which has another history or was put back and went on"))
        }
        There::Event(_) => return Ok(()),
        There::Elsewhere(_) => {
            let (commit, prepare) = place;
            (Unproven::Forked, format!("{name} does not lie at {commit}/{prepare} in the cluster any more, which was built anew"))
        }
        There::Nothing => {
            (Unproven::RolledBack, format!("{name} is not in the cluster, which was put back to an older state or has thrown it away"))
        }
    };
    Err(LedgerError::Unproven { kind, what })
}

async fn ask(address: &Arc<Address>, stream: &str, revision: u64, place: (u64, u64), limits: Limits) -> Result<There, LedgerError> {
    let mut selector = Selector::new(Arc::clone(address), limits);
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let found = match selector.leader().await {
            Ok(node) => what_is_at(&node, stream, revision, place).await,
            Err(broken) => Err(broken),
        };
        match found {
            Ok(there) => return Ok(there),
            Err(broken) => {
                selector.learn(&broken);
                why = broken.to_string();
            }
        }
    }
    Err(LedgerError::NotConnected { kind: NotConnected::Unreachable, what: why })
}
