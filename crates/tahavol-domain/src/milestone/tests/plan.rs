//! Given / when / then for planning, revising and admitting a milestone.

use super::super::command::{BaselineChoice, PlanMilestone};
use super::super::event::{Plan, Resolution};
use super::super::measure::MeasureChoice;
use super::super::{Command, Event, Milestone};
use super::{
    asked_plan, cancelled, claimed, council, counted, member, member_of, plan, planned, proposing, resolution, revision, uncounted,
    while_initiative,
};
use crate::initiative::Phase;
use crate::refusal::Rule;
use crate::testing::{Asking, day, rule};
use crate::text::Text;
use crate::values::{InitiativeId, Office, Provenance};

fn ask_plan(asked: &Asking, change: impl Fn(&mut PlanMilestone)) -> Result<Vec<Event>, crate::Refusal> {
    let mut plan = asked_plan(MeasureChoice::Binary);
    change(&mut plan);
    asked.ask(&Milestone::default(), &Command::Plan(Box::new(plan)))
}

/// Planned by Sara after her initiative's approval.
fn planned_later() -> Milestone {
    member_of(Phase::Approved).then(Milestone::default(), &plan(MeasureChoice::Binary), 0)
}

fn waiting(asked: Asking) -> Asking {
    uncounted(asked)
}

#[test]
fn a_milestone_is_planned_for_its_initiatives_horizon_where_it_names_none() {
    let said = proposing().ask(&Milestone::default(), &plan(MeasureChoice::Binary)).expect("allowed");
    let [Event::Planned(planned)] = said.as_slice() else { panic!("one plan, not {said:?}") };
    let Plan { initiative, code, baseline, .. } = &**planned;
    assert_eq!((*initiative, code.as_str()), (super::initiative(), "T-1.1"));
    assert_eq!(baseline.horizon, crate::values::Horizon::Short);
    assert_eq!((baseline.weight, baseline.starts, baseline.due), (100, day("2019-03-21"), day("2019-09-22")));
}

#[test]
fn a_plan_names_only_what_the_programme_knows() {
    assert_eq!(rule(ask_plan(&proposing(), |plan| plan.code = "یک".into())), Rule::CodeInvalid);
    assert_eq!(rule(ask_plan(&proposing(), |plan| plan.code = "T-1.2".into())), Rule::CodeInvalid, "the code of another stream");
    assert_eq!(rule(ask_plan(&proposing(), |plan| plan.initiative = InitiativeId::default())), Rule::UnknownInitiative);
    assert_eq!(rule(ask_plan(&proposing(), |plan| plan.title = Text::fa(" "))), Rule::TextBlank);
    assert_eq!(rule(ask_plan(&proposing(), |plan| plan.title = Text::new("الف", "a".repeat(2_001)))), Rule::TextTooLong);
}

#[test]
fn nothing_is_planned_before_the_charter() {
    let mut asked = proposing();
    asked.basis.programme = None;
    assert_eq!(rule(ask_plan(&asked, |_| {})), Rule::NotChartered);
}

#[test]
fn milestones_are_planned_in_a_proposal_and_for_an_initiative_under_way_but_not_otherwise() {
    for phase in [Phase::Proposed, Phase::Returned, Phase::Approved, Phase::Suspended] {
        assert!(ask_plan(&member_of(phase), |_| {}).is_ok(), "{phase:?}");
    }
    for phase in [Phase::Submitted, Phase::Rejected, Phase::Completed, Phase::Cancelled] {
        assert_eq!(rule(ask_plan(&member_of(phase), |_| {})), Rule::InitiativeNotOpen, "{phase:?}");
    }
}

#[test]
fn planning_the_same_again_is_already_so_and_anything_else_under_the_code_is_refused() {
    let given = planned(MeasureChoice::Binary);
    assert_eq!(proposing().ask(&given, &plan(MeasureChoice::Binary)), Ok(vec![]));
    assert_eq!(rule(proposing().ask(&given, &plan(MeasureChoice::Reported))), Rule::AlreadyExists);
    let other = PlanMilestone { provenance: Some(Provenance::Article), ..asked_plan(MeasureChoice::Binary) };
    assert_eq!(rule(proposing().ask(&given, &Command::Plan(Box::new(other)))), Rule::AlreadyExists);
}

#[test]
fn the_first_plan_and_the_one_that_stands_are_both_already_so() {
    let given = proposing().then(planned(MeasureChoice::Binary), &revision("شبکهٔ همهٔ استان‌ها"), 1);
    assert_eq!(proposing().ask(&given, &plan(MeasureChoice::Binary)), Ok(vec![]));
    let standing = PlanMilestone { title: Text::fa("شبکهٔ همهٔ استان‌ها"), ..asked_plan(MeasureChoice::Binary) };
    assert_eq!(proposing().ask(&given, &Command::Plan(Box::new(standing))), Ok(vec![]));
}

#[test]
fn a_milestone_is_revised_freely_while_its_initiative_is_a_proposal() {
    let given = planned(MeasureChoice::Binary);
    for phase in [Phase::Proposed, Phase::Returned] {
        let said = member_of(phase).ask(&given, &revision("شبکهٔ دو استان"));
        assert!(matches!(said.as_deref(), Ok([Event::Revised(revised)]) if revised.title == Text::fa("شبکهٔ دو استان")));
    }
    for phase in [Phase::Submitted, Phase::Approved, Phase::Suspended, Phase::Rejected, Phase::Completed, Phase::Cancelled] {
        assert_eq!(rule(member_of(phase).ask(&given, &revision("x"))), Rule::RevisableOnlyInProposal, "{phase:?}");
    }
}

