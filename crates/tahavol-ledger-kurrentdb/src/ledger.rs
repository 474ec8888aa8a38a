//! The ledger on a cluster: appends go to its leader, everything else is the replica's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tahavol_ledger::merkle::Hash;
use tahavol_ledger::{
    Appended, Condition, Expected, Ledger, LedgerError, NewEvent, OpenOptions, Recorded, SignedHead, SqliteLedger, Token, refuse_unwritable,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::address::Address;
use crate::appender::Appender;
use crate::follower::Follower;
use crate::group::{InOrder, Job, Queue, Queued};
use crate::options::{KurrentOptions, Limits};
use crate::prefix::Prefix;
use crate::supervisor::Supervisor;
use crate::{reach, standing};

/// A ledger that a cluster of KurrentDB keeps, with a replica on this node's disk. An append that was answered is in the
/// replica, under its signed head.
///
/// Dropping it finishes the appends that are queued and lets go of the replica, in the background: `close` waits for that.
pub struct KurrentLedger {
    address: Arc<Address>,
    replica: Arc<SqliteLedger>,
    follower: Arc<Follower>,
    condition: watch::Receiver<Condition>,
    /// `None` once closed. The lock is held only while sending, which never waits.
    queue: Mutex<Option<mpsc::UnboundedSender<Job>>>,
    /// Its other end is dropped when everything has ended.
    ended: watch::Receiver<Option<LedgerError>>,
}

impl KurrentLedger {
    /// Connects, makes sure of version and rights, opens the replica and follows the cluster from where that one ends.
    ///
    /// What keeps it from being used now is [`LedgerError::NotConnected`]. A cluster that lacks the replica's newest event
    /// is refused with [`LedgerError::Unproven`]: it was put back to an older state.
    pub async fn open(address: &Address, options: KurrentOptions) -> Result<Self, LedgerError> {
        let setting = Setting::new(address, &options);
        reach::enter(&setting.supervisor, &setting.address, &setting.prefix, setting.limits).await?;
        let replica = setting.open_replica(options).await?;
        if let Err(error) = standing::verify(&setting.address, &replica, &setting.prefix, setting.limits).await {
            replica.close().await?;
            return Err(error);
        }
        Ok(setting.begin(replica))
    }

    /// [`KurrentLedger::open`], and when the cluster cannot be reached, or has no leader, all the same: what the replica has
    /// is served, and the cluster is tried again and again. [`Ledger::condition`] tells.
    pub async fn open_behind(address: &Address, options: KurrentOptions) -> Result<Self, LedgerError> {
        let setting = Setting::new(address, &options);
        let entered = reach::enter(&setting.supervisor, &setting.address, &setting.prefix, setting.limits).await;
        match &entered {
            Ok(_) => {}
            Err(LedgerError::NotConnected { kind, what }) if kind.may_pass() => {
                tracing::warn!(cluster = %address, what, "the cluster cannot be used at the moment, the replica is served alone");
            }
            Err(error) => return Err(error.clone()),
        }
        let replica = setting.open_replica(options).await?;
        if entered.is_ok() {
            match standing::verify(&setting.address, &replica, &setting.prefix, setting.limits).await {
                // Lost just now: the follower compares, too.
                Ok(()) | Err(LedgerError::NotConnected { .. }) => {}
                Err(error) => {
                    replica.close().await?;
                    return Err(error);
                }
            }
        }
        Ok(setting.begin(replica))
    }

    /// The copy of the log on this node's disk. It is read like any ledger; only this ledger's follower writes to it.
    pub fn replica(&self) -> &Arc<SqliteLedger> {
        &self.replica
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Until everything that was in the cluster at the call is in the replica.
    pub async fn catch_up(&self, limit: Duration) -> Result<(), LedgerError> {
        self.follower.catch_up(limit).await
    }

    /// The same however long it takes, unless for so long nothing more of the cluster's log was read: a whole copy is made in
    /// minutes or in hours. Others' events, which are passed over, count.
    pub async fn copy_whole(&self, standstill: Duration) -> Result<(), LedgerError> {
        let mut had = self.follower.scanned();
        loop {
            let stands_still = match self.catch_up(standstill).await {
                Err(error @ LedgerError::Unavailable { retry: true, .. }) => error,
                ended => return ended,
            };
            let has = self.follower.scanned();
            if has == had {
                return Err(stands_still);
            }
            had = has;
        }
    }

    /// Appends strictly one after another: none is sent before the one before it is recorded, whatever fails in between. For
    /// moving a log, whose order has to stay. Stops at the first one that fails; what comes before it is recorded then, and
    /// is answered as recorded when the same appends are given again.
    pub async fn append_in_order(&self, appends: Vec<(String, Expected, Vec<NewEvent>)>) -> Result<Vec<Appended>, LedgerError> {
        for (stream, _, events) in &appends {
            refuse_unsendable(stream, events)?;
        }
        let appends = appends.into_iter().map(|(stream, expected, events)| (Arc::from(stream), expected, events)).collect();
        let (answer, answered) = oneshot::channel();
        self.enqueue(Job::InOrder(InOrder { appends, answer }))?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    fn enqueue(&self, job: Job) -> Result<(), LedgerError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = || LedgerError::Unavailable { retry: false, what: "the ledger is closed".to_owned() };
        queue.as_ref().ok_or_else(closed)?.send(job).map_err(|_| closed())
    }

    /// Closes the queue; the rest follows when what is in it is done.
    fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Ledger for KurrentLedger {
    fn append(&self, stream: &str, expected: Expected, events: Vec<NewEvent>) -> BoxFuture<'_, Result<Appended, LedgerError>> {
        // Queued here and not in the future, so that the order of calls is the order on the wire.
        let queued = refuse_unsendable(stream, &events).and_then(|()| {
            let (answer, answered) = oneshot::channel();
            let queued = Queued { stream: Arc::from(stream), expected, events, since: Instant::now(), answer };
            self.enqueue(Job::Append(queued)).map(|()| answered)
        });
        Box::pin(async move { queued?.await.unwrap_or_else(|_| Err(stopped())) })
    }

    fn await_position(&self, token: Token) -> BoxFuture<'_, Result<u64, LedgerError>> {
        // An append is answered when the replica has it, so there is nothing to wait for.
        self.replica.await_position(token)
    }

    fn read_stream(&self, stream: &str, from_revision: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        self.replica.read_stream(stream, from_revision, limit)
    }

    fn read_all(&self, after: Option<u64>, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        self.replica.read_all(after, limit)
    }

    fn subscribe(&self, after: Option<u64>) -> BoxStream<'static, Result<Recorded, LedgerError>> {
        self.replica.subscribe(after)
    }

    fn head(&self) -> BoxFuture<'_, Result<Option<u64>, LedgerError>> {
        self.replica.head()
    }

    fn signed_head(&self) -> Option<Arc<SignedHead>> {
        self.replica.signed_head()
    }

    fn watch_heads(&self) -> watch::Receiver<Option<Arc<SignedHead>>> {
        self.replica.watch_heads()
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> BoxFuture<'_, Result<Vec<Hash>, LedgerError>> {
        self.replica.tile(level, number, width)
    }

    fn keep_cosignatures(&self, size: u64, lines: Vec<String>) -> BoxFuture<'_, Result<(), LedgerError>> {
        self.replica.keep_cosignatures(size, lines)
    }

    fn cosigned_head(&self) -> Option<Arc<SignedHead>> {
        self.replica.cosigned_head()
    }

    fn condition(&self) -> Condition {
        self.condition.borrow().clone()
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn unproven(&self) -> Option<String> {
        self.replica.unproven()
    }

    fn signs_from(&self) -> Option<u64> {
        self.replica.signs_from()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), LedgerError>> {
        self.stop();
        let mut ended = self.ended.clone();
        Box::pin(async move {
            while ended.changed().await.is_ok() {}
            let failed = ended.borrow().clone();
            failed.map_or(Ok(()), Err)
        })
    }
}

