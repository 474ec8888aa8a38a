//! When somebody else writes to the same stream at the same moment, and when the ledger is slow to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use tahavol_app::{AsOf, HandleError, Lag, Tahavol};
use tahavol_domain::fact::{Fact, decode, encode, event_id};
use tahavol_domain::milestone::event::{Blockage, Event};
use tahavol_ledger::merkle::Hash;
use tahavol_ledger::{Appended, Expected, Ledger, LedgerError, NewEvent, Recorded, SignedHead, Token};
use tokio::sync::watch;
use uuid::Uuid;

use crate::support::*;

/// A ledger to which another node appends just before each of the first appends that come through here.
struct Shared {
    inner: Arc<dyn Ledger>,
    others: AtomicU32,
    /// Never tells of what is new.
    silent: bool,
}

impl Shared {
    /// The other node's event: what was last said on the stream, followed by a blockage.
    async fn meddle(&self, stream: &str, expected: Expected) {
        let last = self.inner.read_stream(stream, expected.last_revision().unwrap_or(0), 1).await.unwrap().remove(0);
        let mut said = decode(&last.line).unwrap().envelope;
        said.revision += 1;
        said.command_id = Uuid::from_u128(0xffff_0000 + u128::from(said.revision));
        said.id = event_id(said.command_id, stream, 0);
        let event = if said.revision.is_multiple_of(2) { Event::Unblocked(Blockage {}) } else { Event::Blocked(Blockage {}) };
        let fact = Fact { envelope: said, event: tahavol_domain::Event::Milestone(event) };
        let event_type = fact.event.event_type().to_owned();
        let event = NewEvent { id: fact.envelope.id.0, event_type, line: encode(&fact).unwrap().into() };
        self.inner.append(stream, expected, vec![event]).await.unwrap();
    }
}

impl Ledger for Shared {
    fn append(&self, stream: &str, expected: Expected, events: Vec<NewEvent>) -> BoxFuture<'_, Result<Appended, LedgerError>> {
        let stream = stream.to_owned();
        async move {
            let left = self.others.load(Ordering::SeqCst);
            if left > 0 {
                self.others.store(left - 1, Ordering::SeqCst);
                self.meddle(&stream, expected).await;
            }
            self.inner.append(&stream, expected, events).await
        }
        .boxed()
    }

    fn await_position(&self, token: Token) -> BoxFuture<'_, Result<u64, LedgerError>> {
        self.inner.await_position(token)
    }

    fn read_stream(&self, stream: &str, from_revision: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        self.inner.read_stream(stream, from_revision, limit)
    }

    fn read_all(&self, after: Option<u64>, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>> {
        self.inner.read_all(after, limit)
    }

    fn subscribe(&self, after: Option<u64>) -> BoxStream<'static, Result<Recorded, LedgerError>> {
        if self.silent { stream::pending().boxed() } else { self.inner.subscribe(after) }
    }

    fn head(&self) -> BoxFuture<'_, Result<Option<u64>, LedgerError>> {
        self.inner.head()
    }

    fn signed_head(&self) -> Option<Arc<SignedHead>> {
        self.inner.signed_head()
    }

    fn watch_heads(&self) -> watch::Receiver<Option<Arc<SignedHead>>> {
        self.inner.watch_heads()
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> BoxFuture<'_, Result<Vec<Hash>, LedgerError>> {
        self.inner.tile(level, number, width)
    }

    fn keep_cosignatures(&self, size: u64, lines: Vec<String>) -> BoxFuture<'_, Result<(), LedgerError>> {
        self.inner.keep_cosignatures(size, lines)
    }

    fn cosigned_head(&self) -> Option<Arc<SignedHead>> {
        self.inner.cosigned_head()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), LedgerError>> {
        self.inner.close()
    }
}

async fn beside(world: &World, others: u32, silent: bool) -> Tahavol {
    world.reported(100).await;
    let inner = Arc::clone(&world.ledger) as Arc<dyn Ledger>;
    let shared = Arc::new(Shared { inner, others: AtomicU32::new(others), silent });
    Tahavol::open(shared, options(&world.clock, &world.evidence)).await.unwrap()
}

#[tokio::test]
async fn a_command_that_loses_the_race_three_times_is_recorded_at_the_fourth() {
    let world = World::founded().await;
    let app = beside(&world, 3, false).await;
    let outcome = app.handle(world.report(200)).await.unwrap();
    assert_eq!(outcome.revision, Some(1 + 3 + 1));
}

#[tokio::test]
async fn a_command_that_loses_the_race_four_times_is_a_conflict() {
    let world = World::founded().await;
    let app = beside(&world, 4, false).await;
    match app.handle(world.report(200)).await {
        Err(HandleError::Conflict { actual, .. }) => assert_eq!(actual, Some(1 + 4)),
        other => panic!("no conflict: {other:?}"),
    }
}

#[tokio::test]
async fn a_lost_race_with_an_expected_revision_is_a_conflict_at_once() {
    let world = World::founded().await;
    let app = beside(&world, 1, false).await;
    let mut order = world.report(200);
    order.expected_revision = Some(1);
    match app.handle(order).await {
        Err(HandleError::Conflict { expected, actual, events }) => {
            assert_eq!((expected, actual), (Some(1), Some(2)));
            assert_eq!(events[0].event.event_type(), "milestone.unblocked");
        }
        other => panic!("no conflict: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_recorded_and_not_yet_visible_is_told_with_its_position_and_is_no_error() {
    let world = World::founded().await;
    let app = beside(&world, 0, true).await;
    // Only what is waited for from here on is a deadline.
    tokio::time::pause();
    let before = app.snapshot().position.unwrap();
    let outcome = app.handle(world.report(200)).await.unwrap();
    assert_eq!((outcome.position, outcome.visible), (Some(before + 1), false));
    assert_eq!(app.snapshot().position, Some(before));
    let Lag { events, head, .. } = app.lag();
    assert_eq!((events, head), (Some(1), Some(before + 1)));
    assert_eq!(not_reached(app.as_of(AsOf::Position(before + 1)).await), before + 1);
    // The next command on the stream goes on from it all the same.
    assert_eq!(app.handle(world.report(300)).await.unwrap().revision, outcome.revision.map(|revision| revision + 1));
}
