//! What can go wrong above the domain: in opening and reading, and in handling a command.

use tahavol_domain::calendar::Instant;
use tahavol_domain::fact::{DecodeError, Fact};
use tahavol_domain::{Refusal, Rule};
use tahavol_ledger::LedgerError;

/// Why a picture or a fact could not be had.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The ledger has not got that far. Ask for an earlier position, or wait.
    #[error("position {position} is not reached; the ledger is at {}", head_text(*head))]
    PositionNotReached { position: u64, head: Option<u64> },

    /// What would be shown of a moment that is still to come is not certain yet. Ask for an earlier one, or for now.
    #[error("{instant} is still to come; it is {now}")]
    InstantNotReached { instant: Instant, now: Instant },

    /// An event that cannot be read or does not follow from those before it. A person has to look; nothing is skipped.
    #[error("cannot go on at position {position}: {what}")]
    Stopped { position: u64, what: String },

    #[error(transparent)]
    Ledger(#[from] LedgerError),

    /// A worker of this process is gone; only while it shuts down.
    #[error("shutting down")]
    ShuttingDown,
}

impl AppError {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            AppError::PositionNotReached { .. } => Rule::PositionNotReached.code(),
            AppError::InstantNotReached { .. } => "INSTANT_NOT_REACHED",
            AppError::Stopped { .. } => "FOLLOWER_STOPPED",
            AppError::Ledger(error) => ledger_code(error),
            AppError::ShuttingDown => "SHUTTING_DOWN",
        }
    }
}

/// Why a command has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// A rule says no; nothing was recorded. The same command is refused again until something else changes.
    #[error(transparent)]
    Refused(#[from] Refusal),

    /// Something happened to the stream meanwhile; nothing was recorded. Look at `events` and ask again.
    #[error("the stream is at {} and not at {}", revision_text(*actual), revision_text(*expected))]
    Conflict { expected: Option<u64>, actual: Option<u64>, events: Vec<Fact> },

    /// Nothing was recorded by this attempt: of an earlier one whose outcome is not known it tells nothing. `retry`: the same
    /// command may succeed soon; otherwise a person has to help first.
    #[error("not available: {what}")]
    Unavailable { retry: bool, what: String },

    /// The ledger is not what was last signed. Nothing was recorded, and nothing will be until a person has looked.
    #[error("nothing is written to the ledger: {what}")]
    Unproven { what: String },

    /// It is not known whether it was recorded. Send the same command with the same id: the answer is then certain.
    #[error("outcome not known: {what}")]
    OutcomeUnknown { what: String },

    /// The follower stands still, so decisions would look at an old picture. Nothing was recorded.
    #[error("no command is taken while the follower stands still at position {position}: {what}")]
    Stopped { position: u64, what: String },
}

impl HandleError {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            HandleError::Refused(refusal) => refusal.rule.code(),
            HandleError::Conflict { .. } => Rule::Conflict.code(),
            HandleError::Unavailable { .. } => "UNAVAILABLE",
            HandleError::Unproven { .. } => "LEDGER_UNPROVEN",
            HandleError::OutcomeUnknown { .. } => "OUTCOME_UNKNOWN",
            HandleError::Stopped { .. } => "FOLLOWER_STOPPED",
        }
    }
}

impl From<AppError> for HandleError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::PositionNotReached { .. } | AppError::InstantNotReached { .. } => {
                HandleError::Unavailable { retry: true, what: error.to_string() }
            }
            AppError::Stopped { position, what } => HandleError::Stopped { position, what },
            AppError::Ledger(error) => HandleError::from(error),
            AppError::ShuttingDown => HandleError::Unavailable { retry: true, what: error.to_string() },
        }
    }
}

impl From<LedgerError> for HandleError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Conflict { expected, actual, .. } => {
                HandleError::Conflict { expected: expected.last_revision(), actual, events: Vec::new() }
            }
            LedgerError::Unavailable { retry, what } => HandleError::Unavailable { retry, what },
            LedgerError::OutcomeUnknown { what } => HandleError::OutcomeUnknown { what },
            LedgerError::TooLarge { bytes } => HandleError::Refused(Refusal::new(Rule::LineTooLong).with("bytes", bytes)),
            LedgerError::IdReused { .. } => HandleError::Refused(Refusal::at(Rule::CommandIdReused, "commandId")),
            LedgerError::Unproven { what, .. } => HandleError::Unproven { what },
            LedgerError::NotConnected { kind, .. } => HandleError::Unavailable { retry: kind.may_pass(), what: error.to_string() },
            // An engine that stands still says where.
            LedgerError::Corrupt { position: Some(position), what } => HandleError::Stopped { position, what },
            LedgerError::Corrupt { position: None, .. }
            | LedgerError::AppendTooLarge { .. }
            | LedgerError::InUse { .. }
            | LedgerError::NewerVersion { .. }
            | LedgerError::Refused { .. } => HandleError::Unavailable { retry: false, what: error.to_string() },
        }
    }
}

/// A line that lies at a position and cannot be read.
pub(crate) fn undecodable(position: u64, error: &DecodeError) -> AppError {
    AppError::Stopped { position, what: error.to_string() }
}

fn ledger_code(error: &LedgerError) -> &'static str {
    match error {
        LedgerError::Conflict { .. } => Rule::Conflict.code(),
        LedgerError::Unavailable { .. } => "UNAVAILABLE",
        LedgerError::OutcomeUnknown { .. } => "OUTCOME_UNKNOWN",
        LedgerError::Corrupt { .. } => "LEDGER_CORRUPT",
        LedgerError::Unproven { .. } => "LEDGER_UNPROVEN",
        LedgerError::TooLarge { .. } => Rule::LineTooLong.code(),
        LedgerError::AppendTooLarge { .. } => "APPEND_TOO_LARGE",
        LedgerError::IdReused { .. } => Rule::CommandIdReused.code(),
        LedgerError::NotConnected { .. } => "LEDGER_NOT_CONNECTED",
        LedgerError::InUse { .. } => "LEDGER_IN_USE",
        LedgerError::NewerVersion { .. } => "LEDGER_NEWER_VERSION",
        LedgerError::Refused { .. } => "LEDGER_REFUSED",
    }
}

fn head_text(head: Option<u64>) -> String {
    head.map_or_else(|| "no position".to_owned(), |head| format!("position {head}"))
}

fn revision_text(revision: Option<u64>) -> String {
    revision.map_or_else(|| "no revision".to_owned(), |revision| format!("revision {revision}"))
}
