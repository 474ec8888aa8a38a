//! The state of the programme as a whole: how much there is of everything, and the very thing that the event is about.

use tahavol_domain::programme::Event;
use tahavol_domain::values::ActorId;
use tahavol_domain::{self as domain, Fact};
use tahavol_projections::Snapshot;

use super::Told;
use super::state::{Field, count, number, offices, one, plain};

pub(super) fn of_programme(fact: &Fact, snapshot: &Snapshot) -> Option<Vec<Field>> {
    let row = snapshot.programme.as_ref()?;
    let in_office = snapshot.officials.values().filter(|official| official.offices().next().is_some()).count();
    let lent = snapshot.delegations.values().filter(|row| row.ended.is_none()).count();
    let document = snapshot.documents.last().and_then(|row| number(row.0.version));
    let open_actions: usize = snapshot.reviews.values().map(|row| row.review.actions.len() - row.closures.len()).sum();
    let destroyed = snapshot.evidence.values().filter(|row| row.destroyed.is_some()).count();
    let mut fields = vec![
        one("title", Some(Told::Text(row.charter.title.clone()))),
        one("officials", count(in_office)),
        one("delegations", count(lent)),
        one("directives", count(snapshot.directives.len())),
        one("document", document),
        one("target-stations", snapshot.target.as_ref().and_then(|row| count(row.0.stations.len()))),
        one("reviews", count(snapshot.reviews.len())),
        one("open-actions", count(open_actions)),
        one("destroyed", count(destroyed)),
    ];
    for (horizon, window) in &snapshot.horizons {
        let of = || Some(Told::Word(horizon.as_str()));
        fields.push(("starts", of(), Some(Told::Date(window.starts))));
        fields.push(("ends", of(), Some(Told::Date(window.ends))));
    }
    if let domain::Event::Programme(event) = &fact.event {
        fields.extend(of_event(event, snapshot));
    }
    Some(fields)
}

fn of_event(event: &Event, snapshot: &Snapshot) -> Vec<Field> {
    match event {
        Event::Chartered(charter) => {
            [&charter.administrator, &charter.first_official].into_iter().flat_map(|person| person_of(&person.id, snapshot)).collect()
        }
        Event::OfficialAppointed(appointment) => person_of(&appointment.person.id, snapshot),
        Event::OfficialReleaseProposed(release) | Event::OfficialReleased(release) => person_of(&release.actor, snapshot),
        Event::OfficeDelegated(delegation) => lent(delegation.delegation, snapshot),
        Event::DelegationEnded(end) => lent(end.delegation, snapshot),
        Event::DirectiveIssued(directive) => {
            let title = snapshot.directives.get(&directive.code).map(|row| Told::Text(row.directive.title.clone()));
            vec![("directive", plain(&directive.code.0), title)]
        }
        Event::DocumentApproved(_) => {
            let last = snapshot.documents.last();
            vec![
                one("document-milestones", last.and_then(|row| number(row.0.milestones))),
                one("document-digest", last.and_then(|row| plain(&row.0.digest.to_string()))),
            ]
        }
        Event::ReviewHeld(review) => {
            let held = snapshot.reviews.get(&review.review);
            vec![
                one("review", held.map(|row| Told::Text(row.review.title.clone()))),
                one("frozen-position", held.and_then(|row| number(row.review.frozen_position))),
            ]
        }
        Event::ReviewActionClosed(closure) => {
            let row = snapshot.reviews.get(&closure.review);
            let action = row.and_then(|row| row.review.actions.iter().find(|action| action.action == closure.action));
            let outcome = row.and_then(|row| row.closures.get(&closure.action)).map(|(closed, _)| Told::Text(closed.outcome.clone()));
            vec![("outcome", action.map(|action| Told::Text(action.title.clone())), outcome)]
        }
        Event::EvidenceDestroyed(destruction) => {
            let row = snapshot.evidence.get(&destruction.digest);
            let order = row.and_then(|row| row.destroyed.as_ref()).and_then(|(order, _)| plain(order));
            vec![("destroyed-by-order", plain(&destruction.digest.to_string()), order)]
        }
        Event::HorizonRescheduled(_) | Event::TargetStationsDesignated(_) => Vec::new(),
    }
}

fn person_of(actor: &ActorId, snapshot: &Snapshot) -> Vec<Field> {
    let official = snapshot.officials.get(actor);
    let proposed = official.map(|row| row.release_proposed.keys().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    vec![
        ("offices", plain(&actor.0), official.and_then(|row| offices(row, None))),
        ("release-proposed", plain(&actor.0), proposed.filter(|text| !text.is_empty()).map(Told::Plain)),
    ]
}

fn lent(delegation: uuid::Uuid, snapshot: &Snapshot) -> Vec<Field> {
    let row = snapshot.delegations.get(&delegation);
    let standing = row.filter(|row| row.ended.is_none());
    let told = standing.map(|row| Told::Plain(format!("{} {}…{}", row.delegation.office, row.delegation.starts, row.delegation.ends)));
    vec![("lent", row.map(|row| Told::Plain(row.delegation.to.id.0.clone())), told)]
}
