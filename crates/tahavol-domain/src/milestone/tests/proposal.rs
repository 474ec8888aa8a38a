//! Given / when / then for moving and dropping a promise.

use super::super::event::Rebaselined;
use super::super::measure::MeasureChoice;
use super::super::{Command, Event, Milestone};
use super::{
    baseline, cancellation, cancelled, claimed, council, member, on_proposal, phase, planned, rebaseline, uncounted, verified,
    while_initiative, without_resolution,
};
use crate::initiative::Phase;
use crate::milestone;
use crate::refusal::Rule;
use crate::testing::{Asking, day, rule};
use crate::values::{Horizon, Office};

const PAST_EVENTS: u64 = 1;

fn moving() -> Asking {
    member().because("تأخیر در خرید")
}

/// Sara has asked, as proposal 1, for a month more.
fn to_be_moved() -> Milestone {
    moving().then(planned(MeasureChoice::Binary), &rebaseline(1, "2019-10-22"), PAST_EVENTS)
}

/// Sara has asked, as proposal 2, to drop it.
fn to_be_dropped() -> Milestone {
    moving().then(planned(MeasureChoice::Binary), &cancellation(2), PAST_EVENTS)
}

#[test]
fn the_council_moves_a_promise_on_the_commissions_proposal() {
    let said = council().ask(&to_be_moved(), &Command::ApproveRebaseline(on_proposal(1))).expect("allowed");
    let [Event::Rebaselined(moved)] = said.as_slice() else { panic!("one rebaseline, not {said:?}") };
    let Rebaselined { proposal, baseline, resolution } = &**moved;
    assert_eq!((*proposal, baseline.due, resolution.as_deref()), (uuid::Uuid::from_u128(1), day("2019-10-22"), Some("98/21")));
    let given = council().then(to_be_moved(), &Command::ApproveRebaseline(on_proposal(1)), 2);
    assert_eq!(rule(moving().ask(&given, &rebaseline(3, "2019-10-22"))), Rule::BaselineUnchanged, "the new date stands");
    assert!(moving().ask(&given, &rebaseline(3, "2019-09-22")).is_ok());
}

#[test]
fn moving_and_dropping_take_a_reason() {
    let given = planned(MeasureChoice::Binary);
    assert_eq!(rule(member().ask(&given, &rebaseline(1, "2019-10-22"))), Rule::ReasonRequired);
    assert_eq!(rule(member().ask(&given, &cancellation(1))), Rule::ReasonRequired);
}

#[test]
fn an_unchanged_baseline_is_no_proposal() {
    assert_eq!(rule(moving().ask(&planned(MeasureChoice::Binary), &rebaseline(1, "2019-09-22"))), Rule::BaselineUnchanged);
}

#[test]
fn a_new_baseline_is_checked_like_the_first() {
    let given = planned(MeasureChoice::Binary);
    assert_eq!(rule(moving().ask(&given, &rebaseline(1, "2019-12-21"))), Rule::DueAfterHorizon);
    assert_eq!(rule(moving().ask(&given, &rebaseline(1, "2019-03-20"))), Rule::StartsAfterDue);
    let heavy = super::super::command::ProposeRebaseline {
        proposal: uuid::Uuid::from_u128(1),
        baseline: super::super::command::BaselineChoice { weight: 10_001, ..baseline(MeasureChoice::Binary) },
    };
    assert_eq!(rule(moving().ask(&given, &Command::ProposeRebaseline(Box::new(heavy)))), Rule::WeightRange);
}

