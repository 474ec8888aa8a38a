//! One batch-append session: everything is sent, in order, before the first answer is awaited.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use kurrentdb::{BatchAppendClient, BatchWriteResult, EventData, Position, StreamState};
use tahavol_ledger::{Expected, NewEvent};
use tokio::time::timeout;

use crate::errors::Failure;
use crate::supervisor::Connected;

/// Ends with the first answer that is not a success; what lay behind that one is not known.
pub(crate) struct Session {
    batch: BatchAppendClient,
}

/// An append as the cluster gets it.
pub(crate) struct Outgoing {
    /// The name in the cluster.
    pub(crate) stream: String,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<EventData>,
}

/// What came back for an append; the position of its last event where the cluster tells it.
pub(crate) type Outcome = Result<Option<Position>, Failure>;

type Answer<'a> = Pin<Box<dyn Future<Output = kurrentdb::Result<BatchWriteResult>> + Send + 'a>>;

impl Session {
    pub(crate) async fn begin(connected: &Connected, limit: Duration) -> Result<Self, Failure> {
        let batch = connected.begin_session(limit).await?;
        Ok(Session { batch })
    }

    /// Sends the appends in this order, and waits for each answer for at most `limit` since the one before.
    pub(crate) async fn send(&self, appends: Vec<Outgoing>, limit: Duration) -> Vec<Outcome> {
        let mut answers: Vec<Answer<'_>> = appends.into_iter().map(|append| self.send_one(append)).collect();
        // An append is handed over when its future is polled for the first time, so that happens here, one after another.
        let mut early: Vec<Option<kurrentdb::Result<BatchWriteResult>>> = poll_fn(|context| {
            let polled = answers.iter_mut().map(|answer| match answer.as_mut().poll(context) {
                Poll::Ready(result) => Some(result),
                Poll::Pending => None,
            });
            Poll::Ready(polled.collect())
        })
        .await;
        let mut outcomes = Vec::with_capacity(answers.len());
        let mut silent = false;
        for (answer, early) in answers.into_iter().zip(early.iter_mut()) {
            // After a silence, only what is there already is still taken.
            let patience = if silent { Duration::ZERO } else { limit };
            let result = match early.take() {
                Some(result) => Ok(result),
                None => timeout(patience, answer).await,
            };
            outcomes.push(match result {
                Ok(Ok(written)) => Ok(written.current_position()),
                Ok(Err(error)) => Err(Failure::of(&error)),
                Err(_) => {
                    silent = true;
                    Err(Failure::unanswered("append", limit))
                }
            });
        }
        meant_for_one(outcomes)
    }

    fn send_one(&self, append: Outgoing) -> Answer<'_> {
        let Outgoing { stream, expected, events } = append;
        let expected = match expected {
            Expected::NoStream => StreamState::NoStream,
            Expected::Exact(revision) => StreamState::StreamRevision(revision),
        };
        Box::pin(async move { self.batch.append_to_stream(stream, expected, events).await })
    }
}

/// The session ends with the first answer that refuses something, so there is one at most. Several are the end of the whole
/// call, told to everybody: what became of each is not known then. Nobody is let in without rights, which is known.
fn meant_for_one(mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let failures = || outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    if failures().filter(|failure| failure.is_an_answer()).count() > 1 {
        for failure in outcomes.iter_mut().filter_map(|outcome| outcome.as_mut().err()) {
            if failure.is_an_answer() && *failure != Failure::Denied {
                *failure = Failure::Broken(failure.text());
            }
        }
    }
    outcomes
}

/// Marked as bytes, so that no server and no tool takes it upon itself to write the line in another way.
pub(crate) fn outgoing_event(event: &NewEvent) -> EventData {
    EventData::binary(&event.event_type, event.line.clone()).id(event.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_the_whole_call_is_no_answer_to_each_append() {
        let cut = || Err(Failure::Broken("closed".to_owned()));
        let refused = || Err(Failure::Refused("no".to_owned()));
        let one = vec![Ok(None), refused(), cut()];
        assert_eq!(meant_for_one(one.clone()), one);
        let all = meant_for_one(vec![Ok(None), refused(), refused()]);
        assert!(matches!(&all[..], [Ok(None), Err(Failure::Broken(_)), Err(Failure::Broken(_))]), "{all:?}");
        let denied = vec![Err(Failure::Denied), Err(Failure::Denied)];
        assert_eq!(meant_for_one(denied.clone()), denied);
    }
}
