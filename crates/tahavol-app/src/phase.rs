//! Many commands decided against one picture and recorded in the order in which they were given: imports and played histories.
//!
//! Within a phase nothing waits for the disk. Every command looks at the snapshot at the phase's start and at what
//! earlier commands of the phase did to its own stream, so the lines come out the same, byte for byte, in every run.
//! On a ledger that is shared, lines of different streams may change places when the engine refuses one for a moment.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tahavol_domain::calendar::Instant;
use tahavol_domain::fact::Fact;
use tahavol_domain::{Refusal, Rule};
use tahavol_ledger::{Appended, LedgerError, NewEvent, Token};
use tahavol_projections::Snapshot;

use crate::app::Tahavol;
use crate::decision::{self, Given};
use crate::error::HandleError;
use crate::handle::expected;
use crate::order::Order;
use crate::streams::{Folded, Made};

/// Appends that wait for the disk at a time; beyond them the oldest is awaited.
const MOST_WAITING: usize = 4_096;

/// How long the end of a phase waits at a stretch for the live snapshot.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What stamps the recorded time of a command of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The real clock.
    Now,
    /// A simulated clock; only for a ledger that was founded as a simulation.
    Simulated(Instant),
}

/// A command of a phase that was not refused. It is on disk when the phase has finished.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// What it records; empty when it was already so.
    pub events: Vec<Fact>,
    /// Whether this answers from an earlier try of the same command.
    pub replayed: bool,
}

/// A phase whose every event is on disk and in the live snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// How many events it recorded.
    pub events: usize,
    /// The last of them.
    pub position: Option<u64>,
}

/// A phase under way. Dropping it does not withdraw what was submitted.
pub struct Phase<'a> {
    app: &'a Tahavol,
    basis: Arc<Snapshot>,
    streams: HashMap<String, Folded>,
    waiting: VecDeque<BoxFuture<'a, Result<Appended, LedgerError>>>,
    last: Option<Token>,
    events: usize,
}

impl Tahavol {
    /// Begins a phase at the live snapshot. Other commands on the same streams make it fail, so it is for a ledger that
    /// nobody else writes to meanwhile.
    #[must_use]
    pub fn phase(&self) -> Phase<'_> {
        Phase { app: self, basis: self.snapshot(), streams: HashMap::new(), waiting: VecDeque::new(), last: None, events: 0 }
    }
}

impl Phase<'_> {
    /// The picture that every command of the phase is decided against.
    #[must_use]
    pub fn basis(&self) -> &Arc<Snapshot> {
        &self.basis
    }

    /// Decides one command and queues its events; does not wait until they are on disk.
    ///
    /// # Errors
    /// Refusals at once. Anything else means that the phase cannot go on.
    pub async fn submit(&mut self, order: Order, when: When) -> Result<Submitted, HandleError> {
        let submitted = self.decided(&order, when).await;
        self.app.notice_refusal(&order, &submitted);
        let submitted = submitted?;
        if !submitted.replayed && !submitted.events.is_empty() {
            self.app.notice_destruction(&order, None);
        }
        Ok(submitted)
    }

    async fn decided(&mut self, order: &Order, when: When) -> Result<Submitted, HandleError> {
        self.app.refuse_when_stopped()?;
        let now = self.stamp(order, when)?;
        let digest = decision::digest(order)?;
        let stored = decision::look_up(order, self.app.evidence()).await?;
        let name = order.stream.to_string();
        self.load(order, &name).await?;
        let folded = self.streams.get_mut(&name).expect("loaded just before");
        if let Some(made) = folded.made_by(order.command_id) {
            return if made.digest == digest {
                self.earlier(order, made).await
            } else {
                Err(Refusal::at(Rule::CommandIdReused, "commandId").into())
            };
        }
        if order.expected_revision.is_some() && order.expected_revision != folded.revision {
            return Err(HandleError::Conflict { expected: order.expected_revision, actual: folded.revision, events: Vec::new() });
        }
        let named_administrator = self.app.named_administrator();
        let named_programme = self.app.named_programme();
        let given = Given { digest, basis: &self.basis, now, named_administrator, named_programme, stored: &stored };
        let decided = decision::decide(order, folded, &given)?;
        if decided.is_empty() {
            return Ok(Submitted { events: Vec::new(), replayed: false });
        }
        let (facts, events): (Vec<Fact>, Vec<NewEvent>) = decided.into_iter().unzip();
        let place = expected(folded);
        facts.iter().for_each(|fact| folded.apply(fact));
        self.events += facts.len();
        self.waiting.push_back(self.app.ledger().append(&name, place, events));
        while self.waiting.len() > MOST_WAITING {
            self.settle_oldest().await?;
        }
        Ok(Submitted { events: facts, replayed: false })
    }

    /// Waits until every event is on disk and in the live snapshot.
    ///
    /// # Errors
    /// The first append that failed. Those before it are recorded; running the same phase again completes it.
    pub async fn finish(mut self) -> Result<Finished, HandleError> {
        while !self.waiting.is_empty() {
            self.settle_oldest().await?;
        }
        let position = match self.last {
            Some(token) => Some(self.app.ledger().await_position(token).await?),
            None => None,
        };
        for (name, folded) in self.streams {
            let (mut slot, _) = self.app.streams().enter(&name).await;
            *slot = Some(folded);
            self.app.streams().leave(&name, slot);
        }
        if let Some(position) = position {
            self.app.note_head(position);
            while !self.app.wait_for(position, LOOK_AGAIN).await {
                self.app.refuse_when_stopped()?;
            }
        }
        Ok(Finished { events: self.events, position })
    }

    fn stamp(&self, order: &Order, when: When) -> Result<Instant, Refusal> {
        match when {
            When::Now => Ok(self.app.clock().now()),
            When::Simulated(instant) => {
                let charter = decision::chartering(order);
                let simulation = charter.map_or_else(|| self.basis.simulation(), |charter| charter.simulation.as_ref());
                if simulation.is_some() { Ok(instant) } else { Err(Refusal::new(Rule::ClockNotSimulated)) }
            }
        }
    }

    async fn load(&mut self, order: &Order, name: &str) -> Result<(), HandleError> {
        if !self.streams.contains_key(name) {
            let (mut slot, first_use) = self.app.streams().enter(name).await;
            let kept = slot.take();
            self.app.streams().leave(name, slot);
            let folded = self.app.folded(&order.stream, name, kept, first_use, order.expected_revision).await?;
            self.streams.insert(name.to_owned(), folded);
        }
        Ok(())
    }

    /// The events of an earlier try may be of this very phase, so they must be on disk before they are read.
    async fn earlier(&mut self, order: &Order, made: Made) -> Result<Submitted, HandleError> {
        while !self.waiting.is_empty() {
            self.settle_oldest().await?;
        }
        let events = self.app.stream_facts(&order.stream, made.first, made.events).await?;
        Ok(Submitted { events: events.into_iter().map(|event| event.fact).collect(), replayed: true })
    }

    async fn settle_oldest(&mut self) -> Result<(), HandleError> {
        if let Some(oldest) = self.waiting.pop_front() {
            self.last = Some(oldest.await?.token);
        }
        Ok(())
    }
}
