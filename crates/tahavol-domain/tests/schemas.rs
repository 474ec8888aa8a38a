//! What is published of the events: generated files stand as the code says, samples keep to their schemas, old lines are still read.

#![expect(clippy::disallowed_methods, reason = "the test compares files of the work tree; the domain itself touches none")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tahavol_domain::fact::{TYPES, decode, encode};
use tahavol_domain::schema::{events_markdown, files, meaning, samples, schemas};

const HINT: &str = "run `cargo xtask generate`";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Names in a folder of the work tree, sorted.
fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|why| panic!("{folder}: {why}; {HINT}"));
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().expect("names are UTF-8"))
        .collect();
    names.sort();
    names
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}; {HINT}"))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn the_generated_files_are_as_the_code_says() {
    for (path, content) in files() {
        assert!(read(&path) == content, "{path} differs; {HINT}");
    }
}

#[test]
fn every_published_file_is_of_a_released_type_and_version() {
    let released = |name: &str| {
        let (event_type, version) = name.strip_suffix(".json").and_then(|stem| stem.rsplit_once(".v")).expect("<type>.v<version>.json");
        let newest = TYPES.iter().find(|(known, _)| *known == event_type).map(|(_, newest)| *newest);
        let version: u32 = version.parse().expect("an integer version");
        newest.is_some_and(|newest| (1..=newest).contains(&version))
    };
    let schemas = names_in("schema/events");
    assert_eq!(schemas, names_in("schema/events/samples"), "every schema has a sample and every sample a schema");
    let strangers: Vec<_> = schemas.into_iter().filter(|name| !released(name)).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

#[test]
fn every_version_of_every_type_is_published() {
    let published = names_in("schema/events");
    let versions = TYPES.iter().flat_map(|(event_type, newest)| (1..=*newest).map(move |version| format!("{event_type}.v{version}.json")));
    let missing: Vec<_> = versions.filter(|name| !published.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}; {HINT}");
}

#[test]
fn every_published_sample_still_decodes_and_keeps_to_its_schema() {
    for name in names_in("schema/events/samples") {
        let text = read(&format!("schema/events/samples/{name}"));
        let line = text.strip_suffix('\n').expect("a sample ends its line");
        decode(line.as_bytes()).unwrap_or_else(|why| panic!("{name}: {why}"));
        let schema = json(&read(&format!("schema/events/{name}")));
        let validator = jsonschema::validator_for(&schema).unwrap_or_else(|why| panic!("{name}: {why}"));
        let broken: Vec<_> = validator.iter_errors(&json(line)).map(|error| error.to_string()).collect();
        assert!(broken.is_empty(), "{name}: {broken:?}");
    }
}

#[test]
fn there_is_one_sample_and_one_meaning_for_every_event_type() {
    let sampled: Vec<_> = samples().iter().map(|fact| fact.event.event_type()).collect();
    let released: Vec<_> = TYPES.iter().map(|(event_type, _)| *event_type).collect();
    assert_eq!(sampled, released);
    let meaningless: Vec<_> = released.into_iter().filter(|event_type| meaning(event_type).is_none()).collect();
    assert!(meaningless.is_empty(), "{meaningless:?}");
}

#[test]
fn a_schema_refuses_null_and_what_it_does_not_know() {
    for (sample, schema) in samples().iter().zip(schemas()) {
        let validator = jsonschema::validator_for(&schema.schema).expect("a schema");
        let line = json(&String::from_utf8(encode(sample).expect("a line")).expect("UTF-8"));
        let spoilt = |spoil: &dyn Fn(&mut Value)| {
            let mut line = line.clone();
            spoil(&mut line);
            !validator.is_valid(&line)
        };
        assert!(spoilt(&|line| line["reason"] = Value::Null), "{}: a null", schema.event_type);
        assert!(spoilt(&|line| line["surprise"] = 1.into()), "{}: an unknown member", schema.event_type);
        assert!(spoilt(&|line| line["data"]["surprise"] = 1.into()), "{}: an unknown member of data", schema.event_type);
        assert!(spoilt(&|line| line["revision"] = (1_u64 << 53).into()), "{}: a large integer", schema.event_type);
        assert!(spoilt(&|line| line["type"] = "other.happened".into()), "{}: another type", schema.event_type);
    }
}

/// The nulls that Rust's options would allow are nowhere, since a line leaves absent members out.
#[test]
fn no_schema_speaks_of_null() {
    for schema in schemas() {
        assert!(!schema.schema.to_string().contains("null"), "{}", schema.event_type);
    }
}

#[test]
fn the_document_names_every_event_and_warns_against_editing_what_is_published() {
    let document = events_markdown();
    for (event_type, _) in TYPES {
        assert!(document.contains(&format!("| `{event_type}` |")), "{event_type}");
    }
    assert!(document.contains("**A published schema or sample is never edited.**"));
}
