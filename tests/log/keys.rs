//! The log's keys: made once, read by their owner alone, rotated without a day on which nobody can verify.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tahavol_ledger::merkle::note::{Note, VerifyingKey};
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};

use crate::{bytes, head, keys_of};

fn log(data: &Path, arguments: &[&str]) -> Output {
    binary::run(&[&["log"], arguments, &["--data", data.to_str().unwrap(), "--lang", "en"]].concat())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn id(key: &VerifyingKey) -> String {
    key.to_string().split('+').nth(1).unwrap().to_owned()
}

/// Beside the data directory.
fn key_file(data: &Path) -> PathBuf {
    PathBuf::from(format!("{}-log.key", data.display()))
}

#[test]
fn a_key_is_made_once_beside_the_data_and_never_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    assert_eq!(log(&data, &["keygen"]).status.code(), Some(2), "a log needs a name");
    assert_eq!(log(&data, &["keygen", "--origin", "https://log.example/x"]).status.code(), Some(2));
    assert_eq!(log(&data, &["keygen", "--rotate", "--origin", "log.example/x"]).status.code(), Some(3), "nothing to rotate");
    let made = log(&data, &["keygen", "--origin", "log.example/x"]);
    assert!(made.status.success(), "{}", said(&made));
    let told: VerifyingKey = String::from_utf8(made.stdout).unwrap().trim().parse().unwrap();
    assert_eq!(keys_of(&data), [told]);
    let kept = fs::read_to_string(key_file(&data)).unwrap();
    let again = log(&data, &["keygen", "--origin", "log.example/x"]);
    assert_eq!(again.status.code(), Some(3), "{}", said(&again));
    assert_eq!(fs::read_to_string(key_file(&data)).unwrap(), kept);
    assert!(!said(&again).contains("PRIVATE"));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_not_signed_with() {
    use std::os::unix::fs::PermissionsExt;
    let data = data::founded();
    let file = key_file(data.path());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let served = binary::run(&["serve", "--data", data.path().to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(served.status.code(), Some(2), "{}", said(&served));
    assert!(said(&served).contains("0644"), "{}", said(&served));
}

#[test]
fn a_signed_ledger_without_its_key_is_not_written_to() {
    let data = data::founded();
    fs::rename(key_file(data.path()), data.path().join("elsewhere")).unwrap();
    let served = binary::run(&["serve", "--data", data.path().to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(served.status.code(), Some(5), "{}", said(&served));
    assert!(said(&served).contains("key is missing") && said(&served).contains("-log.key"), "{}", said(&served));
    let doctor = binary::run(&["doctor", "--data", data.path().to_str().unwrap()]);
    let told = String::from_utf8_lossy(&doctor.stdout);
    assert!(told.contains("notice   log") && told.contains("there is no key at"), "{told}");
}

#[tokio::test]
async fn a_key_is_rotated_by_a_second_signature_and_then_retired() {
    let data = data::founded();
    let old = keys_of(data.path());
    let rotated = log(data.path(), &["keygen", "--rotate"]);
    assert!(rotated.status.success(), "{}", said(&rotated));
    let both = keys_of(data.path());
    assert_eq!((both.len(), &both[0]), (2, &old[0]));
    let early = log(data.path(), &["retire", &id(&both[0])]);
    assert_eq!(early.status.code(), Some(3), "the new key has signed nothing yet: {}", said(&early));

    let mut server = Server::on(data.path(), &[]);
    let (text, _) = head(&server, &old).await;
    let note: Note = text.parse().unwrap();
    assert_eq!(note.signatures.len(), 2);
    assert_eq!(note.verify(&both).unwrap().len(), 2, "both verify");
    assert_eq!(note.verify(&both[1..]).unwrap().len(), 1, "who knows only the new one verifies too");
    let before = bytes(&server, Some("council"), "/log/proof/9").await;
    server.terminate();

    assert_eq!(log(data.path(), &["retire", "00000000"]).status.code(), Some(3));
    let retired = log(data.path(), &["retire", &id(&both[0])]);
    assert!(retired.status.success(), "{}", said(&retired));
    assert_eq!(keys_of(data.path()), both[1..]);
    assert_eq!(log(data.path(), &["retire", &id(&both[1])]).status.code(), Some(3), "the last one stays");

    let server = Server::on(data.path(), &[]);
    server.issue_directive("D-AFTER").await;
    let (text, _) = head(&server, &both[1..]).await;
    assert!(text.parse::<Note>().unwrap().verify(&old).is_err(), "the retired key signs no longer");
    let line = server.ask("council", "{ ledger { event(position: 9) { line } } }", serde_json::Value::Null).await;
    let leaf = tahavol_ledger::merkle::leaf_hash(line["data"]["ledger"]["event"]["line"].as_str().unwrap().as_bytes());
    let receipt: tahavol_ledger::merkle::receipt::Receipt = String::from_utf8(before).unwrap().parse().unwrap();
    receipt.verify(leaf, &old).expect("what the old key has signed stays verifiable with it");
}
