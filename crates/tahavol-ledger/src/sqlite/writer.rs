//! The one writer: takes what is waiting, records it as one transaction, tells subscribers, then answers.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use bytes::Bytes;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use super::copying::{Batch, EnginePlace, Looking};
use super::cosignatures::Keep;
use super::errors::{self, FailedGroup};
use super::file::WriterLock;
use super::group::{Group, Patience};
use super::heads::{Head, Heads};
use super::ids::Ids;
use super::replica;
use super::subscription::Tail;
use super::transparency::Transparency;
use crate::merkle::{Hash, leaf_hash};
use crate::port::{Appended, Expected, LedgerError, NewEvent, Recorded, Token};

/// More distinct event types than the programme has; past it the memory of their names starts anew.
const KNOWN_TYPES: usize = 1_024;

/// What waits in the queue.
pub(super) enum Job {
    Append(Append),
    Keep(Keep),
    Copy(Batch),
    Look(Looking),
}

/// One append in the queue.
pub(super) struct Append {
    pub(super) stream: Arc<str>,
    pub(super) expected: Expected,
    pub(super) leaves: Vec<Leaf>,
    pub(super) answer: oneshot::Sender<Result<Appended, LedgerError>>,
}

/// A new event with its leaf hash.
pub(super) struct Leaf {
    pub(super) id: Uuid,
    event_type: String,
    pub(super) line: Bytes,
    pub(super) hash: Hash,
}

impl Leaf {
    pub(super) fn new(event: NewEvent) -> Self {
        let hash = leaf_hash(&event.line);
        Leaf { id: event.id, event_type: event.event_type, line: event.line, hash }
    }
}

/// Fields are dropped in this order: the file first, then the last copy of the head is written, then the lock goes, and
/// only then are subscriptions told of the end.
pub(super) struct Writer {
    pub(super) connection: Connection,
    transparency: Transparency,
    _lock: WriterLock,
    pub(super) next_position: u64,
    /// Of a replica: where its last event lies in the engine that it is copied from.
    pub(super) last_place: Option<EnginePlace>,
    pub(super) heads: Heads,
    ids: Ids,
    types: HashMap<String, Arc<str>>,
    /// A transaction failed: what is remembered of the file may be wrong and is read again first.
    stale: bool,
    tail: watch::Sender<Tail>,
}

/// What became of one append of a group; answered once the group is on disk.
type Outcome = Result<Appended, LedgerError>;

/// What became of a group.
struct Done {
    outcomes: Vec<Outcome>,
    copied: Vec<Result<u64, LedgerError>>,
    events: Vec<Recorded>,
    kept: Vec<Result<(), LedgerError>>,
}

/// What lies where an append would put its events.
pub(super) enum Before {
    /// These very ids; the answer of the first time.
    All(Appended),
    /// The first of them, and the stream ends there.
    First,
    Other,
}

impl Writer {
    pub(super) fn try_new(
        connection: Connection,
        lock: WriterLock,
        next_position: u64,
        transparency: Transparency,
        tail: watch::Sender<Tail>,
    ) -> Result<Self, LedgerError> {
        let ids = Ids::load(&connection, next_position).map_err(|error| errors::sqlite("read the last event ids", &error))?;
        let last_place = last_place(&connection).map_err(|error| errors::sqlite("read the last place", &error))?;
        let (heads, types) = (Heads::default(), HashMap::new());
        Ok(Writer { connection, transparency, _lock: lock, next_position, last_place, heads, ids, types, stale: false, tail })
    }

    /// Ends when the queue is closed and everything in it is answered.
    pub(super) fn run(mut self, queue: &mpsc::Receiver<Job>) {
        let mut group = Group::default();
        let (mut likely, mut patience) = (0, Patience::default());
        loop {
            if group.is_empty() {
                let Ok(job) = queue.recv() else { break };
                group.add(job);
            }
            group.gather(queue, likely, patience);
            let began = Instant::now();
            let lookings = group.take_lookings();
            if !group.is_empty() {
                let recorded = self.record(&group);
                patience = Patience::after(began.elapsed());
                let mut next = Group::default();
                next.take_waiting(queue);
                likely = group.len() + next.len();
                self.answer(group, recorded);
                group = next;
            }
            self.answer_lookings(lookings);
        }
        if let Err(error) = self.tidy() {
            // Nothing is lost by it: the next opening reads the last ids and the log beside the file again.
            tracing::warn!(%error, "cannot leave the ledger as one file with a complete index of event ids");
        }
        tracing::info!(events = self.next_position, "closed the ledger");
    }

