//! The destruction of an evidence file by order: what it takes, what it leaves, and that a crash in between changes nothing.

use std::path::{Path, PathBuf};

use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{on, printed, said};

/// Digest and path of the first file that an event refers to.
fn a_file(data: &Path) -> (String, PathBuf) {
    let listed = printed(&on(data, &["evidence", "list"]));
    let digest = listed.split_whitespace().next().expect("an event refers to a file").to_owned();
    let path = data.join(format!("evidence/files/{}/{digest}", &digest[..2]));
    assert!(path.exists());
    (digest, path)
}

fn destroy<'a>(digest: &'a str, confirm: &'a str, actor: &'a str) -> Vec<&'a str> {
    vec!["evidence", "destroy", digest, "--confirm", confirm, "--order", "دادنامه ۱۲", "--reason", "به دستور دادگاه", "--as", actor]
}

#[test]
fn a_file_is_not_destroyed_by_a_slip() {
    let directory = data::with_history();
    let (digest, path) = a_file(directory.path());
    let other = "0".repeat(64);
    for (arguments, code) in [
        (destroy(&digest, &other, "administrator"), 3),
        (destroy(&other, &other, "administrator"), 3),
        (destroy(&digest, &digest, "council"), 3),
        (destroy(&digest, &digest, "auditor"), 3),
        (destroy(&digest[..12], &digest[..12], "administrator"), 2),
        (vec!["evidence", "destroy", &digest, "--order", "x", "--reason", "x", "--as", "administrator"], 2),
        (vec!["evidence", "destroy", &digest, "--confirm", &digest, "--order", "x", "--reason", "x"], 2),
    ] {
        let refused = on(directory.path(), &arguments);
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {}", said(&refused));
        assert!(path.exists());
    }
}

#[tokio::test]
async fn what_was_destroyed_leaves_a_scar_and_does_not_come_back_after_a_crash() {
    let directory = data::with_history();
    let (digest, path) = a_file(directory.path());
    let content = std::fs::read(&path).unwrap();
    let told = printed(&on(directory.path(), &destroy(&digest, &digest, "administrator")));
    assert!(told.contains(&digest), "{told}");
    assert!(!path.exists());
    let listed = printed(&on(directory.path(), &["evidence", "list"]));
    assert!(listed.lines().any(|line| line.starts_with(&digest) && line.contains("DESTROYED") && line.contains("دادنامه ۱۲")), "{listed}");
    let again = printed(&on(directory.path(), &destroy(&digest, &digest, "administrator")));
    assert!(again.contains("پیش‌تر"), "{again}");
    printed(&on(directory.path(), &["doctor"]));
    // As if the process had died between the event and the file.
    std::fs::write(&path, content).unwrap();
    let server = Server::of(directory);
    let fetched = server.get(&format!("/evidence/{digest}")).bearer_auth(server.token("council")).send().await.unwrap();
    assert_eq!(fetched.status(), 410);
    while path.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
