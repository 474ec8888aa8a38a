//! The pages about the programme: each handler gathers what a page of `tahavol_web` shows, and holds no rule.

mod administration;
mod audit;
mod decisions;
mod forms;
mod live;
mod overview;
mod reading;
mod things;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::Site;

pub(super) use reading::home_of;

/// All of them.
pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/live", get(live::follow))
        .merge(overview::routes())
        .merge(things::routes())
        .merge(forms::routes())
        .merge(work::routes())
        .merge(decisions::routes())
        .merge(audit::routes())
        .merge(administration::routes())
}
