//! A signed replica: replicas of the same events are one log, and one that is built anew goes on where it was signed last.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::Note;
use tahavol_ledger::merkle::proof::{consistency, verify_consistency};
use tahavol_ledger::{LEDGER_FILE, Ledger, LedgerError, OpenOptions, SignedHead, SqliteLedger, Unproven};
use tempfile::TempDir;

use super::support::{ORIGIN, engine, head_copy, replica, signed, with_signing};

/// A node's data directory and the copy of its head beside it.
struct Node {
    _directory: TempDir,
    data: PathBuf,
}

impl Node {
    fn new() -> Node {
        let directory = tempfile::tempdir().expect("a directory");
        let data = directory.path().join("data");
        Node { _directory: directory, data }
    }

    async fn open(&self) -> Arc<SqliteLedger> {
        Arc::new(SqliteLedger::open(&self.data, self.options()).await.expect("the replica opens"))
    }

    fn options(&self) -> OpenOptions {
        OpenOptions { replica_of: replica().replica_of, ..signed(&self.data) }
    }

    fn accepting(&self, reason: &str) -> OpenOptions {
        let accepting = with_signing(&self.data, |signing| signing.accept_rollback = Some(reason.to_owned()));
        OpenOptions { replica_of: replica().replica_of, ..accepting }
    }

    async fn refusal(&self) -> Option<LedgerError> {
        SqliteLedger::open(&self.data, self.options()).await.err()
    }

    /// As an operator throws a replica away; key and copy of the head stay.
    fn throw_away(&self) {
        fs::remove_dir_all(&self.data).expect("it is removed");
    }

    /// What the copy of the head says.
    fn copied(&self) -> Checkpoint {
        let note: Note = fs::read_to_string(head_copy(&self.data)).expect("the copy").parse().expect("a note");
        Checkpoint::parse(&note.text).expect("a checkpoint")
    }
}

#[tokio::test]
async fn replicas_of_the_same_events_have_the_same_roots_and_their_heads_are_of_one_log() {
    let (one, two) = (Node::new(), Node::new());
    let all = engine(3_000);
    let mut heads: Vec<Arc<SignedHead>> = Vec::new();
    for (node, batch) in [(&one, 7), (&two, 501)] {
        let ledger = node.open().await;
        for batch in all.chunks(batch) {
            ledger.replicate(batch.to_vec(), Vec::new()).await.expect("events");
            heads.push(ledger.signed_head().expect("a head"));
        }
        ledger.close().await.expect("it closes");
    }
    let (one, two) = (one.open().await, two.open().await);
    assert_eq!(one.signed_head(), two.signed_head(), "to the byte");
    assert_eq!(one.check(), two.check());
    assert_eq!(one.tile(1, 0, 11).await, two.tile(1, 0, 11).await);
    let newest = one.signed_head().expect("a head").checkpoint.clone();
    assert_eq!(newest.size, 3_000);
    for head in heads.iter().map(|head| &head.checkpoint) {
        let proof = consistency(&one.tiles(), head.size, newest.size).expect("a proof");
        assert!(verify_consistency(head.size, &head.root, newest.size, &newest.root, &proof), "{}", head.size);
    }
}

