//! Foreign pages and foreign names: CORS is closed, sockets look at the origin, and a name that is not ours is not answered.

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::browser::Browser;
use crate::support::{configured, place, status, talk};

const FOREIGN: &str = "https://evil.example";
const ALLOWED: &str = "https://reports.example";

async fn beforehand(server: &Server, origin: &str) -> reqwest::Response {
    let asked = reqwest::Client::new().request(Method::OPTIONS, format!("{}/graphql", server.address)).header("origin", origin);
    let asked =
        asked.header("access-control-request-method", "POST").header("access-control-request-headers", "authorization,content-type");
    asked.send().await.unwrap()
}

fn says_anything_of_origins(answer: &reqwest::Response) -> bool {
    answer.headers().keys().any(|name| name.as_str().starts_with("access-control-"))
}

#[tokio::test]
async fn no_foreign_page_may_ask_unless_it_is_named() {
    let closed = Server::of(data::founded());
    let refused = beforehand(&closed, FOREIGN).await;
    assert!(refused.status() == 405 && !says_anything_of_origins(&refused), "{refused:?}");
    let (open, _folder) = configured(data::founded(), &format!("[wire]\ncors_origins = [\"{ALLOWED}\"]\n"));
    for origin in [FOREIGN, "null", "https://reports.example.evil.example", "http://reports.example", "https://reports.example:8443"] {
        let refused = beforehand(&open, origin).await;
        assert!(refused.status() == 405 && !says_anything_of_origins(&refused), "{origin}: {refused:?}");
        assert!(refused.headers().get_all("vary").iter().any(|value| value == "origin"), "{refused:?}");
    }
    let allowed = beforehand(&open, ALLOWED).await;
    assert_eq!(allowed.status(), 204);
    let header = |name: &str| allowed.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("access-control-allow-origin"), ALLOWED);
    assert_eq!(header("access-control-allow-headers"), "content-type, authorization, x-csrf-token, last-event-id");
    assert!(!allowed.headers().contains_key("access-control-allow-credentials"), "never with a cookie");
    let body = json!({ "query": "{ meta { position } }" });
    let ask = async |origin: &str| {
        let asked = open.post("/graphql").bearer_auth(open.token("council")).header("origin", origin).json(&body);
        asked.send().await.unwrap()
    };
    let answered = ask(ALLOWED).await;
    assert_eq!((answered.status().as_u16(), &answered.headers()["access-control-allow-origin"]), (200, &ALLOWED.parse().unwrap()));
    assert!(!says_anything_of_origins(&ask(FOREIGN).await), "its browser keeps the answer from the page");
}

#[test]
fn everybody_is_nobody_who_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tahavol.toml");
    for (line, key) in [("cors_origins = [\"*\"]", "cors_origins"), ("trusted_proxies = [\"all\"]", "trusted_proxies")] {
        std::fs::write(&path, format!("[wire]\n{line}\n")).unwrap();
        let output = tahavol_tests::binary::run(&["doctor", "--config", path.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(key), "{told}");
    }
}

