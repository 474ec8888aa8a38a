//! The programme as the ledger knew it at an earlier position or instant: the nearest waypoint, and the few facts after it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use futures_util::future::try_join_all;
use tahavol_domain::calendar::Instant;
use tahavol_projections::Snapshot;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::app::{Follower, Tahavol};
use crate::error::AppError;
use crate::fold::{Ahead, Batch, CHUNK, advance, read_ahead};

/// A moment of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Includes the event at this position.
    Position(u64),
    /// Everything before the first event that was recorded after this instant.
    Instant(Instant),
}

/// How long a position is waited for that is recorded but not folded yet.
const SOON: Duration = Duration::from_secs(5);

/// A snapshot on disk is worth reading when it saves folding this many waypoints' worth of events.
const FAR: u64 = 16;

/// Events that are read and decoded together, beside others, when a past picture is made.
const PIECE: usize = 512;

impl Tahavol {
    /// The picture at a position, or at an instant. An instant between the last event and now means that event.
    ///
    /// # Errors
    /// [`AppError::PositionNotReached`] for a position beyond the head; [`AppError::InstantNotReached`] for an instant that is still
    /// to come, unless an event was recorded by a clock that had got there; [`AppError::Stopped`] for one beyond an event that
    /// cannot be read.
    pub async fn as_of(&self, at: AsOf) -> Result<Arc<Snapshot>, AppError> {
        let live = self.snapshot();
        match at {
            AsOf::Position(position) if Some(position) > live.position => self.once_reached(position).await,
            AsOf::Position(position) if Some(position) == live.position => Ok(live),
            AsOf::Position(position) => self.earlier(at, position).await,
            AsOf::Instant(instant) if live.recorded_max < Some(instant) => {
                let now = self.clock().now();
                if instant > now { Err(AppError::InstantNotReached { instant, now }) } else { Ok(live) }
            }
            AsOf::Instant(instant) if live.recorded_max == Some(instant) => Ok(live),
            // The live picture has an event after the instant, so it has a position.
            AsOf::Instant(_) => self.earlier(at, live.position.unwrap_or(0)).await,
        }
    }

    async fn once_reached(&self, position: u64) -> Result<Arc<Snapshot>, AppError> {
        let recorded = self.known_head() >= Some(position);
        if !recorded || !self.wait_for(position, SOON).await {
            return Err(match self.health().follower {
                Follower::Stopped { position, what } if recorded => AppError::Stopped { position, what },
                Follower::Stopped { .. } | Follower::Replaying | Follower::Following | Follower::Reconnecting { .. } | Follower::Closed => {
                    AppError::PositionNotReached { position, head: self.known_head() }
                }
            });
        }
        let live = self.snapshot();
        if live.position == Some(position) { Ok(live) } else { self.earlier(AsOf::Position(position), position).await }
    }

