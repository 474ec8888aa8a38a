//! Decisions shown again: what each answered, what it looked at, and what came out about that later.

use std::collections::BTreeSet;

use tahavol_app::{Decision, DecisionFilter, DecisionSubject, FactFilter, Order, RecordedFact, SinceKind, decided_in, deciding_types};
use tahavol_domain::calendar::Period;
use tahavol_domain::fact::encode;
use tahavol_domain::indicator::event::{
    Aggregation, BaselineValue, Definition, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection, MeasurementScope,
    Quality, Target,
};
use tahavol_domain::initiative::event::Decision as Resolution;
use tahavol_domain::milestone::command::{BaselineChoice, ProposeRebaseline};
use tahavol_domain::milestone::event::{ClaimDecision, ProgressCorrection, ProgressReport, ProposalDecision};
use tahavol_domain::milestone::measure::MeasureChoice;
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::Text;
use tahavol_domain::values::{EventId, Horizon, IndicatorCode, MilestoneId, Office};
use tahavol_domain::{Stream, indicator, initiative, milestone};
use tahavol_ledger::{Expected, Ledger, NewEvent};
use tahavol_projections::sight::Sight;
use uuid::Uuid;

use crate::support::*;

/// Another promise for `T-1`, waiting for the council.
pub(crate) async fn rebaseline_proposed(world: &World, proposal: u128, weight: u32, due: &str) -> u64 {
    let baseline = BaselineChoice { weight, starts: date("2026-05-01"), due: date(due), horizon: None, measure: MeasureChoice::Reported };
    let asked = ProposeRebaseline { proposal: Uuid::from_u128(proposal), baseline };
    let order = world.order("mina", milestone_stream("T-1"), milestone::Command::ProposeRebaseline(Box::new(asked)));
    let outcome = world.handle(Order { reason: Some("پیمانکار عوض شد".to_owned()), ..order }).await.unwrap();
    outcome.position.unwrap()
}

pub(crate) async fn rebaseline_approved(world: &World, proposal: u128) -> u64 {
    let decision = ProposalDecision { proposal: Uuid::from_u128(proposal), resolution: Some("۱۲/۷".to_owned()) };
    let order = world.order("council", milestone_stream("T-1"), milestone::Command::ApproveRebaseline(decision));
    world.handle(order).await.unwrap().position.unwrap()
}

async fn decision(world: &World, position: u64) -> Decision {
    let seen = world.app.snapshot();
    world.app.decision(position, &seen, &Sight::whole()).await.unwrap().expect("a decision")
}

fn kinds(decision: &Decision) -> Vec<(u64, SinceKind)> {
    decision.since.iter().map(|since| (since.position, since.kind)).collect()
}

async fn event_at(world: &World, position: u64) -> EventId {
    world.app.fact_at(position).await.unwrap().unwrap().fact.envelope.id
}

#[tokio::test]
async fn an_approval_answers_the_submission_and_shows_what_the_council_saw() {
    let world = World::founded().await;
    let head = world.app.snapshot().position.unwrap();
    let found = decision(&world, head).await;
    let t = initiative_id("T");
    assert_eq!(found.subject, DecisionSubject::Initiative(t));
    assert_eq!(found.answers.as_ref().map(|fact| fact.position), Some(head - 1));
    assert_eq!((found.basis.position, found.status_date), (Some(head - 1), date("2026-06-01")));
    // At the basis it was still only submitted, and its milestones did not count.
    assert_eq!(found.basis.initiatives[&t].phase, initiative::Phase::Submitted);
    assert!(found.basis.milestones.values().all(|row| row.life.counts_since.is_none()));
    assert_eq!(found.offices, [Office::Council]);
    assert!(found.since.is_empty());
}