impl Drop for KurrentLedger {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Beside what no ledger takes: what the cluster keeps for itself, and what it could not tell from nothing.
fn refuse_unsendable(stream: &str, events: &[NewEvent]) -> Result<(), LedgerError> {
    refuse_unwritable(stream, events)?;
    let refused = |what: &str| Err(LedgerError::Refused { what: what.to_owned() });
    if events.iter().any(|event| event.event_type.is_empty() || event.event_type.starts_with('$')) {
        return refused("the type of an event is neither empty nor begins with $, as those of the cluster itself do");
    }
    if events.iter().any(|event| event.id.is_nil()) {
        return refused("an event needs an id");
    }
    Ok(())
}

/// What is known before the replica is open.
struct Setting {
    address: Arc<Address>,
    supervisor: Arc<Supervisor>,
    prefix: Prefix,
    limits: Limits,
}

impl Setting {
    fn new(address: &Address, options: &KurrentOptions) -> Self {
        let address = Arc::new(address.clone());
        let supervisor = Arc::new(Supervisor::new(Arc::clone(&address), options.limits));
        Setting { address, supervisor, prefix: Prefix::new(options.programme), limits: options.limits }
    }

    async fn open_replica(&self, options: KurrentOptions) -> Result<Arc<SqliteLedger>, LedgerError> {
        let open = OpenOptions { replica_of: Some(self.prefix.programme().to_owned()), ..options.open };
        SqliteLedger::open(options.replica, open).await.map(Arc::new)
    }

    fn begin(self, replica: Arc<SqliteLedger>) -> KurrentLedger {
        let Setting { address, supervisor, prefix, limits } = self;
        tracing::info!(cluster = %address, programme = prefix.programme(), replica = %replica.path().display(), "opened the ledger on the cluster");
        let follower = Arc::new(Follower::start(Arc::clone(&address), Arc::clone(&replica), prefix.clone(), limits));
        let condition = follower.condition();
        let appender = Appender::new(supervisor, Arc::clone(&replica), prefix, limits, Arc::clone(&follower));
        let (queue, jobs) = mpsc::unbounded_channel();
        let (end, ended) = watch::channel(None);
        tokio::spawn(keep(appender, Queue::new(jobs), Arc::clone(&follower), Arc::clone(&replica), end));
        KurrentLedger { address, replica, follower, condition, queue: Mutex::new(Some(queue)), ended }
    }
}

/// Until the ledger is closed or dropped, and then to the end: queued appends, follower, replica, in this order.
async fn keep(
    appender: Appender,
    queue: Queue,
    follower: Arc<Follower>,
    replica: Arc<SqliteLedger>,
    end: watch::Sender<Option<LedgerError>>,
) {
    appender.run(queue).await;
    follower.stop().await;
    if let Err(error) = replica.close().await {
        tracing::error!(%error, "the replica did not close");
        end.send_replace(Some(error));
    }
}

fn stopped() -> LedgerError {
    LedgerError::OutcomeUnknown { what: "the ledger stopped while appending".to_owned() }
}
