//! What holds for every page of things: it believes nothing it is told, says what is missing, and has every word in both languages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tahavol_domain::calendar::{Date, Instant, Period, TimeZone};
use tahavol_domain::commission::event::{Establishment, MemberAppointment, Rating, RatingVoice, Role};
use tahavol_domain::indicator::event::{
    Aggregation, BaselineValue, Definition, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection, MeasurementScope,
    Quality, Target,
};
use tahavol_domain::initiative::event::{Decision, Proposal, Risk};
use tahavol_domain::milestone::event::{Baseline, Claim, Plan, ProgressCorrection, ProgressReport};
use tahavol_domain::milestone::measure::{Measure, Step};
use tahavol_domain::policy::Reader as Reads;
use tahavol_domain::programme::event::{Charter, Council, HorizonCharter, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{Registration, StationKind, Volume};
use tahavol_domain::text::{Lang, Text};
use tahavol_domain::values::{
    ActorId, CommissionSlug, Confidence, EventId, Evidence, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office, Person, ProgrammeId,
    Provenance, Province, ProvinceCode, Sha256, StationCode,
};
use tahavol_domain::{Envelope, Event, Fact, Stream, commission, indicator, initiative, milestone, programme, station};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, Query, attention, milestone_progress, milestone_series, progress};
use tahavol_projections::rows::InitiativeRow;
use tahavol_projections::sight::Sight;

use super::{Timeline, commissions, indicators, initiatives, milestones, provinces, search, stations};
use crate::address::Moment;
use crate::figure::{Calendar, Hand};
use crate::layout::{Frame, Reader};
use crate::sheet::Sheet;
use crate::table::{Cell, Format, Row};

const HOSTILE: &str = "<script>alert(1)</script>\"' onfocus=alert(2) \u{202e}x";
const PROGRAMME: ProgrammeId = ProgrammeId(uuid_of(1));

const fn uuid_of(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn hostile() -> Text {
    Text::new(HOSTILE, HOSTILE)
}

fn day(text: &str) -> Date {
    Date::parse_iso(text).expect("a day")
}

fn slug() -> CommissionSlug {
    CommissionSlug("technology".to_owned())
}

fn person(id: &str) -> Person {
    Person { id: ActorId(id.to_owned()), name: HOSTILE.to_owned() }
}

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).expect("a quantity")
}

fn file() -> Evidence {
    Evidence { digest: Sha256([7; 32]), media_type: HOSTILE.to_owned(), size: 1, title: HOSTILE.to_owned() }
}

/// A programme in which everything that people write is hostile.
struct Play {
    snapshot: Snapshot,
}

impl Play {
    fn say(&mut self, on: Option<&str>, stream: &Stream, event: Event) -> EventId {
        let position = self.snapshot.position.map_or(0, |position| position + 1);
        let id = EventId(uuid_of(0xe000_0000 + u128::from(position)));
        let envelope = Envelope {
            id,
            programme: PROGRAMME,
            stream: stream.to_string(),
            time: Instant::from_micros(1_570_000_000_000_000 + i64::try_from(position).unwrap_or_default()),
            effective_on: on.map(day),
            revision: 0,
            actor: ActorId("sara".to_owned()),
            actor_name: HOSTILE.to_owned(),
            office: Office::Council,
            command_id: uuid_of(position.into()),
            command_digest: Sha256::default(),
            correlation_id: None,
            causation_id: None,
            reason: Some(HOSTILE.to_owned()),
            origin: "web".to_owned(),
            basis: position.checked_sub(1),
        };
        self.snapshot.apply(&Fact { envelope, event }, position).expect("the fact fits");
        id
    }
}

fn charter() -> Charter {
    let window =
        |horizon| HorizonCharter { horizon, title: hostile(), starts: day("2019-01-01"), ends: day("2025-12-20"), provenance: None };
    Charter {
        programme: PROGRAMME,
        slug: "tahavol".to_owned(),
        title: hostile(),
        time_zone: TimeZone::tehran(),
        council: Council { title: hostile(), chair: hostile(), provenance: None },
        administrator: person("admin"),
        first_official: person("council"),
        horizons: Horizon::ALL.map(window).to_vec(),
        commissions: vec![slug()],
        provinces: vec![Province { code: ProvinceCode("IR-01".to_owned()), name: hostile(), tile_row: 0, tile_column: 0 }],
        confidence: Thresholds {
            green: quantity("0.98"),
            amber_green: quantity("0.95"),
            amber: quantity("0.9"),
            amber_red: quantity("0.8"),
        },
        simulation: None,
    }
}

