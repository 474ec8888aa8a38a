//! Every horizon × commission at once, with row and column totals: each milestone is evaluated a single time.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::{CommissionSlug, Horizon};

use super::selection::{Cancelled, Entry, Selection};
use super::subject::Subject;
use super::{BaselineKind, Progress, Query, confidence, figures};
use crate::Snapshot;

/// A cell; no horizon is all horizons, no commission is all commissions.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub horizon: Option<Horizon>,
    pub commission: Option<CommissionSlug>,
    /// Without contributions.
    pub progress: Progress,
}

const HORIZONS: [Option<Horizon>; 4] = [Some(Horizon::Short), Some(Horizon::Medium), Some(Horizon::Long), None];

/// Row by row: the horizons in order and then all of them, each with the charter's commissions in order and then all.
#[must_use]
pub fn matrix(snapshot: &Snapshot, status_date: Date, baseline: BaselineKind) -> Vec<Cell> {
    let query = Query { status_date, baseline, horizon: None, commission: None, initiative: None };
    let selection = Selection::of(snapshot, &query);
    let scale = confidence::Scale::of(snapshot);
    let commissions = commissions(snapshot);
    // Looked up once for each milestone: comparing names in every cell costs more than the figures.
    let column = |slug: &CommissionSlug| commissions.iter().position(|commission| *commission == slug);
    let counting: Vec<(Option<usize>, &Entry<'_>)> =
        selection.counting.iter().map(|entry| (column(&entry.row.plan.commission), entry)).collect();
    let cancelled: Vec<(Option<usize>, &Cancelled<'_>)> = selection.cancelled.iter().map(|row| (column(row.commission), row)).collect();
    let mut group: Vec<&Entry<'_>> = Vec::with_capacity(counting.len());
    let mut subjects: Vec<Subject> = Vec::with_capacity(counting.len());
    let mut cells = Vec::with_capacity(HORIZONS.len() * (commissions.len() + 1));
    for horizon in HORIZONS {
        let is_in_row = |of: Horizon| horizon.is_none_or(|horizon| horizon == of);
        let row: Vec<_> = counting.iter().filter(|(_, entry)| is_in_row(entry.horizon)).collect();
        for commission in (0..commissions.len()).map(Some).chain([None]) {
            let is_in_column = |by: Option<usize>| commission.is_none() || commission == by;
            group.clear();
            group.extend(row.iter().filter(|(by, _)| is_in_column(*by)).map(|(_, entry)| *entry));
            subjects.clear();
            subjects.extend(group.iter().map(|entry| entry.subject));
            let mut progress = figures::figures(&subjects, status_date, &scale, || {
                group.iter().map(|entry| entry.complete_since(snapshot, status_date)).max().unwrap_or(status_date)
            });
            let dropped = cancelled.iter().filter(|(by, dropped)| is_in_row(dropped.horizon) && is_in_column(*by));
            progress.cancelled_weight = dropped.map(|(_, dropped)| dropped.weight).sum();
            cells.push(Cell { horizon, commission: commission.map(|column| commissions[column].clone()), progress });
        }
    }
    cells
}

/// The charter's, in its order: a commission not yet established is an empty column.
fn commissions(snapshot: &Snapshot) -> Vec<&CommissionSlug> {
    match &snapshot.programme {
        Some(programme) => programme.charter.commissions.iter().collect(),
        None => snapshot.commissions.keys().collect(),
    }
}
