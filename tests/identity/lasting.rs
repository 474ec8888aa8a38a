//! What is open for long ends with what it was opened by: a subscription does not outlive a token or a person's account.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::{on, printed};

pub(crate) const EVENTS: &str = "subscription { ledgerEvents { position } }";
/// What is promised, and what a busy machine takes more: the command line begins a process of its own first.
const PROMISED: Duration = Duration::from_secs(5);
const BUSY: Duration = Duration::from_secs(15);

async fn events(server: &Server, token: &str) -> reqwest::Response {
    let asked = server.post("/graphql").bearer_auth(token).header("accept", "text/event-stream").json(&json!({ "query": EVENTS }));
    let response = asked.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response
}

/// The rest of a stream, and how long it took to its end.
async fn rest(response: reqwest::Response) -> (String, Duration) {
    let began = Instant::now();
    let text = timeout(PROMISED + BUSY, response.text()).await.expect("it ends").unwrap();
    (text, began.elapsed())
}

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn socket(server: &Server, token: &str) -> Socket {
    let mut socket = connect_async(server.socket()).await.unwrap().0;
    let begin = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    let subscribe = json!({ "id": "s", "type": "subscribe", "payload": { "query": EVENTS } });
    say(&mut socket, &[begin, subscribe]).await;
    socket
}

pub(crate) async fn say(socket: &mut Socket, messages: &[Value]) {
    for message in messages {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
}

/// Everything that is said until the other side closes, and the code with which it does.
pub(crate) async fn until_closed(mut socket: Socket) -> (Vec<Value>, u16) {
    let heard = async {
        let mut said = Vec::new();
        loop {
            match socket.next().await.expect("the other side says why").unwrap() {
                Message::Text(text) => said.push(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => return (said, frame.map_or(0, |frame| frame.code.into())),
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
    };
    timeout(PROMISED + BUSY, heard).await.expect("it ends")
}

#[tokio::test]
async fn a_stream_of_events_ends_with_its_token_and_says_so() {
    let directory = data::founded();
    let token = data::new_token(directory.path(), "auditor", &["--name", "Auditor"]);
    let server = Server::of(directory);
    let (ours, others) = (events(&server, &token).await, events(&server, &server.token("auditor")).await);
    let listed = printed(&on(&server.data, &["token", "list", "--as", "auditor", "--json"]));
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let id = listed.iter().find(|one| one["label"] == "test").unwrap()["id"].as_str().unwrap();
    printed(&on(&server.data, &["token", "revoke", id]));
    let (told, took) = rest(ours).await;
    assert!(told.contains("SESSION_ENDED") && told.contains("event: complete"), "{told}");
    assert!(took < PROMISED, "{took:?}");
    // Another token of the same person goes on.
    let mut others = others;
    server.issue_directive("AFTER-1").await;
    let piece = timeout(BUSY, others.chunk()).await.expect("it lives").unwrap().expect("something");
    assert!(String::from_utf8_lossy(&piece).contains("position"));
}

#[tokio::test]
async fn a_socket_is_closed_when_its_person_is_barred() {
    let server = Server::of(data::founded());
    let (barred, other) = (socket(&server, &server.token("member.support")).await, socket(&server, &server.token("council")).await);
    printed(&on(&server.data, &["account", "disable", "member.support"]));
    let began = Instant::now();
    let (said, code) = until_closed(barred).await;
    assert!(began.elapsed() < PROMISED, "{:?}", began.elapsed());
    let last = said.last().unwrap();
    assert_eq!(
        (&last["id"], &last["type"], &last["payload"][0]["extensions"]["code"]),
        (&json!("s"), &json!("error"), &json!("SESSION_ENDED"))
    );
    assert_eq!(code, 4401);
    drop(other);
}
