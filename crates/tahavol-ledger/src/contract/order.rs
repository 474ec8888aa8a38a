//! Cases about the one order over all streams.

use std::sync::Arc;

use super::{Case, Harness, append_singly, assert_holds, expected, filled_stream, new_events, new_stream, whole_stream};
use crate::port::{Expected, Ledger, Recorded};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case { name: "positions are dense from 0", run: |h| Box::pin(dense(h)) },
        Case { name: "the log is read in order from every position", run: |h| Box::pin(from_every_position(h)) },
        Case { name: "appends are recorded in the order of the calls", run: |h| Box::pin(order_of_calls(h)) },
        Case { name: "an append that nobody awaits is recorded", run: |h| Box::pin(nobody_awaits(h)) },
        Case { name: "a restart changes nothing", run: |h| Box::pin(restart(h)) },
        Case { name: "the head is the last position and never goes back", run: |h| Box::pin(head(h)) },
    ]
}

async fn dense(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    filled_stream(&*ledger, "dense", 50).await;
    let log = whole_log(&*ledger, 1_000).await;
    assert!(log.len() >= 50);
    for (index, event) in log.iter().enumerate() {
        assert_eq!(event.position, index as u64);
        assert_eq!(event.leaf_hash, crate::merkle::leaf_hash(&event.line));
    }
}

async fn from_every_position(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (one, other) = (new_stream("one"), new_stream("other"));
    let (events, others) = (new_events(60), new_events(60));
    for index in 0..60 {
        let now = expected(index as u64);
        ledger.append(&one, now, vec![events[index].clone()]).await.expect("an event");
        ledger.append(&other, now, vec![others[index].clone()]).await.expect("an event of the other");
    }
    let log = whole_log(&*ledger, 97).await;
    let first = whole_stream(&*ledger, &one).await[0].position as usize;
    for start in first..log.len() {
        let after = (start as u64).checked_sub(1);
        for limit in [1, 5] {
            let page = ledger.read_all(after, limit).await.expect("a page");
            let known = &log[start..log.len().min(start + limit)];
            assert_eq!(&page[..known.len()], known, "after {after:?}");
            assert!(page.len() <= limit);
        }
    }
    assert_eq!(ledger.read_all(Some(u64::MAX), 10).await, Ok(Vec::new()));
    assert_eq!(ledger.read_all(None, 0).await, Ok(Vec::new()));
    let of_one: Vec<_> = log.iter().filter(|event| *event.stream == *one).map(|event| event.id).collect();
    assert_eq!(of_one, events.iter().map(|event| event.id).collect::<Vec<_>>());
}

async fn order_of_calls(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let streams = [new_stream("a"), new_stream("b"), new_stream("c")];
    let events = new_events(900);
    // Futures are made in order and polled in the opposite one.
    let mut queued: Vec<_> =
        events.iter().enumerate().map(|(n, event)| ledger.append(&streams[n % 3], expected((n / 3) as u64), vec![event.clone()])).collect();
    queued.reverse();
    for append in queued {
        append.await.expect("an append in order is recorded");
    }
    let mut recorded = Vec::new();
    for stream in &streams {
        recorded.extend(whole_stream(&*ledger, stream).await);
    }
    recorded.sort_by_key(|event| event.position);
    let ids: Vec<_> = recorded.iter().map(|event| event.id).collect();
    assert_eq!(ids, events.iter().map(|event| event.id).collect::<Vec<_>>());
}

async fn nobody_awaits(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("nobody-awaits");
    let events = new_events(3);
    drop(ledger.append(&stream, Expected::NoStream, vec![events[0].clone()]));
    drop(ledger.append(&stream, Expected::Exact(0), vec![events[1].clone()]));
    ledger.append(&stream, Expected::Exact(1), vec![events[2].clone()]).await.expect("it finds both before it");
    assert_holds(&*ledger, &stream, &events).await;
}

async fn restart(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, mut events) = filled_stream(&*ledger, "restart", 20).await;
    let log = whole_log(&*ledger, 1_000).await;
    drop(ledger);
    harness.restart().await;
    let ledger = harness.ledger();
    let again = whole_log(&*ledger, 1_000).await;
    assert_eq!(again[..log.len()], log[..]);
    let more = new_events(1);
    ledger.append(&stream, Expected::Exact(19), more.clone()).await.expect("the stream goes on");
    events.extend(more);
    assert_holds(&*ledger, &stream, &events).await;
}

async fn head(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("head");
    let mut before = ledger.head().await.expect("the head");
    for event in new_events(20).into_iter().enumerate() {
        let appended = append_singly_at(&*ledger, &stream, event).await;
        let head = ledger.head().await.expect("the head");
        assert!(head >= Some(appended) && Some(appended) > before, "{before:?} {appended} {head:?}");
        before = head;
    }
    let after_it = ledger.read_all(before, 1).await.expect("the next").first().map(|event| event.position);
    assert!(after_it.is_none_or(|next| Some(next) == before.map(|head| head + 1)));
}

async fn append_singly_at(ledger: &dyn Ledger, stream: &str, event: (usize, crate::port::NewEvent)) -> u64 {
    let (revision, event) = event;
    if revision == 0 {
        let appended = append_singly(ledger, stream, &[event]).await;
        return ledger.await_position(appended[0].token).await.expect("its position");
    }
    let appended = ledger.append(stream, expected(revision as u64), vec![event]).await.expect("an event");
    ledger.await_position(appended.token).await.expect("its position")
}

/// Everything up to some moment, read page by page.
async fn whole_log(ledger: &dyn Ledger, page: usize) -> Vec<Recorded> {
    let end = ledger.head().await.expect("the head");
    let mut log: Vec<Recorded> = Vec::new();
    while log.last().map(|event| event.position) < end {
        let after = log.last().map(|event| event.position);
        let events = ledger.read_all(after, page).await.expect("a page");
        assert!(!events.is_empty() && events.len() <= page, "a page before the head");
        log.extend(events);
    }
    log
}
