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
        if let Some((field, told, right)) = first_difference(held, right, told.whole) {
            return differs(&name, &field, told, right);
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

fn first_difference<'v>(told: &'v Value, right: &'v Value, whole: bool) -> Option<(String, &'v Value, &'v Value)> {
    if told == right {
        return None;
    }
    let (Value::Object(told_members), Value::Object(right_members)) = (told, right) else { return Some((String::new(), told, right)) };
    let due = right_members.keys().filter(|field| whole || told_members.contains_key(*field));
    let mut fields = due.chain(told_members.keys());
    let field = fields.find(|field| told_members.get(*field) != right_members.get(*field))?;
    Some((field.clone(), &told[field], &right[field]))
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(120).collect()
}
