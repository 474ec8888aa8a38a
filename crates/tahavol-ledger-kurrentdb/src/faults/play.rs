//! Eight writers and two readers on two nodes of ours while something happens to the cluster, and the judgement afterwards.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use tahavol_ledger::contract::{new_event, new_stream};
use tahavol_ledger::{Expected, Ledger, LedgerError, Link, NewEvent, Recorded};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{BACK_WITHIN, Scene};
use crate::KurrentLedger;

/// On each node of ours.
const WRITERS: usize = 4;

/// How many appends a writer has under way.
const WINDOW: usize = 3;

/// What is recorded reaches a reader no later.
const TOLD_WITHIN: Duration = Duration::from_secs(30);

/// Two nodes of ours, and who uses them.
pub(super) struct Play {
    scene: Arc<Scene>,
    /// Of this play alone, so that nothing of others is touched.
    programme: Uuid,
    nodes: Vec<Arc<KurrentLedger>>,
    seen: Vec<Seen>,
    readers: Vec<JoinHandle<()>>,
    writers: Vec<JoinHandle<Written>>,
    acknowledged: Arc<AtomicU64>,
    enough: Arc<AtomicBool>,
}

/// What a subscription has told so far.
type Seen = Arc<Mutex<Vec<Recorded>>>;

/// What was acknowledged to one writer, in the order of its calls.
struct Written {
    stream: String,
    ids: Vec<Uuid>,
}

impl Play {
    /// All are at work when this returns.
    pub(super) async fn begin(scene: Arc<Scene>) -> Play {
        let programme = Uuid::new_v4();
        let nodes = vec![scene.open(programme).await, scene.open(programme).await];
        let (acknowledged, enough) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let seen: Vec<Seen> = nodes.iter().map(|_| Seen::default()).collect();
        let readers = nodes.iter().zip(&seen).map(|(node, seen)| tokio::spawn(read(Arc::clone(node), Arc::clone(seen)))).collect();
        let writers = nodes.iter().flat_map(|node| std::iter::repeat_n(node, WRITERS));
        let writers = writers.map(|node| tokio::spawn(write(Arc::clone(node), Arc::clone(&acknowledged), Arc::clone(&enough)))).collect();
        let play = Play { scene, programme, nodes, seen, readers, writers, acknowledged, enough };
        play.goes_on().await;
        play
    }