#[tokio::test]
async fn a_replica_is_examined_like_any_signed_ledger() {
    let node = Node::new();
    let ledger = node.open().await;
    assert_eq!(ledger.signed_head().expect("a head over nothing").checkpoint.size, 0);
    ledger.replicate(engine(500), Vec::new()).await.expect("events");
    ledger.close().await.expect("it closes");
    drop(ledger);
    let signing = node.options().signing.expect("it is there");
    let reader = SqliteLedger::open_read_only(&node.data).await.expect("it can be read");
    assert_eq!(reader.examine_signed(&signing), Ok(()));
    drop(reader);
    let options = OpenOptions { signing: None, ..node.options() };
    let refused = SqliteLedger::open(&node.data, options).await.err();
    assert!(matches!(refused, Some(LedgerError::Unproven { kind: Unproven::KeyMissing, .. })), "{refused:?}");
    fs::remove_file(head_copy(&node.data)).expect("the copy goes");
    let refused = node.refusal().await;
    assert!(matches!(refused, Some(LedgerError::Unproven { kind: Unproven::HeadCopyMissing, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_replica_that_is_built_anew_signs_nothing_until_it_is_where_it_was_and_then_goes_on() {
    let node = Node::new();
    let all = engine(2_000);
    fill(&node, 1_200).await;
    assert_eq!(node.copied().size, 1_200);
    node.throw_away();

    let ledger = node.open().await;
    assert_eq!((ledger.signs_from(), ledger.signed_head()), (Some(1_200), None));
    let mut heads = ledger.watch_heads();
    assert_eq!(ledger.replicate(all[..700].to_vec(), Vec::new()).await, Ok(700));
    assert_eq!(ledger.signed_head(), None);
    let refused = ledger.keep_cosignatures(700, Vec::new()).await;
    assert!(matches!(refused, Err(LedgerError::Refused { .. })), "{refused:?}");
    // A restart on the way changes nothing, and the copy is not touched.
    ledger.close().await.expect("it closes");
    drop(ledger);
    assert_eq!(node.copied().size, 1_200);
    let signing = node.options().signing.expect("it is there");
    let reader = SqliteLedger::open_read_only(&node.data).await.expect("it can be read");
    assert_eq!((reader.examine_signed(&signing), reader.stored_head()), (Ok(()), Ok(None)));
    drop(reader);
    assert!(heads.changed().await.is_err(), "no head was told");

    let ledger = node.open().await;
    assert_eq!((ledger.signs_from(), ledger.head().await), (Some(1_200), Ok(Some(699))));
    assert_eq!(ledger.replicate(all[700..1_199].to_vec(), Vec::new()).await, Ok(1_199));
    assert_eq!(ledger.signed_head(), None);
    assert_eq!(ledger.replicate(all[1_199..1_500].to_vec(), Vec::new()).await, Ok(1_500));
    let head = ledger.signed_head().expect("a head");
    assert_eq!((head.checkpoint.size, head.checkpoint.origin.as_str(), ledger.signs_from()), (1_500, ORIGIN, None));
    assert_eq!(head.checkpoint.root, ledger.check().expect("every leaf is right").root);
    ledger.replicate(all[1_500..].to_vec(), Vec::new()).await.expect("it goes on");
    ledger.close().await.expect("it closes");
    drop(ledger);
    assert_eq!(node.copied().size, 2_000);
    assert_eq!(node.open().await.signed_head().expect("a head").checkpoint.size, 2_000);
}

#[tokio::test]
async fn an_older_state_of_a_replica_is_filled_up_again() {
    let node = Node::new();
    let all = engine(900);
    fill(&node, 300).await;
    let older = fs::read(node.data.join(LEDGER_FILE)).expect("the file");
    fill(&node, 800).await;
    fs::write(node.data.join(LEDGER_FILE), older).expect("it is put back");
    let ledger = node.open().await;
    // The head that it has is an old one, and true.
    assert_eq!((ledger.signs_from(), ledger.signed_head().expect("a head").checkpoint.size), (Some(800), 300));
    ledger.replicate(all[..500].to_vec(), Vec::new()).await.expect("events");
    assert_eq!(ledger.signed_head().expect("a head").checkpoint.size, 300);
    ledger.replicate(all.clone(), Vec::new()).await.expect("events");
    assert_eq!((ledger.signs_from(), ledger.signed_head().expect("a head").checkpoint.size), (None, 900));
}

#[tokio::test]
async fn another_history_than_was_signed_is_not_copied_past_the_head() {
    let node = Node::new();
    fill(&node, 400).await;
    node.throw_away();
    let mut other = engine(600);
    other[399].event.line = other[398].event.line.clone();
    let ledger = node.open().await;
    ledger.replicate(other[..300].to_vec(), Vec::new()).await.expect("so far it may be the same");
    for _ in 0..2 {
        let refused = ledger.replicate(other[300..500].to_vec(), Vec::new()).await;
        assert!(matches!(refused, Err(LedgerError::Unproven { kind: Unproven::Forked, .. })), "{refused:?}");
        assert_eq!((ledger.head().await, ledger.signed_head()), (Ok(Some(299)), None), "none of it is recorded");
        assert!(ledger.unproven().is_some());
    }
    ledger.close().await.expect("it closes");
    drop(ledger);
    assert_eq!(node.copied().size, 400);
    // The same again after a restart; a person may accept it.
    let ledger = node.open().await;
    assert!(ledger.replicate(other[300..500].to_vec(), Vec::new()).await.is_err());
    drop(ledger);
    let ledger = SqliteLedger::open(&node.data, node.accepting("the cluster was put back")).await.expect("it opens");
    assert_eq!(ledger.replicate(other[300..].to_vec(), Vec::new()).await, Ok(600));
    let head = ledger.signed_head().expect("a head").checkpoint.clone();
    assert_eq!((head.origin, head.size), (format!("{ORIGIN}/2"), 600));
    assert_eq!(ledger.origins().expect("they can be read").last().expect("an origin").since_size, 300);
}

#[tokio::test]
async fn a_full_disk_stops_copying_for_as_long_as_it_is_full() {
    let node = Node::new();
    let all = engine(3_000);
    fill(&node, 2_600).await;
    node.throw_away();
    let small = OpenOptions { max_bytes: Some(700_000), ..node.options() };
    let ledger = SqliteLedger::open(&node.data, small).await.expect("it opens");
    let mut next = 0;
    let refused = loop {
        match ledger.replicate(all[next..next + 100].to_vec(), Vec::new()).await {
            Ok(there) => next = there as usize,
            Err(error) => break error,
        }
    };
    assert!((500..2_600).contains(&next), "{next}");
    for refused in [refused, ledger.replicate(all[next..].to_vec(), Vec::new()).await.expect_err("it reaches the head, and is full")] {
        assert!(matches!(refused, LedgerError::Unavailable { .. }), "{refused:?}");
    }
    assert_eq!((ledger.signs_from(), ledger.signed_head(), ledger.unproven()), (Some(2_600), None, None));
    assert_eq!(ledger.last_place().await.expect("it can be read").map(|last| last.position), Some(next as u64 - 1));
    ledger.close().await.expect("it closes");
    drop(ledger);
    let ledger = node.open().await;
    assert_eq!(ledger.replicate(all[next..].to_vec(), Vec::new()).await, Ok(3_000));
    assert_eq!(ledger.signed_head().expect("a head").checkpoint.size, 3_000);
}

#[tokio::test]
async fn a_replica_that_is_built_anew_goes_on_under_a_further_origin_too() {
    let node = Node::new();
    fill(&node, 100).await;
    node.throw_away();
    let ledger = SqliteLedger::open(&node.data, node.accepting("the cluster was lost")).await.expect("it opens");
    ledger.replicate(engine(50), Vec::new()).await.expect("events");
    ledger.close().await.expect("it closes");
    drop(ledger);
    assert_eq!((node.copied().origin, node.copied().size), (format!("{ORIGIN}/2"), 50));
    node.throw_away();
    let ledger = node.open().await;
    assert_eq!(ledger.signs_from(), Some(50));
    ledger.replicate(engine(80), Vec::new()).await.expect("events");
    let head = ledger.signed_head().expect("a head").checkpoint.clone();
    assert_eq!((head.origin, head.size), (format!("{ORIGIN}/2"), 80));
    ledger.close().await.expect("it closes");
    drop(ledger);
    assert_eq!(node.open().await.signed_head().expect("a head").checkpoint.size, 80);
    assert_eq!(first_odd(&node.data), None);
}

#[tokio::test]
async fn a_copy_that_is_not_the_replicas_own_is_refused() {
    let node = Node::new();
    fill(&node, 100).await;
    node.throw_away();
    fs::write(head_copy(&node.data), "no head").expect("it is written");
    let refused = node.refusal().await;
    assert!(matches!(refused, Some(LedgerError::Unproven { kind: Unproven::HeadDamaged, .. })), "{refused:?}");
    assert!(!node.data.join(LEDGER_FILE).exists(), "nothing is made");
}

async fn fill(node: &Node, count: usize) {
    let ledger = node.open().await;
    ledger.replicate(engine(count), Vec::new()).await.expect("events");
    ledger.close().await.expect("it closes");
}

fn first_odd(data: &Path) -> Option<tahavol_ledger::Odd> {
    tahavol_ledger::LedgerFile::open(data).expect("it can be examined").first_odd().expect("it can be read")
}
