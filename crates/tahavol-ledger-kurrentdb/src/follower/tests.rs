//! The follower against a server that does what a test tells it: what arrives, what is told, when it stops.

mod scripted;

use scripted::{Scripted, prefix};
use tahavol_ledger::{Ledger, OpenOptions, Recorded};
use tempfile::TempDir;

use super::*;
use crate::wire::{Content, Position};

/// Nothing here takes nearly as long.
const SOON: Duration = Duration::from_secs(20);

fn limits() -> Limits {
    Limits { call: Duration::from_millis(800), silence: Duration::from_millis(200), ..Limits::default() }
}

/// A server, and a node that follows it.
struct Scene {
    server: Scripted,
    directory: TempDir,
    replica: Arc<SqliteLedger>,
    follower: Follower,
}

async fn open(directory: &TempDir, max_bytes: Option<u64>) -> Arc<SqliteLedger> {
    let options = OpenOptions { replica_of: Some(prefix().programme().to_owned()), max_bytes, ..OpenOptions::default() };
    Arc::new(SqliteLedger::open(directory.path().join("replica.sqlite"), options).await.expect("a replica"))
}

impl Scene {
    async fn new() -> Self {
        Scene::over(Scripted::start().await, None).await
    }

    async fn over(server: Scripted, max_bytes: Option<u64>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let replica = open(&directory, max_bytes).await;
        let follower = Follower::start(server.address(), Arc::clone(&replica), prefix(), limits());
        Scene { server, directory, replica, follower }
    }

    fn append(&self, stream: &str, data: &str) -> Place {
        self.server.append(&prefix().to_cluster(stream), "a.b", data.as_bytes())
    }

    async fn until(&self, what: &str, wanted: impl Fn(&Condition) -> bool) -> Condition {
        let mut condition = self.follower.condition();
        match timeout(SOON, condition.wait_for(wanted)).await {
            Ok(condition) => condition.expect("a follower").clone(),
            Err(_) => panic!("not {what}: {:?}", self.follower.condition().borrow()),
        }
    }

    async fn until_sound(&self) {
        self.until("sound", |condition| condition.link == Link::Sound).await;
    }

    async fn until_lost(&self) -> String {
        match self.until("lost", |condition| matches!(condition.link, Link::Lost { .. })).await.link {
            Link::Lost { what, .. } => what,
            other => panic!("{other:?}"),
        }
    }

    async fn until_stopped(&self) -> (u64, String) {
        match self.until("stopped", |condition| matches!(condition.link, Link::Stopped { .. })).await.link {
            Link::Stopped { position, what } => (position, what),
            other => panic!("{other:?}"),
        }
    }

    async fn until_arrived(&self, place: Place) {
        let mut arrived = self.follower.arrived();
        let waited = timeout(SOON, arrived.wait_for(|arrived| *arrived >= Some(place))).await;
        assert!(waited.is_ok(), "{place:?} has not arrived: {:?}", self.follower.condition().borrow());
    }

    /// Every line, with its stream and revision, in the order of positions.
    async fn lines(&self) -> Vec<(String, u64, String)> {
        let line = |event: Recorded| (event.stream.to_string(), event.revision, String::from_utf8_lossy(&event.line).into_owned());
        self.replica.read_all(None, 1000).await.expect("events").into_iter().map(line).collect()
    }

    async fn restart(self) -> Self {
        let Scene { server, directory, replica, follower } = self;
        follower.stop().await;
        replica.close().await.expect("closed");
        drop((follower, replica));
        let replica = open(&directory, None).await;
        let follower = Follower::start(server.address(), Arc::clone(&replica), prefix(), limits());
        Scene { server, directory, replica, follower }
    }
}

fn line(stream: &str, revision: u64, data: &str) -> (String, u64, String) {
    (stream.to_owned(), revision, data.to_owned())
}

#[tokio::test]
async fn what_is_there_and_what_comes_arrives_in_the_order_of_the_cluster_and_nothing_foreign() {
    let server = Scripted::start().await;
    let ours = |stream: &str| prefix().to_cluster(stream);
    server.append(&ours("s"), "a.b", b"1");
    server.append("theirs", "a.b", b"foreign");
    server.append(&ours("t"), "a.b", b"2");
    let scene = Scene::over(server, None).await;
    scene.until_sound().await;
    let last = scene.append("s", "3");
    scene.until_arrived(last).await;
    assert_eq!(scene.lines().await, [line("s", 0, "1"), line("t", 0, "2"), line("s", 1, "3")]);
    let place = scene.replica.last_place().await.expect("read").expect("a place");
    assert_eq!((place.position, place.commit, place.prepare), (2, last.0, last.1));
    let scene = scene.restart().await;
    scene.until_sound().await;
    let last = scene.append("t", "4");
    scene.until_arrived(last).await;
    assert_eq!(scene.lines().await.len(), 4, "the event at the place itself is told again and passed over");
}

