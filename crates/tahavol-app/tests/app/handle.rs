//! What becomes of one command: idempotence, conflicts, evidence, and seeing one's own writes.

use std::time::Duration;

use tahavol_app::{HandleError, Outcome};
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::programme::event::Destruction;
use tahavol_domain::text::Text;
use tahavol_domain::values::{Evidence, Office};
use tahavol_domain::{Rule, Stream, milestone, programme};

use crate::support::*;

#[tokio::test]
async fn a_command_becomes_an_event_that_says_who_as_what_when_and_on_which_basis() {
    let world = World::founded().await;
    let before = world.app.snapshot().position;
    let outcome = world.reported(2_500).await;
    let said = &outcome.events[0].fact.envelope;
    assert_eq!((said.actor.0.as_str(), &said.office), ("mina", &Office::Member(commission("technology"))));
    assert_eq!(said.time, instant(START));
    assert_eq!(said.basis, before);
    assert_eq!(said.effective_on, Some(date("2026-06-01")));
    assert_eq!(outcome.revision, Some(said.revision));
    let kept = world.app.fact_at(outcome.position.unwrap()).await.unwrap().unwrap();
    assert_eq!((kept.fact, kept.line, kept.leaf_hash), {
        let event = outcome.events[0].clone();
        (event.fact, event.line, event.leaf_hash)
    });
}

#[tokio::test]
async fn what_was_written_is_seen_by_the_one_who_wrote_it() {
    let world = World::founded().await;
    for step in 1..=20 {
        let outcome = world.reported(step * 100).await;
        assert!(outcome.visible);
        assert!(world.app.snapshot().position >= outcome.position);
    }
}

#[tokio::test]
async fn the_same_command_again_answers_with_the_same_events_and_records_nothing() {
    let world = World::founded().await;
    let order = world.report(2_500);
    let first = world.handle(order.clone()).await.unwrap();
    world.reported(3_000).await;
    let head = world.app.snapshot().position;
    for app in [world.app.clone(), world.reopen().await] {
        let again = app.handle(order.clone()).await.unwrap();
        assert!(again.replayed && !first.replayed);
        assert_eq!((again.position, again.revision), (first.position, first.revision));
        assert_eq!(again.events[0].line, first.events[0].line);
        assert_eq!(app.snapshot().position, head);
    }
}

#[tokio::test]
async fn a_command_id_that_was_used_for_something_else_is_refused() {
    let world = World::founded().await;
    let order = world.report(2_500);
    world.handle(order.clone()).await.unwrap();
    let mut other = world.report(2_600);
    other.command_id = order.command_id;
    assert_eq!(refused(world.handle(other).await), Rule::CommandIdReused);
    let mut by_somebody_else = order;
    by_somebody_else.actor = person("chair");
    assert_eq!(refused(world.handle(by_somebody_else).await), Rule::CommandIdReused);
}

#[tokio::test]
async fn a_refused_command_records_nothing_and_is_decided_afresh() {
    let world = World::founded().await;
    let head = world.app.snapshot().position;
    let mut late = world.report(2_500);
    late.effective_on = Some(date("2026-06-02"));
    assert_eq!(refused(world.handle(late.clone()).await), Rule::EffectiveInFuture);
    assert_eq!(world.app.snapshot().position, head);
    world.clock.set(instant("2026-06-02T08:00:00.000000Z"));
    assert!(!world.handle(late).await.unwrap().replayed);
}

#[tokio::test]
async fn what_is_already_so_has_no_position_and_no_events() {
    let world = World::founded().await;
    let mut block = world.order("mina", milestone_stream("T-1"), milestone::Command::Block);
    block.reason = Some("در انتظار تجهیزات".to_owned());
    let first = world.handle(block.clone()).await.unwrap();
    block.command_id = world.report(0).command_id;
    let again: Outcome = world.handle(block).await.unwrap();
    assert_eq!((again.position, again.events.len()), (None, 0));
    assert_eq!(again.revision, first.revision);
}

#[tokio::test]
async fn a_stale_write_is_a_conflict_that_tells_what_happened_meanwhile() {
    let world = World::founded().await;
    let seen = world.reported(1_000).await.revision;
    world.reported(2_000).await;
    world.reported(3_000).await;
    let mut stale = world.report(1_500);
    stale.expected_revision = seen;
    match world.handle(stale.clone()).await {
        Err(HandleError::Conflict { expected, actual, events }) => {
            assert_eq!((expected, actual), (seen, seen.map(|revision| revision + 2)));
            let told: Vec<u64> = events.iter().map(|event| event.envelope.revision).collect();
            assert_eq!(told, [seen.unwrap() + 1, seen.unwrap() + 2]);
        }
        other => panic!("no conflict: {other:?}"),
    }
    stale.expected_revision = seen.map(|revision| revision + 2);
    assert_eq!(world.handle(stale).await.unwrap().revision, seen.map(|revision| revision + 3));
}

