//! Facts as they were recorded: by position, by stream, as a stream that goes on.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tahavol_domain::Stream;
use tahavol_domain::fact::{Fact, decode};
use tahavol_ledger::Recorded;
use tahavol_projections::sight::Sight;

use crate::app::Tahavol;
use crate::error::{AppError, undecodable};

/// Events per read when facts are searched.
const CHUNK: usize = 512;

/// A fact with its place in the ledger and its bytes.
#[derive(Debug, Clone)]
pub struct RecordedFact {
    pub position: u64,
    pub fact: Fact,
    /// As it was appended.
    pub line: Bytes,
    pub leaf_hash: [u8; 32],
}

impl RecordedFact {
    pub(crate) fn read(recorded: Recorded) -> Result<Self, AppError> {
        let fact = decode(&recorded.line).map_err(|error| undecodable(recorded.position, &error))?;
        Ok(RecordedFact { position: recorded.position, fact, line: recorded.line, leaf_hash: recorded.leaf_hash })
    }
}

/// Which facts are wanted; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct FactFilter {
    /// Event types such as `milestone.progress_reported`, or whole aggregates such as `milestone`.
    pub types: Option<Vec<String>>,
    pub stream: Option<Stream>,
    /// Who recorded it.
    pub actor: Option<String>,
    /// None after this position.
    pub until: Option<u64>,
    /// Only what is shown to whoever asks.
    pub sight: Arc<Sight>,
}

impl FactFilter {
    /// What can be told without decoding the line.
    fn may_match(&self, recorded: &Recorded) -> bool {
        let event_type: &str = &recorded.event_type;
        let aggregate = event_type.split('.').next().unwrap_or(event_type);
        self.types.as_ref().is_none_or(|types| types.iter().any(|wanted| wanted == event_type || wanted == aggregate))
            && self.stream.as_ref().is_none_or(|stream| *recorded.stream == *stream.to_string())
            && self.sight.shows_at(recorded.position, &recorded.stream)
    }

    fn matches(&self, fact: &Fact) -> bool {
        self.actor.as_ref().is_none_or(|actor| *actor == fact.envelope.actor.0)
    }
}

impl Tahavol {
    /// Facts strictly after a position, at most `limit`, in their order.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn facts(&self, after: Option<u64>, limit: usize, filter: &FactFilter) -> Result<Vec<RecordedFact>, AppError> {
        let mut found = Vec::new();
        let mut after = after;
        while found.len() < limit {
            let recorded = self.ledger().read_all(after, CHUNK.max(limit.min(crate::fold::CHUNK))).await?;
            let Some(last) = recorded.last() else { break };
            after = Some(last.position);
            for recorded in recorded {
                if filter.until.is_some_and(|until| recorded.position > until) {
                    return Ok(found);
                }
                if found.len() < limit && filter.may_match(&recorded) {
                    let fact = RecordedFact::read(recorded)?;
                    if filter.matches(&fact.fact) {
                        found.push(fact);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Facts strictly before a position (none: from the end), at most `limit`, newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn facts_before(&self, before: Option<u64>, limit: usize, filter: &FactFilter) -> Result<Vec<RecordedFact>, AppError> {
        let end = match before {
            Some(before) => before,
            None => self.snapshot().position.map_or(0, |position| position + 1),
        };
        let mut end = filter.until.map_or(end, |until| end.min(until + 1));
        let mut found = Vec::new();
        while found.len() < limit && end > 0 {
            let start = end.saturating_sub(CHUNK as u64);
            let length = usize::try_from(end - start).unwrap_or(CHUNK);
            let recorded = self.ledger().read_all(start.checked_sub(1), length).await?;
            for recorded in recorded.into_iter().rev() {
                if found.len() < limit && filter.may_match(&recorded) {
                    let fact = RecordedFact::read(recorded)?;
                    if filter.matches(&fact.fact) {
                        found.push(fact);
                    }
                }
            }
            end = start;
        }
        Ok(found)
    }

    /// Facts of one stream from a revision on, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn stream_facts(&self, stream: &Stream, from_revision: u64, limit: usize) -> Result<Vec<RecordedFact>, AppError> {
        let recorded = self.ledger().read_stream(&stream.to_string(), from_revision, limit).await?;
        recorded.into_iter().map(RecordedFact::read).collect()
    }

    /// The fact at a position; none beyond the head.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn fact_at(&self, position: u64) -> Result<Option<RecordedFact>, AppError> {
        let recorded = self.ledger().read_all(position.checked_sub(1), 1).await?;
        recorded.into_iter().next().map(RecordedFact::read).transpose()
    }

    /// The facts at some positions, in the order in which they are named; those beyond the head are left out.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn facts_at(&self, positions: &[u64]) -> Result<Vec<RecordedFact>, AppError> {
        let mut found = Vec::with_capacity(positions.len());
        for position in positions {
            found.extend(self.fact_at(*position).await?);
        }
        Ok(found)
    }

    /// Facts strictly after a position, then those that come: no gap, no repeat. Ends with the ledger, or after an error.
    #[must_use]
    pub fn subscribe(&self, after: Option<u64>) -> BoxStream<'static, Result<RecordedFact, AppError>> {
        let recorded = self.ledger().subscribe(after);
        let facts = recorded.map(|recorded| recorded.map_err(AppError::from).and_then(RecordedFact::read));
        // An event that cannot be read ends the subscription: nothing is skipped.
        let facts = facts.scan(false, |failed, fact| {
            let ended = std::mem::replace(failed, fact.is_err());
            std::future::ready((!ended).then_some(fact))
        });
        facts.boxed()
    }
}
