//! How many events per second the ledger records durably, beside PostgreSQL (`append`) and with a million stored
//! (`append-1m`), and signing every head beside not signing (`append-tree`). Run with
//! `cargo bench -p tahavol-tests --bench append [append | append-1m | append-tree]`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod append_peer;
mod support;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use append_peer::Postgres;
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tahavol_ledger::{Expected, Ledger, NewEvent, OpenOptions, Signing, SqliteLedger};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

const ROUNDS: usize = 5;
const MEASURED: Duration = Duration::from_millis(2_000);
const WARM_UP: Duration = Duration::from_millis(300);
const MILLION: u64 = 1_000_000;
const EVENT_TYPE: &str = "milestone.progress_reported";

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let runs = |name: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    let runtime = Runtime::new().expect("a runtime starts");
    // Of the build, so that the ledger, the peer and the control lie on one file system.
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    println!("one line of {} bytes per append, load {}\n", Events::new().next().line.len(), support::load_average());
    if runs("append") {
        append(&runtime, &place);
    }
    if runs("append-1m") {
        append_1m(&runtime, &place);
    }
    if runs("append-tree") {
        append_tree(&runtime, &place);
    }
}

fn append(runtime: &Runtime, place: &Path) {
    let postgres = Postgres::start(place).map(Arc::new);
    let peer_name = match &postgres {
        Some(postgres) => postgres.version(),
        None => {
            println!("*** SKIPPED: PostgreSQL is not installed, so the ledger is measured without its peer ***");
            "PostgreSQL".to_owned()
        }
    };
    for (writers, goal) in [(1, None), (16, Some(1.0)), (64, Some(1.3))] {
        let (directory, ledger) = empty_ledger(runtime, place);
        if let Some(postgres) = &postgres {
            runtime.block_on(postgres.empty_table());
        }
        let rounds = support::interleaved(
            ROUNDS,
            directory.path(),
            || runtime.block_on(ledger_rate(&ledger, writers)),
            || postgres.as_ref().map(|postgres| runtime.block_on(postgres_rate(postgres, writers))),
        );
        support::report(&format!("append, {writers} writers"), &peer_name, goal, &rounds);
    }
}

fn append_1m(runtime: &Runtime, place: &Path) {
    let (full_directory, full) = empty_ledger(runtime, place);
    let start = Instant::now();
    runtime.block_on(fill(&full, MILLION));
    println!("a million events stored in {:.1} s", start.elapsed().as_secs_f64());
    for writers in [16, 64] {
        // A new empty one each time: it is not empty for long.
        let (_directory, empty) = empty_ledger(runtime, place);
        let rounds = support::interleaved(
            ROUNDS,
            full_directory.path(),
            || runtime.block_on(ledger_rate(&full, writers)),
            || Some(runtime.block_on(ledger_rate(&empty, writers))),
        );
        support::report(&format!("append-1m, {writers} writers"), "the empty ledger", Some(0.8), &rounds);
    }
}

/// With the tree grown, its head signed at every commit and a copy of it kept outside, beside a ledger that has no key. What the second
/// one does not leave out is the leaf hash of each line, which the callers reckon before they queue it.
fn append_tree(runtime: &Runtime, place: &Path) {
    for writers in [1, 16, 64] {
        let (_plain_directory, plain) = empty_ledger(runtime, place);
        let key = SigningKey::generate("bench.tahavol.invalid/log", KeyKind::Log, [42; 32]).expect("a good name");
        let copies = TempDir::new_in(place).expect("a directory");
        let head_copy = Some(copies.path().join("head"));
        let signing = Signing { origin: key.name().to_owned(), keys: vec![key], head_copy, accept_rollback: None };
        let (directory, signed) = ledger_with(runtime, place, OpenOptions { signing: Some(signing), ..OpenOptions::default() });
        let rounds = support::interleaved(
            ROUNDS,
            directory.path(),
            || runtime.block_on(ledger_rate(&signed, writers)),
            || Some(runtime.block_on(ledger_rate(&plain, writers))),
        );
        support::report(&format!("append-tree, {writers} writers"), "a ledger without a key", Some(0.8), &rounds);
    }
}

fn empty_ledger(runtime: &Runtime, place: &Path) -> (TempDir, Arc<SqliteLedger>) {
    ledger_with(runtime, place, OpenOptions::default())
}

fn ledger_with(runtime: &Runtime, place: &Path, options: OpenOptions) -> (TempDir, Arc<SqliteLedger>) {
    let directory = TempDir::new_in(place).expect("a directory");
    let ledger = runtime.block_on(SqliteLedger::open(directory.path(), options));
    (directory, Arc::new(ledger.expect("the ledger opens")))
}

