//! Who leads: what the nodes believe of each other, and the election after a leader is dead or frozen.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::proto::gossip::member_info::VNodeState;

/// How long the others believe in a node that no longer answers.
const NOTICED_AFTER: Duration = Duration::from_millis(500);
/// How long an election takes from then on.
const ELECTION: Duration = Duration::from_millis(500);

/// What a node's process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    Running,
    /// As a process that was sent SIGSTOP: connections are accepted, nothing is answered.
    Frozen,
    Dead,
}

pub(super) struct Roles {
    inner: Mutex<Inner>,
    power: Vec<watch::Sender<Power>>,
}

struct Inner {
    /// None while there is an election.
    leader: Option<usize>,
    last: usize,
    /// Whom the next election passes over.
    resigned: Option<usize>,
    since: Instant,
    /// When each node was last seen to run.
    seen: Vec<Instant>,
}

impl Roles {
    pub(super) fn new(nodes: usize) -> Arc<Self> {
        let now = Instant::now();
        let inner = Inner { leader: Some(0), last: 0, resigned: None, since: now, seen: vec![now; nodes] };
        let roles = Roles { inner: Mutex::new(inner), power: (0..nodes).map(|_| watch::Sender::new(Power::Running)).collect() };
        Arc::new(roles)
    }

    /// Holds elections as long as the bench runs.
    pub(super) async fn run(self: Arc<Self>) {
        let mut tick = tokio::time::interval(Duration::from_millis(25));
        loop {
            tick.tick().await;
            self.look();
        }
    }

    pub(super) fn watch(&self, node: usize) -> watch::Receiver<Power> {
        self.power[node].subscribe()
    }

    pub(super) fn power(&self, node: usize) -> Power {
        *self.power[node].borrow()
    }

    pub(super) fn set(&self, node: usize, power: Power) {
        if power != Power::Running && self.power(node) == Power::Running {
            self.inner().seen[node] = Instant::now();
        }
        self.power[node].send_replace(power);
    }

    /// None while there is an election.
    pub(super) fn leader(&self) -> Option<usize> {
        self.inner().leader
    }

    pub(super) fn last_leader(&self) -> usize {
        self.inner().last
    }

    pub(super) fn resign(&self) {
        let mut inner = self.inner();
        inner.resigned = inner.leader.take();
        inner.since = Instant::now();
    }

    /// The state of a node as the others tell it, and whether they believe it to be alive.
    pub(super) fn state(&self, node: usize) -> (VNodeState, bool) {
        let inner = self.inner();
        let alive = self.believed(&inner, node);
        let state = match inner.leader {
            Some(leader) if leader == node => VNodeState::Leader,
            Some(_) if alive => VNodeState::Follower,
            _ => VNodeState::Unknown,
        };
        (state, alive)
    }

    fn believed(&self, inner: &Inner, node: usize) -> bool {
        self.power(node) == Power::Running || inner.seen[node].elapsed() < NOTICED_AFTER
    }

    fn look(&self) {
        let mut inner = self.inner();
        let running: Vec<usize> = (0..self.power.len()).filter(|node| self.power(*node) == Power::Running).collect();
        let majority = running.len() > self.power.len() / 2;
        match inner.leader {
            Some(leader) => {
                if !self.believed(&inner, leader) || !majority && (0..self.power.len()).all(|node| !self.is_doubtful(&inner, node)) {
                    inner.leader = None;
                    inner.since = Instant::now();
                }
            }
            None => {
                if majority && inner.since.elapsed() >= ELECTION {
                    let resigned = inner.resigned.take().filter(|_| running.len() > 1);
                    let chosen = running.into_iter().find(|node| Some(*node) != resigned);
                    inner.leader = chosen;
                    inner.last = chosen.unwrap_or(inner.last);
                }
            }
        }
    }

    /// Not running, and not yet noticed.
    fn is_doubtful(&self, inner: &Inner, node: usize) -> bool {
        self.power(node) != Power::Running && self.believed(inner, node)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it has the roles")
    }
}
