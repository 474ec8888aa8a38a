//! Given / when / then for the programme: charter, horizons, directives, document, target stations, destroyed evidence.

use uuid::Uuid;

use super::command::Command;
use super::event::{Charter, Council, Destruction, Directive, DocumentVersion, HorizonCharter, HorizonWindow, Thresholds};
use super::{Event, Programme};
use crate::aggregate::{Aggregate, EvidenceBasis, Stream};
use crate::calendar::TimeZone;
use crate::quantity::Quantity;
use crate::refusal::Rule;
use crate::testing::{Asking, FixtureBasis, FixtureStation, PROGRAMME, asking, day, event, person, province, rule, slug};
use crate::text::Text;
use crate::values::{DirectiveCode, Horizon, Office, Province, Sha256};

mod offices;
mod reviews;

fn q(text: &str) -> Quantity {
    Quantity::parse(text).unwrap()
}

/// Omid administers, Parvin is the first official of the council.
fn charter() -> Charter {
    let window =
        |horizon, ends| HorizonCharter { horizon, title: Text::fa("افق"), starts: day("2018-12-20"), ends: day(ends), provenance: None };
    let tile = |code| Province { code: province(code), name: Text::fa("استان"), tile_row: 0, tile_column: 0 };
    Charter {
        programme: PROGRAMME,
        slug: "tahavol".to_owned(),
        title: Text::fa("برنامه تحول"),
        time_zone: TimeZone::tehran(),
        council: Council { title: Text::fa("شورای عالی تحول"), chair: Text::fa("فرمانده"), provenance: None },
        administrator: person("omid"),
        first_official: person("parvin"),
        horizons: vec![window(Horizon::Short, "2019-12-20"), window(Horizon::Medium, "2021-12-20"), window(Horizon::Long, "2025-12-20")],
        commissions: vec![slug("technology"), slug("training")],
        provinces: vec![tile("IR-01"), tile("IR-13")],
        confidence: Thresholds { green: q("0.98"), amber_green: q("0.95"), amber: q("0.9"), amber_red: q("0.8") },
        simulation: None,
    }
}

fn founding() -> Asking {
    let mut asking = asking(Stream::Programme(PROGRAMME)).by("omid", Office::Administrator);
    asking.named_administrator = Some(person("omid").id);
    asking.basis = FixtureBasis { position: None, programme: None, ..FixtureBasis::default() };
    asking
}

fn chartered() -> Programme {
    founding().then(Programme::default(), &Command::Charter(Box::new(charter())), 0)
}

/// Parvin of the council asks.
fn council() -> Asking {
    asking(Stream::Programme(PROGRAMME)).by("parvin", Office::Council)
}

/// The refusal of a charter that differs from a good one in what `change` does.
#[track_caller]
fn refused(change: impl FnOnce(&mut Charter)) -> Rule {
    let mut charter = charter();
    change(&mut charter);
    rule(founding().ask(&Programme::default(), &Command::Charter(Box::new(charter))))
}

#[test]
fn a_complete_charter_by_the_named_administrator_founds_the_programme() {
    let events = founding().ask(&Programme::default(), &Command::Charter(Box::new(charter()))).unwrap();
    assert_eq!(events, [Event::Chartered(Box::new(charter()))]);
}

#[test]
fn the_same_charter_again_is_already_so_and_another_finds_the_ledger_taken() {
    assert_eq!(founding().ask(&chartered(), &Command::Charter(Box::new(charter()))), Ok(vec![]));
    let other = Charter { slug: "another".to_owned(), ..charter() };
    assert_eq!(rule(founding().ask(&chartered(), &Command::Charter(Box::new(other)))), Rule::LedgerNotEmpty);
}

#[test]
fn a_charter_needs_an_empty_ledger() {
    let asking = founding().against(FixtureBasis { position: Some(0), ..FixtureBasis::default() });
    assert_eq!(rule(asking.ask(&Programme::default(), &Command::Charter(Box::new(charter())))), Rule::LedgerNotEmpty);
}

#[test]
fn only_the_administrator_whom_the_configuration_names_can_charter() {
    let command = Command::Charter(Box::new(charter()));
    let stranger = Asking { actor: person("reza"), ..founding() };
    assert_eq!(rule(stranger.ask(&Programme::default(), &command)), Rule::NotTheNamedAdministrator);
    let nobody_named = Asking { named_administrator: None, ..founding() };
    assert_eq!(rule(nobody_named.ask(&Programme::default(), &command)), Rule::NotTheNamedAdministrator);
    assert_eq!(refused(|charter| charter.administrator = person("reza")), Rule::NotTheNamedAdministrator);
}

