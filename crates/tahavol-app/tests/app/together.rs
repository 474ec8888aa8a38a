//! Live, rebuilt and past pictures are one thing: checked after every command of programmes made up at random.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::Config;
use tahavol_app::{AsOf, HandleError, Order};
use tahavol_domain::milestone::event::{ClaimDecision, ProgressCorrection, ProgressReport};
use tahavol_domain::milestone::measure::{MeasureChoice, Scope};
use tahavol_domain::station::event::{Delivery, Volume};
use tahavol_domain::values::{EventId, MilestoneId};
use tahavol_domain::{initiative, milestone, station};

use crate::support::*;

/// Something that somebody might ask; not all of it is always permitted.
#[derive(Debug, Clone)]
enum Act {
    Report { milestone: u8, progress: u16, days_ago: u8 },
    Correct { progress: u16 },
    Claim { milestone: u8 },
    Verify { milestone: u8, yes: bool },
    Block { milestone: u8, yes: bool },
    Register { station: u8 },
    Volume { station: u8, visits: u32 },
    Network { station: u8, yes: bool },
    Deliver { station: u8 },
    Close { station: u8 },
    PlanRollout,
    Admit,
    Suspend { yes: bool },
    ClockRuns { minutes: i8 },
}

fn act() -> impl Strategy<Value = Act> {
    let milestone = 1..=3_u8;
    let station = 1..=4_u8;
    prop_oneof![
        4 => (milestone.clone(), 0..=10_000_u16, 0..20_u8).prop_map(|(milestone, progress, days_ago)| Act::Report { milestone, progress, days_ago }),
        2 => (0..=10_000_u16).prop_map(|progress| Act::Correct { progress }),
        2 => milestone.clone().prop_map(|milestone| Act::Claim { milestone }),
        2 => (milestone.clone(), any::<bool>()).prop_map(|(milestone, yes)| Act::Verify { milestone, yes }),
        1 => (milestone, any::<bool>()).prop_map(|(milestone, yes)| Act::Block { milestone, yes }),
        4 => station.clone().prop_map(|station| Act::Register { station }),
        1 => (station.clone(), any::<u32>()).prop_map(|(station, visits)| Act::Volume { station, visits }),
        1 => (station.clone(), any::<bool>()).prop_map(|(station, yes)| Act::Network { station, yes }),
        3 => station.clone().prop_map(|station| Act::Deliver { station }),
        1 => station.prop_map(|station| Act::Close { station }),
        2 => Just(Act::PlanRollout),
        2 => Just(Act::Admit),
        1 => any::<bool>().prop_map(|yes| Act::Suspend { yes }),
        2 => (-30..60_i8).prop_map(|minutes| Act::ClockRuns { minutes }),
    ]
}

/// What a later act has to name.
#[derive(Default)]
struct Named {
    report: Option<EventId>,
    claims: BTreeMap<u8, EventId>,
}

