//! The ledger as a transparency log over HTTP: checkpoint and tiles for everybody, entries and receipts for those who may read them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{OriginalUri, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use sha2::{Digest, Sha256};
use tahavol_app::proof::ProofError;
use tahavol_app::{AppError, Clock};
use tahavol_domain::policy::Right;
use tahavol_domain::values::ActorId;
use tahavol_graphql::Caller;
use tahavol_identity::{Credential, Note, NoteKind};
use tahavol_ledger::SignedHead;
use tahavol_ledger::merkle::tile::{TileKind, parse_tile_path, tile_bytes, width_at};
use uuid::Uuid;

use super::Site;
use super::negotiate::language;
use super::peer::From;
use super::problem::Problem;
use super::who::Who;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// What once was signed never changes.
const FOR_ALL: &str = "public, max-age=31536000, immutable";
const FOR_ONE: &str = "private, max-age=31536000, immutable";
/// Tiles that one caller takes within this time are one reading of the ledger.
const ONE_READING: Duration = Duration::from_secs(3_600);

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/checkpoint", get(checkpoint))
        .route("/cosigned-checkpoint", get(cosigned_checkpoint))
        .route("/tile/{*path}", get(tile))
        .route("/proof/{position}", get(receipt))
        .route("/consistency/{from}/{to}", get(consistency))
}

/// `GET /log/checkpoint`: the newest head, with the cosignatures that there are for it.
async fn checkpoint(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let head = site.app.signed_head().ok_or_else(|| problem(&ProofError::Unsigned));
    answer(&site, &headers, head.map(|head| noted(&headers, &head)))
}

/// `GET /log/cosigned-checkpoint`: the newest head that witnesses have cosigned.
async fn cosigned_checkpoint(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let head = site.app.cosigned_head().ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "LOG_NOT_COSIGNED"));
    answer(&site, &headers, head.map(|head| noted(&headers, &head)))
}

/// `GET /log/tile/<L>/<N>[.p/<W>]` and `GET /log/tile/entries/<N>[.p/<W>]`.
async fn tile(
    State(site): State<Arc<Site>>,
    OriginalUri(uri): OriginalUri,
    who: Who,
    Extension(from): Extension<From>,
    headers: HeaderMap,
) -> Response {
    // The path as it was sent: a tile has one name, and an escaped one is another.
    let path = uri.path().strip_prefix("/log/").unwrap_or_default();
    let told = part(&site, (&who, from), path).await;
    answer(&site, &headers, told)
}

/// `GET /log/proof/<position>`: a `.tlog-proof`.
async fn receipt(State(site): State<Arc<Site>>, Path(position): Path<String>, who: Who, headers: HeaderMap) -> Response {
    let told = async {
        let caller = who.somebody()?;
        let position = number(&position).ok_or_else(nothing_there)?;
        // A receipt tells the leaf of an event. What somebody is not shown is not there.
        let sight = site.app.sight_of(&caller.person.id, &caller.within);
        if site.app.hides(&sight, position).await.map_err(|error| unreadable(&error))? {
            return Err(nothing_there());
        }
        let receipt = site.app.receipt(position).await.map_err(|error| problem(&error))?;
        let file = format!("attachment; filename=\"{position}.tlog-proof\"");
        let headers = [(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "private, no-cache"), (CONTENT_DISPOSITION, &file)];
        Ok((headers, receipt.to_string()).into_response())
    };
    let told = told.await;
    answer(&site, &headers, told)
}

/// `GET /log/consistency/<from>/<to>`: hashes in base64, one a line; none where nothing has to be shown.
async fn consistency(State(site): State<Arc<Site>>, Path((from, to)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let told = async {
        let (from, to) = number(&from).zip(number(&to)).ok_or_else(nothing_there)?;
        let proof = site.app.consistency(from, to).await.map_err(|error| problem(&error))?;
        let lines: String = proof.lines().map(|line| line + "\n").collect();
        Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, FOR_ALL)], lines).into_response())
    };
    let told = told.await;
    answer(&site, &headers, told)
}

