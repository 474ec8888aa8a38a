//! The only way in: one command becomes events of one stream, or a refusal.
//!
//! read the stream → the same command id there? answer from it → permit → decide → stamp → append with the expected
//! revision → on conflict start again → wait until the snapshot has got there → answer.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tahavol_domain::fact::Fact;
use tahavol_domain::values::Sha256;
use tahavol_domain::{Refusal, Rule, Stream};
use tahavol_ledger::merkle::leaf_hash;
use tahavol_ledger::{Expected, LedgerError, Link, NewEvent};

use crate::app::Tahavol;
use crate::decision::{self, Given};
use crate::error::HandleError;
use crate::evidence::StoredEvidence;
use crate::facts::RecordedFact;
use crate::order::{Order, Outcome};
use crate::streams::{Folded, Made, Slot};

/// How often a command starts again because somebody else was first on its stream.
const RETRIES: u32 = 3;

/// How long an answer waits for the live snapshot before it says "recorded, not yet visible".
const VISIBLE_WITHIN: Duration = Duration::from_secs(5);

/// How often an append of unknown outcome is repeated, and how long each time is waited before.
const REPEATS: u32 = 3;
const REPEAT_AFTER: Duration = Duration::from_millis(100);
/// An engine that has itself tried for so long is not asked again: somebody waits for the answer.
const REPEAT_WITHIN: Duration = Duration::from_secs(5);

/// How long a command waits for a node that is still reading what the others have recorded, and how often it looks.
const READ_WITHIN: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What became of an order on its stream.
enum Done {
    Recorded { position: u64, facts: Vec<Fact>, lines: Vec<Bytes> },
    Earlier(Made),
    AlreadySo { revision: Option<u64> },
}

impl Tahavol {
    /// Handles one command by the real clock.
    ///
    /// # Errors
    /// Each variant of [`HandleError`] says whether something was recorded and what to do next.
    pub async fn handle(&self, order: Order) -> Result<Outcome, HandleError> {
        let done = self.done(&order).await;
        self.notice_refusal(&order, &done);
        let done = done?;
        if let Done::Recorded { position, .. } = &done {
            self.notice_destruction(&order, Some(*position));
        }
        self.answer(&order, done).await
    }

    async fn done(&self, order: &Order) -> Result<Done, HandleError> {
        self.refuse_when_stopped()?;
        self.refuse_while_behind().await?;
        let digest = decision::digest(order)?;
        let stored = decision::look_up(order, self.evidence()).await?;
        let name = order.stream.to_string();
        let (mut slot, first_use) = self.streams().enter(&name).await;
        let done = self.on_its_stream(order, &name, digest, &stored, &mut slot, first_use).await;
        self.streams().leave(&name, slot);
        done
    }

