//! National values, trajectories and achievements, from measurements of provinces and of the country.

use tahavol_domain::calendar::Period;
use tahavol_domain::indicator::Event;
use tahavol_domain::indicator::event::{
    Aggregation, BaselineValue, Definition, Derived, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection,
    MeasurementDecision, MeasurementScope, Quality, Redefinition, Target,
};

use super::*;
use crate::indicator::{ValueOrigin, expected_on};
use crate::ratio::Ratio;
use crate::rows::MeasurementStanding;

const D: &str = "2019-12-31";

pub(super) fn definition(code: &str, aggregation: Aggregation, derived: Option<Derived>) -> Definition {
    let meaning = Meaning {
        title: Text::fa("شاخص"),
        unit: "percent".to_owned(),
        direction: Direction::Increase,
        baseline: Some(BaselineValue { value: q("60"), on: day("2019-01-01"), provenance: None }),
        tolerance: Some(q("2")),
        quality: Quality::default(),
    };
    Definition { code: indicator(code), commission: commission("technology"), derived, aggregation, meaning, provenance: None }
}

pub(super) fn defined(play: &mut Play, code: &str, aggregation: Aggregation) {
    say(play, code, None, Event::Defined(Box::new(definition(code, aggregation, None))));
}

pub(super) fn say(play: &mut Play, code: &str, on: Option<&str>, event: Event) -> EventId {
    play.say_on(on, Stream::Indicator(indicator(code)), event)
}

/// Over the first 28 days of a month such as `2019-06`.
pub(super) fn measurement(scope: MeasurementScope, month: &str, value: MeasuredValue) -> Measurement {
    let period = Period { start: day(&format!("{month}-01")), end: day(&format!("{month}-28")) };
    Measurement { scope, period, value, method: None, evidence: Vec::new(), provenance: None }
}

pub(super) fn measure_national(play: &mut Play, code: &str, month: &str, value: MeasuredValue) -> EventId {
    measure(play, code, MeasurementScope::National, month, value)
}

fn measure(play: &mut Play, code: &str, scope: MeasurementScope, month: &str, value: MeasuredValue) -> EventId {
    let end = format!("{month}-28");
    say(play, code, Some(&end), Event::MeasurementRecorded(measurement(scope, month, value)))
}

fn measure_province(play: &mut Play, code: &str, province: &str, month: &str, value: MeasuredValue) -> EventId {
    measure(play, code, MeasurementScope::Province(province_code(province)), month, value)
}

fn plain(value: &str) -> MeasuredValue {
    MeasuredValue::Plain(q(value))
}

fn parts(numerator: &str, denominator: &str) -> MeasuredValue {
    MeasuredValue::Ratio { numerator: q(numerator), denominator: q(denominator) }
}

fn value(play: &Play, code: &str, on: &str) -> Option<Ratio> {
    play.snapshot.value_of(&indicator(code), day(on)).map(|national| national.value)
}

fn of(num: i128, den: i128) -> Option<Ratio> {
    Ratio::try_new(num, den)
}

#[test]
fn provinces_add_up_only_when_all_of_them_measured_the_period() {
    let mut play = Play::chartered();
    for (code, aggregation) in [("sum", Aggregation::Sum), ("mean", Aggregation::Mean), ("latest", Aggregation::Latest)] {
        defined(&mut play, code, aggregation);
        measure_province(&mut play, code, "IR-01", "2019-06", plain("10"));
        assert_eq!(value(&play, code, D), None);
        measure_province(&mut play, code, "IR-02", "2019-06", plain("15.5"));
        measure_province(&mut play, code, "IR-01", "2019-07", plain("99"));
        // A station's measurement stands for itself.
        measure(&mut play, code, MeasurementScope::Station(station_code("00001")), "2019-07", plain("1"));
    }
    assert_eq!((value(&play, "sum", D), value(&play, "mean", D), value(&play, "latest", D)), (of(51, 2), of(51, 4), None));
    assert_eq!(value(&play, "sum", "2019-06-27"), None);
    let national = play.snapshot.value_of(&indicator("sum"), day(D)).unwrap();
    assert_eq!((national.day, national.origin, national.from.len()), (day("2019-06-28"), ValueOrigin::Aggregated, 2));
}

