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

/// A forecast later than so many years after the earliest start is none.
const FARTHEST_YEARS: i32 = 100;
/// Days in as many years where none but every fourth is a leap year and one of those is none.
const SHORTEST: i32 = FARTHEST_YEARS * 365 + 24;

/// Earliest start + ceil(PD · AT / ES) − 1, of a group that is not complete.
pub(super) fn forecast(starts: Date, pd: i32, at: i32, es: Ratio) -> Result<Date, ForecastReason> {
    if at == 0 {
        return Err(ForecastReason::NotStarted);
    }
    let Some(duration) = Ratio::try_new(i128::from(pd) * i128::from(at) * es.den(), es.num()) else {
        return Err(ForecastReason::NoProgress);
    };
    let days = duration.ceil() - 1;
    match i32::try_from(days) {
        // No hundred years are shorter: nearly always the calendar need not be asked.
        Ok(days) if days <= SHORTEST.min(starts.days_until(Date::MAX)) || days <= starts.days_until(farthest(starts)) => {
            Ok(starts.plus_days(days))
        }
        Ok(_) | Err(_) => Err(ForecastReason::TooFar),
    }
}

/// The same day of the Gregorian year 100 years on, or the day before where that year has no such day; at most the last day of the
/// calendar.
fn farthest(starts: Date) -> Date {
    let (year, month, day) = starts.ymd();
    let same = Date::from_iso_ymd(year + FARTHEST_YEARS, month, day);
    same.or_else(|_| Date::from_iso_ymd(year + FARTHEST_YEARS, month, day - 1)).unwrap_or(Date::MAX)
}
