//! Given / when / then for the initiative.

mod resources;

use uuid::Uuid;

use super::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure, Submission};
use super::{Command, Event, Initiative, Phase};
use crate::aggregate::{MilestoneBasis, Stream};
use crate::milestone;
use crate::milestone::measure::Measure;
use crate::quantity::Quantity;
use crate::refusal::Rule;
use crate::testing::{Asking, FixtureBasis, PROGRAMME, asking, day, rule, slug};
use crate::text::Text;
use crate::values::{DirectiveCode, Horizon, InitiativeId, MilestoneId, Office};

const CODE: &str = "T-1";

fn id() -> InitiativeId {
    InitiativeId(PROGRAMME.id_of(CODE))
}

fn member() -> Asking {
    asking(Stream::Initiative(id()))
}

fn chair() -> Asking {
    with_milestones(member().by("hamid", Office::Chair(slug("technology"))), &[milestone::Phase::Planned])
}

fn council() -> Asking {
    member().by("parvin", Office::Council)
}

fn founding() -> Asking {
    member().by("sara", Office::Founding)
}

/// The basis has a milestone of the initiative in each of the phases.
fn with_milestones(mut asked: Asking, phases: &[milestone::Phase]) -> Asking {
    for (number, phase) in phases.iter().enumerate() {
        let code = format!("{CODE}.{number}");
        let id = MilestoneId(PROGRAMME.id_of(&code));
        let basis = MilestoneBasis {
            id,
            code,
            initiative: self::id(),
            commission: slug("technology"),
            phase: *phase,
            counts: true,
            measure: Measure::Binary,
            claimed_at: None,
        };
        asked.basis.milestones.insert(id, basis);
    }
    asked
}

fn proposal() -> Proposal {
    Proposal {
        code: CODE.into(),
        commission: slug("technology"),
        horizon: Horizon::Short,
        title: Text::new("شبکه برای همه", "A network for all"),
        directives: vec![DirectiveCode("D-1".into())],
        note: None,
        provenance: None,
    }
}

fn revision() -> Revision {
    Revision {
        horizon: Horizon::Medium,
        title: Text::fa("شبکه برای همهٔ کلانتری‌ها"),
        directives: Vec::new(),
        note: Some(Text::fa("دو ساله")),
    }
}

fn decision() -> Decision {
    Decision { resolution: Some("98/12".into()) }
}

fn undecided() -> Decision {
    Decision { resolution: None }
}

fn allocation() -> Allocation {
    Allocation {
        allocation: Uuid::from_u128(7),
        resource: Text::fa("بودجه"),
        amount: Quantity::from_int(5_000),
        unit: "ریال".into(),
        resolution: "98/13".into(),
    }
}

fn risk() -> Risk {
    Risk { risk: Uuid::from_u128(8), title: Text::fa("تحریم تجهیزات"), likelihood: 4, impact: 5, mitigation: None }
}

fn closure() -> RiskClosure {
    RiskClosure { risk: Uuid::from_u128(8) }
}

fn proposed() -> Initiative {
    member().then(Initiative::default(), &Command::Propose(proposal()), 0)
}

fn submitted() -> Initiative {
    chair().then(proposed(), &Command::Submit, 1)
}

fn approved() -> Initiative {
    council().then(submitted(), &Command::Approve(decision()), 2)
}

fn returned() -> Initiative {
    council().then(submitted(), &Command::Return(decision()), 2)
}

fn suspended() -> Initiative {
    council().then(approved(), &Command::Suspend(decision()), 3)
}

fn cancelled() -> Initiative {
    council().then(approved(), &Command::Cancel(decision()), 3)
}

fn phase(initiative: &Initiative) -> Phase {
    initiative.life.as_ref().expect("it was proposed").phase
}

#[test]
fn a_member_proposes_an_initiative_of_her_commission() {
    let said = member().ask(&Initiative::default(), &Command::Propose(proposal()));
    assert_eq!(said, Ok(vec![Event::Proposed(proposal())]));
}

#[test]
fn an_initiative_that_was_never_proposed_is_unknown_to_every_other_command() {
    let all = [
        Command::Revise(revision()),
        Command::Submit,
        Command::Approve(decision()),
        Command::Return(decision()),
        Command::Reject(decision()),
        Command::Suspend(decision()),
        Command::Resume(decision()),
        Command::Complete(decision()),
        Command::Cancel(decision()),
        Command::AllocateResources(allocation()),
        Command::RaiseRisk(risk()),
        Command::CloseRisk(closure()),
    ];
    for command in all {
        assert_eq!(rule(council().ask(&Initiative::default(), &command)), Rule::UnknownInitiative, "{command:?}");
    }
}