fn played() -> Snapshot {
    let mut play = Play { snapshot: Snapshot::default() };
    play.say(None, &Stream::Programme(PROGRAMME), Event::Programme(programme::Event::Chartered(Box::new(charter()))));
    let stream = Stream::Commission(slug());
    let establishment = Establishment { slug: slug(), title: hostile(), remit: hostile(), provenance: Some(Provenance::Article) };
    play.say(None, &stream, Event::Commission(commission::Event::Established(establishment)));
    let appointment = MemberAppointment { person: person("reza"), role: Role::Chair };
    play.say(None, &stream, Event::Commission(commission::Event::MemberAppointed(appointment)));
    let rating = Rating { horizon: Horizon::Short, voice: RatingVoice::Own, confidence: Confidence::Amber, note: Some(hostile()) };
    play.say(Some("2019-10-05"), &stream, Event::Commission(commission::Event::Rated(rating)));
    initiative_and_milestone(&mut play);
    let registration = Registration {
        code: StationCode("00001".to_owned()),
        kind: StationKind::Outpost,
        name: hostile(),
        province: ProvinceCode("IR-01".to_owned()),
        networked: false,
        volume: Volume { annual_visits: 12_000, annual_cases: 10 },
        provenance: Some(Provenance::Illustrative),
    };
    let station = Stream::Station(registration.code.clone());
    play.say(None, &station, Event::Station(station::Event::Registered(registration)));
    indicator(&mut play);
    play.snapshot
}

fn initiative_and_milestone(play: &mut Play) {
    let (of, on) = (InitiativeId(uuid_of(2)), MilestoneId(uuid_of(3)));
    let (initiative, milestone) = (Stream::Initiative(of), Stream::Milestone(on));
    let proposal = Proposal {
        code: "T-1".to_owned(),
        commission: slug(),
        horizon: Horizon::Short,
        title: hostile(),
        directives: Vec::new(),
        note: Some(hostile()),
        provenance: Some(Provenance::Illustrative),
    };
    play.say(None, &initiative, Event::Initiative(initiative::Event::Proposed(proposal)));
    let steps = [1, 3].map(|weight| Step { title: hostile(), weight }).to_vec();
    let baseline = Baseline {
        weight: 100,
        starts: day("2019-10-01"),
        due: day("2019-12-10"),
        horizon: Horizon::Short,
        measure: Measure::Steps(steps),
    };
    let plan = Plan { initiative: of, code: "T-1-1".to_owned(), title: hostile(), baseline, provenance: None };
    play.say(None, &milestone, Event::Milestone(milestone::Event::Planned(Box::new(plan))));
    let decision = Decision { resolution: Some(HOSTILE.to_owned()) };
    play.say(None, &initiative, Event::Initiative(initiative::Event::Approved(decision)));
    let risk = Risk { risk: uuid_of(4), title: hostile(), likelihood: 4, impact: 5, mitigation: Some(hostile()) };
    play.say(None, &initiative, Event::Initiative(initiative::Event::RiskRaised(risk)));
    let done = |steps: &[u16]| ProgressReport {
        steps: Some(steps.to_vec()),
        note: Some(hostile()),
        evidence: vec![file()],
        ..ProgressReport::default()
    };
    let report = play.say(Some("2019-11-01"), &milestone, Event::Milestone(milestone::Event::ProgressReported(done(&[0, 1]))));
    let correction = ProgressCorrection { corrects: report, report: done(&[0]) };
    play.say(Some("2019-11-02"), &milestone, Event::Milestone(milestone::Event::ProgressCorrected(correction)));
    let claim = Claim { note: Some(hostile()), evidence: vec![file()], provenance: None };
    play.say(Some("2019-12-01"), &milestone, Event::Milestone(milestone::Event::CompletionClaimed(claim)));
}

