//! The figures that are told beside the events, against those that follow from them; and the digest of the whole picture.

use std::collections::BTreeMap;

use serde_json::Value;
use tahavol_projections::Snapshot;

use super::Figures;
use super::fault::{Fault, Kind, Said};
use super::report::Report;
use super::source::Source;

pub(super) fn figures(source: &dyn Source, snapshot: &Snapshot, figures: Figures) -> Result<Said, Fault> {
    let Some(told) = source.told() else { return Ok(Said::new("verify-figures-none", [])) };
    let differs = |group: &str, field: &str, told: &Value, right: &Value| {
        let args = [("group", group.to_owned()), ("field", field.to_owned()), ("told", short(told)), ("right", short(right))];
        Err(Fault::new(Kind::Figures, "verify-figure", args))
    };
    let progress = &told.progress;
    for (field, right) in [("position", Value::from(snapshot.position)), ("statusDate", Value::from(told.status_date.to_string()))] {
        if progress[field] != right {
            return differs("progress.json", field, &progress[field], &right);
        }
    }
    let form = |field: &str| Fault::new(Kind::Figures, "verify-progress-form", [("field", field.to_owned())]);
    if told.whole && progress["digest"].as_str().is_none_or(|digest| digest.len() != 64) {
        return Err(form("digest"));
    }
    let listed = progress["figures"].as_array().ok_or_else(|| form("figures"))?;
    let mut groups = BTreeMap::new();
    for group in listed {
        if groups.insert(name(group), group).is_some() {
            return Err(Fault::new(Kind::Figures, "verify-group", [("group", name(group))]));
        }
    }
    let right = figures(snapshot, told.status_date);
    for right in &right {
        let name = name(right);
        let Some(held) = groups.remove(&name) else { return Err(Fault::new(Kind::Figures, "verify-group", [("group", name)])) };
        if let Some((field, differing)) = first_difference(held, right, told.whole) {
            let args = |more| [vec![("group", name.clone()), ("field", field.clone())], more].concat();
            return match differing {
                Differing::Other(told, right) => differs(&name, &field, told, right),
                Differing::Extra(told) => Err(Fault::new(Kind::Figures, "verify-figure-extra", args(vec![("told", short(told))]))),
                Differing::Lacking(right) => Err(Fault::new(Kind::Figures, "verify-figure-lacks", args(vec![("right", short(right))]))),
            };
        }
    }
    match groups.into_keys().next() {
        Some(group) => Err(Fault::new(Kind::Figures, "verify-group", [("group", group)])),
        None => Ok(Said::new("verify-figures", [("groups", right.len().to_string()), ("date", told.status_date.to_string())])),
    }
}

pub(super) fn digest(source: &dyn Source, snapshot: &Snapshot, report: &mut Report) -> Result<Said, Fault> {
    let digest = snapshot.digest();
    report.digest = Some(digest);
    let found = ("digest", digest.to_string());
    match source.told().and_then(|told| told.progress["digest"].as_str()) {
        None => Ok(Said::new("verify-digest-alone", [found])),
        Some(told) if told == digest.to_string() => Ok(Said::new("verify-digest", [found])),
        Some(told) => Err(Fault::new(Kind::Digest, "verify-digest-differs", [found, ("told", told.to_owned())])),
    }
}

/// What a group of figures is of: baseline, horizon, commission.
fn name(group: &Value) -> String {
    let part = |name: &str| group[name].as_str().unwrap_or("all").to_owned();
    format!("{} × {} × {}", part("baseline"), part("horizon"), part("commission"))
}

/// How a field is not what it should be.
enum Differing<'v> {
    Other(&'v Value, &'v Value),
    /// It is told, and there is no such field.
    Extra(&'v Value),
    /// It is not told.
    Lacking(&'v Value),
}

/// The first field that differs, and how. Of the rows of milestones the one is named.
fn first_difference<'v>(told: &'v Value, right: &'v Value, whole: bool) -> Option<(String, Differing<'v>)> {
    if told == right {
        return None;
    }
    match (told, right) {
        (Value::Object(told), Value::Object(right)) => {
            let due = right.keys().filter(|field| whole || told.contains_key(*field));
            let found = due.chain(told.keys()).find_map(|field| Some((field, differing(told.get(field), right.get(field), whole)?)));
            found.map(|(field, (inner, how))| (format!("{field}{inner}"), how))
        }
        (Value::Array(told), Value::Array(right)) => {
            let rows = (0..told.len().max(right.len())).find_map(|row| {
                let named = right.get(row).or(told.get(row)).and_then(row_name).unwrap_or_else(|| row.to_string());
                Some((named, differing(told.get(row), right.get(row), whole)?))
            });
            rows.map(|(named, (inner, how))| (format!("[{named}]{inner}"), how))
        }
        _ => Some((String::new(), Differing::Other(told, right))),
    }
}

fn differing<'v>(told: Option<&'v Value>, right: Option<&'v Value>, whole: bool) -> Option<(String, Differing<'v>)> {
    match (told, right) {
        (None, None) => None,
        (Some(told), None) => Some((String::new(), Differing::Extra(told))),
        (None, Some(right)) => Some((String::new(), Differing::Lacking(right))),
        (Some(told), Some(right)) => first_difference(told, right, whole).map(|(inner, how)| {
            let inner = if inner.is_empty() || inner.starts_with('[') { inner } else { format!(".{inner}") };
            (inner, how)
        }),
    }
}

/// What a row is of.
fn row_name(row: &Value) -> Option<String> {
    ["milestone", "code", "id"].into_iter().find_map(|field| row[field].as_str()).map(str::to_owned)
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(120).collect()
}
