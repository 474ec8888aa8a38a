//! Finding events: by stream, type, person, office, commission, time, command, file, words; and the timeline of a person or a thing.
//!
//! What is found comes from a disposable index beside the snapshots as far as that has got, and from the ledger
//! itself for the little that the index lacks. Where too much is lacking, the answer says up to where it is whole.

mod ask;
mod entry;
mod index;
mod scan;
mod sought;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::values::{ActorId, CommissionSlug, InitiativeId, MilestoneId, Office, Sha256};
use tahavol_domain::{Basis, Stream};
use tahavol_projections::sight::Sight;
use uuid::Uuid;

use crate::app::Tahavol;
use crate::error::AppError;
use crate::facts::RecordedFact;
use entry::Entry;
use sought::Sought;
pub(crate) use worker::Search;

/// The index's file in the snapshots' directory.
pub const INDEX_FILE: &str = "search.sqlite";

/// Positions so near to each other are read in one piece.
const NEAR: u64 = 8;

/// Events that an answer reads at once.
const PIECE: usize = 512;

/// Where the index is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SearchIndex {
    /// In the snapshots' directory; in memory, from the first question on, where there is none.
    #[default]
    Beside,
    /// Somebody else keeps it there; it is read as far as it goes, and never written.
    LookedAt(PathBuf),
}

/// Which events are wanted: those that satisfy everything that is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    pub stream: Option<Stream>,
    /// Event types such as `milestone.progress_reported`, or whole aggregates such as `milestone`; any of them. Empty: all.
    pub types: Vec<String>,
    /// Who recorded it.
    pub actor: Option<ActorId>,
    /// As what.
    pub office: Option<Office>,
    /// Whose subject it is: the commission itself, its people, its initiatives with their milestones and the deliveries for
    /// these, its indicators, and offices of it that are lent.
    pub commission: Option<CommissionSlug>,
    /// Both ends included.
    pub recorded_from: Option<Instant>,
    pub recorded_to: Option<Instant>,
    /// Both ends included. Events that state no fact about the world have no effective date and are left out.
    pub effective_from: Option<Date>,
    pub effective_to: Option<Date>,
    pub command: Option<Uuid>,
    pub correlation: Option<Uuid>,
    pub source: Option<Source>,
    /// In the reason or a note, compared as [`tahavol_domain::text::fold`] says.
    pub text: Option<String>,
    pub timeline: Option<Timeline>,
    /// None after this position.
    pub until: Option<u64>,
    /// Only what is shown to whoever asks.
    pub sight: Arc<Sight>,
}

/// Where events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Any imported file.
    Imported,
    /// The file of this digest.
    File(Sha256),
    /// No file.
    NotImported,
}

/// Everything that belongs to a life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timeline {
    /// What the person did, and what was done about them: appointments, releases, offices lent, actions of reviews.
    Person(ActorId),
    /// Its own events, deliveries for it, and the council's decisions on its initiative.
    Milestone(MilestoneId),
    /// Its own events, and those of its milestones with the deliveries for them.
    Initiative(InitiativeId),
}

/// The direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    #[default]
    OldestFirst,
    NewestFirst,
}

/// The part of a list that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Only positions above this one, whatever the direction.
    pub above: Option<u64>,
    /// Only positions below this one.
    pub below: Option<u64>,
    pub direction: Direction,
    pub limit: usize,
}

/// Positions that were found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Positions {
    /// In the direction asked for.
    pub positions: Vec<u64>,
    /// Whether the window holds more than that.
    pub more: bool,
    pub reach: Reach,
}

/// Events that were found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub facts: Vec<RecordedFact>,
    pub more: bool,
    pub reach: Reach,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    pub events: u64,
    pub reach: Reach,
}

/// How much of the ledger was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// All of it, up to the position asked for.
    #[default]
    Whole,
    /// The index is behind and what it lacks is too much to be read at once: events after this position (none: all) were
    /// left out.
    Until(Option<u64>),
}

impl Window {
    /// The whole list.
    #[must_use]
    pub fn all(direction: Direction) -> Self {
        Window { above: None, below: None, direction, limit: usize::MAX }
    }
}

