//! Given / when / then for the milestone: what its tests share.

mod claim;
mod plan;
mod progress;
mod proposal;
mod resolve;

use uuid::Uuid;

use super::command::{BaselineChoice, PlanMilestone, ProposeRebaseline, ReviseMilestone};
use super::event::{CancellationProposal, Claim, ClaimDecision, ProgressCorrection, ProgressReport, ProposalDecision, Resolution};
use super::measure::{Measure, MeasureChoice, Step};
use super::{Command, Milestone, Phase};
use crate::aggregate::{InitiativeBasis, MilestoneBasis, Stream};
use crate::initiative;
use crate::refusal::Rule;
use crate::testing::{Asking, PROGRAMME, asking, day, event, rule, slug};
use crate::text::Text;
use crate::values::{EventId, Evidence, Horizon, InitiativeId, MilestoneId, Office, Sha256};

const CODE: &str = "T-1.1";

fn id() -> MilestoneId {
    MilestoneId(PROGRAMME.id_of(CODE))
}

fn initiative() -> InitiativeId {
    InitiativeId(PROGRAMME.id_of("T-1"))
}

/// Sara, a member of the technology commission, whose initiative is a proposal.
fn proposing() -> Asking {
    member_of(initiative::Phase::Proposed)
}

/// Sara, whose initiative is approved; the milestone counts.
fn member() -> Asking {
    counted(member_of(initiative::Phase::Approved))
}

fn council() -> Asking {
    member().by("parvin", Office::Council)
}

/// Maryam, an inspector of no commission; the claim is the milestone's second event, at position 50.
fn inspector() -> Asking {
    let mut asked = member().by("maryam", Office::Inspector);
    basis_of(&mut asked).claimed_at = Some(50);
    asked
}

fn member_of(phase: initiative::Phase) -> Asking {
    let mut asked = asking(Stream::Milestone(id()));
    let basis = InitiativeBasis { code: "T-1".into(), commission: slug("technology"), horizon: Horizon::Short, phase };
    asked.basis.initiatives.insert(initiative(), basis);
    asked
}

fn counted(mut asked: Asking) -> Asking {
    let basis = MilestoneBasis {
        id: id(),
        code: CODE.into(),
        initiative: initiative(),
        commission: slug("technology"),
        phase: Phase::Planned,
        counts: true,
        measure: Measure::Binary,
        claimed_at: None,
    };
    asked.basis.milestones.insert(id(), basis);
    asked
}

/// The milestone of the basis, to be changed.
fn basis_of(asked: &mut Asking) -> &mut MilestoneBasis {
    asked.basis.milestones.get_mut(&id()).expect("the fixture has it")
}

/// The same question while the initiative is in another phase.
fn while_initiative(mut asked: Asking, phase: initiative::Phase) -> Asking {
    asked.basis.initiatives.get_mut(&initiative()).expect("the fixture has it").phase = phase;
    asked
}

fn uncounted(mut asked: Asking) -> Asking {
    basis_of(&mut asked).counts = false;
    asked
}

fn baseline(measure: MeasureChoice) -> BaselineChoice {
    BaselineChoice { weight: 100, starts: day("2019-03-21"), due: day("2019-09-22"), horizon: None, measure }
}

fn plan(measure: MeasureChoice) -> Command {
    Command::Plan(Box::new(asked_plan(measure)))
}

fn asked_plan(measure: MeasureChoice) -> PlanMilestone {
    PlanMilestone {
        initiative: initiative(),
        code: CODE.into(),
        title: Text::fa("شبکهٔ استان‌ها"),
        baseline: baseline(measure),
        provenance: None,
    }
}

fn steps() -> MeasureChoice {
    let step = |title: &str, weight| Step { title: Text::fa(title), weight };
    MeasureChoice::Steps(vec![step("طرح", 1), step("خرید", 2), step("نصب", 3)])
}

fn revision(title: &str) -> Command {
    Command::Revise(Box::new(ReviseMilestone { title: Text::fa(title), baseline: baseline(MeasureChoice::Binary) }))
}

fn resolution() -> Resolution {
    Resolution { resolution: Some("98/20".into()) }
}

