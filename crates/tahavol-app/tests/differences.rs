//! Any two moments of the demonstration compared: every event shows, halves add up, and both languages tell it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::Digest;
use tahavol_app::demo::{Demo, administrator, evidence_files, play};
use tahavol_app::diff::{Diff, Moment, field_text, kind_text, subject_text, text, value_text};
use tahavol_app::{AsOf, MemoryEvidence, Options, Tahavol};
use tahavol_domain::calendar::Date;
use tahavol_domain::fact::decode;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{Evidence, Sha256};
use tahavol_ledger::{Ledger, OpenOptions, SqliteLedger};
use tahavol_projections::Snapshot;
use tahavol_projections::diff::{Change, Field, Kind, Scope, Subject, SubjectKind, Value, Window, changes};
use tahavol_projections::progress::BaselineKind;
use tempfile::TempDir;

/// Types that no picture shows, so that no difference names them. There are none.
const UNSEEN: &[&str] = &[];

/// Of each type, so many of the first and of the last events are looked at.
const OF_EACH: usize = 6;

struct Played {
    app: Tahavol,
    ledger: Arc<dyn Ledger>,
    _dir: TempDir,
}

async fn played() -> Played {
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
    let demo = Demo { seed: 1, today: day("2026-11-23"), history: true };
    play(&app, &demo, evidence, &|_| ()).await.unwrap_or_else(|error| panic!("{error}"));
    Played { app, ledger, _dir: dir }
}

fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

fn at(position: u64) -> Moment {
    Moment { at: Some(AsOf::Position(position)), status_date: Some(day("2026-11-23")) }
}

