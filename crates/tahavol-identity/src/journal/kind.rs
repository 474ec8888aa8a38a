//! What the security journal tells of: one name for each kind of act.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A command was refused by a rule of the programme; nothing was recorded in the ledger.
    CommandRefused,
    /// Something was asked for that the offices do not allow to read or to look after.
    ReadRefused,
    SignedIn,
    SignInFailed,
    SignedOut,
    /// Somebody's sessions were ended, by themselves or by an administrator.
    SessionsEnded,
    PasswordChanged,
    SecondFactorChanged,
    /// A one-time link was used to set a password.
    LinkUsed,
    AccountAdded,
    AccountDisabled,
    AccountEnabled,
    /// Password gone, sessions ended, a new one-time link made.
    AccountReset,
    TokenMade,
    TokenRevoked,
    /// A token was shown that is unknown, revoked, expired, or not from whom it claims to be.
    TokenRefused,
    /// A request that may change something came without proof that it was meant: another site's, or without its token.
    ForgeryRefused,
    /// Somebody asked too often and has to wait.
    Throttled,
    /// The whole ledger left: events, a bundle, a backup, the entries of its log.
    LedgerExported,
    /// A file was imported, or refused as a whole.
    Imported,
    /// The destruction of a piece of evidence was recorded in the ledger.
    EvidenceDestroyed,
    /// A destroyed piece of evidence was removed from the store of files.
    EvidenceShredded,
    /// Notes that could not be kept, because they came faster than they could be written or the disk was full.
    NotesLost,
    /// The end of the file before this one was torn by a crash: what it ended with is no entry.
    JournalTorn,
    /// What this process had written last was not there any more.
    JournalAltered,
}

impl NoteKind {
    pub const ALL: &[NoteKind] = &[
        NoteKind::CommandRefused,
        NoteKind::ReadRefused,
        NoteKind::SignedIn,
        NoteKind::SignInFailed,
        NoteKind::SignedOut,
        NoteKind::SessionsEnded,
        NoteKind::PasswordChanged,
        NoteKind::SecondFactorChanged,
        NoteKind::LinkUsed,
        NoteKind::AccountAdded,
        NoteKind::AccountDisabled,
        NoteKind::AccountEnabled,
        NoteKind::AccountReset,
        NoteKind::TokenMade,
        NoteKind::TokenRevoked,
        NoteKind::TokenRefused,
        NoteKind::ForgeryRefused,
        NoteKind::Throttled,
        NoteKind::LedgerExported,
        NoteKind::Imported,
        NoteKind::EvidenceDestroyed,
        NoteKind::EvidenceShredded,
        NoteKind::NotesLost,
        NoteKind::JournalTorn,
        NoteKind::JournalAltered,
    ];

    /// As it stands in the journal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            NoteKind::CommandRefused => "command_refused",
            NoteKind::ReadRefused => "read_refused",
            NoteKind::SignedIn => "signed_in",
            NoteKind::SignInFailed => "sign_in_failed",
            NoteKind::SignedOut => "signed_out",
            NoteKind::SessionsEnded => "sessions_ended",
            NoteKind::PasswordChanged => "password_changed",
            NoteKind::SecondFactorChanged => "second_factor_changed",
            NoteKind::LinkUsed => "link_used",
            NoteKind::AccountAdded => "account_added",
            NoteKind::AccountDisabled => "account_disabled",
            NoteKind::AccountEnabled => "account_enabled",
            NoteKind::AccountReset => "account_reset",
            NoteKind::TokenMade => "token_made",
            NoteKind::TokenRevoked => "token_revoked",
            NoteKind::TokenRefused => "token_refused",
            NoteKind::ForgeryRefused => "forgery_refused",
            NoteKind::Throttled => "throttled",
            NoteKind::LedgerExported => "ledger_exported",
            NoteKind::Imported => "imported",
            NoteKind::EvidenceDestroyed => "evidence_destroyed",
            NoteKind::EvidenceShredded => "evidence_shredded",
            NoteKind::NotesLost => "notes_lost",
            NoteKind::JournalTorn => "journal_torn",
            NoteKind::JournalAltered => "journal_altered",
        }
    }

    /// Whether anybody can make as many of them as they like, so that the same ones are counted and not each written.
    pub(super) fn is_counted(self) -> bool {
        match self {
            NoteKind::CommandRefused
            | NoteKind::ReadRefused
            | NoteKind::SignInFailed
            | NoteKind::TokenRefused
            | NoteKind::ForgeryRefused
            | NoteKind::Throttled => true,
            NoteKind::SignedIn
            | NoteKind::SignedOut
            | NoteKind::SessionsEnded
            | NoteKind::PasswordChanged
            | NoteKind::SecondFactorChanged
            | NoteKind::LinkUsed
            | NoteKind::AccountAdded
            | NoteKind::AccountDisabled
            | NoteKind::AccountEnabled
            | NoteKind::AccountReset
            | NoteKind::TokenMade
            | NoteKind::TokenRevoked
            | NoteKind::LedgerExported
            | NoteKind::Imported
            | NoteKind::EvidenceDestroyed
            | NoteKind::EvidenceShredded
            | NoteKind::NotesLost
            | NoteKind::JournalTorn
            | NoteKind::JournalAltered => false,
        }
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text names no kind of note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of the security journal: `{0}`")]
pub struct UnknownNoteKind(pub String);

impl FromStr for NoteKind {
    type Err = UnknownNoteKind;

    fn from_str(text: &str) -> Result<Self, UnknownNoteKind> {
        NoteKind::ALL.iter().find(|kind| kind.code() == text).copied().ok_or_else(|| UnknownNoteKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_spelt_in_the_journal_as_in_code() {
        for kind in NoteKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("a name"), kind.code());
            assert_eq!(kind.code().parse(), Ok(*kind));
        }
    }
}
