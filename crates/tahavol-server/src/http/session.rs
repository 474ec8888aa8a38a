//! A browser's session: its cookie, how it begins, is renewed and ends, and what a page or a script may know of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use tahavol_app::Clock;
use tahavol_domain::calendar::Instant;
use tahavol_domain::policy::Within;
use tahavol_domain::values::{ActorId, Office, Person};
use tahavol_graphql::Caller;
use tahavol_identity::{Credential, SESSION_ACTOR, SESSION_HANDLE, Secret};
use tower_sessions::cookie::SameSite;
use tower_sessions::session::Error;
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use uuid::Uuid;

use super::Site;
use super::negotiate::language;
use super::problem::Problem;
use super::who::Who;
use crate::config::Settings;

/// What lies in a session once somebody has signed in, besides the actor and the handle that the store gives it.
const NAME: &str = "name";
const CSRF: &str = "csrf";
const SECOND_FACTOR: &str = "second_factor";
const SIGNED_IN: &str = "signed_in";
/// When the session was last seen and written.
const SEEN: &str = "seen";

/// A session that is used is written again at most so often.
const WRITTEN_EVERY: i64 = 60_000_000;

/// The layer that reads and writes the session's cookie.
///
/// `SameSite=Lax` and not `Strict`: the organisation's identity provider sends people back to us from its own site, and
/// a link in a letter leads to a page that knows its reader. What changes something is a POST, which `Lax` holds back.
pub(super) fn layer<S: SessionStore>(store: S, settings: &Settings) -> SessionManagerLayer<S> {
    let idle = settings.identity.idle();
    let idle = tower_sessions::cookie::time::Duration::try_from(idle).unwrap_or(tower_sessions::cookie::time::Duration::MAX);
    SessionManagerLayer::new(store)
        .with_name(cookie_name(settings))
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(settings.is_secure())
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(idle))
}

/// With the prefix a browser takes the cookie from nobody but this very host, and over TLS alone.
pub(super) fn cookie_name(settings: &Settings) -> &'static str {
    if settings.is_secure() { "__Host-tahavol" } else { "tahavol" }
}

/// What a session's cookie stood for.
#[derive(Debug)]
pub(super) enum Found {
    /// No cookie, or somebody on the way to signing in.
    Nobody,
    /// A cookie whose session has ended, or never was.
    Ended,
    Somebody(Caller),
}

/// Whose session it is. One that is used lives on: that is written here, now and then.
pub(super) async fn found(session: &Session, settings: &Settings, now: Instant) -> Result<Found, Error> {
    if session.id().is_none() {
        return Ok(Found::Nobody);
    }
    let Some(actor) = session.get::<String>(SESSION_ACTOR).await? else {
        // Loading has taken the id away where the store knows no such session.
        return Ok(if session.id().is_none() { Found::Ended } else { Found::Nobody });
    };
    let (name, handle) = (session.get::<String>(NAME).await?, session.get::<Uuid>(SESSION_HANDLE).await?);
    let (csrf, second_factor) = (session.get::<String>(CSRF).await?, session.get::<bool>(SECOND_FACTOR).await?);
    let (Some(name), Some(handle), Some(csrf), Some(second_factor)) = (name, handle, csrf, second_factor) else {
        return Ok(Found::Ended);
    };
    keep_alive(session, settings, now).await?;
    let by = Credential::Session { session: handle, csrf: Secret::new(csrf), second_factor };
    Ok(Found::Somebody(Caller { person: Person { id: ActorId(actor), name }, within: Within::default(), by }))
}

async fn keep_alive(session: &Session, settings: &Settings, now: Instant) -> Result<(), Error> {
    let seen = session.get::<i64>(SEEN).await?.unwrap_or_default();
    let quarter = i64::try_from(settings.identity.idle().as_micros() / 4).unwrap_or(i64::MAX);
    if now.micros().saturating_sub(seen) >= WRITTEN_EVERY.min(quarter) {
        session.insert(SEEN, now.micros()).await?;
    }
    Ok(())
}

/// Somebody has shown who she is: a new session under a new id, with nothing of what the browser had before.
///
/// An id that somebody else may know, because they put the cookie there, is good for nothing afterwards.
pub(super) async fn begin(session: &Session, person: &Person, second_factor: bool, now: Instant) -> Result<(), Error> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(SESSION_ACTOR, &person.id.0).await?;
    session.insert(NAME, &person.name).await?;
    session.insert(CSRF, random().map_err(no_randomness)?).await?;
    session.insert(SECOND_FACTOR, second_factor).await?;
    session.insert(SIGNED_IN, now.micros()).await?;
    session.insert(SEEN, now.micros()).await
}

/// 256 bits, as text that can stand in a header.
pub(super) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn no_randomness(error: getrandom::Error) -> Error {
    Error::Store(tower_sessions::session_store::Error::Backend(format!("no random numbers: {error}")))
}

/// Takes the cookie away from the browser. The session layer does so too, but without the attributes that a browser asks
/// for before it gives a `__Host-` cookie up.
pub(super) fn forget_cookie(headers: &mut HeaderMap, settings: &Settings) {
    let secure = if settings.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", cookie_name(settings));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}

/// `GET /session`: who is signed in, for pages and scripts.
pub(super) async fn tell(State(site): State<Arc<Site>>, who: Who, session: Session, headers: HeaderMap) -> Response {
    let lang = language(&headers, site.language);
    // Also who has still to show a second factor is told who she is.
    let Some(caller) = who.recognised() else {
        let problem = who.caller().err().unwrap_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
        return problem.respond(lang);
    };
    let now = Clock::System.now();
    let (csrf, second_factor, expires) = match &caller.by {
        Credential::Session { csrf, second_factor, .. } => {
            let signed_in = session.get::<i64>(SIGNED_IN).await.ok().flatten().map(Instant::from_micros);
            (Some(csrf.expose()), *second_factor, signed_in.map(|signed_in| ends(&site.settings, signed_in, now)))
        }
        Credential::Token { second_factor, .. } => (None, *second_factor, None),
        Credential::Provider { expires, second_factor } => (None, *second_factor, Some(*expires)),
    };
    let offices = site.offices_today(&caller.person.id).iter().map(ToString::to_string).collect();
    Json(Told { person: &caller.person, offices, csrf, second_factor, expires }).into_response()
}

impl Site {
    /// What somebody may act as today.
    pub(super) fn offices_today(&self, actor: &ActorId) -> Vec<Office> {
        let snapshot = self.app.snapshot();
        snapshot.offices(actor, Clock::System.now().date_in(&snapshot.time_zone()))
    }
}

/// When the session ends if nothing more is done in it.
fn ends(settings: &Settings, signed_in: Instant, now: Instant) -> Instant {
    let after = |from: Instant, span: std::time::Duration| from.plus_micros(i64::try_from(span.as_micros()).unwrap_or(i64::MAX));
    after(now, settings.identity.idle()).min(after(signed_in, settings.identity.lifetime()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    person: &'a Person,
    offices: Vec<String>,
    /// What requests that may change something show; none where no cookie is involved.
    csrf: Option<&'a str>,
    second_factor: bool,
    expires: Option<Instant>,
}
