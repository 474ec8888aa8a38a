//! The application: one ledger, the live snapshot that follows it, and what both are asked through.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tahavol_domain::values::{ActorId, ProgrammeId};
use tahavol_ledger::{Condition, Ledger, Link};
use tahavol_projections::Snapshot;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::disk::Disk;
use crate::equality;
use crate::error::{AppError, HandleError};
use crate::evidence::{EvidenceStore, MemoryEvidence};
use crate::fold::Heads;
use crate::follow::Follow;
use crate::head::{Head, Lag};
use crate::notice::Notice;
use crate::proof;
use crate::search::{Search, SearchIndex};
use crate::sight::Sights;
use crate::streams::Streams;
use crate::waypoints::Waypoints;

/// How the application is opened.
pub struct Options {
    /// Where snapshots are kept between runs; none: every start folds the whole ledger.
    pub snapshots_dir: Option<PathBuf>,
    /// A snapshot is written after so many events, and when the application is closed.
    pub snapshot_every: u64,
    /// Events between two waypoints. A past picture costs a read and a fold of at most so many.
    pub waypoint_every: u64,
    /// The only person from whom a charter is accepted.
    pub named_administrator: Option<ActorId>,
    /// The only programme that may be founded; none: any.
    pub named_programme: Option<ProgrammeId>,
    /// Whom the configuration knows, whether or not they ever acted.
    pub known_actors: Vec<ActorId>,
    /// Where the index of searches is kept.
    pub search: SearchIndex,
    pub clock: Clock,
    pub evidence: Arc<dyn EvidenceStore>,
    /// Who is told of refusals and of destroyed evidence.
    pub notice: Option<Notice>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            snapshots_dir: None,
            snapshot_every: 100_000,
            waypoint_every: 2_048,
            named_administrator: None,
            named_programme: None,
            known_actors: Vec::new(),
            search: SearchIndex::default(),
            clock: Clock::System,
            evidence: Arc::new(MemoryEvidence::default()),
            notice: None,
        }
    }
}

/// What the follower is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Follower {
    /// Reading what was in the ledger when it was opened or found again.
    Replaying,
    Following,
    /// The ledger cannot be read just now; it is tried again.
    Reconnecting {
        what: String,
    },
    /// At an event that cannot be read or does not follow; a person has to look. Reading goes on, commands are refused.
    Stopped {
        position: u64,
        what: String,
    },
    /// The application or its ledger is closed.
    Closed,
}

/// How the application is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub follower: Follower,
    /// Of the live snapshot.
    pub position: Option<u64>,
    /// How many events the snapshot on disk held with which this start began.
    pub started_from: u64,
}

impl Health {
    /// Whether questions about now can be answered.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.follower == Follower::Following
    }
}

/// The application. Clones are the same one; when the last clone is dropped, the follower ends.
#[derive(Clone)]
pub struct Tahavol(Arc<Owner>);

/// Ends the follower when nobody is left: the follower holds `Shared` and not this.
struct Owner {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    following: Mutex<Option<JoinHandle<()>>>,
}

/// What the follower and everybody else have in common.
pub(crate) struct Shared {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) disk: Option<Disk>,
    pub(crate) snapshot_every: u64,
    pub(crate) waypoint_every: u64,
    pub(crate) waypoints: Waypoints,
    pub(crate) head: Head,
    pub(crate) started_from: AtomicU64,
    pub(crate) search: Arc<Search>,
    known_actors: Vec<ActorId>,
    named_administrator: Option<ActorId>,
    named_programme: Option<ProgrammeId>,
    clock: Clock,
    evidence: Arc<dyn EvidenceStore>,
    notice: Option<Notice>,
    live: ArcSwap<Snapshot>,
    changed: watch::Sender<Arc<Snapshot>>,
    follower: Mutex<Follower>,
    streams: Streams,
    heads: ArcSwap<Heads>,
    equality: equality::Kept,
    witnesses: proof::Witnesses,
    sights: Sights,
}

