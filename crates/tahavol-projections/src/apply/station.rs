//! What the events of a station change, in it and in the roll-outs that reach it.

use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::station::Event;
use tahavol_domain::station::event::{Delivery, DeliveryRevocation, Registration};
use tahavol_domain::values::StationCode;

use super::{ApplyError, Said};
use crate::Snapshot;
use crate::rows::{Delivered, DeliveryRow, MilestoneRow, StationRow};

pub(super) fn apply(snapshot: &mut Snapshot, code: &StationCode, event: &Event, said: Said<'_>) -> Result<(), ApplyError> {
    match event {
        Event::Registered(registration) => register(snapshot, code, registration, said),
        Event::VolumeRecorded(volume) => change(snapshot, code, said, |row| row.volume = *volume),
        Event::Networked(_) => change_network(snapshot, code, true, said),
        Event::NetworkLost(_) => change_network(snapshot, code, false, said),
        Event::DeliveryRecorded(delivery) => deliver(snapshot, code, delivery, said),
        Event::DeliveryRevoked(revocation) => revoke(snapshot, code, revocation, said),
        // A scope that was resolved before keeps the station.
        Event::Closed(_) => change(snapshot, code, said, |row| row.closed = Some(said.stamp())),
    }
}

fn register(snapshot: &mut Snapshot, code: &StationCode, registration: &Registration, said: Said<'_>) -> Result<(), ApplyError> {
    if snapshot.stations.contains_key(code) {
        return Err(said.twice("station", &code.0));
    }
    let number = u32::try_from(snapshot.station_numbers.len()).map_err(|_| said.misfit("too many stations".to_owned()))?;
    let row = StationRow {
        number,
        code: code.clone(),
        kind: registration.kind,
        name: registration.name.clone(),
        province: registration.province.clone(),
        networked: registration.networked,
        network_changed: None,
        volume: registration.volume,
        registered: said.stamp(),
        closed: None,
        provenance: registration.provenance,
    };
    snapshot.networked_stations += u32::from(row.serves_online());
    snapshot.station_numbers.push_back(code.clone());
    snapshot.stations.insert(code.clone(), Arc::new(row));
    Ok(())
}

/// The last one by position decides: a late fact about the network is still the newest word on it.
fn change_network(snapshot: &mut Snapshot, code: &StationCode, networked: bool, said: Said<'_>) -> Result<(), ApplyError> {
    let day = said.day()?;
    change(snapshot, code, said, |row| {
        row.networked = networked;
        row.network_changed = Some((day, said.position));
    })
}

fn change(snapshot: &mut Snapshot, code: &StationCode, said: Said<'_>, change: impl FnOnce(&mut StationRow)) -> Result<(), ApplyError> {
    let row = snapshot.stations.get_mut(code).map(Arc::make_mut).ok_or_else(|| said.unknown("station", &code.0))?;
    let before = u32::from(row.serves_online());
    change(row);
    snapshot.networked_stations = snapshot.networked_stations - before + u32::from(row.serves_online());
    Ok(())
}

fn deliver(snapshot: &mut Snapshot, code: &StationCode, delivery: &Delivery, said: Said<'_>) -> Result<(), ApplyError> {
    let effective_on = said.day()?;
    let number = number(snapshot, code, said)?;
    let row = snapshot.milestones.get_mut(&delivery.milestone).map(Arc::make_mut);
    let row = row.ok_or_else(|| said.unknown("milestone", delivery.milestone.0))?;
    if row.deliveries.contains_key(&number) {
        return Err(said.twice("the delivery at station", &code.0));
    }
    row.deliver(number, DeliveryRow { event: said.envelope.id, position: said.position, effective_on });
    snapshot.refer_to(&delivery.evidence, said);
    Ok(())
}

fn revoke(snapshot: &mut Snapshot, code: &StationCode, revocation: &DeliveryRevocation, said: Said<'_>) -> Result<(), ApplyError> {
    let number = number(snapshot, code, said)?;
    let row = snapshot.milestones.get_mut(&revocation.milestone).map(Arc::make_mut);
    let row = row.ok_or_else(|| said.unknown("milestone", revocation.milestone.0))?;
    let Some(delivery) = row.deliveries.get(&number).filter(|delivery| delivery.event == revocation.delivery) else {
        return Err(said.unknown("delivery", revocation.delivery.0));
    };
    if let Some(weight) = row.plan.scope.get(&number) {
        Arc::make_mut(&mut row.delivered).take(delivery.effective_on, *weight);
    }
    row.deliveries.remove(&number);
    Ok(())
}

fn number(snapshot: &Snapshot, code: &StationCode, said: Said<'_>) -> Result<u32, ApplyError> {
    snapshot.stations.get(code).map(|row| row.number).ok_or_else(|| said.unknown("station", &code.0))
}

impl StationRow {
    /// Open, with a network.
    fn serves_online(&self) -> bool {
        self.networked && self.closed.is_none()
    }
}

impl MilestoneRow {
    /// The first delivery at that station, which counts where the current scope holds it.
    pub(crate) fn deliver(&mut self, number: u32, delivery: DeliveryRow) {
        if let Some(weight) = self.plan.scope.get(&number) {
            Arc::make_mut(&mut self.delivered).add(delivery.effective_on, *weight);
        }
        self.deliveries.insert(number, delivery);
    }
}

impl Delivered {
    pub(super) fn add(&mut self, on: Date, weight: u64) {
        let day = self.by_day.entry(on).or_default();
        *day = (day.0 + 1, day.1 + weight);
        self.weight += weight;
    }

    fn take(&mut self, on: Date, weight: u64) {
        self.weight = self.weight.saturating_sub(weight);
        match self.by_day.get_mut(&on) {
            Some(day) if day.0 > 1 => *day = (day.0 - 1, day.1.saturating_sub(weight)),
            Some(_) | None => {
                self.by_day.remove(&on);
            }
        }
    }
}
