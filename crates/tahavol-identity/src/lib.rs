//! Who somebody is, and how that is known. What somebody may do is the ledger's to say.

mod caller;

pub use caller::{Caller, Credential, Secret};
