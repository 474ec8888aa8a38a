//! What an event has to do with others: those that it names, those that name it, and those of the same command.

use tahavol_domain::Stream;
use tahavol_domain::values::EventId;
use tahavol_projections::sight::Sight;

use crate::app::Tahavol;
use crate::error::AppError;
use crate::facts::RecordedFact;
use crate::search::{Direction, Filter, Window};

/// Events of its stream that are looked at on either side.
const NEAR: u64 = 1_000;
/// Events of one command that are told.
const MOST: usize = 20;

/// The events that have to do with one.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// That it corrects, verifies, contests, takes back: it names them in what it says.
    pub refers_to: Vec<RecordedFact>,
    /// That name it so.
    pub referred_by: Vec<RecordedFact>,
    /// That the same command recorded.
    pub same_command: Vec<RecordedFact>,
}

impl References {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.refers_to.is_empty() && self.referred_by.is_empty() && self.same_command.is_empty()
    }
}

impl Tahavol {
    /// What has to do with an event, as far as the sight shows it and nothing after `until`. References stay within a stream; a
    /// thousand of its events on either side are looked at.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn references(&self, of: &RecordedFact, until: u64, sight: &std::sync::Arc<Sight>) -> Result<References, AppError> {
        let said = &of.fact.envelope;
        let mut found = References::default();
        if let Ok(stream) = said.stream.parse::<Stream>() {
            let from = said.revision.saturating_sub(NEAR);
            let length = usize::try_from(said.revision - from + 1 + NEAR).unwrap_or(usize::MAX);
            let near = self.stream_facts(&stream, from, length).await?;
            for other in near.into_iter().filter(|other| other.position != of.position && other.position <= until) {
                if !sight.shows_fact(&other.fact) {
                    continue;
                }
                if names(of, other.fact.envelope.id) {
                    found.refers_to.push(other);
                } else if names(&other, said.id) {
                    found.referred_by.push(other);
                }
            }
        }
        let filter =
            Filter { command: Some(said.command_id), until: Some(until), sight: std::sync::Arc::clone(sight), ..Filter::default() };
        let window = Window { limit: MOST, ..Window::all(Direction::OldestFirst) };
        let same = self.search(&filter, window).await?.facts;
        found.same_command = same.into_iter().filter(|other| other.position != of.position).collect();
        Ok(found)
    }
}

/// Whether what an event says names another one. The line is looked at first: most of them name none.
fn names(fact: &RecordedFact, id: EventId) -> bool {
    let id = id.0.to_string();
    let in_line = fact.line.windows(id.len()).filter(|part| *part == id.as_bytes()).count();
    in_line > 0 && holds(&fact.fact.event.data(), &id)
}

fn holds(value: &serde_json::Value, id: &str) -> bool {
    match value {
        serde_json::Value::String(text) => text == id,
        serde_json::Value::Array(values) => values.iter().any(|value| holds(value, id)),
        serde_json::Value::Object(members) => members.values().any(|value| holds(value, id)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}
