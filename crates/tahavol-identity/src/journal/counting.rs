//! Same notes that follow each other quickly are one entry with a count, so that nobody can fill the disk by failing often.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant as Moment};

use tahavol_domain::values::ActorId;

use super::NoteKind;
use super::entry::Draft;

/// For how long the same notes are counted before an entry tells how many they were.
const WINDOW: Duration = Duration::from_secs(10);

/// So many different ones of a kind are written in one window; the others of that kind are counted together.
const DIFFERENT: usize = 200;

/// What makes two notes the same; other details may differ. Of notes beyond [`DIFFERENT`], only the kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Same {
    kind: NoteKind,
    of: Option<Of>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Of {
    actor: Option<ActorId>,
    address: Option<IpAddr>,
    details: [Option<String>; 4],
}

/// What is being counted. The first note is written at once; those that follow wait for the end of the window.
#[derive(Debug)]
struct Window {
    ends: Moment,
    waiting: Option<Draft>,
}

/// Notes on their way into the journal.
#[derive(Debug, Default)]
pub(super) struct Counting {
    windows: BTreeMap<Same, Window>,
}

impl Counting {
    /// The draft is to be written now, or is counted.
    pub(super) fn take(&mut self, draft: Draft, now: Moment) -> Option<Draft> {
        if !draft.kind.is_counted() {
            return Some(draft);
        }
        let same = self.same(&draft);
        match self.windows.get_mut(&same) {
            Some(window) => {
                window.waiting = Some(match window.waiting.take() {
                    Some(before) => before.and(draft),
                    None => draft,
                });
                None
            }
            None => {
                self.windows.insert(same, Window { ends: now + WINDOW, waiting: None });
                Some(draft)
            }
        }
    }

    /// What was counted in windows that have ended.
    pub(super) fn ended(&mut self, now: Moment) -> Vec<Draft> {
        let ended: Vec<Same> = self.windows.iter().filter(|(_, window)| window.ends <= now).map(|(same, _)| same.clone()).collect();
        ended.into_iter().filter_map(|same| self.windows.remove(&same)?.waiting).collect()
    }

    /// What has been counted up to now; the windows go on.
    pub(super) fn so_far(&mut self) -> Vec<Draft> {
        self.windows.values_mut().filter_map(|window| window.waiting.take()).collect()
    }

    /// When the next window ends.
    pub(super) fn next(&self) -> Option<Moment> {
        self.windows.values().map(|window| window.ends).min()
    }

    fn same(&self, draft: &Draft) -> Same {
        let detail = |name: &str| draft.details.get(name).cloned();
        let details = ["code", "what", "command", "account"].map(detail);
        let of = Of { actor: draft.actor.clone(), address: draft.address, details };
        let same = Same { kind: draft.kind, of: Some(of) };
        let of_the_kind = self.windows.keys().filter(|other| other.kind == draft.kind).count();
        if of_the_kind < DIFFERENT || self.windows.contains_key(&same) { same } else { Same { kind: draft.kind, of: None } }
    }
}

impl Draft {
    /// One entry for both: what they do not share is left out.
    fn and(self, other: Draft) -> Draft {
        let details = self.details.into_iter().filter(|(name, value)| other.details.get(name) == Some(value)).collect();
        Draft {
            at: other.at,
            kind: self.kind,
            actor: self.actor.filter(|actor| other.actor.as_ref() == Some(actor)),
            address: self.address.filter(|address| other.address == Some(*address)),
            details,
            times: self.times + other.times,
        }
    }
}

#[cfg(test)]
mod tests {
    use tahavol_domain::calendar::Instant;

    use super::super::entry::Note;
    use super::*;

    fn failed(address: u32, name: &str) -> Draft {
        let address = IpAddr::from(address.to_be_bytes());
        let note = Note::new(NoteKind::SignInFailed).from(Some(address)).with("code", "WRONG").with("name", name);
        Draft::of(note, Instant::from_micros(0))
    }

    #[test]
    fn the_first_is_written_at_once_and_the_same_after_it_are_one_entry_at_the_end_of_the_window() {
        let (mut counting, begin) = (Counting::default(), Moment::now());
        assert!(counting.take(failed(1, "a"), begin).is_some());
        for name in ["a", "b", "c"] {
            assert_eq!(counting.take(failed(1, name), begin), None);
        }
        assert_eq!(counting.ended(begin), []);
        let ended = counting.ended(begin + WINDOW);
        assert_eq!(ended.len(), 1);
        assert_eq!((ended[0].times, ended[0].details.get("name")), (3, None), "names were different");
        assert!(ended[0].details.contains_key("code"));
        assert!(counting.take(failed(1, "a"), begin + WINDOW).is_some(), "a new window");
    }

    #[test]
    fn however_many_addresses_there_are_the_entries_of_one_window_are_bounded() {
        let (mut counting, begin) = (Counting::default(), Moment::now());
        let written = (0..100_000).filter_map(|address| counting.take(failed(address, "a"), begin)).count();
        let ended = counting.ended(begin + WINDOW);
        assert!(written + ended.len() <= DIFFERENT + 2, "{written} and {}", ended.len());
        assert_eq!(written as u64 + ended.iter().map(|draft| draft.times).sum::<u64>(), 100_000, "and none is lost");
    }

    #[test]
    fn acts_of_people_who_may_are_never_counted_together() {
        let (mut counting, begin) = (Counting::default(), Moment::now());
        let made = || Draft::of(Note::new(NoteKind::TokenMade).with("token", "1"), Instant::from_micros(0));
        assert!(counting.take(made(), begin).is_some() && counting.take(made(), begin).is_some());
    }
}
