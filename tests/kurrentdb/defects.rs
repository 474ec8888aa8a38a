//! What the official client of version 1.2.0 does wrong, case by case, and that the ledger over it goes on all the same.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use tahavol_ledger::contract::{new_event, new_stream};
use tahavol_ledger::{Expected, Ledger, LedgerError, Link, NewEvent, NotConnected};
use tahavol_ledger_kurrentdb::{KurrentLedger, Limits};
use tahavol_tests::kurrent::Fault;
use uuid::Uuid;

use crate::support::{NEVER, Site, append_surely, begin, ids, limits, until, until_sound};

/// Service is back so soon after the servers are.
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// Defect: after a leader change the same client fails every call, while a fresh one works at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_leader_change_the_same_ledger_appends() {
    let site = Site::of(3).await;
    let ledger = site.open("a").await;
    begin(&*ledger, &new_stream("before")).await;
    for _ in 0..2 {
        let leader = site.cluster.leader();
        site.cluster.kill(leader).await;
        let begun = Instant::now();
        let stream = new_stream("after");
        append_surely(&*ledger, &stream, Expected::NoStream, &new_event("after")).await;
        assert!(begun.elapsed() < BACK_WITHIN, "{:?}", begun.elapsed());
        site.cluster.restart(leader).await;
        site.cluster.elected().await;
    }
}

/// Defect: a subscription that retries for ever does not resume within 15 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_leader_change_the_subscription_resumes() {
    let site = Site::of(3).await;
    let (ledger, other) = (site.open("a").await, site.open("b").await);
    begin(&*ledger, &new_stream("before")).await;
    let head = ledger.head().await.expect("a head");
    let mut subscription = ledger.subscribe(head);
    site.cluster.kill(site.cluster.leader()).await;
    let event = new_event("after");
    // Through the other node, so that what arrives here can only have come by the subscription.
    append_surely(&*other, &new_stream("after"), Expected::NoStream, &event).await;
    let told = tokio::time::timeout(BACK_WITHIN, subscription.next()).await.expect("it resumes in time");
    assert_eq!(told.expect("it goes on").expect("without an error").id, event.id);
}

/// Defect: a first call while the server is down kills the client for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_was_opened_while_the_server_was_down_comes_to_life() {
    let site = Site::of(1).await;
    site.cluster.kill(0).await;
    let refused = site.not_opened("a").await;
    assert!(matches!(refused, LedgerError::NotConnected { .. }), "{refused}");
    let ledger = Arc::new(KurrentLedger::open_behind(&site.address(), site.options("a")).await.expect("it serves what it has"));
    until("the loss is told", || matches!(ledger.condition().link, Link::Lost { .. })).await;
    let early = tokio::spawn({
        let ledger = Arc::clone(&ledger);
        async move { append_surely(&*ledger, &new_stream("early"), Expected::NoStream, &new_event("early")).await }
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    site.cluster.restart(0).await;
    let begun = Instant::now();
    until_sound(&*ledger).await;
    early.await.expect("what was asked for meanwhile is recorded");
    assert!(begun.elapsed() < BACK_WITHIN, "{:?}", begun.elapsed());
}

/// Defect: a frozen server holds an append for 20 s, because its deadline is only a header.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_holds_an_append_no_longer_than_our_own_limit() {
    let site = Site::of(1).await;
    let limits = Limits { call: Duration::from_secs(1), patience: Duration::from_secs(3), ..limits() };
    let ledger = site.open_with("a", limits).await;
    begin(&*ledger, &new_stream("before")).await;
    site.cluster.freeze(0);
    let begun = Instant::now();
    let (stream, event) = (new_stream("frozen"), new_event("frozen"));
    let answer = ledger.append(&stream, Expected::NoStream, vec![event.clone()]).await;
    assert!(matches!(answer, Err(LedgerError::OutcomeUnknown { .. } | LedgerError::Unavailable { retry: true, .. })), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    site.cluster.thaw(0);
    append_surely(&*ledger, &stream, Expected::NoStream, &event).await;
    assert_eq!(ids(&*ledger, &stream).await, [event.id]);
}

/// The same in opening and closing: nothing of ours waits for a server that will not answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_holds_up_neither_opening_nor_closing() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    begin(&*ledger, &new_stream("before")).await;
    site.cluster.freeze(0);
    let begun = Instant::now();
    let refused = site.not_opened("b").await;
    assert!(matches!(refused, LedgerError::NotConnected { kind: NotConnected::Unreachable, .. }), "{refused:?}");
    assert!(begun.elapsed() < BACK_WITHIN, "{:?}", begun.elapsed());
    let begun = Instant::now();
    ledger.close().await.expect("it closes");
    assert!(begun.elapsed() < BACK_WITHIN, "{:?}", begun.elapsed());
}

