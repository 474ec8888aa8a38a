//! GraphQL as server-sent events, one operation on each connection: `next` for every answer, then `complete`.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use tahavol_domain::text::Lang;
use tahavol_graphql::Caller;
use tahavol_identity::journal::{asked_from, asker};

use super::Site;
use super::answer::{count_errors, encode, position};
use super::ask::{Asked, coded};
use super::lasting::ENDED;
use super::negotiate::Media;
use super::problem::Problem;

/// Proxies cut what is silent for a minute.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// Runs an operation. An answer that carries `position` has it as its id, so that a reader who comes again with
/// `Last-Event-ID` goes on after it.
pub(super) fn stream(site: &Arc<Site>, asked: Asked, caller: Option<&Arc<Caller>>, lang: Lang) -> Response {
    let Some(place) = site.watch(caller) else {
        let limit = site.limits.subscriptions_per_person;
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_SUBSCRIPTIONS").with("limit", limit).respond(lang);
    };
    let metrics = Arc::clone(&site.metrics);
    let answers = until(asker(), site.schema.execute_stream(asked.request), ending(Arc::clone(site), caller.cloned(), lang));
    let next = answers.map(move |answer| {
        // Held for as long as anybody reads.
        let _ = &place;
        count_errors(&metrics, &answer);
        next(&answer)
    });
    respond(next.chain(stream::once(std::future::ready(complete()))))
}

/// The last answer, where there is one to be given: a server that is shut down says nothing more.
async fn ending(site: Arc<Site>, caller: Option<Arc<Caller>>, lang: Lang) -> Option<Answer> {
    tokio::select! {
        () = site.closing.told() => None,
        () = site.until_ended(caller.as_ref()) => Some(Answer::from_errors(vec![coded(ENDED, &[], lang)])),
    }
}

/// Answers until there are no more, or until they have to end; then the last one.
fn until(
    from: Option<IpAddr>,
    answers: impl Stream<Item = Answer> + Send,
    ending: impl Future<Output = Option<Answer>> + Send,
) -> impl Stream<Item = Answer> + Send {
    let running = Some((Box::pin(answers), Box::pin(ending), from));
    stream::unfold(running, async |running| {
        let (mut answers, mut ending, from) = running?;
        tokio::select! {
            biased;
            last = &mut ending => last.map(|last| (last, None)),
            // The stream is read when the handler has long answered, by whoever sends.
            answer = asked_from(from, answers.next()) => answer.map(|answer| (answer, Some((answers, ending, from)))),
        }
    })
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
