//! Phases: many commands against one picture, recorded in the order in which they were given.

use tahavol_app::{HandleError, Order, Tahavol, When};
use tahavol_domain::{Rule, Stream, milestone, programme};

use crate::support::*;

fn simulated(minute: usize) -> When {
    When::Simulated(instant(START).plus_micros(minute as i64 * 60_000_000))
}

/// Each order of the founding needs the one before it to be visible, so each is a phase of its own.
async fn found_simulated(app: &Tahavol) {
    for (minute, order) in founding_with(simulated_charter()).into_iter().enumerate() {
        let mut phase = app.phase();
        phase.submit(order, simulated(minute)).await.unwrap();
        phase.finish().await.unwrap();
    }
}

fn reports_and_stations() -> Vec<Order> {
    let station = |n: u64| {
        let code = format!("{n:05}");
        order(5_000 + n, "reporter", station_stream(&code), register(&code))
    };
    let report = |n: u64| order(6_000 + n, "mina", milestone_stream("T-1"), report(n as u16));
    (1..=150).flat_map(|n| [station(n), report(n)]).collect()
}

async fn played() -> World {
    let world = World::empty().await;
    found_simulated(&world.app).await;
    let mut phase = world.app.phase();
    for (minute, order) in reports_and_stations().into_iter().enumerate() {
        assert_eq!(phase.submit(order, simulated(100 + minute)).await.unwrap().events.len(), 1);
    }
    let finished = phase.finish().await.unwrap();
    assert_eq!(finished.events, 300);
    assert_eq!(finished.position, world.app.snapshot().position);
    world
}

#[tokio::test]
async fn the_same_history_played_twice_gives_the_same_bytes() {
    let (one, other) = (played().await, played().await);
    assert_eq!(one.lines().await, other.lines().await);
    assert_eq!(one.app.snapshot().digest(), other.app.snapshot().digest());
}

#[tokio::test]
async fn the_commands_of_a_phase_lie_in_their_order_and_say_the_same_basis() {
    let world = played().await;
    let facts = world.app.facts(Some(10), 1_000, &Default::default()).await.unwrap();
    assert!(facts.iter().all(|fact| fact.fact.envelope.basis == Some(10)));
    let asked: Vec<_> = reports_and_stations().iter().map(|order| order.command_id).collect();
    let recorded: Vec<_> = facts.iter().map(|fact| fact.fact.envelope.command_id).collect();
    assert_eq!(asked, recorded);
    assert_eq!(facts[0].fact.envelope.time, instant(START).plus_micros(100 * 60_000_000));
}

#[tokio::test]
async fn a_command_of_a_phase_sees_what_earlier_ones_did_to_its_own_stream() {
    let world = World::founded().await;
    let mut phase = world.app.phase();
    let claimed = phase.submit(world.order("mina", milestone_stream("T-2"), claim()), When::Now).await.unwrap();
    let second = phase.submit(world.order("mina", milestone_stream("T-2"), claim()), When::Now).await.unwrap();
    assert!(second.events.is_empty(), "it stands already");
    let late = phase.submit(world.order("mina", milestone_stream("T-2"), report_with(Vec::new())), When::Now).await;
    assert!(matches!(late, Err(HandleError::Refused(_))), "{late:?}");
    assert_eq!(phase.finish().await.unwrap().events, 1);
    let kept = world.app.stream_facts(&milestone_stream("T-2"), 1, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].fact, claimed.events[0]);
}

#[tokio::test]
async fn a_phase_run_again_records_nothing() {
    let world = played().await;
    let head = world.app.snapshot().position;
    let mut phase = world.app.phase();
    for (minute, order) in reports_and_stations().into_iter().enumerate() {
        assert!(phase.submit(order, simulated(500 + minute)).await.unwrap().replayed);
    }
    assert_eq!(phase.finish().await.unwrap().position, None);
    assert_eq!(world.app.snapshot().position, head);
}

#[tokio::test]
async fn the_same_command_twice_in_one_phase_is_one_command() {
    let world = World::founded().await;
    let order = world.report(700);
    let mut phase = world.app.phase();
    let first = phase.submit(order.clone(), When::Now).await.unwrap();
    let second = phase.submit(order.clone(), When::Now).await.unwrap();
    assert!(second.replayed);
    assert_eq!(first.events, second.events);
    let mut reused = world.report(800);
    reused.command_id = order.command_id;
    match phase.submit(reused, When::Now).await {
        Err(HandleError::Refused(refusal)) => assert_eq!(refusal.rule, Rule::CommandIdReused),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(phase.finish().await.unwrap().events, 1);
}

#[tokio::test]
async fn a_simulated_clock_is_refused_unless_the_ledger_was_founded_as_a_simulation() {
    let world = World::founded().await;
    let mut phase = world.app.phase();
    let refusal = match phase.submit(world.report(100), simulated(1)).await {
        Err(HandleError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(refusal.rule, Rule::ClockNotSimulated);

    let empty = World::empty().await;
    let mut phase = empty.app.phase();
    let real = order(1, "admin", Stream::Programme(PROGRAMME), programme::Command::Charter(Box::new(charter())));
    assert!(
        matches!(phase.submit(real, simulated(0)).await, Err(HandleError::Refused(refusal)) if refusal.rule == Rule::ClockNotSimulated)
    );
}

#[tokio::test]
async fn after_a_phase_commands_go_on_from_where_it_ended() {
    let world = played().await;
    assert_eq!(world.reported(9_000).await.revision, Some(151));
    let mut block = world.order("mina", milestone_stream("T-1"), milestone::Command::Block);
    block.reason = Some("نبود اعتبار".to_owned());
    assert_eq!(world.handle(block).await.unwrap().revision, Some(152));
}

#[tokio::test]
async fn a_phase_whose_stream_was_written_to_by_somebody_else_fails() {
    let world = World::founded().await;
    let mut phase = world.app.phase();
    phase.submit(world.report(100), When::Now).await.unwrap();
    phase.submit(world.report(200), When::Now).await.unwrap();
    world.reported(300).await;
    let after = phase.submit(world.report(400), When::Now).await.unwrap();
    assert_eq!(after.events.len(), 1, "decided, and found out at the end");
    assert!(matches!(phase.finish().await, Err(HandleError::Conflict { .. })));
}
