//! Python: what `cargo xtask test` has installed, and one for the second verifier with the one package that it needs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::binary;

/// The one that `cargo xtask test` makes in the build directory, with what the suites drive; it may not be there.
///
/// # Panics
/// Never: tests lie three folders deep.
pub fn installed() -> PathBuf {
    let test = std::env::current_exe().expect("a process knows its program");
    test.ancestors().nth(3).expect("tests lie three folders deep").join("python/bin/python3")
}

/// A Python that can check signatures; none where it cannot be had, which is said aloud.
pub fn python() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let found = Some(PathBuf::from("python3")).filter(|python| suits(python)).or_else(made);
        if found.is_none() {
            // Past what the test harness keeps to itself.
            let how = "SKIPPED: the second verifier needs python3 with the package `cryptography` (apt-get install python3-cryptography)";
            drop(writeln!(std::io::stdout().lock(), "{how}"));
        }
        found
    });
    found.as_deref()
}

/// Runs the second verifier; none where there is no Python.
///
/// # Panics
/// When it cannot be started.
pub fn verify(bundle: &Path, more: &[&str]) -> Option<Output> {
    let mut command = Command::new(python()?);
    command.arg(binary::root().join("docs/verifier/verify.py")).arg(bundle).args(more).args(["--lang", "en"]);
    Some(command.output().expect("Python starts"))
}

/// An environment of its own with the package.
fn made() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    let place = test.parent()?.parent()?.join("verifier-python");
    let python = place.join("bin/python3");
    if !suits(&python) {
        let ran = |program: &Path, arguments: &[&str]| {
            let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        let place = place.to_str()?;
        if !ran(Path::new("python3"), &["-m", "venv", place]) || !ran(&python, &["-m", "pip", "install", "--quiet", "cryptography"]) {
            return None;
        }
    }
    Some(python).filter(|python| suits(python))
}

fn suits(python: &Path) -> bool {
    let asked = "import sys, cryptography.hazmat.primitives.asymmetric.ed25519; sys.exit(sys.version_info < (3, 9))";
    let status = Command::new(python).args(["-c", asked]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
