//! Ledgers of released versions: every later version opens, reads and goes on with each of them. The files are never edited.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use tahavol_app::demo::administrator;
use tahavol_app::replay::replay;
use tahavol_app::{Options, Order, Tahavol};
use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::{Command, Stream, milestone};
use tahavol_ledger::merkle::note::SigningKey;
use tahavol_ledger::{LEDGER_FILE, Ledger, OpenOptions, Signing, SqliteLedger};
use tahavol_projections::progress::{BaselineKind, Query, progress};
use uuid::Uuid;

/// What the version itself said of its ledger.
#[derive(Deserialize)]
struct Expected {
    events: u64,
    root: String,
    status_date: String,
    planned: u16,
    reported: u16,
    verified: u16,
}

fn releases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("releases");
    let entries = std::fs::read_dir(&folder).expect("the folder of released ledgers");
    let mut releases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    releases.sort();
    assert!(!releases.is_empty(), "no released ledger to open");
    releases
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_of_every_release_opens_reads_and_goes_on() {
    for release in releases() {
        let said = std::fs::read_to_string(release.join("expected.json")).expect("what the release said");
        let said: Expected = serde_json::from_str(&said).expect("expected.json");
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::copy(release.join(LEDGER_FILE), dir.path().join(LEDGER_FILE)).expect("a copy of the ledger");

        let options = OpenOptions { signing: signing(&release), ..OpenOptions::default() };
        let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open(dir.path(), options).await.expect("it opens"));
        let replayed = replay(Arc::clone(&ledger), None, |_| ()).await.expect("every event of it decodes and follows");
        assert_eq!((replayed.events, replayed.root.to_string()), (said.events, said.root), "{}", release.display());

        let status_date = Date::parse(&said.status_date).expect("a day");
        let query = Query { status_date, baseline: BaselineKind::Current, horizon: None, commission: None, initiative: None };
        let figures = progress(&replayed.snapshot, &query);
        let figures = (figures.planned, figures.reported, figures.verified);
        assert_eq!(figures, (Some(said.planned), Some(said.reported), Some(said.verified)), "{}", release.display());

        let app = Tahavol::open(Arc::clone(&ledger), Options::default()).await.expect("the application opens");
        let outcome = app.handle(report(&app)).await.expect("it takes another event");
        assert_eq!(outcome.position, Some(said.events), "the next position");
        let signed = ledger.signed_head().map(|head| head.checkpoint.size);
        assert_eq!(signed, signing(&release).map(|_| said.events + 1), "{}", release.display());
        app.close().await;
    }
}

/// The key of a ledger that was signed. It is nobody's secret: it signs nothing but the copy in a test.
fn signing(release: &Path) -> Option<Signing> {
    let key = std::fs::read_to_string(release.join("log.key")).ok()?;
    let key: SigningKey = key.trim_end().parse().expect("a key");
    Some(Signing { origin: key.name().to_owned(), keys: vec![key], head_copy: None, accept_rollback: None })
}

/// A report on the first milestone that takes one, by a file that the administrator imports.
fn report(app: &Tahavol) -> Order {
    let snapshot = app.snapshot();
    let code = "SUP-1.1";
    let milestone = snapshot.milestone_by_code(code).expect("it is planned");
    let report = ProgressReport { progress: Some(7_100), ..ProgressReport::default() };
    Order {
        command_id: Uuid::from_u128(1),
        actor: administrator(),
        stream: Stream::Milestone(milestone.plan.id),
        command: Command::Milestone(milestone::Command::ReportProgress(report)),
        effective_on: None,
        reason: None,
        expected_revision: None,
        correlation_id: None,
        causation_id: None,
        origin: format!("import:{}#2", "0".repeat(64)),
        import: Import::File,
        within: Within::default(),
    }
}
