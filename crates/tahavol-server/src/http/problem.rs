//! Errors of the HTTP surface: a status, a stable code, and a message from the catalogue in the reader's language.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tahavol_app::messages;
use tahavol_domain::text::Lang;

use super::Site;

/// What can be wrong with a request before anything looks at its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// A key of the message catalogue.
    pub(super) code: &'static str,
    pub(super) args: Vec<(&'static str, String)>,
    /// The methods that are allowed here, for 405.
    pub(super) allow: Option<&'static str>,
    /// Seconds after which it is worth trying again.
    pub(super) after: Option<u64>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str) -> Problem {
        Problem { status, code, args: Vec::new(), allow: None, after: None }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Problem {
        self.args.push((name, value.to_string()));
        self
    }

    pub(super) fn allowing(mut self, methods: &'static str) -> Problem {
        self.allow = Some(methods);
        self
    }

    pub(super) fn after(mut self, seconds: u64) -> Problem {
        self.after = Some(seconds);
        self
    }

    pub(super) fn message(&self, lang: Lang) -> String {
        messages::message(self.code, &self.args, lang)
    }

    /// As a plain JSON object.
    pub(super) fn respond(self, lang: Lang) -> Response {
        #[derive(Serialize)]
        struct Told {
            code: &'static str,
            message: String,
        }
        let told = Json(Told { code: self.code, message: self.message(lang) });
        self.headed((self.status, told).into_response())
    }

    /// The headers that belong to the status.
    pub(super) fn headed(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Some(methods) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.after.or((self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(5)) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

pub(super) fn not_found(site: &Site, headers: &HeaderMap) -> Response {
    Problem::new(StatusCode::NOT_FOUND, "HTTP_NOT_FOUND").respond(super::negotiate::language(headers, site.language))
}

/// The router adds `Allow` itself.
pub(super) async fn method_not_allowed(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "HTTP_METHOD").respond(super::negotiate::language(&headers, site.language))
}
