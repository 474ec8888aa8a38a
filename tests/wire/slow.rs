//! Clients that are slow, on purpose or not: they are given up, and everybody else is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tahavol_tests::data;
use tahavol_tests::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::{Duration, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{PATIENCE, connect, place, rest, status};

#[tokio::test]
async fn headers_that_drip_end_the_connection() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__HEADER_SECONDS", "1")]);
    let (mut reading, mut writing) = connect(&server).await.into_split();
    writing.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n").await.unwrap();
    let closed = Arc::new(AtomicBool::new(false));
    let drip = async {
        while !closed.load(Ordering::Relaxed) && writing.write_all(b"X-Slow: 1\r\n").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let read = async {
        let mut all = Vec::new();
        let ended = timeout(PATIENCE, reading.read_to_end(&mut all)).await;
        closed.store(true, Ordering::Relaxed);
        assert!(ended.is_ok(), "the connection is closed");
    };
    tokio::join!(drip, read);
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_is_closed() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__HEADER_SECONDS", "1")]);
    let mut stream = connect(&server).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let answers = rest(&mut stream).await;
    assert_eq!((status(&answers), answers.matches("HTTP/1.1").count()), (Some(200), 1), "{answers}");
    assert_eq!(rest(&mut connect(&server).await).await, "", "also one on which nothing was ever asked");
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__BODY_SECONDS", "1")]);
    let token = server.token("council");
    for (path, media_type) in [("/graphql", "application/json"), ("/evidence", "text/plain")] {
        let mut stream = connect(&server).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: {media_type}\r\nContent-Length: 1000\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(matches!(status(&answer), Some(400 | 408)), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_given_up() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__BODY_SECONDS", "1"), ("TAHAVOL_WIRE__BODY_BYTES_PER_SECOND", "1000")]);
    let token = server.token("council");
    let (mut reading, mut writing) = connect(&server).await.into_split();
    let head = format!(
        "POST /evidence HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n"
    );
    writing.write_all(head.as_bytes()).await.unwrap();
    let closed = Arc::new(AtomicBool::new(false));
    let drip = async {
        while !closed.load(Ordering::Relaxed) && writing.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let read = async {
        let mut all = Vec::new();
        // It may be cut while it is written to; that it ends is what counts.
        let ended = timeout(PATIENCE, reading.read_to_end(&mut all)).await;
        closed.store(true, Ordering::Relaxed);
        assert!(ended.is_ok(), "the connection is closed");
        let answer = String::from_utf8_lossy(&all).into_owned();
        assert!(answer.is_empty() || status(&answer) == Some(400), "{answer}");
    };
    tokio::join!(drip, read);
}

#[tokio::test]
async fn a_reader_who_does_not_read_is_given_up_with_its_place() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__WRITE_SECONDS", "1"), ("TAHAVOL_LIMITS__CONNECTIONS", "1")]);
    let token = server.token("council");
    // More than the buffers of both sides hold.
    let content = "x".repeat(24 << 20);
    let sent = server.post("/evidence").bearer_auth(&token).header("content-type", "text/plain").header("connection", "close");
    let path = sent.body(content).send().await.unwrap().headers()["location"].to_str().unwrap().to_owned();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8_192).unwrap();
    let mut deaf = socket.connect(place(&server).parse().unwrap()).await.unwrap();
    deaf.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n").as_bytes()).await.unwrap();
    let mut first = [0; 12];
    deaf.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // There is one place, and it is the deaf one's until it is given up.
    let next = timeout(PATIENCE, server.get("/healthz").send()).await.expect("the place is given back").unwrap();
    assert_eq!(next.status(), 200);
    assert!(rest(&mut deaf).await.len() < 24 << 20);
}

#[tokio::test]
async fn a_subscription_that_has_nothing_to_say_lives_on() {
    let short = [("TAHAVOL_WIRE__WRITE_SECONDS", "1"), ("TAHAVOL_WIRE__HEADER_SECONDS", "1"), ("TAHAVOL_WIRE__BODY_SECONDS", "1")];
    let server = Server::of_with(data::founded(), &short);
    let body = json!({ "query": "subscription { ledgerEvents { position } }" });
    let subscribe = server.post("/graphql").bearer_auth(server.token("auditor")).header("accept", "text/event-stream");
    let mut events = subscribe.json(&body).send().await.unwrap();
    let (mut socket, _) = tokio_tungstenite::connect_async(server.socket()).await.unwrap();
    // Each of these connections lasts as long as anything may stand still.
    for _ in 0..3 {
        rest(&mut connect(&server).await).await;
    }
    server.issue_directive("QUIET-1").await;
    let heard = timeout(PATIENCE, events.chunk()).await.unwrap().unwrap().unwrap();
    assert!(String::from_utf8_lossy(&heard).contains("position"));
    socket.send(Message::text("{\"type\":\"ping\"}")).await.unwrap();
    let answer = async {
        loop {
            if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                return text;
            }
        }
    };
    assert!(timeout(PATIENCE, answer).await.unwrap().contains("pong"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__CONNECTIONS_PER_ADDRESS", "2")]);
    let (mut first, _second) = (connect(&server).await, connect(&server).await);
    assert_eq!(rest(&mut connect(&server).await).await, "", "a third one is closed at once");
    let other = TcpSocket::new_v4().unwrap();
    other.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = other.connect(place(&server).parse().unwrap()).await.unwrap();
    other.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    assert_eq!(status(&rest(&mut other).await), Some(200), "others have places of their own");
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    assert_eq!(status(&rest(&mut first).await), Some(200));
    // Its place is free now, though perhaps not at the same moment.
    let again = async {
        loop {
            let mut again = connect(&server).await;
            let asked = again.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
            if asked.is_ok() && status(&rest(&mut again).await) == Some(200) {
                break;
            }
        }
    };
    timeout(PATIENCE, again).await.expect("the place is given back");
}
