//! `graphql-transport-ws`: many operations on one connection, each with an id of the client's.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tahavol_app::Clock;
use tahavol_domain::text::Lang;
use tahavol_graphql::Caller;
use tahavol_identity::journal::asked_from;
use tahavol_identity::{Credential, Note, NoteKind};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, interval, timeout};

use super::Site;
use super::answer::{count_errors, encode, is_request_error, to_bytes};
use super::ask::{Params, ask, coded};
use super::lasting::{ASKED_EVERY, ENDED};
use super::negotiate::{Media, language};
use super::origin::Page;
use super::peer::From;
use super::person::Watching;
use super::problem::Problem;
use super::rate::{FAILED, Key};
use super::who::Who;

const PROTOCOL: &str = "graphql-transport-ws";
/// A client says who it is within this time.
const INIT_WITHIN: Duration = Duration::from_secs(10);
/// How often a silent client is asked whether it is there, and when it is given up.
const PING_EVERY: Duration = Duration::from_secs(20);
const SILENT_FOR: Duration = Duration::from_secs(65);
/// A client that does not read is given up.
const SEND_WITHIN: Duration = Duration::from_secs(15);
/// Answers made and not yet sent; operations wait beyond that.
const WAITING: usize = 64;

/// Close codes of the protocol, and 1001 of WebSocket itself.
const GOING_AWAY: u16 = 1001;
const BAD_MESSAGE: u16 = 4400;
const UNAUTHORIZED: u16 = 4401;
const FORBIDDEN: u16 = 4403;
const INIT_TIMEOUT: u16 = 4408;
const ID_TAKEN: u16 = 4409;
const INIT_AGAIN: u16 = 4429;

/// A browser sends its cookie along whatever page opens the socket: a session is only good here together with its `csrf` in
/// `connection_init`. A token is sent on purpose, so that a foreign page has nothing to misuse.
pub(super) async fn upgrade(
    State(site): State<Arc<Site>>,
    Extension(from): Extension<From>,
    who: Who,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let lang = language(&headers, site.language);
    if !may_open(&site, &who, &headers) {
        let details = vec![("what", "origin".to_owned()), ("path", "/graphql/ws".to_owned())];
        let actor = who.recognised().map(|caller| caller.person.id.clone());
        site.journal.note(Note { kind: NoteKind::ForgeryRefused, actor, address: Some(from.0), details }, Clock::System.now());
        return Problem::new(StatusCode::FORBIDDEN, "ORIGIN_FOREIGN").respond(lang);
    }
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(site.limits.body_bytes).max_frame_size(site.limits.body_bytes);
    if upgrade.selected_protocol().is_none() {
        return Problem::new(StatusCode::BAD_REQUEST, "WEBSOCKET_PROTOCOL").with("protocol", PROTOCOL).respond(lang);
    }
    let caller = match who.caller() {
        Ok(caller) => caller.cloned(),
        Err(problem) => return problem.respond(lang),
    };
    upgrade.on_upgrade(move |socket| async move {
        let (out, made) = mpsc::channel(WAITING);
        let connection = Connection { site, socket, caller, from, lang, out, running: HashMap::new(), turn: 0, stage: Stage::Opened };
        asked_from(from.0, connection.run(made)).await;
    })
}

/// Browsers ask no server before they open a socket to it: whose page it is has to be looked at here.
fn may_open(site: &Site, who: &Who, headers: &HeaderMap) -> bool {
    let by_cookie = who.recognised().is_some_and(|caller| matches!(caller.by, Credential::Session { .. }));
    match site.names.page(headers) {
        Page::Ours => true,
        // A page that may ask, and a program that is no browser, show a token.
        Page::Allowed | Page::Untold => !by_cookie,
        Page::Foreign => false,
    }
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Value>,
    },
    Ping {},
    Pong {},
    Subscribe {
        id: String,
        payload: Params,
    },
    Complete {
        id: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opened,
    Acknowledged,
}

/// What an operation has made. An operation that was completed and begun again under its id has another turn.
struct Made {
    id: String,
    turn: u64,
    what: What,
}

enum What {
    Next(Bytes),
    Error(Bytes),
    Complete,
}

struct Connection {
    site: Arc<Site>,
    socket: WebSocket,
    caller: Option<Arc<Caller>>,
    from: From,
    lang: Lang,
    out: mpsc::Sender<Made>,
    running: HashMap<String, (u64, AbortHandle)>,
    turn: u64,
    stage: Stage,
}

