//! Facts and their line of bytes: the only place where meaning becomes bytes and bytes become meaning (RFC 8785 JSON in CloudEvents form).

mod canonical;

use std::borrow::Cow;

use serde::de::{self, IntoDeserializer};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use self::canonical::{Canonical, Nulls};
use crate::calendar::{Date, Instant};
use crate::values::{ActorId, EventId, Office, ProgrammeId, Sha256};
use crate::{commission, indicator, initiative, milestone, programme, station};

/// Every event type that was ever released, with its newest version.
pub const TYPES: &[(&str, u32)] = &[
    ("programme.chartered", 1),
    ("programme.official_appointed", 1),
    ("programme.official_release_proposed", 1),
    ("programme.official_released", 1),
    ("programme.office_delegated", 1),
    ("programme.delegation_ended", 1),
    ("programme.horizon_rescheduled", 1),
    ("programme.directive_issued", 1),
    ("programme.document_approved", 1),
    ("programme.target_stations_designated", 1),
    ("programme.review_held", 1),
    ("programme.review_action_closed", 1),
    ("programme.evidence_destroyed", 1),
    ("commission.established", 1),
    ("commission.member_appointed", 1),
    ("commission.member_released", 1),
    ("commission.rated", 1),
    ("initiative.proposed", 1),
    ("initiative.revised", 1),
    ("initiative.submitted", 1),
    ("initiative.approved", 1),
    ("initiative.returned", 1),
    ("initiative.rejected", 1),
    ("initiative.suspended", 1),
    ("initiative.resumed", 1),
    ("initiative.completed", 1),
    ("initiative.cancelled", 1),
    ("initiative.resources_allocated", 1),
    ("initiative.risk_raised", 1),
    ("initiative.risk_closed", 1),
    ("milestone.planned", 1),
    ("milestone.revised", 1),
    ("milestone.admitted", 1),
    ("milestone.rebaseline_proposed", 1),
    ("milestone.rebaselined", 1),
    ("milestone.rebaseline_refused", 1),
    ("milestone.cancellation_proposed", 1),
    ("milestone.cancelled", 1),
    ("milestone.cancellation_refused", 1),
    ("milestone.progress_reported", 1),
    ("milestone.progress_corrected", 1),
    ("milestone.blocked", 1),
    ("milestone.unblocked", 1),
    ("milestone.completion_claimed", 1),
    ("milestone.completion_verified", 1),
    ("milestone.completion_refused", 1),
    ("station.registered", 1),
    ("station.volume_recorded", 1),
    ("station.networked", 1),
    ("station.network_lost", 1),
    ("station.delivery_recorded", 1),
    ("station.delivery_revoked", 1),
    ("station.closed", 1),
    ("indicator.defined", 1),
    ("indicator.redefined", 1),
    ("indicator.target_set", 1),
    ("indicator.measurement_recorded", 1),
    ("indicator.measurement_verified", 1),
    ("indicator.measurement_contested", 1),
    ("indicator.measurement_corrected", 1),
    ("indicator.measurement_withdrawn", 1),
];

/// The longest line that the ledger takes, in bytes.
pub const MAX_LINE: usize = 61_440;

const SCHEMA_PREFIX: &str = "urn:tahavol:event:";
const SOURCE_PREFIX: &str = "urn:uuid:";

/// Something that happened, with who said so and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub envelope: Envelope,
    pub event: Event,
}

/// Who, when, as what, on which basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// UUIDv5(command id, stream + `#` + index).
    pub id: EventId,
    pub programme: ProgrammeId,
    /// The stream's name.
    pub stream: String,
    /// Recorded time.
    pub time: Instant,
    pub effective_on: Option<Date>,
    /// From 0 in its stream.
    pub revision: u64,
    pub actor: ActorId,
    pub actor_name: String,
    pub office: Office,
    pub command_id: Uuid,
    /// SHA-256 of the caller's canonical input and actor id.
    pub command_digest: Sha256,
    pub correlation_id: Option<Uuid>,
    pub causation_id: Option<Uuid>,
    pub reason: Option<String>,
    /// `graphql` · `web` · `cli` · `import:<sha256 of the file>#<row>`
    pub origin: String,
    /// Position of the snapshot that the decision looked at; absent on an empty ledger.
    pub basis: Option<u64>,
}

/// What happened, of any aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Programme(programme::Event),
    Commission(commission::Event),
    Initiative(initiative::Event),
    Milestone(milestone::Event),
    Station(station::Event),
    Indicator(indicator::Event),
}

