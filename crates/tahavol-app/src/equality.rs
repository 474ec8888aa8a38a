//! Replay equality as a health check: the ledger folded afresh beside the live picture, and the outcome kept for those who watch.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tahavol_domain::calendar::Instant;
use tahavol_domain::values::Sha256;
use tokio::task::spawn_blocking;

use crate::app::Tahavol;
use crate::error::AppError;
use crate::replay::replay;

/// What the last comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equality {
    /// The live picture that was compared.
    pub position: u64,
    /// Of all views of that picture.
    pub live: Sha256,
    pub outcome: Compared,
    pub ran_at: Instant,
    pub took: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// The fold from nothing has the same digest. `root`: the Merkle root over the lines that were folded.
    Equal { root: Sha256 },
    /// It has another one: the live picture is not what the ledger says.
    Different { rebuilt: Sha256, root: Sha256 },
    /// A line is not what was appended, or cannot be folded, although the live picture contains it.
    Damaged { position: Option<u64>, what: String },
}

impl Equality {
    #[must_use]
    pub fn is_equal(&self) -> bool {
        matches!(self.outcome, Compared::Equal { .. })
    }
}

/// The last comparison.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Option<Equality>>);

impl Tahavol {
    /// What the last comparison came to; none: there was none yet.
    #[must_use]
    pub fn equality(&self) -> Option<Equality> {
        self.kept_equality().get()
    }

    /// Folds the ledger from nothing up to the live picture, re-hashing every line, and compares the digests. Answers nothing where
    /// there is no event yet. While it runs there are two pictures in memory.
    ///
    /// A difference is an alarm and no more: the ledger is the truth, and stopping would only keep people from it.
    ///
    /// # Errors
    /// When the ledger cannot be read just now; what was found before then stays.
    pub async fn check_equality(&self) -> Result<Option<Equality>, AppError> {
        let live = self.snapshot();
        let Some(position) = live.position else { return Ok(None) };
        let ran_at = self.clock().now();
        let began = std::time::Instant::now();
        let outcome = replay(self.ledger().clone(), Some(position), |_| ()).await;
        let live = spawn_blocking(move || live.digest()).await.map_err(|_| AppError::ShuttingDown)?;
        let outcome = match outcome {
            Ok(rebuilt) if rebuilt.digest == live => Compared::Equal { root: rebuilt.root },
            Ok(rebuilt) => Compared::Different { rebuilt: rebuilt.digest, root: rebuilt.root },
            Err(AppError::Stopped { position, what }) => Compared::Damaged { position: Some(position), what },
            Err(AppError::Ledger(tahavol_ledger::LedgerError::Corrupt { position, what })) => Compared::Damaged { position, what },
            Err(
                error @ (AppError::Ledger(_)
                | AppError::PositionNotReached { .. }
                | AppError::InstantNotReached { .. }
                | AppError::ShuttingDown),
            ) => return Err(error),
        };
        let found = Equality { position, live, outcome, ran_at, took: began.elapsed() };
        self.kept_equality().put(found.clone());
        Ok(Some(found))
    }
}

impl Kept {
    fn get(&self) -> Option<Equality> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first of a kind is told as an error; that it is still so, as a warning.
    fn put(&self, found: Equality) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.as_ref().is_some_and(|before| !before.is_equal());
        match &found.outcome {
            Compared::Equal { root } => {
                tracing::info!(position = found.position, %root, took = ?found.took, "the live picture is the fold of the ledger");
            }
            outcome if known => tracing::warn!(position = found.position, ?outcome, "the live picture is still not the fold of the ledger"),
            outcome => tracing::error!(position = found.position, ?outcome, "ALARM: the live picture is not the fold of the ledger"),
        }
        *kept = Some(found);
    }
}
