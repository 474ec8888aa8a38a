//! What a command would change: decided as it would be, applied to a copy of the picture, with nothing recorded and nobody told.

use std::sync::Arc;

use tahavol_domain::Stream;
use tahavol_projections::Snapshot;

use crate::app::Tahavol;
use crate::decision::{self, Given};
use crate::error::{AppError, HandleError};
use crate::order::Order;

/// The picture before and after a command that nobody has given yet. Both are of the same position.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    pub before: Arc<Snapshot>,
    pub after: Arc<Snapshot>,
}

impl Tahavol {
    /// Revision of the last event of the stream that the live picture contains; none where it has none.
    #[must_use]
    pub fn revision(&self, stream: &Stream) -> Option<u64> {
        self.stream_heads().of(&stream.to_string())
    }

    /// What the command would amount to now.
    ///
    /// # Errors
    /// As the command itself would be refused.
    pub async fn rehearsed(&self, order: &Order) -> Result<Rehearsal, HandleError> {
        self.refuse_when_stopped()?;
        let digest = decision::digest(order)?;
        let stored = decision::look_up(order, self.evidence()).await?;
        let before = self.snapshot();
        let name = order.stream.to_string();
        let (mut slot, first_use) = self.streams().enter(&name).await;
        let folded = self.folded(&order.stream, &name, slot.take(), first_use, None).await;
        let decided = folded.map(|folded| {
            let (named_administrator, named_programme) = (self.named_administrator(), self.named_programme());
            let given = Given { digest, basis: &before, now: self.clock().now(), named_administrator, named_programme, stored: &stored };
            let decided = decision::decide(order, &folded, &given);
            *slot = Some(folded);
            decided
        });
        self.streams().leave(&name, slot);
        let mut after = Snapshot::clone(&before);
        let first = before.position.map_or(0, |position| position + 1);
        for ((fact, _), position) in decided??.into_iter().zip(first..) {
            after.apply(&fact, position).map_err(|error| AppError::Stopped { position: error.position, what: error.what })?;
        }
        // Nothing was recorded: what is shown is still of this position.
        after.position = before.position;
        after.recorded_at = before.recorded_at;
        after.recorded_max = before.recorded_max;
        Ok(Rehearsal { before, after: Arc::new(after) })
    }
}
