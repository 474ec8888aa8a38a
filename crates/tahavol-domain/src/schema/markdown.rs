//! docs/EVENTS.md: every event by aggregate, with its members and their form, told from the same schemas that are published.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::schema_for;
use serde_json::{Map, Value};

use super::{EventSchema, reference, schemas};
use crate::quantity::Quantity;

const INTRODUCTION: &str = "<!-- Generated from the code by `cargo xtask generate`; do not edit. -->

# Events

Everything that can have happened. Each event is one line of RFC 8785 canonical JSON in CloudEvents form; the tables list what
stands in its `data`. A member with `?` may be left out, and is then absent, never null. A decimal is a string of at most six
places; an integer stays below 2^53; a day is `2019-09-22`.

The JSON Schema of each whole line is `schema/events/<type>.v<version>.json`, and a sample line stands in
`schema/events/samples/`. **A published schema or sample is never edited.** A new optional member keeps the version; a new shape
gets a new version with its own schema, sample and upcaster; a new meaning gets a new type.
";

/// The document as it has to stand in docs/EVENTS.md.
///
/// # Panics
/// When two shapes share a name, which would make the document ambiguous.
#[must_use]
pub fn events_markdown() -> String {
    let mut out = INTRODUCTION.to_owned();
    let schemas = schemas();
    envelope(&mut out, &schemas[0].schema["properties"], &schemas[0].schema["required"]);
    let mut shapes: BTreeMap<String, Value> = BTreeMap::new();
    let mut aggregate = "";
    for EventSchema { event_type, version, schema } in &schemas {
        let (category, _) = event_type.split_once('.').expect("an event type is aggregate.past_participle");
        if category != aggregate {
            aggregate = category;
            write!(out, "\n## {aggregate}\n\n| type | version | what it means | members |\n|---|---|---|---|\n")
                .expect("a string takes all");
        }
        let meaning = schema["description"].as_str().unwrap_or_default();
        writeln!(out, "| `{event_type}` | {version} | {meaning} | {} |", members(&schema["properties"]["data"]))
            .expect("a string takes all");
        for (name, shape) in schema["$defs"].as_object().into_iter().flatten() {
            let known = shapes.entry(name.clone()).or_insert_with(|| shape.clone());
            assert_eq!(known, shape, "two shapes are called {name}");
        }
    }
    out.push_str("\n## Shapes\n\n| name | what it is | form |\n|---|---|---|\n");
    for (name, shape) in &shapes {
        writeln!(out, "| `{name}` | {} | {} |", description(shape), form(shape)).expect("a string takes all");
    }
    out
}

fn envelope(out: &mut String, properties: &Value, required: &Value) {
    out.push_str("\n## Around every payload\n\n| member | what it says |\n|---|---|\n");
    let required: Vec<_> = required.as_array().into_iter().flatten().collect();
    for (name, member) in sorted(properties) {
        if name != "data" {
            let mark = if required.iter().any(|required| *required == name) { "" } else { "?" };
            writeln!(out, "| `{name}`{mark} | {} |", description(member)).expect("a string takes all");
        }
    }
}

/// The members of an object, each with its form: `code` `StationCode`, `note`? `Text`.
fn members(object: &Value) -> String {
    let required: Vec<_> = object["required"].as_array().into_iter().flatten().collect();
    let each = sorted(&object["properties"]).into_iter().map(|(name, member)| {
        let mark = if required.iter().any(|required| *required == name) { "" } else { "?" };
        format!("`{name}`{mark} {}", form(member))
    });
    let members = each.collect::<Vec<_>>().join(", ");
    if members.is_empty() { "none".to_owned() } else { members }
}

/// How a value is written.
fn form(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return format!("`{name}`");
    }
    if let Some(options) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        return options.iter().map(form).collect::<Vec<_>>().join(" or ");
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(literal).collect::<Vec<_>>().join(" or ");
    }
    if let Some(value) = schema.get("const") {
        return literal(value);
    }
    match schema["type"].as_str() {
        Some("string") => string(schema),
        Some("integer") => integer(schema),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => format!("list of {}", form(&schema["items"])),
        Some("object") => format!("{{ {} }}", members(schema)),
        Some(_) | None => "any".to_owned(),
    }
}

fn literal(value: &Value) -> String {
    format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn string(schema: &Value) -> String {
    let decimal = schema_for!(Quantity).to_value();
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("date"), _) => "day".to_owned(),
        (Some("date-time"), _) => "instant".to_owned(),
        (Some("uuid"), _) => "UUID".to_owned(),
        (_, Some(pattern)) if decimal["pattern"] == pattern => "decimal".to_owned(),
        // A bar would end the table's cell.
        (_, Some(pattern)) => format!("string `{}`", pattern.replace('|', "\\|")),
        (_, None) => "string".to_owned(),
    }
}

fn integer(schema: &Value) -> String {
    match (schema["minimum"].as_i64(), schema["maximum"].as_u64()) {
        (Some(least), Some(most)) if most < 1 << 32 => format!("integer {least}–{most}"),
        (Some(least), _) => format!("integer from {least}"),
        (None, _) => "integer".to_owned(),
    }
}

fn description(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}

/// Members by name, whatever order the map keeps.
fn sorted(properties: &Value) -> Vec<(&str, &Value)> {
    let members: Option<&Map<String, Value>> = properties.as_object();
    let mut members: Vec<_> = members.into_iter().flatten().map(|(name, member)| (name.as_str(), member)).collect();
    members.sort_by_key(|(name, _)| *name);
    members
}
