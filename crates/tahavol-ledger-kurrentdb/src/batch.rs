//! What is copied into the replica in one transaction, put together from what the cluster told.

use std::sync::Arc;

use tahavol_ledger::{Alarm, MAX_LINE, NewEvent, Replicated, Retention};

use crate::feed::{Told, Word};
use crate::prefix::{Kind, Prefix};
use crate::retention;
use crate::wire::Place;

/// So many events, or so many bytes of lines, are one transaction at most: readers see nothing of it until it is done.
const MOST_EVENTS: usize = 4096;
const MOST_BYTES: usize = 8 << 20;

/// The type of what is left of a stream that was deleted for ever.
const TOMBSTONE: &str = "$streamDeleted";

#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub events: Vec<Replicated>,
    pub retention: Vec<Retention>,
    /// Everything of ours up to here is in this batch or was before it.
    pub place: Option<Place>,
    /// At some point within this batch nothing of ours lay behind it.
    pub caught_up: bool,
    bytes: usize,
}

impl Batch {
    pub(crate) fn is_full(&self) -> bool {
        self.events.len() + self.retention.len() >= MOST_EVENTS || self.bytes >= MOST_BYTES
    }

    /// Why the word cannot be taken, in words; what was added before it stays.
    pub(crate) fn add(&mut self, word: Word, prefix: &Prefix) -> Result<(), String> {
        match word {
            Word::CaughtUp => self.caught_up = true,
            Word::Checkpoint(place) => self.place = Some(place),
            Word::Event(told) => {
                let place = told.place;
                self.add_event(told, prefix)?;
                self.place = self.place.max(Some(place));
            }
        }
        Ok(())
    }

    fn add_event(&mut self, told: Told, prefix: &Prefix) -> Result<(), String> {
        match prefix.sort(&told.stream) {
            Kind::Ours(stream) => {
                if told.event_type == TOMBSTONE {
                    self.note(stream, Some(Alarm::DELETED_FOR_EVER.to_owned()), told.place);
                }
                refuse(stream, &told)?;
                let stream = Arc::from(stream);
                self.bytes += told.data.len();
                let event = NewEvent { id: told.id, event_type: told.event_type, line: told.data };
                let (commit, prepare) = told.place;
                self.events.push(Replicated { stream, revision: told.revision, event, commit, prepare });
            }
            Kind::MetadataOf(stream) | Kind::Settings(stream) => self.note(stream, retention::asked(&told.data), told.place),
            Kind::Foreign => {}
        }
        Ok(())
    }

    fn note(&mut self, stream: &str, what: Option<String>, (commit, prepare): Place) {
        self.retention.push(Retention { stream: stream.to_owned(), what, commit, prepare });
    }
}

