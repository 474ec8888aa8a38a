//! How much one caller may ask: a person by session, a service token, or an address that nobody is known from.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tahavol_domain::values::ActorId;
use tahavol_graphql::Caller;
use tahavol_identity::Credential;
use uuid::Uuid;

use super::Site;
use super::graphql;
use super::layers::WATCHED;
use super::negotiate::language;
use super::peer::From;
use super::problem::Problem;
use super::who::Who;
use crate::config::{WireSettings, house};

/// What showing something that says nobody costs: whoever guesses is slowed down before whoever asks.
pub(super) const FAILED: u32 = 10;
/// After so many requests those are forgotten who have their whole measure again.
const FORGET_EVERY: u32 = 4_096;

/// Whose measure is taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Each service token for itself: a program does not use up what the person has.
    Caller(ActorId, Option<Uuid>),
    Address(IpAddr),
}

impl Key {
    pub(super) fn of(caller: Option<&Arc<Caller>>, from: From) -> Key {
        let Some(caller) = caller else { return Key::Address(house(from.0)) };
        let token = match caller.by {
            Credential::Token { id, .. } => Some(id),
            Credential::Session { .. } | Credential::Provider { .. } => None,
        };
        Key::Caller(caller.person.id.clone(), token)
    }
}

/// How much everybody has asked lately.
pub(super) struct Pace {
    /// None where nothing is limited.
    limiter: Option<DefaultKeyedRateLimiter<Key>>,
    burst: u32,
    asked: AtomicU32,
}

/// Too much was asked: when to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooFast {
    pub(super) seconds: u64,
}

impl Pace {
    pub(super) fn new(settings: &WireSettings) -> Pace {
        let rate = NonZeroU32::new(settings.requests_per_second).zip(NonZeroU32::new(settings.burst));
        let limiter = rate.map(|(rate, burst)| RateLimiter::dashmap(Quota::per_second(rate).allow_burst(burst)));
        Pace { limiter, burst: settings.burst, asked: AtomicU32::new(0) }
    }

    /// Takes `cost` from the measure of somebody.
    ///
    /// # Errors
    /// When there is not so much left; then nothing is taken.
    pub(super) fn take(&self, key: &Key, cost: u32) -> Result<(), TooFast> {
        let (Some(limiter), Some(cost)) = (&self.limiter, NonZeroU32::new(cost.min(self.burst))) else { return Ok(()) };
        // In turns and not by a clock: however many addresses ask, no more of them are remembered than are slow to forget.
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        match limiter.check_key_n(key, cost) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_yet)) => {
                let wait = not_yet.wait_time_from(DefaultClock::default().now());
                Err(TooFast { seconds: wait.as_secs() + 1 })
            }
            // The cost is at most the burst.
            Err(_) => Err(TooFast { seconds: 1 }),
        }
    }
}

impl TooFast {
    pub(super) fn problem(self) -> Problem {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED").with("seconds", self.seconds).after(self.seconds)
    }
}

/// Stands behind the recognition and in front of every handler.
pub(super) async fn limit(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if WATCHED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match site.take(request.extensions()) {
        Ok(()) => next.run(request).await,
        Err(too_fast) => {
            site.metrics.rate_limited.inc();
            refuse(&site, too_fast, request.uri().path(), request.headers())
        }
    }
}

impl Site {
    fn take(&self, extensions: &Extensions) -> Result<(), TooFast> {
        let from = From::of(extensions);
        let Some(who) = extensions.get::<Who>() else { return self.pace.take(&Key::of(None, from), 1) };
        match who.recognised() {
            Some(caller) => self.pace.take(&Key::of(Some(caller), from), 1),
            None => {
                let failed = who.caller().is_err_and(|problem| problem.status == StatusCode::UNAUTHORIZED);
                self.pace.take(&Key::of(None, from), if failed { FAILED } else { 1 })
            }
        }
    }
}

/// In the form of GraphQL where GraphQL was asked.
fn refuse(site: &Site, too_fast: TooFast, path: &str, headers: &HeaderMap) -> Response {
    let problem = too_fast.problem();
    if path == "/graphql" { graphql::refuse(&problem, headers, site) } else { problem.respond(language(headers, site.language)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(rate: u32, burst: u32) -> Pace {
        Pace::new(&WireSettings { requests_per_second: rate, burst, ..WireSettings::default() })
    }

    fn person(id: &str) -> Key {
        Key::Caller(ActorId(id.to_owned()), None)
    }

    #[test]
    fn whoever_asks_too_much_takes_nothing_from_others() {
        let pace = pace(1, 3);
        for _ in 0..3 {
            pace.take(&person("a"), 1).unwrap();
        }
        let too_fast = pace.take(&person("a"), 1).unwrap_err();
        assert!((1..=2).contains(&too_fast.seconds), "{too_fast:?}");
        pace.take(&person("b"), 1).unwrap();
        pace.take(&Key::Caller(ActorId("a".to_owned()), Some(Uuid::nil())), 1).unwrap();
    }

    #[test]
    fn what_costs_more_than_there_ever_is_takes_all_there_is() {
        let pace = pace(1, 3);
        pace.take(&person("a"), 10).unwrap();
        assert!(pace.take(&person("a"), 1).is_err());
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let pace = pace(0, 1);
        assert!((0..10_000).all(|_| pace.take(&person("a"), 1).is_ok()));
    }

    #[test]
    fn of_many_addresses_few_are_remembered() {
        let pace = pace(1_000_000, 1_000_000);
        for number in 0..20_000_u32 {
            pace.take(&Key::Address(IpAddr::from(number.to_be_bytes())), 1).unwrap();
        }
        assert!(pace.limiter.as_ref().unwrap().len() <= FORGET_EVERY as usize);
    }
}
