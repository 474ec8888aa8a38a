//! What is refused, fails or leaves, is told in the journal; the auditor reads it, and nobody else.

use serde_json::{Value, json};
use tahavol_tests::server::{DIRECTIVE, Server, directive};
use tahavol_tests::{binary, data};

use super::{as_token, entry, of_kind, read, refused};

const NEWEST: &str = "{ securityJournal(first: 5) { edges { node { number kind actor address details { name value } times } } } }";

#[tokio::test]
async fn a_refused_command_is_told_with_who_which_stream_and_rule_and_not_what_was_asked() {
    let server = Server::of(data::with_history());
    let answer = server.ask("auditor", DIRECTIVE, directive("D-900")).await;
    assert_eq!(answer["data"]["directiveIssue"]["errors"][0]["code"], "NOT_PERMITTED");
    let told = entry(&server.data, "the refused directive", of_kind("command_refused", "auditor"));
    assert_eq!(told["details"]["code"], "NOT_PERMITTED");
    assert_eq!(told["details"]["command"], "directiveIssue");
    assert!(told["details"]["stream"].as_str().unwrap().starts_with("programme-"), "{told}");
    assert_eq!((&told["details"]["origin"], &told["address"]), (&json!("graphql"), &json!("127.0.0.1")));
    assert!(!told.to_string().contains("D-900"), "{told}");

    let seen = read(&server, "auditor", NEWEST).await;
    let nodes = seen["securityJournal"]["edges"].as_array().unwrap();
    assert!(nodes.iter().any(|edge| edge["node"]["kind"] == "COMMAND_REFUSED" && edge["node"]["actor"] == "auditor"), "{seen}");
}

#[tokio::test]
async fn what_is_refused_over_an_event_stream_is_told_with_its_address_too() {
    let server = Server::of(data::founded());
    let body = json!({ "query": DIRECTIVE, "variables": directive("D-906") });
    let request = server.post("/graphql").bearer_auth(server.token("inspector")).header("accept", "text/event-stream").json(&body);
    let answer = request.send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("NOT_PERMITTED"), "{answer}");
    let told = entry(&server.data, "the refused directive", of_kind("command_refused", "inspector"));
    assert_eq!(told["address"], "127.0.0.1");
}

#[tokio::test]
async fn a_command_that_a_bounded_token_is_not_for_is_told_too() {
    let directory = data::founded();
    let token = data::new_token(directory.path(), "council", &["--read-only"]);
    let server = Server::of(directory);
    let body = json!({ "query": DIRECTIVE, "variables": directive("D-901") });
    let answer: Value = server.post("/graphql").bearer_auth(&token).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["directiveIssue"]["errors"][0]["code"], "OUTSIDE_THE_TOKEN");
    let told = entry(&server.data, "outside the token", of_kind("command_refused", "council"));
    assert_eq!(told["details"]["code"], "OUTSIDE_THE_TOKEN");
}

#[tokio::test]
async fn the_journal_is_for_auditors_and_who_else_asks_is_told_in_it() {
    let directory = data::with_history();
    let bounded = data::new_token(directory.path(), "auditor", &["--read-only"]);
    let server = Server::of(directory);
    for query in [NEWEST, "{ securityJournalHealth { entries } }"] {
        for actor in ["council", "administrator", "inspector", "chair.technology", "reporter.IR-07"] {
            assert_eq!(refused(&server, &server.token(actor), query).await, "READ_NOT_PERMITTED", "{actor}");
            let told = entry(&server.data, actor, of_kind("read_refused", actor));
            assert!(told["details"]["what"].as_str().unwrap().starts_with("securityJournal"), "{told}");
        }
        let nobody = server.post("/graphql").json(&json!({ "query": query })).send().await.unwrap();
        assert_eq!(nobody.status(), 401);
    }
    assert_eq!(refused(&server, &bounded, NEWEST).await, "OUTSIDE_THE_TOKEN");
}

