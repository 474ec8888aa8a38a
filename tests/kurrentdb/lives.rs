//! What a node holds on to in the cluster stays little, however much is refused and however often a server fails.

use std::time::{Duration, Instant};

use tahavol_ledger::contract::{new_event, new_stream};
use tahavol_ledger::{Expected, Ledger, LedgerError};
use tahavol_ledger_kurrentdb::Limits;
use tahavol_tests::kurrent::{Cluster, Fault};

use crate::support::{Site, append_surely, begin, limits, until, until_sound};

const CONFLICTS: usize = 300;
/// A server takes a hundred calls of one connection at a time.
const FEW_CALLS: usize = 50;
const STRIKES: usize = 12;

/// A server keeps the call that an answered conflict ended on our side until the connection goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflicts_without_end_use_up_nothing() {
    let site = Site::of(1).await;
    let ledger = site.open_with("a", Limits { call: Duration::from_secs(5), ..limits() }).await;
    let stream = new_stream("contended");
    begin(&*ledger, &stream).await;
    let ahead = Expected::Exact(1_000);
    let conflict = Err(LedgerError::Conflict { stream: stream.clone(), expected: ahead, actual: Some(0) });
    let (begun, mut slowest, mut most) = (Instant::now(), Duration::ZERO, 0);
    for _ in 0..CONFLICTS {
        let asked = Instant::now();
        assert_eq!(ledger.append(&stream, ahead, vec![new_event("ahead")]).await, conflict);
        slowest = slowest.max(asked.elapsed());
        most = most.max(site.cluster.open_batches());
    }
    assert!(slowest < Duration::from_secs(4), "one was answered only after {slowest:?}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(most < FEW_CALLS, "{most} calls were open at the same time");
    let appended = ledger.append(&stream, Expected::Exact(0), vec![new_event("right")]).await;
    assert_eq!(appended.map(|appended| appended.revision), Ok(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_freezes_again_and_again_is_left_with_no_more_connections_than_before() {
    let site = Site::of(1).await;
    let ledger = site.open_with("a", Limits { call: Duration::from_millis(300), ..limits() }).await;
    let before = connections_in_use(&site, &*ledger).await;
    for _ in 0..STRIKES {
        let (stream, event) = (new_stream("frozen"), new_event("frozen"));
        site.cluster.freeze(0);
        let thawed = async {
            tokio::time::sleep(Duration::from_millis(900)).await;
            site.cluster.thaw(0);
        };
        tokio::join!(append_surely(&*ledger, &stream, Expected::NoStream, &event), thawed);
    }
    until_as_few(&site.cluster, before).await;
    until_sound(&*ledger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_are_busy_or_not_ready_are_left_with_no_more_connections_than_before() {
    let site = Site::of(3).await;
    let ledger = site.open("a").await;
    let before = connections_in_use(&site, &*ledger).await;
    for fault in [Fault::NotReady, Fault::Overloaded, Fault::Cut, Fault::NotLeader].into_iter().cycle().take(STRIKES) {
        site.cluster.fault(fault, 1);
        begin(&*ledger, &new_stream("struck")).await;
        assert_eq!(site.cluster.faults_left(fault), 0, "it has struck");
    }
    until_as_few(&site.cluster, before).await;
    until_sound(&*ledger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_is_closed_leaves_no_connection_behind() {
    let site = Site::of(3).await;
    for node in ["a", "b"] {
        let ledger = site.open(node).await;
        begin(&*ledger, &new_stream("closed")).await;
        ledger.close().await.expect("it closes");
    }
    until_as_few(&site.cluster, 0).await;
    until("no call is open", || site.cluster.open_batches() == 0 && site.cluster.subscriptions() == 0).await;
}

/// When everything that a ledger needs is there.
async fn connections_in_use(site: &Site, ledger: &dyn Ledger) -> usize {
    begin(ledger, &new_stream("before")).await;
    until_sound(ledger).await;
    // What only opening needed has gone by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    connections(&site.cluster)
}

async fn until_as_few(cluster: &Cluster, before: usize) {
    let begun = Instant::now();
    while connections(cluster) > before {
        assert!(begun.elapsed() < Duration::from_secs(10), "{} connections are open, and {before} were before", connections(cluster));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn connections(cluster: &Cluster) -> usize {
    (0..cluster.nodes()).map(|node| cluster.connections(node)).sum()
}
