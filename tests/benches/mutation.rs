//! How many progress reports per second go through GraphQL and are on disk, beside plain appends of lines as long. Run with
//! `cargo bench -p tahavol-tests --bench mutation`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod clients;
mod sample;
mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_graphql::{Request, Value, Variables};
use bytes::Bytes;
use clients::{Answered, rate};
use sample::Milestone;
use serde_json::json;
use tahavol_app::{Options, Tahavol};
use tahavol_domain::text::Lang;
use tahavol_graphql::{Caller, Limits, TahavolSchema, schema};
use tahavol_ledger::{Expected, Ledger, NewEvent, OpenOptions, SqliteLedger};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

const ROUNDS: usize = 5;
const MEASURED: Duration = Duration::from_millis(2_000);
const CLIENTS: usize = 64;

const MUTATION: &str = "mutation ($input: MilestoneReportProgressInput!) {
  milestoneReportProgress(input: $input) { position revision errors { code field message } }
}";

/// Every report says something else: the same again would be no event.
static REPORTS: AtomicU64 = AtomicU64::new(0);

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    // Of the build, so that both ledgers and the control lie on one file system.
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let directory = TempDir::new_in(&place).expect("a directory");
    let (schema, ledger, milestones) = runtime.block_on(programme(&directory));
    let line = runtime.block_on(first_line(&schema, &ledger, &milestones[0]));
    println!("one report a command, a line of {} bytes, load {}\n", line.len(), support::load_average());
    for (clients, goal) in [(1, None), (CLIENTS, Some(0.5))] {
        let plain_directory = TempDir::new_in(&place).expect("a directory");
        let plain = runtime.block_on(SqliteLedger::open(plain_directory.path(), OpenOptions::default())).expect("a ledger opens");
        let plain = Arc::new(plain);
        let revisions: Vec<Arc<AtomicU64>> = (0..clients).map(|_| Arc::default()).collect();
        let rounds = support::interleaved(
            ROUNDS,
            directory.path(),
            || runtime.block_on(mutations(&schema, &milestones[..clients])),
            || Some(runtime.block_on(appends(&plain, &revisions, &line))),
        );
        support::report(&format!("mutation, {clients} clients"), "plain appends", goal, &rounds);
    }
}

/// A small programme with a milestone for each client.
async fn programme(directory: &TempDir) -> (TahavolSchema, Arc<dyn Ledger>, Vec<Milestone>) {
    let (ledger, milestones) = sample::founded(directory.path(), CLIENTS).await;
    let ledger: Arc<dyn Ledger> = ledger;
    let app = Tahavol::open(Arc::clone(&ledger), Options::default()).await.expect("the application opens");
    sample::appoint_members(&app, &milestones).await;
    (schema(app, Limits::default()), ledger, milestones)
}

async fn mutations(schema: &TahavolSchema, milestones: &[Milestone]) -> f64 {
    rate(milestones.len(), MEASURED, |number, answered: Answered| {
        let (schema, milestone) = (schema.clone(), milestones[number].clone());
        async move {
            while !answered.enough() {
                report(&schema, &milestone).await;
                answered.one_more();
            }
        }
    })
    .await
}

async fn report(schema: &TahavolSchema, milestone: &Milestone) {
    let progress = REPORTS.fetch_add(1, Ordering::Relaxed) % 9_000;
    let input = json!({ "milestone": milestone.code, "progress": progress, "note": { "fa": "گزارش ماهانه با فهرست حضور" } });
    let request = Request::new(MUTATION)
        .variables(Variables::from_json(json!({ "input": input })))
        .data(Caller::unlimited(milestone.reporter.clone()))
        .data(Lang::En);
    let response = schema.execute(request).await;
    let recorded = match &response.data {
        Value::Object(data) => {
            matches!(data.values().next(), Some(Value::Object(payload)) if payload.get("position") != Some(&Value::Null))
        }
        _ => false,
    };
    assert!(recorded, "{:?} {:?}", response.data, response.errors);
}

/// Reports once and reads what that has recorded.
async fn first_line(schema: &TahavolSchema, ledger: &Arc<dyn Ledger>, milestone: &Milestone) -> Bytes {
    report(schema, milestone).await;
    let head = ledger.head().await.expect("it tells its head").expect("there are events");
    let last = ledger.read_all(head.checked_sub(1), 1).await.expect("the line is read");
    last.into_iter().next().expect("the line is there").line
}

async fn appends(ledger: &Arc<SqliteLedger>, revisions: &[Arc<AtomicU64>], line: &Bytes) -> f64 {
    rate(revisions.len(), MEASURED, |number, answered: Answered| {
        let (ledger, count, line) = (Arc::clone(ledger), Arc::clone(&revisions[number]), line.clone());
        async move {
            let stream = format!("milestone-{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()));
            while !answered.enough() {
                let expected = count.load(Ordering::Relaxed).checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
                let event = NewEvent { id: Uuid::new_v4(), event_type: "milestone.progress_reported".to_owned(), line: line.clone() };
                ledger.append(&stream, expected, vec![event]).await.expect("it is recorded");
                count.fetch_add(1, Ordering::Relaxed);
                answered.one_more();
            }
        }
    })
    .await
}
