//! Cases about proofs: tiles, the signed head, what witnesses have cosigned. The harness brings a ledger that has a key.

use std::sync::Arc;

use super::{Case, Harness, append_singly, filled_stream, new_events, new_stream};
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::cosignature::cosign;
use crate::merkle::note::{KeyKind, Note, SigningKey};
use crate::merkle::tile::{TILE, tiles_of};
use crate::merkle::{Hash, Roots, root};
use crate::port::{Expected, Ledger, LedgerError, SignedHead};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case { name: "every tile is what its leaves give", run: |h| Box::pin(tiles(h)) },
        Case { name: "a tile beyond the log is refused", run: |h| Box::pin(beyond(h)) },
        Case { name: "what was answered is under the signed head", run: |h| Box::pin(covered(h)) },
        Case { name: "each head continues the one before", run: |h| Box::pin(continued(h)) },
        Case { name: "after a restart the heads go on", run: |h| Box::pin(restarted(h)) },
        Case { name: "cosignatures are kept under the head that was cosigned", run: |h| Box::pin(cosigned(h)) },
        Case { name: "lines that are no cosignatures are refused", run: |h| Box::pin(no_cosignatures(h)) },
    ]
}

async fn tiles(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    ledger.append(&new_stream("tiles"), Expected::NoStream, new_events(700)).await.expect("events");
    let size = head(&*ledger).checkpoint.size;
    let leaves = leaves(&*ledger, size).await;
    let mut levels = Vec::new();
    for (level, number, width) in tiles_of(size) {
        let tile = ledger.tile(level, number, width).await.expect("a tile of the log");
        let span = 256_usize.pow(u32::from(level));
        let first = (number * TILE) as usize * span;
        let expected: Vec<Hash> = leaves[first..].chunks_exact(span).take(width.into()).map(|run| root(run.to_vec())).collect();
        assert_eq!(tile, expected, "tile {number} of level {level}, width {width}, of {size}");
        levels.push(level);
    }
    assert!(levels.contains(&1), "{levels:?}");
}

async fn beyond(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    filled_stream(&*ledger, "beyond", 3).await;
    // Far enough that nobody else's events reach it meanwhile.
    let far = head(&*ledger).checkpoint.size / 256 + 1_000;
    for (level, number, width) in
        [(0, far, 1), (0, far, 256), (0, u64::MAX, 256), (1, far, 1), (7, 0, 1), (8, 0, 1), (0, 0, 0), (0, 0, 257)]
    {
        let refused = ledger.tile(level, number, width).await;
        assert!(matches!(refused, Err(LedgerError::Refused { .. })), "{level} {number} {width}: {refused:?}");
    }
}

