//! Commands that only look: they work beside a running server and leave nothing behind.

use serde_json::Value;
use tahavol_tests::binary::{self, root};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{on, printed, said};

#[test]
fn help_reads_like_a_page() {
    let help = printed(&binary::run(&["--help"]));
    for part in ["demo", "serve", "import", "progress", "export", "replay", "schema", "doctor", "completions", "Exit codes", "Examples"] {
        assert!(help.contains(part), "{part} is missing in\n{help}");
    }
    for command in ["demo", "serve", "import", "progress", "export", "replay", "schema", "doctor", "completions"] {
        assert!(printed(&binary::run(&[command, "--help"])).contains("Usage: tahavol"), "{command}");
    }
    assert!(printed(&binary::run(&["completions", "bash"])).contains("_tahavol"));
}

#[tokio::test]
async fn what_only_looks_works_beside_a_running_server_and_leaves_nothing_behind() {
    let directory = data::with_history();
    let files = || {
        let mut names: Vec<_> =
            std::fs::read_dir(directory.path().join("snapshots")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    let server = Server::on(directory.path(), &[]);
    let position = server.issue_directive("BESIDE-1").await["data"]["directiveIssue"]["position"].as_u64().unwrap();
    let events = printed(&on(directory.path(), &["export", "events"]));
    assert_eq!(events.lines().count() as u64, position + 1);
    assert!(events.lines().last().unwrap().contains("BESIDE-1"));
    for command in [&["progress"][..], &["replay"], &["doctor"]] {
        printed(&on(directory.path(), command));
    }
    assert_eq!(files(), before);
}

#[test]
fn the_table_is_in_either_language() {
    let directory = data::with_history();
    let english = printed(&on(directory.path(), &["progress", "--lang", "en"]));
    assert!(english.contains("Planned") && english.contains('█') && english.contains('%'), "{english}");
    let persian = printed(&on(directory.path(), &["progress", "--lang", "fa"]));
    assert!(persian.contains("برنامه") && persian.contains('٪') && persian.contains('۱'), "{persian}");
    assert!(!persian.contains('%'));
}

#[test]
fn json_tells_every_horizon_and_commission_with_the_facts_behind_the_figures() {
    let directory = data::with_history();
    let list = |more: &[&str]| -> Vec<Value> {
        let printed = printed(&on(directory.path(), &[&["progress", "--json"], more].concat()));
        serde_json::from_str(&printed).unwrap()
    };
    let told = list(&[]);
    assert_eq!(told.len(), 4 * 8);
    let all = told.last().unwrap();
    assert_eq!((&all["horizon"], &all["commission"]), (&Value::Null, &Value::Null));
    assert_eq!(all["contributions"].as_array().unwrap().len() as u64, all["milestones"].as_u64().unwrap());
    assert!(all["contributions"].as_array().unwrap().iter().any(|part| !part["events"].as_array().unwrap().is_empty()));
    assert!(all["bac"].is_string() && all["spiT"].as_str().unwrap().split_once('.').unwrap().1.len() == 4);
    // An earlier picture, and an earlier day of today's picture.
    let earlier = list(&["--as-of", "3500"]);
    assert_eq!(earlier[0]["position"], 3_500);
    let day = list(&["--status-date", "1405/01/01"]);
    assert_eq!((&day[0]["statusDate"], &day[0]["position"]), (&Value::from("2026-03-21"), &all["position"]));
    let instant = list(&["--as-of", "2026-01-01T00:00:00Z"]);
    assert!(instant[0]["position"].as_u64() < all["position"].as_u64());
    let end_of_day = list(&["--as-of", "1404/10/11"]);
    let last_moment = list(&["--as-of", "2026-01-01T23:59:59.999999+03:30"]);
    assert_eq!((&end_of_day[0], &end_of_day[0]["statusDate"]), (&last_moment[0], &Value::from("2026-01-01")));
    let original = list(&["--baseline", "original"]);
    assert_eq!(original[0]["baseline"], "ORIGINAL");
}

#[test]
fn a_replay_leads_to_the_picture_that_is_kept() {
    let directory = data::with_history();
    let told = printed(&on(directory.path(), &["replay", "--lang", "en"]));
    assert!(told.contains("events a second") && told.contains("same as the kept picture"), "{told}");
    let digest = told.lines().find(|line| line.starts_with("digest")).unwrap().split_whitespace().nth(1).unwrap();
    assert_eq!(digest.len(), 64);
    // Without what is kept it is the same, and nothing is said to have been compared.
    std::fs::remove_dir_all(directory.path().join("snapshots")).unwrap();
    let alone = printed(&on(directory.path(), &["replay", "--lang", "en"]));
    assert!(alone.contains(digest) && alone.contains("nothing was kept to compare with") && !alone.contains("same as"), "{alone}");
    assert!(printed(&on(directory.path(), &["replay", "--lang", "fa"])).contains("نگه داشته نشده"));
}

#[test]
fn lines_are_exported_as_they_were_appended_from_any_position() {
    let directory = data::founded();
    let all = printed(&on(directory.path(), &["export", "events"]));
    let out = directory.path().join("events.jsonl");
    printed(&on(directory.path(), &["export", "events", "--out", out.to_str().unwrap()]));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), all);
    let rest = printed(&on(directory.path(), &["export", "events", "--after", "9"]));
    assert_eq!(rest, all.lines().skip(10).map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn the_schemas_are_those_that_are_published() {
    let published = |path: &str| std::fs::read_to_string(root().join("schema").join(path)).unwrap();
    // Not told when they differ: they are long, and another test shows where.
    assert!(printed(&binary::run(&["schema", "graphql"])) == published("tahavol.graphql"), "run `cargo xtask generate`");
    let directory = tempfile::tempdir().unwrap();
    printed(&binary::run(&["schema", "events", "--out", directory.path().to_str().unwrap()]));
    let name = "milestone.progress_reported.v1.json";
    let written: Value = serde_json::from_str(&std::fs::read_to_string(directory.path().join(name)).unwrap()).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(&published(&format!("events/{name}"))).unwrap());
    assert!(
        serde_json::from_str::<Value>(&printed(&binary::run(&["schema", "events"])))
            .unwrap()
            .get("milestone.progress_reported.v1")
            .is_some()
    );
}

#[test]
fn the_doctor_finds_a_line_that_was_changed_and_a_file_that_is_missing() {
    let directory = data::with_history();
    assert!(!printed(&on(directory.path(), &["doctor"])).contains("BROKEN"));
    std::fs::remove_dir_all(directory.path().join("evidence/files")).unwrap();
    let missing = on(directory.path(), &["doctor"]);
    assert_eq!(missing.status.code(), Some(5), "{}", said(&missing));
    // One letter of one event, behind the back of the database.
    let path = directory.path().join("ledger.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(24).rposition(|window| window == b"milestone.progress_repor").unwrap();
    let line = at + bytes[at..].iter().position(|byte| *byte == b'{').unwrap() + 20;
    bytes[line] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let changed = on(directory.path(), &["doctor"]);
    assert_eq!(changed.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&changed.stdout).contains("BROKEN   ledger"), "{}", String::from_utf8_lossy(&changed.stdout));
}
