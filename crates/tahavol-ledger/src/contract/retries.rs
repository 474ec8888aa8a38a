//! Cases about appending again what may already be there.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Case, Harness, append_singly, assert_conflict, assert_holds, expected, filled_stream, new_event, new_events, new_stream, whole_stream,
};
use crate::port::{Expected, Ledger, NewEvent};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case { name: "a retry answers what the first append answered", run: |h| Box::pin(retries(h)) },
        Case { name: "a retried batch answers what the first append answered", run: |h| Box::pin(batch(h)) },
        Case { name: "a retry is known after 10,000 more events and a restart", run: |h| Box::pin(after_ten_thousand(h)) },
        Case { name: "a retry with other lines leaves the first ones", run: |h| Box::pin(other_lines(h)) },
        Case { name: "a retry that is only partly there is a conflict", run: |h| Box::pin(partly_there(h)) },
        Case { name: "retries that race record the event once", run: |h| Box::pin(racing_retries(h)) },
    ]
}

async fn retries(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("retries");
    let events = new_events(4);
    let first = append_singly(&*ledger, &stream, &events).await;
    for _ in 0..2 {
        let again = append_singly(&*ledger, &stream, &events).await;
        assert_eq!(again, first);
        assert_holds(&*ledger, &stream, &events).await;
    }
}

async fn batch(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, mut events) = filled_stream(&*ledger, "retried-batch", 2).await;
    let batch = new_events(30);
    let first = ledger.append(&stream, Expected::Exact(1), batch.clone()).await.expect("the batch");
    let position = ledger.await_position(first.token).await.expect("its position");
    let later = new_event("later");
    ledger.append(&stream, Expected::Exact(31), vec![later.clone()]).await.expect("a later event");

    let again = ledger.append(&stream, Expected::Exact(1), batch.clone()).await.expect("the batch again");
    assert_eq!(again, first);
    assert_eq!(ledger.await_position(again.token).await, Ok(position));
    events.extend(batch);
    events.push(later);
    assert_holds(&*ledger, &stream, &events).await;
}

async fn after_ten_thousand(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("old-retry");
    let events = new_events(3);
    let first = append_singly(&*ledger, &stream, &events).await;
    for _ in 0..100 {
        let others = new_stream("others");
        ledger.append(&others, Expected::NoStream, new_events(100)).await.expect("events of others");
    }
    let positions = positions(&*ledger, &stream).await;
    drop(ledger);

    harness.restart().await;
    let ledger = harness.ledger();
    for (revision, event) in events.iter().enumerate() {
        let revision = revision as u64;
        let again = ledger.append(&stream, expected(revision), vec![event.clone()]).await.expect("a retry");
        assert_eq!(again.revision, first[revision as usize].revision);
        assert_eq!(ledger.await_position(again.token).await, Ok(positions[revision as usize]));
    }
    assert_holds(&*ledger, &stream, &events).await;
    let used_elsewhere = ledger.append(&new_stream("old-retry"), Expected::NoStream, vec![events[1].clone()]).await;
    assert!(used_elsewhere.is_err(), "an old id is accepted at another place");
}

async fn other_lines(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, events) = filled_stream(&*ledger, "other-lines", 2).await;
    let changed = NewEvent { line: Bytes::from_static(b"{\"time\":\"later\"}"), ..events[1].clone() };
    let again = ledger.append(&stream, Expected::Exact(0), vec![changed]).await.expect("a retry");
    assert_eq!(again.revision, 1);
    assert_holds(&*ledger, &stream, &events).await;
}

async fn partly_there(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, events) = filled_stream(&*ledger, "partly-there", 3).await;
    let longer = vec![events[2].clone(), new_event("new")];
    let result = ledger.append(&stream, Expected::Exact(1), longer).await;
    assert_conflict(result, &stream, Expected::Exact(1), Some(2));
    let mixed = vec![events[1].clone(), new_event("new")];
    let result = ledger.append(&stream, Expected::Exact(0), mixed).await;
    assert_conflict(result, &stream, Expected::Exact(0), Some(2));
    assert_holds(&*ledger, &stream, &events).await;
}

async fn racing_retries(harness: Arc<dyn Harness>) {
    let (stream, mut events) = filled_stream(&*harness.ledger(), "racing-retries", 1).await;
    let event = new_event("once");
    let retries: Vec<_> = (0..16)
        .map(|_| {
            let (ledger, stream, event) = (harness.ledger(), stream.clone(), event.clone());
            tokio::spawn(async move { ledger.append(&stream, Expected::Exact(0), vec![event]).await })
        })
        .collect();
    let mut answers = Vec::new();
    for retry in retries {
        answers.push(retry.await.expect("a retry ends").expect("every retry is answered"));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    events.push(event);
    assert_holds(&*harness.ledger(), &stream, &events).await;
}

async fn positions(ledger: &dyn Ledger, stream: &str) -> Vec<u64> {
    whole_stream(ledger, stream).await.iter().map(|event| event.position).collect()
}
