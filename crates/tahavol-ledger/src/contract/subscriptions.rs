//! Cases about subscriptions: history, then live, without gap or repeat.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{Case, Harness, expected, filled_stream, new_event, new_events, new_stream};
use crate::port::{Expected, Ledger, Recorded};

/// Longer than any delivery takes; reached only when one is lost.
const LOST: Duration = Duration::from_secs(60);

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "a subscription goes from history into live without gap or repeat while writers run",
            run: |h| Box::pin(history_into_live(h)),
        },
        Case { name: "subscriptions from different positions see the same log", run: |h| Box::pin(many(h)) },
        Case { name: "a subscription from ahead of the log starts there", run: |h| Box::pin(from_ahead(h)) },
        Case { name: "a slow subscriber misses nothing", run: |h| Box::pin(slow(h)) },
        Case { name: "a subscription ends when the ledger is closed", run: |h| Box::pin(ends(h)) },
    ]
}

async fn history_into_live(harness: Arc<dyn Harness>) {
    const WRITERS: usize = 4;
    const EACH: usize = 150;
    filled_stream(&*harness.ledger(), "history", 700).await;
    let mut subscription = harness.ledger().subscribe(None);
    let writers: Vec<_> = (0..WRITERS).map(|_| spawn_writer(harness.ledger(), EACH)).collect();
    let mut writing = tokio::spawn(async move {
        let mut written = Vec::new();
        for writer in writers {
            written.extend(writer.await.expect("a writer ends"));
        }
        written
    });
    let mut seen = Vec::new();
    let mut seen_ids = HashSet::new();
    let mut written: Option<Vec<Uuid>> = None;
    while !written.as_ref().is_some_and(|ids| ids.iter().all(|id| seen_ids.contains(id))) {
        tokio::select! {
            event = next(&mut subscription) => {
                seen_ids.insert(event.id);
                seen.push(event);
            }
            ids = &mut writing, if written.is_none() => written = Some(ids.expect("the writers end")),
        }
    }
    assert_eq!(seen_ids.len(), seen.len());
    assert_dense(&seen, 0);
    assert_as_read(&*harness.ledger(), &seen).await;
}

async fn many(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, _) = filled_stream(&*ledger, "many", 30).await;
    let start = ledger.read_stream(&stream, 0, 1).await.expect("the stream")[0].position;
    let starts = [None, Some(0), start.checked_sub(1), Some(start), Some(start + 10), ledger.head().await.expect("head")];
    let subscriptions: Vec<_> = starts.iter().map(|after| (*after, ledger.subscribe(*after))).collect();
    let written = spawn_writer(harness.ledger(), 40).await.expect("the writer ends");
    let last = *written.last().expect("it has written");
    for (after, mut subscription) in subscriptions {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|event: &Recorded| event.id != last) {
            seen.push(next(&mut subscription).await);
        }
        assert_dense(&seen, after.map_or(0, |position| position + 1));
        assert_as_read(&*ledger, &seen).await;
    }
}

async fn from_ahead(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    filled_stream(&*ledger, "ahead", 1).await;
    let head = ledger.head().await.expect("the head").expect("the log is not empty");
    let ahead = head + 20;
    let mut subscription = ledger.subscribe(Some(ahead));
    ledger.append(&new_stream("ahead"), Expected::NoStream, new_events(40)).await.expect("events up to there");
    assert_eq!(next(&mut subscription).await.position, ahead + 1);
}

async fn slow(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let mut subscription = ledger.subscribe(ledger.head().await.expect("the head"));
    let first = spawn_writer(harness.ledger(), 1).await.expect("the writer ends");
    let mut seen = vec![next(&mut subscription).await];
    // Far more than any buffer between writer and subscriber holds.
    for _ in 0..20 {
        let stream = new_stream("slow");
        ledger.append(&stream, Expected::NoStream, new_events(200)).await.expect("events while nobody reads");
    }
    let last = spawn_writer(harness.ledger(), 1).await.expect("the writer ends");
    while seen.last().is_none_or(|event| event.id != last[0]) {
        seen.push(next(&mut subscription).await);
    }
    assert!(seen.iter().any(|event| event.id == first[0]));
    assert!(seen.len() >= 4_002);
    assert_dense(&seen, seen[0].position);
}

async fn ends(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("ends");
    let event = new_event("last");
    ledger.append(&stream, Expected::NoStream, vec![event.clone()]).await.expect("an event");
    let subscription = ledger.subscribe(None);
    drop(ledger);
    harness.restart().await;
    let seen: Vec<_> = tokio::time::timeout(LOST, subscription.collect::<Vec<_>>()).await.expect("it ends");
    let seen: Vec<Recorded> = seen.into_iter().map(|item| item.expect("it ends without an error")).collect();
    assert_dense(&seen, 0);
    assert!(seen.iter().any(|seen| seen.id == event.id), "what was committed is delivered before the end");
}

/// Appends to a stream of its own, one by one; answers the ids.
fn spawn_writer(ledger: Arc<dyn Ledger>, count: usize) -> JoinHandle<Vec<Uuid>> {
    tokio::spawn(async move {
        let stream = new_stream("writer");
        let events = new_events(count);
        for (revision, event) in events.iter().enumerate() {
            ledger.append(&stream, expected(revision as u64), vec![event.clone()]).await.expect("an event");
        }
        events.iter().map(|event| event.id).collect()
    })
}

async fn next(subscription: &mut futures_util::stream::BoxStream<'static, Result<Recorded, crate::LedgerError>>) -> Recorded {
    tokio::time::timeout(LOST, subscription.next().map(|item| item.expect("the subscription goes on")))
        .await
        .expect("the next event comes")
        .expect("the next event can be read")
}

fn assert_dense(seen: &[Recorded], first: u64) {
    for (index, event) in seen.iter().enumerate() {
        assert_eq!(event.position, first + index as u64, "a gap or a repeat");
    }
}

/// A subscription tells what reading tells.
async fn assert_as_read(ledger: &dyn Ledger, seen: &[Recorded]) {
    let after = seen[0].position.checked_sub(1);
    assert_eq!(ledger.read_all(after, seen.len()).await.as_deref(), Ok(seen));
}
