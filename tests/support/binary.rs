//! The program under test: the one that cargo has built, built now where it is older than its sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::SystemTime;

/// The path of `tahavol`.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        // This test lies in target/<profile>/deps.
        let test = std::env::current_exe().expect("a process knows its program");
        let profile = test.parent().and_then(Path::parent).expect("tests lie two folders deep");
        let path = profile.join(format!("tahavol{}", std::env::consts::EXE_SUFFIX));
        let built = fs::metadata(&path).and_then(|file| file.modified()).ok();
        if built.is_none_or(|built| newest(&root().join("crates")) > built) {
            build(profile.ends_with("release"));
        }
        path
    })
}

/// Runs the program to its end.
///
/// # Panics
/// When it cannot be started.
pub fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

/// The program, with nothing of this process's configuration. Tests ask as fast as they can, and so does it answer, unless a test
/// sets a limit itself.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(path());
    command
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .env("TAHAVOL_LOG__LEVEL", "warn")
        .env("TAHAVOL_WIRE__REQUESTS_PER_SECOND", "0");
    command
}

/// The work tree.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn build(release: bool) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "tahavol-server", "--bin", "tahavol"]).current_dir(root());
    if release {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo starts").success(), "the program does not build");
}

fn newest(folder: &Path) -> SystemTime {
    let entries = fs::read_dir(folder).expect("the sources are there").map(|entry| entry.expect("an entry").path());
    let of = |path: PathBuf| {
        if path.is_dir() {
            newest(&path)
        } else if path.extension().is_some_and(|ending| ["rs", "ftl", "sql", "css", "js"].iter().any(|known| ending == *known)) {
            fs::metadata(&path).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
        } else {
            SystemTime::UNIX_EPOCH
        }
    };
    entries.map(of).max().unwrap_or(SystemTime::UNIX_EPOCH)
}
