//! The SQLite ledger: the contract of the port, its file, faults of the disk, sudden death.

mod contract;
mod crash;
mod faults;
mod file;
mod support;
