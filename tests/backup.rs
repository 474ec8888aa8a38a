//! The drill: a backup while people write, a restore elsewhere, and that what came back is what was there.

use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};

fn run(arguments: &[&str]) -> Output {
    binary::run(arguments)
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn manifest(backup: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(backup.join("backup.json")).unwrap()).unwrap()
}

/// `root      <64 digits>` of a replay.
fn root(told: &str) -> &str {
    told.lines().find_map(|line| line.strip_prefix("root")).unwrap().trim()
}

#[tokio::test]
async fn a_backup_made_while_people_write_comes_back_as_the_programme_was_then() {
    let server = Server::of(data::with_history());
    let place = tempfile::tempdir().unwrap();
    let (backup, restored) = (place.path().join("backup"), place.path().join("restored"));
    let enough = AtomicBool::new(false);
    let write = async |client: usize| {
        let mut written = 0;
        while !enough.load(Ordering::Relaxed) {
            let answer = server.issue_directive(&format!("D-{client}-{written}")).await;
            assert!(answer["data"]["directiveIssue"]["position"].is_u64(), "{answer}");
            written += 1;
        }
        written
    };
    let back_up = async {
        let arguments = ["backup", text(&backup), "--data", text(&server.data)].map(str::to_owned);
        let told = tokio::task::spawn_blocking(move || printed(&arguments.each_ref().map(String::as_str))).await.unwrap();
        enough.store(true, Ordering::Relaxed);
        told
    };
    let (told, a, b, c, d) = tokio::join!(back_up, write(1), write(2), write(3), write(4));
    assert!([a, b, c, d].iter().all(|written| *written > 0), "somebody could not write: {a} {b} {c} {d}");
    let said = manifest(&backup);
    assert!(told.contains(said["root"].as_str().unwrap()), "{told}");
    assert!(!said["evidence"].as_array().unwrap().is_empty());

    let told = printed(&["restore", text(&backup), "--data", text(&restored), "--lang", "en"]);
    assert!(told.contains(said["root"].as_str().unwrap()) && told.contains("--accept-rollback"), "{told}");
    assert_eq!(root(&printed(&["replay", "--data", text(&restored)])), said["root"].as_str().unwrap());
    printed(&["doctor", "--data", text(&restored)]);
    // With the key and without a copy of the head: no second history under the first one's name.
    std::fs::copy(format!("{}-log.key", server.data.display()), place.path().join("restored-log.key")).unwrap();
    let refused = run(&["serve", "--data", text(&restored), "--listen", "127.0.0.1:0"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(5), "{told}");
    assert!(told.contains("adopt-head") && told.contains("--accept-rollback") && told.contains("رونوشت"), "{told}");
    assert_eq!(run(&["doctor", "--data", text(&restored)]).status.code(), Some(5));
    assert!(!place.path().join("restored-log.head").exists());
    let last = (said["size"].as_u64().unwrap() - 1).to_string();
    let figures = |data: &Path| printed(&["progress", "--json", "--as-of", &last, "--status-date", data::TODAY, "--data", text(data)]);
    assert_eq!(figures(&restored), figures(&server.data));
}

#[test]
fn nothing_is_copied_over_something_and_only_a_backup_is_restored() {
    let directory = data::founded();
    let place = tempfile::tempdir().unwrap();
    let (backup, used) = (place.path().join("backup"), place.path().join("used"));
    std::fs::create_dir(&used).unwrap();
    std::fs::write(used.join("letter.txt"), "dear reader").unwrap();
    printed(&["backup", text(&backup), "--data", text(directory.path())]);
    for refused in [
        ["backup", text(&used), "--data", text(directory.path())],
        ["backup", text(&backup), "--data", text(directory.path())],
        ["backup", text(&directory.path().join("inside")), "--data", text(directory.path())],
        ["restore", text(&backup), "--data", text(&used)],
        ["restore", text(&backup), "--data", text(directory.path())],
        ["restore", text(&used), "--data", text(&place.path().join("new"))],
    ] {
        let output = run(&refused);
        assert_eq!(output.status.code(), Some(3), "{refused:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(std::fs::read_to_string(used.join("letter.txt")).unwrap(), "dear reader");
    assert!(!place.path().join("new").exists());
}

#[test]
fn a_backup_that_was_changed_is_not_restored() {
    let directory = data::founded();
    let place = tempfile::tempdir().unwrap();
    let backup = place.path().join("backup");
    printed(&["backup", text(&backup), "--data", text(directory.path())]);
    let manifest = backup.join("backup.json");
    let other = std::fs::read_to_string(&manifest).unwrap().replacen("\"root\": \"", "\"root\": \"0", 1);
    std::fs::write(&manifest, other).unwrap();
    let new = place.path().join("new");
    let output = run(&["restore", text(&backup), "--data", text(&new)]);
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!new.join("ledger.sqlite").exists());
    let file = rusqlite::Connection::open(backup.join("ledger.sqlite")).unwrap();
    file.execute_batch("DROP TRIGGER event_is_never_updated; UPDATE event SET line = CAST(replace(CAST(line AS TEXT), 'founding', 'foundinG') AS BLOB) WHERE position = 9").unwrap();
    drop(file);
    let output = run(&["restore", text(&backup), "--data", text(&new)]);
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_that_is_lost_is_told_by_its_digest() {
    let directory = data::with_history();
    let place = tempfile::tempdir().unwrap();
    let listed = printed(&["evidence", "list", "--data", text(directory.path())]);
    let digest = listed.split_whitespace().next().unwrap();
    std::fs::remove_file(directory.path().join(format!("evidence/files/{}/{digest}", &digest[..2]))).unwrap();
    let output = run(&["backup", text(&place.path().join("backup")), "--data", text(directory.path())]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains(digest));
}

#[test]
fn a_node_of_a_cluster_gets_no_ledger_of_its_own() {
    let directory = data::founded();
    let place = tempfile::tempdir().unwrap();
    let (backup, node) = (place.path().join("backup"), place.path().join("node"));
    printed(&["backup", text(&backup), "--data", text(directory.path())]);
    let restore = |into: &Path| {
        let mut command = binary::command(&["restore", text(&backup), "--data", text(into), "--lang", "en"]);
        command.env("TAHAVOL_DATA", &node).env("TAHAVOL_PROGRAMME", "0189a000-0000-7000-8000-000000000001");
        command.env("TAHAVOL_LEDGER", "kurrentdb://127.0.0.1:1?tls=false").output().unwrap()
    };
    let output = restore(&node);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("a node needs no restore") && said.contains(text(&backup.join("ledger.sqlite"))), "{said}");
    assert!(!node.exists());
    let output = restore(&place.path().join("elsewhere"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
