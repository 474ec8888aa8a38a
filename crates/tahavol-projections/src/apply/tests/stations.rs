//! Stations, the target set and the scopes that are resolved from them.

use tahavol_domain::Basis;
use tahavol_domain::programme::event::TargetSet;
use tahavol_domain::station::Event;
use tahavol_domain::station::event::{Closing, Network};

use super::*;

fn with_stations() -> Play {
    let mut play = Play::chartered();
    play.register("00003", "IR-01", false, 30);
    play.register("00001", "IR-01", true, 10);
    play.register("00002", "IR-02", false, 20);
    play
}

fn codes(play: &Play, scope: &Scope) -> Vec<String> {
    play.snapshot.stations_in(scope).into_iter().map(|(code, _)| code.0).collect()
}

fn designated(stations: &[&str]) -> programme::Event {
    programme::Event::TargetStationsDesignated(TargetSet {
        visit_share_above: q("0.53"),
        case_share_above: q("0.53"),
        stations: stations.iter().map(|code| station_code(code)).collect(),
        visits: 0,
        cases: 0,
        total_visits: 0,
        total_cases: 0,
        provenance: None,
    })
}

#[test]
fn stations_are_numbered_as_they_are_registered_and_listed_by_code() {
    let play = with_stations();
    assert_eq!(play.snapshot.stations[&station_code("00001")].number, 1);
    assert_eq!(play.snapshot.station_numbers.iter().map(|code| code.0.as_str()).collect::<Vec<_>>(), ["00003", "00001", "00002"]);
    let volumes = play.snapshot.volumes();
    assert_eq!(volumes.first(), Some(&(station_code("00001"), 10, 1)));
    assert_eq!(play.snapshot.station(&station_code("00002")).unwrap().province, province_code("IR-02"));
}

#[test]
fn every_scope_holds_the_open_stations_that_it_names() {
    let mut play = with_stations();
    play.say(Stream::Programme(PROGRAMME), designated(&["00001", "00002"]));
    assert_eq!(codes(&play, &Scope::All), ["00001", "00002", "00003"]);
    assert_eq!(codes(&play, &Scope::Target), ["00001", "00002"]);
    assert_eq!(codes(&play, &Scope::Unnetworked), ["00002", "00003"]);
    assert_eq!(codes(&play, &Scope::TargetUnnetworked), ["00002"]);
    assert_eq!(codes(&play, &Scope::Province(province_code("IR-01"))), ["00001", "00003"]);
    play.on_station("00002", Some("2019-10-01"), Event::Networked(Network {}));
    assert_eq!(codes(&play, &Scope::Unnetworked), ["00003"]);
    play.on_station("00003", Some("2019-10-01"), Event::Closed(Closing {}));
    assert_eq!(codes(&play, &Scope::All), ["00001", "00002"]);
    let unknown = play.try_say(None, Stream::Programme(PROGRAMME), designated(&["00009"]));
    assert!(unknown.unwrap_err().what.contains("unknown station"));
}

#[test]
fn closing_a_station_does_not_change_a_scope_that_was_resolved_before() {
    let mut play = with_stations();
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00001", "00002"], None));
    play.deliver("00001", "T-1", "2019-10-03");
    play.on_station("00002", Some("2019-10-04"), Event::Closed(Closing {}));
    play.on_station("00001", Some("2019-10-04"), Event::Closed(Closing {}));
    assert_eq!(play.reported("T-1", "2019-10-20"), Some(5_000));
    assert_eq!((play.milestone("T-1").plan.scope.len(), play.milestone("T-1").plan.scope_weight), (2, 2));
}

#[test]
fn a_delivery_does_not_change_whether_the_station_has_a_network() {
    let mut play = with_stations();
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00002"], None));
    play.deliver("00002", "T-1", "2019-10-03");
    assert!(!play.snapshot.stations[&station_code("00002")].networked);
    let delivery = Delivery { milestone: milestone_id("T-1"), note: None, evidence: Vec::new() };
    let twice = play.try_say(Some("2019-10-04"), Stream::Station(station_code("00002")), Event::DeliveryRecorded(delivery));
    assert!(twice.is_err());
}

#[test]
fn the_last_word_on_the_network_and_the_volume_counts() {
    let mut play = with_stations();
    play.on_station("00002", Some("2019-10-05"), Event::Networked(Network {}));
    play.on_station("00002", Some("2019-10-01"), Event::NetworkLost(Network {}));
    play.on_station("00002", Some("2019-10-01"), Event::VolumeRecorded(Volume { annual_visits: 99, annual_cases: 9 }));
    let row = &play.snapshot.stations[&station_code("00002")];
    assert_eq!((row.networked, row.network_changed, row.volume.annual_visits), (false, Some((day("2019-10-01"), play.position() - 1)), 99));
}

#[test]
fn a_rollout_over_a_station_that_nobody_knows_stops_the_fold() {
    let mut play = with_stations();
    play.propose("T");
    let plan = Plan {
        initiative: initiative_id("T"),
        code: "T-1".to_owned(),
        title: Text::fa("نقطه عطف"),
        baseline: baseline(rollout(&["00009"], None)),
        provenance: None,
    };
    let answer = play.try_say(None, Stream::Milestone(milestone_id("T-1")), milestone::Event::Planned(Box::new(plan)));
    assert!(answer.unwrap_err().what.contains("unknown station 00009"));
}

#[test]
fn provinces_are_told_side_by_side_with_their_open_stations() {
    let mut play = with_stations();
    play.say(Stream::Programme(PROGRAMME), designated(&["00001", "00002"]));
    play.on_station("00003", Some("2019-10-01"), Event::Closed(Closing {}));
    let told: Vec<_> =
        play.snapshot.provinces().iter().map(|view| (view.stations, view.networked, view.target, view.annual_visits)).collect();
    assert_eq!(told, [(1, 1, 1, 10), (1, 0, 1, 20)]);
}

#[test]
fn a_rollout_is_told_by_province_with_its_weights() {
    let mut play = with_stations();
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00001", "00002", "00003"], Some(vec![10, 20, 30])));
    play.deliver("00003", "T-1", "2019-10-03");
    let told = |on: &str| {
        let views = play.snapshot.rollout_by_province(milestone_id("T-1"), day(on));
        views
            .into_iter()
            .map(|view| (view.province.0, view.stations, view.weight, view.delivered, view.delivered_weight))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("2019-10-03"), [("IR-01".to_owned(), 2, 40, 1, 30), ("IR-02".to_owned(), 1, 20, 0, 0)]);
    assert_eq!(told("2019-10-02")[0].3, 0);
}
