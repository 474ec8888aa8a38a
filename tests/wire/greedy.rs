//! Who asks too much: one caller is slowed down, and nobody else is.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tahavol_ledger::merkle::note::SigningKey;
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::configured;

const META: &str = "{ meta { position } }";
/// So slow that nothing comes back while a test runs.
const FIVE: [(&str, &str); 2] = [("TAHAVOL_WIRE__REQUESTS_PER_SECOND", "1"), ("TAHAVOL_WIRE__BURST", "30")];

/// Asks until it is too much; how often that was not so.
async fn until_too_much(server: &Server, token: &str) -> (usize, reqwest::Response) {
    for count in 0.. {
        let answer = server.post("/graphql").bearer_auth(token).json(&json!({ "query": META })).send().await.unwrap();
        if answer.status() == 429 {
            return (count, answer);
        }
        assert_eq!(answer.status(), 200);
        assert!(count < 10_000, "there is no limit");
    }
    unreachable!("counting does not end")
}

#[tokio::test]
async fn one_caller_is_slowed_down_and_no_other() {
    let directory = data::founded();
    let own = data::new_token(directory.path(), "council", &[]);
    let server = Server::of_with(directory, &FIVE);
    let (count, refused) = until_too_much(&server, &server.token("council")).await;
    assert!(count >= 30, "{count}");
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    let told: Value = refused.json().await.unwrap();
    assert_eq!(told["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{told}");
    assert!(told["errors"][0]["message"].as_str().unwrap().contains("ثانیه"), "{told}");
    // Another path counts together with it and answers in its own form.
    let elsewhere = server.get("/evidence/x").bearer_auth(server.token("council")).header("accept-language", "en").send().await.unwrap();
    assert_eq!(elsewhere.status(), 429);
    let elsewhere: Value = elsewhere.json().await.unwrap();
    assert!(elsewhere["code"] == "RATE_LIMITED" && elsewhere["message"].as_str().unwrap().contains("seconds"), "{elsewhere}");
    // Somebody else, a program of hers, and whoever watches, are served.
    assert_eq!(server.send("auditor", META, Value::Null).await.status(), 200);
    let other = server.post("/graphql").bearer_auth(own).json(&json!({ "query": META })).send().await.unwrap();
    assert_eq!(other.status(), 200);
    for _ in 0..100 {
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(server.get(path).send().await.unwrap().status(), 200, "{path}");
        }
    }
    let counted = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(counted.contains("tahavol_rate_limited_total 2"), "{counted}");
}