#[tokio::test]
async fn what_came_out_after_a_rebaseline_is_told_and_what_belongs_to_later_days_is_not() {
    let world = World::founded().await;
    let reported = world.reported(2_000).await.position.unwrap();
    let proposed = rebaseline_proposed(&world, 1, 20, "2026-09-30").await;
    let decided = rebaseline_approved(&world, 1).await;
    let fresh = decision(&world, decided).await;
    assert_eq!(fresh.answers.as_ref().map(|fact| fact.position), Some(proposed));
    assert_eq!(fresh.basis.milestones[&MilestoneId(PROGRAMME.id_of("T-1"))].plan.current.weight, 10);
    assert!(fresh.since.is_empty());

    let corrects = event_at(&world, reported).await;
    let report = ProgressReport { progress: Some(1_500), ..ProgressReport::default() };
    let correction = milestone::Command::CorrectProgress(ProgressCorrection { corrects, report });
    let order = Order { reason: Some("غلط".to_owned()), ..world.order("mina", milestone_stream("T-1"), correction) };
    let corrected = world.handle(order).await.unwrap().position.unwrap();
    let late = world.handle(Order { effective_on: Some(date("2026-05-20")), ..world.report(1_000) }).await.unwrap().position.unwrap();
    world.clock.set(instant("2026-06-11T08:00:00.000000Z"));
    // A fact of its own day is news, and no correction of what was known.
    world.reported(3_000).await;
    rebaseline_proposed(&world, 2, 30, "2026-10-31").await;
    let again = rebaseline_approved(&world, 2).await;

    let found = decision(&world, decided).await;
    assert_eq!(kinds(&found), [(corrected, SinceKind::Corrected), (late, SinceKind::Late), (again, SinceKind::Rebaselined)]);
    assert_eq!(found.since[1].days_before, Some(12));
    // What is said on a later day about the day of the decision is late as well.
    let of_that_day = Order { effective_on: Some(date("2026-06-01")), ..world.report(2_500) };
    let of_that_day = world.handle(of_that_day).await.unwrap().position.unwrap();
    let late_then = decision(&world, decided).await.since;
    assert_eq!(
        late_then.last().map(|since| (since.position, since.kind, since.days_before)),
        Some((of_that_day, SinceKind::Late, Some(0)))
    );
    // What it looked at stays what it was, and so does what could be seen of it before the correction.
    assert_eq!(found.basis.digest(), fresh.basis.digest());
    let then = world.app.as_of(tahavol_app::AsOf::Position(decided)).await.unwrap();
    assert!(world.app.decision(decided, &then, &Sight::whole()).await.unwrap().unwrap().since.is_empty());
}

/// An indicator of `technology` with a target, measured once in every province, and a milestone `T-3` that is measured by it.
async fn measured(world: &World) -> EventId {
    let code = || IndicatorCode("satisfaction".to_owned());
    let stream = || Stream::Indicator(code());
    let quality = Quality { source: None, method: None, accuracy: None, limits: None, remedies: None };
    let baseline = Some(BaselineValue { value: quantity("60"), on: date("2026-01-01"), provenance: None });
    let (title, unit) = (Text::fa("رضایت"), "درصد".to_owned());
    let meaning = Meaning { title, unit, direction: Direction::Increase, baseline, tolerance: None, quality };
    let (commission, aggregation) = (commission("technology"), Aggregation::Latest);
    let definition = Definition { code: code(), commission, derived: None, aggregation, meaning, provenance: None };
    let define = indicator::Command::Define(Box::new(definition));
    world.handle(world.order("chair", stream(), define)).await.unwrap();
    let target = indicator::Command::SetTarget(Target { horizon: Horizon::Short, value: quantity("90") });
    world.handle(world.order("council", stream(), target)).await.unwrap();
    let measurement = Measurement {
        scope: MeasurementScope::National,
        period: Period { start: date("2026-04-01"), end: date("2026-04-30") },
        value: MeasuredValue::Plain(quantity("75")),
        method: None,
        evidence: Vec::new(),
        provenance: None,
    };
    let recorded = world.order("mina", stream(), indicator::Command::RecordMeasurement(measurement));
    let recorded = world.handle(recorded).await.unwrap().position.unwrap();
    let plan = plan("T", "T-3", MeasureChoice::Indicator(code()));
    world.handle(world.order("mina", milestone_stream("T-3"), plan)).await.unwrap();
    event_at(world, recorded).await
}

