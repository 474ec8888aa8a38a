//! Whether the replica and the cluster still have one history: the newest event here is looked up there.

use std::sync::Arc;

use tahavol_ledger::{Ledger, LedgerError, NotConnected, Recorded, SqliteLedger, Unproven};

use crate::address::Address;
use crate::endpoint::{Broken, Node, Selector};
use crate::feed::{There, what_is_at};
use crate::options::Limits;
use crate::prefix::Prefix;
use crate::wire::Place;

const ATTEMPTS: usize = 3;

/// The newest event of a replica, and where it lies in the cluster.
#[derive(Debug)]
pub(crate) struct Newest {
    pub(crate) event: Recorded,
    place: Place,
}

/// In which way the cluster does not have the newest event of the replica.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) kind: Unproven,
    pub(crate) what: String,
}

/// Refuses a cluster that does not have the replica's newest event, or has another one there: it was put back to an older
/// state, or is another one. What the follower compares later ends in a stop; here nothing is begun.
pub(crate) async fn verify(address: &Arc<Address>, replica: &SqliteLedger, prefix: &Prefix, limits: Limits) -> Result<(), LedgerError> {
    let Some(newest) = newest(replica).await? else {
        return Ok(());
    };
    let mut selector = Selector::new(Arc::clone(address), limits);
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let compared = match selector.leader().await {
            Ok(node) => newest.compare(&node, prefix).await,
            Err(broken) => Err(broken),
        };
        match compared {
            Ok(None) => return Ok(()),
            Ok(Some(Difference { kind, what })) => return Err(LedgerError::Unproven { kind, what }),
            Err(broken) => {
                selector.learn(&broken);
                why = broken.to_string();
            }
        }
    }
    Err(LedgerError::NotConnected { kind: NotConnected::Unreachable, what: why })
}

/// `None`: nothing was copied yet.
pub(crate) async fn newest(replica: &SqliteLedger) -> Result<Option<Newest>, LedgerError> {
    let Some(last) = replica.last_place().await? else {
        return Ok(None);
    };
    let event = replica.read_all(last.position.checked_sub(1), 1).await?.into_iter().next();
    let Some(event) = event else {
        return Err(LedgerError::Corrupt { position: Some(last.position), what: "the replica has a place and no event for it".to_owned() });
    };
    Ok(Some(Newest { event, place: (last.commit, last.prepare) }))
}

impl Newest {
    /// `None`: the cluster has it, where it was.
    pub(crate) async fn compare(&self, node: &Node, prefix: &Prefix) -> Result<Option<Difference>, Broken> {
        let Newest { event: ours, place } = self;
        let theirs = what_is_at(node, &prefix.to_cluster(&ours.stream), ours.revision, *place).await?;
        let name = format!("the newest event of the replica, revision {} of {} at position {},", ours.revision, ours.stream, ours.position);
        let (kind, what) = match theirs {
            There::Event(theirs) | There::Elsewhere(theirs) if theirs.id != ours.id || theirs.data != ours.line => {
                (Unproven::Forked, format!("{name} is another one in the cluster, which has another history or was put back and went on"))
            }
            There::Event(_) => return Ok(None),
            There::Elsewhere(_) => {
                let (commit, prepare) = place;
                (Unproven::BuiltAnew, format!("{name} does not lie at {commit}/{prepare} in the cluster any more, which was built anew"))
            }
            There::Nothing => {
                (Unproven::RolledBack, format!("{name} is not in the cluster, which was put back to an older state or has thrown it away"))
            }
        };
        Ok(Some(Difference { kind, what }))
    }
}
