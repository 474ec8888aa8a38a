//! The ledger port over KurrentDB: appends go to the cluster, a follower copies its order into a replica, reads are the replica's.

mod address;
mod address_error;
mod appender;
mod batch;
mod endpoint;
mod errors;
#[cfg(feature = "contract")]
pub mod faults;
mod feed;
mod files;
mod follower;
mod group;
mod ledger;
mod options;
mod prefix;
mod reach;
mod retention;
mod session;
mod standing;
mod supervisor;
mod waiting;
mod wire;

pub use address::{Address, ClientCertificate, Credentials, Host};
pub use address_error::AddressError;
pub use files::{Unusable, UnusableFile};
pub use ledger::KurrentLedger;
pub use options::{KurrentOptions, Limits};
pub use prefix::Prefix;
pub use reach::{Inspected, inspect};