#[test]
fn an_incomplete_charter_is_refused() {
    assert_eq!(refused(|charter| drop(charter.horizons.pop())), Rule::CharterIncomplete);
    assert_eq!(refused(|charter| charter.commissions.clear()), Rule::CharterIncomplete);
    assert_eq!(refused(|charter| charter.provinces.clear()), Rule::CharterIncomplete);
}

#[test]
fn a_charter_names_nothing_twice() {
    assert_eq!(refused(|charter| charter.commissions.push(slug("training"))), Rule::AlreadyExists);
    assert_eq!(refused(|charter| charter.provinces.push(charter.provinces[0].clone())), Rule::AlreadyExists);
    assert_eq!(refused(|charter| charter.horizons.push(charter.horizons[0].clone())), Rule::AlreadyExists);
}

#[test]
fn a_charters_horizon_does_not_end_before_it_starts() {
    assert_eq!(refused(|charter| charter.horizons[0].ends = day("2018-12-19")), Rule::HorizonInvalid);
}

#[test]
fn the_thresholds_of_confidence_descend_from_green() {
    assert_eq!(refused(|charter| charter.confidence.amber = q("0.96")), Rule::ThresholdOrder);
    assert_eq!(refused(|charter| charter.confidence.amber_red = Quantity::ZERO), Rule::ThresholdOrder);
}

#[test]
fn a_charters_texts_and_codes_are_what_they_should_be() {
    assert_eq!(refused(|charter| charter.title = Text::fa(" ")), Rule::TextBlank);
    assert_eq!(refused(|charter| charter.title = Text::fa("ت".repeat(2_001))), Rule::TextTooLong);
    assert_eq!(refused(|charter| charter.slug = "with space".to_owned()), Rule::CodeInvalid);
    assert_eq!(refused(|charter| charter.commissions[0] = slug("")), Rule::CodeInvalid);
    assert_eq!(refused(|charter| charter.provinces[0].code = province("استان")), Rule::CodeInvalid);
    assert_eq!(refused(|charter| charter.programme.0 = Uuid::from_u128(2)), Rule::CodeInvalid, "of another stream");
}

#[test]
fn the_administrator_is_not_the_first_official() {
    assert_eq!(refused(|charter| charter.first_official = person("omid")), Rule::SelfAppointment);
}

#[test]
fn nothing_happens_before_the_charter() {
    let answer = council().ask(&Programme::default(), &Command::ApproveDocument { resolution: "12".to_owned() });
    assert_eq!(rule(answer), Rule::NotChartered);
}

#[test]
fn no_act_is_dated_in_the_future() {
    let answer = council().on("2019-09-23").ask(&chartered(), &Command::ApproveDocument { resolution: "12".to_owned() });
    assert_eq!(rule(answer), Rule::EffectiveInFuture);
}

fn short_until(ends: &str) -> Command {
    Command::RescheduleHorizon(HorizonWindow { horizon: Horizon::Short, starts: day("2018-12-20"), ends: day(ends) })
}

#[test]
fn the_council_moves_a_horizon_with_a_reason() {
    let asking = council().because("the budget came late");
    let moved = asking.then(chartered(), &short_until("2020-06-19"), 1);
    assert_eq!(asking.ask(&moved, &short_until("2020-06-19")), Ok(vec![]), "already so");
    assert_eq!(council().ask(&chartered(), &short_until("2019-12-20")), Ok(vec![]), "as chartered");
    assert_eq!(rule(council().ask(&moved, &short_until("2020-07-01"))), Rule::ReasonRequired);
    assert_eq!(rule(council().because(" ").ask(&moved, &short_until("2020-07-01"))), Rule::ReasonRequired);
}

#[test]
fn a_horizon_cannot_be_moved_before_a_due_date_in_it() {
    let mut basis = FixtureBasis::default();
    basis.latest_due.insert(Horizon::Short, (day("2019-11-30"), "M-3".to_owned()));
    let asking = council().because("sooner").against(basis);
    let refusal = asking.ask(&chartered(), &short_until("2019-11-29")).unwrap_err();
    assert_eq!(refusal.rule, Rule::HorizonBeforeDue);
    assert!(refusal.args.contains(&("milestone", "M-3".to_owned())));
    assert_eq!(asking.ask(&chartered(), &short_until("2019-11-30")).unwrap().len(), 1, "on the due date itself");
}

