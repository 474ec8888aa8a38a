//! The instant: a point of time in UTC, in microseconds, with one spelling on the wire.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Date, TimeZone, wire};

/// Microseconds since 1970-01-01T00:00:00Z, from the second kept day to the last but two, so that every instant has a
/// date in every zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Why a text is no instant; every variant is for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstantError {
    /// Not RFC 3339, or more than six digits of a second, or no such day or time.
    #[error("`{text}` is not an instant such as 2026-11-23T18:00:00.000000Z")]
    Form { text: String },
    /// Outside the years that are kept.
    #[error("`{text}` is outside the years that are kept")]
    OutOfRange { text: String },
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The bytes of `2026-11-23T18:00:00.000000Z`.
const WIRE_LENGTH: usize = 27;

impl Instant {
    pub const MIN: Instant = Instant((Date::MIN.days() as i64 + 1) * DAY);
    pub const MAX: Instant = Instant((Date::MAX.days() as i64 - 1) * DAY - 1);

    /// What people type: RFC 3339 with any offset and at most six digits of a second; any digits.
    pub fn parse(text: &str) -> Result<Instant, InstantError> {
        let latin: String =
            wire::trimmed(text).chars().map(|c| wire::digit(c).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)).collect();
        let micros = typed_micros(latin.as_bytes()).ok_or_else(|| InstantError::Form { text: text.to_owned() })?;
        in_range(micros).ok_or_else(|| InstantError::OutOfRange { text: text.to_owned() })
    }

    /// The wire form and nothing else: UTC, six digits of a second, `Z`. Allocates only to refuse.
    pub fn parse_wire(text: &str) -> Result<Instant, InstantError> {
        let micros = wire_micros(text.as_bytes()).ok_or_else(|| InstantError::Form { text: text.to_owned() })?;
        in_range(micros).ok_or_else(|| InstantError::OutOfRange { text: text.to_owned() })
    }

    /// Stops at [`Instant::MIN`] and [`Instant::MAX`].
    pub const fn from_micros(micros: i64) -> Instant {
        if micros < Instant::MIN.0 {
            Instant::MIN
        } else if micros > Instant::MAX.0 {
            Instant::MAX
        } else {
            Instant(micros)
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Stops at [`Instant::MIN`] and [`Instant::MAX`].
    pub const fn plus_micros(self, micros: i64) -> Instant {
        Instant::from_micros(self.0.saturating_add(micros))
    }

    /// The civil day that it is in that zone.
    pub fn date_in(self, zone: &TimeZone) -> Date {
        let timestamp = jiff::Timestamp::from_microsecond(self.0).expect("kept instants lie inside the library's");
        let offset = i64::from(zone.inner().to_offset(timestamp).seconds());
        day_of(self.0 + offset * SECOND)
    }

    /// The first instant of a civil day in that zone: midnight, or when clocks skip it, the moment after the gap.
    pub fn start_of(date: Date, zone: &TimeZone) -> Instant {
        let (year, month, day) = date.ymd();
        let start = i16::try_from(year)
            .ok()
            .and_then(|year| jiff::civil::Date::new(year, month as i8, day as i8).ok())
            .and_then(|midnight| zone.inner().to_timestamp(midnight.at(0, 0, 0, 0)).ok());
        // Only the first and last kept days can fall outside what the library converts.
        Instant::from_micros(start.map_or(i64::from(date.days()) * DAY, jiff::Timestamp::as_microsecond))
    }

    fn with_wire<T>(self, then: impl FnOnce(&str) -> T) -> T {
        let mut bytes = *b"0000-00-00T00:00:00.000000Z";
        let mut date = [0; 10];
        day_of(self.0).write_wire(&mut date);
        bytes[..10].copy_from_slice(&date);
        let within = self.0.rem_euclid(DAY);
        let seconds = (within / SECOND) as u32;
        wire::write_digits(&mut bytes[11..13], seconds / 3600);
        wire::write_digits(&mut bytes[14..16], seconds / 60 % 60);
        wire::write_digits(&mut bytes[17..19], seconds % 60);
        wire::write_digits(&mut bytes[20..26], (within % SECOND) as u32);
        then(std::str::from_utf8(&bytes).expect("an RFC 3339 text is ASCII"))
    }
}

impl InstantError {
    /// The key of the message in the catalogue; never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            InstantError::Form { .. } => "INSTANT_FORM",
            InstantError::OutOfRange { .. } => "INSTANT_OUT_OF_RANGE",
        }
    }

    /// What was written.
    pub fn text(&self) -> &str {
        match self {
            InstantError::Form { text } | InstantError::OutOfRange { text } => text,
        }
    }
}

