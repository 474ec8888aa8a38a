//! Why the program ends without having done what was asked, and the exit code that says so.

use std::process::ExitCode;

use tahavol_app::import::ImportError;
use tahavol_app::messages::message;
use tahavol_app::{AppError, HandleError};
use tahavol_domain::text::Lang;
use tahavol_ledger::{LedgerError, NotConnected, Unproven};

/// Exit codes; `tahavol --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Something outside the program: a disk, a network port, a file that cannot be read.
    Failed = 1,
    /// The command line or the configuration says nothing that can be done.
    Usage = 2,
    /// The input is wrong or a rule refuses it; nothing was recorded.
    Refused = 3,
    /// Another process has the ledger.
    Busy = 4,
    /// The ledger is damaged, or two pictures of it differ.
    Corrupt = 5,
}

/// A reason to stop, told on one or more lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    pub code: Code,
    pub text: String,
}

impl Failure {
    pub fn new(code: Code, text: impl Into<String>) -> Failure {
        Failure { code, text: text.into() }
    }

    pub fn usage(text: impl Into<String>) -> Failure {
        Failure::new(Code::Usage, text)
    }

    /// An operating system's error, with what was being done.
    pub fn io(doing: &str, error: &std::io::Error) -> Failure {
        Failure::new(Code::Failed, format!("cannot {doing}: {error}"))
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        ExitCode::from(code as u8)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let code = match &error {
            LedgerError::InUse { .. } => Code::Busy,
            LedgerError::Unavailable { retry: true, .. } => Code::Busy,
            LedgerError::NotConnected { kind, .. } if kind.may_pass() => Code::Busy,
            LedgerError::Corrupt { .. } | LedgerError::Unproven { .. } => Code::Corrupt,
            LedgerError::NewerVersion { .. }
            | LedgerError::Refused { .. }
            | LedgerError::NotConnected { .. }
            | LedgerError::TooLarge { .. }
            | LedgerError::AppendTooLarge { .. }
            | LedgerError::IdReused { .. }
            | LedgerError::Conflict { .. } => Code::Refused,
            LedgerError::Unavailable { retry: false, .. } | LedgerError::OutcomeUnknown { .. } => Code::Failed,
        };
        // What keeps a server from starting is read by whoever started it, in whichever language.
        let persian = match &error {
            LedgerError::Unproven { kind, .. } => Some(unproven_key(*kind)),
            LedgerError::NotConnected { kind, .. } => Some(not_connected_key(*kind)),
            LedgerError::InUse { .. } => Some("LEDGER_IN_USE"),
            LedgerError::NewerVersion { .. } => Some("LEDGER_NEWER_VERSION"),
            LedgerError::Conflict { .. }
            | LedgerError::Unavailable { .. }
            | LedgerError::OutcomeUnknown { .. }
            | LedgerError::Corrupt { .. }
            | LedgerError::TooLarge { .. }
            | LedgerError::AppendTooLarge { .. }
            | LedgerError::IdReused { .. }
            | LedgerError::Refused { .. } => None,
        };
        let text = persian.map_or_else(|| error.to_string(), |key| with_persian(&error.to_string(), key, &[]));
        Failure::new(code, text)
    }
}

/// The key of what a person is told about a log that is not what was last signed.
fn unproven_key(kind: Unproven) -> &'static str {
    match kind {
        Unproven::UnsignedTail => "UNPROVEN_UNSIGNED_TAIL",
        Unproven::RolledBack => "UNPROVEN_ROLLED_BACK",
        Unproven::Forked => "UNPROVEN_FORKED",
        Unproven::BuiltAnew => "UNPROVEN_BUILT_ANEW",
        Unproven::KeyMissing => "UNPROVEN_KEY_MISSING",
        Unproven::KeyUnknown => "UNPROVEN_KEY_UNKNOWN",
        Unproven::OtherOrigin => "UNPROVEN_OTHER_ORIGIN",
        Unproven::HeadDamaged => "UNPROVEN_HEAD_DAMAGED",
        Unproven::HeadCopyMissing => "UNPROVEN_HEAD_COPY_MISSING",
    }
}

/// The key of what a person is told about a cluster that cannot be used.
fn not_connected_key(kind: NotConnected) -> &'static str {
    match kind {
        NotConnected::Unreachable => "NOT_CONNECTED_UNREACHABLE",
        NotConnected::Unauthorised => "NOT_CONNECTED_UNAUTHORISED",
        NotConnected::Tls => "NOT_CONNECTED_TLS",
        NotConnected::WrongVersion => "NOT_CONNECTED_WRONG_VERSION",
        NotConnected::NoLeader => "NOT_CONNECTED_NO_LEADER",
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Ledger(error) => Failure::from(error),
            AppError::PositionNotReached { position, .. } => {
                Failure::new(Code::Refused, with_persian(&error.to_string(), error.code(), &[("position", position.to_string())]))
            }
            AppError::InstantNotReached { instant, .. } => {
                Failure::new(Code::Refused, with_persian(&error.to_string(), error.code(), &[("instant", instant.to_string())]))
            }
            AppError::Stopped { position, ref what } => Failure::new(Code::Corrupt, standstill(&error.to_string(), position, what)),
            AppError::ShuttingDown => Failure::new(Code::Failed, error.to_string()),
        }
    }
}

/// Where the picture stands still, and why.
fn standstill(english: &str, position: u64, what: &str) -> String {
    with_persian(english, "FOLLOWER_STOPPED", &[("position", position.to_string()), ("what", what.to_owned())])
}

/// Where an error comes from too deep to know the reader's language, both are told: the details once, in English.
pub(crate) fn with_persian(english: &str, code: &str, args: &[(&str, String)]) -> String {
    format!("{english}\n{}", message(code, args, Lang::Fa))
}

/// The same where all of it stands in the catalogue.
pub(crate) fn both(code: &str, args: &[(&str, String)]) -> String {
    with_persian(&message(code, args, Lang::En), code, args)
}

impl From<HandleError> for Failure {
    fn from(error: HandleError) -> Self {
        let code = match &error {
            HandleError::Refused(_) | HandleError::Conflict { .. } => Code::Refused,
            HandleError::Unavailable { .. } | HandleError::OutcomeUnknown { .. } => Code::Failed,
            HandleError::Stopped { .. } | HandleError::Unproven { .. } => Code::Corrupt,
        };
        let text = match &error {
            HandleError::Stopped { position, what } => standstill(&error.to_string(), *position, what),
            HandleError::Refused(_)
            | HandleError::Conflict { .. }
            | HandleError::Unavailable { .. }
            | HandleError::OutcomeUnknown { .. }
            | HandleError::Unproven { .. } => error.to_string(),
        };
        Failure::new(code, text)
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Rows(rows) => {
                let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
                Failure::new(Code::Refused, format!("{}\n{} errors; nothing was recorded", lines.join("\n"), rows.len()))
            }
            ImportError::Interrupted { file, row, error } => {
                let Failure { code, text } = Failure::from(error);
                Failure::new(code, format!("{file}:{row}: {text}\nwhat came before it is recorded; the same files again complete it"))
            }
            ImportError::App(error) => Failure::from(error),
        }
    }
}
