//! Around every request: its id, the log line, the counters, the headers that every answer has, what happens on a panic; and
//! whether it is asked under a name of ours, by whom.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tahavol_identity::journal::asked_from;
use uuid::Uuid;

use super::Site;
use super::negotiate::language;
use super::origin::NoName;
use super::peer::{From, client};
use super::problem::Problem;
use crate::metrics::{Metrics, Request as Counted};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 64;

/// What an answer has unless its handler says otherwise.
const HEADERS: [(HeaderName, HeaderValue); 8] = [
    // No browser may guess another type than we say.
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // Answers are data: nothing in them is to be run.
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()"),
    ),
    // No foreign page shares a window with ours, or has what we answer as a part of its own.
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Whoever came by TLS once comes by nothing else for a year.
const BY_TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What those ask who watch whether the server lives: as often as they like, and by whatever name it has.
pub(super) const WATCHED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

pub(super) async fn around(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let path = loggable(request.uri().path()).to_owned();
    let lang = language(request.headers(), site.language);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| {
        tracing::error!(request_id = ?id, %method, path, "a handler panicked");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL").respond(lang)
    });
    finish(response.headers_mut(), &id);
    if site.by_tls {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, BY_TLS_ALONE);
    }
    let (took, status) = (began.elapsed(), response.status().as_u16());
    count(&site.metrics, &path, status);
    site.metrics.request_time.observe(took.as_secs_f64());
    tracing::info!(request_id = ?id, %method, path, status, micros = took.as_micros(), "answered");
    response
}

/// Lets through what is asked under a name of ours, and notes who asks by address.
pub(super) async fn at_the_door(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let from = client(request.extensions(), request.headers(), &site.settings.wire);
    request.extensions_mut().insert(from);
    let named = site.names.takes(request.uri(), request.headers());
    let problem = match named {
        Ok(true) => return next.run(request).await,
        Ok(false) if WATCHED.contains(&request.uri().path()) => return next.run(request).await,
        Ok(false) => Problem::new(StatusCode::MISDIRECTED_REQUEST, "HOST_UNKNOWN"),
        Err(NoName) => Problem::new(StatusCode::BAD_REQUEST, "HOST_MALFORMED"),
    };
    problem.respond(language(request.headers(), site.language))
}

/// Whatever the handlers note of the request has its address.
pub(super) async fn noted(request: Request, next: Next) -> Response {
    let From(address) = From::of(request.extensions());
    asked_from(address, next.run(request)).await
}

fn finish(headers: &mut HeaderMap, id: &HeaderValue) {
    // At once: growing step by step puts all that is there in its place again.
    headers.reserve(HEADERS.len() + 3);
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    headers.insert(REQUEST_ID, id.clone());
}

/// The path alone: a query may hold what belongs in no log. So does what comes after `/link/`, which lets somebody in.
fn loggable(path: &str) -> &str {
    if path.starts_with("/link/") { "/link/…" } else { path }
}

/// The sender's own, where it is one that can stand in a log; else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let plain = |value: &HeaderValue| {
        let bytes = value.as_bytes();
        !bytes.is_empty()
            && bytes.len() <= LONGEST_ID
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let own = || {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text = Uuid::now_v7().hyphenated().encode_lower(&mut text);
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("-"))
    };
    headers.get(REQUEST_ID).filter(|value| plain(value)).cloned().unwrap_or_else(own)
}

fn count(metrics: &Metrics, path: &str, status: u16) {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let route = ["graphql", "graphiql", "evidence", "log", "healthz", "readyz", "metrics"].into_iter().find(|known| *known == first);
    metrics.requests.get_or_create(&Counted { route: route.unwrap_or("other"), status }).inc();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_an_id_that_can_stand_in_a_log() {
        let of = |id: &str| request_id(&HeaderMap::from_iter([(REQUEST_ID, id.parse().unwrap())]));
        assert_eq!(of("abc-1.2_3"), "abc-1.2_3");
        for bad in ["a b", "a\"b", "", &"x".repeat(65)] {
            assert_ne!(of(bad), bad);
        }
    }
}