#[test]
fn a_proposal_names_only_what_the_programme_knows() {
    let refused = |change: fn(&mut Proposal)| {
        let mut asked = proposal();
        change(&mut asked);
        rule(member().ask(&Initiative::default(), &Command::Propose(asked)))
    };
    assert_eq!(refused(|asked| asked.code = "ت-۱".into()), Rule::CodeInvalid);
    assert_eq!(refused(|asked| asked.code = "T-2".into()), Rule::CodeInvalid, "the code of another stream");
    assert_eq!(refused(|asked| asked.commission = slug("cookery")), Rule::UnknownCommission);
    assert_eq!(refused(|asked| asked.directives.push(DirectiveCode("D-9".into()))), Rule::UnknownDirective);
    assert_eq!(refused(|asked| asked.title = Text::fa(" \u{200c} ")), Rule::TextBlank);
    assert_eq!(refused(|asked| asked.title = Text::fa("م".repeat(2_001))), Rule::TextTooLong);
    assert_eq!(refused(|asked| asked.note = Some(Text::fa("م".repeat(10_001)))), Rule::TextTooLong);
}

#[test]
fn nothing_is_proposed_before_the_charter_or_for_a_horizon_without_days() {
    let mut asked = member();
    asked.basis.horizons.clear();
    assert_eq!(rule(asked.ask(&Initiative::default(), &Command::Propose(proposal()))), Rule::UnknownHorizon);
    asked.basis.programme = None;
    assert_eq!(rule(asked.ask(&Initiative::default(), &Command::Propose(proposal()))), Rule::NotChartered);
}

#[test]
fn proposing_the_same_again_is_already_so_also_after_a_revision() {
    let revised = member().then(proposed(), &Command::Revise(revision()), 1);
    assert_eq!(member().ask(&proposed(), &Command::Propose(proposal())), Ok(vec![]));
    assert_eq!(member().ask(&revised, &Command::Propose(proposal())), Ok(vec![]));
    let as_it_stands =
        Proposal { horizon: Horizon::Medium, title: revision().title, directives: Vec::new(), note: revision().note, ..proposal() };
    assert_eq!(member().ask(&revised, &Command::Propose(as_it_stands.clone())), Ok(vec![]));
    assert_eq!(rule(member().ask(&proposed(), &Command::Propose(as_it_stands))), Rule::AlreadyExists);
}

#[test]
fn a_day_that_has_not_come_and_an_empty_reason_are_refused_for_every_command() {
    assert_eq!(rule(council().on("2019-09-23").ask(&submitted(), &Command::Approve(decision()))), Rule::EffectiveInFuture);
    assert_eq!(rule(council().because("  ").ask(&submitted(), &Command::Approve(decision()))), Rule::ReasonRequired);
    assert_eq!(rule(council().because(&"x".repeat(2_001)).ask(&submitted(), &Command::Approve(decision()))), Rule::TextTooLong);
}

#[test]
fn a_proposal_is_revised_as_a_whole_and_the_same_words_change_nothing() {
    assert_eq!(member().ask(&proposed(), &Command::Revise(revision())), Ok(vec![Event::Revised(revision())]));
    let revised = member().then(proposed(), &Command::Revise(revision()), 1);
    assert_eq!(member().ask(&revised, &Command::Revise(revision())), Ok(vec![]));
}

#[test]
fn a_revision_is_checked_like_a_proposal() {
    let blank = Revision { title: Text::fa(""), ..revision() };
    assert_eq!(rule(member().ask(&proposed(), &Command::Revise(blank))), Rule::TextBlank);
    let unknown = Revision { directives: vec![DirectiveCode("D-9".into())], ..revision() };
    assert_eq!(rule(member().ask(&proposed(), &Command::Revise(unknown))), Rule::UnknownDirective);
    let mut asked = member();
    asked.basis.horizons.remove(&Horizon::Medium);
    assert_eq!(rule(asked.ask(&proposed(), &Command::Revise(revision()))), Rule::UnknownHorizon);
}

