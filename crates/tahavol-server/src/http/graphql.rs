//! GraphQL over HTTP, by the specification of 2025: GET for queries, POST of `application/json`, and events on the same path.

use std::sync::Arc;

use async_graphql::Response as Answer;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use bytes::Bytes;
use tahavol_domain::text::Lang;
use tahavol_graphql::{Budget, Caller, Written};
use tokio::time::timeout;

use super::Site;
use super::answer::{self, count_errors, encode};
use super::ask::{Asked, Kind, Params, UrlParams, ask, coded};
use super::cache::{Asker, Question};
use super::events;
use super::negotiate::{Media, is_json, language, media};
use super::problem::Problem;
use super::slow::is_too_slow;
use super::who::Who;

/// What all requests on this path have: who asks, and how the answer is to be written.
struct Asking<'a> {
    site: &'a Arc<Site>,
    caller: Option<&'a Arc<Caller>>,
    lang: Lang,
    media: Media,
    resume: Option<u64>,
}

pub(super) async fn get(State(site): State<Arc<Site>>, uri: Uri, who: Who, headers: HeaderMap) -> Response {
    let asking = match Asking::new(&site, &who, &headers) {
        Ok(asking) => asking,
        Err(response) => return *response,
    };
    let question = uri.query().map(|query| Bytes::copy_from_slice(query.as_bytes()));
    if let Some(answer) = question.as_ref().and_then(|asked| asking.again(asked)) {
        return answer;
    }
    let params = match Query::<UrlParams>::try_from_uri(&uri) {
        Ok(Query(params)) => params.read(),
        Err(_) => Err(malformed()),
    };
    let asked = match params {
        Ok(params) => ask(&site.documents, params, asking.caller, asking.lang, asking.resume),
        Err(problem) => return asking.refuse(&problem),
    };
    match asked {
        // A link must not be able to change anything.
        Ok(Asked { kind: Kind::Mutation, .. }) => {
            asking.refuse(&Problem::new(StatusCode::METHOD_NOT_ALLOWED, "GET_ONLY_QUERIES").allowing("POST"))
        }
        Ok(asked) => asking.answer(asked, question).await,
        Err(unasked) => asking.unasked(unasked.0),
    }
}

pub(super) async fn post(State(site): State<Arc<Site>>, who: Who, headers: HeaderMap, body: Body) -> Response {
    let asking = match Asking::new(&site, &who, &headers) {
        Ok(asking) => asking,
        Err(response) => return *response,
    };
    // Forms and plain text can be sent from foreign pages without asking; JSON cannot.
    if !is_json(&headers) {
        return asking.refuse(&Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "JSON_REQUIRED"));
    }
    let body = match timeout(site.patience(), to_bytes(body, site.limits.body_bytes)).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) if is_too_slow(&error) => return asking.refuse(&Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT")),
        Ok(Err(_)) => {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "REQUEST_TOO_LARGE").with("limit", site.limits.body_bytes);
            return asking.refuse(&problem);
        }
        Err(_) => return asking.refuse(&Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT")),
    };
    if let Some(answer) = asking.again(&body) {
        return answer;
    }
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return asking.batch(&body).await;
    }
    match serde_json::from_slice::<Params>(&body) {
        Ok(params) => match ask(&site.documents, params, asking.caller, asking.lang, asking.resume) {
            Ok(asked) => asking.answer(asked, Some(body)).await,
            Err(unasked) => asking.unasked(unasked.0),
        },
        Err(_) => asking.refuse(&malformed()),
    }
}

