//! The log of the bench: one order over all streams, with the server's rules for expected versions and repeated events.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::disk::{Disk, Kept};
use super::metadata::{DELETED, Metadata};

/// The revision of the event that tells of a stream's tombstone.
pub const TOMBSTONE: u64 = i64::MAX as u64;

/// An event as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub stream: Arc<str>,
    pub revision: u64,
    pub id: Uuid,
    pub event_type: String,
    pub json: bool,
    pub data: Bytes,
    pub metadata: Bytes,
    /// In steps of 100 ns since 1970.
    pub created: u64,
    pub place: Place,
}

impl Record {
    fn size(&self) -> usize {
        self.data.len() + self.metadata.len() + 2 * self.event_type.len()
    }
}

/// Where an event lies in `$all`: see [`Transactions`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub commit: u64,
    pub prepare: u64,
}

impl Place {
    pub const LAST: Place = Place { commit: u64::MAX, prepare: u64::MAX };
}

/// How the events of one write lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transactions {
    /// Each event has one position, as prepare and as commit: what appends of current servers leave.
    #[default]
    Implicit,
    /// All events of one write have one commit position, behind their prepare positions: what transactions of the older
    /// protocol have left, and the case that tells a follower which takes the two for one.
    Explicit,
}

/// An event to be written.
#[derive(Debug, Clone)]
pub struct Proposed {
    pub id: Uuid,
    pub event_type: String,
    pub json: bool,
    pub data: Bytes,
    pub metadata: Bytes,
}

impl Proposed {
    /// JSON with an id of its own.
    pub fn json(event_type: &str, data: &str) -> Self {
        let data = Bytes::from(data.to_owned());
        Proposed { id: Uuid::new_v4(), event_type: event_type.to_owned(), json: true, data, metadata: Bytes::new() }
    }

    /// What counts towards the largest append.
    pub fn size(&self) -> usize {
        self.data.len() + self.metadata.len() + 2 * self.event_type.len()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Revision(u64),
    NoStream,
    Any,
    StreamExists,
}

/// What an accepted write answers: the last revision of the stream, and where its last event lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub revision: Option<u64>,
    pub place: Option<Place>,
    /// It was recorded before, and nothing was written now.
    pub repeated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The stream is at another revision, or at none.
    WrongVersion(Option<u64>),
    /// It has a tombstone.
    Deleted,
}

/// What a reader finds of a stream.
pub(super) enum Found {
    Missing,
    Deleted,
    Events { first: u64, last: u64, events: Vec<Arc<Record>> },
}

pub(super) struct Store {
    transactions: Transactions,
    inner: Mutex<Inner>,
    /// The last place that is on disk; nothing behind it is shown.
    on_disk: watch::Receiver<Place>,
    to_disk: mpsc::UnboundedSender<Kept>,
}

#[derive(Default)]
struct Inner {
    log: Vec<Arc<Record>>,
    streams: HashMap<Arc<str>, Stream>,
    next: u64,
}

#[derive(Default)]
struct Stream {
    events: Vec<Arc<Record>>,
    /// The first place of an id; the server's own index of ids is per stream, too.
    ids: HashMap<Uuid, u64>,
    deleted: bool,
}

impl Store {
    /// Opens the log in the folder and reads what is there.
    pub(super) async fn open(folder: &Path, transactions: Transactions) -> Self {
        let (disk, kept) = Disk::open(folder).await;
        let mut inner = Inner { next: 812, ..Inner::default() };
        for change in kept {
            inner.apply(change);
        }
        let (to_disk, on_disk) = disk.run(inner.log.last().map(|record| record.place).unwrap_or_default());
        Store { transactions, inner: Mutex::new(inner), on_disk, to_disk }
    }

