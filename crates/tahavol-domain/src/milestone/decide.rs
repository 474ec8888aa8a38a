//! What a milestone allows: which function answers which command, and what several of them ask.

mod claim;
mod plan;
mod progress;
mod proposal;

use super::evolve::{Admission, Life};
use super::{Command, Event, Milestone, Phase};
use crate::aggregate::{Aggregate, Context, InitiativeBasis, Stream};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::refusal::{Refusal, Rule};
use crate::values::MilestoneId;
use crate::{deciding, initiative, input};

type Answer = Result<Vec<Event>, Refusal>;

impl Aggregate for Milestone {
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: &Command, ctx: &Context<'_>) -> Answer {
        input::not_in_future(ctx)?;
        deciding::reason_if_given(ctx)?;
        let life = match (&self.life, command) {
            (None, Command::Plan(asked)) => return plan::plan(asked, ctx),
            (Some(life), _) => life,
            (None, _) => return Err(Refusal::new(Rule::UnknownMilestone).with("milestone", ctx.stream)),
        };
        match command {
            Command::Plan(asked) => plan::plan_again(life, asked),
            Command::Revise(asked) => plan::revise(life, asked, ctx),
            Command::Admit(resolution) => plan::admit(life, resolution, ctx),
            Command::ProposeRebaseline(asked) => proposal::propose_rebaseline(life, asked, ctx),
            Command::ApproveRebaseline(decision) => proposal::approve_rebaseline(life, decision, ctx),
            Command::RefuseRebaseline(decision) => proposal::refuse_rebaseline(life, decision, ctx),
            Command::ProposeCancellation(asked) => proposal::propose_cancellation(life, asked, ctx),
            Command::ApproveCancellation(decision) => proposal::approve_cancellation(life, decision, ctx),
            Command::RefuseCancellation(decision) => proposal::refuse_cancellation(life, decision, ctx),
            Command::ReportProgress(report) => progress::report(life, report, ctx),
            Command::CorrectProgress(correction) => progress::correct(life, correction, ctx),
            Command::Block => progress::block(life, ctx),
            Command::Unblock => progress::unblock(life),
            Command::ClaimCompletion(asked) => claim::claim(life, asked, ctx),
            Command::VerifyCompletion(decision) => claim::verify(life, decision, ctx),
            Command::RefuseCompletion(decision) => claim::refuse(life, decision, ctx),
        }
    }

    fn effective_on(&self, event: &Event, ctx: &Context<'_>) -> Option<Date> {
        match event {
            Event::ProgressReported(_) | Event::CompletionClaimed(_) => Some(ctx.day()),
            Event::ProgressCorrected(correction) => progress::corrected_day(self.life.as_ref(), correction, ctx),
            Event::Planned(_)
            | Event::Revised(_)
            | Event::Admitted(_)
            | Event::RebaselineProposed(_)
            | Event::Rebaselined(_)
            | Event::RebaselineRefused(_)
            | Event::CancellationProposed(_)
            | Event::Cancelled(_)
            | Event::CancellationRefused(_)
            | Event::Blocked(_)
            | Event::Unblocked(_)
            | Event::CompletionVerified(_)
            | Event::CompletionRefused(_) => ctx.effective_on,
        }
    }

    fn evolve(self, event: &Event, said: &Envelope) -> Self {
        self.fold(event, said)
    }
}

/// The milestone's initiative as the basis has it.
fn initiative(life: &Life, ctx: &Context<'_>) -> Result<InitiativeBasis, Refusal> {
    let id = life.planned.initiative;
    ctx.basis.initiative(id).ok_or_else(|| Refusal::at(Rule::UnknownInitiative, "initiative").with("initiative", id.0))
}

/// The initiative, which must be approved or suspended.
fn open_initiative(life: &Life, ctx: &Context<'_>) -> Result<InitiativeBasis, Refusal> {
    let found = initiative(life, ctx)?;
    if found.phase.is_open() { Ok(found) } else { Err(not_open(found.phase)) }
}

fn not_open(phase: initiative::Phase) -> Refusal {
    Refusal::new(Rule::InitiativeNotOpen).with("phase", phase.as_str())
}

/// Part of the plan: since its initiative's approval, or since its own admission.
fn counts(life: &Life, ctx: &Context<'_>) -> bool {
    life.admission == Admission::Admitted
        || milestone_id(ctx).and_then(|id| ctx.basis.milestone(id)).is_some_and(|milestone| milestone.counts)
}

fn must_count(life: &Life, ctx: &Context<'_>) -> Result<(), Refusal> {
    if counts(life, ctx) { Ok(()) } else { Err(Refusal::new(Rule::NotCounted)) }
}

fn in_phase(life: &Life, phase: Phase) -> Result<(), Refusal> {
    if life.phase == phase { Ok(()) } else { Err(wrong_phase(life)) }
}

/// Neither verified nor cancelled.
fn pending(life: &Life) -> Result<(), Refusal> {
    if life.phase.is_pending() { Ok(()) } else { Err(wrong_phase(life)) }
}

fn wrong_phase(life: &Life) -> Refusal {
    Refusal::new(Rule::WrongPhase).with("phase", life.phase.as_str())
}

fn milestone_id(ctx: &Context<'_>) -> Option<MilestoneId> {
    match ctx.stream {
        Stream::Milestone(id) => Some(*id),
        Stream::Programme(_) | Stream::Commission(_) | Stream::Initiative(_) | Stream::Station(_) | Stream::Indicator(_) => None,
    }
}
