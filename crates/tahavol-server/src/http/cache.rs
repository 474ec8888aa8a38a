//! Answers kept for the same question again, as long as neither the picture nor the day has changed.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use tahavol_app::Clock;
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;
use tahavol_domain::values::ActorId;
use tahavol_graphql::Caller;
use tahavol_identity::Credential;
use uuid::Uuid;

use super::Site;
use super::negotiate::Media;

/// What an answer depends on besides the picture: the request's own bytes, who asks, the language and the media type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) asked: Bytes,
    pub(super) caller: Option<Asker>,
    pub(super) lang: Lang,
    pub(super) media: Media,
}

/// For whom an answer is good.
///
/// Rights are the person's as far as what was shown carries them, so that nobody is given an answer made for somebody else or
/// within other bounds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Asker {
    person: ActorId,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum By {
    Session {
        second_factor: bool,
    },
    /// A token's bounds never change.
    Token(Uuid),
    Provider {
        second_factor: bool,
    },
}

impl Asker {
    pub(super) fn of(caller: &Caller) -> Asker {
        let by = match &caller.by {
            Credential::Session { second_factor, .. } => By::Session { second_factor: *second_factor },
            Credential::Token { id, .. } => By::Token(*id),
            Credential::Provider { second_factor, .. } => By::Provider { second_factor: *second_factor },
        };
        Asker { person: caller.person.id.clone(), by }
    }
}

/// The picture and the day for which answers are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    position: u64,
    day: Date,
}

/// A question longer than this is not asked again and again.
const LONGEST_QUESTION: usize = 16 << 10;

pub(super) struct Cache {
    most_bytes: usize,
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    moment: Option<Moment>,
    answers: HashMap<Question, Bytes>,
    bytes: usize,
}

impl Cache {
    pub(super) fn new(most_bytes: usize) -> Cache {
        Cache { most_bytes, kept: RwLock::default() }
    }

    pub(super) fn get(&self, moment: Moment, question: &Question) -> Option<Bytes> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if kept.moment == Some(moment) { kept.answers.get(question).cloned() } else { None }
    }

    /// Keeps an answer. Those of another moment go; when there is no room, all go: the frequent ones are soon back.
    pub(super) fn put(&self, moment: Moment, question: Question, answer: Bytes) {
        let size = question.asked.len() + answer.len() + 128;
        if size > self.most_bytes / 4 || question.asked.len() > LONGEST_QUESTION {
            return;
        }
        // A copy: what came off the wire is a piece of a larger buffer, which would be kept with it and could not be used again.
        let question = Question { asked: Bytes::copy_from_slice(&question.asked), ..question };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.moment != Some(moment) || kept.bytes + size > self.most_bytes {
            *kept = Kept { moment: Some(moment), ..Kept::default() };
        }
        if kept.answers.insert(question, answer).is_none() {
            kept.bytes += size;
        }
    }
}

impl Site {
    /// The moment for which an answer given now is good; none while the picture is behind the ledger, because answers tell
    /// by how much.
    pub(super) fn moment(&self) -> Option<Moment> {
        let snapshot = self.app.snapshot();
        let lag = self.app.lag();
        if lag.events != Some(0) || !self.app.health().is_ready() {
            return None;
        }
        let zone = snapshot.programme.as_ref().map(|programme| &programme.charter.time_zone)?;
        Some(Moment { position: snapshot.position?, day: Clock::System.now().date_in(zone) })
    }

    pub(super) fn answered_before(&self, moment: Moment, question: &Question) -> Option<Bytes> {
        let found = self.cache.get(moment, question)?;
        self.metrics.cached_answers.inc();
        Some(found)
    }

    /// Keeps an answer, unless the moment has passed while it was made.
    pub(super) fn keep_answer(&self, moment: Moment, question: Question, answer: Bytes) {
        if self.moment() == Some(moment) {
            self.cache.put(moment, question, answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(asked: &'static str, caller: &str) -> Question {
        by_token(asked, caller, Uuid::nil())
    }

    fn by_token(asked: &'static str, caller: &str, token: Uuid) -> Question {
        let caller = Some(Asker { person: ActorId(caller.to_owned()), by: By::Token(token) });
        Question { asked: Bytes::from_static(asked.as_bytes()), caller, lang: Lang::Fa, media: Media::Json }
    }

    fn moment(position: u64) -> Moment {
        Moment { position, day: Date::parse_iso("2026-11-23").unwrap() }
    }

    #[test]
    fn an_answer_is_given_again_to_the_same_person_at_the_same_moment_only() {
        let cache = Cache::new(10_000);
        cache.put(moment(1), question("q", "a"), Bytes::from_static(b"x"));
        assert!(cache.get(moment(1), &question("q", "a")).is_some());
        assert!(cache.get(moment(1), &question("q", "b")).is_none());
        assert!(cache.get(moment(1), &by_token("q", "a", Uuid::max())).is_none());
        assert!(cache.get(moment(2), &question("q", "a")).is_none());
    }

    #[test]
    fn the_bytes_kept_are_bounded() {
        let cache = Cache::new(1_000);
        for asked in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            cache.put(moment(1), question(asked, "a"), Bytes::from_static(&[b'x'; 100]));
        }
        assert!(cache.kept.read().unwrap().bytes <= 1_000);
        cache.put(moment(1), question("large", "a"), Bytes::from_static(&[b'x'; 900]));
        assert!(cache.get(moment(1), &question("large", "a")).is_none());
    }
}
