//! Folding a whole ledger from nothing: what the live snapshot is compared with.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use tahavol_domain::values::Sha256;
use tahavol_ledger::Ledger;
use tahavol_projections::Snapshot;

use crate::app::Tahavol;
use crate::disk::Disk;
use crate::error::AppError;
use crate::fold::{Batch, Fold, read_ahead};

/// How far a replay has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub events: u64,
    pub of: u64,
}

/// A ledger folded from nothing.
#[derive(Debug, Clone)]
pub struct Replayed {
    pub snapshot: Arc<Snapshot>,
    pub events: u64,
    /// Of all views of the snapshot.
    pub digest: Sha256,
    /// Merkle root over all lines.
    pub root: Sha256,
    /// From the first read to the snapshot; without the digest.
    pub took: Duration,
}

impl Replayed {
    /// Rounded down; 0 for nothing.
    #[must_use]
    pub fn events_per_second(&self) -> u64 {
        let micros = self.took.as_micros().max(1);
        u64::try_from(u128::from(self.events) * 1_000_000 / micros).unwrap_or(u64::MAX)
    }
}

/// Folds everything up to `until`, or up to the head, and tells of the progress after every few hundred events. Every leaf
/// hash is recomputed from its line, on the threads that decode.
///
/// # Errors
/// `Corrupt` of the ledger with the position of the first line that is not what was appended; [`AppError::Stopped`] with
/// that of the first event that cannot be read or does not follow.
pub async fn replay(ledger: Arc<dyn Ledger>, until: Option<u64>, mut progress: impl FnMut(Progress) + Send) -> Result<Replayed, AppError> {
    let began = Moment::now();
    let head = ledger.head().await?;
    let until = until.or(head).min(head);
    let of = until.map_or(0, |until| until + 1);
    let mut fold = Fold::default();
    if let Some(until) = until {
        let mut ahead = read_ahead(ledger, None, until, Batch::verify);
        while let Some(batch) = ahead.next().await? {
            fold.apply(batch, u64::MAX, &mut |_| ())?;
            tokio::task::yield_now().await;
            progress(Progress { events: fold.roots.size(), of });
        }
    }
    let took = began.elapsed();
    let digest = fold.snapshot.digest();
    let root = Sha256(fold.roots.root());
    Ok(Replayed { events: fold.roots.size(), snapshot: Arc::new(fold.snapshot), digest, root, took })
}

/// What the newest matching snapshot on disk leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How many events that snapshot held.
    pub events: u64,
    /// Of all views, after the events that were folded on top of it.
    pub digest: Sha256,
    /// Merkle root over all lines, of which those before the snapshot are known by its subtrees alone.
    pub root: Sha256,
}

/// Goes on from the newest snapshot in the directory that matches the ledger, as a start does, up to a position; none where
/// there is no such snapshot. No file is touched, whether it matches or not.
///
/// # Errors
/// As [`replay`], lines against leaves aside.
pub async fn kept(ledger: Arc<dyn Ledger>, directory: &Path, until: u64) -> Result<Option<Kept>, AppError> {
    let disk = Disk::only_looking(directory.to_owned());
    let Some(mut fold) = disk.load_until(&*ledger, until).await? else { return Ok(None) };
    let events = fold.roots.size();
    let mut ahead = read_ahead(ledger, fold.position(), until, Batch::decode);
    while let Some(batch) = ahead.next().await? {
        fold.apply(batch, u64::MAX, &mut |_| ())?;
        tokio::task::yield_now().await;
    }
    Ok(Some(Kept { events, digest: fold.snapshot.digest(), root: Sha256(fold.roots.root()) }))
}

impl Tahavol {
    /// Folds the ledger from nothing up to where the live snapshot is now; the digests of both must be the same.
    ///
    /// # Errors
    /// As [`replay`].
    pub async fn rebuild(&self, progress: impl FnMut(Progress) + Send) -> Result<Replayed, AppError> {
        match self.snapshot().position {
            Some(position) => replay(Arc::clone(self.ledger()), Some(position), progress).await,
            None => Ok(Replayed::nothing()),
        }
    }
}

impl Replayed {
    fn nothing() -> Self {
        let fold = Fold::default();
        Replayed {
            events: 0,
            digest: fold.snapshot.digest(),
            root: Sha256(fold.roots.root()),
            snapshot: Arc::new(fold.snapshot),
            took: Duration::ZERO,
        }
    }
}