fn rebaseline(number: u128, due: &str) -> Command {
    let baseline = BaselineChoice { due: day(due), ..baseline(MeasureChoice::Binary) };
    Command::ProposeRebaseline(Box::new(ProposeRebaseline { proposal: Uuid::from_u128(number), baseline }))
}

fn cancellation(number: u128) -> Command {
    Command::ProposeCancellation(CancellationProposal { proposal: Uuid::from_u128(number) })
}

fn on_proposal(number: u128) -> ProposalDecision {
    ProposalDecision { proposal: Uuid::from_u128(number), resolution: Some("98/21".into()) }
}

fn without_resolution(number: u128) -> ProposalDecision {
    ProposalDecision { resolution: None, ..on_proposal(number) }
}

fn note(text: &str) -> ProgressReport {
    ProgressReport { note: Some(Text::fa(text)), ..ProgressReport::default() }
}

fn progress(basis_points: u16) -> ProgressReport {
    ProgressReport { progress: Some(basis_points), ..ProgressReport::default() }
}

fn done(steps: &[u16]) -> ProgressReport {
    ProgressReport { steps: Some(steps.to_vec()), ..ProgressReport::default() }
}

fn report(report: ProgressReport) -> Command {
    Command::ReportProgress(report)
}

fn correction(corrects: EventId, report: ProgressReport) -> Command {
    Command::CorrectProgress(ProgressCorrection { corrects, report })
}

fn evidence() -> Evidence {
    Evidence { digest: Sha256([7; 32]), media_type: "application/pdf".into(), size: 12, title: "صورت‌جلسه".into() }
}

fn claim() -> Command {
    Command::ClaimCompletion(Claim::default())
}

fn on_claim(claim: EventId) -> ClaimDecision {
    ClaimDecision { claim, note: None }
}

fn planned(measure: MeasureChoice) -> Milestone {
    proposing().then(Milestone::default(), &plan(measure), 0)
}

/// Planned as binary and claimed by Sara; the claim is `event(1)`.
fn claimed() -> Milestone {
    member().then(planned(MeasureChoice::Binary), &claim(), 1)
}

fn verified() -> Milestone {
    inspector().then(claimed(), &Command::VerifyCompletion(on_claim(event(1))), 2)
}

/// Planned as binary, and dropped by the council on Sara's proposal 1.
fn cancelled() -> Milestone {
    let asked = member().because("بی‌مورد شد").then(planned(MeasureChoice::Binary), &cancellation(1), 1);
    council().then(asked, &Command::ApproveCancellation(on_proposal(1)), 2)
}

fn phase(milestone: &Milestone) -> Phase {
    milestone.life.as_ref().expect("it was planned").phase
}

#[test]
fn a_milestone_that_was_never_planned_is_unknown_to_every_other_command() {
    let all = [
        revision("x"),
        Command::Admit(resolution()),
        rebaseline(1, "2019-10-01"),
        Command::ApproveRebaseline(on_proposal(1)),
        Command::RefuseRebaseline(on_proposal(1)),
        cancellation(1),
        Command::ApproveCancellation(on_proposal(1)),
        Command::RefuseCancellation(on_proposal(1)),
        report(note("x")),
        correction(event(1), note("x")),
        Command::Block,
        Command::Unblock,
        claim(),
        Command::VerifyCompletion(on_claim(event(1))),
        Command::RefuseCompletion(on_claim(event(1))),
    ];
    for command in all {
        assert_eq!(rule(member().ask(&Milestone::default(), &command)), Rule::UnknownMilestone, "{command:?}");
    }
}

#[test]
fn no_command_is_about_a_day_that_has_not_come_or_gives_an_empty_reason() {
    let given = planned(MeasureChoice::Binary);
    assert_eq!(rule(member().on("2019-09-23").ask(&given, &report(note("x")))), Rule::EffectiveInFuture);
    assert_eq!(rule(member().on("2019-09-23").ask(&given, &claim())), Rule::EffectiveInFuture);
    assert_eq!(rule(member().because("").ask(&given, &claim())), Rule::ReasonRequired);
    assert_eq!(rule(member().because(&"x".repeat(2_001)).ask(&given, &claim())), Rule::TextTooLong);
}