#[test]
fn one_proposal_of_a_kind_waits_at_a_time() {
    assert_eq!(rule(moving().ask(&to_be_moved(), &rebaseline(3, "2019-11-22"))), Rule::ProposalPending);
    assert_eq!(rule(moving().ask(&to_be_dropped(), &cancellation(3))), Rule::ProposalPending);
    assert!(moving().ask(&to_be_moved(), &cancellation(3)).is_ok(), "of another kind");
    assert_eq!(moving().ask(&to_be_moved(), &rebaseline(1, "2019-10-22")), Ok(vec![]), "the same is already so");
    assert_eq!(moving().ask(&to_be_dropped(), &cancellation(2)), Ok(vec![]), "the same is already so");
    assert_eq!(rule(moving().ask(&to_be_moved(), &rebaseline(1, "2019-11-22"))), Rule::ProposalPending);
}

#[test]
fn a_proposals_id_says_one_thing_ever() {
    let refused = council().because("بهانه است").then(to_be_moved(), &Command::RefuseRebaseline(without_resolution(1)), 2);
    assert_eq!(rule(moving().ask(&refused, &rebaseline(1, "2019-10-22"))), Rule::AlreadyExists);
    assert_eq!(rule(moving().ask(&to_be_moved(), &cancellation(1))), Rule::AlreadyExists);
}

#[test]
fn only_what_is_in_the_plan_is_moved() {
    let given = planned(MeasureChoice::Binary);
    for phase in [Phase::Proposed, Phase::Returned] {
        let asked = while_initiative(moving(), phase);
        assert_eq!(rule(asked.ask(&given, &rebaseline(1, "2019-10-22"))), Rule::RebaselineOnlyInPlan, "revise it instead");
    }
    for phase in [Phase::Submitted, Phase::Rejected, Phase::Completed, Phase::Cancelled] {
        let asked = while_initiative(moving(), phase);
        assert_eq!(rule(asked.ask(&given, &rebaseline(1, "2019-10-22"))), Rule::InitiativeNotOpen, "{phase:?}");
    }
    assert_eq!(rule(uncounted(moving()).ask(&given, &rebaseline(1, "2019-10-22"))), Rule::NotCounted);
}

#[test]
fn what_waits_for_admission_can_still_be_dropped_but_not_while_its_initiative_is_a_proposal() {
    let given = planned(MeasureChoice::Binary);
    assert!(uncounted(moving()).ask(&given, &cancellation(1)).is_ok());
    for phase in [Phase::Proposed, Phase::Submitted, Phase::Completed] {
        assert_eq!(rule(while_initiative(moving(), phase).ask(&given, &cancellation(1))), Rule::InitiativeNotOpen, "{phase:?}");
    }
}

#[test]
fn the_verified_and_the_cancelled_are_neither_moved_nor_dropped() {
    for given in [verified(), cancelled()] {
        assert_eq!(rule(moving().ask(&given, &rebaseline(3, "2019-10-22"))), Rule::WrongPhase);
        assert_eq!(rule(moving().ask(&given, &cancellation(3))), Rule::WrongPhase);
    }
    assert!(moving().ask(&claimed(), &cancellation(3)).is_ok(), "a claim can be given up");
}

#[test]
fn a_decision_names_the_proposal_that_waits() {
    for command in [Command::ApproveRebaseline(on_proposal(9)), Command::RefuseRebaseline(on_proposal(9))] {
        assert_eq!(rule(council().because("x").ask(&to_be_moved(), &command)), Rule::UnknownProposal);
    }
    for command in [Command::ApproveCancellation(on_proposal(1)), Command::RefuseCancellation(on_proposal(1))] {
        assert_eq!(rule(council().because("x").ask(&to_be_moved(), &command)), Rule::UnknownProposal, "of the other kind");
    }
}

#[test]
fn who_proposed_to_move_or_drop_does_not_decide_on_it() {
    let sara = member().by("sara", Office::Council).because("x");
    for command in [Command::ApproveRebaseline(on_proposal(1)), Command::RefuseRebaseline(on_proposal(1))] {
        assert_eq!(rule(sara.ask(&to_be_moved(), &command)), Rule::ProposerDecides);
    }
    for command in [Command::ApproveCancellation(on_proposal(2)), Command::RefuseCancellation(on_proposal(2))] {
        assert_eq!(rule(sara.ask(&to_be_dropped(), &command)), Rule::ProposerDecides);
    }
}