#[tokio::test]
async fn a_subscription_that_ends_cleanly_is_begun_again_where_it_was() {
    let scene = Scene::new().await;
    scene.until_sound().await;
    for round in 0..3 {
        scene.server.end_subscriptions();
        assert!(scene.until_lost().await.contains("ended by the server"));
        let last = scene.append("s", &round.to_string());
        scene.until_arrived(last).await;
        scene.until_sound().await;
    }
    assert_eq!(scene.lines().await, [line("s", 0, "0"), line("s", 1, "1"), line("s", 2, "2")]);
}

#[tokio::test]
async fn a_server_that_goes_and_comes_back_is_followed_again_without_loss() {
    let scene = Scene::new().await;
    let last = scene.append("s", "before");
    scene.until_arrived(last).await;
    scene.until_sound().await;
    scene.server.kill();
    let lost = scene.until("lost", |condition| matches!(condition.link, Link::Lost { .. })).await;
    let refused = scene.until("refused", |condition| format!("{condition:?}").contains("refused")).await;
    match (lost.link, refused.link) {
        (Link::Lost { since, .. }, Link::Lost { since: still, .. }) => assert_eq!(since, still, "it is one loss"),
        other => panic!("{other:?}"),
    }
    // While it was away, others have appended.
    let last = scene.append("s", "meanwhile");
    let back = Instant::now();
    scene.server.revive().await;
    scene.until_arrived(last).await;
    scene.until_sound().await;
    assert!(back.elapsed() < Duration::from_secs(5), "{:?}", back.elapsed());
    assert_eq!(scene.lines().await, [line("s", 0, "before"), line("s", 1, "meanwhile")]);
}

#[tokio::test]
async fn a_frozen_server_is_given_up_and_taken_again_when_it_thaws() {
    let scene = Scene::new().await;
    scene.until_sound().await;
    scene.server.change(|state| state.frozen = true);
    let what = scene.until_lost().await;
    assert!(what.contains("no answer within"), "{what}");
    let last = scene.append("s", "1");
    scene.server.change(|state| state.frozen = false);
    scene.until_arrived(last).await;
    scene.until_sound().await;
}

#[tokio::test]
async fn a_subscription_that_keeps_an_event_back_is_found_out() {
    let scene = Scene::new().await;
    scene.until_sound().await;
    scene.server.change(|state| state.deaf = true);
    let last = scene.append("s", "1");
    scene.follower.doubt();
    let what = scene.until_lost().await;
    assert!(what.contains(&format!("does not tell the event at {}/{}", last.0, last.1)), "{what}");
    scene.server.change(|state| state.deaf = false);
    scene.until_arrived(last).await;
}

#[tokio::test]
async fn a_quiet_server_is_left_in_peace() {
    let scene = Scene::new().await;
    let last = scene.append("s", "1");
    scene.until_arrived(last).await;
    scene.until_sound().await;
    let mut condition = scene.follower.condition();
    condition.mark_unchanged();
    assert!(timeout(limits().silence * 6, condition.changed()).await.is_err(), "nothing is told while nothing happens");
    assert_eq!(scene.server.change(|state| state.subscriptions), 1);
}

#[tokio::test]
async fn a_server_that_never_says_it_is_done_is_caught_up_with_all_the_same() {
    let server = Scripted::start().await;
    server.change(|state| state.never_caught_up = true);
    server.append(&prefix().to_cluster("s"), "a.b", b"1");
    let scene = Scene::over(server, None).await;
    scene.until_sound().await;
    // And where the newest event is somebody else's.
    scene.server.append("theirs", "a.b", b"foreign");
    let scene = scene.restart().await;
    scene.until_sound().await;
    assert_eq!(scene.lines().await, [line("s", 0, "1")]);
}

#[tokio::test]
async fn a_missing_revision_stops_for_good_with_what_came_before_it() {
    let scene = Scene::new().await;
    scene.append("s", "0");
    scene.server.change(|state| {
        state.put(&prefix().to_cluster("s"), 2, "a.b", b"2");
        state.put(&prefix().to_cluster("t"), 0, "a.b", b"never");
    });
    let (position, what) = scene.until_stopped().await;
    assert_eq!(position, 1, "{what}");
    assert_eq!(scene.lines().await, [line("s", 0, "0")]);
    let scene = scene.restart().await;
    assert_eq!(scene.until_stopped().await.0, 1);
    assert_eq!(scene.lines().await, [line("s", 0, "0")]);
}

