//! Who reads, and what they are shown: made from the offices of today and the drafts of the live picture, and kept while both last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tahavol_domain::policy::{self, Drafts, Reader, Right, Within};
use tahavol_domain::values::ActorId;
use tahavol_projections::Snapshot;
use tahavol_projections::sight::{Sight, Undecided};

use crate::app::{Tahavol, lock};
use crate::error::AppError;

/// Kinds of readers that are remembered; there are as many as commissions are combined by one person or token.
const MOST: usize = 64;

/// The sights of the newest drafts.
#[derive(Debug, Default)]
pub(crate) struct Sights(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    position: Option<u64>,
    undecided: Undecided,
    by_reader: BTreeMap<Reader, Arc<Sight>>,
}

impl Sights {
    fn of(&self, live: &Snapshot, reader: &Reader) -> Arc<Sight> {
        let mut kept = lock(&self.0);
        if !kept.undecided.is_same(&live.undecided) {
            if live.position < kept.position {
                // Of a picture that is no longer the newest: somebody still reads it, and nobody will again.
                return Sight::new(live, reader);
            }
            *kept = Kept { position: live.position, undecided: live.undecided.clone(), by_reader: BTreeMap::new() };
        }
        if let Some(sight) = kept.by_reader.get(reader) {
            return Arc::clone(sight);
        }
        if kept.by_reader.len() == MOST {
            kept.by_reader.clear();
        }
        let sight = Sight::new(live, reader);
        kept.by_reader.insert(reader.clone(), Arc::clone(&sight));
        sight
    }
}

impl Tahavol {
    /// How much somebody who is recognised is shown, by the offices that they hold on this application's day.
    #[must_use]
    pub fn reader(&self, live: &Snapshot, actor: &ActorId, within: &Within) -> Reader {
        Reader::Recognised(policy::drafts(&live.offices(actor, self.clock().now().date_in(&live.time_zone())), within))
    }

    /// What such a reader is shown as things are in the live picture; it may be laid over any past one.
    #[must_use]
    pub fn sight(&self, live: &Snapshot, reader: &Reader) -> Arc<Sight> {
        match reader {
            Reader::Recognised(Drafts::All) => Sight::whole(),
            Reader::Recognised(Drafts::Of(_)) | Reader::Public => self.kept_sights().of(live, reader),
        }
    }

    /// What somebody who is recognised is shown now.
    #[must_use]
    pub fn sight_of(&self, actor: &ActorId, within: &Within) -> Arc<Sight> {
        let live = self.snapshot();
        self.sight(&live, &self.reader(&live, actor, within))
    }

    /// Whether somebody has a right by the offices that they hold today.
    #[must_use]
    pub fn has(&self, right: Right, actor: &ActorId, within: &Within) -> bool {
        let live = self.snapshot();
        policy::has(right, &live.offices(actor, self.clock().now().date_in(&live.time_zone())), within)
    }

    /// Whether there is an event at a position that is not shown.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn hides(&self, sight: &Sight, position: u64) -> Result<bool, AppError> {
        if sight.is_whole() {
            return Ok(false);
        }
        Ok(self.fact_at(position).await?.is_some_and(|fact| !sight.shows_fact(&fact.fact)))
    }
}
