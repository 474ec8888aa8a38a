//! Who holds and held which office, what somebody did, and whether she was entitled.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tahavol_app::AppError;
use tahavol_app::search::{Filter, Timeline};
use tahavol_domain::values::ActorId;
use tahavol_projections::entitlement::Moment;
use tahavol_projections::rows::DelegationRow;
use tahavol_web::audit::{self, AFTER, Asked, BEFORE, ON, Person};

use super::super::reading::Reading;
use super::asked::Answers;
use super::ledger::Found;

pub(super) async fn list(reading: Reading) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let sheet = reading.sheet();
    let table = audit::listed_people(&sheet);
    reading.listing(&table, || audit::people(&sheet, &table))
}

pub(super) async fn page(Path(actor): Path<String>, reading: Reading, headers: HeaderMap) -> Response {
    if reading.person().is_none() {
        return reading.not_yours();
    }
    let actor = ActorId(actor);
    match shown(&reading, &headers, &actor).await {
        Ok(Some(response)) => response,
        Ok(None) => reading.not_found(),
        Err(error) => reading.visit.trouble(error),
    }
}

async fn shown(reading: &Reading, headers: &HeaderMap, actor: &ActorId) -> Result<Option<Response>, AppError> {
    if !reading.site().app.knows_actor(actor).await? {
        return Ok(None);
    }
    let snapshot = &reading.snapshot;
    let official = snapshot.officials.get(actor).map(|row| &**row);
    let about = |row: &&DelegationRow| row.delegation.from == *actor || row.delegation.to.id == *actor;
    let delegations: Vec<&DelegationRow> = snapshot.delegations.values().map(|row| &**row).filter(about).collect();
    let filter = Filter {
        timeline: Some(Timeline::Person(actor.clone())),
        until: snapshot.position,
        sight: Arc::clone(&reading.sight),
        ..Filter::default()
    };
    let mut answers = Answers::of(reading);
    let (on, office, place) = (answers.day(ON), answers.office(), answers.place());
    let wrong = answers.wrong;
    let is_placed = !wrong.iter().any(|(name, _)| [AFTER, BEFORE].contains(name));
    let found = Found::of(reading, headers, &filter, place).await?;
    let lent = || delegations.iter().map(|row| &row.delegation.to).find(|person| person.id == *actor).map(|person| person.name.as_str());
    let acted =
        || found.facts().iter().map(|fact| &fact.fact.envelope).find(|said| said.actor == *actor).map(|said| said.actor_name.as_str());
    let name = official.map(|row| row.person.name.as_str()).or_else(lent).or_else(acted).unwrap_or(&actor.0);
    let mut grounds = on.map(|day| snapshot.grounds(actor, Moment::AnyTimeOf(day))).unwrap_or_default();
    grounds.retain(|ground| office.as_ref().is_none_or(|wanted| ground.office == *wanted));
    let asked = on.filter(|_| wrong.is_empty()).map(|on| Asked { office: office.as_ref(), on, grounds: &grounds });
    let shown = Person { actor, name, official, delegations: &delegations, asked, wrong: &wrong, acts: is_placed.then(|| found.events()) };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok(Some(reading.answer(status, audit::person(&reading.sheet(), &shown))))
}
