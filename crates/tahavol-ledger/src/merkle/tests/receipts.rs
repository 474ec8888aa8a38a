//! Checkpoints, cosignatures and receipts against the published vectors, and each thing that may be wrong with them.

use super::hashing::ENTRIES;
use super::{
    CHECKPOINT, COSIGNATURE, COSIGNED_AT, LOG_VKEY, Memory, PATH_OF_3, WITNESS_VKEY, checkpoint_note, cosigned_note, log_key, numbered,
    seed, vkey, witness_key,
};
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::cosignature::{cosign, verify};
use crate::merkle::note::{KeyKind, NoteError, SigningKey, VerifyingKey};
use crate::merkle::proof::{inclusion, roots_of};
use crate::merkle::receipt::{Receipt, ReceiptError};
use crate::merkle::{Hash, leaf_hash, root};

fn published() -> Checkpoint {
    let root = root(ENTRIES.iter().map(|entry| leaf_hash(entry)));
    Checkpoint { origin: "tahavol.example/log".to_owned(), size: 8, root }
}

fn published_receipt() -> String {
    format!("c2sp.org/tlog-proof@v1\nindex 3\n{}\n\n{CHECKPOINT}", PATH_OF_3.join("\n"))
}

#[test]
fn the_published_checkpoint_is_written_signed_and_read() {
    assert_eq!(published().signed(&[log_key()]).expect("signed").to_string(), CHECKPOINT);
    assert_eq!(Checkpoint::parse(&published().text()), Ok(published()));
    assert_eq!(Checkpoint::open(&checkpoint_note(), &[vkey(LOG_VKEY)]), Ok(published()));
}

#[test]
fn checkpoints_are_read_as_by_tlog_tiles() {
    let empty = Checkpoint { origin: "a b".to_owned(), size: 0, root: root([]) };
    let large = Checkpoint { origin: "لاگ".to_owned(), size: i64::MAX as u64, root: [7; 32] };
    for checkpoint in [published(), empty, large] {
        let theirs = tlog_tiles::Checkpoint::from_bytes(checkpoint.text().as_bytes()).expect("a checkpoint");
        assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), (&*checkpoint.origin, checkpoint.size, checkpoint.root));
        assert_eq!(theirs.to_bytes(), checkpoint.text().as_bytes());
        assert_eq!(Checkpoint::parse(&checkpoint.text()), Ok(checkpoint));
    }
}

#[test]
fn texts_that_are_no_checkpoints_are_refused() {
    let text = published().text();
    let root = "Xcnaeacg\u{57}amtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";
    let others = [
        String::new(),
        "\n\n\n".to_owned(),
        text.trim_end().to_owned(),
        format!("{text}\n"),
        format!("{text}extension\n"),
        format!("\n{text}"),
        format!("\n8\n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n08\n{root}\n"),
        format!("o\n+8\n{root}\n"),
        format!("o\n-8\n{root}\n"),
        format!("o\n8 \n{root}\n"),
        format!("o\n۸\n{root}\n"),
        format!("o\n0x8\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n0\n{root}\n"),
        "o\n8\n\n".to_owned(),
        format!("o\n8\n{root} \n"),
        format!("o\n8\n{}\n", root.trim_end_matches('=')),
        format!("o\n8\n{}\n", root.replacen("yg=", "yh=", 1)),
        format!("o\n8\nAA{root}\n"),
        text.replace('\n', "\r\n"),
        format!("o\r\n8\n{root}\n"),
    ];
    for text in others {
        assert!(matches!(Checkpoint::parse(&text), Err(NoteError::Checkpoint(_))), "{text:?}");
    }
    assert!(Checkpoint::parse(&format!("o\n8\n{root}\n")).is_ok(), "what the others differ from");
}

#[test]
fn a_checkpoint_is_the_logs_only_with_a_signature_of_the_logs_own_key() {
    let (log, witness) = (vkey(LOG_VKEY), vkey(WITNESS_VKEY));
    assert_eq!(Checkpoint::open(&cosigned_note(), &[log.clone(), witness.clone()]), Ok(published()));
    assert_eq!(Checkpoint::open(&cosigned_note(), &[witness]), Err(NoteError::Unsigned), "a witness alone");
    let other = SigningKey::generate("other.example/log", KeyKind::Log, seed(0x40)).expect("a key");
    let note = published().signed(std::slice::from_ref(&other)).expect("signed");
    assert_eq!(Checkpoint::open(&note, &[log, other.verifying_key()]), Err(NoteError::Unsigned), "the key of another log");
}

