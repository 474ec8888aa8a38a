//! What version 1.2.0 of the official Rust client does wrong, shown with nothing around it. The adapter is made as it is
//! because of these; a test that fails here with a new version says that one reason is gone.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kurrentdb::{
    AppendToStreamOptions, BatchAppendOptions, Client, Error, ReadStreamOptions, RetryOptions, StreamPosition, StreamState,
    SubscribeToAllOptions, SubscriptionFilter,
};
use tahavol_tests::kurrent::{Cluster, Fault, Proposed, Shape};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::rust::{client, event};

/// Long enough for a call that works: a fresh client needs a tenth of it.
const SOON: Duration = Duration::from_secs(5);

/// At a time, as a server has it if nobody sets it.
const CALLS_OF_A_CONNECTION: usize = 100;

/// How the child of [`a_subscription_that_is_ended_cleanly_spins`] learns what to subscribe to.
const SPIN: &str = "TAHAVOL_TEST_SPIN_ADDRESS";

async fn append(client: &Client) -> Result<(), String> {
    let options = AppendToStreamOptions::default().stream_state(StreamState::Any);
    match timeout(SOON, client.append_to_stream("ours.a", &options, event(Uuid::new_v4(), "one"))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer".to_owned()),
    }
}

/// Defect: nothing makes the client choose another node.
#[tokio::test]
async fn after_a_leader_change_the_same_client_fails_every_call_while_a_fresh_one_works() {
    let cluster = Cluster::start(Shape::nodes(3)).await;
    let old = client(&cluster.address());
    append(&old).await.expect("all is well");
    cluster.kill(cluster.leader()).await;
    cluster.elected().await;
    for attempt in 0..5 {
        let outcome = append(&old).await;
        assert!(outcome.is_err(), "attempt {attempt} of the old client: {outcome:?}");
        append(&client(&cluster.address())).await.expect("a fresh client at the same moment");
        sleep(Duration::from_millis(200)).await;
    }
}

/// Defect: the subscription asks the same dead connection for ever.
#[tokio::test]
async fn a_subscription_that_retries_for_ever_does_not_resume_within_fifteen_seconds() {
    let cluster = Cluster::start(Shape::nodes(3)).await;
    let client = client(&cluster.address());
    let retry = RetryOptions::default().retry_forever();
    let filter = SubscriptionFilter::on_stream_name().add_prefix("ours.");
    let options = SubscribeToAllOptions::default().filter(filter).retry_options(retry);
    let mut subscription = client.subscribe_to_all(&options).await;
    cluster.append_raw("ours.a", vec![Proposed::json("a", "{}")]).await;
    timeout(SOON, subscription.next()).await.expect("it is told").expect("it is well");

    cluster.kill(cluster.leader()).await;
    cluster.elected().await;
    cluster.append_raw("ours.a", vec![Proposed::json("a", "{}")]).await;
    let outcome = timeout(Duration::from_secs(15), subscription.next()).await;
    assert!(!matches!(outcome, Ok(Ok(_))), "it resumed: {outcome:?}");
}

/// Defect: its inner task ends with the first failed connection, and is never started again.
#[tokio::test]
async fn a_first_call_while_the_server_is_down_ends_the_client_for_good() {
    let cluster = Cluster::start(Shape::default()).await;
    let early = client(&cluster.address());
    cluster.kill(0).await;
    append(&early).await.expect_err("nobody is there");
    cluster.restart(0).await;
    append(&client(&cluster.address())).await.expect("the server is back");
    for _ in 0..5 {
        append(&early).await.expect_err("the server is back, and this client is not");
        sleep(Duration::from_millis(200)).await;
    }
}

/// Defect: the deadline of a call is only a header, which a server that stands still does not read.
#[tokio::test]
async fn a_frozen_server_holds_an_append_beyond_its_deadline() {
    let cluster = Cluster::start(Shape::default()).await;
    let client = client(&cluster.address());
    append(&client).await.expect("all is well");
    cluster.freeze(0);
    let deadline = Duration::from_millis(500);
    let options = AppendToStreamOptions::default().stream_state(StreamState::Any).deadline(deadline);
    let begun = Instant::now();
    let call = client.append_to_stream("ours.a", &options, event(Uuid::new_v4(), "two"));
    let outcome = timeout(8 * deadline, call).await;
    assert!(outcome.is_err(), "it answered after {:?}: {outcome:?}", begun.elapsed());
}

/// Defect: the client ends the session, where the server goes on with it.
#[tokio::test]
async fn one_conflict_ends_a_batch_session() {
    let cluster = Cluster::start(Shape::default()).await;
    let client = client(&cluster.address());
    let session = client.batch_append(&BatchAppendOptions::default()).await.expect("a session");
    let new = || vec![event(Uuid::new_v4(), "one")];
    session.append_to_stream("ours.a", StreamState::NoStream, new()).await.expect("the first one");
    let conflict = session.append_to_stream("ours.a", StreamState::NoStream, new()).await.expect_err("a conflict");
    // The code says "already exists"; at which revision the stream is lies in details that are thrown away.
    assert!(matches!(&conflict, Error::Grpc { code, message } if *code == tonic::Code::AlreadyExists && message == "WrongExpectedVersion"));
    let after = timeout(SOON, session.append_to_stream("ours.b", StreamState::NoStream, new())).await;
    assert!(!matches!(after, Ok(Ok(_))), "the session goes on: {after:?}");
}

