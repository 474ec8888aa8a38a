//! Data directories to begin with: the demonstration, made once for each process and copied for each test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::binary;

/// The day of every demonstration of the tests.
pub const TODAY: &str = "2026-11-23";

/// A data directory in a folder of its own, so that what belongs beside it (the log's key, the copy of its head) goes with it.
pub struct Data {
    folder: TempDir,
    path: PathBuf,
}

impl Data {
    fn new() -> Data {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("data");
        Data { folder, path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A founded programme of its own, to which nothing has happened yet.
pub fn founded() -> Data {
    static MADE: OnceLock<Data> = OnceLock::new();
    copied(MADE.get_or_init(|| made(&["--no-history"])))
}

/// The same after eighteen months.
pub fn with_history() -> Data {
    static MADE: OnceLock<Data> = OnceLock::new();
    copied(MADE.get_or_init(|| made(&[])))
}

/// A demonstration made from nothing.
///
/// # Panics
/// When it cannot be made.
pub fn made(more: &[&str]) -> Data {
    let directory = Data::new();
    let path = directory.path().display().to_string();
    let arguments = [&["demo", "--data", &path, "--today", TODAY, "--no-serve"], more].concat();
    let output = binary::run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    directory
}

/// The token of a person of a demonstration.
///
/// # Panics
/// When there is no such person.
pub fn token(directory: &Path, actor: &str) -> String {
    of_person(directory, actor, "token")
}

/// What a person of a demonstration signs in with.
///
/// # Panics
/// When there is no such person.
pub fn password(directory: &Path, actor: &str) -> String {
    of_person(directory, actor, "password")
}

fn of_person(directory: &Path, actor: &str, key: &str) -> String {
    let people = fs::read_to_string(directory.join("people.toml")).expect("the people file");
    let entries = people.split("[[people]]");
    let entry = entries.into_iter().find(|entry| entry.contains(&format!("actor = \"{actor}\""))).expect("the person is there");
    let line = entry.lines().find_map(|line| line.strip_prefix(&format!("{key} = \""))).expect("the person has one");
    line.trim_end_matches('"').to_owned()
}

/// A token of its own, as the command line makes it: `new_token(directory, "council", &["--read-only"])`.
///
/// # Panics
/// When it cannot be made.
pub fn new_token(directory: &Path, actor: &str, more: &[&str]) -> String {
    let path = directory.display().to_string();
    let output = binary::run(&[&["token", "add", "--as", actor, "--label", "test", "--data", &path], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The private key that signs a demonstration's log, as its file has it.
///
/// # Panics
/// When there is none.
pub fn log_key(directory: &Path) -> String {
    let path = format!("{}-log.key", directory.display());
    fs::read_to_string(path).expect("the demonstration has a key").trim().to_owned()
}

fn copied(from: &Data) -> Data {
    let directory = Data::new();
    copy(from.folder.path(), directory.folder.path());
    directory
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the directory is there") {
        let entry = entry.expect("an entry").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a copy");
        }
    }
}