#[test]
fn what_was_submitted_or_decided_is_not_revised() {
    for given in [submitted(), approved(), suspended(), cancelled()] {
        assert_eq!(rule(member().ask(&given, &Command::Revise(revision()))), Rule::WrongPhase);
    }
}

#[test]
fn a_returned_proposal_comes_back_by_a_revision_even_with_the_same_words() {
    let same = Revision { horizon: Horizon::Short, title: proposal().title, directives: proposal().directives, note: None };
    let revised = member().then(returned(), &Command::Revise(same.clone()), 3);
    assert_eq!(phase(&revised), Phase::Proposed);
    assert_eq!(member().ask(&revised, &Command::Revise(same)), Ok(vec![]));
}

#[test]
fn a_proposal_without_milestones_is_not_submitted() {
    let empty = member().by("hamid", Office::Chair(slug("technology")));
    assert_eq!(rule(empty.ask(&proposed(), &Command::Submit)), Rule::MilestonesMissing);
    let dropped = with_milestones(empty, &[milestone::Phase::Cancelled]);
    assert_eq!(rule(dropped.ask(&proposed(), &Command::Submit)), Rule::MilestonesMissing);
    assert_eq!(chair().ask(&proposed(), &Command::Submit), Ok(vec![Event::Submitted(Submission {})]));
}

#[test]
fn submitting_twice_is_already_so_and_a_returned_one_is_revised_first() {
    assert_eq!(chair().ask(&submitted(), &Command::Submit), Ok(vec![]));
    assert_eq!(rule(chair().ask(&returned(), &Command::Submit)), Rule::WrongPhase);
    assert_eq!(rule(chair().ask(&approved(), &Command::Submit)), Rule::WrongPhase);
}

#[test]
fn the_council_approves_returns_or_rejects_what_was_submitted() {
    assert_eq!(council().ask(&submitted(), &Command::Approve(decision())), Ok(vec![Event::Approved(decision())]));
    assert_eq!(council().ask(&submitted(), &Command::Return(decision())), Ok(vec![Event::Returned(decision())]));
    let told_why = council().because("بودجه‌ای نیست");
    assert_eq!(told_why.ask(&submitted(), &Command::Reject(undecided())), Ok(vec![Event::Rejected(undecided())]));
}

#[test]
fn every_decision_carries_a_resolution_number_or_a_reason() {
    for command in [Command::Approve(undecided()), Command::Return(undecided()), Command::Reject(undecided())] {
        assert_eq!(rule(council().ask(&submitted(), &command)), Rule::ResolutionOrReasonRequired, "{command:?}");
    }
    for command in [Command::Suspend(undecided()), Command::Complete(undecided()), Command::Cancel(undecided())] {
        assert_eq!(rule(council().ask(&approved(), &command)), Rule::ResolutionOrReasonRequired, "{command:?}");
    }
    assert_eq!(rule(council().ask(&suspended(), &Command::Resume(undecided()))), Rule::ResolutionOrReasonRequired);
    let blank = Decision { resolution: Some(" ".into()) };
    assert_eq!(rule(council().ask(&submitted(), &Command::Approve(blank))), Rule::TextBlank);
}

#[test]
fn nobody_decides_in_an_office_that_the_proposer_lends() {
    let lent = council().against(FixtureBasis::default().lending("sara", "parvin", Office::Council));
    for command in [Command::Approve(decision()), Command::Return(decision()), Command::Reject(decision())] {
        assert_eq!(rule(lent.ask(&submitted(), &command)), Rule::ProposerDecides, "{command:?}");
        assert_eq!(lent.clone().again().ask(&submitted(), &command).unwrap().len(), 1, "a line from before stays valid");
    }
    let of_parvin = council().against(FixtureBasis::default().lending("parvin", "sara", Office::Member(slug("technology"))));
    let approve = Command::Approve(decision());
    assert_eq!(rule(of_parvin.ask(&submitted(), &approve)), Rule::ProposerDecides, "nor who lent the office it was proposed in");
    assert_eq!(of_parvin.again().ask(&submitted(), &approve).unwrap().len(), 1, "a line from before stays valid");
}

