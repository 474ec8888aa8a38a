//! Commands on commissions: establish, appoint, release, rate.

use async_graphql::{Context, Error, InputObject, Object};
use tahavol_domain::commission::Command as C;
use tahavol_domain::commission::event;
use tahavol_domain::values::{ActorId, CommissionSlug};
use tahavol_domain::{Command, Stream};

use super::{CommandInput, CommissionPayload, run};
use crate::act::PersonInput;
use crate::enums::{Confidence, Horizon, Provenance, RatingVoice, Role};
use crate::node;
use crate::text::TextInput;

#[derive(InputObject)]
pub(crate) struct CommissionEstablishInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// One of the charter's.
    slug: String,
    title: TextInput,
    remit: TextInput,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct CommissionMemberAppointInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By slug or node id.
    commission: String,
    person: PersonInput,
    role: Role,
}

#[derive(InputObject)]
pub(crate) struct CommissionMemberReleaseInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By slug or node id.
    commission: String,
    actor: String,
    role: Role,
}

#[derive(InputObject)]
pub(crate) struct CommissionRateInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By slug or node id.
    commission: String,
    horizon: Horizon,
    voice: RatingVoice,
    /// Never `GREY`.
    confidence: Confidence,
    note: Option<TextInput>,
}

#[derive(Default)]
pub(crate) struct CommissionMutation;

#[Object]
impl CommissionMutation {
    /// The council establishes one of the charter's commissions.
    async fn commission_establish(&self, ctx: &Context<'_>, input: CommissionEstablishInput) -> Result<CommissionPayload, Error> {
        let handled = run(ctx, input.command, |_| {
            let slug = CommissionSlug(input.slug);
            let establishment = event::Establishment {
                slug: slug.clone(),
                title: input.title.into(),
                remit: input.remit.into(),
                provenance: input.provenance.map(Into::into),
            };
            Ok((Stream::Commission(slug), Command::Commission(C::Establish(establishment))))
        });
        Ok(handled.await?.into())
    }

    /// The council appoints a chair, a secretary or a member. Needs a reason.
    async fn commission_member_appoint(&self, ctx: &Context<'_>, input: CommissionMemberAppointInput) -> Result<CommissionPayload, Error> {
        let handled = run(ctx, input.command, |_| {
            let appointment = event::MemberAppointment { person: input.person.into(), role: input.role.into() };
            Ok((stream(&input.commission), Command::Commission(C::AppointMember(appointment))))
        });
        Ok(handled.await?.into())
    }

    /// The council releases somebody from a role. Needs a reason.
    async fn commission_member_release(&self, ctx: &Context<'_>, input: CommissionMemberReleaseInput) -> Result<CommissionPayload, Error> {
        let handled = run(ctx, input.command, |_| {
            let release = event::MemberRelease { actor: ActorId(input.actor), role: input.role.into() };
            Ok((stream(&input.commission), Command::Commission(C::ReleaseMember(release))))
        });
        Ok(handled.await?.into())
    }

    /// Its own confidence, or an inspector's independent one; shown beside the computed one.
    async fn commission_rate(&self, ctx: &Context<'_>, input: CommissionRateInput) -> Result<CommissionPayload, Error> {
        let handled = run(ctx, input.command, |_| {
            let rating = event::Rating {
                horizon: input.horizon.into(),
                voice: input.voice.into(),
                confidence: input.confidence.into(),
                note: input.note.map(Into::into),
            };
            Ok((stream(&input.commission), Command::Commission(C::Rate(rating))))
        });
        Ok(handled.await?.into())
    }
}

fn stream(text: &str) -> Stream {
    Stream::Commission(CommissionSlug(node::key("commission", text)))
}
