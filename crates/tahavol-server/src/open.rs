//! Opening what a server needs: the ledger for writing, the application on it, the evidence files, the schema.

use std::path::Path;
use std::sync::Arc;

use tahavol_app::{Clock, Options, Tahavol};
use tahavol_identity::{IdentityStore, Journal};
use tahavol_ledger::{Ledger, LedgerError, OpenOptions, SqliteLedger, Unproven};

use crate::cluster::{self, ClusterLedger};
use crate::config::{Cluster, Engine, PersonSetting, Settings};
use crate::evidence::Files;
use crate::failure::{Code, Failure, both, with_persian};
use crate::identity;
use crate::metrics::{Metrics, Timed};
use crate::proof::read_keys;
use crate::trail;

/// Everything that has to be closed again.
pub struct Opened {
    pub app: Tahavol,
    pub ledger: Arc<dyn Ledger>,
    /// The same in its own terms, or the copy of a cluster's: its keys, the copy of its head.
    pub sqlite: Arc<SqliteLedger>,
    pub evidence: Arc<Files>,
    pub identity: IdentityStore,
    pub journal: Journal,
    pub metrics: Arc<Metrics>,
    /// For people: engine and place.
    pub ledger_text: String,
    /// What somebody has to hear who serves it, in both languages.
    pub warning: Option<String>,
}

impl Opened {
    /// Opens for writing; only one process can at a time. What a cluster has is read first.
    ///
    /// # Errors
    /// When another process has the ledger, or it was written by a later version, or a directory cannot be used, or a
    /// cluster cannot.
    pub async fn open(settings: &Settings) -> Result<Opened, Failure> {
        Opened::open_as(settings, For::OneCommand).await
    }

    /// The same for a server: it waits for nothing, and begins with its copy of a cluster that does not answer.
    ///
    /// # Errors
    /// As [`Opened::open`].
    pub async fn open_to_serve(settings: &Settings) -> Result<Opened, Failure> {
        Opened::open_as(settings, For::Serving).await
    }

    async fn open_as(settings: &Settings, purpose: For) -> Result<Opened, Failure> {
        let mut warning = None;
        let (ledger, sqlite, ledger_text) = match settings.engine()? {
            Engine::Sqlite(path) => {
                let sqlite = SqliteLedger::open(&path, open_options(settings)?).await.map_err(|error| unopened(settings, error))?;
                let sqlite = Arc::new(sqlite);
                (Arc::clone(&sqlite) as Arc<dyn Ledger>, sqlite, format!("sqlite:{}", path.display()))
            }
            Engine::Cluster(cluster) => {
                warning = unknown_origin(settings, &cluster).await?;
                if let Some(warning) = &warning {
                    tracing::warn!("{warning}");
                }
                let ledger = on_cluster(settings, &cluster, purpose).await?;
                let text = format!("{} programme {} copy {}", cluster.address, cluster.programme.0, cluster.replica.display());
                (ledger.ledger(), ledger.replica(), text)
            }
        };
        let metrics = Arc::new(Metrics::default());
        let ledger: Arc<dyn Ledger> = Arc::new(Timed::new(ledger, Arc::clone(&metrics)));
        let evidence = Arc::new(Files::open(&settings.evidence, &settings.evidence_dir())?);
        let (identity, journal) = (identity::open(settings)?, identity::journal(settings)?);
        let options = Options {
            snapshots_dir: Some(settings.snapshots_dir()),
            named_administrator: settings.administrator.as_ref().map(|person| person.person().id),
            named_programme: settings.programme(),
            known_actors: identity::known_actors(settings, Some(&identity)).await?,
            clock: Clock::System,
            evidence: Arc::clone(&evidence) as Arc<dyn tahavol_app::EvidenceStore>,
            notice: Some(trail::notice(journal.clone())),
            ..Options::default()
        };
        let app = Tahavol::open(Arc::clone(&ledger), options).await?;
        if let Some(PersonSetting { id, .. }) = &settings.administrator {
            tracing::debug!(administrator = %id, "the configuration names the administrator");
        }
        let opened = Opened { app, ledger, sqlite, evidence, identity, journal, metrics, ledger_text, warning };
        match refuse_other_programme(settings, &opened.app) {
            Ok(()) => Ok(opened),
            Err(refused) => {
                opened.close().await?;
                Err(refused)
            }
        }
    }

    /// Writes a snapshot, finishes what is queued and lets go of the ledger.
    ///
    /// # Errors
    /// When the ledger cannot be closed well.
    pub async fn close(self) -> Result<(), Failure> {
        self.app.close().await;
        self.journal.flush().await;
        self.ledger.close().await?;
        Ok(())
    }
}

/// What it is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Serving,
    OneCommand,
}

/// How the file is opened for writing, whichever engine it belongs to.
pub(crate) fn open_options(settings: &Settings) -> Result<OpenOptions, Failure> {
    let max_bytes = Some(settings.limits.ledger_bytes).filter(|bytes| *bytes > 0);
    Ok(OpenOptions { max_bytes, signing: Some(settings.signing()?), ..OpenOptions::default() })
}

