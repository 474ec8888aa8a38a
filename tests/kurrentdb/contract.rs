//! The ledger on KurrentDB passes the whole contract: on one node, on three, and over TLS as a user with a password.

use std::sync::Arc;
use std::time::Duration;

use tahavol_ledger::contract::{Ran, cases, run_all};
use tahavol_ledger_kurrentdb::Address;
use tahavol_tests::kurrent::{Proposed, Shape, Transactions};

use crate::log::new_log;
use crate::support::Site;

#[test]
fn on_a_cluster_of_one_node() {
    on(Shape::nodes(1));
}

/// The events of one append have one commit position there, as transactions of the older protocol leave them.
#[test]
fn on_a_cluster_of_three_nodes() {
    on(Shape { transactions: Transactions::Explicit, ..Shape::nodes(3) });
}

#[test]
fn over_tls_as_a_user_with_a_password() {
    on(Shape::secure(1));
}

/// One cluster for all cases: each finds there what the others have left, and somebody who has nothing to do with us.
fn on(shape: Shape) {
    let bench = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
    let site = bench.block_on(Site::shaped(shape));
    let foreign = bench.spawn({
        let cluster = Arc::clone(&site.cluster);
        async move {
            loop {
                cluster.append_raw("foreign-1", vec![Proposed::json("somebody.elses", "all the time")]).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    holds(&site.address());
    foreign.abort();
}

/// Runs all cases, each on a log of its own in the cluster.
pub(crate) fn holds(address: &Address) {
    assert!(cases().len() >= 41, "the suite has lost cases: {}", cases().len());
    let mut ran = 0;
    let failed = run_all(&|| new_log(address), Duration::from_secs(180), &mut |case: &Ran| {
        println!("{case}");
        ran += 1;
    });
    assert_eq!((failed, ran), (0, cases().len()));
}
