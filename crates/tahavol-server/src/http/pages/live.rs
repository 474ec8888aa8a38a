//! What an open page asks for: whether something was recorded, so that it can look again, and on which day something was.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use serde::Deserialize;
use tahavol_web::address;
use tahavol_web::figure::Hand;

use super::super::Site;
use super::super::negotiate::language;
use super::super::problem::Problem;
use super::super::sign_in::Visit;
use super::super::who::Who;

/// Proxies cut what is silent for a minute.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route(address::LIVE, get(follow)).route(address::LIVE_DAY, get(day))
}

#[derive(Deserialize)]
struct After {
    /// What the page has shown.
    after: Option<u64>,
}

/// One event `position` whenever the live picture has moved beyond what the page has seen; slow readers hear of the last one alone.
async fn follow(State(site): State<Arc<Site>>, who: Who, Query(after): Query<After>, headers: HeaderMap) -> Response {
    let lang = language(&headers, site.language);
    let caller = match who.somebody() {
        Ok(caller) => Arc::clone(caller),
        Err(problem) => return problem.respond(lang),
    };
    let Some(place) = site.watch(Some(&caller)) else {
        let limit = site.limits.subscriptions_per_person;
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_SUBSCRIPTIONS").with("limit", limit).respond(lang);
    };
    let ending = {
        let site = Arc::clone(&site);
        async move {
            tokio::select! {
                () = site.closing.told() => {}
                () = site.until_ended(Some(&caller)) => {}
            }
        }
    };
    let begun = (site.app.watch(), Box::pin(ending), after.after);
    let moved = stream::unfold(begun, move |(mut changed, mut ending, seen)| {
        // Held for as long as anybody listens.
        let _ = &place;
        async move {
            loop {
                let position = changed.borrow_and_update().position;
                if position > seen {
                    let told = Event::default().event("position").data(position.unwrap_or_default().to_string());
                    return Some((Ok::<_, Infallible>(told), (changed, ending, position)));
                }
                tokio::select! {
                    () = &mut ending => return None,
                    moved = changed.changed() => moved.ok()?,
                }
            }
        }
    });
    Sse::new(moved).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response()
}

#[derive(Deserialize)]
struct Recorded {
    position: Option<u64>,
}

/// The day on which an event was recorded, as its reader writes days. Whoever slides through the ledger sees where she is.
async fn day(visit: Visit, Query(recorded): Query<Recorded>) -> Response {
    if let Err(problem) = visit.who.somebody() {
        return problem.respond(visit.lang);
    }
    let Some(position) = recorded.position else { return StatusCode::BAD_REQUEST.into_response() };
    match visit.site.app.fact_at(position).await {
        Ok(Some(event)) => {
            let zone = visit.site.app.snapshot().time_zone();
            let hand = Hand { lang: visit.lang, calendar: visit.calendar(), zone: &zone };
            hand.short(event.fact.envelope.time.date_in(&zone)).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => visit.trouble(error),
    }
}
