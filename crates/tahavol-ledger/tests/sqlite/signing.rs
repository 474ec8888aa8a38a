//! Signed heads on a real file: from the first key on, with two keys, for readers, beside other programs.

use rusqlite::Connection;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::cosignature::cosign;
use tahavol_ledger::merkle::note::{KeyKind, Note, NoteError, SigningKey, VerifyingKey};
use tahavol_ledger::{Ledger, LedgerError, Origin, SignedHead, SqliteLedger, Unproven};
use tempfile::tempdir;

use super::support::{ORIGIN, event, events, key, open, open_signed, signed, start, with_signing};

#[tokio::test]
async fn a_ledger_without_a_key_has_no_head_and_its_first_head_covers_everything() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let unsigned = open(&data).await;
    start(&unsigned, "s", events(10)).await.expect("events");
    assert_eq!((unsigned.signed_head(), unsigned.stored_head(), unsigned.origins()), (None, Ok(None), Ok(Vec::new())));
    assert!(unsigned.keep_cosignatures(10, Vec::new()).await.is_err());
    drop(unsigned);

    let ledger = open_signed(&data).await;
    let head = ledger.signed_head().expect("it is signed at once");
    let checked = ledger.check().expect("nothing is wrong");
    assert_eq!((head.checkpoint.size, head.checkpoint.root), (10, checked.root));
    assert_eq!(verified(&head, &ledger.log_keys()), Ok(head.checkpoint.clone()));
    let first = Origin { number: 1, origin: ORIGIN.to_owned(), since_size: 10, reason: String::new() };
    assert_eq!(ledger.origins(), Ok(vec![first]));
}

#[tokio::test]
async fn an_empty_ledger_has_a_head_over_nothing() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    for _ in 0..2 {
        let ledger = open_signed(&data).await;
        assert_eq!(ledger.signed_head().expect("a head").checkpoint.size, 0);
    }
}

#[tokio::test]
async fn while_keys_are_rotated_either_key_verifies_the_head() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let (old, new) = (vec![key(1).verifying_key()], vec![key(2).verifying_key()]);
    let mut size = 0;
    // The old key, both, the new one; at the second step the head has both signatures before anything is appended.
    for (keys, by_old, by_new) in [(vec![key(1)], true, false), (vec![key(1), key(2)], true, true), (vec![key(2)], false, true)] {
        let ledger = SqliteLedger::open(&data, with_signing(&data, |signing| signing.keys = keys.clone())).await.expect("it opens");
        assert_eq!(ledger.log_keys(), keys.iter().map(SigningKey::verifying_key).collect::<Vec<_>>());
        if by_new && by_old {
            let head = ledger.signed_head().expect("a head");
            assert_eq!((verified(&head, &old).is_ok(), verified(&head, &new).is_ok()), (true, true));
            assert_eq!(head.checkpoint.size, size);
        }
        start(&ledger, &format!("s-{size}"), events(5)).await.expect("events");
        size += 5;
        let head = ledger.signed_head().expect("a head");
        assert_eq!((verified(&head, &old).is_ok(), verified(&head, &new).is_ok()), (by_old, by_new));
        assert_eq!(head.checkpoint.size, size);
    }
    // Who only has the new key does not see what only the old one had signed; who has only the old one may not go on.
    let back = SqliteLedger::open(&data, signed(&data)).await.err();
    assert!(matches!(back, Some(LedgerError::Unproven { kind: Unproven::KeyUnknown, .. })), "{back:?}");
}

#[tokio::test]
async fn a_reader_beside_the_writer_sees_the_head_and_its_cosignatures() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let writer = open_signed(&data).await;
    let reader = SqliteLedger::open_read_only(&data).await.expect("it opens");
    for round in 1..4 {
        start(&writer, &format!("s-{round}"), events(3)).await.expect("events");
        assert_eq!(reader.signed_head(), writer.signed_head());
        let head = writer.signed_head().expect("a head");
        let witness = SigningKey::generate("witness.example", KeyKind::Cosigner, [7; 32]).expect("a name");
        let line = cosign(&head.checkpoint.text(), &witness, 1_767_225_600).expect("a checkpoint").to_string();
        let mut told = writer.watch_heads();
        told.mark_unchanged();
        writer.keep_cosignatures(head.checkpoint.size, vec![line.clone()]).await.expect("it is kept");
        assert!(told.has_changed().expect("it is open"));
        let cosigned = writer.signed_head().expect("a head");
        assert_eq!(cosigned.note, format!("{}{line}\n", head.note));
        assert_eq!(writer.cosigned_head().as_ref(), Some(&cosigned));
        assert_eq!((reader.signed_head().as_ref(), reader.cosigned_head().as_ref()), (Some(&cosigned), Some(&cosigned)));
        let stored = reader.stored_head().expect("it can be read").expect("a head");
        assert_eq!((stored.size, stored.root, stored.note), (head.checkpoint.size, head.checkpoint.root, head.note.clone()));
    }
    let refused = reader.keep_cosignatures(3, Vec::new()).await;
    assert!(matches!(refused, Err(LedgerError::Unavailable { retry: false, .. })), "{refused:?}");
}