fn indicator(play: &mut Play) {
    let code = IndicatorCode("satisfaction".to_owned());
    let stream = Stream::Indicator(code.clone());
    let meaning = Meaning {
        title: hostile(),
        unit: HOSTILE.to_owned(),
        direction: Direction::Increase,
        baseline: Some(BaselineValue { value: quantity("50"), on: day("2019-01-01"), provenance: Some(Provenance::Article) }),
        tolerance: Some(quantity("2")),
        quality: Quality { source: Some(hostile()), ..Quality::default() },
    };
    let definition = Definition {
        code,
        commission: slug(),
        derived: None,
        aggregation: Aggregation::Mean,
        meaning,
        provenance: Some(Provenance::Article),
    };
    play.say(None, &stream, Event::Indicator(indicator::Event::Defined(Box::new(definition))));
    let target = Target { horizon: Horizon::Short, value: quantity("80") };
    play.say(None, &stream, Event::Indicator(indicator::Event::TargetSet(target)));
    let measurement = Measurement {
        scope: MeasurementScope::National,
        period: Period::try_new(day("2019-09-01"), day("2019-09-30")).expect("a period"),
        value: MeasuredValue::Plain(quantity("54.5")),
        method: Some(hostile()),
        evidence: vec![file()],
        provenance: None,
    };
    let recorded = play.say(Some("2019-09-30"), &stream, Event::Indicator(indicator::Event::MeasurementRecorded(measurement)));
    let correction =
        MeasurementCorrection { corrects: recorded, value: MeasuredValue::Plain(quantity("55.5")), method: None, evidence: Vec::new() };
    play.say(None, &stream, Event::Indicator(indicator::Event::MeasurementCorrected(correction)));
}

