//! Two moments of a small programme: which way round, what is asked of them, and what came late.

use tahavol_app::diff::{DiffError, Moment, Point, first_of, text};
use tahavol_app::{AsOf, Order};
use tahavol_domain::milestone;
use tahavol_domain::milestone::event::{ProgressCorrection, ProgressReport};
use tahavol_domain::text::Lang;
use tahavol_domain::values::EventId;
use tahavol_projections::diff::{Field, Kind, Scope};
use tahavol_projections::progress::BaselineKind;

use crate::support::{World, date, instant, milestone_stream};

const CURRENT: BaselineKind = BaselineKind::Current;

fn at(position: u64) -> Moment {
    Moment { at: Some(AsOf::Position(position)), status_date: None }
}

#[tokio::test]
async fn the_earlier_moment_comes_first() {
    let world = World::founded().await;
    let head = world.app.snapshot().position.unwrap();
    let reversed = world.app.diff(at(head), at(head - 2), Scope::Programme, CURRENT).await;
    let (from, to) = (Point::Position(Some(head)), Point::Position(Some(head - 2)));
    assert!(matches!(reversed, Err(DiffError::Reversed { from: first, to: last }) if (first, last) == (from, to)));
    let same = world.app.diff(at(head), Moment::default(), Scope::Programme, CURRENT).await.unwrap();
    assert!(same.is_empty() && same.events == 0);
    assert!(text(&same, Lang::En).contains("Nothing changed."));
    assert!(text(&same, Lang::Fa).contains("چیزی تغییر نکرده است."));
    let beyond = world.app.diff(at(0), at(head + 1), Scope::Programme, CURRENT).await;
    assert!(matches!(beyond, Err(DiffError::App(_))));
}

#[tokio::test]
async fn moments_can_be_instants_and_now() {
    let world = World::founded().await;
    let before = world.clock.now();
    world.clock.set(instant("2026-06-11T08:00:00.000000Z"));
    let reported = world.reported(1_000).await;
    let from = Moment { at: Some(AsOf::Instant(before)), status_date: None };
    let diff = world.app.diff(from, Moment::default(), Scope::Programme, CURRENT).await.unwrap();
    assert_eq!((diff.events, diff.from.day, diff.to.day), (1, date("2026-06-01"), date("2026-06-11")));
    assert!(diff.changes.iter().all(|change| change.positions == [reported.position.unwrap()]));
    // Ten days went by, and a report came: the two are told apart.
    let all = diff.progress.last().unwrap();
    assert!(all.before.planned < all.by_time.planned && all.by_time.planned == all.after.planned);
    assert!(all.by_time.reported.is_none() && all.after.reported.is_some());
    let told = text(&diff, Lang::En);
    assert!(told.contains("by time alone") && told.contains("Milestone T-1"), "{told}");
}

#[tokio::test]
async fn a_report_that_came_and_was_corrected_between_the_moments_is_told_with_both_values() {
    let world = World::founded().await;
    let before = world.app.snapshot().position.unwrap();
    let wrong = world.reported(4_000).await;
    let corrects = wrong_event(&world, wrong.position.unwrap()).await;
    let report = ProgressReport { progress: Some(3_000), ..ProgressReport::default() };
    let correction = milestone::Command::CorrectProgress(ProgressCorrection { corrects, report });
    let order = Order { reason: Some("غلط".to_owned()), ..world.order("mina", milestone_stream("T-1"), correction) };
    let right = world.handle(order).await.unwrap();
    let diff = world.app.diff(at(before), Moment::default(), Scope::Programme, CURRENT).await.unwrap();
    let change = diff.changes.iter().find(|change| change.kind == Kind::Corrected).unwrap();
    assert_eq!(change.field, Some(Field::Report));
    assert_eq!(change.before.as_ref().unwrap().to_string(), "4000 2026-06-01");
    assert_eq!(change.after.as_ref().unwrap().to_string(), "3000 2026-06-01");
    assert_eq!(change.positions, [wrong.position.unwrap(), right.position.unwrap()]);
}

async fn wrong_event(world: &World, position: u64) -> EventId {
    world.app.fact_at(position).await.unwrap().unwrap().fact.envelope.id
}

#[tokio::test]
async fn what_was_learnt_later_about_an_earlier_day_is_late() {
    let world = World::founded().await;
    let from = Moment { at: Some(AsOf::Position(world.app.snapshot().position.unwrap())), status_date: Some(date("2026-06-01")) };
    world.clock.set(instant("2026-06-15T08:00:00.000000Z"));
    let late = world.handle(Order { effective_on: Some(date("2026-05-20")), ..world.report(500) }).await.unwrap();
    world.reported(600).await;
    let diff = world.app.diff(from, Moment::default(), Scope::Programme, CURRENT).await.unwrap();
    assert_eq!(diff.late.iter().map(|late| (late.position, late.lateness_days())).collect::<Vec<_>>(), [(late.position.unwrap(), 26)]);
    let told = text(&diff, Lang::En);
    assert!(told.contains("days late: 26") && !told.contains("milestone.progress_reported"), "{told}");
    assert!(text(&diff, Lang::Fa).contains("۲۶ روز دیرکرد"));
}

#[tokio::test]
async fn moments_at_one_position_are_reversed_by_their_instants_and_by_their_days() {
    let world = World::founded().await;
    let now = Moment::default();
    let at = |text| Moment { at: Some(AsOf::Instant(instant(text))), status_date: None };
    let compared = async |from, to| world.app.diff(from, to, Scope::Programme, CURRENT).await.map(|diff| diff.events);
    assert_eq!(compared(at("2030-01-01T00:00:00Z"), now).await.unwrap_err().code(), "INSTANT_NOT_REACHED");
    world.clock.set(instant("2030-01-02T08:00:00.000000Z"));
    let reversed = compared(at("2030-01-01T12:00:00Z"), at("2030-01-01T11:00:00Z")).await;
    assert!(matches!(reversed, Err(DiffError::Reversed { from: Point::Instant(_), .. })));
    let on = |day| Moment { at: None, status_date: Some(date(day)) };
    let days = compared(on("2026-06-02"), on("2026-06-01")).await.unwrap_err();
    assert_eq!(days.code(), "DIFF_REVERSED");
    assert!(days.to_string().contains("status date 2026-06-02"), "{days}");
    assert_eq!(compared(at("2030-01-01T11:00:00Z"), at("2030-01-01T12:00:00Z")).await.unwrap(), 0);
}

#[tokio::test]
async fn a_long_text_ends_with_how_much_more_there_is() {
    let world = World::founded().await;
    let diff = world.app.diff(at(0), Moment::default(), Scope::Programme, CURRENT).await.unwrap();
    let (all, some) = (text(&diff, Lang::En), first_of(&diff, 2, Lang::En));
    assert!(some.len() < all.len() && !all.contains("more, which are not told here"));
    assert!(some.contains(&format!("… and {} more, which are not told here", diff.changes.len() - 2)), "{some}");
}
