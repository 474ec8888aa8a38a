//! A full disk, a damaged ledger, a kill, a shutdown under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use serde_json::{Value, json};
use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_ledger::merkle::note::SigningKey;
use tahavol_ledger::{Expected, Ledger, NewEvent, OpenOptions, Signing, SqliteLedger};
use tahavol_tests::data;
use tahavol_tests::server::{DIRECTIVE, Server, directive};

const META: &str = "{ meta { position } }";

fn position(answer: &Value) -> u64 {
    answer["data"]["meta"]["position"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn a_full_disk_refuses_what_cannot_be_recorded_and_reading_goes_on() {
    let directory = data::founded();
    let size = std::fs::metadata(directory.path().join("ledger.sqlite")).unwrap().len();
    let server = Server::of_with(directory, &[("TAHAVOL_LIMITS__LEDGER_BYTES", &(size + 4_096).to_string())]);
    let mut recorded = position(&server.ask("council", META, Value::Null).await);
    let refused = loop {
        let answer = server.send("council", DIRECTIVE, directive(&format!("FULL-{recorded}"))).await;
        if answer.status() != 200 {
            break answer;
        }
        recorded += 1;
    };
    assert_eq!(refused.status(), 503);
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["data"]["directiveIssue"]["errors"][0]["code"], "UNAVAILABLE", "{refused}");
    assert_eq!(position(&server.ask("council", META, Value::Null).await), recorded);
    assert_eq!(server.get("/readyz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_follower_that_stands_still_is_not_ready_and_says_where() {
    let directory = data::founded();
    let next = {
        let key: SigningKey = data::log_key(directory.path()).parse().unwrap();
        let signing = Signing { origin: key.name().to_owned(), keys: vec![key], head_copy: None, accept_rollback: None };
        let options = OpenOptions { signing: Some(signing), ..OpenOptions::default() };
        let ledger = SqliteLedger::open(directory.path(), options).await.unwrap();
        let event = NewEvent {
            id: uuid::Uuid::now_v7(),
            event_type: "nobody.knows".to_owned(),
            line: Bytes::from_static(b"{\"type\":\"nobody.knows\"}"),
        };
        let appended = ledger.append("nobody-1", Expected::NoStream, vec![event]).await.unwrap();
        let position = ledger.await_position(appended.token).await.unwrap();
        ledger.close().await.unwrap();
        position
    };
    let server = Server::of(directory);
    let ready = server.get("/readyz").send().await.unwrap();
    assert_eq!(ready.status(), 503);
    let ready: Value = ready.json().await.unwrap();
    assert_eq!((&ready["follower"], &ready["stoppedAt"]), (&json!("stopped"), &json!(next)), "{ready}");
    let what = ready["what"].as_str().unwrap_or_else(|| panic!("{ready}"));
    // What is before it can still be looked at; nothing is decided on it.
    assert_eq!(position(&server.ask("council", META, Value::Null).await), next - 1);
    let refused = server.send("council", DIRECTIVE, directive("STOPPED-1")).await;
    assert_eq!(refused.status(), 503);
    // The position and the true reason are told, in either language.
    let told = |answer: &Value| {
        let error = &answer["data"]["directiveIssue"]["errors"][0];
        assert_eq!(error["code"], "FOLLOWER_STOPPED", "{answer}");
        error["message"].as_str().unwrap().to_owned()
    };
    let args = [("position", next.to_string()), ("what", what.to_owned())];
    let persian: Value = refused.json().await.unwrap();
    assert_eq!(told(&persian), message("FOLLOWER_STOPPED", &args, Lang::Fa));
    let body = json!({ "query": DIRECTIVE, "variables": directive("STOPPED-2") });
    let english = server.post("/graphql").bearer_auth(server.token("council")).header("Accept-Language", "en").json(&body);
    let english: Value = english.send().await.unwrap().json().await.unwrap();
    assert_eq!(told(&english), message("FOLLOWER_STOPPED", &args, Lang::En));
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let directory = data::founded();
    let recorded = {
        let mut server = Server::on(directory.path(), &[]);
        let mut recorded = Vec::new();
        for number in 0..20 {
            recorded.push(server.issue_directive(&format!("KILL-{number}")).await["data"]["directiveIssue"]["position"].as_u64().unwrap());
        }
        server.kill();
        recorded
    };
    let server = Server::of(directory);
    assert_eq!(position(&server.ask("council", META, Value::Null).await), *recorded.last().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_the_server_stops_under_load() {
    let directory = data::founded();
    let mut server = Server::on(directory.path(), &[]);
    let token = server.token("council");
    let stopped = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let request = server.post("/graphql").bearer_auth(&token);
            let stopped = Arc::clone(&stopped);
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    let body = json!({ "query": DIRECTIVE, "variables": directive(&format!("LOAD-{writer}-{number}")) });
                    let Ok(answer) = request.try_clone().unwrap().json(&body).send().await else { break };
                    let Ok(answer) = answer.json::<Value>().await else { break };
                    match answer["data"]["directiveIssue"]["position"].as_u64() {
                        Some(_) => acknowledged.push(format!("LOAD-{writer}-{number}")),
                        None if stopped.load(Ordering::Relaxed) => break,
                        None => {}
                    }
                }
                acknowledged
            })
        })
        .collect();
    // Long enough for writes to be under way.
    while position(&server.ask("council", META, Value::Null).await) < 3_200 && server.lives() {
        tokio::task::yield_now().await;
        if stopped.load(Ordering::Relaxed) {
            break;
        }
        let enough = server.ask("council", "{ directives(first: 1) { totalCount } }", Value::Null).await;
        if enough["data"]["directives"]["totalCount"].as_u64() > Some(40) {
            break;
        }
    }
    stopped.store(true, Ordering::Relaxed);
    let status = tokio::task::block_in_place(|| server.terminate());
    assert!(status.success(), "{status}");
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    let ledger = SqliteLedger::open_read_only(directory.path()).await.unwrap();
    let lines: Vec<String> = ledger
        .read_all(None, 100_000)
        .await
        .unwrap()
        .into_iter()
        .filter(|event| &*event.event_type == "programme.directive_issued")
        .map(|event| String::from_utf8(event.line.to_vec()).unwrap())
        .collect();
    let all = lines.join("\n");
    for code in acknowledged {
        assert!(all.contains(&format!("\"{code}\"")), "{code} was acknowledged and is lost");
    }
}