#[tokio::test]
async fn a_token_that_is_not_good_is_told_without_itself() {
    let server = Server::of(data::founded());
    let wrong = format!("tahavol_{}", "A1b2C3d4".repeat(6));
    let answer = as_token(&server, &wrong, "{ meta { position } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "TOKEN_UNKNOWN");
    let told = entry(&server.data, "the wrong token", |entry| entry["kind"] == "token_refused");
    assert_eq!((&told["details"]["code"], &told["address"]), (&json!("TOKEN_UNKNOWN"), &json!("127.0.0.1")));
    assert!(!told.to_string().contains("A1b2"), "{told}");
}

#[tokio::test]
async fn a_thousand_wrong_tokens_are_a_few_entries_that_count_them() {
    let mut server = Server::of(data::founded());
    for _ in 0..300 {
        let wrong = server.post("/graphql").bearer_auth("tahavol_nobodys").json(&json!({ "query": "{ meta { position } }" }));
        assert_eq!(wrong.send().await.unwrap().status(), 401);
    }
    server.terminate();
    let refused: Vec<Value> = super::entries(&server.data).into_iter().filter(|entry| entry["kind"] == "token_refused").collect();
    assert!(refused.len() <= 8, "{} entries", refused.len());
    let times: u64 = refused.iter().map(|entry| entry["times"].as_u64().unwrap_or(1)).sum();
    assert_eq!(times, 300, "and none of them is forgotten, also when the server is stopped");
}

#[tokio::test]
async fn whoever_carries_the_whole_ledger_away_is_told() {
    let directory = data::with_history();
    let folder = tempfile::tempdir().unwrap();
    let path = directory.path().display().to_string();
    for (arguments, what) in [
        (vec!["export", "events", "--out", "events.jsonl"], "events"),
        (vec!["export", "bundle", "bundle"], "bundle"),
        (vec!["backup", "backup"], "backup"),
    ] {
        let done = binary::command(&[arguments, vec!["--data", &path]].concat()).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stderr));
        let told = entry(directory.path(), what, |entry| entry["kind"] == "ledger_exported" && entry["details"]["what"] == what);
        assert_eq!((&told["details"]["by"], &told["actor"]), (&json!("console"), &Value::Null));
    }
    let server = Server::of(directory);
    let entries = server.get("/log/tile/entries/000.p/1").bearer_auth(server.token("auditor")).send().await.unwrap();
    assert_eq!(entries.status(), 200);
    let told = entry(&server.data, "entries", of_kind("ledger_exported", "auditor"));
    assert_eq!(told["details"]["what"], "entries");
    let refused = server.get("/log/tile/entries/000.p/1").bearer_auth(server.token("administrator")).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    entry(&server.data, "refused entries", of_kind("read_refused", "administrator"));
}

#[tokio::test]
async fn destroyed_evidence_is_told_when_it_is_ordered_and_when_its_file_is_gone() {
    let server = Server::of(data::with_history());
    let files = server.ask("council", "{ evidence(first: 1) { nodes { digest } } }", Value::Null).await;
    let digest = files["data"]["evidence"]["nodes"][0]["digest"].as_str().unwrap_or_else(|| panic!("{files}")).to_owned();
    let destroy = "mutation ($input: EvidenceDestroyInput!) { evidenceDestroy(input: $input) { position errors { code field message } } }";
    let input = json!({ "input": { "digest": digest, "confirm": digest, "order": "دستور ۷", "reason": "حکم" } });
    let done = server.ask("administrator", destroy, input).await;
    assert!(!done["data"]["evidenceDestroy"]["position"].is_null(), "{done}");
    let ordered = entry(&server.data, "the order", of_kind("evidence_destroyed", "administrator"));
    assert_eq!(ordered["details"]["digest"], digest);
    let gone = entry(&server.data, "the file", |entry| entry["kind"] == "evidence_shredded");
    assert_eq!((&gone["details"]["digest"], &gone["details"]["by"]), (&json!(digest), &json!("server")));
}

#[tokio::test]
async fn pages_go_through_the_journal_in_either_order_and_keep_what_is_asked_for() {
    let server = Server::of(data::with_history());
    for code in ["D-903", "D-904"] {
        server.ask("auditor", DIRECTIVE, directive(code)).await;
        server.ask("inspector", DIRECTIVE, directive(code)).await;
    }
    for token in 0..6 {
        let label = format!("reader {token}");
        let made = super::act(&server, "council", "serviceTokenMake", json!({ "label": label, "readOnly": true }), "shown").await;
        assert!(made["shown"].is_string(), "{made}");
    }
    entry(&server.data, "the last", |entry| entry["kind"] == "token_made" && entry["actor"] == "council");
    let mut told = Vec::new();
    for order in ["NEWEST_FIRST", "OLDEST_FIRST"] {
        let (mut numbers, mut after) = (Vec::new(), Value::Null);
        loop {
            let query = format!(
                "{{ securityJournal(first: 2, order: {order}, kind: TOKEN_MADE, actor: \"council\", after: {after}) {{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{ number }} }} }} }}"
            );
            let page = read(&server, "auditor", &query).await["securityJournal"].clone();
            numbers.extend(
                page["edges"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|edge| edge["node"]["number"].as_str().map_or_else(|| edge["node"]["number"].to_string(), str::to_owned)),
            );
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        told.push(numbers);
    }
    assert_eq!(told[0].len(), 6, "{told:?}");
    told[1].reverse();
    assert_eq!(told[0], told[1]);
    let none = read(&server, "auditor", r#"{ securityJournal(to: "2020-01-01T00:00:00Z") { edges { cursor } } }"#).await;
    assert_eq!(none["securityJournal"]["edges"], json!([]));
}

#[tokio::test]
async fn the_auditor_sees_that_the_chain_is_whole_and_how_it_ends() {
    let server = Server::of(data::with_history());
    server.ask("auditor", DIRECTIVE, directive("D-905")).await;
    entry(&server.data, "the refused directive", of_kind("command_refused", "auditor"));
    let health = "{ securityJournalHealth { entries head lost failing check { whole entries brokenAt what } } }";
    let told = read(&server, "auditor", health).await["securityJournalHealth"].clone();
    assert_eq!((&told["check"]["whole"], &told["failing"]), (&json!(true), &json!(false)), "{told}");
    assert_eq!(told["check"]["entries"], told["entries"]);
    assert_eq!(told["head"].as_str().unwrap().len(), 64);
    let ready: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["securityJournal"], json!({ "state": "written", "lost": 0 }));
    let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("tahavol_security_journal_notes_total{kind=\"command_refused\"} 1"), "{metrics}");
}
