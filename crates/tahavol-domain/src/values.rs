//! The small values that events and commands are made of: identifiers, codes, offices, evidence.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text::Text;

/// All of it: progress is a whole number of basis points from 0 to this.
pub const FULL: u16 = 10_000;

/// A programme; one per ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ProgrammeId(pub Uuid);

impl ProgrammeId {
    /// The id of a thing that has a code in a file: UUIDv5(programme, code), so that a code is unique across streams.
    #[must_use]
    pub fn id_of(self, code: &str) -> Uuid {
        Uuid::new_v5(&self.0, code.as_bytes())
    }
}

/// An initiative (اقدام).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct InitiativeId(pub Uuid);

/// A milestone (نقطه عطف).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct MilestoneId(pub Uuid);

/// The id of an event; what corrections, verifications and refusals name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct EventId(pub Uuid);

/// Who somebody is, as the sign-in says it. 1 to 128 characters without white space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ActorId(pub String);

/// A commission's short name in addresses: `human-resources`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CommissionSlug(pub String);

/// A station's code: `00001`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct StationCode(pub String);

/// An indicator's code: `visitor-satisfaction`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct IndicatorCode(pub String);

/// A province by ISO 3166-2:IR: `IR-13`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ProvinceCode(pub String);

/// A directive's code: `D-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct DirectiveCode(pub String);

/// A code, slug or actor id that can stand in a stream's name: 1–128 of `a–z A–Z 0–9 . _ @ : -`.
#[must_use]
pub fn is_code(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'@' | b':' | b'-'))
}

/// A dated window that milestones are committed to (افق).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Horizon {
    Short,
    Medium,
    Long,
}

impl Horizon {
    pub const ALL: [Horizon; 3] = [Horizon::Short, Horizon::Medium, Horizon::Long];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Horizon::Short => "SHORT",
            Horizon::Medium => "MEDIUM",
            Horizon::Long => "LONG",
        }
    }
}

/// Where a figure in a file comes from, when it is not an act of this programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Provenance {
    /// Stated by the source article.
    Article,
    /// Made up to fill the programme out.
    Illustrative,
}

/// Confidence on five points, and grey for "cannot be said".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Confidence {
    Green,
    AmberGreen,
    Amber,
    AmberRed,
    Red,
    Grey,
}

/// A SHA-256 digest; 64 lower-case hexadecimal digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    fn with_wire<T>(&self, then: impl FnOnce(&str) -> T) -> T {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        then(std::str::from_utf8(&digits).expect("hexadecimal digits are ASCII"))
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_wire(|text| f.write_str(text))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest in lower-case hexadecimal")]
pub struct NotADigest;

impl FromStr for Sha256 {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotADigest);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Sha256(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, NotADigest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotADigest),
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { self.with_wire(|text| serializer.serialize_str(text)) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() { from_str(deserializer) } else { <[u8; 32]>::deserialize(deserializer).map(Sha256) }
    }
}

impl JsonSchema for Sha256 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sha256".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

/// A file that proves something, held by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub digest: Sha256,
    pub media_type: String,
    /// Size in bytes.
    pub size: u64,
    pub title: String,
}

/// What a person may act as (سمت). On the wire `council`, `chair:technology`, `reporter:IR-13`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Office {
    /// The import of a programme file under a resolution; never held by a person.
    Founding,
    Council,
    Chair(CommissionSlug),
    Secretary(CommissionSlug),
    Member(CommissionSlug),
    Inspector,
    Reporter(ProvinceCode),
    Auditor,
    Administrator,
}

impl Office {
    /// The commission that the office belongs to, if any.
    #[must_use]
    pub fn commission(&self) -> Option<&CommissionSlug> {
        match self {
            Office::Chair(slug) | Office::Secretary(slug) | Office::Member(slug) => Some(slug),
            Office::Founding | Office::Council | Office::Inspector | Office::Reporter(_) | Office::Auditor | Office::Administrator => None,
        }
    }
}

impl fmt::Display for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Office::Founding => f.write_str("founding"),
            Office::Council => f.write_str("council"),
            Office::Chair(slug) => write!(f, "chair:{}", slug.0),
            Office::Secretary(slug) => write!(f, "secretary:{}", slug.0),
            Office::Member(slug) => write!(f, "member:{}", slug.0),
            Office::Inspector => f.write_str("inspector"),
            Office::Reporter(province) => write!(f, "reporter:{}", province.0),
            Office::Auditor => f.write_str("auditor"),
            Office::Administrator => f.write_str("administrator"),
        }
    }
}

/// The text names no office.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown office `{0}`")]
pub struct UnknownOffice(pub String);

impl FromStr for Office {
    type Err = UnknownOffice;

    fn from_str(text: &str) -> Result<Self, UnknownOffice> {
        let scoped = |scope: &str| is_code(scope).then(|| scope.to_owned()).ok_or_else(|| UnknownOffice(text.to_owned()));
        Ok(match text.split_once(':') {
            None => match text {
                "founding" => Office::Founding,
                "council" => Office::Council,
                "inspector" => Office::Inspector,
                "auditor" => Office::Auditor,
                "administrator" => Office::Administrator,
                _ => return Err(UnknownOffice(text.to_owned())),
            },
            Some(("chair", slug)) => Office::Chair(CommissionSlug(scoped(slug)?)),
            Some(("secretary", slug)) => Office::Secretary(CommissionSlug(scoped(slug)?)),
            Some(("member", slug)) => Office::Member(CommissionSlug(scoped(slug)?)),
            Some(("reporter", province)) => Office::Reporter(ProvinceCode(scoped(province)?)),
            Some(_) => return Err(UnknownOffice(text.to_owned())),
        })
    }
}

impl Serialize for Office {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Office {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_str(deserializer)
    }
}

impl JsonSchema for Office {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Office".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(founding|council|inspector|auditor|administrator|(chair|secretary|member|reporter):[A-Za-z0-9._@-]+)$"
        })
    }
}

/// Deserialises anything that can be read from a string, without allocating where the format lends it.
fn from_str<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    struct Visitor<T>(std::marker::PhantomData<T>);
    impl<T: FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Visitor(std::marker::PhantomData))
}

/// A person as the public record names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: ActorId,
    pub name: String,
}

/// A province of the charter, with its place on the tile map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Province {
    pub code: ProvinceCode,
    pub name: Text,
    pub tile_row: u8,
    /// West is column 0.
    pub tile_column: u8,
}
