//! A real ledger of more than ten thousand events, made once: the demonstration, then reports through the command path, signed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tahavol_app::{Options, Order, Tahavol, When};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::text::Text;
use tahavol_domain::values::{ActorId, CommissionSlug, Person};
use tahavol_domain::{Command, Stream, milestone};
use tahavol_ledger::merkle::note::{SigningKey, VerifyingKey};
use tahavol_ledger::{LEDGER_FILE, Ledger, OpenOptions, Signing, SqliteLedger};
use tahavol_projections::Snapshot;
use tahavol_tests::binary;
use tahavol_tests::data;
use tempfile::TempDir;
use uuid::Uuid;

/// How many events it has.
pub(crate) const SIZE: u64 = 10_400;

/// A position in the middle of the reports.
pub(crate) const PLACE: u64 = 7_777;

/// Data directories, each with the key and the copy of the head beside it.
pub(crate) struct Real {
    pub(crate) data: PathBuf,
    /// As it was before the reports, like a backup of yesterday.
    pub(crate) before: PathBuf,
    pub(crate) size_before: u64,
    pub(crate) key: SigningKey,
    pub(crate) bundle: PathBuf,
    /// Newest heads: of this ledger, of the one before, and of another history of the same length under the same key.
    pub(crate) note: String,
    pub(crate) note_before: String,
    pub(crate) note_of_fork: String,
}

impl Real {
    pub(crate) fn vkey(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.data.join(LEDGER_FILE)
    }

    /// A bundle of its own.
    pub(crate) fn copy_of_bundle(&self) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("bundle");
        copy(&self.bundle, &to);
        (folder, to)
    }
}

pub(crate) fn real() -> &'static Real {
    static MADE: OnceLock<Real> = OnceLock::new();
    MADE.get_or_init(make)
}

fn make() -> Real {
    // In the build directory and not among temporary ones: what lives as long as the process is not removed by it.
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tamper");
    drop(fs::remove_dir_all(&place));
    let demonstration = data::with_history();
    let copied = |name: &str| {
        copy(demonstration.path().parent().expect("a folder of its own"), &place.join(name));
        place.join(name).join("data")
    };
    let (before, data, fork) = (copied("before"), copied("real"), copied("fork"));
    let key = key_of(&before);
    let (size_before, note_before) = head(&before);
    lengthen(&data, &key, 1);
    lengthen(&fork, &key, 2);
    let (size, note) = head(&data);
    let (size_of_fork, note_of_fork) = head(&fork);
    assert_eq!((size, size_of_fork), (SIZE, SIZE));
    assert_ne!(note, note_of_fork);
    let bundle = place.join("bundle");
    export(&data, &bundle);
    Real { data, before, size_before, key, bundle, note, note_before, note_of_fork }
}

/// Writes a bundle of a data directory.
pub(crate) fn export(data: &Path, bundle: &Path) {
    let arguments = ["export", "bundle", bundle.to_str().unwrap(), "--data", data.to_str().unwrap(), "--status-date", data::TODAY];
    let output = binary::run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn key_of(data: &Path) -> SigningKey {
    let file = PathBuf::from(format!("{}-log.key", data.display()));
    fs::read_to_string(file).expect("a demonstration makes a key").lines().next().unwrap().parse().unwrap()
}

fn head(data: &Path) -> (u64, String) {
    let ledger = SqliteLedger::open_read_only_blocking(data).unwrap();
    let head = ledger.stored_head().unwrap().expect("a signed head");
    (head.size, head.note)
}

/// Reports of members for their milestones until the ledger has [`SIZE`] events. `by` makes one history another than the next.
fn lengthen(data: &Path, key: &SigningKey, by: u16) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let head_copy = Some(PathBuf::from(format!("{}-log.head", data.display())));
        let signing = Signing { origin: key.name().to_owned(), keys: vec![key.clone()], head_copy, accept_rollback: None };
        let options = OpenOptions { signing: Some(signing), ..OpenOptions::default() };
        let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open(data, options).await.unwrap());
        let app = Tahavol::open(Arc::clone(&ledger), Options::default()).await.unwrap();
        let snapshot = app.snapshot();
        let reporters = reporters(&snapshot);
        assert!(reporters.len() > 3, "few milestones to report on");
        let began = Instant::start_of(Date::parse(data::TODAY).unwrap(), &TimeZone::tehran());
        let first = snapshot.position.unwrap() + 1;
        let mut phase = app.phase();
        for n in first..SIZE {
            let (stream, measure, actor) = &reporters[(n % reporters.len() as u64) as usize];
            let progress = (*measure == Measure::Reported).then_some((n % 9_000) as u16);
            let note = Some(Text { fa: format!("گزارش {by}/{n}"), en: None });
            let report = milestone::Command::ReportProgress(ProgressReport { progress, note, ..ProgressReport::default() });
            let order = Order {
                command_id: Uuid::new_v5(&Uuid::from_u128(u128::from(by)), &n.to_be_bytes()),
                actor: actor.clone(),
                stream: stream.clone(),
                command: Command::Milestone(report),
                effective_on: None,
                reason: None,
                expected_revision: None,
                correlation_id: None,
                causation_id: None,
                origin: "cli".to_owned(),
                import: Import::No,
                within: Within::default(),
            };
            let when = When::Simulated(began.plus_micros((n * 1_000_000) as i64));
            let submitted = phase.submit(order, when).await.unwrap();
            assert_eq!(submitted.events.len(), 1);
            // Some phases, so that decisions look at different moments.
            if n % 1_000 == 0 {
                phase.finish().await.unwrap();
                phase = app.phase();
            }
        }
        phase.finish().await.unwrap();
        app.close().await;
        ledger.close().await.unwrap();
    });
}

/// Milestones that a note can be told of, each with somebody who may.
fn reporters(snapshot: &Snapshot) -> Vec<(Stream, Measure, Person)> {
    let today = Date::parse(data::TODAY).unwrap();
    let member = |commission: &CommissionSlug| {
        let holds = |actor: &ActorId| snapshot.offices(actor, today).iter().any(|office| office.commission() == Some(commission));
        snapshot.officials.values().map(|row| row.person.clone()).find(|person| holds(&person.id))
    };
    let rows = snapshot.milestones.values().filter(|row| {
        !matches!(row.plan.current.measure, Measure::Steps(_))
            && row.life.phase == milestone::Phase::Planned
            && snapshot.initiatives.get(&row.plan.initiative).is_some_and(|initiative| initiative.phase.is_open())
            && tahavol_domain::Basis::milestone(snapshot, row.plan.id).is_some_and(|milestone| milestone.counts)
    });
    rows.filter_map(|row| Some((Stream::Milestone(row.plan.id), row.plan.current.measure.clone(), member(&row.plan.commission)?))).collect()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() { copy(&entry, &target) } else { fs::copy(&entry, &target).map(drop).unwrap() }
    }
}