#[test]
fn who_proposed_revised_or_submitted_does_not_decide() {
    let revised = member().by("reza", Office::Member(slug("technology"))).then(proposed(), &Command::Revise(revision()), 1);
    let submitted = chair().then(revised, &Command::Submit, 2);
    for who in ["sara", "reza", "hamid"] {
        for command in [Command::Approve(decision()), Command::Return(decision()), Command::Reject(decision())] {
            let answer = member().by(who, Office::Council).ask(&submitted, &command);
            assert_eq!(rule(answer), Rule::ProposerDecides, "{who} {command:?}");
        }
    }
}

#[test]
fn founding_approves_its_own_proposal_without_submission_but_under_a_resolution() {
    let given = founding().then(Initiative::default(), &Command::Propose(proposal()), 0);
    assert_eq!(founding().ask(&given, &Command::Approve(decision())), Ok(vec![Event::Approved(decision())]));
    assert_eq!(rule(founding().because("از آغاز").ask(&given, &Command::Approve(undecided()))), Rule::ResolutionRequired);
    assert_eq!(rule(council().ask(&given, &Command::Approve(decision()))), Rule::WrongPhase, "others wait for the chair");
    assert_eq!(rule(founding().ask(&returned(), &Command::Approve(decision()))), Rule::WrongPhase);
}

#[test]
fn only_what_was_submitted_is_returned_or_rejected() {
    for given in [proposed(), approved(), suspended()] {
        assert_eq!(rule(council().ask(&given, &Command::Return(decision()))), Rule::WrongPhase);
        assert_eq!(rule(council().ask(&given, &Command::Reject(decision()))), Rule::WrongPhase);
    }
}

#[test]
fn an_approved_initiative_is_suspended_and_resumed() {
    assert_eq!(phase(&suspended()), Phase::Suspended);
    let resumed = council().then(suspended(), &Command::Resume(decision()), 4);
    assert_eq!(phase(&resumed), Phase::Approved);
    assert_eq!(rule(council().ask(&submitted(), &Command::Suspend(decision()))), Rule::WrongPhase);
    assert_eq!(rule(council().ask(&submitted(), &Command::Resume(decision()))), Rule::WrongPhase);
}

#[test]
fn an_initiative_is_complete_when_every_milestone_that_is_not_cancelled_is_verified() {
    use milestone::Phase::{Cancelled, Claimed, Planned, Verified};
    let complete = |phases: &[milestone::Phase]| with_milestones(council(), phases).ask(&approved(), &Command::Complete(decision()));
    assert_eq!(complete(&[Verified, Cancelled, Verified]), Ok(vec![Event::Completed(decision())]));
    assert_eq!(rule(complete(&[Verified, Claimed])), Rule::MilestonesNotVerified);
    assert_eq!(rule(complete(&[Verified, Planned])), Rule::MilestonesNotVerified);
    assert_eq!(rule(complete(&[Cancelled])), Rule::MilestonesMissing);
    assert_eq!(rule(complete(&[])), Rule::MilestonesMissing);
}

#[test]
fn a_suspended_initiative_is_resumed_before_it_ends() {
    assert_eq!(rule(council().ask(&suspended(), &Command::Complete(decision()))), Rule::WrongPhase);
    assert_eq!(rule(council().ask(&suspended(), &Command::Cancel(decision()))), Rule::WrongPhase);
    assert_eq!(council().ask(&approved(), &Command::Cancel(decision())), Ok(vec![Event::Cancelled(decision())]));
}

#[test]
fn deciding_again_what_is_decided_is_already_so() {
    let rejected = council().then(submitted(), &Command::Reject(decision()), 2);
    let verified = with_milestones(council(), &[milestone::Phase::Verified]);
    let completed = verified.then(approved(), &Command::Complete(decision()), 3);
    let again = [
        (approved(), Command::Approve(decision())),
        (approved(), Command::Resume(decision())),
        (returned(), Command::Return(decision())),
        (rejected, Command::Reject(decision())),
        (suspended(), Command::Suspend(decision())),
        (completed, Command::Complete(decision())),
        (cancelled(), Command::Cancel(decision())),
    ];
    for (given, command) in again {
        assert_eq!(council().ask(&given, &command), Ok(vec![]), "{command:?}");
    }
}

#[test]
fn an_initiatives_events_keep_the_day_that_was_given() {
    let asked = council().on("2019-09-01");
    let day_of = crate::aggregate::Aggregate::effective_on(&submitted(), &Event::Approved(decision()), &asked.ctx());
    assert_eq!(day_of, Some(day("2019-09-01")));
}
