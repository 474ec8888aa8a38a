//! Evidence over HTTP: sent as a stream, fetched as an attachment that no browser runs.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;
use tahavol_app::Clock;
use tahavol_domain::policy::{Drafts, Reader};
use tahavol_domain::values::{Office, Sha256};
use tahavol_graphql::Caller;
use tahavol_web::address::segment;
use tokio::time::timeout;

use super::Site;
use super::negotiate::language;
use super::problem::Problem;
use super::who::Who;
use crate::evidence::{EvidenceError, Kind, Received};

/// How long one file may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Characters of a title that name its file.
const LONGEST_NAME: usize = 100;

/// What `evidence` of a command takes, a title aside.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    digest: String,
    media_type: String,
    size: u64,
}

/// `POST /evidence`, from whoever holds an office that refers to files: 201 with digest, type and size; 200 where the file was there before.
pub(super) async fn send(State(site): State<Arc<Site>>, who: Who, headers: HeaderMap, body: Body) -> Response {
    take(&site, &who, &headers, body).await.unwrap_or_else(|problem| problem.respond(language(&headers, site.language)))
}

/// `GET /evidence/{digest}`.
pub(super) async fn fetch(State(site): State<Arc<Site>>, Path(digest): Path<String>, who: Who, headers: HeaderMap) -> Response {
    give(&site, &who, &digest).await.unwrap_or_else(|problem| problem.respond(language(&headers, site.language)))
}

async fn take(site: &Site, who: &Who, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    may_send(site, who.somebody()?)?;
    let limit = site.evidence.max_bytes();
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let received = receive(site, declared, body.into_data_stream()).await?;
    let status = if received.new { StatusCode::CREATED } else { StatusCode::OK };
    let told = Told { digest: received.digest.to_string(), media_type: received.file.media_type, size: received.file.size };
    Ok((status, [("location", format!("/evidence/{}", received.digest))], Json(told)).into_response())
}

/// Takes one file from whoever [may send](may_send) one.
pub(super) async fn receive<E: std::fmt::Display>(
    site: &Site,
    declared: Option<&str>,
    bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Received, Problem> {
    let receiving = timeout(PATIENCE, site.evidence.receive(declared, bytes));
    let received = receiving.await.map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"))?.map_err(problem)?;
    if is_destroyed(site, received.digest) {
        // It came back after it was destroyed by order, and goes again.
        site.evidence.destroy(received.digest).await.map_err(unavailable)?;
        return Err(destroyed(received.digest));
    }
    Ok(received)
}

/// Whoever could never refer to a file has no business filling the store.
pub(super) fn may_send(site: &Site, caller: &Caller) -> Result<(), Problem> {
    let snapshot = site.app.snapshot();
    let today = Clock::System.now().date_in(&snapshot.time_zone());
    let refers = |office: &Office| match office {
        Office::Council
        | Office::Chair(_)
        | Office::Secretary(_)
        | Office::Member(_)
        | Office::Inspector
        | Office::Reporter(_)
        | Office::Administrator => true,
        // The founding is no person's; an auditor reads everything and records nothing.
        Office::Founding | Office::Auditor => false,
    };
    let only_reads = caller.within.commands.as_ref().is_some_and(BTreeSet::is_empty);
    if !only_reads && snapshot.offices(&caller.person.id, today).iter().any(refers) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "EVIDENCE_NOT_PERMITTED"))
}

async fn give(site: &Site, who: &Who, digest: &str) -> Result<Response, Problem> {
    let caller = who.somebody()?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "EVIDENCE_MISSING").with("value", digest);
    let digest = Sha256::from_str(digest).map_err(|_| missing())?;
    if is_destroyed(site, digest) {
        return Err(destroyed(digest));
    }
    if !may_fetch(site, caller, digest) {
        return Err(missing());
    }
    let content = site.evidence.content(digest).await.map_err(unavailable)?.ok_or_else(missing)?;
    let disposition = disposition(digest, title_of(site, digest).as_deref(), &content.file.media_type);
    let headers = [
        (CONTENT_TYPE, content.file.media_type),
        (CONTENT_LENGTH, content.file.size.to_string()),
        (CONTENT_DISPOSITION, disposition),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (CACHE_CONTROL, "private, max-age=31536000, immutable".to_owned()),
    ];
    Ok((headers, Body::from_stream(content.bytes)).into_response())
}

