//! The ledger on KurrentDB as its users would have it: the contract, faults, several nodes, and what is refused.

#![expect(clippy::print_stdout, reason = "each case of a list is told, so that one that does not hold can be found")]

#[path = "kurrentdb/chaos.rs"]
mod chaos;
#[path = "kurrentdb/contract.rs"]
mod contract;
#[path = "kurrentdb/damage.rs"]
mod damage;
#[path = "kurrentdb/defects.rs"]
mod defects;
#[path = "kurrentdb/faults.rs"]
mod faults;
#[path = "kurrentdb/lives.rs"]
mod lives;
#[path = "kurrentdb/log.rs"]
mod log;
#[path = "kurrentdb/nodes.rs"]
mod nodes;
#[path = "kurrentdb/people.rs"]
mod people;
#[path = "kurrentdb/real.rs"]
mod real;
#[path = "kurrentdb/refused.rs"]
mod refused;
#[path = "kurrentdb/semantics.rs"]
mod semantics;
#[path = "kurrentdb/servers.rs"]
mod servers;
#[path = "kurrentdb/support.rs"]
mod support;
