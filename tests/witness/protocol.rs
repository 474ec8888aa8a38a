//! `POST /add-checkpoint`: the published vectors, and the status of every way to be refused.

use tahavol_ledger::merkle::hash_of_text;
use tahavol_ledger::merkle::note::{Note, Signature, VerifyingKey};
use tahavol_ledger::merkle::{Hash, leaf_hash};
use tahavol_tests::binary;
use tahavol_tests::witness::Witness;

use crate::{body, checkpoint, cosigned, log_key, vector_key, vector_leaves};

/// From 3 to 8.
const PROOF: [&str; 4] = [
    "ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=",
    "B1Bqhf2d0vEg62lPhgEeW7RmLlxBWmKRcDPUqWJEh+c=",
    "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=",
    "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
];

/// The published head over eight entries.
const EIGHT: &str = "tahavol.example/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n— tahavol.example/log ZklyqD4LCEWZ2JQUYOecJvbBgtsB94XIx9qFeVbHgCjFn88++xb5LmlzcX0lwAv/gGwFFj8aev9IWL36+PT/IXDoZAY=\n";

fn proof() -> Vec<Hash> {
    PROOF.iter().map(|line| hash_of_text(line).unwrap()).collect()
}

async fn told(witness: &Witness, body: String) -> (u16, String, String) {
    let answer = witness.add(body).await.expect("it answers");
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

#[tokio::test]
async fn the_published_vectors_are_cosigned_and_every_fault_has_its_status() {
    let directory = tempfile::tempdir().unwrap();
    let own: VerifyingKey = Witness::keygen(directory.path(), "witness.example/auditor1").parse().unwrap();
    let witness = Witness::on(directory.path());
    let (key, leaves) = (vector_key(), vector_leaves());
    let three = checkpoint(&key, &leaves[..3]);
    let eight: Note = EIGHT.parse().unwrap();
    assert_eq!(checkpoint(&key, &leaves), eight, "the vector is what our own key signs");
    let status = async |body: String| told(&witness, body).await.0;

    // A log becomes known while the witness runs.
    assert_eq!(status(body(0, &[], &three)).await, 404);
    Witness::trust(directory.path(), &key.verifying_key().to_string());
    let stranger = log_key("tahavol.example/log", [9; 32]);
    assert_eq!(status(body(0, &[], &checkpoint(&stranger, &leaves[..3]))).await, 403);
    assert_eq!(status(body(0, &[], &checkpoint(&log_key("other.example/log", [9; 32]), &leaves[..3]))).await, 404);
    // A key that is known by name and id, with a signature that is wrong.
    let mut forged = three.clone();
    *forged.signatures[0].bytes.last_mut().unwrap() ^= 1;
    assert_eq!(status(body(0, &[], &forged)).await, 403);

    for malformed in ["", "old 3", "old x\n\n", &body(0, &[], &three).replacen("old 0", "old 00", 1), &EIGHT.replace("\n8\n", "\n08\n")] {
        assert_eq!(status(malformed.to_owned()).await, 400, "{malformed}");
    }
    assert_eq!(status(body(9, &[], &eight)).await, 400, "old is larger than the checkpoint");
    assert_eq!(status(body(0, &[[1; 32]; 64], &three)).await, 400);
    assert_eq!(status("x".repeat(100_000)).await, 413);
    assert_eq!(status(body(0, &proof(), &three)).await, 422, "there is nothing to prove from nothing");

    let (first, kind, answer) = told(&witness, body(0, &[], &three)).await;
    assert_eq!((first, kind.as_str()), (200, "text/plain; charset=utf-8"));
    assert!(cosigned(&answer, &three, &own), "{answer}");
    assert_eq!(told(&witness, body(0, &[], &three)).await, (409, "text/x.tlog.size".to_owned(), "3\n".to_owned()));
    assert_eq!(told(&witness, body(2, &proof(), &eight)).await, (409, "text/x.tlog.size".to_owned(), "3\n".to_owned()));
    let mut other = leaves[..3].to_vec();
    other[1] = leaf_hash(b"another history");
    assert_eq!(told(&witness, body(3, &[], &checkpoint(&key, &other))).await, (409, "text/x.tlog.size".to_owned(), "3\n".to_owned()));
    let mut spoilt = proof();
    spoilt[2][0] ^= 1;
    for wrong in [&spoilt[..], &proof()[..3], &[]] {
        assert_eq!(status(body(3, wrong, &eight)).await, 422);
    }
    other.extend_from_slice(&leaves[3..]);
    assert_eq!(status(body(3, &proof(), &checkpoint(&key, &other))).await, 422, "a fork that is larger");

    let (second, _, answer) = told(&witness, body(3, &proof(), &eight)).await;
    assert_eq!(second, 200, "{answer}");
    assert!(cosigned(&answer, &eight, &own) && !cosigned(&answer, &three, &own));
    let (again, _, answer) = told(&witness, body(8, &[], &eight)).await;
    assert!(again == 200 && cosigned(&answer, &eight, &own), "the same head may be shown again");
    assert_eq!(told(&witness, body(3, &proof(), &eight)).await.2, "8\n");
}

#[tokio::test]
async fn what_was_seen_is_seen_after_a_restart_and_by_one_witness_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let own = Witness::keygen(directory.path(), "witness.example/one");
    let (key, leaves) = (vector_key(), vector_leaves());
    Witness::trust(directory.path(), &key.verifying_key().to_string());
    let mut witness = Witness::on(directory.path());
    assert_eq!(told(&witness, body(0, &[], &checkpoint(&key, &leaves[..3]))).await.0, 200);
    let dir = directory.path().to_str().unwrap();
    let second = binary::run(&["witness", "serve", "--dir", dir, "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(4), "{}", String::from_utf8_lossy(&second.stderr));
    witness.kill();
    let witness = Witness::on(directory.path());
    assert_eq!(told(&witness, body(0, &[], &checkpoint(&key, &leaves))).await, (409, "text/x.tlog.size".to_owned(), "3\n".to_owned()));
    let (status, _, answer) = told(&witness, body(3, &proof(), &EIGHT.parse().unwrap())).await;
    assert_eq!(status, 200);
    let lines: Vec<Signature> = answer.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(lines.len(), 1);
    let shown = binary::run(&["witness", "status", "--dir", dir]);
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), "tahavol.example/log 8 XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n");
    let page = reqwest::get(&witness.address).await.unwrap().text().await.unwrap();
    assert!(page.contains(&own) && page.contains("tahavol.example/log 8 "), "{page}");
}

#[tokio::test]
async fn a_memory_that_was_tampered_with_is_not_gone_on_with() {
    let directory = tempfile::tempdir().unwrap();
    Witness::keygen(directory.path(), "witness.example/one");
    let (key, leaves) = (vector_key(), vector_leaves());
    Witness::trust(directory.path(), &key.verifying_key().to_string());
    let mut witness = Witness::on(directory.path());
    assert_eq!(told(&witness, body(0, &[], &checkpoint(&key, &leaves[..3]))).await.0, 200);
    witness.kill();
    let files = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
    let kept = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "checkpoint")).unwrap();
    let text = std::fs::read_to_string(&kept).unwrap();
    let dir = directory.path().to_str().unwrap();
    for tampered in [text.replacen("\n3\n", "\n2\n", 1), text[..text.len() / 2].to_owned(), String::new()] {
        std::fs::write(&kept, tampered).unwrap();
        let started = binary::run(&["witness", "serve", "--dir", dir, "--listen", "127.0.0.1:0"]);
        assert_eq!(started.status.code(), Some(5), "{}", String::from_utf8_lossy(&started.stderr));
    }
    std::fs::write(&kept, text).unwrap();
    Witness::on(directory.path());
}
