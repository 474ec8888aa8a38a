//! The ledger on a cluster, as the rest of the program opens it.

use std::sync::Arc;
use std::time::Duration;

use tahavol_ledger::{Appended, Expected, Ledger, LedgerError, NewEvent, OpenOptions, SqliteLedger};
use tahavol_ledger_kurrentdb::{KurrentLedger, KurrentOptions, Limits, Unusable, UnusableFile, inspect};

use crate::config::Cluster;
use crate::failure::{Failure, both};

pub(crate) use tahavol_ledger_kurrentdb::Address;

/// A cluster's log in which nothing more was read for so long is not being copied.
const STANDSTILL: Duration = Duration::from_secs(5 * 60);

/// Where the cluster is, from what was configured.
///
/// # Errors
/// When the address says nothing, asks for what is not safe, or names a file that cannot be used.
pub(crate) fn address(cluster: &Cluster) -> Result<Address, Failure> {
    let parsed = cluster.address.secret().parse::<Address>();
    let address = parsed.map_err(|error| Failure::usage(both("CONFIG_CLUSTER_ADDRESS", &[("what", error.to_string())])))?;
    address.verify_files().map_err(|file| unusable(&file))?;
    Ok(address)
}

fn unusable(file: &UnusableFile) -> Failure {
    let key = match &file.what {
        Unusable::Unreadable(_) => "CONFIG_CLUSTER_FILE_UNREADABLE",
        Unusable::NoCertificate => "CONFIG_CLUSTER_FILE_NO_CERTIFICATE",
        Unusable::NoKey => "CONFIG_CLUSTER_FILE_NO_KEY",
    };
    let args = [("parameter", file.parameter.to_owned()), ("path", file.path.display().to_string()), ("what", file.what.to_string())];
    Failure::usage(both(key, &args))
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

    /// The same however long it takes, as long as it gets on: a whole copy is made in minutes or in hours.
    ///
    /// # Errors
    /// When it stands still for some minutes, or the copy cannot go on.
    pub(crate) async fn copy_whole(&self) -> Result<(), LedgerError> {
        let mut had = self.0.scanned();
        loop {
            let stands_still = match self.0.catch_up(STANDSTILL).await {
                Err(error @ LedgerError::Unavailable { retry: true, .. }) => error,
                ended => return ended,
            };
            let has = self.0.scanned();
            if has == had {
                return Err(stands_still);
            }
            had = has;
        }
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
