//! Requests that nobody means: each is refused as the sender's fault, and the server lives on.

use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::support::{status, talk};

/// Text of so many bytes.
fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

#[tokio::test]
async fn what_nobody_means_is_the_senders_fault() {
    let mut server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__HEADER_SECONDS", "1"), ("TAHAVOL_WIRE__BODY_SECONDS", "1")]);
    let end = "Host: localhost\r\nConnection: close\r\n\r\n";
    let post = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n";
    let requests = [
        format!("GET /{} HTTP/1.1\r\n{end}", long(60_000)),
        format!("GET /{} HTTP/1.1\r\n{end}", long(1 << 20)),
        format!("GET /graphql?query={} HTTP/1.1\r\n{end}", long(50_000)),
        format!("GET / HTTP/1.1\r\nX-Long: {}\r\n{end}", long(1 << 20)),
        format!("GET / HTTP/1.1\r\n{}{end}", "X-Many: 1\r\n".repeat(200)),
        format!("{} / HTTP/1.1\r\n{end}", long(10_000)),
        format!("BREW /graphql HTTP/1.1\r\n{end}"),
        format!("TRACE /graphql HTTP/1.1\r\n{end}"),
        format!("DELETE /evidence/x HTTP/1.1\r\n{end}"),
        format!("CONNECT evil.example:443 HTTP/1.1\r\n{end}"),
        format!("OPTIONS * HTTP/1.1\r\n{end}"),
        format!("GET * HTTP/1.1\r\n{end}"),
        format!("GET //evil.example/%2e%2e/%00 HTTP/1.1\r\n{end}"),
        format!("GET /log/tile/../../../etc/passwd HTTP/1.1\r\n{end}"),
        format!("GET /\u{1}\u{7f} HTTP/1.1\r\n{end}"),
        format!("GET /سلام HTTP/1.1\r\n{end}"),
        format!("GET / HTTP/9.9\r\n{end}"),
        "GET /\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\0\0\0\0\0\0\0\0\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nBad Name: x\r\n{end}"),
        format!("GET / HTTP/1.1\r\n folded: x\r\n{end}"),
        format!("{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{{}}   "),
        format!("{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{post}Content-Length: -1\r\n\r\n"),
        format!("{post}Content-Length: 99999999999999999999\r\n\r\n"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nnothing\r\n"),
        format!("{post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        format!("{post}Content-Length: 3\r\n\r\n{{}}"),
        format!("{post}Content-Length: 2\r\n\r\n\u{fffd}"),
        format!("GET /graphql/ws HTTP/1.1\r\nUpgrade: websocket\r\n{end}"),
        "GET /graphql/ws HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nHost: localhost\r\n\r\n".to_owned(),
        format!("GET /graphql HTTP/1.1\r\nAuthorization: Bearer {}\r\n{end}", long(20_000)),
        format!("GET /graphql HTTP/1.1\r\nAuthorization: \u{ff}\r\n{end}"),
        format!("GET /account HTTP/1.1\r\nCookie: {}\r\n{end}", "tahavol=x; ".repeat(1_000)),
        format!("GET /graphql HTTP/1.1\r\nLast-Event-ID: {}\r\nAccept: text/event-stream\r\n{end}", long(100)),
    ];
    for request in requests {
        let told = talk(&server, request.as_bytes()).await;
        let shown: String = request.chars().take(100).collect();
        // Where it cannot be told what is meant, the connection may only be closed.
        let statuses: Vec<u16> = told.split("HTTP/1.").skip(1).filter_map(|part| part.get(2..5)?.parse().ok()).collect();
        assert!(statuses.iter().all(|status| (200..500).contains(status)), "{shown:?}: {told}");
        assert!(server.lives(), "{shown:?}");
    }
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn limits_of_headers_are_told_as_such() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__HEADER_BYTES", "8192")]);
    let end = "Host: localhost\r\nConnection: close\r\n\r\n";
    for (request, answer) in [
        (format!("GET /healthz HTTP/1.1\r\nX-Long: {}\r\n{end}", long(7_000)), 200),
        (format!("GET /healthz HTTP/1.1\r\nX-Long: {}\r\n{end}", long(9_000)), 431),
        (format!("GET /healthz?{} HTTP/1.1\r\n{end}", long(9_000)), 431),
        (format!("GET /healthz HTTP/1.1\r\n{}{end}", "X: 1\r\n".repeat(101)), 431),
        (format!("GET /healthz HTTP/1.1\r\n{}{end}", "X: 1\r\n".repeat(50)), 200),
    ] {
        let told = talk(&server, request.as_bytes()).await;
        assert_eq!(status(&told), Some(answer), "{told}");
    }
    let long_url = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__HEADER_BYTES", "262144")]);
    let told = talk(&long_url, format!("GET /{} HTTP/1.1\r\n{end}", long(70_000)).as_bytes()).await;
    assert_eq!(status(&told), Some(414), "{told}");
}

#[tokio::test]
async fn junk_after_a_request_spoils_only_itself() {
    let server = Server::of(data::founded());
    let told = talk(&server, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nrubbish that is no request\r\n\r\n").await;
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("HTTP/1.1 400"), "{told}");
    let pipelined = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50)
        + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let told = talk(&server, pipelined.as_bytes()).await;
    assert_eq!(told.matches("HTTP/1.1 200").count(), 51, "{told}");
}

#[test]
fn limits_that_no_connection_could_live_with_are_refused() {
    for (key, value) in
        [("HEADER_BYTES", "100"), ("BURST", "0"), ("WRITE_SECONDS", "0"), ("HANDSHAKE_SECONDS", "0"), ("REQUESTS_PER_SECOND", "-1")]
    {
        let mut command = tahavol_tests::binary::command(&["doctor"]);
        command.env("TAHAVOL_WIRE__REQUESTS_PER_SECOND", "1");
        let output = command.env(format!("TAHAVOL_WIRE__{key}"), value).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{key}: {told}");
        assert!(told.to_lowercase().contains(&key.to_lowercase()), "{key}: {told}");
    }
}
