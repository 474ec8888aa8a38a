//! The figures recomputed by hand: first from plain numbers, then from rows of a small programme.

mod measures;
mod programme;
mod properties;
mod rules;
mod schedule;
mod time;
mod views;

use tahavol_domain::calendar::Date;

use super::Progress;
use super::confidence::Scale;
use super::figures::figures;
use super::subject::Subject;
use crate::ratio::Ratio;

/// The n-th day of the plans in these tests.
fn day(n: i32) -> Date {
    Date::from_iso_ymd(2019, 9, 23).unwrap().plus_days(n - 1)
}

/// Of nobody's knowledge: planned straight from the n-th to the m-th day, without any fact.
fn planned(weight: u64, starts: i32, due: i32) -> Subject {
    let (starts, due) = (day(starts), day(due));
    Subject { weight, starts, due, binary: false, reported: None, verified: 0, claimed: false, last_fact: None }
}

impl Subject {
    fn binary(self) -> Subject {
        Subject { binary: true, ..self }
    }

    /// With a fact effective on the n-th day.
    fn reported(self, basis_points: u16, on: i32) -> Subject {
        Subject { reported: Some(basis_points), last_fact: Some(day(on)), ..self }
    }

    fn claimed(self, on: i32) -> Subject {
        Subject { claimed: true, ..self.reported(10_000, on) }
    }

    fn verified(self, on: i32) -> Subject {
        Subject { verified: 10_000, ..self.claimed(on) }
    }
}

/// On the n-th day, of a group that is not complete.
fn open(subjects: &[Subject], on: i32) -> Progress {
    figures(subjects, day(on), &Scale::default(), || panic!("nobody asks since when an open group is complete"))
}

/// On the n-th day, of a group that is complete since the m-th.
fn complete(subjects: &[Subject], on: i32, since: i32) -> Progress {
    figures(subjects, day(on), &Scale::default(), || day(since))
}

fn told(ratio: Option<Ratio>) -> Option<String> {
    ratio.map(Ratio::decimal4)
}

fn ratio(num: i128, den: i128) -> Ratio {
    Ratio::try_new(num, den).unwrap()
}