impl Event {
    /// The name on the wire: `aggregate.past_participle`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Event::Programme(event) => event.event_type(),
            Event::Commission(event) => event.event_type(),
            Event::Initiative(event) => event.event_type(),
            Event::Milestone(event) => event.event_type(),
            Event::Station(event) => event.event_type(),
            Event::Indicator(event) => event.event_type(),
        }
    }

    /// The payload as JSON, absent members left out.
    #[must_use]
    pub fn data(&self) -> Value {
        let Ok(Value::Object(mut tagged)) = self.tagged(serde_json::value::Serializer) else {
            unreachable!("a payload is a newtype variant over a struct with string keys")
        };
        let mut data = tagged.remove(self.event_type()).expect("the tag is the event's type");
        drop_nulls(&mut data);
        data
    }

    /// The same into a line.
    fn write_data(&self, to: &mut Canonical) -> Result<(), EncodeError> {
        let start = to.out.len();
        self.tagged(&mut *to)?;
        // `{"` type `":` payload `}`
        to.out.drain(start..start + self.event_type().len() + 4);
        to.out.pop();
        Ok(())
    }

    /// As an object whose only member is the payload, named by the event's type.
    fn tagged<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Event::Programme(event) => event.serialize(serializer),
            Event::Commission(event) => event.serialize(serializer),
            Event::Initiative(event) => event.serialize(serializer),
            Event::Milestone(event) => event.serialize(serializer),
            Event::Station(event) => event.serialize(serializer),
            Event::Indicator(event) => event.serialize(serializer),
        }
    }
}

/// The id of the event that a command makes at this index in its stream.
#[must_use]
pub fn event_id(command_id: Uuid, stream: &str, index: usize) -> EventId {
    EventId(Uuid::new_v5(&command_id, format!("{stream}#{index}").as_bytes()))
}

/// Why a fact has no line.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// An integer that other readers would round; nothing is recorded.
    #[error("a number in the line is not an integer below 2^53")]
    Number,
    /// Refused before anything is written.
    #[error("the line has {bytes} bytes, more than {MAX_LINE}")]
    TooLong { bytes: usize },
}

/// The line of a fact: the bytes that are stored, hashed, exported and migrated.
///
/// # Errors
/// When a number cannot be told exactly or the line is too long.
pub fn encode(fact: &Fact) -> Result<Vec<u8>, EncodeError> {
    let said = &fact.envelope;
    let event_type = fact.event.event_type();
    let mut written = Canonical::new(Nulls::LeftOut);
    let mut line = written.object();
    // In the order of a line, so that the members stay where they are written.
    line.member("actorid", &said.actor)?;
    line.member("actorname", &said.actor_name)?;
    line.member("basis", &said.basis)?;
    line.member("causationid", &said.causation_id)?;
    line.member("commanddigest", &said.command_digest)?;
    line.member("commandid", &said.command_id)?;
    line.member("correlationid", &said.correlation_id)?;
    line.member_by("data".into(), |to| fact.event.write_data(to))?;
    line.member("dataschema", &format!("{SCHEMA_PREFIX}{event_type}:{}", version(event_type)))?;
    line.member("effectiveon", &said.effective_on)?;
    line.member("id", &said.id)?;
    line.member("office", &said.office)?;
    line.member("origin", &said.origin)?;
    line.member("reason", &said.reason)?;
    line.member("revision", &said.revision)?;
    line.member("source", &format!("{SOURCE_PREFIX}{}", said.programme.0))?;
    line.member("specversion", "1.0")?;
    line.member("subject", &said.stream)?;
    line.member("time", &said.time)?;
    line.member("type", event_type)?;
    line.end();
    let bytes = written.out;
    if bytes.len() > MAX_LINE { Err(EncodeError::TooLong { bytes: bytes.len() }) } else { Ok(bytes) }
}

/// RFC 8785 canonical JSON, of values whose only numbers are integers below 2^53.
///
/// # Errors
/// On any other number.
pub fn canonical(value: &Value) -> Result<Vec<u8>, EncodeError> {
    canonical::canonical(value, Nulls::Kept)
}

/// Absent members are left out of a line.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The newest version of an event type.
fn version(event_type: &str) -> u32 {
    TYPES.iter().find(|(name, _)| *name == event_type).map_or(1, |(_, version)| *version)
}