    /// Writes all events or none. What it answers may be told only after [`Store::settled`].
    pub(super) fn append(&self, stream: &str, expected: Expected, events: Vec<Proposed>) -> Result<Written, Refusal> {
        let mut inner = self.inner();
        match inner.check(stream, expected, &events)? {
            Check::Recorded(written) => Ok(written),
            Check::New { revived } => {
                let first = inner.next_revision(stream);
                if revived {
                    // Only what was written before is gone.
                    let kept = inner.metadata(stream).kept_from(first);
                    let proposed = Proposed::json("$metadata", &kept);
                    self.write(&mut inner, &format!("$${stream}"), vec![proposed]);
                }
                if events.is_empty() {
                    return Ok(Written { revision: first.checked_sub(1), place: None, repeated: false });
                }
                let place = self.write(&mut inner, stream, events);
                Ok(Written { revision: inner.next_revision(stream).checked_sub(1), place: Some(place), repeated: false })
            }
        }
    }

    /// Hides all that is in the stream; it can be written again.
    pub(super) fn delete(&self, stream: &str, expected: Expected) -> Result<Option<Place>, Refusal> {
        let mut inner = self.inner();
        inner.check_version(stream, expected)?;
        let text = format!(r#"{{"$tb":{DELETED}}}"#);
        Ok(Some(self.write(&mut inner, &format!("$${stream}"), vec![Proposed::json("$metadata", &text)])))
    }

    /// Ends the stream for ever.
    pub(super) fn tombstone(&self, stream: &str, expected: Expected) -> Result<Option<Place>, Refusal> {
        let mut inner = self.inner();
        inner.check_version(stream, expected)?;
        let event = Proposed { json: false, ..Proposed::json("$streamDeleted", "") };
        Ok(Some(self.write(&mut inner, stream, vec![event])))
    }

    /// Waits until the place is on disk and can be read.
    pub(super) async fn settled(&self, place: Option<Place>) {
        let Some(place) = place else { return };
        let mut on_disk = self.on_disk.clone();
        let done = on_disk.wait_for(|there| *there >= place).await;
        done.expect("the bench's disk runs as long as the bench");
    }

    /// Told whenever there is more to read.
    pub(super) fn watch(&self) -> watch::Receiver<Place> {
        self.on_disk.clone()
    }

    pub(super) fn last(&self) -> Option<Place> {
        let end = *self.on_disk.borrow();
        let inner = self.inner();
        inner.log[..inner.index(end, true)].last().map(|record| record.place)
    }

    /// Events from a place on (`inclusive`) or strictly behind it.
    pub(super) fn forwards(&self, from: Place, inclusive: bool, limit: usize) -> Vec<Arc<Record>> {
        let end = *self.on_disk.borrow();
        let inner = self.inner();
        let (start, end) = (inner.index(from, !inclusive), inner.index(end, true));
        inner.log[start.min(end)..end].iter().take(limit).cloned().collect()
    }

    /// Events before a place, the last one first.
    pub(super) fn backwards(&self, before: Place, limit: usize) -> Vec<Arc<Record>> {
        let end = *self.on_disk.borrow();
        let inner = self.inner();
        let end = inner.index(before, false).min(inner.index(end, true));
        inner.log[..end].iter().rev().take(limit).cloned().collect()
    }

    /// Events of a stream that its metadata lets be seen, from a revision on in one direction.
    pub(super) fn stream(&self, name: &str, from: u64, backwards: bool, limit: usize) -> Found {
        let end = *self.on_disk.borrow();
        let inner = self.inner();
        let Some(stream) = inner.streams.get(name).filter(|stream| stream.events.first().is_some_and(|first| first.place <= end)) else {
            return Found::Missing;
        };
        if stream.deleted {
            return Found::Deleted;
        }
        let shown = &stream.events[..stream.events.partition_point(|record| record.place <= end)];
        let metadata = inner.metadata(name);
        let (Some(first), Some(last)) = (metadata.first_shown(shown), shown.last()) else { return Found::Missing };
        let shown = &shown[shown.partition_point(|record| record.revision < first)..];
        let events = if backwards {
            let end = shown.partition_point(|record| record.revision <= from);
            shown[..end].iter().rev().take(limit).cloned().collect()
        } else {
            shown[shown.partition_point(|record| record.revision < from)..].iter().take(limit).cloned().collect()
        };
        Found::Events { first, last: last.revision, events }
    }

    /// Takes the last events away, as when a cluster was put back to an older state.
    pub(super) fn put_back(&self, events: usize) {
        let mut inner = self.inner();
        let left = inner.log.len().saturating_sub(events);
        let change = Kept::PutBack(inner.log[..left].last().map(|record| record.place).unwrap_or_default());
        inner.apply(change.clone());
        self.keep(change);
    }

    /// Takes away what metadata and tombstones hide, as the server's scavenging does.
    pub(super) fn scavenge(&self) {
        let mut inner = self.inner();
        let hidden = |record: &Arc<Record>| {
            let stream = &inner.streams[&record.stream];
            let before = inner.metadata(&record.stream).first_shown(&stream.events).unwrap_or(u64::MAX);
            let last = stream.events.last().is_some_and(|last| Arc::ptr_eq(last, record));
            !last && (stream.deleted || record.revision < before)
        };
        let places = inner.log.iter().filter(|record| hidden(record)).map(|record| record.place).collect();
        let change = Kept::Scavenged(places);
        inner.apply(change.clone());
        self.keep(change);
    }

    fn write(&self, inner: &mut Inner, stream: &str, events: Vec<Proposed>) -> Place {
        let change = Kept::Write(inner.laid(stream, events, self.transactions));
        inner.apply(change.clone());
        self.keep(change);
        inner.log.last().map(|record| record.place).unwrap_or_default()
    }

    fn keep(&self, change: Kept) {
        self.to_disk.send(change).expect("the bench's disk runs as long as the bench");
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it has the log")
    }
}

enum Check {
    Recorded(Written),
    /// `revived`: the stream was deleted (not with a tombstone) and begins anew.
    New {
        revived: bool,
    },
}

impl Inner {
    /// The server's decision: write, answered before, or refused.
    fn check(&self, name: &str, expected: Expected, events: &[Proposed]) -> Result<Check, Refusal> {
        let current = self.next_revision(name).checked_sub(1);
        let stream = self.streams.get(name);
        if stream.is_some_and(|stream| stream.deleted) {
            return Err(Refusal::Deleted);
        }
        let revived = self.metadata(name).is_deleted();
        let wrong = Err(Refusal::WrongVersion(current));
        let at = |revision: u64| stream.and_then(|stream| stream.at(revision));
        let recorded = |last: u64| Written { revision: Some(last), place: at(last).map(|record| record.place), repeated: true };
        let expected = match expected {
            Expected::StreamExists if revived => return Err(Refusal::Deleted),
            Expected::StreamExists if current.is_none() && !self.streams.contains_key(format!("$${name}").as_str()) => return wrong,
            Expected::Any | Expected::StreamExists => {
                let known: Vec<Option<u64>> =
                    events.iter().map(|event| stream.and_then(|stream| stream.ids.get(&event.id)).copied()).collect();
                return match (known.first(), known.iter().copied().collect::<Option<Vec<u64>>>()) {
                    (None | Some(None), _) => Ok(Check::New { revived }),
                    (Some(Some(_)), Some(all)) => Ok(Check::Recorded(recorded(all.last().copied().unwrap_or_default()))),
                    // Some are there and some are not: no repetition of anything.
                    (Some(Some(_)), None) => wrong,
                };
            }
            Expected::NoStream => None,
            Expected::Revision(revision) => Some(revision),
        };
        if expected == current {
            return Ok(Check::New { revived });
        }
        if expected > current {
            return wrong;
        }
        let first = expected.map_or(0, |revision| revision + 1);
        let places = || events.iter().zip(first..);
        let same = places().take_while(|(event, revision)| at(*revision).is_some_and(|record| record.id == event.id)).count();
        match same {
            0 if expected.is_none() && revived => Ok(Check::New { revived: true }),
            0 => wrong,
            all if all == events.len() => Ok(Check::Recorded(recorded(first + all as u64 - 1))),
            _ => wrong,
        }
    }

