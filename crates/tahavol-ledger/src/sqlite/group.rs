//! Which appends share a commit: all that wait when it begins, and those of callers who were answered a moment ago.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::copying::{Batch, Looking};
use super::cosignatures::Keep;
use super::writer::{Append, Job};

/// A group ends at this many appends or bytes, so that no caller waits for an endless one.
const GROUP_APPENDS: usize = 1_024;
const GROUP_BYTES: usize = 8 << 20;

/// How long callers who were just answered may take to come back into the next group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Patience {
    /// From one arrival to the next.
    with_one: Duration,
    /// From the first arrival on.
    with_all: Duration,
}

impl Patience {
    /// Waiting is worth some of the time that a commit takes.
    pub(super) fn after(commit: Duration) -> Self {
        Patience { with_one: commit / 8, with_all: commit / 2 }
    }
}

#[derive(Default)]
pub(super) struct Group {
    appends: Vec<Append>,
    /// Cosignatures that go along.
    keeps: Vec<Keep>,
    /// Of a replica: what another engine has recorded, in its order.
    batches: Vec<Batch>,
    /// Answered after the others, outside of their commit.
    lookings: Vec<Looking>,
    bytes: usize,
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.appends.is_empty() && self.keeps.is_empty() && self.batches.is_empty() && self.lookings.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.appends.len()
    }

    pub(super) fn appends(&self) -> &[Append] {
        &self.appends
    }

    pub(super) fn keeps(&self) -> &[Keep] {
        &self.keeps
    }

    pub(super) fn batches(&self) -> &[Batch] {
        &self.batches
    }

    pub(super) fn take_lookings(&mut self) -> Vec<Looking> {
        std::mem::take(&mut self.lookings)
    }

    pub(super) fn into_parts(self) -> (Vec<Append>, Vec<Batch>, Vec<Keep>) {
        (self.appends, self.batches, self.keeps)
    }

    pub(super) fn add(&mut self, job: Job) {
        match job {
            Job::Append(append) => {
                self.bytes += append.bytes();
                self.appends.push(append);
            }
            Job::Keep(keep) => self.keeps.push(keep),
            Job::Copy(batch) => {
                self.bytes += batch.bytes();
                self.batches.push(batch);
            }
            Job::Look(looking) => self.lookings.push(looking),
        }
    }

    /// Takes what is in the queue, as much as one commit may hold.
    pub(super) fn take_waiting(&mut self, queue: &mpsc::Receiver<Job>) {
        while !self.is_full() {
            let Ok(job) = queue.try_recv() else { break };
            self.add(job);
        }
    }

    /// Takes what is in the queue, and lets the other threads run while they are still filling it up to `likely` appends.
    ///
    /// Callers who were answered by the last commit are about to append again. Beginning with the first of them would
    /// make the others wait for a whole commit of its own, and then it for theirs. There is no timer: nothing sleeps, and
    /// with one caller or an idle queue nothing is waited for. The patience only ends the yielding: when they do not come
    /// back after all, and when they have much to do before, which the rest of them can do while those who are here are
    /// recorded.
    pub(super) fn gather(&mut self, queue: &mpsc::Receiver<Job>, likely: usize, patience: Patience) {
        let began = Instant::now();
        let mut last_arrival = began;
        loop {
            let before = self.len();
            self.take_waiting(queue);
            if self.is_full() || self.len() >= likely {
                return;
            }
            if self.len() > before {
                last_arrival = Instant::now();
            } else if last_arrival.elapsed() >= patience.with_one {
                return;
            }
            if began.elapsed() >= patience.with_all {
                return;
            }
            std::thread::yield_now();
        }
    }

    fn is_full(&self) -> bool {
        self.appends.len() >= GROUP_APPENDS || self.bytes >= GROUP_BYTES
    }
}
