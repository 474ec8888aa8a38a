//! What a station allows: a list of refusals, one function a command.

use super::event::{Closing, Delivery, DeliveryRevocation, Network, Registration, Volume};
use super::evolve::Record;
use super::{Command, Event, Station};
use crate::aggregate::{Aggregate, Context, MilestoneBasis, Stream};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::milestone::measure::Measure;
use crate::refusal::{Refusal, Rule};
use crate::{initiative, input, milestone};

/// No station has a billion visitors a year; the bound keeps the sums of all stations exact in a line.
const LARGEST_VOLUME: u64 = 1_000_000_000;

impl Aggregate for Station {
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: &Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        input::not_in_future(ctx)?;
        match command {
            Command::Register(registration) => register(self, registration, ctx),
            Command::RecordVolume(volume) => record_volume(self.open(ctx)?, *volume),
            Command::RecordNetwork => record_network(self.open(ctx)?),
            Command::RecordNetworkLoss => record_network_loss(self.open(ctx)?),
            Command::RecordDelivery(delivery) => record_delivery(self.open(ctx)?, delivery, ctx),
            Command::RevokeDelivery(revocation) => revoke_delivery(self, revocation, ctx),
            Command::Close => close(self, ctx),
        }
    }

    /// A registration and a revocation speak of the record, so they have a day only when the caller names one.
    fn effective_on(&self, event: &Event, ctx: &Context<'_>) -> Option<Date> {
        match event {
            Event::Registered(_) | Event::DeliveryRevoked(_) => ctx.effective_on,
            Event::VolumeRecorded(_) | Event::Networked(_) | Event::NetworkLost(_) | Event::DeliveryRecorded(_) | Event::Closed(_) => {
                Some(ctx.day())
            }
        }
    }

    fn evolve(self, event: &Event, said: &Envelope) -> Self {
        self.fold(event, said)
    }
}

impl Station {
    fn open(&self, ctx: &Context<'_>) -> Result<&Record, Refusal> {
        match self {
            Station::Open(record) => Ok(record),
            Station::Closed(record) => Err(closed(record)),
            Station::Unregistered => Err(unknown(ctx)),
        }
    }
}

fn unknown(ctx: &Context<'_>) -> Refusal {
    Refusal::at(Rule::UnknownStation, "station").with("value", ctx.stream)
}

fn closed(record: &Record) -> Refusal {
    Refusal::at(Rule::StationClosed, "station").with("value", &record.registration.code.0)
}

fn register(station: &Station, registration: &Registration, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match station {
        Station::Unregistered => {}
        Station::Open(record) | Station::Closed(record) if record.already_says(registration) => return Ok(Vec::new()),
        Station::Open(_) => return Err(Refusal::at(Rule::AlreadyExists, "code").with("value", &registration.code.0)),
        Station::Closed(record) => return Err(closed(record)),
    }
    input::code(&registration.code.0, "code")?;
    if *ctx.stream != Stream::Station(registration.code.clone()) {
        return Err(Refusal::at(Rule::CodeInvalid, "code").with("value", &registration.code.0));
    }
    input::text(&registration.name, "name")?;
    if !ctx.basis.has_province(&registration.province) {
        return Err(Refusal::at(Rule::UnknownProvince, "province").with("value", &registration.province.0));
    }
    check_volume(registration.volume)?;
    Ok(vec![Event::Registered(registration.clone())])
}

impl Record {
    /// Whether the same file again tells nothing new: as it was registered, or as it stands.
    fn already_says(&self, given: &Registration) -> bool {
        let standing = Registration { networked: self.networked, volume: self.volume, ..self.registration.clone() };
        *given == self.registration || *given == standing
    }
}

fn check_volume(volume: Volume) -> Result<(), Refusal> {
    let refuse = |field, value: u64| Err(Refusal::at(Rule::VolumeTooLarge, field).with("value", value).with("largest", LARGEST_VOLUME));
    if volume.annual_visits > LARGEST_VOLUME {
        return refuse("annualVisits", volume.annual_visits);
    }
    if volume.annual_cases > LARGEST_VOLUME {
        return refuse("annualCases", volume.annual_cases);
    }
    Ok(())
}

