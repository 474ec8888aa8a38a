//! "Was she entitled on that day?": the offices that somebody held, and the acts that gave, lent and ended them.

use std::sync::Arc;

use tahavol_domain::calendar::{Date, TimeZone};
use tahavol_domain::values::{ActorId, Office};

use crate::Snapshot;
use crate::rows::{DelegationRow, Stamp, Tenure};

/// Which moment is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// That of the picture itself, just after its last event; it is on this day.
    OfThePicture(Date),
    /// Any time of the day, as far as the picture knows: an office that was given or ended on it was held on it.
    AnyTimeOf(Date),
}

/// Why somebody held an office.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    pub office: Office,
    /// How the office came to who held it: the person asked about, or the one who lent it.
    pub tenure: Tenure,
    /// Where it was lent.
    pub lent: Option<Arc<DelegationRow>>,
}

impl Ground {
    /// The act that gave it to the person asked about.
    #[must_use]
    pub fn given(&self) -> &Stamp {
        self.lent.as_ref().map_or(&self.tenure.appointed, |row| &row.given)
    }

    /// The first act that ended it, where it did not end by itself: taken back, or no longer its lender's.
    #[must_use]
    pub fn ended(&self) -> Option<&Stamp> {
        let taken_back = self.lent.as_ref().and_then(|row| row.ended.as_ref());
        [taken_back, self.tenure.released.as_ref()].into_iter().flatten().min_by_key(|stamp| stamp.position)
    }
}

impl Snapshot {
    /// Every ground on which the actor held an office at that moment, own ones first; none: no office was held.
    #[must_use]
    pub fn grounds(&self, actor: &ActorId, moment: Moment) -> Vec<Ground> {
        let zone = self.time_zone();
        let own = self.tenures_of(actor).filter(|tenure| holds(tenure, moment, &zone));
        let mut grounds: Vec<Ground> =
            own.map(|tenure| Ground { office: tenure.office.clone(), tenure: tenure.clone(), lent: None }).collect();
        for row in self.delegations.values().filter(|row| row.delegation.to.id == *actor && in_force(row, moment, &zone)) {
            let of_lender = self
                .tenures_of(&row.delegation.from)
                .filter(|tenure| tenure.office == row.delegation.office && holds(tenure, moment, &zone) && overlap(tenure, row));
            grounds.extend(of_lender.map(|tenure| Ground {
                office: tenure.office.clone(),
                tenure: tenure.clone(),
                lent: Some(Arc::clone(row)),
            }));
        }
        grounds
    }

    fn tenures_of(&self, actor: &ActorId) -> impl Iterator<Item = &Tenure> {
        self.officials.get(actor).into_iter().flat_map(|row| row.tenures.iter())
    }
}

fn holds(tenure: &Tenure, moment: Moment, zone: &TimeZone) -> bool {
    stands(&tenure.appointed, tenure.released.as_ref(), moment, zone)
}

fn in_force(row: &DelegationRow, moment: Moment, zone: &TimeZone) -> bool {
    let (Moment::OfThePicture(day) | Moment::AnyTimeOf(day)) = moment;
    (row.delegation.starts..=row.delegation.ends).contains(&day) && stands(&row.given, row.ended.as_ref(), moment, zone)
}

/// Nothing was given before it was recorded, whichever day it was said to begin.
fn stands(from: &Stamp, until: Option<&Stamp>, moment: Moment, zone: &TimeZone) -> bool {
    match moment {
        Moment::OfThePicture(_) => until.is_none(),
        Moment::AnyTimeOf(day) => from.at.date_in(zone) <= day && until.is_none_or(|until| until.at.date_in(zone) >= day),
    }
}

/// Whether the lender held the office while it was lent, for some time at least.
fn overlap(tenure: &Tenure, row: &DelegationRow) -> bool {
    let before = |end: Option<&Stamp>, start: &Stamp| end.is_some_and(|end| end.position < start.position);
    !before(tenure.released.as_ref(), &row.given) && !before(row.ended.as_ref(), &tenure.appointed)
}
