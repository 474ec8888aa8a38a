//! Copies the cluster's order of the programme's events into the replica, for as long as the ledger is open.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use tahavol_ledger::{Alarm, Condition, LedgerError, Link, SqliteLedger};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::address::Address;
use crate::batch::Batch;
use crate::endpoint::{Broken, Node, Selector};
use crate::feed::{Feed, Word, id_at, next_of_ours};
use crate::options::Limits;
use crate::prefix::Prefix;
use crate::standing::{self, Difference};
use crate::wire::{Place, ReadReq};

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often the newest event here is compared with the cluster's. A cluster that is put back to an older state and goes on
/// from there would otherwise be noticed by nobody until a revision collides.
const COMPARED_EVERY: Duration = Duration::from_secs(60);

/// The task that follows, and what it tells. Ends when it is stopped or dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    condition: watch::Receiver<Condition>,
    arrived: watch::Receiver<Option<Place>>,
    scanned: watch::Receiver<Option<Place>>,
    doubt: Arc<Notify>,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
    address: Arc<Address>,
    prefix: Prefix,
    limits: Limits,
}

impl Follower {
    /// Begins at the last place of the replica and goes on by itself, whatever happens to the connection.
    pub(crate) fn start(address: Arc<Address>, replica: Arc<SqliteLedger>, prefix: Prefix, limits: Limits) -> Self {
        let (tell, condition) = watch::channel(Condition { link: Link::CatchingUp, alarms: Vec::new() });
        let (arrive, arrived) = watch::channel(None);
        let (scan, scanned) = watch::channel(None);
        let (stop, stopping) = watch::channel(false);
        let doubt = Arc::new(Notify::new());
        let work = Work {
            selector: Selector::new(Arc::clone(&address), limits),
            replica,
            prefix: prefix.clone(),
            limits,
            tell: Arc::new(tell),
            arrive,
            scan,
            doubt: Arc::clone(&doubt),
            anchor: None,
            pause: SHORTEST_PAUSE,
        };
        let task = Mutex::new(Some(tokio::spawn(guarded(work, stopping))));
        Follower { condition, arrived, scanned, doubt, stop, task, address, prefix, limits }
    }

    /// How the link to the cluster is, and which alarms stand.
    pub(crate) fn condition(&self) -> watch::Receiver<Condition> {
        self.condition.clone()
    }

    /// Commit and prepare position of the last event in the replica.
    pub(crate) fn arrived(&self) -> watch::Receiver<Option<Place>> {
        self.arrived.clone()
    }

    /// How far the cluster's log was read: events of others count.
    pub(crate) fn scanned(&self) -> Option<Place> {
        *self.scanned.borrow()
    }

    /// An event is expected that does not come: the follower asks the leader at once whether it was told everything, and
    /// does not wait out a pause.
    pub(crate) fn doubt(&self) {
        self.doubt.notify_one();
    }

    /// Returns when everything that was in the cluster at the call is in the replica.
    pub(crate) async fn catch_up(&self, limit: Duration) -> Result<(), LedgerError> {
        let mut why = "the follower has not caught up".to_owned();
        let attempts = async {
            let mut selector = Selector::new(Arc::clone(&self.address), self.limits);
            loop {
                match self.try_to_catch_up(&mut selector).await {
                    Ok(done) => return done,
                    Err(broken) => {
                        selector.learn(&broken);
                        why = broken.to_string();
                        sleep(SHORTEST_PAUSE).await;
                    }
                }
            }
        };
        let done = timeout(limit, attempts).await;
        done.unwrap_or_else(|_| Err(LedgerError::Unavailable { retry: true, what: format!("not caught up within {limit:?}: {why}") }))
    }

    async fn try_to_catch_up(&self, selector: &mut Selector) -> Result<Result<(), LedgerError>, Broken> {
        let node = selector.leader().await?;
        let newest = node.events(ReadReq::newest()).await?;
        let Some(newest) = newest.first().map(|event| (event.commit, event.prepare)) else {
            return Ok(Ok(()));
        };
        let mut scanned = self.scanned.clone();
        let mut condition = self.condition.clone();
        let mut quiet = true;
        loop {
            let sound = match &condition.borrow_and_update().link {
                Link::Stopped { position, what } => {
                    return Ok(Err(LedgerError::Corrupt { position: Some(*position), what: what.clone() }));
                }
                Link::Sound => true,
                // The search would be the one that the follower has to make anyway.
                Link::CatchingUp | Link::Lost { .. } => false,
            };
            let here = *scanned.borrow_and_update();
            if here >= Some(newest) {
                return Ok(Ok(()));
            }
            if sound && quiet {
                // What lies between may all be foreign, and then nothing is told of it.
                let next = next_of_ours(&node, self.prefix.followed(), here).await?;
                if next.is_none_or(|next| next > newest) {
                    return Ok(Ok(()));
                }
                self.doubt();
            }
            quiet = tokio::select! {
                biased;
                _ = scanned.changed() => false,
                _ = condition.changed() => false,
                () = sleep(SHORTEST_PAUSE) => true,
            };
        }
    }