#[test]
fn a_horizon_does_not_end_before_it_starts() {
    assert_eq!(rule(council().because("x").ask(&chartered(), &short_until("2018-12-19"))), Rule::HorizonInvalid);
}

#[test]
fn a_horizon_that_the_charter_did_not_give_is_unknown() {
    let without = Charter { horizons: Vec::new(), ..charter() };
    let programme = Programme::default().evolve(&Event::Chartered(Box::new(without)), &founding().said(0));
    assert_eq!(rule(council().because("x").ask(&programme, &short_until("2020-01-01"))), Rule::UnknownHorizon);
}

fn directive(title: &str) -> Directive {
    Directive {
        code: DirectiveCode("D-1".to_owned()),
        title: Text::fa(title),
        issuer: Text::fa("فرمانده"),
        issued_on: day("2019-09-01"),
        provenance: None,
    }
}

#[test]
fn a_directive_is_issued_once_under_its_code() {
    let issue = |title| Command::IssueDirective(directive(title));
    let issued = council().then(chartered(), &issue("تدبیر"), 1);
    assert_eq!(council().ask(&issued, &issue("تدبیر")), Ok(vec![]));
    assert_eq!(rule(council().ask(&issued, &issue("تدبیر دیگر"))), Rule::AlreadyExists);
}

#[test]
fn a_directive_says_something_and_is_not_of_tomorrow() {
    let ask = |directive| rule(council().ask(&chartered(), &Command::IssueDirective(directive)));
    assert_eq!(ask(directive("")), Rule::TextBlank);
    assert_eq!(ask(Directive { code: DirectiveCode("D 1".to_owned()), ..directive("تدبیر") }), Rule::CodeInvalid);
    assert_eq!(ask(Directive { issued_on: day("2019-09-23"), ..directive("تدبیر") }), Rule::EffectiveInFuture);
}

fn with_document(byte: u8) -> FixtureBasis {
    let document = DocumentVersion { version: 7, digest: Sha256([byte; 32]), milestones: 26, resolution: String::new() };
    FixtureBasis { document: Some(document), ..FixtureBasis::default() }
}

#[test]
fn the_council_approves_the_document_as_it_stands_version_by_version() {
    let approve = |resolution: &str| Command::ApproveDocument { resolution: resolution.to_owned() };
    let first = council().against(with_document(1));
    let version = |version, byte, resolution: &str| {
        let resolution = resolution.to_owned();
        [Event::DocumentApproved(DocumentVersion { version, digest: Sha256([byte; 32]), milestones: 26, resolution })]
    };
    assert_eq!(first.ask(&chartered(), &approve("12")).unwrap(), version(1, 1, "12"));
    let approved = first.then(chartered(), &approve("12"), 1);
    assert_eq!(first.ask(&approved, &approve("13")), Ok(vec![]), "nothing changed since");
    assert_eq!(council().against(with_document(2)).ask(&approved, &approve("13")).unwrap(), version(2, 2, "13"));
}

#[test]
fn a_document_needs_a_resolution_and_something_to_bind() {
    let approve = |resolution: &str| Command::ApproveDocument { resolution: resolution.to_owned() };
    assert_eq!(rule(council().against(with_document(1)).ask(&chartered(), &approve(" "))), Rule::ResolutionRequired);
    assert_eq!(rule(council().ask(&chartered(), &approve("12"))), Rule::DocumentEmpty);
}

fn stations(volumes: &[(&str, u64, u64)]) -> FixtureBasis {
    volumes.iter().fold(FixtureBasis::default(), |basis, (code, visits, cases)| {
        basis.with_station(code, FixtureStation { visits: *visits, cases: *cases, ..FixtureStation::default() })
    })
}

fn designate(visits: &str, cases: &str) -> Command {
    Command::DesignateTargetStations { visit_share_above: q(visits), case_share_above: q(cases), provenance: None }
}

