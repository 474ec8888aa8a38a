//! The copy of the newest head outside the data directory: when it is written, and what happens when it cannot be.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tahavol_ledger::{Ledger, LedgerError, SqliteLedger};

use super::support::{events, head_copy, open_signed, start, with_signing};

#[tokio::test]
async fn the_copy_is_there_at_once_follows_within_seconds_and_is_the_last_head_after_closing() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let ledger = open_signed(&data).await;
    assert_eq!(copy(&data), ledger.signed_head().expect("a head").note);
    start(&ledger, "first", events(3)).await.expect("events");
    start(&ledger, "second", events(3)).await.expect("events");
    let newest = ledger.signed_head().expect("a head").note.clone();
    eventually(|| copy(&data) == newest).await;
    assert_eq!(ledger.head_copy_problem(), None);
    for n in 0..50 {
        start(&ledger, &format!("s-{n}"), events(1)).await.expect("an event");
    }
    let newest = ledger.signed_head().expect("a head").note.clone();
    ledger.close().await.expect("it closes");
    assert_eq!(copy(&data), newest);
}

#[tokio::test]
async fn a_place_for_the_copy_that_cannot_be_written_to_is_found_out_when_opening() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let nowhere = directory.path().join("nowhere").join("head");
    let refused = SqliteLedger::open(&data, with_signing(&data, |signing| signing.head_copy = Some(nowhere.clone()))).await.err();
    let Some(LedgerError::Unavailable { retry: false, what }) = refused else { panic!("{refused:?}") };
    assert!(what.contains(&nowhere.display().to_string()), "{what}");
}

#[tokio::test]
async fn a_copy_that_cannot_be_written_any_more_is_told_and_appends_go_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let (data, place) = (directory.path().join("data"), directory.path().join("place"));
    fs::create_dir(&place).expect("a directory");
    let path = place.join("head");
    let ledger = SqliteLedger::open(&data, with_signing(&data, |signing| signing.head_copy = Some(path.clone()))).await.expect("it opens");
    let away = directory.path().join("away");
    fs::rename(&place, &away).expect("the place is gone");
    start(&ledger, "s", events(2)).await.expect("it goes on");
    eventually(|| ledger.head_copy_problem().is_some()).await;
    let problem = ledger.head_copy_problem().expect("it is told");
    assert!(problem.contains(&path.display().to_string()), "{problem}");
    start(&ledger, "t", events(2)).await.expect("it goes on");

    fs::rename(&away, &place).expect("the place is back");
    eventually(|| ledger.head_copy_problem().is_none()).await;
    assert_eq!(fs::read_to_string(&path).expect("a copy"), ledger.signed_head().expect("a head").note);
}

#[tokio::test]
async fn closing_does_not_hang_on_a_copy_that_cannot_be_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let (data, place) = (directory.path().join("data"), directory.path().join("place"));
    fs::create_dir(&place).expect("a directory");
    let options = with_signing(&data, |signing| signing.head_copy = Some(place.join("head")));
    let ledger = SqliteLedger::open(&data, options).await.expect("it opens");
    fs::remove_dir_all(&place).expect("the place is gone");
    start(&ledger, "s", events(2)).await.expect("it goes on");
    tokio::time::timeout(Duration::from_secs(30), ledger.close()).await.expect("in time").expect("it closes");
    drop(ledger);
    let without = with_signing(&data, |signing| signing.head_copy = None);
    assert!(SqliteLedger::open(&data, without).await.is_ok(), "what was appended is there and signed");
}

fn copy(data: &Path) -> String {
    fs::read_to_string(head_copy(data)).expect("a copy")
}

/// Waits for another thread, and for no longer than it takes.
async fn eventually(mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
