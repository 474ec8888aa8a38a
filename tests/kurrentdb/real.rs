//! The same cases on a real cluster, where one is named; what is not run is said aloud, with its count.
//!
//! `TAHAVOL_TEST_KURRENTDB=kurrentdb://…` names it; `TAHAVOL_TEST_KURRENTDB_CTL=script` (given `kill N`, `stop N`, `cont N`,
//! `start N` or `leader`) adds the cases in which its nodes die and freeze. Programmes of their own are used and nothing is
//! deleted, so the cluster may hold whatever it likes.

use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tahavol_ledger_kurrentdb::Address;
use tahavol_ledger_kurrentdb::faults::{Scene, Script, run_all};

use crate::support::{NEVER, address};
use crate::{contract, nodes};

const CLUSTER: &str = "TAHAVOL_TEST_KURRENTDB";
const CONTROL: &str = "TAHAVOL_TEST_KURRENTDB_CTL";

/// How long all nodes of a real cluster are away.
const OUTAGE: Duration = Duration::from_secs(60);

/// The lists of cases that need a cluster, what they are called, and the tests that run them.
fn lists() -> [(&'static str, &'static str, usize); 3] {
    [
        ("real::the_contract_holds_on_the_cluster_that_is_named", "of the contract", tahavol_ledger::contract::cases().len()),
        ("real::two_nodes_on_the_cluster_that_is_named_are_one_programme", "of two nodes", nodes::cases().len()),
        (
            "real::nodes_of_the_cluster_that_is_named_may_die_and_freeze",
            "of nodes that die",
            tahavol_ledger_kurrentdb::faults::cases().len(),
        ),
    ]
}

/// The cluster that is named, for this test alone: nodes that die would fail the others. Without one, what is not run is told.
fn cluster(test: &str) -> Option<(Address, MutexGuard<'static, ()>)> {
    static IN_TURN: Mutex<()> = Mutex::new(());
    let Ok(text) = std::env::var(CLUSTER) else {
        skipped(test, CLUSTER);
        return None;
    };
    Some((address(&text), IN_TURN.lock().unwrap_or_else(PoisonError::into_inner)))
}

fn skipped(test: &str, variable: &str) {
    let (_, what, count) = lists().into_iter().find(|(name, _, _)| name.ends_with(test)).expect("every test here has a list");
    // Past what the test harness keeps to itself, and on a line of its own.
    let line = format!("\nSKIPPED: {count} cases {what} on a real KurrentDB: {variable} is not set\n");
    drop(std::io::stdout().lock().write_all(line.as_bytes()));
}

#[test]
fn the_contract_holds_on_the_cluster_that_is_named() {
    if let Some((address, _turn)) = cluster("the_contract_holds_on_the_cluster_that_is_named") {
        contract::holds(&address);
    }
}

#[test]
fn two_nodes_on_the_cluster_that_is_named_are_one_programme() {
    let Some((address, _turn)) = cluster("two_nodes_on_the_cluster_that_is_named_are_one_programme") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
    for case in nodes::cases() {
        let ran = runtime.block_on(async { tokio::time::timeout(6 * NEVER, (case.run)(address.clone())).await });
        assert!(ran.is_ok(), "it takes too long: {}", case.name);
    }
}

#[test]
fn nodes_of_the_cluster_that_is_named_may_die_and_freeze() {
    let test = "nodes_of_the_cluster_that_is_named_may_die_and_freeze";
    let Some((address, _turn)) = cluster(test) else { return };
    let Some(script) = std::env::var_os(CONTROL) else { return skipped(test, CONTROL) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
    let directory = tempfile::tempdir().expect("a directory");
    let control = Arc::new(Script::new(script.into(), address.hosts().len()));
    let scene = Scene::new(address, directory.path().to_owned(), OUTAGE, control);
    let failed = runtime.block_on(run_all(&scene, &mut |ran| println!("{ran}")));
    assert_eq!(failed, 0);
}

/// Where no cluster is named, the number of cases that are told as skipped is the number of cases there are.
#[test]
fn what_is_not_run_is_counted() {
    let mut told = 0;
    let lists = lists();
    for (test, _, count) in lists {
        assert!(count > 0, "{test} has lost its cases");
        let program = std::env::current_exe().expect("a process knows its program");
        let output = Command::new(program).args(["--exact", test]).env_remove(CLUSTER).env_remove(CONTROL).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("SKIPPED: ")).collect();
        assert_eq!(lines.len(), 1, "{test} says once what it does not run: {text}");
        told += lines[0].split(' ').next().and_then(|number| number.parse::<usize>().ok()).expect("it begins with a number");
    }
    assert_eq!(told, lists.iter().map(|(_, _, count)| count).sum::<usize>());
}
