//! Several nodes of ours on one cluster: the same picture, the same root, one history, whichever of them is asked.

use std::sync::Arc;
use std::time::Duration;

use tahavol_app::{Follower, HandleError, Order, Outcome, Tahavol};
use tahavol_ledger::merkle::proof::verify_consistency;
use tahavol_ledger::{Ledger, LedgerError, SignedHead};
use tahavol_ledger_kurrentdb::{Address, KurrentLedger, KurrentOptions, Limits};
use tahavol_tests::kurrent::{Fault, Proposed};
use tempfile::TempDir;
use uuid::Uuid;

use crate::people::{self, People};
use crate::support::{NEVER, Site, limits, options, until, until_stopped};

/// A node as it runs: ledger and application, and what it keeps between two runs.
pub(crate) struct Node {
    pub(crate) ledger: Arc<KurrentLedger>,
    pub(crate) app: Tahavol,
    directory: TempDir,
    people: People,
}

impl Node {
    pub(crate) async fn of(address: &Address, programme: Uuid) -> Node {
        Node::on(tempfile::tempdir().expect("a directory"), address, programme).await
    }

    async fn on(directory: TempDir, address: &Address, programme: Uuid) -> Node {
        Node::with(directory, address, programme, limits()).await
    }

    async fn with(directory: TempDir, address: &Address, programme: Uuid, limits: Limits) -> Node {
        let replica = directory.path().join("data").join("replica.sqlite");
        let options = KurrentOptions { limits, ..options(programme, replica) };
        let ledger = KurrentLedger::open(address, options).await.expect("the ledger opens");
        let ledger = Arc::new(ledger);
        let app = people::options(Some(directory.path().join("snapshots")));
        let app = Tahavol::open(Arc::clone(&ledger) as Arc<dyn Ledger>, app).await.expect("the application opens");
        Node { ledger, app, directory, people: People(programme) }
    }

    /// Stops; the directory stays.
    async fn stop(self) -> TempDir {
        self.app.close().await;
        self.ledger.close().await.expect("it closes");
        self.directory
    }

    async fn handle(&self, order: Order) -> Outcome {
        self.app.handle(order).await.expect("what is asked is in order")
    }

    async fn found(&self) {
        for order in self.people.founding() {
            self.handle(order).await;
        }
    }

    async fn reaches(&self, position: u64) {
        assert!(self.app.wait_for(position, NEVER).await, "position {position} is never seen; {:?}", self.app.health());
    }

    fn head(&self) -> Arc<SignedHead> {
        self.ledger.signed_head().expect("a node signs")
    }
}

/// What is tried of two nodes on a cluster, whichever it is.
pub(crate) struct Together {
    pub(crate) name: &'static str,
    pub(crate) run: fn(Address) -> futures_util::future::BoxFuture<'static, ()>,
}

pub(crate) fn cases() -> Vec<Together> {
    vec![
        Together { name: "two nodes have the same digest, root and lines at the same position", run: |a| Box::pin(same_picture(a)) },
        Together { name: "what one node answers the other one can be asked for by its position", run: |a| Box::pin(own_writes(a)) },
        Together { name: "the same command to both nodes at once is one event", run: |a| Box::pin(one_event(a)) },
        Together {
            name: "different commands to both nodes at once are all recorded, one after another",
            run: |a| Box::pin(all_recorded(a)),
        },
        Together { name: "heads of different nodes are of one history", run: |a| Box::pin(one_history(a)) },
        Together { name: "a node that starts late goes on from its own snapshot", run: |a| Box::pin(late(a)) },
    ]
}

#[test]
fn two_nodes_on_one_cluster_are_one_programme() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let site = Site::of(1).await;
        for case in cases() {
            let address = site.address();
            let ran = tokio::spawn(async move { tokio::time::timeout(3 * NEVER, (case.run)(address)).await }).await;
            assert!(matches!(ran, Ok(Ok(()))), "it does not hold: {}", case.name);
        }
    });
}

async fn same_picture(address: Address) {
    let programme = Uuid::new_v4();
    let (a, b) = (Node::of(&address, programme).await, Node::of(&address, programme).await);
    a.found().await;
    for step in 1..=10 {
        let node = if step % 2 == 0 { &a } else { &b };
        b.reaches(a.app.snapshot().position.expect("it is founded")).await;
        node.handle(a.people.report("T-1", step * 100)).await;
    }
    let last = a.ledger.head().await.expect("a head").max(b.ledger.head().await.expect("a head")).expect("events");
    a.reaches(last).await;
    b.reaches(last).await;
    let (left, right) = (a.app.snapshot(), b.app.snapshot());
    assert_eq!((left.position, left.digest()), (right.position, right.digest()));
    for node in [&a, &b] {
        let rebuilt = node.app.rebuild(|_| ()).await.expect("the log is folded anew");
        assert_eq!(rebuilt.digest, left.digest());
        let lag = node.app.lag();
        assert_eq!((lag.events, lag.head), (Some(0), Some(last)), "every node knows how far it is");
    }
    until("both have signed all of it", || a.head().checkpoint.size == last + 1 && b.head().checkpoint.size == last + 1).await;
    assert_eq!(a.head().checkpoint, b.head().checkpoint);
    assert_eq!(a.ledger.read_all(None, 1_000).await, b.ledger.read_all(None, 1_000).await);
}