impl Tahavol {
    /// Opens the application on a ledger: loads the newest snapshot that matches, folds the rest, and follows.
    ///
    /// An event that cannot be read does not make this fail: the application opens with a follower that stands still
    /// there ([`Tahavol::health`]), so that what is before it can still be looked at.
    ///
    /// # Errors
    /// When the ledger cannot be read at all.
    pub async fn open(ledger: Arc<dyn Ledger>, options: Options) -> Result<Tahavol, AppError> {
        let shared = Arc::new(Shared::new(ledger, options));
        let mut follow = Follow::begin(Arc::clone(&shared)).await?;
        let caught_up = follow.catch_up().await;
        Search::begin(&shared);
        let (stop, stopping) = watch::channel(false);
        let following = match caught_up {
            Ok(()) => {
                shared.set_follower(Follower::Following);
                Some(tokio::spawn(follow.run(stopping)))
            }
            Err(error @ (AppError::Ledger(_) | AppError::ShuttingDown)) if shared.snapshot().position.is_none() => return Err(error),
            Err(error) => {
                shared.set_follower(follow.stopped(error));
                None
            }
        };
        Ok(Tahavol(Arc::new(Owner { shared, stop, following: Mutex::new(following) })))
    }

    /// The live snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.shared.snapshot()
    }

    /// Every change of the live snapshot; a slow reader sees the latest one only.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.0.shared.changed.subscribe()
    }

    /// Waits until the live snapshot contains the position; false when that took too long or cannot happen any more.
    pub async fn wait_for(&self, position: u64, limit: Duration) -> bool {
        // Mostly so, and then no timer is set.
        if self.snapshot().position >= Some(position) {
            return true;
        }
        let mut changed = self.watch();
        let arrival = async {
            loop {
                if changed.borrow_and_update().position >= Some(position) {
                    return true;
                }
                if self.0.shared.stands_still() || changed.changed().await.is_err() {
                    return false;
                }
            }
        };
        tokio::time::timeout(limit, arrival).await.unwrap_or(false)
    }

    #[must_use]
    pub fn lag(&self) -> Lag {
        let shared = &self.0.shared;
        let position = shared.snapshot().position;
        match shared.follower_and_link() {
            Follower::Following => shared.head.lag(position),
            // Where the fold itself stands still, what comes behind is still heard of.
            Follower::Stopped { .. } if shared.ledger.condition().link == Link::Sound => shared.head.lag(position),
            Follower::Replaying | Follower::Reconnecting { .. } | Follower::Stopped { .. } | Follower::Closed => shared.head.unknown_lag(),
        }
    }

    #[must_use]
    pub fn health(&self) -> Health {
        let shared = &self.0.shared;
        Health {
            follower: shared.follower_and_link(),
            position: shared.snapshot().position,
            started_from: shared.started_from.load(Ordering::Relaxed),
        }
    }

    /// How the engine of the ledger is.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.0.shared.ledger.condition()
    }

    /// The only programme that may be founded here, where one is named.
    #[must_use]
    pub fn named_programme(&self) -> Option<ProgrammeId> {
        self.0.shared.named_programme
    }

    /// The programme that is named, while a ledger that others write to, too, has no event of it: either nobody has founded it
    /// yet, or its id is mistyped and the one that is meant lies beside it.
    pub async fn unfounded(&self) -> Option<ProgrammeId> {
        let shared = &self.0.shared;
        if shared.snapshot().position.is_some() || !shared.ledger.is_shared() || shared.follower_and_link() != Follower::Following {
            return None;
        }
        // All that is there has been copied; the fold of it may be a moment behind.
        let empty = matches!(shared.ledger.head().await, Ok(None));
        shared.named_programme.filter(|_| empty)
    }

    /// Ends the follower and writes a snapshot to disk. The ledger stays open: it is its owner's to close.
    pub async fn close(&self) {
        self.0.shared.search.close();
        self.0.stop.send_replace(true);
        let following = lock(&self.0.following).take();
        if let Some(following) = following
            && let Err(error) = following.await
        {
            tracing::error!(%error, "the follower did not end well");
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0.shared
    }

    pub(crate) fn search_index(&self) -> &Search {
        &self.0.shared.search
    }

    pub(crate) fn known_actors(&self) -> &[ActorId] {
        &self.0.shared.known_actors
    }

    pub(crate) fn kept_witnesses(&self) -> &proof::Witnesses {
        &self.0.shared.witnesses
    }

    pub(crate) fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.0.shared.ledger
    }

    pub(crate) fn disk(&self) -> Option<&Disk> {
        self.0.shared.disk.as_ref()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.shared.clock
    }

    pub(crate) fn evidence(&self) -> &dyn EvidenceStore {
        &*self.0.shared.evidence
    }

    pub(crate) fn notice(&self) -> Option<&Notice> {
        self.0.shared.notice.as_ref()
    }

    pub(crate) fn named_administrator(&self) -> Option<&ActorId> {
        self.0.shared.named_administrator.as_ref()
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.0.shared.streams
    }

    pub(crate) fn stream_heads(&self) -> Arc<Heads> {
        self.0.shared.heads.load_full()
    }

    pub(crate) fn kept_equality(&self) -> &equality::Kept {
        &self.0.shared.equality
    }

    pub(crate) fn kept_sights(&self) -> &Sights {
        &self.0.shared.sights
    }

    pub(crate) fn waypoints(&self) -> &Waypoints {
        &self.0.shared.waypoints
    }

    pub(crate) fn waypoint_every(&self) -> u64 {
        self.0.shared.waypoint_every
    }

    pub(crate) fn note_head(&self, position: u64) {
        self.0.shared.head.note(position);
    }

    pub(crate) fn known_head(&self) -> Option<u64> {
        self.0.shared.head.known()
    }

    /// Whether the live snapshot has everything that is known to be recorded.
    pub(crate) fn is_complete(&self) -> bool {
        self.known_head() <= self.snapshot().position
    }

    /// Decisions must not look at a picture that no longer moves.
    pub(crate) fn refuse_when_stopped(&self) -> Result<(), HandleError> {
        match self.0.shared.follower_and_link() {
            Follower::Stopped { position, what } => Err(HandleError::Stopped { position, what }),
            Follower::Closed => Err(HandleError::Unavailable { retry: false, what: "the application is closed".to_owned() }),
            Follower::Replaying | Follower::Following | Follower::Reconnecting { .. } => Ok(()),
        }
    }
}