async fn on_cluster(settings: &Settings, cluster: &Cluster, purpose: For) -> Result<ClusterLedger, Failure> {
    let (address, options) = (cluster::address(cluster)?, open_options(settings)?);
    // Without a copy there is nothing to serve, so that the reason is told at once.
    if purpose == For::Serving && cluster.replica.exists() {
        return ClusterLedger::open_behind(&address, cluster, options).await.map_err(|error| unopened(settings, error));
    }
    let ledger = ClusterLedger::open(&address, cluster, options).await.map_err(|error| unopened(settings, error))?;
    if purpose == For::OneCommand
        && let Err(error) = ledger.copy_whole().await
    {
        ledger.ledger().close().await?;
        return Err(error.into());
    }
    Ok(ledger)
}

/// A node that has neither a copy of a signed head nor one of its own begins to sign under the log's first name, and the
/// cluster does not tell it of a further one: only heads do.
///
/// # Errors
/// When its keys or its copy cannot be read.
pub(crate) async fn unknown_origin(settings: &Settings, cluster: &Cluster) -> Result<Option<String>, Failure> {
    let Some(origin) = settings.origin(&read_keys(&settings.key_file())?) else { return Ok(None) };
    let head = settings.head_file();
    if settings.proof.accept_rollback.is_some() || head.exists() || has_signed_head(&cluster.replica).await? {
        return Ok(None);
    }
    let args = [("origin", origin), ("head", head.display().to_string()), ("path", cluster.replica.display().to_string())];
    Ok(Some(both("SERVE_ORIGIN_UNKNOWN", &args)))
}

async fn has_signed_head(replica: &Path) -> Result<bool, Failure> {
    if !replica.exists() {
        return Ok(false);
    }
    Ok(SqliteLedger::open_read_only(replica).await?.stored_head()?.is_some())
}

/// Whoever names a programme and finds another one has the wrong ledger before him.
fn refuse_other_programme(settings: &Settings, app: &Tahavol) -> Result<(), Failure> {
    match (settings.programme(), app.snapshot().programme.as_ref().map(|row| row.id)) {
        (Some(named), Some(there)) if named != there => {
            let args = [("named", named.0.to_string()), ("there", there.0.to_string())];
            Err(Failure::new(Code::Refused, both("CONFIG_OTHER_PROGRAMME", &args)))
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// What is to be done where the cluster and this node's copy of it are not one history.
fn of_a_cluster(kind: Unproven) -> Option<&'static str> {
    match kind {
        Unproven::RolledBack | Unproven::Forked => Some("SERVE_CLUSTER_PUT_BACK"),
        Unproven::BuiltAnew => Some("SERVE_CLUSTER_BUILT_ANEW"),
        Unproven::UnsignedTail
        | Unproven::KeyMissing
        | Unproven::KeyUnknown
        | Unproven::OtherOrigin
        | Unproven::HeadDamaged
        | Unproven::HeadCopyMissing => None,
    }
}

/// What a person can do about a log that is not what was last signed.
pub(crate) fn unopened(settings: &Settings, error: LedgerError) -> Failure {
    if let (LedgerError::Unproven { kind, .. }, Ok(Engine::Cluster(cluster))) = (&error, settings.engine())
        && let Some(key) = of_a_cluster(*kind)
    {
        let failure = Failure::from(error);
        let help = both(key, &[("path", cluster.replica.display().to_string()), ("head", settings.head_file().display().to_string())]);
        return Failure::new(failure.code, format!("{}\n{help}", failure.text));
    }
    let head = settings.head_file().display().to_string();
    let (english, key, path) = match &error {
        LedgerError::Unproven { kind: Unproven::KeyMissing, .. } => {
            let path = settings.key_file().display().to_string();
            (format!("its key was looked for at {path}"), "SERVE_KEY_LOOKED_FOR", path)
        }
        LedgerError::Unproven { kind: Unproven::KeyUnknown | Unproven::OtherOrigin, .. } => {
            let path = settings.key_file().display().to_string();
            (format!("the keys are those of {path}"), "SERVE_KEYS_ARE_OF", path)
        }
        LedgerError::Unproven { kind: Unproven::HeadCopyMissing, .. } => {
            let english = "if the ledger was moved and nothing was signed since, `tahavol log adopt-head` goes on under the same name; if it was restored \
                           from a backup, `tahavol serve --accept-rollback REASON` goes on under a new one: another history must not be signed under the old one";
            (english.to_owned(), "SERVE_HEAD_COPY_MISSING", head)
        }
        LedgerError::Unproven { .. } => {
            let english = format!(
                "`tahavol verify` tells what is wrong; the copy of the newest head is {head}; `tahavol serve --accept-rollback REASON` goes on under a new origin"
            );
            (english, "SERVE_UNPROVEN_HELP", head)
        }
        LedgerError::Conflict { .. }
        | LedgerError::Unavailable { .. }
        | LedgerError::OutcomeUnknown { .. }
        | LedgerError::Corrupt { .. }
        | LedgerError::TooLarge { .. }
        | LedgerError::AppendTooLarge { .. }
        | LedgerError::NotConnected { .. }
        | LedgerError::IdReused { .. }
        | LedgerError::InUse { .. }
        | LedgerError::NewerVersion { .. }
        | LedgerError::Refused { .. } => return error.into(),
    };
    let failure = Failure::from(error);
    Failure::new(failure.code, format!("{}\n{}", failure.text, with_persian(&english, key, &[("path", path)])))
}
