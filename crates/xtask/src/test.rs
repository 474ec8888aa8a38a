//! Everything that must hold before a change is taken: formatting, lints, documentation, licences, tests.

use crate::run::{have, run, say, watch};

/// Runs all checks; the tests come last, and their count is the last line.
///
/// # Errors
/// The first check that fails; the tests run to their end before they fail.
pub(crate) fn all() -> Result<(), String> {
    run("cargo", &["fmt", "--all", "--check"], &[])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"], &[])?;
    run("cargo", &["doc", "--workspace", "--no-deps", "--document-private-items"], &[("RUSTDOCFLAGS", "-D warnings")])?;
    licences()?;
    install()?;
    tests()
}

/// cargo-deny's licences, bans and sources need no network; advisories need a database and are left out here.
fn licences() -> Result<(), String> {
    if have("cargo", "deny") || have("cargo-deny", "--version") {
        return run("cargo", &["deny", "--offline", "check", "licenses", "bans", "sources"], &[]);
    }
    say("SKIPPED: cargo deny is not installed here (cargo install cargo-deny)");
    Ok(())
}

/// What the tests drive that is not Rust: a browser from the system's packages; the conformance audits of GraphQL over HTTP, the
/// Node client of KurrentDB, axe-core and an identity provider from npm; KurrentDB's Python client and the fuzzer of GraphQL from
/// PyPI, into one environment in the build directory.
fn install() -> Result<(), String> {
    browser();
    if have("npm", "--version") {
        for folder in ["tests/graphql-http", "tests/kurrent-clients", "tests/axe", "tests/oidc-provider"] {
            run("npm", &["ci", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel", "error"], &[])?;
        }
    } else {
        say(
            "SKIPPED: npm is not here, so the audits of GraphQL over HTTP, KurrentDB's Node client, axe-core and an identity provider will not run (apt-get install npm)",
        );
    }
    let folder = "target/python";
    if !have("python3", "--version") || run("python3", &["-m", "venv", folder], &[]).is_err() {
        say(
            "SKIPPED: python3 with venv is not here, so KurrentDB's Python client and the fuzzer will not run (apt-get install python3-venv)",
        );
        return Ok(());
    }
    let [clients, fuzzer] = ["tests/kurrent-clients/requirements.txt", "tests/fuzz/requirements.txt"];
    let install = ["-m", "pip", "install", "--quiet", "--requirement", clients, "--requirement", fuzzer];
    run(&format!("{folder}/bin/python3"), &install, &[])
}

/// Chromium and its driver, installed where they are missing and can be; the suite of the pages says itself what it does not run.
fn browser() {
    if have("chromedriver", "--version") && have("chromium", "--version") {
        return;
    }
    say("chromium and chromedriver are not here; installing Debian's packages chromium and chromium-driver");
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    let installed = run("apt-get", &["update", "--quiet"], &quiet)
        .and_then(|()| run("apt-get", &["install", "--yes", "--quiet", "--no-install-recommends", "chromium", "chromium-driver"], &quiet));
    if let Err(why) = installed {
        say(&format!("SKIPPED: pages in a real browser need chromium and chromium-driver, which could not be installed ({why})"));
    }
}

fn tests() -> Result<(), String> {
    let (mut passed, mut failed, mut skipped) = (0_u32, 0_u32, 0_u32);
    let all_ran = watch("cargo", &["test", "--workspace", "--all-features", "--no-fail-fast"], |line| {
        if let Some(result) = line.trim().strip_prefix("test result: ") {
            passed += count(result, "passed");
            failed += count(result, "failed");
            skipped += count(result, "ignored");
        }
        skipped += u32::from(line.starts_with("SKIPPED"));
    })?;
    say(&format!("{passed} passed, {failed} failed, {skipped} skipped"));
    if all_ran && failed == 0 && passed > 0 { Ok(()) } else { Err("the tests failed".to_owned()) }
}

/// The number that stands before the word in a summary of libtest.
fn count(result: &str, word: &str) -> u32 {
    result
        .split([';', '.'])
        .filter_map(|part| part.trim().strip_suffix(word))
        .filter_map(|number| number.rsplit(' ').find(|part| !part.is_empty())?.parse::<u32>().ok())
        .sum()
}
