//! Setting up a second factor and removing it. Both end every other session of the person.

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tahavol_identity::{IdentityError, NoteKind, Secret};
use tahavol_web::account::{self, Enrolment, Trouble};

use super::account::{Did, again, wait, wrong};
use super::visit::{Filled, Member, Visit};

/// Under this key a session keeps what an authenticator is told, until a code has confirmed it.
const ENROLMENT: &str = "enrolment";

#[derive(Serialize, Deserialize)]
struct Kept {
    secret: String,
    uri: String,
}

#[derive(Deserialize)]
pub(super) struct Password {
    #[serde(rename = "password-for-second-factor")]
    password: String,
}

#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
}

/// `POST /account/second-factor`: the password once more, because whoever sits down at somebody's open browser must not be
/// able to lock her out.
pub(super) async fn begin(Filled(visit, filled): Filled<Password>) -> Response {
    let Some(member) = visit.member() else { return visit.go("/sign-in?next=/account") };
    let actor = &member.caller.person.id;
    match visit.site.identity.prove(actor, &Secret::new(filled.password), visit.now).await {
        Ok(()) => {}
        Err(IdentityError::WrongPassword) => return wrong(&visit, &member, Trouble::PasswordForSecondFactor).await,
        Err(IdentityError::Wait { seconds }) => return wait(&visit, &member, seconds).await,
        Err(error) => return visit.trouble(error),
    }
    let issuer = name_for_authenticators(&visit.site.settings.address());
    match visit.site.identity.begin_second_factor(actor, &issuer, visit.now).await {
        Ok(enrolment) => {
            let kept = Kept { secret: enrolment.secret.expose().to_owned(), uri: enrolment.uri.expose().to_owned() };
            match visit.keep(ENROLMENT, kept).await {
                Ok(()) => visit.go("/account/second-factor"),
                Err(error) => visit.trouble(error),
            }
        }
        // From another window.
        Err(IdentityError::SecondFactorInForce) => visit.go("/account"),
        Err(error) => visit.trouble(error),
    }
}

/// `GET /account/second-factor`
pub(super) async fn page(visit: Visit) -> Response {
    let Some(member) = visit.member() else { return visit.go("/sign-in?next=/account") };
    shown(&visit, &member, StatusCode::OK, false).await
}

/// `POST /account/second-factor/confirm`
pub(super) async fn confirm(Filled(visit, filled): Filled<Code>) -> Response {
    let Some(member) = visit.member() else { return visit.go("/sign-in?next=/account") };
    let person = &member.caller.person;
    let confirmed = async {
        let right = visit.site.identity.confirm_second_factor(&person.id, &filled.code, visit.now).await?;
        if right {
            visit.site.identity.end_sessions(&person.id).await?;
        }
        Ok::<bool, IdentityError>(right)
    };
    match confirmed.await {
        Ok(true) => {
            visit.note(NoteKind::SecondFactorChanged, Some(&person.id), vec![("what", "set-up".to_owned())]);
            again(&visit, person, true, Did::BeginSecondFactor).await
        }
        Ok(false) => shown(&visit, &member, StatusCode::BAD_REQUEST, true).await,
        Err(error) => visit.trouble(error),
    }
}

/// `POST /account/second-factor/remove`
pub(super) async fn remove(Filled(visit, filled): Filled<Password>) -> Response {
    let Some(member) = visit.member() else { return visit.go("/sign-in?next=/account") };
    let person = &member.caller.person;
    let removed = async {
        visit.site.identity.remove_second_factor(&person.id, &Secret::new(filled.password), visit.now).await?;
        visit.site.identity.end_sessions(&person.id).await
    };
    match removed.await {
        Ok(_) => {
            visit.note(NoteKind::SecondFactorChanged, Some(&person.id), vec![("what", "removed".to_owned())]);
            again(&visit, person, false, Did::RemoveSecondFactor).await
        }
        Err(IdentityError::WrongPassword) => wrong(&visit, &member, Trouble::PasswordForSecondFactor).await,
        Err(IdentityError::Wait { seconds }) => wait(&visit, &member, seconds).await,
        Err(error) => visit.trouble(error),
    }
}

/// Under which an authenticator shows the account, so that several servers of one person can be told apart.
fn name_for_authenticators(address: &str) -> String {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    format!("Tahavol {host}")
}

async fn shown(visit: &Visit, member: &Member<'_>, status: StatusCode, wrong: bool) -> Response {
    let kept: Kept = match visit.session.get(ENROLMENT).await {
        Ok(Some(kept)) => kept,
        // Nothing was begun in this browser.
        Ok(None) => return visit.go("/account"),
        Err(error) => return visit.trouble(error),
    };
    let around = visit.around("/account/second-factor", None);
    let page = Enrolment { csrf: member.csrf.expose(), secret: &kept.secret, uri: &kept.uri, wrong };
    visit.page(status, account::enrol(&around.frame(), &page))
}