async fn covered(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let writers = (0..8).map(|_| {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move {
            let stream = new_stream("covered");
            let mut expected = Expected::NoStream;
            for event in new_events(20) {
                let appended = ledger.append(&stream, expected, vec![event]).await.expect("an event");
                expected = Expected::Exact(appended.revision);
                // At once, before anything else is waited for.
                let size = head(&*ledger).checkpoint.size;
                let position = ledger.await_position(appended.token).await.expect("its position");
                assert!(size > position, "{size} events are signed, and {position} was answered");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer ends");
    }
}

async fn continued(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    let mut heads = ledger.watch_heads();
    let appending = tokio::spawn({
        let ledger = Arc::clone(&ledger);
        async move {
            for _ in 0..10 {
                append_singly(&*ledger, &new_stream("continued"), &new_events(20)).await;
            }
        }
    });
    let mut seen = Vec::new();
    while !appending.is_finished() {
        let told = tokio::time::timeout(std::time::Duration::from_millis(200), heads.changed()).await;
        if told.is_ok() {
            seen.extend(heads.borrow_and_update().clone());
        }
    }
    appending.await.expect("the events are recorded");
    assert!(seen.len() > 1, "heads are told");
    assert!(seen.is_sorted_by_key(|head| head.checkpoint.size));
    let leaves = leaves(&*ledger, head(&*ledger).checkpoint.size).await;
    assert_right(&seen, &leaves);
}

async fn restarted(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    filled_stream(&*ledger, "restarted", 5).await;
    let before = head(&*ledger);
    drop(ledger);
    harness.restart().await;
    let ledger = harness.ledger();
    let opened = head(&*ledger);
    assert!(opened.checkpoint.size >= before.checkpoint.size);
    filled_stream(&*ledger, "restarted", 300).await;
    let after = head(&*ledger);
    assert!(after.checkpoint.size >= opened.checkpoint.size + 300);
    let leaves = leaves(&*ledger, after.checkpoint.size).await;
    let heads = [before, opened, after];
    assert!(heads.iter().all(|head| head.checkpoint.origin == heads[0].checkpoint.origin));
    assert_right(&heads, &leaves);
}

async fn cosigned(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    filled_stream(&*ledger, "cosigned", 3).await;
    let head = head(&*ledger);
    let size = head.checkpoint.size;
    // The log has grown on when the witnesses answer.
    filled_stream(&*ledger, "cosigned", 300).await;
    let lines = ["one.example", "two.example"].map(|witness| cosignature(witness, &head, 1_767_225_600));
    ledger.keep_cosignatures(size, lines[..1].to_vec()).await.expect("the first witness");
    ledger.keep_cosignatures(size, lines.to_vec()).await.expect("the first again, and the second");
    ledger.keep_cosignatures(size, vec![cosignature("one.example", &head, 1_767_225_700)]).await.expect("the first one, later");
    drop(ledger);
    let expected = format!("{}{}\n{}\n", head.note, lines[0], lines[1]);
    for restarted in [false, true] {
        if restarted {
            harness.restart().await;
        }
        let cosigned = harness.ledger().cosigned_head().expect("a head is cosigned");
        assert_eq!(cosigned.checkpoint, head.checkpoint);
        assert_eq!(cosigned.note, expected, "restarted: {restarted}");
    }
}

async fn no_cosignatures(harness: Arc<dyn Harness>) {
    let ledger = harness.ledger();
    filled_stream(&*ledger, "no-cosignatures", 3).await;
    let before = ledger.cosigned_head();
    let head = head(&*ledger);
    let right = cosignature("one.example", &head, 1_767_225_600);
    let size = head.checkpoint.size;
    for line in ["", "two.example abcd", "\u{2014} two.example AAAAAAAA", "\u{2014} two example AAAA", &format!("{right}\n{right}")] {
        let refused = ledger.keep_cosignatures(size, vec![right.clone(), line.to_owned()]).await;
        assert!(matches!(refused, Err(LedgerError::Refused { .. })), "{line}: {refused:?}");
    }
    let refused = ledger.keep_cosignatures(size + 1_000_000, vec![right]).await;
    assert!(matches!(refused, Err(LedgerError::Refused { .. })), "{refused:?}");
    assert_eq!(ledger.cosigned_head(), before);
}

fn head(ledger: &dyn Ledger) -> Arc<SignedHead> {
    ledger.signed_head().expect("the harness gives a key")
}

async fn leaves(ledger: &dyn Ledger, size: u64) -> Vec<Hash> {
    let events = ledger.read_all(None, size as usize).await.expect("the log can be read");
    assert_eq!(events.len() as u64, size);
    events.into_iter().map(|event| event.leaf_hash).collect()
}

/// The notes say what the heads say, and that is what the leaves give. From the smallest head to the largest, in one pass.
fn assert_right(heads: &[Arc<SignedHead>], leaves: &[Hash]) {
    let mut roots = Roots::default();
    for head in heads {
        let note: Note = head.note.parse().expect("a signed note");
        assert_eq!(Checkpoint::parse(&note.text).as_ref(), Ok(&head.checkpoint));
        let size = head.checkpoint.size;
        leaves[roots.size() as usize..size as usize].iter().for_each(|leaf| roots.push(*leaf));
        assert_eq!(roots.root(), head.checkpoint.root, "{head:?}");
    }
}

fn cosignature(witness: &str, head: &SignedHead, time: u64) -> String {
    let key = SigningKey::generate(witness, KeyKind::Cosigner, [7; 32]).expect("a name");
    cosign(&head.checkpoint.text(), &key, time).expect("a checkpoint").to_string()
}