#[track_caller]
fn targets(basis: &FixtureBasis, command: &Command) -> Vec<String> {
    match &council().against(basis.clone()).ask(&chartered(), command).unwrap()[..] {
        [Event::TargetStationsDesignated(targets)] => targets.stations.iter().map(|code| code.0.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn target_stations_are_the_smallest_prefix_whose_shares_both_exceed_the_rule() {
    let basis = stations(&[("00004", 40, 10), ("00003", 30, 30), ("00002", 20, 30), ("00001", 10, 30)]);
    assert_eq!(targets(&basis, &designate("0.39", "0.09")), ["00004"]);
    assert_eq!(targets(&basis, &designate("0.4", "0.09")), ["00003", "00004"], "exactly the share does not exceed it");
    assert_eq!(targets(&basis, &designate("0.39", "0.4")), ["00002", "00003", "00004"], "cases need more than visits do");
}

#[test]
fn among_stations_of_equal_visits_the_lower_code_comes_first() {
    let basis = stations(&[("00003", 10, 10), ("00002", 10, 10), ("00001", 10, 10)]);
    assert_eq!(targets(&basis, &designate("0.5", "0.5")), ["00001", "00002"]);
}

#[test]
fn a_closed_station_is_no_target() {
    let mut basis = stations(&[("00001", 90, 90), ("00002", 10, 10)]);
    basis.stations.values_mut().next().unwrap().open = false;
    assert_eq!(targets(&basis, &designate("0.5", "0.5")), ["00002"]);
}

#[test]
fn the_same_target_set_again_is_already_so() {
    let asking = council().against(stations(&[("00001", 90, 90), ("00002", 10, 10)]));
    let designated = asking.then(chartered(), &designate("0.5", "0.5"), 1);
    assert_eq!(asking.ask(&designated, &designate("0.5", "0.5")), Ok(vec![]));
    assert_eq!(asking.ask(&designated, &designate("0.95", "0.5")).unwrap().len(), 1);
}

#[test]
fn a_share_lies_between_none_and_all() {
    let basis = stations(&[("00001", 90, 90)]);
    for (visits, cases) in [("0", "0.5"), ("1", "0.5"), ("0.5", "-0.1"), ("0.5", "53")] {
        assert_eq!(rule(council().against(basis.clone()).ask(&chartered(), &designate(visits, cases))), Rule::ShareInvalid);
    }
}

#[test]
fn without_visits_or_cases_no_station_is_a_target() {
    let ask = |basis| rule(council().against(basis).ask(&chartered(), &designate("0.53", "0.53")));
    assert_eq!(ask(FixtureBasis::default()), Rule::TargetSetEmpty);
    assert_eq!(ask(stations(&[("00001", 10, 0)])), Rule::TargetSetEmpty);
}

fn destruction() -> Command {
    Command::DestroyEvidence(Destruction { digest: Sha256([5; 32]), order: "court 14/98".to_owned(), referred_by: vec![] })
}

/// Omid, with a reason, where one event refers to the file.
fn destroying() -> Asking {
    let mut basis = FixtureBasis::default();
    basis.evidence.insert(Sha256([5; 32]), EvidenceBasis { referred_by: vec![event(3)], destroyed: false });
    council().by("omid", Office::Administrator).because("names a visitor").against(basis)
}

#[test]
fn evidence_is_destroyed_by_order_and_the_events_that_refer_to_it_are_named() {
    let expected = Destruction { digest: Sha256([5; 32]), order: "court 14/98".to_owned(), referred_by: vec![event(3)] };
    assert_eq!(destroying().ask(&chartered(), &destruction()).unwrap(), [Event::EvidenceDestroyed(expected)]);
    let destroyed = destroying().then(chartered(), &destruction(), 1);
    assert_eq!(destroying().ask(&destroyed, &destruction()), Ok(vec![]), "once");
}

#[test]
fn evidence_is_not_destroyed_without_reason_order_or_a_file() {
    assert_eq!(rule(Asking { reason: None, ..destroying() }.ask(&chartered(), &destruction())), Rule::ReasonRequired);
    let unordered = Destruction { digest: Sha256([5; 32]), order: String::new(), referred_by: vec![] };
    assert_eq!(rule(destroying().ask(&chartered(), &Command::DestroyEvidence(unordered))), Rule::TextBlank);
    assert_eq!(rule(destroying().against(FixtureBasis::default()).ask(&chartered(), &destruction())), Rule::EvidenceUnknown);
}

#[test]
fn only_reviews_and_their_actions_are_dated_without_being_asked() {
    let asking = council();
    let charter = Event::Chartered(Box::new(charter()));
    assert_eq!(chartered().effective_on(&charter, &asking.ctx()), None);
    assert_eq!(chartered().effective_on(&charter, &council().on("2019-09-01").ctx()), Some(day("2019-09-01")));
}
