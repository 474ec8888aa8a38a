//! An append on its way: what is known of it, and what its caller is told.

use std::sync::Arc;
use std::time::Duration;

use tahavol_ledger::{Appended, EVENT_OVERHEAD, Expected, LedgerError, Look, Looked, NewEvent};
use tokio::time::Instant;

use crate::errors::Failure;
use crate::prefix::Prefix;
use crate::session::{Outgoing, outgoing_event};

pub(crate) struct Waiting {
    pub(crate) stream: Arc<str>,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) state: State,
    /// When its patience is over.
    pub(crate) until: Instant,
    /// What went wrong last, for the answer that says so.
    trouble: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Never sent: nothing of it can be in the cluster, as far as this node is concerned.
    Unsent,
    /// Sent, with an outcome that is not known. Sending it again unchanged is safe.
    Sent,
    /// The cluster has it, with its last event at this commit and prepare position.
    Recorded(Option<(u64, u64)>),
    /// The cluster has other events, up to this revision, unless (`unsure`) what lies there is this append, of an earlier
    /// sending; `seen`: the replica has that one, too.
    Behind { actual: Option<u64>, seen: bool, unsure: bool },
    /// What the caller is told.
    Over(Result<Appended, LedgerError>),
}

impl Waiting {
    pub(crate) fn new(stream: Arc<str>, expected: Expected, events: Vec<NewEvent>, until: Instant) -> Self {
        Waiting { stream, expected, events, state: State::Unsent, until, trouble: None }
    }

    /// Is to be sent, for the first time or again.
    pub(crate) fn is_to_be_sent(&self) -> bool {
        match self.state {
            State::Unsent | State::Sent => true,
            State::Recorded(_) | State::Behind { .. } | State::Over(_) => false,
        }
    }

