//! The pages about the programme: each handler gathers what a page of `tahavol_web` shows, and holds no rule.

mod administration;
mod audit;
mod case;
mod decisions;
mod forms;
mod live;
mod overview;
mod reading;
mod things;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::ACCEPT;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::sign_in::Visit;
use super::{Site, problem};

pub(super) use reading::home_of;

/// All of them.
pub(super) fn routes(site: &Arc<Site>) -> Router<Arc<Site>> {
    Router::new()
        .merge(live::routes())
        .merge(overview::routes())
        .merge(things::routes())
        .merge(forms::routes())
        .merge(work::routes())
        .merge(decisions::routes())
        .merge(audit::routes())
        .merge(administration::routes())
        .route_layer(from_fn_with_state(Arc::clone(site), in_time))
}

/// Where there is nothing: a page for who looks with a browser, a problem for programs.
pub(super) async fn nowhere(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let for_people = parts.headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    match Visit::of(&parts, &site) {
        Ok(visit) if for_people => visit.say(StatusCode::NOT_FOUND, "page-not-found", "page-not-found-why", "/"),
        Ok(_) | Err(_) => problem::not_found(&site, &parts.headers),
    }
}

/// What only looks is given up when it takes too long, so that nobody waits for ever. Whoever changes something is told how it came out.
async fn in_time(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if !request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&parts, &site);
    match timeout(site.patience(), next.run(Request::from_parts(parts, body))).await {
        Ok(response) => response,
        Err(late) => visit.map_or_else(IntoResponse::into_response, |visit| visit.trouble(late)),
    }
}
