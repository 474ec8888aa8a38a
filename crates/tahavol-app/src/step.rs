//! One event after another, forwards and backwards, through the ledger, a stream or what one person did: the state before and after each.

mod people;
mod state;

use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::text::{Lang, Text};
use tahavol_domain::values::ActorId;
use tahavol_domain::{Fact, Stream};
use tahavol_projections::Snapshot;
use tahavol_projections::sight::Sight;

use crate::app::Tahavol;
use crate::as_of::AsOf;
use crate::error::AppError;
use crate::facts::{FactFilter, RecordedFact};
use crate::messages::message;
use crate::search::{Direction, Filter, Reach, Window};

/// Which events are stepped through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StepFilter {
    #[default]
    All,
    Stream(Stream),
    /// What this person recorded.
    Actor(ActorId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepDirection {
    #[default]
    Forward,
    Backward,
}

/// An event, with the state of what it is about on both sides of it.
#[derive(Debug, Clone)]
pub struct Step {
    pub event: RecordedFact,
    /// What it is about, field by field, with the values before and after.
    pub fields: Vec<StepField>,
    /// The pictures just before and just after it.
    pub before: Arc<Snapshot>,
    pub after: Arc<Snapshot>,
    /// The neighbours that the same filter lets through.
    pub previous: Option<u64>,
    pub next: Option<u64>,
}

/// A field of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepField {
    /// `phase`, `weight`…; with `step-` before it the key of its name in the catalogue.
    pub key: &'static str,
    /// Which of several: a horizon, a person.
    pub of: Option<Told>,
    /// None: it was not there.
    pub before: Option<Told>,
    pub after: Option<Told>,
}

/// A value that can be told in either language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A code, an id, a unit: as it stands.
    Plain(String),
    /// What somebody wrote.
    Text(Text),
    /// One of a closed list, such as `APPROVED`; its words are in the catalogue.
    Word(&'static str),
    Number(String),
    Date(Date),
    /// Percent of basis points, rounded down.
    Points(u16),
}

impl StepField {
    #[must_use]
    pub fn changed(&self) -> bool {
        self.before != self.after
    }

    /// Its name, with which of several.
    #[must_use]
    pub fn label(&self, lang: Lang) -> String {
        let name = message(&format!("step-{}", self.key), &[], lang);
        match &self.of {
            Some(of) => format!("{name} ({})", of.told(lang)),
            None => name,
        }
    }
}

impl Told {
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        let value = |value: String| message("step-value", &[("value", value)], lang);
        match self {
            Told::Plain(text) => text.clone(),
            Told::Text(text) => text.get(lang).to_owned(),
            Told::Word(word) => message(&format!("step-word-{word}"), &[], lang),
            Told::Number(number) => value(number.clone()),
            Told::Date(date) => value(date.to_string()),
            Told::Points(points) => message("step-percent", &[("value", format!("{}.{:02}", points / 100, points % 100))], lang),
        }
    }
}

impl Tahavol {
    /// The event at the cursor, or the nearest one in that direction that the filter lets through; without a cursor the first one,
    /// or backwards the last. Nothing after `until`, the picture that is looked from, and nothing that the sight does not show. None
    /// where there is no such event.
    ///
    /// # Errors
    /// [`AppError::PositionNotReached`] for a cursor beyond the head, and when the ledger cannot be read.
    pub async fn step(
        &self,
        cursor: Option<u64>,
        filter: &StepFilter,
        direction: StepDirection,
        until: &Snapshot,
        sight: &Arc<Sight>,
    ) -> Result<Option<Step>, AppError> {
        if let Some(position) = cursor.filter(|position| Some(*position) > self.known_head()) {
            return Err(AppError::PositionNotReached { position, head: self.known_head() });
        }
        let Some(last) = until.position else { return Ok(None) };
        let walk = Walk { app: self, filter, last, sight };
        let found = match direction {
            StepDirection::Forward => walk.at_or_after(cursor.unwrap_or(0)).await?,
            StepDirection::Backward => walk.at_or_before(cursor.unwrap_or(last).min(last)).await?,
        };
        let Some(event) = found else { return Ok(None) };
        let position = event.position;
        let previous = match position.checked_sub(1) {
            Some(before) => walk.at_or_before(before).await?.map(|fact| fact.position),
            None => None,
        };
        let next = walk.at_or_after(position + 1).await?.map(|fact| fact.position);
        let before = match position.checked_sub(1) {
            Some(before) => sight.of(&self.as_of(AsOf::Position(before)).await?),
            None => Arc::default(),
        };
        let after = sight.of(&self.as_of(AsOf::Position(position)).await?);
        let fields = fields(&event.fact, &before, &after);
        Ok(Some(Step { event, fields, before, after, previous, next }))
    }

