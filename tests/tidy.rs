//! What holds for the source as text: first lines, lengths, crate edges, leftovers, links, and the map of the architecture.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The longest a source file may be. A longer one has two subjects.
const MOST_LINES: usize = 450;

/// Which of our crates each of our crates may depend on, and, in its own tests, which more.
const EDGES: &[(&str, &[&str], &[&str])] = &[
    ("tahavol-domain", &[], &[]),
    ("tahavol-projections", &["domain"], &[]),
    ("tahavol-ledger", &[], &["ledger"]),
    ("tahavol-ledger-kurrentdb", &["ledger"], &[]),
    ("tahavol-app", &["domain", "projections", "ledger"], &[]),
    ("tahavol-identity", &["domain"], &[]),
    ("tahavol-graphql", &["app", "domain", "projections", "identity"], &["ledger"]),
    ("tahavol-web", &["app", "domain", "projections", "identity"], &["ledger"]),
    ("tahavol-server", &["app", "domain", "projections", "ledger", "ledger-kurrentdb", "identity", "graphql", "web"], &[]),
    ("tahavol-tests", &["ledger"], &["app", "domain", "projections", "ledger", "ledger-kurrentdb", "identity", "graphql", "web", "server"]),
    ("xtask", &["domain"], &[]),
];

#[test]
fn every_source_file_begins_by_saying_what_it_is_for() {
    let silent = sources().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    none(silent.map(|(path, _)| path), "do not begin with `//! `");
}

