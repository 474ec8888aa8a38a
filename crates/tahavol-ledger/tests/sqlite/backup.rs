//! Backups: taken while writing goes on, right as a whole, and good to go on from.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use tahavol_ledger::merkle::proof::root_of;
use tahavol_ledger::{Copied, Expected, LEDGER_FILE, Ledger, LedgerError, SqliteLedger, Unproven};
use tempfile::tempdir;

use super::signing::append_from_outside;
use super::support::{event, events, open, open_signed, signed, start, with_signing};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_beside_four_writers_is_the_ledger_at_one_moment() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let ledger = open_signed(&data).await;
    for n in 0..20 {
        start(&ledger, &format!("before-{n}"), events(500)).await.expect("events");
    }
    let enough = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4).map(|n| tokio::spawn(write(Arc::clone(&ledger), format!("writer-{n}"), Arc::clone(&enough)))).collect();
    let to = directory.path().join("backup.sqlite");
    let copied = tokio::task::spawn_blocking({
        let (ledger, to) = (Arc::clone(&ledger), to.clone());
        move || {
            let before = ledger.signed_head().expect("a head").checkpoint.size;
            let mut steps: Vec<Copied> = Vec::new();
            let checked = ledger.backup(&to, &mut |copied| steps.push(copied));
            (before, checked, steps)
        }
    });
    let (before, checked, steps) = copied.await.expect("it ends");
    let after = ledger.signed_head().expect("a head").checkpoint.size;
    enough.store(true, Ordering::SeqCst);
    for writer in writers {
        assert!(writer.await.expect("a writer ends") > 0, "nobody starves");
    }
    let checked = checked.expect("a right copy");
    assert!(before <= checked.events && checked.events <= after, "{before} {} {after}", checked.events);
    assert!(after > before, "writing went on");
    assert_eq!(checked.root, root_of(&ledger.tiles(), checked.events).expect("a root"));
    // Page after page, and never from the beginning again.
    assert!(steps.is_sorted_by(|one, next| one.pages < next.pages) && steps.len() > 1, "{steps:?}");
    assert!(steps.last().is_some_and(|last| last.pages == last.of), "{steps:?}");
    ledger.close().await.expect("it closes");

    // The one file is all there is, and a ledger can go on from it.
    let files = fs::read_dir(directory.path()).expect("files").map(|file| file.expect("a file").file_name());
    let mut files: Vec<_> = files.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with("backup")).collect();
    files.sort();
    assert_eq!(files, ["backup.sqlite"]);
    let restored = directory.path().join("restored");
    fs::create_dir(&restored).expect("a directory");
    fs::copy(&to, restored.join(LEDGER_FILE)).expect("it is put in place");
    let signing = signed(&restored).signing.expect("it is there");
    let adopted = SqliteLedger::open_read_only(&restored).await.expect("it opens").adopt_head(&signing).expect("nothing else is wrong");
    assert!(adopted.is_some_and(|head| head.size == checked.events));
    let ledger = open_signed(&restored).await;
    assert_eq!(ledger.signed_head().expect("a head").checkpoint.root, checked.root);
    start(&ledger, "after", events(3)).await.expect("it goes on");
}

#[tokio::test]
async fn a_backup_of_yesterday_behind_a_newer_head_is_refused_without_a_reason() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let ledger = open_signed(&data).await;
    start(&ledger, "s", events(10)).await.expect("events");
    let to = directory.path().join("yesterday");
    ledger.backup(&to, &mut |_| ()).expect("a backup in a new directory");
    start(&ledger, "t", events(10)).await.expect("events");
    ledger.close().await.expect("it closes");
    fs::copy(to.join(LEDGER_FILE), data.join(LEDGER_FILE)).expect("it is put back");
    let refused = SqliteLedger::open(&data, signed(&data)).await.err();
    assert!(matches!(refused, Some(LedgerError::Unproven { kind: Unproven::RolledBack, .. })), "{refused:?}");
    let accepting = with_signing(&data, |signing| signing.accept_rollback = Some("the disk was lost".to_owned()));
    let ledger = SqliteLedger::open(&data, accepting).await.expect("with a reason it goes on");
    assert_eq!(ledger.check().expect("nothing is wrong").events, 10);
}

#[tokio::test]
async fn nothing_is_overwritten_by_a_backup() {
    let directory = tempdir().expect("a directory");
    let ledger = open(&directory.path().join("data")).await;
    start(&ledger, "s", events(3)).await.expect("events");
    let to = directory.path().join("notes.db");
    fs::write(&to, "mine").expect("a file");
    let refused = ledger.backup(&to, &mut |_| ());
    assert!(matches!(refused, Err(LedgerError::Refused { .. })), "{refused:?}");
    assert_eq!(fs::read_to_string(&to).expect("it is there"), "mine");
    let own = ledger.backup(ledger.path(), &mut |_| ());
    assert!(matches!(own, Err(LedgerError::Refused { .. })), "{own:?}");
}

#[tokio::test]
async fn a_reader_beside_the_writer_can_take_a_backup_of_an_unsigned_ledger() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let writer = open(&data).await;
    start(&writer, "s", events(300)).await.expect("events");
    let reader = SqliteLedger::open_read_only(&data).await.expect("it opens");
    let checked = reader.backup(&directory.path().join("copy.db"), &mut |_| ()).expect("a right copy");
    assert_eq!(Ok(checked), writer.check());
}

#[tokio::test]
async fn a_backup_of_a_damaged_ledger_is_no_backup() {
    for (damage, kind) in [("UPDATE event SET line = x'7b7d' WHERE position = 2", None), ("", Some(Unproven::UnsignedTail))] {
        let directory = tempdir().expect("a directory");
        let data = directory.path().join("data");
        let ledger = open_signed(&data).await;
        start(&ledger, "s", events(5)).await.expect("events");
        let file = Connection::open(ledger.path()).expect("the file opens");
        match kind {
            Some(_) => append_from_outside(&file),
            None => file.execute_batch(&format!("DROP TRIGGER event_is_never_updated; {damage}")).expect("it is changed"),
        }
        let to = directory.path().join("copy.db");
        match (ledger.backup(&to, &mut |_| ()), kind) {
            (Err(LedgerError::Corrupt { position: Some(2), .. }), None) => {}
            (Err(LedgerError::Unproven { kind, .. }), Some(expected)) => assert_eq!(kind, expected),
            other => panic!("{other:?}"),
        }
        assert!(!Path::new(&to).exists(), "nothing is left that could be taken for a backup");
    }
}

/// Appends until it is told that it is enough; how many.
async fn write(ledger: Arc<SqliteLedger>, stream: String, enough: Arc<AtomicBool>) -> u64 {
    let mut expected = Expected::NoStream;
    let mut written = 0;
    while !enough.load(Ordering::SeqCst) {
        let appended = ledger.append(&stream, expected, vec![event()]).await.expect("it is recorded");
        expected = Expected::Exact(appended.revision);
        written += 1;
    }
    written
}
