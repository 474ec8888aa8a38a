//! The time zone of a programme, by its IANA name, from a database that is compiled in and never read from the machine.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A zone of the IANA database, such as `Asia/Tehran`. Cheap to clone; equal when the names are.
#[derive(Clone)]
pub struct TimeZone(jiff::tz::TimeZone);

/// The compiled-in database knows no such zone; shown to whoever wrote the charter or the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone `{text}`")]
pub struct TimeZoneError {
    pub text: String,
}

impl TimeZone {
    /// The zone that programmes use unless their charter says otherwise.
    pub const TEHRAN: &'static str = "Asia/Tehran";

    /// By IANA name; the case of letters does not matter, the name kept is the database's.
    pub fn parse(name: &str) -> Result<TimeZone, TimeZoneError> {
        let unknown = || TimeZoneError { text: name.to_owned() };
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).map_err(|_| unknown())?;
        if zone.iana_name().is_none() || zone.is_unknown() {
            return Err(unknown());
        }
        Ok(TimeZone(zone))
    }

    /// Iran's zone.
    pub fn tehran() -> TimeZone {
        TimeZone::parse(TimeZone::TEHRAN).expect("the compiled-in database has Iran")
    }

    /// Coordinated universal time.
    pub fn utc() -> TimeZone {
        TimeZone(jiff::tz::TimeZone::UTC)
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    pub(super) fn inner(&self) -> &jiff::tz::TimeZone {
        &self.0
    }
}

impl TimeZoneError {
    /// The key of the message in the catalogue; never changes.
    pub const fn code(&self) -> &'static str {
        "TIME_ZONE_UNKNOWN"
    }
}

impl PartialEq for TimeZone {
    fn eq(&self, other: &TimeZone) -> bool {
        self.name() == other.name()
    }
}

impl Eq for TimeZone {}

impl Hash for TimeZone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(name: &str) -> Result<TimeZone, TimeZoneError> {
        TimeZone::parse(name)
    }
}

impl Serialize for TimeZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
        let name = String::deserialize(deserializer)?;
        TimeZone::parse(&name).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for TimeZone {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TimeZone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "IANA time zone name, such as Asia/Tehran" })
    }
}