#[tokio::test]
async fn a_tombstone_raises_the_alarm_and_stops_there() {
    let scene = Scene::new().await;
    scene.append("s", "0");
    let tombstone = scene.server.change(|state| {
        let place = state.put(&prefix().to_cluster("s"), i64::MAX.cast_unsigned(), "$streamDeleted", b"");
        state.put(&prefix().to_cluster("t"), 0, "a.b", b"never");
        place
    });
    let (position, what) = scene.until_stopped().await;
    assert_eq!(position, 1);
    assert!(what.contains("the stream s was deleted for ever"), "{what}");
    assert_eq!(scene.lines().await, [line("s", 0, "0")]);
    let alarms = scene.follower.condition().borrow().alarms.clone();
    let expected =
        Alarm { stream: "s".to_owned(), what: "the stream was deleted for ever".to_owned(), commit: tombstone.0, prepare: tombstone.1 };
    assert_eq!(alarms, [expected]);
}

#[tokio::test]
async fn retention_is_told_until_it_is_taken_back_also_after_a_restart() {
    let scene = Scene::new().await;
    let metadata = format!("$${}", prefix().to_cluster("s"));
    scene.server.append(&metadata, "$metadata", b"{\"$acl\":{\"$r\":\"$all\"}}");
    scene.server.append(&metadata, "$metadata", b"{\"$maxCount\":3}");
    scene.server.append("$$theirs", "$metadata", b"{\"$maxCount\":1}");
    scene.until("alarmed", |condition| condition.alarms.len() == 1).await;
    scene.until_sound().await;
    let scene = scene.restart().await;
    let condition = scene.until("alarmed", |condition| !condition.alarms.is_empty()).await;
    assert_eq!((condition.alarms[0].stream.as_str(), condition.alarms[0].what.as_str()), ("s", "$maxCount is 3"));
    scene.server.append(&metadata, "$metadata", b"{}");
    scene.until("calm", |condition| condition.alarms.is_empty() && condition.link == Link::Sound).await;
}

#[tokio::test]
async fn a_cluster_that_was_put_back_is_not_followed() {
    let scene = Scene::new().await;
    scene.append("s", "0");
    let last = scene.append("s", "1");
    scene.until_arrived(last).await;
    scene.server.kill();
    scene.until_lost().await;
    scene.server.change(|state| drop(state.log.pop()));
    scene.server.revive().await;
    let (position, what) = scene.until_stopped().await;
    assert_eq!(position, 1);
    assert!(what.contains("put back to an older state"), "{what}");
}

#[tokio::test]
async fn a_cluster_with_another_history_is_not_followed() {
    let scene = Scene::new().await;
    scene.append("s", "0");
    let last = scene.append("s", "1");
    scene.until_arrived(last).await;
    let scene = {
        let stopped = scene;
        stopped.server.change(|state| {
            state.log.pop();
            state.put(&prefix().to_cluster("s"), 1, "a.b", b"another");
        });
        stopped.restart().await
    };
    let (_, what) = scene.until_stopped().await;
    assert!(what.contains("is another one in the cluster"), "{what}");
}

#[tokio::test]
async fn a_cluster_that_was_built_anew_is_not_followed_from_places_of_the_old_one() {
    let scene = Scene::new().await;
    let last = scene.append("s", "0");
    scene.until_arrived(last).await;
    let scene = {
        let stopped = scene;
        stopped.server.change(|state| {
            state.log[0].commit += 1000;
            state.log[0].prepare += 1000;
        });
        stopped.restart().await
    };
    let (_, what) = scene.until_stopped().await;
    assert!(what.contains("built anew"), "{what}");
}

#[tokio::test]
async fn a_node_that_does_not_lead_sends_the_follower_to_the_one_that_does() {
    let leader = Scripted::start().await;
    let last = leader.append(&prefix().to_cluster("s"), "a.b", b"1");
    let other = Scripted::start().await;
    other.change(|state| state.leader = Some(leader.port));
    let scene = Scene::over(other, None).await;
    scene.until_arrived(last).await;
    scene.until_sound().await;
}

