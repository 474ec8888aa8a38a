//! Finds the cluster's leader and speaks `Streams.Read` with it, every call under a limit of our own.
//!
//! The official client is not asked which node to take: every client of version 1.2.0 that has found one leaves a task and
//! its connection behind for good, because the task that answers it holds a sender to itself (`grpc.rs`,
//! `connection_state_machine`), so that it takes a runtime of its own to end it; here a new connection is made for every
//! attempt. It also asks the nodes one after another, so that a frozen one holds up the others.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use prost::Message;
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::codec::ProstCodec;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{AsciiMetadataValue, MetadataMap};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Status, Streaming};

use crate::address::{Address, Host};
use crate::options::Limits;
use crate::wire::{ClusterInfo, Content, Empty, GOSSIP, LEADER, MemberInfo, READ, ReadReq, ReadResp, RecordedEvent};

/// How long connecting and gossip may take: a frozen node must not use up the time in which another could be found.
const DIALLING: Duration = Duration::from_secs(2);
/// A connection on which nothing comes back for the sum of both is given up.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// The largest append a server can be configured to take is far below this; ours are below 1 MiB.
const LARGEST_MESSAGE: usize = 64 << 20;

/// Why a node could not be asked.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Broken {
    /// The node said that another one leads, and usually which.
    #[error("{node} does not lead the cluster")]
    NotLeader { node: String, leader: Option<Host> },
    /// The answer will not change by asking again at another node.
    #[error("{node}: {what}")]
    Refused { node: String, code: Code, what: String },
    /// Anything that may pass: no connection, no answer in time, a cut, a server that is not ready.
    #[error("{0}")]
    Lost(String),
}

/// Looks for the leader.
#[derive(Debug)]
pub(crate) struct Selector {
    address: Arc<Address>,
    limits: Limits,
    /// Whom a node named as the leader, until that one was tried.
    named: Option<Host>,
    /// The nodes that gossip told of last: those in the address may all be gone.
    members: Vec<Host>,
}

/// One connection to one node.
#[derive(Clone)]
pub(crate) struct Node {
    name: String,
    grpc: Grpc<Channel>,
    headers: MetadataMap,
    limit: Duration,
}

impl Selector {
    pub(crate) fn new(address: Arc<Address>, limits: Limits) -> Self {
        Selector { address, limits, named: None, members: Vec::new() }
    }

    /// A new connection to the node that leads as far as can be told. It finds out itself with the first call when it does
    /// not: all of them ask for the leader.
    pub(crate) async fn leader(&mut self) -> Result<Node, Broken> {
        let limit = self.limits.call;
        let found = async {
            match self.named.take() {
                Some(host) => self.connect(&host).await,
                None if self.address.has_gossip() => {
                    let leader = self.ask_all().await?;
                    self.connect(&leader).await
                }
                None => self.connect(&self.address.hosts()[0]).await,
            }
        };
        timeout(limit, found).await.unwrap_or_else(|_| Err(Broken::Lost(format!("no leader found within {limit:?}"))))
    }

    /// For the next attempt.
    pub(crate) fn learn(&mut self, broken: &Broken) {
        if let Broken::NotLeader { leader, .. } = broken {
            self.named.clone_from(leader);
        }
    }

    /// All nodes at once; the first that knows the leader is believed.
    async fn ask_all(&mut self) -> Result<Host, Broken> {
        let unnamed = self.members.iter().filter(|member| !self.address.hosts().contains(member));
        let mut asked: FuturesUnordered<_> = self.address.hosts().iter().chain(unnamed).map(|host| self.gossip(host)).collect();
        let mut why = Vec::new();
        let (leader, members) = loop {
            match asked.next().await {
                Some(Ok(told)) => break told,
                Some(Err(broken)) => why.push(broken.to_string()),
                None => return Err(Broken::Lost(why.join("; "))),
            }
        };
        drop(asked);
        self.members = members;
        Ok(leader)
    }

