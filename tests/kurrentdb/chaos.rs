//! Everything at once: writers on two nodes contend for the same streams while calls, connections and leaders fail at random.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tahavol_ledger::contract::new_event;
use tahavol_ledger::{Expected, Ledger, LedgerError, NewEvent, Recorded};
use tahavol_ledger_kurrentdb::{KurrentLedger, Limits};
use tahavol_tests::kurrent::{Cluster, Fault};
use uuid::Uuid;

use crate::support::{NEVER, Site, limits, until_sound, whole};

const STREAMS: usize = 4;
const WRITERS: usize = 3;
const LASTS: Duration = Duration::from_secs(12);

/// What a writer was told of one append.
enum Told {
    /// Recorded, the last event at this revision.
    Recorded { stream: String, revision: u64, ids: Vec<Uuid> },
    /// Certainly not recorded.
    NotRecorded { ids: Vec<Uuid>, as_what: String },
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_append_is_told_is_true_whatever_fails() {
    let seed = u64::from_be_bytes(Uuid::new_v4().into_bytes()[..8].try_into().expect("eight bytes"));
    println!("seed {seed}");
    let site = Site::of(3).await;
    // Impatient, so that callers are told of failures, too.
    let limits = Limits { call: Duration::from_millis(600), patience: Duration::from_millis(1_500), ..limits() };
    let nodes = [site.open_with("a", limits).await, site.open_with("b", limits).await];
    let enough = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..2 * WRITERS)
        .map(|number| {
            let (node, enough, dice) = (Arc::clone(&nodes[number % 2]), Arc::clone(&enough), Dice(seed ^ (number as u64 + 1)));
            tokio::spawn(write(node, enough, dice))
        })
        .collect();
    fail(&site.cluster, Dice(seed), LASTS / 2).await;
    // One that begins with nothing, in the middle of it.
    let (late, ()) = tokio::join!(site.open_when_it_can("late", limits), fail(&site.cluster, Dice(!seed), LASTS / 2));
    enough.store(true, Ordering::SeqCst);
    let mut told = Vec::new();
    for writer in writers {
        told.extend(writer.await.expect("a writer is told what may be told"));
    }
    for node in nodes.iter().chain([&late]) {
        until_sound(&**node).await;
        node.catch_up(NEVER).await.expect("it catches up");
    }
    let fresh = site.open("fresh").await;
    fresh.catch_up(NEVER).await.expect("it catches up");
    let log = whole(&*fresh).await;
    for node in nodes.iter().chain([&late]) {
        assert!(whole(&**node).await == log, "nodes have different logs, seed {seed}");
    }
    judge(&log, told, seed);
}

fn judge(log: &[Recorded], told: Vec<Told>, seed: u64) {
    let mut found: HashMap<Uuid, Vec<(&str, u64)>> = HashMap::new();
    for event in log {
        found.entry(event.id).or_default().push((&event.stream, event.revision));
    }
    let (mut recorded, mut refused) = (0, 0);
    for told in told {
        match told {
            Told::Recorded { stream, revision, ids } => {
                recorded += ids.len();
                for (id, revision) in ids.iter().rev().zip((0..=revision).rev()) {
                    assert_eq!(found.get(id), Some(&vec![(stream.as_str(), revision)]), "acknowledged, seed {seed}");
                }
            }
            Told::NotRecorded { ids, as_what } => {
                refused += 1;
                assert!(ids.iter().all(|id| !found.contains_key(id)), "told as {as_what}, and it is there: seed {seed}");
            }
        }
    }
    assert_eq!(log.len(), recorded, "nothing is there that nobody was told of, seed {seed}");
    assert!(recorded > 100 && refused > 10, "{recorded} recorded, {refused} refused");
}

async fn write(node: Arc<KurrentLedger>, enough: Arc<AtomicBool>, mut dice: Dice) -> Vec<Told> {
    let mut told = Vec::new();
    let mut lasts: HashMap<String, Option<u64>> = HashMap::new();
    while !enough.load(Ordering::SeqCst) {
        let stream = format!("contended-{}", dice.below(STREAMS as u64));
        let last = lasts.entry(stream.clone()).or_default();
        let expected = last.map_or(Expected::NoStream, Expected::Exact);
        let events: Vec<NewEvent> = (0..=dice.below(3)).map(|_| new_event("contended")).collect();
        let ids: Vec<Uuid> = events.iter().map(|event| event.id).collect();
        let begun = Instant::now();
        let mut unknown = false;
        let answer = loop {
            match node.append(&stream, expected, events.clone()).await {
                // Unchanged, until it is certain.
                Err(LedgerError::OutcomeUnknown { .. }) => unknown = true,
                // This call has written nothing, which says nothing of the one before.
                Err(LedgerError::Unavailable { retry: true, .. }) if unknown => {}
                answer => break answer,
            }
            assert!(begun.elapsed() < NEVER, "it never becomes certain");
        };
        told.push(match answer {
            Ok(appended) => {
                assert_eq!(Some(appended.revision), expected.first_revision().checked_add(ids.len() as u64 - 1));
                *last = Some(appended.revision);
                Told::Recorded { stream, revision: appended.revision, ids }
            }
            Err(LedgerError::Conflict { actual, .. }) => {
                assert_ne!(actual, *last, "a conflict with what was expected");
                *last = actual;
                // Whoever decides again reads why, at once.
                let there = node.read_stream(&stream, 0, usize::MAX).await.expect("it can be read").len() as u64;
                assert!(Some(there) > actual, "{there} events are here, and the conflict is with revision {actual:?}");
                Told::NotRecorded { ids, as_what: format!("a conflict with {actual:?}, unknown before: {unknown}") }
            }
            Err(LedgerError::Unavailable { retry: true, what }) => Told::NotRecorded { ids, as_what: what },
            Err(error) => panic!("no failure of the cluster is told so: {error}"),
        });
        tokio::time::sleep(Duration::from_millis(dice.below(15))).await;
    }
    told
}

async fn fail(cluster: &Cluster, mut dice: Dice, lasts: Duration) {
    const FAULTS: [Fault; 10] = [
        Fault::DropAck,
        Fault::Abort,
        Fault::AbortAfter,
        Fault::Cut,
        Fault::NotLeader,
        Fault::NotReady,
        Fault::Overloaded,
        Fault::EndSubscriptions,
        Fault::SlowConsumer,
        Fault::FellBehind,
    ];
    let begun = Instant::now();
    let mut rounds = 0_u32;
    while begun.elapsed() < lasts {
        let fault = FAULTS[dice.below(FAULTS.len() as u64) as usize];
        cluster.fault(fault, 1 + dice.below(2) as usize);
        tokio::time::sleep(Duration::from_millis(100 + dice.below(500))).await;
        rounds += 1;
        if rounds.is_multiple_of(8) {
            match dice.below(3) {
                0 => cluster.resign(),
                1 => {
                    let leader = cluster.elected().await;
                    cluster.kill(leader).await;
                    tokio::time::sleep(Duration::from_millis(dice.below(1_500))).await;
                    cluster.restart(leader).await;
                }
                _ => {
                    let leader = cluster.elected().await;
                    cluster.freeze(leader);
                    tokio::time::sleep(Duration::from_millis(dice.below(2_500))).await;
                    cluster.thaw(leader);
                }
            }
        }
    }
    cluster.mend();
}

/// Numbers that look like chance and are the same for the same seed: a linear congruential generator.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
