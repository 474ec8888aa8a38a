//! What a station's decisions remember, and how it follows from the events.

use std::collections::BTreeMap;

use super::Event;
use super::event::{Delivery, Registration, Volume};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::values::{EventId, MilestoneId};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Station {
    #[default]
    Unregistered,
    Open(Box<Record>),
    /// Only its deliveries can still be revoked.
    Closed(Box<Record>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// As it was registered.
    pub(super) registration: Registration,
    pub(super) volume: Volume,
    pub(super) networked: bool,
    /// The standing delivery of each milestone.
    pub(super) deliveries: BTreeMap<MilestoneId, Delivered>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) event: EventId,
    pub(super) on: Option<Date>,
    pub(super) delivery: Delivery,
}

impl Station {
    pub(super) fn fold(self, event: &Event, said: &Envelope) -> Self {
        match event {
            Event::Registered(registration) => Station::Open(Box::new(Record {
                registration: registration.clone(),
                volume: registration.volume,
                networked: registration.networked,
                deliveries: BTreeMap::new(),
            })),
            Event::VolumeRecorded(volume) => self.with(|record| record.volume = *volume),
            Event::Networked(_) => self.with(|record| record.networked = true),
            Event::NetworkLost(_) => self.with(|record| record.networked = false),
            Event::DeliveryRecorded(delivery) => self.with(|record| {
                let delivered = Delivered { event: said.id, on: said.effective_on, delivery: delivery.clone() };
                record.deliveries.insert(delivery.milestone, delivered);
            }),
            Event::DeliveryRevoked(revocation) => self.with(|record| {
                record.deliveries.remove(&revocation.milestone);
            }),
            Event::Closed(_) => match self {
                Station::Open(record) => Station::Closed(record),
                Station::Unregistered | Station::Closed(_) => self,
            },
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Record)) -> Self {
        match &mut self {
            Station::Open(record) | Station::Closed(record) => change(record),
            Station::Unregistered => {}
        }
        self
    }
}
