//! The public description of every event: its JSON Schema, a sample line, and docs/EVENTS.md, all derived from the payload types.

mod envelope;
mod markdown;
mod meanings;
mod samples;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::fact::{TYPES, encode};
use crate::{commission, indicator, initiative, milestone, programme, station};

pub use markdown::events_markdown;
pub use meanings::meaning;
pub use samples::samples;

/// The greatest integer that every reader of JSON tells exactly.
const LARGEST_INTEGER: u64 = (1 << 53) - 1;

/// What a line of one event type and version looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSchema {
    pub event_type: &'static str,
    pub version: u32,
    /// JSON Schema (2020-12) of the whole line.
    pub schema: Value,
}

/// The schema of the newest version of every event type, in the order of [`TYPES`].
#[must_use]
pub fn schemas() -> Vec<EventSchema> {
    let aggregates = [
        ("programme", payloads::<programme::Event>()),
        ("commission", payloads::<commission::Event>()),
        ("initiative", payloads::<initiative::Event>()),
        ("milestone", payloads::<milestone::Event>()),
        ("station", payloads::<station::Event>()),
        ("indicator", payloads::<indicator::Event>()),
    ];
    let schema = |&(event_type, version): &(&'static str, u32)| {
        let (aggregate, _) = event_type.split_once('.').expect("an event type is aggregate.past_participle");
        let (_, payloads) = aggregates.iter().find(|(name, _)| *name == aggregate).expect("every aggregate is listed");
        EventSchema { event_type, version, schema: line_schema(event_type, version, aggregate, payloads) }
    };
    TYPES.iter().map(schema).collect()
}

/// Every generated file, by its path from the root of the work tree. Writing them is not the domain's.
#[must_use]
pub fn files() -> Vec<(String, String)> {
    let mut files = vec![("docs/EVENTS.md".to_owned(), events_markdown())];
    for EventSchema { event_type, version, schema } in schemas() {
        files.push((format!("schema/events/{event_type}.v{version}.json"), pretty(&schema)));
    }
    for sample in samples() {
        let event_type = sample.event.event_type();
        let version = TYPES.iter().find(|(name, _)| *name == event_type).map_or(1, |(_, version)| *version);
        let line = encode(&sample).expect("a sample has small numbers and a short line");
        let line = String::from_utf8(line).expect("JSON is UTF-8");
        files.push((format!("schema/events/samples/{event_type}.v{version}.json"), line + "\n"));
    }
    files
}

/// The schema of an aggregate's event enum, as serde writes it: one object with one member, the type, for each variant.
fn payloads<E: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<E>().to_value();
    tidy(&mut schema);
    schema
}

fn line_schema(event_type: &str, version: u32, aggregate: &str, payloads: &Value) -> Value {
    let variants = payloads["oneOf"].as_array().expect("an event enum has several variants");
    let payload = variants.iter().find_map(|variant| variant["properties"].get(event_type)).expect("every released type is a variant");
    let mut defs = Map::new();
    collect(payload, &payloads["$defs"], &mut defs);
    let mut properties = envelope::members(event_type, version, aggregate);
    properties.insert("data".to_owned(), inlined(payload, &mut defs));
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:tahavol:event:{event_type}:{version}"),
        "title": event_type,
        "description": meaning(event_type),
        "type": "object",
        "properties": properties,
        "required": envelope::REQUIRED,
        "additionalProperties": false,
    });
    if !defs.is_empty() {
        schema["$defs"] = Value::Object(defs);
    }
    schema
}

/// The payload's own definition in place of the reference to it, unless it also refers to itself.
fn inlined(payload: &Value, defs: &mut Map<String, Value>) -> Value {
    let Some(name) = reference(payload) else { return payload.clone() };
    let own = defs.remove(name).expect("the definition was collected");
    let mut others = BTreeSet::new();
    defs.values().for_each(|def| references(def, &mut others));
    assert!(!others.contains(name), "the payload {name} is also a part of another shape");
    own
}

/// The definitions that a schema needs, and no others.
fn collect(schema: &Value, all: &Value, found: &mut Map<String, Value>) {
    let mut names = BTreeSet::new();
    references(schema, &mut names);
    for name in names {
        if !found.contains_key(&name) {
            let def = all[&name].clone();
            found.insert(name, def.clone());
            collect(&def, all, found);
        }
    }
}

fn references(schema: &Value, names: &mut BTreeSet<String>) {
    if let Some(name) = reference(schema) {
        names.insert(name.to_owned());
    }
    match schema {
        Value::Object(members) => members.values().for_each(|member| references(member, names)),
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The definition that a schema refers to.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// What the line's rules add to what the Rust types say: absent members are left out and never null, and an integer stays below 2^53.
fn tidy(schema: &mut Value) {
    without_null(schema);
    match schema {
        Value::Object(members) => {
            if members.get("default") == Some(&Value::Null) {
                members.remove("default");
            }
            if members.get("type") == Some(&Value::from("integer")) {
                // The Rust width is no format that other readers know.
                members.remove("format");
                members.entry("maximum").or_insert_with(|| LARGEST_INTEGER.into());
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_null(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = members.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let null = json!({ "type": "null" });
    if let Some(Value::Array(options)) = members.get_mut("anyOf") {
        options.retain(|option| *option != null);
        if let [Value::Object(only)] = options.as_slice() {
            let only = only.clone();
            members.remove("anyOf");
            // The member's own description says more than its type's.
            only.into_iter().for_each(|(name, member)| {
                members.entry(name).or_insert(member);
            });
        }
    }
}

/// Indented, members sorted whatever order the map keeps, with a newline at the end.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(&sorted(value)).expect("a JSON value always serialises into memory") + "\n"
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            Value::Object(members.into_iter().map(|(name, member)| (name.clone(), sorted(member))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
