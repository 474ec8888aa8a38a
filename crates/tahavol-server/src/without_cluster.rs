//! In place of the ledger on a cluster, in a program that was built without it: says so.

use std::sync::Arc;
use std::time::Duration;

use tahavol_ledger::{Appended, Expected, Ledger, LedgerError, NewEvent, OpenOptions, SqliteLedger};

use crate::config::Cluster;
use crate::failure::{Failure, both};

/// There is none.
pub(crate) enum Address {}

/// # Errors
/// Always: this program cannot use a cluster.
pub(crate) fn address(_: &Cluster) -> Result<Address, Failure> {
    Err(Failure::usage(both("CONFIG_WITHOUT_CLUSTER", &[])))
}

/// There is none.
#[derive(Clone)]
pub(crate) enum ClusterLedger {}

impl ClusterLedger {
    pub(crate) async fn open(address: &Address, _: &Cluster, _: OpenOptions) -> Result<ClusterLedger, LedgerError> {
        match *address {}
    }

    pub(crate) async fn open_behind(address: &Address, _: &Cluster, _: OpenOptions) -> Result<ClusterLedger, LedgerError> {
        match *address {}
    }

    pub(crate) fn ledger(&self) -> Arc<dyn Ledger> {
        match *self {}
    }

    pub(crate) fn replica(&self) -> Arc<SqliteLedger> {
        match *self {}
    }

    pub(crate) async fn catch_up(&self, _: Duration) -> Result<(), LedgerError> {
        match *self {}
    }

    pub(crate) async fn copy_whole(&self) -> Result<(), LedgerError> {
        match *self {}
    }

    pub(crate) async fn append_in_order(&self, _: Vec<(String, Expected, Vec<NewEvent>)>) -> Result<Vec<Appended>, LedgerError> {
        match *self {}
    }
}

pub(crate) struct Seen {
    pub(crate) version: String,
    pub(crate) leader: String,
}

pub(crate) async fn look_at(address: &Address, _: &Cluster) -> Result<Seen, LedgerError> {
    match *address {}
}