    /// With the stream held. The slot is empty while an append is under way: a caller that goes away in the middle
    /// leaves nothing behind that could be out of date.
    async fn on_its_stream(
        &self,
        order: &Order,
        name: &str,
        digest: Sha256,
        stored: &[Option<StoredEvidence>],
        slot: &mut Slot,
        first_use: bool,
    ) -> Result<Done, HandleError> {
        let mut folded = self.folded(&order.stream, name, slot.take(), first_use, order.expected_revision).await?;
        let mut retries = 0;
        loop {
            if let Some(made) = folded.made_by(order.command_id) {
                **slot = Some(folded);
                return same_command(made, digest);
            }
            if let Some(conflict) = self.stale(order, &folded).await? {
                **slot = Some(folded);
                return Err(conflict);
            }
            let basis = self.snapshot();
            let (named_administrator, named_programme) = (self.named_administrator(), self.named_programme());
            let given = Given { digest, basis: &basis, now: self.clock().now(), named_administrator, named_programme, stored };
            let decided = match decision::decide(order, &folded, &given) {
                Ok(decided) => decided,
                Err(refusal) => {
                    **slot = Some(folded);
                    return Err(refusal.into());
                }
            };
            if decided.is_empty() {
                let revision = folded.revision;
                **slot = Some(folded);
                return Ok(Done::AlreadySo { revision });
            }
            let (facts, events): (Vec<Fact>, Vec<NewEvent>) = decided.into_iter().unzip();
            let lines: Vec<Bytes> = events.iter().map(|event| event.line.clone()).collect();
            match self.append(name, expected(&folded), events).await {
                // The same command came to another node as well, and that one was first: its answer is the one for both.
                Ok(_) if self.ledger().is_shared() && !self.lies_there(&order.stream, &facts, &lines).await? => {
                    folded = Folded::read(&**self.ledger(), &order.stream).await?;
                }
                Ok(position) => {
                    facts.iter().for_each(|fact| folded.apply(fact));
                    **slot = Some(folded);
                    return Ok(Done::Recorded { position, facts, lines });
                }
                Err(conflict @ LedgerError::Conflict { .. }) => {
                    folded.catch_up(&**self.ledger(), &order.stream).await?;
                    // With an expected revision the next round tells the caller what happened.
                    if retries == RETRIES && order.expected_revision.is_none() {
                        return Err(conflict.into());
                    }
                    retries += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The stream's state, no older than what the follower has seen of it and than what the caller has.
    pub(crate) async fn folded(
        &self,
        stream: &Stream,
        name: &str,
        kept: Option<Folded>,
        first_use: bool,
        seen_by_caller: Option<u64>,
    ) -> Result<Folded, HandleError> {
        let seen = self.stream_heads().of(name);
        let known = seen.max(seen_by_caller);
        match kept {
            Some(folded) if folded.revision >= known => Ok(folded),
            Some(mut folded) => {
                folded.catch_up(&**self.ledger(), stream).await?;
                Ok(folded)
            }
            // Nobody in this process has touched the stream and the whole ledger has no event of it. Were another process
            // to begin it at this moment, the append would be a conflict, and the stream would be read.
            None if first_use && known.is_none() && self.is_complete() => Ok(Folded::empty(stream)),
            None => Ok(Folded::read(&**self.ledger(), stream).await?),
        }
    }

    /// What happened after the revision that the caller has seen, where that is not the last one.
    async fn stale(&self, order: &Order, folded: &Folded) -> Result<Option<HandleError>, HandleError> {
        let Some(expected) = order.expected_revision else { return Ok(None) };
        if folded.revision == Some(expected) {
            return Ok(None);
        }
        let meanwhile = self.stream_facts(&order.stream, expected.saturating_add(1), 100).await?;
        let events = meanwhile.into_iter().map(|fact| fact.fact).collect();
        Ok(Some(HandleError::Conflict { expected: Some(expected), actual: folded.revision, events }))
    }

    /// Appends, and tells the position of the last event once it can be read.
    async fn append(&self, name: &str, expected: Expected, events: Vec<NewEvent>) -> Result<u64, LedgerError> {
        let (mut tried, began) = (0, Instant::now());
        let appended = loop {
            match self.ledger().append(name, expected, events.clone()).await {
                // The same event ids again: the ledger answers for certain as soon as it can be asked.
                Err(LedgerError::OutcomeUnknown { .. }) if tried < REPEATS && began.elapsed() < REPEAT_WITHIN => {
                    tried += 1;
                    tokio::time::sleep(REPEAT_AFTER).await;
                }
                // This try has written nothing, which says nothing of the one before.
                Err(LedgerError::Unavailable { what, .. }) if tried > 0 => return Err(LedgerError::OutcomeUnknown { what }),
                appended => break appended?,
            }
        };
        let position = self.ledger().await_position(appended.token).await?;
        self.note_head(position);
        Ok(position)
    }

    /// Whether these very lines are what was recorded, and all that the command has made: on another picture it may have
    /// amounted to more events. That the ids are there is certain, or the append would have been a conflict.
    async fn lies_there(&self, stream: &Stream, facts: &[Fact], lines: &[Bytes]) -> Result<bool, HandleError> {
        let envelope = &facts[0].envelope;
        let there = self.stream_facts(stream, envelope.revision, facts.len() + 1).await?;
        let made = there.iter().filter(|fact| fact.fact.envelope.command_id == envelope.command_id);
        Ok(made.map(|fact| &fact.line).eq(lines))
    }

    /// A decision on a picture that lacks what others recorded long ago would be a wrong answer, and a final one.
    async fn refuse_while_behind(&self) -> Result<(), HandleError> {
        let began = Instant::now();
        while self.ledger().condition().link == Link::CatchingUp {
            if began.elapsed() > READ_WITHIN {
                let what = "this node is still reading what others have recorded".to_owned();
                return Err(HandleError::Unavailable { retry: true, what });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    async fn answer(&self, order: &Order, done: Done) -> Result<Outcome, HandleError> {
        let (events, replayed) = match done {
            Done::Recorded { position, facts, lines } => (recorded(position, facts, lines), false),
            Done::Earlier(made) => (self.stream_facts(&order.stream, made.first, made.events).await?, true),
            Done::AlreadySo { revision } => {
                return Ok(Outcome { position: None, revision, events: Vec::new(), visible: true, replayed: false });
            }
        };
        let position = events.last().map(|event| event.position);
        let visible = match position {
            Some(position) => self.wait_for(position, VISIBLE_WITHIN).await,
            None => true,
        };
        let revision = events.last().map(|event| event.fact.envelope.revision);
        Ok(Outcome { position, revision, events, visible, replayed })
    }
}

/// A command id is used for one command only.
fn same_command(made: Made, digest: Sha256) -> Result<Done, HandleError> {
    if made.digest == digest { Ok(Done::Earlier(made)) } else { Err(Refusal::at(Rule::CommandIdReused, "commandId").into()) }
}

/// The events of one append lie side by side; `last` is the position of the last one.
fn recorded(last: u64, facts: Vec<Fact>, lines: Vec<Bytes>) -> Vec<RecordedFact> {
    let first = (last + 1).saturating_sub(facts.len() as u64);
    let facts = facts.into_iter().zip(lines).zip(first..);
    facts.map(|((fact, line), position)| RecordedFact { position, fact, leaf_hash: leaf_hash(&line), line }).collect()
}

pub(crate) fn expected(folded: &Folded) -> Expected {
    folded.revision.map_or(Expected::NoStream, Expected::Exact)
}
