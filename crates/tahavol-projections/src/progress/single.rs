//! The figures of one milestone by itself.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::MilestoneId;

use super::selection::Selection;
use super::{BaselineKind, Progress, Query, confidence, figures};
use crate::Snapshot;

/// As of a group that holds this milestone alone; without figures where it does not count. Without contributions.
#[must_use]
pub fn milestone_progress(snapshot: &Snapshot, milestone: MilestoneId, status_date: Date, baseline: BaselineKind) -> Progress {
    let initiative = snapshot.milestones.get(&milestone).map(|row| row.plan.initiative);
    let query = Query { status_date, baseline, horizon: None, commission: None, initiative };
    let mut selection = Selection::of(snapshot, &query);
    selection.counting.retain(|entry| entry.row.plan.id == milestone);
    let subjects: Vec<_> = selection.counting.iter().map(|entry| entry.subject).collect();
    figures::figures(&subjects, status_date, &confidence::Scale::of(snapshot), || {
        selection.counting.iter().map(|entry| entry.complete_since(snapshot, status_date)).max().unwrap_or(status_date)
    })
}
