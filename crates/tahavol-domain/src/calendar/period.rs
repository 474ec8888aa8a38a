//! The period of a measurement: a first and a last day, typed as a Solar Hijri year, a Solar Hijri month or a range.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::date::typed_number;
use super::month::days_in_month;
use super::{Date, DateError, wire};

/// From `start` to `end`, both included; `end` is the effective date of what is measured over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Days")]
pub struct Period {
    pub start: Date,
    pub end: Date,
}

/// Why a text is no period; every variant is for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Neither a Solar Hijri year, nor a Solar Hijri month, nor two dates with `..` between.
    #[error("`{text}` is not a period such as 1397, 1397/06 or 1397/01/01..1397/06/31")]
    Form { text: String },
    /// One of the two dates of a range is none, or a year or month has no such day.
    #[error(transparent)]
    Date(#[from] DateError),
    /// The range ends before it starts.
    #[error("the period `{text}` ends before it starts")]
    Reversed { text: String },
}

impl Period {
    /// Refuses an end before the start.
    pub fn try_new(start: Date, end: Date) -> Result<Period, PeriodError> {
        let period = Period { start, end };
        if end < start {
            return Err(PeriodError::Reversed { text: period.to_string() });
        }
        Ok(period)
    }

    /// `1397`, `1397/06`, `1397-06`, `1397/01/01..1397/06/31` or `2018-03-21..2019-03-20`; any digits.
    pub fn parse(text: &str) -> Result<Period, PeriodError> {
        let trimmed = wire::trimmed(text);
        if let Some((start, end)) = trimmed.split_once("..") {
            let (start, end) = (Date::parse(start)?, Date::parse(end)?);
            return Period::try_new(start, end).map_err(|_| PeriodError::Reversed { text: text.to_owned() });
        }
        let unread = || PeriodError::Form { text: text.to_owned() };
        match trimmed.split_once(['/', '-']) {
            None => Period::persian_year(solar_hijri_year(trimmed).ok_or_else(unread)?),
            Some((year, month)) => {
                let year = solar_hijri_year(year).ok_or_else(unread)?;
                let month = typed_number(month, 1..=2).and_then(|m| u8::try_from(m).ok()).ok_or_else(unread)?;
                Period::persian_month(year, month)
            }
        }
    }

    /// A whole Solar Hijri year.
    pub fn persian_year(year: i32) -> Result<Period, PeriodError> {
        let start = Date::from_persian(year, 1, 1)?;
        let end = Date::from_persian(year, 12, days_in_month(year, 12))?;
        Ok(Period { start, end })
    }

    /// A whole Solar Hijri month.
    pub fn persian_month(year: i32, month: u8) -> Result<Period, PeriodError> {
        let start = Date::from_persian(year, month, 1)?;
        Ok(Period { start, end: start.last_of_persian_month() })
    }

    pub fn contains(self, date: Date) -> bool {
        self.start <= date && date <= self.end
    }

    /// Days, both ends included.
    pub fn days(self) -> i32 {
        self.start.days_until(self.end) + 1
    }

    /// Both ends moved by [`Date::shift_persian_months`]: a whole month stays a whole month.
    pub fn shift_persian_months(self, months: i32) -> Period {
        Period { start: self.start.shift_persian_months(months), end: self.end.shift_persian_months(months) }
    }
}

impl PeriodError {
    /// The key of the message in the catalogue; never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            PeriodError::Form { .. } => "PERIOD_FORM",
            PeriodError::Date(error) => error.code(),
            PeriodError::Reversed { .. } => "PERIOD_REVERSED",
        }
    }

    /// What was written.
    pub fn text(&self) -> &str {
        match self {
            PeriodError::Form { text } | PeriodError::Reversed { text } => text,
            PeriodError::Date(error) => error.text(),
        }
    }
}

/// Four digits below 1700: a Gregorian year or month is refused, since people would mean another one by it.
fn solar_hijri_year(text: &str) -> Option<i32> {
    typed_number(text, 4..=4).filter(|year| *year < 1700)
}

/// The wire form before its order is checked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Period")]
struct Days {
    start: Date,
    end: Date,
}

impl TryFrom<Days> for Period {
    type Error = PeriodError;

    fn try_from(days: Days) -> Result<Period, PeriodError> {
        Period::try_new(days.start, days.end)
    }
}

/// `2018-03-21..2019-03-20`, which [`Period::parse`] reads.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// What people type, as [`Period::parse`] reads it.
impl std::str::FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        Period::parse(text)
    }
}
