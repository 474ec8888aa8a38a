//! The whole table of who may do and read what, against the program as it runs: every mutation, field, subscription and address.

#[path = "policy/can.rs"]
mod can;
#[path = "policy/commands.rs"]
mod commands;
#[path = "policy/duties.rs"]
mod duties;
#[path = "policy/fields.rs"]
mod fields;
#[path = "policy/governing.rs"]
mod governing;
#[path = "policy/open.rs"]
mod open;
#[path = "policy/reads.rs"]
mod reads;
#[path = "policy/rest.rs"]
mod rest;
#[path = "policy/rows.rs"]
mod rows;
#[path = "policy/world.rs"]
mod world;

use serde_json::Value;

/// Everybody in office. Things lie in the commission `technology` and in the province IR-13; the others of their kind are there to
/// be kept out.
const OFFICIALS: [&str; 12] = [
    "council",
    "chair.technology",
    "secretary.technology",
    "member.technology",
    "chair.training",
    "secretary.support",
    "member.training",
    "inspector",
    "reporter.IR-13",
    "reporter.IR-07",
    "administrator",
    "auditor",
];

/// Recognised, and in no office: one who never was, and one who was in offices of every kind, a lent one too, and is in none now.
const WITHOUT_OFFICE: [&str; 2] = ["newcomer", "released"];

/// Not recognised: who shows nothing, who shows what nobody gave, and whose account is barred though every office is hers.
const UNKNOWN: [&str; 3] = ["nobody", "forger", "barred"];

const COUNCIL: &[&str] = &["council"];
const COMMISSION: &[&str] = &["chair.technology", "secretary.technology", "member.technology"];
const CHAIR: &[&str] = &["chair.technology"];
const INSPECTOR: &[&str] = &["inspector"];
const REPORTER: &[&str] = &["reporter.IR-13"];
const COMMISSION_AND_REPORTER: &[&str] = &["chair.technology", "secretary.technology", "member.technology", "reporter.IR-13"];
const ADMINISTRATOR: &[&str] = &["administrator"];
const AUDITOR: &[&str] = &["auditor"];

/// The codes of an answer's errors outside of payloads.
fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or_default()).collect()
}
