//! What the binary `tahavol` is made of: command line, configuration, identity, evidence files, telemetry, HTTP.

pub mod cli;
pub mod config;
pub mod evidence;
pub mod http;
pub mod metrics;
pub mod shutdown;
pub mod telemetry;

mod archive;
#[cfg_attr(not(feature = "kurrentdb"), path = "without_cluster.rs")]
mod cluster;
mod equality;
mod failure;
mod identity;
mod look;
mod open;
mod proof;
mod trail;
mod unfounded;
mod witness;
mod witnesses;

pub use failure::{Code, Failure};
pub use open::Opened;