/// What no event of this programme can be.
fn refuse(stream: &str, told: &Told) -> Result<(), String> {
    let (commit, prepare) = told.place;
    let place = format!("(at {commit}/{prepare} in the cluster)");
    if told.event_type == TOMBSTONE {
        return Err(format!("the stream {stream} was deleted for ever {place}"));
    }
    if told.event_type.starts_with('$') {
        let kind = &told.event_type;
        return Err(format!("revision {} of {stream} is a link or an event of the server, {kind}, and no fact {place}", told.revision));
    }
    if told.data.len() > MAX_LINE {
        let bytes = told.data.len();
        return Err(format!("revision {} of {stream} has {bytes} bytes and no line is longer than {MAX_LINE} {place}", told.revision));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use uuid::Uuid;

    use super::*;

    fn prefix() -> Prefix {
        Prefix::new(Uuid::from_u128(0xaa))
    }

    fn told(stream: String, revision: u64, event_type: &str, data: &[u8]) -> Told {
        let id = Uuid::from_u128(u128::from(revision) + 1);
        Told { stream, revision, id, event_type: event_type.to_owned(), data: Bytes::copy_from_slice(data), place: (20 + revision, 10) }
    }

    fn ours(revision: u64, event_type: &str, data: &[u8]) -> Word {
        Word::Event(told(prefix().to_cluster("milestone-7"), revision, event_type, data))
    }

    fn metadata(revision: u64, data: &[u8]) -> Word {
        Word::Event(told(format!("$${}", prefix().to_cluster("milestone-7")), revision, "$metadata", data))
    }

    #[test]
    fn an_event_of_ours_is_copied_without_the_prefix_and_byte_for_byte() {
        let mut batch = Batch::default();
        batch.add(ours(3, "a.b", &[0, 255, b'{']), &prefix()).expect("taken");
        let [event] = batch.events.as_slice() else { panic!("{batch:?}") };
        assert_eq!((&*event.stream, event.revision, event.commit, event.prepare), ("milestone-7", 3, 23, 10));
        let expected = NewEvent { id: Uuid::from_u128(4), event_type: "a.b".to_owned(), line: Bytes::from_static(&[0, 255, b'{']) };
        assert_eq!(event.event, expected);
        assert_eq!(batch.place, Some((23, 10)));
    }

    #[test]
    fn what_is_not_ours_only_moves_the_place() {
        let mut batch = Batch::default();
        for (revision, stream) in ["other-1", "$settings-of-mine", "$$other-1"].into_iter().enumerate() {
            let event = told(stream.to_owned(), revision as u64, "x", b"{\"$maxCount\":1}");
            batch.add(Word::Event(event), &prefix()).expect("taken");
        }
        assert!(batch.events.is_empty() && batch.retention.is_empty(), "{batch:?}");
        assert_eq!(batch.place, Some((22, 10)));
        batch.add(Word::Checkpoint((90, 90)), &prefix()).expect("taken");
        assert_eq!(batch.place, Some((90, 90)));
    }

    #[test]
    fn retention_is_noted_and_taken_back() {
        let mut batch = Batch::default();
        batch.add(metadata(0, b"{\"$maxAge\":60}"), &prefix()).expect("taken");
        batch.add(metadata(1, b"{\"$acl\":{}}"), &prefix()).expect("taken");
        let note =
            |what: Option<&str>, commit| Retention { stream: "milestone-7".to_owned(), what: what.map(str::to_owned), commit, prepare: 10 };
        assert_eq!(batch.retention, [note(Some("$maxAge is 60"), 20), note(None, 21)]);
    }

    #[test]
    fn a_tombstone_stops_with_a_note_and_after_what_came_before() {
        let mut batch = Batch::default();
        batch.add(ours(0, "a.b", b"{}"), &prefix()).expect("taken");
        let why = batch.add(ours(i64::MAX.cast_unsigned(), "$streamDeleted", b""), &prefix()).expect_err("refused");
        assert!(why.contains("milestone-7 was deleted for ever"), "{why}");
        assert_eq!(batch.events.len(), 1);
        assert_eq!(batch.place, Some((20, 10)));
        let [note] = batch.retention.as_slice() else { panic!("{batch:?}") };
        assert_eq!(note.what.as_deref(), Some("the stream was deleted for ever"));
    }

    #[test]
    fn links_events_of_the_server_and_too_long_lines_are_refused_and_not_skipped() {
        for (event_type, bytes) in [("$>", 3), ("$metadata", 3), ("a.b", MAX_LINE + 1)] {
            let mut batch = Batch::default();
            let why = batch.add(ours(0, event_type, &vec![b'x'; bytes]), &prefix()).expect_err("refused");
            assert!(why.contains("revision 0 of milestone-7"), "{why}");
            assert!(batch.events.is_empty() && batch.place.is_none());
        }
        let mut batch = Batch::default();
        batch.add(ours(0, "a.b", &vec![b'x'; MAX_LINE]), &prefix()).expect("taken");
    }

    #[test]
    fn once_caught_up_what_is_appended_meanwhile_does_not_undo_it() {
        let mut batch = Batch::default();
        batch.add(Word::CaughtUp, &prefix()).expect("taken");
        assert!(batch.caught_up);
        batch.add(ours(0, "a.b", b"{}"), &prefix()).expect("taken");
        assert!(batch.caught_up);
    }

    #[test]
    fn a_batch_is_full_by_count_or_by_bytes() {
        let mut batch = Batch::default();
        for revision in 0..MOST_EVENTS as u64 {
            assert!(!batch.is_full());
            batch.add(ours(revision, "a.b", b"{}"), &prefix()).expect("taken");
        }
        assert!(batch.is_full());
        let mut batch = Batch::default();
        while !batch.is_full() {
            batch.add(ours(0, "a.b", &vec![b'x'; MAX_LINE]), &prefix()).expect("taken");
        }
        assert!(batch.events.len() < 200, "{}", batch.events.len());
    }
}