#[test]
fn a_ratio_of_provinces_is_of_their_sums_and_never_of_their_percentages() {
    let mut play = Play::chartered();
    defined(&mut play, "closed", Aggregation::Ratio);
    measure_province(&mut play, "closed", "IR-01", "2019-06", parts("800", "827"));
    measure_province(&mut play, "closed", "IR-02", "2019-06", parts("20", "40"));
    assert_eq!(value(&play, "closed", D), of(82_000, 867));
    measure_province(&mut play, "closed", "IR-01", "2019-07", parts("1", "2"));
    measure_province(&mut play, "closed", "IR-02", "2019-07", plain("50"));
    assert_eq!(value(&play, "closed", D), of(82_000, 867), "a ratio without its parts is kept but never aggregated");
    measure_national(&mut play, "closed", "2019-05", parts("9", "12"));
    assert_eq!(value(&play, "closed", D), of(75, 1));
    measure_national(&mut play, "closed", "2019-08", plain("80"));
    assert_eq!(value(&play, "closed", D), of(80, 1));
}

#[test]
fn an_explicit_national_measurement_goes_before_every_aggregate() {
    let mut play = Play::chartered();
    defined(&mut play, "sum", Aggregation::Sum);
    measure_national(&mut play, "sum", "2019-03", plain("7"));
    measure_national(&mut play, "sum", "2019-02", plain("6"));
    for province in ["IR-01", "IR-02"] {
        measure_province(&mut play, "sum", province, "2019-06", plain("10"));
    }
    assert_eq!((value(&play, "sum", D), value(&play, "sum", "2019-03-01")), (of(7, 1), of(6, 1)));
}

#[test]
fn contested_and_withdrawn_measurements_do_not_count_until_they_are_corrected_or_recorded_anew() {
    let mut play = Play::chartered();
    defined(&mut play, "sum", Aggregation::Sum);
    let old = measure_national(&mut play, "sum", "2019-02", plain("6"));
    let new = measure_national(&mut play, "sum", "2019-03", plain("7"));
    let decision = |measurement| MeasurementDecision { measurement };
    say(&mut play, "sum", None, Event::MeasurementVerified(decision(new)));
    assert_eq!(value(&play, "sum", D), of(7, 1));
    say(&mut play, "sum", None, Event::MeasurementContested(decision(new)));
    assert_eq!(value(&play, "sum", D), of(6, 1));
    let correction = MeasurementCorrection { corrects: new, value: plain("7.5"), method: None, evidence: vec![file(1)] };
    let corrected = say(&mut play, "sum", Some("2019-03-28"), Event::MeasurementCorrected(correction));
    assert_eq!(value(&play, "sum", D), of(15, 2));
    assert_eq!(play.snapshot.value_of(&indicator("sum"), day(D)).unwrap().from, vec![play.position()]);
    say(&mut play, "sum", None, Event::MeasurementWithdrawn(decision(corrected)));
    say(&mut play, "sum", None, Event::MeasurementWithdrawn(decision(old)));
    assert_eq!(value(&play, "sum", D), None);
    measure_national(&mut play, "sum", "2019-03", plain("8"));
    assert_eq!(value(&play, "sum", D), of(8, 1));
    let row = &play.snapshot.indicators[&indicator("sum")];
    assert_eq!(row.measurements.values().filter(|row| row.standing == MeasurementStanding::Withdrawn).count(), 1);
    let again = Event::MeasurementRecorded(measurement(MeasurementScope::National, "2019-03", plain("9")));
    assert!(play.try_say(Some("2019-03-28"), Stream::Indicator(indicator("sum")), again).is_err());
}

