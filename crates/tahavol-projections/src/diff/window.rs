//! The events between two pictures: where each lies and what it is about, and those among them that came late.

use std::collections::{BTreeMap, BTreeSet};

use tahavol_domain::calendar::{Date, TimeZone};
use tahavol_domain::values::{MilestoneId, StationCode};
use tahavol_domain::{Event, Fact, Stream, commission, initiative, programme, station};

use super::Scope;
use crate::Snapshot;

const DELIVERED: &[&str] = &["station.delivery_recorded", "station.delivery_revoked"];

/// Filled with every fact after the earlier picture and up to the later one, in their order.
#[derive(Debug, Clone)]
pub struct Window {
    zone: TimeZone,
    /// The status date of the earlier picture.
    known_until: Date,
    events: u64,
    streams: BTreeMap<String, Vec<Happening>>,
    /// Deliveries and revocations, by the milestone that they are for.
    deliveries: BTreeMap<MilestoneId, Vec<DeliveryEvent>>,
    /// Events that change how many open stations have a network.
    network: Vec<u64>,
    late: Vec<LateFact>,
}

/// Something that happened in one stream.
#[derive(Debug, Clone)]
struct Happening {
    position: u64,
    event_type: &'static str,
    /// What of the stream it is about, where it has many things: a person, a risk, a horizon.
    about: Option<String>,
}

#[derive(Debug, Clone)]
struct DeliveryEvent {
    position: u64,
    station: StationCode,
    on: Option<Date>,
    revoked: bool,
}

/// A delivery that neither picture has: made and revoked between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Undone {
    pub(super) station: StationCode,
    pub(super) on: Option<Date>,
    pub(super) made: u64,
    pub(super) revoked: u64,
}

/// A fact about a time that the earlier picture was already past: what was learnt of it later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateFact {
    pub position: u64,
    pub stream: String,
    pub event_type: &'static str,
    pub effective_on: Date,
    /// The civil day of its recording, in the programme's time zone.
    pub recorded_on: Date,
    /// Of a delivery: the milestone that it is for.
    pub milestone: Option<MilestoneId>,
}

/// Whether a fact that was not known on a day should have been: it is about an earlier day, or about that day and was recorded on a
/// later one.
#[must_use]
pub fn came_late(effective_on: Date, recorded_on: Date, known_until: Date) -> bool {
    effective_on < known_until || (effective_on == known_until && recorded_on > known_until)
}

impl LateFact {
    /// From the effective date to the day on which it was recorded.
    #[must_use]
    pub fn lateness_days(&self) -> i32 {
        self.effective_on.days_until(self.recorded_on)
    }

    /// Whether it is about that part of the programme, as the picture knows it.
    #[must_use]
    pub fn is_in(&self, snapshot: &Snapshot, scope: &Scope) -> bool {
        if *scope == Scope::Programme {
            return true;
        }
        let stream = match self.milestone {
            Some(milestone) => Ok(Stream::Milestone(milestone)),
            None => self.stream.parse(),
        };
        let milestone = |id: &MilestoneId| snapshot.milestones.get(id).map(|row| &row.plan);
        match (stream, scope) {
            (Ok(Stream::Milestone(id)), Scope::Milestone(asked)) => id == *asked,
            (Ok(Stream::Milestone(id)), Scope::Initiative(asked)) => milestone(&id).is_some_and(|plan| plan.initiative == *asked),
            (Ok(Stream::Milestone(id)), Scope::Commission(asked)) => milestone(&id).is_some_and(|plan| plan.commission == *asked),
            (Ok(Stream::Initiative(id)), Scope::Initiative(asked)) => id == *asked,
            (Ok(Stream::Initiative(id)), Scope::Commission(asked)) => {
                snapshot.initiatives.get(&id).is_some_and(|row| row.proposal.commission == *asked)
            }
            (Ok(Stream::Indicator(code)), Scope::Commission(asked)) => {
                snapshot.indicators.get(&code).is_some_and(|row| row.definition.commission == *asked)
            }
            (Ok(Stream::Commission(slug)), Scope::Commission(asked)) => slug == *asked,
            (_, Scope::Programme | Scope::Commission(_) | Scope::Initiative(_) | Scope::Milestone(_)) => false,
        }
    }
}