#[tokio::test]
async fn one_frozen_node_of_three_holds_up_nobody_who_looks_for_the_leader() {
    let [frozen, follower, leader] = [Scripted::start().await, Scripted::start().await, Scripted::start().await];
    for node in [&frozen, &follower, &leader] {
        let members = vec![(frozen.port, false), (follower.port, false), (leader.port, true)];
        node.change(|state| state.members = members);
    }
    frozen.change(|state| state.frozen = true);
    let address = format!("kurrentdb://127.0.0.1:{},127.0.0.1:{}?tls=false", frozen.port, follower.port);
    let mut selector = Selector::new(Arc::new(address.parse().expect("an address")), Limits::default());
    let before = Instant::now();
    let node = selector.leader().await.expect("a leader");
    assert_eq!(node.name(), format!("127.0.0.1:{}", leader.port));
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());

    // Those in the address are gone by now; what gossip told is remembered.
    frozen.kill();
    follower.kill();
    assert_eq!(selector.leader().await.expect("still a leader").name(), node.name());

    follower.revive().await;
    leader.change(|state| state.members.clear());
    follower.change(|state| state.members.clear());
    let address = format!("kurrentdb://127.0.0.1:{},127.0.0.1:{}?tls=false", leader.port, follower.port);
    let nobody = Selector::new(Arc::new(address.parse().expect("an address")), limits()).leader().await;
    assert!(nobody.expect_err("nobody leads").to_string().contains("knows no leader"));
}

#[tokio::test]
async fn an_event_behind_a_checkpoint_is_taken_all_the_same() {
    let server = Scripted::start().await;
    let ours = server.append(&prefix().to_cluster("s"), "a.b", b"1");
    let checkpoint = server.append("theirs", "a.b", b"foreign");
    server.change(|state| state.first = vec![Content::Checkpoint(Position { commit: checkpoint.0, prepare: checkpoint.1 })]);
    let scene = Scene::over(server, None).await;
    scene.until_arrived(ours).await;
    scene.until_sound().await;
    assert_eq!(scene.lines().await, [line("s", 0, "1")]);
}

#[tokio::test]
async fn an_anchor_holds_while_the_same_event_lies_there_and_in_a_cluster_that_was_put_back_it_does_not() {
    let server = Scripted::start().await;
    server.append(&prefix().to_cluster("s"), "a.b", b"1");
    let foreign = server.append("theirs", "a.b", b"foreign");
    let directory = tempfile::tempdir().expect("a directory");
    let mut work = Work {
        selector: Selector::new(server.address(), limits()),
        replica: open(&directory, None).await,
        prefix: prefix(),
        limits: limits(),
        tell: Arc::default(),
        arrive: watch::Sender::new(None),
        scan: watch::Sender::new(Some(foreign)),
        doubt: Arc::default(),
        anchor: None,
        pause: SHORTEST_PAUSE,
    };
    let node = work.selector.leader().await.expect("a leader");
    work.cast_anchor(&node).await.expect("cast");
    assert_eq!(work.anchored(&node).await.expect("asked"), Some(foreign));
    // Put back, and gone on: an event of ours lies where the foreign one was.
    server.change(|state| {
        state.log.pop();
        assert_eq!(state.put(&prefix().to_cluster("s"), 1, "a.b", b"2"), foreign);
    });
    assert_eq!(work.anchored(&node).await.expect("asked"), None);
    assert!(work.anchor.is_none());
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_skipped() {
    let server = Scripted::start().await;
    for _ in 0..40 {
        server.append(&prefix().to_cluster("s"), "a.b", &vec![b'x'; 50_000]);
    }
    let scene = Scene::over(server, Some(600_000)).await;
    let what = scene.until_lost().await;
    assert!(what.contains("ledger not available"), "{what}");
    let scene = scene.restart().await;
    scene.until_sound().await;
    assert_eq!(scene.lines().await.len(), 40);
}

#[tokio::test]
async fn catching_up_means_everything_that_was_there_at_the_call() {
    let server = Scripted::start().await;
    for number in 0..500 {
        server.append(&prefix().to_cluster("s"), "a.b", format!("{number}").as_bytes());
    }
    server.append("theirs", "a.b", b"foreign");
    let scene = Scene::over(server, None).await;
    scene.follower.catch_up(SOON).await.expect("caught up");
    assert_eq!(scene.lines().await.len(), 500);
    scene.follower.catch_up(SOON).await.expect("still caught up");
    scene.server.kill();
    let late = scene.follower.catch_up(Duration::from_millis(500)).await;
    assert!(matches!(late, Err(LedgerError::Unavailable { retry: true, .. })), "{late:?}");
}

#[tokio::test]
async fn a_follower_is_stopped_at_once_whatever_it_waits_for() {
    let scene = Scene::new().await;
    scene.until_sound().await;
    timeout(Duration::from_secs(1), scene.follower.stop()).await.expect("stopped while it listens");
    let scene = scene.restart().await;
    scene.server.kill();
    scene.until_lost().await;
    timeout(Duration::from_secs(1), scene.follower.stop()).await.expect("stopped while it pauses");
}
