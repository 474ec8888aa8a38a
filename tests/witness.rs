//! Witnesses as they run: the protocol with every answer, what races and crashes leave, and a server that collects cosignatures.

#[path = "witness/collecting.rs"]
mod collecting;
#[path = "witness/crash.rs"]
mod crash;
#[path = "witness/protocol.rs"]
mod protocol;

use std::path::Path;

use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::cosignature;
use tahavol_ledger::merkle::note::{KeyKind, Note, Signature, SigningKey, VerifyingKey};
use tahavol_ledger::merkle::{Hash, hash_text, leaf_hash, root};

/// Eight entries of the published vectors.
fn vector_leaves() -> Vec<Hash> {
    let entries: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    entries.map(leaf_hash).to_vec()
}

/// The published log's key: seed 00 … 1f.
fn vector_key() -> SigningKey {
    log_key("tahavol.example/log", std::array::from_fn(|at| at as u8))
}

fn log_key(name: &str, seed: [u8; 32]) -> SigningKey {
    SigningKey::generate(name, KeyKind::Log, seed).unwrap()
}

/// A head over these leaves.
fn checkpoint(key: &SigningKey, leaves: &[Hash]) -> Note {
    let checkpoint = Checkpoint { origin: key.name().to_owned(), size: leaves.len() as u64, root: root(leaves.iter().copied()) };
    checkpoint.signed(std::slice::from_ref(key)).unwrap()
}

/// The body of a request.
fn body(old: u64, proof: &[Hash], checkpoint: &Note) -> String {
    let proof: String = proof.iter().map(|hash| hash_text(hash) + "\n").collect();
    format!("old {old}\n{proof}\n{checkpoint}")
}

/// Whether an answer is this witness's cosignature of a head.
fn cosigned(answer: &str, head: &Note, key: &VerifyingKey) -> bool {
    let lines: Result<Vec<Signature>, _> = answer.lines().map(str::parse).collect();
    let note = Note { text: head.text.clone(), signatures: lines.unwrap() };
    cosignature::verify(&note, key).is_ok()
}

/// Trusts many logs at once.
fn trust_all(directory: &Path, keys: &[SigningKey]) {
    let keys: Vec<String> = keys.iter().map(|key| format!("{:?}", key.verifying_key().to_string())).collect();
    std::fs::write(directory.join("witness.toml"), format!("logs = [{}]\n", keys.join(", "))).unwrap();
}
