//! Commands on initiatives: propose, decide, allocate, keep risks.

use async_graphql::{Context, Error, InputObject, Object};
use tahavol_domain::initiative::Command as C;
use tahavol_domain::initiative::event;
use tahavol_domain::values::{CommissionSlug, DirectiveCode, InitiativeId};
use tahavol_domain::{Command, Rule, Stream};

use super::{CommandInput, InitiativePayload, run};
use crate::enums::{Horizon, Provenance};
use crate::node;
use crate::scalars::{Quantity, Uuid};
use crate::text::TextInput;

#[derive(InputObject)]
pub(crate) struct InitiativeProposeInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// Unique in the programme; the initiative's id follows from it.
    code: String,
    /// By slug or node id.
    commission: String,
    horizon: Horizon,
    title: TextInput,
    /// Codes of those it answers to.
    directives: Option<Vec<String>>,
    note: Option<TextInput>,
    provenance: Option<Provenance>,
}

/// What a revision leaves the proposal as: the whole of it, not a difference.
#[derive(InputObject)]
pub(crate) struct InitiativeReviseInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    initiative: String,
    horizon: Horizon,
    title: TextInput,
    directives: Option<Vec<String>>,
    note: Option<TextInput>,
}

#[derive(InputObject)]
pub(crate) struct InitiativeSubmitInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    initiative: String,
}

/// A decision of the council: with a resolution number or a reason.
#[derive(InputObject)]
pub(crate) struct InitiativeDecisionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    initiative: String,
    resolution: Option<String>,
}

#[derive(InputObject)]
pub(crate) struct InitiativeAllocateResourcesInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    initiative: String,
    /// Made here when left out.
    allocation: Option<Uuid>,
    /// What is granted: money, posts, vehicles…
    resource: TextInput,
    amount: Quantity,
    unit: String,
    resolution: String,
}

#[derive(InputObject)]
pub(crate) struct InitiativeRaiseRiskInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    initiative: String,
    /// Made here when left out.
    risk: Option<Uuid>,
    title: TextInput,
    /// 1 (rare) to 5 (almost certain).
    likelihood: i32,
    /// 1 (slight) to 5 (grave).
    impact: i32,
    mitigation: Option<TextInput>,
}

#[derive(InputObject)]
pub(crate) struct InitiativeCloseRiskInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By node id, UUID or code.
    initiative: String,
    risk: Uuid,
}

#[derive(Default)]
pub(crate) struct InitiativeMutation;

