//! Who did something, when, as what; and the files that prove it.

use async_graphql::{ID, InputObject, Object, SimpleObject};
use tahavol_domain::values;
use tahavol_projections::rows::Stamp;

use crate::errors::UserError;
use crate::node;
use crate::request::View;
use crate::scalars::{Count, Date, Digest, Instant, Position, Uuid};
use tahavol_domain::text::Lang;

/// A person as the public record names them.
#[derive(SimpleObject, Clone)]
pub(crate) struct Person {
    /// As the sign-in says it.
    actor: String,
    name: String,
}

impl From<&values::Person> for Person {
    fn from(person: &values::Person) -> Self {
        Person { actor: person.id.0.clone(), name: person.name.clone() }
    }
}

#[derive(InputObject)]
pub(crate) struct PersonInput {
    /// As the sign-in says it.
    pub(crate) actor: String,
    pub(crate) name: String,
}

impl From<PersonInput> for values::Person {
    fn from(input: PersonInput) -> Self {
        values::Person { id: values::ActorId(input.actor), name: input.name }
    }
}

/// An event, seen as somebody's act.
#[derive(SimpleObject, Clone)]
pub(crate) struct Act {
    position: Position,
    event: Uuid,
    /// Recorded time.
    at: Instant,
    by: Person,
    /// What the person acted as: `council`, `chair:technology`…
    office: String,
    effective_on: Option<Date>,
    reason: Option<String>,
}

impl From<&Stamp> for Act {
    fn from(stamp: &Stamp) -> Self {
        Act {
            position: Position::at(stamp.position),
            event: stamp.event.0.into(),
            at: stamp.at.into(),
            by: (&stamp.by).into(),
            office: stamp.office.to_string(),
            effective_on: stamp.effective_on.map(Into::into),
            reason: stamp.reason.clone(),
        }
    }
}

/// A file that proves something, held by its digest.
#[derive(Clone)]
pub(crate) struct Evidence {
    pub(crate) view: View,
    pub(crate) file: values::Evidence,
}

/// A file that proves something, held by its digest; the server's `/evidence/<digest>` has its bytes.
#[Object]
impl Evidence {
    pub(crate) async fn id(&self) -> ID {
        node::id("evidence", self.file.digest)
    }

    async fn digest(&self) -> Digest {
        self.file.digest.into()
    }

    async fn media_type(&self) -> &str {
        &self.file.media_type
    }

    /// In bytes.
    async fn size(&self) -> Count {
        Count::of(self.file.size)
    }

    async fn title(&self) -> &str {
        &self.file.title
    }

    /// The events that refer to it, by their ids.
    async fn referred_by(&self) -> Vec<Uuid> {
        let row = self.view.snapshot.evidence.get(&self.file.digest);
        row.map(|row| row.referred_by.iter().map(|event| event.0.into()).collect()).unwrap_or_default()
    }

    /// Where it was destroyed by order: whose order, with its number.
    async fn destroyed_by_order(&self) -> Option<String> {
        Some(self.view.snapshot.evidence.get(&self.file.digest)?.destroyed.as_ref()?.0.clone())
    }

    /// Who carried the order out, and when.
    async fn destroyed(&self) -> Option<Act> {
        Some((&self.view.snapshot.evidence.get(&self.file.digest)?.destroyed.as_ref()?.1).into())
    }
}

pub(crate) fn evidence(view: &View, files: &[values::Evidence]) -> Vec<Evidence> {
    // The public view tells of work, and not of the files that prove it.
    let shown = if view.sight.is_public() { &[] } else { files };
    shown.iter().map(|file| Evidence { view: view.clone(), file: file.clone() }).collect()
}

/// A file that was stored before: `POST /evidence` answers its digest, type and size.
#[derive(InputObject)]
pub(crate) struct EvidenceInput {
    pub(crate) digest: Digest,
    pub(crate) media_type: String,
    /// In bytes.
    pub(crate) size: Count,
    pub(crate) title: String,
}

/// The files as the domain names them.
pub(crate) fn read_evidence(lang: Lang, inputs: Option<Vec<EvidenceInput>>) -> Result<Vec<values::Evidence>, UserError> {
    let read = |input: EvidenceInput| {
        Ok(values::Evidence {
            digest: input.digest.0.map_err(|bad| UserError::bad(lang, "evidence.digest", &bad))?,
            media_type: input.media_type,
            size: input.size.0.map_err(|bad| UserError::bad(lang, "evidence.size", &bad))?.0,
            title: input.title,
        })
    };
    inputs.unwrap_or_default().into_iter().map(read).collect()
}
