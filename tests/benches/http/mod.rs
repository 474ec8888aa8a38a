//! A client as small as can be: one kept connection, one request after the other, answers of a known length.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::clients::Answered;

/// What is asked again and again.
#[derive(Clone, Copy)]
pub(crate) enum Asked {
    Hello,
    /// The same question every time.
    Unchanged,
    /// Another status date every time, in a request that was never made before.
    Computed,
}

const QUERY: &str = "query ($date: Date!) { progressMatrix(statusDate: $date) { \
    horizon commission planned reported verified coverage spi svT forecastFinish slippageDays confidence } }";

/// Asks until it is enough.
pub(crate) async fn ask(address: SocketAddr, asked: Asked, token: Arc<str>, client: usize, answered: Answered) {
    let mut connection = Connection::open(address).await;
    let mut count = 0;
    while !answered.enough() {
        connection.exchange(&request(asked, &token, client, count)).await;
        count += 1;
        answered.one_more();
    }
}

/// One answer's body, to look at.
pub(crate) async fn once(address: SocketAddr, asked: &Asked, token: &str) -> Vec<u8> {
    let mut connection = Connection::open(address).await;
    connection.exchange(&request(*asked, token, 0, 0)).await;
    let body = connection.body().to_vec();
    assert!(!String::from_utf8_lossy(&body).contains("\"errors\""), "{}", String::from_utf8_lossy(&body));
    body
}

fn request(asked: Asked, token: &str, client: usize, count: u64) -> Vec<u8> {
    let body = match asked {
        Asked::Hello => return b"GET / HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n".to_vec(),
        Asked::Unchanged => json!({ "query": QUERY, "variables": { "date": "2026-06-01" } }),
        Asked::Computed => {
            let (month, day) = (1 + count / 28 % 12, 1 + count % 28);
            let date = format!("2026-{month:02}-{day:02}");
            let process = std::process::id();
            json!({ "query": QUERY, "variables": { "date": date }, "extensions": { "nonce": format!("{process}-{client}-{count}") } })
        }
    };
    let body = body.to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         accept: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    head: usize,
}

impl Connection {
    async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.expect("it listens");
        stream.set_nodelay(true).expect("it sends at once");
        Connection { stream, read: Vec::with_capacity(64 << 10), head: 0 }
    }

    async fn exchange(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("it is sent");
        self.read.clear();
        loop {
            let count = self.stream.read_buf(&mut self.read).await.expect("an answer comes");
            assert!(count > 0, "the server hung up");
            if self.length().is_some_and(|length| self.read.len() >= length) {
                break;
            }
        }
        assert!(self.read.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&self.read));
    }

    /// Of head and body together, once the head is there.
    fn length(&mut self) -> Option<usize> {
        self.head = self.read.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&self.read[..self.head]).expect("a head is text");
        let length = head.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.and_then(|(_, value)| value.trim().parse().ok()).expect("it tells its length");
        Some(self.head + length)
    }

    fn body(&self) -> &[u8] {
        &self.read[self.head..]
    }
}
