//! Helpers: opening a ledger in a directory, events, and running one test of this program as a process of its own.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tahavol_ledger::{Appended, Expected, Ledger, LedgerError, NewEvent, OpenOptions, Replicated, Signing, SqliteLedger};
use uuid::Uuid;

/// The log that the replicas of these tests are copies of.
pub(crate) const LOG: &str = "0123456789abcdef0123456789abcdef";

pub(crate) const ORIGIN: &str = "log.example/tahavol";

pub(crate) async fn open(directory: &Path) -> Arc<SqliteLedger> {
    Arc::new(SqliteLedger::open(directory, OpenOptions::default()).await.expect("the ledger opens"))
}

pub(crate) async fn open_signed(directory: &Path) -> Arc<SqliteLedger> {
    Arc::new(SqliteLedger::open(directory, signed(directory)).await.expect("the signed ledger opens"))
}

/// One key, and the copy of the head beside the data directory.
pub(crate) fn signed(directory: &Path) -> OpenOptions {
    let signing = Signing { origin: ORIGIN.to_owned(), keys: vec![key(1)], head_copy: Some(head_copy(directory)), accept_rollback: None };
    OpenOptions { signing: Some(signing), ..OpenOptions::default() }
}

pub(crate) fn with_signing(directory: &Path, change: impl FnOnce(&mut Signing)) -> OpenOptions {
    let mut options = signed(directory);
    change(options.signing.as_mut().expect("it is there"));
    options
}

/// The `number`th key of the log.
pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::generate(ORIGIN, KeyKind::Log, [number; 32]).expect("a name that a key may have")
}

/// `<directory>.head`, as the configuration has it.
pub(crate) fn head_copy(directory: &Path) -> std::path::PathBuf {
    directory.with_extension("head")
}

/// A line of the size that a progress report has.
pub(crate) fn event() -> NewEvent {
    let mut event = tahavol_ledger::contract::new_event("report");
    let mut line = event.line.to_vec();
    line.resize(600, b' ');
    event.line = line.into();
    event
}

pub(crate) fn events(count: usize) -> Vec<NewEvent> {
    (0..count).map(|_| event()).collect()
}

pub(crate) fn replica() -> OpenOptions {
    OpenOptions { replica_of: Some(LOG.to_owned()), ..OpenOptions::default() }
}

/// The first events of an engine that always has the same: ten streams, one event of each after the other. Some were
/// written together, so that only the second number of their places tells their order.
pub(crate) fn engine(count: usize) -> Vec<Replicated> {
    let streams: Vec<Arc<str>> = (0..10).map(|n| Arc::from(format!("s{n}"))).collect();
    (0..count)
        .map(|n| {
            let line = format!("{{\"n\":{n},\"text\":\"{}\"}}", "x".repeat(n % 300)).into();
            let event = NewEvent {
                id: Uuid::from_u128((n as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)),
                event_type: format!("t{}", n % 7),
                line,
            };
            let (commit, prepare) = (1_000 + 500 * (n as u64 / 3), 900 + 500 * (n as u64 / 3) + n as u64 % 3);
            Replicated { stream: Arc::clone(&streams[n % 10]), revision: n as u64 / 10, event, commit, prepare }
        })
        .collect()
}

/// Starts a stream with these events.
pub(crate) async fn start(ledger: &SqliteLedger, stream: &str, events: Vec<NewEvent>) -> Result<Appended, LedgerError> {
    ledger.append(stream, Expected::NoStream, events).await
}

/// What a test must be told by its parent before it plays the child.
pub(crate) const CHILD: &str = "TAHAVOL_LEDGER_TEST_CHILD";

/// This program, running just the one test, in which `CHILD` is set to `argument`.
pub(crate) fn child(program: &Path, test: &str, argument: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, argument);
    command
}

/// `Some` only in a child.
pub(crate) fn child_argument() -> Option<std::path::PathBuf> {
    std::env::var_os(CHILD).map(Into::into)
}
