//! A cluster of the bench, nodes of ours on it, and short ways to ask things of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tahavol_ledger::contract::new_event;
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tahavol_ledger::{Appended, Expected, Ledger, LedgerError, Link, NewEvent, OpenOptions, Recorded, Signing};
use tahavol_ledger_kurrentdb::{Address, KurrentLedger, KurrentOptions, Limits};
use tahavol_tests::kurrent::{Cluster, Proposed, Shape};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "log.example/tahavol";

/// Longer than anything here takes; reached only when something never happens.
pub(crate) const NEVER: Duration = Duration::from_secs(40);

/// A cluster, a programme on it, and a directory for the replicas of its nodes.
pub(crate) struct Site {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) programme: Uuid,
    pub(crate) directory: TempDir,
}

impl Site {
    pub(crate) async fn of(nodes: usize) -> Site {
        Site::shaped(Shape::nodes(nodes)).await
    }

    pub(crate) async fn shaped(shape: Shape) -> Site {
        Site {
            cluster: Arc::new(Cluster::start(shape).await),
            programme: Uuid::new_v4(),
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    pub(crate) fn address(&self) -> Address {
        address(&self.cluster.address())
    }

    pub(crate) fn options(&self, node: &str) -> KurrentOptions {
        options(self.programme, self.replica(node))
    }

    pub(crate) fn replica(&self, node: &str) -> PathBuf {
        self.directory.path().join(node).join("replica.sqlite")
    }

    /// A node of this name: the same name again is the same replica.
    pub(crate) async fn open(&self, node: &str) -> Arc<KurrentLedger> {
        self.open_with(node, limits()).await
    }

    pub(crate) async fn open_with(&self, node: &str, limits: Limits) -> Arc<KurrentLedger> {
        let options = KurrentOptions { limits, ..self.options(node) };
        Arc::new(KurrentLedger::open(&self.address(), options).await.expect("the ledger opens"))
    }

    /// The same, while the cluster may be busy with itself.
    pub(crate) async fn open_when_it_can(&self, node: &str, limits: Limits) -> Arc<KurrentLedger> {
        let begun = Instant::now();
        loop {
            match KurrentLedger::open(&self.address(), KurrentOptions { limits, ..self.options(node) }).await {
                Ok(ledger) => return Arc::new(ledger),
                Err(LedgerError::NotConnected { .. }) if begun.elapsed() < NEVER => {}
                Err(error) => panic!("the ledger does not open: {error}"),
            }
        }
    }

    /// The same without a key: what such a node leaves can be opened by anybody.
    pub(crate) async fn open_unsigned(&self, node: &str) -> KurrentLedger {
        let options = KurrentOptions { open: OpenOptions::default(), ..self.options(node) };
        KurrentLedger::open(&self.address(), options).await.expect("the ledger opens")
    }

    /// What opening it says.
    pub(crate) async fn not_opened(&self, node: &str) -> LedgerError {
        match KurrentLedger::open(&self.address(), self.options(node)).await {
            Ok(_) => panic!("it opens"),
            Err(error) => error,
        }
    }

    /// Writes one event to a stream of the cluster, as somebody else would.
    pub(crate) async fn foreign(&self, stream: &str, event_type: &str, data: &str) {
        self.cluster.append_raw(stream, vec![Proposed::json(event_type, data)]).await;
    }

    /// What a stream of the programme is called in the cluster.
    pub(crate) fn in_cluster(&self, stream: &str) -> String {
        format!("{}.{stream}", self.programme.simple())
    }
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// With a key, and the copy of the head beside the replica's directory. The directory is made.
pub(crate) fn options(programme: Uuid, replica: PathBuf) -> KurrentOptions {
    let directory = replica.parent().expect("it lies in a directory").to_owned();
    std::fs::create_dir_all(&directory).expect("the directory is made");
    KurrentOptions { programme, replica, open: signed(&directory), limits: limits() }
}

/// All nodes sign with the same key.
pub(crate) fn signed(directory: &Path) -> OpenOptions {
    let key = SigningKey::generate(ORIGIN, KeyKind::Log, [1; 32]).expect("a name that a key may have");
    let head_copy = Some(directory.with_extension("head"));
    let signing = Signing { origin: ORIGIN.to_owned(), keys: vec![key], head_copy, accept_rollback: None };
    OpenOptions { signing: Some(signing), ..OpenOptions::default() }
}

/// Those of the product, except that silence is noticed sooner, so that a test does not wait.
pub(crate) fn limits() -> Limits {
    Limits { call: Duration::from_secs(2), silence: Duration::from_secs(3), ..Limits::default() }
}

/// One event at the beginning of a stream.
pub(crate) async fn begin(ledger: &dyn Ledger, stream: &str) -> (NewEvent, Appended) {
    let event = new_event("first");
    let appended = ledger.append(stream, Expected::NoStream, vec![event.clone()]).await.expect("an event is recorded");
    (event, appended)
}

/// Appends one by one, repeating unchanged what was not answered for certain.
pub(crate) async fn append_surely(ledger: &dyn Ledger, stream: &str, expected: Expected, event: &NewEvent) -> Appended {
    loop {
        match ledger.append(stream, expected, vec![event.clone()]).await {
            Ok(appended) => return appended,
            Err(LedgerError::Unavailable { retry: true, .. } | LedgerError::OutcomeUnknown { .. }) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => panic!("an append is refused: {error}"),
        }
    }
}

pub(crate) async fn ids(ledger: &dyn Ledger, stream: &str) -> Vec<Uuid> {
    ledger.read_stream(stream, 0, usize::MAX).await.expect("a stream can be read").iter().map(|event| event.id).collect()
}

pub(crate) async fn whole(ledger: &dyn Ledger) -> Vec<Recorded> {
    ledger.read_all(None, usize::MAX).await.expect("the log can be read")
}

/// Waits until it is so, and says what was waited for when it never is.
pub(crate) async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < NEVER, "it never happens: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn until_sound(ledger: &dyn Ledger) {
    until("the link is sound", || ledger.condition().link == Link::Sound).await;
}

/// The position at which it stopped, and why.
pub(crate) async fn until_stopped(ledger: &dyn Ledger) -> (u64, String) {
    until("it stops", || matches!(ledger.condition().link, Link::Stopped { .. })).await;
    match ledger.condition().link {
        Link::Stopped { position, what } => (position, what),
        other => panic!("a stop is final: {other:?}"),
    }
}

pub(crate) fn is_persian(letter: char) -> bool {
    ('\u{600}'..='\u{6ff}').contains(&letter)
}
