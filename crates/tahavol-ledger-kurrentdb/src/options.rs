//! What a ledger on a cluster is opened with: the programme, the place of its replica, and how long anything may take.

use std::path::PathBuf;
use std::time::Duration;

use tahavol_ledger::OpenOptions;
use uuid::Uuid;

/// How to open a ledger on a cluster.
#[derive(Debug, Clone)]
pub struct KurrentOptions {
    /// Names the streams in the cluster: `<32 hexadecimal digits>.<stream>`. Another programme's are invisible.
    pub programme: Uuid,
    /// The file of the replica, or the directory that holds it.
    pub replica: PathBuf,
    /// How the replica is opened; whose it is, is put in here.
    pub open: OpenOptions,
    pub limits: Limits,
}

/// How long something may take before it counts as failed. They are our own clock's: the client's are only headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// One call, with finding a node and connecting to it; within a batch, the wait for the next answer.
    pub call: Duration,
    /// A live subscription that says nothing for so long, checkpoints included, is asked after.
    pub silence: Duration,
    /// All tries of one append together. When it is over, the append is answered as not known, or as not written.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { call: Duration::from_secs(5), silence: Duration::from_secs(10), patience: Duration::from_secs(20) }
    }
}
