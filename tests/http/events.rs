//! Server-sent events: from a position, on from the last one, to the end of the server.

use futures_util::StreamExt;
use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// One event: its name, id and data.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    name: String,
    id: Option<String>,
    data: Option<Value>,
}

/// Reads events one by one.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    async fn of(server: &Server, query: &str, variables: Value, last: Option<&str>) -> Events {
        let body = json!({ "query": query, "variables": variables });
        let mut request = server.post("/graphql").bearer_auth(server.token("council")).header("accept", "text/event-stream").json(&body);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"text/event-stream".parse().unwrap()));
        Events { response, text: String::new() }
    }

    /// None at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()));
                if let Some(name) = field("event") {
                    return Some(Event { name, id: field("id"), data: field("data").and_then(|data| serde_json::from_str(&data).ok()) });
                }
                continue;
            }
            let piece = self.response.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }
}

const EVENTS: &str = "subscription ($after: Position) { ledgerEvents(after: $after) { position event { type } } }";

#[tokio::test]
async fn a_subscription_begins_after_a_position_and_goes_on_with_what_happens() {
    let server = Server::of(data::founded());
    let meta = server.ask("council", "{ meta { position } }", Value::Null).await;
    let head = meta["data"]["meta"]["position"].as_u64().unwrap();
    let mut events = Events::of(&server, EVENTS, json!({ "after": head - 2 }), None).await;
    for position in [head - 1, head] {
        let event = events.next().await.unwrap();
        assert_eq!((event.name.as_str(), event.id), ("next", Some(position.to_string())));
    }
    server.issue_directive("EVENTS-1").await;
    let event = events.next().await.unwrap();
    assert_eq!(event.data.unwrap()["data"]["ledgerEvents"]["event"]["type"], "programme.directive_issued");
}

#[tokio::test]
async fn a_reader_who_comes_again_goes_on_after_the_last_event() {
    let server = Server::of(data::founded());
    for variables in [json!({ "after": 10 }), json!({})] {
        let mut events = Events::of(&server, EVENTS, variables, Some("100")).await;
        assert_eq!(events.next().await.unwrap().id.unwrap(), "101");
        assert_eq!(events.next().await.unwrap().id.unwrap(), "102");
    }
    for written in ["subscription { ledgerEvents(after: 10) { position } }", "subscription { ledgerEvents { position } }"] {
        let mut events = Events::of(&server, written, json!({}), Some("100")).await;
        assert_eq!(events.next().await.unwrap().id.unwrap(), "101");
    }
}

#[tokio::test]
async fn progress_is_told_now_and_when_it_changes() {
    let server = Server::of(data::founded());
    let query = "subscription { progressChanged(horizon: SHORT) { position planned } }";
    let mut events = Events::of(&server, query, json!({}), None).await;
    assert!(events.next().await.unwrap().data.unwrap()["data"]["progressChanged"]["planned"].is_u64());
}

#[tokio::test]
async fn a_query_is_one_answer_and_the_end_and_what_cannot_be_read_is_told_too() {
    let server = Server::of(data::founded());
    for query in ["{ meta { position } }", "{ nothing }", "{"] {
        let mut events = Events::of(&server, query, json!({}), None).await;
        let first = events.next().await.unwrap();
        assert_eq!(first.name, "next");
        assert_eq!(first.data.unwrap().get("errors").is_some(), query != "{ meta { position } }");
        assert_eq!(events.next().await.unwrap().name, "complete");
        assert_eq!(events.next().await, None);
    }
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_completes_its_subscriptions() {
    let mut server = Server::of(data::founded());
    let mut events = Events::of(&server, EVENTS, json!({ "after": 0 }), None).await;
    assert_eq!(events.next().await.unwrap().name, "next");
    server.ask_to_stop();
    let rest = async {
        let mut last = None;
        while let Some(event) = events.next().await {
            last = Some(event);
        }
        last
    };
    assert_eq!(rest.await.unwrap().name, "complete");
    assert!(server.wait().success());
}

#[tokio::test]
async fn many_readers_hear_the_same() {
    let server = Server::of(data::founded());
    let meta = server.ask("council", "{ meta { position } }", Value::Null).await;
    let after = json!({ "after": meta["data"]["meta"]["position"] });
    let readers = futures_util::stream::iter(0..10).then(|_| Events::of(&server, EVENTS, after.clone(), None));
    let mut readers: Vec<Events> = readers.collect().await;
    server.issue_directive("MANY-1").await;
    let mut heard = Vec::new();
    for reader in &mut readers {
        heard.push(reader.next().await.unwrap().data.unwrap()["data"].clone());
    }
    assert!(heard.windows(2).all(|pair| pair[0] == pair[1]), "{heard:?}");
}
