//! The SQLite ledger passes the contract, on a log with events of others and a writer who goes on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tahavol_ledger::contract::{Open, Outcome, Ran, cases, run_all};
use tahavol_ledger::{Ledger, LedgerError, SqliteLedger};

use super::support::signed;

#[test]
fn the_sqlite_ledger_passes_every_case_of_the_contract() {
    assert!(cases().len() >= 41, "the suite has lost cases: {}", cases().len());
    assert_passes(&new_log);
}

/// As on a cluster, where what earlier cases left behind stays.
#[test]
fn the_contract_holds_on_a_log_that_every_case_uses_after_the_other() {
    let directory = tempfile::tempdir().expect("a directory");
    assert_passes(&|| log_at(directory.path().join("data")));
}

fn assert_passes(log: &dyn Fn() -> Open) {
    let (mut ran, mut broken) = (0, Vec::new());
    let failed = run_all(log, Duration::from_secs(180), &mut |case: &Ran| {
        ran += 1;
        if case.outcome != Outcome::Holds {
            broken.push(case.to_string());
        }
    });
    assert_eq!(broken, Vec::<String>::new());
    assert_eq!((failed, ran), (0, cases().len()));
}

#[test]
fn an_adapter_that_does_not_hold_the_contract_is_told() {
    let broken = || -> Open { Box::new(|| Box::pin(async { Err(LedgerError::Refused { what: "no such log".to_owned() }) })) };
    let mut told = Vec::new();
    let failed = run_all(&broken, Duration::from_secs(1), &mut |case: &Ran| told.push(case.clone()));
    assert_eq!((failed, told.len()), (cases().len(), cases().len()));
    assert!(told.iter().all(|case| matches!(&case.outcome, Outcome::Broken { what } if what.contains("no such log"))), "{told:?}");
}

/// A new log for each case, in a directory that goes with it.
fn new_log() -> Open {
    let directory = tempfile::tempdir().expect("a directory");
    let open = log_at(directory.path().join("data"));
    Box::new(move || {
        let _kept = directory.path();
        open()
    })
}

fn log_at(data: PathBuf) -> Open {
    Box::new(move || {
        let data = data.clone();
        Box::pin(async move { Ok(Arc::new(SqliteLedger::open(&data, signed(&data)).await?) as Arc<dyn Ledger>) })
    })
}
