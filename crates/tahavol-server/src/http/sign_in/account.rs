//! One's own account: who one is here, one's password, signing out everywhere.

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tahavol_app::messages;
use tahavol_domain::values::Person;
use tahavol_identity::{IdentityError, NoteKind, Secret};
use tahavol_web::account::{self, Account, Done, Kept, Trouble};
use tahavol_web::link::Refused;

use super::super::session::{begin, forget_cookie};
use super::visit::{Filled, Member, Visit, waiting};

/// Under this key a session keeps what has just been done, until a page has said so.
const DONE: &str = "done";

/// What a form has just done.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum Did {
    ChangePassword,
    BeginSecondFactor,
    RemoveSecondFactor,
}

#[derive(Deserialize)]
pub(super) struct Passwords {
    old: String,
    password: String,
    again: String,
}

/// `GET /account`
pub(super) async fn page(visit: Visit) -> Response {
    let Some(member) = visit.member() else { return visit.go("/sign-in?next=/account") };
    let done = visit.take::<Did>(DONE).await.map(Done::from);
    shown(&visit, &member, StatusCode::OK, done, None).await
}

/// `POST /account/password`
pub(super) async fn change_password(Filled(visit, filled): Filled<Passwords>) -> Response {
    let Some(member) = visit.member() else { return visit.go("/sign-in?next=/account") };
    if filled.password != filled.again {
        return wrong(&visit, &member, Trouble::NewPassword(Refused::Differ)).await;
    }
    let person = &member.caller.person;
    let (old, new) = (Secret::new(filled.old), Secret::new(filled.password));
    match visit.site.identity.change_password(&person.id, &old, &new, visit.now).await {
        Ok(()) => {
            visit.note(NoteKind::PasswordChanged, Some(&person.id), Vec::new());
            again(&visit, person, member.second_factor, Did::ChangePassword).await
        }
        Err(IdentityError::WrongPassword) => wrong(&visit, &member, Trouble::OldPassword).await,
        Err(error @ (IdentityError::PasswordLength { .. } | IdentityError::PasswordLikeName)) => {
            wrong(&visit, &member, Trouble::NewPassword(Refused::Password(visit.told(&error)))).await
        }
        Err(IdentityError::Wait { seconds }) => wait(&visit, &member, seconds).await,
        Err(error) => visit.trouble(error),
    }
}

/// `POST /account/sign-out-everywhere`
pub(super) async fn sign_out_everywhere(visit: Visit) -> Response {
    let Some(member) = visit.member() else { return visit.go("/sign-in") };
    let actor = &member.caller.person.id;
    match visit.site.identity.end_sessions(actor).await {
        Ok(ended) => visit.note(NoteKind::SessionsEnded, Some(actor), vec![("sessions", ended.to_string())]),
        Err(error) => return visit.trouble(error),
    }
    if let Err(error) = visit.session.flush().await {
        return visit.trouble(error);
    }
    let mut response = visit.go("/sign-in?said=out");
    forget_cookie(response.headers_mut(), &visit.site.settings);
    response
}

/// What signs somebody in was changed, and all her sessions have ended: this browser gets a new one.
pub(super) async fn again(visit: &Visit, person: &Person, second_factor: bool, did: Did) -> Response {
    let begun = async {
        begin(&visit.session, person, second_factor, visit.now).await?;
        visit.keep(DONE, did).await
    };
    match begun.await {
        Ok(()) => visit.go("/account"),
        Err(error) => visit.trouble(error),
    }
}

pub(super) async fn wrong(visit: &Visit, member: &Member<'_>, trouble: Trouble) -> Response {
    shown(visit, member, StatusCode::BAD_REQUEST, None, Some(&trouble)).await
}

pub(super) async fn wait(visit: &Visit, member: &Member<'_>, seconds: u64) -> Response {
    visit.note(NoteKind::Throttled, Some(&member.caller.person.id), vec![("what", "password".to_owned())]);
    waiting(shown(visit, member, StatusCode::TOO_MANY_REQUESTS, None, Some(&Trouble::Wait { seconds })).await, seconds)
}

async fn shown(visit: &Visit, member: &Member<'_>, status: StatusCode, done: Option<Done>, trouble: Option<&Trouble>) -> Response {
    let person = &member.caller.person;
    let (snapshot, account) = (visit.site.app.snapshot(), visit.site.identity.account(&person.id).await);
    let kept = match account {
        Ok(Some(account)) if account.has_password => {
            Kept::Here { second_factor: account.second_factor.map(|since| since.date_in(&snapshot.time_zone())) }
        }
        Ok(Some(_) | None) => Kept::Elsewhere,
        Err(error) => return visit.trouble(error),
    };
    let held = visit.site.offices_today(&person.id);
    let offices: Vec<String> = held.iter().map(|office| messages::office_text(office, &snapshot, visit.lang)).collect();
    let (around, csrf) = (visit.around("/account", None), visit.csrf());
    let second_factor_demanded = !member.second_factor && visit.site.settings.identity.wants_second_factor(&held);
    let least = visit.site.settings.identity.password_length;
    let page = Account { csrf: csrf.expose(), person, offices: &offices, kept, least, second_factor_demanded, done, trouble };
    visit.page(status, account::account(&around.frame(), &page))
}

impl From<Did> for Done {
    fn from(did: Did) -> Done {
        match did {
            Did::ChangePassword => Done::PasswordChanged,
            Did::BeginSecondFactor => Done::SecondFactorBegun,
            Did::RemoveSecondFactor => Done::SecondFactorRemoved,
        }
    }
}
