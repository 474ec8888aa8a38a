//! A server for `Streams.Read` alone, over a list of events, that fails when it is told to.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tonic::codec::ProstCodec;
use tonic::metadata::AsciiMetadataValue;
use tonic::server::{Grpc, ServerStreamingService, UnaryService};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::address::Address;
use crate::prefix::Prefix;
use crate::wire::{
    AllOption, ClusterInfo, Content, CountOption, Empty, EndPoint, Filter, FilterOption, GOSSIP, Halves, LEADER, MemberInfo, Place,
    ProtocolUuid, READ, ReadEvent, ReadReq, ReadResp, RecordedEvent, RevisionOption, StreamIdentifier, StreamOption, UuidValue,
};

type Answer = Result<ReadResp, Status>;

/// The server; a clone is the same one.
#[derive(Clone)]
pub(super) struct Scripted {
    state: Arc<Mutex<State>>,
    /// Told of every change of the state.
    changed: Arc<watch::Sender<()>>,
    pub(super) port: u16,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) log: Vec<RecordedEvent>,
    /// Subscriptions tell no event, whatever comes; other reads do.
    pub(super) deaf: bool,
    /// Nothing is answered.
    pub(super) frozen: bool,
    /// Servers of old say no word when a subscription has caught up.
    pub(super) never_caught_up: bool,
    /// Every read is answered with this: not I, that one.
    pub(super) leader: Option<u16>,
    /// What gossip says: the ports of nodes, and whether they lead.
    pub(super) members: Vec<(u16, bool)>,
    /// What every subscription says first.
    pub(super) first: Vec<Content>,
    /// Subscriptions that were opened so far.
    pub(super) subscriptions: usize,
    /// Subscriptions with a number up to this one end, cleanly.
    ended: usize,
    serving: Vec<AbortHandle>,
}

impl Scripted {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Scripted { state: Arc::default(), changed: Arc::new(watch::Sender::new(())), port };
        server.serve(listener);
        server
    }

    pub(super) fn address(&self) -> Arc<Address> {
        Arc::new(format!("kurrentdb://127.0.0.1:{}?tls=false", self.port).parse().expect("an address"))
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_replace(());
        changed
    }

    /// Appends at the next revision of the stream, by its name in the cluster.
    pub(super) fn append(&self, stream: &str, event_type: &str, data: &[u8]) -> Place {
        self.change(|state| {
            let revision = state.log.iter().filter(|event| name(event) == stream).count() as u64;
            state.put(stream, revision, event_type, data)
        })
    }

    /// Ends every subscription as a server does that has nothing more to say.
    pub(super) fn end_subscriptions(&self) {
        self.change(|state| state.ended = state.subscriptions);
    }

    /// Cuts every connection and closes the port.
    pub(super) fn kill(&self) {
        self.change(|state| state.serving.drain(..).for_each(|task| task.abort()));
    }

    /// Opens the same port again.
    pub(super) async fn revive(&self) {
        // The task that held the port may still be going.
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        self.serve(listener);
    }

    fn serve(&self, listener: TcpListener) {
        let server = self.clone();
        let accepting = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a connection");
                let answering = Answering(server.clone());
                let service = service_fn(move |request| {
                    let answering = answering.clone();
                    async move {
                        Ok::<_, Infallible>(match request.uri().path() {
                            READ => Grpc::new(ProstCodec::default()).server_streaming(answering, request).await,
                            GOSSIP => Grpc::new(ProstCodec::default()).unary(answering, request).await,
                            other => panic!("nobody asks for {other}"),
                        })
                    }
                });
                let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service);
                let connection = tokio::spawn(async move { drop(connection.await) });
                server.change(|state| state.serving.push(connection.abort_handle()));
            }
        });
        self.change(|state| state.serving.push(accepting.abort_handle()));
    }

    async fn until_thawed(&self) {
        loop {
            let mut changed = self.changed.subscribe();
            if !self.state.lock().unwrap_or_else(PoisonError::into_inner).frozen {
                return;
            }
            drop(changed.changed().await);
        }
    }
}

