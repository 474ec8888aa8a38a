//! A test bench that speaks KurrentDB's gRPC over the embedded ledger: one node or three, real sockets, faults on demand.
//!
//! What it imitates, and what it does not:
//! - expected versions, repetition of events, deletion, tombstones, retention, positions, filters by prefix, errors with
//!   their codes, trailers and packed details follow the server's source; regular expressions, links, persistent
//!   subscriptions, projections and lists of rights in metadata are not there;
//! - a connection has a hundred calls at most, and a `BatchAppend` that the client half-closes stays one of them as long as on
//!   the server: until an answer follows, or the client resets it;
//! - all nodes have one store, so a write that was acknowledged is on every node: what a real cluster promises, without
//!   the lag that a real follower may have;
//! - a node is a gate in front of a port. Killed: its connections are closed and its port, too. Frozen: as a process that
//!   got SIGSTOP, it accepts and answers nothing, and what was sent to it is worked off when it goes on;
//! - the nodes run on threads of their own, so a client that takes all of the test's threads does not stop them.

#![expect(clippy::result_large_err, reason = "the errors of tonic's services are as large as tonic makes them")]

mod append;
mod batch;
mod bench;
mod certificates;
pub mod control;
mod delete;
mod disk;
mod errors;
mod faults;
mod metadata;
mod node;
mod proto;
mod read;
mod rights;
mod roles;
mod service;
mod store;
mod subscribe;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tonic::transport::Server;
use uuid::Uuid;

pub use errors::MAX_APPEND;
pub use faults::Fault;
pub use rights::{Rights, User};
pub use roles::Power;
pub use store::{Expected, Place, Proposed, Record, Refusal, TOMBSTONE, Transactions, Written};

use bench::Bench;
use certificates::Certificates;
use faults::Faults;
use node::{Connections, Port};
use proto::gossip::gossip_server::GossipServer;
use proto::server_features::server_features_server::ServerFeaturesServer;
use proto::streams::streams_server::StreamsServer;
use roles::Roles;
use service::Node;
use store::Store;

/// Calls beyond that wait until one of the same connection has ended: what the server's HTTP/2 has if nobody sets it.
const CALLS_OF_A_CONNECTION: u32 = 100;

/// How a bench is built.
#[derive(Debug, Clone)]
pub struct Shape {
    /// One or three.
    pub nodes: usize,
    pub tls: bool,
    /// Whom the certificate names. The nodes are called by 127.0.0.1.
    pub names: Vec<String>,
    /// Empty: as the server in insecure mode, nobody needs a password.
    pub users: Vec<User>,
    pub version: String,
    pub transactions: Transactions,
    /// Where the log lies; none: in a folder that goes with the bench.
    pub folder: Option<PathBuf>,
}

impl Default for Shape {
    fn default() -> Self {
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        Shape {
            nodes: 1,
            tls: false,
            names,
            users: Vec::new(),
            version: "25.1.0".to_owned(),
            transactions: Transactions::default(),
            folder: None,
        }
    }
}

impl Shape {
    pub fn nodes(nodes: usize) -> Self {
        Shape { nodes, ..Shape::default() }
    }

    /// With TLS, and the usual users.
    pub fn secure(nodes: usize) -> Self {
        Shape { nodes, tls: true, users: User::usual(), ..Shape::default() }
    }
}

/// A running bench. Dropping it ends all its nodes at once.
pub struct Cluster {
    bench: Arc<Bench>,
    ports: Vec<Port>,
    runtime: Option<Runtime>,
    certificates: Option<Arc<Certificates>>,
    /// Removed when the bench is dropped.
    _folder: Option<TempDir>,
}

