//! The logs that the contract is tried on: in a cluster that holds events of others, and where others go on appending.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tahavol_ledger::Ledger;
use tahavol_ledger::contract::{Open, new_stream};
use tahavol_ledger_kurrentdb::{Address, KurrentLedger};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{begin, options};

/// A log of a new programme, so that nothing of others is touched. As long as it is used, another node of ours appends to it.
pub(crate) fn new_log(address: &Address) -> Open {
    let (address, programme) = (address.clone(), Uuid::new_v4());
    let directory = Arc::new(tempfile::tempdir().expect("a directory"));
    let neighbour = Arc::new(Neighbour::of(address.clone(), programme));
    Box::new(move || {
        let (address, directory, neighbour) = (address.clone(), Arc::clone(&directory), Arc::clone(&neighbour));
        Box::pin(async move {
            let opened = KurrentLedger::open(&address, options(programme, directory.path().join("data").join("replica.sqlite"))).await;
            drop(neighbour);
            Ok(Arc::new(opened?) as Arc<dyn Ledger>)
        })
    })
}

/// A second node of ours on a thread of its own, until it is dropped.
struct Neighbour {
    quiet: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Neighbour {
    fn of(address: Address, programme: Uuid) -> Neighbour {
        let quiet = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&quiet);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(make_noise(&address, programme, &ended));
        });
        Neighbour { quiet, thread: Some(thread) }
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.quiet.store(true, Ordering::SeqCst);
        let ended = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        assert!(ended || std::thread::panicking(), "the other node has failed: see above");
    }
}

async fn make_noise(address: &Address, programme: Uuid, quiet: &AtomicBool) {
    let directory: TempDir = tempfile::tempdir().expect("a directory");
    let options = options(programme, directory.path().join("data").join("replica.sqlite"));
    let node = KurrentLedger::open(address, options).await.expect("another node opens the log");
    while !quiet.load(Ordering::SeqCst) {
        begin(&node, &new_stream("neighbour")).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    node.close().await.expect("it closes");
}
