//! Every fault that a cluster can have, made by the bench: nothing acknowledged is lost, nothing twice, and it goes on by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, join_all};
use tahavol_ledger::contract::{Outcome, Ran, new_event, new_stream};
use tahavol_ledger::{Expected, Ledger, Link, NewEvent};
use tahavol_ledger_kurrentdb::faults::{Control, Scene, Verb, cases, run};
use tahavol_ledger_kurrentdb::{KurrentLedger, Limits};
use tahavol_tests::kurrent::{Cluster, Fault};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::support::{NEVER, Site, begin, ids, limits, until_sound};

/// In place of the minute of a real cluster.
const OUTAGE: Duration = Duration::from_secs(20);

/// So often a fault strikes while writers append.
const TIMES: usize = 8;

/// The bench's cluster under the control of the cases.
struct Bench(Arc<Cluster>);

impl Control for Bench {
    fn nodes(&self) -> Vec<usize> {
        (0..3).collect()
    }

    fn act(&self, verb: Verb, node: usize) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            match verb {
                Verb::Kill => self.0.kill(node).await,
                Verb::Start => self.0.restart(node).await,
                Verb::Stop => self.0.freeze(node),
                Verb::Cont => self.0.thaw(node),
            }
            Ok(())
        })
    }

    fn leader(&self) -> BoxFuture<'_, Result<usize, String>> {
        let elected = tokio::time::timeout(Duration::from_millis(100), self.0.elected());
        Box::pin(async move { elected.await.map_err(|_| "nobody leads".to_owned()) })
    }
}

/// The cases wait most of the time, so each has a cluster of its own and they are played side by side.
#[test]
fn leaders_and_followers_may_die_freeze_and_come_back() {
    let playing: Vec<_> = cases()
        .into_iter()
        .map(|case| {
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
                runtime.expect("a runtime starts").block_on(async {
                    let site = Site::of(3).await;
                    let control = Arc::new(Bench(Arc::clone(&site.cluster)));
                    let scene = Scene::new(site.address(), site.directory.path().to_owned(), OUTAGE, control);
                    run(&case, &scene).await
                })
            })
        })
        .collect();
    let played: Vec<Ran> = playing.into_iter().map(|playing| playing.join().expect("a case is judged")).collect();
    played.iter().for_each(|ran| println!("{ran}"));
    assert!(played.iter().all(|ran| ran.outcome == Outcome::Holds));
}

