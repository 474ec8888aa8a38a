//! Commands on milestones: plan, promise anew, report, claim, verify.

use async_graphql::{Context, Error, InputObject, Object};
use tahavol_domain::milestone::Command as C;
use tahavol_domain::milestone::{command, event};
use tahavol_domain::values::{EventId, MilestoneId};
use tahavol_domain::{Command, Rule, Stream};

use super::{CommandInput, Desk, MilestonePayload, run};
use crate::act::{EvidenceInput, read_evidence};
use crate::enums::Provenance;
use crate::errors::UserError;
use crate::measure_input::BaselineInput;
use crate::scalars::Uuid;
use crate::text::TextInput;

#[derive(InputObject)]
pub(crate) struct MilestonePlanInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    initiative: String,
    /// Unique in the programme; the milestone's id follows from it.
    code: String,
    title: TextInput,
    baseline: BaselineInput,
    provenance: Option<Provenance>,
}

/// What a revision leaves the plan as: the whole of it.
#[derive(InputObject)]
pub(crate) struct MilestoneReviseInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    title: TextInput,
    baseline: BaselineInput,
}

#[derive(InputObject)]
pub(crate) struct MilestoneAdmitInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    resolution: Option<String>,
}

#[derive(InputObject)]
pub(crate) struct MilestoneProposeRebaselineInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    /// Made here when left out.
    proposal: Option<Uuid>,
    baseline: BaselineInput,
}

#[derive(InputObject)]
pub(crate) struct MilestoneProposeCancellationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    /// Made here when left out.
    proposal: Option<Uuid>,
}

/// The council's decision on a proposal.
#[derive(InputObject)]
pub(crate) struct MilestoneProposalDecisionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    proposal: Uuid,
    resolution: Option<String>,
}

#[derive(InputObject)]
pub(crate) struct MilestoneReportProgressInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    /// Basis points, 0–10,000; only and always for the measure `REPORTED`.
    progress: Option<i32>,
    /// The steps that are done, counted from 0; only and always for the measure `STEPS`.
    steps: Option<Vec<i32>>,
    note: Option<TextInput>,
    evidence: Option<Vec<EvidenceInput>>,
    provenance: Option<Provenance>,
}

/// Replaces the report that it names, effective date included.
#[derive(InputObject)]
pub(crate) struct MilestoneCorrectProgressInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    /// The report's event, or an earlier correction's.
    corrects: Uuid,
    progress: Option<i32>,
    steps: Option<Vec<i32>>,
    note: Option<TextInput>,
    evidence: Option<Vec<EvidenceInput>>,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct MilestoneInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
}

#[derive(InputObject)]
pub(crate) struct MilestoneClaimCompletionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    note: Option<TextInput>,
    evidence: Option<Vec<EvidenceInput>>,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct MilestoneClaimDecisionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    milestone: String,
    /// The claim's event.
    claim: Uuid,
    note: Option<TextInput>,
}

#[derive(Default)]
pub(crate) struct MilestoneMutation;

