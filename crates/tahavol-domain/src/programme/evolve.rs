//! What a programme's decisions remember, and how it follows from the events.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::Event;
use super::event::{ActionClosure, Charter, Delegation, Directive, Release, Review, TargetSet};
use crate::aggregate::Author;
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::values::{ActorId, DirectiveCode, Horizon, Office, Person, Sha256};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Programme {
    #[default]
    Unchartered,
    Chartered(Box<Chartered>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chartered {
    pub(super) charter: Charter,
    pub(super) horizons: BTreeMap<Horizon, (Date, Date)>,
    pub(super) officials: Officials,
    pub(super) delegations: BTreeMap<Uuid, Lent>,
    pub(super) directives: BTreeMap<DirectiveCode, Directive>,
    /// Number and digest of the document's latest version.
    pub(super) document: Option<(u32, Sha256)>,
    pub(super) targets: Option<TargetSet>,
    pub(super) reviews: BTreeMap<Uuid, Held>,
    pub(super) destroyed: BTreeSet<Sha256>,
}

/// Who holds the programme's own offices, lent ones not included; a commission's are in its own stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Officials {
    /// The name under which the office was given.
    pub(super) held: BTreeMap<(Office, ActorId), String>,
    /// A release that waits for a second person, and who proposed it.
    pub(super) proposed: BTreeMap<(Office, ActorId), Author>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lent {
    pub(super) delegation: Delegation,
    pub(super) ended: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) review: Review,
    /// How its actions were closed; the others are open.
    pub(super) closed: BTreeMap<Uuid, ActionClosure>,
}

impl Programme {
    pub(super) fn fold(self, event: &Event, said: &Envelope) -> Self {
        match (self, event) {
            (_, Event::Chartered(charter)) => Programme::Chartered(Box::new(Chartered::new(charter))),
            (Programme::Chartered(programme), event) => Programme::Chartered(Box::new(programme.fold(event, said))),
            // Nothing can precede a charter in the stream.
            (Programme::Unchartered, _) => Programme::Unchartered,
        }
    }
}

impl Chartered {
    fn new(charter: &Charter) -> Self {
        let mut officials = Officials::default();
        officials.give(&charter.administrator, &Office::Administrator);
        officials.give(&charter.first_official, &Office::Council);
        Chartered {
            charter: charter.clone(),
            horizons: charter.horizons.iter().map(|window| (window.horizon, (window.starts, window.ends))).collect(),
            officials,
            delegations: BTreeMap::new(),
            directives: BTreeMap::new(),
            document: None,
            targets: None,
            reviews: BTreeMap::new(),
            destroyed: BTreeSet::new(),
        }
    }

    fn fold(mut self, event: &Event, said: &Envelope) -> Self {
        match event {
            Event::Chartered(charter) => return Chartered::new(charter),
            Event::OfficialAppointed(appointment) => self.officials.give(&appointment.person, &appointment.office),
            Event::OfficialReleaseProposed(release) => {
                self.officials.proposed.insert(key(release), Author::of(said));
            }
            Event::OfficialReleased(release) => {
                self.officials.held.remove(&key(release));
                self.officials.proposed.remove(&key(release));
            }
            Event::OfficeDelegated(delegation) => {
                self.delegations.insert(delegation.delegation, Lent { delegation: delegation.clone(), ended: false });
            }
            Event::DelegationEnded(end) => {
                if let Some(lent) = self.delegations.get_mut(&end.delegation) {
                    lent.ended = true;
                }
            }
            Event::HorizonRescheduled(window) => {
                self.horizons.insert(window.horizon, (window.starts, window.ends));
            }
            Event::DirectiveIssued(directive) => {
                self.directives.insert(directive.code.clone(), directive.clone());
            }
            Event::DocumentApproved(version) => self.document = Some((version.version, version.digest)),
            Event::TargetStationsDesignated(targets) => self.targets = Some(targets.clone()),
            Event::ReviewHeld(review) => {
                self.reviews.insert(review.review, Held { review: review.clone(), closed: BTreeMap::new() });
            }
            Event::ReviewActionClosed(closure) => {
                if let Some(held) = self.reviews.get_mut(&closure.review) {
                    held.closed.insert(closure.action, closure.clone());
                }
            }
            Event::EvidenceDestroyed(destruction) => {
                self.destroyed.insert(destruction.digest);
            }
        }
        self
    }
}

impl Officials {
    fn give(&mut self, person: &Person, office: &Office) {
        self.held.insert((office.clone(), person.id.clone()), person.name.clone());
    }

    pub(super) fn holds(&self, actor: &ActorId, office: &Office) -> bool {
        self.held.contains_key(&(office.clone(), actor.clone()))
    }

    pub(super) fn holders(&self, office: &Office) -> usize {
        self.held.keys().filter(|(held, _)| held == office).count()
    }
}

pub(super) fn key(release: &Release) -> (Office, ActorId) {
    (release.office.clone(), release.actor.clone())
}
