//! The programme as it was known at an earlier position or instant.

use std::sync::Arc;

use tahavol_app::{AppError, AsOf};
use tahavol_projections::Snapshot;

use crate::support::*;

#[tokio::test]
async fn every_position_can_be_had_again_exactly_as_it_was() {
    let world = World::founded().await;
    let mut then = Vec::new();
    for step in 1..=25 {
        world.reported(step * 100).await;
        then.push(world.app.snapshot());
    }
    for snapshot in then.iter().rev() {
        let again = world.app.as_of(AsOf::Position(snapshot.position.unwrap())).await.unwrap();
        assert_eq!(again.digest(), snapshot.digest());
        assert_eq!(*again, **snapshot);
    }
    assert_eq!(world.app.as_of(AsOf::Position(0)).await.unwrap().position, Some(0));
}

#[tokio::test]
async fn a_position_beyond_the_head_and_an_instant_after_now_are_refused_and_between_the_head_and_now_is_the_head() {
    let world = World::founded().await;
    let head = world.app.snapshot().position.unwrap();
    assert_eq!(not_reached(world.app.as_of(AsOf::Position(head + 1)).await), head + 1);
    let (now, last) = (instant("2026-12-01T00:00:00.000000Z"), world.app.snapshot().recorded_max.unwrap());
    world.clock.set(now);
    for between in [now, now.plus_micros(-1), last] {
        assert_eq!(world.app.as_of(AsOf::Instant(between)).await.unwrap().position, Some(head));
    }
    match world.app.as_of(AsOf::Instant(now.plus_micros(1))).await {
        Err(AppError::InstantNotReached { instant, .. }) => assert_eq!(instant, now.plus_micros(1)),
        other => panic!("nobody knows yet what will have been recorded by then: {other:?}"),
    }
    // What a clock has recorded that ran ahead was reached, whatever this clock says.
    world.clock.set(last.plus_micros(-1));
    assert_eq!(world.app.as_of(AsOf::Instant(last)).await.unwrap().position, Some(head));
}

#[tokio::test]
async fn an_instant_before_the_founding_shows_nothing() {
    let world = World::founded().await;
    let earlier = world.app.as_of(AsOf::Instant(instant("2020-01-01T00:00:00.000000Z"))).await.unwrap();
    assert_eq!(*earlier, Snapshot::default());
}

#[tokio::test]
async fn an_instant_means_the_events_before_the_first_one_recorded_after_it_even_when_clocks_ran_backwards() {
    let world = World::founded().await;
    let founded = world.app.snapshot().position.unwrap();
    // Minutes after ten; the clock of the second node runs behind that of the first.
    let minutes = [1, 3, 2, 5, 4, 4, 9, 6, 10, 7];
    for (place, minute) in (1..).zip(minutes) {
        world.clock.set(instant(&format!("2026-06-01T10:{minute:02}:00.000000Z")));
        world.reported(place * 10).await;
    }
    world.clock.set(instant("2026-06-01T10:11:00.000000Z"));
    for asked in 0..=11 {
        let expected = minutes.iter().position(|minute| *minute > asked).unwrap_or(minutes.len()) as u64;
        let at = instant(&format!("2026-06-01T10:{asked:02}:00.000000Z"));
        let found = world.app.as_of(AsOf::Instant(at)).await.unwrap();
        assert_eq!(found.position, Some(founded + expected), "at minute {asked}");
        let same = world.app.as_of(AsOf::Position(founded + expected)).await.unwrap();
        assert_eq!(found.digest(), same.digest());
    }
}

#[tokio::test]
async fn a_past_picture_far_from_any_waypoint_is_folded_from_the_beginning() {
    let world = World::with_waypoints(1_000_000).await;
    world.found().await;
    world.reported(100).await;
    let then = world.app.snapshot();
    for step in 2..=10 {
        world.reported(step * 100).await;
    }
    let again = world.app.as_of(AsOf::Position(then.position.unwrap())).await.unwrap();
    assert_eq!(again.digest(), then.digest());
}

#[tokio::test]
async fn after_a_start_from_a_snapshot_the_way_back_is_laid_and_leads_to_what_was() {
    let world = World::founded().await;
    let mut then = Vec::new();
    for step in 1..=25 {
        world.reported(step * 100).await;
        then.push(world.app.snapshot());
    }
    world.reopen().await.close().await;
    let restarted = world.reopen().await;
    assert!(restarted.health().started_from > 25);
    restarted.lay_waypoints().await.unwrap();
    let waypoint = AsOf::Position(then[3].position.unwrap() / 4 * 4 - 1);
    let first = restarted.as_of(waypoint).await.unwrap();
    // So many others that nobody remembers what was asked for lately.
    for snapshot in &then {
        let again = restarted.as_of(AsOf::Position(snapshot.position.unwrap())).await.unwrap();
        assert_eq!(again.digest(), snapshot.digest());
    }
    assert!(Arc::ptr_eq(&first, &restarted.as_of(waypoint).await.unwrap()), "it is kept, and not folded again");
}
