//! The figures of one milestone by itself.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::MilestoneId;

use super::selection::Selection;
use super::{BaselineKind, MOST_POINTS, Progress, Query, confidence, figures};
use crate::Snapshot;

/// Where one milestone stood on a day, in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MilestonePoint {
    pub on: Date,
    pub planned: Option<u16>,
    pub reported: Option<u16>,
    pub verified: Option<u16>,
}

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

/// The three voices of one milestone at the end of each Solar Hijri month from its start on, and on the day itself; empty where it does
/// not count or has not started.
#[must_use]
pub fn milestone_series(snapshot: &Snapshot, milestone: MilestoneId, until: Date, baseline: BaselineKind) -> Vec<MilestonePoint> {
    let Some(starts) = milestone_progress(snapshot, milestone, until, baseline).starts else { return Vec::new() };
    let mut points = Vec::new();
    let mut on = starts;
    while on <= until && points.len() < MOST_POINTS {
        let progress = milestone_progress(snapshot, milestone, on, baseline);
        points.push(MilestonePoint { on, planned: progress.planned, reported: progress.reported, verified: progress.verified });
        if on == until {
            break;
        }
        let ends = on.last_of_persian_month();
        on = if ends == on { on.plus_days(1).last_of_persian_month() } else { ends }.min(until);
    }
    points
}