#[test]
fn a_revision_that_changes_nothing_is_already_so_and_a_blank_title_is_refused() {
    let given = planned(MeasureChoice::Binary);
    assert_eq!(proposing().ask(&given, &revision("شبکهٔ استان‌ها")), Ok(vec![]));
    assert_eq!(rule(proposing().ask(&given, &revision(""))), Rule::TextBlank);
    assert_eq!(rule(proposing().ask(&claimed(), &revision("x"))), Rule::WrongPhase);
}

#[test]
fn a_revision_without_its_initiative_in_sight_is_refused() {
    let mut asked = proposing();
    asked.basis.initiatives.clear();
    assert_eq!(rule(asked.ask(&planned(MeasureChoice::Binary), &revision("x"))), Rule::UnknownInitiative);
}

#[test]
fn the_council_admits_what_was_planned_after_the_approval() {
    let said = waiting(council()).ask(&planned_later(), &Command::Admit(resolution()));
    assert_eq!(said, Ok(vec![Event::Admitted(resolution())]));
}

#[test]
fn an_admission_is_a_decision_with_a_resolution_or_a_reason() {
    let undecided = Resolution { resolution: None };
    assert_eq!(rule(waiting(council()).ask(&planned_later(), &Command::Admit(undecided.clone()))), Rule::ResolutionOrReasonRequired);
    let told_why = waiting(council()).because("کمیسیون خواست");
    assert!(told_why.ask(&planned_later(), &Command::Admit(undecided.clone())).is_ok());
    let founding = waiting(member()).by("sara", Office::Founding);
    assert_eq!(rule(founding.ask(&planned_later(), &Command::Admit(undecided))), Rule::ResolutionRequired);
}

#[test]
fn who_planned_a_milestone_does_not_admit_it_except_in_founding() {
    let planner = waiting(member()).by("sara", Office::Council);
    assert_eq!(rule(planner.ask(&planned_later(), &Command::Admit(resolution()))), Rule::ProposerDecides);
    let founding = waiting(member()).by("sara", Office::Founding);
    assert!(founding.ask(&planned_later(), &Command::Admit(resolution())).is_ok());
}

#[test]
fn what_counts_by_its_initiatives_approval_is_not_admitted() {
    assert_eq!(rule(council().ask(&planned(MeasureChoice::Binary), &Command::Admit(resolution()))), Rule::AlreadyCounts);
}

#[test]
fn admitting_twice_is_already_so_and_the_dropped_are_not_admitted() {
    let admitted = waiting(council()).then(planned_later(), &Command::Admit(resolution()), 1);
    assert_eq!(waiting(council()).ask(&admitted, &Command::Admit(resolution())), Ok(vec![]));
    assert_eq!(rule(council().ask(&cancelled(), &Command::Admit(resolution()))), Rule::WrongPhase);
}

#[test]
fn a_milestone_is_admitted_only_to_an_initiative_under_way() {
    for phase in [Phase::Proposed, Phase::Submitted, Phase::Completed, Phase::Cancelled] {
        let asked = while_initiative(waiting(council()), phase);
        assert_eq!(rule(asked.ask(&planned_later(), &Command::Admit(resolution()))), Rule::InitiativeNotOpen, "{phase:?}");
    }
}

#[test]
fn an_admission_looks_at_the_horizon_again() {
    let mut asked = waiting(council());
    asked.basis.horizons.insert(crate::values::Horizon::Short, (day("2018-12-20"), day("2019-09-21")));
    assert_eq!(rule(asked.ask(&planned_later(), &Command::Admit(resolution()))), Rule::DueAfterHorizon);
}

#[test]
fn an_admitted_milestone_counts_before_the_basis_has_seen_it() {
    let admitted = waiting(council()).then(planned_later(), &Command::Admit(resolution()), 1);
    let not_seen_yet = member_of(Phase::Approved);
    assert!(not_seen_yet.ask(&admitted, &super::claim()).is_ok());
    assert_eq!(rule(not_seen_yet.ask(&planned_later(), &super::claim())), Rule::NotCounted);
}

#[test]
fn dates_and_weight_are_checked_when_planning() {
    let refused = |change: fn(&mut BaselineChoice)| rule(ask_plan(&counted(proposing()), |plan| change(&mut plan.baseline)));
    assert_eq!(refused(|asked| asked.weight = 0), Rule::WeightRange);
    assert_eq!(refused(|asked| asked.weight = 10_001), Rule::WeightRange);
    assert_eq!(refused(|asked| asked.starts = day("2019-09-23")), Rule::StartsAfterDue);
    assert_eq!(refused(|asked| asked.due = day("2019-12-21")), Rule::DueAfterHorizon);
    assert!(ask_plan(&proposing(), |plan| plan.baseline.due = day("2019-12-20")).is_ok(), "the horizon's last day belongs to it");
    assert!(ask_plan(&proposing(), |plan| plan.baseline.starts = plan.baseline.due).is_ok(), "a milestone may last a day");
}
