//! What an initiative allows: a list of refusals, one function a command.

use super::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure, Submission};
use super::evolve::{Life, RiskPhase};
use super::{Command, Event, Initiative, Phase};
use crate::aggregate::{Aggregate, Context, Stream};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::refusal::{Refusal, Rule};
use crate::values::{DirectiveCode, Horizon, InitiativeId};
use crate::{deciding, input, milestone};

type Answer = Result<Vec<Event>, Refusal>;

impl Aggregate for Initiative {
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: &Command, ctx: &Context<'_>) -> Answer {
        input::not_in_future(ctx)?;
        deciding::reason_if_given(ctx)?;
        let life = match (&self.life, command) {
            (None, Command::Propose(proposal)) => return propose(proposal, ctx),
            (Some(life), _) => life,
            (None, _) => return Err(Refusal::new(Rule::UnknownInitiative).with("initiative", ctx.stream)),
        };
        match command {
            Command::Propose(proposal) => propose_again(life, proposal),
            Command::Revise(revision) => revise(life, revision, ctx),
            Command::Submit => submit(life, ctx),
            Command::Approve(decision) => approve(life, decision, ctx),
            Command::Return(decision) => send_back(life, decision, ctx),
            Command::Reject(decision) => reject(life, decision, ctx),
            Command::Suspend(decision) => suspend(life, decision, ctx),
            Command::Resume(decision) => resume(life, decision, ctx),
            Command::Complete(decision) => complete(life, decision, ctx),
            Command::Cancel(decision) => cancel(life, decision, ctx),
            Command::AllocateResources(allocation) => allocate(life, allocation),
            Command::RaiseRisk(risk) => raise_risk(life, risk),
            Command::CloseRisk(closure) => close_risk(life, closure),
        }
    }

    fn effective_on(&self, _event: &Event, ctx: &Context<'_>) -> Option<Date> {
        ctx.effective_on
    }

    fn evolve(self, event: &Event, said: &Envelope) -> Self {
        self.fold(event, said)
    }
}

fn propose(proposal: &Proposal, ctx: &Context<'_>) -> Answer {
    let Some(programme) = ctx.basis.programme() else {
        return Err(Refusal::new(Rule::NotChartered));
    };
    input::code(&proposal.code, "code")?;
    if *ctx.stream != Stream::Initiative(InitiativeId(programme.id_of(&proposal.code))) {
        return Err(Refusal::at(Rule::CodeInvalid, "code").with("value", &proposal.code));
    }
    if !ctx.basis.has_commission(&proposal.commission) {
        return Err(Refusal::at(Rule::UnknownCommission, "commission").with("commission", &proposal.commission.0));
    }
    input::text(&proposal.title, "title")?;
    input::note(proposal.note.as_ref(), "note")?;
    known(proposal.horizon, &proposal.directives, ctx)?;
    Ok(vec![Event::Proposed(proposal.clone())])
}

/// Saying again what was said, or what stands by now, changes nothing.
fn propose_again(life: &Life, proposal: &Proposal) -> Answer {
    let standing = Proposal {
        horizon: life.content.horizon,
        title: life.content.title.clone(),
        directives: life.content.directives.clone(),
        note: life.content.note.clone(),
        ..life.proposed.clone()
    };
    if *proposal == life.proposed || *proposal == standing {
        return Ok(Vec::new());
    }
    Err(Refusal::at(Rule::AlreadyExists, "code").with("value", &proposal.code))
}

/// A returned proposal may come back with the same words: its milestones may be what has changed.
fn revise(life: &Life, revision: &Revision, ctx: &Context<'_>) -> Answer {
    in_phase(life, &[Phase::Proposed, Phase::Returned])?;
    if life.phase == Phase::Proposed && life.content == *revision {
        return Ok(Vec::new());
    }
    input::text(&revision.title, "title")?;
    input::note(revision.note.as_ref(), "note")?;
    known(revision.horizon, &revision.directives, ctx)?;
    Ok(vec![Event::Revised(revision.clone())])
}

fn submit(life: &Life, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Submitted {
        return Ok(Vec::new());
    }
    in_phase(life, &[Phase::Proposed])?;
    if milestones(ctx).is_empty() {
        return Err(Refusal::new(Rule::MilestonesMissing));
    }
    Ok(vec![Event::Submitted(Submission {})])
}

/// Founding approves what it has proposed itself; nobody submits in between.
fn approve(life: &Life, decision: &Decision, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Approved {
        return Ok(Vec::new());
    }
    in_phase(life, if ctx.is_founding() { &[Phase::Proposed, Phase::Submitted] } else { &[Phase::Submitted] })?;
    deciding::by_another_person(ctx, life.authors.iter())?;
    decided(decision, ctx)?;
    Ok(vec![Event::Approved(decision.clone())])
}

fn send_back(life: &Life, decision: &Decision, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Returned {
        return Ok(Vec::new());
    }
    in_phase(life, &[Phase::Submitted])?;
    deciding::by_another_person(ctx, life.authors.iter())?;
    decided(decision, ctx)?;
    Ok(vec![Event::Returned(decision.clone())])
}

fn reject(life: &Life, decision: &Decision, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Rejected {
        return Ok(Vec::new());
    }
    in_phase(life, &[Phase::Submitted])?;
    deciding::by_another_person(ctx, life.authors.iter())?;
    decided(decision, ctx)?;
    Ok(vec![Event::Rejected(decision.clone())])
}

