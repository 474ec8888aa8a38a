//! The demonstration: the same bytes for the same seed and day, a history that holds all that it promises, and one truth in three ways.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::Digest;
use tahavol_app::demo::{Demo, administrator, evidence_files, play};
use tahavol_app::replay::replay;
use tahavol_app::{AsOf, MemoryEvidence, Options, Tahavol};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::{Evidence, Horizon, Sha256};
use tahavol_ledger::{Ledger, OpenOptions, SqliteLedger};
use tahavol_projections::Snapshot;
use tempfile::TempDir;

struct Played {
    app: Tahavol,
    ledger: Arc<dyn Ledger>,
    _dir: TempDir,
}

async fn played(demo: Demo) -> Played {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open(dir.path(), OpenOptions::default()).await.expect("an empty ledger opens"));
    let store = Arc::new(MemoryEvidence::default());
    let evidence = evidence_files().into_iter().map(|(title, bytes)| {
        let digest = Sha256(sha2::Sha256::digest(&bytes).into());
        store.put(digest, "text/plain", bytes.len() as u64);
        Evidence { digest, media_type: "text/plain".to_owned(), size: bytes.len() as u64, title }
    });
    let evidence = evidence.collect();
    let options = Options { named_administrator: Some(administrator().id), evidence: store, ..Options::default() };
    let app = Tahavol::open(Arc::clone(&ledger), options).await.expect("the application opens");
    play(&app, &demo, evidence, &|_| ()).await.unwrap_or_else(|error| panic!("{error}"));
    Played { app, ledger, _dir: dir }
}

fn demo(today: &str, history: bool) -> Demo {
    Demo { seed: 1, today: Date::parse(today).expect("a day"), history }
}

async fn types(ledger: &Arc<dyn Ledger>) -> BTreeMap<String, usize> {
    let mut types = BTreeMap::new();
    let mut after = None;
    loop {
        let page = ledger.read_all(after, 4_096).await.expect("the ledger can be read");
        let Some(last) = page.last() else { return types };
        after = Some(last.position);
        for recorded in page {
            *types.entry(recorded.event_type.to_string()).or_insert(0) += 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_import_alone_holds_what_the_files_say() {
    let Played { app, ledger, .. } = played(demo("2026-11-23", false)).await;
    let snapshot = app.snapshot();
    assert_eq!(snapshot.initiatives.len(), 14);
    assert_eq!(snapshot.milestones.len(), 26);
    assert_eq!(snapshot.indicators.len(), 7);
    assert_eq!(snapshot.commissions.len(), 7);
    assert_eq!(snapshot.stations.len(), 3_000);
    assert_eq!(snapshot.stations.values().filter(|station| !station.networked).count(), 1_800);
    let (target, _) = &**snapshot.target.as_ref().expect("a target set");
    assert!(target.visits * 100 > target.total_visits * 53 && target.cases * 100 > target.total_cases * 53);
    assert!(snapshot.milestones.values().all(|row| row.life.counts_since.is_some()), "what the file plans counts");
    let short = snapshot.horizons.get(&Horizon::Short).expect("the short horizon");
    assert_eq!(short.starts.persian(), (1404, 7, 1));
    assert_eq!(short.ends.persian(), (1404, 12, 29), "a month's last day stays one");
    let types = types(&ledger).await;
    assert_eq!(types.get("station.registered"), Some(&3_000));
    assert_eq!(types.get("milestone.completion_claimed"), Some(&3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_holds_all_that_it_promises_and_is_the_same_every_time() {
    let first = played(demo("2026-11-23", true)).await;
    let types = types(&first.ledger).await;
    for wanted in [
        "milestone.progress_reported",
        "milestone.progress_corrected",
        "milestone.completion_claimed",
        "milestone.completion_verified",
        "milestone.completion_refused",
        "milestone.rebaselined",
        "milestone.cancellation_refused",
        "milestone.admitted",
        "milestone.blocked",
        "milestone.unblocked",
        "initiative.returned",
        "initiative.rejected",
        "initiative.suspended",
        "initiative.resumed",
        "initiative.resources_allocated",
        "initiative.risk_closed",
        "programme.official_appointed",
        "programme.office_delegated",
        "programme.document_approved",
        "programme.review_held",
        "programme.review_action_closed",
        "commission.member_released",
        "commission.rated",
        "station.delivery_revoked",
        "station.networked",
        "station.network_lost",
        "station.volume_recorded",
        "indicator.measurement_verified",
        "indicator.measurement_contested",
        "indicator.measurement_corrected",
        "indicator.measurement_withdrawn",
    ] {
        assert!(types.contains_key(wanted), "no {wanted} in the history: {types:?}");
    }
    assert!(types["station.delivery_recorded"] >= 300, "{types:?}");

    let second = played(demo("2026-11-23", true)).await;
    let (one, two) = (replay(first.ledger, None, |_| ()).await, replay(second.ledger, None, |_| ()).await);
    let (one, two) = (one.expect("it replays"), two.expect("it replays"));
    assert_eq!(one.root, two.root, "every line is the same, byte for byte");
    assert_eq!(one.digest, two.digest);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_rebuilt_and_as_of_are_one_at_two_hundred_positions() {
    let Played { app, ledger, .. } = played(demo("2026-11-23", true)).await;
    let live = app.snapshot();
    let head = live.position.expect("a history");
    let rebuilt = app.rebuild(|_| ()).await.expect("it rebuilds");
    assert_eq!(rebuilt.digest, live.digest());

    // A fold of our own, one fact after the other, compared with the past picture at each chosen position.
    let mut chosen = BTreeSet::new();
    for n in 0_u64.. {
        chosen.insert((n * 7_919 + n * n * 104_729) % (head + 1));
        if chosen.len() == 200 {
            break;
        }
    }
    let mut folded = Snapshot::default();
    let mut chosen = chosen.into_iter().peekable();
    for position in 0..=head {
        let recorded = ledger.read_all(position.checked_sub(1), 1).await.expect("the ledger can be read");
        let fact = tahavol_domain::fact::decode(&recorded[0].line).expect("it decodes");
        folded.apply(&fact, position).expect("it follows");
        if chosen.next_if_eq(&position).is_some() {
            let as_of = app.as_of(AsOf::Position(position)).await.expect("it is reached");
            assert_eq!(as_of.digest(), folded.digest(), "at position {position}");
        }
    }
    assert_eq!(folded.digest(), live.digest());
}

#[test]
fn the_founding_lies_eighteen_months_before_whatever_the_day() {
    for today in ["2026-11-23", "2026-03-20", "2026-03-21", "2025-05-21", "2028-02-29"] {
        let demo = demo(today, true);
        assert_eq!(Date::persian_months_between(demo.founded_on(), demo.today), 18, "{today}");
    }
}
