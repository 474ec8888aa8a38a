//! The three voices over time: one point for each Solar Hijri month or ISO week, all at the snapshot's position.

use std::collections::BTreeMap;

use tahavol_domain::calendar::Date;
use tahavol_domain::values::CommissionSlug;

use super::Query;
use super::figures::{Sums, basis_points};
use super::selection::{Entry, Selection};
use super::subject::Subject;
use crate::Snapshot;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeriesStep {
    /// A Solar Hijri month.
    PersianMonth,
    /// From Monday to Sunday.
    IsoWeek,
}

/// Progress on the last day of a period; figures as in [`super::Progress`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPoint {
    pub starts: Date,
    /// The status date of the point.
    pub ends: Date,
    pub planned: Option<u16>,
    pub reported: Option<u16>,
    pub verified: Option<u16>,
    pub pv: u64,
    pub ev: u64,
    pub vv: u64,
}

/// A series stops after so many points: a hundred years of months.
pub const MOST_POINTS: usize = 1_200;

/// From the period in which `from` lies (the earliest start where it is not given) to the one in which `to` lies (the
/// query's status date where it is not given). Empty where nothing counts and no beginning is given.
#[must_use]
pub fn time_series(snapshot: &Snapshot, query: &Query, step: SeriesStep, from: Option<Date>, to: Option<Date>) -> Vec<SeriesPoint> {
    over_time(snapshot, query, step, (from, to), |period, selection| point(period, selection.counting.iter()))
}

/// The same of all that the query asks for, and beside it of each commission in which something counts. Each milestone is evaluated a
/// single time for a period.
#[must_use]
pub fn series_by_commission(
    snapshot: &Snapshot,
    query: &Query,
    step: SeriesStep,
    from: Option<Date>,
    to: Option<Date>,
) -> (Vec<SeriesPoint>, BTreeMap<CommissionSlug, Vec<SeriesPoint>>) {
    let mut of_each: BTreeMap<CommissionSlug, Vec<SeriesPoint>> = BTreeMap::new();
    let all = over_time(snapshot, query, step, (from, to), |period, selection| {
        let mut groups: BTreeMap<&CommissionSlug, Vec<&Entry<'_>>> = BTreeMap::new();
        for entry in &selection.counting {
            groups.entry(&entry.row.plan.commission).or_default().push(entry);
        }
        for (slug, group) in groups {
            of_each.entry(slug.clone()).or_default().push(point(period, group.into_iter()));
        }
        point(period, selection.counting.iter())
    });
    (all, of_each)
}

/// One point for each period, from what counts on its last day.
fn over_time(
    snapshot: &Snapshot,
    query: &Query,
    step: SeriesStep,
    (from, to): (Option<Date>, Option<Date>),
    mut point: impl FnMut((Date, Date), &Selection<'_>) -> SeriesPoint,
) -> Vec<SeriesPoint> {
    let earliest = || Selection::of(snapshot, query).counting.iter().map(|entry| entry.subject.starts).min();
    let Some(from) = from.or_else(earliest) else { return Vec::new() };
    let to = to.unwrap_or(query.status_date);
    let mut points = Vec::new();
    let mut starts = step.first_day(from);
    while starts <= to && points.len() < MOST_POINTS {
        let ends = step.last_day(starts);
        points.push(point((starts, ends), &Selection::of(snapshot, &Query { status_date: ends, ..query.clone() })));
        if ends == Date::MAX {
            break;
        }
        starts = ends.plus_days(1);
    }
    points
}

fn point<'a>((starts, ends): (Date, Date), counting: impl Iterator<Item = &'a Entry<'a>>) -> SeriesPoint {
    let subjects: Vec<Subject> = counting.map(|entry| entry.subject).collect();
    let sums = Sums::of(&subjects, ends);
    SeriesPoint {
        starts,
        ends,
        planned: basis_points(sums.pv, sums.bac),
        reported: basis_points(sums.ev, sums.bac).filter(|_| sums.any_reported),
        verified: basis_points(sums.vv, sums.bac),
        pv: sums.pv,
        ev: sums.ev,
        vv: sums.vv,
    }
}

impl SeriesStep {
    fn first_day(self, day: Date) -> Date {
        match self {
            SeriesStep::PersianMonth => day.first_of_persian_month(),
            SeriesStep::IsoWeek => day.first_of_iso_week(),
        }
    }

    fn last_day(self, day: Date) -> Date {
        match self {
            SeriesStep::PersianMonth => day.last_of_persian_month(),
            SeriesStep::IsoWeek => day.last_of_iso_week(),
        }
    }
}
