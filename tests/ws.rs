//! `graphql-transport-ws`, against the program as it runs.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const EVENTS: &str = "subscription ($after: Position) { ledgerEvents(after: $after) { position } }";

/// What comes from the other side.
#[derive(Debug, Clone, PartialEq)]
enum Heard {
    Said(Value),
    Closed(u16),
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(server: &Server) -> Socket {
        Socket(connect_async(server.socket()).await.unwrap().0)
    }

    /// As somebody, and acknowledged.
    async fn of(server: &Server, actor: &str) -> Socket {
        let mut socket = Socket::open(server).await;
        socket.say(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", server.token(actor)) } })).await;
        assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
        socket
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query, "variables": variables } })).await;
    }

    async fn hear(&mut self) -> Heard {
        loop {
            match self.0.next().await.expect("the other side says something").unwrap() {
                Message::Text(text) => return Heard::Said(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => return Heard::Closed(frame.map_or(0, |frame| frame.code.into())),
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
    }

    async fn said(&mut self) -> Value {
        match self.hear().await {
            Heard::Said(value) => value,
            Heard::Closed(code) => panic!("closed with {code}"),
        }
    }
}

#[tokio::test]
async fn queries_and_mutations_are_answered_and_completed() {
    let server = Server::of(data::founded());
    let mut socket = Socket::of(&server, "council").await;
    socket.subscribe("1", "{ viewer { person { actor } } }", json!({})).await;
    let next = socket.said().await;
    assert_eq!((&next["id"], &next["type"]), (&json!("1"), &json!("next")));
    assert_eq!(next["payload"]["data"]["viewer"]["person"]["actor"], "council");
    assert_eq!(socket.said().await, json!({ "id": "1", "type": "complete" }));
}

#[tokio::test]
async fn a_subscription_begins_after_a_position_and_ends_when_it_is_completed() {
    let server = Server::of(data::founded());
    let head = server.ask("council", "{ meta { position } }", Value::Null).await["data"]["meta"]["position"].as_u64().unwrap();
    let mut socket = Socket::of(&server, "auditor").await;
    socket.subscribe("s", EVENTS, json!({ "after": head - 1 })).await;
    assert_eq!(socket.said().await["payload"]["data"]["ledgerEvents"]["position"], head);
    server.issue_directive("WS-1").await;
    assert_eq!(socket.said().await["payload"]["data"]["ledgerEvents"]["position"], head + 1);
    socket.say(json!({ "id": "s", "type": "complete" })).await;
    // The id is free again, and nothing of the first comes any more.
    socket.subscribe("s", "{ meta { position } }", json!({})).await;
    assert_eq!(socket.said().await["payload"]["data"]["meta"]["position"], head + 1);
}

#[tokio::test]
async fn a_connection_is_closed_with_the_code_of_what_is_wrong() {
    let server = Server::of(data::founded());
    let mut wrong = Socket::open(&server).await;
    wrong.say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer nobody-has-this-token" } })).await;
    assert_eq!(wrong.hear().await, Heard::Closed(4403));
    let mut early = Socket::open(&server).await;
    early.subscribe("1", "{ meta { position } }", json!({})).await;
    assert_eq!(early.hear().await, Heard::Closed(4401));
    let mut twice = Socket::of(&server, "council").await;
    twice.say(json!({ "type": "connection_init" })).await;
    assert_eq!(twice.hear().await, Heard::Closed(4429));
    let mut same = Socket::of(&server, "council").await;
    same.subscribe("1", EVENTS, json!({})).await;
    same.subscribe("1", EVENTS, json!({})).await;
    assert_eq!(same.hear().await, Heard::Closed(4409));
    for bad in ["{", "[]", "{\"type\":\"nothing\"}", "{\"type\":\"subscribe\",\"id\":1,\"payload\":{}}"] {
        let mut socket = Socket::of(&server, "council").await;
        socket.0.send(Message::text(bad)).await.unwrap();
        assert_eq!(socket.hear().await, Heard::Closed(4400), "{bad}");
    }
}

#[tokio::test]
async fn who_offers_another_protocol_or_a_wrong_token_gets_no_socket() {
    let server = Server::of(data::founded());
    let mut other = server.socket();
    other.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse().unwrap());
    let mut wrong = server.socket();
    wrong.headers_mut().insert("authorization", "Bearer nobody-has-this-token".parse().unwrap());
    for (request, status) in [(other, 400), (wrong, 401)] {
        match connect_async(request).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), status),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn somebody_unknown_is_told_so_and_a_ping_is_answered() {
    let server = Server::of(data::founded());
    let mut socket = Socket::open(&server).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.said().await, json!({ "type": "pong" }));
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.said().await["type"], "connection_ack");
    socket.subscribe("1", EVENTS, json!({})).await;
    let told = socket.said().await;
    assert!(told.to_string().contains("UNAUTHENTICATED"), "{told}");
}

#[tokio::test]
async fn nested_brackets_are_an_error_of_their_operation_alone() {
    let mut server = Server::of(data::founded());
    let mut socket = Socket::of(&server, "council").await;
    for (number, text) in
        ["[", "{a:", "{a"].iter().flat_map(|piece| [4_096, 61_440].map(|bytes| piece.repeat(bytes / piece.len()))).enumerate()
    {
        let id = number.to_string();
        socket.subscribe(&id, &format!("{{ a(b: {text}"), json!({})).await;
        let told = socket.said().await;
        assert_eq!((&told["id"], &told["type"]), (&json!(id), &json!("error")));
        assert_eq!(told["payload"][0]["extensions"]["code"], "QUERY_TOO_DEEP");
    }
    assert!(server.lives());
}

#[tokio::test]
async fn a_connection_has_only_so_many_operations() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_LIMITS__SUBSCRIPTIONS_PER_CONNECTION", "2")]);
    let mut socket = Socket::of(&server, "council").await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, EVENTS, json!({})).await;
    }
    let told = socket.said().await;
    assert_eq!((&told["id"], &told["payload"][0]["extensions"]["code"]), (&json!("3"), &json!("TOO_MANY_SUBSCRIPTIONS")));
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_completes_and_closes() {
    let mut server = Server::of(data::founded());
    let mut socket = Socket::of(&server, "council").await;
    socket.subscribe("1", EVENTS, json!({ "after": 100_000 })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.said().await["type"], "pong");
    server.ask_to_stop();
    assert_eq!(socket.said().await, json!({ "id": "1", "type": "complete" }));
    assert_eq!(socket.hear().await, Heard::Closed(1001));
    assert!(server.wait().success());
}