impl Cluster {
    /// Starts all nodes; the first one leads.
    ///
    /// # Panics
    /// When there is no port or no folder to be had.
    pub async fn start(shape: Shape) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("kurrent-bench")
            .enable_all()
            .build()
            .expect("threads can be had");
        let own = shape.folder.is_none().then(|| TempDir::new().expect("a folder can be made"));
        let folder = shape.folder.clone().or_else(|| own.as_ref().map(|own| own.path().to_owned())).unwrap_or_default();
        // Two of them are in the tree, so one has to be named; another bench may have done so.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let certificates = shape.tls.then(|| Arc::new(Certificates::make(&folder, &shape.names)));
        let nodes = shape.nodes;
        let (bench, ports) = runtime.spawn(begin(shape, folder)).await.expect("the bench starts");
        let cluster = Cluster { bench, ports, runtime: Some(runtime), certificates, _folder: own };
        for number in 0..nodes {
            cluster.serve(number);
        }
        cluster.runtime().spawn(cluster.bench.roles.clone().run());
        cluster
    }

    /// The address of the whole cluster, as an administrator where there are users.
    pub fn address(&self) -> String {
        let admin = self.bench.users.iter().find(|user| user.rights == Rights::Admin);
        let user = admin.map(|user| (user.name.as_str(), user.password.as_str()));
        self.address_with(user, &(0..self.bench.addresses.len()).collect::<Vec<_>>())
    }

    /// The same as another user; name and password are percent-encoded.
    pub fn address_as(&self, name: &str, password: &str) -> String {
        self.address_with(Some((name, password)), &(0..self.bench.addresses.len()).collect::<Vec<_>>())
    }

    /// The address of one node. A client that is given only one asks nobody who leads.
    pub fn address_of(&self, node: usize) -> String {
        let admin = self.bench.users.iter().find(|user| user.rights == Rights::Admin);
        self.address_with(admin.map(|user| (user.name.as_str(), user.password.as_str())), &[node])
    }

    /// Host and port of a node.
    pub fn socket(&self, node: usize) -> SocketAddr {
        self.bench.addresses[node]
    }

    /// The certificate of the authority that the nodes' certificate is signed by; none without TLS.
    pub fn ca_file(&self) -> Option<&Path> {
        self.certificates.as_ref().map(|certificates| certificates.ca_file.as_path())
    }

    /// Who leads; while there is an election, who did before.
    pub fn leader(&self) -> usize {
        self.bench.roles.last_leader()
    }

    /// Waits until a running node leads.
    pub async fn elected(&self) -> usize {
        loop {
            match self.bench.roles.leader() {
                Some(leader) if self.bench.roles.power(leader) == Power::Running => return leader,
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    /// A node that runs and does not lead.
    ///
    /// # Panics
    /// When there is none.
    pub fn follower(&self) -> usize {
        let running = |node: &usize| self.bench.roles.power(*node) == Power::Running;
        (0..self.bench.addresses.len()).filter(running).find(|node| *node != self.leader()).expect("a node that does not lead")
    }

    pub fn power(&self, node: usize) -> Power {
        self.bench.roles.power(node)
    }

    /// Ends a node as SIGKILL does: its connections and its port are closed.
    pub async fn kill(&self, node: usize) {
        self.bench.roles.set(node, Power::Dead);
        let connections = &self.bench.connections[node];
        while connections.count() > 0 || connections.listening() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts a killed node again on its port.
    pub async fn restart(&self, node: usize) {
        if self.power(node) != Power::Dead {
            return self.thaw(node);
        }
        self.bench.roles.set(node, Power::Running);
        self.serve(node);
    }

    /// Stops a node as SIGSTOP does.
    pub fn freeze(&self, node: usize) {
        self.bench.roles.set(node, Power::Frozen);
    }

    /// Lets it go on.
    pub fn thaw(&self, node: usize) {
        if self.power(node) == Power::Frozen {
            self.bench.roles.set(node, Power::Running);
        }
    }

    /// The leader lays its office down; about half a second later another one has it.
    pub fn resign(&self) {
        self.bench.roles.resign();
    }

    /// Lets something go wrong the next so many times.
    pub fn fault(&self, fault: Fault, times: usize) {
        self.bench.faults.set(fault, times);
    }

    /// How many times it is still to go wrong.
    pub fn faults_left(&self, fault: Fault) -> usize {
        self.bench.faults.count(fault)
    }

    /// Nothing goes wrong any more. A subscription that was silenced stays silent.
    pub fn mend(&self) {
        self.bench.faults.clear();
    }

    /// How many subscriptions are open.
    pub fn subscriptions(&self) -> usize {
        self.bench.subscriptions.load(Ordering::SeqCst)
    }

    /// How many calls of `BatchAppend` are open.
    pub fn open_batches(&self) -> usize {
        self.bench.batches.load(Ordering::SeqCst)
    }

    pub fn nodes(&self) -> usize {
        self.bench.addresses.len()
    }

    /// How many connections a node has.
    pub fn connections(&self, node: usize) -> usize {
        self.bench.connections[node].count()
    }

    /// Everything that is recorded, in the order of `$all`, system events too.
    pub fn all(&self) -> Vec<Arc<Record>> {
        self.bench.store.forwards(Place::default(), true, usize::MAX)
    }

    /// What is recorded in a stream, hidden events too.
    pub fn stream(&self, name: &str) -> Vec<Arc<Record>> {
        self.all().into_iter().filter(|record| &*record.stream == name).collect()
    }

    /// Writes to a stream as somebody else would.
    ///
    /// # Panics
    /// When the stream was tombstoned.
    pub async fn append_raw(&self, stream: &str, events: Vec<Proposed>) -> Written {
        let written = self.bench.store.append(stream, Expected::Any, events).expect("the stream takes it");
        self.bench.store.settled(written.place).await;
        written
    }

    /// Sets the metadata of a stream: retention, rights.
    pub async fn set_metadata(&self, stream: &str, json: &str) -> Written {
        self.append_raw(&format!("$${stream}"), vec![Proposed::json("$metadata", json)]).await
    }

    /// Deletes a stream; it can be written again.
    ///
    /// # Panics
    /// When it has a tombstone.
    pub async fn delete(&self, stream: &str) {
        let place = self.bench.store.delete(stream, Expected::Any).expect("the stream can be deleted");
        self.bench.store.settled(place).await;
    }

    /// Ends a stream for ever.
    ///
    /// # Panics
    /// When it has a tombstone already.
    pub async fn tombstone(&self, stream: &str) {
        let place = self.bench.store.tombstone(stream, Expected::Any).expect("the stream can be ended");
        self.bench.store.settled(place).await;
    }

    /// Removes what metadata and tombstones hide, as the server's scavenging does: revisions are missing after that.
    pub fn scavenge(&self) {
        self.bench.store.scavenge();
    }

    /// Takes the last events away, as when the cluster was put back to an older state.
    pub fn put_back(&self, events: usize) {
        self.bench.store.put_back(events);
    }

    /// Ends all nodes and waits until the log is let go of, so that another bench can open its folder.
    pub async fn stop(mut self) {
        if let Some(runtime) = self.runtime.take() {
            let waited = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(5)));
            drop(waited.await);
        }
    }

    fn serve(&self, number: usize) {
        let _in_runtime = self.runtime().enter();
        let listener = self.ports[number].listen().expect("the port is held for it");
        let incoming = node::listen(listener, self.bench.roles.watch(number), self.bench.connections[number].clone());
        let node = Node { bench: self.bench.clone(), number };
        let certificates = self.certificates.clone();
        self.runtime().spawn(async move {
            let mut server = Server::builder().max_concurrent_streams(CALLS_OF_A_CONNECTION);
            if let Some(certificates) = certificates {
                server = server.tls_config(certificates.server.clone()).expect("the bench's own certificate");
            }
            let serving = server
                .add_service(StreamsServer::new(node.clone()))
                .add_service(GossipServer::new(node.clone()))
                .add_service(ServerFeaturesServer::new(node))
                .serve_with_incoming(incoming);
            // It ends with the node.
            drop(serving.await);
        });
    }

    fn address_with(&self, user: Option<(&str, &str)>, nodes: &[usize]) -> String {
        let user = user.map_or(String::new(), |(name, password)| format!("{}:{}@", encoded(name), encoded(password)));
        let hosts: Vec<String> = nodes.iter().map(|node| format!("{}:{}", self.bench.host, self.bench.addresses[*node].port())).collect();
        let tls = self.ca_file().map_or("tls=false".to_owned(), |ca| format!("tls=true&tlsCAFile={}", ca.display()));
        format!("kurrentdb://{user}{}?{tls}", hosts.join(","))
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("there is one until the bench is dropped")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Waiting is not allowed where a test runs.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn begin(shape: Shape, folder: PathBuf) -> (Arc<Bench>, Vec<Port>) {
    let store = Store::open(&folder, shape.transactions).await;
    let ports: Vec<Port> = (0..shape.nodes).map(|_| Port::take().expect("a port can be had")).collect();
    let bench = Bench {
        roles: Roles::new(shape.nodes),
        faults: Faults::new(),
        users: shape.users,
        version: shape.version,
        host: "127.0.0.1".to_owned(),
        addresses: ports.iter().map(|port| port.address).collect(),
        ids: (0..shape.nodes).map(|_| Uuid::new_v4()).collect(),
        connections: (0..shape.nodes).map(|_| Connections::default()).collect(),
        subscriptions: AtomicUsize::new(0),
        batches: AtomicUsize::new(0),
        store,
    };
    if bench.store.last().is_none() {
        found(&bench.store).await;
    }
    (Arc::new(bench), ports)
}

/// What a server writes when it is started for the first time, so that nobody's events are the first ones.
async fn found(store: &Store) {
    let rights = r#"{"$acl":{"$r":"$admins","$w":"$admins","$d":"$admins","$mr":"$admins","$mw":"$admins"}}"#;
    let events = [
        ("$$$user-admin", "$metadata", rights),
        ("$user-admin", "$UserCreated", r#"{"loginName":"admin","fullName":"KurrentDB Administrator","disabled":false}"#),
        ("$users", "$User", "admin"),
    ];
    for (stream, event_type, data) in events {
        let event = Proposed { data: Bytes::from_static(data.as_bytes()), ..Proposed::json(event_type, "") };
        let written = store.append(stream, Expected::Any, vec![event]).expect("a new log takes it");
        store.settled(written.place).await;
    }
}

/// Percent-encodes what is more than a letter or a digit.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}
