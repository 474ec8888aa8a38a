//! Accounts: made, barred, let in again, reset and signed out, by those who look after them.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use tahavol_app::messages::message;
use tahavol_domain::policy::Right;
use tahavol_domain::values::{ActorId, Person, is_code};
use tahavol_identity::{IdentityError, NoteKind, Secret};
use tahavol_web::address;
use tahavol_web::administration::{self, Accounts, Once};

use super::super::reading::Reading;
use super::{go_and_say, just, me, not_permitted, parts, unreadable, wrong};

/// Under this key a session keeps what was just done.
const JUST: &str = "just-accounts";

/// What is sent from the page: all of its forms have these fields, or some of them.
#[derive(Deserialize)]
pub(super) struct Sent {
    what: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    name: String,
    #[serde(default, rename = "second-factor")]
    second_factor: String,
}

/// What is shown besides the list.
#[derive(Default)]
struct Also<'a> {
    done: Option<&'a str>,
    link: Option<(String, String)>,
    typed: (&'a str, &'a str),
    wrong: Vec<(&'static str, String)>,
}

pub(super) async fn page(method: Method, headers: HeaderMap, reading: Reading) -> Response {
    if !reading.has(Right::ManageAccounts) {
        return unreadable(&reading, "accounts");
    }
    let Some((what, link)) = just(&reading, JUST, &method, &headers).await else {
        return shown(&reading, StatusCode::OK, Also::default()).await;
    };
    let done = match what.as_str() {
        "disabled" => Some("page-account-was-disabled"),
        "enabled" => Some("page-account-was-enabled"),
        "ended" => Some("page-account-sessions-ended"),
        _ => None,
    };
    shown(&reading, StatusCode::OK, Also { done, link, ..Also::default() }).await
}

pub(super) async fn send(reading: Reading, sent: Result<Form<Sent>, FormRejection>) -> Response {
    let Some(me) = me(&reading).filter(|_| reading.has(Right::ManageAccounts)) else { return not_permitted(&reading, "accounts") };
    let Ok(Form(sent)) = sent else { return malformed(&reading) };
    if !is_code(&sent.actor) {
        return refused(&reading, &sent, &IdentityError::ActorId { id: sent.actor.clone() }).await;
    }
    let actor = ActorId(sent.actor.clone());
    let (store, now) = (&reading.site().identity, reading.visit.now);
    let note = |kind: NoteKind, more: Option<(&'static str, String)>| {
        let details = [("account", actor.0.clone())].into_iter().chain(more).collect();
        reading.visit.note(kind, Some(&me), details);
    };
    let done = match sent.what.as_str() {
        "add" => {
            let person = Person { id: actor.clone(), name: sent.name.trim().to_owned() };
            let link = store.add_account(&person, now).await;
            return linked(&reading, &sent, link, || note(NoteKind::AccountAdded, None)).await;
        }
        "reset" => {
            let link = store.reset_account(&actor, sent.second_factor == "yes", now).await;
            let removed = (sent.second_factor == "yes").then(|| ("second_factor", "removed".to_owned()));
            return linked(&reading, &sent, link, || note(NoteKind::AccountReset, removed)).await;
        }
        // So that there is always an administrator left: the one who asks.
        "disable" if actor == me => {
            let text = message("ACCOUNT_OWN", &[], reading.visit.lang);
            return shown(&reading, StatusCode::BAD_REQUEST, Also { wrong: vec![("actor", text)], ..Also::default() }).await;
        }
        "disable" => store.disable_account(&actor, now).await.map(|()| {
            note(NoteKind::AccountDisabled, None);
            "disabled"
        }),
        "enable" => store.enable_account(&actor, now).await.map(|()| {
            note(NoteKind::AccountEnabled, None);
            "enabled"
        }),
        "end-sessions" => store.end_sessions(&actor).await.map(|ended| {
            note(NoteKind::SessionsEnded, Some(("sessions", ended.to_string())));
            "ended"
        }),
        _ => return malformed(&reading),
    };
    match done {
        Ok(said) => go_and_say(&reading, JUST, (said.to_owned(), None), address::ACCOUNTS).await,
        Err(error) => refused(&reading, &sent, &error).await,
    }
}

/// The link is told once: by the page that comes next, so that loading it again makes no other link. Somebody who resets her own account
/// has no session any more that could keep it.
async fn linked(reading: &Reading, sent: &Sent, link: Result<Secret, IdentityError>, note: impl FnOnce()) -> Response {
    match link {
        Ok(link) => {
            note();
            let link = format!("{}/link/{}", reading.site().settings.address(), link.expose());
            let link = Some((sent.actor.clone(), link));
            if me(reading).is_some_and(|me| me.0 == sent.actor) {
                return shown(reading, StatusCode::OK, Also { link, ..Also::default() }).await;
            }
            go_and_say(reading, JUST, (String::new(), link), address::ACCOUNTS).await
        }
        Err(error) => refused(reading, sent, &error).await,
    }
}

async fn refused(reading: &Reading, sent: &Sent, error: &IdentityError) -> Response {
    let field = if matches!(error, IdentityError::PersonName) { "name" } else { "actor" };
    match wrong(reading, error, field) {
        Some(wrong) => {
            let typed = (sent.actor.as_str(), sent.name.as_str());
            shown(reading, StatusCode::BAD_REQUEST, Also { wrong, typed, ..Also::default() }).await
        }
        None => reading.visit.trouble(error),
    }
}

fn malformed(reading: &Reading) -> Response {
    reading.say(StatusCode::BAD_REQUEST, "page-form-invalid", "page-form-invalid-why")
}

async fn shown(reading: &Reading, status: StatusCode, also: Also<'_>) -> Response {
    let accounts = match reading.site().identity.accounts().await {
        Ok(accounts) => accounts,
        Err(error) => return reading.visit.trouble(error),
    };
    let link = also.link.as_ref().map(|(of, secret)| Once { of, secret });
    let me = me(reading).unwrap_or_default();
    let sheet = reading.sheet();
    let table = administration::listed_accounts(&sheet, &accounts, &me.0);
    let shown = Accounts { table: &table, done: also.done, link, typed: also.typed, wrong: &also.wrong };
    let page = || administration::accounts(&sheet, parts(reading), &shown);
    if status == StatusCode::OK { reading.listing(&table, page) } else { reading.answer(status, page()) }
}
