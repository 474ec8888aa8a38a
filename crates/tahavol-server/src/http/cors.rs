//! Cross-origin asking: closed, but for the origins that the configuration names, and for those never with cookies.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Site;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
const HEADERS: HeaderValue = HeaderValue::from_static("content-type, authorization, x-csrf-token, last-event-id");
const EXPOSED: HeaderValue = HeaderValue::from_static("retry-after, x-request-id");
/// An hour: a change of the configuration is not noticed sooner.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// Answers what browsers ask beforehand, and tells them whose pages may read an answer. To anybody else nothing is said: the
/// browser then keeps the answer from the page, and a question beforehand finds no such method.
pub(super) async fn cors(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let allowed = request.headers().get(ORIGIN).filter(|origin| origin.to_str().is_ok_and(|origin| site.names.allows(origin))).cloned();
    let mut response = match &allowed {
        Some(_) if is_asked_beforehand(&request) => beforehand(),
        Some(_) | None => next.run(request).await,
    };
    if !site.settings.wire.cors_origins.is_empty() {
        // Caches must not give to one page what was said to another.
        response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = allowed {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    response
}

fn is_asked_beforehand(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn beforehand() -> Response {
    let headers = HeaderMap::from_iter([
        (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ]);
    (StatusCode::NO_CONTENT, headers).into_response()
}