fn with_sheet<T>(lang: Lang, recognised: bool, snapshot: &Snapshot, query: &[(String, String)], then: impl FnOnce(&Sheet<'_>) -> T) -> T {
    let zone = TimeZone::tehran();
    then(&Sheet {
        frame: Frame { lang, otherwise: "/", programme: None, reader: recognised.then_some(Reader { name: HOSTILE, csrf: "c" }) },
        hand: Hand { lang, calendar: Calendar::of(lang), zone: &zone },
        moment: Moment::default(),
        snapshot,
        day: day("2019-12-20"),
        live: snapshot.position,
        behind: Some(0),
        path: "/milestones",
        query,
        offices: &[],
        said: None,
        of_now: false,
        mistyped: &[],
    })
}

fn whole() -> Query {
    Query { status_date: day("2019-12-20"), baseline: BaselineKind::Current, horizon: None, commission: None, initiative: None }
}

/// Every page in a language.
fn pages(lang: Lang, recognised: bool, snapshot: &Snapshot) -> Vec<(&'static str, String)> {
    let hostile_query = [("q".to_owned(), "script".to_owned()), ("other".to_owned(), HOSTILE.to_owned())];
    let figures = progress(snapshot, &whole());
    with_sheet(lang, recognised, snapshot, &hostile_query, |sheet| {
        let rows: Vec<&InitiativeRow> = snapshot.initiatives.values().map(AsRef::as_ref).collect();
        let (by_initiative, by_commission) =
            (BTreeMap::new(), snapshot.commissions.keys().map(|slug| (slug.clone(), figures.clone())).collect());
        let coverage = snapshot.network_coverage(None, |_| true);
        let views = snapshot.provinces();
        let mut pages = vec![
            ("milestones", milestones::list(sheet, &milestones::listed(sheet, &figures))),
            ("initiatives", initiatives::list(sheet, &initiatives::listed(sheet, &rows, &by_initiative))),
            ("stations", stations::list(sheet, &stations::listed(sheet), (&coverage, &coverage))),
            ("provinces", provinces::list(sheet, &views, &provinces::listed(sheet, &views))),
            ("indicators", indicators::list(sheet, &indicators::listed(sheet))),
            ("commissions", commissions::list(sheet, &commissions::listed(sheet, &by_commission))),
            ("search", search::page(sheet)),
        ];
        let timeline = Timeline { stream: "x".to_owned(), asked: ("thing", HOSTILE.to_owned()), facts: Vec::new(), more: true };
        let timeline = recognised.then_some(&timeline);
        for row in snapshot.commissions.values() {
            let horizons = Horizon::ALL.map(|horizon| (horizon, figures.clone()));
            let shown = super::commission::Shown {
                row,
                progress: &figures,
                horizons: &horizons,
                by_initiative: &by_initiative,
                timeline,
                offered: &[],
            };
            pages.push(("commission", super::commission::page(sheet, &shown)));
        }
        for row in snapshot.initiatives.values() {
            let shown = super::initiative::Shown { row, progress: &figures, timeline, offered: &[] };
            pages.push(("initiative", super::initiative::page(sheet, &shown)));
        }
        for row in snapshot.milestones.values() {
            let shown = super::milestone::Shown {
                row,
                progress: &milestone_progress(snapshot, row.plan.id, sheet.day, BaselineKind::Current),
                standing: &row.standing(snapshot, sheet.day),
                series: &milestone_series(snapshot, row.plan.id, sheet.day, BaselineKind::Current),
                provinces: &[],
                facts: &BTreeMap::new(),
                timeline,
                offered: &[],
            };
            pages.push(("milestone", super::milestone::page(sheet, &shown)));
        }
        for row in snapshot.stations.values() {
            pages.push(("station", super::station::page(sheet, &super::station::Shown { row, timeline, offered: &[] })));
        }
        for row in snapshot.indicators.values() {
            pages.push(("indicator", super::indicator::page(sheet, &super::indicator::Shown { row, timeline, offered: &[] })));
        }
        for view in &views {
            let shown = super::province::Shown { province: &view.province, all: coverage, target: coverage, rollouts: &[], offered: &[] };
            pages.push(("province", super::province::page(sheet, &shown)));
        }
        pages.into_iter().map(|(name, page)| (name, page.into_string())).collect()
    })
}

fn every(snapshot: &Snapshot) -> Vec<(&'static str, String)> {
    let readers = [(Lang::Fa, true), (Lang::En, true), (Lang::Fa, false), (Lang::En, false)];
    readers.into_iter().flat_map(|(lang, recognised)| pages(lang, recognised, snapshot)).collect()
}

#[test]
fn nothing_that_a_page_of_things_is_told_becomes_markup() {
    let played = played();
    assert_eq!(played.milestones.len() + played.stations.len() + played.indicators.len(), 3);
    for (name, page) in every(&played) {
        assert!(!page.contains("<script>") && !page.contains("\"' onfocus") && !page.contains(" style="), "{name}: {page}");
    }
}

#[test]
fn every_word_of_the_pages_of_things_is_in_the_catalogue() {
    for (name, page) in every(&played()).into_iter().chain(every(&Snapshot::default())) {
        let shown: String = page.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect::<Vec<_>>().join("\n");
        assert!(!shown.contains("page-") && !shown.contains('…'), "{name}: {shown}");
        assert!(!page.contains("=\"page-thing") && !page.contains("=\"page-table"), "{name}: {page}");
    }
}

#[test]
fn no_id_stands_twice_and_everything_is_labelled_by_what_is_there() {
    for (name, page) in every(&played()) {
        let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}");
        let named = |attribute: &str| {
            page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect::<Vec<_>>()
        };
        for id in named(" aria-labelledby=\"").into_iter().chain(named(" aria-describedby=\"")).chain(named("<label for=\"")) {
            assert!(ids.contains(&id.as_str()), "{name}: {id}");
        }
    }
}

#[test]
fn the_public_is_led_to_no_person_event_or_file() {
    let played = Arc::new(played());
    let public = Sight::new(&played, &Reads::Public).of(&played);
    for (name, page) in [Lang::Fa, Lang::En].into_iter().flat_map(|lang| pages(lang, false, &public)) {
        for kept in ["/people/", "/evidence/", "/ledger"] {
            assert!(!page.contains(kept), "{name} leads to {kept}");
        }
    }
    let shown = pages(Lang::En, true, &played);
    assert!(shown.iter().any(|(_, page)| page.contains("/evidence/")) && shown.iter().any(|(_, page)| page.contains("/people/")));
}

