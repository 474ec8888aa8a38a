//! When it will be done: the planned duration stretched by how the schedule has gone so far.

use serde::{Deserialize, Serialize};
use tahavol_domain::calendar::Date;

use crate::ratio::Ratio;

/// Why there is no forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ForecastReason {
    /// Nothing counts, so there are no figures either.
    NoMilestones,
    /// The earliest start is after the status date.
    NotStarted,
    /// Nothing is earned.
    NoProgress,
    /// More than 100 years after the earliest start.
    TooFar,
}

impl ForecastReason {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ForecastReason::NoMilestones => "NO_MILESTONES",
            ForecastReason::NotStarted => "NOT_STARTED",
            ForecastReason::NoProgress => "NO_PROGRESS",
            ForecastReason::TooFar => "TOO_FAR",
        }
    }
}

/// 100 years of 365¼ days.
const FARTHEST_DAYS: i128 = 36_525;

/// Earliest start + ceil(PD · AT / ES) − 1, of a group that is not complete.
pub(super) fn forecast(starts: Date, pd: i32, at: i32, es: Ratio) -> Result<Date, ForecastReason> {
    if at == 0 {
        return Err(ForecastReason::NotStarted);
    }
    let Some(duration) = Ratio::try_new(i128::from(pd) * i128::from(at) * es.den(), es.num()) else {
        return Err(ForecastReason::NoProgress);
    };
    let days = duration.ceil() - 1;
    // A day that the calendar does not keep is as good as too far.
    let kept = i128::from(starts.days_until(Date::MAX));
    match i32::try_from(days) {
        Ok(days) if i128::from(days) <= FARTHEST_DAYS.min(kept) => Ok(starts.plus_days(days)),
        _ => Err(ForecastReason::TooFar),
    }
}
