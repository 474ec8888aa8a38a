//! Signed notes and keys against the published vectors and the signed_note crate.

use signed_note::{StandardSigner, StandardVerifier, VerifierList};

use super::{CHECKPOINT, COSIGNATURE, LOG_VKEY, WITNESS_VKEY, checkpoint_note, cosigned_note, log_key, seed, vkey, witness_key};
use crate::merkle::note::{KeyKind, Note, NoteError, Signature, SigningKey, VerifyingKey};

#[test]
fn the_published_keys_are_found() {
    assert_eq!(log_key().verifying_key().to_string(), LOG_VKEY);
    assert_eq!(witness_key().verifying_key().to_string(), WITNESS_VKEY);
    assert_eq!(log_key().verifying_key(), vkey(LOG_VKEY));
    assert_eq!(vkey(LOG_VKEY).kind(), KeyKind::Log);
    assert_eq!(vkey(WITNESS_VKEY).kind(), KeyKind::Cosigner);
    assert_eq!(vkey(LOG_VKEY).id(), [0x66, 0x49, 0x72, 0xa8]);
}

/// The one key whose text is printed in the documentation of the Go checksum database.
#[test]
fn the_key_of_the_go_checksum_database_is_read() {
    let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    assert_eq!(vkey(text).to_string(), text);
}

#[test]
fn the_published_note_is_signed_and_verified() {
    let text = CHECKPOINT.split_once("\n\n").expect("two parts").0.to_owned() + "\n";
    let signature = log_key().sign(&text).expect("a log's key");
    assert_eq!(Note { text, signatures: vec![signature] }.to_string(), CHECKPOINT);
    assert_eq!(checkpoint_note().to_string(), CHECKPOINT);
    assert_eq!(checkpoint_note().verify(&[vkey(LOG_VKEY)]), Ok(vec![&vkey(LOG_VKEY)]));
}

#[test]
fn a_private_key_is_written_and_read_as_go_does() {
    for key in [log_key(), witness_key()] {
        let text = key.to_string();
        assert!(text.starts_with("PRIVATE+KEY+") && text.contains(key.name()));
        let read: SigningKey = text.parse().expect("a key");
        assert_eq!(read.to_string(), text);
        assert_eq!(read.verifying_key(), key.verifying_key());
    }
    let theirs = StandardSigner::new(&log_key().to_string()).expect("a key for them too");
    let mut note = signed_note::Note::new(checkpoint_note().text.as_bytes(), &[]).expect("a text");
    note.add_sigs(&[&theirs]).expect("signed");
    assert_eq!(String::from_utf8(note.to_bytes()).expect("text"), CHECKPOINT);
}

#[test]
fn the_debug_text_of_a_private_key_does_not_tell_it() {
    let (shown, written) = (format!("{:?}", log_key()), log_key().to_string());
    let secret = written.rsplit('+').next().expect("the last part");
    assert!(!shown.contains(secret) && !shown.contains("PRIVATE"));
    assert!(!shown.contains("[0, 1, 2") && shown.contains(LOG_VKEY));
}

#[test]
fn a_renamed_key_is_the_same_key_with_another_id() {
    let renamed = log_key().renamed("tahavol.example/log/2").expect("a good name");
    assert_eq!(renamed.verifying_key().public(), log_key().verifying_key().public());
    assert_ne!(renamed.verifying_key().id(), log_key().verifying_key().id());
    assert_eq!(renamed.kind(), KeyKind::Log);
    assert!(log_key().renamed("two words").is_err());
}

#[test]
fn keys_that_are_none_are_refused() {
    let (name, rest) = LOG_VKEY.split_once('+').expect("a plus");
    let (id, key) = rest.split_once('+').expect("a plus");
    let others = [
        String::new(),
        name.to_owned(),
        format!("{name}+{id}"),
        format!("+{id}+{key}"),
        format!("two words+{id}+{key}"),
        format!("other+{id}+{key}"),
        format!("{name}+00000000+{key}"),
        format!("{name}+{}+{key}", id.to_uppercase()),
        format!("{name}+0{id}+{key}"),
        format!("{name}++{key}"),
        format!("{name}+{id}+"),
        format!("{name}+{id}+{key}="),
        format!("{name}+{id}+{}", &key[..40]),
        format!("{name}+{id}+{}", key.replacen("AQ", "Bg", 1)),
        format!(" {LOG_VKEY}"),
        format!("{LOG_VKEY}\n"),
        log_key().to_string(),
    ];
    for text in others {
        assert!(matches!(text.parse::<VerifyingKey>(), Err(NoteError::Key(_))), "{text}");
    }
    let private = log_key().to_string();
    let others = [LOG_VKEY.to_owned(), private.replacen("+664972a8+", "+664972a9+", 1), private[..private.len() - 4].to_owned()];
    for text in others {
        assert!(matches!(text.parse::<SigningKey>(), Err(NoteError::Key(_))), "{text}");
    }
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{7f}b"] {
        assert!(SigningKey::generate(name, KeyKind::Log, seed(0)).is_err(), "{name:?}");
    }
}