impl Window {
    /// An empty one. `known_until` is the status date of the earlier picture.
    #[must_use]
    pub fn new(zone: TimeZone, known_until: Date) -> Window {
        Window {
            zone,
            known_until,
            events: 0,
            streams: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            network: Vec::new(),
            late: Vec::new(),
        }
    }

    /// Takes in the next fact.
    pub fn note(&mut self, fact: &Fact, position: u64) {
        self.events += 1;
        let said = &fact.envelope;
        let (event_type, delivery) = (fact.event.event_type(), delivery(&fact.event));
        if let Some(effective_on) = said.effective_on {
            let recorded_on = said.time.date_in(&self.zone);
            if came_late(effective_on, recorded_on, self.known_until) {
                let (stream, milestone) = (said.stream.clone(), delivery.map(|(milestone, _)| milestone));
                self.late.push(LateFact { position, stream, event_type, effective_on, recorded_on, milestone });
            }
        }
        if let Some((milestone, revoked)) = delivery {
            let station = StationCode(said.stream.strip_prefix("station-").unwrap_or(&said.stream).to_owned());
            let on = said.effective_on;
            self.deliveries.entry(milestone).or_default().push(DeliveryEvent { position, station, on, revoked });
        }
        if changes_network(&fact.event) {
            self.network.push(position);
        }
        let happening = Happening { position, event_type, about: about(&fact.event) };
        match self.streams.get_mut(&said.stream) {
            Some(stream) => stream.push(happening),
            None => {
                self.streams.insert(said.stream.clone(), vec![happening]);
            }
        }
    }

    /// How many events lie between the two pictures.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// In the order of their positions.
    #[must_use]
    pub fn late(&self) -> &[LateFact] {
        &self.late
    }

    /// Positions of all events of a stream.
    pub(super) fn all(&self, stream: impl ToString) -> Vec<u64> {
        self.happenings(stream).iter().map(|happening| happening.position).collect()
    }

    /// Positions of those of some types.
    pub(super) fn of(&self, stream: impl ToString, types: &[&str]) -> Vec<u64> {
        let wanted = self.happenings(stream).iter().filter(|happening| types.contains(&happening.event_type));
        wanted.map(|happening| happening.position).collect()
    }

    /// Positions of those of some types that are about one thing of the stream.
    pub(super) fn about(&self, stream: impl ToString, types: &[&str], about: &str) -> Vec<u64> {
        let happenings = self.happenings(stream).iter();
        let wanted =
            happenings.filter(|happening| types.contains(&happening.event_type) && happening.about.as_deref().is_none_or(|of| of == about));
        wanted.map(|happening| happening.position).collect()
    }

    /// Positions of a milestone's deliveries and revocations.
    pub(super) fn deliveries(&self, milestone: MilestoneId) -> Vec<u64> {
        self.deliveries.get(&milestone).into_iter().flatten().map(|event| event.position).collect()
    }

    /// Positions of the revocations of one delivery that the earlier picture has.
    pub(super) fn revocations(&self, milestone: MilestoneId, station: &StationCode) -> Vec<u64> {
        let undone: BTreeSet<u64> = self.undone(milestone).iter().map(|undone| undone.revoked).collect();
        let events = self.deliveries.get(&milestone).into_iter().flatten();
        let revoked = events.filter(|event| event.revoked && event.station == *station).map(|event| event.position);
        revoked.filter(|position| !undone.contains(position)).collect()
    }

    /// Deliveries for a milestone that were both made and revoked here.
    pub(super) fn undone(&self, milestone: MilestoneId) -> Vec<Undone> {
        let (mut standing, mut undone) = (BTreeMap::new(), Vec::new());
        for event in self.deliveries.get(&milestone).into_iter().flatten() {
            if !event.revoked {
                standing.insert(&event.station, event);
            } else if let Some(made) = standing.remove(&event.station) {
                undone.push(Undone { station: made.station.clone(), on: made.on, made: made.position, revoked: event.position });
            }
        }
        undone
    }

    /// The milestones that something happened to.
    pub(super) fn milestones(&self) -> BTreeSet<MilestoneId> {
        let own = self.streams().filter_map(|(stream, _)| match stream {
            Stream::Milestone(id) => Some(id),
            Stream::Programme(_) | Stream::Commission(_) | Stream::Initiative(_) | Stream::Station(_) | Stream::Indicator(_) => None,
        });
        own.chain(self.deliveries.keys().copied()).collect()
    }

