//! The one who keeps the index: behind the follower, in small pieces, when it is quiet or when somebody asks; never on an append's way.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant as Moment};

use tahavol_domain::fact::decode;
use tahavol_ledger::{Ledger, Recorded};
use tahavol_projections::Snapshot;
use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;

use super::ask::Answer;
use super::entry::Entry;
use super::index::{End, Index, IndexError};
use super::sought::Sought;
use super::{INDEX_FILE, SearchIndex, Window};
use crate::app::{Shared, Tahavol};
use crate::error::undecodable;

/// Events that are added at once: some ten milliseconds of work, for which a question waits at most.
const CHUNK: usize = 1_024;

/// How long a question waits for the index.
const PATIENCE: Duration = Duration::from_secs(2);

/// The index is caught up when nothing has happened for so long, or has been happening without a pause for so much longer.
const QUIET: Duration = Duration::from_secs(1);
const BUSY: Duration = Duration::from_secs(30);

/// After a failure, unless somebody asks.
const PAUSE: Duration = Duration::from_secs(60);

/// The index and what is known of it.
pub(crate) struct Search {
    place: Place,
    index: Arc<Mutex<Option<Index>>>,
    progress: watch::Sender<Progress>,
    nudge: Notify,
    /// Questions that wait.
    waiting: AtomicUsize,
    started: AtomicBool,
    closed: AtomicBool,
    /// The index led astray or broke: the next opening makes a new one.
    discarded: AtomicBool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Kept(PathBuf),
    InMemory,
    LookedAt(PathBuf),
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    indexed: Option<u64>,
    /// The last try failed; waiting would be in vain.
    failed: bool,
}

/// What one piece of work came to.
enum Step {
    Added,
    CaughtUp,
}

impl Search {
    pub(crate) fn new(wanted: SearchIndex, snapshots_dir: Option<&Path>) -> Arc<Self> {
        let place = match (wanted, snapshots_dir) {
            (SearchIndex::LookedAt(path), _) => Place::LookedAt(path),
            (SearchIndex::Beside, Some(directory)) => Place::Kept(directory.join(INDEX_FILE)),
            (SearchIndex::Beside, None) => Place::InMemory,
        };
        Arc::new(Search {
            place,
            index: Arc::default(),
            progress: watch::Sender::default(),
            nudge: Notify::new(),
            waiting: AtomicUsize::new(0),
            started: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            discarded: AtomicBool::new(false),
        })
    }

    /// An index on disk is kept from the start on; one in memory only when somebody asks.
    pub(crate) fn begin(shared: &Arc<Shared>) {
        match shared.search.place {
            Place::Kept(_) => shared.search.start(shared),
            Place::InMemory | Place::LookedAt(_) => {}
        }
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.nudge.notify_one();
    }

    /// It will be made anew.
    pub(crate) fn discard(&self) {
        self.discarded.store(true, Ordering::SeqCst);
        self.progress.send_replace(Progress::default());
        self.nudge.notify_one();
    }

    pub(super) fn is_looked_at(&self) -> bool {
        matches!(self.place, Place::LookedAt(_))
    }

    /// Positions within bounds, and up to where the index has got.
    pub(super) async fn positions(
        &self,
        app: &Tahavol,
        sought: &Sought,
        window: Window,
        bounds: (u64, u64),
        until: u64,
    ) -> (Option<u64>, Vec<u64>) {
        if bounds.0 > bounds.1 {
            return (None, Vec::new());
        }
        let sought = sought.clone();
        self.ask(app, until, move |index| index.positions(&sought, window, bounds)).await
    }

    pub(super) async fn count(&self, app: &Tahavol, sought: &Sought, until: u64) -> (Option<u64>, u64) {
        let sought = sought.clone();
        self.ask(app, until, move |index| index.count(&sought, until)).await
    }

