//! The demonstration: the same for the same seed and day, and gone on with on the same data.

use tahavol_tests::binary;
use tahavol_tests::data::{self, TODAY};
use tahavol_tests::server::Server;
use uuid::Uuid;

use crate::{on, printed, said};

#[test]
fn the_same_seed_and_day_make_the_same_lines_and_another_seed_makes_others() {
    let lines = |more: &[&str]| printed(&on(data::made(more).path(), &["export", "events"]));
    let first = lines(&["--seed", "7"]);
    assert!(first.lines().count() > 4_000);
    assert_eq!(first, lines(&["--seed", "7"]));
    assert_ne!(first, lines(&["--seed", "8"]));
}

#[tokio::test]
async fn a_second_start_goes_on_with_what_is_there() {
    let directory = data::founded();
    {
        let server = Server::on(directory.path(), &[]);
        server.issue_directive("AGAIN-1").await;
    }
    let before = printed(&on(directory.path(), &["export", "events"]));
    let again = printed(&on(directory.path(), &["demo", "--no-serve"]));
    assert!(again.contains("council "), "{again}");
    assert_eq!(printed(&on(directory.path(), &["export", "events"])), before);
    let other = on(directory.path(), &["demo", "--no-serve", "--seed", "5"]);
    assert_eq!(other.status.code(), Some(3), "{}", said(&other));
}

/// Whichever id the configuration names, the history is played on the programme that was founded under it; and what was begun
/// there is gone on with, also when nobody names it any more.
#[test]
fn a_demonstration_is_played_under_the_id_that_is_named() {
    let named = Uuid::new_v4();
    let source = format!("\"source\":\"urn:uuid:{named}\"");
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("data");
    let demo = |more: &[&str], variable: Option<String>| {
        let data = directory.display().to_string();
        let mut command = binary::command(&[&["demo", "--data", &data, "--no-serve"], more].concat());
        command.envs(variable.map(|programme| ("TAHAVOL_PROGRAMME", programme)));
        printed(&command.output().expect("it starts and ends"));
    };
    demo(&["--today", TODAY, "--no-history"], Some(named.to_string()));
    let exported = || printed(&on(&directory, &["export", "events"]));
    let founded = exported();

    let file = directory.join("demo.toml");
    let asked = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, asked.replace("history = false", "history = true").replace("complete = true", "complete = false")).unwrap();
    demo(&[], None);
    let played = exported();
    assert!(played.starts_with(&founded) && played.lines().count() > 4_000);
    assert!(played.lines().all(|line| line.contains(&source)), "all of it is of the one programme");
}

#[test]
fn everybody_has_a_password_and_a_token_that_only_the_owner_of_the_data_can_read() {
    let directory = data::founded();
    let told = printed(&on(directory.path(), &["demo", "--no-serve"]));
    for office in
        ["council", "inspector", "auditor", "administrator", "chair:technology", "secretary:training", "member:support", "reporter:IR-07"]
    {
        assert!(told.lines().any(|line| line.starts_with(&format!("{office} "))), "{office}");
    }
    assert!(told.contains(&data::password(directory.path(), "council")) && !told.contains(&data::token(directory.path(), "council")));
    #[cfg(unix)]
    {
        for file in ["people.toml", "identity.sqlite"] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&directory.path().join(file).metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }
}

#[test]
fn a_demonstration_says_that_it_is_one_and_ends_on_its_day() {
    let directory = data::with_history();
    let table = printed(&on(directory.path(), &["progress", "--lang", "en"]));
    assert!(table.contains("SIMULATION"), "{table}");
    let last = printed(&on(directory.path(), &["export", "events"])).lines().last().unwrap().to_owned();
    let line: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert!(line["time"].as_str().unwrap() < format!("{TODAY}T24").as_str(), "{last}");
}

#[test]
fn a_ledger_that_is_no_demonstration_is_left_alone() {
    let directory = data::founded();
    std::fs::remove_file(directory.path().join("demo.toml")).unwrap();
    let refused = on(directory.path(), &["demo", "--no-serve"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(said(&refused).contains("no demonstration"));
}
