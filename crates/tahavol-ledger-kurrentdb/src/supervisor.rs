//! Holds the one client that works, and makes another when it was thrown away: a client that failed once is never used again.
//!
//! The official client keeps the node that it has chosen, and the task behind it ends for good when a connection does not
//! come about. So nothing is mended here: a client that let a call fail is thrown away, and the next one finds the leader
//! anew.
//!
//! Dropping a client ends nothing: its tasks hold what would end them, and with it its connections and every call that the
//! server has not ended. So each client lives in a runtime of its own, and goes with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kurrentdb::operations::ServerInfo;
use kurrentdb::{BatchAppendClient, BatchAppendOptions, Client, ClientSettings};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::address::{Address, Host};
use crate::errors::Failure;
use crate::options::Limits;

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Each session that has ended leaves its call open on the connection, and a server takes about 100 at once.
const MOST_SESSIONS: usize = 16;

pub(crate) struct Supervisor {
    address: Arc<Address>,
    limits: Limits,
    state: Mutex<State>,
}

/// A client that has spoken with its node.
pub(crate) struct Connected {
    client: Client,
    pub(crate) server: ServerInfo,
    /// Counts the clients.
    generation: u64,
    /// Where it was sent to, if that is not left to the address.
    leader: Option<Host>,
    /// That were begun.
    sessions: AtomicUsize,
    home: Home,
}

/// The runtime of one client. Its tasks and connections end with it.
struct Home {
    handle: Handle,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Connected>>,
    generation: u64,
    /// Since the last call that succeeded.
    failures: u32,
    failed_at: Option<Instant>,
    /// Where a node said that the leader is. Asked once; when that fails, the nodes of the address are asked again.
    leader: Option<Host>,
}

impl Supervisor {
    pub(crate) fn new(address: Arc<Address>, limits: Limits) -> Self {
        Supervisor { address, limits, state: Mutex::default() }
    }

    /// The client that works, or a new one: after a pause when the last ones failed, and within the time of one call.
    pub(crate) async fn client(&self) -> Result<Arc<Connected>, Failure> {
        // Held while connecting, so that all who wait share one attempt.
        let mut state = self.state.lock().await;
        let worn = state.current.take_if(|current| current.is_worn());
        if let Some(current) = &state.current {
            return Ok(Arc::clone(current));
        }
        match (worn, state.failed_at) {
            // Nothing has failed. It goes when nobody uses it any more.
            (Some(worn), _) => {
                tracing::debug!(generation = worn.generation, "retired the connection to the cluster");
                state.leader.clone_from(&worn.leader);
            }
            (None, Some(failed_at)) => sleep_until(failed_at + pause_after(state.failures)).await,
            (None, None) => {}
        }
        let leader = state.leader.take();
        state.generation += 1;
        let connected = timeout(self.limits.call, self.connect(leader, state.generation)).await;
        match connected.unwrap_or_else(|_| Err(Failure::unanswered("connect to the cluster", self.limits.call))) {
            Ok(connected) => {
                tracing::debug!(generation = connected.generation, version = %connected.server.version(), "connected to the cluster");
                let connected = Arc::new(connected);
                state.current = Some(Arc::clone(&connected));
                Ok(connected)
            }
            Err(failure) => {
                state.failed();
                Err(failure)
            }
        }
    }

    /// Throws a client away that has let a call fail. `failure` may tell who leads now.
    pub(crate) async fn discard(&self, broken: &Connected, failure: &Failure) {
        let mut state = self.state.lock().await;
        if state.current.as_ref().is_some_and(|current| current.generation == broken.generation) {
            tracing::debug!(generation = broken.generation, what = failure.text(), "threw the connection to the cluster away");
            state.current = None;
            state.failed();
            if let Failure::NotLeader(Some(leader)) = failure {
                state.leader = Some(leader.clone());
            }
        }
    }

    /// A call has succeeded: the next failure is the first one.
    pub(crate) async fn proved(&self) {
        self.state.lock().await.failures = 0;
    }

    async fn connect(&self, leader: Option<Host>, generation: u64) -> Result<Connected, Failure> {
        let settings = self.address.settings(leader.as_ref()).map_err(|error| Failure::Refused(error.to_string()))?;
        let home = Home::try_new()?;
        let client = home.make_client(settings).await?;
        let asked = client.clone();
        let server = home.run(async move { asked.server_info().await }).await.unwrap_or(Err(kurrentdb::Error::InternalClientError));
        let server = server.map_err(|error| Failure::of(&error))?;
        Ok(Connected { client, server, generation, leader, sessions: AtomicUsize::new(0), home })
    }
}