    /// For deleting, where no event could be a repetition.
    fn check_version(&self, name: &str, expected: Expected) -> Result<(), Refusal> {
        let current = self.next_revision(name).checked_sub(1);
        if self.streams.get(name).is_some_and(|stream| stream.deleted) {
            return Err(Refusal::Deleted);
        }
        let right = match expected {
            Expected::Any => true,
            Expected::StreamExists => current.is_some(),
            Expected::NoStream => current.is_none(),
            Expected::Revision(revision) => current == Some(revision),
        };
        if right { Ok(()) } else { Err(Refusal::WrongVersion(current)) }
    }

    /// The events as they lie behind what is there.
    fn laid(&self, stream: &str, events: Vec<Proposed>, transactions: Transactions) -> Vec<Arc<Record>> {
        let stream: Arc<str> = stream.into();
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("the clock is past 1970");
        let created = u64::try_from(since.as_nanos() / 100).expect("it fits for 58,000 years");
        let mut end = self.next;
        let prepares: Vec<u64> = events
            .iter()
            .map(|event| {
                let here = end;
                end += 93 + stream.len() as u64 + event.size() as u64;
                here
            })
            .collect();
        let commit = |prepare: u64| match transactions {
            Transactions::Implicit => prepare,
            Transactions::Explicit => end,
        };
        let first = self.next_revision(&stream);
        let records = events.into_iter().zip(prepares).zip(first..).map(|((event, prepare), revision)| Record {
            stream: stream.clone(),
            revision: if event.event_type == "$streamDeleted" { TOMBSTONE } else { revision },
            id: event.id,
            event_type: event.event_type,
            json: event.json,
            data: event.data,
            metadata: event.metadata,
            created,
            place: Place { commit: commit(prepare), prepare },
        });
        records.map(Arc::new).collect()
    }

