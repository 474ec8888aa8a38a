//! The state of the streams that commands were lately asked of, so that a hot stream is not read again for every command.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tahavol_domain::aggregate::State;
use tahavol_domain::fact::Fact;
use tahavol_domain::values::Sha256;
use tahavol_domain::{Stream, station};
use tahavol_ledger::Ledger;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::error::AppError;
use crate::facts::RecordedFact;

/// Events per read of a stream.
const PAGE: usize = 1_024;

/// Bounds of what is kept: streams, and the events of all of them (each costs some 64 bytes for its command id).
const MOST_STREAMS: usize = 8_192;
const MOST_EVENTS: usize = 500_000;

/// A stream, folded as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct Folded {
    pub(crate) state: State,
    /// Of its last event.
    pub(crate) revision: Option<u64>,
    made: HashMap<Uuid, Made>,
}

/// What a command has made of this stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) digest: Sha256,
    /// Revision of its first event.
    pub(crate) first: u64,
    pub(crate) events: usize,
}

impl Folded {
    pub(crate) fn empty(stream: &Stream) -> Self {
        Folded { state: State::empty(stream), revision: None, made: HashMap::new() }
    }

    pub(crate) async fn read(ledger: &dyn Ledger, stream: &Stream) -> Result<Self, AppError> {
        let mut folded = Folded::empty(stream);
        folded.catch_up(ledger, stream).await?;
        Ok(folded)
    }

    /// Reads what happened since.
    pub(crate) async fn catch_up(&mut self, ledger: &dyn Ledger, stream: &Stream) -> Result<(), AppError> {
        let name = stream.to_string();
        loop {
            let page = ledger.read_stream(&name, self.revision.map_or(0, |revision| revision + 1), PAGE).await?;
            let last = page.len() < PAGE;
            for recorded in page {
                self.apply(&RecordedFact::read(recorded)?.fact);
            }
            if last {
                return Ok(());
            }
        }
    }

    pub(crate) fn apply(&mut self, fact: &Fact) {
        let said = &fact.envelope;
        // The placeholder is overwritten in the same statement; `evolve` takes the state by value.
        let state = std::mem::replace(&mut self.state, State::Station(station::Station::default()));
        self.state = state.evolve(&fact.event, said);
        self.revision = Some(said.revision);
        let made = self.made.entry(said.command_id).or_insert(Made { digest: said.command_digest, first: said.revision, events: 0 });
        made.events += 1;
    }

    pub(crate) fn made_by(&self, command: Uuid) -> Option<Made> {
        self.made.get(&command).copied()
    }

    fn events(&self) -> usize {
        self.revision.map_or(0, |revision| usize::try_from(revision).unwrap_or(usize::MAX).saturating_add(1))
    }
}

/// Whoever holds it is alone on its stream in this process; `None`: not folded yet, or not to be trusted any more.
pub(crate) type Slot = OwnedMutexGuard<Option<Folded>>;

#[derive(Default)]
pub(crate) struct Streams(Mutex<Table>);

#[derive(Default)]
struct Table {
    entries: HashMap<String, Entry>,
    /// Grows with every use.
    now: u64,
    events: usize,
}

struct Entry {
    slot: Arc<tokio::sync::Mutex<Option<Folded>>>,
    used: u64,
    events: usize,
}

impl Streams {
    /// Waits until no other command of this process is on the stream. Also tells whether none has been there before, as
    /// far as is remembered.
    pub(crate) async fn enter(&self, stream: &str) -> (Slot, bool) {
        let (slot, first_use) = {
            let mut table = self.lock();
            table.now += 1;
            let used = table.now;
            let first_use = !table.entries.contains_key(stream);
            let entry = table.entries.entry(stream.to_owned()).or_insert_with(|| Entry { slot: Arc::default(), used, events: 0 });
            entry.used = used;
            (Arc::clone(&entry.slot), first_use)
        };
        (slot.lock_owned().await, first_use)
    }

    /// Accounts for what the slot holds now, and lets it go.
    pub(crate) fn leave(&self, stream: &str, slot: Slot) {
        let events = slot.as_ref().map_or(0, Folded::events);
        drop(slot);
        let mut table = self.lock();
        if let Some(entry) = table.entries.get_mut(stream) {
            let before = std::mem::replace(&mut entry.events, events);
            table.events = table.events + events - before;
        }
        if table.entries.len() > MOST_STREAMS || table.events > MOST_EVENTS {
            table.forget();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Forgets the least recently used quarter at once, so that the search for it is paid rarely. A slot that somebody
    /// holds or waits for stays: two slots of one stream would let two commands in.
    fn forget(&mut self) {
        let mut idle: Vec<(u64, String)> = self
            .entries
            .iter()
            .filter(|(_, entry)| Arc::strong_count(&entry.slot) == 1)
            .map(|(stream, entry)| (entry.used, stream.clone()))
            .collect();
        idle.sort_unstable();
        for (place, (_, stream)) in idle.iter().enumerate() {
            if place >= idle.len().div_ceil(4) && self.events <= MOST_EVENTS / 4 * 3 {
                break;
            }
            if let Some(entry) = self.entries.remove(stream) {
                self.events -= entry.events;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tahavol_domain::values::StationCode;

    #[tokio::test]
    async fn the_streams_used_longest_ago_are_forgotten_first() {
        let streams = Streams::default();
        for n in 0..=MOST_STREAMS {
            let stream = Stream::Station(StationCode(format!("{n:05}")));
            let (mut slot, first_use) = streams.enter(&stream.to_string()).await;
            assert!(first_use);
            *slot = Some(Folded::empty(&stream));
            streams.leave(&stream.to_string(), slot);
        }
        assert!(streams.lock().entries.len() <= MOST_STREAMS * 3 / 4 + 1);
        assert!(streams.enter("station-00000").await.0.is_none(), "the oldest is gone");
        assert!(streams.enter(&format!("station-{MOST_STREAMS:05}")).await.0.is_some(), "the newest is there");
    }

    #[tokio::test]
    async fn a_stream_that_somebody_holds_is_not_forgotten() {
        let streams = Streams::default();
        let (mut held, _) = streams.enter("station-held").await;
        *held = Some(Folded::empty(&Stream::Station(StationCode("held".to_owned()))));
        for n in 0..=MOST_STREAMS {
            let name = format!("station-{n:05}");
            let (slot, _) = streams.enter(&name).await;
            streams.leave(&name, slot);
        }
        assert!(streams.lock().entries.contains_key("station-held"));
        drop(held);
    }
}