#[test]
fn a_log_is_verified_over_http_however_slowly_its_server_wants_to_be_asked() {
    let directory = data::founded();
    let key: SigningKey = data::log_key(directory.path()).lines().next().unwrap().parse().unwrap();
    let server = Server::of_with(directory, &[("TAHAVOL_WIRE__REQUESTS_PER_SECOND", "20"), ("TAHAVOL_WIRE__BURST", "10")]);
    let log = format!("{}/log", server.address);
    let mut command = binary::command(&["verify", &log, "--key", &key.verifying_key().to_string()]);
    let output = command.env("TAHAVOL_TOKEN", server.token("council")).output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn the_limit_that_is_there_unless_another_is_set_is_enough_for_a_person() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_WIRE__REQUESTS_PER_SECOND", "100")]);
    for _ in 0..300 {
        assert_eq!(server.get("/graphiql").send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn whoever_guesses_tokens_is_slowed_down_sooner() {
    let server = Server::of_with(data::founded(), &FIVE);
    let guess = async || {
        let guess = server.post("/graphql").bearer_auth("tahavol_nobody-has-this-token").json(&json!({ "query": META }));
        guess.send().await.unwrap().status().as_u16()
    };
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(guess().await);
    }
    assert_eq!(statuses[..3], [401; 3]);
    assert_eq!(statuses[7], 429, "{statuses:?}");
    // Whoever is known from the same address is served all the same.
    assert_eq!(server.send("council", META, Value::Null).await.status(), 200);
}

#[tokio::test]
async fn an_operation_on_a_socket_counts_as_a_request() {
    let server = Server::of_with(data::founded(), &FIVE);
    let (mut socket, _) = connect_async(server.socket()).await.unwrap();
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", server.token("council")) } });
    socket.send(Message::text(init.to_string())).await.unwrap();
    let mut hear = async |id: usize| {
        if id > 0 {
            let ask = json!({ "id": id.to_string(), "type": "subscribe", "payload": { "query": META } });
            socket.send(Message::text(ask.to_string())).await.unwrap();
        }
        loop {
            let message = socket.next().await.unwrap().unwrap();
            let Message::Text(text) = message else { continue };
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["type"] != "complete" {
                return said;
            }
        }
    };
    assert_eq!(hear(0).await["type"], "connection_ack");
    let mut refused = Value::Null;
    for id in 1..1_000 {
        let said = hear(id).await;
        if said["type"] == "error" {
            refused = said;
            break;
        }
        assert_eq!(said["type"], "next", "{said}");
    }
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{refused}");
}

#[tokio::test]
async fn a_trusted_proxy_says_for_whom_it_asks_and_nobody_else_does() {
    let limits = "[wire]\nrequests_per_second = 1\nburst = 5\n";
    let asked_for = async |server: &Server, client: &str| {
        let asked = server.get("/graphiql").header("x-forwarded-for", client).send().await.unwrap();
        asked.status().as_u16()
    };
    let (behind, _folder) = configured_with_limits(&format!("{limits}trusted_proxies = [\"127.0.0.0/8\"]\n"));
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(asked_for(&behind, "203.0.113.7, 198.51.100.1").await);
    }
    assert_eq!((statuses[0], statuses[9]), (200, 429), "{statuses:?}");
    assert_eq!(asked_for(&behind, "198.51.100.2").await, 200, "another client of the same proxy");
    assert_eq!(asked_for(&behind, "198.51.100.3, 198.51.100.1").await, 429, "what a client writes itself changes nothing");
    let (open, _folder) = configured_with_limits(limits);
    let mut last = 0;
    for number in 0..20 {
        last = asked_for(&open, &format!("198.51.100.{number}")).await;
    }
    assert_eq!(last, 429, "who is no proxy says nothing that counts");
}

/// The limits of the file, and not those that tests have otherwise.
fn configured_with_limits(toml: &str) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tahavol.toml");
    std::fs::write(&path, toml).unwrap();
    let environment = [("TAHAVOL_CONFIG", path.to_str().unwrap()), ("TAHAVOL_WIRE__REQUESTS_PER_SECOND", "1")];
    (Server::of_with(data::founded(), &environment), folder)
}

#[tokio::test]
async fn a_person_has_only_so_many_subscriptions_by_all_ways_in_together() {
    let directory = data::founded();
    let second = data::new_token(directory.path(), "council", &[]);
    let (server, _folder) = configured(directory, "[limits]\nsubscriptions_per_person = 3\n");
    let query = "subscription { ledgerEvents { position } }";
    let by_events = async |token: &str| {
        let body = json!({ "query": query });
        server.post("/graphql").bearer_auth(token).header("accept", "text/event-stream").json(&body).send().await.unwrap()
    };
    let first = server.token("council");
    let held = (by_events(&first).await, by_events(&second).await);
    assert_eq!((held.0.status(), held.1.status()), (reqwest::StatusCode::OK, reqwest::StatusCode::OK));
    let (mut socket, _) = connect_async(server.socket()).await.unwrap();
    let mut say = async |message: Value| socket.send(Message::text(message.to_string())).await.unwrap();
    say(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {second}") } })).await;
    say(json!({ "id": "third", "type": "subscribe", "payload": { "query": query } })).await;
    say(json!({ "id": "fourth", "type": "subscribe", "payload": { "query": query } })).await;
    let refused = loop {
        let Message::Text(text) = socket.next().await.unwrap().unwrap() else { continue };
        let said: Value = serde_json::from_str(&text).unwrap();
        if said["type"] == "error" {
            break said;
        }
    };
    assert_eq!((&refused["id"], &refused["payload"][0]["extensions"]["code"]), (&json!("fourth"), &json!("TOO_MANY_SUBSCRIPTIONS")));
    assert_eq!(by_events(&first).await.status(), 429);
    assert_eq!(by_events(&server.token("auditor")).await.status(), 200, "another person has as many");
}
