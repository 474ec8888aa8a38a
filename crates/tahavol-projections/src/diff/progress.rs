//! How figures changed between two pictures and two days: what time did by itself, and what became known.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::{CommissionSlug, Horizon};

use super::Scope;
use crate::Snapshot;
use crate::progress::{BaselineKind, Cell, Progress, Query, matrix, milestone_progress, progress};

/// The figures of one group of milestones in three steps. Without contributions.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgressChange {
    /// None: all of them.
    pub horizon: Option<Horizon>,
    pub commission: Option<CommissionSlug>,
    /// The earlier picture on its status date.
    pub before: Progress,
    /// The earlier picture on the later status date: from `before` to here, time alone went by.
    pub by_time: Progress,
    /// The later picture on the later status date: from `by_time` to here, it is because of events.
    pub after: Progress,
}

/// Those groups of the scope whose figures changed: every horizon × commission of the programme or of one commission, the
/// horizons of an initiative, or the milestone alone.
#[must_use]
pub fn progress_changes(
    (from, from_day): (&Snapshot, Date),
    (to, to_day): (&Snapshot, Date),
    scope: &Scope,
    baseline: BaselineKind,
) -> Vec<ProgressChange> {
    if from_day == to_day && from.position == to.position {
        return Vec::new();
    }
    let before = cells(from, from_day, scope, baseline);
    let by_time = if from_day == to_day { before.clone() } else { cells(from, to_day, scope, baseline) };
    let after = cells(to, to_day, scope, baseline);
    let mut found = Vec::new();
    for cell in after {
        let of = |cells: &[Cell], day| {
            let same = cells.iter().find(|other| other.horizon == cell.horizon && other.commission == cell.commission);
            // The earlier picture may not know the commission yet.
            same.map_or_else(|| nothing(from, day, baseline), |same| same.progress.clone())
        };
        let (before, by_time) = (of(&before, from_day), of(&by_time, to_day));
        if before != cell.progress || by_time != cell.progress {
            found.push(ProgressChange { horizon: cell.horizon, commission: cell.commission, before, by_time, after: cell.progress });
        }
    }
    found
}

fn cells(snapshot: &Snapshot, day: Date, scope: &Scope, baseline: BaselineKind) -> Vec<Cell> {
    match scope {
        Scope::Programme => matrix(snapshot, day, baseline),
        Scope::Commission(slug) => {
            let mut cells = matrix(snapshot, day, baseline);
            cells.retain(|cell| cell.commission.as_ref() == Some(slug));
            cells
        }
        Scope::Initiative(id) => {
            let horizons = Horizon::ALL.into_iter().map(Some).chain([None]);
            let of = |horizon| {
                let query = Query { status_date: day, baseline, horizon, commission: None, initiative: Some(*id) };
                Cell { horizon, commission: None, progress: Progress { contributions: Vec::new(), ..progress(snapshot, &query) } }
            };
            horizons.map(of).collect()
        }
        Scope::Milestone(id) => {
            let progress = milestone_progress(snapshot, *id, day, baseline);
            vec![Cell { horizon: None, commission: None, progress }]
        }
    }
}

/// The figures of a group without milestones.
fn nothing(snapshot: &Snapshot, day: Date, baseline: BaselineKind) -> Progress {
    let nobody = Some(CommissionSlug(String::new()));
    progress(snapshot, &Query { status_date: day, baseline, horizon: None, commission: nobody, initiative: None })
}