/// A thousand streams of a thousand events, as a programme of some years has them.
async fn fill(ledger: &SqliteLedger, count: u64) {
    const EACH: u64 = 1_000;
    const BATCH: u64 = 50;
    let mut streams: Vec<Events> = (0..count / EACH).map(|_| Events::new()).collect();
    for round in 0..EACH / BATCH {
        let mut queued = Vec::new();
        for events in &mut streams {
            let expected = expected(round * BATCH);
            let batch = (0..BATCH).map(|_| events.next()).collect();
            queued.push(ledger.append(&events.stream.clone(), expected, batch));
        }
        for append in queued {
            append.await.expect("history is recorded");
        }
    }
}

async fn ledger_rate(ledger: &Arc<SqliteLedger>, writers: usize) -> f64 {
    let ledgers = (0..writers).map(|_| Arc::clone(ledger)).collect();
    rate(ledgers, |ledger: Arc<SqliteLedger>, mut events: Events, recorded: Recorded| async move {
        let stream = events.stream.clone();
        while !recorded.enough() {
            let expected = expected(events.count);
            let event = events.next();
            ledger.append(&stream, expected, vec![event]).await.expect("it is recorded");
            recorded.one_more();
        }
    })
    .await
}

async fn postgres_rate(postgres: &Arc<Postgres>, writers: usize) -> f64 {
    let mut connections = Vec::new();
    for _ in 0..writers {
        connections.push(postgres.writer().await);
    }
    rate(connections, |connection, mut events: Events, recorded: Recorded| async move {
        let stream = events.stream.clone();
        while !recorded.enough() {
            let revision = events.count as i64;
            let event = events.next();
            connection.append(&stream, revision, event.id, &event.event_type, &event.line).await;
            recorded.one_more();
        }
    })
    .await
}

/// Runs one task per writer, each on a stream of its own, and counts what is recorded after the warm-up.
async fn rate<W, F>(writers: Vec<W>, write: impl Fn(W, Events, Recorded) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let recorded = Recorded::default();
    let tasks: Vec<_> = writers.into_iter().map(|writer| tokio::spawn(write(writer, Events::new(), recorded.clone()))).collect();
    tokio::time::sleep(WARM_UP).await;
    let (start, before) = (Instant::now(), recorded.count());
    tokio::time::sleep(MEASURED).await;
    let (elapsed, after) = (start.elapsed(), recorded.count());
    recorded.stop();
    for task in tasks {
        task.await.expect("a writer ends");
    }
    (after - before) as f64 / elapsed.as_secs_f64()
}

#[derive(Clone, Default)]
struct Recorded(Arc<(AtomicU64, AtomicU64)>);

impl Recorded {
    fn one_more(&self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.0.load(Ordering::Relaxed)
    }

    fn stop(&self) {
        self.0.1.store(1, Ordering::Relaxed);
    }

    fn enough(&self) -> bool {
        self.0.1.load(Ordering::Relaxed) == 1
    }
}

/// The events of one milestone, as its reporter would make them: ids by name, lines as a progress report has them.
struct Events {
    milestone: Uuid,
    stream: String,
    count: u64,
}

impl Events {
    fn new() -> Self {
        let milestone = Uuid::new_v4();
        Events { milestone, stream: format!("milestone-{milestone}"), count: 0 }
    }

    fn next(&mut self) -> NewEvent {
        let revision = self.count;
        self.count += 1;
        let id = Uuid::new_v5(&self.milestone, &revision.to_be_bytes());
        let line = format!(
            r#"{{"actorid":"7c9e6679-7425-40de-944b-e07fc1f90ae7","actorname":"N. Rahimi","commanddigest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","commandid":"{id}","data":{{"completion":{},"note":"stations reported"}},"dataschema":"urn:tahavol:event:milestone.progress_reported:1","effectiveon":"2026-03-01","id":"{id}","office":"member:network","origin":"graphql","revision":{revision},"source":"urn:uuid:3d813cbb-47fb-32ba-91df-831e1593ac29","specversion":"1.0","subject":"{}","time":"2026-03-01T09:30:00Z","type":"{EVENT_TYPE}"}}"#,
            revision % 10_000,
            self.stream,
        );
        NewEvent { id, event_type: EVENT_TYPE.to_owned(), line: line.into() }
    }
}

fn expected(revision: u64) -> Expected {
    revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact)
}
