//! Keeps other sites from asking in a visitor's name: in front of every method that may change something.
//!
//! A cookie is sent by the browser whoever's page asks. So whoever is recognised by one shows the session's token as well,
//! as a header or as a field of a form, from a page that is ours. Forms of somebody who has not signed in show a token that
//! only the browser's own cookie gives: nobody is signed in as somebody else by another site.

use std::future::ready;
use std::sync::Arc;

use axum::Form;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tahavol_identity::{Credential, Note, NoteKind};
use tahavol_web::address::ADMINISTRATION;
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
/// The largest form about oneself is a password or two.
const LARGEST_FORM: usize = 64 << 10;
/// Into the form of a command people type reasons and notes.
const LARGEST_ACT: usize = 512 << 10;
/// Of a form with files the token is the first part, and nothing is read beyond it.
const LARGEST_BEGINNING: usize = 8 << 10;

/// The form of a command that came without its session's token: it is shown again with all that was typed, and nothing comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Unproven {
    /// It is this browser's own, from a page that said that nobody is signed in any more.
    Continued,
    /// Its session has ended, or nobody can tell whose it is.
    Unknown,
}

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
    let (mut parts, body) = request.into_parts();
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
        None if is_plain_form(&parts) => match read(&site, &parts, body).await {
            Ok((shown, bytes)) => (shown, Body::from(bytes)),
            Err(status) => return unreadable(&site, &parts, status),
        },
        None if boundary(&parts).is_some() => match begin(&site, &parts, body).await {
            Ok(begun) => begun,
            Err(status) => return unreadable(&site, &parts, status),
        },
        None => (None, body),
    };
    match (wanted, shown) {
        (Some(wanted), Some(shown)) if same(&wanted, &shown) => next.run(Request::from_parts(parts, body)).await,
        (_, shown) if is_act(&parts) && is_form(&parts) => {
            let of_browser = token_of_browser(&parts.headers, &site);
            let continued = of_browser.zip(shown).is_some_and(|(of_browser, shown)| same(&of_browser, &shown));
            if !continued {
                note(&site, &parts, "token");
            }
            parts.extensions.insert(if continued { Unproven::Continued } else { Unproven::Unknown });
            next.run(Request::from_parts(parts, body)).await
        }
        (Some(_) | None, Some(_) | None) => refuse(&site, &parts, "token"),
    }
}

fn wanted(parts: &Parts, site: &Site) -> Wanted {
    let who = Who::of(&parts.extensions);
    match who.recognised().map(|caller| &caller.by) {
        Some(Credential::Session { csrf, .. }) => Wanted::Token(Some(csrf.expose().to_owned())),
        Some(Credential::Token { .. } | Credential::Provider { .. }) => Wanted::Nothing,
        // Who is signed in nowhere can sign out: there is nothing that another site could do with it.
        None if is_form(parts) && parts.uri.path() != "/sign-out" => Wanted::Token(token_of_browser(&parts.headers, site)),
        None => Wanted::Nothing,
    }
}

/// What a page's form can send.
fn is_form(parts: &Parts) -> bool {
    is_plain_form(parts) || boundary(parts).is_some()
}

fn media_type(parts: &Parts) -> &str {
    parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn is_plain_form(parts: &Parts) -> bool {
    let media_type = media_type(parts).split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// What stands between the parts of a form with files.
fn boundary(parts: &Parts) -> Option<String> {
    multer::parse_boundary(media_type(parts)).ok()
}

/// The token in the first part of a form with files, and the whole form again for whoever it is for: no file is taken before.
async fn begin(site: &Site, parts: &Parts, body: Body) -> Result<(Option<String>, Body), StatusCode> {
    let boundary = boundary(parts).unwrap_or_default();
    let (mut stream, mut begun) = (body.into_data_stream(), Vec::new());
    let mut shown = None;
    while shown.is_none() && begun.len() <= LARGEST_BEGINNING {
        match timeout(site.patience(), stream.next()).await {
            Ok(Some(Ok(piece))) => begun.extend_from_slice(&piece),
            Ok(Some(Err(_))) => return Err(StatusCode::BAD_REQUEST),
            Ok(None) => break,
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
        }
        shown = first_part(&begun, &boundary);
    }
    let again = stream::once(ready(Ok(Bytes::from(begun)))).chain(stream);
    Ok((shown, Body::from_stream(again)))
}

/// The value of the first part, once it is there whole and if it is the token.
fn first_part(begun: &[u8], boundary: &str) -> Option<String> {
    let part = begun.strip_prefix(format!("--{boundary}\r\n").as_bytes())?;
    let (head, rest) = split(part, b"\r\n\r\n")?;
    let (value, _) = split(rest, format!("\r\n--{boundary}").as_bytes())?;
    let head = std::str::from_utf8(head).ok()?;
    let named = head.split("\r\n").any(|line| line.eq_ignore_ascii_case("content-disposition: form-data; name=\"csrf\""));
    named.then(|| String::from_utf8(value.to_vec()).ok())?
}

fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((&bytes[..at], &bytes[at + mark.len()..]))
}

/// The token in a form, and the form again for whoever it is for.
async fn read(site: &Site, parts: &Parts, body: Body) -> Result<(Option<String>, Bytes), StatusCode> {
    let largest = if is_act(parts) { LARGEST_ACT } else { LARGEST_FORM };
    let bytes = match timeout(site.patience(), to_bytes(body, largest)).await {
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

/// The form of a command: what is typed into it took somebody's time.
fn is_act(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/act/")
}

fn note(site: &Arc<Site>, parts: &Parts, what: &'static str) {
    let who = Who::of(&parts.extensions);
    let note = Note {
        kind: NoteKind::ForgeryRefused,
        actor: who.recognised().map(|caller| caller.person.id.clone()),
        address: Some(peer::From::of(&parts.extensions).0),
        details: vec![("what", what.to_owned())],
    };
    site.journal.note(note, tahavol_app::Clock::System.now());
}

fn refuse(site: &Arc<Site>, parts: &Parts, what: &'static str) -> Response {
    note(site, parts, what);
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
    } else if path.starts_with("/link/") || path.starts_with(ADMINISTRATION) {
        own_path(path).unwrap_or("/")
    } else if is_act(parts) {
        parts.uri.path_and_query().and_then(|all| own_path(all.as_str())).unwrap_or("/")
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n";

    #[test]
    fn the_token_of_a_form_with_files_is_its_first_part_and_no_other() {
        let of = |text: &str| first_part(text.as_bytes(), "x");
        assert_eq!(of(&format!("{HEAD}abc\r\n--x\r\nContent-")), Some("abc".to_owned()));
        assert_eq!(of(&format!("{HEAD}abc\r\n--")), None, "it is not there whole yet");
        let other = "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nn\r\n";
        assert_eq!(of(&format!("{other}{HEAD}abc\r\n--x--")), None);
        let file = "--x\r\nContent-Disposition: form-data; name=\"csrf\"; filename=\"a\"\r\n\r\nabc\r\n--x--";
        assert_eq!(of(file), None);
    }
}
