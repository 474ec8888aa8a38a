//! The command path, the follower and past pictures, against a ledger on disk.

mod diff;
mod disk;
mod follow;
mod handle;
mod past;
mod phase;
mod races;
mod replay;
mod search;
mod support;
mod together;
