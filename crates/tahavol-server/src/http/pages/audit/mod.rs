//! What really happened, and how one knows: the ledger, an event, timelines, people, two moments compared, replay and proof.

pub(super) mod asked;
mod bundle;
mod diff;
mod event;
mod ledger;
mod people;
mod proof;
mod replay;
mod timeline;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tahavol_web::address;

use super::super::Site;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route(address::LEDGER, get(ledger::page))
        .route(&format!("{}/{{position}}", address::LEDGER), get(event::page))
        .route(&format!("{}/{{position}}/line", address::LEDGER), get(event::line))
        .route(address::TIMELINE, get(timeline::page))
        .route(address::PEOPLE, get(people::list))
        .route(&format!("{}/{{actor}}", address::PEOPLE), get(people::page))
        .route(address::DIFF, get(diff::page))
        .route(address::REPLAY, get(replay::page))
        .route(address::PROOF, get(proof::page))
        .route(address::PROOF_BUNDLE, get(proof::page).post(bundle::send))
}
