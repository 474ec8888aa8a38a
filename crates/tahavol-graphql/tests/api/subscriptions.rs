//! What subscribers are told, and how they take it up again.

use std::time::Duration;

use async_graphql::{Request, Response};
use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, Person};
use tahavol_graphql::Caller;

use crate::support::{World, codes};

fn subscribe(world: &World, query: &str) -> impl Stream<Item = Response> + Unpin + use<> {
    let caller = Caller::unlimited(Person { id: ActorId("aud".to_owned()), name: "aud".to_owned() });
    world.schema.execute_stream(Request::new(query).data(caller).data(Lang::En))
}

async fn next(stream: &mut (impl Stream<Item = Response> + Unpin)) -> Value {
    let response = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.unwrap().unwrap();
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    response.data.into_json().unwrap()
}

async fn report(world: &World, progress: u16) -> u64 {
    let done = world.done("mem", "milestoneReportProgress", json!({ "milestone": "M-1", "progress": progress })).await;
    done["position"].as_u64().unwrap()
}

#[tokio::test]
async fn events_come_from_history_into_now_without_gap_or_repeat() {
    let world = World::programme().await;
    let head = world.app.snapshot().position.unwrap();
    let mut events = subscribe(&world, "subscription { ledgerEvents(after: 3) { position event { type } } }");
    for position in 4..=head {
        assert_eq!(next(&mut events).await["ledgerEvents"]["position"], position);
    }
    let position = report(&world, 1_000).await;
    let told = next(&mut events).await;
    assert_eq!(told["ledgerEvents"], json!({ "position": position, "event": { "type": "milestone.progress_reported" } }));
}

#[tokio::test]
async fn an_events_answer_stands_for_a_picture_that_contains_the_event() {
    let world = World::programme().await;
    let mut events = subscribe(&world, "subscription { ledgerEvents { position } }");
    for progress in 1..=20 {
        let (position, response) = tokio::join!(report(&world, progress * 100), events.next());
        let response = response.unwrap();
        assert_eq!(response.data.clone().into_json().unwrap()["ledgerEvents"]["position"], position);
        let told = response.extensions["tahavol"].clone().into_json().unwrap();
        assert!(told["position"].as_u64().unwrap() >= position, "{told}");
    }
}

#[tokio::test]
async fn progress_comes_at_once_and_then_only_when_it_changes() {
    let world = World::programme().await;
    let mut changes = subscribe(&world, "subscription { progressChanged(commission: \"technology\") { position reported } }");
    assert_eq!(next(&mut changes).await["progressChanged"]["reported"], Value::Null);
    // A risk changes no figure.
    world.done("mem", "initiativeRaiseRisk", json!({ "initiative": "I-1", "title": { "fa": "خطر" }, "likelihood": 1, "impact": 1 })).await;
    let position = report(&world, 4_000).await;
    assert_eq!(next(&mut changes).await["progressChanged"], json!({ "position": position, "reported": 4_000 }));
    let mut again = subscribe(
        &world,
        &format!("subscription {{ progressChanged(commission: \"technology\", after: {position}) {{ position reported }} }}"),
    );
    let later = report(&world, 5_000).await;
    assert_eq!(next(&mut again).await["progressChanged"], json!({ "position": later, "reported": 5_000 }));
}

#[tokio::test]
async fn a_subscription_without_a_caller_or_with_something_wrong_is_refused() {
    let world = World::programme().await;
    let mut nobody = world.schema.execute_stream(Request::new("subscription { ledgerEvents { position } }"));
    assert_eq!(codes(&nobody.next().await.unwrap()), ["UNAUTHENTICATED"]);
    let mut deep = subscribe(&world, &"{a".repeat(50_000));
    assert_eq!(codes(&deep.next().await.unwrap()), ["QUERY_TOO_DEEP"]);
    let mut wrong = subscribe(&world, "subscription { nothing }");
    assert_eq!(codes(&wrong.next().await.unwrap()), ["GRAPHQL_INVALID"]);
    let mut unknown = subscribe(&world, "subscription { progressChanged(commission: \"nobody\") { planned } }");
    assert_eq!(codes(&unknown.next().await.unwrap()), ["UNKNOWN_COMMISSION"]);
}
