//! Cases about one append: revisions, conflicts, all or nothing, what is refused, racing writers.

use std::sync::Arc;

use bytes::Bytes;

use super::{Case, Harness, append_singly, assert_conflict, assert_holds, filled_stream, new_event, new_events, new_stream, whole_stream};
use crate::port::{EVENT_OVERHEAD, Expected, LedgerError, MAX_APPEND, MAX_LINE, NewEvent};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case { name: "revisions count from 0 in each stream", run: |h| Box::pin(revisions(h)) },
        Case { name: "a stale expectation is refused with the actual revision", run: |h| Box::pin(conflicts(h)) },
        Case { name: "a new stream is new only once", run: |h| Box::pin(no_stream(h)) },
        Case { name: "a batch is recorded whole and in order", run: |h| Box::pin(batches(h)) },
        Case { name: "a refused batch leaves nothing", run: |h| Box::pin(refused_batches(h)) },
        Case { name: "a conflict does not fail its neighbours", run: |h| Box::pin(neighbours(h)) },
        Case { name: "of writers who race exactly one wins", run: |h| Box::pin(one_winner(h)) },
        Case { name: "racing writers lose no event", run: |h| Box::pin(no_lost_event(h)) },
        Case { name: "a line that is too long is refused before anything is written", run: |h| Box::pin(too_large(h)) },
        Case { name: "an append that is too large is refused and leaves nothing", run: |h| Box::pin(too_large_together(h)) },
        Case { name: "an append without events or stream, or of an endless type, is refused", run: |h| Box::pin(senseless(h)) },
    ]
}

async fn revisions(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    for what in ["first", "second"] {
        let stream = new_stream(what);
        let events = new_events(5);
        let appended = append_singly(&*ledger, &stream, &events).await;
        let revisions: Vec<u64> = appended.iter().map(|appended| appended.revision).collect();
        assert_eq!(revisions, [0, 1, 2, 3, 4]);
        assert_holds(&*ledger, &stream, &events).await;
    }
}

async fn conflicts(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, events) = filled_stream(&*ledger, "conflicts", 3).await;
    for wrong in [0, 1, 3, 4, 1_000_000, u64::MAX] {
        let expected = Expected::Exact(wrong);
        let result = ledger.append(&stream, expected, vec![new_event("stale")]).await;
        assert_conflict(result, &stream, expected, Some(2));
    }
    let result = ledger.append(&stream, Expected::NoStream, vec![new_event("stale")]).await;
    assert_conflict(result, &stream, Expected::NoStream, Some(2));
    assert_holds(&*ledger, &stream, &events).await;
}

async fn no_stream(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("no-stream");
    let result = ledger.append(&stream, Expected::Exact(0), vec![new_event("early")]).await;
    assert_conflict(result, &stream, Expected::Exact(0), None);
    assert_eq!(whole_stream(&*ledger, &stream).await, []);

    let first = new_event("first");
    let appended = ledger.append(&stream, Expected::NoStream, vec![first.clone()]).await.expect("the stream is new");
    assert_eq!(appended.revision, 0);
    let result = ledger.append(&stream, Expected::NoStream, vec![new_event("second")]).await;
    assert_conflict(result, &stream, Expected::NoStream, Some(0));
    assert_holds(&*ledger, &stream, &[first]).await;
}

async fn batches(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("batches");
    let events = new_events(120);
    let first = ledger.append(&stream, Expected::NoStream, events[..50].to_vec()).await.expect("first batch");
    assert_eq!(first.revision, 49);
    let second = ledger.append(&stream, Expected::Exact(49), events[50..].to_vec()).await.expect("second batch");
    assert_eq!(second.revision, 119);
    assert_holds(&*ledger, &stream, &events).await;

    // One batch lies together: nobody's event comes between.
    let positions: Vec<u64> = whole_stream(&*ledger, &stream).await[50..].iter().map(|event| event.position).collect();
    let last = ledger.await_position(second.token).await.expect("the position of the batch");
    assert_eq!(positions, (last - 69..=last).collect::<Vec<_>>());
}