#[test]
fn while_a_key_is_changed_both_sign_and_either_is_enough() {
    let new = SigningKey::generate("tahavol.example/log", KeyKind::Log, seed(0x40)).expect("a key");
    let note = published().signed(&[log_key(), new.clone()]).expect("signed");
    assert_eq!(note.signatures.len(), 2);
    for keys in [vec![vkey(LOG_VKEY)], vec![new.verifying_key()], vec![new.verifying_key(), vkey(LOG_VKEY)]] {
        assert_eq!(Checkpoint::open(&note, &keys), Ok(published()));
    }
}

#[test]
fn the_published_cosignature_is_made_and_verified() {
    let line = cosign(&published().text(), &witness_key(), COSIGNED_AT).expect("a cosigner's key");
    assert_eq!(line.to_string(), COSIGNATURE);
    assert_eq!(verify(&cosigned_note(), &vkey(WITNESS_VKEY)), Ok(COSIGNED_AT));
}

#[test]
fn a_cosignature_covers_text_and_time() {
    let witness = vkey(WITNESS_VKEY);
    let forged = Err(NoteError::Forged { name: witness.name().to_owned() });
    let mut other_text = cosigned_note();
    other_text.text = other_text.text.replacen("\n8\n", "\n9\n", 1);
    assert_eq!(verify(&other_text, &witness), forged);
    for bit in 0..72 * 8 {
        let mut changed = cosigned_note();
        changed.signatures[1].bytes[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verify(&changed, &witness), forged, "bit {bit}");
        assert_eq!(changed.verify(std::slice::from_ref(&witness)).map(drop), forged.clone().map(drop), "bit {bit}");
    }
    for length in [1, 7, 8, 64, 71, 73] {
        let mut changed = cosigned_note();
        changed.signatures[1].bytes.resize(length, 0);
        assert_eq!(verify(&changed, &witness), forged, "{length} bytes");
    }
}

#[test]
fn of_several_cosignatures_the_latest_counts() {
    let mut note = checkpoint_note();
    for time in [COSIGNED_AT, COSIGNED_AT + 60, 0, COSIGNED_AT + 30] {
        note.signatures.push(cosign(&note.text, &witness_key(), time).expect("cosigned"));
    }
    assert_eq!(verify(&note, &vkey(WITNESS_VKEY)), Ok(COSIGNED_AT + 60));
    assert_eq!(verify(&checkpoint_note(), &vkey(WITNESS_VKEY)), Err(NoteError::Unsigned));
}

#[test]
fn a_logs_key_does_not_cosign() {
    assert!(matches!(cosign("text\n", &log_key(), 1), Err(NoteError::Key(_))));
    assert!(matches!(verify(&checkpoint_note(), &vkey(LOG_VKEY)), Err(NoteError::Key(_))));
}

#[test]
fn the_published_receipt_is_written_read_and_believed() {
    let receipt: Receipt = published_receipt().parse().expect("a receipt");
    assert_eq!((receipt.index, receipt.proof.len(), &receipt.extra), (3, 3, &None));
    assert_eq!(receipt.to_string(), published_receipt());
    assert_eq!(receipt.verify(leaf_hash(ENTRIES[3]), &[vkey(LOG_VKEY)]), Ok(published()));
}

#[test]
fn a_receipt_may_carry_something_that_it_does_not_prove() {
    let mut receipt: Receipt = published_receipt().parse().expect("a receipt");
    receipt.extra = Some(b"{}".to_vec());
    let text = receipt.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra e30=\nindex 3\n"));
    assert_eq!(text.parse::<Receipt>().as_ref(), Ok(&receipt));
    assert!(receipt.verify(leaf_hash(ENTRIES[3]), &[vkey(LOG_VKEY)]).is_ok());
}

#[test]
fn a_receipt_proves_its_own_entry_at_its_own_place_under_a_known_key() {
    let receipt: Receipt = published_receipt().parse().expect("a receipt");
    let (leaf, key) = (leaf_hash(ENTRIES[3]), [vkey(LOG_VKEY)]);
    let not_included = |index| Err(ReceiptError::NotIncluded { index, size: 8 });
    for (at, entry) in ENTRIES.iter().enumerate().filter(|(at, _)| *at != 3) {
        assert_eq!(receipt.verify(leaf_hash(entry), &key), not_included(3), "entry {at}");
        let moved = Receipt { index: at as u64, ..receipt.clone() };
        assert_eq!(moved.verify(leaf, &key), not_included(at as u64));
    }
    let beyond = Receipt { index: 8, ..receipt.clone() };
    assert_eq!(beyond.verify(leaf, &key), not_included(8));
    let mut changed = receipt.clone();
    changed.proof[1][0] ^= 1;
    assert_eq!(changed.verify(leaf, &key), not_included(3));
    let mut short = receipt.clone();
    short.proof.pop();
    assert_eq!(short.verify(leaf, &key), not_included(3));
    let unsigned = Err(ReceiptError::Checkpoint(NoteError::Unsigned));
    assert_eq!(receipt.verify(leaf, &[]), unsigned);
    assert_eq!(receipt.verify(leaf, &[vkey(WITNESS_VKEY)]), unsigned);
    let larger: Receipt = published_receipt().replacen("\n8\n", "\n9\n", 1).parse().expect("a receipt");
    assert!(matches!(larger.verify(leaf, &key), Err(ReceiptError::Checkpoint(NoteError::Forged { .. }))));
}