#[test]
fn no_source_file_has_two_subjects() {
    let long = sources().into_iter().map(|(path, text)| (path, text.lines().count())).filter(|(_, lines)| *lines > MOST_LINES);
    none(long.map(|(path, lines)| format!("{path} ({lines} lines)")), "are longer than 450 lines");
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let leftovers = [
        concat!("to", "do!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
        concat!("db", "g!("),
        concat!("unimple", "mented!("),
    ];
    let found = sources().into_iter().flat_map(|(path, text)| {
        let hits = leftovers.into_iter().filter(|leftover| text.contains(leftover)).map(|leftover| format!("{path}: {leftover}"));
        hits.collect::<Vec<_>>()
    });
    none(found, "are left over");
}

#[test]
fn nothing_speaks_of_the_machine_it_was_written_on() {
    let machine = [concat!("../sha", "red"), concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];
    let found = texts().into_iter().flat_map(|(path, text)| {
        let hits = machine.into_iter().filter(|place| text.contains(place)).map(|place| format!("{path}: {place}"));
        hits.collect::<Vec<_>>()
    });
    none(found, "name places of one machine");
}

#[test]
fn the_crates_depend_on_each_other_as_the_architecture_says() {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = text_of(&package["name"]);
        let Some((_, may, may_in_tests)) = EDGES.iter().find(|(known, _, _)| *known == name) else {
            wrong.push(format!("{name} has no line in the table of edges"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("a list") {
            let Some(other) = text_of(&dependency["name"]).strip_prefix("tahavol-").map(str::to_owned) else { continue };
            let in_tests = dependency["kind"] == "dev";
            let allowed = may.contains(&other.as_str()) || in_tests && may_in_tests.contains(&other.as_str());
            if !allowed {
                wrong.push(format!("{name} → {other}"));
            }
        }
    }
    none(wrong, "are edges that the architecture does not have");
}

#[test]
fn every_member_has_the_lints_version_and_licence_of_the_workspace() {
    let inherited = [
        "[lints]\nworkspace = true",
        "version.workspace = true",
        "edition.workspace = true",
        "rust-version.workspace = true",
        "license.workspace = true",
        "publish.workspace = true",
    ];
    let mut missing = Vec::new();
    for package in packages() {
        let path = text_of(&package["manifest_path"]);
        let manifest = fs::read_to_string(&path).expect("cargo has read it just now");
        missing.extend(
            inherited.iter().filter(|line| !manifest.contains(**line)).map(|line| format!("{}: {line:?}", text_of(&package["name"]))),
        );
    }
    none(missing, "are not inherited");
}

/// Suites are listed by hand, so one that nobody lists would never run.
#[test]
fn every_suite_and_every_benchmark_is_run() {
    let manifest = fs::read_to_string(root().join("tests/Cargo.toml")).expect("this suite is listed in it");
    let listed = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.trim_end_matches(".rs");
        manifest.contains(&format!("path = \"{}\"", path.trim_start_matches("tests/")))
            || manifest.contains(&format!("[[bench]]\nname = \"{stem}\""))
    };
    let suites = sources().into_iter().map(|(path, _)| path).filter(|path| path.starts_with("tests/"));
    let top = suites.filter(|path| matches!(path.trim_start_matches("tests/").split('/').collect::<Vec<_>>()[..], [_] | ["benches", _]));
    none(top.filter(|path| !listed(path)), "are not listed in tests/Cargo.toml");
}

#[test]
fn the_pure_crates_forbid_clocks_randomness_and_the_environment() {
    for name in ["tahavol-domain", "tahavol-projections"] {
        let path = root().join("crates").join(name).join("clippy.toml");
        let rules = fs::read_to_string(&path).unwrap_or_default();
        for method in ["std::time::SystemTime::now", "std::time::Instant::now", "std::env::var", "uuid::Uuid::now_v7"] {
            assert!(rules.contains(method), "{name}/clippy.toml does not forbid {method}");
        }
    }
}

#[test]
fn every_relative_link_of_the_documents_leads_somewhere() {
    let documents = texts().into_iter().filter(|(path, _)| path.ends_with(".md"));
    let dead = documents.flat_map(|(path, text)| {
        let folder = root().join(&path).parent().expect("a file lies in a folder").to_owned();
        let dead = links(&text).into_iter().filter(|target| !folder.join(target).exists());
        dead.map(|target| format!("{path} → {target}")).collect::<Vec<_>>()
    });
    none(dead, "lead nowhere");
}

#[test]
fn every_document_is_reached_from_the_readme() {
    let documents: Vec<(String, String)> = texts().into_iter().filter(|(path, _)| path.ends_with(".md")).collect();
    let mut reached = BTreeSet::from(["README.md"]);
    let mut next = vec!["README.md"];
    while let Some(from) = next.pop() {
        let (_, text) = documents.iter().find(|(path, _)| path == from).expect("it was found by the walk");
        // Linked, or at least named by its path.
        let folder = root().join(from).parent().expect("a file lies in a folder").to_owned();
        let linked: Vec<PathBuf> = links(text).iter().filter_map(|target| folder.join(target).canonicalize().ok()).collect();
        for (path, _) in &documents {
            let here = root().join(path).canonicalize().expect("it was found by the walk");
            if (linked.contains(&here) || text.contains(path.as_str())) && reached.insert(path) {
                next.push(path);
            }
        }
    }
    let lost = documents.iter().filter(|(path, _)| path.starts_with("docs/") && !reached.contains(path.as_str()));
    none(lost.map(|(path, _)| path.clone()), "are named nowhere");
}

#[test]
fn the_one_minute_map_names_files_and_functions_that_are_there() {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("there is a description of the architecture");
    let rows: Vec<&str> = text.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|')).skip(2).collect();
    assert_eq!(rows.len(), 7, "asked for, permitted, decided, remembered, stored, projected, exposed");
    let mut files = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, file, function, _] = cells[..] else { panic!("a row has four cells: {row}") };
        let path = links(file).into_iter().next().unwrap_or_else(|| panic!("no link to a file in {row}"));
        let source = fs::read_to_string(root().join("docs").join(&path)).unwrap_or_else(|why| panic!("{path}: {why}"));
        let name = function.trim_matches('`');
        let there = source.lines().any(|line| line.contains(&format!("fn {name}(")) || line.contains(&format!("fn {name}<")));
        assert!(there, "{path} has no function `{name}`");
        files.insert(path);
    }
    assert!(files.len() <= 7, "the path of one report crosses at most seven files: {files:?}");
    let of_domain = files.iter().filter(|path| path.contains("/milestone")).count();
    assert!((3..=5).contains(&of_domain), "few of them are about milestones: {files:?}");
}

fn none(found: impl IntoIterator<Item = String>, what: &str) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{} {what}:\n  {}", found.len(), found.join("\n  "));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs these tests, so it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("a list").clone()
}

fn text_of(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Relative targets of the inline links outside of code, without their anchors.
fn links(text: &str) -> Vec<String> {
    let mut in_code = false;
    let mut targets = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for part in line.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                targets.push(target.to_owned());
            }
        }
    }
    targets
}

/// The Rust sources, by their path from the root.
fn sources() -> Vec<(String, String)> {
    texts().into_iter().filter(|(path, _)| path.ends_with(".rs")).collect()
}

/// What people have written here: sources, documents, configuration. Not what others wrote or tools made.
fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root(), "", &mut found);
    assert!(found.len() > 100, "the walk has found the sources");
    found
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) {
    const NOT_OURS: &[&str] = &["target", ".git", "data", "node_modules", "assets", "proptest-regressions"];
    const KINDS: &[&str] = &["rs", "md", "toml", "sql", "graphql", "json", "mjs", "sh", "yml", "ftl"];
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder of the project").map(|entry| entry.expect("it can be listed").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
        let here = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if path.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                walk(&path, &here, found);
            }
        } else if path.extension().is_some_and(|kind| KINDS.contains(&kind.to_string_lossy().as_ref())) && name != "package-lock.json" {
            let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{here}: {why}"));
            found.push((here, text));
        }
    }
}