/// Why the connection ends: to be told with a code, or because the other side is gone.
enum End {
    Close(u16, &'static str),
    Gone,
}

impl Connection {
    async fn run(mut self, mut made: mpsc::Receiver<Made>) {
        let closing = self.site.closing.clone();
        let opened = Instant::now();
        let mut heard = opened;
        let (mut pings, mut asking) = (interval(PING_EVERY), interval(ASKED_EVERY));
        let end = loop {
            let step = tokio::select! {
                () = closing.told() => self.complete_all().await.and(Err(End::Close(GOING_AWAY, "shutting down"))),
                message = self.socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => self.hear(message).await,
                        Some(Err(_)) | None => Err(End::Gone),
                    }
                }
                Some(made) = made.recv() => self.pass(made).await,
                _ = pings.tick() => self.look(opened, heard).await,
                _ = asking.tick() => self.end_with_credential().await,
                () = tokio::time::sleep_until(opened + INIT_WITHIN), if self.stage == Stage::Opened => {
                    Err(End::Close(INIT_TIMEOUT, "Connection initialisation timeout"))
                }
            };
            if let Err(end) = step {
                break end;
            }
        };
        for (_, (_, operation)) in self.running.drain() {
            operation.abort();
        }
        if let End::Close(code, reason) = end {
            let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            // The other side may be gone; then nothing has to be told.
            let _ = timeout(SEND_WITHIN, self.socket.send(frame)).await;
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(End::Gone),
            Message::Binary(_) => return Err(End::Close(BAD_MESSAGE, "Invalid message")),
        };
        match serde_json::from_str(&text).map_err(|_| End::Close(BAD_MESSAGE, "Invalid message"))? {
            Said::ConnectionInit { payload } => self.begin(payload).await,
            Said::Ping {} => self.say(json!({ "type": "pong" }).to_string()).await,
            Said::Pong {} => Ok(()),
            Said::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Said::Complete { id } => {
                if let Some((_, operation)) = self.running.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
        }
    }

    /// The payload may carry the token: `{ "authorization": "Bearer …" }`, or `{ "csrf": "…" }` beside the upgrade's cookie.
    /// Browsers cannot set headers here.
    async fn begin(&mut self, payload: Option<Value>) -> Result<(), End> {
        if self.stage == Stage::Acknowledged {
            return Err(End::Close(INIT_AGAIN, "Too many initialisation requests"));
        }
        let shown = payload.as_ref().and_then(|payload| payload.get("authorization").or_else(|| payload.get("Authorization")));
        if let Some(shown) = shown {
            let who = match shown.as_str() {
                Some(shown) => self.site.recognise_authorization(shown).await,
                None => Who::unknown(),
            };
            match who.somebody() {
                Ok(caller) => self.caller = Some(Arc::clone(caller)),
                Err(_) => {
                    // Whether there is anything left makes no difference: the connection ends.
                    let _ = self.site.pace.take(&Key::of(None, self.from), FAILED);
                    return Err(End::Close(FORBIDDEN, "Forbidden"));
                }
            }
        } else if let Some(caller) = &self.caller
            && let Credential::Session { csrf, .. } = &caller.by
            && !payload.as_ref().and_then(|payload| payload.get("csrf")?.as_str()).is_some_and(|shown| csrf.is(shown))
        {
            return Err(End::Close(FORBIDDEN, "Forbidden"));
        }
        self.stage = Stage::Acknowledged;
        self.say(json!({ "type": "connection_ack" }).to_string()).await
    }