#[Object]
impl InitiativeMutation {
    /// A commission proposes a piece of transformation.
    async fn initiative_propose(&self, ctx: &Context<'_>, input: InitiativeProposeInput) -> Result<InitiativePayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let id = InitiativeId(desk.programme()?.id_of(&input.code));
            let proposal = event::Proposal {
                code: input.code,
                commission: CommissionSlug(node::key("commission", &input.commission)),
                horizon: input.horizon.into(),
                title: input.title.into(),
                directives: directives(input.directives),
                note: input.note.map(Into::into),
                provenance: input.provenance.map(Into::into),
            };
            Ok((Stream::Initiative(id), Command::Initiative(C::Propose(proposal))))
        });
        Ok(handled.await?.into())
    }

    /// The commission changes its proposal before it is submitted, or after it was returned.
    async fn initiative_revise(&self, ctx: &Context<'_>, input: InitiativeReviseInput) -> Result<InitiativePayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let revision = event::Revision {
                horizon: input.horizon.into(),
                title: input.title.into(),
                directives: directives(input.directives),
                note: input.note.map(Into::into),
            };
            Ok((Stream::Initiative(desk.initiative(&input.initiative)?), Command::Initiative(C::Revise(revision))))
        });
        Ok(handled.await?.into())
    }

    /// The commission's chair hands the proposal to the council.
    async fn initiative_submit(&self, ctx: &Context<'_>, input: InitiativeSubmitInput) -> Result<InitiativePayload, Error> {
        let handled =
            run(ctx, input.command, |desk| Ok((Stream::Initiative(desk.initiative(&input.initiative)?), Command::Initiative(C::Submit))));
        Ok(handled.await?.into())
    }

    /// The council approves: its milestones count from now on.
    async fn initiative_approve(&self, ctx: &Context<'_>, input: InitiativeDecisionInput) -> Result<InitiativePayload, Error> {
        decide(ctx, input, C::Approve).await
    }

    /// The council gives the proposal back to be revised.
    async fn initiative_return(&self, ctx: &Context<'_>, input: InitiativeDecisionInput) -> Result<InitiativePayload, Error> {
        decide(ctx, input, C::Return).await
    }

    /// The council says no, for good.
    async fn initiative_reject(&self, ctx: &Context<'_>, input: InitiativeDecisionInput) -> Result<InitiativePayload, Error> {
        decide(ctx, input, C::Reject).await
    }

    /// The council halts an approved initiative.
    async fn initiative_suspend(&self, ctx: &Context<'_>, input: InitiativeDecisionInput) -> Result<InitiativePayload, Error> {
        decide(ctx, input, C::Suspend).await
    }

    /// The council lets a suspended initiative go on.
    async fn initiative_resume(&self, ctx: &Context<'_>, input: InitiativeDecisionInput) -> Result<InitiativePayload, Error> {
        decide(ctx, input, C::Resume).await
    }

    /// The council states that it is done: every milestone not cancelled is verified.
    async fn initiative_complete(&self, ctx: &Context<'_>, input: InitiativeDecisionInput) -> Result<InitiativePayload, Error> {
        decide(ctx, input, C::Complete).await
    }

    /// The council gives it up.
    async fn initiative_cancel(&self, ctx: &Context<'_>, input: InitiativeDecisionInput) -> Result<InitiativePayload, Error> {
        decide(ctx, input, C::Cancel).await
    }

    /// The council grants resources.
    async fn initiative_allocate_resources(
        &self,
        ctx: &Context<'_>,
        input: InitiativeAllocateResourcesInput,
    ) -> Result<InitiativePayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let allocation = event::Allocation {
                allocation: desk.scalar_opt("allocation", input.allocation)?.unwrap_or_else(|| desk.new_id("allocation")),
                resource: input.resource.into(),
                amount: desk.scalar("amount", input.amount)?,
                unit: input.unit,
                resolution: input.resolution,
            };
            Ok((Stream::Initiative(desk.initiative(&input.initiative)?), Command::Initiative(C::AllocateResources(allocation))))
        });
        Ok(handled.await?.into())
    }

    /// Somebody sees what may hinder it.
    async fn initiative_raise_risk(&self, ctx: &Context<'_>, input: InitiativeRaiseRiskInput) -> Result<InitiativePayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let risk = event::Risk {
                risk: desk.scalar_opt("risk", input.risk)?.unwrap_or_else(|| desk.new_id("risk")),
                title: input.title.into(),
                likelihood: desk.number("likelihood", Rule::RiskScale, input.likelihood.into())?,
                impact: desk.number("impact", Rule::RiskScale, input.impact.into())?,
                mitigation: input.mitigation.map(Into::into),
            };
            Ok((Stream::Initiative(desk.initiative(&input.initiative)?), Command::Initiative(C::RaiseRisk(risk))))
        });
        Ok(handled.await?.into())
    }

    /// The risk is no longer one.
    async fn initiative_close_risk(&self, ctx: &Context<'_>, input: InitiativeCloseRiskInput) -> Result<InitiativePayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let closure = event::RiskClosure { risk: desk.scalar("risk", input.risk)? };
            Ok((Stream::Initiative(desk.initiative(&input.initiative)?), Command::Initiative(C::CloseRisk(closure))))
        });
        Ok(handled.await?.into())
    }
}

async fn decide(
    ctx: &Context<'_>,
    input: InitiativeDecisionInput,
    command: impl FnOnce(event::Decision) -> C + Send,
) -> Result<InitiativePayload, Error> {
    let handled = run(ctx, input.command, |desk| {
        let decision = event::Decision { resolution: input.resolution };
        Ok((Stream::Initiative(desk.initiative(&input.initiative)?), Command::Initiative(command(decision))))
    });
    Ok(handled.await?.into())
}

fn directives(codes: Option<Vec<String>>) -> Vec<DirectiveCode> {
    codes.unwrap_or_default().into_iter().map(|code| DirectiveCode(node::key("directive", &code))).collect()
}