#[tokio::test]
async fn a_later_rebaseline_to_another_measure_hides_no_correction_of_what_was_looked_at() {
    let world = World::founded().await;
    let measurement = measured(&world).await;
    let admit = milestone::Command::Admit(milestone::event::Resolution { resolution: Some("۱۲/۳".to_owned()) });
    let admitted = world.handle(world.order("council", milestone_stream("T-3"), admit)).await.unwrap().position.unwrap();
    let correction =
        MeasurementCorrection { corrects: measurement, value: MeasuredValue::Plain(quantity("70")), method: None, evidence: Vec::new() };
    let stream = Stream::Indicator(IndicatorCode("satisfaction".to_owned()));
    let correction = world.order("mina", stream, indicator::Command::CorrectMeasurement(correction));
    let corrected = world.handle(Order { reason: Some("غلط".to_owned()), ..correction }).await.unwrap().position.unwrap();
    assert_eq!(kinds(&decision(&world, admitted).await), [(corrected, SinceKind::Corrected)]);

    let baseline =
        BaselineChoice { weight: 10, starts: date("2026-05-01"), due: date("2026-08-31"), horizon: None, measure: MeasureChoice::Reported };
    let asked = ProposeRebaseline { proposal: Uuid::from_u128(9), baseline };
    let order = world.order("mina", milestone_stream("T-3"), milestone::Command::ProposeRebaseline(Box::new(asked)));
    world.handle(Order { reason: Some("سنجه عوض شد".to_owned()), ..order }).await.unwrap();
    let approval = ProposalDecision { proposal: Uuid::from_u128(9), resolution: Some("۱۲/۷".to_owned()) };
    let order = world.order("council", milestone_stream("T-3"), milestone::Command::ApproveRebaseline(approval));
    let moved = world.handle(order).await.unwrap().position.unwrap();
    assert_eq!(kinds(&decision(&world, admitted).await), [(corrected, SinceKind::Corrected), (moved, SinceKind::Rebaselined)]);
}

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).unwrap()
}

/// The last fact of a world said again on another ledger as if it had been decided on an earlier picture.
async fn decided_on(world: &World, basis: u64) -> World {
    let mut again = World::empty().await;
    let mut lines = world.app.facts(None, 1_000, &FactFilter::default()).await.unwrap();
    lines.last_mut().unwrap().fact.envelope.basis = Some(basis);
    for RecordedFact { fact, .. } in lines {
        let (stream, revision) = (fact.envelope.stream.clone(), fact.envelope.revision);
        let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        let event_type = fact.event.event_type().to_owned();
        let event = NewEvent { id: fact.envelope.id.0, event_type, line: encode(&fact).unwrap().into() };
        again.ledger.append(&stream, expected, vec![event]).await.unwrap();
    }
    again.app = again.reopen().await;
    again
}

#[tokio::test]
async fn what_was_recorded_between_the_basis_and_the_decision_is_told_and_the_decision_itself_is_not() {
    let world = World::founded().await;
    let reported = world.reported(2_000).await.position.unwrap();
    let basis = rebaseline_proposed(&world, 1, 20, "2026-09-30").await;
    let report = ProgressReport { progress: Some(1_500), ..ProgressReport::default() };
    let correction = ProgressCorrection { corrects: event_at(&world, reported).await, report };
    let correction = world.order("mina", milestone_stream("T-1"), milestone::Command::CorrectProgress(correction));
    let corrected = world.handle(Order { reason: Some("غلط".to_owned()), ..correction }).await.unwrap().position.unwrap();
    let late = world.handle(Order { effective_on: Some(date("2026-05-20")), ..world.report(1_000) }).await.unwrap().position.unwrap();
    let decided = rebaseline_approved(&world, 1).await;

    let world = decided_on(&world, basis).await;
    let found = decision(&world, decided).await;
    assert_eq!((found.basis.position, decided), (Some(basis), late + 1));
    assert_eq!(kinds(&found), [(corrected, SinceKind::Corrected), (late, SinceKind::Late)]);
}

