//! Civil dates, instants, time zones and periods: Solar Hijri in and out, ISO 8601 on the wire, and no clock anywhere.

mod date;
mod instant;
mod month;
mod period;
mod persian;
#[cfg(test)]
mod tests;
mod wire;
mod zone;

pub use date::{Date, DateError, Weekday};
pub use instant::{Instant, InstantError};
pub use period::{Period, PeriodError};
pub use persian::{format_persian, long_persian, persian_digits, persian_month_name, persian_month_year};
pub use zone::{TimeZone, TimeZoneError};