/// What an event refers to belongs to something that was decided: no rule lets a draft refer to a file. What nothing refers to yet is
/// to be seen by those who look at everything.
fn may_fetch(site: &Site, caller: &Caller, digest: Sha256) -> bool {
    let live = site.app.snapshot();
    let reader = site.app.reader(&live, &caller.person.id, &caller.within);
    reader == Reader::Recognised(Drafts::All) || site.app.sight(&live, &reader).of(&live).evidence.contains_key(&digest)
}

/// What the newest event that refers to it calls it.
fn title_of(site: &Site, digest: Sha256) -> Option<String> {
    site.app.snapshot().evidence.get(&digest).map(|row| row.evidence.title.clone())
}

/// Saved under its recorded title, with the ending of its type; by its digest where it has no title, and by readers that know ASCII alone.
fn disposition(digest: Sha256, title: Option<&str>, media_type: &str) -> String {
    let ending = Kind::ending(media_type).map(|ending| format!(".{ending}")).unwrap_or_default();
    let plain = format!("attachment; filename=\"{digest}{ending}\"");
    let kept = title.unwrap_or_default().chars().map(|c| if in_name(c) { c } else { ' ' }).take(LONGEST_NAME).collect::<String>();
    let name = kept.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if name.is_empty() {
        return plain;
    }
    let ending = if name.to_lowercase().ends_with(&ending) { "" } else { &ending };
    format!("{plain}; filename*=UTF-8''{}{ending}", segment(name))
}

/// Whether it may stand in the name of a file on any system; marks that turn a text around would hide the ending.
fn in_name(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !turns && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

fn is_destroyed(site: &Site, digest: Sha256) -> bool {
    site.app.snapshot().evidence.get(&digest).is_some_and(|row| row.destroyed.is_some())
}

fn destroyed(digest: Sha256) -> Problem {
    Problem::new(StatusCode::GONE, "EVIDENCE_DESTROYED").with("value", digest)
}

fn too_large(limit: u64) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "REQUEST_TOO_LARGE").with("limit", limit)
}

fn unavailable(error: object_store::Error) -> Problem {
    tracing::error!(%error, "the evidence store cannot be used");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "EVIDENCE_STORE_UNAVAILABLE")
}

fn problem(error: EvidenceError) -> Problem {
    match error {
        EvidenceError::TooLarge { limit } => too_large(limit),
        EvidenceError::Empty => Problem::new(StatusCode::BAD_REQUEST, "EVIDENCE_EMPTY"),
        EvidenceError::UnknownType => Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "EVIDENCE_TYPE_UNKNOWN"),
        EvidenceError::OtherType { declared, found } => {
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "EVIDENCE_TYPE_OTHER").with("declared", declared).with("found", found)
        }
        EvidenceError::Interrupted { .. } => Problem::new(StatusCode::BAD_REQUEST, "EVIDENCE_INTERRUPTED"),
        EvidenceError::Store(error) => unavailable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_saved_under_its_title_and_ends_as_its_type_does() {
        let digest = Sha256([7; 32]);
        let named = |title: &str, media_type: &str| {
            let told = disposition(digest, Some(title), media_type);
            told.split_once("filename*=UTF-8''").map(|(_, name)| name.to_owned())
        };
        assert_eq!(named("گزارش", "text/csv").as_deref(), Some("%DA%AF%D8%B2%D8%A7%D8%B1%D8%B4.csv"));
        assert_eq!(named("Report.PDF", "application/pdf").as_deref(), Some("Report.PDF"));
        assert_eq!(named("../a\r\nb\u{202e}", "text/plain").as_deref(), Some("a%20%20b.txt"));
        assert_eq!(named(" .. ", "text/plain"), None);
        assert_eq!(disposition(digest, None, "image/png"), format!("attachment; filename=\"{digest}.png\""));
    }
}
