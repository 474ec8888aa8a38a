//! Which event ids are used, and where: an index in the file, and the last ids in memory until they are swept into it.
//!
//! Ids are random. Written into the index one by one, each would cost a page of the write-ahead log of its own, which on
//! a log of a million events makes appending a quarter slower. So the ids of recent events wait in memory, parted by
//! their first byte, and one part after another is swept into the index: its ids are neighbours there and share pages.
//! Nothing depends on the sweep but speed: after a crash the waiting ids are read from the events again.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

/// One part per first byte of an id.
const PARTS: usize = 256;

/// One part is swept per so many new events, so that a part has about as many ids when its turn comes.
const EVENTS_PER_PART: u64 = 256;

pub(super) struct Ids {
    waiting: Vec<BTreeMap<Uuid, u64>>,
    /// The part whose turn is next.
    turn: usize,
    /// New events that have not yet made a part's turn come.
    due: u64,
    /// The next position when the first part of this round had its turn: all earlier ids are swept when the round ends.
    round_began: u64,
}

impl Ids {
    /// Reads the ids that may not be in the index. After a proper close there are none.
    pub(super) fn load(connection: &Connection, next_position: u64) -> rusqlite::Result<Self> {
        let mut ids = Ids { waiting: vec![BTreeMap::new(); PARTS], turn: 0, due: 0, round_began: next_position };
        let mut recent = connection.prepare("SELECT id, position FROM event WHERE position >= (SELECT events FROM event_id_swept)")?;
        let mut rows = recent.query([])?;
        while let Some(row) = rows.next()? {
            ids.wait(Uuid::from_bytes(row.get(0)?), row.get(1)?);
        }
        Ok(ids)
    }

    /// The position of the event that has this id.
    pub(super) fn find(&self, connection: &Connection, id: Uuid) -> rusqlite::Result<Option<u64>> {
        if let Some(position) = self.waiting[part_of(id)].get(&id) {
            return Ok(Some(*position));
        }
        connection
            .prepare_cached("SELECT position FROM event_id WHERE id = ?1")?
            .query_row([&id.as_bytes()[..]], |row| row.get(0))
            .optional()
    }

    /// Remembers the id of a new event.
    pub(super) fn add(&mut self, id: Uuid, position: u64) {
        self.wait(id, position);
        self.due += 1;
    }

    /// Moves those parts into the index whose turn has come. Within the transaction that records the events.
    pub(super) fn sweep(&mut self, connection: &Connection, next_position: u64) -> rusqlite::Result<()> {
        while self.due >= EVENTS_PER_PART {
            self.due -= EVENTS_PER_PART;
            self.sweep_part(connection, next_position)?;
        }
        Ok(())
    }

    /// Moves all of them, so that the next opening has nothing to read again.
    pub(super) fn sweep_all(&mut self, connection: &Connection, next_position: u64) -> rusqlite::Result<()> {
        self.turn = 0;
        self.round_began = next_position;
        for _ in 0..PARTS {
            self.sweep_part(connection, next_position)?;
        }
        Ok(())
    }

    fn sweep_part(&mut self, connection: &Connection, next_position: u64) -> rusqlite::Result<()> {
        let part = std::mem::take(&mut self.waiting[self.turn]);
        // After a crash some of the ids that were read again are in the index already.
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO event_id (id, position) VALUES (?1, ?2)")?;
        for (id, position) in part {
            insert.execute((&id.as_bytes()[..], position))?;
        }
        self.turn += 1;
        if self.turn == PARTS {
            connection.prepare_cached("UPDATE event_id_swept SET events = ?1")?.execute([self.round_began])?;
            self.turn = 0;
            self.round_began = next_position;
        }
        Ok(())
    }

    fn wait(&mut self, id: Uuid, position: u64) {
        // The first one counts, should another program have written an id twice.
        self.waiting[part_of(id)].entry(id).or_insert(position);
    }
}

fn part_of(id: Uuid) -> usize {
    usize::from(id.as_bytes()[0])
}
