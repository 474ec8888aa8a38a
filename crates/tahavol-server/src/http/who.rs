//! Who asks: recognised once, in front of every handler, by an `Authorization` header or else by a browser's session.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tahavol_app::Clock;
use tahavol_graphql::Caller;
use tahavol_identity::provider::BearerRefused;
use tahavol_identity::{Credential, Note, NoteKind, ServiceToken, Sessions, TOKEN_PREFIX};
use tower::{Layer, ServiceExt, service_fn};
use tower_sessions::{Session, SessionManagerLayer};

use super::Site;
use super::lasting::ENDED;
use super::problem::Problem;
use super::session::{self, Found};

/// What was found out about whoever sent a request. Lies in the request's extensions, and every handler may take it.
#[derive(Debug, Clone, Default)]
pub struct Who {
    caller: Option<Arc<Caller>>,
    /// What stands against it.
    refused: Option<Problem>,
}

impl Who {
    pub(super) fn nobody() -> Who {
        Who::default()
    }

    /// Something was shown that says nobody.
    pub(super) fn unknown() -> Who {
        Who::refused(StatusCode::UNAUTHORIZED, "TOKEN_UNKNOWN")
    }

    fn refused(status: StatusCode, code: &'static str) -> Who {
        Who { caller: None, refused: Some(Problem::new(status, code)) }
    }

    #[must_use]
    pub fn of(extensions: &Extensions) -> Who {
        extensions.get::<Who>().cloned().unwrap_or_default()
    }

    /// Who it is, whatever stands against it: for pages about oneself, and for counting.
    #[must_use]
    pub fn recognised(&self) -> Option<&Arc<Caller>> {
        self.caller.as_ref()
    }

    /// Nobody, where nothing was shown.
    pub(super) fn caller(&self) -> Result<Option<&Arc<Caller>>, Problem> {
        self.refused.clone().map_or(Ok(self.caller.as_ref()), Err)
    }

    pub(super) fn somebody(&self) -> Result<&Arc<Caller>, Problem> {
        self.caller()?.ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"))
    }
}

/// Cannot fail: a handler that no recognition stands before has nobody before it.
impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Who, Infallible> {
        Ok(Who::of(&parts.extensions))
    }
}

/// What programs ask, who send no cookie: there is no session to look for, and none begins.
const WITHOUT_SESSION: [&str; 6] = ["/graphql", "/evidence", "/log", "/healthz", "/readyz", "/metrics"];

/// Reads and writes the session's cookie, where there may be one. The many small answers to programs do not pay for it.
pub(super) async fn with_session(State(sessions): State<SessionManagerLayer<Sessions>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let under = |known: &&str| path.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if !request.headers().contains_key(COOKIE) && WITHOUT_SESSION.iter().any(under) {
        return next.run(request).await;
    }
    let inner = service_fn(move |request| {
        let next = next.clone();
        async move { Ok::<_, Infallible>(next.run(request).await) }
    });
    match sessions.layer(inner).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Stands in front of all handlers.
pub(super) async fn recognise(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let session = request.extensions().get::<Session>().cloned();
    let who = site.recognise(request.headers(), session).await;
    request.extensions_mut().insert(who);
    next.run(request).await
}

impl Site {
    /// What is shown on purpose goes before what a browser sends along of itself.
    async fn recognise(&self, headers: &HeaderMap, session: Option<Session>) -> Who {
        match (headers.get(AUTHORIZATION), session) {
            (Some(value), _) => match value.to_str() {
                Ok(value) => self.recognise_authorization(value).await,
                Err(_) => Who::unknown(),
            },
            (None, Some(session)) => self.recognise_session(&session).await,
            (None, None) => Who::nobody(),
        }
    }

    /// From the value of an `Authorization` header, wherever it was carried.
    pub(super) async fn recognise_authorization(&self, value: &str) -> Who {
        let who = self.recognise_shown(value).await;
        if let Some(refused) = who.refused.as_ref().filter(|problem| problem.status == StatusCode::UNAUTHORIZED) {
            self.journal.note(Note::new(NoteKind::TokenRefused).with("code", refused.code), Clock::System.now());
        }
        who
    }

    async fn recognise_shown(&self, value: &str) -> Who {
        let Some((scheme, shown)) = value.split_once(' ') else { return Who::unknown() };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Who::unknown();
        }
        let (shown, now) = (shown.trim(), Clock::System.now());
        if shown.starts_with(TOKEN_PREFIX) {
            return self.identity.token(shown, now).map_or_else(Who::unknown, |token| self.known(by_token(&token)));
        }
        let Some(provider) = &self.provider else { return Who::unknown() };
        match provider.caller(shown, now).await {
            Ok(caller) => self.known(caller),
            Err(BearerRefused::Unreachable(error)) => {
                tracing::warn!(%error, "a token of the identity provider cannot be looked at");
                Who::refused(StatusCode::SERVICE_UNAVAILABLE, "PROVIDER_UNREACHABLE")
            }
            Err(refused) => {
                tracing::info!(%refused, "a token of the identity provider was refused");
                Who::unknown()
            }
        }
    }

    async fn recognise_session(&self, session: &Session) -> Who {
        match session::found(session, &self.settings, Clock::System.now()).await {
            Ok(Found::Nobody) => Who::nobody(),
            Ok(Found::Ended) => Who::refused(StatusCode::UNAUTHORIZED, ENDED),
            Ok(Found::Somebody(caller)) => self.known(caller),
            Err(error) => {
                tracing::error!(%error, "a session cannot be read");
                Who::refused(StatusCode::SERVICE_UNAVAILABLE, "IDENTITY_UNAVAILABLE")
            }
        }
    }

    /// Somebody, unless she is barred or has to show more.
    fn known(&self, caller: Caller) -> Who {
        if self.identity.is_disabled(&caller.person.id) {
            return Who::unknown();
        }
        let lacking = self.lacks_second_factor(&caller);
        let refused = lacking.then(|| Problem::new(StatusCode::FORBIDDEN, "SECOND_FACTOR_REQUIRED"));
        Who { caller: Some(Arc::new(caller)), refused }
    }

    /// Whether her offices of today want a second factor, and what she shows was not got with one: her session, whoever made her
    /// service token, or what the identity provider says.
    pub(super) fn lacks_second_factor(&self, caller: &Caller) -> bool {
        let (Credential::Session { second_factor, .. }
        | Credential::Token { second_factor, .. }
        | Credential::Provider { second_factor, .. }) = &caller.by;
        let wanted = &self.settings.identity;
        !second_factor && !wanted.second_factor_for.is_empty() && wanted.wants_second_factor(&self.offices_today(&caller.person.id))
    }
}

fn by_token(token: &ServiceToken) -> Caller {
    Caller {
        person: token.person.clone(),
        within: token.within.clone(),
        by: Credential::Token { id: token.id, second_factor: token.second_factor },
    }
}
