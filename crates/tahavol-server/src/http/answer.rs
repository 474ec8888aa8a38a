//! A GraphQL answer as bytes, and the status that belongs to it.

use async_graphql::{PathSegment, Response as Answer, ServerError, Value};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

use super::negotiate::Media;
use crate::metrics::{ErrorCode, Metrics};

/// What a mutation's payload says when nothing was recorded for reasons that are not the caller's.
const UNAVAILABLE: [&str; 11] = [
    "UNAVAILABLE",
    "OUTCOME_UNKNOWN",
    "FOLLOWER_STOPPED",
    "SHUTTING_DOWN",
    "REQUEST_TIMEOUT",
    "LEDGER_CORRUPT",
    "APPEND_TOO_LARGE",
    "LEDGER_NOT_CONNECTED",
    "LEDGER_IN_USE",
    "LEDGER_NEWER_VERSION",
    "LEDGER_REFUSED",
];

/// Bytes with their status.
pub(super) struct Encoded {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    /// No error, and no field that changes by itself while the ledger does not.
    pub(super) keepable: bool,
}

impl Encoded {
    pub(super) fn respond(self, media: Media) -> Response {
        respond(self.status, media, self.body)
    }
}

pub(super) fn respond(status: StatusCode, media: Media, body: Bytes) -> Response {
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Whether it could not be executed at all: then there is no `data`, not even null.
pub(super) fn is_request_error(answer: &Answer) -> bool {
    !answer.errors.is_empty() && answer.data == Value::Null && answer.errors.iter().all(|error| error.path.is_empty())
}

/// The answer as the media type wants it.
pub(super) fn encode(answer: &Answer, media: Media) -> Encoded {
    let refused = is_request_error(answer);
    let body = if refused { to_bytes(&Refused { errors: &answer.errors }) } else { to_bytes(answer) };
    Encoded { status: status(answer, refused, media), body, keepable: answer.errors.is_empty() && answer.cache_control.max_age >= 0 }
}

pub(super) fn to_bytes(value: &impl Serialize) -> Bytes {
    match tahavol_graphql::to_json(value) {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            Bytes::from_static(b"{\"errors\":[{\"message\":\"the answer cannot be written\"}]}")
        }
    }
}

#[derive(Serialize)]
struct Refused<'a> {
    errors: &'a [ServerError],
}

fn status(answer: &Answer, refused: bool, media: Media) -> StatusCode {
    let codes = || answer.errors.iter().filter_map(code);
    if answer.data == Value::Null && codes().any(|code| code == "UNAUTHENTICATED") {
        StatusCode::UNAUTHORIZED
    } else if codes().any(is_unavailable) || payload_codes(&answer.data).any(is_unavailable) {
        StatusCode::SERVICE_UNAVAILABLE
    } else if refused && media == Media::Response {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    }
}

fn is_unavailable(code: &str) -> bool {
    UNAVAILABLE.contains(&code)
}

/// The stable code of an error, where it has one.
fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// The codes in `errors` of the payloads of mutations.
fn payload_codes(data: &Value) -> impl Iterator<Item = &str> {
    let payloads = match data {
        Value::Object(fields) => Some(fields.values()),
        _ => None,
    };
    payloads
        .into_iter()
        .flatten()
        .filter_map(|payload| field(payload, "errors"))
        .flat_map(|errors| match errors {
            Value::List(errors) => errors.as_slice(),
            _ => &[],
        })
        .filter_map(|error| match field(error, "code")? {
            Value::String(code) => Some(code.as_str()),
            _ => None,
        })
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => fields.get(name),
        _ => None,
    }
}

/// The position that an answer of a subscription carries, as its reader selected it.
pub(super) fn position(answer: &Answer) -> Option<u64> {
    let Value::Object(fields) = &answer.data else { return None };
    match field(fields.values().next()?, "position")? {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

/// Counts errors by code. Codes are ours, so that there are not too many of them.
pub(super) fn count_errors(metrics: &Metrics, answer: &Answer) {
    for error in &answer.errors {
        let code = code(error).unwrap_or(if is_field_error(&error.path) { "EXECUTION" } else { "INVALID" });
        metrics.graphql_errors.get_or_create(&ErrorCode { code: code.to_owned() }).inc();
    }
}

fn is_field_error(path: &[PathSegment]) -> bool {
    !path.is_empty()
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    #[test]
    fn a_request_that_cannot_be_executed_has_no_data_and_400_or_200_by_media_type() {
        let answer = Answer::from_errors(vec![ServerError::new("no", None)]);
        let encoded = encode(&answer, Media::Response);
        assert_eq!((encoded.status, encoded.body.as_ref()), (StatusCode::BAD_REQUEST, br#"{"errors":[{"message":"no"}]}"#.as_slice()));
        assert_eq!(encode(&answer, Media::Json).status, StatusCode::OK);
    }

    #[test]
    fn a_payload_that_tells_of_an_unavailable_ledger_is_503() {
        let answer = Answer::new(value!({ "x": { "errors": [{ "code": "UNAVAILABLE" }] } }));
        assert_eq!(encode(&answer, Media::Json).status, StatusCode::SERVICE_UNAVAILABLE);
        let refused = Answer::new(value!({ "x": { "errors": [{ "code": "NOT_PERMITTED" }] } }));
        assert_eq!(encode(&refused, Media::Json).status, StatusCode::OK);
    }

    #[test]
    fn the_position_of_a_subscription_is_that_of_its_field() {
        assert_eq!(position(&Answer::new(value!({ "ledgerEvents": { "position": 7 } }))), Some(7));
        assert_eq!(position(&Answer::new(value!({ "ledgerEvents": { "x": 7 } }))), None);
    }
}