#[tokio::test]
async fn a_verification_answers_the_claim() {
    let world = World::founded().await;
    let claimed = world.handle(world.order("mina", milestone_stream("T-2"), claim())).await.unwrap().position.unwrap();
    let decided = ClaimDecision { claim: event_at(&world, claimed).await, note: None };
    let order = world.order("inspector", milestone_stream("T-2"), milestone::Command::VerifyCompletion(decided));
    let verified = world.handle(order).await.unwrap().position.unwrap();
    let found = decision(&world, verified).await;
    assert_eq!(found.answers.map(|fact| fact.position), Some(claimed));
    assert_eq!(found.offices, [Office::Inspector]);
    assert!(found.basis.milestones[&MilestoneId(PROGRAMME.id_of("T-2"))].life.claims.last().unwrap().verdict.is_none());
    assert!(found.since.is_empty());
}

#[tokio::test]
async fn what_decides_nothing_is_no_decision() {
    let world = World::founded().await;
    let seen = world.app.snapshot();
    let head = seen.position.unwrap();
    for position in (0..head).chain([head + 1]) {
        assert!(world.app.decision(position, &seen, &Sight::whole()).await.unwrap().is_none(), "{position}");
    }
}

#[tokio::test]
async fn decisions_are_listed_newest_first_for_all_or_for_one_subject() {
    let world = World::founded().await;
    let approved = world.app.snapshot().position.unwrap();
    let mut decided = Vec::new();
    for number in 1..=3 {
        rebaseline_proposed(&world, number, 20 + number as u32, "2026-09-30").await;
        decided.insert(0, rebaseline_approved(&world, number).await);
        world.reported(100 * number as u16).await;
    }
    let t = Stream::Initiative(initiative_id("T"));
    let suspend = initiative::Command::Suspend(Resolution { resolution: Some("۱۲/۹".to_owned()) });
    let suspended = world.handle(world.order("council", t, suspend)).await.unwrap().position.unwrap();
    let seen = world.app.snapshot();
    let listed = async |filter: &DecisionFilter, before, limit| {
        let found = world.app.decisions(&seen, filter, before, limit, &Sight::whole()).await.unwrap();
        found.into_iter().map(|(fact, _)| fact.position).collect::<Vec<_>>()
    };
    let everything: Vec<u64> = [suspended].into_iter().chain(decided.clone()).chain([approved]).collect();
    assert_eq!(listed(&DecisionFilter::default(), None, 50).await, everything);
    assert_eq!(listed(&DecisionFilter::default(), None, 2).await, everything[..2]);
    assert_eq!(listed(&DecisionFilter::default(), Some(everything[1]), 50).await, everything[2..]);
    let of_milestone = DecisionFilter { milestone: Some(MilestoneId(PROGRAMME.id_of("T-1"))), ..DecisionFilter::default() };
    assert_eq!(listed(&of_milestone, None, 50).await, decided);
    let of_initiative = DecisionFilter { initiative: Some(initiative_id("T")), ..DecisionFilter::default() };
    assert_eq!(listed(&of_initiative, None, 50).await, everything);
    let of_commission = |slug| DecisionFilter { commission: Some(commission(slug)), ..DecisionFilter::default() };
    assert_eq!(listed(&of_commission("technology"), None, 50).await, everything);
    assert!(listed(&of_commission("training"), None, 50).await.is_empty());
    // The initiative's approval was followed by other decisions about it and its milestones; the reports are of its own day, and
    // were recorded on it.
    let later = kinds(&decision(&world, approved).await);
    let again = decided.iter().rev().map(|position| (*position, SinceKind::Rebaselined));
    assert_eq!(later, again.chain([(suspended, SinceKind::Superseded)]).collect::<Vec<_>>());
}

#[test]
fn the_list_of_deciding_types_is_what_the_match_says() {
    let samples = tahavol_domain::schema::samples();
    let by_match: BTreeSet<&str> = samples.iter().filter(|fact| decided_in(fact).is_some()).map(|fact| fact.event.event_type()).collect();
    assert_eq!(by_match, deciding_types().iter().copied().collect());
}
