//! The ledger on a cluster, as the rest of the program opens it.

use std::sync::Arc;
use std::time::Duration;

use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_ledger::{Appended, Expected, Ledger, LedgerError, NewEvent, OpenOptions, SqliteLedger};
use tahavol_ledger_kurrentdb::{AddressError, KurrentLedger, KurrentOptions, Limits, Unusable, UnusableFile, inspect};

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
    let address = parsed.map_err(|error| no_address(&error))?;
    address.verify_files().map_err(|file| unusable(&file))?;
    Ok(address)
}

/// Each language has the reason in its own words.
fn no_address(error: &AddressError) -> Failure {
    let (key, args): (&str, &[(&str, &String)]) = match error {
        AddressError::NoScheme => ("ADDRESS_NO_SCHEME", &[]),
        AddressError::Scheme { scheme } => ("ADDRESS_SCHEME", &[("scheme", scheme)]),
        AddressError::Path { path } => ("ADDRESS_PATH", &[("path", path)]),
        AddressError::DiscoverSeveral => ("ADDRESS_DISCOVER_SEVERAL", &[]),
        AddressError::NoHost => ("ADDRESS_NO_HOST", &[]),
        AddressError::Brackets => ("ADDRESS_BRACKETS", &[]),
        AddressError::HostName { host } => ("ADDRESS_HOST_NAME", &[("host", host)]),
        AddressError::Port { host } => ("ADDRESS_PORT", &[("host", host)]),
        AddressError::User => ("ADDRESS_USER", &[]),
        AddressError::QuestionMark => ("ADDRESS_QUESTION_MARK", &[]),
        AddressError::UserPercent => ("ADDRESS_USER_PERCENT", &[]),
        AddressError::Percent { name } => ("ADDRESS_PERCENT", &[("name", name)]),
        AddressError::UserEncoding => ("ADDRESS_USER_ENCODING", &[]),
        AddressError::Encoding { name } => ("ADDRESS_ENCODING", &[("name", name)]),
        AddressError::Parameter { name } => ("ADDRESS_PARAMETER", &[("name", name)]),
        AddressError::Truth { name } => ("ADDRESS_TRUTH", &[("name", name)]),
        AddressError::Number { name } => ("ADDRESS_NUMBER", &[("name", name)]),
        AddressError::NoFile { name } => ("ADDRESS_NO_FILE", &[("name", name)]),
        AddressError::Unverified => ("ADDRESS_UNVERIFIED", &[]),
        AddressError::HalfCertificate => ("ADDRESS_HALF_CERTIFICATE", &[]),
        AddressError::CertificateWithoutTls => ("ADDRESS_CERTIFICATE_WITHOUT_TLS", &[]),
        AddressError::Client { what } => ("ADDRESS_CLIENT", &[("what", what)]),
    };
    let args: Vec<(&str, String)> = args.iter().map(|(name, value)| (*name, (*value).clone())).collect();
    let told = |lang| message("CONFIG_CLUSTER_ADDRESS", &[("what", message(key, &args, lang))], lang);
    Failure::usage(format!("{}\n{}", told(Lang::En), told(Lang::Fa)))
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
        self.0.copy_whole(STANDSTILL).await
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
