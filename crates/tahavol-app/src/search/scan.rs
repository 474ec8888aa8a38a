//! The plain way to find events: every line within bounds is read and looked at. For what the index lacks.

use tahavol_domain::Stream;
use tahavol_ledger::Recorded;
use tahavol_projections::Snapshot;
use tokio::task::spawn_blocking;

use super::entry::Entry;
use super::sought::Sought;
use crate::app::Tahavol;
use crate::error::AppError;
use crate::facts::RecordedFact;

/// So many events are read for one answer, some ten milliseconds of work; beyond that the answer says what it leaves out.
pub(super) const MOST: u64 = 4_096;

/// Events per read.
const CHUNK: usize = 1_024;

impl Tahavol {
    /// Positions within bounds, oldest first.
    pub(super) async fn scan(&self, sought: &Sought, (low, high): (u64, u64)) -> Result<Vec<u64>, AppError> {
        let mut found = Vec::new();
        let mut next = low;
        while next <= high {
            let length = usize::try_from(high - next).map_or(CHUNK, |left| CHUNK.min(left + 1));
            let recorded = self.ledger().read_all(next.checked_sub(1), length).await?;
            let Some(last) = recorded.last() else { break };
            next = last.position + 1;
            found.extend(self.sift(sought, recorded).await?);
        }
        Ok(found)
    }

    /// The same of one stream.
    pub(super) async fn scan_stream(&self, sought: &Sought, stream: &Stream, (low, high): (u64, u64)) -> Result<Vec<u64>, AppError> {
        let mut found = Vec::new();
        let mut revision = 0;
        loop {
            let mut recorded = self.ledger().read_stream(&stream.to_string(), revision, CHUNK).await?;
            let Some(last) = recorded.last() else { return Ok(found) };
            revision = last.revision + 1;
            let ends = last.position >= high;
            recorded.retain(|recorded| (low..=high).contains(&recorded.position));
            found.extend(self.sift(sought, recorded).await?);
            if ends {
                return Ok(found);
            }
        }
    }

    /// Decoding takes its time, which is not the reactor's.
    async fn sift(&self, sought: &Sought, recorded: Vec<Recorded>) -> Result<Vec<u64>, AppError> {
        let (picture, sought) = (self.snapshot(), sought.clone());
        spawn_blocking(move || accepted(recorded, &sought, &picture)).await.map_err(|_| AppError::ShuttingDown)?
    }
}

fn accepted(recorded: Vec<Recorded>, sought: &Sought, picture: &Snapshot) -> Result<Vec<u64>, AppError> {
    let mut found = Vec::new();
    for recorded in recorded.into_iter().filter(|recorded| sought.may_accept(&recorded.event_type, &recorded.stream)) {
        let fact = RecordedFact::read(recorded)?;
        if sought.accepts(&Entry::of(fact.position, &fact.fact, picture)) {
            found.push(fact.position);
        }
    }
    Ok(found)
}