#[tokio::test]
async fn a_retry_is_answered_even_when_its_expected_revision_is_stale_by_its_own_first_try() {
    let world = World::founded().await;
    let mut order = world.report(1_000);
    order.expected_revision = Some(0);
    let first = world.handle(order.clone()).await.unwrap();
    assert_eq!(world.handle(order).await.unwrap().position, first.position);
}

#[tokio::test]
async fn evidence_must_lie_in_the_store_and_be_what_the_command_says() {
    let world = World::founded().await;
    let with = |evidence| world.order("mina", milestone_stream("T-1"), report_with(vec![evidence]));
    assert_eq!(refused(world.handle(with(file(1))).await), Rule::EvidenceMissing);
    world.evidence.put(file(1).digest, "application/pdf", 1_234);
    let larger = Evidence { size: 99, ..file(1) };
    assert_eq!(refused(world.handle(with(larger)).await), Rule::EvidenceInvalid);
    let image = Evidence { media_type: "image/png".to_owned(), ..file(1) };
    assert_eq!(refused(world.handle(with(image)).await), Rule::EvidenceInvalid);
    assert!(world.handle(with(file(1))).await.is_ok());
}

#[tokio::test]
async fn destroyed_evidence_proves_nothing_any_more() {
    let world = World::founded().await;
    world.evidence.put(file(1).digest, "application/pdf", 1_234);
    let with = || world.order("mina", milestone_stream("T-1"), report_with(vec![file(1)]));
    world.handle(with()).await.unwrap();
    let destruction = Destruction { digest: file(1).digest, order: "۷۷".to_owned(), referred_by: Vec::new() };
    let mut destroy = world.order("admin", Stream::Programme(PROGRAMME), programme::Command::DestroyEvidence(destruction));
    destroy.reason = Some("دستور مقام قضایی".to_owned());
    world.handle(destroy).await.unwrap();
    assert_eq!(refused(world.handle(with()).await), Rule::EvidenceDestroyed);
}

#[tokio::test]
async fn whoever_may_not_do_it_is_not_told_which_files_are_there() {
    let world = World::founded().await;
    let order = world.order("inspector", milestone_stream("T-1"), report_with(vec![file(1)]));
    assert_eq!(refused(world.handle(order).await), Rule::NotPermitted);
}

#[tokio::test]
async fn a_line_that_would_be_too_long_is_refused_before_anything_is_written() {
    let world = World::founded().await;
    let head = world.app.snapshot().position;
    let evidence: Vec<Evidence> = (0..20).map(|byte| Evidence { title: "سند".repeat(600), ..file(byte) }).collect();
    for file in &evidence {
        world.evidence.put(file.digest, &file.media_type, file.size);
    }
    let report = ProgressReport { progress: Some(100), note: Some(Text::fa("متن")), evidence, ..ProgressReport::default() };
    let order = world.order("mina", milestone_stream("T-1"), milestone::Command::ReportProgress(report));
    assert_eq!(refused(world.handle(order).await), Rule::LineTooLong);
    assert_eq!(world.app.snapshot().position, head);
}

#[tokio::test]
async fn nothing_can_be_asked_of_a_programme_that_is_not_chartered() {
    let world = World::empty().await;
    assert_eq!(refused(world.handle(world.report(100)).await), Rule::NotChartered);
    let not_named = order(1, "council", Stream::Programme(PROGRAMME), programme::Command::Charter(Box::new(charter())));
    assert_eq!(refused(world.handle(not_named).await), Rule::NotTheNamedAdministrator);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_commands_on_one_stream_at_once_are_all_recorded() {
    let world = World::founded().await;
    let before = world.reported(1).await.revision.unwrap();
    let all = (0..32).map(|n| {
        tokio::spawn({
            let (app, order) = (world.app.clone(), world.report(n));
            async move { app.handle(order).await.unwrap().revision.unwrap() }
        })
    });
    let mut revisions: Vec<u64> = Vec::new();
    for one in all.collect::<Vec<_>>() {
        revisions.push(one.await.unwrap());
    }
    revisions.sort_unstable();
    assert_eq!(revisions, (before + 1..=before + 32).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_in_the_middle_gets_its_answer_when_it_comes_back() {
    let world = World::founded().await;
    for n in 0..20 {
        let order = world.report(n);
        let impatient = tokio::time::timeout(Duration::from_micros(u64::from(n) * 50), world.app.handle(order.clone()));
        drop(impatient.await);
        let outcome = world.handle(order).await.unwrap();
        assert_eq!(outcome.events.len(), 1);
    }
    let reports = world.app.stream_facts(&milestone_stream("T-1"), 0, 1_000).await.unwrap();
    assert_eq!(reports.len(), 1 + 20, "the plan, and each report once");
}
