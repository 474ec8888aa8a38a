//! The writer's side of a replica: copies what another engine has recorded, and looks at what an append would meet.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};
use tokio::sync::oneshot;

use super::errors;
use super::heads::Head;
use super::replica::{Look, Looked, Retention};
use super::writer::{Before, Leaf, Writer};
use crate::merkle::Hash;
use crate::port::{LedgerError, MAX_LINE, Recorded};

/// Events in the writer's queue that are to be copied.
pub(super) struct Batch {
    pub(super) events: Vec<Arrived>,
    pub(super) retention: Vec<Retention>,
    pub(super) answer: oneshot::Sender<Result<u64, LedgerError>>,
}

/// An event of another engine with its leaf hash.
pub(super) struct Arrived {
    pub(super) stream: Arc<str>,
    pub(super) revision: u64,
    pub(super) leaf: Leaf,
    pub(super) commit: u64,
    pub(super) prepare: u64,
}

/// Appends in the writer's queue that are to be looked at.
pub(super) struct Looking {
    pub(super) appends: Vec<Look>,
    pub(super) answer: oneshot::Sender<Result<Vec<Looked>, LedgerError>>,
}

/// Where an event lies in the engine, in its order.
pub(super) type EnginePlace = (u64, u64);

impl Batch {
    pub(super) fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.leaf.line.len()).sum()
    }

    pub(super) fn answer(self, outcome: Result<u64, LedgerError>) {
        drop(self.answer.send(outcome));
    }
}

impl Looking {
    pub(super) fn answer(self, outcome: Result<Vec<Looked>, LedgerError>) {
        drop(self.answer.send(outcome));
    }
}

impl Writer {
    /// In the transaction that is open. `Ok(Err(…))`: up to the faulty event, and nothing from it on.
    pub(super) fn copy(&mut self, batch: &Batch, recorded: &mut Vec<Recorded>) -> rusqlite::Result<Result<u64, LedgerError>> {
        // A warning is worth keeping even when an event is faulty.
        self.note_retention(&batch.retention)?;
        for event in &batch.events {
            if let Some(fault) = self.copy_one(event, recorded)? {
                let Arrived { stream, revision, commit, prepare, .. } = event;
                let what = format!("revision {revision} of {stream} at {commit}/{prepare} of the engine: {fault}");
                return Ok(Err(errors::corrupt(self.next_position, &what)));
            }
        }
        Ok(Ok(self.next_position))
    }

    /// `Some`: why it cannot be copied.
    fn copy_one(&mut self, event: &Arrived, recorded: &mut Vec<Recorded>) -> rusqlite::Result<Option<String>> {
        let head = self.head(&event.stream)?;
        let next = head.map_or(0, |head| head.revision + 1);
        if let Some(head) = head.filter(|_| event.revision < next) {
            return self.compare(head, event);
        }
        if event.revision > next {
            return Ok(Some(format!("revision {next} is missing before it")));
        }
        if self.last_place.is_some_and(|last| last >= (event.commit, event.prepare)) {
            return Ok(Some("it lies before the last one that was copied".to_owned()));
        }
        if event.stream.is_empty() || event.leaf.line.len() > MAX_LINE || i64::try_from(event.commit.max(event.prepare)).is_err() {
            return Ok(Some(format!("no event of this log: a line of {} bytes", event.leaf.line.len())));
        }
        let stream = self.stream_key(&event.stream, head)?;
        let position = self.next_position;
        self.put(stream, &event.stream, event.revision, &event.leaf, recorded)?;
        self.connection
            .prepare_cached("INSERT INTO place (position, commit_position, prepare_position) VALUES (?1, ?2, ?3)")?
            .execute(params![position, event.commit, event.prepare])?;
        self.last_place = Some((event.commit, event.prepare));
        self.heads.put(Arc::clone(&event.stream), Head { stream, revision: event.revision });
        Ok(None)
    }

    /// An event that was copied before and arrives again.
    fn compare(&self, head: Head, event: &Arrived) -> rusqlite::Result<Option<String>> {
        let there: Option<(Hash, [u8; 16], u64, u64)> = self
            .connection
            .prepare_cached(
                "SELECT leaf, id, commit_position, prepare_position FROM event JOIN place USING (position)
                 WHERE stream = ?1 AND revision = ?2",
            )?
            .query_row(params![head.stream, event.revision], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        Ok(match there {
            Some((leaf, id, ..)) if leaf != event.leaf.hash || id != *event.leaf.id.as_bytes() => {
                Some("another event was copied from there before".to_owned())
            }
            Some((_, _, commit, prepare)) if (commit, prepare) != (event.commit, event.prepare) => {
                Some(format!("it lay at {commit}/{prepare} when it was copied"))
            }
            Some(_) => None,
            None => Some("the copy lacks it".to_owned()),
        })
    }

    /// The newest word about each stream counts; one that was told before changes nothing.
    fn note_retention(&self, notes: &[Retention]) -> rusqlite::Result<()> {
        for note in notes {
            self.connection
                .prepare_cached(
                    "INSERT INTO retention (stream, what, commit_position, prepare_position) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET what = excluded.what, commit_position = excluded.commit_position,
                       prepare_position = excluded.prepare_position
                     WHERE (excluded.commit_position, excluded.prepare_position) > (commit_position, prepare_position)",
                )?
                .execute(params![note.stream, note.what, note.commit, note.prepare])?;
        }
        Ok(())
    }

    pub(super) fn look(&mut self, looking: &Looking) -> rusqlite::Result<Vec<Looked>> {
        looking.appends.iter().map(|append| self.look_at(append)).collect()
    }

    fn look_at(&mut self, append: &Look) -> rusqlite::Result<Looked> {
        if append.ids.is_empty() {
            return Ok(Looked::Refused(errors::refused("an append needs at least one event")));
        }
        let head = self.head(&append.stream)?;
        let actual = head.map(|head| head.revision);
        let expected = append.expected.last_revision();
        if actual < expected {
            // The copy is behind; what lies there only the engine can say.
            return Ok(Looked::New);
        }
        let conflict = LedgerError::Conflict { stream: append.stream.to_string(), expected: append.expected, actual };
        let ids = append.ids.iter().copied();
        match head.filter(|_| actual != expected) {
            Some(head) => Ok(match self.recorded_before(ids, append.expected, head)? {
                Before::All(appended) => Looked::Recorded(appended),
                Before::First => Looked::New,
                Before::Other => Looked::Refused(conflict),
            }),
            None => Ok(self.find_reused(ids)?.map_or(Looked::New, Looked::Refused)),
        }
    }
}