async fn part(site: &Site, who: (&Who, From), path: &str) -> Result<Response, Problem> {
    let (kind, number, width) = parse_tile_path(path).ok_or_else(nothing_there)?;
    let size = site.app.signed_head().ok_or_else(|| problem(&ProofError::Unsigned))?.checkpoint.size;
    // Only what is signed; a partial tile goes on being served when there is more of it.
    let there = |level: u8| if width <= width_at(level, number, size) { Ok(()) } else { Err(nothing_there()) };
    let (cache, bytes) = match kind {
        TileKind::Hashes(level) => {
            there(level)?;
            (FOR_ALL, site.app.tile(level, number, width).await.map(|hashes| tile_bytes(&hashes)))
        }
        TileKind::Entries => {
            let caller = may_read_entries(site, who)?;
            there(0)?;
            let bytes = site.app.entries(number, width).await;
            if bytes.is_ok() && site.exports.begins(caller) {
                site.note(NoteKind::LedgerExported, caller, who.1);
            }
            (FOR_ONE, bytes)
        }
    };
    let bytes = bytes.map_err(|error| problem(&error))?;
    Ok(([(CONTENT_TYPE, BYTES), (CACHE_CONTROL, cache)], bytes).into_response())
}

/// Entries are the whole ledger, drafts included.
fn may_read_entries<'w>(site: &Site, (who, from): (&'w Who, From)) -> Result<&'w Arc<Caller>, Problem> {
    let caller = who.somebody()?;
    if site.app.has(Right::ReadWholeLedger, &caller.person.id, &caller.within) {
        return Ok(caller);
    }
    site.note(NoteKind::ReadRefused, caller, from);
    Err(Problem::new(StatusCode::FORBIDDEN, "READ_NOT_PERMITTED"))
}

impl Site {
    /// Entries were asked for: what came of it goes into the journal.
    fn note(&self, kind: NoteKind, caller: &Caller, from: From) {
        let mut details = vec![("what", "entries".to_owned())];
        if let Credential::Token { id, .. } = caller.by {
            details.push(("token", id.to_string()));
        }
        self.journal.note(Note { kind, actor: Some(caller.person.id.clone()), address: Some(from.0), details }, Clock::System.now());
    }
}

/// Who reads the whole ledger tile by tile. One reading is one note: it is noted when it begins, and again while it lasts.
#[derive(Debug, Default)]
pub(super) struct Exports(Mutex<HashMap<(ActorId, Option<Uuid>), Instant>>);

impl Exports {
    fn begins(&self, caller: &Caller) -> bool {
        let token = match caller.by {
            Credential::Token { id, .. } => Some(id),
            Credential::Session { .. } | Credential::Provider { .. } => None,
        };
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|_, since| since.elapsed() < ONE_READING);
        let reader = (caller.person.id.clone(), token);
        let begins = !noted.contains_key(&reader);
        if begins {
            noted.insert(reader, Instant::now());
        }
        begins
    }
}

fn unreadable(error: &AppError) -> Problem {
    tracing::error!(%error, "the ledger cannot be read");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE")
}

fn noted(headers: &HeaderMap, head: &SignedHead) -> Response {
    let digest = Sha256::digest(head.note.as_bytes());
    let tag = format!("\"{}-{}\"", head.checkpoint.size, digest[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    // Whoever asks again is told whether there is a newer one.
    let about = [(CONTENT_TYPE, TEXT.to_owned()), (CACHE_CONTROL, "no-cache".to_owned()), (ETAG, tag.clone())];
    if known.map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, head.note.clone()).into_response()
}

fn answer(site: &Site, headers: &HeaderMap, told: Result<Response, Problem>) -> Response {
    told.unwrap_or_else(|problem| problem.respond(language(headers, site.language)))
}

fn problem(error: &ProofError) -> Problem {
    let status = match error {
        ProofError::Unsigned | ProofError::Beyond { .. } => StatusCode::NOT_FOUND,
        ProofError::Reversed { .. } => StatusCode::BAD_REQUEST,
        ProofError::Ledger(_) | ProofError::ShuttingDown => {
            tracing::error!(%error, "the log cannot be read");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    Problem { status, code: error.code(), args: error.args(), allow: None, after: None }
}

fn nothing_there() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "HTTP_NOT_FOUND")
}

/// Without sign and leading zeros: one address for one thing.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
