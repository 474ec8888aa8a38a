//! How fast a million events become the first answer, and how much memory they take then. Run with
//! `cargo bench -p tahavol-tests --bench replay [replay | memory]`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod sample;
mod support;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tahavol_app::{Options, Tahavol};
use tahavol_domain::fact::decode;
use tahavol_ledger::{Ledger, SqliteLedger};
use tahavol_projections::progress::{BaselineKind, matrix};
use tokio::runtime::Runtime;

const ROUNDS: usize = 5;

/// Bytes of resident memory per event.
const MOST_BYTES: f64 = 100.0;

/// Lines that are held in memory at a time while they are only decoded.
const HELD: usize = 50_000;

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [child, path] = &chosen[..]
        && child == "resident-after"
    {
        return tell_resident(Some(Path::new(path)));
    }
    if chosen.first().is_some_and(|child| child == "resident-empty") {
        return tell_resident(None);
    }
    let runs = |name: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    let runtime = Runtime::new().expect("a runtime starts");
    let path = sample::million(&runtime);
    if runs("replay") {
        replay(&runtime, &path);
    }
    if runs("memory") {
        memory(&path);
    }
}

fn replay(runtime: &Runtime, path: &Path) {
    let bytes = std::fs::metadata(path.join("ledger.sqlite")).map_or(0, |file| file.len());
    println!("{} events, {:.0} MB of file in the page cache, load {}\n", sample::MILLION, bytes as f64 / 1e6, support::load_average());
    let decoded = || Some(sample::MILLION as f64 / runtime.block_on(decoding(path)).as_secs_f64());
    let ours = || {
        let began = Instant::now();
        let app = runtime.block_on(first_answer(path));
        let took = began.elapsed();
        runtime.block_on(app.close());
        sample::MILLION as f64 / took.as_secs_f64()
    };
    let rounds = support::interleaved(ROUNDS, &sample::place(), ours, decoded);
    support::report("replay, from the file to the first answer", "decoding the same lines on one core", Some(0.6), &rounds);
}

/// Opens the ledger without any snapshot and answers the first question about progress.
async fn first_answer(path: &Path) -> Tahavol {
    let ledger = SqliteLedger::open_read_only(path).await.expect("the ledger opens");
    let app = Tahavol::open(Arc::new(ledger), Options::default()).await.expect("the application opens");
    let snapshot = app.snapshot();
    assert_eq!(snapshot.position, Some(sample::MILLION - 1), "everything is folded");
    black_box(matrix(&snapshot, sample::today(), BaselineKind::Current));
    app
}

/// How long one core takes to read the same lines into the same facts; the lines lie in memory.
async fn decoding(path: &Path) -> Duration {
    let ledger = SqliteLedger::open_read_only(path).await.expect("the ledger opens");
    let mut took = Duration::ZERO;
    let mut after = None;
    loop {
        let held = ledger.read_all(after, HELD).await.expect("the lines are read");
        let Some(last) = held.last() else { return took };
        after = Some(last.position);
        let began = Instant::now();
        for event in &held {
            black_box(decode(&event.line).expect("a line is a fact"));
        }
        took += began.elapsed();
    }
}

fn memory(path: &Path) {
    println!("memory: resident bytes per event after the first answer, over the empty process");
    let mut each = Vec::new();
    for round in 1..=ROUNDS {
        let load = support::load_average();
        let (empty, full) = (resident(&["resident-empty"]), resident(&["resident-after", &path.display().to_string()]));
        let bytes = (full.saturating_sub(empty)) as f64 / sample::MILLION as f64;
        println!("  round {round}  empty {:>6.1} MB  after {:>6.1} MB  {bytes:>6.1} bytes  load {load}", megabytes(empty), megabytes(full));
        each.push(bytes);
    }
    each.sort_by(f64::total_cmp);
    let median = each[each.len() / 2];
    let verdict = if median <= MOST_BYTES { "reached" } else { "MISSED" };
    println!("  bytes: min {:.1}  median {median:.1}  max {:.1}  goal <= {MOST_BYTES:.0}: {verdict}\n", each[0], each[each.len() - 1]);
}

/// What a child of this same program tells of itself.
fn resident(arguments: &[&str]) -> u64 {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).args(arguments).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("it tells a number")
}

/// In the child: what the operating system says of this process, with a runtime and, where there is a path, with the ledger folded.
fn tell_resident(path: Option<&Path>) {
    let runtime = Runtime::new().expect("a runtime starts");
    let app = path.map(|path| runtime.block_on(first_answer(path)));
    println!("{}", own_resident());
    drop(app);
}

fn own_resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the system tells of processes");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it tells resident memory");
    let kilobytes: u64 = line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number");
    kilobytes * 1024
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