    /// What cannot be had from the index is as if it had nothing.
    async fn ask<T: Default + Send + 'static>(
        &self,
        app: &Tahavol,
        until: u64,
        question: impl FnOnce(&Index) -> Result<Answer<T>, IndexError> + Send + 'static,
    ) -> (Option<u64>, T) {
        self.be_ready(app, until).await;
        if self.discarded.load(Ordering::SeqCst) {
            return (None, T::default());
        }
        let index = Arc::clone(&self.index);
        let answered = spawn_blocking(move || {
            let index = index.lock().unwrap_or_else(PoisonError::into_inner);
            index.as_ref().map(question)
        });
        match answered.await {
            Ok(Some(Ok(Answer { end: Some(end), what }))) => (Some(end), what),
            Ok(Some(Ok(Answer { end: None, .. })) | None) | Err(_) => (None, T::default()),
            Ok(Some(Err(error))) => {
                tracing::warn!(%error, "the search index cannot be read; it is made anew");
                self.discard();
                (None, T::default())
            }
        }
    }

    /// Waits a little for the index to get as far as that.
    async fn be_ready(&self, app: &Tahavol, until: u64) {
        if let Place::LookedAt(path) = &self.place {
            if !self.started.swap(true, Ordering::SeqCst) {
                self.look_at(app, path).await;
            }
            return;
        }
        self.start(app.shared());
        let mut progress = self.progress.subscribe();
        if progress.borrow_and_update().indexed >= Some(until) {
            return;
        }
        let _waits = Waits::on(&self.waiting);
        self.nudge.notify_one();
        let arrival = progress.wait_for(|progress| progress.indexed >= Some(until) || progress.failed);
        // In time or not: the answer says how far the index has got.
        let _ = tokio::time::timeout(PATIENCE, arrival).await;
    }

    async fn look_at(&self, app: &Tahavol, path: &Path) {
        let path = path.to_owned();
        let Ok(Ok((index, end))) = spawn_blocking(move || Index::look_at(&path)).await else { return };
        if fits(&**app.ledger(), end.as_ref()).await == Ok(true) {
            *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Some(index);
        }
    }

    fn start(&self, shared: &Arc<Shared>) {
        if !self.started.swap(true, Ordering::SeqCst) {
            tokio::spawn(work(Arc::downgrade(shared), Arc::clone(&shared.search)));
        }
    }

    /// One piece of work.
    async fn step(&self, shared: &Shared) -> Result<Step, String> {
        let reached = self.progress.borrow().indexed;
        let indexed = match reached {
            Some(indexed) if !self.discarded.load(Ordering::SeqCst) => Some(indexed),
            Some(_) | None => self.open(&*shared.ledger).await?,
        };
        let picture = shared.snapshot();
        let Some(target) = picture.position.filter(|target| indexed < Some(*target)) else { return Ok(Step::CaughtUp) };
        let mut recorded = shared.ledger.read_all(indexed, CHUNK).await.map_err(|error| error.to_string())?;
        recorded.retain(|recorded| recorded.position <= target);
        let Some(last) = recorded.last().map(|last| last.position) else { return Ok(Step::CaughtUp) };
        let index = Arc::clone(&self.index);
        let added = spawn_blocking(move || add(&index, recorded, &picture));
        added.await.map_err(|error| error.to_string())??;
        self.progress.send_replace(Progress { indexed: Some(last), failed: false });
        Ok(Step::Added)
    }

    /// The index that is there, or one made anew; how far it has got.
    async fn open(&self, ledger: &dyn Ledger) -> Result<Option<u64>, String> {
        let discarded = self.discarded.swap(false, Ordering::SeqCst);
        {
            let kept = self.index.lock().unwrap_or_else(PoisonError::into_inner);
            if !discarded && kept.is_some() {
                return Ok(None);
            }
        }
        let (index, indexed) = match self.place.clone() {
            Place::InMemory | Place::LookedAt(_) => (Index::in_memory().map_err(|error| error.to_string())?, None),
            Place::Kept(path) => {
                *self.index.lock().unwrap_or_else(PoisonError::into_inner) = None;
                open_kept(path, discarded, ledger).await?
            }
        };
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Some(index);
        self.progress.send_replace(Progress { indexed, failed: false });
        Ok(indexed)
    }
}

