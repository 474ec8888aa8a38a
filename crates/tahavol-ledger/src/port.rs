//! The ledger port: what the rest of the system asks of an event log, whichever engine keeps it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::sync::watch;
use uuid::Uuid;

use crate::merkle::Hash;
use crate::merkle::checkpoint::Checkpoint;

/// The longest line in bytes. Entry bundles of the transparency log count in 16 bits; this leaves room below that.
pub const MAX_LINE: usize = 61_440;

/// The largest append in bytes: the sum over its events of line + [`EVENT_OVERHEAD`]. KurrentDB takes 1 MiB unless it is
/// configured otherwise; what one engine would refuse the other refuses as well.
pub const MAX_APPEND: usize = 1_000_000;

/// The longest type of an event in bytes, so that the next number is enough.
const MAX_EVENT_TYPE: usize = 100;

/// What an event costs in an append beside its line: name, type, id and the engine's own words, generously.
pub const EVENT_OVERHEAD: usize = 256;

/// An append-only log of events in streams, with one dense order of positions (from 0) over all of them.
pub trait Ledger: Send + Sync + 'static {
    /// Appends all `events` to one stream, or none of them; answered only when they are on disk.
    ///
    /// The append is in the writer's queue when this function **returns**, before the future is first polled. So a
    /// caller may issue many appends one after another and await them later: they go out in the order of the calls, and
    /// those that wait together share one commit. They are recorded in that order, too, with one exception: an engine that
    /// is shared ([`Ledger::is_shared`]) may refuse one for a moment and record those of other streams behind it first.
    /// Only the order within each stream is sure there; whoever needs more waits for each answer. Dropping the future does
    /// not withdraw the append.
    ///
    /// Appending event ids that are already there, at the same place of the same stream, answers what the first append
    /// answered, whatever the lines say now.
    fn append(&self, stream: &str, expected: Expected, events: Vec<NewEvent>) -> BoxFuture<'_, Result<Appended, LedgerError>>;

    /// The position of the last event of an append, once that event can be read.
    fn await_position(&self, token: Token) -> BoxFuture<'_, Result<u64, LedgerError>>;

    /// Events of one stream from a revision on, at most `limit`. A stream that does not exist is empty.
    fn read_stream(&self, stream: &str, from_revision: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>>;

    /// Events in the order of positions, strictly after one (`None`: from the beginning), at most `limit`.
    fn read_all(&self, after: Option<u64>, limit: usize) -> BoxFuture<'_, Result<Vec<Recorded>, LedgerError>>;

    /// History strictly after a position, then what is appended from now on: no gap, no repeat. Ends after the last
    /// event when the ledger is closed; ends after an error, too.
    fn subscribe(&self, after: Option<u64>) -> BoxStream<'static, Result<Recorded, LedgerError>>;

    /// The last position; `None` when the log is empty.
    fn head(&self) -> BoxFuture<'_, Result<Option<u64>, LedgerError>>;

    /// The newest signed head, with the cosignatures that are there for it; `None`: the log has no key. It covers every
    /// event whose append was answered before the call.
    fn signed_head(&self) -> Option<Arc<SignedHead>>;

    /// Told of every newest signed head, of some only by a later one, and again of one that got cosignatures. Ends when
    /// the ledger is closed, and at once when the log has no key or is open for reading only.
    fn watch_heads(&self) -> watch::Receiver<Option<Arc<SignedHead>>>;

    /// Hashes `[number·256, number·256 + width)` of a tile level: of level 0 the leaf hashes, of level l the roots over
    /// 256^l leaves. Refused when the log is not that large.
    fn tile(&self, level: u8, number: u64, width: u16) -> BoxFuture<'_, Result<Vec<Hash>, LedgerError>>;

    /// Keeps signature lines of witnesses under the head of this size. The caller has verified them; here they are only
    /// read. A line of a key that is there already is passed over.
    fn keep_cosignatures(&self, size: u64, lines: Vec<String>) -> BoxFuture<'_, Result<(), LedgerError>>;

    /// The newest signed head that witnesses have cosigned.
    fn cosigned_head(&self) -> Option<Arc<SignedHead>>;

    /// How the engine is, as far as appends and reads would not tell. Never waits.
    fn condition(&self) -> Condition {
        Condition::default()
    }

    /// Whether other nodes append to the same log. An append may then be answered as recorded because the same ids were
    /// recorded by another node, with another line; a caller who tells what was recorded reads it.
    fn is_shared(&self) -> bool {
        false
    }

    /// What the log was found not to be while it was open for writing, if so: nothing is written to it any more.
    fn unproven(&self) -> Option<String> {
        None
    }

    /// While a copy of the log that was made anew has fewer events than were signed before: how many it needs until it is
    /// signed on.
    fn signs_from(&self) -> Option<u64> {
        None
    }

    /// Finishes the appends that are queued, ends the subscriptions and lets go of the log. Later appends are refused.
    fn close(&self) -> BoxFuture<'_, Result<(), LedgerError>>;
}

