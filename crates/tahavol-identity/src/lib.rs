//! Who somebody is, and how that is known. What somebody may do is the ledger's to say.

mod accounts;
mod caller;
mod error;
mod file;
pub mod journal;
mod known;
mod links;
mod passwords;
pub mod provider;
mod second_factor;
mod secrets;
mod sessions;
mod sign_in;
mod store;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;

pub use accounts::Account;
pub use caller::{Caller, Credential, Secret};
pub use error::IdentityError;
pub use journal::{Entry, Journal, JournalError, JournalHealth, Note, NoteKind, Records};
pub use second_factor::Enrolment;
pub use sessions::{SESSION_ACTOR, SESSION_HANDLE, Sessions};
pub use sign_in::{Refused, SignIn, SignedIn};
pub use store::{IDENTITY_FILE, IdentityStore, Options};
pub use tokens::{NewToken, ServiceToken, TOKEN_PREFIX};