fn asked(world: &World, act: &Act, named: &Named) -> Option<Order> {
    let stream = |number: &u8| milestone_stream(&format!("T-{number}"));
    let code = |number: &u8| format!("{number:05}");
    let at = |number: &u8| station_stream(&code(number));
    let mut order = match act {
        Act::Report { milestone, progress, days_ago } => {
            let mut order = world.order("mina", stream(milestone), report(*progress));
            order.effective_on = Some(date("2026-06-01").plus_days(-i32::from(*days_ago)));
            order
        }
        Act::Correct { progress } => {
            let report = ProgressReport { progress: Some(*progress), ..ProgressReport::default() };
            let correction = ProgressCorrection { corrects: named.report?, report };
            world.order("mina", stream(&1), milestone::Command::CorrectProgress(correction))
        }
        Act::Claim { milestone } => world.order("mina", stream(milestone), claim()),
        Act::Verify { milestone, yes } => {
            let decision = ClaimDecision { claim: *named.claims.get(milestone)?, note: None };
            let verdict = if *yes { milestone::Command::VerifyCompletion } else { milestone::Command::RefuseCompletion };
            world.order("inspector", stream(milestone), verdict(decision))
        }
        Act::Block { milestone, yes } => {
            world.order("mina", stream(milestone), if *yes { milestone::Command::Block } else { milestone::Command::Unblock })
        }
        Act::Register { station } => world.order("reporter", at(station), register(&code(station))),
        Act::Volume { station, visits } => {
            let volume = Volume { annual_visits: u64::from(*visits), annual_cases: 10 };
            world.order("reporter", at(station), station::Command::RecordVolume(volume))
        }
        Act::Network { station, yes } => {
            let change = if *yes { station::Command::RecordNetwork } else { station::Command::RecordNetworkLoss };
            world.order("reporter", at(station), change)
        }
        Act::Deliver { station } => {
            let delivery = Delivery { milestone: MilestoneId(PROGRAMME.id_of("T-3")), note: None, evidence: Vec::new() };
            world.order("reporter", at(station), station::Command::RecordDelivery(delivery))
        }
        Act::Close { station } => world.order("reporter", at(station), station::Command::Close),
        Act::PlanRollout => {
            let measure = MeasureChoice::Rollout { scope: Scope::All, weigh_by_visits: true };
            world.order("mina", stream(&3), plan("T", "T-3", measure))
        }
        Act::Admit => {
            let resolution = milestone::event::Resolution { resolution: Some("۱۳".to_owned()) };
            world.order("council", stream(&3), milestone::Command::Admit(resolution))
        }
        Act::Suspend { yes } => {
            let decision = initiative::event::Decision { resolution: Some("۱۴".to_owned()) };
            let change = if *yes { initiative::Command::Suspend } else { initiative::Command::Resume };
            world.order("council", tahavol_domain::Stream::Initiative(initiative_id("T")), change(decision))
        }
        Act::ClockRuns { minutes } => {
            world.clock.set(world.clock.now().plus_micros(i64::from(*minutes) * 60_000_000));
            return None;
        }
    };
    order.reason = Some("به دلیل".to_owned());
    Some(order)
}

async fn live_is_rebuilt_is_as_of(acts: Vec<Act>) {
    let world = World::founded().await;
    let mut named = Named::default();
    let mut digests = BTreeMap::new();
    for act in acts {
        let Some(order) = asked(&world, &act, &named) else { continue };
        match world.handle(order).await {
            Ok(outcome) => {
                for event in &outcome.events {
                    let id = event.fact.envelope.id;
                    match event.fact.event.event_type() {
                        "milestone.progress_reported" | "milestone.progress_corrected" => named.report = Some(id),
                        "milestone.completion_claimed" => {
                            let milestone = (1..=3).find(|n| milestone_stream(&format!("T-{n}")).to_string() == event.fact.envelope.stream);
                            named.claims.insert(milestone.unwrap(), id);
                        }
                        _ => {}
                    }
                }
            }
            Err(HandleError::Refused(_)) => {}
            Err(error) => panic!("{act:?}: {error}"),
        }
        let live = world.app.snapshot();
        let position = live.position.unwrap();
        let digest = live.digest();
        assert_eq!(world.app.rebuild(|_| ()).await.unwrap().digest, digest, "rebuilt after {act:?}");
        if let Some((before, then)) = digests.range(..position).next_back() {
            assert_eq!(world.app.as_of(AsOf::Position(*before)).await.unwrap().digest(), *then, "as of {before} after {act:?}");
        }
        digests.insert(position, digest);
    }
    // After a restart nothing is in memory any more, and then the pictures are asked for in another order.
    world.reopen().await.close().await;
    let restarted = world.reopen().await;
    for (position, digest) in digests.iter().rev().chain(&digests) {
        assert_eq!(restarted.as_of(AsOf::Position(*position)).await.unwrap().digest(), *digest, "as of {position} after a restart");
    }
    let facts = restarted.facts(None, 10_000, &Default::default()).await.unwrap();
    for fact in facts.iter().step_by(3) {
        let asked = fact.fact.envelope.time;
        let first_later = facts.iter().find(|later| later.fact.envelope.time > asked);
        let expected = first_later.map_or(restarted.snapshot().position, |later| later.position.checked_sub(1));
        let found = restarted.as_of(AsOf::Instant(asked)).await.unwrap();
        assert_eq!(found.position, expected, "as of {asked}");
    }
}

#[test]
fn live_rebuilt_and_past_pictures_are_the_same_after_every_command() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
    proptest!(config, |(acts in proptest::collection::vec(act(), 20..50))| {
        runtime.block_on(live_is_rebuilt_is_as_of(acts));
    });
}
