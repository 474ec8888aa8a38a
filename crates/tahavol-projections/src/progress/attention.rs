//! What to look at first: what is overdue, what nobody has spoken of lately, and where the plan is missed by most.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::MilestoneId;

use super::selection::{Entry, Selection};
use super::{Contribution, Query, contribution};
use crate::Snapshot;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attention {
    /// Longest first.
    pub overdue: Vec<Overdue>,
    /// Longest silent first.
    pub stale: Vec<Stale>,
    /// Milestones behind their plan, largest gap first.
    pub gaps: Vec<Contribution>,
}

/// Past its due date and not reported complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    pub milestone: MilestoneId,
    pub code: String,
    /// Under the chosen baseline.
    pub due: Date,
    /// From the due date to the status date.
    pub days: i32,
}

/// Started, without a standing claim and without a dated fact on the status date or the 29 days before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub milestone: MilestoneId,
    pub code: String,
    pub last_fact: Option<Date>,
    /// From the last fact to the status date; from the start where there was never any.
    pub days: i32,
}

/// Equals are listed by code.
#[must_use]
pub fn attention(snapshot: &Snapshot, query: &Query) -> Attention {
    let on = query.status_date;
    let mut entries = Selection::of(snapshot, query).counting;
    entries.sort_by(|a, b| a.row.plan.code.cmp(&b.row.plan.code));
    let mut overdue: Vec<Overdue> = entries.iter().filter(|entry| entry.subject.is_overdue(on)).map(|entry| overdue(entry, on)).collect();
    let mut stale: Vec<Stale> = entries.iter().filter(|entry| entry.subject.is_stale(on)).map(|entry| stale(entry, on)).collect();
    let behind = entries.iter().filter(|entry| entry.subject.gap(on) > 0);
    let mut gaps: Vec<Contribution> = behind.map(|entry| contribution(snapshot, entry, on)).collect();
    overdue.sort_by_key(|row| std::cmp::Reverse(row.days));
    stale.sort_by_key(|row| std::cmp::Reverse(row.days));
    gaps.sort_by_key(|row| std::cmp::Reverse(row.gap));
    Attention { overdue, stale, gaps }
}

fn overdue(entry: &Entry<'_>, on: Date) -> Overdue {
    let plan = &entry.row.plan;
    Overdue { milestone: plan.id, code: plan.code.clone(), due: entry.subject.due, days: entry.subject.due.days_until(on) }
}

fn stale(entry: &Entry<'_>, on: Date) -> Stale {
    let plan = &entry.row.plan;
    let last_fact = entry.subject.last_fact;
    let days = last_fact.unwrap_or(entry.subject.starts).days_until(on);
    Stale { milestone: plan.id, code: plan.code.clone(), last_fact, days }
}
