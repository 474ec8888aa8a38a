//! What the bench promises to those who test with it: nodes, elections, rights, faults, and a log that stays.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kurrentdb::{
    AppendToStreamOptions, BatchAppendOptions, Client, Error, ReadAllOptions, StreamPosition, StreamState, SubscribeToAllOptions,
    SubscriptionEvent, SubscriptionFilter,
};
use tahavol_tests::kurrent::{Cluster, Fault, MAX_APPEND, Place, Proposed, Shape, TOMBSTONE};
use tokio::time::timeout;
use uuid::Uuid;

use crate::rust::{client, event};

const SOON: Duration = Duration::from_secs(5);

async fn append(client: &Client, stream: &str, state: StreamState, id: Uuid) -> Result<(), Error> {
    let options = AppendToStreamOptions::default().stream_state(state).requires_leader(true);
    let call = client.append_to_stream(stream, &options, event(id, "one"));
    timeout(SOON, call).await.expect("an answer").map(drop)
}

#[tokio::test]
async fn a_follower_names_the_leader_and_passes_on_what_does_not_ask_for_it() {
    let cluster = Cluster::start(Shape::nodes(3)).await;
    let follower = client(&format!("{}&nodePreference=follower", cluster.address_of(cluster.follower())));
    let refused = append(&follower, "ours.a", StreamState::Any, Uuid::new_v4()).await.expect_err("it does not lead");
    let leader = cluster.socket(cluster.leader());
    assert!(matches!(&refused, Error::NotLeaderException(told) if told.port == u32::from(leader.port())), "{refused:?}");

    let follower = client(&format!("{}&nodePreference=follower", cluster.address_of(cluster.follower())));
    let options = AppendToStreamOptions::default().stream_state(StreamState::NoStream);
    follower.append_to_stream("ours.a", &options, event(Uuid::new_v4(), "one")).await.expect("it is passed on");
    assert_eq!(cluster.stream("ours.a").len(), 1);
}

#[tokio::test]
async fn a_dead_and_a_frozen_leader_are_followed_by_another_within_two_seconds() {
    let cluster = Cluster::start(Shape::nodes(3)).await;
    let first = cluster.leader();
    let begun = Instant::now();
    cluster.freeze(first);
    let second = cluster.elected().await;
    cluster.thaw(first);
    cluster.kill(second).await;
    let third = cluster.elected().await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(first != second && second != third);
    append(&client(&cluster.address()), "ours.a", StreamState::NoStream, Uuid::new_v4()).await.expect("two of three are enough");
    // One of three is not.
    cluster.kill(third).await;
    let alone = (0..3).find(|node| *node != second && *node != third).expect("one is left");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    append(&client(&cluster.address_of(alone)), "ours.b", StreamState::NoStream, Uuid::new_v4()).await.expect_err("no majority");
    cluster.restart(second).await;
    cluster.elected().await;
    append(&client(&cluster.address()), "ours.b", StreamState::NoStream, Uuid::new_v4()).await.expect("two of three again");
}

