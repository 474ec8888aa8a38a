//! How long the receipt of a random event out of a million takes, in process. Run with `cargo bench -p tahavol-tests --bench receipt`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod sample;
#[expect(dead_code, reason = "nothing stands beside it but a clock")]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tahavol_app::{Options, Tahavol};
use tahavol_ledger::{Ledger, SqliteLedger};
use tokio::runtime::Runtime;

const ROUNDS: usize = 5;
const RECEIPTS: usize = 2_000;
const GOAL: Duration = Duration::from_millis(1);

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let (path, key) = sample::million_signed(&runtime);
    let (app, ledger) = runtime.block_on(async {
        let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_read_only(&path).await.expect("the ledger opens"));
        (Tahavol::open(Arc::clone(&ledger), Options::default()).await.expect("the application opens"), ledger)
    });
    println!("receipt: of a random event out of a million, {RECEIPTS} one after another in each round");
    let mut state = 1_u64;
    let mut below = |limit: u64| {
        // A linear congruence is random enough to defeat caches, and the same in every run.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let mut highest = Vec::new();
    for round in 1..=ROUNDS {
        let load = support::load_average();
        let mut took = Vec::with_capacity(RECEIPTS);
        for n in 0..RECEIPTS {
            let position = below(sample::MILLION);
            let began = Instant::now();
            let receipt = runtime.block_on(app.receipt(position)).expect("a receipt");
            let text = receipt.to_string();
            took.push(began.elapsed());
            if n % 100 == 0 {
                let event = runtime.block_on(ledger.read_all(position.checked_sub(1), 1)).expect("the event").remove(0);
                let read: tahavol_ledger::merkle::receipt::Receipt = text.parse().expect("a receipt");
                assert!(read.verify(event.leaf_hash, std::slice::from_ref(&key)).is_ok(), "the receipt of {position} holds");
            }
        }
        took.sort_unstable();
        let (middle, high) = (took[RECEIPTS / 2], took[RECEIPTS * 99 / 100]);
        println!(
            "  round {round}  p50 {} µs  p99 {} µs  max {} µs  load {load}",
            middle.as_micros(),
            high.as_micros(),
            took[RECEIPTS - 1].as_micros()
        );
        highest.push(high);
    }
    highest.sort_unstable();
    let median = highest[ROUNDS / 2];
    let verdict = if median < GOAL { "reached" } else { "MISSED" };
    println!(
        "  p99 of a round: min {} µs  median {} µs  goal < {} µs: {verdict}\n",
        highest[0].as_micros(),
        median.as_micros(),
        GOAL.as_micros()
    );
}