    /// Ends the task; what is being copied is finished by the replica.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // It catches its own panics, and nobody aborts it.
            drop(task.await);
        }
    }
}

/// Whatever ends the work unasked is told as the end that it is.
async fn guarded(work: Work, mut stopping: watch::Receiver<bool>) {
    let tell = Arc::clone(&work.tell);
    let replica = Arc::clone(&work.replica);
    let followed = AssertUnwindSafe(work.run(stopping.clone())).catch_unwind();
    if followed.await.is_err() {
        let position = replica.last_place().await.ok().flatten().map_or(0, |last| last.position + 1);
        let what = "the follower has failed within itself, which its log entry tells more about".to_owned();
        tell.send_modify(|condition| condition.link = Link::Stopped { position, what });
        until_stopped(&mut stopping).await;
    }
}

async fn until_stopped(stopping: &mut watch::Receiver<bool>) {
    // An error: the follower was dropped.
    drop(stopping.wait_for(|stop| *stop).await);
}

/// Why following ended.
#[derive(Debug)]
enum Ended {
    /// It is begun again, from what is in the replica.
    Lost(Broken),
    /// The next event cannot be taken, or is not the one that belongs there. Final.
    Stopped { position: Option<u64>, what: String },
}

struct Work {
    selector: Selector,
    replica: Arc<SqliteLedger>,
    prefix: Prefix,
    limits: Limits,
    tell: Arc<watch::Sender<Condition>>,
    arrive: watch::Sender<Option<Place>>,
    /// Everything of ours up to here is in the replica, as the subscription that lives has told. Checkpoints move it on, too.
    scan: watch::Sender<Option<Place>>,
    doubt: Arc<Notify>,
    anchor: Option<Anchor>,
    pause: Duration,
}

/// An event of anybody's: everything of ours up to it is in the replica.
#[derive(Debug)]
struct Anchor {
    place: Place,
    id: Uuid,
}

