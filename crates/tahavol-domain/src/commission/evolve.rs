//! What a commission's decisions remember, and how it follows from the events.

use std::collections::BTreeMap;

use super::Event;
use super::event::{Establishment, Rating, RatingVoice, Role};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::values::{ActorId, Horizon};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Commission {
    #[default]
    Unestablished,
    Established(Box<Established>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Established {
    pub(super) establishment: Establishment,
    /// The name under which the role was given.
    pub(super) people: BTreeMap<(Role, ActorId), String>,
    /// The latest rating of each horizon and voice, with its day.
    pub(super) ratings: BTreeMap<(Horizon, RatingVoice), (Option<Date>, Rating)>,
}

impl Commission {
    pub(super) fn fold(self, event: &Event, said: &Envelope) -> Self {
        match (self, event) {
            (_, Event::Established(establishment)) => Commission::Established(Box::new(Established::new(establishment))),
            (Commission::Established(commission), event) => Commission::Established(Box::new(commission.fold(event, said))),
            // Nothing can precede the establishment in the stream.
            (Commission::Unestablished, _) => Commission::Unestablished,
        }
    }
}

impl Established {
    fn new(establishment: &Establishment) -> Self {
        Established { establishment: establishment.clone(), people: BTreeMap::new(), ratings: BTreeMap::new() }
    }

    fn fold(mut self, event: &Event, said: &Envelope) -> Self {
        match event {
            Event::Established(establishment) => return Established::new(establishment),
            Event::MemberAppointed(appointment) => {
                self.people.insert((appointment.role, appointment.person.id.clone()), appointment.person.name.clone());
            }
            Event::MemberReleased(release) => {
                self.people.remove(&(release.role, release.actor.clone()));
            }
            Event::Rated(rating) => {
                self.ratings.insert((rating.horizon, rating.voice), (said.effective_on, rating.clone()));
            }
        }
        self
    }
}