/// Defect: a subscription that the server ends cleanly spins without ever giving its thread back. On one thread nothing
/// else would run any more, so this one is watched from another.
#[test]
fn a_subscription_that_is_ended_cleanly_does_not_spin() {
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let bench = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime starts");
        let site = bench.block_on(Site::of(1));
        let ours = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        ours.block_on(async {
            let ledger = site.open("a").await;
            for _ in 0..3 {
                begin(&*ledger, &new_stream("before")).await;
                site.cluster.fault(Fault::EndSubscriptions, 1);
                // Timers go on, and so does the subscription.
                tokio::time::sleep(Duration::from_millis(300)).await;
                begin(&*ledger, &new_stream("after")).await;
                until_sound(&*ledger).await;
            }
            ledger.close().await.expect("it closes");
        });
        let _ = done.send(());
    });
    assert!(ended.recv_timeout(NEVER).is_ok(), "it hangs, or failed: see above");
}

/// Defect: one conflict ends a batch-append session, so that what was sent behind it is without an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflicts_between_appends_do_not_fail_those_behind_them() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let stream = new_stream("conflicts");
    begin(&*ledger, &stream).await;
    let events: Vec<NewEvent> = (0..60).map(|_| new_event("good")).collect();
    let mut queued = Vec::new();
    for (event, revision) in events.iter().zip(0..) {
        queued.push((true, ledger.append(&stream, Expected::Exact(revision), vec![event.clone()])));
        if revision % 4 == 0 {
            queued.push((false, ledger.append(&stream, Expected::Exact(revision + 1_000), vec![new_event("ahead")])));
        }
    }
    for (good, append) in queued {
        let answer = append.await;
        match (good, &answer) {
            (true, Ok(_)) | (false, Err(LedgerError::Conflict { .. })) => {}
            _ => panic!("good: {good}, and answered {answer:?}"),
        }
    }
    let recorded: Vec<Uuid> = ids(&*ledger, &stream).await.split_off(1);
    assert_eq!(recorded, events.iter().map(|event| event.id).collect::<Vec<_>>());
}

/// Defect: the default retry gives up on an outage of three seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_outlives_an_outage_of_three_seconds() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    begin(&*ledger, &new_stream("before")).await;
    site.cluster.kill(0).await;
    let stream = new_stream("outage");
    let event = new_event("outage");
    // Asked once: the caller need not know of the outage.
    let append = ledger.append(&stream, Expected::NoStream, vec![event.clone()]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    site.cluster.restart(0).await;
    let answer = tokio::time::timeout(NEVER, append).await.expect("it is answered");
    assert_eq!(answer.map(|appended| appended.revision), Ok(0));
    assert_eq!(ids(&*ledger, &stream).await, [event.id]);
}

/// Defect: `created` is cut to whole seconds. Our time of recording is in the line, which comes back byte for byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_of_recording_is_that_of_the_line_to_the_microsecond() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let stream = new_stream("time");
    let line = Bytes::from_static(br#"{"id":"x","time":"2026-06-01T08:00:00.123456Z"}"#);
    let event = NewEvent { line: line.clone(), ..new_event("time") };
    ledger.append(&stream, Expected::NoStream, vec![event]).await.expect("it is recorded");
    let other = site.open("b").await;
    other.catch_up(NEVER).await.expect("it catches up");
    assert_eq!(other.read_stream(&stream, 0, 1).await.expect("it can be read")[0].line, line);
}
