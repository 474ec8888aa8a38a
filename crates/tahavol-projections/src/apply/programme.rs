//! What the events of the programme's own stream change.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use tahavol_domain::programme::Event;
use tahavol_domain::programme::event::{Charter, Destruction, HorizonWindow};
use tahavol_domain::values::{Evidence, Office};

use super::{ApplyError, Said};
use crate::Snapshot;
use crate::rows::{DelegationRow, DirectiveRow, EvidenceRow, ReviewRow};
use crate::snapshot::ProgrammeRow;

pub(super) fn apply(snapshot: &mut Snapshot, event: &Event, said: Said<'_>) -> Result<(), ApplyError> {
    match event {
        Event::Chartered(charter) => charter_programme(snapshot, charter, said),
        Event::OfficialAppointed(appointment) => snapshot.appoint(&appointment.person, appointment.office.clone(), said),
        Event::OfficialReleaseProposed(release) => {
            let official = snapshot.officials.get_mut(&release.actor).map(Arc::make_mut);
            let official = official.ok_or_else(|| said.unknown("official", &release.actor.0))?;
            official.release_proposed.insert(release.office.clone(), said.stamp());
        }
        Event::OfficialReleased(release) => snapshot.release(&release.actor, &release.office, said)?,
        Event::OfficeDelegated(delegation) => {
            if snapshot.delegations.contains_key(&delegation.delegation) {
                return Err(said.twice("delegation", delegation.delegation));
            }
            let row = DelegationRow { delegation: delegation.clone(), given: said.stamp(), ended: None };
            snapshot.delegations.insert(delegation.delegation, Arc::new(row));
        }
        Event::DelegationEnded(end) => {
            let row = snapshot.delegations.get_mut(&end.delegation).map(Arc::make_mut);
            let row = row.ok_or_else(|| said.unknown("delegation", end.delegation))?;
            row.ended = Some(said.stamp());
        }
        Event::HorizonRescheduled(window) => {
            snapshot.horizons.insert(window.horizon, window.clone());
        }
        Event::DirectiveIssued(directive) => {
            if snapshot.directives.contains_key(&directive.code) {
                return Err(said.twice("directive", &directive.code.0));
            }
            let row = DirectiveRow { directive: directive.clone(), issued: said.stamp() };
            snapshot.directives.insert(directive.code.clone(), Arc::new(row));
        }
        Event::DocumentApproved(version) => snapshot.documents.push_back(Arc::new((version.clone(), said.stamp()))),
        Event::TargetStationsDesignated(set) => {
            if let Some(code) = set.stations.iter().find(|code| !snapshot.stations.contains_key(*code)) {
                return Err(said.unknown("station", &code.0));
            }
            snapshot.target = Some(Arc::new((set.clone(), said.stamp())));
        }
        Event::ReviewHeld(review) => {
            if snapshot.reviews.contains_key(&review.review) {
                return Err(said.twice("review", review.review));
            }
            let row = ReviewRow { review: review.clone(), held: said.stamp(), closures: OrdMap::new() };
            snapshot.reviews.insert(review.review, Arc::new(row));
        }
        Event::ReviewActionClosed(closure) => {
            let row = snapshot.reviews.get_mut(&closure.review).map(Arc::make_mut);
            let row = row.ok_or_else(|| said.unknown("review", closure.review))?;
            if !row.review.actions.iter().any(|action| action.action == closure.action) {
                return Err(said.unknown("action", closure.action));
            }
            row.closures.insert(closure.action, (closure.clone(), said.stamp()));
            snapshot.refer_to(&closure.evidence, said);
        }
        Event::EvidenceDestroyed(destruction) => destroy(snapshot, destruction, said),
    }
    Ok(())
}

fn charter_programme(snapshot: &mut Snapshot, charter: &Charter, said: Said<'_>) {
    let row = ProgrammeRow { id: charter.programme, charter: charter.clone(), chartered: said.stamp() };
    snapshot.programme = Some(Arc::new(row));
    for horizon in &charter.horizons {
        let window = HorizonWindow { horizon: horizon.horizon, starts: horizon.starts, ends: horizon.ends };
        snapshot.horizons.insert(horizon.horizon, window);
    }
    snapshot.appoint(&charter.administrator, Office::Administrator, said);
    snapshot.appoint(&charter.first_official, Office::Council, said);
}

/// A file that no event refers to can be destroyed by order too; then only its digest is known.
fn destroy(snapshot: &mut Snapshot, destruction: &Destruction, said: Said<'_>) {
    let row = snapshot.evidence.entry(destruction.digest).or_insert_with(|| {
        let evidence = Evidence { digest: destruction.digest, media_type: String::new(), size: 0, title: String::new() };
        Arc::new(EvidenceRow { evidence, referred_by: Vector::new(), destroyed: None })
    });
    Arc::make_mut(row).destroyed = Some((destruction.order.clone(), said.stamp()));
}
