//! Signing in at the organisation's identity provider: there with a question that this browser keeps, back with its answer.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tahavol_app::messages;
use tahavol_domain::values::ActorId;
use tahavol_identity::NoteKind;
use tahavol_identity::provider::{Answer, Identified, Pending, ProviderError};
use tahavol_web::notice::notice;
use tower_sessions::session::Error;

use super::password::{welcome, with_next};
use super::visit::{Visit, own_path, waiting};

/// Under this key a session keeps what the provider was asked, until it answers.
const ASKED: &str = "asked-provider";
/// In so many windows of one browser somebody can be on the way there; the oldest is forgotten first.
const MOST_ASKED: usize = 5;
/// The provider may be back soon.
const SOON: u64 = 5;

#[derive(Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
}

/// `GET /sign-in/provider`
pub(super) async fn begin(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let next = asked.next.as_deref().and_then(own_path);
    // Who lacks a second factor goes there once more, to show one.
    if visit.member().is_some() && visit.who.caller().is_ok() {
        return visit.go(next.unwrap_or("/account"));
    }
    let Some(provider) = &visit.site.provider else { return visit.go(&with_next("/sign-in", next)) };
    match provider.begin(visit.now, next.map(str::to_owned)).await {
        Ok(begun) => match remember(&visit, begun.keep).await {
            Ok(()) => visit.go(&begun.url),
            Err(error) => visit.trouble(error),
        },
        Err(error) => failed(&visit, &error, next),
    }
}

/// `GET /sign-in/provider/callback`
pub(super) async fn callback(visit: Visit, answer: Result<Query<Answer>, QueryRejection>) -> Response {
    let Some(provider) = &visit.site.provider else { return visit.go("/sign-in") };
    let Ok(Query(answer)) = answer else { return failed(&visit, &ProviderError::NotAsked, None) };
    let asked = match forget(&visit, &answer.state).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return failed(&visit, &ProviderError::NotAsked, None),
        Err(error) => return visit.trouble(error),
    };
    let next = asked.next.clone();
    match provider.finish(asked, answer, visit.now).await {
        Ok(identified) => entered(&visit, &identified, next.as_deref()).await,
        Err(error) => failed(&visit, &error, next.as_deref()),
    }
}

async fn entered(visit: &Visit, identified: &Identified, next: Option<&str>) -> Response {
    let Identified { person, second_factor } = identified;
    if visit.site.identity.is_disabled(&person.id) {
        note_failure(visit, "PROVIDER_DISABLED", Some(&person.id));
        return shown(visit, StatusCode::FORBIDDEN, "PROVIDER_DISABLED", &[], None);
    }
    let way = if *second_factor { "provider-and-second-factor" } else { "provider" };
    welcome(visit, person, *second_factor, way, next).await.unwrap_or_else(|error| visit.trouble(error))
}

/// Beside what other windows of this browser have asked.
async fn remember(visit: &Visit, asked: Pending) -> Result<(), Error> {
    let mut all = all_asked(visit).await?;
    all.retain(|asked| asked.lives(visit.now));
    all.push(asked);
    let surplus = all.len().saturating_sub(MOST_ASKED);
    all.drain(..surplus);
    visit.session.insert(ASKED, all).await
}

/// What this browser has asked under that state. It is gone from the session before the answer is looked at, so that the same
/// answer is to nothing the next time.
async fn forget(visit: &Visit, state: &str) -> Result<Option<Pending>, Error> {
    let mut all = all_asked(visit).await?;
    let Some(place) = all.iter().position(|asked| asked.is_of(state)) else { return Ok(None) };
    let asked = all.swap_remove(place);
    visit.session.insert(ASKED, all).await?;
    visit.session.save().await?;
    Ok(Some(asked))
}

/// What cannot be read is of another version of this program, and was not asked.
async fn all_asked(visit: &Visit) -> Result<Vec<Pending>, Error> {
    let kept = visit.session.get_value(ASKED).await?.unwrap_or_default();
    Ok(serde_json::from_value(kept).unwrap_or_default())
}

fn failed(visit: &Visit, error: &ProviderError, next: Option<&str>) -> Response {
    let code = error.code();
    note_failure(visit, code, None);
    let status = status(error);
    match error {
        // Told where it was found out.
        ProviderError::Unreachable(_) => return waiting(shown(visit, status, code, &[], next), SOON),
        ProviderError::Invalid { .. } | ProviderError::Claims(_) => tracing::warn!(%error, "nobody is signed in by the identity provider"),
        ProviderError::NotAsked | ProviderError::Refused { .. } | ProviderError::Code { .. } => {
            tracing::info!(%error, "nobody is signed in by the identity provider");
        }
    }
    shown(visit, status, code, &args(error), next)
}

fn status(error: &ProviderError) -> StatusCode {
    match error {
        ProviderError::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
        ProviderError::NotAsked | ProviderError::Code { .. } => StatusCode::BAD_REQUEST,
        ProviderError::Refused { .. } | ProviderError::Claims(_) => StatusCode::FORBIDDEN,
        ProviderError::Invalid { .. } => StatusCode::BAD_GATEWAY,
    }
}

fn args(error: &ProviderError) -> Vec<(&'static str, String)> {
    match error {
        ProviderError::Refused { error } => vec![("reason", error.clone())],
        ProviderError::Code { reason } => vec![("reason", reason.clone())],
        ProviderError::Claims(refused) => vec![("claim", refused.claim().to_owned())],
        ProviderError::Unreachable(_) | ProviderError::NotAsked | ProviderError::Invalid { .. } => Vec::new(),
    }
}

/// Who it was is told only where the provider has said so.
fn note_failure(visit: &Visit, code: &'static str, account: Option<&ActorId>) {
    let account = account.map(|account| ("account", account.0.clone()));
    let details = [("what", "provider".to_owned()), ("code", code.to_owned())].into_iter().chain(account);
    visit.note(NoteKind::SignInFailed, None, details.collect());
}

fn shown(visit: &Visit, status: StatusCode, code: &str, args: &[(&'static str, String)], next: Option<&str>) -> Response {
    let (way_on, word) = (with_next("/sign-in", next), |key| messages::message(key, &[], visit.lang));
    let around = visit.around("/sign-in", next);
    let text = messages::message(code, args, visit.lang);
    visit.page(status, notice(&around.frame(), &word("page-provider-failed"), &text, Some((&way_on, &word("page-sign-in")))))
}
