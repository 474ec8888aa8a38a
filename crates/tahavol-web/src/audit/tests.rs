//! What holds for every page of an auditor's: it believes nothing it is told, in both languages, and everything has a name.

use std::sync::Arc;

use tahavol_app::diff::{Diff, Side};
use tahavol_app::proof::{ProofState, WitnessReport};
use tahavol_app::references::References;
use tahavol_app::search::{Reach, Total};
use tahavol_app::{Compared as ComparedWith, Condition, Equality, Follower, Lag, Link, RecordedFact, Step, StepField, Told};
use tahavol_domain::Stream;
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::fact::{TYPES, decode};
use tahavol_domain::schema;
use tahavol_domain::text::{Lang, Text};
use tahavol_domain::values::{ActorId, Office, Sha256, StationCode};
use tahavol_projections::Snapshot;
use tahavol_projections::diff::{Change, Field, Kind, Scope, Subject, SubjectKind, Value};
use tahavol_projections::progress::BaselineKind;

use super::{Asked, BEFORE, Compared, Covered, EventPage, Events, Head, Life, Listed, Person, ProofPage, Replay};
use crate::address::Moment;
use crate::figure::{Calendar, Hand};
use crate::layout::{Frame, Reader};
use crate::question::Wrong;
use crate::sheet::Sheet;
use crate::table::{Cell, Format};

pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\"' onfocus=alert(2) \u{202e}x";

/// With a sheet of an empty ledger, asked for something hostile.
pub(crate) fn with_sheet<T>(lang: Lang, then: impl FnOnce(&Sheet<'_>) -> T) -> T {
    let (zone, snapshot) = (TimeZone::tehran(), Snapshot::default());
    let query = ["thing", "text", "actor", "from", "type", "office", "on"].map(|name| (name.to_owned(), HOSTILE.to_owned()));
    then(&Sheet {
        frame: Frame { lang, otherwise: "/", programme: Some(HOSTILE), reader: Some(Reader { name: HOSTILE, csrf: HOSTILE }) },
        hand: Hand { lang, calendar: Calendar::of(lang), zone: &zone },
        moment: Moment::default(),
        snapshot: &snapshot,
        day: Date::parse_iso("2026-11-21").unwrap(),
        live: Some(9),
        behind: Some(0),
        said: None,
        of_now: false,
        mistyped: &[],
        path: "/ledger",
        query: &query,
        offices: &[],
    })
}

/// What every page is held to that is told something hostile.
pub(crate) fn believes_nothing(name: &str, page: &str) {
    assert!(!page.contains("<script>alert"), "{name}");
    assert!(!page.contains("\"' onfocus"), "{name}");
    for wrong in ["<style", " style=", " onload", " onclick", "javascript:", "http://", "https://"] {
        assert!(!page.contains(wrong), "{name} has {wrong}");
    }
    assert!(!page.contains(">page-") && !page.contains("\"page-"), "{name} has a key without a message: {page}");
    for id in page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{name}: {id} stands once");
    }
    for label in page.split("<label for=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!(" id=\"{label}\"")), "{name}: {label} is there");
    }
    for form in page.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next()).filter(|form| form.contains("method=\"post\""))
    {
        assert!(form.contains("name=\"csrf\""), "{name}: {form}");
    }
}

