//! Finding events: pages that neither repeat nor leave out, timelines, the past, and an index that nobody has to believe.

use std::path::Path;
use std::sync::Arc;

use tahavol_app::search::{Direction, Filter, INDEX_FILE, Reach, SearchIndex, Timeline, Total, Window};
use tahavol_app::{Options, Order, Tahavol};
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::programme::event::{Delegation, Release};
use tahavol_domain::text::Text;
use tahavol_domain::values::{ActorId, Office};
use tahavol_domain::{Stream, milestone, programme};
use tahavol_ledger::Ledger;
use uuid::Uuid;

use crate::support::*;

fn of_type(event_type: &str) -> Filter {
    Filter { types: vec![event_type.to_owned()], ..Filter::default() }
}

fn by(actor: &str) -> Filter {
    Filter { actor: Some(ActorId(actor.to_owned())), ..Filter::default() }
}

async fn all(app: &Tahavol, filter: &Filter) -> Vec<u64> {
    let found = app.search_positions(filter, Window::all(Direction::OldestFirst)).await.unwrap();
    assert_eq!((found.reach, found.more), (Reach::Whole, false));
    let total = app.search_total(filter).await.unwrap();
    assert_eq!(total, Total { events: found.positions.len() as u64, reach: Reach::Whole });
    found.positions
}

async fn types(app: &Tahavol, timeline: Timeline) -> Vec<String> {
    let filter = Filter { timeline: Some(timeline), ..Filter::default() };
    let found = app.search(&filter, Window::all(Direction::OldestFirst)).await.unwrap();
    assert_eq!(app.search_total(&filter).await.unwrap().events, found.facts.len() as u64);
    found.facts.iter().map(|fact| fact.fact.event.event_type().to_owned()).collect()
}

#[tokio::test]
async fn pages_in_both_directions_neither_repeat_nor_leave_out_while_appends_go_on() {
    let world = World::founded().await;
    for step in 1..=20 {
        world.reported(step * 100).await;
    }
    let filter = of_type("milestone.progress_reported");
    let then = all(&world.app, &filter).await;
    for direction in [Direction::OldestFirst, Direction::NewestFirst] {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let (above, below) = match direction {
                Direction::OldestFirst => (cursor, None),
                Direction::NewestFirst => (None, cursor),
            };
            let page = world.app.search(&filter, Window { above, below, direction, limit: 3 }).await.unwrap();
            seen.extend(page.facts.iter().map(|fact| fact.position));
            cursor = seen.last().copied();
            if !page.more || seen.len() > 60 {
                break;
            }
            // Others go on recording, in this list and elsewhere.
            if seen.len() < 12 {
                world.reported(5_000 + seen.len() as u16).await;
            }
        }
        let expected = match direction {
            Direction::OldestFirst => all(&world.app, &filter).await,
            // What came after the first page is not behind it.
            Direction::NewestFirst => {
                let newest = seen[0];
                all(&world.app, &filter).await.into_iter().filter(|position| *position <= newest).rev().collect()
            }
        };
        assert_eq!(seen, expected);
        assert!(seen.len() >= then.len());
    }
}

#[tokio::test]
async fn the_past_has_no_events_that_came_later() {
    let world = World::founded().await;
    let mut known = Vec::new();
    for step in 1..=10 {
        known.push(world.reported(step * 100).await.position.unwrap());
        let middle = known[known.len() / 2];
        let until = Some(middle);
        let filter = Filter { until, ..of_type("milestone.progress_reported") };
        let expected: Vec<u64> = known.iter().copied().filter(|position| Some(*position) <= until).collect();
        assert_eq!(all(&world.app, &filter).await, expected);
        let everything = Filter { until, ..Filter::default() };
        assert_eq!(all(&world.app, &everything).await, (0..=middle).collect::<Vec<_>>());
    }
    let end = Filter { until: known.last().map(|last| last + 1_000), ..by("mina") };
    assert_eq!(all(&world.app, &end).await, all(&world.app, &by("mina")).await);
}

