//! All figures of one group of milestones on one day, from plain numbers: ANSI/PMI 19-006-2019 and earned schedule.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::FULL;

use super::Progress;
use super::confidence::Scale;
use super::earned_schedule::earned_schedule;
use super::forecast::{ForecastReason, forecast};
use super::planned::planned_value_by;
use super::subject::Subject;
use crate::ratio::Ratio;

/// `completed_on` is asked only where EV = BAC: the first day of the unbroken run of it up to the status date.
/// Cancelled weight and contributions are left for the caller to add.
pub(super) fn figures(subjects: &[Subject], on: Date, scale: &Scale, completed_on: impl FnOnce() -> Date) -> Progress {
    let (Some(starts), Some(due)) = (subjects.iter().map(|s| s.starts).min(), subjects.iter().map(|s| s.due).max()) else {
        return no_figures();
    };
    let sums = Sums::of(subjects, on);
    let completed_on = (sums.ev == sums.bac).then(completed_on);

    let pd = starts.days_until(due) + 1;
    let at = (starts.days_until(completed_on.unwrap_or(on)) + 1).max(0);
    let es = earned_schedule(sums.ev, sums.bac, pd, at, |n| planned_value_by(subjects, starts, n));
    let spi_t = Ratio::try_new(es.num(), es.den() * i128::from(at));
    let coverage = basis_points(sums.covered, sums.started);

    let forecast = completed_on.map_or_else(|| forecast(starts, pd, at, es), Ok);
    Progress {
        planned: basis_points(sums.pv, sums.bac),
        reported: basis_points(sums.ev, sums.bac).filter(|_| sums.any_reported),
        verified: basis_points(sums.vv, sums.bac),
        coverage,
        bac: sums.bac,
        pv: sums.pv,
        ev: sums.ev,
        vv: sums.vv,
        spi: Ratio::try_new(sums.ev.into(), sums.pv.into()),
        es: Some(es),
        spi_t,
        sv_t: Ratio::try_new(es.num() - i128::from(at) * es.den(), es.den()),
        at,
        pd,
        starts: Some(starts),
        due: Some(due),
        forecast_finish: forecast.ok(),
        forecast_reason: forecast.err(),
        completed_on,
        slippage_days: forecast.ok().map(|finish| due.days_until(finish)),
        confidence: completed_on.is_none().then(|| scale.confidence(coverage, spi_t)),
        cancelled_weight: 0,
        milestones: u32::try_from(subjects.len()).expect("a programme has fewer milestones than that"),
        contributions: Vec::new(),
    }
}

/// A whole number of basis points, rounded down; nothing of nothing.
pub(super) fn basis_points(part: u64, whole: u64) -> Option<u16> {
    let points = (u128::from(part) * u128::from(FULL)).checked_div(u128::from(whole))?;
    Some(u16::try_from(points).expect("a part is at most the whole"))
}

/// Sums over a group. Values are weight × basis points; `started` and `covered` are weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sums {
    pub(super) bac: u64,
    pub(super) pv: u64,
    pub(super) ev: u64,
    pub(super) vv: u64,
    pub(super) any_reported: bool,
    started: u64,
    covered: u64,
}

impl Sums {
    pub(super) fn of(subjects: &[Subject], on: Date) -> Sums {
        let mut sums = Sums::default();
        for subject in subjects {
            let weight = subject.weight;
            sums.bac += weight * u64::from(FULL);
            sums.pv += weight * u64::from(subject.planned(on));
            sums.ev += weight * u64::from(subject.earned());
            sums.vv += weight * u64::from(subject.verified);
            sums.any_reported |= subject.reported.is_some();
            if subject.started(on) {
                sums.started += weight;
                sums.covered += if subject.is_covered(on) { weight } else { 0 };
            }
        }
        sums
    }
}

fn no_figures() -> Progress {
    Progress {
        planned: None,
        reported: None,
        verified: None,
        coverage: None,
        bac: 0,
        pv: 0,
        ev: 0,
        vv: 0,
        spi: None,
        es: None,
        spi_t: None,
        sv_t: None,
        at: 0,
        pd: 0,
        starts: None,
        due: None,
        forecast_finish: None,
        forecast_reason: Some(ForecastReason::NoMilestones),
        completed_on: None,
        slippage_days: None,
        confidence: None,
        cancelled_weight: 0,
        milestones: 0,
        contributions: Vec::new(),
    }
}
