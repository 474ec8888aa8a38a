//! `cargo xtask …`: what contributors and CI run. Each step says what it is; the last line is the count of all tests.

mod bench;
mod generate;
mod run;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test             formatting, clippy, documentation, licences, then every test (installs what they need)
cargo xtask generate         rewrites schema/ and docs/EVENTS.md from the code
cargo xtask bench NAME…      one or more of the benchmarks, each beside its control (no name: lists them)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test::all(),
        ["generate"] => generate::run(&root()).and_then(|()| run::write_sdl(&root())),
        ["bench", names @ ..] => bench::run_named(names),
        _ => Err(HELP.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            run::say(&why);
            ExitCode::FAILURE
        }
    }
}

/// The workspace's own folder.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