/// One event of every type, as the published samples have it.
fn samples() -> Vec<RecordedFact> {
    let files = schema::files().into_iter().filter(|(path, _)| path.contains("/samples/"));
    let facts = files.map(|(path, text)| (decode(text.trim_end().as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}")), text));
    let recorded = facts.zip(0..).map(|((fact, text), position)| RecordedFact {
        position,
        fact,
        line: text.trim_end().to_owned().into(),
        leaf_hash: [7; 32],
    });
    recorded.collect()
}

/// The same, told by somebody hostile.
fn hostile() -> Vec<RecordedFact> {
    let mut all = samples();
    for fact in &mut all {
        fact.line = HOSTILE.to_owned().into();
        let said = &mut fact.fact.envelope;
        said.actor = ActorId(HOSTILE.to_owned());
        HOSTILE.clone_into(&mut said.actor_name);
        said.reason = Some(HOSTILE.to_owned());
        HOSTILE.clone_into(&mut said.origin);
    }
    all
}

fn events(all: &[RecordedFact]) -> Events<'_> {
    Events { events: all, newer: true, older: true, total: Total { events: 3, reach: Reach::Until(Some(1)) }, fresh: 2, most_fresh: 99 }
}

fn step(event: &RecordedFact) -> Step {
    let hostile = || Some(Told::Plain(HOSTILE.to_owned()));
    let fields = vec![
        StepField { key: "phase", of: hostile(), before: None, after: hostile() },
        StepField { key: "weight", of: None, before: hostile(), after: hostile() },
    ];
    Step { event: event.clone(), fields, before: Arc::default(), after: Arc::default(), previous: Some(1), next: Some(3) }
}

fn diff() -> Diff {
    let side = || Side { snapshot: Arc::new(Snapshot::default()), day: Date::parse_iso("2026-11-21").unwrap(), instant: None };
    let subject = Subject {
        kind: SubjectKind::Station,
        code: HOSTILE.to_owned(),
        key: HOSTILE.to_owned(),
        title: Some(Text { fa: HOSTILE.to_owned(), en: None }),
    };
    let value = || Some(Value::Code(HOSTILE.to_owned()));
    let change =
        Change { kind: Kind::Changed, subject, field: None, item: value(), before: value(), after: None, positions: (0..20).collect() };
    Diff {
        from: side(),
        to: side(),
        scope: Scope::Programme,
        baseline: BaselineKind::Current,
        events: 3,
        changes: vec![change],
        progress: Vec::new(),
        late: Vec::new(),
        late_facts: Vec::new(),
    }
}

fn pages(lang: Lang) -> Vec<(String, String)> {
    let all = hostile();
    let wrong = [("thing", HOSTILE.to_owned()), ("from", HOSTILE.to_owned()), ("on", HOSTILE.to_owned())];
    let mut pages = Vec::new();
    with_sheet(lang, |sheet| {
        let mut page = |name: &str, markup: maud::Markup| pages.push((name.to_owned(), markup.into_string()));
        page("ledger", super::ledger(sheet, &listed(Some(events(&all)), &[])));
        page("ledger, misasked", super::ledger(sheet, &listed(None, &wrong[..1])));
        let places = [(BEFORE, HOSTILE.to_owned()), ("type", HOSTILE.to_owned()), ("source", HOSTILE.to_owned())];
        page("ledger, at no place", super::ledger(sheet, &listed(None, &places)));
        let references = References { refers_to: all[..1].to_vec(), referred_by: all[1..2].to_vec(), same_command: all[2..3].to_vec() };
        let witness = WitnessReport { name: HOSTILE.to_owned(), cosigned: Some((3, 9)), problem: Some(HOSTILE.to_owned()), alarm: true };
        for covered in [Covered::Unsigned, Covered::NotYet { size: 1 }, Covered::Signed { size: 4 }, Covered::Cosigned { size: 4 }] {
            let (step, witnesses) = (step(&all[0]), [witness.clone()]);
            let shown = EventPage { step: &step, in_stream: (Some(0), Some(9)), references: &references, covered, witnesses: &witnesses };
            page("event", super::event(sheet, &shown));
        }
        let station = Stream::Station(StationCode(HOSTILE.to_owned()));
        page("timeline", super::timeline(sheet, &Life { of: &station, events: Some(events(&all)), wrong: &[] }));
        page("timeline, misasked", super::timeline(sheet, &Life { of: &station, events: None, wrong: &places[..1] }));
        page("people", super::people(sheet, &super::listed_people(sheet)));
        let actor = ActorId(HOSTILE.to_owned());
        let asked = Asked { office: None, on: Date::parse_iso("2026-11-21").unwrap(), grounds: &[] };
        let person = Person {
            actor: &actor,
            name: HOSTILE,
            official: None,
            delegations: &[],
            asked: Some(asked),
            wrong: &wrong[2..],
            acts: Some(events(&all)),
        };
        page("person", super::person(sheet, &person));
        page("replay", super::replay(sheet, &Replay { step: Some(&step(&all[3])), wrong: &wrong[..1] }));
        page("replay of nothing", super::replay(sheet, &Replay { step: None, wrong: &[] }));
        page("diff", super::diff(sheet, &Compared { diff: Some(&diff()), wrong: &[] }));
        page("diff, misasked", super::diff(sheet, &Compared { diff: None, wrong: &wrong[1..2] }));
        for state in [ProofState::Unsigned, ProofState::Waiting, ProofState::Unproven, ProofState::Signed, ProofState::Cosigned] {
            page("proof", proof(sheet, state, &witness));
        }
    });
    pages
}

fn listed<'a>(events: Option<Events<'a>>, wrong: &'a Wrong) -> Listed<'a> {
    Listed { events, wrong, proof: ProofState::Signed, equality: None }
}

fn proof(sheet: &Sheet<'_>, state: ProofState, witness: &WitnessReport) -> maud::Markup {
    let head = Head { origin: HOSTILE.to_owned(), size: 4, root: HOSTILE.to_owned(), cosigners: Vec::new() };
    let equality = Equality {
        position: 3,
        live: Sha256([1; 32]),
        outcome: ComparedWith::Damaged { position: Some(2), what: HOSTILE.to_owned() },
        ran_at: Instant::from_micros(1_800_000_000_000_000),
        took: std::time::Duration::from_millis(7),
    };
    let page = ProofPage {
        state,
        unproven: Some(HOSTILE),
        signs_from: Some(9),
        signed: Some(&head),
        cosigned: None,
        keys: &[HOSTILE.to_owned()],
        witnesses: std::slice::from_ref(witness),
        equality: Some(&equality),
        follower: &Follower::Stopped { position: 3, what: HOSTILE.to_owned() },
        condition: &Condition { link: Link::CatchingUp, alarms: Vec::new() },
        lag: Lag { events: None, millis: None, head: None },
        may_take: true,
        refused: Some(HOSTILE),
    };
    super::proof(sheet, &page)
}

#[test]
fn no_page_believes_what_it_is_told() {
    for (name, page) in [Lang::Fa, Lang::En].into_iter().flat_map(pages) {
        believes_nothing(&name, &page);
    }
}

#[test]
fn every_type_of_event_and_every_member_of_what_it_says_has_a_name_in_both_languages() {
    let all = samples();
    for (name, _) in TYPES {
        assert!(all.iter().any(|fact| fact.fact.event.event_type() == *name), "{name} has a sample");
    }
    for lang in [Lang::Fa, Lang::En] {
        with_sheet(lang, |sheet| {
            for fact in &all {
                let name = fact.fact.event.event_type();
                assert!(!sheet.event_type(name).starts_with("page-"), "{name}");
                let payload = sheet.payload(&fact.fact.event.data()).into_string();
                assert!(!payload.contains("<dt><bdi"), "{name} has a member without a name: {payload}");
            }
        });
    }
}

#[test]
fn an_event_that_was_recorded_late_says_by_how_many_days() {
    let late = samples().into_iter().find(|fact| fact.fact.event.event_type() == "milestone.progress_reported").unwrap();
    let told = |lang| with_sheet(lang, |sheet| sheet.entry(&late).into_string());
    // Effective on 2019-08-22, recorded on 2019-09-22.
    assert!(told(Lang::En).contains("days late: 31"), "{}", told(Lang::En));
    assert!(told(Lang::Fa).contains("۳۱") && told(Lang::Fa).contains("۳۱ مرداد ۱۳۹۸"), "{}", told(Lang::Fa));
}

#[test]
fn what_somebody_may_not_take_away_is_not_offered() {
    with_sheet(Lang::En, |sheet| {
        let witness = WitnessReport::new("w");
        assert!(proof(sheet, ProofState::Signed, &witness).into_string().contains("/proof/bundle"));
        let shown = ProofPage {
            state: ProofState::Signed,
            unproven: None,
            signs_from: None,
            signed: None,
            cosigned: None,
            keys: &[],
            witnesses: &[],
            equality: None,
            follower: &Follower::Following,
            condition: &Condition::default(),
            lag: Lag { events: Some(0), millis: Some(0), head: None },
            may_take: false,
            refused: None,
        };
        assert!(!super::proof(sheet, &shown).into_string().contains("/proof/bundle"));
    });
}

#[test]
fn the_first_event_of_the_ledger_stands_below_two_questions_and_how_it_is_known() {
    let all = samples();
    let page = |query: &[(String, String)]| {
        with_sheet(Lang::En, |sheet| super::ledger(&Sheet { query, ..*sheet }, &listed(Some(events(&all)), &[])).into_string())
    };
    let plain = page(&[]);
    let (form, below) = plain.split_once("<ol class=\"events\"").unwrap();
    assert!(form.contains("no witness has cosigned yet") && form.contains("href=\"/proof\""), "{form}");
    assert!(form.contains("<details class=\"more\"><summary>") && below.contains("/ledger/0"), "{form}");
    let before_the_fold =
        form.split("class=\"inline asking\"").nth(1).and_then(|asked| asked.split("<details class=\"more\">").next()).unwrap();
    assert_eq!(before_the_fold.matches("class=\"question\"").count(), 2, "{before_the_fold}");
    // What is asked is not hidden.
    for name in ["actor", "office", "type", "correlation"] {
        let asked = page(&[(name.to_owned(), "x".to_owned())]);
        assert!(asked.contains("<details class=\"more\" open>"), "{name}");
    }
}

#[test]
fn commands_that_verify_hold_the_key_itself_as_one_word() {
    with_sheet(Lang::En, |sheet| {
        let page = |key: &str| {
            let head = Head { origin: "o".to_owned(), size: 12, root: "r".to_owned(), cosigners: Vec::new() };
            let shown = ProofPage {
                state: ProofState::Signed,
                unproven: None,
                signs_from: None,
                signed: Some(&head),
                cosigned: None,
                keys: &[key.to_owned()],
                witnesses: &[],
                equality: None,
                follower: &Follower::Following,
                condition: &Condition::default(),
                lag: Lag { events: Some(0), millis: Some(0), head: None },
                may_take: false,
                refused: None,
            };
            super::proof(sheet, &shown).into_string()
        };
        let told = page("log.example+1a2b+AbC=");
        assert!(told.contains("tahavol log check 11.tlog-proof --line 11.json --key 'log.example+1a2b+AbC='"), "{told}");
        assert!(told.contains("tahavol verify tahavol-bundle --key 'log.example+1a2b+AbC='") && !told.contains("cat "), "{told}");
        assert!(page("it's").contains("--key 'it'\\''s'"));
    });
}

#[test]
fn the_ledger_is_taken_away_with_a_row_for_each_event() {
    let all = samples();
    with_sheet(Lang::En, |sheet| {
        let table = super::taken(sheet, &all);
        let file = sheet.file(&table, Format::Csv).unwrap();
        assert!(file.name.starts_with("ledger") && file.name.ends_with(".csv"), "{}", file.name);
        let text = String::from_utf8(file.content).unwrap();
        assert!(text.trim_start_matches('\u{feff}').starts_with("position,recorded,effective,type,"), "{text}");
        assert!(table.rows.len() == all.len() && table.rows.iter().all(|row| row.cells.len() == table.columns.len()));
        assert_eq!(table.rows[3].cells[3], Cell::Code(all[3].fact.event.event_type().to_owned()));
    });
}

#[test]
fn what_was_stated_again_is_told_like_every_change_and_with_its_events_once() {
    let mut diff = diff();
    let value = || Some(Value::Word("GREEN"));
    diff.changes[0].before = value();
    diff.changes[0].after = value();
    diff.changes[0].positions = vec![7];
    let page = with_sheet(Lang::En, |sheet| super::diff(sheet, &Compared { diff: Some(&diff), wrong: &[] }).into_string());
    let told = page.split("<ul class=\"changes\">").nth(1).and_then(|rest| rest.split("</ul>").next()).unwrap();
    assert!(told.starts_with("<li><strong>") && told.contains("stated anew"), "{told}");
    assert_eq!((told.matches("/ledger/7").count(), told.contains("(event")), (1, false), "{told}");
}

#[test]
fn an_office_that_changed_is_told_by_its_name() {
    let mut diff = diff();
    diff.changes[0].field = Some(Field::Office);
    diff.changes[0].item = None;
    diff.changes[0].before = None;
    diff.changes[0].after = Some(Value::Code("inspector".to_owned()));
    let page = with_sheet(Lang::Fa, |sheet| super::diff(sheet, &Compared { diff: Some(&diff), wrong: &[] }).into_string());
    let name = with_sheet(Lang::Fa, |sheet| sheet.office(&Office::Inspector));
    assert!(page.contains(&name) && !page.contains("inspector"), "{page}");
    let told = Told::Plain("chair:technology, inspector".to_owned());
    let step = [StepField { key: "offices", of: None, before: None, after: Some(told) }];
    let page = with_sheet(Lang::Fa, |sheet| sheet.changed(&step).into_string());
    assert!(page.contains(&name) && !page.contains("chair:"), "{page}");
}
