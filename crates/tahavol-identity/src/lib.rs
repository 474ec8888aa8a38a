//! Who somebody is, and how that is known. What somebody may do is the ledger's to say.

mod caller;
pub mod journal;
pub mod provider;

pub use caller::{Caller, Credential, Secret};
pub use journal::{Entry, Journal, JournalError, JournalHealth, Note, NoteKind, Records};
