//! Every rule has one code, and every refusal is provoked by a test of the aggregate or policy that it belongs to.

#![expect(clippy::disallowed_methods, reason = "the test compares files of the work tree; the domain itself touches none")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tahavol_domain::Rule;

/// Rules that are decided above the domain, where they are tested: they need the ledger, the clock's kind or the evidence store.
const ABOVE_THE_DOMAIN: &[Rule] = &[
    Rule::CommandIdReused,
    Rule::OtherProgramme,
    Rule::Conflict,
    Rule::LineTooLong,
    Rule::ClockNotSimulated,
    Rule::EvidenceMissing,
    Rule::EvidenceInvalid,
];

#[test]
fn every_rule_has_a_code_of_its_own_in_capitals() {
    let mut by_code: BTreeMap<&str, Vec<Rule>> = BTreeMap::new();
    for rule in Rule::ALL {
        assert!(rule.code().bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{rule:?}: {}", rule.code());
        by_code.entry(rule.code()).or_default().push(*rule);
    }
    by_code.retain(|_, rules| rules.len() > 1);
    assert!(by_code.is_empty(), "{by_code:?}");
}

/// `Rule::ALL` is written by hand, so it is compared with the enum's own text.
#[test]
fn every_rule_is_in_the_list_of_all() {
    let source = fs::read_to_string(sources().join("refusal.rs")).expect("the source is there");
    let (_, body) = source.split_once("pub enum Rule {").expect("the enum stands there");
    let (body, _) = body.split_once('}').expect("the enum ends");
    let variants: BTreeSet<String> = body
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_suffix(','))
        .filter(|line| !line.starts_with("//"))
        .map(str::to_owned)
        .collect();
    let listed: BTreeSet<String> = Rule::ALL.iter().map(|rule| format!("{rule:?}")).collect();
    assert_eq!(variants, listed);
}

#[test]
fn every_refusal_is_provoked_by_a_test() {
    let tests: Vec<String> =
        files(&sources()).iter().filter(|path| is_test(path)).map(|path| fs::read_to_string(path).expect("the source is there")).collect();
    assert!(!tests.is_empty());
    let provoked: BTreeSet<&str> = tests.iter().flat_map(|text| mentioned(text)).collect();
    let unprovoked: Vec<_> = Rule::ALL
        .iter()
        .filter(|rule| !ABOVE_THE_DOMAIN.contains(rule))
        .map(|rule| format!("{rule:?}"))
        .filter(|rule| !provoked.contains(rule.as_str()))
        .collect();
    assert!(unprovoked.is_empty(), "no test mentions {unprovoked:?}");
}

#[test]
fn what_needs_no_test_here_is_not_decided_here() {
    let decided: Vec<String> = files(&sources())
        .iter()
        .filter(|path| !path.ends_with("refusal.rs"))
        .map(|path| fs::read_to_string(path).expect("the source is there"))
        .collect();
    let decided: BTreeSet<&str> = decided.iter().flat_map(|text| mentioned(text)).collect();
    let here: Vec<_> = ABOVE_THE_DOMAIN.iter().filter(|rule| decided.contains(format!("{rule:?}").as_str())).collect();
    assert!(here.is_empty(), "{here:?}");
}

/// The variants that stand after `Rule::` in the text.
fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    text.split("Rule::").skip(1).map(|rest| rest.split(|character: char| !character.is_ascii_alphanumeric()).next().unwrap_or_default())
}

/// `tests.rs`, `tests_….rs` and whatever lies in a folder `tests`.
fn is_test(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("tests"));
    named || path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "tests")
}

/// Every file in the folder and the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("the folder can be read").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
