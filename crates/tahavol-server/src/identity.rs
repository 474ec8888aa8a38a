//! Where it is kept who somebody is, and what was refused: beside the ledger, in the data directory of each node.

use std::path::PathBuf;

use tahavol_app::Clock;
use tahavol_domain::values::ActorId;
use tahavol_identity::journal::{JOURNAL_DIRECTORY, JOURNAL_FILE};
use tahavol_identity::{IDENTITY_FILE, IdentityError, IdentityStore, Journal, Note, NoteKind, Options, Records};

use crate::config::{Engine, Settings};
use crate::failure::{Code, Failure, with_persian};

/// The file of accounts, sessions and tokens.
pub(crate) fn file(settings: &Settings) -> PathBuf {
    settings.data.join(IDENTITY_FILE)
}

/// Opens or begins it. Several processes may have it open.
///
/// # Errors
/// When it cannot be used, or a later version has written it.
pub(crate) fn open(settings: &Settings) -> Result<IdentityStore, Failure> {
    let data = &settings.data;
    std::fs::create_dir_all(data).map_err(|error| Failure::io(&format!("make {}", data.display()), &error))?;
    let options = Options { password_length: settings.identity.password_length, session_lifetime: settings.identity.lifetime() };
    Ok(IdentityStore::open_with(&file(settings), options)?)
}

/// As it is, where there is one: for commands that leave nothing behind.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_there(settings: &Settings) -> Result<Option<IdentityStore>, Failure> {
    if file(settings).exists() { open(settings).map(Some) } else { Ok(None) }
}

/// The security journal: a table beside a ledger of one's own, files on a node of a cluster.
///
/// # Errors
/// When it cannot be begun.
pub(crate) fn journal(settings: &Settings) -> Result<Journal, Failure> {
    let opened = match journal_records(settings)? {
        Records::Table(file) => Journal::in_table(&file),
        Records::Files(directory) => Journal::in_files(&directory),
    };
    opened.map_err(|error| Failure::new(Code::Failed, error.to_string()))
}

/// Where it lies, to be looked at only.
///
/// # Errors
/// When the configuration names no engine that there is.
pub(crate) fn journal_records(settings: &Settings) -> Result<Records, Failure> {
    Ok(match settings.engine()? {
        Engine::Sqlite(_) => Records::Table(settings.data.join(JOURNAL_FILE)),
        Engine::Cluster(_) => Records::Files(settings.data.join(JOURNAL_DIRECTORY)),
    })
}

/// Everybody whom the configuration names or who has an account: whoever is asked about and is not among them was mistyped.
///
/// # Errors
/// When accounts cannot be read.
pub(crate) async fn known_actors(settings: &Settings, store: Option<&IdentityStore>) -> Result<Vec<ActorId>, Failure> {
    let mut known = settings.named_actors();
    if let Some(store) = store {
        known.extend(store.accounts().await?.into_iter().map(|account| account.person.id));
    }
    Ok(known)
}

/// The same for a command that only looks, by somebody who may read the ledger and perhaps not who has an account: whoever is
/// then asked about and known to nobody else is told as unknown.
pub(crate) async fn actors_to_look_for(settings: &Settings) -> Vec<ActorId> {
    let known = match open_there(settings) {
        Ok(store) => known_actors(settings, store.as_ref()).await,
        Err(failure) => Err(failure),
    };
    known.unwrap_or_else(|failure| {
        tracing::debug!(%failure, "accounts cannot be read");
        settings.named_actors()
    })
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        let code = match &error {
            IdentityError::Unavailable { .. } => Code::Failed,
            IdentityError::NotOurs { .. }
            | IdentityError::NewerVersion { .. }
            | IdentityError::ActorId { .. }
            | IdentityError::PersonName
            | IdentityError::UnknownAccount { .. }
            | IdentityError::AccountExists { .. }
            | IdentityError::PasswordLength { .. }
            | IdentityError::PasswordLikeName
            | IdentityError::WrongPassword
            | IdentityError::Wait { .. }
            | IdentityError::UnknownLink
            | IdentityError::SecondFactorInForce
            | IdentityError::TokenLabel
            | IdentityError::TokenExpiry
            | IdentityError::TooManyTokens { .. }
            | IdentityError::UnknownToken => Code::Refused,
        };
        Failure::new(code, with_persian(&error.to_string(), error.code(), &error.args()))
    }
}

/// Who acts where the command line is used: whoever has the machine.
pub(crate) const CONSOLE: &str = "console";

/// Notes what was done at the command line, and waits until it is kept.
///
/// # Errors
/// When the journal cannot be begun; what was done stays done.
pub(crate) async fn note_at_console(settings: &Settings, note: Note) -> Result<(), Failure> {
    let journal = journal(settings)?;
    journal.note(note.with("by", CONSOLE), Clock::System.now());
    journal.flush().await;
    Ok(())
}

/// Notes that the whole ledger leaves, before it does. Where the directory can only be read, this is told and nothing else: whoever
/// can read the ledger's file could copy it as well.
pub(crate) fn note_export(settings: &Settings, what: &'static str) {
    // A ledger that lies elsewhere has no journal of ours beside it, and looking at it makes no directory.
    if !settings.data.exists() {
        return;
    }
    let noted = journal(settings).map(|journal| {
        let note = Note::new(NoteKind::LedgerExported).with("what", what).with("by", CONSOLE);
        journal.note(note, Clock::System.now());
        journal.flush_blocking();
        journal.health().failing
    });
    match noted {
        Ok(false) => {}
        Ok(true) => tracing::warn!(what, "the security journal does not tell of this export: it cannot be written"),
        Err(failure) => tracing::warn!(what, %failure, "the security journal does not tell of this export"),
    }
}
