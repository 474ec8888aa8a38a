//! Every field and subscription asked by everybody, while the public view is closed.

use std::collections::BTreeSet;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::fields::{FIELDS, Readers, SUBSCRIPTIONS, query};
use crate::world::World;
use crate::{OFFICIALS, UNKNOWN, WITHOUT_OFFICE, codes};

/// Names of fields that a type of the server's schema has.
async fn told(world: &World, of: &str) -> BTreeSet<String> {
    let told = world.read("council", &format!("{{ __schema {{ {of} {{ fields {{ name }} }} }} }}")).await;
    let fields = told["__schema"][of]["fields"].as_array().expect("fields").iter();
    fields.map(|field| field["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn a_field_is_read_by_those_whom_the_table_names_and_by_no_stranger() {
    let world = World::new(&[], &[]).await;
    let mut open = told(&world, "queryType").await;
    let mut wrong = Vec::new();
    for (name, readers, field) in FIELDS {
        assert!(field.starts_with(name));
        let query = query(&world, field);
        for (actor, code) in UNKNOWN.into_iter().zip(["UNAUTHENTICATED", "TOKEN_UNKNOWN", "TOKEN_UNKNOWN"]) {
            let (status, answer) = world.ask(actor, &query).await;
            let is_empty = answer["data"].as_object().is_none_or(|data| data.values().all(Value::is_null));
            let expected = if answer["data"].is_object() { 200 } else { 401 };
            if (status, codes(&answer), is_empty) != (expected, vec![code], true) {
                wrong.push(format!("{query} by {actor}: {status} {answer}"));
            }
        }
        for actor in OFFICIALS.into_iter().chain(WITHOUT_OFFICE) {
            let (_, answer) = world.ask(actor, &query).await;
            let may = match readers {
                Readers::Public | Readers::Recognised => true,
                Readers::Only(some) => some.contains(&actor),
            };
            if codes(&answer) != if may { vec![] } else { vec!["READ_NOT_PERMITTED"] } {
                wrong.push(format!("{query} by {actor}: {answer}"));
            }
        }
        open.remove(name);
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(open, BTreeSet::new(), "the golden list of fields that no stranger was refused");
}

#[tokio::test]
async fn nobody_subscribes_without_being_recognised_whether_or_not_the_public_view_is_open() {
    for public in ["false", "true"] {
        let world = World::new(&[("TAHAVOL_PUBLIC_VIEW", public)], &[]).await;
        let mut open = told(&world, "subscriptionType").await;
        for (name, field) in SUBSCRIPTIONS {
            let query = format!("subscription {{ {field} }}");
            for actor in UNKNOWN {
                assert_eq!(by_events(&world, actor, &query).await, refusal(actor), "{query} by {actor}");
                assert_ne!(by_socket(&world, actor, &query).await, "next", "{query} by {actor}");
            }
            // Whoever is recognised is told something, so that the question was a good one.
            assert_eq!(by_socket(&world, "newcomer", &query).await, "next", "{query}");
            open.remove(name);
        }
        assert_eq!(open, BTreeSet::new(), "the golden list of subscriptions that no stranger was refused");
    }
}

fn refusal(actor: &str) -> &'static str {
    if actor == "nobody" { "UNAUTHENTICATED" } else { "TOKEN_UNKNOWN" }
}

/// The code that stands in a stream of events, or in the answer that there is instead of one.
async fn by_events(world: &World, actor: &str, query: &str) -> String {
    let request = world.server.post("/graphql").header("accept", "text/event-stream").json(&json!({ "query": query }));
    let told = world.by(actor, request).send().await.unwrap().text().await.unwrap();
    let body = told.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or(&told);
    let answer: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{told}"));
    assert!(answer["data"].is_null(), "{told}");
    codes(&answer).concat()
}

/// What a socket says to a subscription: the type of its message, or that it is closed.
async fn by_socket(world: &World, actor: &str, query: &str) -> String {
    let (mut socket, _) = connect_async(world.server.socket()).await.unwrap();
    // As a header would have it.
    let shown = world.by(actor, world.server.get("/")).build().unwrap().headers().get("authorization").cloned();
    let begin = shown.map_or(json!({}), |value| json!({ "authorization": value.to_str().unwrap() }));
    for message in
        [json!({ "type": "connection_init", "payload": begin }), json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })]
    {
        // It may be closed by now.
        let _ = socket.send(Message::text(message.to_string())).await;
    }
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            let told: Value = serde_json::from_str(&text).unwrap();
            match (told["type"].as_str().unwrap(), &told["payload"]["data"]) {
                ("connection_ack" | "ping", _) => {}
                ("next", Value::Null) => return "error".to_owned(),
                (other, _) => return other.to_owned(),
            }
        }
    }
    "closed".to_owned()
}
