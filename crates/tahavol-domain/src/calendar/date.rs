//! The civil date: a day without a time or a zone, counted from 1970-01-01, spelt in ISO 8601 and in Solar Hijri.

use std::borrow::Cow;
use std::fmt;

use icu_calendar::cal::{Gregorian, Persian};
use icu_calendar::types::RataDie;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire;

/// A civil day between 1700-01-01 and 9999-12-31; the number is of days since 1970-01-01.
///
/// The first year is 1700 because a written year below it is a Solar Hijri one: no text can mean two days.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// Why a text, or a year, month and day, is no date; every variant is for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not year, month and day in any accepted form.
    #[error("`{text}` is not a date such as 1398/06/31 or 2019-09-22")]
    Form { text: String },
    /// Well formed, but that Solar Hijri year has no such day (1399/12/31, 1398/12/30).
    #[error("the Solar Hijri calendar has no day `{text}`")]
    NoSolarHijriDay { text: String },
    /// Well formed, but that Gregorian year has no such day (2023-02-30).
    #[error("the Gregorian calendar has no day `{text}`")]
    NoGregorianDay { text: String },
    /// A day before 1700-01-01 or after 9999-12-31.
    #[error("`{text}` is outside the years that are kept")]
    OutOfRange { text: String },
}

/// A day of the week, as ISO 8601 orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// 1970-01-01 as a count of days from 0001-01-01, which is day 1.
const EPOCH: i64 = 719_163;

/// A written year below this is Solar Hijri, one from it on Gregorian.
const FIRST_GREGORIAN_YEAR: i32 = 1700;

/// The bytes of `2019-09-22`.
const WIRE_LENGTH: usize = 10;

impl Date {
    /// 1700-01-01.
    pub const MIN: Date = Date(-98_615);
    /// 9999-12-31.
    pub const MAX: Date = Date(2_932_896);

    /// What people type: Solar Hijri when the year is below 1700, else Gregorian; `/` or `-` between; any digits.
    pub fn parse(text: &str) -> Result<Date, DateError> {
        let Some((year, month, day)) = typed_fields(wire::trimmed(text)) else {
            return Err(DateError::Form { text: text.to_owned() });
        };
        let found = if year < FIRST_GREGORIAN_YEAR {
            persian_days(year, month, day).ok_or(Refused::NoSolarHijriDay)
        } else {
            gregorian_days(year, month, day).ok_or(Refused::NoGregorianDay)
        };
        found.and_then(in_range).map_err(|refused| refused.with(text.to_owned()))
    }

    /// The wire form and nothing else: `2019-09-22`. Allocates only to refuse.
    pub fn parse_iso(text: &str) -> Result<Date, DateError> {
        Date::from_wire(text.as_bytes()).map_err(|refused| refused.with(text.to_owned()))
    }

    /// A Gregorian year, month and day.
    pub fn from_iso_ymd(year: i32, month: u8, day: u8) -> Result<Date, DateError> {
        gregorian_days(year, month, day)
            .ok_or(Refused::NoGregorianDay)
            .and_then(in_range)
            .map_err(|refused| refused.with(format!("{year:04}-{month:02}-{day:02}")))
    }

    /// A Solar Hijri year, month and day.
    pub fn from_persian(year: i32, month: u8, day: u8) -> Result<Date, DateError> {
        persian_days(year, month, day)
            .ok_or(Refused::NoSolarHijriDay)
            .and_then(in_range)
            .map_err(|refused| refused.with(format!("{year:04}/{month:02}/{day:02}")))
    }

