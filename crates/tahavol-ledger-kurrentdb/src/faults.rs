//! Nodes of a cluster die, freeze and change places: what holds all the same, as a list of cases for any cluster under control.
//!
//! Each case lets eight writers append through two nodes of ours, does something to the cluster meanwhile, and then judges:
//! no acknowledged event is lost, none is there twice, each writer's order is kept, subscriptions have no gap, and service
//! came back by itself soon after the servers did. A case panics when that does not hold.

mod play;
mod script;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tahavol_ledger::contract::{Outcome, Ran};
use tahavol_ledger::{LedgerError, OpenOptions};
use uuid::Uuid;

use self::play::Play;
pub use self::script::Script;
use crate::{Address, KurrentLedger, KurrentOptions, Limits};

/// Service is back so soon after the servers are.
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// An election, or the start of a server, takes no longer.
const ELECTED_WITHIN: Duration = Duration::from_secs(90);

/// A case that takes longer hangs.
const CASE_WITHIN: Duration = Duration::from_secs(420);

/// What can be done to a node of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It dies, without a word to anybody.
    Kill,
    /// It freezes: connections stay open, nothing is answered.
    Stop,
    /// It thaws.
    Cont,
    /// It begins again after its death; done when the server has been started.
    Start,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verb::Kill => "kill",
            Verb::Stop => "stop",
            Verb::Cont => "cont",
            Verb::Start => "start",
        })
    }
}

/// A cluster whose nodes can be told to die, freeze and come back.
pub trait Control: Send + Sync + 'static {
    /// What its nodes are called.
    fn nodes(&self) -> Vec<usize>;

    fn act(&self, verb: Verb, node: usize) -> BoxFuture<'_, Result<(), String>>;

    /// The node that takes appends now, where there is one.
    fn leader(&self) -> BoxFuture<'_, Result<usize, String>>;
}

/// One case.
pub struct Case {
    /// A sentence that holds for every cluster.
    pub name: &'static str,
    run: fn(Arc<Scene>) -> BoxFuture<'static, ()>,
}

/// All cases.
#[must_use]
pub fn cases() -> Vec<Case> {
    vec![
        Case { name: "the leader is killed while writers append", run: |s| Box::pin(leader_lost(s, Verb::Kill, Verb::Start)) },
        Case { name: "the leader is frozen while writers append", run: |s| Box::pin(leader_lost(s, Verb::Stop, Verb::Cont)) },
        Case { name: "a follower is killed while writers append", run: |s| Box::pin(follower_killed(s)) },
        Case { name: "every node is frozen in turn, the one that subscriptions read from among them", run: |s| Box::pin(each_frozen(s)) },
        Case { name: "all nodes are away for a while and come back", run: |s| Box::pin(all_away(s)) },
        Case { name: "the leader changes three times in a row", run: |s| Box::pin(three_changes(s)) },
    ]
}

/// Where the cases are played.
pub struct Scene {
    address: Address,
    /// For replicas.
    directory: PathBuf,
    /// How long all nodes are away.
    outage: Duration,
    control: Arc<dyn Control>,
    /// What has to be undone, even after a case that failed.
    down: Mutex<BTreeMap<usize, Verb>>,
}

impl Scene {
    #[must_use]
    pub fn new(address: Address, directory: PathBuf, outage: Duration, control: Arc<dyn Control>) -> Arc<Scene> {
        Arc::new(Scene { address, directory, outage, control, down: Mutex::default() })
    }

