//! A replica of the real log, as a node beside a cluster keeps it: verified like the ledger, with what only a replica has.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::Note;
use tahavol_ledger::{LEDGER_FILE, Ledger, NewEvent, OpenOptions, Replicated, Signing, SqliteLedger};
use tempfile::TempDir;

use crate::ledger::changed;
use crate::real::{SIZE, real};
use crate::{Verdict, expect, verify};

const LOG: &str = "00000000000000000000000000000001";

#[test]
fn a_replica_is_verified_like_the_ledger_and_says_the_same() {
    let (folder, path) = replica();
    let (of_replica, of_ledger) = (whole(&path), whole(&real().ledger()));
    expect(&of_replica, 0, None, "a replica");
    expect(&of_ledger, 0, None, "the ledger");
    for said in ["size", "root", "digest"] {
        assert!(!of_ledger.said[said].is_null(), "{said}");
        assert_eq!(of_replica.said[said], of_ledger.said[said], "{said}");
    }
    let reader = SqliteLedger::open_read_only_blocking(&path).unwrap();
    let head = reader.stored_head().unwrap().unwrap();
    let of_real: Note = real().note.parse().unwrap();
    assert_eq!((head.size, head.root), Checkpoint::parse(&of_real.text).map(|real| (real.size, real.root)).unwrap());
    let copy = folder.path().join("copy").join(LEDGER_FILE);
    assert_eq!(reader.backup(&copy, &mut |_| {}).unwrap(), reader.check().unwrap());
    expect(&whole(&copy), 0, None, "a backup of the replica");
}

#[test]
fn whatever_is_changed_of_the_places_is_noticed() {
    let (_folder, path) = replica();
    for (what, sql, position) in [
        ("nothing", "", None),
        ("a place that is gone", "DELETE FROM place WHERE position = 300", Some(300)),
        ("a place of no event", "INSERT INTO place VALUES (20000, 9000000000, 9000000000)", Some(20_000)),
        ("a place out of order", "UPDATE place SET commit_position = 0 WHERE position = 300", Some(300)),
        ("a replica that hides what it is", "DELETE FROM replica_of", None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join(LEDGER_FILE);
        fs::copy(&path, &copy).unwrap();
        behind_the_triggers(&copy, sql);
        expect(&whole(&copy), if sql.is_empty() { 0 } else { 21 }, position, what);
    }
}

#[test]
fn a_ledger_of_its_own_has_no_places() {
    for sql in ["INSERT INTO place VALUES (0, 1, 1)", "INSERT INTO retention VALUES ('s', 'maxAge', 1, 1)"] {
        let (_folder, path) = changed(|connection| connection.execute_batch(sql).unwrap());
        expect(&whole(&path), 21, None, sql);
    }
}

fn whole(path: &Path) -> Verdict {
    verify(path, &["--key", &real().vkey().to_string()])
}

/// The real ledger's events as a cluster would hand them out, copied and signed by the same key, closed.
fn replica() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LEDGER_FILE);
    let signing = Signing { origin: real().key.name().to_owned(), keys: vec![real().key.clone()], head_copy: None, accept_rollback: None };
    let options = OpenOptions { signing: Some(signing), replica_of: Some(LOG.to_owned()), ..OpenOptions::default() };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let source = SqliteLedger::open_read_only(real().ledger()).await.unwrap();
        let events = source.read_all(None, usize::MAX).await.unwrap();
        let replica = SqliteLedger::open(&path, options).await.unwrap();
        for batch in events.chunks(1_000) {
            let batch = batch.iter().map(|event| {
                let place = 10_000 + 700 * event.position;
                let copied = NewEvent { id: event.id, event_type: event.event_type.to_string(), line: event.line.clone() };
                Replicated { stream: event.stream.clone(), revision: event.revision, event: copied, commit: place, prepare: place }
            });
            replica.replicate(batch.collect(), Vec::new()).await.unwrap();
        }
        assert_eq!(replica.head().await, Ok(Some(SIZE - 1)));
        replica.close().await.unwrap();
    });
    (folder, path)
}

/// Whoever is careful puts the triggers back.
fn behind_the_triggers(path: &Path, sql: &str) {
    let file = Connection::open(path).unwrap();
    file.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let triggers: Vec<(String, String)> = {
        let mut statement = file.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
    };
    triggers.iter().for_each(|(name, _)| file.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
    file.execute_batch(sql).unwrap();
    triggers.iter().for_each(|(_, sql)| file.execute_batch(sql).unwrap());
}