/// Counts a question as long as it waits.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn on(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::SeqCst);
        Waits(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Works until the application is gone. It is held only while a piece is done.
async fn work(shared: Weak<Shared>, search: Arc<Search>) {
    let Some(mut changes) = shared.upgrade().map(|shared| shared.changes()) else { return };
    loop {
        let began = Moment::now();
        let step = {
            let Some(shared) = shared.upgrade() else { return };
            if search.closed.load(Ordering::SeqCst) {
                return;
            }
            search.step(&shared).await
        };
        let rest = match step {
            // Half of one core at most, unless somebody waits.
            Ok(Step::Added) if search.waiting.load(Ordering::SeqCst) == 0 => began.elapsed(),
            Ok(Step::Added) => continue,
            Ok(Step::CaughtUp) => {
                tokio::select! {
                    () = search.nudge.notified() => {}
                    there = quiet(&mut changes) => if !there { return },
                }
                continue;
            }
            Err(what) => {
                tracing::warn!(%what, "the search index is made anew");
                search.discard();
                search.progress.send_replace(Progress { indexed: None, failed: true });
                PAUSE
            }
        };
        tokio::select! {
            () = search.nudge.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Returns when something has happened and it is quiet again; false when the application is gone.
async fn quiet(changes: &mut watch::Receiver<Arc<Snapshot>>) -> bool {
    if changes.changed().await.is_err() {
        return false;
    }
    let since = Moment::now();
    loop {
        match tokio::time::timeout(QUIET, changes.changed()).await {
            Err(_) => return true,
            Ok(Err(_)) => return false,
            Ok(Ok(())) if since.elapsed() > BUSY => return true,
            Ok(Ok(())) => {}
        }
    }
}

async fn open_kept(path: PathBuf, discarded: bool, ledger: &dyn Ledger) -> Result<(Index, Option<u64>), String> {
    let opened = {
        let path = path.clone();
        let open = move || if discarded { anew(&path) } else { Index::open(&path) };
        spawn_blocking(open).await.map_err(|error| error.to_string())?
    };
    let why = match opened {
        Ok((index, end)) => match fits(ledger, end.as_ref()).await? {
            true => return Ok((index, end.map(|(position, _)| position))),
            false => "it is of another ledger".to_owned(),
        },
        Err(error) => error.to_string(),
    };
    tracing::warn!(path = %path.display(), %why, "a search index is thrown away");
    let made = spawn_blocking(move || anew(&path)).await.map_err(|error| error.to_string())?;
    made.map(|(index, _)| (index, None)).map_err(|error| error.to_string())
}

fn anew(path: &Path) -> Result<(Index, End), IndexError> {
    for path in [path.to_owned(), path.with_extension("sqlite-journal")] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    Index::open(path)
}

/// Whether the ledger has, where the index ends, the very event that the index ended with.
async fn fits(ledger: &dyn Ledger, end: Option<&(u64, Vec<u8>)>) -> Result<bool, String> {
    let Some((position, leaf)) = end else { return Ok(true) };
    let there = ledger.read_all(position.checked_sub(1), 1).await.map_err(|error| error.to_string())?;
    Ok(there.first().is_some_and(|event| event.position == *position && event.leaf_hash[..] == leaf[..]))
}

fn add(index: &Mutex<Option<Index>>, recorded: Vec<Recorded>, picture: &Snapshot) -> Result<(), String> {
    let mut entries = Vec::with_capacity(recorded.len());
    for recorded in &recorded {
        let fact = decode(&recorded.line).map_err(|error| undecodable(recorded.position, &error).to_string())?;
        entries.push(Entry::of(recorded.position, &fact, picture));
    }
    let Some(last) = recorded.last() else { return Ok(()) };
    let mut index = index.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(index) = index.as_mut() else { return Err("there is no index".to_owned()) };
    index.add(&entries, &last.leaf_hash).map_err(|error| error.to_string())
}