#[test]
fn a_receipt_with_cosignatures_is_believed_only_if_all_known_ones_are_right() {
    let text = format!("{}{COSIGNATURE}\n", published_receipt());
    let receipt: Receipt = text.parse().expect("a receipt");
    let (leaf, keys) = (leaf_hash(ENTRIES[3]), [vkey(LOG_VKEY), vkey(WITNESS_VKEY)]);
    assert_eq!(receipt.verify(leaf, &keys), Ok(published()));
    assert_eq!(verify(&receipt.checkpoint, &keys[1]), Ok(COSIGNED_AT));
    let mut forged = receipt.clone();
    forged.checkpoint.signatures[1].bytes[9] ^= 1;
    assert!(forged.verify(leaf, &keys[..1]).is_ok(), "the witness is not known");
    assert!(matches!(forged.verify(leaf, &keys), Err(ReceiptError::Checkpoint(NoteError::Forged { .. }))));
}

#[test]
fn texts_that_are_no_receipts_are_refused() {
    let text = published_receipt();
    let others = [
        String::new(),
        CHECKPOINT.to_owned(),
        text.replacen("@v1", "@v2", 1),
        text.replacen("index 3\n", "", 1),
        text.replacen("index 3", "index 03", 1),
        text.replacen("index 3", "index +3", 1),
        text.replacen("index 3", "index  3", 1),
        text.replacen("index 3", "Index 3", 1),
        text.replacen("index 3", "index 3\nindex 3", 1),
        text.replacen("index 3", "extra \nindex 3", 1),
        text.replacen("index 3", "extra e30\nindex 3", 1),
        text.replacen("index 3", "extra e30=\nextra e30=\nindex 3", 1),
        text.replacen("index 3", "index 3\nextra e30=", 1),
        text.replacen(PATH_OF_3[0], "", 1),
        text.replacen(PATH_OF_3[0], "AAAA", 1),
        text.replacen(PATH_OF_3[0], &format!(" {}", PATH_OF_3[0]), 1),
        text.replacen(PATH_OF_3[2], &vec![PATH_OF_3[2]; 63].join("\n"), 1),
        text.replacen("\n\n", "\n", 1),
        text.replacen("\n\n", "\n\n\n", 1),
        text.replace('\n', "\r\n"),
        text.trim_end().to_owned(),
        format!(" {text}"),
    ];
    for other in others {
        let refused = other.parse::<Receipt>().and_then(|it| it.verify(leaf_hash(ENTRIES[3]), &[vkey(LOG_VKEY)]));
        assert!(refused.is_err(), "{other:?}");
    }
    for cut in 0..text.len() {
        if let Some(start) = text.get(..cut) {
            assert!(start.parse::<Receipt>().is_err(), "cut at {cut}");
        }
    }
}

#[test]
fn every_entry_of_a_log_gets_a_receipt_that_holds_for_it_alone() {
    let log = Memory::of(numbered(300));
    for size in [1, 2, 7, 256, 257, 300] {
        let head = Checkpoint { origin: "tahavol.example/log".to_owned(), size, root: roots_of(&log, size).expect("read").root() };
        let checkpoint = head.signed(&[log_key()]).expect("signed");
        for index in (0..size).step_by(3) {
            let proof = inclusion(&log, index, size).expect("in memory");
            let receipt = Receipt { extra: None, index, proof, checkpoint: checkpoint.clone() };
            let read: Receipt = receipt.to_string().parse().expect("a receipt");
            let keys: [VerifyingKey; 1] = [log_key().verifying_key()];
            let holds = |leaf: &Hash| read.verify(*leaf, &keys).is_ok();
            assert!(holds(&log.leaves()[index as usize]));
            assert!(index % 60 != 0 || log.leaves().iter().filter(|leaf| holds(leaf)).count() == 1);
        }
    }
}