impl State {
    pub(super) fn put(&mut self, stream: &str, revision: u64, event_type: &str, data: &[u8]) -> Place {
        let commit = self.log.last().map_or(100, |last| last.commit + 50);
        let place = (commit, commit - 10);
        let id = Uuid::from_u128(u128::from(commit) << 64 | u128::from(revision)).as_u64_pair();
        let halves = Halves { most: id.0.cast_signed(), least: id.1.cast_signed() };
        self.log.push(RecordedEvent {
            id: Some(ProtocolUuid { value: Some(UuidValue::Structured(halves)) }),
            stream: Some(StreamIdentifier { name: Bytes::copy_from_slice(stream.as_bytes()) }),
            revision,
            prepare: place.1,
            commit: place.0,
            metadata: HashMap::from([("type".to_owned(), event_type.to_owned())]),
            data: Bytes::copy_from_slice(data),
        });
        place
    }

    /// From a place on, itself included, as old servers have it.
    fn from(&self, place: Option<Place>, beginnings: &[String]) -> Vec<RecordedEvent> {
        let wanted = |event: &&RecordedEvent| {
            Some((event.commit, event.prepare)) >= place && beginnings.iter().any(|beginning| name(event).starts_with(beginning.as_str()))
        };
        self.log.iter().filter(wanted).cloned().collect()
    }

    fn read(&self, from: &StreamOption, beginnings: &[String], backwards: bool, count: u64) -> Vec<RecordedEvent> {
        let mut events = match from {
            StreamOption::All(all) => self.from(place(all.from.as_ref()), beginnings),
            StreamOption::Stream(stream) => {
                let first = match stream.from {
                    Some(RevisionOption::Revision(revision)) => revision,
                    Some(RevisionOption::Start(_) | RevisionOption::End(_)) | None => 0,
                };
                let same = |event: &&RecordedEvent| event.stream == stream.stream && event.revision >= first;
                self.log.iter().filter(same).cloned().collect()
            }
        };
        if backwards {
            events.reverse();
        }
        events.truncate(usize::try_from(count).expect("small"));
        events
    }
}

fn name(event: &RecordedEvent) -> String {
    let name = event.stream.as_ref().map(|stream| stream.name.to_vec());
    String::from_utf8(name.unwrap_or_default()).expect("a name")
}

fn place(from: Option<&AllOption>) -> Option<Place> {
    match from {
        Some(AllOption::Position(position)) => Some((position.commit, position.prepare)),
        Some(AllOption::Start(_) | AllOption::End(_)) | None => None,
    }
}

fn said(content: Content) -> ReadResp {
    ReadResp { content: Some(content) }
}

fn told(event: RecordedEvent) -> Content {
    Content::Event(ReadEvent { event: Some(event) })
}

#[derive(Clone)]
struct Answering(Scripted);