/// Defect: nobody resets the call that such a session was, and the server keeps it. It ends neither with the session nor with
/// the client, whose connection stays, too; and a connection has only so many calls.
#[tokio::test]
async fn sessions_that_a_conflict_ended_stay_open_until_the_connection_takes_no_more_calls() {
    let cluster = Cluster::start(Shape::default()).await;
    let client = client(&cluster.address());
    append(&client).await.expect("all is well");
    for _ in 0..CALLS_OF_A_CONNECTION {
        let session = client.batch_append(&BatchAppendOptions::default()).await.expect("a session");
        let event = vec![event(Uuid::new_v4(), "one")];
        let answer = timeout(SOON, session.append_to_stream("ours.a", StreamState::NoStream, event)).await.expect("an answer");
        assert!(matches!(answer, Err(Error::Grpc { code: tonic::Code::AlreadyExists, .. })), "{answer:?}");
    }
    assert_eq!(append(&client).await, Err("no answer".to_owned()));
    drop(client);
    sleep(Duration::from_secs(2)).await;
    assert_eq!((cluster.open_batches(), cluster.connections(0)), (CALLS_OF_A_CONNECTION, 1));
    append(&crate::rust::client(&cluster.address())).await.expect("a fresh client at the same moment");
    // Only the end of the connection ends them.
    cluster.kill(0).await;
    for _ in 0..100 {
        sleep(Duration::from_millis(20)).await;
        if cluster.open_batches() == 0 {
            return;
        }
    }
    panic!("{} calls outlive their connection", cluster.open_batches());
}

/// Defect: three attempts, half a second apart.
#[tokio::test]
async fn the_default_retry_of_a_subscription_gives_up_on_an_outage_of_three_seconds() {
    let cluster = Cluster::start(Shape::default()).await;
    let client = client(&cluster.address());
    let options = SubscribeToAllOptions::default().retry_options(RetryOptions::default());
    let mut subscription = client.subscribe_to_all(&options).await;
    cluster.append_raw("ours.a", vec![Proposed::json("a", "{}")]).await;
    while timeout(SOON, subscription.next()).await.expect("it is told").expect("it is well").get_original_event().stream_id() != "ours.a" {}

    cluster.kill(0).await;
    let next = async { timeout(Duration::from_secs(10), subscription.next()).await };
    let back = async {
        sleep(Duration::from_secs(3)).await;
        cluster.restart(0).await;
        cluster.append_raw("ours.a", vec![Proposed::json("a", "{}")]).await;
    };
    let (outcome, ()) = tokio::join!(next, back);
    assert!(!matches!(outcome, Ok(Ok(_))), "it went on: {outcome:?}");
}

/// Defect: the server tells steps of 100 ns, and the client divides them by a second.
#[tokio::test]
async fn the_time_of_an_event_is_cut_to_whole_seconds() {
    let cluster = Cluster::start(Shape::default()).await;
    let client = client(&cluster.address());
    for _ in 0..3 {
        append(&client).await.expect("all is well");
        sleep(Duration::from_millis(7)).await;
    }
    let told = cluster.stream("ours.a");
    assert!(told.iter().any(|record| record.created % 10_000_000 != 0), "the server tells parts of a second");
    let mut read = client.read_stream("ours.a", &ReadStreamOptions::default().position(StreamPosition::Start)).await.expect("it is there");
    while let Some(found) = read.next().await.expect("it can be read") {
        assert_eq!(found.get_original_event().created.timestamp_subsec_nanos(), 0);
    }
}

/// Defect: an end without an error is taken for a message without content, and the next one is asked for at once, without
/// ever giving the thread back: no time limit around it is ever looked at. So it is in a process of its own.
#[tokio::test]
async fn a_subscription_that_is_ended_cleanly_spins() {
    let cluster = Cluster::start(Shape::default()).await;
    let name = "defects::the_subscriber_that_spins";
    let mut child = Command::new(std::env::current_exe().expect("a process knows its program"))
        .args(["--exact", name, "--nocapture", "--test-threads", "1"])
        .env(SPIN, cluster.address())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the tests can be started");
    let begun = Instant::now();
    while cluster.subscriptions() == 0 {
        assert!(begun.elapsed() < 2 * SOON, "it does not subscribe");
        sleep(Duration::from_millis(20)).await;
    }
    cluster.fault(Fault::EndSubscriptions, 1);
    sleep(Duration::from_secs(1)).await;
    let before = cpu_time(&child);
    sleep(Duration::from_secs(2)).await;
    let (after, ended) = (cpu_time(&child), child.try_wait().expect("it can be asked"));
    child.kill().expect("it is ours");
    child.wait().expect("it was killed");
    let mut said = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut said).expect("text");
    assert!(ended.is_none() && !said.contains("went on"), "its time limit was looked at: {said}");
    assert!(after - before > Duration::from_millis(500), "it used {:?} in two seconds", after - before);
}

/// The child of the test above; otherwise there is nothing for it to do.
#[test]
fn the_subscriber_that_spins() {
    let Ok(address) = std::env::var(SPIN) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread");
    runtime.block_on(async {
        let client = client(&address);
        let mut subscription = client.subscribe_to_all(&SubscribeToAllOptions::default().position(StreamPosition::End)).await;
        let outcome = timeout(Duration::from_millis(2_500), subscription.next()).await;
        writeln!(std::io::stdout().lock(), "went on: {}", outcome.is_ok()).expect("it is read");
    });
}

/// What a process has used of the processor, as Linux tells it.
fn cpu_time(child: &Child) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("it runs");
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}
