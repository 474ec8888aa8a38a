//! Who asks: recognised once, in front of every handler, by an `Authorization` header or else by a browser's session.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tahavol_graphql::Caller;

use super::Site;
use super::problem::Problem;

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

    pub(super) fn somebody_known(caller: Caller) -> Who {
        Who { caller: Some(Arc::new(caller)), refused: None }
    }

    /// Something was shown that says nobody.
    pub(super) fn unknown() -> Who {
        Who { caller: None, refused: Some(Problem::new(StatusCode::UNAUTHORIZED, "TOKEN_UNKNOWN")) }
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

/// Stands in front of all handlers.
pub(super) async fn recognise(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let who = site.recognise(request.headers()).await;
    request.extensions_mut().insert(who);
    next.run(request).await
}

impl Site {
    async fn recognise(&self, headers: &HeaderMap) -> Who {
        match headers.get(AUTHORIZATION) {
            None => Who::nobody(),
            Some(value) => match value.to_str() {
                Ok(value) => self.recognise_authorization(value).await,
                Err(_) => Who::unknown(),
            },
        }
    }

    /// From the value of an `Authorization` header, wherever it was carried.
    pub(super) async fn recognise_authorization(&self, value: &str) -> Who {
        match self.identity.caller_of_authorization(value) {
            Ok(person) => Who::somebody_known(Caller::unlimited(person.clone())),
            Err(_) => Who::unknown(),
        }
    }
}
