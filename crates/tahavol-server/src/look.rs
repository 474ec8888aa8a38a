//! Opening what a command that only looks needs: the ledger for reading, beside a server, leaving nothing behind.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tahavol_app::search::{INDEX_FILE, SearchIndex};
use tahavol_app::{AppError, Follower, Options, Tahavol};
use tahavol_domain::fact::decode;
use tahavol_ledger::{Ledger, LedgerError, SqliteLedger};

use crate::cli::say;
use crate::cluster::{self, ClusterLedger};
use crate::config::{Engine, Settings};
use crate::failure::{Code, Failure, both};
use crate::identity;
use crate::open::{open_options, unopened};

/// How long a command that only looks waits for what others have recorded.
const COPY_WITHIN: Duration = Duration::from_secs(20);

/// The application on the ledger that is there.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) async fn look(settings: &Settings) -> Result<Tahavol, Failure> {
    freshen(settings).await?;
    let ledger = SqliteLedger::open_read_only(settings.ledger_path()?).await?;
    look_at(Arc::new(ledger), settings).await
}

/// Brings the copy of a cluster up to date, unless a server beside does; where that cannot be, says as of when the copy is.
/// A ledger of one's own is as it is.
///
/// # Errors
/// When the cluster cannot be used and there is no copy yet.
pub(crate) async fn freshen(settings: &Settings) -> Result<(), Failure> {
    let Engine::Cluster(cluster) = settings.engine()? else { return Ok(()) };
    let (address, options) = (cluster::address(&cluster)?, open_options(settings)?);
    let read = async {
        let ledger = ClusterLedger::open(&address, &cluster, options).await?;
        let caught_up = ledger.catch_up(COPY_WITHIN).await;
        caught_up.and(ledger.ledger().close().await)
    };
    match read.await {
        // Whoever has the copy open keeps it up to date.
        Ok(()) | Err(LedgerError::InUse { .. }) => Ok(()),
        Err(error) if cluster.replica.exists() => {
            let told = Failure::from(error).text;
            say::aside(&format!("tahavol: {told}\n{}", both("LOOK_AS_OF", &[("at", newest(&cluster.replica).await?)])));
            Ok(())
        }
        Err(error) => Err(unopened(settings, error)),
    }
}

/// [`freshen`] for a command without a runtime of its own.
///
/// # Errors
/// As there.
pub(crate) fn freshen_blocking(settings: &Settings) -> Result<(), Failure> {
    match settings.engine()? {
        Engine::Sqlite(_) => Ok(()),
        Engine::Cluster(_) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            runtime.map_err(|error| Failure::io("start the runtime", &error))?.block_on(freshen(settings))
        }
    }
}

/// When the last event was recorded that a copy has.
async fn newest(replica: &Path) -> Result<String, Failure> {
    let ledger = SqliteLedger::open_read_only(replica).await?;
    let Some(head) = ledger.head().await? else { return Ok("-".to_owned()) };
    let last = ledger.read_all(head.checked_sub(1), 1).await?;
    let Some(last) = last.first() else { return Ok("-".to_owned()) };
    let fact = decode(&last.line).map_err(|error| Failure::new(Code::Corrupt, format!("position {head}: {error}")))?;
    Ok(format!("{} ({})", fact.envelope.time, head))
}

/// The application on a ledger, without snapshots: nothing is written.
///
/// # Errors
/// When the ledger cannot be read.
pub(crate) async fn look_at(ledger: Arc<dyn Ledger>, settings: &Settings) -> Result<Tahavol, Failure> {
    let named_administrator = settings.administrator.as_ref().map(|person| person.person().id);
    // A server's index of searches is read as far as it goes.
    let search = SearchIndex::LookedAt(settings.snapshots_dir().join(INDEX_FILE));
    let named_programme = settings.programme();
    let known_actors = identity::actors_to_look_for(settings).await;
    let options = Options { named_administrator, named_programme, known_actors, search, ..Options::default() };
    Ok(Tahavol::open(ledger, options).await?)
}

/// Refuses to go on where the picture ends before an event that cannot be read, and names its position.
///
/// # Errors
/// When it does.
pub(crate) fn whole(app: &Tahavol) -> Result<(), Failure> {
    match app.health().follower {
        Follower::Stopped { position, what } => Err(AppError::Stopped { position, what }.into()),
        Follower::Replaying | Follower::Following | Follower::Reconnecting { .. } | Follower::Closed => Ok(()),
    }
}