#[tokio::test]
async fn everybody_does_what_the_table_of_users_grants() {
    let cluster = Cluster::start(Shape::secure(1)).await;
    let all = |client: Client| async move {
        let mut read = client.read_all(&ReadAllOptions::default().position(StreamPosition::Start)).await?;
        read.next().await.map(drop)
    };
    // name, password, may write, may read `$all`
    let table = [
        ("admin", "changeit", true, true),
        ("ordinary", "secret", true, false),
        ("reader", "secret", false, true),
        ("writer", "secret", true, false),
        ("nobody", "secret", false, false),
        ("admin", "wrong", false, false),
        ("stranger", "secret", false, false),
    ];
    for (name, password, writes, reads) in table {
        let client = || client(&cluster.address_as(name, password));
        let written = append(&client(), "ours.a", StreamState::Any, Uuid::new_v4()).await;
        assert_eq!(written.is_ok(), writes, "{name}: {written:?}");
        let read = all(client()).await;
        assert_eq!(read.is_ok(), reads, "{name}: {read:?}");
        for refused in [written.err(), read.err()].into_iter().flatten() {
            assert!(matches!(refused, Error::AccessDenied), "{name}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn every_fault_does_what_it_says_as_often_as_it_was_told() {
    let cluster = Cluster::start(Shape::default()).await;
    // fault, whether the append is recorded
    let table = [
        (Fault::DropAck, true),
        (Fault::Abort, false),
        (Fault::AbortAfter, true),
        (Fault::Cut, false),
        (Fault::NotLeader, false),
        (Fault::NotReady, false),
        (Fault::Overloaded, false),
    ];
    for (fault, recorded) in table {
        cluster.fault(fault, 1);
        let (stream, id) = (format!("ours.{fault:?}"), Uuid::new_v4());
        append(&client(&cluster.address()), &stream, StreamState::NoStream, id).await.expect_err("something is wrong");
        assert_eq!(cluster.stream(&stream).len(), usize::from(recorded), "{fault:?}");
        assert_eq!(cluster.faults_left(fault), 0, "{fault:?}");
        // The same again is certain, and recorded once.
        append(&client(&cluster.address()), &stream, StreamState::NoStream, id).await.expect("it went wrong once");
        assert_eq!(cluster.stream(&stream).len(), 1, "{fault:?}");
    }
    // Only what is repeated is left unanswered, and once.
    cluster.fault(Fault::IdempotentNotReady, 1);
    let (stream, id) = ("ours.repeated", Uuid::new_v4());
    append(&client(&cluster.address()), stream, StreamState::NoStream, id).await.expect("it is new");
    assert_eq!(cluster.faults_left(Fault::IdempotentNotReady), 1);
    let repeating = client(&cluster.address());
    let options = AppendToStreamOptions::default().stream_state(StreamState::NoStream);
    let struck = async {
        while cluster.faults_left(Fault::IdempotentNotReady) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    tokio::select! {
        answer = repeating.append_to_stream(stream, &options, event(id, "one")) => panic!("no answer is expected: {answer:?}"),
        () = struck => {}
    }
    append(&client(&cluster.address()), stream, StreamState::NoStream, id).await.expect("it is answered the next time");
    assert_eq!(cluster.stream(stream).len(), 1);

    cluster.fault(Fault::Hang, 1);
    let options = AppendToStreamOptions::default().stream_state(StreamState::Any);
    let hanging = client(&cluster.address());
    let call = hanging.append_to_stream("ours.hang", &options, event(Uuid::new_v4(), "one"));
    timeout(Duration::from_millis(500), call).await.expect_err("no answer");
    assert!(cluster.stream("ours.hang").is_empty());
}

#[tokio::test]
async fn a_subscription_falls_behind_goes_silent_and_is_too_slow_on_demand() {
    let cluster = Cluster::start(Shape::default()).await;
    let client = client(&cluster.address());
    let filter = SubscriptionFilter::on_stream_name().add_prefix("ours.").max(8);
    let options = SubscribeToAllOptions::default().filter(filter);
    let mut subscription = client.subscribe_to_all(&options).await;
    for _ in 0..20 {
        cluster.append_raw("others.a", vec![Proposed::json("a", "{}")]).await;
    }
    // Two checkpoints for the sixteen that are not ours, the server's own among them.
    let mut told = Vec::new();
    while !matches!(told.last(), Some(SubscriptionEvent::CaughtUp(_))) {
        told.push(timeout(SOON, subscription.next_subscription_event()).await.unwrap().unwrap());
    }
    assert!(matches!(told[0], SubscriptionEvent::Confirmed(_)));
    assert_eq!(told.iter().filter(|event| matches!(event, SubscriptionEvent::Checkpoint(_))).count(), 2);

    cluster.fault(Fault::FellBehind, 1);
    assert!(matches!(timeout(SOON, subscription.next_subscription_event()).await, Ok(Ok(SubscriptionEvent::FellBehind(_)))));
    assert!(matches!(timeout(SOON, subscription.next_subscription_event()).await, Ok(Ok(SubscriptionEvent::CaughtUp(_)))));
    cluster.fault(Fault::SilenceSubscriptions, 1);
    cluster.append_raw("ours.a", vec![Proposed::json("a", "{}")]).await;
    timeout(Duration::from_millis(300), subscription.next_subscription_event()).await.expect_err("it is silent");

    let mut second = client.subscribe_to_all(&options).await;
    assert_eq!(timeout(SOON, second.next()).await.unwrap().unwrap().get_original_event().stream_id(), "ours.a");
    cluster.fault(Fault::SlowConsumer, 1);
    let slow = timeout(SOON, second.next()).await.unwrap().expect_err("it is ended");
    assert!(
        matches!(&slow, Error::Grpc { code, message } if *code == tonic::Code::Aborted && message.contains("Consumer too slow")),
        "{slow:?}"
    );
}

#[tokio::test]
async fn the_largest_append_is_the_servers() {
    let cluster = Cluster::start(Shape::default()).await;
    let client = client(&cluster.address());
    let of = |bytes: usize| event(Uuid::new_v4(), &"x".repeat(bytes - 2 * "milestone.progress_reported".len()));
    let any = AppendToStreamOptions::default().stream_state(StreamState::Any);
    client.append_to_stream("ours.a", &any, of(MAX_APPEND)).await.expect("just large enough");
    client.append_to_stream("ours.a", &any, of(MAX_APPEND + 1)).await.expect_err("one byte too many");
    let session = client.batch_append(&BatchAppendOptions::default()).await.unwrap();
    let refused = session.append_to_stream("ours.a", StreamState::Any, vec![of(MAX_APPEND + 1)]).await.expect_err("too large");
    assert!(matches!(&refused, Error::Grpc { message, .. } if message == "MaximumAppendSizeExceeded"), "{refused:?}");
    assert_eq!(cluster.stream("ours.a").len(), 1);
}

#[tokio::test]
async fn the_log_stays_with_its_folder_and_can_be_put_back_and_scavenged() {
    let folder = tempfile::tempdir().unwrap();
    let shape = || Shape { folder: Some(folder.path().to_owned()), ..Shape::default() };
    let before = {
        let cluster = Cluster::start(shape()).await;
        let large = Proposed { data: vec![7; 1_000_000].into(), ..Proposed::json("a", "") };
        cluster.append_raw("ours.a", vec![Proposed::json("a", "{}"), large, Proposed::json("a", "{}")]).await;
        cluster.append_raw("ours.b", vec![Proposed::json("a", "{}")]).await;
        cluster.tombstone("ours.b").await;
        cluster.append_raw("ours.c", vec![Proposed::json("a", "{}")]).await;
        cluster.put_back(1);
        cluster.set_metadata("ours.a", r#"{"$tb":2}"#).await;
        cluster.scavenge();
        cluster.append_raw("ours.d", vec![Proposed::json("a", "{}")]).await;
        let all = cluster.all();
        cluster.stop().await;
        all
    };
    let ours: Vec<(&str, u64)> =
        before.iter().filter(|record| record.stream.starts_with("ours.")).map(|record| (&*record.stream, record.revision)).collect();
    assert_eq!(ours, [("ours.a", 2), ("ours.b", TOMBSTONE), ("ours.d", 0)]);
    assert!(before.is_sorted_by_key(|record| record.place) && before.iter().all(|record| record.place > Place::default()));
    let again = Cluster::start(shape()).await;
    assert_eq!(again.all(), before);
}

#[tokio::test]
async fn as_a_process_of_its_own_it_obeys_its_script() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_kurrent-bench")).args(["--nodes", "3"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let (address, script) = (lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap());
    let verb = |verb: &str| {
        let output = Command::new(&script).args(verb.split(' ')).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    append(&client(&address), "ours.a", StreamState::NoStream, Uuid::new_v4()).await.expect("it is a cluster");
    assert_eq!(verb("leader"), (true, "1".to_owned()));
    assert_eq!(verb("kill 1"), (true, "ok".to_owned()));
    let leader = verb("leader").1;
    assert!(["2", "3"].contains(&leader.as_str()), "{leader}");
    append(&client(&address), "ours.a", StreamState::StreamRevision(0), Uuid::new_v4()).await.expect("two of three");
    for answered in [verb("start 1"), verb(&format!("stop {leader}")), verb(&format!("cont {leader}"))] {
        assert_eq!(answered, (true, "ok".to_owned()));
    }
    assert!(!verb("kill 4").0 && !verb("sing 1").0 && !verb("kill").0);
    assert_eq!(verb("quit"), (true, "ok".to_owned()));
    assert!(process.wait().unwrap().success());
}