    /// The leader as this node knows it, and all nodes that live.
    async fn gossip(&self, host: &Host) -> Result<(Host, Vec<Host>), Broken> {
        let mut node = self.connect(host).await?;
        let cluster = node.unary::<Empty, ClusterInfo>(GOSSIP, Empty {}).await?;
        let living = cluster.members.iter().filter(|member| member.alive);
        let living: Vec<_> = living.filter_map(|member| Some((member.state == LEADER, host_of(member)?))).collect();
        let leader = living.iter().find(|(leads, _)| *leads).map(|(_, host)| host.clone());
        let leader = leader.ok_or_else(|| Broken::Lost(format!("{} knows no leader", node.name)))?;
        Ok((leader, living.into_iter().map(|(_, host)| host).collect()))
    }

    async fn connect(&self, host: &Host) -> Result<Node, Broken> {
        let name = host.to_string();
        let failed = |why: String| Broken::Lost(format!("{name}: {why}"));
        let endpoint = self.endpoint(host).await.map_err(failed)?;
        let limit = DIALLING.min(self.limits.call);
        let channel = match timeout(limit, endpoint.connect()).await {
            Ok(Ok(channel)) => channel,
            Ok(Err(error)) => return Err(failed(reason(&error))),
            Err(_) => return Err(failed(format!("no connection within {limit:?}"))),
        };
        let grpc = Grpc::new(channel).max_decoding_message_size(LARGEST_MESSAGE);
        Ok(Node { headers: self.headers().map_err(failed)?, name, grpc, limit: self.limits.call })
    }

    async fn endpoint(&self, host: &Host) -> Result<Endpoint, String> {
        let scheme = if self.address.is_tls() { "https" } else { "http" };
        let endpoint = Endpoint::from_shared(format!("{scheme}://{host}"))
            .map_err(|error| reason(&error))?
            .connect_timeout(DIALLING)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .keep_alive_while_idle(true);
        if !self.address.is_tls() {
            return Ok(endpoint);
        }
        // Read anew for each connection, so that a renewed certificate is taken without a restart.
        let mut tls = ClientTlsConfig::new();
        if let Some(address) = host.name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            // A certificate names an IPv6 address without the brackets that a URI has.
            tls = tls.domain_name(address);
        }
        tls = match self.address.ca_file() {
            Some(file) => tls.ca_certificate(Certificate::from_pem(pem(file).await?)),
            None => tls.with_native_roots(),
        };
        if let Some(ours) = self.address.client_certificate() {
            tls = tls.identity(Identity::from_pem(pem(&ours.certificate).await?, pem(&ours.key).await?));
        }
        // The system's authorities are read from the disk.
        let prepared = tokio::task::spawn_blocking(move || endpoint.tls_config(tls)).await;
        prepared.map_err(|error| error.to_string())?.map_err(|error| reason(&error))
    }

    fn headers(&self) -> Result<MetadataMap, String> {
        let mut headers = MetadataMap::new();
        headers.insert("requires-leader", AsciiMetadataValue::from_static("true"));
        if let Some(credentials) = self.address.credentials() {
            let pair = STANDARD.encode(format!("{}:{}", credentials.user, credentials.password));
            let mut value = AsciiMetadataValue::try_from(format!("Basic {pair}")).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            headers.insert("authorization", value);
        }
        Ok(headers)
    }
}

impl Node {
    /// The answer to a read, as it comes. A subscription begins with its confirmation, which is waited for.
    pub(crate) async fn read(&self, request: ReadReq) -> Result<Streaming<ReadResp>, Broken> {
        let mut grpc = self.grpc.clone();
        let asked = async {
            grpc.ready().await.map_err(|error| Broken::Lost(format!("{}: {}", self.name, reason(&error))))?;
            let request = self.request(request);
            let codec = ProstCodec::<ReadReq, ReadResp>::default();
            grpc.server_streaming(request, PathAndQuery::from_static(READ), codec).await.map_err(|status| self.broken(&status))
        };
        Ok(self.limited(asked).await?.into_inner())
    }

