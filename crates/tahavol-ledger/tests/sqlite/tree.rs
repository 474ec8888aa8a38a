//! The tree beside the events: every level of it, receipts from it, ledgers that have none yet, damage to it.

use std::path::Path;

use rusqlite::Connection;
use tahavol_ledger::merkle::proof::{consistency, inclusion, root_of, verify_consistency, verify_inclusion};
use tahavol_ledger::merkle::tile::{TILE, Tiles, tiles_of};
use tahavol_ledger::merkle::{Hash, root};
use tahavol_ledger::{Expected, LEDGER_FILE, Ledger, LedgerError, NewEvent, OpenOptions, SqliteLedger};
use tempfile::tempdir;

use super::support::{events, open, open_signed, signed, start};

/// One subtree of level 2 and some of level 1 and 0 beside it.
const SIZE: u64 = 65_536 + 3 * 256 + 77;

#[tokio::test]
async fn every_level_of_a_large_log_is_right_also_after_restarts_and_for_a_ledger_that_had_no_tree() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let ledger = open(&data).await;
    let mut leaves = fill(&ledger, 0, SIZE / 2).await;
    drop(ledger);
    // Grown over a restart, then without the tree, as version 0.1.0 left it.
    let ledger = open_signed(&data).await;
    leaves.extend(fill(&ledger, SIZE / 2, SIZE - SIZE / 2).await);
    assert_tiles(&ledger, &leaves);
    assert_eq!(ledger.signed_head().expect("a head").checkpoint.root, root(leaves.clone()));
    assert_receipts(&ledger, &leaves);
    drop(ledger);

    make_0_1_0(&data.join(LEDGER_FILE));
    std::fs::remove_file(super::support::head_copy(&data)).expect("it had no key either");
    let reading = SqliteLedger::open_read_only(&data).await.err();
    assert!(matches!(reading, Some(LedgerError::Refused { .. })), "only writing brings it up to date: {reading:?}");
    let ledger = open_signed(&data).await;
    assert_tiles(&ledger, &leaves);
    let head = ledger.signed_head().expect("a head");
    assert_eq!((head.checkpoint.size, head.checkpoint.root), (SIZE, root(leaves.clone())));
    leaves.extend(fill(&ledger, SIZE, 400).await);
    assert_tiles(&ledger, &leaves);
}

#[tokio::test]
async fn the_ledger_of_version_0_1_0_gets_its_tree_and_can_be_signed() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    std::fs::create_dir(&data).expect("a directory");
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/releases/0.1.0").join(LEDGER_FILE);
    std::fs::copy(released, data.join(LEDGER_FILE)).expect("a copy of it");
    let ledger = open_signed(&data).await;
    let head = ledger.signed_head().expect("a head");
    let checked = ledger.check().expect("nothing is wrong");
    assert_eq!((head.checkpoint.size, head.checkpoint.root), (checked.events, checked.root));
    assert!(checked.events > 256);
    let first = ledger.tile(1, 0, 1).await.expect("a subtree");
    let leaves = ledger.tile(0, 0, 256).await.expect("its leaves");
    assert_eq!(first, [root(leaves)]);
    start(&ledger, "s", events(300)).await.expect("it goes on");
    drop(ledger);
    let options = OpenOptions { create: false, ..signed(&data) };
    let ledger = SqliteLedger::open(&data, options).await.expect("it opens again");
    assert_eq!(ledger.signed_head().expect("a head").checkpoint.size, checked.events + 300);
}

#[tokio::test]
async fn a_wrong_leaf_is_found_before_a_tree_is_made_over_it() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    start(&*open(&data).await, "s", events(600)).await.expect("events");
    let file = data.join(LEDGER_FILE);
    make_0_1_0(&file);
    execute(&file, "DROP TRIGGER event_is_never_updated; UPDATE event SET line = x'7b7d' WHERE position = 300");
    let refused = SqliteLedger::open(&data, OpenOptions::default()).await.err();
    assert!(matches!(refused, Some(LedgerError::Corrupt { position: Some(300), .. })), "{refused:?}");
}