/// With a key of small order one signature fits every text; the neutral element of the curve is such a key.
#[test]
fn a_weak_key_is_refused() {
    let mut neutral = [0; 33];
    (neutral[0], neutral[1]) = (0x01, 1);
    let id = signed_note::key_id("weak.example", &neutral);
    let key = format!("weak.example+{id:08x}+{}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, neutral));
    assert!(StandardVerifier::new(&key).is_ok(), "written as a key is");
    assert_eq!(key.parse::<VerifyingKey>(), Err(NoteError::Key("is no Ed25519 key")));
}

#[test]
fn a_changed_note_is_forged() {
    let key = [vkey(LOG_VKEY)];
    let forged = |note: String| match note.parse::<Note>() {
        Ok(note) => note.verify(&key) == Err(NoteError::Forged { name: key[0].name().to_owned() }),
        Err(_) => false,
    };
    assert!(forged(CHECKPOINT.replacen("\n8\n", "\n9\n", 1)));
    assert!(forged(CHECKPOINT.replacen("Xcnae", "Xcnaf", 1)));
    assert!(forged(CHECKPOINT.replacen("\n8\n", "\n8\n\n", 1)));
    let honest = checkpoint_note();
    for bit in 0..512 {
        let mut note = honest.clone();
        note.signatures[0].bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(forged(note.to_string()), "bit {bit} of the signature");
    }
    for length in [1, 63, 65, 72] {
        let mut note = honest.clone();
        note.signatures[0].bytes.resize(length, 0);
        assert!(forged(note.to_string()), "{length} bytes");
    }
}

/// S and S + L are both solutions of the equation; only the smaller is taken, or one signature would have two texts.
#[test]
fn a_signature_that_was_moulded_into_another_is_forged() {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0x10,
    ];
    let mut note = checkpoint_note();
    let mut carry = 0;
    for (byte, add) in note.signatures[0].bytes[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert!(matches!(note.verify(&[vkey(LOG_VKEY)]), Err(NoteError::Forged { .. })));
}

#[test]
fn unknown_keys_are_passed_over_and_at_least_one_known_is_needed() {
    let note = cosigned_note();
    let (log, witness) = (vkey(LOG_VKEY), vkey(WITNESS_VKEY));
    assert_eq!(note.verify(std::slice::from_ref(&log)), Ok(vec![&log]));
    assert_eq!(note.verify(std::slice::from_ref(&witness)), Ok(vec![&witness]));
    assert_eq!(note.verify(&[witness.clone(), log.clone()]), Ok(vec![&log, &witness]), "in the order of the lines");
    assert_eq!(note.verify(&[]), Err(NoteError::Unsigned));
    let renamed = log_key().renamed("other.example/log").expect("a good name").verifying_key();
    assert_eq!(note.verify(&[renamed]), Err(NoteError::Unsigned));
}

#[test]
fn many_signatures_are_read_and_too_many_are_not() {
    let mut note = checkpoint_note();
    let stranger = |at: u8| SigningKey::generate(&format!("stranger{at}.example"), KeyKind::Log, seed(at)).expect("a key");
    for at in 1..100 {
        note.signatures.insert(0, stranger(at).sign(&note.text).expect("signed"));
        let read: Note = note.to_string().parse().expect("as many as may be");
        assert_eq!(read.verify(&[vkey(LOG_VKEY)]), Ok(vec![&vkey(LOG_VKEY)]), "{at} strangers");
        let all: Vec<_> = (1..=at).map(|at| stranger(at).verifying_key()).collect();
        assert!(at != 20 || read.verify(&all).is_ok_and(|signers| signers.len() == 20));
    }
    note.signatures.insert(0, stranger(100).sign(&note.text).expect("signed"));
    assert_eq!(note.to_string().parse::<Note>(), Err(NoteError::TooMany));
}

#[test]
fn a_line_that_is_there_twice_counts_once_and_a_wrong_second_one_spoils_the_note() {
    let key = vkey(LOG_VKEY);
    let mut note = checkpoint_note();
    note.signatures.push(note.signatures[0].clone());
    let read: Note = note.to_string().parse().expect("a note");
    assert_eq!(read.verify(std::slice::from_ref(&key)), Ok(vec![&key]));
    // Elsewhere only the first line of a key is looked at. Here a forgery does not hide behind a right line.
    note.signatures[1].bytes[0] ^= 1;
    assert!(matches!(note.verify(std::slice::from_ref(&key)), Err(NoteError::Forged { .. })));
}

#[test]
fn two_known_keys_that_a_line_does_not_tell_apart_are_refused() {
    let log = vkey(LOG_VKEY);
    let note = checkpoint_note();
    assert_eq!(note.verify(&[log.clone(), log.clone()]), Ok(vec![&log]), "the same key twice is no question");
    // A cosigner's key with the same name and another kind has another id.
    let other = SigningKey::generate(log.name(), KeyKind::Cosigner, seed(0)).expect("a key").verifying_key();
    assert_eq!(note.verify(&[other, log.clone()]), Ok(vec![&log]));
}

#[test]
fn a_key_signs_what_it_is_for() {
    assert!(matches!(witness_key().sign("text\n"), Err(NoteError::Key(_))));
    for text in ["", "no newline", "a\ttab\n", "cr\r\n", "null\0\n"] {
        assert!(matches!(log_key().sign(text), Err(NoteError::Text(_))), "{text:?}");
    }
}

#[test]
fn texts_that_are_no_notes_are_refused_here_and_by_signed_note() {
    let (text, lines) = CHECKPOINT.split_once("\n\n").expect("two parts");
    let blob = lines.trim_end().rsplit(' ').next().expect("the signature");
    let none = [
        String::new(),
        "\n".to_owned(),
        "\n\n".to_owned(),
        text.to_owned(),
        format!("{text}\n"),
        format!("{text}\n\n"),
        format!("{text}\n{lines}"),
        format!("{text}\n\n{}", lines.trim_end()),
        format!("{text}\n\n{lines}\n"),
        format!("{text}\n\n{lines}more\n"),
        format!("{text}\n\n\n\n{lines}\n\n"),
        CHECKPOINT.replace('\n', "\r\n"),
        CHECKPOINT.replacen("\n8\n", "\n8\r\n", 1),
        CHECKPOINT.replacen("\n8\n", "\n8\t\n", 1),
        CHECKPOINT.replacen("\n8\n", "\n8\0\n", 1),
        CHECKPOINT.replacen("\n8\n", "\n8\u{1f}\n", 1),
        CHECKPOINT.replace('\u{2014}', "-"),
        CHECKPOINT.replace('\u{2014}', "\u{2013}"),
        format!("{text}\n\n {lines}"),
        format!("{text}\n\n\u{2014} {blob}\n"),
        format!("{text}\n\n\u{2014} a+b {blob}\n"),
        format!("{text}\n\n\u{2014} a\u{a0}b {blob}\n"),
        format!("{text}\n\n\u{2014}  {blob}\n"),
        format!("{text}\n\n\u{2014} a b {blob}\n"),
        format!("{text}\n\n\u{2014} a \n"),
        format!("{text}\n\n\u{2014} a ZklyqA==\n"),
        format!("{text}\n\n\u{2014} a {}\n", blob.trim_end_matches('=')),
        format!("{text}\n\n\u{2014} a {blob}=\n"),
        format!("{text}\n\n\u{2014} a {blob} \n"),
        format!("{text}\n\n\u{2014} a {}\n", blob.replacen("ZAY=", "ZAZ=", 1)),
        format!("{text}\n\n\u{2014} a {}\n", blob.replace('+', "-").replace('/', "_")),
    ];
    for note in none {
        assert!(note.parse::<Note>().is_err(), "{note:?}");
        assert!(signed_note::Note::from_bytes(note.as_bytes()).is_err(), "{note:?}");
    }
}

#[test]
fn notes_are_read_and_believed_as_by_signed_note() {
    let more = |text: &str| {
        let signature = log_key().sign(text).expect("signed");
        Note { text: text.to_owned(), signatures: vec![signature] }.to_string()
    };
    let notes = [
        CHECKPOINT.to_owned(),
        cosigned_note().to_string(),
        more("\n"),
        more("\n\n"),
        more("with\n\nan empty line\n"),
        more("\n\u{2014} a ZklyqD4L\n\nin the text\n"),
        more("به فارسی\n"),
        more("del\u{7f}\n"),
        CHECKPOINT.replacen("\n8\n", "\n9\n", 1),
    ];
    for text in notes {
        let ours: Note = text.parse().expect("a note");
        let theirs = signed_note::Note::from_bytes(text.as_bytes()).expect("a note");
        assert_eq!(ours.text.as_bytes(), theirs.text(), "{text:?}");
        assert_eq!(ours.to_string().as_bytes(), theirs.to_bytes(), "{text:?}");
        let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(LOG_VKEY).expect("a key"))]);
        assert_eq!(ours.verify(&[vkey(LOG_VKEY)]).is_ok(), theirs.verify(&verifiers).is_ok(), "{text:?}");
    }
}

#[test]
fn a_signature_line_is_read_alone() {
    let line: Signature = COSIGNATURE.parse().expect("a line");
    assert_eq!(line, cosigned_note().signatures[1]);
    assert_eq!(line.to_string(), COSIGNATURE);
    for line in ["", "\u{2014} a", &format!("{COSIGNATURE}\n"), &format!("{COSIGNATURE}\n{COSIGNATURE}")] {
        assert!(line.parse::<Signature>().is_err(), "{line:?}");
    }
}