impl<'a> Asking<'a> {
    fn new(site: &'a Arc<Site>, who: &'a Who, headers: &HeaderMap) -> Result<Asking<'a>, Box<Response>> {
        let lang = language(headers, site.language);
        let media = media(headers).ok_or_else(|| Box::new(Problem::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE").respond(lang)))?;
        let last_event = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
        let asking = Asking { site, caller: None, lang, media, resume: last_event };
        match who.caller() {
            Ok(caller) => Ok(Asking { caller, ..asking }),
            Err(problem) => Err(Box::new(asking.refuse(&problem))),
        }
    }

    fn question(&self, asked: &Bytes) -> Option<Question> {
        if self.site.limits.cache_bytes == 0 || self.media == Media::Events {
            return None;
        }
        let caller = self.caller.map(|caller| Asker::of(caller));
        Some(Question { asked: asked.clone(), caller, lang: self.lang, media: self.media })
    }

    /// The answer to the same question, if nothing has changed.
    fn again(&self, asked: &Bytes) -> Option<Response> {
        let question = self.question(asked)?;
        let body = self.site.answered_before(self.site.moment()?, &question)?;
        Some(answer::respond(StatusCode::OK, self.media, body))
    }

    async fn answer(&self, asked: Asked, bytes: Option<Bytes>) -> Response {
        if self.media == Media::Events {
            return events::stream(self.site, asked, self.caller, self.lang);
        }
        if asked.kind == Kind::Subscription {
            return self.refuse(&Problem::new(StatusCode::BAD_REQUEST, "SUBSCRIBE_BY_EVENTS"));
        }
        let moment = self.site.moment().filter(|_| asked.kind == Kind::Query);
        let encoded = encode(&self.execute(asked).await, self.media);
        if let (Some(moment), true, Some(question)) = (moment, encoded.keepable, bytes.and_then(|asked| self.question(&asked))) {
            self.site.keep_answer(moment, question, encoded.body.clone());
        }
        encoded.respond(self.media)
    }

    /// One after the other: mutations in a batch have an order. Together they may cost as much as one.
    async fn batch(&self, body: &Bytes) -> Response {
        if self.media == Media::Events {
            return self.refuse(&Problem::new(StatusCode::BAD_REQUEST, "REQUEST_MALFORMED"));
        }
        let Ok(batch) = serde_json::from_slice::<Vec<Params>>(body) else { return self.refuse(&malformed()) };
        if batch.is_empty() || batch.len() > self.site.limits.batch {
            let problem = Problem::new(StatusCode::BAD_REQUEST, "BATCH_SIZE").with("limit", self.site.limits.batch);
            return self.refuse(&problem);
        }
        let mut bodies: Vec<Bytes> = Vec::with_capacity(batch.len());
        let mut status = StatusCode::OK;
        let budget = Arc::new(Budget::default());
        for params in batch {
            let answer = match ask(&self.site.documents, params, self.caller, self.lang, None) {
                Ok(Asked { kind: Kind::Subscription, .. }) => Answer::from_errors(vec![coded("SUBSCRIBE_BY_EVENTS", &[], self.lang)]),
                Ok(Asked { request, kind }) => self.execute(Asked { request: request.data(Arc::clone(&budget)), kind }).await,
                Err(unasked) => Answer::from_errors(vec![unasked.0]),
            };
            // Each answer says for itself what is wrong with its request.
            let encoded = encode(&answer, Media::Json);
            status = status.max(encoded.status);
            bodies.push(encoded.body);
        }
        let joined = [b"[".as_slice(), bodies.join(b",".as_slice()).as_slice(), b"]"].concat();
        answer::respond(status, self.media, Bytes::from(joined))
    }

    async fn execute(&self, asked: Asked) -> Answer {
        let answer = match timeout(self.site.patience(), self.site.schema.execute(asked.request.data(Written))).await {
            Ok(answer) => answer,
            // A command that was appended stays appended: its id tells the outcome when it is sent again.
            Err(_) => Answer::from_errors(vec![coded("REQUEST_TIMEOUT", &[], self.lang)]),
        };
        count_errors(&self.site.metrics, &answer);
        answer
    }

    /// A request that is well-formed as far as HTTP goes, and that GraphQL cannot read.
    fn unasked(&self, error: async_graphql::ServerError) -> Response {
        let answer = Answer::from_errors(vec![error]);
        count_errors(&self.site.metrics, &answer);
        if self.media == Media::Events {
            return events::refused(answer);
        }
        encode(&answer, self.media).respond(self.media)
    }

    /// A problem with the request itself, in the form of a GraphQL error.
    fn refuse(&self, problem: &Problem) -> Response {
        let answer = Answer::from_errors(vec![coded(problem.code, &problem.args, self.lang)]);
        let media = if self.media == Media::Events { Media::Json } else { self.media };
        problem.headed(answer::respond(problem.status, media, encode(&answer, media).body))
    }
}

/// The same where nobody has looked at the request yet.
pub(super) fn refuse(problem: &Problem, headers: &HeaderMap, site: &Site) -> Response {
    let media = media(headers).filter(|media| *media != Media::Events).unwrap_or(Media::Json);
    let answer = Answer::from_errors(vec![coded(problem.code, &problem.args, language(headers, site.language))]);
    problem.headed(answer::respond(problem.status, media, encode(&answer, media).body))
}

fn malformed() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "REQUEST_MALFORMED")
}
