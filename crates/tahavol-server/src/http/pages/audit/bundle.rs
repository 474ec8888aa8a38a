//! The audit bundle over HTTP: written beside the ledger, then sent as one archive and removed.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tahavol_app::bundle::{BundleError, BundleOptions, write_bundle};
use tahavol_app::messages::message;
use tahavol_domain::policy::Right;
use tahavol_identity::NoteKind;
use tempfile::TempDir;
use tokio::sync::{Semaphore, mpsc};

use super::super::super::Site;
use super::super::reading::Reading;
use super::proof;
use crate::archive::Archive;
use crate::cli::{bundle::failure, progress_json, verify};
use crate::failure::Failure;

/// One at a time: each is as large as the ledger, twice.
static ONE: Semaphore = Semaphore::const_new(1);

/// What the directory in the archive is called.
const NAME: &str = "tahavol-bundle";
/// Pieces of the archive that wait for a reader.
const AHEAD: usize = 4;

/// `POST /proof/bundle`, for those who may read the whole ledger.
pub(super) async fn send(reading: Reading) -> Response {
    let Some(caller) = reading.caller() else { return reading.not_yours() };
    if !reading.has(Right::ReadWholeLedger) {
        reading.visit.note(NoteKind::ReadRefused, Some(&caller.person.id), vec![("what", "bundle".to_owned())]);
        return reading.not_yours();
    }
    let Ok(place) = ONE.try_acquire() else {
        let text = message("page-bundle-busy", &[], reading.visit.lang);
        return proof::shown(&reading, StatusCode::TOO_MANY_REQUESTS, Some(&text)).await;
    };
    // Noted before it leaves, as at the command line.
    reading.visit.note(NoteKind::LedgerExported, Some(&caller.person.id), vec![("what", "bundle".to_owned())]);
    let site = Arc::clone(reading.site());
    let made = tokio::task::spawn_blocking(move || make(&site)).await;
    match made {
        Ok(Ok(directory)) => {
            let (send, receive) = mpsc::channel(AHEAD);
            tokio::task::spawn_blocking(move || {
                // Held until the last byte is taken, or nobody takes it any more.
                let _place = place;
                pack(&directory.path().join(NAME), &send);
            });
            archive(receive)
        }
        Ok(Err(Refused::Bundle(error))) => {
            tracing::warn!(%error, "no bundle was written");
            let text = failure(&error, reading.visit.lang).text;
            proof::shown(&reading, StatusCode::SERVICE_UNAVAILABLE, Some(&text)).await
        }
        Ok(Err(Refused::Failed(failure))) => reading.visit.trouble(failure),
        Err(error) => reading.visit.trouble(error),
    }
}

/// Why there is no bundle.
enum Refused {
    Bundle(BundleError),
    Failed(Failure),
}

fn make(site: &Site) -> Result<TempDir, Refused> {
    let settings = &site.settings;
    let ledger = settings.ledger_path().map_err(Refused::Failed)?;
    let (keys, witnesses) = verify::configured(settings, &ledger).map_err(Refused::Failed)?;
    let cannot = |error: io::Error| Refused::Failed(Failure::io("make a directory for the bundle", &error));
    // Beside the ledger: where it fits, a copy of it does.
    let directory = tempfile::Builder::new().prefix(".bundle-").tempdir_in(&settings.data).map_err(cannot)?;
    let writer = format!("tahavol {}", env!("CARGO_PKG_VERSION"));
    let options = BundleOptions { status_date: None, figures: progress_json::of_both_baselines, keys, witnesses, writer };
    write_bundle(&ledger, &directory.path().join(NAME), &options, &mut |_, _| {}).map_err(Refused::Bundle)?;
    Ok(directory)
}

/// Sends piece after piece; where that fails, the archive breaks off, which whoever unpacks it sees.
fn pack(directory: &Path, send: &mpsc::Sender<io::Result<Bytes>>) {
    let taken = |bytes: Vec<u8>| send.blocking_send(Ok(Bytes::from(bytes))).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe));
    if let Err(error) = Archive::new(taken).directory(directory, NAME) {
        tracing::warn!(%error, "the bundle was not sent to its end");
        // Nobody may be there any more.
        let _ = send.blocking_send(Err(error));
    }
}

fn archive(receive: mpsc::Receiver<io::Result<Bytes>>) -> Response {
    let pieces = stream::unfold(receive, |mut receive| async move { receive.recv().await.map(|piece| (piece, receive)) });
    let headers = [
        (CONTENT_TYPE, "application/x-tar"),
        (CONTENT_DISPOSITION, "attachment; filename=\"tahavol-bundle.tar\""),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}