fn suspend(life: &Life, decision: &Decision, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Suspended {
        return Ok(Vec::new());
    }
    in_phase(life, &[Phase::Approved])?;
    decided(decision, ctx)?;
    Ok(vec![Event::Suspended(decision.clone())])
}

fn resume(life: &Life, decision: &Decision, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Approved {
        return Ok(Vec::new());
    }
    in_phase(life, &[Phase::Suspended])?;
    decided(decision, ctx)?;
    Ok(vec![Event::Resumed(decision.clone())])
}

fn complete(life: &Life, decision: &Decision, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Completed {
        return Ok(Vec::new());
    }
    in_phase(life, &[Phase::Approved])?;
    decided(decision, ctx)?;
    let promised = milestones(ctx);
    if promised.is_empty() {
        return Err(Refusal::new(Rule::MilestonesMissing));
    }
    let unverified: Vec<_> = promised.into_iter().filter(|(_, phase)| *phase != milestone::Phase::Verified).map(|(code, _)| code).collect();
    if !unverified.is_empty() {
        return Err(Refusal::new(Rule::MilestonesNotVerified).with("milestones", unverified.join(", ")));
    }
    Ok(vec![Event::Completed(decision.clone())])
}

fn cancel(life: &Life, decision: &Decision, ctx: &Context<'_>) -> Answer {
    if life.phase == Phase::Cancelled {
        return Ok(Vec::new());
    }
    in_phase(life, &[Phase::Approved])?;
    decided(decision, ctx)?;
    Ok(vec![Event::Cancelled(decision.clone())])
}

fn allocate(life: &Life, allocation: &Allocation) -> Answer {
    match life.allocations.get(&allocation.allocation) {
        Some(granted) if granted == allocation => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::at(Rule::AlreadyExists, "allocation").with("value", allocation.allocation)),
        None => {}
    }
    in_phase(life, &[Phase::Approved, Phase::Suspended])?;
    input::text(&allocation.resource, "resource")?;
    input::plain(&allocation.unit, "unit")?;
    if allocation.amount.is_zero() || allocation.amount.is_negative() {
        return Err(Refusal::at(Rule::AmountInvalid, "amount").with("value", allocation.amount));
    }
    if allocation.resolution.trim().is_empty() {
        return Err(Refusal::at(Rule::ResolutionRequired, "resolution"));
    }
    input::plain(&allocation.resolution, "resolution")?;
    Ok(vec![Event::ResourcesAllocated(allocation.clone())])
}

/// Risks are raised as long as anything is still to be decided or done.
fn raise_risk(life: &Life, risk: &Risk) -> Answer {
    match life.risks.get(&risk.risk) {
        Some(raised) if raised.risk == *risk => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::at(Rule::AlreadyExists, "risk").with("value", risk.risk)),
        None => {}
    }
    if life.phase.is_over() {
        return Err(wrong_phase(life));
    }
    input::text(&risk.title, "title")?;
    input::note(risk.mitigation.as_ref(), "mitigation")?;
    on_scale(risk.likelihood, "likelihood")?;
    on_scale(risk.impact, "impact")?;
    Ok(vec![Event::RiskRaised(risk.clone())])
}

/// Closing is an act with a time and a reason of its own, so a second one is not "already so". A risk can outlive its initiative.
fn close_risk(life: &Life, closure: &RiskClosure) -> Answer {
    match life.risks.get(&closure.risk).map(|raised| raised.phase) {
        None => Err(Refusal::at(Rule::UnknownRisk, "risk").with("value", closure.risk)),
        Some(RiskPhase::Closed) => Err(Refusal::at(Rule::RiskClosed, "risk").with("value", closure.risk)),
        Some(RiskPhase::Open) => Ok(vec![Event::RiskClosed(closure.clone())]),
    }
}

/// Codes and phases of the initiative's milestones that are not cancelled.
fn milestones(ctx: &Context<'_>) -> Vec<(String, milestone::Phase)> {
    let Stream::Initiative(id) = ctx.stream else { return Vec::new() };
    let all = ctx.basis.milestones_of(*id).into_iter().map(|found| (found.code, found.phase));
    all.filter(|(_, phase)| *phase != milestone::Phase::Cancelled).collect()
}

fn known(horizon: Horizon, directives: &[DirectiveCode], ctx: &Context<'_>) -> Result<(), Refusal> {
    if ctx.basis.horizon(horizon).is_none() {
        return Err(Refusal::at(Rule::UnknownHorizon, "horizon").with("horizon", horizon.as_str()));
    }
    match directives.iter().find(|code| !ctx.basis.has_directive(code)) {
        Some(unknown) => Err(Refusal::at(Rule::UnknownDirective, "directives").with("directive", &unknown.0)),
        None => Ok(()),
    }
}

fn decided(decision: &Decision, ctx: &Context<'_>) -> Result<(), Refusal> {
    deciding::resolution_or_reason(ctx, decision.resolution.as_deref())
}

fn on_scale(value: u8, field: &'static str) -> Result<(), Refusal> {
    if (1..=5).contains(&value) { Ok(()) } else { Err(Refusal::at(Rule::RiskScale, field).with("value", value)) }
}

fn in_phase(life: &Life, allowed: &[Phase]) -> Result<(), Refusal> {
    if allowed.contains(&life.phase) { Ok(()) } else { Err(wrong_phase(life)) }
}

fn wrong_phase(life: &Life) -> Refusal {
    Refusal::new(Rule::WrongPhase).with("phase", life.phase.as_str())
}
