//! Signing in with name and password, then with the code of a second factor where there is one; and signing out.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::digits_to_latin;
use tahavol_domain::values::{ActorId, Person};
use tahavol_identity::{NoteKind, Refused, Secret, SignIn, SignedIn};
use tahavol_web::sign_in::{self, Said, Trouble};
use tower_sessions::session::Error;

use super::super::session::{begin, forget_cookie};
use super::visit::{Filled, Visit, escaped, own_path, waiting};

/// Under this key a session on the way to signing in keeps whose password was right.
const PROVED: &str = "proved";
/// The longest name that is looked at.
const LONGEST_NAME: usize = 128;
/// How long after the password its code is waited for.
const CODE_WITHIN: i64 = 5 * 60 * 1_000_000;

/// A password that was right a moment ago.
#[derive(Serialize, Deserialize)]
struct Proved {
    name: String,
    at: Instant,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
    said: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Filling {
    name: String,
    password: String,
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
    next: Option<String>,
}

/// `GET /sign-in`
pub(super) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let next = asked.next.as_deref().and_then(own_path);
    if visit.member().is_some() {
        return visit.go(next.unwrap_or("/account"));
    }
    let said = match asked.said.as_deref() {
        Some("out") => Some(Said::SignedOut),
        Some("set") => Some(Said::PasswordSet),
        Some(_) | None => None,
    };
    shown(&visit, StatusCode::OK, "", next, None, said)
}

/// `POST /sign-in`
pub(super) async fn send(Filled(visit, filled): Filled<Filling>) -> Response {
    let next = filled.next.as_deref().and_then(own_path);
    let name: String = filled.name.chars().take(LONGEST_NAME).collect();
    let password = Secret::new(filled.password);
    let asked = SignIn { name: &name, password: &password, code: None, address: visit.address };
    match visit.site.identity.sign_in(asked, visit.now).await {
        Ok(signed_in) => entered(&visit, &signed_in, next).await,
        Err(Refused::CodeWanted) => match prove(&visit, &name).await {
            Ok(()) => visit.go(&with_next("/sign-in/code", next)),
            Err(error) => visit.trouble(error),
        },
        Err(Refused::Wrong | Refused::CodeWrong) => {
            note_failure(&visit, &name, "password");
            shown(&visit, StatusCode::UNAUTHORIZED, &name, next, Some(Trouble::Wrong), None)
        }
        Err(Refused::Wait { seconds }) => {
            visit.note(NoteKind::Throttled, None, vec![("what", "sign-in".to_owned())]);
            waiting(shown(&visit, StatusCode::TOO_MANY_REQUESTS, &name, next, Some(Trouble::Wait { seconds }), None), seconds)
        }
        Err(Refused::Store(error)) => visit.trouble(error),
    }
}

/// `GET /sign-in/code`
pub(super) async fn code_page(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let next = asked.next.as_deref().and_then(own_path);
    match proved(&visit).await {
        Some(_) => shown_code(&visit, StatusCode::OK, next, None),
        None => visit.go(&with_next("/sign-in", next)),
    }
}

/// `POST /sign-in/code`
pub(super) async fn send_code(Filled(visit, filled): Filled<Code>) -> Response {
    let next = filled.next.as_deref().and_then(own_path);
    let Some(Proved { name, .. }) = proved(&visit).await else {
        return shown(&visit, StatusCode::UNAUTHORIZED, "", next, Some(Trouble::TooLate), None);
    };
    match visit.site.identity.sign_in_code(&name, &filled.code, visit.address, visit.now).await {
        Ok(signed_in) => entered(&visit, &signed_in, next).await,
        Err(Refused::CodeWrong) => {
            note_failure(&visit, &name, "code");
            shown_code(&visit, StatusCode::UNAUTHORIZED, next, Some(Trouble::CodeWrong))
        }
        // The account was disabled, or its second factor removed, in between.
        Err(Refused::Wrong | Refused::CodeWanted) => {
            note_failure(&visit, &name, "code");
            shown(&visit, StatusCode::UNAUTHORIZED, &name, next, Some(Trouble::TooLate), None)
        }
        Err(Refused::Wait { seconds }) => {
            visit.note(NoteKind::Throttled, None, vec![("what", "sign-in-code".to_owned())]);
            waiting(shown_code(&visit, StatusCode::TOO_MANY_REQUESTS, next, Some(Trouble::Wait { seconds })), seconds)
        }
        Err(Refused::Store(error)) => visit.trouble(error),
    }
}

