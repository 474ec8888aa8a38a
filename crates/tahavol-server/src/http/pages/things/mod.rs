//! Lists of things, and each thing with all that is known of it.

mod beside;
mod lists;
mod one;
mod search;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tahavol_web::address;

use super::super::Site;
use super::reading::Reading;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route(address::COMMISSIONS, get(|reading: Reading| reading.apart(lists::commissions)))
        .route(address::INITIATIVES, get(|reading: Reading| reading.apart(lists::initiatives)))
        .route(address::MILESTONES, get(|reading: Reading| reading.apart(lists::milestones)))
        .route(address::STATIONS, get(|reading: Reading| reading.apart(lists::stations)))
        .route(address::PROVINCES, get(|reading: Reading| reading.apart(lists::provinces)))
        .route(address::INDICATORS, get(|reading: Reading| reading.apart(lists::indicators)))
        .route("/commissions/{slug}", get(one::commission))
        .route("/initiatives/{code}", get(one::initiative))
        .route("/milestones/{code}", get(one::milestone))
        .route("/stations/{code}", get(one::station))
        .route("/provinces/{code}", get(one::province))
        .route("/indicators/{code}", get(one::indicator))
        .route(address::SEARCH, get(|reading: Reading| reading.apart(search::search)))
}
