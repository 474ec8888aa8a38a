//! The follower: it stops where it cannot read on, says where, and never skips.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tahavol_app::replay::replay;
use tahavol_app::{AppError, AsOf, FactFilter, Follower, HandleError};
use tahavol_domain::fact::{Fact, decode, encode};
use tahavol_ledger::{Expected, Ledger, NewEvent};
use uuid::Uuid;

use crate::support::*;

const SOON: Duration = Duration::from_secs(10);

/// Appends an event past the command path; answers its position.
async fn append_raw(world: &World, stream: &str, expected: Expected, event_type: &str, line: Vec<u8>) -> u64 {
    let id = decode(&line).map_or(Uuid::from_u128(99), |fact| fact.envelope.id.0);
    let event = NewEvent { id, event_type: event_type.to_owned(), line: line.into() };
    let appended = world.ledger.append(stream, expected, vec![event]).await.unwrap();
    world.ledger.await_position(appended.token).await.unwrap()
}

async fn stands_still(app: &tahavol_app::Tahavol) -> (u64, String) {
    let mut changed = app.watch();
    let stopped = async {
        loop {
            if let Follower::Stopped { position, what } = app.health().follower {
                return (position, what);
            }
            changed.changed().await.unwrap();
        }
    };
    tokio::time::timeout(SOON, stopped).await.expect("the follower stops")
}

#[tokio::test]
async fn an_event_that_cannot_be_read_stops_the_follower_with_its_position() {
    let world = World::founded().await;
    assert!(world.app.health().is_ready());
    let before = world.app.snapshot();
    let line = br#"{"specversion":"1.0"}"#.to_vec();
    let bad = append_raw(&world, "milestone-x", Expected::NoStream, "milestone.levitated", line).await;
    assert_eq!(stands_still(&world.app).await.0, bad);
    assert!(!world.app.health().is_ready());
    assert_eq!(world.app.snapshot().digest(), before.digest(), "nothing is skipped");
    assert_eq!(stopped_at(world.handle(world.report(100)).await), bad);
    assert_eq!(world.app.as_of(AsOf::Position(3)).await.unwrap().position, Some(3), "reading goes on");
    match world.app.as_of(AsOf::Position(bad)).await {
        Err(AppError::Stopped { position, .. }) => assert_eq!(position, bad),
        other => panic!("shown: {other:?}"),
    }

    let restarted = world.reopen().await;
    assert_eq!(stands_still(&restarted).await.0, bad);
    assert_eq!(restarted.snapshot().digest(), before.digest());
    match replay(Arc::clone(&world.ledger) as Arc<dyn Ledger>, None, |_| ()).await {
        Err(AppError::Stopped { position, .. }) => assert_eq!(position, bad),
        other => panic!("replayed: {other:?}"),
    }
}

#[tokio::test]
async fn events_before_the_one_that_cannot_be_read_are_still_taken_in() {
    let world = World::founded().await;
    let good = world.app.facts(Some(7), 1, &FactFilter::default()).await.unwrap().remove(0).fact;
    let stream = good.envelope.stream.clone();
    let revision = good.envelope.revision + 1;
    // Both arrive in one commit.
    let mut said = good.envelope.clone();
    said.revision = revision;
    said.id = tahavol_domain::values::EventId(Uuid::from_u128(7));
    let blockage = tahavol_domain::milestone::event::Event::Blocked(tahavol_domain::milestone::event::Blockage {});
    let fact = Fact { envelope: said, event: tahavol_domain::Event::Milestone(blockage) };
    let fine = NewEvent { id: fact.envelope.id.0, event_type: "milestone.blocked".to_owned(), line: encode(&fact).unwrap().into() };
    let bad = NewEvent { id: Uuid::from_u128(8), event_type: "milestone.blocked".to_owned(), line: b"no line".to_vec().into() };
    let before = world.app.snapshot().position.unwrap();
    let appended = world.ledger.append(&stream, Expected::Exact(revision - 1), vec![fine, bad]).await;
    appended.unwrap();
    assert_eq!(stands_still(&world.app).await.0, before + 2);
    assert_eq!(world.app.snapshot().position, Some(before + 1));
}

#[tokio::test]
async fn a_line_that_says_another_stream_or_revision_than_the_ledger_stops_the_follower() {
    let world = World::founded().await;
    let line = world.app.fact_at(8).await.unwrap().unwrap().line.to_vec();
    let mut fact = decode(&line).unwrap();
    fact.envelope.id = tahavol_domain::values::EventId(Uuid::from_u128(5));
    let event_type = fact.event.event_type();
    let copied = append_raw(&world, "milestone-copied", Expected::NoStream, event_type, encode(&fact).unwrap()).await;
    let (position, what) = stands_still(&world.app).await;
    assert_eq!(position, copied);
    assert!(what.contains("stream"), "{what}");
}

#[tokio::test]
async fn a_closed_application_takes_no_commands_and_still_shows_what_it_knew() {
    let world = World::founded().await;
    let position = world.app.snapshot().position;
    world.app.close().await;
    assert!(matches!(world.handle(world.report(100)).await, Err(HandleError::Unavailable { .. })));
    assert_eq!(world.app.health().follower, Follower::Closed);
    assert_eq!(world.app.snapshot().position, position);
}

#[tokio::test]
async fn a_reader_beside_the_writing_application_sees_what_it_writes() {
    let world = World::founded().await;
    let reading = Arc::new(tahavol_ledger::SqliteLedger::open_read_only(world.dir.path()).await.unwrap());
    let reader = tahavol_app::Tahavol::open(reading, options(&world.clock, &world.evidence)).await.unwrap();
    let written = world.reported(4_200).await.position.unwrap();
    assert!(reader.wait_for(written, SOON).await);
    assert_eq!(reader.snapshot().digest(), world.app.snapshot().digest());
}

#[tokio::test]
async fn a_subscription_gives_history_and_then_what_comes() {
    let world = World::founded().await;
    let head = world.app.snapshot().position.unwrap();
    let mut facts = world.app.subscribe(Some(head - 2));
    let live = world.reported(100).await.position.unwrap();
    let mut positions = Vec::new();
    while positions.last() != Some(&live) {
        positions.push(facts.next().await.unwrap().unwrap().position);
    }
    assert_eq!(positions, [head - 1, head, live]);
}

#[tokio::test]
async fn facts_are_found_by_type_stream_and_actor_from_either_end() {
    let world = World::founded().await;
    for step in 1..=5 {
        world.reported(step * 100).await;
    }
    let reports = FactFilter { types: Some(vec!["milestone.progress_reported".to_owned()]), ..FactFilter::default() };
    let forwards: Vec<u64> = world.app.facts(None, 3, &reports).await.unwrap().iter().map(|fact| fact.position).collect();
    let head = world.app.snapshot().position.unwrap();
    assert_eq!(forwards, [head - 4, head - 3, head - 2]);
    let backwards = world.app.facts_before(Some(head), 2, &reports).await.unwrap();
    assert_eq!(backwards.iter().map(|fact| fact.position).collect::<Vec<_>>(), [head - 1, head - 2]);
    let by_council = FactFilter { actor: Some("council".to_owned()), types: Some(vec!["commission".to_owned()]), ..FactFilter::default() };
    assert_eq!(world.app.facts(None, 100, &by_council).await.unwrap().len(), 3);
    let of_stream = FactFilter { stream: Some(milestone_stream("T-1")), until: Some(head - 1), ..FactFilter::default() };
    assert_eq!(world.app.facts(None, 100, &of_stream).await.unwrap().len(), 5);
}
