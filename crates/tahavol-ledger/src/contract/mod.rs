//! The contract of the ledger port: one list of cases that every adapter passes.
//!
//! The cases assume neither an empty log nor a quiet one: an adapter's harness should bring a log with events of others
//! and someone who goes on appending, as [`run_all`] does. A case panics when the contract is broken.

mod appends;
mod heads;
mod order;
mod reads;
mod retries;
mod runner;
mod subscriptions;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::port::{Appended, Expected, Ledger, LedgerError, NewEvent, Recorded};

pub use runner::{Open, Outcome, Ran, run_all};

/// What an adapter brings to the suite: a log that has a key, and can be opened, closed and opened again.
pub trait Harness: Send + Sync + 'static {
    /// The ledger that is open now.
    fn ledger(&self) -> Arc<dyn Ledger>;

    /// Closes the ledger and opens the same log again; from then on `ledger` gives the new one.
    fn restart(&self) -> BoxFuture<'_, ()>;
}

/// One case of the contract.
pub struct Case {
    /// A sentence that holds for every ledger.
    pub name: &'static str,
    pub run: fn(Arc<dyn Harness>) -> BoxFuture<'static, ()>,
}

/// The whole contract.
pub fn cases() -> Vec<Case> {
    [appends::cases(), retries::cases(), order::cases(), reads::cases(), subscriptions::cases(), heads::cases()]
        .into_iter()
        .flatten()
        .collect()
}

/// A stream that nobody else uses.
pub fn new_stream(what: &str) -> String {
    format!("{what}-{}", Uuid::new_v4())
}

/// An event with an id and a line of its own.
pub fn new_event(what: &str) -> NewEvent {
    let id = Uuid::new_v4();
    let line = format!(r#"{{"data":{{"what":"{what}"}},"id":"{id}"}}"#);
    NewEvent { id, event_type: "milestone.progress_reported".to_owned(), line: Bytes::from(line) }
}

fn new_events(count: usize) -> Vec<NewEvent> {
    (0..count).map(|n| new_event(&format!("event {n}"))).collect()
}

/// `count` events, one append each, on a new stream.
async fn filled_stream(ledger: &dyn Ledger, what: &str, count: usize) -> (String, Vec<NewEvent>) {
    let stream = new_stream(what);
    let events = new_events(count);
    append_singly(ledger, &stream, &events).await;
    (stream, events)
}

/// One append per event, from the beginning of the stream, all queued before the first is awaited.
async fn append_singly(ledger: &dyn Ledger, stream: &str, events: &[NewEvent]) -> Vec<Appended> {
    let queued: Vec<_> =
        events.iter().enumerate().map(|(index, event)| ledger.append(stream, expected(index as u64), vec![event.clone()])).collect();
    let mut appended = Vec::with_capacity(events.len());
    for append in queued {
        appended.push(append.await.expect("an append in order is recorded"));
    }
    appended
}

/// What to expect before the event of this revision.
fn expected(revision: u64) -> Expected {
    revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact)
}

async fn whole_stream(ledger: &dyn Ledger, stream: &str) -> Vec<Recorded> {
    ledger.read_stream(stream, 0, usize::MAX).await.expect("a stream can be read")
}

/// The stream holds exactly these events, in this order, with everything that was given and dense revisions.
async fn assert_holds(ledger: &dyn Ledger, stream: &str, events: &[NewEvent]) {
    let recorded = whole_stream(ledger, stream).await;
    assert_eq!(recorded.len(), events.len(), "number of events in {stream}");
    for (revision, (recorded, event)) in recorded.iter().zip(events).enumerate() {
        assert_eq!(recorded.revision, revision as u64);
        assert_eq!(&*recorded.stream, stream);
        assert_eq!(recorded.id, event.id);
        assert_eq!(*recorded.event_type, event.event_type);
        assert_eq!(recorded.line, event.line);
        assert_eq!(recorded.leaf_hash, crate::merkle::leaf_hash(&event.line));
    }
}

fn assert_conflict(result: Result<Appended, LedgerError>, stream: &str, expected: Expected, actual: Option<u64>) {
    let conflict = LedgerError::Conflict { stream: stream.to_owned(), expected, actual };
    assert_eq!(result, Err(conflict));
}