impl Connected {
    /// Has the client do something where it lives, for at most `limit`.
    pub(crate) async fn ask<T, F>(&self, doing: &str, limit: Duration, ask: impl FnOnce(Client) -> F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = kurrentdb::Result<T>> + Send + 'static,
    {
        match timeout(limit, self.home.run(ask(self.client.clone()))).await {
            Ok(Some(Ok(answer))) => Ok(answer),
            Ok(Some(Err(error))) => Err(Failure::of(&error)),
            Ok(None) => Err(Failure::Broken(format!("{doing}: the client has failed within itself"))),
            Err(_) => Err(Failure::unanswered(doing, limit)),
        }
    }

    pub(crate) async fn begin_session(&self, limit: Duration) -> Result<BatchAppendClient, Failure> {
        self.sessions.fetch_add(1, Ordering::Relaxed);
        self.ask("begin to append", limit, |client| async move { client.batch_append(&BatchAppendOptions::default()).await }).await
    }

    fn is_worn(&self) -> bool {
        self.sessions.load(Ordering::Relaxed) >= MOST_SESSIONS
    }
}

impl Home {
    fn try_new() -> Result<Self, Failure> {
        let made = Builder::new_multi_thread().worker_threads(1).thread_name("kurrentdb-client").enable_all().build();
        let runtime = made.map_err(|error| Failure::Broken(format!("no thread for a client: {error}")))?;
        Ok(Home { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Every client reads all certificates of the system from the disk, which holds up nobody but itself here.
    async fn make_client(&self, settings: ClientSettings) -> Result<Client, Failure> {
        match self.run(async move { Client::new(settings).map_err(|error| error.to_string()) }).await {
            Some(Ok(client)) => Ok(client),
            Some(Err(error)) => Err(Failure::Refused(format!("the client cannot be made: {error}"))),
            None => Err(Failure::Refused("the client cannot be made of these certificates".to_owned())),
        }
    }

    /// What the work spawns, and the connections that it opens, belong to this runtime. `None`: it has panicked.
    async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        // A set takes its task along when it is dropped.
        let mut task = JoinSet::new();
        task.spawn_on(work, &self.handle);
        task.join_next().await.and_then(Result::ok)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Without waiting, which no task may.
            runtime.shutdown_background();
        }
    }
}

impl State {
    fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.failed_at = Some(Instant::now());
    }
}

fn pause_after(failures: u32) -> Duration {
    match failures {
        0 => Duration::ZERO,
        1.. => SHORTEST_PAUSE.saturating_mul(1 << (failures - 1).min(10)).min(LONGEST_PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn pauses_grow_from_a_tenth_of_a_second_to_one() {
        let pauses = [0, 1, 2, 3, 4, 5, 60].map(|failures| pause_after(failures).as_millis());
        assert_eq!(pauses, [0, 100, 200, 400, 800, 1000, 1000]);
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_yet_is_no_reason_to_give_up() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("its address").port();
        drop(free);
        let address = format!("kurrentdb://127.0.0.1:{port}?tls=false").parse().expect("an address");
        let supervisor = Supervisor::new(Arc::new(address), Limits::default());
        for _ in 0..2 {
            let failure = supervisor.client().await.map(|_| ()).expect_err("nobody is there");
            assert!(matches!(failure, Failure::Broken(_)), "{failure:?}");
        }
        assert_eq!(supervisor.state.lock().await.generation, 2, "each attempt had a client of its own");
    }

    #[tokio::test]
    async fn a_client_that_is_thrown_away_closes_its_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let address = format!("kurrentdb://127.0.0.1:{port}?tls=false").parse().expect("an address");
        let limits = Limits { call: Duration::from_millis(500), ..Limits::default() };
        let supervisor = Supervisor::new(Arc::new(address), limits);
        let until_closed = async {
            let (mut socket, _) = listener.accept().await.expect("the client comes");
            let mut heard = Vec::new();
            socket.read_to_end(&mut heard).await.map(|_| heard.len())
        };
        let (connected, heard) = timeout(Duration::from_secs(20), async { tokio::join!(supervisor.client(), until_closed) })
            .await
            .expect("the connection is closed although the server says nothing");
        assert!(connected.is_err() && heard.is_ok_and(|bytes| bytes > 0));
    }
}
