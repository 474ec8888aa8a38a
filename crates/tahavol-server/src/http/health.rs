//! Liveness, readiness, metrics.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tahavol_app::Follower;

use super::Site;

/// The process answers.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Readiness {
    ready: bool,
    /// `replaying` · `following` · `reconnecting` · `stopped` · `closed`
    follower: &'static str,
    /// Of the live snapshot.
    position: Option<u64>,
    /// The event that the follower cannot get past.
    stopped_at: Option<u64>,
    what: Option<String>,
    lag_events: Option<u64>,
}

/// 503 while questions about now cannot be answered.
pub(super) async fn ready(State(site): State<Arc<Site>>) -> Response {
    let health = site.app.health();
    let ready = health.is_ready() && !site.closing.is_told();
    let (follower, stopped_at, what) = match health.follower {
        Follower::Replaying => ("replaying", None, None),
        Follower::Following => ("following", None, None),
        Follower::Reconnecting { what } => ("reconnecting", None, Some(what)),
        Follower::Stopped { position, what } => ("stopped", Some(position), Some(what)),
        Follower::Closed => ("closed", None, None),
    };
    let told = Readiness { ready, follower, position: health.position, stopped_at, what, lag_events: site.app.lag().events };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(told)).into_response()
}

pub(super) async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let text = site.metrics.text(&site.app);
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
