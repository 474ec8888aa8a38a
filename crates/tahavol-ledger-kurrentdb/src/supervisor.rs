//! Holds the one client that works, and makes another when it was thrown away: a client that failed once is never used again.
//!
//! The official client keeps the node that it has chosen, and the task behind it ends for good when a connection does not
//! come about. So nothing is mended here: a client that let a call fail is dropped with everything in it, and the next one
//! finds the leader anew.

use std::sync::Arc;
use std::time::Duration;

use kurrentdb::operations::ServerInfo;
use kurrentdb::{Client, ClientSettings};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout};

use crate::address::{Address, Host};
use crate::errors::Failure;
use crate::options::Limits;

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Supervisor {
    address: Arc<Address>,
    limits: Limits,
    state: Mutex<State>,
}

/// A client that has spoken with its node.
pub(crate) struct Connected {
    pub(crate) client: Client,
    pub(crate) server: ServerInfo,
    /// Counts the clients.
    generation: u64,
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
        if let Some(current) = &state.current {
            return Ok(Arc::clone(current));
        }
        if let Some(failed_at) = state.failed_at {
            sleep_until(failed_at + pause_after(state.failures)).await;
        }
        let leader = state.leader.take();
        state.generation += 1;
        let connected = timeout(self.limits.call, self.connect(leader.as_ref(), state.generation)).await;
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

    async fn connect(&self, leader: Option<&Host>, generation: u64) -> Result<Connected, Failure> {
        let settings = self.address.settings(leader).map_err(|error| Failure::Refused(error.to_string()))?;
        let client = make_client(settings).await?;
        let server = client.server_info().await.map_err(|error| Failure::of(&error))?;
        Ok(Connected { client, server, generation })
    }
}

impl State {
    fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.failed_at = Some(Instant::now());
    }
}

/// Off the runtime's threads, because every client reads all certificates of the system from the disk.
async fn make_client(settings: ClientSettings) -> Result<Client, Failure> {
    match tokio::task::spawn_blocking(move || Client::new(settings)).await {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(error)) => Err(Failure::Refused(format!("the client cannot be made: {error}"))),
        Err(_) => Err(Failure::Refused("the client cannot be made of these certificates".to_owned())),
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
}
