//! What the auditors' page says can be checked with openssl alone can be.

use std::fs;
use std::process::{Command, Output};

use tahavol_tests::{binary, data};
use tempfile::TempDir;

use crate::{on, printed};

/// A folder with line, receipt and key of an event, as an auditor would put them there.
fn folder(data: &data::Data, position: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let exported = match position.checked_sub(1) {
        None => printed(&on(data.path(), &["export", "events"])),
        Some(before) => printed(&on(data.path(), &["export", "events", "--after", &before.to_string()])),
    };
    fs::write(folder.path().join("line.json"), exported.lines().next().unwrap()).unwrap();
    let receipt = printed(&on(data.path(), &["log", "receipt", &position.to_string()]));
    fs::write(folder.path().join("receipt.tlog-proof"), receipt).unwrap();
    fs::write(folder.path().join("log.vkey"), printed(&on(data.path(), &["log", "keys"]))).unwrap();
    folder
}

fn check(folder: &TempDir) -> Output {
    let script = binary::root().join("docs/verifier/by-hand.sh").canonicalize().unwrap();
    Command::new("sh").arg(script).current_dir(folder.path()).output().expect("a shell starts")
}

#[test]
fn a_receipt_is_checked_by_hand() {
    let data = data::founded();
    let last = printed(&on(data.path(), &["export", "events"])).lines().count() as u64 - 1;
    for position in [0, 1, 255, 256, 1_023, 2_048, last - 1, last] {
        let output = check(&folder(&data, position));
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("Verified"), "{position}: {told} {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_line_that_was_changed_and_a_key_of_somebody_else_are_found_by_hand() {
    let data = data::founded();
    let sound = folder(&data, 77);
    let line = sound.path().join("line.json");
    let text = fs::read_to_string(&line).unwrap();
    fs::write(&line, text.replacen("administrator", "administratoR", 1)).unwrap();
    assert!(!check(&sound).status.success());
    fs::write(&line, text).unwrap();
    assert!(check(&sound).status.success());
    let receipt = sound.path().join("receipt.tlog-proof");
    let text = fs::read_to_string(&receipt).unwrap();
    for other in [76, 78, 7, 4_095, 100_000] {
        fs::write(&receipt, text.replacen("index 77\n", &format!("index {other}\n"), 1)).unwrap();
        assert!(!check(&sound).status.success(), "at {other}");
    }
    fs::write(&receipt, text).unwrap();
    let key = sound.path().join("log.vkey");
    let vkey = fs::read_to_string(&key).unwrap();
    let flipped: String = vkey
        .trim_end()
        .chars()
        .rev()
        .enumerate()
        .map(|(n, c)| {
            if n == 10 && c != 'A' {
                'A'
            } else if n == 10 {
                'B'
            } else {
                c
            }
        })
        .collect();
    fs::write(&key, flipped.chars().rev().collect::<String>()).unwrap();
    assert!(!check(&sound).status.success());
    // While keys are changed there are two, and one is enough.
    let other = fs::read_to_string(&key).unwrap();
    fs::write(&key, format!("{other}\n{vkey}")).unwrap();
    assert!(check(&sound).status.success());
}