#[tokio::test]
async fn a_person_s_timeline_holds_what_they_did_and_what_was_done_about_them() {
    let world = World::founded().await;
    world.reported(100).await;
    let lent = Delegation {
        delegation: Uuid::from_u128(77),
        from: ActorId("council".to_owned()),
        to: person("mina"),
        office: Office::Council,
        starts: date("2026-06-01"),
        ends: date("2026-06-30"),
    };
    let programme_stream = || Stream::Programme(PROGRAMME);
    let because = |order: Order| Order { reason: Some("مأموریت".to_owned()), ..order };
    world.handle(because(world.order("council", programme_stream(), programme::Command::DelegateOffice(lent)))).await.unwrap();
    let back = programme::Command::EndDelegation(tahavol_domain::programme::event::DelegationEnd { delegation: Uuid::from_u128(77) });
    world.handle(because(world.order("council", programme_stream(), back))).await.unwrap();
    let told = types(&world.app, Timeline::Person(ActorId("mina".to_owned()))).await;
    let expected = [
        "commission.member_appointed",
        "initiative.proposed",
        "milestone.planned",
        "milestone.planned",
        "milestone.progress_reported",
        "programme.office_delegated",
        "programme.delegation_ended",
    ];
    assert_eq!(told, expected);
    let release = Release { actor: ActorId("inspector".to_owned()), office: Office::Inspector };
    let release = world.order("council", programme_stream(), programme::Command::ReleaseOfficial(release));
    world.handle(tahavol_app::Order { reason: Some("بازنشستگی".to_owned()), ..release }).await.unwrap();
    let told = types(&world.app, Timeline::Person(ActorId("inspector".to_owned()))).await;
    assert_eq!(told, ["programme.official_appointed", "programme.official_released"]);
    assert_eq!(
        types(&world.app, Timeline::Person(ActorId("admin".to_owned()))).await,
        ["programme.chartered"],
        "once, though twice concerned"
    );
}