    /// The cluster counts revisions in 63 bits, and takes the largest number of 64 bits for "no stream": what lies beyond is
    /// never right and is not sent.
    pub(crate) fn can_be_expected(&self) -> bool {
        self.expected.last_revision().is_none_or(|revision| i64::try_from(revision).is_ok_and(|revision| revision < i64::MAX))
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Over(_))
    }

    /// What the caller is told. To be asked when it is over.
    pub(crate) fn answer(self) -> Result<Appended, LedgerError> {
        match self.state {
            State::Over(result) => result,
            State::Unsent | State::Sent | State::Recorded(_) | State::Behind { .. } => {
                Err(LedgerError::OutcomeUnknown { what: "it was not carried out to the end".to_owned() })
            }
        }
    }

    pub(crate) fn look(&self) -> Look {
        let ids = self.events.iter().map(|event| event.id).collect();
        Look { stream: Arc::clone(&self.stream), expected: self.expected, ids }
    }

    pub(crate) fn outgoing(&self, prefix: &Prefix) -> Outgoing {
        let events = self.events.iter().map(outgoing_event).collect();
        Outgoing { stream: prefix.to_cluster(&self.stream), expected: self.expected, events }
    }

    /// Takes what the replica says.
    pub(crate) fn looked(&mut self, looked: Looked) {
        self.state = match (&self.state, looked) {
            (State::Over(_), _) => return,
            (_, Looked::Recorded(appended)) => State::Over(Ok(appended)),
            // Not before the replica has what the cluster has: the caller reads again, and would meet the same conflict.
            (State::Behind { seen: false, .. }, Looked::New | Looked::Refused(_)) => return,
            (State::Behind { actual, seen: true, .. }, Looked::New) => State::Over(Err(self.conflict(*actual))),
            (State::Unsent | State::Sent | State::Recorded(_), Looked::New) => return,
            // The event that is elsewhere has come before this append, which is still on its way here.
            (State::Recorded(_), Looked::Refused(LedgerError::IdReused { .. })) => return,
            // A stream that was deleted counts as new for the cluster, and goes on where it was.
            (State::Recorded(_), Looked::Refused(error)) => {
                let what = format!("the cluster says that it has recorded it, and this node sees it nowhere: {error}");
                State::Over(Err(LedgerError::OutcomeUnknown { what }))
            }
            // The cluster does not look for an id in other streams, so an earlier sending may be recorded.
            (State::Sent | State::Behind { unsure: true, .. }, Looked::Refused(error @ LedgerError::IdReused { .. })) => {
                State::Over(Err(LedgerError::OutcomeUnknown { what: error.to_string() }))
            }
            (State::Unsent | State::Sent | State::Behind { .. }, Looked::Refused(error)) => State::Over(Err(error)),
        };
    }

    /// Takes an answer of the cluster that is neither a success nor a conflict. `before`: what was known before this sending.
    pub(crate) fn refused(&mut self, before: &State, failure: &Failure) {
        let what = failure.text();
        let unsent = *before == State::Unsent;
        let over = match failure {
            Failure::Deleted => {
                let what = format!("the stream {} was tombstoned in the cluster: nothing can be appended to it ever again", self.stream);
                LedgerError::Corrupt { position: None, what }
            }
            // Of an earlier sending, which was let in, the outcome is still open.
            Failure::Denied | Failure::Refused(_) | Failure::TooLarge if !unsent => LedgerError::OutcomeUnknown { what },
            Failure::Denied => LedgerError::Unavailable { retry: false, what: format!("{what}: append to the programme's streams") },
            Failure::Refused(_) => LedgerError::Refused { what },
            Failure::TooLarge => LedgerError::AppendTooLarge { bytes: self.bytes() },
            Failure::Conflict | Failure::NotLeader(_) | Failure::Broken(_) => {
                self.trouble = Some(what);
                return;
            }
        };
        self.state = State::Over(Err(over));
    }

    pub(crate) fn trouble(&mut self, what: &str) {
        self.trouble = Some(what.to_owned());
    }

    /// Its patience is over: says what is known.
    pub(crate) fn give_up(&mut self, patience: Duration) {
        let trouble = self.trouble.clone().unwrap_or_else(|| "no answer".to_owned());
        let error = match &self.state {
            State::Over(_) => return,
            State::Unsent => LedgerError::Unavailable { retry: true, what: trouble },
            State::Sent => LedgerError::OutcomeUnknown { what: trouble },
            State::Recorded(_) => {
                let what = format!("the cluster has recorded it, and this node has not seen it within {} s", patience.as_secs());
                LedgerError::OutcomeUnknown { what }
            }
            State::Behind { seen: false, unsure: true, .. } => {
                let what = "its stream has gone on in the cluster, with it or without it, and this node has not seen that yet".to_owned();
                LedgerError::OutcomeUnknown { what }
            }
            State::Behind { actual, .. } => self.conflict(*actual),
        };
        self.state = State::Over(Err(error));
    }

    /// This node's copy has stopped: nothing is sent any more, and what was sent is not seen any more.
    pub(crate) fn stop(&mut self, position: u64, what: &str) {
        let what = what.to_owned();
        let error = match &self.state {
            State::Over(_) => return,
            State::Unsent | State::Behind { unsure: false, .. } => LedgerError::Corrupt { position: Some(position), what },
            State::Sent | State::Recorded(_) | State::Behind { unsure: true, .. } => {
                LedgerError::OutcomeUnknown { what: format!("the replica has stopped: {what}") }
            }
        };
        self.state = State::Over(Err(error));
    }

    /// The replica could not say anything.
    pub(crate) fn fail(&mut self, error: &LedgerError) {
        let error = match &self.state {
            State::Over(_) => return,
            State::Unsent => error.clone(),
            State::Sent | State::Recorded(_) | State::Behind { .. } => LedgerError::OutcomeUnknown { what: error.to_string() },
        };
        self.state = State::Over(Err(error));
    }

    fn conflict(&self, actual: Option<u64>) -> LedgerError {
        LedgerError::Conflict { stream: self.stream.to_string(), expected: self.expected, actual }
    }

    fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.line.len() + EVENT_OVERHEAD).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tahavol_ledger::Token;
    use uuid::Uuid;

    fn waiting(state: State) -> Waiting {
        let mut waiting = Waiting::new(Arc::from("s"), Expected::Exact(4), Vec::new(), Instant::now());
        waiting.state = state;
        waiting
    }

    fn over(waiting: &Waiting) -> &Result<Appended, LedgerError> {
        match &waiting.state {
            State::Over(result) => result,
            other => panic!("not over: {other:?}"),
        }
    }

    #[test]
    fn what_was_never_sent_is_known_not_to_be_there() {
        let mut append = waiting(State::Unsent);
        append.trouble("nobody answers");
        append.give_up(Duration::from_secs(20));
        assert_eq!(*over(&append), Err(LedgerError::Unavailable { retry: true, what: "nobody answers".to_owned() }));
    }

    #[test]
    fn what_was_sent_is_not_known() {
        for state in [State::Sent, State::Recorded(None)] {
            let mut append = waiting(state);
            append.give_up(Duration::from_secs(20));
            assert!(matches!(over(&append), Err(LedgerError::OutcomeUnknown { .. })));
        }
        let mut append = waiting(State::Sent);
        append.refused(&State::Sent, &Failure::Denied);
        assert!(matches!(over(&append), Err(LedgerError::OutcomeUnknown { .. })), "an earlier sending may have been let in");
    }

    #[test]
    fn a_conflict_with_what_may_be_an_earlier_sending_is_not_known() {
        for (unsure, known) in [(false, true), (true, false)] {
            let mut append = waiting(State::Behind { actual: Some(6), seen: false, unsure });
            append.give_up(Duration::from_secs(20));
            assert_eq!(matches!(over(&append), Err(LedgerError::Conflict { .. })), known, "{:?}", append.state);
            assert_eq!(matches!(over(&append), Err(LedgerError::OutcomeUnknown { .. })), !known, "{:?}", append.state);
        }
    }

    #[test]
    fn what_may_be_recorded_is_never_told_as_refused() {
        let reused = || Looked::Refused(LedgerError::IdReused { id: Uuid::nil(), stream: "t".to_owned(), revision: 1 });
        let mut sent = waiting(State::Sent);
        sent.looked(reused());
        assert!(matches!(over(&sent), Err(LedgerError::OutcomeUnknown { .. })), "{:?}", sent.state);

        let mut recorded = waiting(State::Recorded(None));
        recorded.looked(reused());
        assert!(!recorded.is_over(), "it is on its way here");
        let conflict = LedgerError::Conflict { stream: "s".to_owned(), expected: Expected::NoStream, actual: Some(6) };
        recorded.looked(Looked::Refused(conflict));
        assert!(matches!(over(&recorded), Err(LedgerError::OutcomeUnknown { .. })), "{:?}", recorded.state);

        let mut unsent = waiting(State::Unsent);
        unsent.looked(reused());
        assert!(matches!(over(&unsent), Err(LedgerError::IdReused { .. })), "{:?}", unsent.state);
    }

    #[test]
    fn a_conflict_is_told_only_when_the_replica_has_what_caused_it() {
        let conflict = LedgerError::Conflict { stream: "s".to_owned(), expected: Expected::Exact(4), actual: Some(6) };
        let mut append = waiting(State::Behind { actual: Some(6), seen: false, unsure: false });
        append.looked(Looked::Refused(conflict.clone()));
        assert!(!append.is_over());
        append.state = State::Behind { actual: Some(6), seen: true, unsure: false };
        append.looked(Looked::Refused(conflict.clone()));
        assert_eq!(*over(&append), Err(conflict));

        let mut ahead = waiting(State::Behind { actual: Some(2), seen: true, unsure: false });
        ahead.looked(Looked::New);
        let conflict = LedgerError::Conflict { stream: "s".to_owned(), expected: Expected::Exact(4), actual: Some(2) };
        assert_eq!(*over(&ahead), Err(conflict));
    }

    #[test]
    fn what_turns_out_to_be_recorded_is_answered_as_recorded() {
        let appended = Appended { revision: 5, token: Token::new(17, 0) };
        for state in [State::Unsent, State::Sent, State::Recorded(None), State::Behind { actual: Some(6), seen: false, unsure: false }] {
            let mut append = waiting(state);
            append.looked(Looked::Recorded(appended));
            assert_eq!(*over(&append), Ok(appended));
        }
    }

    #[test]
    fn a_revision_beyond_all_streams_is_not_sent() {
        for (revision, sent) in [(0, true), (i64::MAX as u64 - 1, true), (i64::MAX as u64, false), (u64::MAX, false)] {
            let append = Waiting::new(Arc::from("s"), Expected::Exact(revision), Vec::new(), Instant::now());
            assert_eq!(append.can_be_expected(), sent, "{revision}");
        }
    }

    #[test]
    fn a_tombstoned_stream_is_damage_and_never_a_new_stream() {
        let mut append = waiting(State::Sent);
        append.refused(&State::Unsent, &Failure::Deleted);
        let Err(LedgerError::Corrupt { what, .. }) = over(&append) else { panic!("{:?}", append.state) };
        assert!(what.contains("tombstoned"), "{what}");
    }
}