impl ServerStreamingService<ReadReq> for Answering {
    type Response = ReadResp;
    type ResponseStream = BoxStream<'static, Answer>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<ReadReq>) -> Self::Future {
        assert_eq!(request.metadata().get("requires-leader"), Some(&AsciiMetadataValue::from_static("true")));
        let server = self.0.clone();
        let options = request.into_inner().options.expect("options");
        if let Some(port) = server.change(|state| state.leader) {
            let mut status = Status::not_found("Leader info available");
            let port = AsciiMetadataValue::try_from(port.to_string()).expect("a number");
            status.metadata_mut().insert("exception", AsciiMetadataValue::from_static("not-leader"));
            status.metadata_mut().insert("leader-endpoint-host", AsciiMetadataValue::from_static("127.0.0.1"));
            status.metadata_mut().insert("leader-endpoint-port", port);
            return ready(Err(status));
        }
        let beginnings = match options.filter {
            Some(FilterOption::Filter(filter)) => match filter.filter {
                Some(Filter::Stream(expression)) => expression.prefixes,
                Some(Filter::EventType(_)) | None => panic!("a filter by the names of streams"),
            },
            Some(FilterOption::NoFilter(_)) | None => vec![String::new()],
        };
        let from = options.stream.expect("where to read");
        let answer = match options.count.expect("how much to read") {
            CountOption::Count(count) => {
                let read = async move {
                    server.until_thawed().await;
                    let events = server.change(|state| state.read(&from, &beginnings, options.direction == 1, count));
                    stream::iter(events.into_iter().map(|event| said(told(event))).map(Ok))
                };
                stream::once(read).flatten().boxed()
            }
            CountOption::Subscription(_) => {
                let StreamOption::All(all) = from else { panic!("a subscription to $all") };
                Subscription::open(server, place(all.from.as_ref()), beginnings).boxed()
            }
        };
        ready(Ok(Response::new(answer)))
    }
}

impl UnaryService<Empty> for Answering {
    type Response = ClusterInfo;
    type Future = BoxFuture<'static, Result<Response<ClusterInfo>, Status>>;

    fn call(&mut self, _: Request<Empty>) -> Self::Future {
        let server = self.0.clone();
        Box::pin(async move {
            server.until_thawed().await;
            let member = |&(port, leads): &(u16, bool)| MemberInfo {
                state: if leads { LEADER } else { 6 },
                alive: true,
                endpoint: Some(EndPoint { address: "127.0.0.1".to_owned(), port: u32::from(port) }),
            };
            Ok(Response::new(ClusterInfo { members: server.change(|state| state.members.iter().map(member).collect()) }))
        })
    }
}

struct Subscription {
    server: Scripted,
    number: usize,
    next: Option<Place>,
    beginnings: Vec<String>,
    /// In reverse.
    first: Vec<Content>,
    confirmed: bool,
    caught_up: bool,
}

enum Step {
    Say(Content),
    Wait,
    End,
}

impl Subscription {
    fn open(server: Scripted, from: Option<Place>, beginnings: Vec<String>) -> impl futures_util::Stream<Item = Answer> {
        let (number, mut first) = server.change(|state| {
            state.subscriptions += 1;
            (state.subscriptions, state.first.clone())
        });
        first.reverse();
        let subscription = Subscription { server, number, next: from, beginnings, first, confirmed: false, caught_up: false };
        stream::unfold(subscription, |mut subscription| async move {
            loop {
                let changed = subscription.server.changed.subscribe();
                match subscription.step() {
                    Step::Say(content) => return Some((Ok(said(content)), subscription)),
                    Step::End => return None,
                    Step::Wait => {
                        let mut changed = changed;
                        if changed.changed().await.is_err() {
                            pending::<()>().await;
                        }
                    }
                }
            }
        })
    }

    fn step(&mut self) -> Step {
        let state = self.server.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ended >= self.number {
            return Step::End;
        }
        if state.frozen {
            return Step::Wait;
        }
        if !self.confirmed {
            self.confirmed = true;
            return Step::Say(Content::Confirmation(Empty {}));
        }
        if state.deaf {
            return Step::Wait;
        }
        if let Some(content) = self.first.pop() {
            return Step::Say(content);
        }
        if let Some(event) = state.from(self.next, &self.beginnings).into_iter().next() {
            // The next one begins behind it.
            self.next = Some((event.commit, event.prepare + 1));
            return Step::Say(told(event));
        }
        if self.caught_up || state.never_caught_up {
            return Step::Wait;
        }
        self.caught_up = true;
        Step::Say(Content::CaughtUp(Empty {}))
    }
}

/// The programme of these tests.
pub(super) fn prefix() -> Prefix {
    Prefix::new(Uuid::from_u128(0xaa))
}
