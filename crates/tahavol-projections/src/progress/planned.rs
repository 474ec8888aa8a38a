//! What a plan promises by a day: of one milestone in basis points, of a group as planned value.

use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::FULL;

use super::subject::Subject;

/// What a promise says of a day, in basis points.
#[must_use]
pub fn promised(baseline: &Baseline, on: Date) -> u16 {
    planned(baseline.starts, baseline.due, baseline.measure == Measure::Binary, on)
}

/// In one step on the due date where the measure is binary; else straight from the start to the due date, rounded down.
pub(super) fn planned(starts: Date, due: Date, binary: bool, on: Date) -> u16 {
    if on >= due {
        return FULL;
    }
    if binary || on < starts {
        return 0;
    }
    let passed = days_inclusive(starts, on);
    let length = days_inclusive(starts, due);
    u16::try_from(passed * u64::from(FULL) / length).expect("a part of the days is at most all of it")
}

/// Σ weight × planned by the end of a day.
pub(super) fn planned_value(subjects: &[Subject], on: Date) -> u64 {
    subjects.iter().map(|subject| subject.weight * u64::from(subject.planned(on))).sum()
}

/// PV(n): planned value on the n-th day from the first; PV(0) is 0.
pub(super) fn planned_value_by(subjects: &[Subject], first: Date, n: i32) -> u64 {
    match n {
        0 => 0,
        n => planned_value(subjects, first.plus_days(n - 1)),
    }
}

/// The first day is not after the last.
fn days_inclusive(first: Date, last: Date) -> u64 {
    u64::from(first.days_until(last).unsigned_abs()) + 1
}
