//! What readers are shown: kept while nothing is drafted or decided, the same from memory, disk, index and ledger.

use std::collections::BTreeSet;
use std::sync::Arc;

use tahavol_app::search::{Direction, Filter, SearchIndex, Window};
use tahavol_app::{FactFilter, Options, StepDirection, StepFilter, Tahavol};
use tahavol_domain::milestone::measure::MeasureChoice;
use tahavol_domain::policy::{Drafts, Reader, Right, Within};
use tahavol_domain::values::ActorId;
use tahavol_domain::{Stream, initiative};
use tahavol_projections::sight::Sight;

use crate::support::*;

fn others() -> Reader {
    Reader::Recognised(Drafts::Of(BTreeSet::new()))
}

fn seen(app: &Tahavol, reader: &Reader) -> Arc<Sight> {
    app.sight(&app.snapshot(), reader)
}

/// Drafts an initiative `S` with a milestone; the positions.
async fn drafted(world: &World) -> Vec<u64> {
    let proposed = world.order("mina", Stream::Initiative(initiative_id("S")), initiative::Command::Propose(proposal("S")));
    let planned = world.order("mina", milestone_stream("S-1"), plan("S", "S-1", MeasureChoice::Reported));
    let mut positions = Vec::new();
    for order in [proposed, planned] {
        positions.push(world.handle(order).await.unwrap().position.unwrap());
    }
    positions
}

#[tokio::test]
async fn a_sight_is_made_anew_only_when_something_is_drafted_or_decided() {
    let world = World::founded().await;
    assert!(seen(&world.app, &others()).is_whole(), "there is nothing to hide");
    drafted(&world).await;
    let first = seen(&world.app, &others());
    world.reported(1_000).await;
    assert!(Arc::ptr_eq(&seen(&world.app, &others()), &first));
    let (live, earlier) = (world.app.snapshot(), seen(&world.app, &others()));
    assert!(Arc::ptr_eq(&earlier.of(&live), &earlier.of(&live)) && !Arc::ptr_eq(&earlier.of(&live), &live));
    let again = world.order("mina", milestone_stream("S-2"), plan("S", "S-2", MeasureChoice::Reported));
    world.handle(again).await.unwrap();
    assert!(!Arc::ptr_eq(&seen(&world.app, &others()), &first));
    // Of a picture that somebody still holds.
    assert_eq!(world.app.sight(&live, &others()), first);
    assert!(Arc::ptr_eq(&seen(&world.app, &Reader::Recognised(Drafts::All)), &Sight::whole()));
}

#[tokio::test]
async fn the_index_the_ledger_and_steps_leave_out_the_same() {
    let world = World::founded().await;
    let hidden = drafted(&world).await;
    world.reported(1_000).await;
    let head = world.app.snapshot().position.unwrap();
    let expected: Vec<u64> = (0..=head).filter(|position| !hidden.contains(position)).collect();
    // The second looks at an index that is not there, and reads the lines themselves.
    let without = Options { search: SearchIndex::LookedAt("nowhere".into()), ..Options::default() };
    let reading = Tahavol::open(Arc::clone(&world.ledger) as _, without).await.unwrap();
    for app in [&world.app, &reading] {
        let sight = seen(app, &others());
        for (text, until) in [(None, None), (None, Some(head - 1)), (Some("نیست".to_owned()), None)] {
            let filter = Filter { sight: Arc::clone(&sight), until, text: text.clone(), ..Filter::default() };
            let found = app.search_positions(&filter, Window::all(Direction::NewestFirst)).await.unwrap();
            let wanted = expected.iter().rev().copied().filter(|position| text.is_none() && until.is_none_or(|until| *position <= until));
            assert_eq!(found.positions, wanted.collect::<Vec<_>>());
            assert_eq!(app.search_total(&filter).await.unwrap().events, found.positions.len() as u64);
        }
        let scanned = FactFilter { sight: Arc::clone(&sight), ..FactFilter::default() };
        let facts = app.facts(None, usize::MAX, &scanned).await.unwrap();
        assert_eq!(facts.iter().map(|fact| fact.position).collect::<Vec<_>>(), expected);
        let (mut walked, mut next) = (Vec::new(), Some(0));
        while let Some(position) = next {
            let until = app.snapshot();
            let step = app.step(Some(position), &StepFilter::All, StepDirection::Forward, &until, &sight).await.unwrap().unwrap();
            assert_eq!(step.previous, walked.last().copied());
            walked.push(step.event.position);
            next = step.next;
        }
        assert_eq!(walked, expected);
        let own = StepFilter::Stream(Stream::Initiative(initiative_id("S")));
        assert!(app.step(None, &own, StepDirection::Backward, &app.snapshot(), &sight).await.unwrap().is_none());
        for position in &hidden {
            assert!(app.hides(&sight, *position).await.unwrap() && !app.hides(&Sight::whole(), *position).await.unwrap());
        }
    }
}

#[tokio::test]
async fn what_is_shown_is_the_same_after_a_start_from_disk() {
    let world = World::founded().await;
    drafted(&world).await;
    let before = seen(&world.app, &others());
    // The first one folds everything and leaves its picture behind.
    world.reopen().await.close().await;
    let again = world.reopen().await;
    assert!(again.health().started_from > 0);
    assert_eq!(seen(&again, &others()), before);
    assert_eq!(seen(&again, &others()).of(&again.snapshot()), before.of(&world.app.snapshot()));
}

#[tokio::test]
async fn offices_of_today_say_who_reads_what() {
    let world = World::founded().await;
    drafted(&world).await;
    let reads = |actor: &str, within: &Within| world.app.sight_of(&ActorId(actor.to_owned()), within).is_whole();
    let only = |slug: &str| Within { commissions: Some([commission(slug)].into()), ..Within::default() };
    assert!(reads("mina", &Within::default()) && reads("mina", &only("technology")));
    assert!(!reads("mina", &only("training")) && !reads("nobody", &Within::default()));
    assert!(!world.app.has(Right::ReadWholeLedger, &ActorId("mina".to_owned()), &Within::default()));
}
