//! Commands on the programme as a whole: offices, horizons, directives, document, targets, reviews, evidence.

use async_graphql::{Context, Error, InputObject, Object};
use tahavol_domain::programme::Command as C;
use tahavol_domain::programme::{command, event};
use tahavol_domain::values::{ActorId, DirectiveCode, Sha256};
use tahavol_domain::{Command, Stream};

use super::{CommandInput, Desk, ProgrammePayload, run};
use crate::act::{EvidenceInput, PersonInput, read_evidence};
use crate::charter_input::CharterInput;
use crate::enums::{Horizon, Provenance, ReviewKind};
use crate::errors::{CONFIRMATION_DIFFERS, UserError};
use crate::scalars::{Date, Digest, Position, Quantity, Uuid};
use crate::text::{TextInput, read_texts};

#[derive(InputObject)]
pub(crate) struct ProgrammeCharterInput {
    #[graphql(flatten)]
    command: CommandInput,
    charter: CharterInput,
}

#[derive(InputObject)]
pub(crate) struct OfficialAppointInput {
    #[graphql(flatten)]
    command: CommandInput,
    person: PersonInput,
    /// `council`, `inspector`, `reporter:IR-13`, `auditor`, `administrator`; a commission's people are appointed there.
    office: String,
}

#[derive(InputObject)]
pub(crate) struct OfficialReleaseInput {
    #[graphql(flatten)]
    command: CommandInput,
    actor: String,
    office: String,
}

#[derive(InputObject)]
pub(crate) struct OfficeDelegateInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// Made here when left out.
    delegation: Option<Uuid>,
    /// Who lends it; an actor id.
    from: String,
    to: PersonInput,
    office: String,
    starts: Date,
    /// The last day on which it holds.
    ends: Date,
}

#[derive(InputObject)]
pub(crate) struct DelegationEndInput {
    #[graphql(flatten)]
    command: CommandInput,
    delegation: Uuid,
}

#[derive(InputObject)]
pub(crate) struct HorizonRescheduleInput {
    #[graphql(flatten)]
    command: CommandInput,
    horizon: Horizon,
    starts: Date,
    /// The last day in it.
    ends: Date,
}

#[derive(InputObject)]
pub(crate) struct DirectiveIssueInput {
    #[graphql(flatten)]
    command: CommandInput,
    code: String,
    title: TextInput,
    issuer: TextInput,
    issued_on: Date,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct DocumentApproveInput {
    #[graphql(flatten)]
    command: CommandInput,
    resolution: String,
}

/// The system finds the set, largest first: the smallest prefix whose shares both exceed the rule.
#[derive(InputObject)]
pub(crate) struct TargetStationsDesignateInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// A share between 0 and 1: `0.53`.
    visit_share_above: Quantity,
    /// A share between 0 and 1: `0.53`.
    case_share_above: Quantity,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct ReviewHoldInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// Made here when left out.
    review: Option<Uuid>,
    kind: ReviewKind,
    title: TextInput,
    /// The position whose picture was looked at; by default the one of now.
    position: Option<Position>,
    strengths: Option<Vec<TextInput>>,
    weaknesses: Option<Vec<TextInput>>,
    commendations: Option<Vec<TextInput>>,
    actions: Option<Vec<ReviewActionInput>>,
}

#[derive(InputObject)]
pub(crate) struct ReviewActionInput {
    /// Made here when left out.
    action: Option<Uuid>,
    title: TextInput,
    /// An actor id.
    owner: String,
    due: Date,
}

#[derive(InputObject)]
pub(crate) struct ReviewActionCloseInput {
    #[graphql(flatten)]
    command: CommandInput,
    review: Uuid,
    action: Uuid,
    outcome: TextInput,
    /// At least one.
    evidence: Vec<EvidenceInput>,
}

#[derive(InputObject)]
pub(crate) struct EvidenceDestroyInput {
    #[graphql(flatten)]
    command: CommandInput,
    digest: Digest,
    /// The same digest once more: nothing is destroyed by a slip.
    confirm: Digest,
    /// Whose order, with its number.
    order: String,
}

#[derive(Default)]
pub(crate) struct ProgrammeMutation;

