//! Moving or dropping a promise: proposed by the commission with a reason, decided by the council, one proposal of each kind at a time.

use uuid::Uuid;

use super::super::command::ProposeRebaseline;
use super::super::event::{CancellationProposal, ProposalDecision, Rebaseline, Rebaselined};
use super::super::evolve::{Life, Outcome, Pending};
use super::super::{Event, resolve};
use super::{Answer, initiative, must_count, not_open, open_initiative, pending};
use crate::aggregate::Context;
use crate::refusal::{Refusal, Rule};
use crate::{deciding, input};

pub(super) fn propose_rebaseline(life: &Life, asked: &ProposeRebaseline, ctx: &Context<'_>) -> Answer {
    if let Some(open) = &life.rebaseline
        && open.proposal == asked.proposal
        && resolve::is_baseline_choice(&asked.baseline, &open.asked)
    {
        return Ok(Vec::new());
    }
    new_proposal(life, life.rebaseline.as_ref(), asked.proposal)?;
    pending(life)?;
    let initiative = initiative(life, ctx)?;
    if initiative.phase.is_proposal() {
        return Err(Refusal::new(Rule::RebaselineOnlyInPlan).with("phase", initiative.phase.as_str()));
    }
    if !initiative.phase.is_open() {
        return Err(not_open(initiative.phase));
    }
    must_count(life, ctx)?;
    input::reason(ctx)?;
    let baseline = resolve::baseline_after(&life.content.baseline, &asked.baseline, initiative.horizon, ctx)?;
    if baseline == life.content.baseline {
        return Err(Refusal::new(Rule::BaselineUnchanged));
    }
    Ok(vec![Event::RebaselineProposed(Box::new(Rebaseline { proposal: asked.proposal, baseline }))])
}

/// The horizon may have been moved since the proposal, so its end is looked at again.
pub(super) fn approve_rebaseline(life: &Life, decision: &ProposalDecision, ctx: &Context<'_>) -> Answer {
    if already(life, decision, Outcome::Rebaselined) {
        return Ok(Vec::new());
    }
    let open = standing(life.rebaseline.as_ref(), decision)?;
    pending(life)?;
    open_initiative(life, ctx)?;
    deciding::by_another_person(ctx, std::iter::once(&open.proposer))?;
    deciding::resolution_or_reason(ctx, decision.resolution.as_deref())?;
    resolve::within_horizon(&open.asked, ctx)?;
    Ok(vec![Event::Rebaselined(Box::new(Rebaselined {
        proposal: open.proposal,
        baseline: open.asked.clone(),
        resolution: decision.resolution.clone(),
    }))])
}

pub(super) fn refuse_rebaseline(life: &Life, decision: &ProposalDecision, ctx: &Context<'_>) -> Answer {
    if already(life, decision, Outcome::RebaselineRefused) {
        return Ok(Vec::new());
    }
    let open = standing(life.rebaseline.as_ref(), decision)?;
    deciding::by_another_person(ctx, std::iter::once(&open.proposer))?;
    deciding::reason(ctx, decision.resolution.as_deref())?;
    Ok(vec![Event::RebaselineRefused(decision.clone())])
}

/// Also open to a milestone that waits for its admission: otherwise one that is never admitted would keep its initiative from
/// completion for ever.
pub(super) fn propose_cancellation(life: &Life, asked: &CancellationProposal, ctx: &Context<'_>) -> Answer {
    if life.cancellation.as_ref().is_some_and(|open| open.proposal == asked.proposal) {
        return Ok(Vec::new());
    }
    new_proposal(life, life.cancellation.as_ref(), asked.proposal)?;
    pending(life)?;
    open_initiative(life, ctx)?;
    input::reason(ctx)?;
    Ok(vec![Event::CancellationProposed(asked.clone())])
}

pub(super) fn approve_cancellation(life: &Life, decision: &ProposalDecision, ctx: &Context<'_>) -> Answer {
    if already(life, decision, Outcome::Cancelled) {
        return Ok(Vec::new());
    }
    let open = standing(life.cancellation.as_ref(), decision)?;
    pending(life)?;
    open_initiative(life, ctx)?;
    deciding::by_another_person(ctx, std::iter::once(&open.proposer))?;
    deciding::resolution_or_reason(ctx, decision.resolution.as_deref())?;
    Ok(vec![Event::Cancelled(decision.clone())])
}

pub(super) fn refuse_cancellation(life: &Life, decision: &ProposalDecision, ctx: &Context<'_>) -> Answer {
    if already(life, decision, Outcome::CancellationRefused) {
        return Ok(Vec::new());
    }
    let open = standing(life.cancellation.as_ref(), decision)?;
    deciding::by_another_person(ctx, std::iter::once(&open.proposer))?;
    deciding::reason(ctx, decision.resolution.as_deref())?;
    Ok(vec![Event::CancellationRefused(decision.clone())])
}

/// One proposal of a kind waits at a time, and its id says only one thing ever.
fn new_proposal<T>(life: &Life, open: Option<&Pending<T>>, proposal: Uuid) -> Result<(), Refusal> {
    if let Some(open) = open {
        return Err(Refusal::at(Rule::ProposalPending, "proposal").with("proposal", open.proposal));
    }
    let other_kind = [life.rebaseline.as_ref().map(|open| open.proposal), life.cancellation.as_ref().map(|open| open.proposal)];
    if life.decided.contains_key(&proposal) || other_kind.contains(&Some(proposal)) {
        return Err(Refusal::at(Rule::AlreadyExists, "proposal").with("value", proposal));
    }
    Ok(())
}

fn standing<'a, T>(open: Option<&'a Pending<T>>, decision: &ProposalDecision) -> Result<&'a Pending<T>, Refusal> {
    let named = open.filter(|open| open.proposal == decision.proposal);
    named.ok_or_else(|| Refusal::at(Rule::UnknownProposal, "proposal").with("proposal", decision.proposal))
}

fn already(life: &Life, decision: &ProposalDecision, outcome: Outcome) -> bool {
    life.decided.get(&decision.proposal) == Some(&outcome)
}