async fn refused_batches(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, mut events) = filled_stream(&*ledger, "refused-batches", 2).await;
    let used = events[0].clone();

    // The last of three has an id that is used elsewhere.
    let other = new_stream("refused-batches");
    let batch = vec![new_event("one"), new_event("two"), used.clone()];
    let result = ledger.append(&other, Expected::NoStream, batch.clone()).await;
    assert_eq!(result, Err(LedgerError::IdReused { id: used.id, stream: stream.clone(), revision: 0 }));
    assert_eq!(whole_stream(&*ledger, &other).await, []);

    // The stream and the ids of the first two are as if nothing had happened.
    ledger.append(&other, Expected::NoStream, batch[..2].to_vec()).await.expect("the stream is still new");
    assert_holds(&*ledger, &other, &batch[..2]).await;

    // In its own stream, at another place, an id is refused as well.
    let result = ledger.append(&stream, Expected::Exact(1), vec![used.clone()]).await;
    assert_eq!(result, Err(LedgerError::IdReused { id: used.id, stream: stream.clone(), revision: 0 }));
    let next = new_event("next");
    ledger.append(&stream, Expected::Exact(1), vec![next.clone()]).await.expect("the stream has not moved");
    events.push(next);
    assert_holds(&*ledger, &stream, &events).await;
}

async fn neighbours(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, mut events) = filled_stream(&*ledger, "neighbours", 1).await;
    let good = new_events(40);
    let mut queued = Vec::new();
    for (index, event) in good.iter().enumerate() {
        let revision = index as u64;
        queued.push((true, ledger.append(&stream, Expected::Exact(revision), vec![event.clone()])));
        queued.push((false, ledger.append(&stream, Expected::Exact(revision), new_events(2))));
        queued.push((false, ledger.append(&new_stream("neighbours"), Expected::NoStream, vec![event.clone()])));
    }
    for (good, append) in queued {
        assert_eq!(append.await.is_ok(), good);
    }
    events.extend(good);
    assert_holds(&*ledger, &stream, &events).await;
}

async fn one_winner(harness: Arc<dyn Harness>) {
    let (stream, mut events) = filled_stream(&*harness.ledger(), "one-winner", 1).await;
    for revision in 0..10 {
        let racers: Vec<_> = (0..16)
            .map(|_| {
                let (ledger, stream, event) = (harness.ledger(), stream.clone(), new_event("racer"));
                tokio::spawn(async move {
                    let result = ledger.append(&stream, Expected::Exact(revision), vec![event.clone()]).await;
                    (event, result)
                })
            })
            .collect();
        let mut winners = Vec::new();
        for racer in racers {
            let (event, result) = racer.await.expect("a racer ends");
            match result {
                Ok(appended) => winners.push((event, appended.revision)),
                Err(error) => assert_conflict(Err(error), &stream, Expected::Exact(revision), Some(revision + 1)),
            }
        }
        assert_eq!(winners.len(), 1, "winners at revision {revision}");
        assert_eq!(winners[0].1, revision + 1);
        events.push(winners.remove(0).0);
    }
    assert_holds(&*harness.ledger(), &stream, &events).await;
}

