//! The members that every line has beside its payload, as JSON Schema.

use schemars::{JsonSchema, schema_for};
use serde_json::{Map, Value, json};

use super::LARGEST_INTEGER;
use crate::calendar::{Date, Instant};
use crate::values::{Office, Sha256};

/// What no line may leave out.
pub(super) const REQUIRED: &[&str] = &[
    "specversion",
    "id",
    "source",
    "subject",
    "type",
    "dataschema",
    "time",
    "revision",
    "actorid",
    "actorname",
    "office",
    "commandid",
    "commanddigest",
    "origin",
    "data",
];

/// Name, form and meaning of each member but `data`.
pub(super) fn members(event_type: &str, version: u32, aggregate: &str) -> Map<String, Value> {
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let key = match aggregate {
        "programme" | "initiative" | "milestone" => uuid,
        _ => "[A-Za-z0-9._@:-]{1,128}",
    };
    let integer = json!({ "type": "integer", "minimum": 0, "maximum": LARGEST_INTEGER });
    let id = json!({ "type": "string", "format": "uuid" });
    let members = [
        ("specversion", json!({ "const": "1.0" }), "version of CloudEvents"),
        ("id", id.clone(), "UUIDv5(command id, stream + `#` + index)"),
        ("source", pattern(&format!("^urn:uuid:{uuid}$")), "the programme"),
        ("subject", pattern(&format!("^{aggregate}-{key}$")), "the stream"),
        ("type", json!({ "const": event_type }), "the event type"),
        ("dataschema", json!({ "const": format!("urn:tahavol:event:{event_type}:{version}") }), "the event type and its version"),
        ("time", of::<Instant>(), "recorded time"),
        ("effectiveon", of::<Date>(), "effective date: the civil day on which it was true"),
        ("revision", integer.clone(), "place in the stream, from 0"),
        ("actorid", json!({ "type": "string" }), "who"),
        ("actorname", json!({ "type": "string" }), "the name of who"),
        ("office", of::<Office>(), "as what"),
        ("commandid", id.clone(), "idempotency key of the command"),
        ("commanddigest", of::<Sha256>(), "SHA-256 of the caller's canonical input and actor id"),
        ("correlationid", id.clone(), "what belongs together"),
        ("causationid", id, "what led to it"),
        ("reason", json!({ "type": "string" }), "why"),
        ("origin", pattern("^(graphql|web|cli|import:[0-9a-f]{64}#.+)$"), "which door it came through"),
        ("basis", integer, "position of the snapshot that the decision looked at; absent on an empty ledger"),
    ];
    let described = members.into_iter().map(|(name, mut form, description)| {
        form["description"] = description.into();
        (name.to_owned(), form)
    });
    described.collect()
}

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// The schema of a value that needs no definitions.
fn of<T: JsonSchema>() -> Value {
    let mut schema = schema_for!(T).to_value();
    if let Value::Object(members) = &mut schema {
        members.remove("$schema");
        members.remove("title");
    }
    schema
}