impl Tahavol {
    /// The events of a window, read from the ledger.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn search(&self, filter: &Filter, window: Window) -> Result<Found, AppError> {
        let mut found = self.found(filter, window).await?;
        if !self.are_what_was_sought(filter, &found.facts) {
            // An index says where to look; what an event is, only the ledger says.
            tracing::error!("the search index led to an event that was not sought; it is made anew");
            self.search_index().discard();
            found = self.found(filter, window).await?;
            let sought = Sought::of(filter, &self.snapshot());
            let picture = self.snapshot();
            found.facts.retain(|fact| sought.accepts(&Entry::of(fact.position, &fact.fact, &picture)));
        }
        Ok(found)
    }

    /// The positions of a window.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn search_positions(&self, filter: &Filter, window: Window) -> Result<Positions, AppError> {
        let Some(until) = self.end_of(filter) else { return Ok(Positions::default()) };
        let sought = Sought::of(filter, &self.snapshot());
        if sought.is_everything() {
            return Ok(everything(window, until));
        }
        let bounds = bounds(window, until);
        let (indexed, from_index) = self.search_index().positions(self, &sought, window, bounds, until).await;
        let (rest, reach) = self.unindexed(&sought, indexed, bounds, until).await?;
        let mut positions = from_index;
        match window.direction {
            Direction::OldestFirst => positions.extend(rest),
            Direction::NewestFirst => {
                positions.splice(0..0, rest.into_iter().rev());
            }
        }
        // What was left out may hold more.
        let more = positions.len() > window.limit || (reach != Reach::Whole && window.direction == Direction::OldestFirst);
        positions.truncate(window.limit);
        Ok(Positions { positions, more, reach })
    }

    /// How many events there are in the whole list.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn search_total(&self, filter: &Filter) -> Result<Total, AppError> {
        let Some(until) = self.end_of(filter) else { return Ok(Total::default()) };
        let sought = Sought::of(filter, &self.snapshot());
        if sought.is_everything() {
            return Ok(Total { events: until + 1, reach: Reach::Whole });
        }
        let (indexed, counted) = self.search_index().count(self, &sought, until).await;
        let (rest, reach) = self.unindexed(&sought, indexed, (0, until), until).await?;
        Ok(Total { events: counted + rest.len() as u64, reach })
    }

    /// Facts at some positions in their order, neighbours read together.
    ///
    /// # Errors
    /// When the ledger cannot be read, or has an event that cannot.
    pub async fn facts_of(&self, positions: &[u64]) -> Result<Vec<RecordedFact>, AppError> {
        let mut sorted = positions.to_vec();
        sorted.sort_unstable();
        let mut read = Vec::with_capacity(positions.len());
        let mut from = 0;
        while let Some(first) = sorted.get(from).copied() {
            let run = sorted[from..].windows(2).take(PIECE - 1).take_while(|pair| {
                let length = pair[1] - first;
                pair[1] - pair[0] <= NEAR && length < PIECE as u64
            });
            let to = from + run.count();
            let length = usize::try_from(sorted[to] - first + 1).unwrap_or(PIECE);
            let recorded = self.ledger().read_all(first.checked_sub(1), length).await?;
            let wanted = &sorted[from..=to];
            for recorded in recorded.into_iter().filter(|recorded| wanted.binary_search(&recorded.position).is_ok()) {
                read.push(RecordedFact::read(recorded)?);
            }
            from = to + 1;
        }
        let place = |position: u64| read.binary_search_by_key(&position, |fact: &RecordedFact| fact.position).ok();
        Ok(positions.iter().filter_map(|position| place(*position)).map(|place| read[place].clone()).collect())
    }

    /// Whether anybody of this id is known: in office now or before, lent an office, named by the configuration, or in the
    /// ledger as one who acted. Where that cannot be told yet, they are taken as known.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn knows_actor(&self, actor: &ActorId) -> Result<bool, AppError> {
        if self.snapshot().knows_person(actor) || self.named_administrator() == Some(actor) || self.known_actors().contains(actor) {
            return Ok(true);
        }
        let filter = Filter { actor: Some(actor.clone()), ..Filter::default() };
        let found = self.search_positions(&filter, Window { limit: 1, ..Window::all(Direction::OldestFirst) }).await?;
        Ok(!found.positions.is_empty() || found.reach != Reach::Whole)
    }

    async fn found(&self, filter: &Filter, window: Window) -> Result<Found, AppError> {
        let Positions { positions, more, reach } = self.search_positions(filter, window).await?;
        Ok(Found { facts: self.facts_of(&positions).await?, more, reach })
    }

    fn are_what_was_sought(&self, filter: &Filter, facts: &[RecordedFact]) -> bool {
        let picture = self.snapshot();
        let sought = Sought::of(filter, &picture);
        facts.iter().all(|fact| sought.accepts(&Entry::of(fact.position, &fact.fact, &picture)))
    }

    /// The last position that is looked at; nothing is where there is none.
    fn end_of(&self, filter: &Filter) -> Option<u64> {
        let head = self.snapshot().position?;
        Some(filter.until.map_or(head, |until| until.min(head)))
    }

    /// What the index lacks, within bounds, oldest first.
    async fn unindexed(
        &self,
        sought: &Sought,
        indexed: Option<u64>,
        (low, high): (u64, u64),
        until: u64,
    ) -> Result<(Vec<u64>, Reach), AppError> {
        if indexed >= Some(until) {
            return Ok((Vec::new(), Reach::Whole));
        }
        let low = indexed.map_or(0, |indexed| indexed + 1).max(low);
        if low > high {
            return Ok((Vec::new(), Reach::Whole));
        }
        if let Some(stream) = sought.stream() {
            return Ok((self.scan_stream(sought, stream, (low, high)).await?, Reach::Whole));
        }
        if high - low < scan::MOST || self.search_index().is_looked_at() {
            return Ok((self.scan(sought, (low, high)).await?, Reach::Whole));
        }
        Ok((Vec::new(), Reach::Until(indexed)))
    }
}

/// First and last position of a window; empty where the first is greater.
fn bounds(window: Window, until: u64) -> (u64, u64) {
    let low = window.above.map_or(0, |above| above.saturating_add(1));
    match window.below {
        Some(0) => (1, 0),
        Some(below) => (low, until.min(below - 1)),
        None => (low, until),
    }
}

/// Positions are dense, so that a list of everything needs no index.
fn everything(window: Window, until: u64) -> Positions {
    let (low, high) = bounds(window, until);
    let length = usize::try_from((high + 1).saturating_sub(low)).unwrap_or(usize::MAX);
    let positions = match window.direction {
        Direction::OldestFirst => (low..=high).take(window.limit).collect(),
        Direction::NewestFirst => (low..=high).rev().take(window.limit).collect(),
    };
    Positions { positions, more: length > window.limit, reach: Reach::Whole }
}