impl Played {
    async fn between(&self, from: u64, to: u64, scope: Scope) -> Diff {
        self.app.diff(at(from), at(to), scope, BaselineKind::Current).await.unwrap_or_else(|error| panic!("{from} to {to}: {error}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_shows_in_a_difference_that_names_it() {
    let Played { app, ledger, .. } = played().await;
    let head = app.snapshot().position.expect("a history");
    let recorded = ledger.read_all(None, head as usize + 1).await.expect("the ledger can be read");
    let mut of_type: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for event in &recorded {
        of_type.entry(event.event_type.to_string()).or_default().push(event.position);
    }
    let ends =
        |positions: &Vec<u64>| positions.iter().take(OF_EACH).chain(positions.iter().rev().take(OF_EACH)).copied().collect::<Vec<_>>();
    let chosen: BTreeSet<u64> = of_type.values().flat_map(ends).collect();

    let mut snapshot = Snapshot::default();
    let mut unseen = BTreeMap::new();
    for event in &recorded {
        let fact = decode(&event.line).expect("it decodes");
        let before = snapshot.clone();
        snapshot.apply(&fact, event.position).expect("it follows");
        if !chosen.contains(&event.position) {
            continue;
        }
        let on = day("2026-11-23");
        let mut window = Window::new(snapshot.time_zone(), on);
        window.note(&fact, event.position);
        let found = changes(&before, &snapshot, &window, &Scope::Programme, on);
        if !found.iter().any(|change| change.positions.contains(&event.position)) {
            unseen.entry(event.event_type.to_string()).or_insert_with(Vec::new).push(event.position);
        }
        for change in &found {
            let named = change
                .positions
                .iter()
                .all(|position| *position == event.position || (*position < event.position && change.kind != Kind::New));
            assert!(named && !change.positions.is_empty(), "{}: {change:?}", event.event_type);
        }
    }
    unseen.retain(|event_type, _| !UNSEEN.contains(&event_type.as_str()));
    assert_eq!(unseen, BTreeMap::new(), "events that no difference names");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_happened_between_two_moments_is_passed_over() {
    let played = played().await;
    let head = played.app.snapshot().position.expect("a history");
    for from in [10, head / 3, head / 2, head - head / 8] {
        let diff = played.between(from, head, Scope::Programme).await;
        let named: BTreeSet<u64> = diff.changes.iter().flat_map(|change| &change.positions).copied().collect();
        let silent: Vec<u64> = (from + 1..=head).filter(|position| !named.contains(position)).collect();
        assert_eq!(silent, Vec::<u64>::new(), "from {from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_halves_add_up_to_the_whole() {
    let played = played().await;
    let head = played.app.snapshot().position.expect("a history");
    let keys = |changes: &[Change], kind: Option<Kind>| -> BTreeSet<Subject> {
        let wanted = changes.iter().filter(|change| kind.is_none_or(|kind| change.kind == kind && change.field.is_none()));
        // A title may have changed meanwhile.
        wanted.map(|change| Subject { title: None, code: String::new(), ..change.subject.clone() }).collect()
    };
    for n in 1..=6_u64 {
        let mut three = [n * 7_919 % head, n * 104_729 % head, n * 1_299_709 % head];
        three.sort_unstable();
        let [a, b, c] = three;
        let (whole, first, second) = tokio::join!(
            played.between(a, c, Scope::Programme),
            played.between(a, b, Scope::Programme),
            played.between(b, c, Scope::Programme)
        );
        assert_eq!(whole.events, first.events + second.events);
        let new = keys(&whole.changes, Some(Kind::New));
        let halves: BTreeSet<Subject> = [&first, &second].into_iter().flat_map(|half| keys(&half.changes, Some(Kind::New))).collect();
        assert_eq!(new, halves, "{a} {b} {c}: nothing that is new in a half is deleted in the other");
        let touched: BTreeSet<Subject> = [&first, &second].into_iter().flat_map(|half| keys(&half.changes, None)).collect();
        assert!(keys(&whole.changes, None).is_subset(&touched), "{a} {b} {c}");
        let late = |diff: &Diff| diff.late.iter().map(|late| late.position).collect::<BTreeSet<_>>();
        assert_eq!(late(&whole), &late(&first) | &late(&second), "all three ask for one status date");
        for position in [a, b, c] {
            let same = played.between(position, position, Scope::Programme).await;
            assert!(same.is_empty() && same.events == 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_the_programme_hold_only_what_the_whole_holds() {
    let played = played().await;
    let snapshot = played.app.snapshot();
    let head = snapshot.position.expect("a history");
    let from = head / 2;
    let whole = played.between(from, head, Scope::Programme).await;
    let commissions = snapshot.commissions.keys().map(|slug| Scope::Commission(slug.clone()));
    let initiatives = snapshot.initiatives.keys().map(|id| Scope::Initiative(*id));
    let milestones = snapshot.milestones.keys().map(|id| Scope::Milestone(*id));
    let mut of_milestones = Vec::new();
    for scope in commissions.chain(initiatives).chain(milestones) {
        let part = played.between(from, head, scope.clone()).await;
        assert!(part.changes.iter().all(|change| whole.changes.contains(change)), "{scope:?}");
        assert!(part.late.iter().all(|late| whole.late.contains(late)), "{scope:?}");
        if let Scope::Milestone(_) = scope {
            of_milestones.extend(part.changes);
        }
    }
    let expected = whole.changes.iter().filter(|change| change.subject.kind == SubjectKind::Milestone).count();
    assert_eq!(of_milestones.len(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_languages_tell_every_difference_in_words() {
    let played = played().await;
    let head = played.app.snapshot().position.expect("a history");
    let founded = Moment { at: Some(AsOf::Position(10)), status_date: Some(day("2025-06-01")) };
    let diff = played.app.diff(founded, at(head), Scope::Programme, BaselineKind::Current).await.expect("two moments");
    for lang in [Lang::Fa, Lang::En] {
        let told = text(&diff, lang);
        assert!(
            !told.contains("diff-") && !told.contains('…'),
            "{}",
            told.lines().find(|line| line.contains("diff-") || line.contains('…')).unwrap_or_default()
        );
        assert!(diff.changes.iter().all(|change| told.contains(&subject_text(&change.subject, lang))));
        for field in Field::ALL {
            assert!(!field_text(field, lang).starts_with("diff-"), "{field:?}");
        }
        for kind in Kind::ALL {
            assert!(!kind_text(kind, lang).starts_with("diff-"), "{kind:?}");
        }
        for kind in SubjectKind::ALL {
            let subject = Subject { kind, code: String::new(), key: String::new(), title: None };
            assert!(!subject_text(&subject, lang).starts_with("diff-"), "{kind:?}");
        }
    }
    assert_eq!(value_text(&Value::Day(day("2019-09-22")), Lang::Fa), "۱۳۹۸/۰۶/۳۱");
    assert_eq!(value_text(&Value::Points(4_250), Lang::Fa), "۴۲٫۵٪");
    assert_eq!(value_text(&Value::Code("00001".to_owned()), Lang::Fa), "00001");
}
