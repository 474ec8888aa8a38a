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
use axum::response::Response;
use axum::routing::get;
use tahavol_domain::Rule;
use tahavol_domain::policy::Right;
use tahavol_domain::values::ActorId;
use tahavol_identity::{IdentityError, NoteKind};
use tahavol_web::address;
use tahavol_web::administration::Parts;

use super::super::Site;
use super::reading::Reading;

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

/// Somebody asked for what none of her offices lets her read or look after.
fn not_theirs(reading: &Reading, what: &'static str, code: &'static str) -> Response {
    let actor = reading.caller().map(|caller| &caller.person.id);
    reading.visit.note(NoteKind::ReadRefused, actor, vec![("code", code.to_owned()), ("what", what.to_owned())]);
    reading.not_yours()
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

/// What is wrong with an answer; none where it is a trouble of the store and not of the answer.
fn wrong(reading: &Reading, error: &IdentityError, field: &'static str) -> Option<Vec<(&'static str, String)>> {
    if let IdentityError::Unavailable { .. } = error {
        return None;
    }
    Some(vec![(field, reading.visit.told(error))])
}
