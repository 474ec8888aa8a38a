//! From the ledger to the live snapshot: history in large batches, then what comes; stops at what it cannot read, and says where.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tahavol_ledger::{LedgerError, Recorded};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use crate::app::{Follower, Shared};
use crate::error::AppError;
use crate::fold::{Batch, CHUNK, Fold, read_ahead};

/// So few events are decoded where they arrive; handing them to another thread would cost more.
const FEW: usize = 64;

/// Waits between attempts to follow a ledger that cannot be read just now.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(crate) struct Follow {
    shared: Arc<Shared>,
    fold: Fold,
    /// Position of the snapshot that was last written to disk.
    on_disk: Option<u64>,
}

impl Follow {
    /// Begins with the newest snapshot on disk that matches the ledger, or with nothing.
    pub(crate) async fn begin(shared: Arc<Shared>) -> Result<Self, AppError> {
        let fold = match &shared.disk {
            Some(disk) => disk.load(&*shared.ledger).await?.unwrap_or_default(),
            None => Fold::default(),
        };
        shared.started_from.store(fold.position().map_or(0, |position| position + 1), std::sync::atomic::Ordering::Relaxed);
        let on_disk = fold.position();
        let fold = Fold { heads: shared.adopt_heads(fold.heads), ..fold };
        let follow = Follow { shared, fold, on_disk };
        if follow.fold.position().is_some() {
            follow.shared.waypoints.keep(Arc::new(follow.fold.snapshot.clone()));
        }
        follow.publish();
        Ok(follow)
    }

    /// Folds what is in the ledger now. When it cannot go on, the follower has stopped and says so; reading goes on.
    pub(crate) async fn catch_up(&mut self) -> Result<(), AppError> {
        let Some(head) = self.shared.ledger.head().await? else { return Ok(()) };
        self.shared.head.note(head);
        let mut ahead = read_ahead(Arc::clone(&self.shared.ledger), self.fold.position(), head, Batch::decode);
        while let Some(batch) = ahead.next().await? {
            self.apply(batch)?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Follows until the ledger is closed or `stop` says so; then leaves a snapshot on disk. When `stop` is dropped nobody
    /// is left who could wait for that, so that nothing is written behind their back.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let owner = stop.clone();
        let end = tokio::select! {
            biased;
            stopped = stop.wait_for(|stop| *stop) => match stopped {
                Ok(_) => Follower::Closed,
                Err(_) => return,
            },
            end = self.follow_again_and_again() => end,
        };
        self.shared.set_follower(end);
        if owner.has_changed().is_ok() {
            self.write_to_disk().await;
        }
    }

    async fn follow_again_and_again(&mut self) -> Follower {
        let mut pause = FIRST_PAUSE;
        loop {
            let before = self.fold.position();
            match self.follow().await {
                Ok(()) => return Follower::Closed,
                Err(AppError::Ledger(LedgerError::Unavailable { what, .. })) => {
                    tracing::warn!(%what, "the ledger cannot be followed; trying again");
                    self.shared.set_follower(Follower::Reconnecting { what });
                    pause = if self.fold.position() == before { (pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
                    tokio::time::sleep(pause).await;
                }
                Err(error) => return self.stopped(error),
            }
        }
    }

    /// What an error amounts to for those who watch.
    pub(crate) fn stopped(&self, error: AppError) -> Follower {
        let next = self.fold.position().map_or(0, |position| position + 1);
        let (position, what) = match error {
            AppError::Stopped { position, what } => (position, what),
            AppError::Ledger(LedgerError::Corrupt { position, what }) => (position.unwrap_or(next), what),
            AppError::Ledger(_) | AppError::PositionNotReached { .. } | AppError::InstantNotReached { .. } | AppError::ShuttingDown => {
                (next, error.to_string())
            }
        };
        tracing::error!(position, %what, "the follower stands still");
        Follower::Stopped { position, what }
    }

    async fn follow(&mut self) -> Result<(), AppError> {
        let mut chunks = self.shared.ledger.subscribe(self.fold.position()).ready_chunks(CHUNK);
        self.shared.set_follower(Follower::Following);
        while let Some(chunk) = chunks.next().await {
            let (recorded, failed) = until_error(chunk);
            if let Some(last) = recorded.last() {
                self.shared.head.note(last.position);
            }
            let batch = if recorded.len() <= FEW {
                Batch::decode(recorded)
            } else {
                spawn_blocking(move || Batch::decode(recorded)).await.map_err(|_| AppError::ShuttingDown)?
            };
            self.apply(batch)?;
            if let Some(error) = failed {
                return Err(error.into());
            }
            self.write_now_and_then().await;
        }
        Ok(())
    }

    /// Applied where the task runs: a chunk takes about a millisecond, and what stays in memory is then not scattered among
    /// what the decoding threads throw away.
    fn apply(&mut self, batch: Batch) -> Result<(), AppError> {
        let shared = Arc::clone(&self.shared);
        let applied = self.fold.apply(batch, shared.waypoint_every, &mut |snapshot| shared.waypoints.keep(Arc::new(snapshot.clone())));
        self.publish();
        applied
    }

    fn publish(&self) {
        self.shared.publish(Arc::new(self.fold.snapshot.clone()));
    }

    async fn write_now_and_then(&mut self) {
        let folded = self.fold.position().map_or(0, |position| position + 1);
        let written = self.on_disk.map_or(0, |position| position + 1);
        if folded - written >= self.shared.snapshot_every {
            self.write_to_disk().await;
        }
    }

    /// A snapshot on disk only saves time, so that failing to write it is no more than a warning.
    pub(crate) async fn write_to_disk(&mut self) {
        let position = self.fold.position();
        if let (Some(disk), Some(_)) = (&self.shared.disk, position)
            && position != self.on_disk
        {
            match disk.write(&self.fold).await {
                Ok(()) => self.on_disk = position,
                Err(error) => tracing::warn!(directory = %disk.directory().display(), %error, "no snapshot was written"),
            }
        }
    }
}

/// The events of a chunk, and the error that it ends with, if it does.
fn until_error(chunk: Vec<Result<Recorded, LedgerError>>) -> (Vec<Recorded>, Option<LedgerError>) {
    let mut recorded = Vec::with_capacity(chunk.len());
    for event in chunk {
        match event {
            Ok(event) => recorded.push(event),
            Err(error) => return (recorded, Some(error)),
        }
    }
    (recorded, None)
}
