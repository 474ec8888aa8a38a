//! Stepping through events, forwards and backwards, with the state on both sides of each.

use tahavol_app::{AsOf, FactFilter, Step, StepDirection, StepFilter, Told};
use tahavol_domain::text::Lang;
use tahavol_domain::values::ActorId;
use tahavol_projections::sight::Sight;

use crate::support::*;

async fn told() -> World {
    let world = World::founded().await;
    for progress in 1..=9 {
        world.reported(progress * 500).await;
        world
            .handle(world.order("reporter", station_stream(&format!("0000{progress}")), register(&format!("0000{progress}"))))
            .await
            .unwrap();
    }
    world
}

async fn walk(world: &World, filter: &StepFilter, direction: StepDirection) -> Vec<Step> {
    let until = world.app.snapshot();
    let mut steps = Vec::new();
    let mut cursor = None;
    while let Some(step) = world.app.step(cursor, filter, direction, &until, &Sight::whole()).await.unwrap() {
        cursor = match direction {
            StepDirection::Forward => step.next,
            StepDirection::Backward => step.previous,
        };
        steps.push(step);
        if cursor.is_none() {
            break;
        }
    }
    steps
}

fn positions(steps: &[Step]) -> Vec<u64> {
    steps.iter().map(|step| step.event.position).collect()
}

#[tokio::test]
async fn every_walk_passes_the_same_events_forwards_and_backwards() {
    let world = told().await;
    let filters = [
        StepFilter::All,
        StepFilter::Stream(milestone_stream("T-1")),
        StepFilter::Stream(station_stream("00004")),
        StepFilter::Stream(station_stream("99999")),
        StepFilter::Actor(ActorId("mina".to_owned())),
        StepFilter::Actor(ActorId("reporter".to_owned())),
        StepFilter::Actor(ActorId("nobody".to_owned())),
    ];
    for filter in &filters {
        let plain = match filter {
            StepFilter::All => FactFilter::default(),
            StepFilter::Stream(stream) => FactFilter { stream: Some(stream.clone()), ..FactFilter::default() },
            StepFilter::Actor(actor) => FactFilter { actor: Some(actor.0.clone()), ..FactFilter::default() },
        };
        let mut expected: Vec<u64> = world.app.facts(None, 1_000, &plain).await.unwrap().iter().map(|fact| fact.position).collect();
        assert_eq!(positions(&walk(&world, filter, StepDirection::Forward).await), expected, "{filter:?}");
        expected.reverse();
        assert_eq!(positions(&walk(&world, filter, StepDirection::Backward).await), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_cursor_between_two_events_goes_to_the_nearest_in_the_direction() {
    let world = told().await;
    let until = world.app.snapshot();
    let filter = StepFilter::Stream(milestone_stream("T-1"));
    let all = positions(&walk(&world, &filter, StepDirection::Forward).await);
    let head = until.position.unwrap();
    for cursor in 0..=head {
        let after = world.app.step(Some(cursor), &filter, StepDirection::Forward, &until, &Sight::whole()).await.unwrap();
        assert_eq!(after.map(|step| step.event.position), all.iter().copied().find(|position| *position >= cursor));
        let before = world.app.step(Some(cursor), &filter, StepDirection::Backward, &until, &Sight::whole()).await.unwrap();
        assert_eq!(before.map(|step| step.event.position), all.iter().copied().rev().find(|position| *position <= cursor));
    }
    for direction in [StepDirection::Forward, StepDirection::Backward] {
        assert_eq!(not_reached(world.app.step(Some(head + 1), &filter, direction, &until, &Sight::whole()).await), head + 1);
    }
}

#[tokio::test]
async fn nothing_after_the_picture_that_is_looked_from_is_shown() {
    let world = told().await;
    let until = world.app.as_of(AsOf::Position(13)).await.unwrap();
    let last = world.app.step(None, &StepFilter::All, StepDirection::Backward, &until, &Sight::whole()).await.unwrap().unwrap();
    assert_eq!((last.event.position, last.next), (13, None));
    let mina = StepFilter::Actor(ActorId("mina".to_owned()));
    let last = world.app.step(None, &mina, StepDirection::Backward, &until, &Sight::whole()).await.unwrap().unwrap();
    assert!(last.event.position <= 13 && last.next.is_none());
}

#[tokio::test]
async fn a_report_shows_what_it_changed() {
    let world = World::founded().await;
    world.reported(1_250).await;
    let position = world.reported(2_500).await.position.unwrap();
    let until = world.app.snapshot();
    let step = world.app.step(Some(position), &StepFilter::All, StepDirection::Forward, &until, &Sight::whole()).await.unwrap().unwrap();
    let changed: Vec<_> = step.fields.iter().filter(|field| field.changed()).map(|field| field.key).collect();
    assert_eq!(changed, ["reports", "reported"]);
    let reported = step.fields.iter().find(|field| field.key == "reported").unwrap();
    assert_eq!((&reported.before, &reported.after), (&Some(Told::Points(1_250)), &Some(Told::Points(2_500))));
    let told = |lang| (reported.label(lang), reported.after.as_ref().unwrap().told(lang));
    assert_eq!(told(Lang::En), ("Reported".to_owned(), "25.00%".to_owned()));
    assert_eq!(told(Lang::Fa), ("گزارش‌شده".to_owned(), "۲۵٫۰۰٪".to_owned()));
    assert_eq!((step.before.position, step.after.position), (Some(position - 1), Some(position)));
}

#[tokio::test]
async fn the_first_event_of_all_has_nothing_before_it() {
    let world = World::founded().await;
    let until = world.app.snapshot();
    let first = world.app.step(None, &StepFilter::All, StepDirection::Forward, &until, &Sight::whole()).await.unwrap().unwrap();
    assert_eq!((first.event.position, first.previous, first.next), (0, None, Some(1)));
    assert!(first.fields.iter().all(|field| field.before.is_none() && field.after.is_some()));
    let empty = World::empty().await;
    assert!(
        empty.app.step(None, &StepFilter::All, StepDirection::Forward, &empty.app.snapshot(), &Sight::whole()).await.unwrap().is_none()
    );
}
