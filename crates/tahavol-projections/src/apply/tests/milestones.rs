//! Baselines and lives of milestones: what counts since when, what was first promised, what was refused.

use tahavol_domain::milestone::event::{Blockage, CancellationProposal, ProposalDecision, Rebaseline, Rebaselined, Resolution, Revision};

use super::*;

const PROPOSAL: Uuid = Uuid::from_u128(0xb001);

fn decision() -> ProposalDecision {
    ProposalDecision { proposal: PROPOSAL, resolution: Some("۱۳".to_owned()) }
}

fn later() -> Baseline {
    Baseline { weight: 50, due: day("2019-11-10"), ..baseline(Measure::Reported) }
}

fn propose_rebaseline(play: &mut Play, baseline: Baseline) {
    let proposal = Rebaseline { proposal: PROPOSAL, baseline };
    play.on_milestone("T-1", None, milestone::Event::RebaselineProposed(Box::new(proposal)));
}

fn rebaseline(play: &mut Play, baseline: Baseline) {
    propose_rebaseline(play, baseline.clone());
    let decided = Rebaselined { proposal: PROPOSAL, baseline, resolution: None };
    play.on_milestone("T-1", None, milestone::Event::Rebaselined(Box::new(decided)));
}

#[test]
fn a_milestone_counts_from_its_initiatives_approval_with_what_it_promised_then() {
    let mut play = Play::chartered();
    play.propose("T");
    play.plan("T", "T-1", Measure::Binary);
    let revision = Revision { title: Text::fa("عنوان تازه"), baseline: later() };
    play.on_milestone("T-1", None, milestone::Event::Revised(Box::new(revision)));
    assert_eq!((play.milestone("T-1").life.counts_since, &play.milestone("T-1").plan.original), (None, &None));
    play.approve("T");
    let row = play.milestone("T-1");
    assert_eq!(row.life.counts_since, Some(play.position()));
    assert_eq!(row.plan.original.as_deref(), Some(&later()));
    assert_eq!(row.plan.title, Text::fa("عنوان تازه"));
}

#[test]
fn a_milestone_that_was_planned_later_counts_from_its_admission() {
    let mut play = Play::with_milestone(Measure::Binary);
    play.plan("T", "T-2", Measure::Binary);
    play.decide("T", initiative::Event::Suspended);
    play.decide("T", initiative::Event::Resumed);
    assert_eq!(play.milestone("T-2").life.counts_since, None);
    play.on_milestone("T-2", None, milestone::Event::Admitted(Resolution::default()));
    assert_eq!(play.milestone("T-2").life.counts_since, Some(play.position()));
    assert!(play.milestone("T-2").plan.original.is_some());
}

#[test]
fn a_rebaseline_moves_the_promise_and_keeps_the_original() {
    let mut play = Play::with_milestone(Measure::Reported);
    let first = baseline(Measure::Reported);
    propose_rebaseline(&mut play, later());
    assert_eq!(*play.milestone("T-1").plan.current, first);
    assert!(play.milestone("T-1").life.rebaseline_pending.is_some());
    play.on_milestone("T-1", None, milestone::Event::RebaselineRefused(decision()));
    assert_eq!((&*play.milestone("T-1").plan.current, &play.milestone("T-1").life.rebaseline_pending), (&first, &None));
    rebaseline(&mut play, later());
    let row = play.milestone("T-1");
    assert_eq!((&*row.plan.current, row.plan.original.as_deref()), (&later(), Some(&first)));
    assert_eq!(row.plan.rebaselines.iter().map(|before| &before.0).collect::<Vec<_>>(), [&first]);
}

#[test]
fn after_a_rebaseline_to_another_measure_values_of_the_old_kind_are_ignored() {
    let mut play = Play::with_milestone(Measure::Reported);
    play.report("T-1", "2019-10-05", progress(4_000));
    rebaseline(&mut play, baseline(steps(&[1, 3])));
    assert_eq!(play.reported("T-1", "2019-10-20"), Some(0), "there is a dated fact, but it says nothing of steps");
    play.report("T-1", "2019-10-04", done(&[0]));
    assert_eq!(play.reported("T-1", "2019-10-20"), Some(2_500));
}

