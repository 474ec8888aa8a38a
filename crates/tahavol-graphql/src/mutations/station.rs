//! Commands on stations: register, volumes, network, deliveries, closing.

use async_graphql::{Context, Error, InputObject, Object};
use tahavol_domain::station::Command as C;
use tahavol_domain::station::event;
use tahavol_domain::values::{EventId, ProvinceCode, StationCode};
use tahavol_domain::{Command, Stream};

use super::{CommandInput, StationPayload, run};
use crate::act::{EvidenceInput, read_evidence};
use crate::enums::{Provenance, StationKind};
use crate::node;
use crate::scalars::{Count, Uuid};
use crate::text::TextInput;

#[derive(InputObject)]
pub(crate) struct StationRegisterInput {
    #[graphql(flatten)]
    command: CommandInput,
    code: String,
    kind: StationKind,
    name: TextInput,
    /// `IR-13`, or the province's node id.
    province: String,
    networked: bool,
    annual_visits: Count,
    annual_cases: Count,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct StationRecordVolumeInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    station: String,
    annual_visits: Count,
    annual_cases: Count,
}

#[derive(InputObject)]
pub(crate) struct StationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    station: String,
}

#[derive(InputObject)]
pub(crate) struct StationRecordDeliveryInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    station: String,
    /// By node id, UUID or code.
    milestone: String,
    note: Option<TextInput>,
    evidence: Option<Vec<EvidenceInput>>,
}

#[derive(InputObject)]
pub(crate) struct StationRevokeDeliveryInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    station: String,
    /// By node id, UUID or code.
    milestone: String,
    /// The event that recorded it.
    delivery: Uuid,
}

#[derive(Default)]
pub(crate) struct StationMutation;

#[Object]
impl StationMutation {
    async fn station_register(&self, ctx: &Context<'_>, input: StationRegisterInput) -> Result<StationPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let code = StationCode(input.code);
            let registration = event::Registration {
                code: code.clone(),
                kind: input.kind.into(),
                name: input.name.into(),
                province: ProvinceCode(node::key("province", &input.province)),
                networked: input.networked,
                volume: event::Volume {
                    annual_visits: desk.scalar("annualVisits", input.annual_visits)?.0,
                    annual_cases: desk.scalar("annualCases", input.annual_cases)?.0,
                },
                provenance: input.provenance.map(Into::into),
            };
            Ok((Stream::Station(code), Command::Station(C::Register(registration))))
        });
        Ok(handled.await?.into())
    }

    /// What the station handles in a year.
    async fn station_record_volume(&self, ctx: &Context<'_>, input: StationRecordVolumeInput) -> Result<StationPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let volume = event::Volume {
                annual_visits: desk.scalar("annualVisits", input.annual_visits)?.0,
                annual_cases: desk.scalar("annualCases", input.annual_cases)?.0,
            };
            Ok((stream(&input.station), Command::Station(C::RecordVolume(volume))))
        });
        Ok(handled.await?.into())
    }

    /// The station has a network from the effective date on.
    async fn station_record_network(&self, ctx: &Context<'_>, input: StationInput) -> Result<StationPayload, Error> {
        let handled = run(ctx, input.command, |_| Ok((stream(&input.station), Command::Station(C::RecordNetwork))));
        Ok(handled.await?.into())
    }

    /// The station has lost its network.
    async fn station_record_network_loss(&self, ctx: &Context<'_>, input: StationInput) -> Result<StationPayload, Error> {
        let handled = run(ctx, input.command, |_| Ok((stream(&input.station), Command::Station(C::RecordNetworkLoss))));
        Ok(handled.await?.into())
    }

    /// A roll-out milestone is achieved at this station.
    async fn station_record_delivery(&self, ctx: &Context<'_>, input: StationRecordDeliveryInput) -> Result<StationPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let delivery = event::Delivery {
                milestone: desk.milestone(&input.milestone)?,
                note: input.note.map(Into::into),
                evidence: read_evidence(desk.lang, input.evidence)?,
            };
            Ok((stream(&input.station), Command::Station(C::RecordDelivery(delivery))))
        });
        Ok(handled.await?.into())
    }

    /// The delivery was not one; needs a reason.
    async fn station_revoke_delivery(&self, ctx: &Context<'_>, input: StationRevokeDeliveryInput) -> Result<StationPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let revocation = event::DeliveryRevocation {
                milestone: desk.milestone(&input.milestone)?,
                delivery: EventId(desk.scalar("delivery", input.delivery)?),
            };
            Ok((stream(&input.station), Command::Station(C::RevokeDelivery(revocation))))
        });
        Ok(handled.await?.into())
    }

    /// The station is closed; needs a reason. Scopes that were resolved before keep it.
    async fn station_close(&self, ctx: &Context<'_>, input: StationInput) -> Result<StationPayload, Error> {
        let handled = run(ctx, input.command, |_| Ok((stream(&input.station), Command::Station(C::Close))));
        Ok(handled.await?.into())
    }
}

fn stream(text: &str) -> Stream {
    Stream::Station(StationCode(node::key("station", text)))
}
