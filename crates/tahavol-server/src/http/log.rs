//! The ledger as a transparency log over HTTP: checkpoint and tiles for everybody, entries and receipts for those who may read them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};
use tahavol_app::proof::ProofError;
use tahavol_graphql::Caller;
use tahavol_ledger::SignedHead;
use tahavol_ledger::merkle::tile::{TileKind, parse_tile_path, tile_bytes, width_at};

use super::Site;
use super::negotiate::language;
use super::problem::Problem;
use super::who::Who;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// What once was signed never changes.
const FOR_ALL: &str = "public, max-age=31536000, immutable";
const FOR_ONE: &str = "private, max-age=31536000, immutable";

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
async fn tile(State(site): State<Arc<Site>>, OriginalUri(uri): OriginalUri, who: Who, headers: HeaderMap) -> Response {
    // The path as it was sent: a tile has one name, and an escaped one is another.
    let path = uri.path().strip_prefix("/log/").unwrap_or_default();
    let told = part(&site, &who, path).await;
    answer(&site, &headers, told)
}

/// `GET /log/proof/<position>`: a `.tlog-proof`.
async fn receipt(State(site): State<Arc<Site>>, Path(position): Path<String>, who: Who, headers: HeaderMap) -> Response {
    let told = async {
        may_read_entries(&who)?;
        let position = number(&position).ok_or_else(nothing_there)?;
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

async fn part(site: &Site, who: &Who, path: &str) -> Result<Response, Problem> {
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
            may_read_entries(who)?;
            there(0)?;
            (FOR_ONE, site.app.entries(number, width).await)
        }
    };
    let bytes = bytes.map_err(|error| problem(&error))?;
    Ok(([(CONTENT_TYPE, BYTES), (CACHE_CONTROL, cache)], bytes).into_response())
}

/// Entries are the whole ledger. In this version everybody whom the sign-in knows may read it, as in GraphQL.
fn may_read_entries(who: &Who) -> Result<&Arc<Caller>, Problem> {
    who.somebody()
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
    Problem { status, code: error.code(), args: error.args(), allow: None }
}

fn nothing_there() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "HTTP_NOT_FOUND")
}

/// Without sign and leading zeros: one address for one thing.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
