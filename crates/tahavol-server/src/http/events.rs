//! GraphQL as server-sent events, one operation on each connection: `next` for every answer, then `complete`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use tahavol_domain::text::Lang;
use tahavol_domain::values::Person;

use super::Site;
use super::answer::{count_errors, encode, position};
use super::ask::Asked;
use super::negotiate::Media;
use super::problem::Problem;

/// Proxies cut what is silent for a minute.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// Runs an operation. An answer that carries `position` has it as its id, so that a reader who comes again with
/// `Last-Event-ID` goes on after it.
pub(super) fn stream(site: &Arc<Site>, asked: Asked, caller: Option<&Person>, lang: Lang) -> Response {
    let Some(place) = site.watch(caller) else {
        let limit = site.limits.subscriptions_per_person;
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_SUBSCRIPTIONS").with("limit", limit).respond(lang);
    };
    let closing = site.closing.clone();
    let metrics = Arc::clone(&site.metrics);
    let answers = site.schema.execute_stream(asked.request);
    let next = answers.take_until(async move { closing.told().await }).map(move |answer| {
        // Held for as long as anybody reads.
        let _ = &place;
        count_errors(&metrics, &answer);
        next(&answer)
    });
    respond(next.chain(stream::once(std::future::ready(complete()))))
}

/// What GraphQL could not read is told in the same way: the connection itself is fine.
pub(super) fn refused(answer: Answer) -> Response {
    respond(stream::iter([next(&answer), complete()]))
}

fn respond(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let events = events.map(Ok::<_, Infallible>);
    Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response()
}

fn next(answer: &Answer) -> Event {
    let body = encode(answer, Media::Json).body;
    let event = Event::default().event("next").data(String::from_utf8_lossy(&body));
    match position(answer) {
        Some(position) => event.id(position.to_string()),
        None => event,
    }
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}
