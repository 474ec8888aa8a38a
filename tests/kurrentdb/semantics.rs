//! What an append, a position and a stream mean on a cluster that is not ours alone.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tahavol_ledger::contract::{new_event, new_stream};
use tahavol_ledger::{EVENT_OVERHEAD, Expected, Ledger, LedgerError, Link, MAX_APPEND, MAX_LINE, NewEvent};
use tahavol_ledger_kurrentdb::{KurrentLedger, Limits};
use tahavol_tests::kurrent::{Fault, Shape, Transactions};
use uuid::Uuid;

use crate::support::{NEVER, Site, append_surely, begin, ids, limits, options, until_sound, whole};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_that_is_not_known_is_known_when_the_same_events_are_appended_again_by_whomever() {
    let site = Site::of(1).await;
    let short = Limits { call: Duration::from_millis(500), patience: Duration::from_millis(1_500), ..limits() };
    let (ledger, other) = (site.open_with("a", short).await, site.open("b").await);
    let stream = new_stream("unknown");
    let (first, _) = begin(&*ledger, &stream).await;
    let event = new_event("second");
    // It is recorded, and then nothing comes back any more for longer than anybody waits.
    site.cluster.fault(Fault::DropAck, 1);
    let asked = ledger.append(&stream, Expected::Exact(0), vec![event.clone()]);
    site.cluster.freeze(0);
    let answer = asked.await;
    assert!(matches!(answer, Err(LedgerError::OutcomeUnknown { .. } | LedgerError::Unavailable { retry: true, .. })), "{answer:?}");
    site.cluster.thaw(0);
    let again = append_surely(&*other, &stream, Expected::Exact(0), &event).await;
    let once_more = append_surely(&*ledger, &stream, Expected::Exact(0), &event).await;
    assert_eq!((again.revision, once_more.revision), (1, 1));
    assert_eq!(other.await_position(again.token).await, ledger.await_position(once_more.token).await);
    assert_eq!(ids(&*ledger, &stream).await, [first.id, event.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_is_of_one_node_and_of_one_programme() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    begin(&*ledger, &new_stream("mine")).await;
    let twice = site.not_opened("a").await;
    assert!(matches!(twice, LedgerError::InUse { .. }), "{twice:?}");
    ledger.close().await.expect("it closes");
    drop(ledger);
    let other = options(Uuid::new_v4(), site.replica("a"));
    let refused = KurrentLedger::open(&site.address(), other).await.err();
    assert!(matches!(refused, Some(LedgerError::Refused { .. })), "{refused:?}");
    assert_eq!(site.open("a").await.head().await, Ok(Some(0)), "it is as it was");
}

/// Ids are made from the command, so a retry after a crash of the node makes the same ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_its_replica_answers_a_retry_as_it_did_the_first_time() {
    let site = Site::of(1).await;
    let stream = new_stream("retried");
    let batch: Vec<NewEvent> = (0..5).map(|_| new_event("retried")).collect();
    let ledger = site.open("a").await;
    let first = ledger.append(&stream, Expected::NoStream, batch.clone()).await.expect("it is recorded");
    let position = ledger.await_position(first.token).await.expect("its position");
    ledger.close().await.expect("it closes");

    let fresh = site.open("fresh").await;
    // At once: whether its replica has it yet or not.
    let again = fresh.append(&stream, Expected::NoStream, batch.clone()).await.expect("the first answer");
    assert_eq!(again.revision, first.revision);
    assert_eq!(fresh.await_position(again.token).await, Ok(position));
    let other = vec![new_event("other")];
    let conflict = fresh.append(&stream, Expected::NoStream, other).await;
    assert_eq!(conflict, Err(LedgerError::Conflict { stream: stream.clone(), expected: Expected::NoStream, actual: Some(4) }));
    assert_eq!(ids(&*fresh, &stream).await, batch.iter().map(|event| event.id).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_with_another_node_is_told_when_what_it_wrote_can_be_read_here() {
    let site = Site::of(1).await;
    let (a, b) = (site.open("a").await, site.open("b").await);
    let stream = new_stream("contended");
    begin(&*a, &stream).await;
    b.catch_up(NEVER).await.expect("it catches up");
    for revision in 0..30 {
        let (left, right) = (new_event("left"), new_event("right"));
        let expected = Expected::Exact(revision);
        let (one, two) = tokio::join!(a.append(&stream, expected, vec![left]), b.append(&stream, expected, vec![right]));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        for (answer, node) in [(one, &a), (two, &b)] {
            if let Err(error) = answer {
                assert_eq!(error, LedgerError::Conflict { stream: stream.clone(), expected, actual: Some(revision + 1) });
                // At once, so that whoever decides again sees why.
                assert_eq!(ids(&**node, &stream).await.len() as u64, revision + 2);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_others_are_invisible_and_left_alone() {
    let site = Site::of(1).await;
    let hex = site.programme.simple().to_string();
    let foreign = ["orders-1".to_owned(), format!("{hex}-orders"), format!("x{hex}.orders"), format!("{}.orders", Uuid::new_v4().simple())];
    for stream in &foreign {
        for number in 0..20 {
            site.foreign(stream, "somebody.elses", &format!("foreign {number}")).await;
        }
    }
    // Another programme of ours, with a stream of the same name.
    let directory = tempfile::tempdir().expect("a directory");
    let neighbour = options(Uuid::new_v4(), directory.path().join("data").join("replica.sqlite"));
    let neighbour = KurrentLedger::open(&site.address(), neighbour).await.expect("it opens");
    let ledger = site.open("a").await;
    let stream = new_stream("shared-name");
    let mut mine = Vec::new();
    for number in 0..30 {
        begin(&neighbour, &if number == 0 { stream.clone() } else { new_stream("neighbour") }).await;
        site.foreign(&foreign[number % foreign.len()], "somebody.elses", "meanwhile").await;
        mine.push(begin(&*ledger, &if number == 0 { stream.clone() } else { new_stream("mine") }).await.0.id);
    }
    let seen: Vec<Uuid> = whole(&*ledger).await.iter().map(|event| event.id).collect();
    assert_eq!(seen, mine);
    assert_eq!(ledger.head().await, Ok(Some(29)));
    assert_eq!(ledger.condition().alarms, []);
    let recorded = site.cluster.all();
    for stream in &foreign {
        let theirs = recorded.iter().filter(|event| *event.stream == **stream).count();
        assert!((20..=28).contains(&theirs), "{stream}: {theirs}");
    }
    // The prefix is no part of what we see.
    assert!(whole(&*ledger).await.iter().all(|event| !event.stream.contains(&hex)));
    assert!(recorded.iter().any(|event| *event.stream == *site.in_cluster(&stream)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_of_60_kib_and_appends_just_under_a_mebibyte_pass_and_larger_ones_are_refused() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let of = |bytes: usize| NewEvent { line: Bytes::from(vec![b'x'; bytes]), ..new_event("large") };
    let longest = of(MAX_LINE);
    let stream = new_stream("longest");
    ledger.append(&stream, Expected::NoStream, vec![longest.clone()]).await.expect("the longest line");
    let refused = ledger.append(&stream, Expected::Exact(0), vec![of(MAX_LINE + 1)]).await;
    assert_eq!(refused, Err(LedgerError::TooLarge { bytes: MAX_LINE + 1 }));

    // As many bytes as an append may have: in few long lines, and in very many short ones.
    for line in [MAX_LINE, 600, 0] {
        let cost = line + EVENT_OVERHEAD;
        let mut events: Vec<NewEvent> = (0..MAX_APPEND / cost).map(|_| of(line)).collect();
        let stream = new_stream("largest");
        let appended = ledger.append(&stream, Expected::NoStream, events.clone()).await.expect("the largest append");
        assert_eq!(appended.revision, events.len() as u64 - 1);
        events.push(of(line));
        let bytes = events.len() * cost;
        let refused = ledger.append(&new_stream("too-large"), Expected::NoStream, events).await;
        assert_eq!(refused, Err(LedgerError::AppendTooLarge { bytes }));
    }
    let other = site.open("b").await;
    other.catch_up(NEVER).await.expect("it catches up");
    assert_eq!(other.read_stream(&stream, 0, 1).await.expect("it can be read")[0].line, longest.line);
    assert!(whole(&*other).await == whole(&*ledger).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_kept_byte_for_byte_whatever_they_are() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let stream = "جریان-۱ / with spaces, % and ?";
    let lines: Vec<Bytes> = vec![
        Bytes::from_static(b""),
        Bytes::from_static(b"\x00\xff\xfe not text \r\n"),
        Bytes::from_static(b"{ \"b\" : 1,\n\t\"a\": 1.0e2 }"),
        Bytes::from("{\"data\":\"گزارش\"}"),
        Bytes::from((0..=255_u8).collect::<Vec<_>>()),
    ];
    let events: Vec<NewEvent> = lines.iter().map(|line| NewEvent { line: line.clone(), ..new_event("bytes") }).collect();
    ledger.append(stream, Expected::NoStream, events).await.expect("any bytes");
    let other = site.open("b").await;
    other.catch_up(NEVER).await.expect("it catches up");
    for node in [&ledger, &other] {
        let read = node.read_stream(stream, 0, 10).await.expect("it can be read");
        assert_eq!(read.iter().map(|event| event.line.clone()).collect::<Vec<_>>(), lines);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_each_position_stands_its_place_in_the_cluster_and_a_restart_goes_on_behind_it() {
    for transactions in [Transactions::Implicit, Transactions::Explicit] {
        places_are_kept(Site::shaped(Shape { transactions, ..Shape::default() }).await).await;
    }
}

async fn places_are_kept(site: Site) {
    let ledger = site.open("a").await;
    for number in 0..25 {
        site.foreign("foreign-1", "somebody.elses", "between").await;
        let events = (0..1 + number % 4).map(|_| new_event("placed")).collect();
        ledger.append(&new_stream("placed"), Expected::NoStream, events).await.expect("it is recorded");
    }
    let before = whole(&*ledger).await;
    assert_places(&site, &ledger).await;
    ledger.close().await.expect("it closes");
    drop(ledger);

    // What others record while it is away comes on top, once.
    let other = site.open("b").await;
    begin(&*other, &new_stream("meanwhile")).await;
    let ledger = site.open("a").await;
    ledger.catch_up(NEVER).await.expect("it catches up");
    let after = whole(&*ledger).await;
    assert!(after[..before.len()] == before[..]);
    assert_eq!(after.len(), before.len() + 1);
    assert_places(&site, &ledger).await;
    assert!(whole(&*other).await == after);
}

/// Position for position, commit and prepare are those of the cluster.
async fn assert_places(site: &Site, ledger: &Arc<KurrentLedger>) {
    let prefix = format!("{}.", site.programme.simple());
    let mine: Vec<_> = site.cluster.all().into_iter().filter(|event| event.stream.starts_with(&prefix)).collect();
    assert_eq!(ledger.head().await, Ok((mine.len() as u64).checked_sub(1)));
    for (event, position) in mine.iter().zip(0..) {
        let place = ledger.replica().place(position).await.expect("it can be read").expect("every event has a place");
        assert_eq!((place.commit, place.prepare), (event.place.commit, event.place.prepare), "position {position}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appends_in_order_lie_in_order_whatever_happens_on_the_way() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let appends: Vec<(String, Expected, Vec<NewEvent>)> =
        (0..200).map(|_| (new_stream("moved"), Expected::NoStream, (0..3).map(|_| new_event("moved")).collect())).collect();
    let wanted: Vec<Uuid> = appends.iter().flat_map(|(_, _, events)| events.iter().map(|event| event.id)).collect();
    let moving = tokio::spawn({
        let (ledger, appends) = (Arc::clone(&ledger), appends.clone());
        async move { ledger.append_in_order(appends).await }
    });
    let mut struck = 0;
    for fault in [Fault::DropAck, Fault::Abort, Fault::Overloaded, Fault::AbortAfter, Fault::NotReady, Fault::Cut].into_iter().cycle() {
        if moving.is_finished() {
            break;
        }
        site.cluster.fault(fault, 1);
        let before = ledger.head().await.expect("a head").unwrap_or_default();
        // It has struck, and what it struck is mended: then again.
        while !moving.is_finished() && (site.cluster.faults_left(fault) > 0 || ledger.head().await.expect("a head") < Some(before + 30)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        struck += 1;
    }
    assert!(struck > 5, "the faults have struck only {struck} times");
    let moved = moving.await.expect("it ends").expect("all are recorded");
    assert_eq!(moved.len(), 200);
    let again = ledger.append_in_order(appends).await.expect("the same again is the same");
    assert_eq!(again, moved);
    let seen: Vec<Uuid> = whole(&*ledger).await.iter().map(|event| event.id).collect();
    assert_eq!(seen, wanted);
    until_sound(&*ledger).await;
    assert_eq!(ledger.condition().link, Link::Sound);
}