async fn no_lost_event(harness: Arc<dyn Harness>) {
    const WRITERS: usize = 8;
    const EACH: usize = 25;
    let stream = new_stream("no-lost-event");
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (ledger, stream) = (harness.ledger(), stream.clone());
            tokio::spawn(async move {
                let mut expected = Expected::NoStream;
                let events = new_events(EACH);
                for event in &events {
                    loop {
                        match ledger.append(&stream, expected, vec![event.clone()]).await {
                            Ok(appended) => {
                                expected = Expected::Exact(appended.revision);
                                break;
                            }
                            Err(LedgerError::Conflict { actual, .. }) => {
                                expected = actual.map_or(Expected::NoStream, Expected::Exact);
                            }
                            Err(error) => panic!("a racing writer is refused: {error}"),
                        }
                    }
                }
                events
            })
        })
        .collect();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.expect("a writer ends").into_iter().map(|event| event.id));
    }
    let mut recorded: Vec<_> = whole_stream(&*harness.ledger(), &stream).await.iter().map(|event| event.id).collect();
    recorded.sort();
    acknowledged.sort();
    assert_eq!(recorded.len(), WRITERS * EACH);
    assert_eq!(recorded, acknowledged);
}

async fn too_large(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("too-large");
    let mut long = new_event("long");
    long.line = Bytes::from(vec![b'x'; MAX_LINE + 1]);
    let result = ledger.append(&stream, Expected::NoStream, vec![new_event("short"), long.clone()]).await;
    assert_eq!(result, Err(LedgerError::TooLarge { bytes: MAX_LINE + 1 }));
    assert_eq!(whole_stream(&*ledger, &stream).await, []);

    long.line.truncate(MAX_LINE);
    ledger.append(&stream, Expected::NoStream, vec![long.clone()]).await.expect("the longest line is accepted");
    assert_holds(&*ledger, &stream, &[long]).await;
}

async fn too_large_together(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let with_line = |length| NewEvent { line: Bytes::from(vec![b'x'; length]), ..new_event("large") };
    let full = MAX_LINE + EVENT_OVERHEAD;
    // As large as an append may be, once of few long lines and once of many short ones.
    let mut long: Vec<NewEvent> = (0..MAX_APPEND / full).map(|_| with_line(MAX_LINE)).collect();
    long.push(with_line(MAX_APPEND % full - EVENT_OVERHEAD));
    let mut short: Vec<NewEvent> = (0..MAX_APPEND / EVENT_OVERHEAD).map(|_| with_line(0)).collect();
    short[0] = with_line(MAX_APPEND % EVENT_OVERHEAD);
    for mut events in [long, short] {
        let stream = new_stream("too-large-together");
        let mut larger = events.clone();
        larger[0].line = Bytes::from([&larger[0].line[..], b"x"].concat());
        if larger[0].line.len() > MAX_LINE {
            larger.swap_remove(0);
            larger.push(with_line(MAX_LINE));
            larger.push(with_line(0));
        }
        let bytes = larger.iter().map(|event| event.line.len() + EVENT_OVERHEAD).sum();
        assert_eq!(ledger.append(&stream, Expected::NoStream, larger).await, Err(LedgerError::AppendTooLarge { bytes }));
        assert_eq!(whole_stream(&*ledger, &stream).await, []);

        let last = events.len() as u64 - 1;
        let appended = ledger.append(&stream, Expected::NoStream, events.clone()).await.expect("the largest append is accepted");
        assert_eq!(appended.revision, last);
        let next = new_event("next");
        ledger.append(&stream, Expected::Exact(last), vec![next.clone()]).await.expect("the stream goes on");
        events.push(next);
        assert_holds(&*ledger, &stream, &events).await;
    }
}

async fn senseless(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, events) = filled_stream(&*ledger, "senseless", 1).await;
    let twice = new_event("twice");
    let mut wordy = new_event("wordy");
    wordy.event_type = "t".repeat(101);
    for result in [
        ledger.append(&stream, Expected::Exact(0), Vec::new()).await,
        ledger.append(&stream, Expected::Exact(0), vec![twice.clone(), twice]).await,
        ledger.append("", Expected::NoStream, vec![new_event("nowhere")]).await,
        ledger.append(&stream, Expected::Exact(0), vec![wordy]).await,
    ] {
        assert!(matches!(result, Err(LedgerError::Refused { .. })), "{result:?}");
    }
    assert_holds(&*ledger, &stream, &events).await;
}
