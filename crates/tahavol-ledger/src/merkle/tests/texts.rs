//! Every text has one spelling: whatever is read is written again as it was, and nothing that is read panics.

use proptest::prelude::*;

use super::{CHECKPOINT, COSIGNATURE, LOG_VKEY, PATH_OF_3, WITNESS_VKEY, checkpoint_note, log_key};
use crate::merkle::checkpoint::Checkpoint;
use crate::merkle::note::{Note, Signature, SigningKey, VerifyingKey};
use crate::merkle::receipt::Receipt;
use crate::merkle::tile::{TileKind, entries_path, parse_tile_path, tile_path, unbundle};

proptest! {
    #[test]
    fn whatever_is_read_is_written_as_it_was(text in changed()) {
        if let Ok(read) = text.parse::<Note>() {
            prop_assert_eq!(&read.to_string(), &text);
        }
        if let Ok(read) = text.parse::<Signature>() {
            prop_assert_eq!(&read.to_string(), &text);
        }
        if let Ok(read) = text.parse::<VerifyingKey>() {
            prop_assert_eq!(&read.to_string(), &text);
        }
        if let Ok(read) = text.parse::<SigningKey>() {
            prop_assert_eq!(&read.to_string(), &text);
        }
        if let Ok(read) = text.parse::<Receipt>() {
            prop_assert_eq!(&read.to_string(), &text);
        }
        if let Ok(read) = Checkpoint::parse(&text) {
            prop_assert_eq!(&read.text(), &text);
        }
        match parse_tile_path(&text) {
            Some((TileKind::Hashes(level), number, width)) => prop_assert_eq!(tile_path(level, number, width), text),
            Some((TileKind::Entries, number, width)) => prop_assert_eq!(entries_path(number, width), text),
            None => {}
        }
    }

    #[test]
    fn a_note_that_was_changed_is_not_believed(text in change_of(CHECKPOINT.to_owned())) {
        if let Ok(note) = text.parse::<Note>() {
            let believed = note.verify(&[log_key().verifying_key()]).is_ok();
            prop_assert!(!believed || note.text == checkpoint_note().text, "{}", text);
        }
    }

    #[test]
    fn any_bytes_are_a_bundle_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(entries) = unbundle(&bytes) {
            prop_assert_eq!(crate::merkle::tile::bundle(entries.into_iter()), bytes);
        }
    }

    #[test]
    fn every_tile_has_its_path(level in 0..64_u8, number: u64, shift in 0..64_u32, width in 1..=256_u16) {
        let number = number >> shift;
        prop_assert_eq!(parse_tile_path(&tile_path(level, number, width)), Some((TileKind::Hashes(level), number, width)));
    }
}

/// One of the formats' texts with something changed, or nothing.
fn changed() -> impl Strategy<Value = String> {
    let receipt = format!("c2sp.org/tlog-proof@v1\nextra e30=\nindex 3\n{}\n\n{CHECKPOINT}", PATH_OF_3.join("\n"));
    let texts = [
        CHECKPOINT.to_owned(),
        COSIGNATURE.to_owned(),
        checkpoint_note().text,
        LOG_VKEY.to_owned(),
        WITNESS_VKEY.to_owned(),
        log_key().to_string(),
        tile_path(1, 1_234_067, 112),
        entries_path(1_234_067, 256),
        receipt,
    ];
    proptest::sample::select(texts.to_vec()).prop_flat_map(change_of)
}

/// The text with some characters taken out and some put in.
fn change_of(text: String) -> impl Strategy<Value = String> {
    let length = text.chars().count();
    (0..=length, 0..3_usize, "[\\PC\n\r\t\u{0}+/= x0a\u{2014}]{0,3}").prop_map(move |(at, out, put)| {
        let before: String = text.chars().take(at).collect();
        let after: String = text.chars().skip(at + out).collect();
        format!("{before}{put}{after}")
    })
}
