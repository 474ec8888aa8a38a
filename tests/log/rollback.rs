//! A data directory put back to yesterday behind a head that was signed since: nothing is written until somebody says why.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};

use crate::{head, keys_of};

fn serve(data: &Path, more: &[&str]) -> Output {
    binary::run(&[&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"], more].concat())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn yesterdays_ledger_is_gone_on_with_only_for_a_reason_and_under_another_name() {
    let data = data::founded();
    let ledger = data.path().join("ledger.sqlite");
    let mut server = Server::on(data.path(), &[]);
    let (_, first) = head(&server, &keys_of(data.path())).await;
    server.terminate();
    let yesterday = fs::read(&ledger).unwrap();
    let mut server = Server::on(data.path(), &[]);
    server.issue_directive("D-LOST").await;
    server.terminate();
    fs::write(&ledger, yesterday).unwrap();
    fs::remove_dir_all(data.path().join("snapshots")).ok();

    let refused = serve(data.path(), &[]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(said(&refused).contains("older state") && said(&refused).contains("--accept-rollback"), "{}", said(&refused));
    let doctor = binary::run(&["doctor", "--data", data.path().to_str().unwrap()]);
    assert_eq!(doctor.status.code(), Some(5));
    // Reading stays possible.
    assert!(binary::run(&["export", "events", "--data", data.path().to_str().unwrap()]).status.success());

    let mut server = Server::with(data.path(), &[], &["--accept-rollback", "the disk of the first machine is lost"]);
    let (_, second) = head(&server, &keys_of(data.path())).await;
    assert_eq!(second.origin, format!("{}/2", first.origin));
    assert_eq!(second.size, first.size);
    let answer = server.issue_directive("D-AGAIN").await;
    assert!(answer["data"]["directiveIssue"]["position"].is_u64(), "{answer}");
    let ready: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["proof"]["origin"], second.origin);
    server.terminate();

    // A key that is added now is told under the name that heads bear.
    let path = data.path().to_str().unwrap();
    let rotated = binary::run(&["log", "keygen", "--rotate", "--data", path]);
    assert!(String::from_utf8_lossy(&rotated.stdout).starts_with(&format!("{}+", second.origin)), "{rotated:?}");
    // A reason left in place is passed over.
    let mut server = Server::with(data.path(), &[], &["--accept-rollback", "the disk of the first machine is lost"]);
    assert_eq!(head(&server, &keys_of(data.path())).await.1.origin, second.origin);
    server.terminate();

    let mistaken = serve(data.path(), &["--accept-rollback", "again, by mistake"]);
    assert_eq!(mistaken.status.code(), Some(3), "there is nothing to accept: {}", said(&mistaken));
    let mut server = Server::on(data.path(), &[]);
    let (_, third) = head(&server, &keys_of(data.path())).await;
    assert_eq!(third.origin, second.origin);
    server.terminate();
}

#[tokio::test]
async fn an_event_of_another_program_stops_all_writing_and_is_an_alarm() {
    let server = Server::of(data::founded());
    let before: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!((before["proof"]["state"].as_str(), &before["proof"]["what"]), (Some("signed"), &Value::Null));
    let file = rusqlite::Connection::open(server.data.join("ledger.sqlite")).unwrap();
    file.execute_batch(
        "INSERT INTO event (position, stream, revision, id, type, line, leaf)
         SELECT position + 1, stream, revision + 1, randomblob(16), 't', line, leaf
         FROM event ORDER BY position DESC LIMIT 1",
    )
    .unwrap();
    for code in ["D-FIRST", "D-SECOND"] {
        let answer = server.issue_directive(code).await;
        assert!(answer.to_string().contains("\"LEDGER_UNPROVEN\""), "{answer}");
    }
    let ready: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["proof"]["state"], "unproven", "{ready}");
    let asked = server.ask("council", "{ health { proof { state what } } }", Value::Null).await;
    let proof = &asked["data"]["health"]["proof"];
    assert!(proof["state"] == "UNPROVEN" && proof["what"].is_string(), "{asked}");
    assert!(ready["proof"]["what"].as_str().unwrap().contains("another program"), "{ready}");
    let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("tahavol_log_unproven 1"), "{metrics}");
}

#[test]
fn a_moved_ledger_goes_on_when_its_head_is_adopted_and_a_lost_one_is_not_begun() {
    let data = data::founded();
    let copy = format!("{}-log.head", data.path().display());
    let promised = fs::read(&copy).unwrap();
    fs::remove_file(&copy).unwrap();
    let adopt = || binary::run(&["log", "adopt-head", "--data", data.path().to_str().unwrap()]);
    let adopted = adopt();
    assert!(adopted.status.success(), "{}", said(&adopted));
    assert_eq!(fs::read(&copy).unwrap(), promised);
    assert_eq!(adopt().status.code(), Some(3), "there is one now");
    Server::on(data.path(), &[]).terminate();
    fs::remove_dir_all(data.path()).unwrap();
    let refused = serve(data.path(), &[]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(!data.path().join("ledger.sqlite").exists());
}

#[test]
fn a_demonstration_that_is_begun_anew_has_a_log_of_its_own() {
    let data = data::made(&["--no-history"]);
    let before = keys_of(data.path());
    fs::remove_dir_all(data.path()).unwrap();
    let path = data.path().to_str().unwrap();
    let again = binary::run(&["demo", "--data", path, "--today", data::TODAY, "--no-serve", "--no-history"]);
    assert!(again.status.success(), "{}", said(&again));
    let after = keys_of(data.path());
    assert_ne!(before[0].name(), after[0].name());
}
