//! Signing in with a browser: the pages around sessions, passwords, one-time links and second factors.

mod account;
mod csrf;
mod links;
mod password;
mod provider;
mod second_factor;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tahavol_web::{address, asset};

use super::Site;
use super::pages::home_of;
use super::problem;
use crate::config::CALLBACK;

pub(super) use csrf::{Unproven, guard};
pub(super) use visit::{Around, Visit, escaped};

/// All of them, and what they load.
pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(home))
        .route("/assets/{name}", get(file))
        .route("/sign-in", get(password::page).post(password::send))
        .route("/sign-in/code", get(password::code_page).post(password::send_code))
        .route("/sign-in/provider", get(provider::begin))
        .route(CALLBACK, get(provider::callback))
        .route("/sign-out", post(password::sign_out))
        .route("/link/{link}", get(links::page).post(links::send))
        .route("/account", get(account::page))
        .route("/account/password", post(account::change_password))
        .route("/account/second-factor", get(second_factor::page).post(second_factor::begin))
        .route("/account/second-factor/confirm", post(second_factor::confirm))
        .route("/account/second-factor/remove", post(second_factor::remove))
        .route("/account/sign-out-everywhere", post(account::sign_out_everywhere))
}

/// Where somebody begins who knows only the server's name.
async fn home(visit: Visit) -> Response {
    match visit.who.recognised() {
        Some(caller) => visit.go(home_of(&visit.site.offices_today(&caller.person.id))),
        None if visit.site.settings.public_view => visit.go(address::OVERVIEW),
        None => visit.go("/sign-in"),
    }
}

async fn file(Path(name): Path<String>, axum::extract::State(site): axum::extract::State<Arc<Site>>, headers: HeaderMap) -> Response {
    match asset::named(&name) {
        Some(asset) => ([(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, asset::KEPT)], asset.content.as_slice()).into_response(),
        None => problem::Problem::new(StatusCode::NOT_FOUND, "HTTP_NOT_FOUND").respond(super::negotiate::language(&headers, site.language)),
    }
}