/// Three writers append, always some events at a time, while the fault strikes again and again. Each call is made once: what
/// the fault does is the ledger's matter and not the caller's.
async fn strikes(nodes: usize, fault: Fault) {
    let site = Site::of(nodes).await;
    let (ledger, other) = (site.open("a").await, site.open("b").await);
    begin(&*ledger, &new_stream("before")).await;
    let (recorded, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..3).map(|_| tokio::spawn(write(Arc::clone(&ledger), Arc::clone(&recorded), Arc::clone(&enough)))).collect();
    for _ in 0..TIMES {
        site.cluster.fault(fault, 1);
        let before = recorded.load(Ordering::SeqCst);
        let begun = Instant::now();
        // It has struck, and what it struck is mended: then again.
        while !writers.iter().any(JoinHandle::is_finished)
            && (site.cluster.faults_left(fault) > 0 || recorded.load(Ordering::SeqCst) < before + 10)
        {
            assert!(begun.elapsed() < NEVER, "the fault does not strike, or what it struck is not mended");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    enough.store(true, Ordering::SeqCst);
    let mut written = Vec::new();
    for writer in writers {
        written.push(writer.await.expect("a writer is not told of it"));
    }
    until_sound(&*ledger).await;
    until_sound(&*other).await;
    other.catch_up(NEVER).await.expect("it catches up");
    for (stream, events) in written {
        assert_eq!(ids(&*ledger, &stream).await, events, "lost, twice or out of order");
        assert_eq!(ids(&*other, &stream).await, events, "another node sees it otherwise");
    }
}

/// Six events at a time, until it is enough.
async fn write(ledger: Arc<KurrentLedger>, recorded: Arc<AtomicUsize>, enough: Arc<AtomicBool>) -> (String, Vec<Uuid>) {
    let stream = new_stream("struck");
    let mut ids = Vec::new();
    while !enough.load(Ordering::SeqCst) {
        let window: Vec<NewEvent> = (0..6).map(|_| new_event("struck")).collect();
        let first = ids.len() as u64;
        ids.extend(window.iter().map(|event| event.id));
        let calls = window.iter().zip(first..).map(|(event, revision)| {
            let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
            ledger.append(&stream, expected, vec![event.clone()])
        });
        for (answer, revision) in join_all(calls.collect::<Vec<_>>()).await.into_iter().zip(first..) {
            assert_eq!(answer.map(|appended| appended.revision), Ok(revision));
            recorded.fetch_add(1, Ordering::SeqCst);
        }
    }
    (stream, ids)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledgement_that_is_lost_makes_no_second_event() {
    strikes(1, Fault::DropAck).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_is_aborted_before_it_is_recorded_is_recorded_by_the_next_try() {
    strikes(1, Fault::Abort).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_is_aborted_after_it_is_recorded_is_recognised() {
    strikes(1, Fault::AbortAfter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_no_leader_sends_us_to_the_one_that_is() {
    strikes(3, Fault::NotLeader).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_connection_is_cut_before_it_is_recorded_is_recorded_by_the_next_try() {
    strikes(1, Fault::Cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_ready_yet_is_asked_again() {
    strikes(1, Fault::NotReady).await;
}

/// Its disk hangs, say: it takes a call and never comes back to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_never_answered_is_given_up_and_made_again() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    begin(&*ledger, &new_stream("before")).await;
    for _ in 0..2 {
        site.cluster.fault(Fault::Hang, 1);
        let begun = Instant::now();
        begin(&*ledger, &new_stream("hung")).await;
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    }
}

/// The node hears nothing meanwhile, so it has to send once more what it does not know to be recorded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_append_that_a_new_leader_leaves_unanswered_is_sent_once_more() {
    let site = Site::of(1).await;
    let ledger = site.open_with("a", Limits { silence: Duration::from_secs(8), ..limits() }).await;
    begin(&*ledger, &new_stream("before")).await;
    for fault in [Fault::SilenceSubscriptions, Fault::DropAck, Fault::IdempotentNotReady] {
        site.cluster.fault(fault, 1);
    }
    let begun = Instant::now();
    let stream = new_stream("repeated");
    let (event, appended) = begin(&*ledger, &stream).await;
    assert_eq!(appended.revision, 0);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(site.cluster.faults_left(Fault::DropAck) + site.cluster.faults_left(Fault::IdempotentNotReady), 0, "they have struck");
    assert_eq!(site.cluster.stream(&site.in_cluster(&stream)).len(), 1);
    assert_eq!(ids(&*ledger, &stream).await, [event.id]);
    until_sound(&*ledger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_has_too_much_to_do_is_asked_again() {
    strikes(1, Fault::Overloaded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscriptions_that_are_ended_again_and_again_lose_nothing() {
    strikes(1, Fault::EndSubscriptions).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_that_falls_behind_and_catches_up_again_loses_nothing() {
    strikes(1, Fault::FellBehind).await;
}

/// Nobody appends through this node, so only its subscription can bring the event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_that_has_gone_silent_is_made_anew() {
    let site = Site::of(1).await;
    let (ledger, other) = (site.open("a").await, site.open("b").await);
    begin(&*other, &new_stream("before")).await;
    ledger.catch_up(NEVER).await.expect("it catches up");
    let mut subscription = ledger.subscribe(ledger.head().await.expect("a head"));
    site.cluster.fault(Fault::SilenceSubscriptions, 1);
    let begun = Instant::now();
    let (event, _) = begin(&*other, &new_stream("after")).await;
    let told = tokio::time::timeout(Duration::from_secs(15), subscription.next()).await.expect("silence is noticed");
    assert_eq!(told.expect("it goes on").expect("without an error").id, event.id, "{:?}", begun.elapsed());
    until_sound(&*ledger).await;
}

/// The server falls behind with what it has to send, cuts us off or holds us up: the events come all the same, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_slow_misses_nothing() {
    strikes(1, Fault::SlowConsumer).await;
}

/// Our own reader may be as slow as it likes: it reads the replica.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_ours_that_is_slow_holds_nobody_up() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let mut subscription = ledger.subscribe(None);
    let (first, _) = begin(&*ledger, &new_stream("first")).await;
    assert_eq!(subscription.next().await.expect("it is told").expect("without an error").id, first.id);
    let mut wanted = Vec::new();
    for _ in 0..20 {
        let events: Vec<NewEvent> = (0..100).map(|_| new_event("many")).collect();
        wanted.extend(events.iter().map(|event| event.id));
        ledger.append(&new_stream("many"), Expected::NoStream, events).await.expect("nobody is held up");
    }
    assert_eq!(ledger.condition().link, Link::Sound);
    for id in wanted {
        assert_eq!(subscription.next().await.expect("it is told").expect("without an error").id, id);
    }
}