/// An event to be appended. Its revision is the expected one + 1 + its index in the append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub id: Uuid,
    /// `aggregate.past_participle`, at most 100 bytes; kept beside the line so that a reader can select without parsing.
    pub event_type: String,
    /// At most [`MAX_LINE`] bytes; kept as they are.
    pub line: Bytes,
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Dense over the whole log, from 0.
    pub position: u64,
    pub stream: Arc<str>,
    /// Dense within the stream, from 0.
    pub revision: u64,
    pub id: Uuid,
    pub event_type: Arc<str>,
    pub line: Bytes,
    /// SHA-256(0x00 ‖ line), the leaf of RFC 6962.
    pub leaf_hash: [u8; 32],
}

/// A head of the log that was signed: size and root, and the whole note as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    pub checkpoint: Checkpoint,
    /// With every signature line, cosignatures included.
    pub note: String,
}

/// What the caller believes to be the last revision of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    NoStream,
    Exact(u64),
}

impl Expected {
    /// The last revision that is expected; `None`: no event yet.
    pub fn last_revision(self) -> Option<u64> {
        match self {
            Expected::NoStream => None,
            Expected::Exact(revision) => Some(revision),
        }
    }

    /// The revision that the first event of the append gets.
    pub fn first_revision(self) -> u64 {
        match self {
            Expected::NoStream => 0,
            Expected::Exact(revision) => revision.saturating_add(1),
        }
    }
}

/// Where an append lies, in the engine's own terms. Only the ledger that gave it can tell the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token([u64; 2]);

impl Token {
    /// For adapters: two numbers, because some engines address an event by two.
    pub fn new(first: u64, second: u64) -> Self {
        Token([first, second])
    }

    /// For adapters: what [`Token::new`] was given.
    pub fn parts(self) -> (u64, u64) {
        (self.0[0], self.0[1])
    }
}

/// What a successful append answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The revision of the append's last event.
    pub revision: u64,
    /// Exchanged for the position of that event by [`Ledger::await_position`].
    pub token: Token,
}

/// How the engine is, beyond what appends and reads tell: for readiness, metrics and those who watch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    pub link: Link,
    /// What somebody has done in the engine that could lose events; each stands until it is taken back.
    pub alarms: Vec<Alarm>,
}

/// Whether what the engine records arrives here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Link {
    /// It does. An engine within this process has no other state.
    #[default]
    Sound,
    /// It does, and what was there before is not all here yet.
    CatchingUp,
    /// It does not, and is tried again and again.
    Lost { since: SystemTime, what: String },
    /// The event that belongs at this position is missing, damaged or another one. Nothing goes on until a person has
    /// looked.
    Stopped { position: u64, what: String },
}

/// Somebody has set retention on a stream of this log, or has put an end to one. `commit` and `prepare`: where the engine
/// has recorded that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub stream: String,
    pub what: String,
    pub commit: u64,
    pub prepare: u64,
}

impl Alarm {
    /// What is said of a stream that was put an end to: nobody can take that back, and every copy of the log stops there.
    pub const DELETED_FOR_EVER: &str = "the stream was deleted for ever";
}

/// Why a ledger could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Someone else was first. Read the stream again and decide again.
    #[error("stream {stream} is at {} and not at {}", revision_text(*actual), revision_text(expected.last_revision()))]
    Conflict { stream: String, expected: Expected, actual: Option<u64> },

    /// Nothing of this call was written. It says nothing of an earlier call with the same events that ended in
    /// [`LedgerError::OutcomeUnknown`]: that one may be recorded still, so whoever repeats has to remember it, and must not
    /// take this answer for that one's outcome. `retry`: trying again soon may help (the engine is busy); otherwise a person
    /// has to help first (disk full, read-only directory, ledger closed). Reads go on.
    #[error("ledger not available: {what}")]
    Unavailable { retry: bool, what: String },

    /// It is not known whether the append was recorded. Append the same events again, until the answer is another one than
    /// this and [`LedgerError::Unavailable`]: that answer is certain.
    #[error("outcome of the append not known: {what}")]
    OutcomeUnknown { what: String },

    /// The log is damaged; `position` where it is known. Stop, never skip.
    #[error("ledger damaged{}: {what}", position_text(*position))]
    Corrupt { position: Option<u64>, what: String },

    /// A line is longer than [`MAX_LINE`]. Nothing was written; the same line will never be accepted.
    #[error("a line of {bytes} bytes is longer than {MAX_LINE}")]
    TooLarge { bytes: usize },

    /// An append is larger than [`MAX_APPEND`]. Nothing was written; it has to be split by whoever decides.
    #[error("an append of {bytes} bytes is larger than {MAX_APPEND}")]
    AppendTooLarge { bytes: usize },

    /// The expected revision is right, but an event of this id lies elsewhere. A fault of the caller.
    #[error("event id {id} is already used at revision {revision} of {stream}")]
    IdReused { id: Uuid, stream: String, revision: u64 },

    /// Another process (or another part of this one) has the log open for writing. Stop it first.
    #[error("{path} is already open for writing by {holder}")]
    InUse { path: String, holder: String },

    /// The engine cannot be used from here, found out at opening. `kind` says who has to do what; only
    /// [`NotConnected::Unreachable`] and [`NotConnected::NoLeader`] may pass by themselves.
    #[error("cannot use the cluster, {kind}: {what}")]
    NotConnected { kind: NotConnected, what: String },

    /// The file was written by a later version of the program. Use that version.
    #[error("the ledger has schema version {found}, this program knows versions up to {known}")]
    NewerVersion { found: i64, known: i64 },

    /// The log is not what was last signed, or cannot be signed on. It can be read; nothing is written to it until a
    /// person has found out why.
    #[error("the ledger is not written to, {kind}: {what}")]
    Unproven { kind: Unproven, what: String },

    /// The request makes no sense, or the file is no ledger. Never retried.
    #[error("refused: {what}")]
    Refused { what: String },
}

