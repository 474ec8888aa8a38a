//! How far the ledger is known to go, and by how much the live snapshot is behind.

use std::sync::Mutex;
use std::time::Instant as Moment;

use crate::app::lock;

/// How far the live snapshot is behind the ledger; `None` when that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Recorded but not folded.
    pub events: Option<u64>,
    /// How long there have been such events; 0 when there are none.
    pub millis: Option<u64>,
    /// The last position of the ledger, as far as is known.
    pub head: Option<u64>,
}

/// The last position of the ledger as far as is known: from own appends, and from what arrives.
#[derive(Debug, Default)]
pub(crate) struct Head(Mutex<Progress>);

#[derive(Debug, Default)]
struct Progress {
    known: Option<u64>,
    folded: Option<u64>,
    /// Since when the snapshot has been behind, without a break.
    behind_since: Option<Moment>,
}

impl Head {
    pub(crate) fn note(&self, position: u64) {
        let mut progress = lock(&self.0);
        progress.known = progress.known.max(Some(position));
        if progress.folded < progress.known && progress.behind_since.is_none() {
            progress.behind_since = Some(Moment::now());
        }
    }

    pub(crate) fn folded(&self, position: Option<u64>) {
        let mut progress = lock(&self.0);
        progress.folded = position;
        progress.known = progress.known.max(position);
        if progress.folded == progress.known {
            progress.behind_since = None;
        }
    }

    pub(crate) fn known(&self) -> Option<u64> {
        lock(&self.0).known
    }

    /// What others have recorded meanwhile is not heard of.
    pub(crate) fn unknown_lag(&self) -> Lag {
        Lag { events: None, millis: None, head: self.known() }
    }

    pub(crate) fn lag(&self, position: Option<u64>) -> Lag {
        let progress = lock(&self.0);
        let count = |position: Option<u64>| position.map_or(0, |position| position + 1);
        let events = count(progress.known).saturating_sub(count(position));
        let millis = progress.behind_since.filter(|_| events > 0).map_or(0, |since| since.elapsed().as_millis());
        Lag { events: Some(events), millis: u64::try_from(millis).ok(), head: progress.known }
    }
}
