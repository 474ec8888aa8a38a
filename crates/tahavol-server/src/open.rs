//! Opening what a server needs: the ledger for writing, the application on it, the evidence files, the schema.

use std::sync::Arc;

use tahavol_app::{Clock, Options, Tahavol};
use tahavol_ledger::{Ledger, OpenOptions, SqliteLedger};

use crate::config::{PersonSetting, Settings};
use crate::evidence::Files;
use crate::failure::Failure;
use crate::metrics::{Metrics, Timed};

/// Everything that has to be closed again.
pub struct Opened {
    pub app: Tahavol,
    pub ledger: Arc<dyn Ledger>,
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
        let ledger = SqliteLedger::open(&path, OpenOptions { max_bytes, ..OpenOptions::default() }).await?;
        let ledger_text = format!("sqlite:{}", ledger.path().display());
        let metrics = Arc::new(Metrics::default());
        let ledger: Arc<dyn Ledger> = Arc::new(Timed::new(Arc::new(ledger), Arc::clone(&metrics)));
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
        Ok(Opened { app, ledger, evidence, metrics, ledger_text })
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