#[test]
fn a_figure_that_was_corrected_shows_what_it_was_and_what_nobody_stated_is_told_as_missing() {
    let played = played();
    let found = |name: &str| {
        let pages = pages(Lang::En, true, &played);
        pages.into_iter().find(|(page, _)| *page == name).map(|(_, html)| html).expect("it is shown")
    };
    let indicator = found("indicator");
    assert!(indicator.contains("<s>54.5</s>") && indicator.contains("55.5") && indicator.contains("corrected"), "{indicator}");
    assert_eq!(indicator.matches("nobody has stated it").count(), 4, "four of the five statements are missing");
    assert!(found("milestone").contains("corrected") && found("milestone").contains("1 of 2 steps"));
}

#[test]
fn every_table_can_be_taken_away_and_the_same_picture_gives_the_same_bytes() {
    let played = played();
    let figures = progress(&played, &whole());
    for lang in [Lang::Fa, Lang::En] {
        with_sheet(lang, true, &played, &[], |sheet| {
            let row = played.milestones.values().next().expect("one is planned");
            let series = milestone_series(&played, row.plan.id, sheet.day, BaselineKind::Current);
            let (standing, facts) = (row.standing(&played, sheet.day), BTreeMap::new());
            let shown = super::milestone::Shown {
                row,
                progress: &figures,
                standing: &standing,
                series: &series,
                provinces: &[],
                facts: &facts,
                timeline: None,
                offered: &[],
            };
            let lists = [milestones::listed(sheet, &figures), stations::listed(sheet), indicators::listed(sheet)];
            for table in super::milestone::tables(sheet, &shown).into_iter().chain(lists) {
                let [csv, book, again] =
                    [Format::Csv, Format::Xlsx, Format::Xlsx].map(|format| sheet.file(&table, format).expect("it fits"));
                assert_eq!(csv.name, format!("{}-{}.csv", table.id, played.position.unwrap_or_default()));
                let text = String::from_utf8(csv.content).expect("it is text");
                assert!(text.starts_with('\u{feff}') && text.lines().count() > table.rows.len(), "{text}");
                assert!(book.content.starts_with(b"PK") && book.content == again.content, "{}", table.id);
            }
        });
    }
}

#[test]
fn milestones_are_narrowed_to_those_that_the_leadership_counts() {
    let played = played();
    let figures = progress(&played, &whole());
    let of = |name: &str, answer: &str| {
        let query = [(name.to_owned(), answer.to_owned())];
        with_sheet(Lang::En, true, &played, &query, |sheet| {
            let codes = |row: &Row| match &row.cells[0] {
                Cell::CodeLink { code, .. } => code.clone(),
                cell => panic!("{cell:?}"),
            };
            milestones::listed(sheet, &figures).rows.iter().map(codes).collect::<BTreeSet<_>>()
        })
    };
    let all = of("q", "");
    let counted = attention(&played, &whole());
    let behind: BTreeSet<String> = counted.gaps.iter().map(|row| row.code.clone()).collect();
    let stale: BTreeSet<String> = counted.stale.iter().map(|row| row.code.clone()).collect();
    for (name, counted) in [("behind", behind), ("stale", stale)] {
        assert_eq!(of(name, "yes"), counted, "{name}");
        assert_eq!(of(name, "no"), all.difference(&counted).cloned().collect(), "{name}");
    }
    assert_eq!(of("stale", "perhaps"), all, "what is no answer narrows nothing");
}

#[test]
fn a_list_says_that_nothing_fits_instead_of_showing_an_empty_table() {
    let played = played();
    let query = [("q".to_owned(), "پاسگاه".to_owned())];
    with_sheet(Lang::En, true, &played, &query, |sheet| {
        let page = milestones::list(sheet, &milestones::listed(sheet, &progress(&played, &whole()))).into_string();
        assert!(page.contains("No milestone fits.") && !page.contains("<tbody>"), "{page}");
        assert!(page.contains("value=\"پاسگاه\""), "what was looked for stays in its field");
    });
}
