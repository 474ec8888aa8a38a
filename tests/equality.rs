//! The server folds its ledger afresh beside the live picture, and everybody who asks how it is hears whether both are the same.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// Compares at once, and again each second.
const AT_ONCE: [(&str, &str); 2] = [("TAHAVOL_HEALTH__REPLAY_AFTER_SECONDS", "0"), ("TAHAVOL_HEALTH__REPLAY_EVERY_SECONDS", "1")];

const ASKED: &str = "{ health { follower position equality { equal position digest rebuiltDigest logRoot damagedAt what } } }";

/// Readiness as soon as a comparison came out so.
async fn compared(server: &Server, equal: bool) -> Value {
    loop {
        let ready: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
        if ready["equality"]["equal"] == equal {
            return ready;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_sound_ledger_gives_the_live_picture_and_everybody_is_told() {
    let server = Server::of_with(data::with_history(), &AT_ONCE);
    let ready = compared(&server, true).await;
    let asked = server.ask("auditor", ASKED, Value::Null).await;
    let equality = &asked["data"]["health"]["equality"];
    assert_eq!(equality["equal"], true, "{asked}");
    assert_eq!(equality["position"], ready["equality"]["position"]);
    assert_eq!(equality["digest"], equality["rebuiltDigest"]);
    assert_eq!(equality["logRoot"], ready["equality"]["root"]);
    let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("\ntahavol_replay_equality 1\n"), "{metrics}");
}

#[tokio::test]
async fn a_line_that_was_changed_behind_the_server_is_an_alarm_and_no_reason_to_stop() {
    let server = Server::of_with(data::with_history(), &AT_ONCE);
    compared(&server, true).await;
    let (asked, before) = (server.ask("auditor", ASKED, Value::Null).await, 1_000);
    assert_eq!(asked["data"]["health"]["equality"]["equal"], true);
    rewrite(&server.data.join("ledger.sqlite"), before);
    let ready = compared(&server, false).await;
    assert_eq!(ready["ready"], true);
    // The same question again is not answered from what was kept.
    let asked = server.ask("auditor", ASKED, Value::Null).await;
    assert_eq!(asked["data"]["health"]["equality"]["damagedAt"], before, "{asked}");
    let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("\ntahavol_replay_equality 0\n"), "{metrics}");
    let recorded = server.issue_directive("D-AFTER").await;
    assert!(recorded["data"]["directiveIssue"]["position"].is_u64(), "{recorded}");
}

/// Another name for who did it, by somebody who can write to the file.
fn rewrite(file: &Path, position: i64) {
    let connection = Connection::open(file).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    connection.execute_batch("DROP TRIGGER event_is_never_updated").unwrap();
    let line: Vec<u8> = connection.query_row("SELECT line FROM event WHERE position = ?1", [position], |row| row.get(0)).unwrap();
    let changed = String::from_utf8(line).unwrap().replacen("\"actorname\":\"", "\"actorname\":\"نه ", 1);
    let rows = connection.execute("UPDATE event SET line = ?1 WHERE position = ?2", (changed.as_bytes(), position)).unwrap();
    assert_eq!(rows, 1);
}