/// In which way a log is not what was last signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// Events lie behind the newest signed head: another program has appended them.
    #[error("it has an unsigned tail")]
    UnsignedTail,
    /// A later state than this was signed: the data directory was put back, or events were removed.
    #[error("it was put back to an older state")]
    RolledBack,
    /// A head was signed over other events at the same positions.
    #[error("its history is another one than was signed")]
    Forked,
    /// The engine behind a copy was built anew of the same events: they lie at other places than the copy knows. The copy
    /// has to be made again, and nothing else has changed.
    #[error("the engine behind this copy of it was built anew")]
    BuiltAnew,
    /// The log is signed and no key is configured.
    #[error("its key is missing")]
    KeyMissing,
    /// The newest head is signed by keys that are not configured.
    #[error("its key is not among those given")]
    KeyUnknown,
    /// The newest head is of a log of another name.
    #[error("it has another origin")]
    OtherOrigin,
    /// The newest head is gone, cannot be read, or its signature is wrong.
    #[error("its signed head is damaged")]
    HeadDamaged,
    /// It is signed, and the copy of its newest head, which would tell whether more was signed since, is not there.
    #[error("the copy of its newest head is missing")]
    HeadCopyMissing,
}

/// In which way an engine at another place cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotConnected {
    /// No node answers: name, port, network, or no server at all.
    #[error("no node of it answers")]
    Unreachable,
    /// User, password or rights are missing.
    #[error("it does not let this user do that")]
    Unauthorised,
    /// No common ground on encryption: another authority, another host name, TLS on one side only.
    #[error("no encrypted connection comes about")]
    Tls,
    /// A server that lacks what is needed.
    #[error("its version is not one that can be used")]
    WrongVersion,
    /// It is up, and nobody leads it.
    #[error("it has no leader at the moment")]
    NoLeader,
}

impl NotConnected {
    /// Whether trying again soon may help.
    pub fn may_pass(self) -> bool {
        match self {
            NotConnected::Unreachable | NotConnected::NoLeader => true,
            NotConnected::Unauthorised | NotConnected::Tls | NotConnected::WrongVersion => false,
        }
    }
}

/// For adapters: what no state of the log could make acceptable is refused before anything is queued.
pub fn refuse_unwritable(stream: &str, events: &[NewEvent]) -> Result<(), LedgerError> {
    let refused = |what: &str| Err(LedgerError::Refused { what: what.to_owned() });
    if stream.is_empty() {
        return refused("a stream needs a name");
    }
    if events.is_empty() {
        return refused("an append needs at least one event");
    }
    if events.iter().any(|event| event.event_type.len() > MAX_EVENT_TYPE) {
        return Err(LedgerError::Refused { what: format!("the type of an event is longer than {MAX_EVENT_TYPE} bytes") });
    }
    if let Some(event) = events.iter().find(|event| event.line.len() > MAX_LINE) {
        return Err(LedgerError::TooLarge { bytes: event.line.len() });
    }
    let bytes = events.iter().map(|event| event.line.len() + EVENT_OVERHEAD).sum();
    if bytes > MAX_APPEND {
        return Err(LedgerError::AppendTooLarge { bytes });
    }
    if events.len() > 1 {
        let ids: HashSet<_> = events.iter().map(|event| event.id).collect();
        if ids.len() < events.len() {
            return refused("two events of one append have the same id");
        }
    }
    Ok(())
}

fn revision_text(revision: Option<u64>) -> String {
    revision.map_or_else(|| "no revision".to_owned(), |revision| format!("revision {revision}"))
}

fn position_text(position: Option<u64>) -> String {
    position.map_or_else(String::new, |position| format!(" at position {position}"))
}
