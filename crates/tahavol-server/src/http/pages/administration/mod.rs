//! Looking after the system, each part for those who have its right. What is done here is no command of the ledger; it goes into the
//! security journal, as at the command line.

mod accounts;
mod home;
mod imports;
mod journal;
mod offices;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use tahavol_app::messages::message;
use tahavol_domain::Rule;
use tahavol_domain::policy::Right;
use tahavol_domain::values::ActorId;
use tahavol_identity::{IdentityError, NoteKind};
use tahavol_web::address;
use tahavol_web::administration::Parts;
use tahavol_web::isolated;
use tahavol_web::table::FORMAT;

use super::super::Site;
use super::reading::{Reading, SEEN};

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route(address::ADMINISTRATION, get(home::page))
        .route(address::ACCOUNTS, get(accounts::page).post(accounts::send))
        .route(address::OFFICES, get(offices::page))
        .route(address::TOKENS, get(tokens::page).post(tokens::send))
        .route(address::JOURNAL, get(journal::page))
        .route(address::IMPORTS, get(imports::page).post(imports::send))
}

/// Which parts are the reader's.
fn parts(reading: &Reading) -> Parts {
    let health = reading.has(Right::ReadHealth);
    Parts {
        accounts: reading.has(Right::ManageAccounts),
        // Who holds what is no secret; whoever looks after the system finds it here too.
        offices: health,
        journal: reading.has(Right::ReadSecurityJournal),
        imports: reading.has(Right::ImportFiles),
        health,
    }
}

/// What the security journal is called in its own notes.
const JOURNAL: &str = "securityJournal";

/// Somebody asked for what none of her offices lets her read or look after.
fn not_theirs(reading: &Reading, what: &'static str, code: &'static str) -> Response {
    let actor = reading.caller().map(|caller| &caller.person.id);
    reading.visit.note(NoteKind::ReadRefused, actor, vec![("code", code.to_owned()), ("what", what.to_owned())]);
    match what {
        // Who looks after accounts wonders why not.
        JOURNAL => reading.say(StatusCode::FORBIDDEN, "page-not-yours", "page-journal-whose"),
        _ => reading.not_yours(),
    }
}

fn unreadable(reading: &Reading, what: &'static str) -> Response {
    not_theirs(reading, what, "READ_NOT_PERMITTED")
}

/// Who has signed in with this browser; nobody else changes anything here.
fn me(reading: &Reading) -> Option<ActorId> {
    reading.visit.member().map(|member| member.caller.person.id.clone())
}

fn not_permitted(reading: &Reading, what: &'static str) -> Response {
    not_theirs(reading, what, Rule::NotPermitted.code())
}

/// What was just done or made: its name, and for whom or what there is which secret. The session keeps it from the form to the page,
/// so that a page that is loaded again does nothing again, and no address says what was not done.
type Just = (String, Option<(String, String)>);

/// On to the page, which says it once.
async fn go_and_say(reading: &Reading, key: &str, just: Just, path: &str) -> Response {
    match reading.visit.keep(key, just).await {
        Ok(()) => reading.visit.go(path),
        Err(error) => reading.visit.trouble(error),
    }
}

/// Said to whoever comes to the page: not to one that is open and asks for itself again, nor with a file.
async fn just(reading: &Reading, key: &str, method: &Method, headers: &HeaderMap) -> Option<Just> {
    let comes = *method == Method::GET && !headers.contains_key(SEEN) && reading.asked(FORMAT).is_none();
    if comes { reading.visit.take(key).await } else { None }
}

/// What is wrong with an answer; none where it is a trouble of the store and not of the answer.
fn wrong(reading: &Reading, error: &IdentityError, field: &'static str) -> Option<Vec<(&'static str, String)>> {
    if let IdentityError::Unavailable { .. } = error {
        return None;
    }
    let typed = |(name, value): (&'static str, String)| match name {
        "actor" | "value" => (name, isolated(&value)),
        _ => (name, value),
    };
    let args: Vec<_> = error.args().into_iter().map(typed).collect();
    Some(vec![(field, message(error.code(), &args, reading.visit.lang))])
}
