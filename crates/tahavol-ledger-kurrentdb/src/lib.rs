//! The ledger port over KurrentDB: appends go to the cluster, a follower copies its order into a replica, reads are the replica's.

mod address;
mod batch;
mod endpoint;
mod feed;
mod follower;
mod options;
mod prefix;
mod retention;
mod wire;

pub use address::{Address, AddressError, ClientCertificate, Credentials, Host};
pub use options::{KurrentOptions, Limits};