fn record_volume(station: &Record, volume: Volume) -> Result<Vec<Event>, Refusal> {
    check_volume(volume)?;
    if station.volume == volume {
        return Ok(Vec::new());
    }
    Ok(vec![Event::VolumeRecorded(volume)])
}

fn record_network(station: &Record) -> Result<Vec<Event>, Refusal> {
    if station.networked {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Networked(Network {})])
}

fn record_network_loss(station: &Record) -> Result<Vec<Event>, Refusal> {
    if !station.networked {
        return Ok(Vec::new());
    }
    Ok(vec![Event::NetworkLost(Network {})])
}

/// Says nothing of the station's network: what is delivered is the milestone's, the network is the station's own.
fn record_delivery(station: &Record, delivery: &Delivery, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let milestone = ctx
        .basis
        .milestone(delivery.milestone)
        .ok_or_else(|| Refusal::at(Rule::UnknownMilestone, "milestone").with("value", delivery.milestone.0))?;
    // Before the milestone's phase is looked at, so that the same file again is quiet after the milestone is verified.
    if let Some(standing) = station.deliveries.get(&delivery.milestone) {
        if standing.delivery == *delivery && standing.on == Some(ctx.day()) {
            return Ok(Vec::new());
        }
        let refusal = about(Rule::AlreadyDelivered, &milestone).with("station", &station.registration.code.0);
        return Err(match standing.on {
            Some(day) => refusal.with("on", day),
            None => refusal,
        });
    }
    let Measure::Rollout(rollout) = &milestone.measure else { return Err(about(Rule::NotARollout, &milestone)) };
    if rollout.stations.binary_search(&station.registration.code).is_err() {
        return Err(about(Rule::OutOfScope, &milestone).with("station", &station.registration.code.0));
    }
    check_open(&milestone, ctx)?;
    input::note(delivery.note.as_ref(), "note")?;
    input::evidence(&delivery.evidence)?;
    Ok(vec![Event::DeliveryRecorded(delivery.clone())])
}

/// While completion is claimed deliveries are still taken: one that was recorded with a wrong day can be revoked and recorded again.
fn check_open(milestone: &MilestoneBasis, ctx: &Context<'_>) -> Result<(), Refusal> {
    match milestone.phase {
        milestone::Phase::Planned | milestone::Phase::Claimed => {}
        milestone::Phase::Verified | milestone::Phase::Cancelled => return Err(about(Rule::MilestoneNotOpen, milestone)),
    }
    match ctx.basis.initiative(milestone.initiative).map(|initiative| initiative.phase) {
        Some(initiative::Phase::Approved | initiative::Phase::Suspended) => {}
        Some(
            initiative::Phase::Proposed
            | initiative::Phase::Submitted
            | initiative::Phase::Returned
            | initiative::Phase::Rejected
            | initiative::Phase::Completed
            | initiative::Phase::Cancelled,
        )
        | None => return Err(about(Rule::InitiativeNotOpen, milestone)),
    }
    if milestone.counts { Ok(()) } else { Err(about(Rule::NotCounted, milestone)) }
}

fn about(rule: Rule, milestone: &MilestoneBasis) -> Refusal {
    Refusal::at(rule, "milestone").with("value", &milestone.code)
}

/// The only thing that a closed station still takes: a wrong fact must never have to stand.
fn revoke_delivery(station: &Station, revocation: &DeliveryRevocation, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let record = match station {
        Station::Unregistered => return Err(unknown(ctx)),
        Station::Open(record) | Station::Closed(record) => record,
    };
    match record.deliveries.get(&revocation.milestone) {
        Some(standing) if standing.event == revocation.delivery => {}
        Some(_) | None => return Err(Refusal::at(Rule::UnknownDelivery, "delivery").with("value", revocation.delivery.0)),
    }
    input::reason(ctx)?;
    Ok(vec![Event::DeliveryRevoked(revocation.clone())])
}

fn close(station: &Station, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match station {
        Station::Unregistered => return Err(unknown(ctx)),
        Station::Closed(_) => return Ok(Vec::new()),
        Station::Open(_) => {}
    }
    input::reason(ctx)?;
    Ok(vec![Event::Closed(Closing {})])
}
