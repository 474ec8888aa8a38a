//! The official Rust client against the bench: what a client may expect of a server.

use std::time::Duration;

use kurrentdb::{
    AppendToStreamOptions, Client, EventData, Position, ReadAllOptions, ReadStreamOptions, StreamPosition, StreamState,
    SubscribeToAllOptions, SubscriptionEvent, SubscriptionFilter,
};
use tahavol_tests::kurrent::{Cluster, Shape, Transactions};
use tokio::time::timeout;
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(5);

pub(crate) fn client(address: &str) -> Client {
    Client::new(address.parse().expect("the address of a bench")).expect("a client")
}

pub(crate) fn event(id: Uuid, text: &str) -> EventData {
    EventData::binary("milestone.progress_reported", text.to_owned().into()).id(id)
}

fn state(state: StreamState) -> AppendToStreamOptions {
    AppendToStreamOptions::default().stream_state(state)
}

#[tokio::test]
async fn what_the_rust_client_appends_it_reads_and_is_told() {
    appends_reads_and_is_told(Transactions::Implicit).await;
}

#[tokio::test]
async fn the_same_from_a_log_whose_writes_have_one_commit_position() {
    appends_reads_and_is_told(Transactions::Explicit).await;
}

async fn appends_reads_and_is_told(transactions: Transactions) {
    let cluster = Cluster::start(Shape { transactions, ..Shape::default() }).await;
    let client = client(&cluster.address());
    let filter = SubscriptionFilter::on_stream_name().add_prefix("ours.");
    let mut subscription = client.subscribe_to_all(&SubscribeToAllOptions::default().filter(filter.clone())).await;

    let ids: Vec<Uuid> = (0..3).map(|_| Uuid::new_v4()).collect();
    let new = state(StreamState::NoStream);
    let first = client.append_to_stream("ours.a", &new, vec![event(ids[0], "one"), event(ids[1], "two")]);
    let first = timeout(SOON, first).await.unwrap().unwrap();
    assert_eq!(first.next_expected_version, 1);
    client.append_to_stream("others.a", &state(StreamState::Any), event(Uuid::new_v4(), "foreign")).await.unwrap();
    client.append_to_stream("ours.a", &state(StreamState::StreamRevision(1)), event(ids[2], "three")).await.unwrap();

    let mut read = client.read_stream("ours.a", &ReadStreamOptions::default().position(StreamPosition::Start)).await.unwrap();
    let mut texts = Vec::new();
    while let Some(found) = read.next().await.unwrap() {
        texts.push(String::from_utf8(found.get_original_event().data.to_vec()).unwrap());
    }
    assert_eq!(texts, ["one", "two", "three"]);

    let mut read = client.read_all(&ReadAllOptions::default().position(StreamPosition::Start).filter(filter)).await.unwrap();
    let mut places: Vec<Position> = Vec::new();
    while let Some(found) = read.next().await.unwrap() {
        places.push(found.get_original_event().position);
    }
    assert_eq!(places.len(), 3);
    match transactions {
        Transactions::Implicit => assert!(places.iter().all(|place| place.commit == place.prepare), "{places:?}"),
        Transactions::Explicit => assert_eq!(places[0].commit, places[1].commit, "two events of one write"),
    }
    assert!(places.is_sorted(), "{places:?}");

    let (mut told, mut caught_up) = (Vec::new(), false);
    while told.len() < 3 || !caught_up {
        match timeout(SOON, subscription.next_subscription_event()).await.unwrap().unwrap() {
            SubscriptionEvent::EventAppeared(found) => told.push(found.get_original_event().id),
            SubscriptionEvent::CaughtUp(_) => caught_up = true,
            _ => {}
        }
    }
    assert_eq!(told, ids);
}
