//! How long the progress of all commissions at a random position of a million takes, through GraphQL in process. Run with
//! `cargo bench -p tahavol-tests --bench as_of`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod clock;
mod sample;
#[expect(dead_code, reason = "nothing stands beside it but a clock")]
mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Request, Variables};
use serde_json::json;
use tahavol_app::{Options, Tahavol};
use tahavol_domain::text::Lang;
use tahavol_graphql::{Caller, Limits, TahavolSchema, schema};
use tahavol_ledger::SqliteLedger;
use tokio::runtime::Runtime;

use clock::{Dice, quantile, told};

const ROUNDS: usize = 5;
const QUESTIONS: usize = 400;
const GOAL: Duration = Duration::from_millis(10);

const QUERY: &str = "query ($position: Position!) {
  progressMatrix(asOf: { position: $position }) {
    horizon commission planned reported verified spi svT forecastFinish slippageDays confidence
  }
}";

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    let path = sample::million(&runtime);
    let schema = runtime.block_on(open(&path));
    let mut dice = Dice(1);
    println!("as-of: the matrix at a random position of a million, {QUESTIONS} questions one after another in each round");
    let mut all = Vec::new();
    let mut highest = Vec::new();
    for round in 1..=ROUNDS {
        let load = support::load_average();
        let mut took: Vec<Duration> = (0..QUESTIONS).map(|_| runtime.block_on(ask(&schema, dice.below(sample::MILLION)))).collect();
        took.sort_unstable();
        highest.push(quantile(&took, 99));
        println!(
            "  round {round}  p50 {}  p99 {}  max {}  load {load}",
            told(quantile(&took, 50)),
            told(quantile(&took, 99)),
            told(took[took.len() - 1])
        );
        all.append(&mut took);
    }
    all.sort_unstable();
    highest.sort_unstable();
    let median = highest[highest.len() / 2];
    let verdict = if median <= GOAL { "reached" } else { "MISSED" };
    println!(
        "  p99 of a round: min {}  median {}  max {}  goal <= {}: {verdict}",
        told(highest[0]),
        told(median),
        told(highest[highest.len() - 1]),
        told(GOAL)
    );
    println!("  of all {}: p50 {}  p99 {}\n", all.len(), told(quantile(&all, 50)), told(quantile(&all, 99)));
}

async fn open(path: &Path) -> TahavolSchema {
    let ledger = SqliteLedger::open_read_only(path).await.expect("the ledger opens");
    let app = Tahavol::open(Arc::new(ledger), Options::default()).await.expect("the application opens");
    assert_eq!(app.snapshot().position, Some(sample::MILLION - 1), "everything is folded");
    schema(app, Limits::default())
}

async fn ask(schema: &TahavolSchema, position: u64) -> Duration {
    let variables = Variables::from_json(json!({ "position": position.to_string() }));
    let request = Request::new(QUERY).variables(variables).data(Caller::unlimited(sample::member("training"))).data(Lang::En);
    let began = Instant::now();
    let response = schema.execute(request).await;
    let bytes = serde_json::to_vec(&response).expect("it is JSON");
    let took = began.elapsed();
    assert!(response.errors.is_empty() && bytes.len() > 1_000, "{:?}", response.errors);
    took
}