    /// Every stream that something happened in, with the positions of what is not told with a milestone.
    pub(super) fn streams(&self) -> impl Iterator<Item = (Stream, Vec<u64>)> {
        self.streams.iter().filter_map(|(name, happenings)| {
            let own = happenings.iter().filter(|happening| !DELIVERED.contains(&happening.event_type));
            Some((name.parse().ok()?, own.map(|happening| happening.position).collect()))
        })
    }

    pub(super) fn network(&self) -> &[u64] {
        &self.network
    }

    fn happenings(&self, stream: impl ToString) -> &[Happening] {
        self.streams.get(&stream.to_string()).map_or(&[], Vec::as_slice)
    }
}

/// The milestone of a delivery, and whether it was revoked.
fn delivery(event: &Event) -> Option<(MilestoneId, bool)> {
    match event {
        Event::Station(station::Event::DeliveryRecorded(delivery)) => Some((delivery.milestone, false)),
        Event::Station(station::Event::DeliveryRevoked(revocation)) => Some((revocation.milestone, true)),
        Event::Station(
            station::Event::Registered(_)
            | station::Event::VolumeRecorded(_)
            | station::Event::Networked(_)
            | station::Event::NetworkLost(_)
            | station::Event::Closed(_),
        )
        | Event::Programme(_)
        | Event::Commission(_)
        | Event::Initiative(_)
        | Event::Milestone(_)
        | Event::Indicator(_) => None,
    }
}

fn changes_network(event: &Event) -> bool {
    match event {
        Event::Station(event) => match event {
            station::Event::Registered(_) | station::Event::Networked(_) | station::Event::NetworkLost(_) | station::Event::Closed(_) => {
                true
            }
            station::Event::VolumeRecorded(_) | station::Event::DeliveryRecorded(_) | station::Event::DeliveryRevoked(_) => false,
        },
        Event::Programme(_) | Event::Commission(_) | Event::Initiative(_) | Event::Milestone(_) | Event::Indicator(_) => false,
    }
}

fn about(event: &Event) -> Option<String> {
    match event {
        Event::Programme(event) => of_programme(event),
        Event::Commission(event) => match event {
            commission::Event::MemberAppointed(appointment) => Some(appointment.person.id.0.clone()),
            commission::Event::MemberReleased(release) => Some(release.actor.0.clone()),
            commission::Event::Established(_) | commission::Event::Rated(_) => None,
        },
        Event::Initiative(event) => match event {
            initiative::Event::ResourcesAllocated(allocation) => Some(allocation.allocation.to_string()),
            initiative::Event::RiskRaised(risk) => Some(risk.risk.to_string()),
            initiative::Event::RiskClosed(closure) => Some(closure.risk.to_string()),
            initiative::Event::Proposed(_)
            | initiative::Event::Revised(_)
            | initiative::Event::Submitted(_)
            | initiative::Event::Approved(_)
            | initiative::Event::Returned(_)
            | initiative::Event::Rejected(_)
            | initiative::Event::Suspended(_)
            | initiative::Event::Resumed(_)
            | initiative::Event::Completed(_)
            | initiative::Event::Cancelled(_) => None,
        },
        Event::Milestone(_) | Event::Station(_) | Event::Indicator(_) => None,
    }
}

/// The charter is about everybody and everything that it names.
fn of_programme(event: &programme::Event) -> Option<String> {
    match event {
        programme::Event::Chartered(_) | programme::Event::TargetStationsDesignated(_) => None,
        programme::Event::OfficialAppointed(appointment) => Some(appointment.person.id.0.clone()),
        programme::Event::OfficialReleaseProposed(release) | programme::Event::OfficialReleased(release) => Some(release.actor.0.clone()),
        programme::Event::OfficeDelegated(delegation) => Some(delegation.delegation.to_string()),
        programme::Event::DelegationEnded(end) => Some(end.delegation.to_string()),
        programme::Event::HorizonRescheduled(window) => Some(window.horizon.as_str().to_owned()),
        programme::Event::DirectiveIssued(directive) => Some(directive.code.0.clone()),
        programme::Event::DocumentApproved(version) => Some(version.version.to_string()),
        programme::Event::ReviewHeld(review) => Some(review.review.to_string()),
        programme::Event::ReviewActionClosed(closure) => Some(closure.review.to_string()),
        programme::Event::EvidenceDestroyed(destruction) => Some(destruction.digest.to_string()),
    }
}