    /// `until` is a position that the picture does not go beyond.
    async fn earlier(&self, at: AsOf, until: u64) -> Result<Arc<Snapshot>, AppError> {
        let base = self.base(at, until).await;
        if base.position == Some(until) {
            return Ok(base);
        }
        let from = base.position.map_or(0, |position| position + 1);
        // For an instant the end is not known; it lies before the next waypoint, if there is one.
        let every = self.waypoint_every();
        let expected_end = match at {
            AsOf::Position(_) => until,
            AsOf::Instant(_) => until.min(from.saturating_add(every - 1)),
        };
        let snapshot = if expected_end - from < 8 * CHUNK as u64 {
            self.short_fold(base, at, from, expected_end, until).await?
        } else {
            self.long_fold(base, at, until).await?
        };
        self.waypoints().remember(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Some reads at once and one fold; goes on with the long way when an instant lies further on after all.
    async fn short_fold(&self, base: Arc<Snapshot>, at: AsOf, from: u64, end: u64, until: u64) -> Result<Arc<Snapshot>, AppError> {
        let pieces = (from..=end).step_by(PIECE).map(|first| self.decoded(first, PIECE.min((end - first) as usize + 1)));
        let batches = try_join_all(pieces).await?;
        let folded = spawn_blocking(move || {
            let mut snapshot = Snapshot::clone(&base);
            let mut flow = ControlFlow::Continue(());
            for batch in batches {
                flow = fold_until(&mut snapshot, batch, at, &mut |_| ())?;
                if flow.is_break() {
                    break;
                }
            }
            Ok::<_, AppError>((Arc::new(snapshot), flow))
        });
        match folded.await.map_err(|_| AppError::ShuttingDown)?? {
            (snapshot, ControlFlow::Continue(())) if snapshot.position < Some(until) => self.long_fold(snapshot, at, until).await,
            (snapshot, _) => Ok(snapshot),
        }
    }

    /// So many events from a position on, decoded on a thread of their own.
    async fn decoded(&self, from: u64, length: usize) -> Result<Batch, AppError> {
        let recorded = self.ledger().read_all(from.checked_sub(1), length).await?;
        spawn_blocking(move || Batch::decode(recorded)).await.map_err(|_| AppError::ShuttingDown)
    }

    /// Far from any waypoint, as just after a start from a snapshot on disk.
    async fn long_fold(&self, base: Arc<Snapshot>, at: AsOf, until: u64) -> Result<Arc<Snapshot>, AppError> {
        let mut ahead: Ahead = read_ahead(Arc::clone(self.ledger()), base.position, until, Batch::decode);
        let mut snapshot = Snapshot::clone(&base);
        while let Some(batch) = ahead.next().await? {
            let (folded, flow) = self.fold_on(snapshot, batch, at).await?;
            snapshot = folded;
            if flow.is_break() {
                break;
            }
        }
        Ok(Arc::new(snapshot))
    }

    /// Leaves waypoints on its way for those who come next.
    async fn fold_on(&self, mut snapshot: Snapshot, batch: Batch, at: AsOf) -> Result<(Snapshot, ControlFlow<()>), AppError> {
        let app = self.clone();
        let folded = spawn_blocking(move || {
            let every = app.waypoint_every();
            let mut keep = |snapshot: &Snapshot| {
                if snapshot.position.is_some_and(|position| (position + 1).is_multiple_of(every)) {
                    app.waypoints().keep(Arc::new(snapshot.clone()));
                }
            };
            let flow = fold_until(&mut snapshot, batch, at, &mut keep)?;
            Ok::<_, AppError>((snapshot, flow))
        });
        folded.await.map_err(|_| AppError::ShuttingDown)?
    }

    /// A start from a snapshot on disk has no waypoints before it. They are laid here from the beginning on, so that nobody who looks
    /// into the past has to wait for a long fold; on one core, and for half of its time.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot; the waypoints before that stay.
    pub async fn lay_waypoints(&self) -> Result<(), AppError> {
        let Some(until) = self.health().started_from.checked_sub(1) else { return Ok(()) };
        let mut snapshot = Snapshot::default();
        while snapshot.position < Some(until) {
            let (began, before) = (Moment::now(), snapshot.position);
            let batch = self.decoded(before.map_or(0, |position| position + 1), PIECE).await?;
            (snapshot, _) = self.fold_on(snapshot, batch, AsOf::Position(until)).await?;
            if snapshot.position == before {
                break;
            }
            sleep(began.elapsed()).await;
        }
        Ok(())
    }

    /// The best picture to begin with.
    async fn base(&self, at: AsOf, until: u64) -> Arc<Snapshot> {
        let waypoint = match at {
            AsOf::Position(position) => self.waypoints().at_or_before(position),
            AsOf::Instant(instant) => self.waypoints().not_after(instant),
        };
        let from = waypoint.as_ref().and_then(|snapshot| snapshot.position).map_or(0, |position| position + 1);
        if let Some(disk) = self.disk()
            && until - from.min(until) > FAR * self.waypoint_every()
            && let Some(older) = disk.older(&**self.ledger(), at, from).await
        {
            let older = Arc::new(older);
            self.waypoints().keep(Arc::clone(&older));
            return older;
        }
        waypoint.unwrap_or_default()
    }
}

/// Applies events up to the moment; breaks when it is passed.
fn fold_until(snapshot: &mut Snapshot, batch: Batch, at: AsOf, after_each: &mut dyn FnMut(&Snapshot)) -> Result<ControlFlow<()>, AppError> {
    for event in &batch.events {
        let passed = match at {
            AsOf::Position(position) => event.position > position,
            AsOf::Instant(instant) => event.fact.envelope.time > instant,
        };
        if passed {
            return Ok(ControlFlow::Break(()));
        }
        advance(snapshot, event)?;
        after_each(snapshot);
    }
    batch.stopped.map_or(Ok(ControlFlow::Continue(())), Err)
}