#[Object]
impl ProgrammeMutation {
    /// Founds the programme on an empty ledger; only the administrator whom the configuration names.
    async fn programme_charter(&self, ctx: &Context<'_>, input: ProgrammeCharterInput) -> Result<ProgrammePayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let charter = input.charter.read(desk)?;
            Ok((Stream::Programme(charter.programme), Command::Programme(C::Charter(Box::new(charter)))))
        });
        Ok(handled.await?.into())
    }

    /// Gives an office of the programme to somebody else, whether or not that person can sign in yet. Needs a reason.
    async fn official_appoint(&self, ctx: &Context<'_>, input: OfficialAppointInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::AppointOfficial(event::Appointment { person: input.person.into(), office: desk.office(&input.office)? }))
        })
        .await
    }

    /// The first of the two people that it takes to release an auditor or the last administrator. Needs a reason.
    async fn official_propose_release(&self, ctx: &Context<'_>, input: OfficialReleaseInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::ProposeOfficialRelease(event::Release { actor: ActorId(input.actor), office: desk.office(&input.office)? }))
        })
        .await
    }

    /// Ends an office; an auditor's, or the last administrator's, once another person has proposed it. Needs a reason.
    async fn official_release(&self, ctx: &Context<'_>, input: OfficialReleaseInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::ReleaseOfficial(event::Release { actor: ActorId(input.actor), office: desk.office(&input.office)? }))
        })
        .await
    }

    /// Lends an office, within its scope, for a period of a year at most; it ends by itself after its last day. Needs a reason.
    async fn office_delegate(&self, ctx: &Context<'_>, input: OfficeDelegateInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::DelegateOffice(event::Delegation {
                delegation: desk.scalar_opt("delegation", input.delegation)?.unwrap_or_else(|| desk.new_id("delegation")),
                from: ActorId(input.from),
                to: input.to.into(),
                office: desk.office(&input.office)?,
                starts: desk.scalar("starts", input.starts)?,
                ends: desk.scalar("ends", input.ends)?,
            }))
        })
        .await
    }

    /// Takes a lent office back before its last day. Needs a reason.
    async fn delegation_end(&self, ctx: &Context<'_>, input: DelegationEndInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::EndDelegation(event::DelegationEnd { delegation: desk.scalar("delegation", input.delegation)? }))
        })
        .await
    }

    /// Never before a due date that is committed to it.
    async fn horizon_reschedule(&self, ctx: &Context<'_>, input: HorizonRescheduleInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::RescheduleHorizon(event::HorizonWindow {
                horizon: input.horizon.into(),
                starts: desk.scalar("starts", input.starts)?,
                ends: desk.scalar("ends", input.ends)?,
            }))
        })
        .await
    }

    async fn directive_issue(&self, ctx: &Context<'_>, input: DirectiveIssueInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::IssueDirective(event::Directive {
                code: DirectiveCode(input.code),
                title: input.title.into(),
                issuer: input.issuer.into(),
                issued_on: desk.scalar("issuedOn", input.issued_on)?,
                provenance: input.provenance.map(Into::into),
            }))
        })
        .await
    }

    /// The system computes the version's digest from what is approved now.
    async fn document_approve(&self, ctx: &Context<'_>, input: DocumentApproveInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |_| Ok(C::ApproveDocument { resolution: input.resolution })).await
    }

    async fn target_stations_designate(&self, ctx: &Context<'_>, input: TargetStationsDesignateInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::DesignateTargetStations {
                visit_share_above: desk.scalar("visitShareAbove", input.visit_share_above)?,
                case_share_above: desk.scalar("caseShareAbove", input.case_share_above)?,
                provenance: input.provenance.map(Into::into),
            })
        })
        .await
    }

    /// A stock-take that freezes a position; the day it was held is `effectiveOn`.
    async fn review_hold(&self, ctx: &Context<'_>, input: ReviewHoldInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            let actions = input.actions.unwrap_or_default().into_iter().enumerate();
            Ok(C::HoldReview(command::HoldReview {
                review: desk.scalar_opt("review", input.review)?.unwrap_or_else(|| desk.new_id("review")),
                kind: input.kind.into(),
                title: input.title.into(),
                position: desk.scalar_opt("position", input.position)?.map(|position| position.0),
                strengths: read_texts(input.strengths),
                weaknesses: read_texts(input.weaknesses),
                commendations: read_texts(input.commendations),
                actions: actions.map(|(number, action)| action.read(desk, number)).collect::<Result<_, _>>()?,
            }))
        })
        .await
    }

    async fn review_action_close(&self, ctx: &Context<'_>, input: ReviewActionCloseInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            Ok(C::CloseReviewAction(event::ActionClosure {
                review: desk.scalar("review", input.review)?,
                action: desk.scalar("action", input.action)?,
                outcome: input.outcome.into(),
                evidence: read_evidence(desk.lang, Some(input.evidence))?,
            }))
        })
        .await
    }

    /// Destroys a file by order, for ever; its digest stays. Needs a reason.
    async fn evidence_destroy(&self, ctx: &Context<'_>, input: EvidenceDestroyInput) -> Result<ProgrammePayload, Error> {
        one(ctx, input.command, |desk| {
            let digest: Sha256 = desk.scalar("digest", input.digest)?;
            if desk.scalar("confirm", input.confirm)? != digest {
                return Err(UserError::new(desk.lang, CONFIRMATION_DIFFERS, Some("confirm"), &[]));
            }
            let referred_by = desk.snapshot.evidence.get(&digest).map(|row| row.referred_by.iter().copied().collect());
            Ok(C::DestroyEvidence(event::Destruction { digest, order: input.order, referred_by: referred_by.unwrap_or_default() }))
        })
        .await
    }
}

impl ReviewActionInput {
    fn read(self, desk: &Desk, number: usize) -> Result<event::ReviewAction, UserError> {
        let made = || desk.new_id(&format!("action#{number}"));
        Ok(event::ReviewAction {
            action: desk.scalar_opt("actions.action", self.action)?.unwrap_or_else(made),
            title: self.title.into(),
            owner: ActorId(self.owner),
            due: desk.scalar("actions.due", self.due)?,
        })
    }
}

/// A command on the programme of this ledger.
async fn one(
    ctx: &Context<'_>,
    command: CommandInput,
    build: impl FnOnce(&Desk) -> Result<C, UserError> + Send,
) -> Result<ProgrammePayload, Error> {
    let handled = run(ctx, command, |desk| {
        let programme = desk.programme()?;
        Ok((Stream::Programme(programme), Command::Programme(build(desk)?)))
    });
    Ok(handled.await?.into())
}
