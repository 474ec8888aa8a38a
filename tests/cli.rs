//! The command line, as a person or a script uses it.

#[path = "cli/byhand.rs"]
mod byhand;
#[path = "cli/damaged.rs"]
mod damaged;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/destroy.rs"]
mod destroy;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/look.rs"]
mod look;
#[path = "cli/refused.rs"]
mod refused;
#[path = "cli/replaying.rs"]
mod replaying;
#[path = "cli/search.rs"]
mod search;

use std::path::Path;
use std::process::Output;

use tahavol_tests::binary;

/// Runs a command on a data directory.
fn on(data: &Path, arguments: &[&str]) -> Output {
    let data = data.display().to_string();
    binary::run(&[arguments, &["--data", &data]].concat())
}

/// What was printed by a command that succeeded.
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// What was said beside.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