    fn tidy(&mut self) -> Result<(), FailedGroup> {
        if self.stale {
            self.refresh()?;
        }
        let transaction = self.connection.unchecked_transaction()?;
        self.ids.sweep_all(&transaction, self.next_position)?;
        transaction.commit()?;
        // A closed ledger is one file that can be copied; a reader who is still busy only leaves some of it for later.
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// One transaction over the group: events, their subtrees, the head over them. `Err`: none of it was recorded.
    fn record(&mut self, group: &Group) -> Result<Done, FailedGroup> {
        if self.stale {
            self.refresh()?;
        }
        self.execute("BEGIN IMMEDIATE")?;
        let mut outcomes = Vec::with_capacity(group.len());
        let mut events = Vec::with_capacity(group.len());
        for append in group.appends() {
            outcomes.push(self.record_one(append, &mut events)?);
        }
        let copied = group.batches().iter().map(|batch| self.copy(batch, &mut events)).collect::<Result<_, _>>()?;
        self.ids.sweep(&self.connection, self.next_position)?;
        self.transparency.extend(&self.connection, &events)?;
        let kept = group.keeps().iter().map(|keep| self.transparency.keep(&self.connection, keep)).collect::<Result<_, _>>()?;
        self.execute("COMMIT")?;
        // Before the callers are answered: whoever has an answer can have a receipt.
        self.transparency.show();
        Ok(Done { outcomes, copied, events, kept })
    }

    /// The subscribers first: who appends mostly waits for one of them next, and finds it at work already.
    fn answer(&mut self, group: Group, recorded: Result<Done, FailedGroup>) {
        let (appends, batches, keeps) = group.into_parts();
        match recorded {
            Ok(Done { outcomes, copied, events, kept }) => {
                if !events.is_empty() {
                    self.tail.send_replace(Tail::after_commit(events));
                }
                for (append, outcome) in appends.into_iter().zip(outcomes) {
                    append.answer(outcome);
                }
                for (batch, outcome) in batches.into_iter().zip(copied) {
                    batch.answer(outcome);
                }
                for (keep, outcome) in keeps.into_iter().zip(kept) {
                    keep.answer(outcome);
                }
            }
            Err(error) => {
                self.undo();
                let error = self.cause(error);
                // The alarm was told by whoever raised it, once.
                if !matches!(error, FailedGroup::Ledger(LedgerError::Unproven { .. })) {
                    tracing::error!(appends = appends.len() + batches.len(), %error, "cannot record a group of appends");
                }
                // Conflicts found in the group are not told either: they may rest on neighbours that are undone.
                let failure = errors::failed_group(&error);
                for append in appends {
                    append.answer(Err(failure.clone()));
                }
                for batch in batches {
                    batch.answer(Err(failure.clone()));
                }
                for keep in keeps {
                    keep.answer(Err(failure.clone()));
                }
            }
        }
    }

    /// After what was queued before them, and without a transaction.
    fn answer_lookings(&mut self, lookings: Vec<Looking>) {
        for looking in lookings {
            let fresh = if self.stale { self.refresh() } else { Ok(()) };
            let looked = fresh.and_then(|()| Ok(self.look(&looking)?));
            looking.answer(looked.map_err(|error| errors::failed_group(&error)));
        }
    }

    /// `Ok(Err(…))`: this append is refused and has left no trace; its neighbours go on.
    fn record_one(&mut self, append: &Append, events: &mut Vec<Recorded>) -> rusqlite::Result<Outcome> {
        let head = self.head(&append.stream)?;
        let actual = head.map(|head| head.revision);
        if actual != append.expected.last_revision() {
            let before = head.map(|head| self.recorded_before(append.ids(), append.expected, head)).transpose()?;
            return Ok(match before {
                Some(Before::All(appended)) => Ok(appended),
                Some(Before::First | Before::Other) | None => {
                    Err(LedgerError::Conflict { stream: append.stream.to_string(), expected: append.expected, actual })
                }
            });
        }
        if let Some(reused) = self.find_reused(append.ids())? {
            return Ok(Err(reused));
        }
        // From here on everything was checked: a refusal of the file is a failure of the whole group.
        let new_head = self.insert(append, head, events)?;
        self.heads.put(Arc::clone(&append.stream), new_head);
        Ok(Ok(appended(new_head.revision, self.next_position - 1)))
    }

    fn insert(&mut self, append: &Append, head: Option<Head>, events: &mut Vec<Recorded>) -> rusqlite::Result<Head> {
        let stream = self.stream_key(&append.stream, head)?;
        let first = append.expected.first_revision();
        let mut revision = first;
        for (index, leaf) in append.leaves.iter().enumerate() {
            revision = first + index as u64;
            self.put(stream, &append.stream, revision, leaf, events)?;
        }
        Ok(Head { stream, revision })
    }

    /// The stream's key in the file; it is made with its first event.
    pub(super) fn stream_key(&self, stream: &str, head: Option<Head>) -> rusqlite::Result<i64> {
        if let Some(head) = head {
            return Ok(head.stream);
        }
        self.connection.prepare_cached("INSERT INTO stream (name) VALUES (?1)")?.execute([stream])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// The next event of the log.
    pub(super) fn put(
        &mut self,
        key: i64,
        stream: &Arc<str>,
        revision: u64,
        leaf: &Leaf,
        events: &mut Vec<Recorded>,
    ) -> rusqlite::Result<()> {
        let position = self.next_position;
        self.connection
            .prepare_cached("INSERT INTO event (position, stream, revision, id, type, line, leaf) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![position, key, revision, &leaf.id.as_bytes()[..], leaf.event_type, &leaf.line[..], &leaf.hash[..]])?;
        self.ids.add(leaf.id, position);
        events.push(Recorded {
            position,
            stream: Arc::clone(stream),
            revision,
            id: leaf.id,
            event_type: shared_type(&mut self.types, &leaf.event_type),
            line: leaf.line.clone(),
            leaf_hash: leaf.hash,
        });
        self.next_position += 1;
        Ok(())
    }

    /// Where a stream ends, from memory or from the file.
    pub(super) fn head(&mut self, stream: &Arc<str>) -> rusqlite::Result<Option<Head>> {
        if let Some(head) = self.heads.get(stream) {
            return Ok(Some(head));
        }
        let found = self
            .connection
            .prepare_cached("SELECT id, (SELECT max(revision) FROM event WHERE stream = stream.id) FROM stream WHERE name = ?1")?
            .query_row([stream], |row| Ok(Head { stream: row.get(0)?, revision: row.get(1)? }))
            .optional()?;
        if let Some(head) = found {
            self.heads.put(Arc::clone(stream), head);
        }
        Ok(found)
    }

    /// Of a stream that is further than the append expects: whether it is further by this very append.
    pub(super) fn recorded_before(
        &self,
        ids: impl ExactSizeIterator<Item = Uuid>,
        expected: Expected,
        head: Head,
    ) -> rusqlite::Result<Before> {
        let first = expected.first_revision();
        let last = first.saturating_add(ids.len() as u64 - 1);
        let mut place = self.connection.prepare_cached("SELECT position FROM event WHERE stream = ?1 AND revision = ?2 AND id = ?3")?;
        let mut position: Option<u64> = None;
        for (revision, id) in (first..=last.min(head.revision)).zip(ids) {
            position = place.query_row(params![head.stream, revision, &id.as_bytes()[..]], |row| row.get(0)).optional()?;
            if position.is_none() {
                return Ok(Before::Other);
            }
        }
        Ok(match position {
            Some(position) if last <= head.revision => Before::All(appended(last, position)),
            Some(_) => Before::First,
            None => Before::Other,
        })
    }

    pub(super) fn find_reused(&self, ids: impl Iterator<Item = Uuid>) -> rusqlite::Result<Option<LedgerError>> {
        for id in ids {
            let Some(position) = self.ids.find(&self.connection, id)? else { continue };
            let (stream, revision) = self
                .connection
                .prepare_cached("SELECT name, revision FROM event JOIN stream ON stream.id = event.stream WHERE position = ?1")?
                .query_row([position], |row| Ok((row.get(0)?, row.get(1)?)))?;
            return Ok(Some(LedgerError::IdReused { id, stream, revision }));
        }
        Ok(None)
    }

    /// After a failed transaction. SQLite has undone it by itself after some errors (full disk, input/output).
    fn undo(&mut self) {
        self.stale = true;
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "cannot roll back a group of appends");
        }
    }

    /// Something is where the next event belongs: another program has written to the file, and it is told at once
    /// whether what it wrote is signed.
    fn cause(&mut self, error: FailedGroup) -> FailedGroup {
        let taken = matches!(&error, FailedGroup::File(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation));
        match taken.then(|| self.refresh()) {
            Some(Err(found @ FailedGroup::Ledger(LedgerError::Unproven { .. }))) => found,
            Some(_) | None => error,
        }
    }

    fn refresh(&mut self) -> Result<(), FailedGroup> {
        self.heads.forget();
        self.next_position = self.connection.query_row("SELECT coalesce(max(position), -1) + 1 FROM event", [], |row| row.get(0))?;
        self.last_place = last_place(&self.connection)?;
        self.ids = Ids::load(&self.connection, self.next_position)?;
        self.transparency.read_again(&self.connection, self.next_position)?;
        self.stale = false;
        Ok(())
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }
}

impl Append {
    fn ids(&self) -> impl ExactSizeIterator<Item = Uuid> {
        self.leaves.iter().map(|leaf| leaf.id)
    }

    pub(super) fn bytes(&self) -> usize {
        self.leaves.iter().map(|leaf| leaf.line.len()).sum()
    }

    /// A caller that no longer waits has dropped its end; the append stands all the same.
    fn answer(self, outcome: Outcome) {
        drop(self.answer.send(outcome));
    }
}

fn last_place(connection: &Connection) -> rusqlite::Result<Option<EnginePlace>> {
    Ok(replica::newest_place(connection)?.map(|last| (last.commit, last.prepare)))
}

fn appended(revision: u64, position: u64) -> Appended {
    Appended { revision, token: Token::new(position, 0) }
}

fn shared_type(types: &mut HashMap<String, Arc<str>>, name: &str) -> Arc<str> {
    if let Some(known) = types.get(name) {
        return Arc::clone(known);
    }
    if types.len() >= KNOWN_TYPES {
        types.clear();
    }
    let shared: Arc<str> = Arc::from(name);
    types.insert(name.to_owned(), Arc::clone(&shared));
    shared
}