#[Object]
impl MilestoneMutation {
    /// A dated, weighted, verifiable result is added to an initiative.
    async fn milestone_plan(&self, ctx: &Context<'_>, input: MilestonePlanInput) -> Result<MilestonePayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let id = MilestoneId(desk.programme()?.id_of(&input.code));
            let plan = command::PlanMilestone {
                initiative: desk.initiative(&input.initiative)?,
                code: input.code,
                title: input.title.into(),
                baseline: input.baseline.read(desk)?,
                provenance: input.provenance.map(Into::into),
            };
            Ok((Stream::Milestone(id), Command::Milestone(C::Plan(Box::new(plan)))))
        });
        Ok(handled.await?.into())
    }

    /// Changed freely while its initiative is proposed or returned.
    async fn milestone_revise(&self, ctx: &Context<'_>, input: MilestoneReviseInput) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |desk| {
            let revision = command::ReviseMilestone { title: input.title.into(), baseline: input.baseline.read(desk)? };
            Ok(C::Revise(Box::new(revision)))
        })
        .await
    }

    /// The council lets a milestone that was planned after its initiative's approval count.
    async fn milestone_admit(&self, ctx: &Context<'_>, input: MilestoneAdmitInput) -> Result<MilestonePayload, Error> {
        let resolution = input.resolution;
        one(ctx, input.command, &input.milestone, |_| Ok(C::Admit(event::Resolution { resolution }))).await
    }

    /// The commission asks for a new promise; needs a reason.
    async fn milestone_propose_rebaseline(
        &self,
        ctx: &Context<'_>,
        input: MilestoneProposeRebaselineInput,
    ) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |desk| {
            let proposal = desk.scalar_opt("proposal", input.proposal)?.unwrap_or_else(|| desk.new_id("rebaseline"));
            let rebaseline = command::ProposeRebaseline { proposal, baseline: input.baseline.read(desk)? };
            Ok(C::ProposeRebaseline(Box::new(rebaseline)))
        })
        .await
    }

    /// The council puts the new promise in force; the original is kept for ever.
    async fn milestone_approve_rebaseline(
        &self,
        ctx: &Context<'_>,
        input: MilestoneProposalDecisionInput,
    ) -> Result<MilestonePayload, Error> {
        decide_proposal(ctx, input, C::ApproveRebaseline).await
    }

    async fn milestone_refuse_rebaseline(
        &self,
        ctx: &Context<'_>,
        input: MilestoneProposalDecisionInput,
    ) -> Result<MilestonePayload, Error> {
        decide_proposal(ctx, input, C::RefuseRebaseline).await
    }

    /// The commission asks to drop it; needs a reason.
    async fn milestone_propose_cancellation(
        &self,
        ctx: &Context<'_>,
        input: MilestoneProposeCancellationInput,
    ) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |desk| {
            let proposal = desk.scalar_opt("proposal", input.proposal)?.unwrap_or_else(|| desk.new_id("cancellation"));
            Ok(C::ProposeCancellation(event::CancellationProposal { proposal }))
        })
        .await
    }

    async fn milestone_approve_cancellation(
        &self,
        ctx: &Context<'_>,
        input: MilestoneProposalDecisionInput,
    ) -> Result<MilestonePayload, Error> {
        decide_proposal(ctx, input, C::ApproveCancellation).await
    }

    async fn milestone_refuse_cancellation(
        &self,
        ctx: &Context<'_>,
        input: MilestoneProposalDecisionInput,
    ) -> Result<MilestonePayload, Error> {
        decide_proposal(ctx, input, C::RefuseCancellation).await
    }

    /// A statement of progress; its day is `effectiveOn`.
    async fn milestone_report_progress(&self, ctx: &Context<'_>, input: MilestoneReportProgressInput) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |desk| {
            let said = (input.progress, input.steps, input.note, input.evidence, input.provenance);
            Ok(C::ReportProgress(report(desk, said)?))
        })
        .await
    }

    /// A wrong report gets a correcting one; needs a reason, and both stay visible.
    async fn milestone_correct_progress(&self, ctx: &Context<'_>, input: MilestoneCorrectProgressInput) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |desk| {
            let corrects = EventId(desk.scalar("corrects", input.corrects)?);
            let said = (input.progress, input.steps, input.note, input.evidence, input.provenance);
            Ok(C::CorrectProgress(event::ProgressCorrection { corrects, report: report(desk, said)? }))
        })
        .await
    }

    /// Something stands in its way; needs a reason.
    async fn milestone_block(&self, ctx: &Context<'_>, input: MilestoneInput) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |_| Ok(C::Block)).await
    }

    async fn milestone_unblock(&self, ctx: &Context<'_>, input: MilestoneInput) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |_| Ok(C::Unblock)).await
    }

    /// "It is done", on the day `effectiveOn`.
    async fn milestone_claim_completion(&self, ctx: &Context<'_>, input: MilestoneClaimCompletionInput) -> Result<MilestonePayload, Error> {
        one(ctx, input.command, &input.milestone, |desk| {
            Ok(C::ClaimCompletion(event::Claim {
                note: input.note.map(Into::into),
                evidence: read_evidence(desk.lang, input.evidence)?,
                provenance: input.provenance.map(Into::into),
            }))
        })
        .await
    }

    /// An inspector's "yes, it is".
    async fn milestone_verify_completion(&self, ctx: &Context<'_>, input: MilestoneClaimDecisionInput) -> Result<MilestonePayload, Error> {
        decide_claim(ctx, input, C::VerifyCompletion).await
    }

    /// An inspector's "no, it is not"; needs a reason.
    async fn milestone_refuse_completion(&self, ctx: &Context<'_>, input: MilestoneClaimDecisionInput) -> Result<MilestonePayload, Error> {
        decide_claim(ctx, input, C::RefuseCompletion).await
    }
}

/// A command on a milestone that exists.
async fn one(
    ctx: &Context<'_>,
    command: CommandInput,
    milestone: &str,
    build: impl FnOnce(&Desk) -> Result<C, UserError> + Send,
) -> Result<MilestonePayload, Error> {
    let handled = run(ctx, command, |desk| {
        let id = desk.milestone(milestone)?;
        Ok((Stream::Milestone(id), Command::Milestone(build(desk)?)))
    });
    Ok(handled.await?.into())
}

async fn decide_proposal(
    ctx: &Context<'_>,
    input: MilestoneProposalDecisionInput,
    command: impl FnOnce(event::ProposalDecision) -> C + Send,
) -> Result<MilestonePayload, Error> {
    one(ctx, input.command, &input.milestone, |desk| {
        let proposal = desk.scalar("proposal", input.proposal)?;
        Ok(command(event::ProposalDecision { proposal, resolution: input.resolution }))
    })
    .await
}

async fn decide_claim(
    ctx: &Context<'_>,
    input: MilestoneClaimDecisionInput,
    command: impl FnOnce(event::ClaimDecision) -> C + Send,
) -> Result<MilestonePayload, Error> {
    one(ctx, input.command, &input.milestone, |desk| {
        let claim = EventId(desk.scalar("claim", input.claim)?);
        Ok(command(event::ClaimDecision { claim, note: input.note.map(Into::into) }))
    })
    .await
}

/// What a report or its correction says.
type Said = (Option<i32>, Option<Vec<i32>>, Option<TextInput>, Option<Vec<EvidenceInput>>, Option<Provenance>);

fn report(desk: &Desk, (progress, steps, note, evidence, provenance): Said) -> Result<event::ProgressReport, UserError> {
    let progress = progress.map(|progress| desk.number("progress", Rule::ProgressRange, progress.into())).transpose()?;
    let step = |step: i32| desk.number::<u16>("steps", Rule::UnknownStep, step.into());
    let steps = steps.map(|steps| steps.into_iter().map(step).collect::<Result<Vec<u16>, _>>()).transpose()?;
    // The order in which somebody ticks steps says nothing.
    let steps = steps.map(|mut steps| {
        steps.sort_unstable();
        steps.dedup();
        steps
    });
    Ok(event::ProgressReport {
        progress,
        steps,
        note: note.map(Into::into),
        evidence: read_evidence(desk.lang, evidence)?,
        provenance: provenance.map(Into::into),
    })
}