#[test]
fn a_yes_carries_a_resolution_or_a_reason_and_a_no_a_reason() {
    let moved = |asked: Asking, command| asked.ask(&to_be_moved(), &command);
    let dropped = |asked: Asking, command| asked.ask(&to_be_dropped(), &command);
    assert_eq!(rule(moved(council(), Command::ApproveRebaseline(without_resolution(1)))), Rule::ResolutionOrReasonRequired);
    assert_eq!(rule(dropped(council(), Command::ApproveCancellation(without_resolution(2)))), Rule::ResolutionOrReasonRequired);
    assert!(moved(council().because("پذیرفته"), Command::ApproveRebaseline(without_resolution(1))).is_ok());
    assert_eq!(rule(moved(council(), Command::RefuseRebaseline(on_proposal(1)))), Rule::ReasonRequired);
    assert_eq!(rule(dropped(council(), Command::RefuseCancellation(on_proposal(2)))), Rule::ReasonRequired);
    let kept = dropped(council().because("لازم است"), Command::RefuseCancellation(on_proposal(2)));
    assert_eq!(kept, Ok(vec![Event::CancellationRefused(on_proposal(2))]));
}

#[test]
fn the_horizon_is_looked_at_again_when_a_new_baseline_is_approved() {
    let mut asked = council();
    asked.basis.horizons.insert(Horizon::Short, (day("2018-12-20"), day("2019-10-01")));
    assert_eq!(rule(asked.ask(&to_be_moved(), &Command::ApproveRebaseline(on_proposal(1)))), Rule::DueAfterHorizon);
    asked.basis.horizons.clear();
    assert_eq!(rule(asked.ask(&to_be_moved(), &Command::ApproveRebaseline(on_proposal(1)))), Rule::UnknownHorizon);
}

#[test]
fn nothing_is_moved_or_dropped_once_the_initiative_is_over() {
    let over = while_initiative(council(), Phase::Cancelled);
    assert_eq!(rule(over.ask(&to_be_moved(), &Command::ApproveRebaseline(on_proposal(1)))), Rule::InitiativeNotOpen);
    assert_eq!(rule(over.ask(&to_be_dropped(), &Command::ApproveCancellation(on_proposal(2)))), Rule::InitiativeNotOpen);
}

#[test]
fn what_was_verified_or_dropped_meanwhile_is_not_moved() {
    let both = moving().then(to_be_moved(), &cancellation(2), 2);
    let dropped = council().then(both, &Command::ApproveCancellation(on_proposal(2)), 3);
    assert_eq!(phase(&dropped), milestone::Phase::Cancelled);
    assert_eq!(rule(council().ask(&dropped, &Command::ApproveRebaseline(on_proposal(1)))), Rule::WrongPhase);
    let no = council().because("دیگر موضوع ندارد").ask(&dropped, &Command::RefuseRebaseline(without_resolution(1)));
    assert!(no.is_ok(), "what waits can be laid to rest");
}

#[test]
fn deciding_again_the_same_is_already_so() {
    let because = || council().because("x");
    let decisions = [
        (to_be_moved(), Command::ApproveRebaseline(on_proposal(1))),
        (to_be_moved(), Command::RefuseRebaseline(on_proposal(1))),
        (to_be_dropped(), Command::ApproveCancellation(on_proposal(2))),
        (to_be_dropped(), Command::RefuseCancellation(on_proposal(2))),
    ];
    for (given, command) in decisions {
        let decided = because().then(given, &command, 2);
        assert_eq!(because().ask(&decided, &command), Ok(vec![]), "{command:?}");
    }
    let refused = because().then(to_be_moved(), &Command::RefuseRebaseline(on_proposal(1)), 2);
    assert_eq!(rule(because().ask(&refused, &Command::ApproveRebaseline(on_proposal(1)))), Rule::UnknownProposal);
}
