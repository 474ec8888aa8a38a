//! How long verifying a million events takes (read, hash, rebuild the root, compare) beside hashing the same bytes with `sha2` alone on
//! one core. Run with `cargo bench -p tahavol-tests --bench verify`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod sample;
mod support;

use std::path::Path;
use std::time::Instant;

use sha2::{Digest, Sha256};
use tahavol_app::verify::{DataFile, Options, verify};
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::note::VerifyingKey;
use tahavol_ledger::{Ledger, SqliteLedger};
use tokio::runtime::Runtime;

const ROUNDS: usize = 5;

/// Lines that are held in memory at a time while they are only hashed: what is measured then reads nothing.
const HELD: usize = 50_000;

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let (path, key) = sample::million_signed(&runtime);
    let directory = path.parent().expect("it lies in the build directory").to_owned();
    // At most twice as long is at least half as fast.
    let goal = Some(0.5);
    let peer = "sha2 over the same bytes, one core";
    let lines = sample::MILLION as f64;
    let verified = || lines / verified(&path, &key);
    let rounds = support::interleaved(ROUNDS, &directory, verified, || Some(lines / runtime.block_on(hashed(&path))));
    support::report("verify, a million events from the file", peer, goal, &rounds);
}

/// Seconds from opening the file to "everything holds".
fn verified(path: &Path, key: &VerifyingKey) -> f64 {
    let options =
        Options { keys: vec![key.clone()], witnesses: Vec::new(), known: None, quick: true, figures: |_, _| Vec::new(), lang: Lang::En };
    let began = Instant::now();
    let file = DataFile::open(path, Vec::new(), Vec::new()).expect("the ledger opens");
    let report = verify(&file, &options, &|_, _, _| ());
    let took = began.elapsed().as_secs_f64();
    assert_eq!((report.exit_code(), report.size), (0, Some(sample::MILLION)), "{:?}", report.failed);
    took
}

/// Seconds of hashing alone, all lines as one text: less work than a hash for each line.
async fn hashed(path: &Path) -> f64 {
    let ledger = SqliteLedger::open_read_only(path).await.expect("the ledger opens");
    let mut hasher = Sha256::new();
    let (mut after, mut took) = (None, 0.0);
    loop {
        let held = ledger.read_all(after, HELD).await.expect("the lines are read");
        let Some(last) = held.last() else { break };
        after = Some(last.position);
        let began = Instant::now();
        for event in &held {
            hasher.update(&event.line);
        }
        took += began.elapsed().as_secs_f64();
    }
    std::hint::black_box(hasher.finalize());
    took
}