/// Why a line is no fact. The follower stops there and says so; nothing is skipped.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("not a line of this format")]
    Malformed(#[from] serde_json::Error),
    #[error("unknown event type `{event_type}`")]
    UnknownType { event_type: String },
    #[error("event type `{event_type}` has no version `{dataschema}` here; the ledger was written by a newer program")]
    UnknownVersion { event_type: String, dataschema: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    id: EventId,
    #[serde(borrow)]
    source: Cow<'a, str>,
    subject: String,
    #[serde(borrow, rename = "type")]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    dataschema: Cow<'a, str>,
    time: Instant,
    effectiveon: Option<Date>,
    revision: u64,
    actorid: ActorId,
    actorname: String,
    office: Office,
    commandid: Uuid,
    commanddigest: Sha256,
    correlationid: Option<Uuid>,
    causationid: Option<Uuid>,
    reason: Option<String>,
    origin: String,
    basis: Option<u64>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads a line of any released version.
///
/// # Errors
/// When the line is malformed, or of a type or version that this program does not know.
pub fn decode(line: &[u8]) -> Result<Fact, DecodeError> {
    let line: Line<'_> = serde_json::from_slice(line)?;
    if line.specversion != "1.0" {
        return Err(DecodeError::Malformed(de::Error::custom("specversion is not 1.0")));
    }
    let programme = line.source.strip_prefix(SOURCE_PREFIX).and_then(|id| Uuid::parse_str(id).ok());
    let programme = programme.ok_or_else(|| DecodeError::Malformed(de::Error::custom("source is not urn:uuid:<programme>")))?;
    let event = decode_event(&line.event_type, &line.dataschema, line.data)?;
    Ok(Fact {
        envelope: Envelope {
            id: line.id,
            programme: ProgrammeId(programme),
            stream: line.subject,
            time: line.time,
            effective_on: line.effectiveon,
            revision: line.revision,
            actor: line.actorid,
            actor_name: line.actorname,
            office: line.office,
            command_id: line.commandid,
            command_digest: line.commanddigest,
            correlation_id: line.correlationid,
            causation_id: line.causationid,
            reason: line.reason,
            origin: line.origin,
            basis: line.basis,
        },
        event,
    })
}

/// A payload by its type and version. An older version would be lifted here, by its aggregate's `upcast.rs`.
fn decode_event(event_type: &str, dataschema: &str, data: &RawValue) -> Result<Event, DecodeError> {
    let Some((name, newest)) = TYPES.iter().find(|(name, _)| *name == event_type) else {
        return Err(DecodeError::UnknownType { event_type: event_type.to_owned() });
    };
    let version = dataschema.strip_prefix(SCHEMA_PREFIX).and_then(|rest| rest.strip_prefix(name)).and_then(|rest| rest.strip_prefix(':'));
    if version.and_then(|digits| digits.parse().ok()) != Some(*newest) {
        return Err(DecodeError::UnknownVersion { event_type: event_type.to_owned(), dataschema: dataschema.to_owned() });
    }
    let tagged = Tagged { name, data };
    let aggregate = name.split_once('.').map_or("", |(aggregate, _)| aggregate);
    Ok(match aggregate {
        "programme" => Event::Programme(Deserialize::deserialize(tagged)?),
        "commission" => Event::Commission(Deserialize::deserialize(tagged)?),
        "initiative" => Event::Initiative(Deserialize::deserialize(tagged)?),
        "milestone" => Event::Milestone(Deserialize::deserialize(tagged)?),
        "station" => Event::Station(Deserialize::deserialize(tagged)?),
        "indicator" => Event::Indicator(Deserialize::deserialize(tagged)?),
        _ => return Err(DecodeError::UnknownType { event_type: event_type.to_owned() }),
    })
}

/// Shows serde a type name and a payload as the enum variant they are.
struct Tagged<'a> {
    name: &'static str,
    data: &'a RawValue,
}

impl<'de> de::Deserializer<'de> for Tagged<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> de::EnumAccess<'de> for Tagged<'de> {
    type Error = serde_json::Error;
    type Variant = Payload<'de>;

    fn variant_seed<V: de::DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Payload<'de>), Self::Error> {
        let name: de::value::StrDeserializer<'_, Self::Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Payload(self.data)))
    }
}

struct Payload<'a>(&'a RawValue);

impl<'de> de::VariantAccess<'de> for Payload<'de> {
    type Error = serde_json::Error;

    fn unit_variant(self) -> Result<(), Self::Error> {
        Err(de::Error::custom("an event has a payload"))
    }

    fn newtype_variant_seed<T: de::DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Self::Error> {
        seed.deserialize(&mut serde_json::Deserializer::from_str(self.0.get()))
    }

    fn tuple_variant<V: de::Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("a payload is an object"))
    }

    fn struct_variant<V: de::Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("a payload is an object"))
    }
}

/// SHA-256 over the canonical form of what a caller asked and who asked; what makes a reused command id visible.
///
/// # Errors
/// When a number in the input cannot be told exactly.
pub fn command_digest<T: Serialize>(input: &T, actor: &ActorId) -> Result<Sha256, EncodeError> {
    #[derive(Serialize)]
    struct Asked<'a, T> {
        actor: &'a ActorId,
        input: &'a T,
    }
    let asked = canonical::canonical(&Asked { actor, input }, Nulls::LeftOut)?;
    Ok(Sha256(<sha2::Sha256 as sha2::Digest>::digest(asked).into()))
}
