//! Appends that wait, and how many of them are taken at once.

use std::collections::HashSet;
use std::sync::Arc;

use tahavol_ledger::{Appended, EVENT_OVERHEAD, Expected, LedgerError, NewEvent};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use uuid::Uuid;

/// As many appends travel together at most, so that the first one's answer is not kept up by the last one's.
const MOST_APPENDS: usize = 512;
const MOST_BYTES: usize = 4 << 20;

/// An append in the queue.
pub(crate) struct Queued {
    pub(crate) stream: Arc<str>,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<NewEvent>,
    /// Its patience runs from here.
    pub(crate) since: Instant,
    pub(crate) answer: oneshot::Sender<Result<Appended, LedgerError>>,
}

/// Appends that go one after another, the next one only when the one before is recorded.
pub(crate) struct InOrder {
    pub(crate) appends: Vec<(Arc<str>, Expected, Vec<NewEvent>)>,
    pub(crate) answer: oneshot::Sender<Result<Vec<Appended>, LedgerError>>,
}

pub(crate) enum Job {
    Append(Queued),
    InOrder(InOrder),
}

/// What was taken too much is put back here.
pub(crate) struct Queue {
    jobs: mpsc::UnboundedReceiver<Job>,
    held: Option<Job>,
}

impl Queue {
    pub(crate) fn new(jobs: mpsc::UnboundedReceiver<Job>) -> Self {
        Queue { jobs, held: None }
    }

    /// `None` once nothing waits and nothing more can come.
    pub(crate) async fn next(&mut self) -> Option<Job> {
        match self.held.take() {
            Some(held) => Some(held),
            None => self.jobs.recv().await,
        }
    }

    /// `first` and what waits behind it, as long as it fits. An append that names an event of the group begins the next
    /// one: what it meets depends on what becomes of that event.
    pub(crate) fn group(&mut self, first: Queued) -> Vec<Queued> {
        let mut ids = HashSet::new();
        let mut bytes = size_of(&first);
        take_ids(&mut ids, &first);
        let mut group = vec![first];
        while group.len() < MOST_APPENDS {
            let next = match self.jobs.try_recv() {
                Ok(Job::Append(next)) => next,
                Ok(other) => {
                    self.held = Some(other);
                    break;
                }
                Err(_) => break,
            };
            bytes += size_of(&next);
            if bytes > MOST_BYTES || next.events.iter().any(|event| ids.contains(&event.id)) {
                self.held = Some(Job::Append(next));
                break;
            }
            take_ids(&mut ids, &next);
            group.push(next);
        }
        group
    }
}

fn size_of(append: &Queued) -> usize {
    append.events.iter().map(|event| event.line.len() + EVENT_OVERHEAD).sum()
}

fn take_ids(ids: &mut HashSet<Uuid>, append: &Queued) {
    ids.extend(append.events.iter().map(|event| event.id));
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn append(ids: &[u128], bytes: usize) -> Job {
        let events = ids.iter().map(|id| NewEvent {
            id: Uuid::from_u128(*id),
            event_type: "t.happened".to_owned(),
            line: Bytes::from(vec![b'x'; bytes]),
        });
        let (answer, _) = oneshot::channel();
        Job::Append(Queued {
            stream: Arc::from("s"),
            expected: Expected::NoStream,
            events: events.collect(),
            since: Instant::now(),
            answer,
        })
    }

    async fn sizes(jobs: Vec<Job>) -> Vec<usize> {
        let (sender, receiver) = mpsc::unbounded_channel();
        jobs.into_iter().for_each(|job| drop(sender.send(job)));
        drop(sender);
        let mut queue = Queue::new(receiver);
        let mut sizes = Vec::new();
        while let Some(job) = queue.next().await {
            sizes.push(match job {
                Job::Append(first) => queue.group(first).len(),
                Job::InOrder(_) => 0,
            });
        }
        sizes
    }

    #[tokio::test]
    async fn what_waits_goes_together_up_to_a_number_and_a_size() {
        assert_eq!(sizes((0..600).map(|id| append(&[id], 10)).collect()).await, [512, 88]);
        let most = (0..10).map(|id| append(&(id * 20..id * 20 + 16).collect::<Vec<_>>(), 60_000)).collect();
        assert_eq!(sizes(most).await, [4, 4, 2], "each is just under a million bytes");
    }

    #[tokio::test]
    async fn an_append_of_an_event_that_is_on_its_way_waits_for_what_becomes_of_it() {
        assert_eq!(sizes(vec![append(&[1], 1), append(&[2, 3], 1), append(&[4, 1], 1), append(&[1], 1)]).await, [2, 1, 1]);
    }

    #[tokio::test]
    async fn what_goes_one_after_another_is_no_part_of_a_group() {
        let (answer, _) = oneshot::channel();
        let in_order = Job::InOrder(InOrder { appends: Vec::new(), answer });
        assert_eq!(sizes(vec![append(&[1], 1), in_order, append(&[2], 1), append(&[3], 1)]).await, [1, 0, 2]);
    }
}