async fn own_writes(address: Address) {
    let programme = Uuid::new_v4();
    let (a, b) = (Node::of(&address, programme).await, Node::of(&address, programme).await);
    a.found().await;
    for step in 1..=20_u16 {
        let (asked, other) = if step % 2 == 0 { (&a, &b) } else { (&b, &a) };
        asked.reaches(other.app.snapshot().position.expect("it is founded")).await;
        let outcome = asked.handle(a.people.report("T-1", step * 10)).await;
        let position = outcome.position.expect("something is recorded");
        assert!(outcome.visible);
        // The very position that this node answered means the same event at the other.
        assert!(other.app.wait_for(position, Duration::from_secs(5)).await, "step {step}");
        let there = other.ledger.read_all(position.checked_sub(1), 1).await.expect("it can be read");
        assert_eq!(there[0].line, outcome.events[0].line);
    }
}

async fn one_event(address: Address) {
    let programme = Uuid::new_v4();
    let (a, b) = (Node::of(&address, programme).await, Node::of(&address, programme).await);
    a.found().await;
    b.reaches(a.app.snapshot().position.expect("it is founded")).await;
    for step in 1..=15_u16 {
        let order = a.people.report("T-1", step * 100);
        let (left, right) = tokio::join!(a.app.handle(order.clone()), b.app.handle(order.clone()));
        let (left, right) = (left.expect("one of them records it"), right.expect("and the other one says the same"));
        assert_eq!((left.position, left.revision), (right.position, right.revision));
        let lines = |outcome: &Outcome| outcome.events.iter().map(|event| event.line.clone()).collect::<Vec<_>>();
        assert_eq!(lines(&left), lines(&right));
        let position = left.position.expect("it is recorded");
        a.reaches(position).await;
        b.reaches(position).await;
    }
    let reports = a.ledger.read_stream(&a.people.milestone("T-1").to_string(), 0, 100).await.expect("the milestone");
    assert_eq!(reports.len(), 16, "planned, and reported fifteen times");
}

/// A node's idea of a stream is out of date as soon as another one has written to it.
async fn all_recorded(address: Address) {
    let programme = Uuid::new_v4();
    let (a, b) = (Node::of(&address, programme).await, Node::of(&address, programme).await);
    a.found().await;
    b.reaches(a.app.snapshot().position.expect("it is founded")).await;
    let reports = |node: &Node, first: u16| {
        let (app, people) = (node.app.clone(), node.people);
        tokio::spawn(async move {
            for step in first..first + 15 {
                let order = people.report("T-1", step * 100);
                // Too many conflicts in a row are told to the caller, who asks again.
                loop {
                    match app.handle(order.clone()).await {
                        Ok(_) => break,
                        Err(HandleError::Conflict { .. }) => {}
                        Err(error) => panic!("a report is refused: {error}"),
                    }
                }
            }
        })
    };
    let (left, right) = (reports(&a, 1), reports(&b, 50));
    left.await.expect("all are recorded");
    right.await.expect("all are recorded");
    let stream = a.people.milestone("T-1").to_string();
    a.ledger.catch_up(NEVER).await.expect("it catches up");
    b.ledger.catch_up(NEVER).await.expect("it catches up");
    let recorded = a.ledger.read_stream(&stream, 0, 100).await.expect("the milestone");
    assert_eq!(recorded.len(), 31);
    assert_eq!(b.ledger.read_stream(&stream, 0, 100).await.as_ref(), Ok(&recorded));
}

async fn one_history(address: Address) {
    let programme = Uuid::new_v4();
    let (a, b) = (Node::of(&address, programme).await, Node::of(&address, programme).await);
    a.found().await;
    let mut heads = Vec::new();
    for step in 1..=12_u16 {
        let outcome = a.handle(a.people.report("T-1", step * 100)).await;
        b.reaches(outcome.position.expect("it is recorded")).await;
        heads.extend([a.head(), b.head()]);
        b.handle(b.people.report("T-2", step * 100)).await;
        a.ledger.catch_up(NEVER).await.expect("it catches up");
        heads.extend([a.head(), b.head()]);
    }
    a.ledger.catch_up(NEVER).await.expect("it catches up");
    heads.sort_by_key(|head| head.checkpoint.size);
    for pair in heads.windows(2) {
        let (from, to) = (&pair[0].checkpoint, &pair[1].checkpoint);
        assert_eq!(from.origin, to.origin);
        for node in [&a, &b] {
            let proof = node.app.consistency(from.size, to.size).await.expect("a proof");
            assert!(verify_consistency(from.size, &from.root, to.size, &to.root, &proof.hashes), "{from:?} {to:?}");
        }
    }
}

