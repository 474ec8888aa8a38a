//! The same facts under two plans: what a decision on the plan changes in the figures, by the one arithmetic there is.

use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_domain::{initiative, milestone};

use crate::Snapshot;
use crate::progress::{BaselineKind, Progress, matrix};
use crate::rows::{MilestoneRow, Verdict};

/// A cell of the matrix whose figures differ; no horizon is all horizons, no commission is all commissions.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    pub horizon: Option<Horizon>,
    pub commission: Option<CommissionSlug>,
    /// Without contributions.
    pub before: Progress,
    pub after: Progress,
}

/// The cells that differ between two pictures on one day, in the order of the matrix, and how many there are in all.
#[must_use]
pub fn moved(before: &Snapshot, after: &Snapshot, on: Date, baseline: BaselineKind) -> (Vec<Moved>, usize) {
    let (old, new) = (matrix(before, on, baseline), matrix(after, on, baseline));
    let cells = new.len();
    let pairs = old.into_iter().zip(new).filter(|(old, new)| old.progress != new.progress);
    let moved =
        pairs.map(|(old, new)| Moved { horizon: new.horizon, commission: new.commission, before: old.progress, after: new.progress });
    (moved.collect(), cells)
}

/// What is known in one picture, held against what was promised in an earlier one: weights, dates, horizons, measures, what counted
/// and what had not been cancelled. The first promises stay what they are.
#[must_use]
pub fn under_plan_of(facts: &Snapshot, plan: &Snapshot) -> Snapshot {
    let mut under = facts.clone();
    for (id, row) in &facts.milestones {
        under.milestones.insert(*id, Arc::new(promised_then(row, plan.milestones.get(id).map(AsRef::as_ref))));
    }
    for (id, row) in &facts.initiatives {
        let cancelled_then = plan.initiatives.get(id).is_some_and(|then| then.phase == initiative::Phase::Cancelled);
        if row.phase == initiative::Phase::Cancelled && !cancelled_then {
            // Whatever else it was, its milestones counted.
            let mut open = row.as_ref().clone();
            open.phase = initiative::Phase::Approved;
            under.initiatives.insert(*id, Arc::new(open));
        }
    }
    under
}

fn promised_then(row: &MilestoneRow, then: Option<&MilestoneRow>) -> MilestoneRow {
    let mut under = row.clone();
    let Some(then) = then.filter(|then| then.life.counts_since.is_some()) else {
        Arc::make_mut(&mut under.life).counts_since = None;
        return under;
    };
    if then.plan.current != row.plan.current {
        under.promise(Baseline::clone(&then.plan.current), then.plan.scope.clone(), then.plan.scope_weight);
    }
    let cancelled = |row: &MilestoneRow| row.life.phase == milestone::Phase::Cancelled;
    if cancelled(then) && !cancelled(row) {
        let life = Arc::make_mut(&mut under.life);
        life.cancelled.clone_from(&then.life.cancelled);
        life.phase = milestone::Phase::Cancelled;
    }
    if cancelled(row) && !cancelled(then) {
        let life = Arc::make_mut(&mut under.life);
        life.cancelled = None;
        life.phase = match row.life.claims.last().map(|claim| claim.verdict.as_ref().map(|(verdict, _)| *verdict)) {
            Some(None) => milestone::Phase::Claimed,
            Some(Some(Verdict::Verified)) => milestone::Phase::Verified,
            Some(Some(Verdict::Refused)) | None => milestone::Phase::Planned,
        };
    }
    under
}