    /// The events of a read that ends.
    pub(crate) async fn events(&self, request: ReadReq) -> Result<Vec<RecordedEvent>, Broken> {
        self.limited(async {
            let mut answer = self.read(request).await?;
            let mut events = Vec::new();
            while let Some(response) = answer.message().await.map_err(|status| self.broken(&status))? {
                match response.content {
                    Some(Content::Event(read)) => events.extend(read.event),
                    Some(
                        Content::StreamNotFound(_)
                        | Content::FirstStreamPosition(_)
                        | Content::LastStreamPosition(_)
                        | Content::LastAllStreamPosition(_)
                        | Content::Confirmation(_)
                        | Content::Checkpoint(_)
                        | Content::CaughtUp(_)
                        | Content::FellBehind(_),
                    )
                    | None => {}
                }
            }
            Ok(events)
        })
        .await
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What a status of this node means.
    pub(crate) fn broken(&self, status: &Status) -> Broken {
        let node = self.name.clone();
        let text = |key: &str| status.metadata().get(key).and_then(|value| value.to_str().ok());
        let what = format!("{} ({:?})", status.message(), status.code());
        if text("exception") == Some("not-leader") {
            let port = text("leader-endpoint-port").and_then(|port| port.parse().ok());
            let leader = text("leader-endpoint-host").zip(port).and_then(|(host, port)| named(host, port));
            return Broken::NotLeader { node, leader };
        }
        let code = match status.code() {
            // A subscription that begins where no event does is told so properly, a read only in these words.
            Code::Unknown if status.message().contains("Result: InvalidPosition") => Code::InvalidArgument,
            code => code,
        };
        match code {
            Code::InvalidArgument | Code::FailedPrecondition | Code::PermissionDenied | Code::Unauthenticated => {
                Broken::Refused { node, code, what }
            }
            _ => Broken::Lost(format!("{node}: {what}{}", cause(status))),
        }
    }

    async fn unary<Q, A>(&mut self, path: &'static str, question: Q) -> Result<A, Broken>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let mut grpc = self.grpc.clone();
        let limit = DIALLING.min(self.limit);
        let asked = async {
            grpc.ready().await.map_err(|error| Broken::Lost(format!("{}: {}", self.name, reason(&error))))?;
            let path = PathAndQuery::from_static(path);
            let answer = grpc.unary(self.request(question), path, ProstCodec::<Q, A>::default()).await;
            answer.map(tonic::Response::into_inner).map_err(|status| self.broken(&status))
        };
        timeout(limit, asked).await.unwrap_or_else(|_| Err(self.silent(limit)))
    }

    fn request<Q>(&self, question: Q) -> Request<Q> {
        let mut request = Request::new(question);
        *request.metadata_mut() = self.headers.clone();
        request
    }

    async fn limited<T>(&self, asked: impl Future<Output = Result<T, Broken>>) -> Result<T, Broken> {
        timeout(self.limit, asked).await.unwrap_or_else(|_| Err(self.silent(self.limit)))
    }

    fn silent(&self, limit: Duration) -> Broken {
        Broken::Lost(format!("{}: no answer within {limit:?}", self.name))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A node as others name it: an IPv6 address comes without brackets.
fn named(address: &str, port: u16) -> Option<Host> {
    let bare = address.contains(':') && !address.starts_with('[');
    let name = if bare { format!("[{address}]") } else { address.to_owned() };
    (!address.is_empty() && port > 0).then_some(Host { name, port })
}

fn host_of(member: &MemberInfo) -> Option<Host> {
    let endpoint = member.endpoint.as_ref()?;
    named(&endpoint.address, u16::try_from(endpoint.port).ok()?)
}

async fn pem(file: &Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(file).await.map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// With what lies behind it: a transport error says nothing itself.
fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(error) = inner {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        inner = error.source();
    }
    text
}

fn cause(status: &Status) -> String {
    std::error::Error::source(status).map_or_else(String::new, |error| format!(": {}", reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> Node {
        let channel = Endpoint::from_static("http://127.0.0.1:1").connect_lazy();
        Node { name: "n1:2113".to_owned(), grpc: Grpc::new(channel), headers: MetadataMap::new(), limit: Duration::from_millis(200) }
    }

    #[tokio::test]
    async fn a_follower_names_the_leader() {
        let mut status = Status::not_found("Leader info available");
        for (key, value) in [("exception", "not-leader"), ("leader-endpoint-host", "fd00::2"), ("leader-endpoint-port", "2114")] {
            status.metadata_mut().insert(key, AsciiMetadataValue::from_static(value));
        }
        let broken = node().broken(&status);
        let Broken::NotLeader { leader: Some(leader), .. } = &broken else { panic!("{broken:?}") };
        assert_eq!(leader, &Host { name: "[fd00::2]".to_owned(), port: 2114 });
        let address: Address = "kurrentdb://h1,h2?tls=false".parse().expect("an address");
        let mut selector = Selector::new(Arc::new(address), Limits::default());
        selector.learn(&broken);
        assert_eq!(selector.named.as_ref(), Some(leader));
        selector.learn(&Broken::Lost("cut".to_owned()));
        assert_eq!(selector.named.as_ref(), Some(leader));
    }

    #[tokio::test]
    async fn what_may_pass_is_told_from_what_does_not() {
        let denied = node().broken(&Status::permission_denied("Access Denied"));
        assert!(matches!(denied, Broken::Refused { code: Code::PermissionDenied, .. }), "{denied:?}");
        let nowhere = node().broken(&Status::unknown("Unexpected ReadAllResult: InvalidPosition >> beyond the end"));
        assert!(matches!(nowhere, Broken::Refused { code: Code::InvalidArgument, .. }), "{nowhere:?}");
        let busy = node().broken(&Status::unavailable("Server Is Too Busy"));
        assert_eq!(busy.to_string(), "n1:2113: Server Is Too Busy (Unavailable)");
        assert!(matches!(busy, Broken::Lost(_)));
    }

    #[tokio::test]
    async fn nobody_there_is_found_out_at_once_and_told_with_its_cause() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let address: Address = format!("kurrentdb://127.0.0.1:{port}?tls=false").parse().expect("an address");
        let mut selector = Selector::new(Arc::new(address), Limits::default());
        let broken = selector.leader().await.expect_err("nobody is there");
        assert!(broken.to_string().contains("refused"), "{broken}");
    }

    #[tokio::test]
    async fn a_node_that_accepts_and_says_nothing_is_given_up_in_time() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let address: Address = format!("kurrentdb://127.0.0.1:{port}?tls=false").parse().expect("an address");
        let limits = Limits { call: Duration::from_millis(200), ..Limits::default() };
        let before = tokio::time::Instant::now();
        let asked = async {
            let node = Selector::new(Arc::new(address), limits).leader().await?;
            node.events(ReadReq::newest()).await
        };
        let broken = asked.await.expect_err("nothing is answered");
        assert!(matches!(broken, Broken::Lost(_)), "{broken:?}");
        assert!(before.elapsed() < Duration::from_secs(2));
        drop(listener);
    }

    #[test]
    fn the_password_is_in_no_header_that_is_shown() {
        let address: Address = "kurrentdb://u:secret@h1?tls=false".parse().expect("an address");
        let selector = Selector::new(Arc::new(address), Limits::default());
        let headers = selector.headers().expect("headers");
        assert_eq!(headers.get("authorization").and_then(|value| value.to_str().ok()), Some("Basic dTpzZWNyZXQ="));
        let shown = format!("{headers:?} {selector:?}");
        assert!(!shown.contains("secret") && !shown.contains("dTpzZWNyZXQ="), "{shown}");
    }
}
