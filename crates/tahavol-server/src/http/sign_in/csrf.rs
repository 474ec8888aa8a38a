//! Keeps other sites from asking in a visitor's name: in front of every method that may change something.
//!
//! A cookie is sent by the browser whoever's page asks. So whoever is recognised by one shows the session's token as well,
//! as a header or as a field of a form, from a page that is ours. Forms of somebody who has not signed in show a token that
//! only the browser's own cookie gives: nobody is signed in as somebody else by another site.

use std::sync::Arc;

use axum::Form;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tahavol_identity::{Credential, Note, NoteKind};
use tokio::time::timeout;

use super::super::Site;
use super::super::graphql;
use super::super::negotiate::language;
use super::super::origin::Page;
use super::super::peer;
use super::super::problem::Problem;
use super::super::who::Who;
use super::visit::{Visit, own_path, token_of_browser};

const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
/// The largest form of ours is a password or two.
const LARGEST_FORM: usize = 64 << 10;

/// What the forms of ours have in common.
#[derive(Deserialize)]
struct Shown {
    csrf: Option<String>,
}

/// Whose token is to be shown.
enum Wanted {
    /// No cookie is involved: whoever shows a token in a header means it.
    Nothing,
    Token(Option<String>),
}

/// Stands behind the recognition and in front of every handler.
pub(in crate::http) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Wanted::Token(wanted) = wanted(&parts, &site) else { return next.run(Request::from_parts(parts, body)).await };
    let ours = match site.names.page(&parts.headers) {
        Page::Ours | Page::Untold => true,
        Page::Allowed | Page::Foreign => false,
    };
    if !ours {
        return refuse(&site, &parts, "origin");
    }
    let header = parts.headers.get(&CSRF_TOKEN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (shown, body) = match header {
        Some(shown) => (Some(shown), body),
        None if is_form(&parts) => match read(&site, &parts, body).await {
            Ok((shown, bytes)) => (shown, Body::from(bytes)),
            Err(status) => return unreadable(&site, &parts, status),
        },
        None => (None, body),
    };
    match (wanted, shown) {
        (Some(wanted), Some(shown)) if same(&wanted, &shown) => next.run(Request::from_parts(parts, body)).await,
        (Some(_) | None, Some(_) | None) => refuse(&site, &parts, "token"),
    }
}

fn wanted(parts: &Parts, site: &Site) -> Wanted {
    let who = Who::of(&parts.extensions);
    match who.recognised().map(|caller| &caller.by) {
        Some(Credential::Session { csrf, .. }) => Wanted::Token(Some(csrf.expose().to_owned())),
        Some(Credential::Token(_) | Credential::Provider { .. }) => Wanted::Nothing,
        // Who is signed in nowhere can sign out: there is nothing that another site could do with it.
        None if is_form(parts) && parts.uri.path() != "/sign-out" => Wanted::Token(token_of_browser(&parts.headers, site)),
        None => Wanted::Nothing,
    }
}

fn is_form(parts: &Parts) -> bool {
    let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The token in a form, and the form again for whoever it is for.
async fn read(site: &Site, parts: &Parts, body: Body) -> Result<(Option<String>, Bytes), StatusCode> {
    let bytes = match timeout(site.patience(), to_bytes(body, LARGEST_FORM)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
    };
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    match Form::<Shown>::from_request(copy, &()).await {
        Ok(Form(shown)) => Ok((shown.csrf, bytes)),
        Err(rejection) => Err(rejection.status()),
    }
}

/// By their digests: how long it takes tells nothing of how much of the token was right.
fn same(wanted: &str, shown: &str) -> bool {
    Sha256::digest(wanted.as_bytes()) == Sha256::digest(shown.as_bytes())
}

fn refuse(site: &Arc<Site>, parts: &Parts, what: &'static str) -> Response {
    let who = Who::of(&parts.extensions);
    let note = Note {
        kind: NoteKind::ForgeryRefused,
        actor: who.recognised().map(|caller| caller.person.id.clone()),
        address: Some(peer::From::of(&parts.extensions).0),
        details: vec![("what", what.to_owned())],
    };
    site.journal.note(note, tahavol_app::Clock::System.now());
    if is_form(parts) {
        return match Visit::of(parts, site) {
            Ok(visit) => visit.say(StatusCode::FORBIDDEN, "page-forgery", "page-forgery-why", way_back(parts)),
            Err(status) => status.into_response(),
        };
    }
    let problem = Problem::new(StatusCode::FORBIDDEN, "FORGERY");
    if parts.uri.path() == "/graphql" {
        return graphql::refuse(&problem, &parts.headers, site);
    }
    problem.respond(language(&parts.headers, site.language))
}

fn unreadable(site: &Arc<Site>, parts: &Parts, status: StatusCode) -> Response {
    match Visit::of(parts, site) {
        Ok(visit) => visit.say(status, "page-form-invalid", "page-form-invalid-why", way_back(parts)),
        Err(status) => status.into_response(),
    }
}

/// The page whose form this was.
fn way_back(parts: &Parts) -> &str {
    let path = parts.uri.path();
    if path.starts_with("/account") {
        "/account"
    } else if path.starts_with("/link/") {
        own_path(path).unwrap_or("/")
    } else {
        "/"
    }
}
