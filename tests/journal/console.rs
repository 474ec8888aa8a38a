//! The journal at the command line, beside a running server.

use std::fs;
use std::process::Output;

use serde_json::json;
use tahavol_tests::server::{DIRECTIVE, Server, directive};
use tahavol_tests::{binary, data};

use super::{entries, entry, of_kind};

fn journal(server: &Server, more: &[&str]) -> Output {
    let path = server.data.display().to_string();
    binary::run(&[&["journal"], more, &["--data", &path]].concat())
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn it_is_read_in_persian_with_solar_hijri_days_and_in_english() {
    let server = Server::of(data::founded());
    server.ask("auditor", DIRECTIVE, directive("D-910")).await;
    let told = entry(&server.data, "the refused directive", of_kind("command_refused", "auditor"));
    let day = &told["at"].as_str().unwrap()[..10];

    let english = text(&journal(&server, &["--kind", "command_refused", "--lang", "en"]));
    assert!(english.contains("command refused") && english.contains(day) && english.contains("code=NOT_PERMITTED"), "{english}");
    let persian = text(&journal(&server, &["--actor", "auditor", "--lang", "fa"]));
    assert!(persian.contains("فرمان رد شد") && !persian.contains(day), "{persian}");
    assert!(persian.contains("۱۴"), "a year of the Solar Hijri calendar: {persian}");
    let number = told["number"].as_u64().unwrap();
    let later = text(&journal(&server, &["--after", &number.to_string(), "--kind", "command_refused", "--json"]));
    assert_eq!(later, "");
    let whole = text(&journal(&server, &["verify", "--lang", "en"]));
    assert!(whole.contains("is whole"), "{whole}");
}

#[test]
fn a_kind_that_does_not_exist_is_told_with_those_that_do() {
    let directory = data::founded();
    let path = directory.path().display().to_string();
    let output = binary::run(&["journal", "--kind", "nonsense", "--lang", "en", "--data", &path]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("sign_in_failed") && error.contains("nonsense"), "{error}");
}

#[test]
fn looking_at_a_directory_without_a_journal_makes_none() {
    let empty = tempfile::tempdir().unwrap();
    let path = empty.path().display().to_string();
    assert_eq!(entries(empty.path()), Vec::<serde_json::Value>::new());
    assert!(binary::run(&["journal", "verify", "--data", &path]).status.success());
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn accounts_and_tokens_of_the_console_are_told() {
    let directory = data::founded();
    let path = directory.path().display().to_string();
    for arguments in [
        vec!["account", "add", "maryam", "--name", "Maryam"],
        vec!["account", "disable", "maryam"],
        vec!["token", "add", "--as", "council", "--label", "x", "--read-only"],
    ] {
        let done = binary::run(&[arguments.clone(), vec!["--data", &path]].concat());
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    for kind in ["account_added", "account_disabled", "token_made"] {
        assert_eq!(
            entry(directory.path(), kind, |entry| entry["kind"] == kind && entry["details"]["by"] == "console")["actor"],
            json!(null)
        );
    }
}

#[test]
fn an_import_is_told_with_its_file_and_what_came_of_it() {
    let directory = data::founded();
    let path = directory.path().display().to_string();
    let file = directory.path().join("stations.csv");
    let header = "code,kind,name_fa,province,networked,annual_visits,annual_cases\n";
    fs::write(&file, format!("{header}90001,office,ایستگاه,IR-99,yes,1,1\n")).unwrap();
    let file = file.display().to_string();
    let output = binary::run(&["import", &file, "--as", "administrator", "--lang", "en", "--data", &path]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let told = entry(directory.path(), "the import", of_kind("imported", "administrator"));
    assert_eq!((&told["details"]["what"], &told["details"]["rows"]), (&json!("refused"), &json!("1")));
    assert_eq!(told["details"]["file"].as_str().unwrap().len(), 64);
}
