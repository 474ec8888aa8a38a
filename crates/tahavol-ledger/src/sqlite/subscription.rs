//! Subscriptions: history from the file, then what the writer commits, by position alone, so without gap or repeat.

use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream;
use tokio::sync::watch;

use super::readers::{self, Readers};
use crate::port::{LedgerError, Recorded};

/// Events per read of the file.
const CHUNK: usize = 512;

/// A reader beside a writing process looks at the file this often: nobody tells it.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What the writer tells after a commit: the last position, and the events of that commit, so that subscribers who are
/// up to date need not read the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    head: Option<u64>,
    last_commit: Arc<[Recorded]>,
}

impl Tail {
    pub(super) fn at(head: Option<u64>) -> Self {
        Tail { head, last_commit: Arc::default() }
    }

    pub(super) fn after_commit(events: Vec<Recorded>) -> Self {
        Tail { head: events.last().map(|event| event.position), last_commit: events.into() }
    }

    /// The events from a position on, when the last commit has that one.
    fn from(&self, position: u64) -> Option<&[Recorded]> {
        let first = self.last_commit.first()?.position;
        let index = usize::try_from(position.checked_sub(first)?).ok()?;
        self.last_commit.get(index..).filter(|events| !events.is_empty())
    }
}

pub(super) struct Follow {
    readers: Arc<Readers>,
    tail: watch::Receiver<Tail>,
    /// The file is written by someone who does not tell us.
    ask_the_file: bool,
    next: u64,
    ready: std::vec::IntoIter<Recorded>,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Following,
    /// The ledger is closed: what is committed is still delivered.
    LastRound,
    Failed,
}

impl Follow {
    pub(super) fn new(readers: Arc<Readers>, tail: watch::Receiver<Tail>, after: Option<u64>, ask_the_file: bool) -> Self {
        let next = after.map_or(0, |position| position.saturating_add(1));
        Follow { readers, tail, ask_the_file, next, ready: Vec::new().into_iter(), state: State::Following }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Recorded, LedgerError>> + Send + 'static {
        stream::unfold(self, |mut follow| async move { follow.next().await.map(|item| (item, follow)) })
    }

    async fn next(&mut self) -> Option<Result<Recorded, LedgerError>> {
        loop {
            if let Some(event) = self.ready.next() {
                self.next = event.position + 1;
                return Some(Ok(event));
            }
            if self.state == State::Failed || (self.state == State::LastRound && self.ask_the_file) {
                return None;
            }
            match self.fetch().await {
                Ok(events) if !events.is_empty() => self.ready = events.into_iter(),
                Ok(_) if self.state == State::LastRound => return None,
                Ok(_) => self.wait().await,
                Err(error) => {
                    self.state = State::Failed;
                    return Some(Err(error));
                }
            }
        }
    }

    /// What is committed and not yet delivered, or some of it.
    async fn fetch(&mut self) -> Result<Vec<Recorded>, LedgerError> {
        // Marked as seen before reading: a commit that comes while we read wakes the next wait.
        let tail = self.tail.borrow_and_update().clone();
        if let Some(events) = tail.from(self.next) {
            return Ok(events.to_vec());
        }
        if !self.ask_the_file && tail.head.is_none_or(|head| head < self.next) {
            return Ok(Vec::new());
        }
        let after = self.next.checked_sub(1);
        Arc::clone(&self.readers).with(move |connection| readers::read_all(connection, after, CHUNK)).await
    }

    async fn wait(&mut self) {
        let told = self.tail.changed();
        let closed =
            if self.ask_the_file { matches!(tokio::time::timeout(LOOK_AGAIN, told).await, Ok(Err(_))) } else { told.await.is_err() };
        if closed {
            self.state = State::LastRound;
        }
    }
}
