//! Cases about reading back: bytes as they were, pages of a stream, one's own append.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Case, Harness, assert_holds, expected, filled_stream, new_event, new_events, new_stream, whole_stream};
use crate::port::{Expected, Link, MAX_LINE, NewEvent};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case { name: "lines come back byte for byte", run: |h| Box::pin(exact_bytes(h)) },
        Case { name: "a stream is read in pages", run: |h| Box::pin(pages(h)) },
        Case { name: "a stream that does not exist is empty", run: |h| Box::pin(empty(h)) },
        Case { name: "names of streams are told apart exactly", run: |h| Box::pin(exact_names(h)) },
        Case { name: "who appends reads her own events at once", run: |h| Box::pin(own_append(h)) },
        Case { name: "a ledger that works says so", run: |h| Box::pin(sound(h)) },
    ]
}

async fn exact_bytes(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let all_bytes: Vec<u8> = (0..=255).collect();
    let lines: Vec<Vec<u8>> = vec![
        "{\"name\":\"شیفت‌های ۱۴۰۳ ي ك\"}".as_bytes().to_vec(),
        // The same text to a reader, other bytes: composed and decomposed, number forms, spaces, order of members.
        "{\"a\":\"é\"}".as_bytes().to_vec(),
        "{\"a\":\"e\u{301}\"}".as_bytes().to_vec(),
        b"{\"b\":1.0,\"a\":1e0}".to_vec(),
        b" { \"a\" : 1 }\r\n".to_vec(),
        b"{}\n".to_vec(),
        b"\0".to_vec(),
        b"\xff\xfe not utf-8 \xc3".to_vec(),
        all_bytes,
        Vec::new(),
        (0..MAX_LINE).map(|n| (n * 31 % 251) as u8).collect(),
    ];
    let stream = new_stream("exact-bytes");
    let events: Vec<NewEvent> = lines.into_iter().map(|line| NewEvent { line: Bytes::from(line), ..new_event("bytes") }).collect();
    let (first, rest) = events.split_at(1);
    ledger.append(&stream, Expected::NoStream, first.to_vec()).await.expect("the first line");
    ledger.append(&stream, Expected::Exact(0), rest.to_vec()).await.expect("the other lines");
    assert_holds(&*ledger, &stream, &events).await;
    drop(ledger);

    harness.restart().await;
    let ledger = harness.ledger();
    assert_holds(&*ledger, &stream, &events).await;
    for recorded in whole_stream(&*ledger, &stream).await {
        let page = ledger.read_all(recorded.position.checked_sub(1), 1).await.expect("the event at its position");
        assert_eq!(page, [recorded]);
    }
}

async fn pages(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let (stream, _) = filled_stream(&*ledger, "pages", 25).await;
    let all = whole_stream(&*ledger, &stream).await;
    for from in 0..=26_usize {
        for limit in [0, 1, 7, 100] {
            let page = ledger.read_stream(&stream, from as u64, limit).await.expect("a page");
            let start = from.min(all.len());
            assert_eq!(page, all[start..all.len().min(start + limit)], "from {from}, at most {limit}");
        }
    }
    assert_eq!(ledger.read_stream(&stream, u64::MAX, 10).await, Ok(Vec::new()));
}

async fn empty(harness: Arc<dyn Harness>) {
    assert_eq!(whole_stream(&*harness.ledger(), &new_stream("nothing")).await, []);
}

async fn exact_names(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let name = new_stream("names");
    let names = [name.clone(), name.to_uppercase(), format!("{name} "), format!("{name}-ایستگاه"), format!("{name}%")];
    let events = new_events(names.len());
    for (name, event) in names.iter().zip(&events) {
        ledger.append(name, Expected::NoStream, vec![event.clone()]).await.expect("each name is a stream of its own");
    }
    for (name, event) in names.iter().zip(&events) {
        assert_holds(&*ledger, name, std::slice::from_ref(event)).await;
    }
}

async fn own_append(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let stream = new_stream("own-append");
    for (revision, event) in new_events(50).into_iter().enumerate() {
        let revision = revision as u64;
        let appended = ledger.append(&stream, expected(revision), vec![event.clone()]).await.expect("an event");
        let position = ledger.await_position(appended.token).await.expect("its position");
        let by_position = ledger.read_all(position.checked_sub(1), 1).await.expect("the log can be read");
        let by_revision = ledger.read_stream(&stream, revision, 1).await.expect("the stream can be read");
        assert_eq!(by_position, by_revision);
        assert_eq!((by_position[0].position, by_position[0].id), (position, event.id));
    }
}

async fn sound(harness: Arc<dyn Harness>) {
    /// Longer than an engine at another place takes to tell that all of it has arrived.
    const SETTLED: Duration = Duration::from_secs(15);
    for restarted in [false, true] {
        if restarted {
            harness.restart().await;
        }
        let ledger = harness.ledger();
        filled_stream(&*ledger, "sound", 3).await;
        let began = Instant::now();
        while ledger.condition().link != Link::Sound {
            assert!(began.elapsed() < SETTLED, "restarted: {restarted}, {:?}", ledger.condition());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(ledger.condition().alarms, [], "nobody has set retention");
    }
}