    /// A node of ours with a replica of its own, that is still empty.
    async fn open(&self, programme: Uuid) -> Arc<KurrentLedger> {
        std::fs::create_dir_all(&self.directory).expect("the directory for replicas can be made");
        let replica = self.directory.join(format!("{}.sqlite", Uuid::new_v4()));
        let begun = Instant::now();
        loop {
            let options = KurrentOptions { programme, replica: replica.clone(), open: OpenOptions::default(), limits: Limits::default() };
            match KurrentLedger::open(&self.address, options).await {
                Ok(ledger) => return Arc::new(ledger),
                // In the middle of an election.
                Err(error @ LedgerError::NotConnected { .. }) if begun.elapsed() < ELECTED_WITHIN => {
                    tracing::debug!(%error, "tried again");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => panic!("a ledger on the cluster does not open: {error}"),
            }
        }
    }

    async fn act(&self, verb: Verb, node: usize) {
        match verb {
            Verb::Kill | Verb::Stop => drop(self.down.lock().expect("not poisoned").insert(node, verb)),
            Verb::Cont | Verb::Start => drop(self.down.lock().expect("not poisoned").remove(&node)),
        }
        self.control.act(verb, node).await.unwrap_or_else(|what| panic!("cannot {verb} node {node}: {what}"));
    }

    /// The leader, once there is one that is not `other`.
    async fn leader_but(&self, other: Option<usize>) -> usize {
        let begun = Instant::now();
        loop {
            match self.control.leader().await {
                Ok(leader) if Some(leader) != other => return leader,
                told => assert!(begun.elapsed() < ELECTED_WITHIN, "no leader was elected: {told:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn leader(&self) -> usize {
        self.leader_but(None).await
    }

    /// Brings back what a case left down.
    async fn heal(&self) {
        let down = std::mem::take(&mut *self.down.lock().expect("not poisoned"));
        for (node, verb) in down {
            let undo = if verb == Verb::Kill { Verb::Start } else { Verb::Cont };
            self.act(undo, node).await;
        }
        self.leader().await;
    }
}

/// Plays all cases, one after another, and tells each as it ends; answers how many did not hold.
pub async fn run_all(scene: &Arc<Scene>, report: &mut dyn FnMut(&Ran)) -> usize {
    let mut failed = 0;
    for case in cases() {
        let ran = run(&case, scene).await;
        failed += usize::from(ran.outcome != Outcome::Holds);
        report(&ran);
    }
    failed
}

/// Plays one case; the cluster is whole afterwards.
pub async fn run(case: &Case, scene: &Arc<Scene>) -> Ran {
    let begun = Instant::now();
    let mut playing = tokio::spawn((case.run)(Arc::clone(scene)));
    let outcome = match tokio::time::timeout(CASE_WITHIN, &mut playing).await {
        Ok(Ok(())) => Outcome::Holds,
        Ok(Err(error)) => Outcome::Broken { what: error.try_into_panic().map_or_else(|error| error.to_string(), text_of) },
        Err(_) => {
            playing.abort();
            Outcome::TookTooLong
        }
    };
    let took = begun.elapsed();
    scene.heal().await;
    Ran { name: case.name, took, outcome }
}

fn text_of(panic: Box<dyn Any + Send>) -> String {
    let owned = panic.downcast_ref::<String>().cloned();
    owned.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_else(|| "it panicked".to_owned())
}

async fn leader_lost(scene: Arc<Scene>, lose: Verb, regain: Verb) {
    let play = Play::begin(Arc::clone(&scene)).await;
    let leader = scene.leader().await;
    scene.act(lose, leader).await;
    scene.leader_but(Some(leader)).await;
    play.is_back("another leads").await;
    scene.act(regain, leader).await;
    play.is_back("the old leader came back").await;
    play.judge().await;
}

async fn follower_killed(scene: Arc<Scene>) {
    let play = Play::begin(Arc::clone(&scene)).await;
    let leader = scene.leader().await;
    let follower = scene.control.nodes().into_iter().find(|node| *node != leader).expect("a cluster has followers");
    scene.act(Verb::Kill, follower).await;
    play.is_back("a follower died").await;
    scene.act(Verb::Start, follower).await;
    play.is_back("the follower came back").await;
    play.judge().await;
}

/// Which node a subscription reads from is the engine's choice: so each of them is frozen once.
async fn each_frozen(scene: Arc<Scene>) {
    let play = Play::begin(Arc::clone(&scene)).await;
    for node in scene.control.nodes() {
        scene.act(Verb::Stop, node).await;
        scene.leader_but(Some(node)).await;
        play.is_back("one node stands still").await;
        scene.act(Verb::Cont, node).await;
        play.is_back("it goes on").await;
    }
    play.judge().await;
}

async fn all_away(scene: Arc<Scene>) {
    let play = Play::begin(Arc::clone(&scene)).await;
    for node in scene.control.nodes() {
        scene.act(Verb::Kill, node).await;
    }
    play.notices_the_loss().await;
    tokio::time::sleep(scene.outage).await;
    for node in scene.control.nodes() {
        scene.act(Verb::Start, node).await;
    }
    scene.leader().await;
    play.is_back("all nodes came back").await;
    play.judge().await;
}

async fn three_changes(scene: Arc<Scene>) {
    let play = Play::begin(Arc::clone(&scene)).await;
    let mut leader = scene.leader().await;
    for _ in 0..3 {
        scene.act(Verb::Kill, leader).await;
        let next = scene.leader_but(Some(leader)).await;
        scene.act(Verb::Start, leader).await;
        leader = next;
    }
    play.is_back("the third leader leads").await;
    play.judge().await;
}