    async fn subscribe(&mut self, id: String, params: Params) -> Result<(), End> {
        if self.stage == Stage::Opened {
            return Err(End::Close(UNAUTHORIZED, "Unauthorized"));
        }
        if self.running.contains_key(&id) {
            return Err(End::Close(ID_TAKEN, "Subscriber for this id already exists"));
        }
        if let Err(too_fast) = self.site.pace.take(&Key::of(self.caller.as_ref(), self.from), 1) {
            self.site.metrics.rate_limited.inc();
            let problem = too_fast.problem();
            return self.tell(&id, "error", &to_bytes(&[coded(problem.code, &problem.args, self.lang)])).await;
        }
        let most = self.site.limits.subscriptions_per_connection;
        let place = if self.running.len() < most { self.site.watch(self.caller.as_ref()) } else { None };
        let Some(place) = place else {
            let error = coded("TOO_MANY_SUBSCRIPTIONS", &[("limit", most.to_string())], self.lang);
            return self.tell(&id, "error", &to_bytes(&[error])).await;
        };
        let asked = match ask(&self.site.documents, params, self.caller.as_ref(), self.lang, None) {
            Ok(asked) => asked,
            Err(unasked) => return self.tell(&id, "error", &to_bytes(&[unasked.0])).await,
        };
        self.turn += 1;
        let answers = self.site.schema.execute_stream(asked.request);
        let operation = Operation { id: id.clone(), turn: self.turn, out: self.out.clone(), site: Arc::clone(&self.site), _place: place };
        let running = tokio::spawn(asked_from(self.from.0, operation.run(answers)));
        self.running.insert(id, (self.turn, running.abort_handle()));
        Ok(())
    }

    /// Passes on what an operation has made, unless the client has completed it meanwhile.
    async fn pass(&mut self, made: Made) -> Result<(), End> {
        if self.running.get(&made.id).is_none_or(|(turn, _)| *turn != made.turn) {
            return Ok(());
        }
        match made.what {
            What::Next(body) => self.tell(&made.id, "next", &body).await,
            What::Error(body) => {
                self.running.remove(&made.id);
                self.tell(&made.id, "error", &body).await
            }
            What::Complete => {
                self.running.remove(&made.id);
                self.say(json!({ "id": made.id, "type": "complete" }).to_string()).await
            }
        }
    }

    async fn complete_all(&mut self) -> Result<(), End> {
        for (id, (_, operation)) in std::mem::take(&mut self.running) {
            operation.abort();
            self.say(json!({ "id": id, "type": "complete" }).to_string()).await?;
        }
        Ok(())
    }

    /// What was opened by somebody ends with what she was recognised by.
    async fn end_with_credential(&mut self) -> Result<(), End> {
        let holds = match &self.caller {
            Some(caller) => self.site.still_holds(caller).await,
            None => true,
        };
        if holds {
            return Ok(());
        }
        let ended = to_bytes(&[coded(ENDED, &[], self.lang)]);
        for (id, (_, operation)) in std::mem::take(&mut self.running) {
            operation.abort();
            self.tell(&id, "error", &ended).await?;
        }
        Err(End::Close(UNAUTHORIZED, "Unauthorized"))
    }

    async fn look(&mut self, opened: Instant, heard: Instant) -> Result<(), End> {
        if heard.max(opened).elapsed() > SILENT_FOR {
            return Err(End::Gone);
        }
        self.send(Message::Ping(Bytes::new())).await
    }

    /// A message with a payload that is JSON already.
    async fn tell(&mut self, id: &str, what: &str, payload: &Bytes) -> Result<(), End> {
        let payload = std::str::from_utf8(payload).ok().and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
        let (Some(payload), Ok(id)) = (payload, serde_json::to_string(id)) else { return Ok(()) };
        self.say(format!("{{\"id\":{id},\"type\":\"{what}\",\"payload\":{payload}}}")).await
    }

    async fn say(&mut self, text: String) -> Result<(), End> {
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND_WITHIN, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// One operation, running beside the others.
struct Operation {
    id: String,
    turn: u64,
    out: mpsc::Sender<Made>,
    site: Arc<Site>,
    /// Given back when the operation ends, however it ends.
    _place: Watching,
}

impl Operation {
    async fn run(self, mut answers: futures_util::stream::BoxStream<'static, Answer>) {
        let mut first = true;
        while let Some(answer) = answers.next().await {
            count_errors(&self.site.metrics, &answer);
            // Only what could not be begun is an error of the protocol, and ends the operation.
            if first && is_request_error(&answer) {
                self.pass(What::Error(to_bytes(&answer.errors))).await;
                return;
            }
            first = false;
            if !self.pass(What::Next(encode(&answer, Media::Json).body)).await {
                return;
            }
        }
        self.pass(What::Complete).await;
    }

    /// False when nobody listens any more.
    async fn pass(&self, what: What) -> bool {
        self.out.send(Made { id: self.id.clone(), turn: self.turn, what }).await.is_ok()
    }
}