#[test]
fn a_derived_indicator_counts_the_open_stations_with_a_network_at_the_position() {
    let mut play = Play::chartered();
    let derived = definition("networked", Aggregation::Latest, Some(Derived::NetworkedStations));
    say(&mut play, "networked", None, Event::Defined(Box::new(derived)));
    assert_eq!(value(&play, "networked", D), None);
    play.register("00001", "IR-01", true, 1);
    play.register("00002", "IR-01", false, 1);
    assert_eq!(value(&play, "networked", D), of(1, 1));
    play.on_station("00002", Some("2019-09-10"), station::Event::Networked(station::event::Network {}));
    assert_eq!(value(&play, "networked", D), of(2, 1));
    assert_eq!(play.snapshot.value_of(&indicator("networked"), day(D)).unwrap().from, vec![play.position() - 2, play.position()]);
    let months = play.snapshot.networked_by_month(day(D));
    let on = |iso: &str| months.iter().find(|(on, _)| *on == day(iso)).map(|(_, value)| *value);
    assert_eq!((on("2019-09-22"), on("2019-10-22")), (of(1, 1), of(2, 1)), "{months:?}");
    play.on_station("00001", Some("2019-10-02"), station::Event::NetworkLost(station::event::Network {}));
    play.on_station("00002", Some("2019-10-02"), station::Event::Closed(station::event::Closing {}));
    assert_eq!(value(&play, "networked", D), of(0, 1));
}

#[test]
fn a_trajectory_runs_straight_from_the_baseline_to_each_target_and_bears_a_tolerance() {
    let mut play = Play::chartered();
    defined(&mut play, "sum", Aggregation::Sum);
    for (horizon, target) in [(Horizon::Medium, "90"), (Horizon::Short, "70")] {
        say(&mut play, "sum", None, Event::TargetSet(Target { horizon, value: q(target) }));
    }
    let points = play.snapshot.trajectory(&indicator("sum"));
    assert_eq!(points.iter().map(|point| point.horizon).collect::<Vec<_>>(), [None, Some(Horizon::Short), Some(Horizon::Medium)]);
    let days = day("2019-01-01").days_until(day("2019-12-20"));
    let expected = |on: &str| expected_on(&points, day(on));
    assert_eq!((expected("2018-12-31"), expected("2019-01-01"), expected("2019-12-20")), (None, of(60, 1), of(70, 1)));
    assert_eq!(expected("2019-01-02"), of(60 * i128::from(days) + 10, i128::from(days)));
    assert_eq!(expected("2030-01-01"), of(90, 1), "the last target goes on holding");
    let on_trajectory = |play: &Play| play.snapshot.is_on_trajectory(&indicator("sum"), day("2019-12-20"));
    assert_eq!(on_trajectory(&play), None);
    measure_national(&mut play, "sum", "2019-10", plain("68"));
    assert_eq!(on_trajectory(&play), Some(true));
    measure_national(&mut play, "sum", "2019-11", plain("67.999999"));
    assert_eq!(on_trajectory(&play), Some(false));
}

#[test]
fn achievement_is_told_capped_and_uncapped() {
    let mut play = Play::chartered();
    defined(&mut play, "sum", Aggregation::Sum);
    say(&mut play, "sum", None, Event::TargetSet(Target { horizon: Horizon::Short, value: q("70") }));
    let achieved = |play: &Play| play.snapshot.achievements(&indicator("sum"), day(D)).pop().map(|told| (told.uncapped, told.capped));
    assert_eq!(achieved(&play), None);
    measure_national(&mut play, "sum", "2019-10", plain("75"));
    assert_eq!(achieved(&play), of(3, 2).zip(of(1, 1)));
    measure_national(&mut play, "sum", "2019-11", plain("55"));
    assert_eq!(achieved(&play), of(-1, 2).zip(of(0, 1)));
    let mut meaning = definition("sum", Aggregation::Sum, None).meaning;
    meaning.baseline = None;
    say(&mut play, "sum", None, Event::Redefined(Box::new(Redefinition { meaning })));
    assert_eq!(achieved(&play), None);
    assert_eq!(play.snapshot.indicators[&indicator("sum")].redefinitions, 1);
}