    /// So many days after 1970-01-01, stopping at the first and the last day that are kept.
    pub const fn from_days(days: i32) -> Date {
        if days < Date::MIN.0 {
            Date::MIN
        } else if days > Date::MAX.0 {
            Date::MAX
        } else {
            Date(days)
        }
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Gregorian year, month and day.
    pub fn ymd(self) -> (i32, u8, u8) {
        let date = icu_calendar::Date::from_rata_die(self.rata_die(), Gregorian);
        (date.year().extended_year(), date.month().ordinal, date.day_of_month().0)
    }

    /// Solar Hijri year, month and day.
    pub fn persian(self) -> (i32, u8, u8) {
        let date = icu_calendar::Date::from_rata_die(self.rata_die(), Persian);
        (date.year().extended_year(), date.month().ordinal, date.day_of_month().0)
    }

    /// Stops at [`Date::MIN`] and [`Date::MAX`].
    pub const fn plus_days(self, days: i32) -> Date {
        Date::from_days(self.0.saturating_add(days))
    }

    /// Days from this date to `other`; negative when it lies before. Both ends included, a span has one more.
    pub const fn days_until(self, other: Date) -> i32 {
        other.0 - self.0
    }

    pub fn weekday(self) -> Weekday {
        match self.days_after_monday() {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The Monday of this day's ISO week.
    pub const fn first_of_iso_week(self) -> Date {
        self.plus_days(-self.days_after_monday())
    }

    /// The Sunday of this day's ISO week.
    pub const fn last_of_iso_week(self) -> Date {
        self.plus_days(6 - self.days_after_monday())
    }

    /// The ISO 8601 week and the year that it counts in, which is the year of its Thursday.
    pub fn iso_week(self) -> (i16, u8) {
        let thursday = i64::from(self.0 - self.days_after_monday() + 3);
        let date = icu_calendar::Date::from_rata_die(RataDie::new(thursday + EPOCH), Gregorian);
        let year = i16::try_from(date.year().extended_year()).expect("a kept year has four digits");
        let week = u8::try_from((date.day_of_year().0 - 1) / 7 + 1).expect("a year has at most 53 weeks");
        (year, week)
    }

    /// 1970-01-01 was a Thursday.
    const fn days_after_monday(self) -> i32 {
        (self.0 + 3).rem_euclid(7)
    }

    fn rata_die(self) -> RataDie {
        RataDie::new(i64::from(self.0) + EPOCH)
    }

    pub(super) fn from_wire(bytes: &[u8]) -> Result<Date, Refused> {
        let [y @ .., b'-', m1, m2, b'-', d1, d2] = bytes else { return Err(Refused::Form) };
        if y.len() != 4 {
            return Err(Refused::Form);
        }
        let year = wire::number(y).ok_or(Refused::Form)?;
        let month = wire::number(&[*m1, *m2]).ok_or(Refused::Form)?;
        let day = wire::number(&[*d1, *d2]).ok_or(Refused::Form)?;
        gregorian_days(year as i32, month as u8, day as u8).ok_or(Refused::NoGregorianDay).and_then(in_range)
    }

    pub(super) fn write_wire(self, target: &mut [u8; WIRE_LENGTH]) {
        let (year, month, day) = self.ymd();
        wire::write_digits(&mut target[0..4], year.unsigned_abs());
        target[4] = b'-';
        wire::write_digits(&mut target[5..7], u32::from(month));
        target[7] = b'-';
        wire::write_digits(&mut target[8..10], u32::from(day));
    }

    fn with_wire<T>(self, then: impl FnOnce(&str) -> T) -> T {
        let mut bytes = [0; WIRE_LENGTH];
        self.write_wire(&mut bytes);
        then(std::str::from_utf8(&bytes).expect("digits and hyphens are ASCII"))
    }
}

impl DateError {
    /// The key of the message in the catalogue; never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            DateError::Form { .. } => "DATE_FORM",
            DateError::NoSolarHijriDay { .. } => "DATE_NO_SOLAR_HIJRI_DAY",
            DateError::NoGregorianDay { .. } => "DATE_NO_GREGORIAN_DAY",
            DateError::OutOfRange { .. } => "DATE_OUT_OF_RANGE",
        }
    }

    /// What was written.
    pub fn text(&self) -> &str {
        match self {
            DateError::Form { text }
            | DateError::NoSolarHijriDay { text }
            | DateError::NoGregorianDay { text }
            | DateError::OutOfRange { text } => text,
        }
    }
}

/// A [`DateError`] before the text is copied into it.
#[derive(Clone, Copy)]
pub(super) enum Refused {
    Form,
    NoSolarHijriDay,
    NoGregorianDay,
    OutOfRange,
}

impl Refused {
    fn with(self, text: String) -> DateError {
        match self {
            Refused::Form => DateError::Form { text },
            Refused::NoSolarHijriDay => DateError::NoSolarHijriDay { text },
            Refused::NoGregorianDay => DateError::NoGregorianDay { text },
            Refused::OutOfRange => DateError::OutOfRange { text },
        }
    }
}

/// Year, month and day as written: four digits, then one or two, with the same separator twice.
fn typed_fields(text: &str) -> Option<(i32, u8, u8)> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let year = typed_number(year, 4..=4)?;
    let month = typed_number(month, 1..=2)?;
    let day = typed_number(day, 1..=2)?;
    Some((year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

/// A number in any of the three scripts' digits, of so many digits.
pub(super) fn typed_number(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i32> {
    if !length.contains(&text.chars().count()) {
        return None;
    }
    text.chars().try_fold(0, |sum, c| Some(sum * 10 + wire::digit(c)?)).and_then(|sum| i32::try_from(sum).ok())
}

fn gregorian_days(year: i32, month: u8, day: u8) -> Option<i64> {
    let date = icu_calendar::Date::try_new_gregorian(year, month, day).ok()?;
    Some(date.to_rata_die().to_i64_date() - EPOCH)
}

fn persian_days(year: i32, month: u8, day: u8) -> Option<i64> {
    let date = icu_calendar::Date::try_new_persian(year, month, day).ok()?;
    Some(date.to_rata_die().to_i64_date() - EPOCH)
}

fn in_range(days: i64) -> Result<Date, Refused> {
    i32::try_from(days).ok().filter(|days| (Date::MIN.0..=Date::MAX.0).contains(days)).map(Date).ok_or(Refused::OutOfRange)
}

/// ISO 8601.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_wire(|text| f.pad(text))
    }
}

/// As displayed: a failing test should show a day, not a count.
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What people type, as [`Date::parse`] reads it.
impl std::str::FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Date, DateError> {
        Date::parse(text)
    }
}

/// ISO 8601 where people can read the format, else the count of days.
impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.with_wire(|text| serializer.serialize_str(text))
        } else {
            serializer.serialize_i32(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_str(WireVisitor);
        }
        let days = i32::deserialize(deserializer)?;
        in_range(i64::from(days)).map_err(|_| D::Error::invalid_value(Unexpected::Signed(days.into()), &WireVisitor))
    }
}

struct WireVisitor;

impl Visitor<'_> for WireVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date such as 2019-09-22")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Date, E> {
        Date::parse_iso(text).map_err(E::custom)
    }
}

impl JsonSchema for Date {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$" })
    }
}
