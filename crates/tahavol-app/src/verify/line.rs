//! One line: what is stored beside it, its canonical form, its leaf, and whether it is an event of this program.

use serde_json::Value;
use tahavol_domain::calendar::Instant;
use tahavol_domain::fact::{DecodeError, Fact, MAX_LINE, canonical, decode, encode};
use tahavol_ledger::StoredColumns;
use tahavol_ledger::merkle::tile::{TILE, bundle, entries_path, unbundle};
use tahavol_ledger::merkle::{Hash, leaf_hash};
use uuid::Uuid;

use super::batch::Batch;
use super::chain::Link;
use super::fault::{Fault, Kind};
use super::source::{Held, Source};

/// What a batch has shown, up to its first wrong line.
pub(super) struct Examined {
    pub(super) leaves: Vec<Hash>,
    /// The first line whose stored leaf is not its hash.
    pub(super) wrong_stored_leaf: Option<u64>,
    /// What the next steps need of each line; none of a quick check.
    pub(super) links: Vec<Result<Link, Fault>>,
    pub(super) wrong: Option<Fault>,
    pub(super) differing_entry: Option<(u64, String)>,
    pub(super) bytes: u64,
}

pub(super) fn examine(source: &dyn Source, batch: &Batch, size: u64, quick: bool) -> Examined {
    let leaves = Vec::with_capacity(batch.len());
    let mut found = Examined { leaves, wrong_stored_leaf: None, links: Vec::new(), wrong: None, differing_entry: None, bytes: 0 };
    let examined = (0..batch.len()).try_for_each(|index| {
        let (position, held) = (batch.first + index as u64, batch.get(index));
        let leaf = leaf_of(position, held)?;
        if found.wrong_stored_leaf.is_none() && held.leaf.is_some_and(|stored| stored != leaf) {
            found.wrong_stored_leaf = Some(position);
        }
        if !quick {
            found.links.push(link(position, held)?);
        }
        found.leaves.push(leaf);
        found.bytes += held.line.len() as u64 + 1;
        Ok(())
    });
    match examined.and_then(|()| differing_entry(source, batch, size)) {
        Ok(differing) => found.differing_entry = differing,
        Err(fault) => found.wrong = Some(fault),
    }
    found
}

fn leaf_of(position: u64, held: Held<'_>) -> Result<Hash, Fault> {
    if held.position.is_some_and(|stored| u64::try_from(stored) != Ok(position)) {
        return Err(Fault::at(Kind::Gap, position, "verify-position-missing", []));
    }
    if held.line.len() > MAX_LINE {
        return Err(Fault::at(Kind::Canonical, position, "verify-line-long", []));
    }
    Ok(leaf_hash(held.line))
}

/// The outer fault ends the check at once; the inner one is told when it is its turn, after the signatures.
fn link(position: u64, held: Held<'_>) -> Result<Result<Link, Fault>, Fault> {
    let read = decode(held.line);
    if let (Ok(fact), Some(columns)) = (&read, &held.columns) {
        as_stored(position, fact, columns)?;
    }
    match read {
        // What the fact is written as is canonical, so a line that is the same needs no further look.
        Ok(fact) if encode(&fact).is_ok_and(|line| line == held.line) => Ok(match against_schema(&fact) {
            None => Ok(Link::of(position, fact)),
            Some((field, found)) => {
                Err(Fault::at(Kind::Schema, position, "verify-envelope", [("field", field.to_owned()), ("found", found)]))
            }
        }),
        Ok(_) => {
            let value = canonical_value(position, held.line)?;
            Ok(Err(out_of_form(position, &value).unwrap_or_else(|| Fault::at(Kind::Schema, position, "verify-line-other", []))))
        }
        Err(error) => {
            let value = canonical_value(position, held.line)?;
            Ok(Err(out_of_form(position, &value).unwrap_or_else(|| undecodable(position, &error))))
        }
    }
}

/// A member whose schema asks for more than reading it does.
fn against_schema(fact: &Fact) -> Option<(&'static str, String)> {
    let said = &fact.envelope;
    let name = &said.actor_name;
    if name.trim().is_empty() || name.chars().any(|letter| letter.is_control() || overrides_direction(letter)) {
        return Some(("actorname", name.escape_unicode().take(120).collect()));
    }
    (!is_origin(&said.origin)).then(|| ("origin", said.origin.escape_debug().take(120).collect()))
}

/// `^(graphql|web|cli|import:[0-9a-f]{64}#.+)$`
fn is_origin(origin: &str) -> bool {
    let import = || origin.strip_prefix("import:").and_then(|file| file.split_once('#'));
    matches!(origin, "graphql" | "web" | "cli")
        || import().is_some_and(|(digest, row)| {
            let digest = digest.len() == 64 && digest.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
            digest && !row.is_empty() && !row.chars().any(char::is_control)
        })
}

