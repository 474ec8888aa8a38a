//! What the provider publishes of itself, its addresses and its keys: asked for when needed, kept for an hour.

use std::sync::{Arc, RwLock};

use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::http::{Method, StatusCode, header};
use openidconnect::{HttpRequest, http};
use serde_json::Value;
use tahavol_domain::calendar::Instant;
use tokio::sync::Mutex;

use super::Provider;
use super::fetch::{Fetcher, with_sources};
use super::keys::Keys;
use super::settings::Checked;

const SECOND: i64 = 1_000_000;
/// After this it is asked again.
const FRESH: i64 = 3_600 * SECOND;
/// When it cannot be asked, what is known is good for so long.
const USABLE: i64 = 24 * FRESH;
/// It is asked at most so often, whatever keys the tokens name that are shown to us.
const PAUSE: i64 = 30 * SECOND;
/// While nothing is known at all nobody can sign in there: so it is asked sooner.
const FIRST_PAUSE: i64 = 2 * SECOND;

/// The provider cannot be asked now, and nothing that is known of it is good any more. May pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the identity provider cannot be asked")]
pub struct Unreachable;

/// One answer of the provider, as a whole. A later one takes its place: a key that is gone from it is not known any more.
pub(super) struct Known {
    pub(super) metadata: CoreProviderMetadata,
    pub(super) keys: Keys,
    /// It says `iss` when it sends somebody back, so that an answer of another is not taken for its.
    pub(super) says_iss: bool,
    fetched: Instant,
}

#[derive(Default)]
pub(super) struct Cache {
    known: RwLock<Option<Arc<Known>>>,
    /// When it was last asked; held while it is being asked, so that all who wait share one answer.
    asked: Arc<Mutex<Option<Instant>>>,
}

impl Cache {
    fn get(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn set(&self, known: Arc<Known>) {
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(known);
    }
}

impl Known {
    fn age(&self, now: Instant) -> i64 {
        now.micros().saturating_sub(self.fetched.micros())
    }
}

impl Provider {
    /// What is known, at most an hour old where the provider can be asked. No I/O while it is.
    pub(super) async fn known(&self, now: Instant) -> Result<Arc<Known>, Unreachable> {
        match self.known.get() {
            Some(known) if known.age(now) < FRESH => Ok(known),
            Some(known) if known.age(now) < USABLE => {
                // Somebody is asking already: what was good a moment ago is good until the answer is here.
                let Ok(turn) = Arc::clone(&self.known.asked).try_lock_owned() else { return Ok(known) };
                self.ask_in_turn(turn, Some(known), now).await
            }
            Some(_) | None => self.newer_than(None, now).await,
        }
    }

    /// What is known after the provider was asked again, unless that has been done a moment ago.
    pub(super) async fn newer_than(&self, seen: Option<Arc<Known>>, now: Instant) -> Result<Arc<Known>, Unreachable> {
        let turn = Arc::clone(&self.known.asked).lock_owned().await;
        match self.known.get() {
            // Somebody else asked while we waited.
            Some(known) if known.age(now) < FRESH && !seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, &known)) => Ok(known),
            known => self.ask_in_turn(turn, known.filter(|known| known.age(now) < USABLE), now).await,
        }
    }

    async fn ask_in_turn(
        &self,
        mut turn: tokio::sync::OwnedMutexGuard<Option<Instant>>,
        usable: Option<Arc<Known>>,
        now: Instant,
    ) -> Result<Arc<Known>, Unreachable> {
        let pause = if usable.is_some() { PAUSE } else { FIRST_PAUSE };
        if turn.is_some_and(|last| now.micros().abs_diff(last.micros()) < pause.unsigned_abs()) {
            return usable.ok_or(Unreachable);
        }
        *turn = Some(now);
        let (settings, fetcher, cache) = (Arc::clone(&self.settings), self.fetcher.clone(), Arc::clone(&self.known));
        // A task of its own: a caller who hangs up does not keep others from the answer.
        let asking = tokio::spawn(async move {
            let answer = ask(&settings, &fetcher, now).await.map(Arc::new);
            if let Ok(known) = &answer {
                cache.set(Arc::clone(known));
            }
            drop(turn);
            answer
        });
        match asking.await {
            Ok(Ok(known)) => Ok(known),
            Ok(Err(reason)) => {
                tracing::warn!(issuer = self.issuer(), known = usable.is_some(), "the identity provider cannot be asked: {reason}");
                usable.ok_or(Unreachable)
            }
            // Only a runtime that is shutting down ends it.
            Err(_) => usable.ok_or(Unreachable),
        }
    }
}

async fn ask(settings: &Checked, fetcher: &Fetcher, now: Instant) -> Result<Known, String> {
    let discovery = format!("{}/.well-known/openid-configuration", settings.issuer.as_str().trim_end_matches('/'));
    let published = get(fetcher, &discovery).await?;
    let issuer = published.get("issuer").and_then(Value::as_str).unwrap_or_default();
    if issuer != settings.issuer.as_str() {
        return Err(format!("at {discovery} it calls itself `{issuer}`"));
    }
    let says_iss = published.get("authorization_response_iss_parameter_supported").and_then(Value::as_bool).unwrap_or(false);
    let metadata: CoreProviderMetadata = serde_json::from_value(published).map_err(|error| format!("at {discovery}: {error}"))?;
    let set = get(fetcher, metadata.jwks_uri().as_str()).await?;
    let keys = Keys::of(&set);
    if keys.is_empty() {
        return Err(format!("at {} is no key that anything could be verified with", metadata.jwks_uri().as_str()));
    }
    let for_id_tokens: CoreJsonWebKeySet = serde_json::from_value(set).map_err(|error| error.to_string())?;
    Ok(Known { metadata: metadata.set_jwks(for_id_tokens), keys, says_iss, fetched: now })
}

async fn get(fetcher: &Fetcher, address: &str) -> Result<Value, String> {
    let request: HttpRequest = http::Request::builder()
        .method(Method::GET)
        .uri(address)
        .header(header::ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(|error| format!("{address}: {error}"))?;
    let response = fetcher.call(request).await.map_err(|error| format!("{address}: {}", with_sources(&error)))?;
    if response.status() != StatusCode::OK {
        return Err(format!("{address} answers {}", response.status()));
    }
    serde_json::from_slice(response.body()).map_err(|error| format!("{address}: {error}"))
}
