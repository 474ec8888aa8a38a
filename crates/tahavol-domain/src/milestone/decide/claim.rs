//! "It is done", and an independent person's yes or no.

use super::super::event::{Claim, ClaimDecision};
use super::super::evolve::{Life, StandingClaim};
use super::super::measure::Measure;
use super::super::{Event, Phase};
use super::{Answer, in_phase, initiative, milestone_id, must_count, open_initiative, progress, wrong_phase};
use crate::aggregate::Context;
use crate::input;
use crate::refusal::{Refusal, Rule};
use crate::values::{CommissionSlug, FULL};

pub(super) fn claim(life: &Life, claim: &Claim, ctx: &Context<'_>) -> Answer {
    if life.claim.as_ref().is_some_and(|standing| says_the_same(standing, claim, ctx)) {
        return Ok(Vec::new());
    }
    in_phase(life, Phase::Planned)?;
    open_initiative(life, ctx)?;
    must_count(life, ctx)?;
    input::note(claim.note.as_ref(), "note")?;
    input::evidence(&claim.evidence)?;
    let reached = match &life.content.baseline.measure {
        // Nothing but the claim says that it is done.
        Measure::Binary | Measure::Reported => FULL,
        // What this stream has reported is at hand; the basis might be a little behind it.
        Measure::Steps(steps) => progress::done_steps(life, steps, ctx.day()).unwrap_or(0),
        Measure::Rollout(_) | Measure::Indicator(_) => milestone_id(ctx).and_then(|id| ctx.basis.reported(id, ctx.day())).unwrap_or(0),
    };
    if reached < FULL {
        return Err(Refusal::new(Rule::ClaimBelowFull).with("reported", reached).with("on", ctx.day()));
    }
    Ok(vec![Event::CompletionClaimed(claim.clone())])
}

pub(super) fn verify(life: &Life, decision: &ClaimDecision, ctx: &Context<'_>) -> Answer {
    let claim = named(life, decision)?;
    if life.phase == Phase::Verified {
        return Ok(Vec::new());
    }
    in_phase(life, Phase::Claimed)?;
    independent(life, claim, ctx)?;
    input::note(decision.note.as_ref(), "note")?;
    Ok(vec![Event::CompletionVerified(decision.clone())])
}

/// A no is as weighty as a yes: it takes the same independence, and a reason.
pub(super) fn refuse(life: &Life, decision: &ClaimDecision, ctx: &Context<'_>) -> Answer {
    let claim = named(life, decision)?;
    in_phase(life, Phase::Claimed)?;
    independent(life, claim, ctx)?;
    input::note(decision.note.as_ref(), "note")?;
    input::reason(ctx)?;
    Ok(vec![Event::CompletionRefused(decision.clone())])
}

/// Two inspectors may look at once: the decision names the claim that it is about.
fn named<'a>(life: &'a Life, decision: &ClaimDecision) -> Result<&'a StandingClaim, Refusal> {
    if life.phase == Phase::Cancelled {
        return Err(wrong_phase(life));
    }
    let standing = life.claim.as_ref().filter(|standing| standing.id == decision.claim);
    standing.ok_or_else(|| Refusal::at(Rule::UnknownClaim, "claim").with("claim", decision.claim.0))
}

/// Not the claimant nor in an office that the claimant lends, and of no office in the commission when the claim was made, nor now.
fn independent(life: &Life, claim: &StandingClaim, ctx: &Context<'_>) -> Result<(), Refusal> {
    if ctx.is_one_will_with(&claim.claimant) {
        return Err(Refusal::new(Rule::ClaimantVerifies).with("actor", &ctx.actor.id.0));
    }
    let commission = initiative(life, ctx)?.commission;
    let then = milestone_id(ctx).and_then(|id| ctx.basis.milestone(id)).and_then(|milestone| milestone.claimed_at);
    let held = |at: Option<u64>| at.is_some_and(|at| ctx.basis.held_office_of(&ctx.actor.id, &commission, at));
    if held(then) || held(ctx.basis.position()) || holds_today(&commission, ctx) {
        return Err(Refusal::new(Rule::VerifierOfCommission).with("actor", &ctx.actor.id.0).with("commission", &commission.0));
    }
    Ok(())
}

/// Delegated offices are held on days, not at positions.
fn holds_today(commission: &CommissionSlug, ctx: &Context<'_>) -> bool {
    ctx.basis.offices(&ctx.actor.id, ctx.today).iter().any(|office| office.commission() == Some(commission))
}

fn says_the_same(standing: &StandingClaim, claim: &Claim, ctx: &Context<'_>) -> bool {
    standing.claimant.actor == ctx.actor.id && standing.effective_on == Some(ctx.day()) && standing.claim == *claim
}