impl Shared {
    fn new(ledger: Arc<dyn Ledger>, options: Options) -> Self {
        let empty = Arc::new(Snapshot::default());
        Shared {
            ledger,
            search: Search::new(options.search, options.snapshots_dir.as_deref()),
            known_actors: options.known_actors,
            disk: options.snapshots_dir.map(Disk::new),
            snapshot_every: options.snapshot_every.max(1),
            waypoint_every: options.waypoint_every.max(1),
            waypoints: Waypoints::default(),
            head: Head::default(),
            started_from: AtomicU64::new(0),
            named_administrator: options.named_administrator,
            named_programme: options.named_programme,
            clock: options.clock,
            evidence: options.evidence,
            notice: options.notice,
            live: ArcSwap::new(Arc::clone(&empty)),
            changed: watch::Sender::new(empty),
            follower: Mutex::new(Follower::Replaying),
            streams: Streams::default(),
            heads: ArcSwap::default(),
            equality: equality::Kept::default(),
            witnesses: proof::Witnesses::default(),
            sights: Sights::default(),
        }
    }

    /// From now on the command path reads the stream heads that this fold writes.
    pub(crate) fn adopt_heads(&self, heads: Arc<Heads>) -> Arc<Heads> {
        self.heads.store(Arc::clone(&heads));
        heads
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.live.load_full()
    }

    pub(crate) fn publish(&self, snapshot: Arc<Snapshot>) {
        self.head.folded(snapshot.position);
        self.live.store(Arc::clone(&snapshot));
        self.changed.send_replace(snapshot);
    }

    pub(crate) fn set_follower(&self, follower: Follower) {
        *lock(&self.follower) = follower;
        // Those who wait for a position look whether it can still come.
        self.changed.send_modify(|_| {});
    }

    /// Every change of the live snapshot, until nobody holds this any more.
    pub(crate) fn changes(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.changed.subscribe()
    }

    fn follower(&self) -> Follower {
        lock(&self.follower).clone()
    }

    /// What the follower does, and what it waits for: an engine elsewhere may not be heard while the fold of what is here
    /// is complete.
    fn follower_and_link(&self) -> Follower {
        let follower = self.follower();
        match follower {
            Follower::Stopped { .. } | Follower::Closed | Follower::Reconnecting { .. } => follower,
            Follower::Replaying | Follower::Following => match self.ledger.condition().link {
                Link::Sound => follower,
                Link::CatchingUp => Follower::Replaying,
                Link::Lost { what, .. } => Follower::Reconnecting { what },
                Link::Stopped { position, what } => Follower::Stopped { position, what },
            },
        }
    }

    fn stands_still(&self) -> bool {
        match self.follower_and_link() {
            Follower::Stopped { .. } | Follower::Closed => true,
            Follower::Replaying | Follower::Following | Follower::Reconnecting { .. } => false,
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