async fn late(address: Address) {
    let programme = Uuid::new_v4();
    let (a, b) = (Node::of(&address, programme).await, Node::of(&address, programme).await);
    a.found().await;
    b.reaches(a.app.snapshot().position.expect("it is founded")).await;
    let kept = b.app.snapshot().position.expect("it has seen the founding") + 1;
    let directory = b.stop().await;
    for step in 1..=10_u16 {
        a.handle(a.people.report("T-1", step * 100)).await;
    }
    let b = Node::on(directory, &address, programme).await;
    assert_eq!(b.app.health().started_from, kept, "only what is new is folded");
    b.reaches(a.app.snapshot().position.expect("reports")).await;
    assert_eq!(b.app.snapshot().digest(), a.app.snapshot().digest());
    until("it follows", || b.app.health().follower == Follower::Following).await;
    // And one without anything.
    let c = Node::of(&address, programme).await;
    c.reaches(a.app.snapshot().position.expect("reports")).await;
    assert_eq!(c.app.snapshot().digest(), a.app.snapshot().digest());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_copy_takes_any_time_as_long_as_it_gets_on() {
    const STANDSTILL: Duration = Duration::from_millis(400);
    let site = Site::of(1).await;
    for stream in 0..20 {
        let events = (0..1_000).map(|_| Proposed::json("test.first", r#"{"n":1}"#)).collect();
        site.cluster.append_raw(&site.in_cluster(&format!("s-{stream}")), events).await;
    }
    let ledger = site.open("new").await;
    // Finding the leader is no standstill of the copy.
    while ledger.head().await.expect("a head").is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ledger.copy_whole(STANDSTILL).await.expect("it gets on");
    assert_eq!(ledger.head().await, Ok(Some(19_999)));
    site.cluster.freeze(0);
    let told = ledger.copy_whole(STANDSTILL).await;
    assert!(matches!(told, Err(LedgerError::Unavailable { retry: true, .. })), "{told:?}");
    ledger.close().await.expect("it closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_follower_stands_still_is_not_ready_and_takes_no_commands() {
    let site = Site::of(1).await;
    let address = site.address();
    let (a, b) = (Node::of(&address, site.programme).await, Node::of(&address, site.programme).await);
    a.found().await;
    let seen = a.app.snapshot().position.expect("it is founded");
    b.reaches(seen).await;
    site.cluster.tombstone(&site.in_cluster(&a.people.milestone("T-2").to_string())).await;
    for node in [&a, &b] {
        let (position, _) = until_stopped(&*node.ledger).await;
        assert_eq!(position, seen + 1);
        until("the application tells it", || !node.app.health().is_ready()).await;
        assert!(node.app.handle(node.people.report("T-1", 100)).await.is_err());
        // What came before can still be looked at.
        assert_eq!(node.app.snapshot().position, Some(seen));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_has_lost_the_cluster_says_so_and_is_ready_again_by_itself() {
    let site = Site::of(1).await;
    let node = Node::of(&site.address(), site.programme).await;
    node.found().await;
    site.cluster.kill(0).await;
    until("it is not ready", || !node.app.health().is_ready()).await;
    let lag = node.app.lag();
    assert_eq!((lag.events, lag.millis), (None, None), "what others record meanwhile is not known");
    assert!(matches!(node.app.health().follower, Follower::Reconnecting { .. }), "{:?}", node.app.health());
    site.cluster.restart(0).await;
    until("it is ready", || node.app.health().is_ready()).await;
    node.handle(node.people.report("T-1", 100)).await;
}

/// The append is recorded, its answer is lost, and then nobody answers any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_of_unknown_outcome_is_not_told_as_not_recorded() {
    let site = Site::of(1).await;
    let impatient = Limits { call: Duration::from_millis(300), patience: Duration::from_millis(700), ..limits() };
    let directory = tempfile::tempdir().expect("a directory");
    let node = Node::with(directory, &site.address(), site.programme, impatient).await;
    node.found().await;
    let order = node.people.report("T-1", 100);
    // Nor does the node hear of it otherwise.
    site.cluster.fault(Fault::SilenceSubscriptions, 1);
    until("it hears nothing", || site.cluster.faults_left(Fault::SilenceSubscriptions) == 0).await;
    site.cluster.fault(Fault::DropAck, 1);
    let handling = tokio::spawn({
        let (app, order) = (node.app.clone(), order.clone());
        async move { app.handle(order).await }
    });
    until("the answer is lost", || site.cluster.faults_left(Fault::DropAck) == 0).await;
    site.cluster.freeze(0);
    let answer = handling.await.expect("it is answered");
    // Recorded it is in any case, if the node was quicker than the frost.
    assert!(matches!(answer, Err(HandleError::OutcomeUnknown { .. }) | Ok(_)), "{answer:?}");
    site.cluster.thaw(0);
    until("it is ready", || node.app.health().is_ready()).await;
    let again = node.handle(order).await;
    assert_eq!(again.revision, Some(1), "planned, and reported once");
}
