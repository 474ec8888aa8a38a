//! The command path, the follower and past pictures, against a ledger on disk.

mod can;
mod decisions;
mod diff;
mod disk;
mod effect;
mod follow;
mod handle;
mod past;
mod phase;
mod races;
mod replay;
mod search;
mod sights;
mod step;
mod support;
mod together;
