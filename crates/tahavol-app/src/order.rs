//! What is asked of the command path, and what it answers.

use serde::Serialize;
use tahavol_domain::calendar::Date;
use tahavol_domain::fact::{EncodeError, command_digest};
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::values::{Person, Sha256};
use tahavol_domain::{Command, Stream};
use uuid::Uuid;

use crate::facts::RecordedFact;

/// One command, with who asks it of which stream.
#[derive(Debug, Clone)]
pub struct Order {
    /// The idempotency key: the same id with the same input is the same command.
    pub command_id: Uuid,
    pub actor: Person,
    pub stream: Stream,
    pub command: Command,
    /// The day on which it was true; none: the day on which it is said.
    pub effective_on: Option<Date>,
    pub reason: Option<String>,
    /// Revision of the last event of the stream that the caller has seen; makes a stale write a conflict.
    pub expected_revision: Option<u64>,
    pub correlation_id: Option<Uuid>,
    pub causation_id: Option<Uuid>,
    /// `graphql` · `web` · `cli` · `import:<sha256 of the file>#<row>`
    pub origin: String,
    pub import: Import,
    /// The bounds of the token that was shown; none: all that the actor may.
    pub within: Within,
}

impl Order {
    /// What makes a reused command id visible: what was asked, of which stream, by whom. How it came here, and what the
    /// caller had seen by then, may differ between two tries.
    pub(crate) fn digest(&self) -> Result<Sha256, EncodeError> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Input<'a> {
            stream: String,
            command: &'a Command,
            effective_on: Option<Date>,
            reason: Option<&'a str>,
        }
        let input = Input {
            stream: self.stream.to_string(),
            command: &self.command,
            effective_on: self.effective_on,
            reason: self.reason.as_deref(),
        };
        command_digest(&input, &self.actor.id)
    }
}

/// A command that was not refused.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Of its last event; none when it was already so.
    pub position: Option<u64>,
    /// Of its last event; when it was already so, of the last event of the stream.
    pub revision: Option<u64>,
    /// What it recorded; empty when it was already so.
    pub events: Vec<RecordedFact>,
    /// Whether the live snapshot contains its events. Otherwise they are recorded all the same, and will be seen later.
    pub visible: bool,
    /// Whether this answers from an earlier try of the same command.
    pub replayed: bool,
}