#[tokio::test]
async fn cosignatures_of_the_newest_256_heads_are_kept() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let ledger = open_signed(&data).await;
    start(&ledger, "s", events(300)).await.expect("events");
    let witness = SigningKey::generate("witness.example", KeyKind::Cosigner, [7; 32]).expect("a name");
    let head = ledger.signed_head().expect("a head");
    let line = cosign(&head.checkpoint.text(), &witness, 1_767_225_600).expect("a checkpoint").to_string();
    for size in 1..=300 {
        ledger.keep_cosignatures(size, vec![line.clone()]).await.expect("it is kept");
    }
    let file = Connection::open(ledger.path()).expect("the file opens");
    let kept: (i64, i64) =
        file.query_row("SELECT count(*), min(size) FROM cosigned_head", [], |row| Ok((row.get(0)?, row.get(1)?))).expect("a count");
    assert_eq!(kept, (256, 45));
}

#[tokio::test]
async fn a_row_of_another_program_is_never_signed() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let ledger = open_signed(&data).await;
    start(&ledger, "s", events(3)).await.expect("events");
    append_from_outside(&Connection::open(ledger.path()).expect("the file opens"));
    assert_eq!(ledger.unproven(), None);
    // A head over the row in the way would vouch for it.
    for _ in 0..3 {
        let refused = start(&ledger, "t", vec![event()]).await;
        assert!(matches!(refused, Err(LedgerError::Unproven { kind: Unproven::UnsignedTail, .. })), "{refused:?}");
    }
    assert!(ledger.unproven().is_some_and(|what| what.contains("another program")));
    assert_eq!(ledger.signed_head().expect("a head").checkpoint.size, 3);
    assert_eq!(ledger.head().await, Ok(Some(3)), "reading goes on");
}

#[tokio::test]
async fn no_statement_takes_a_head_an_origin_or_a_subtree_back() {
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let ledger = open_signed(&data).await;
    start(&ledger, "s", events(300)).await.expect("events");
    let other = Connection::open(ledger.path()).expect("the file opens");
    other.execute_batch("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF").expect("its own settings");
    for statement in [
        "UPDATE signed_head SET size = 299",
        "UPDATE signed_head SET root = randomblob(32)",
        "UPDATE signed_head SET origin = 0",
        "DELETE FROM signed_head",
        "INSERT INTO signed_head VALUES (0, 1, 300, randomblob(32), '')",
        "REPLACE INTO signed_head VALUES (0, 1, 300, randomblob(32), '')",
        "UPDATE log_origin SET reason = 'none'",
        "DELETE FROM log_origin",
        "REPLACE INTO log_origin VALUES (1, 'other', 0, '')",
        "REPLACE INTO log_origin SELECT 2, origin, 0, '' FROM log_origin",
        "UPDATE subtree SET hash = randomblob(32)",
        "DELETE FROM subtree",
        "REPLACE INTO subtree VALUES (1, 0, randomblob(32))",
        "INSERT INTO subtree VALUES (1, 2, randomblob(32))",
    ] {
        let refused = other.execute_batch(statement).expect_err(statement).to_string();
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
}

/// The checkpoint, when one of the keys has signed it.
fn verified(head: &SignedHead, keys: &[VerifyingKey]) -> Result<Checkpoint, NoteError> {
    Checkpoint::open(&head.note.parse::<Note>()?, keys)
}

/// One more event of stream 1, as a program would write it that keeps to the rules of the table.
pub(crate) fn append_from_outside(file: &Connection) {
    file.execute_batch(
        "INSERT INTO event (position, stream, revision, id, type, line, leaf)
         SELECT position + 1, 1, (SELECT max(revision) + 1 FROM event WHERE stream = 1), randomblob(16), 't', line, leaf
         FROM event ORDER BY position DESC LIMIT 1",
    )
    .expect("a row past the writer");
}