/// How a socket is opened from a page.
async fn socket(server: &Server, origin: Option<&str>) -> u16 {
    let mut request = server.socket();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    match connect_async(request).await {
        Ok(_) => 101,
        Err(Error::Http(answer)) => {
            let told = String::from_utf8_lossy(answer.body().as_deref().unwrap_or_default()).into_owned();
            assert!(told.contains("ORIGIN_FOREIGN"), "{told}");
            answer.status().as_u16()
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn no_foreign_page_opens_a_socket() {
    let (server, _folder) = configured(data::founded(), &format!("[wire]\ncors_origins = [\"{ALLOWED}\"]\n"));
    let own = server.address.clone();
    for (origin, answer) in [
        (None, 101),
        (Some(own.as_str()), 101),
        (Some(ALLOWED), 101),
        (Some(FOREIGN), 403),
        (Some("null"), 403),
        (Some("http://127.0.0.1"), 403),
        (Some("http://127.0.0.1.evil.example"), 403),
    ] {
        assert_eq!(socket(&server, origin).await, answer, "{origin:?}");
    }
    let mut fetched = server.socket();
    fetched.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert!(matches!(connect_async(fetched).await, Err(Error::Http(answer)) if answer.status() == 403));
}

#[tokio::test]
async fn a_cookie_opens_a_socket_from_our_own_pages_alone() {
    let (server, _folder) = configured(data::founded(), &format!("[wire]\ncors_origins = [\"{ALLOWED}\"]\n"));
    let mut browser = Browser::new(&server.address);
    let password = data::password(&server.data, "council");
    assert_eq!(browser.fill("/sign-in", &[("name", "council"), ("password", &password)]).await.0, 303);
    let (csrf, cookies, own) = (browser.session_csrf().await, browser.cookie_line(), server.address.clone());
    let open = async |origin: Option<&str>| {
        let mut request = server.socket();
        request.headers_mut().insert("cookie", cookies.parse().unwrap());
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        connect_async(request).await
    };
    for origin in [None, Some(FOREIGN), Some(ALLOWED), Some("null")] {
        assert!(matches!(open(origin).await, Err(Error::Http(answer)) if answer.status() == 403), "{origin:?}");
    }
    for (payload, answer) in [(json!({}), false), (json!({ "csrf": "wrong" }), false), (json!({ "csrf": csrf }), true)] {
        let (mut socket, _) = open(Some(&own)).await.unwrap();
        socket.send(Message::text(json!({ "type": "connection_init", "payload": payload }).to_string())).await.unwrap();
        let said = loop {
            match socket.next().await.unwrap().unwrap() {
                Message::Text(text) => break text.contains("connection_ack"),
                Message::Close(frame) => {
                    assert_eq!(u16::from(frame.unwrap().code), 4403);
                    break false;
                }
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        };
        assert_eq!(said, answer, "{payload}");
    }
}

#[tokio::test]
async fn a_server_is_asked_by_no_name_that_is_not_its_own() {
    let get = |host: &str, path: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let local = Server::of(data::founded());
    let port = place(&local).rsplit(':').next().unwrap().to_owned();
    for (host, answer) in [("localhost", 200), ("127.0.0.1", 200), ("[::1]", 200), ("evil.example", 421), ("localhost.evil.example", 421)] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            let told = talk(&local, get(&host, "/graphiql").as_bytes()).await;
            assert_eq!(status(&told), Some(answer), "{host}: {told}");
            assert_eq!(answer == 421, told.contains("HOST_UNKNOWN"), "{told}");
        }
    }
    assert_eq!(status(&talk(&local, get("evil.example", "/healthz").as_bytes()).await), Some(200), "whoever watches asks as it likes");
    let named = Server::of_with(data::founded(), &[("TAHAVOL_PUBLIC_URL", "https://tahavol.example")]);
    for (host, answer) in [("tahavol.example", 200), ("TAHAVOL.example:443", 200), ("evil.example", 421)] {
        assert_eq!(status(&talk(&named, get(host, "/graphiql").as_bytes()).await), Some(answer), "{host}");
    }
    for odd in [
        "GET /graphiql HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "GET /graphiql HTTP/1.1\r\nHost: user@localhost\r\nConnection: close\r\n\r\n",
        "GET /graphiql HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n",
    ] {
        assert_eq!(status(&talk(&local, odd.as_bytes()).await), Some(400), "{odd}");
    }
    let whole = "GET http://evil.example/graphiql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&talk(&local, whole.as_bytes()).await), Some(421));
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_told_in_the_readers_language() {
    let server = Server::of(data::founded());
    for (lang, word) in [("fa", "سرور"), ("en", "server")] {
        let asked = server.get("/graphiql").header("host", "evil.example").header("accept-language", lang).send().await.unwrap();
        let told: Value = asked.json().await.unwrap();
        assert_eq!(told["code"], "HOST_UNKNOWN");
        let message = told["message"].as_str().unwrap();
        assert!(message.contains("public_url") && message.contains(word), "{told}");
    }
}