/// `POST /sign-out`: the session ends on the server, whatever the browser does with its cookie.
pub(super) async fn sign_out(visit: Visit) -> Response {
    if visit.session.id().is_some()
        && let Err(error) = visit.session.flush().await
    {
        return visit.trouble(error);
    }
    if let Some(member) = visit.member() {
        visit.note(NoteKind::SignedOut, Some(&member.caller.person.id), Vec::new());
    }
    let mut response = visit.go("/sign-in?said=out");
    forget_cookie(response.headers_mut(), &visit.site.settings);
    response
}

/// Begins the session of somebody who has shown who she is, and says where she goes: to what she asked for, or to her
/// account where an office of hers asks for a second factor that she has not shown.
pub(super) async fn welcome(
    visit: &Visit,
    person: &Person,
    second_factor: bool,
    way: &'static str,
    next: Option<&str>,
) -> Result<Response, Error> {
    begin(&visit.session, person, second_factor, visit.now).await?;
    visit.note(NoteKind::SignedIn, Some(&person.id), vec![("way", way.to_owned())]);
    let offices = visit.site.offices_today(&person.id);
    let demanded = !second_factor && visit.site.settings.identity.wants_second_factor(&offices);
    let next = next.and_then(own_path).filter(|_| !demanded);
    Ok(visit.go(next.unwrap_or("/")))
}

async fn entered(visit: &Visit, signed_in: &SignedIn, next: Option<&str>) -> Response {
    let way = if signed_in.second_factor { "password-and-code" } else { "password" };
    welcome(visit, &signed_in.person, signed_in.second_factor, way, next).await.unwrap_or_else(|error| visit.trouble(error))
}

/// Whose password was right lies in a session of its own, which is nobody's yet, under a new id.
async fn prove(visit: &Visit, name: &str) -> Result<(), Error> {
    visit.session.clear().await;
    visit.session.cycle_id().await?;
    visit.keep(PROVED, Proved { name: name.to_owned(), at: visit.now }).await
}

async fn proved(visit: &Visit) -> Option<Proved> {
    let proved: Proved = visit.session.get(PROVED).await.ok().flatten()?;
    (visit.now <= proved.at.plus_micros(CODE_WITHIN)).then_some(proved)
}

/// Who it was is noted only where there is such an account: people type passwords into the field for the name. It is
/// looked up when the answer is on its way, so that the time it takes tells nobody anything.
fn note_failure(visit: &Visit, name: &str, what: &'static str) {
    let (site, address, now) = (std::sync::Arc::clone(&visit.site), visit.address, visit.now);
    let actor = ActorId(digits_to_latin(name.trim()));
    tokio::spawn(async move {
        let known = matches!(site.identity.account(&actor).await, Ok(Some(_)));
        let mut details = vec![("what", what.to_owned())];
        if known {
            details.push(("account", actor.0));
        }
        let note = tahavol_identity::Note { kind: NoteKind::SignInFailed, actor: None, address: Some(address), details };
        site.journal.note(note, now);
    });
}

fn shown(visit: &Visit, status: StatusCode, name: &str, next: Option<&str>, trouble: Option<Trouble>, said: Option<Said>) -> Response {
    let (around, csrf) = (visit.around("/sign-in", next), visit.csrf());
    let provider = visit.site.provider.as_ref().map(|_| with_next("/sign-in/provider", next));
    let page = sign_in::SignIn { csrf: csrf.expose(), next, name, trouble, said, provider: provider.as_deref() };
    visit.page(status, sign_in::sign_in(&around.frame(), &page))
}

fn shown_code(visit: &Visit, status: StatusCode, next: Option<&str>, trouble: Option<Trouble>) -> Response {
    let (around, csrf) = (visit.around("/sign-in/code", next), visit.csrf());
    visit.page(status, sign_in::code(&around.frame(), csrf.expose(), next, trouble))
}

pub(super) fn with_next(path: &str, next: Option<&str>) -> String {
    next.map_or_else(|| path.to_owned(), |next| format!("{path}?next={}", escaped(next)))
}
