//! The transformation document as it stands: what the council has approved, and the digest by which a version is known.

use serde_json::{Value, json};
use sha2::{Digest, Sha256 as Hasher};
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::programme::event::DocumentVersion;
use tahavol_domain::values::Sha256;
use tahavol_domain::{fact, initiative, milestone};

use crate::Snapshot;
use crate::rows::{InitiativeRow, MilestoneRow};

impl Snapshot {
    /// Digest, number of milestones and the number that the next approved version would get, without a resolution; none when the
    /// document binds nothing.
    ///
    /// The digest is the SHA-256 of the canonical JSON of `[{initiative, milestone, weight, baseline: {starts, due, horizon, measure}}]`,
    /// codes naming things, sorted by them, absent members left out.
    #[must_use]
    pub fn document_as_it_stands(&self) -> Option<DocumentVersion> {
        let mut bound: Vec<_> = self
            .milestones
            .values()
            .filter_map(|row| self.initiatives.get(&row.plan.initiative).map(|initiative| (initiative, row)))
            .filter(|(initiative, row)| is_bound(initiative, row))
            .map(|(initiative, row)| (initiative.proposal.code.as_str(), row.plan.code.as_str(), &row.plan.current))
            .collect();
        if bound.is_empty() {
            return None;
        }
        bound.sort_by_key(|(initiative, milestone, _)| (*initiative, *milestone));
        let milestones = u32::try_from(bound.len()).expect("a programme has fewer milestones than that");
        let entries = bound.into_iter().map(|(initiative, milestone, baseline)| entry(initiative, milestone, baseline)).collect();
        let bytes = fact::canonical(&Value::Array(entries)).expect("a baseline came out of a line, whose numbers are all exact");
        let version = self.documents.last().map_or(0, |last| last.0.version) + 1;
        Some(DocumentVersion { version, digest: Sha256(Hasher::digest(&bytes).into()), milestones, resolution: String::new() })
    }
}

/// Counts, is not cancelled, and its initiative was approved and not taken back (docs/decisions/0002).
fn is_bound(initiative: &InitiativeRow, row: &MilestoneRow) -> bool {
    let standing = match initiative.phase {
        initiative::Phase::Approved | initiative::Phase::Suspended | initiative::Phase::Completed => true,
        initiative::Phase::Cancelled => row.life.phase == milestone::Phase::Verified,
        initiative::Phase::Proposed | initiative::Phase::Submitted | initiative::Phase::Returned | initiative::Phase::Rejected => false,
    };
    standing && row.life.counts_since.is_some() && row.life.phase != milestone::Phase::Cancelled
}

fn entry(initiative: &str, milestone: &str, baseline: &Baseline) -> Value {
    let measure = serde_json::to_value(&baseline.measure).expect("a measure is plain data with string keys");
    json!({
        "initiative": initiative,
        "milestone": milestone,
        "weight": baseline.weight,
        "baseline": { "starts": baseline.starts, "due": baseline.due, "horizon": baseline.horizon, "measure": without_nulls(measure) },
    })
}

/// As a line has it: what is absent is left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, member)| !member.is_null()).map(|(name, member)| (name, without_nulls(member))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