#[tokio::test]
async fn subtrees_that_no_events_complete_are_damage() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    start(&*open(&data).await, "s", events(300)).await.expect("events");
    execute(&data.join(LEDGER_FILE), "INSERT INTO subtree VALUES (1, 1, randomblob(32))");
    let refused = SqliteLedger::open(&data, OpenOptions::default()).await.err();
    assert!(matches!(refused, Some(LedgerError::Corrupt { position: None, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_failed_group_leaves_the_tree_as_it_was() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let options = OpenOptions { max_bytes: Some(900_000), ..signed(&data) };
    let ledger = SqliteLedger::open(&data, options).await.expect("it opens");
    let mut recorded = 0;
    // Groups that complete a subtree among those that fail.
    while start(&ledger, &format!("s-{recorded}"), events(100)).await.is_ok() {
        recorded += 100;
    }
    while start(&ledger, &format!("t-{recorded}"), events(1)).await.is_ok() {
        recorded += 1;
    }
    assert!(start(&ledger, "large", events(300)).await.is_err());
    let head = ledger.signed_head().expect("a head");
    let checked = ledger.check().expect("nothing is wrong");
    assert_eq!((head.checkpoint.size, head.checkpoint.root), (recorded, checked.root));
    drop(ledger);
    let ledger = open_signed(&data).await;
    start(&ledger, "after", events(300)).await.expect("there is room again");
    let head = ledger.signed_head().expect("a head");
    assert_eq!((head.checkpoint.size, head.checkpoint.root), (recorded + 300, ledger.check().expect("nothing is wrong").root));
}

/// `count` small events on streams of their own; their leaves.
async fn fill(ledger: &SqliteLedger, from: u64, count: u64) -> Vec<Hash> {
    let events: Vec<NewEvent> = (0..count).map(|_| tahavol_ledger::contract::new_event("fill")).collect();
    let queued = events.chunks(1_000).enumerate().map(|(index, part)| {
        let stream = format!("fill-{from}-{index}");
        (stream, part.to_vec())
    });
    let queued: Vec<_> = queued.collect();
    let appends: Vec<_> = queued.iter().map(|(stream, part)| ledger.append(stream, Expected::NoStream, part.clone())).collect();
    for append in appends {
        append.await.expect("events");
    }
    events.iter().map(|event| tahavol_ledger::merkle::leaf_hash(&event.line)).collect()
}

fn assert_tiles(ledger: &SqliteLedger, leaves: &[Hash]) {
    let tiles = ledger.tiles();
    let mut levels = vec![leaves.to_vec()];
    while levels.last().is_some_and(|below| below.len() >= 256) {
        let below = levels.last().expect("one at least");
        levels.push(below.chunks_exact(256).map(|run| root(run.to_vec())).collect());
    }
    let mut seen = 0;
    for (level, number, width) in tiles_of(leaves.len() as u64) {
        let first = (number * TILE) as usize;
        let expected = &levels[usize::from(level)][first..first + usize::from(width)];
        assert_eq!(tiles.tile(level, number, width).as_deref(), Ok(expected), "tile {number} of level {level}, width {width}");
        seen += usize::from(width);
    }
    assert_eq!(seen, levels.iter().map(Vec::len).sum::<usize>());
    assert_eq!(root_of(&tiles, leaves.len() as u64).expect("a root"), root(leaves.to_vec()));
}

fn assert_receipts(ledger: &SqliteLedger, leaves: &[Hash]) {
    let (tiles, size) = (ledger.tiles(), leaves.len() as u64);
    let whole = root(leaves.to_vec());
    for index in (0..size).step_by(4_999) {
        let proof = inclusion(&tiles, index, size).expect("a proof");
        assert!(verify_inclusion(leaves[index as usize], index, size, &proof, &whole), "event {index}");
    }
    for from in [1, 255, 256, 257, 4_096, 65_535, 65_536, 65_537, size - 1, size] {
        let proof = consistency(&tiles, from, size).expect("a proof");
        let before = root(leaves[..from as usize].to_vec());
        assert!(verify_consistency(from, &before, size, &whole, &proof), "from {from}");
    }
}

/// The file as version 0.1.0 would have written it.
fn make_0_1_0(file: &Path) {
    execute(
        file,
        "PRAGMA foreign_keys = OFF; DROP TABLE retention; DROP TABLE place; DROP TABLE replica_of; DROP TABLE cosigned_head; DROP TABLE signed_head; DROP TABLE log_origin; DROP TABLE subtree;
         PRAGMA user_version = 1",
    );
}

fn execute(file: &Path, statements: &str) {
    Connection::open(file).and_then(|file| file.execute_batch(statements)).expect(statements);
}
