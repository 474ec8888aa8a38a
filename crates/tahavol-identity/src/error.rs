//! Why the identity store did not do what it was asked.

use tahavol_domain::values::ActorId;

/// What can go wrong with accounts, links, second factors, sessions and tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The file could not be read or written. Nothing was changed; 503, and a person looks at the log.
    #[error("the identity store failed: {what}")]
    Unavailable { what: String },
    /// Another program's file lies where the store should.
    #[error("{path} is not an identity store of this program")]
    NotOurs { path: String },
    /// A later version of this program has written the file; it was not touched.
    #[error("the identity store has schema version {found}, and this program knows {known}")]
    NewerVersion { found: i64, known: i64 },
    /// An id that cannot stand in the ledger.
    #[error("an actor id is 1 to 128 of a-z A-Z 0-9 . _ @ : -, not `{id}`")]
    ActorId { id: String },
    /// Empty, longer than 200 characters, or with control characters.
    #[error("a person's name is 1 to 200 printable characters")]
    PersonName,
    /// 404.
    #[error("nobody is called `{}` here", actor.0)]
    UnknownAccount { actor: ActorId },
    /// 409.
    #[error("`{}` has an account already", actor.0)]
    AccountExists { actor: ActorId },
    /// In characters. The link or the old password stays good.
    #[error("a password is {least} to {most} characters long")]
    PasswordLength { least: usize, most: usize },
    /// It contains the actor id or is contained in it.
    #[error("a password does not contain the name that is signed in with")]
    PasswordLikeName,
    /// The password that was to prove who asks is not right.
    #[error("the password is not right")]
    WrongPassword,
    /// 429: too many wrong passwords, or too many people at once.
    #[error("try again in {seconds} s")]
    Wait { seconds: u64 },
    /// Used, replaced, expired, never made, or of a disabled account.
    #[error("the link is not good, or not any more")]
    UnknownLink,
    /// One that is in force is removed first, with the password.
    #[error("a second factor is in force already")]
    SecondFactorInForce,
    /// 1 to 100 printable characters.
    #[error("a token's label is 1 to 100 printable characters")]
    TokenLabel,
    #[error("a token's expiry lies in the future")]
    TokenExpiry,
    /// Some have to be revoked first.
    #[error("nobody has more than {most} tokens at a time")]
    TooManyTokens { most: usize },
    /// 404.
    #[error("there is no such token")]
    UnknownToken,
}

impl IdentityError {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            IdentityError::Unavailable { .. } => "IDENTITY_UNAVAILABLE",
            IdentityError::NotOurs { .. } => "IDENTITY_NOT_OURS",
            IdentityError::NewerVersion { .. } => "IDENTITY_NEWER_VERSION",
            IdentityError::ActorId { .. } => "ACCOUNT_ACTOR_ID",
            IdentityError::PersonName => "ACCOUNT_NAME",
            IdentityError::UnknownAccount { .. } => "ACCOUNT_UNKNOWN",
            IdentityError::AccountExists { .. } => "ACCOUNT_EXISTS",
            IdentityError::PasswordLength { .. } => "PASSWORD_LENGTH",
            IdentityError::PasswordLikeName => "PASSWORD_LIKE_NAME",
            IdentityError::WrongPassword => "PASSWORD_WRONG",
            IdentityError::Wait { .. } => "SIGN_IN_WAIT",
            IdentityError::UnknownLink => "LINK_UNKNOWN",
            IdentityError::SecondFactorInForce => "SECOND_FACTOR_IN_FORCE",
            IdentityError::TokenLabel => "TOKEN_LABEL",
            IdentityError::TokenExpiry => "TOKEN_EXPIRY",
            IdentityError::TooManyTokens { .. } => "TOKENS_TOO_MANY",
            IdentityError::UnknownToken => "TOKEN_NOT_FOUND",
        }
    }

    /// What the message names.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            IdentityError::Unavailable { what } => vec![("what", what.clone())],
            IdentityError::NotOurs { path } => vec![("path", path.clone())],
            IdentityError::NewerVersion { found, known } => vec![("found", found.to_string()), ("known", known.to_string())],
            IdentityError::ActorId { id } => vec![("value", id.clone())],
            IdentityError::UnknownAccount { actor } | IdentityError::AccountExists { actor } => vec![("actor", actor.0.clone())],
            IdentityError::PasswordLength { least, most } => vec![("least", least.to_string()), ("most", most.to_string())],
            IdentityError::Wait { seconds } => vec![("seconds", seconds.to_string())],
            IdentityError::TooManyTokens { most } => vec![("most", most.to_string())],
            IdentityError::PersonName
            | IdentityError::PasswordLikeName
            | IdentityError::WrongPassword
            | IdentityError::UnknownLink
            | IdentityError::SecondFactorInForce
            | IdentityError::TokenLabel
            | IdentityError::TokenExpiry
            | IdentityError::UnknownToken => Vec::new(),
        }
    }

    pub(crate) fn unavailable(what: impl ToString) -> IdentityError {
        IdentityError::Unavailable { what: what.to_string() }
    }
}

/// Every statement of ours is as it should be, so what SQLite refuses is the file's condition.
impl From<rusqlite::Error> for IdentityError {
    fn from(error: rusqlite::Error) -> Self {
        IdentityError::unavailable(error)
    }
}