    /// The first revision of the stream that lies at the position or after it; the number of its events where none does. Positions
    /// grow with revisions, so a few reads of one event find it.
    pub(crate) async fn revision_at_or_after(&self, stream: &Stream, position: u64) -> Result<u64, AppError> {
        let lies_before = async |revision: u64| {
            let fact = self.stream_facts(stream, revision, 1).await?.into_iter().next();
            Ok::<_, AppError>(fact.map(|fact| fact.position < position))
        };
        // Everything below `low` lies before the position; `high` does not, or is not there.
        let (mut low, mut high) = (0, 0);
        while lies_before(high).await? == Some(true) {
            low = high + 1;
            high = high * 2 + 1;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            match lies_before(middle).await? {
                Some(true) => low = middle + 1,
                Some(false) | None => high = middle,
            }
        }
        Ok(low)
    }
}

/// Through the events that a filter lets through and a sight shows, up to the last position.
struct Walk<'a> {
    app: &'a Tahavol,
    filter: &'a StepFilter,
    last: u64,
    sight: &'a Arc<Sight>,
}

impl Walk<'_> {
    async fn at_or_after(&self, position: u64) -> Result<Option<RecordedFact>, AppError> {
        if position > self.last {
            return Ok(None);
        }
        let found = match self.filter {
            StepFilter::All if self.sight.is_whole() => self.app.fact_at(position).await?,
            StepFilter::Stream(stream) => {
                if !self.sight.shows(stream) {
                    return Ok(None);
                }
                let mut revision = self.app.revision_at_or_after(stream, position).await?;
                loop {
                    let found = self.app.stream_facts(stream, revision, 1).await?.into_iter().next();
                    if found.as_ref().is_none_or(|fact| self.sight.shows_fact(&fact.fact)) {
                        break found;
                    }
                    revision += 1;
                }
            }
            StepFilter::All | StepFilter::Actor(_) => {
                let window = Window { above: position.checked_sub(1), limit: 1, ..Window::all(Direction::OldestFirst) };
                let found = self.app.search(&self.sought(), window).await?;
                match found.facts.into_iter().next() {
                    Some(first) => Some(first),
                    None if found.reach == Reach::Whole => None,
                    // The index is behind; the ledger itself is not.
                    None => self.app.facts(position.checked_sub(1), 1, &self.scanned()).await?.into_iter().next(),
                }
            }
        };
        Ok(found.filter(|fact| fact.position <= self.last))
    }

    async fn at_or_before(&self, position: u64) -> Result<Option<RecordedFact>, AppError> {
        match self.filter {
            StepFilter::All if self.sight.is_whole() => self.app.fact_at(position).await,
            StepFilter::Stream(stream) => {
                let mut next = self.app.revision_at_or_after(stream, position + 1).await?;
                while let Some(revision) = next.checked_sub(1).filter(|_| self.sight.shows(stream)) {
                    let found = self.app.stream_facts(stream, revision, 1).await?.into_iter().next();
                    if found.as_ref().is_none_or(|fact| self.sight.shows_fact(&fact.fact)) {
                        return Ok(found);
                    }
                    next = revision;
                }
                Ok(None)
            }
            StepFilter::All | StepFilter::Actor(_) => {
                let window = Window { below: Some(position + 1), limit: 1, ..Window::all(Direction::NewestFirst) };
                let found = self.app.search(&self.sought(), window).await?;
                if found.reach == Reach::Whole {
                    return Ok(found.facts.into_iter().next());
                }
                Ok(self.app.facts_before(Some(position + 1), 1, &self.scanned()).await?.into_iter().next())
            }
        }
    }

    fn actor(&self) -> Option<&ActorId> {
        match self.filter {
            StepFilter::Actor(actor) => Some(actor),
            StepFilter::All | StepFilter::Stream(_) => None,
        }
    }

    fn sought(&self) -> Filter {
        Filter { actor: self.actor().cloned(), until: Some(self.last), sight: Arc::clone(self.sight), ..Filter::default() }
    }

    fn scanned(&self) -> FactFilter {
        let actor = self.actor().map(|actor| actor.0.clone());
        FactFilter { actor, until: Some(self.last), sight: Arc::clone(self.sight), ..FactFilter::default() }
    }
}

/// The fields of both states, in one list.
fn fields(fact: &Fact, before: &Snapshot, after: &Snapshot) -> Vec<StepField> {
    let day = fact.envelope.effective_on.unwrap_or_else(|| fact.envelope.time.date_in(&after.time_zone()));
    let (old, new) = (state::state(fact, before, day), state::state(fact, after, day));
    let mut told: Vec<StepField> = Vec::with_capacity(new.len());
    for (key, of, value) in &new {
        let was = old.iter().find(|(other, of_other, _)| other == key && of_other == of).and_then(|(_, _, value)| value.clone());
        told.push(StepField { key, of: of.clone(), before: was, after: value.clone() });
    }
    let gone = old.into_iter().filter(|(key, of, _)| !new.iter().any(|(other, of_other, _)| other == key && of_other == of));
    told.extend(gone.map(|(key, of, value)| StepField { key, of, before: value, after: None }));
    told.retain(|field| field.before.is_some() || field.after.is_some());
    told
}
