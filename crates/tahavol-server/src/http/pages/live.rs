//! `GET /live`: tells an open page that something was recorded, so that it can look again. It tells positions and nothing else.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;

use super::super::Site;
use super::super::negotiate::language;
use super::super::problem::Problem;
use super::super::who::Who;

/// Proxies cut what is silent for a minute.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(super) struct After {
    /// What the page has shown.
    after: Option<u64>,
}

/// One event `position` whenever the live picture has moved beyond what the page has seen; slow readers hear of the last one alone.
pub(super) async fn follow(State(site): State<Arc<Site>>, who: Who, Query(after): Query<After>, headers: HeaderMap) -> Response {
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
