//! The ledger on a cluster, as the rest of the program opens it.

use std::sync::Arc;
use std::time::Duration;

use tahavol_ledger::{Appended, Expected, Ledger, LedgerError, NewEvent, OpenOptions, SqliteLedger};
use tahavol_ledger_kurrentdb::{KurrentLedger, KurrentOptions, Limits, inspect};

use crate::config::Cluster;
use crate::failure::{Failure, both};

pub(crate) use tahavol_ledger_kurrentdb::Address;

/// Where the cluster is, from what was configured.
///
/// # Errors
/// When the address says nothing, or asks for what is not safe.
pub(crate) fn address(cluster: &Cluster) -> Result<Address, Failure> {
    let parsed = cluster.address.secret().parse::<Address>();
    parsed.map_err(|error| Failure::usage(both("CONFIG_CLUSTER_ADDRESS", &[("what", error.to_string())])))
}

/// Open for appending; one process has the copy beside it.
#[derive(Clone)]
pub(crate) struct ClusterLedger(Arc<KurrentLedger>);

impl ClusterLedger {
    /// # Errors
    /// When the cluster cannot be used now, or its copy cannot.
    pub(crate) async fn open(address: &Address, cluster: &Cluster, open: OpenOptions) -> Result<ClusterLedger, LedgerError> {
        KurrentLedger::open(address, options(cluster, open)).await.map(|ledger| ClusterLedger(Arc::new(ledger)))
    }

    /// The same, and when nobody answers, with what the copy has.
    ///
    /// # Errors
    /// When something else is wrong with the cluster, or its copy cannot be used.
    pub(crate) async fn open_behind(address: &Address, cluster: &Cluster, open: OpenOptions) -> Result<ClusterLedger, LedgerError> {
        KurrentLedger::open_behind(address, options(cluster, open)).await.map(|ledger| ClusterLedger(Arc::new(ledger)))
    }

    pub(crate) fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::clone(&self.0) as Arc<dyn Ledger>
    }

    pub(crate) fn replica(&self) -> Arc<SqliteLedger> {
        Arc::clone(self.0.replica())
    }

    /// Until the copy has everything that is in the cluster now.
    ///
    /// # Errors
    /// When that takes longer, or the copy cannot go on.
    pub(crate) async fn catch_up(&self, limit: Duration) -> Result<(), LedgerError> {
        self.0.catch_up(limit).await
    }

    /// One after another, for moving a log.
    ///
    /// # Errors
    /// The first append that failed; those before it are recorded.
    pub(crate) async fn append_in_order(&self, appends: Vec<(String, Expected, Vec<NewEvent>)>) -> Result<Vec<Appended>, LedgerError> {
        self.0.append_in_order(appends).await
    }
}

/// What a cluster says of itself; nothing is opened or written.
pub(crate) struct Seen {
    pub(crate) version: String,
    pub(crate) leader: String,
}

/// # Errors
/// When it cannot be used.
pub(crate) async fn look_at(address: &Address, cluster: &Cluster) -> Result<Seen, LedgerError> {
    let inspected = inspect(address, cluster.programme.0, Limits::default()).await?;
    Ok(Seen { version: inspected.version, leader: inspected.leader })
}

fn options(cluster: &Cluster, open: OpenOptions) -> KurrentOptions {
    KurrentOptions { programme: cluster.programme.0, replica: cluster.replica.clone(), open, limits: Limits::default() }
}
