//! Somebody reaches into the cluster: retention, tombstones, another history. It is seen, told, and nothing is skipped.

use tahavol_ledger::contract::{new_event, new_stream};
use tahavol_ledger::{Expected, Ledger, LedgerError, Link, MAX_LINE, Unproven};
use tahavol_ledger_kurrentdb::KurrentLedger;

use crate::support::{NEVER, ORIGIN, Site, begin, ids, until, until_sound, until_stopped, whole};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_somebody_tombstones_stops_the_node_where_it_stands() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let stream = new_stream("doomed");
    for _ in 0..5 {
        begin(&*ledger, &new_stream("before")).await;
    }
    begin(&*ledger, &stream).await;
    let before = whole(&*ledger).await;
    site.cluster.tombstone(&site.in_cluster(&stream)).await;
    let (position, what) = until_stopped(&*ledger).await;
    assert_eq!(position, before.len() as u64);
    assert!(what.contains(&stream), "it names the stream: {what}");
    let alarms = ledger.condition().alarms;
    assert!(alarms.iter().any(|alarm| alarm.stream == stream && alarm.commit > 0), "{alarms:?}");

    // Nothing behind it is taken in, not even of other streams.
    site.foreign(&site.in_cluster(&new_stream("behind")), "a.behind", "behind").await;
    for (stream, expected) in [(stream.clone(), Expected::Exact(0)), (new_stream("other"), Expected::NoStream)] {
        let refused = ledger.append(&stream, expected, vec![new_event("late")]).await;
        assert!(
            matches!(
                refused,
                Err(LedgerError::Corrupt { .. } | LedgerError::Refused { .. } | LedgerError::Unavailable { retry: false, .. })
            ),
            "{refused:?}"
        );
    }
    assert!(whole(&*ledger).await == before, "what came before can be read, and nothing else");
    ledger.close().await.expect("it closes");
    drop(ledger);

    // A restart is no way round, and a node that begins anew comes to the same place.
    for node in ["a", "fresh"] {
        let again = site.open(node).await;
        let (again_at, _) = until_stopped(&*again).await;
        assert_eq!(again_at, position, "node {node}");
        assert!(whole(&*again).await == before, "node {node}");
        assert!(!again.condition().alarms.is_empty(), "node {node}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retention_on_a_stream_is_an_alarm_until_it_is_taken_back() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let stream = new_stream("kept");
    begin(&*ledger, &stream).await;
    let in_cluster = site.in_cluster(&stream);

    // Rights alone are nobody's loss.
    site.cluster.set_metadata(&in_cluster, r#"{"$acl":{"$r":["auditor"]}}"#).await;
    begin(&*ledger, &new_stream("after")).await;
    assert_eq!(ledger.condition().alarms, []);

    for (metadata, word) in
        [(r#"{"$maxCount":5}"#, "$maxCount"), (r#"{"$maxAge":3600,"$acl":{"$r":["auditor"]}}"#, "$maxAge"), (r#"{"$tb":1}"#, "$tb")]
    {
        site.cluster.set_metadata(&in_cluster, metadata).await;
        until(word, || ledger.condition().alarms.iter().any(|alarm| alarm.stream == stream && alarm.what.contains(word))).await;
        let alarms = ledger.condition().alarms;
        assert_eq!(alarms.len(), 1, "one stream, one alarm: {alarms:?}");
        // An alarm, and no reason to stop.
        assert_eq!(ledger.condition().link, Link::Sound);
        begin(&*ledger, &new_stream("after")).await;
    }
    ledger.close().await.expect("it closes");
    drop(ledger);

    // It stands after a restart, and a node that begins anew hears of it too.
    let ledger = site.open("a").await;
    let fresh = site.open("fresh").await;
    for node in [&ledger, &fresh] {
        until("it is told", || node.condition().alarms.iter().any(|alarm| alarm.stream == stream)).await;
    }
    site.cluster.set_metadata(&in_cluster, "{}").await;
    for node in [&ledger, &fresh] {
        until("it is taken back", || node.condition().alarms.is_empty()).await;
    }
    ledger.close().await.expect("it closes");
    drop(ledger);
    let ledger = site.open("a").await;
    until_sound(&*ledger).await;
    assert_eq!(ledger.condition().alarms, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retention_on_streams_of_others_is_not_our_matter() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    site.foreign("foreign-1", "somebody.elses", "theirs").await;
    site.cluster.set_metadata("foreign-1", r#"{"$maxCount":1}"#).await;
    begin(&*ledger, &new_stream("after")).await;
    assert_eq!(ledger.condition().alarms, []);
}

/// Retention that is set for everybody is set for us.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retention_on_the_whole_cluster_is_an_alarm_too() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    begin(&*ledger, &new_stream("before")).await;
    site.cluster.set_metadata("$all", r#"{"$maxCount":1000}"#).await;
    until("it is told", || ledger.condition().alarms.iter().any(|alarm| alarm.what.contains("$maxCount"))).await;
    assert_eq!(ledger.condition().link, Link::Sound);
    site.cluster.set_metadata("$all", "{}").await;
    until("it is taken back", || ledger.condition().alarms.is_empty()).await;
}

/// A deletion that can be undone hides events from those who read the cluster, and a scavenge would throw them away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_somebody_deletes_softly_is_an_alarm_and_goes_on() {
    let site = Site::of(1).await;
    let ledger = site.open("a").await;
    let stream = new_stream("deleted");
    let (first, _) = begin(&*ledger, &stream).await;
    site.cluster.delete(&site.in_cluster(&stream)).await;
    until("it is told", || ledger.condition().alarms.iter().any(|alarm| alarm.stream == stream)).await;
    let second = new_event("second");
    let appended = ledger.append(&stream, Expected::Exact(0), vec![second.clone()]).await.expect("its revisions go on");
    assert_eq!(appended.revision, 1);
    assert_eq!(ids(&*ledger, &stream).await, [first.id, second.id], "what was recorded is still read");
    assert_eq!(ledger.condition().link, Link::Sound);
}

/// A node that has lost its replica and kept the copy of its newest head remembers what it has signed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_history_is_signed_under_the_old_name_by_nobody() {
    let site = Site::of(1).await;
    see_five(&site).await;
    put_back(&site, 3, 4).await;
    std::fs::remove_dir_all(site.replica("a").parent().expect("a directory")).expect("the replica is thrown away");
    let ledger = KurrentLedger::open(&site.address(), site.options("a")).await.expect("the replica is built anew");
    let (position, what) = until_stopped(&ledger).await;
    assert!(position <= 7 && what.contains("another one than was signed"), "{position}: {what}");
    assert!(ledger.signed_head().is_none_or(|head| head.checkpoint.size == 5));
    ledger.close().await.expect("it closes");
    drop(ledger);

    // A person accepts it: the log goes on under a name of its own.
    std::fs::remove_dir_all(site.replica("a").parent().expect("a directory")).expect("the replica is thrown away");
    let mut options = site.options("a");
    let signing = options.open.signing.as_mut().expect("it is signed");
    signing.accept_rollback = Some("restored from a backup".to_owned());
    let ledger = KurrentLedger::open(&site.address(), options).await.expect("it is accepted");
    ledger.catch_up(NEVER).await.expect("it catches up");
    begin(&ledger, &new_stream("after")).await;
    let head = ledger.signed_head().expect("it signs");
    assert_eq!(head.checkpoint.size, 8);
    assert_ne!(head.checkpoint.origin, ORIGIN);
}

/// How many of the five events that a node has seen are still in the cluster, and how many others came after them.
const PUT_BACK: [(usize, usize); 4] = [(0, 0), (3, 0), (3, 4), (0, 5)];

/// Five events, one append each.
async fn see_five(site: &Site) {
    let ledger = site.open("a").await;
    for _ in 0..5 {
        begin(&*ledger, &new_stream("seen")).await;
    }
    ledger.close().await.expect("it closes");
}

/// As after a restore from an old backup, where others have gone on at once.
async fn put_back(site: &Site, same: usize, others: usize) {
    site.cluster.put_back(5 - same);
    for _ in 0..others {
        site.foreign(&site.in_cluster(&new_stream("other")), "an.other", "{}").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_was_put_back_to_an_older_state_is_refused() {
    for (same, others) in PUT_BACK {
        let site = Site::of(1).await;
        see_five(&site).await;
        put_back(&site, same, others).await;
        let refused = site.not_opened("a").await;
        assert!(
            matches!(refused, LedgerError::Unproven { kind: Unproven::RolledBack | Unproven::Forked, .. }),
            "{same} the same, {others} others: {refused:?}"
        );
        // Nor does a server that would start behind an unreachable cluster.
        let refused = KurrentLedger::open_behind(&site.address(), site.options("a")).await;
        assert!(matches!(refused, Err(LedgerError::Unproven { .. })), "{same} the same, {others} others");
        // Without its old replica a node goes on with what the cluster has: that is a person's decision.
        let fresh = site.open("fresh").await;
        fresh.catch_up(NEVER).await.expect("it catches up");
        assert_eq!(whole(&*fresh).await.len(), same + others);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_is_put_back_under_a_node_stops_it() {
    for (same, others) in PUT_BACK {
        let site = Site::of(1).await;
        see_five(&site).await;
        let ledger = site.open("a").await;
        until_sound(&*ledger).await;
        let before = whole(&*ledger).await;
        site.cluster.kill(0).await;
        put_back(&site, same, others).await;
        site.cluster.restart(0).await;
        let (position, what) = until_stopped(&*ledger).await;
        assert!(position <= 5 && !what.is_empty(), "{position}: {what}");
        assert!(whole(&*ledger).await == before, "{same} the same, {others} others");
        let refused = ledger.append(&new_stream("after"), Expected::NoStream, vec![new_event("after")]).await;
        assert!(refused.is_err(), "{same} the same, {others} others");
    }
}

/// Nobody writes such things by this program, and one node that passes them over would have another log than the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_an_event_of_ours_stops_the_node_and_is_not_skipped() {
    let long = "x".repeat(MAX_LINE + 1);
    for (event_type, data) in [("$>", "0@somewhere"), ("$system", "{}"), ("far.too_long", long.as_str())] {
        let site = Site::of(1).await;
        let ledger = site.open("a").await;
        begin(&*ledger, &new_stream("before")).await;
        site.foreign(&site.in_cluster(&new_stream("strange")), event_type, data).await;
        let (position, what) = until_stopped(&*ledger).await;
        assert_eq!(position, 1, "{event_type}: {what}");
        assert_eq!(whole(&*ledger).await.len(), 1, "{event_type}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_are_missing_in_the_middle_stop_the_node_before_them() {
    let site = Site::of(1).await;
    let writer = site.open("writer").await;
    let stream = new_stream("scavenged");
    begin(&*writer, &stream).await;
    for revision in 0..9 {
        writer.append(&stream, Expected::Exact(revision), vec![new_event("seen")]).await.expect("it is recorded");
    }
    begin(&*writer, &new_stream("after")).await;
    // Somebody truncates the stream and scavenges: its first events are gone for good.
    site.cluster.set_metadata(&site.in_cluster(&stream), r#"{"$tb":4}"#).await;
    site.cluster.scavenge();
    let fresh = site.open("fresh").await;
    let (position, what) = until_stopped(&*fresh).await;
    assert_eq!(position, 0);
    assert!(what.contains(&stream), "{what}");
    assert!(whole(&*fresh).await.is_empty(), "nothing is skipped");
    // Whoever had them keeps them.
    assert_eq!(whole(&*writer).await.len(), 11);
}
