//! Opening what a server needs: the ledger for writing, the application on it, the evidence files, the schema.

use std::sync::Arc;

use tahavol_app::{Clock, Options, Tahavol};
use tahavol_ledger::{Ledger, LedgerError, OpenOptions, SqliteLedger, Unproven};

use crate::config::{PersonSetting, Settings};
use crate::evidence::Files;
use crate::failure::{Failure, with_persian};
use crate::metrics::{Metrics, Timed};

/// Everything that has to be closed again.
pub struct Opened {
    pub app: Tahavol,
    pub ledger: Arc<dyn Ledger>,
    /// The same in its own terms: its keys, the copy of its head.
    pub sqlite: Arc<SqliteLedger>,
    pub evidence: Arc<Files>,
    pub metrics: Arc<Metrics>,
    /// For people: engine and place.
    pub ledger_text: String,
}

impl Opened {
    /// Opens for writing; only one process can at a time.
    ///
    /// # Errors
    /// When another process has the ledger, or it was written by a later version, or a directory cannot be used.
    pub async fn open(settings: &Settings) -> Result<Opened, Failure> {
        let path = settings.ledger_path()?;
        let max_bytes = Some(settings.limits.ledger_bytes).filter(|bytes| *bytes > 0);
        let signing = Some(settings.signing()?);
        let options = OpenOptions { max_bytes, signing, ..OpenOptions::default() };
        let sqlite = SqliteLedger::open(&path, options).await.map_err(|error| unopened(settings, error))?;
        let (sqlite, ledger_text) = (Arc::new(sqlite), format!("sqlite:{}", path.display()));
        let metrics = Arc::new(Metrics::default());
        let ledger: Arc<dyn Ledger> = Arc::new(Timed::new(Arc::clone(&sqlite) as Arc<dyn Ledger>, Arc::clone(&metrics)));
        let evidence = Arc::new(Files::open(&settings.evidence, &settings.evidence_dir())?);
        let options = Options {
            snapshots_dir: Some(settings.snapshots_dir()),
            named_administrator: settings.administrator.as_ref().map(|person| person.person().id),
            known_actors: settings.known_actors(),
            clock: Clock::System,
            evidence: Arc::clone(&evidence) as Arc<dyn tahavol_app::EvidenceStore>,
            ..Options::default()
        };
        let app = Tahavol::open(Arc::clone(&ledger), options).await?;
        if let Some(PersonSetting { id, .. }) = &settings.administrator {
            tracing::debug!(administrator = %id, "the configuration names the administrator");
        }
        Ok(Opened { app, ledger, sqlite, evidence, metrics, ledger_text })
    }

    /// Writes a snapshot, finishes what is queued and lets go of the ledger.
    ///
    /// # Errors
    /// When the ledger cannot be closed well.
    pub async fn close(self) -> Result<(), Failure> {
        self.app.close().await;
        self.ledger.close().await?;
        Ok(())
    }
}

/// What a person can do about a log that is not what was last signed.
fn unopened(settings: &Settings, error: LedgerError) -> Failure {
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
