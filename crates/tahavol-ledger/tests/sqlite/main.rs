//! The SQLite ledger: the contract of the port, its file, faults of the disk, sudden death, proofs, backups.

mod backup;
mod contract;
mod crash;
mod faults;
mod file;
mod head_copy;
mod replica;
mod replica_signed;
mod rollback;
mod signing;
mod support;
mod tree;
