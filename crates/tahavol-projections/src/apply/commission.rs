//! What the events of a commission change.

use std::sync::Arc;

use imbl::OrdMap;
use tahavol_domain::commission::Event;
use tahavol_domain::commission::event::Role;
use tahavol_domain::values::{CommissionSlug, Office};

use super::{ApplyError, Said};
use crate::Snapshot;
use crate::rows::CommissionRow;

pub(super) fn apply(snapshot: &mut Snapshot, slug: &CommissionSlug, event: &Event, said: Said<'_>) -> Result<(), ApplyError> {
    match event {
        Event::Established(establishment) => {
            if snapshot.commissions.contains_key(slug) {
                return Err(said.twice("commission", &slug.0));
            }
            let row = CommissionRow { establishment: establishment.clone(), established: said.stamp(), ratings: OrdMap::new() };
            snapshot.commissions.insert(slug.clone(), Arc::new(row));
        }
        Event::MemberAppointed(appointment) => {
            if !snapshot.commissions.contains_key(slug) {
                return Err(said.unknown("commission", &slug.0));
            }
            snapshot.appoint(&appointment.person, office(slug, appointment.role), said);
        }
        Event::MemberReleased(release) => snapshot.release(&release.actor, &office(slug, release.role), said)?,
        Event::Rated(rating) => {
            let row = snapshot.commissions.get_mut(slug).map(Arc::make_mut).ok_or_else(|| said.unknown("commission", &slug.0))?;
            row.ratings.entry((rating.horizon, rating.voice)).or_default().push_back((rating.clone(), said.stamp()));
        }
    }
    Ok(())
}

fn office(slug: &CommissionSlug, role: Role) -> Office {
    match role {
        Role::Chair => Office::Chair(slug.clone()),
        Role::Secretary => Office::Secretary(slug.clone()),
        Role::Member => Office::Member(slug.clone()),
    }
}
