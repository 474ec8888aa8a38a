//! Runs the contract against an adapter: each case on a log with events of others, and with someone who goes on appending.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::{Case, Harness, cases, new_event, new_events, new_stream};
use crate::port::{Expected, Ledger, LedgerError};

/// Opens a log, the same one each time, when no one has it open.
pub type Open = Box<dyn Fn() -> BoxFuture<'static, Result<Arc<dyn Ledger>, LedgerError>> + Send + Sync>;

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The case's sentence.
    pub name: &'static str,
    pub took: Duration,
    pub outcome: Outcome,
}

/// Whether what a case says holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Holds,
    /// It does not; what was found instead.
    Broken {
        what: String,
    },
    TookTooLong,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, seconds) = (self.name, self.took.as_secs_f64());
        match &self.outcome {
            Outcome::Holds => write!(f, "ok      {name} ({seconds:.1} s)"),
            Outcome::Broken { what } => write!(f, "BROKEN  {name} ({seconds:.1} s): {what}"),
            Outcome::TookTooLong => write!(f, "TOO LONG  {name} ({seconds:.1} s)"),
        }
    }
}

/// Runs the whole contract, one case after another, each in a runtime of its own and for at most `limit`. `log` is asked
/// before each case for the log that the case is to run on: a new one, or the same again. Tells each case as it ends, and
/// answers how many did not hold. Blocks; not to be called from within a runtime.
pub fn run_all(log: &dyn Fn() -> Open, limit: Duration, report: &mut dyn FnMut(&Ran)) -> usize {
    let mut failed = 0;
    for case in cases() {
        let ran = run(&case, log(), limit);
        failed += usize::from(ran.outcome != Outcome::Holds);
        report(&ran);
    }
    failed
}

fn run(case: &Case, open: Open, limit: Duration) -> Ran {
    let began = Instant::now();
    let outcome = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(run_with_noise(case, open, limit)),
        Err(error) => Outcome::Broken { what: format!("no runtime starts: {error}") },
    };
    Ran { name: case.name, took: began.elapsed(), outcome }
}

async fn run_with_noise(case: &Case, open: Open, limit: Duration) -> Outcome {
    let harness = match NoisyLog::open(open).await {
        Ok(harness) => harness,
        Err(error) => return Outcome::Broken { what: format!("the log cannot be opened and filled: {error}") },
    };
    let noise = tokio::spawn(Arc::clone(&harness).make_noise());
    let ran = tokio::spawn(tokio::time::timeout(limit, (case.run)(Arc::clone(&harness) as Arc<dyn Harness>))).await;
    harness.quiet.store(true, Ordering::SeqCst);
    let outcome = match ran {
        Ok(Ok(())) => Outcome::Holds,
        Ok(Err(_)) => return Outcome::TookTooLong,
        Err(error) => Outcome::Broken { what: told_by(error) },
    };
    let ended = tokio::time::timeout(limit, async {
        let noise = noise.await;
        let closed = harness.close().await;
        (noise, closed)
    });
    match (outcome, ended.await) {
        (Outcome::Holds, Err(_)) => Outcome::TookTooLong,
        (Outcome::Holds, Ok((Err(error), _))) => Outcome::Broken { what: format!("the others: {}", told_by(error)) },
        (Outcome::Holds, Ok((Ok(()), Err(error)))) => Outcome::Broken { what: format!("the log cannot be closed: {error}") },
        (outcome, _) => outcome,
    }
}

/// What a case says when it panics, which is how it tells that it does not hold.
fn told_by(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "it was cut off".to_owned() };
    let text = |panic: Box<dyn Any + Send>| match panic.downcast::<String>() {
        Ok(text) => Ok(*text),
        Err(panic) => panic.downcast::<&'static str>().map(|text| (*text).to_owned()),
    };
    text(panic).unwrap_or_else(|_| "it does not say what it has found".to_owned())
}

/// A log that others use, too. `None` while it is closed.
struct NoisyLog {
    open: Open,
    ledger: Mutex<Option<Arc<dyn Ledger>>>,
    quiet: AtomicBool,
}

impl NoisyLog {
    /// 300 events of others come first.
    async fn open(open: Open) -> Result<Arc<Self>, LedgerError> {
        let ledger = open().await?;
        for _ in 0..3 {
            ledger.append(&new_stream("before"), Expected::NoStream, new_events(100)).await?;
        }
        Ok(Arc::new(NoisyLog { open, ledger: Mutex::new(Some(ledger)), quiet: AtomicBool::new(false) }))
    }

    /// Someone else appends all the time, whatever the case does, also across restarts.
    async fn make_noise(self: Arc<Self>) {
        while !self.quiet.load(Ordering::SeqCst) {
            let stream = new_stream("noise");
            let mut expected = Expected::NoStream;
            for _ in 0..20 {
                let Some(ledger) = self.now() else { break };
                match ledger.append(&stream, expected, vec![new_event("noise")]).await {
                    Ok(appended) => expected = Expected::Exact(appended.revision),
                    // Closed under our hands: a new stream in the next ledger.
                    Err(_) => break,
                }
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn now(&self) -> Option<Arc<dyn Ledger>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn close(&self) -> Result<(), LedgerError> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner).take();
        match ledger {
            Some(ledger) => ledger.close().await,
            None => Ok(()),
        }
    }
}

impl Harness for NoisyLog {
    fn ledger(&self) -> Arc<dyn Ledger> {
        self.now().expect("the log is open between restarts")
    }

    fn restart(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.close().await.expect("it closes");
            let ledger = (self.open)().await.expect("it opens again");
            *self.ledger.lock().unwrap_or_else(PoisonError::into_inner) = Some(ledger);
        })
    }
}
