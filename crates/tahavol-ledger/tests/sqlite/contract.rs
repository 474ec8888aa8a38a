//! The SQLite ledger passes the contract, on a log with events of others and a writer who goes on.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tahavol_ledger::contract::{Harness, cases, new_event, new_stream};
use tahavol_ledger::{Expected, Ledger, SqliteLedger};

#[test]
fn the_sqlite_ledger_passes_every_case_of_the_contract() {
    let cases = cases();
    assert!(cases.len() >= 32, "the suite has lost cases: {}", cases.len());
    for case in cases {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts");
        let directory = tempfile::tempdir().expect("a directory");
        let ran = runtime.block_on(async {
            let harness = NoisyLog::open(directory.path().join("data")).await;
            let noise = tokio::spawn(harness.clone().make_noise());
            let case_ran = tokio::spawn(tokio::time::timeout(Duration::from_secs(180), (case.run)(harness.clone()))).await;
            harness.quiet.store(true, Ordering::SeqCst);
            noise.await.expect("the others end");
            case_ran
        });
        match ran {
            Ok(Ok(())) => {}
            Ok(Err(_)) => panic!("it takes too long: {}", case.name),
            Err(_) => panic!("it does not hold: {}", case.name),
        }
    }
}

struct NoisyLog {
    directory: PathBuf,
    open: Mutex<Option<Arc<SqliteLedger>>>,
    quiet: AtomicBool,
}

impl NoisyLog {
    /// A log that already holds 300 events of others.
    async fn open(directory: PathBuf) -> Arc<Self> {
        let ledger = super::support::open_signed(&directory).await;
        for _ in 0..3 {
            let events = super::support::events(100);
            super::support::start(&ledger, &new_stream("before"), events).await.expect("earlier events");
        }
        Arc::new(NoisyLog { directory, open: Mutex::new(Some(ledger)), quiet: AtomicBool::new(false) })
    }

    /// Someone else appends all the time, whatever the case does, also across restarts.
    async fn make_noise(self: Arc<Self>) {
        while !self.quiet.load(Ordering::SeqCst) {
            let stream = new_stream("noise");
            let mut expected = Expected::NoStream;
            for _ in 0..20 {
                let ledger = self.open.lock().expect("not poisoned").clone();
                let Some(ledger) = ledger else { break };
                match ledger.append(&stream, expected, vec![new_event("noise")]).await {
                    Ok(appended) => expected = Expected::Exact(appended.revision),
                    // Closed under our hands: a new stream in the next ledger.
                    Err(_) => break,
                }
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Harness for NoisyLog {
    fn ledger(&self) -> Arc<dyn Ledger> {
        self.open.lock().expect("not poisoned").clone().expect("open between restarts")
    }

    fn restart(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let ledger = self.open.lock().expect("not poisoned").take().expect("open");
            ledger.close().await.expect("it closes");
            drop(ledger);
            *self.open.lock().expect("not poisoned") = Some(super::support::open_signed(&self.directory).await);
        })
    }
}
