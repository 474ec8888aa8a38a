//! Whoever has the machine can change the file, and cannot hide it.

use std::path::Path;

use rusqlite::Connection;
use tahavol_tests::server::{DIRECTIVE, Server, directive};
use tahavol_tests::{binary, data};

use super::{entries, entry, of_kind, read};

fn verify(directory: &Path) -> (Option<i32>, String) {
    let output = binary::run(&["journal", "verify", "--lang", "en", "--data", &directory.display().to_string()]);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A journal of some entries beside a running server.
async fn with_entries() -> Server {
    let server = Server::of(data::with_history());
    for actor in ["auditor", "inspector", "administrator", "chair.technology", "reporter.IR-07"] {
        server.ask(actor, DIRECTIVE, directive("D-920")).await;
        entry(&server.data, actor, of_kind("command_refused", actor));
    }
    server
}

#[tokio::test]
async fn an_edited_entry_is_found_at_its_number_by_the_console_and_by_the_auditor() {
    let server = with_entries().await;
    assert_eq!(verify(&server.data).0, Some(0));
    let edited = entries(&server.data).into_iter().find(|entry| entry["actor"] == "inspector").unwrap()["number"].as_u64().unwrap();
    let table = Connection::open(server.data.join("journal.sqlite")).unwrap();
    let change = format!("UPDATE entry SET line = replace(line, 'inspector', 'reza') WHERE number = {edited}");
    let refused = table.execute(&change, ()).unwrap_err().to_string();
    assert!(refused.contains("append-only"), "{refused}");
    table.execute_batch(&format!("DROP TRIGGER entry_is_never_updated; {change}")).unwrap();
    let (code, error) = verify(&server.data);
    assert_eq!(code, Some(5));
    assert!(error.contains(&format!("at entry {edited}")), "{error}");
    let health = "{ securityJournalHealth { check { whole brokenAt what } } }";
    let told = read(&server, "auditor", health).await["securityJournalHealth"]["check"].clone();
    assert_eq!(told["whole"], false);
    assert_eq!(told["brokenAt"].to_string().trim_matches('"'), edited.to_string(), "{told}");
}

#[tokio::test]
async fn entries_that_are_cut_off_under_a_running_server_are_told_with_the_next() {
    let server = with_entries().await;
    let table = Connection::open(server.data.join("journal.sqlite")).unwrap();
    let last = entries(&server.data).len();
    table.execute_batch(&format!("DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE number > {}", last - 2)).unwrap();
    server.ask("secretary.technology", DIRECTIVE, directive("D-921")).await;
    let next = server.ask("council", "{ securityJournal { edges { cursor } } }", serde_json::json!({})).await;
    assert!(!next["errors"].is_null());
    entry(&server.data, "that it was altered", |entry| entry["kind"] == "journal_altered");
}