impl Work {
    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        loop {
            let mut stop = stopping.clone();
            let ended = tokio::select! {
                biased;
                () = until_stopped(&mut stop) => return,
                ended = self.follow() => match ended { Ok(never) => match never {}, Err(ended) => ended },
            };
            match ended {
                Ended::Lost(broken) => {
                    self.selector.learn(&broken);
                    self.lost(broken.to_string());
                }
                Ended::Stopped { position, what } => {
                    self.stopped(position, what).await;
                    return until_stopped(&mut stopping).await;
                }
            }
            tokio::select! {
                biased;
                () = until_stopped(&mut stopping) => return,
                () = sleep(self.pause) => {}
                () = self.doubt.notified(), if self.pause > SHORTEST_PAUSE => {}
            }
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn follow(&mut self) -> Result<Infallible, Ended> {
        let last = self.replica.last_place().await?.map(|last| (last.commit, last.prepare));
        self.arrive.send_replace(last);
        self.raise_alarms().await?;
        let node = self.selector.leader().await?;
        self.compare(&node).await?;
        let mut compared = Instant::now();
        let after = last.max(self.anchored(&node).await?);
        self.scan.send_replace(after);
        let mut feed = Feed::open(node, &self.prefix, after, self.limits, Arc::clone(&self.doubt)).await?;
        self.set(Link::CatchingUp);
        loop {
            let word = feed.next().await?;
            self.take(word, &mut feed).await?;
            if compared.elapsed() >= COMPARED_EVERY {
                self.compare(feed.node()).await?;
                self.cast_anchor(feed.node()).await?;
                compared = Instant::now();
            }
        }
    }

    /// Remembers which event lies where the last checkpoint was, so that a subscription made anew can begin there and not
    /// search once more through everything foreign since our last event.
    async fn cast_anchor(&mut self, node: &Node) -> Result<(), Broken> {
        let scanned = *self.scan.borrow();
        if let Some(place) = scanned.filter(|place| self.anchor.as_ref().is_none_or(|anchor| anchor.place < *place)) {
            // A checkpoint need not be an event's place; the anchor of before still holds then.
            if let Some(id) = id_at(node, place).await? {
                self.anchor = Some(Anchor { place, id });
            }
        }
        Ok(())
    }

    /// The place of the anchor, if the event there is still the same. A cluster that was put back to an older state and has
    /// gone on from there has other events up to that place, and ours may be among them.
    async fn anchored(&mut self, node: &Node) -> Result<Option<Place>, Broken> {
        let Some(Anchor { place, id }) = self.anchor.take() else {
            return Ok(None);
        };
        if id_at(node, place).await? == Some(id) {
            self.anchor = Some(Anchor { place, id });
        }
        Ok(self.anchor.as_ref().map(|anchor| anchor.place))
    }

    /// A word and all that have arrived behind it, as one transaction. A word that cannot be taken counts only after those
    /// before it are recorded.
    async fn take(&mut self, word: Word, feed: &mut Feed) -> Result<(), Ended> {
        let mut batch = Batch::default();
        let mut next = Ok(Some(word));
        let mut then: Result<(), Ended> = Ok(());
        while let Ok(Some(word)) = next {
            if let Err(what) = batch.add(word, &self.prefix) {
                then = Err(Ended::Stopped { position: None, what });
            }
            if then.is_err() || batch.is_full() {
                next = Ok(None);
                break;
            }
            next = feed.arrived();
        }
        self.record(batch).await?;
        then?;
        next?;
        Ok(())
    }

    async fn record(&mut self, batch: Batch) -> Result<(), Ended> {
        let Batch { events, retention, place, caught_up, .. } = batch;
        let last = events.last().map(|event| (event.commit, event.prepare));
        let alarming = !retention.is_empty();
        if last.is_some() || alarming {
            self.replica.replicate(events, retention).await?;
        }
        if last.is_some() {
            self.arrive.send_replace(last);
        }
        if place.is_some() {
            self.scan.send_replace(place);
        }
        if alarming {
            self.raise_alarms().await?;
        }
        if caught_up {
            self.pause = SHORTEST_PAUSE;
            self.set(Link::Sound);
        }
        Ok(())
    }

    /// Whether the cluster still has the newest event of the replica where it was.
    async fn compare(&self, node: &Node) -> Result<(), Ended> {
        let Some(newest) = standing::newest(&self.replica).await? else {
            return Ok(());
        };
        let Some(Difference { what, .. }) = newest.compare(node, &self.prefix).await? else {
            return Ok(());
        };
        let alarms = self.replica.retention().await?;
        let set = alarms.iter().find(|alarm| *alarm.stream == *newest.event.stream);
        let hint = set.map_or_else(String::new, |alarm| format!(" (set on the stream: {})", alarm.what));
        Err(Ended::Stopped { position: Some(newest.event.position), what: format!("{what}{hint}") })
    }

    async fn raise_alarms(&self) -> Result<(), LedgerError> {
        let alarms = self.replica.retention().await?;
        let known = self.tell.borrow().alarms.clone();
        for Alarm { stream, what, commit, prepare } in alarms.iter().filter(|alarm| !known.contains(alarm)) {
            tracing::error!(stream, what, commit, prepare, "events of this ledger are to be thrown away by the cluster");
        }
        for Alarm { stream, .. } in known.iter().filter(|alarm| alarms.iter().all(|standing| standing.stream != alarm.stream)) {
            tracing::info!(stream, "what was set on the stream was taken back");
        }
        self.tell.send_if_modified(|condition| {
            let changed = condition.alarms != alarms;
            condition.alarms = alarms;
            changed
        });
        Ok(())
    }

    fn lost(&self, what: String) {
        let since = match &self.tell.borrow().link {
            Link::Lost { since, .. } => {
                tracing::debug!(what, "the cluster is still out of reach");
                *since
            }
            Link::Sound | Link::CatchingUp | Link::Stopped { .. } => {
                tracing::warn!(what, "the link to the cluster is lost and is tried again");
                SystemTime::now()
            }
        };
        self.set(Link::Lost { since, what });
    }

    async fn stopped(&self, position: Option<u64>, what: String) {
        let next = || async { self.replica.last_place().await.ok().flatten().map_or(0, |last| last.position + 1) };
        let position = match position {
            Some(position) => position,
            None => next().await,
        };
        tracing::error!(position, what, "the follower has stopped: nothing is copied until a person has looked");
        self.set(Link::Stopped { position, what });
    }

    fn set(&self, link: Link) {
        self.tell.send_if_modified(|condition| {
            let changed = condition.link != link;
            if changed && matches!((&condition.link, &link), (Link::Lost { .. }, Link::Sound | Link::CatchingUp)) {
                tracing::info!("the link to the cluster is back");
            }
            condition.link = link;
            changed
        });
    }
}

impl From<Broken> for Ended {
    fn from(broken: Broken) -> Self {
        Ended::Lost(broken)
    }
}

impl From<LedgerError> for Ended {
    fn from(error: LedgerError) -> Self {
        let what = error.to_string();
        match error {
            // A full disk, a busy file: nothing is lost by beginning again.
            LedgerError::Unavailable { .. } | LedgerError::OutcomeUnknown { .. } => Ended::Lost(Broken::Lost(what)),
            LedgerError::Corrupt { position, .. } => Ended::Stopped { position, what },
            LedgerError::Conflict { .. }
            | LedgerError::TooLarge { .. }
            | LedgerError::AppendTooLarge { .. }
            | LedgerError::IdReused { .. }
            | LedgerError::InUse { .. }
            | LedgerError::NewerVersion { .. }
            | LedgerError::Unproven { .. }
            | LedgerError::NotConnected { .. }
            | LedgerError::Refused { .. } => Ended::Stopped { position: None, what },
        }
    }
}

#[cfg(test)]
mod tests;
