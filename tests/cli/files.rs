//! Import: all of a file or nothing, nothing twice, errors by file, row, column and rule.

use std::path::{Path, PathBuf};

use tahavol_tests::binary::{self, root};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{on, printed, said};

fn file(name: &str) -> String {
    root().join("crates/tahavol-app/data").join(name).display().to_string()
}

/// A directory with a file of its own.
fn with(directory: &Path, name: &str, content: &str) -> String {
    let path: PathBuf = directory.join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

fn events(data: &Path) -> usize {
    printed(&on(data, &["export", "events"])).lines().count()
}

const CONFIG: &str =
    "administrator = { id = \"admin\", name = \"Administrator\" }\nfirst_official = { id = \"official\", name = \"Official\" }\n";

#[test]
fn a_programme_is_founded_from_its_files_once() {
    let directory = tempfile::tempdir().unwrap();
    let config = with(directory.path(), "tahavol.toml", CONFIG);
    let (programme, stations) = (file("programme.toml"), file("stations.csv"));
    let data = directory.path().join("data");
    let import = |more: &[&str]| on(&data, &[&["--config", &config, "import", &programme, &stations, "--resolution", "12"], more].concat());
    let dry = printed(&import(&["--dry-run"]));
    assert!(dry.contains("would be recorded"), "{dry}");
    assert!(!data.exists(), "a rehearsal leaves nothing behind");
    printed(&import(&[]));
    let recorded = events(&data);
    assert!(recorded > 3_000, "{recorded}");
    assert!(printed(&import(&[])).starts_with("0 events recorded"));
    assert_eq!(events(&data), recorded);
    let table = printed(&on(&data, &["progress", "--lang", "en"]));
    assert!(!table.contains("SIMULATION"), "{table}");
}

#[test]
fn nothing_of_a_bad_file_is_recorded_and_the_errors_say_where() {
    let directory = data::founded();
    let before = events(directory.path());
    let good = "milestone,effective_on,progress,note_fa\n";
    for (content, place, code) in [
        (format!("{good}NO-SUCH,1405/01/01,10,متن\n"), ":2", "UNKNOWN_MILESTONE"),
        (format!("{good}HRM-1.1,1399/12/31,10,متن\n"), ":2 [effective_on]", "DATE_NO_SOLAR_HIJRI_DAY"),
        ("milestone,effective_on,wrong\nA,1405/01/01,1\n".to_owned(), "wrong", "IMPORT_UNKNOWN_COLUMN"),
        (format!("{good}NO-SUCH,1405/01/01"), ":2", "IMPORT_T"),
    ] {
        let path = with(directory.path(), "reports.csv", &content);
        let refused = on(directory.path(), &["import", &path, "--lang", "en"]);
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
        let text = said(&refused);
        assert!(text.contains("reports.csv") && text.contains(place) && text.contains(code), "{text}");
    }
    assert_eq!(events(directory.path()), before);
}

#[test]
fn a_rehearsal_works_beside_a_running_server_and_records_nothing() {
    let directory = data::founded();
    let reports = with(directory.path(), "reports.csv", "milestone,effective_on,progress,note_fa\nNO-SUCH,1405/01/01,10,متن\n");
    let _server = Server::on(directory.path(), &[]);
    let before = events(directory.path());
    let rehearsed = on(directory.path(), &["import", &file("stations.csv"), "--dry-run"]);
    assert!(printed(&rehearsed).starts_with("0 events would be recorded"), "{}", said(&rehearsed));
    let refused = on(directory.path(), &["import", &reports, "--dry-run"]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert_eq!(events(directory.path()), before);
}

#[test]
fn a_file_that_is_not_there_is_an_error_of_the_file() {
    let directory = data::founded();
    let refused = on(directory.path(), &["import", "/nowhere/reports.csv"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(said(&refused).contains("IMPORT_UNREADABLE"));
    let nobody = binary::run(&["import", "/nowhere/reports.csv", "--data", "/nowhere"]);
    assert_eq!(nobody.status.code(), Some(2), "{}", said(&nobody));
}