    fn apply(&mut self, change: Kept) {
        match change {
            Kept::Write(records) => {
                for record in records {
                    self.next = record.place.commit + 150 + record.stream.len() as u64 + record.size() as u64;
                    self.log.push(record.clone());
                    self.streams.entry(record.stream.clone()).or_default().push(record);
                }
            }
            Kept::PutBack(last) => {
                self.log.retain(|record| record.place <= last);
                self.index_streams();
            }
            Kept::Scavenged(places) => {
                self.log.retain(|record| !places.contains(&record.place));
                self.index_streams();
            }
        }
    }

    fn index_streams(&mut self) {
        self.streams.clear();
        for record in &self.log {
            self.streams.entry(record.stream.clone()).or_default().push(record.clone());
        }
    }

    /// How many events lie before a place, or up to it.
    fn index(&self, place: Place, up_to: bool) -> usize {
        self.log.partition_point(|record| record.place < place || up_to && record.place == place)
    }

    fn next_revision(&self, stream: &str) -> u64 {
        self.streams.get(stream).and_then(|stream| stream.events.last()).map_or(0, |last| last.revision.saturating_add(1))
    }

    fn metadata(&self, stream: &str) -> Metadata {
        let newest = self.streams.get(format!("$${stream}").as_str()).and_then(|stream| stream.events.last());
        newest.map(|record| Metadata::read(&record.data)).unwrap_or_default()
    }
}

impl Stream {
    fn push(&mut self, record: Arc<Record>) {
        self.deleted |= record.revision == TOMBSTONE;
        self.ids.entry(record.id).or_insert(record.revision);
        self.events.push(record);
    }

    fn at(&self, revision: u64) -> Option<&Arc<Record>> {
        let index = self.events.binary_search_by_key(&revision, |record| record.revision).ok()?;
        self.events.get(index)
    }
}
