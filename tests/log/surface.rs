//! What is answered to whom, for how long it may be kept, and under which names; the same by GraphQL and on the command line.

use serde_json::{Value, json};
use tahavol_ledger::merkle::leaf_hash;
use tahavol_ledger::merkle::receipt::Receipt;
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};

use crate::{bytes, head, keys_of};

#[tokio::test]
async fn hashes_are_for_everybody_and_for_ever_and_lines_for_those_who_may_read_them() {
    let server = Server::of(data::founded());
    for path in ["/log/tile/0/000", "/log/tile/0/000.p/7", "/log/tile/1/000.p/3", "/log/consistency/1/5"] {
        let answer = server.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable", "{path}");
    }
    for path in ["/log/tile/entries/000", "/log/tile/entries/000.p/7", "/log/proof/7"] {
        assert_eq!(server.get(path).send().await.unwrap().status(), 401, "{path}");
        assert_eq!(server.get(path).bearer_auth("not-a-token-of-anybody").send().await.unwrap().status(), 401, "{path}");
        let answer = server.get(path).bearer_auth(server.token("council")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let cache = answer.headers()["cache-control"].to_str().unwrap();
        assert!(cache.starts_with("private, "), "{path}: {cache}");
    }
    let tile = server.get("/log/tile/0/000").send().await.unwrap();
    assert_eq!(tile.headers()["content-type"], "application/octet-stream");
    let length = server.head("/log/tile/0/000").send().await.unwrap();
    assert_eq!((length.status().as_u16(), length.headers()["content-length"].to_str().unwrap()), (200, "8192"));
}

#[tokio::test]
async fn a_tile_has_one_name_and_is_there_only_once_it_is_signed() {
    let server = Server::of(data::founded());
    let (_, checkpoint) = head(&server, &keys_of(&server.data)).await;
    let (full, open) = (checkpoint.size / 256, checkpoint.size % 256);
    let number = |number: u64| format!("{number:03}");
    let mut strange: Vec<String> = [
        "0",
        "0/0",
        "0/00",
        "0/0000",
        "00/000",
        "+0/000",
        "0/x000/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/07",
        "0/000/",
        "64/000",
        "2/000",
        "7/000",
        "0/%30%30%30",
        "0/000.p%2F7",
        "entries/0",
        "hashes/000",
    ]
    .map(str::to_owned)
    .into();
    strange.push(format!("0/{}", number(full)));
    strange.push(format!("0/{}.p/{}", number(full), open + 1));
    strange.push(format!("0/{}.p/1", number(full + 1)));
    strange.push(format!("1/000.p/{}", full + 1));
    strange.push(format!("entries/{}.p/{}", number(full), open + 1));
    for path in strange {
        let answer = server.get(&format!("/log/tile/{path}")).bearer_auth(server.token("council")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    let there = [format!("0/{}.p/{open}", number(full)), format!("1/000.p/{full}"), format!("0/{}", number(full - 1))];
    for path in there {
        assert_eq!(server.get(&format!("/log/tile/{path}")).send().await.unwrap().status(), 200, "{path}");
    }
}

#[tokio::test]
async fn the_head_covers_what_was_answered_and_who_knows_it_is_told_so() {
    let server = Server::of(data::founded());
    let keys = keys_of(&server.data);
    let first = server.get("/log/checkpoint").send().await.unwrap();
    assert_eq!(first.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(first.headers()["cache-control"], "no-cache");
    let tag = first.headers()["etag"].clone();
    let again = server.get("/log/checkpoint").header("if-none-match", tag.clone()).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let (_, before) = head(&server, &keys).await;
    for number in 0..3 {
        let answer = server.issue_directive(&format!("D-HEAD-{number}")).await;
        let position = answer["data"]["directiveIssue"]["position"].as_u64().unwrap();
        let (_, after) = head(&server, &keys).await;
        assert!(after.size > position && after.origin == before.origin, "{after:?}");
    }
    assert_eq!(server.get("/log/checkpoint").header("if-none-match", tag).send().await.unwrap().status(), 200);
    assert_eq!(server.get("/log/cosigned-checkpoint").send().await.unwrap().status(), 404);
}

const ASKED: &str = "query ($position: Position!, $from: Count!, $to: Count!) {
  ledger {
    checkpoint { origin size root signedNote cosigners { name time } }
    cosigned: checkpoint(cosigned: true) { size }
    receipt(position: $position) beyond: receipt(position: 999999999)
    consistency(from: $from, to: $to) { fromRoot toRoot hashes }
    event(position: $position) { line receipt }
  }
  health { proof { state origin signedSize cosignedSize witnesses { name } } }
}";

#[tokio::test]
async fn graphql_tells_the_same_as_the_files() {
    let server = Server::of(data::founded());
    let keys = keys_of(&server.data);
    let (text, checkpoint) = head(&server, &keys).await;
    let asked = server.ask("council", ASKED, json!({ "position": 300, "from": 256, "to": checkpoint.size })).await;
    let ledger = &asked["data"]["ledger"];
    assert_eq!(ledger["checkpoint"]["signedNote"], text, "{asked}");
    assert_eq!(ledger["checkpoint"]["size"], checkpoint.size);
    assert_eq!((&ledger["checkpoint"]["cosigners"], &ledger["cosigned"], &ledger["beyond"]), (&json!([]), &Value::Null, &Value::Null));
    let receipt = ledger["receipt"].as_str().unwrap();
    assert_eq!(receipt.as_bytes(), bytes(&server, Some("council"), "/log/proof/300").await);
    assert_eq!(ledger["event"]["receipt"], receipt);
    let line = ledger["event"]["line"].as_str().unwrap();
    receipt.parse::<Receipt>().unwrap().verify(leaf_hash(line.as_bytes()), &keys).unwrap();
    assert_eq!(ledger["consistency"]["toRoot"], ledger["checkpoint"]["root"]);
    assert!(!ledger["consistency"]["hashes"].as_array().unwrap().is_empty());
    let proof = &asked["data"]["health"]["proof"];
    assert_eq!((&proof["state"], &proof["signedSize"], &proof["cosignedSize"]), (&json!("SIGNED"), &json!(checkpoint.size), &Value::Null));
    let shrinking = server.ask("council", ASKED, json!({ "position": 0, "from": 9, "to": 3 })).await;
    assert_eq!(shrinking["errors"][0]["extensions"]["code"], "LOG_SIZES_REVERSED", "{shrinking}");
    let beyond = server.ask("council", ASKED, json!({ "position": 0, "from": 9, "to": 999_999_999 })).await;
    assert_eq!(beyond["errors"][0]["extensions"]["code"], "LOG_BEYOND_HEAD", "{beyond}");
    let ready: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!((&ready["proof"]["state"], &ready["proof"]["headCopyProblem"]), (&json!("signed"), &Value::Null));
}

#[tokio::test]
async fn a_receipt_from_the_command_line_is_checked_without_the_ledger() {
    let server = Server::of(data::founded());
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str| place.path().join(name).display().to_string();
    let data = server.data.display().to_string();
    let done = |arguments: &[&str]| {
        let output = binary::run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // All of it beside the server that writes.
    done(&["log", "receipt", "41", "-o", &file("41.tlog-proof"), "--data", &data]);
    let checkpoint = done(&["log", "checkpoint", "--data", &data]);
    assert_eq!(checkpoint.as_bytes(), bytes(&server, None, "/log/checkpoint").await);
    assert_eq!(
        done(&["log", "consistency", "40", "300", "--data", &data]).as_bytes(),
        bytes(&server, None, "/log/consistency/40/300").await
    );
    let key = done(&["log", "keys", "--data", &data]);
    let events = done(&["export", "events", "--data", &data]);
    let (line, other) = (events.lines().nth(41).unwrap(), events.lines().nth(42).unwrap());
    std::fs::write(file("line"), line).unwrap();
    drop(server);
    let told = done(&["log", "check", &file("41.tlog-proof"), "--line", &file("line"), "--key", key.trim(), "--lang", "en"]);
    assert!(told.contains("number 41"), "{told}");
    let other = binary::run(&["log", "check", &file("41.tlog-proof"), "--event", other, "--key", key.trim()]);
    assert_eq!(other.status.code(), Some(5));
    let stranger = "tahavol.example/log+664972a8+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    let unknown = binary::run(&["log", "check", &file("41.tlog-proof"), "--line", &file("line"), "--key", stranger]);
    assert_eq!(unknown.status.code(), Some(5));
}

#[tokio::test]
async fn a_log_without_a_key_works_and_says_so() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::on(&place.path().join("data"), &[]);
    let answer = server.get("/log/checkpoint").send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "LOG_UNSIGNED");
    assert_eq!(server.get("/log/tile/0/000.p/1").send().await.unwrap().status(), 404);
    let ready: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["proof"]["state"], "unsigned");
}