#[tokio::test]
async fn a_milestone_s_timeline_holds_its_own_events_and_the_decisions_on_its_initiative() {
    let world = World::founded().await;
    world.reported(100).await;
    let Stream::Milestone(t1) = milestone_stream("T-1") else { unreachable!("a milestone's stream") };
    let told = types(&world.app, Timeline::Milestone(t1)).await;
    assert_eq!(told, ["milestone.planned", "initiative.approved", "milestone.progress_reported"]);
    let told = types(&world.app, Timeline::Initiative(initiative_id("T"))).await;
    let expected = [
        "initiative.proposed",
        "milestone.planned",
        "milestone.planned",
        "initiative.submitted",
        "initiative.approved",
        "milestone.progress_reported",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_commission_s_events_are_its_own_its_people_s_and_those_of_what_it_answers_for() {
    let world = World::founded().await;
    world.reported(100).await;
    let of = |slug: &str| Filter { commission: Some(commission(slug)), ..Filter::default() };
    // Established, two appointments, the initiative with its two milestones, submitted, approved, a report.
    assert_eq!(all(&world.app, &of("technology")).await, [3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert_eq!(all(&world.app, &of("training")).await, Vec::<u64>::new());
    let both = Filter { office: Some(Office::Council), ..of("technology") };
    assert_eq!(all(&world.app, &both).await, [3, 4, 5, 10]);
}

#[tokio::test]
async fn words_are_found_in_reasons_and_notes_whichever_keyboard_typed_them() {
    let world = World::founded().await;
    let report =
        ProgressReport {
            progress: Some(700), note: Some(Text::new("تأخير در خريد", "Late purchase")), ..ProgressReport::default()
        };
    let order = world.order("mina", milestone_stream("T-1"), milestone::Command::ReportProgress(report));
    let position = world.handle(order).await.unwrap().position.unwrap();
    for text in ["تاخیر", "خرید", "late PURCHASE"] {
        let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
        assert_eq!(all(&world.app, &filter).await, [position], "{text}");
    }
    let nothing = Filter { text: Some("فروش".to_owned()), ..Filter::default() };
    assert_eq!(all(&world.app, &nothing).await, Vec::<u64>::new());
}

#[tokio::test]
async fn who_never_acted_is_known_by_an_office_or_the_configuration() {
    let world = World::founded().await;
    let knows = async |actor: &str| world.app.knows_actor(&ActorId(actor.to_owned())).await.unwrap();
    for actor in ["admin", "council", "mina", "reporter"] {
        assert!(knows(actor).await, "{actor}");
    }
    assert!(!knows("nobody").await);
    let known_actors = vec![ActorId("visitor".to_owned())];
    let options = Options { known_actors, ..options(&world.clock, &world.evidence) };
    let app = Tahavol::open(Arc::clone(&world.ledger) as Arc<dyn Ledger>, options).await.unwrap();
    assert!(app.knows_actor(&ActorId("visitor".to_owned())).await.unwrap());
    assert_eq!(all(&app, &by("visitor")).await, Vec::<u64>::new());
}

/// A programme whose index is on disk.
async fn indexed() -> World {
    let world = World::founded().await;
    for step in 1..=30 {
        world.reported(step * 100).await;
    }
    let app = world.reopen().await;
    assert_eq!(all(&app, &by("mina")).await.len(), 33);
    app.close().await;
    world
}

fn index(world: &World) -> std::path::PathBuf {
    world.snapshots_dir().join(INDEX_FILE)
}

fn changed(index: &Path, sql: &str) {
    rusqlite::Connection::open(index).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn an_index_that_is_damaged_or_of_another_ledger_or_version_is_thrown_away_and_made_anew() {
    let world = indexed().await;
    let whole = std::fs::read(index(&world)).unwrap();
    let expected = all(&world.app, &by("mina")).await;
    let elsewhere = indexed().await;
    elsewhere.reported(9_000).await;
    let spoil: [&dyn Fn(&Path); 7] = [
        &|path| std::fs::write(path, b"not a database at all").unwrap(),
        &|path| std::fs::write(path, [&whole[..4_096], &vec![0xA5; whole.len() - 4_096][..]].concat()).unwrap(),
        &|path| std::fs::write(path, &whole[..whole.len() / 2]).unwrap(),
        &|path| std::fs::remove_file(path).unwrap(),
        &|path| changed(path, "DELETE FROM event WHERE position = 3"),
        &|path| changed(path, "PRAGMA user_version = 99"),
        &|path| changed(path, "UPDATE head SET leaf = zeroblob(32)"),
    ];
    for (number, spoil) in spoil.iter().enumerate() {
        std::fs::write(index(&world), &whole).unwrap();
        spoil(&index(&world));
        let app = world.reopen().await;
        assert_eq!(all(&app, &by("mina")).await, expected, "{number}");
        app.close().await;
        let rows: i64 =
            rusqlite::Connection::open(index(&world)).unwrap().query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap();
        assert_eq!(rows as u64, world.app.snapshot().position.unwrap() + 1, "{number}: it is whole again");
    }
}

#[tokio::test]
async fn an_index_that_leads_to_the_wrong_event_is_not_believed() {
    let world = indexed().await;
    let expected = all(&world.app, &by("mina")).await;
    changed(&index(&world), "UPDATE event SET actor = (SELECT key FROM name WHERE text = 'a mina')");
    let app = world.reopen().await;
    let found = app.search(&by("mina"), Window::all(Direction::OldestFirst)).await.unwrap();
    assert_eq!(found.facts.iter().map(|fact| fact.position).collect::<Vec<_>>(), expected);
    assert_eq!(all(&app, &by("mina")).await, expected, "it was made anew");
}

#[tokio::test]
async fn one_who_only_looks_reads_another_s_index_and_the_rest_from_the_ledger_and_writes_nothing() {
    let world = indexed().await;
    let before = std::fs::read(index(&world)).unwrap();
    world.reported(7_777).await;
    let looks = async |path: std::path::PathBuf| {
        let options = Options { search: SearchIndex::LookedAt(path), ..options(&world.clock, &world.evidence) };
        Tahavol::open(Arc::clone(&world.ledger) as Arc<dyn Ledger>, options).await.unwrap()
    };
    let expected = all(&world.app, &by("mina")).await;
    assert_eq!(all(&looks(index(&world)).await, &by("mina")).await, expected);
    assert_eq!(std::fs::read(index(&world)).unwrap(), before);
    let nowhere = world.dir.path().join("nowhere.sqlite");
    assert_eq!(all(&looks(nowhere.clone()).await, &by("mina")).await, expected, "without an index, from the ledger alone");
    assert!(!nowhere.exists());
    std::fs::write(&nowhere, b"rubbish").unwrap();
    assert_eq!(all(&looks(nowhere.clone()).await, &by("mina")).await, expected);
    assert_eq!(std::fs::read(&nowhere).unwrap(), b"rubbish");
}
