//! What can be made to go wrong, and how often.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio::sync::watch;

/// Something that goes wrong. Each time takes one from its count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// An append is recorded; its connection is cut before the answer.
    DropAck,
    /// An append is not recorded and answered as timed out: ABORTED, inside a batch DEADLINE_EXCEEDED as the server does.
    Abort,
    /// The same, but it is recorded.
    AbortAfter,
    /// The connection is cut when an append arrives; it is not recorded.
    Cut,
    /// An append, or a read that asks for the leader, is answered "not leader", with the leader's address.
    NotLeader,
    /// An append or a read is answered "not ready", as while a node starts.
    NotReady,
    /// An append or a read is answered "too busy". Inside a batch that is an error with the code of success.
    Overloaded,
    /// A call is answered by a node whose disk hangs: never.
    Hang,
    /// An append that is recorded already is not answered, as by a leader that has just been elected and does not know yet
    /// how far its log is committed.
    IdempotentNotReady,
    /// A running or coming subscription ends without an error.
    EndSubscriptions,
    /// A running or coming subscription tells nothing more and stays open.
    SilenceSubscriptions,
    /// A running or coming subscription ends as that of a consumer that was too slow: ABORTED.
    SlowConsumer,
    /// A running or coming subscription is told that it fell behind, and then that it caught up again.
    FellBehind,
}

pub(super) struct Faults {
    left: Mutex<HashMap<Fault, usize>>,
    changed: watch::Sender<u64>,
}

impl Faults {
    pub(super) fn new() -> Self {
        Faults { left: Mutex::default(), changed: watch::Sender::new(0) }
    }

    pub(super) fn set(&self, fault: Fault, times: usize) {
        self.left().insert(fault, times);
        self.changed.send_modify(|count| *count += 1);
    }

    pub(super) fn clear(&self) {
        self.left().clear();
        self.changed.send_modify(|count| *count += 1);
    }

    pub(super) fn count(&self, fault: Fault) -> usize {
        self.left().get(&fault).copied().unwrap_or(0)
    }

    /// Whether it goes wrong this time.
    pub(super) fn take(&self, fault: Fault) -> bool {
        let mut left = self.left();
        match left.get_mut(&fault) {
            Some(times) if *times > 0 => {
                *times -= 1;
                true
            }
            _ => false,
        }
    }

    /// Told when faults are set or cleared.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn left(&self) -> std::sync::MutexGuard<'_, HashMap<Fault, usize>> {
        self.left.lock().expect("nothing panics while it has the counts")
    }
}