fn in_range(micros: i64) -> Option<Instant> {
    (Instant::MIN.0..=Instant::MAX.0).contains(&micros).then_some(Instant(micros))
}

fn day_of(micros: i64) -> Date {
    Date::from_days(micros.div_euclid(DAY) as i32)
}

fn wire_micros(bytes: &[u8]) -> Option<i64> {
    if bytes.len() != WIRE_LENGTH || bytes[10] != b'T' || bytes[19] != b'.' || bytes[26] != b'Z' {
        return None;
    }
    let fraction = wire::number(&bytes[20..26])?;
    Some(day_and_time(&bytes[..19])? + i64::from(fraction))
}

/// `2026-11-23T21:30:00.5+03:30`: date, `T` or a space, time, fraction or none, `Z` or an offset.
fn typed_micros(bytes: &[u8]) -> Option<i64> {
    let (head, mut rest) = bytes.split_at_checked(19)?;
    if !matches!(head[10], b'T' | b't' | b' ') {
        return None;
    }
    let mut micros = day_and_time(head)?;
    if let Some(after) = rest.strip_prefix(b".") {
        let length = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, tail) = after.split_at(length);
        if digits.len() > 6 {
            return None;
        }
        micros += i64::from(wire::number(digits)?) * 10_i64.pow(6 - digits.len() as u32);
        rest = tail;
    }
    Some(micros - offset_micros(rest)?)
}

fn offset_micros(bytes: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match bytes {
        [b'Z' | b'z'] => return Some(0),
        [b'+', h1, h2, b':', m1, m2] => (1, [*h1, *h2], [*m1, *m2]),
        [b'-', h1, h2, b':', m1, m2] => (-1, [*h1, *h2], [*m1, *m2]),
        _ => return None,
    };
    let hours = wire::number(&hours).filter(|hours| *hours < 24)?;
    let minutes = wire::number(&minutes).filter(|minutes| *minutes < 60)?;
    Some(sign * i64::from(hours * 60 + minutes) * 60 * SECOND)
}

/// The first nineteen bytes, whatever stands between day and time. A leap second has no place in a count and is refused.
fn day_and_time(bytes: &[u8]) -> Option<i64> {
    if bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let date = Date::from_wire(&bytes[..10]).ok()?;
    let hour = wire::number(&bytes[11..13]).filter(|hour| *hour < 24)?;
    let minute = wire::number(&bytes[14..16]).filter(|minute| *minute < 60)?;
    let second = wire::number(&bytes[17..19]).filter(|second| *second < 60)?;
    Some(i64::from(date.days()) * DAY + i64::from(hour * 3600 + minute * 60 + second) * SECOND)
}

/// The wire form.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_wire(|text| f.pad(text))
    }
}

/// As displayed: a failing test should show a time, not a count.
impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What people type, as [`Instant::parse`] reads it.
impl std::str::FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Instant, InstantError> {
        Instant::parse(text)
    }
}

/// The wire form where people can read the format, else the count of microseconds.
impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.with_wire(|text| serializer.serialize_str(text))
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_str(WireVisitor);
        }
        let micros = i64::deserialize(deserializer)?;
        in_range(micros).ok_or_else(|| D::Error::invalid_value(Unexpected::Signed(micros), &WireVisitor))
    }
}

struct WireVisitor;

impl Visitor<'_> for WireVisitor {
    type Value = Instant;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant such as 2026-11-23T18:00:00.000000Z")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Instant, E> {
        Instant::parse_wire(text).map_err(E::custom)
    }
}

impl JsonSchema for Instant {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$",
        })
    }
}