#[test]
fn after_a_rebaseline_to_another_scope_the_deliveries_inside_it_count() {
    let mut play = Play::chartered();
    for code in ["00001", "00002", "00003", "00004"] {
        play.register(code, "IR-01", false, 1);
    }
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00001", "00002"], None));
    play.deliver("00001", "T-1", "2019-10-03");
    play.deliver("00002", "T-1", "2019-10-04");
    rebaseline(&mut play, baseline(rollout(&["00002", "00003", "00004"], None)));
    assert_eq!(play.reported("T-1", "2019-10-20"), Some(3_333));
    assert_eq!(play.milestone("T-1").deliveries.len(), 2);
}

#[test]
fn a_cancellation_is_decided_on_a_proposal_and_leaves_the_original() {
    let mut play = Play::with_milestone(Measure::Binary);
    let propose = milestone::Event::CancellationProposed(CancellationProposal { proposal: PROPOSAL });
    play.on_milestone("T-1", None, propose.clone());
    play.on_milestone("T-1", None, milestone::Event::CancellationRefused(decision()));
    assert_eq!(play.milestone("T-1").life.phase, milestone::Phase::Planned);
    let undecided = play.try_say(None, Stream::Milestone(milestone_id("T-1")), milestone::Event::Cancelled(decision()));
    assert!(undecided.unwrap_err().what.contains("proposal"));
    play.on_milestone("T-1", None, propose);
    play.on_milestone("T-1", None, milestone::Event::Cancelled(decision()));
    let row = play.milestone("T-1");
    assert_eq!((row.life.phase, row.plan.original.is_some()), (milestone::Phase::Cancelled, true));
}

#[test]
fn being_blocked_is_a_flag_with_a_reason() {
    let mut play = Play::with_milestone(Measure::Binary);
    play.reason = Some("بودجه نرسیده است".to_owned());
    play.on_milestone("T-1", None, milestone::Event::Blocked(Blockage {}));
    let blocked = play.milestone("T-1").life.blocked.clone().unwrap();
    assert_eq!((blocked.reason, blocked.by.id), (play.reason.clone(), actor("sara")));
    play.on_milestone("T-1", None, milestone::Event::Unblocked(Blockage {}));
    assert_eq!(play.milestone("T-1").life.blocked, None);
}

#[test]
fn a_fact_that_does_not_follow_stops_the_fold_and_changes_nothing() {
    let mut play = Play::with_milestone(Measure::Binary);
    let claim = play.claim("T-1", "2019-10-08");
    play.refuse("T-1", claim);
    let before = play.snapshot.clone();
    let position = play.position() + 1;
    let judge = milestone::Event::CompletionVerified(ClaimDecision { claim, note: None });
    let undated = milestone::Event::ProgressReported(progress(1));
    let again = milestone::Event::Planned(Box::new(Plan {
        initiative: initiative_id("X"),
        code: "T-9".to_owned(),
        title: Text::fa("نقطه عطف"),
        baseline: baseline(Measure::Binary),
        provenance: None,
    }));
    for (code, event, what) in [
        ("T-1", judge, "standing claim"),
        ("T-1", undated, "effective date"),
        ("T-1", again.clone(), "already"),
        ("T-9", again, "initiative"),
    ] {
        let error = play.try_say(None, Stream::Milestone(milestone_id(code)), event).unwrap_err();
        assert_eq!(error.position, position);
        assert!(error.what.contains(what), "{error}");
    }
    let elsewhere = play.try_say(None, Stream::Programme(PROGRAMME), milestone::Event::Blocked(Blockage {})).unwrap_err();
    assert!(elsewhere.what.contains("cannot lie in"), "{elsewhere}");
    let unknown = play.try_say(None, Stream::Milestone(milestone_id("T-8")), milestone::Event::Blocked(Blockage {})).unwrap_err();
    assert!(unknown.what.contains("unknown milestone"), "{unknown}");
    assert_eq!(play.snapshot, before);
}
