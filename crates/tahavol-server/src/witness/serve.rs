//! The witness over HTTP: `POST /add-checkpoint`, and what it has seen for whoever asks.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tahavol_ledger::merkle::cosignature::cosign;
use tahavol_ledger::merkle::hash_text;
use tahavol_ledger::merkle::note::{Note, Signature, SigningKey, VerifyingKey};

use super::decide::{Refused, continues, recognise};
use super::memory::Memory;
use super::request::AddCheckpoint;
use super::trust::Trust;

/// 63 hashes and a checkpoint with hundreds of signatures.
const MOST_BYTES: usize = 64 << 10;

const TEXT: &str = "text/plain; charset=utf-8";
/// The size that was cosigned last.
const SIZE: &str = "text/x.tlog.size";

/// A running witness.
pub(crate) struct Witness {
    pub(crate) directory: PathBuf,
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) memory: Memory,
    /// The last that could be read.
    pub(crate) trusted: Mutex<Vec<VerifyingKey>>,
}

/// Its routes.
pub(crate) fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/", get(status))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    // On a thread that may block, and to its end also when the sender is gone: what is begun is remembered or refused.
    let cosigned = tokio::task::spawn_blocking(move || witness.add(&body)).await;
    match cosigned {
        Ok(Ok(lines)) => told(StatusCode::OK, TEXT, lines.iter().map(|line| format!("{line}\n")).collect()),
        Ok(Err(Failed::Refused(refused))) => match refused.latest() {
            Some(latest) => told(refused.status(), SIZE, format!("{latest}\n")),
            None => told(refused.status(), TEXT, format!("{refused}\n")),
        },
        Ok(Err(Failed::Broken(what))) => {
            tracing::error!(what, "a head could not be cosigned");
            told(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "the witness cannot remember heads just now\n".to_owned())
        }
        Err(error) => {
            tracing::error!(%error, "cosigning panicked");
            told(StatusCode::INTERNAL_SERVER_ERROR, TEXT, String::new())
        }
    }
}

/// Its public keys, and the newest head of each log.
async fn status(State(witness): State<Arc<Witness>>) -> Response {
    let keys = witness.keys.iter().map(|key| format!("{}\n", key.verifying_key()));
    let heads = witness.memory.all().into_iter().map(|head| format!("{} {} {}\n", head.origin, head.size, hash_text(&head.root)));
    told(StatusCode::OK, TEXT, keys.chain(["\n".to_owned()]).chain(heads).collect())
}

enum Failed {
    Refused(Refused),
    /// The witness itself; the sender may try again.
    Broken(String),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Failed::Refused(refused)
    }
}

impl Witness {
    /// Compares with what was cosigned last, remembers, and only then gives its signature away.
    fn add(&self, body: &[u8]) -> Result<Vec<Signature>, Failed> {
        let text = std::str::from_utf8(body).map_err(|_| Refused::Malformed("it is no UTF-8".to_owned()))?;
        let asked: AddCheckpoint = text.parse().map_err(Refused::Malformed)?;
        let checkpoint = recognise(&asked, &self.trusted())?;
        let log = self.memory.of(&checkpoint.origin);
        let mut latest = log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(refused) = continues(&asked, &checkpoint, latest.get()) {
            let (origin, size) = (&checkpoint.origin, checkpoint.size);
            if refused.is_alarming() {
                tracing::error!(origin, size, %refused, "ALARM: a log has signed two histories");
            } else {
                tracing::warn!(origin, size, %refused, "not cosigned");
            }
            return Err(refused.into());
        }
        let lines = self.cosign(&asked.checkpoint.text)?;
        if latest.get() != Some(&checkpoint) {
            let signatures = asked.checkpoint.signatures.into_iter().filter(|line| lines.iter().all(|own| own.name != line.name));
            let note = Note { text: asked.checkpoint.text, signatures: signatures.chain(lines.clone()).collect() };
            latest.put(checkpoint.clone(), &note).map_err(|error| Failed::Broken(error.to_string()))?;
            tracing::info!(origin = checkpoint.origin, size = checkpoint.size, "cosigned");
        }
        Ok(lines)
    }

    fn cosign(&self, text: &str) -> Result<Vec<Signature>, Failed> {
        let broken = |what: String| Failed::Broken(what);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| broken(error.to_string()))?.as_secs();
        let lines: Result<Vec<_>, _> = self.keys.iter().map(|key| cosign(text, key, now)).collect();
        lines.map_err(|error| broken(error.to_string()))
    }

    /// As the file says now; while it cannot be read, as it said last.
    fn trusted(&self) -> Vec<VerifyingKey> {
        let mut trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        match Trust::read(&self.directory).and_then(|trust| trust.keys()) {
            Ok(keys) => trusted.clone_from(&keys),
            Err(failure) => tracing::error!(%failure, "the keys of logs cannot be read; going on with those that were read before"),
        }
        trusted.clone()
    }
}

fn told(status: StatusCode, kind: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &str); 3] = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (status, headers, body).into_response()
}
