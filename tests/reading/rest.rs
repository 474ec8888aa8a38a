//! The log's entries and receipts, files, and what the server tells of itself.

use serde_json::{Value, json};

use tahavol_tests::binary;

use crate::{OTHERS, Planted, SECRET, THOSE_WHO_MAY};

async fn status(planted: &Planted, actor: &str, path: &str) -> u16 {
    planted.server.get(path).bearer_auth(planted.server.token(actor)).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_receipt_is_given_of_what_is_shown() {
    let planted = Planted::new().await;
    let head = planted.head().await;
    for position in &planted.hidden {
        let path = format!("/log/proof/{position}");
        let receipt = format!("{{ ledger {{ receipt(position: {position}) event(position: {position}) {{ receipt leafHash }} }} }}");
        for actor in OTHERS {
            assert_eq!(status(&planted, actor, &path).await, 404, "{actor}");
            let told = planted.server.ask(actor, &receipt, Value::Null).await;
            assert_eq!(told["data"]["ledger"], json!({ "receipt": null, "event": null }), "{actor}");
        }
        for actor in THOSE_WHO_MAY {
            assert_eq!(status(&planted, actor, &path).await, 200, "{actor}");
            let told = planted.server.ask(actor, &receipt, Value::Null).await;
            assert!(told["data"]["ledger"]["event"]["receipt"].is_string(), "{actor}: {told}");
        }
    }
    for actor in OTHERS.iter().chain(&THOSE_WHO_MAY) {
        assert_eq!(status(&planted, actor, &format!("/log/proof/{head}")).await, 200, "{actor}");
        assert_eq!(status(&planted, actor, &format!("/log/proof/{}", head + 1)).await, 404, "{actor}");
    }
}

#[tokio::test]
async fn the_whole_ledger_is_read_by_those_who_decide_or_look_at_everything() {
    let bounds: [&[&str]; 2] = [&["--read-only"], &["--commission", "technology"]];
    let planted = Planted::with(&[], &bounds.map(|bounds| ("auditor", bounds))).await;
    let entries = "/log/tile/entries/000";
    for (actor, expected) in [("council", 200), ("inspector", 200), ("auditor", 200), ("member.technology", 403)] {
        assert_eq!(status(&planted, actor, entries).await, expected, "{actor}");
    }
    for actor in OTHERS {
        let refused = planted.server.get(entries).bearer_auth(planted.server.token(actor)).header("accept-language", "en");
        let refused = refused.send().await.unwrap();
        assert_eq!(refused.status(), 403, "{actor}");
        let told: Value = refused.json().await.unwrap();
        assert_eq!((&told["code"], told["message"].as_str().unwrap().contains("offices")), (&json!("READ_NOT_PERMITTED"), true));
    }
    assert_eq!(planted.server.get(entries).send().await.unwrap().status(), 401);
    // A token that only reads is enough, one of a commission is not.
    for (token, expected) in planted.tokens.iter().zip([200, 403]) {
        assert_eq!(planted.server.get(entries).bearer_auth(token).send().await.unwrap().status(), expected);
    }
    // Hashes tell nobody anything, and are for everybody.
    assert_eq!(planted.server.get("/log/tile/0/000").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn one_reading_of_the_whole_ledger_is_noted_once_and_so_is_a_refusal() {
    let planted = Planted::new().await;
    for (actor, path, expected) in [
        ("council", "/log/tile/entries/000", 200),
        ("council", "/log/tile/entries/001", 200),
        ("auditor", "/log/proof/1", 200),
        ("member.training", "/log/tile/entries/001", 403),
    ] {
        assert_eq!(status(&planted, actor, path).await, expected, "{actor}");
    }
    let noted = || -> Vec<Value> {
        let output = binary::run(&["journal", "--json", "--data", &planted.server.data.display().to_string()]);
        let lines = String::from_utf8(output.stdout).unwrap();
        let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        all.filter(|entry| entry["details"]["what"] == "entries").collect()
    };
    // Notes are written beside the requests, in their order.
    let mut notes = noted();
    while notes.last().is_none_or(|last| last["kind"] != "read_refused") {
        notes = noted();
    }
    let told: Vec<(&str, &str)> = notes.iter().map(|note| (note["kind"].as_str().unwrap(), note["actor"].as_str().unwrap())).collect();
    assert_eq!(told, [("ledger_exported", "council"), ("read_refused", "member.training")]);
}

#[tokio::test]
async fn a_file_is_read_by_everybody_once_an_event_refers_to_it() {
    let planted = Planted::with(&[], &[("member.technology", &["--read-only"])]).await;
    let server = &planted.server;
    let send = |token: String, content: &'static str| {
        server.post("/evidence").bearer_auth(token).header("content-type", "text/plain; charset=utf-8").body(content).send()
    };
    let sent = send(server.token("member.technology"), "صورت‌جلسه").await.unwrap();
    let file: Value = sent.json().await.unwrap();
    let path = format!("/evidence/{}", file["digest"].as_str().unwrap());
    // Nothing refers to it yet.
    for actor in OTHERS.iter().chain(&["member.technology"]) {
        assert_eq!(status(&planted, actor, &path).await, 404, "{actor}");
    }
    for actor in ["council", "inspector", "auditor"] {
        assert_eq!(status(&planted, actor, &path).await, 200, "{actor}");
    }
    let mut evidence = file.clone();
    evidence["title"] = json!("صورت‌جلسه");
    let input = json!({ "milestone": planted.milestone, "note": { "fa": "گزارش" }, "evidence": [evidence] });
    let payload = planted.command("member.technology", "milestoneReportProgress", "MilestoneReportProgressInput", input).await;
    assert_eq!(payload["errors"], json!([]));
    for actor in OTHERS.iter().chain(&THOSE_WHO_MAY) {
        assert_eq!(status(&planted, actor, &path).await, 200, "{actor}");
    }
    assert_eq!(server.get(&path).send().await.unwrap().status(), 401);
    assert_eq!(send(planted.tokens[0].clone(), "دیگر").await.unwrap().status(), 403, "what only reads sends nothing");
}

#[tokio::test]
async fn what_the_server_tells_of_itself_names_no_draft() {
    let planted = Planted::new().await;
    let uuid = planted.ids("initiative", "DRAFT").await.1;
    for path in ["/metrics", "/readyz", "/healthz", "/log/checkpoint"] {
        let told = planted.server.get(path).send().await.unwrap().text().await.unwrap();
        assert!(!told.contains(SECRET) && !told.contains("DRAFT") && !told.contains(&uuid), "{path}");
    }
}