/// With these a name can be shown as another.
fn overrides_direction(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn as_stored(position: u64, fact: &Fact, columns: &StoredColumns<'_>) -> Result<(), Fault> {
    let said = &fact.envelope;
    let column = if columns.id != said.id.0.as_bytes() {
        "id"
    } else if columns.stream != said.stream {
        "stream"
    } else if u64::try_from(columns.revision) != Ok(said.revision) {
        "revision"
    } else if columns.event_type != fact.event.event_type() {
        "type"
    } else {
        return Ok(());
    };
    Err(Fault::at(Kind::Columns, position, "verify-column", [("column", column.to_owned())]))
}

/// What the line says, if it is in the one form (RFC 8785) that says it.
fn canonical_value(position: u64, line: &[u8]) -> Result<Value, Fault> {
    let wrong = |key| Fault::at(Kind::Canonical, position, key, []);
    let value: Value = serde_json::from_slice(line).map_err(|_| wrong("verify-line-json"))?;
    match canonical(&value) {
        Ok(again) if again == line && value.is_object() && !has_null(&value) => Ok(value),
        Ok(_) => Err(wrong("verify-line-form")),
        Err(_) => Err(wrong("verify-line-number")),
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
    }
}

/// A member that must hold from line to line and is none of what it should be: that is told before the schema.
fn out_of_form(position: u64, value: &Value) -> Option<Fault> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let wrong = |key, found: &str| Some(Fault::at(Kind::Gap, position, key, [("found", found.to_owned())]));
    let uuid = |text: &str| Uuid::parse_str(text).is_ok_and(|uuid| uuid.to_string() == text);
    if let Some(source) = text("source")
        && !source.strip_prefix("urn:uuid:").is_some_and(uuid)
    {
        return wrong("verify-source", source);
    }
    if let Some(id) = ["id", "commandid"].into_iter().filter_map(text).find(|id| !uuid(id)) {
        return wrong("verify-id", id);
    }
    if let Some(time) = text("time")
        && !Instant::parse(time).is_ok_and(|instant| serde_json::to_value(instant).is_ok_and(|again| again == time))
    {
        return wrong("verify-time", time);
    }
    match value.get("basis") {
        Some(Value::Number(basis)) if basis.as_u64().is_none_or(|basis| basis >= position) => wrong("verify-basis", &basis.to_string()),
        _ => None,
    }
}

fn undecodable(position: u64, error: &DecodeError) -> Fault {
    match error {
        DecodeError::Malformed(error) => Fault::at(Kind::Schema, position, "verify-event-form", [("what", error.to_string())]),
        DecodeError::UnknownType { event_type } => {
            Fault::at(Kind::Schema, position, "verify-event-unknown", [("type", event_type.clone())])
        }
        DecodeError::UnknownVersion { dataschema, .. } => {
            Fault::at(Kind::Schema, position, "verify-event-unknown", [("type", dataschema.clone())])
        }
    }
}

/// Where a bundle of entries first says something else than the lines.
fn differing_entry(source: &dyn Source, batch: &Batch, size: u64) -> Result<Option<(u64, String)>, Fault> {
    let covered = usize::try_from(size.saturating_sub(batch.first)).unwrap_or(usize::MAX).min(batch.len());
    let tile = TILE as usize;
    for start in (0..covered).step_by(tile) {
        let first = batch.first + start as u64;
        let (number, width) = (first / TILE, (size - first).min(TILE) as u16);
        let Some(held) = source.entries(number, width)? else { return Ok(None) };
        let lines = start..covered.min(start + tile);
        let too_short = lines.len() < usize::from(width);
        if !too_short && held == bundle(lines.clone().map(|index| batch.line(index))) {
            continue;
        }
        let entries = match unbundle(&held) {
            Ok(entries) => entries,
            Err(cut) => unbundle_first(&held, cut.complete),
        };
        let same = lines.clone().zip(&entries).take_while(|(index, entry)| batch.line(*index) == **entry).count();
        // All lines that are there may be right and only too few; then the size tells.
        if same < lines.len() || !too_short {
            return Ok(Some((first + same as u64, entries_path(number, width))));
        }
    }
    Ok(None)
}

/// The whole entries of a bundle that is cut off in one.
fn unbundle_first(mut bytes: &[u8], complete: usize) -> Vec<&[u8]> {
    let mut entries = Vec::with_capacity(complete);
    while let Some((length, rest)) = bytes.split_first_chunk::<2>()
        && let Some((entry, rest)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
    {
        entries.push(entry);
        bytes = rest;
    }
    entries
}
