//! One hand-made fact of every event type; its line is published beside the schema and has to be read for ever.

mod commission;
mod indicator;
mod initiative;
mod milestone;
mod programme;
mod station;

use uuid::Uuid;

use crate::calendar::{Date, Instant};
use crate::fact::{Envelope, Event, Fact, event_id};
use crate::quantity::Quantity;
use crate::text::Text;
use crate::values::{ActorId, Evidence, Office, Person, ProgrammeId, Sha256};

const PROGRAMME: ProgrammeId = ProgrammeId(Uuid::from_u128(0x018f_4b5e_0000_7000_8000_0000_0000_0001));
const INITIATIVE: Uuid = Uuid::from_u128(0x018f_4b5e_0000_5000_8000_0000_0000_0010);
const MILESTONE: Uuid = Uuid::from_u128(0x018f_4b5e_0000_5000_8000_0000_0000_0020);

/// One fact of every event type, in the order of [`crate::fact::TYPES`].
#[must_use]
pub fn samples() -> Vec<Fact> {
    let streams = [
        (format!("programme-{}", PROGRAMME.0), programme::samples()),
        ("commission-technology".to_owned(), commission::samples()),
        (format!("initiative-{INITIATIVE}"), initiative::samples()),
        (format!("milestone-{MILESTONE}"), milestone::samples()),
        ("station-00001".to_owned(), station::samples()),
        ("indicator-answered-calls".to_owned(), indicator::samples()),
    ];
    let facts = streams.into_iter().flat_map(|(stream, samples)| {
        samples.into_iter().enumerate().map(move |(revision, sample)| fact(&stream, revision as u64, sample))
    });
    facts.collect()
}

/// What a sample says beside the event.
struct Sample {
    event: Event,
    office: Office,
    on: Option<Date>,
    reason: Option<&'static str>,
}

/// Somebody in this office says it.
fn said(office: Office, event: Event) -> Sample {
    Sample { event, office, on: None, reason: None }
}

impl Sample {
    fn on(self, iso: &str) -> Self {
        Sample { on: Some(day(iso)), ..self }
    }

    fn because(self, reason: &'static str) -> Self {
        Sample { reason: Some(reason), ..self }
    }
}

fn fact(stream: &str, revision: u64, sample: Sample) -> Fact {
    let command_id = Uuid::from_u128(0x018f_4b5e_0000_7000_8000_0000_0000_1000 + u128::from(revision));
    let founding = sample.office == Office::Founding;
    let first = revision == 0 && stream.starts_with("programme-");
    let speaker = person(if founding { "modir" } else { "s.ahmadi" });
    Fact {
        envelope: Envelope {
            id: event_id(command_id, stream, 0),
            programme: PROGRAMME,
            stream: stream.to_owned(),
            time: Instant::parse_wire("2019-09-22T06:30:00.000000Z").expect("a wire instant"),
            effective_on: sample.on,
            revision,
            actor: speaker.id,
            actor_name: speaker.name,
            office: sample.office,
            command_id,
            command_digest: digest(0x11),
            correlation_id: (!first).then(|| Uuid::from_u128(0x018f_4b5e_0000_7000_8000_0000_0000_2000)),
            causation_id: sample.reason.map(|_| Uuid::from_u128(0x018f_4b5e_0000_7000_8000_0000_0000_3000)),
            reason: sample.reason.map(str::to_owned),
            origin: if founding { format!("import:{}#{revision}", digest(0x22)) } else { "graphql".to_owned() },
            basis: (!first).then_some(41),
        },
        event: sample.event,
    }
}

fn person(id: &str) -> Person {
    let name = if id == "modir" { "مدیر سامانه" } else { "سارا احمدی" };
    Person { id: ActorId(id.to_owned()), name: name.to_owned() }
}

fn day(iso: &str) -> Date {
    Date::parse_iso(iso).expect("a civil date")
}

fn quantity(text: &str) -> Quantity {
    Quantity::parse_wire(text).expect("a decimal")
}

fn text(fa: &str, en: &str) -> Text {
    Text::new(fa, en)
}

fn digest(byte: u8) -> Sha256 {
    Sha256([byte; 32])
}

fn evidence() -> Vec<Evidence> {
    vec![Evidence {
        digest: digest(0x33), media_type: "application/pdf".into(), size: 48_213, title: "صورت‌جلسهٔ تحویل".into()
    }]
}

/// An id of something that is made at the edge.
fn made(number: u128) -> Uuid {
    Uuid::from_u128(0x018f_4b5e_0000_7000_8000_0000_0000_4000 + number)
}
