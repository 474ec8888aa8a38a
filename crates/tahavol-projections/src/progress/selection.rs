//! Which milestones count for a question, and where each stands on its day under the chosen baseline.

use std::cell::OnceCell;

use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_domain::{initiative, milestone};

use super::completion::complete_since;
use super::subject::Subject;
use super::{BaselineKind, Query};
use crate::Snapshot;
use crate::rows::{MilestonePlan, MilestoneRow};

pub(super) struct Selection<'a> {
    pub(super) counting: Vec<Entry<'a>>,
    /// Told beside; under the original baseline they count as well.
    pub(super) cancelled: Vec<Cancelled<'a>>,
}

/// A milestone that counts.
pub(super) struct Entry<'a> {
    pub(super) row: &'a MilestoneRow,
    pub(super) weight: u32,
    pub(super) horizon: Horizon,
    pub(super) subject: Subject,
    since: OnceCell<Date>,
}

/// A milestone that left the plan.
pub(super) struct Cancelled<'a> {
    pub(super) commission: &'a CommissionSlug,
    pub(super) horizon: Horizon,
    pub(super) weight: u64,
}

impl<'a> Selection<'a> {
    pub(super) fn of(snapshot: &'a Snapshot, query: &Query) -> Selection<'a> {
        let mut selection = Selection { counting: Vec::new(), cancelled: Vec::new() };
        for row in snapshot.milestones.values() {
            let baseline = baseline(&row.plan, query.baseline);
            if row.life.counts_since.is_none() || !asked_for(query, &row.plan, baseline) {
                continue;
            }
            let cancelled = is_cancelled(snapshot, row);
            if cancelled {
                let (commission, horizon, weight) = (&row.plan.commission, baseline.horizon, baseline.weight.into());
                selection.cancelled.push(Cancelled { commission, horizon, weight });
            }
            if !cancelled || query.baseline == BaselineKind::Original {
                selection.counting.push(Entry::of(snapshot, row, baseline, query.status_date));
            }
        }
        selection
    }
}

impl<'a> Entry<'a> {
    fn of(snapshot: &Snapshot, row: &'a MilestoneRow, baseline: &Baseline, on: Date) -> Entry<'a> {
        let standing = row.figures(snapshot, on);
        let subject = Subject {
            weight: baseline.weight.into(),
            starts: baseline.starts,
            due: baseline.due,
            binary: is_binary(&row.plan.current.measure),
            reported: standing.reported,
            verified: standing.verified,
            claimed: standing.claimed,
            last_fact: standing.last_fact,
        };
        Entry { row, weight: baseline.weight, horizon: baseline.horizon, subject, since: OnceCell::new() }
    }

    /// The first day of the unbroken run up to `on` on which it is reported complete. Asked only where it is complete on
    /// `on`, the day it was evaluated for.
    pub(super) fn complete_since(&self, snapshot: &Snapshot, on: Date) -> Date {
        *self.since.get_or_init(|| complete_since(snapshot, self.row, on))
    }
}

/// A milestone that counts has an original baseline.
fn baseline(plan: &MilestonePlan, kind: BaselineKind) -> &Baseline {
    match kind {
        BaselineKind::Current => &plan.current,
        BaselineKind::Original => plan.original.as_ref().unwrap_or(&plan.current),
    }
}

fn asked_for(query: &Query, plan: &MilestonePlan, baseline: &Baseline) -> bool {
    query.horizon.is_none_or(|horizon| horizon == baseline.horizon)
        && query.commission.as_ref().is_none_or(|commission| *commission == plan.commission)
        && query.initiative.is_none_or(|initiative| initiative == plan.initiative)
}

/// By its own cancellation, or with its initiative unless it was verified before.
fn is_cancelled(snapshot: &Snapshot, row: &MilestoneRow) -> bool {
    match row.life.phase {
        milestone::Phase::Cancelled => true,
        milestone::Phase::Verified => false,
        milestone::Phase::Planned | milestone::Phase::Claimed => {
            snapshot.initiatives.get(&row.plan.initiative).is_some_and(|initiative| initiative.phase == initiative::Phase::Cancelled)
        }
    }
}

fn is_binary(measure: &Measure) -> bool {
    match measure {
        Measure::Binary => true,
        Measure::Reported | Measure::Steps(_) | Measure::Rollout(_) | Measure::Indicator(_) => false,
    }
}