    /// Each writer has got on by some events.
    async fn goes_on(&self) {
        let wanted = self.acknowledged.load(Ordering::SeqCst) + (2 * WRITERS * WINDOW * 2) as u64;
        let begun = Instant::now();
        while self.acknowledged.load(Ordering::SeqCst) < wanted {
            assert!(begun.elapsed() < Duration::from_secs(60), "the writers do not get on; {}", self.conditions());
            assert!(!self.writers.iter().any(JoinHandle::is_finished), "a writer gave up: the reason stands above");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The servers are back now: both nodes answer an append, follow the cluster and tell their readers within the limit.
    pub(super) async fn is_back(&self, after: &str) {
        let begun = Instant::now();
        let back = async {
            for (node, seen) in self.nodes.iter().zip(&self.seen) {
                let event = new_event("probe");
                append_surely(&**node, &new_stream("probe"), &event).await;
                while node.condition().link != Link::Sound || !lock(seen).iter().rev().any(|recorded| recorded.id == event.id) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        let came = tokio::time::timeout(BACK_WITHIN, back).await;
        assert!(came.is_ok(), "{after}, and service is not back within {BACK_WITHIN:?}; {}", self.conditions());
        tracing::info!(seconds = begun.elapsed().as_secs_f32(), "service was back: {after}");
        self.goes_on().await;
    }

    /// Nobody is told that all is well when no server is there.
    pub(super) async fn notices_the_loss(&self) {
        let begun = Instant::now();
        while !self.nodes.iter().all(|node| matches!(node.condition().link, Link::Lost { .. })) {
            assert!(begun.elapsed() < BACK_WITHIN, "the loss is not noticed; {}", self.conditions());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the writers and compares what they were told with what every reader, old and new, finds.
    pub(super) async fn judge(self) {
        self.enough.store(true, Ordering::SeqCst);
        let mut written = Vec::new();
        for writer in self.writers {
            written.push(writer.await.expect("a writer ends well"));
        }
        for (node, seen) in self.nodes.iter().zip(&self.seen) {
            assert_holds(&**node, &written).await;
            assert_told(seen, &written).await;
        }
        // What the cluster itself has, read by a node that begins with nothing.
        let late = self.scene.open(self.programme).await;
        late.catch_up(TOLD_WITHIN).await.expect("a late node catches up");
        assert_holds(&*late, &written).await;
        let log = whole(&*late).await;
        for node in &self.nodes {
            node.catch_up(TOLD_WITHIN).await.expect("a node catches up");
            assert!(whole(&**node).await == log, "two nodes have different logs");
        }
        for reader in self.readers {
            reader.abort();
        }
        for node in self.nodes.into_iter().chain([late]) {
            node.close().await.expect("it closes");
        }
    }

    fn conditions(&self) -> String {
        let conditions: Vec<String> = self.nodes.iter().map(|node| format!("{:?}", node.condition())).collect();
        conditions.join(", ")
    }
}

/// Appends to a stream of its own, some appends at a time, and repeats unchanged what was not answered for certain.
async fn write(ledger: Arc<KurrentLedger>, acknowledged: Arc<AtomicU64>, enough: Arc<AtomicBool>) -> Written {
    let mut written = Written { stream: new_stream("writer"), ids: Vec::new() };
    while !enough.load(Ordering::SeqCst) {
        let first = written.ids.len();
        let mut open: Vec<(usize, NewEvent)> = (first..first + WINDOW).map(|revision| (revision, new_event("written"))).collect();
        written.ids.extend(open.iter().map(|(_, event)| event.id));
        while !open.is_empty() {
            // All are called before the first is awaited.
            let calls = open.iter().map(|(revision, event)| ledger.append(&written.stream, expected(*revision), vec![event.clone()]));
            let answers = join_all(calls.collect::<Vec<_>>()).await;
            let mut again = Vec::new();
            for ((revision, event), answer) in open.into_iter().zip(answers) {
                match answer {
                    Ok(appended) => {
                        assert_eq!(appended.revision, revision as u64, "an append is answered by another's revision");
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(error) => {
                        // Behind an append that was not recorded the next one is a conflict.
                        let follows = matches!(error, LedgerError::Conflict { .. }) && !again.is_empty();
                        assert!(follows || passes(&error), "a writer is refused at revision {revision}: {error}");
                        again.push((revision, event));
                    }
                }
            }
            open = again;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    written
}

/// Repeated unchanged until it is answered.
async fn append_surely(ledger: &dyn Ledger, stream: &str, event: &NewEvent) {
    while let Err(error) = ledger.append(stream, Expected::NoStream, vec![event.clone()]).await {
        assert!(passes(&error), "an append is refused: {error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether trying again may help.
fn passes(error: &LedgerError) -> bool {
    matches!(error, LedgerError::Unavailable { retry: true, .. } | LedgerError::OutcomeUnknown { .. })
}

fn expected(revision: usize) -> Expected {
    (revision as u64).checked_sub(1).map_or(Expected::NoStream, Expected::Exact)
}

async fn read(ledger: Arc<KurrentLedger>, seen: Seen) {
    let mut subscription = ledger.subscribe(None);
    let mut next = 0;
    while let Some(told) = subscription.next().await {
        let recorded = told.expect("a subscription goes on whatever happens to the cluster");
        assert_eq!(recorded.position, next, "a gap or a repeat in a subscription");
        next += 1;
        lock(&seen).push(recorded);
    }
}

/// Each writer's stream is what it was told, nothing else, in this order.
async fn assert_holds(ledger: &dyn Ledger, written: &[Written]) {
    for Written { stream, ids } in written {
        let recorded = ledger.read_stream(stream, 0, usize::MAX).await.expect("a stream can be read");
        let found: Vec<Uuid> = recorded.iter().map(|event| event.id).collect();
        assert!(found == *ids, "{stream}: {} acknowledged, {} found, or in another order", ids.len(), found.len());
        assert!(recorded.iter().zip(0..).all(|(event, revision)| event.revision == revision), "{stream} has a gap");
    }
}

/// The subscription has told everything that was acknowledged, once.
async fn assert_told(seen: &Seen, written: &[Written]) {
    let wanted: usize = written.iter().map(|written| written.ids.len()).sum();
    let begun = Instant::now();
    let told = loop {
        let mut times: HashMap<Uuid, usize> = HashMap::new();
        for recorded in lock(seen).iter() {
            *times.entry(recorded.id).or_default() += 1;
        }
        let told = written.iter().flat_map(|written| &written.ids).filter(|id| times.contains_key(*id)).count();
        if told == wanted || begun.elapsed() > TOLD_WITHIN {
            assert!(times.values().all(|times| *times == 1), "a subscription tells an event twice");
            break told;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(told, wanted, "a subscription does not tell everything that was acknowledged");
}

/// Of our programme, as this node has it.
async fn whole(ledger: &dyn Ledger) -> Vec<Recorded> {
    ledger.read_all(None, usize::MAX).await.expect("the log can be read")
}

fn lock(seen: &Seen) -> MutexGuard<'_, Vec<Recorded>> {
    seen.lock().expect("not poisoned")
}
