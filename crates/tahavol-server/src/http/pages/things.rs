//! Lists of things, and each thing with all that is known of it.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use tahavol_projections::progress::{Query, progress};
use tahavol_web::{address, things};

use super::super::Site;
use super::reading::Reading;

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route(address::MILESTONES, get(milestones))
}

async fn milestones(reading: Reading) -> Response {
    let query = Query { status_date: reading.day, baseline: reading.moment.baseline, horizon: None, commission: None, initiative: None };
    let progress = progress(&reading.snapshot, &query);
    let sheet = reading.sheet();
    reading.page(things::milestones(&sheet, &things::listed_milestones(&sheet, &progress)))
}
