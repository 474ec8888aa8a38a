//! Given / when / then for the indicator.

use super::event::{
    Aggregation, BaselineValue, Definition, Derived, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection,
    MeasurementDecision, MeasurementScope, Quality, Redefinition, Target,
};
use super::{Command, Event, Indicator};
use crate::aggregate::{Aggregate, Stream};
use crate::calendar::Period;
use crate::quantity::Quantity;
use crate::refusal::Rule;
use crate::testing::{Asking, FixtureStation, asking, day, event, province, rule, slug};
use crate::text::Text;
use crate::values::{Horizon, IndicatorCode, Office, StationCode};

fn member() -> Asking {
    let mut asked = asking(Stream::Indicator(code("answered-calls")));
    asked.basis = asked.basis.with_station("00001", FixtureStation::default());
    asked
}

fn inspector() -> Asking {
    member().by("iman", Office::Inspector)
}

fn code(text: &str) -> IndicatorCode {
    IndicatorCode(text.to_owned())
}

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).expect("a quantity")
}

fn meaning() -> Meaning {
    Meaning {
        title: Text::fa("تماس‌های پاسخ داده شده"),
        unit: "%".into(),
        direction: Direction::Increase,
        baseline: Some(BaselineValue { value: quantity("62.5"), on: day("2018-03-20"), provenance: None }),
        tolerance: Some(quantity("2")),
        quality: Quality::default(),
    }
}

fn definition() -> Definition {
    Definition {
        code: code("answered-calls"),
        commission: slug("technology"),
        derived: None,
        aggregation: Aggregation::Ratio,
        meaning: meaning(),
        provenance: None,
    }
}

fn define(definition: Definition) -> Command {
    Command::Define(Box::new(definition))
}

fn redefine(meaning: Meaning) -> Command {
    Command::Redefine(Box::new(Redefinition { meaning }))
}

fn defined() -> Indicator {
    member().then(Indicator::default(), &define(definition()), 0)
}

fn ratio(numerator: &str, denominator: &str) -> MeasuredValue {
    MeasuredValue::Ratio { numerator: quantity(numerator), denominator: quantity(denominator) }
}

fn measurement() -> Measurement {
    Measurement {
        scope: MeasurementScope::Province(province("IR-13")),
        period: Period::parse("1397").expect("a Solar Hijri year"),
        value: ratio("820", "867"),
        method: None,
        evidence: Vec::new(),
        provenance: None,
    }
}

fn record(measurement: Measurement) -> Command {
    Command::RecordMeasurement(measurement)
}

/// By Sara, as event 1.
fn measured() -> Indicator {
    member().then(defined(), &record(measurement()), 1)
}

fn correction(of: u64, value: MeasuredValue) -> MeasurementCorrection {
    MeasurementCorrection { corrects: event(of), value, method: None, evidence: Vec::new() }
}

/// By Omid, as event 2.
fn corrected() -> Indicator {
    let omid = member().by("omid", Office::Member(slug("technology")));
    omid.because("شمارش دوباره").then(measured(), &Command::CorrectMeasurement(correction(1, ratio("821", "867"))), 2)
}

fn decision(about: u64) -> MeasurementDecision {
    MeasurementDecision { measurement: event(about) }
}

fn withdrawn() -> Indicator {
    member().because("اشتباه").then(measured(), &Command::WithdrawMeasurement(decision(1)), 3)
}

#[test]
fn an_indicator_is_defined_by_an_established_commission() {
    assert_eq!(member().ask(&Indicator::default(), &define(definition())), Ok(vec![Event::Defined(Box::new(definition()))]));
    let orphan = Definition { commission: slug("nobody"), ..definition() };
    assert_eq!(rule(member().ask(&Indicator::default(), &define(orphan))), Rule::UnknownCommission);
}

#[test]
fn an_indicator_code_can_stand_in_a_stream_name_and_is_the_streams_own() {
    for bad in ["", "دو کلمه", "other"] {
        let misnamed = Definition { code: code(bad), ..definition() };
        assert_eq!(rule(member().ask(&Indicator::default(), &define(misnamed))), Rule::CodeInvalid, "{bad}");
    }
}

#[test]
fn the_same_definition_again_is_already_so_and_another_one_is_not() {
    let meaning = Meaning { unit: "درصد".into(), ..meaning() };
    let redefined = member().then(defined(), &redefine(meaning.clone()), 1);
    assert_eq!(member().ask(&redefined, &define(definition())), Ok(vec![]));
    assert_eq!(member().ask(&redefined, &define(Definition { meaning, ..definition() })), Ok(vec![]));
    let other = Definition { aggregation: Aggregation::Mean, ..definition() };
    assert_eq!(rule(member().ask(&redefined, &define(other))), Rule::AlreadyExists);
}

#[test]
fn a_baseline_lies_in_the_past() {
    let baseline = BaselineValue { value: quantity("1"), on: day("2019-09-23"), provenance: None };
    let ahead = Meaning { baseline: Some(baseline), ..meaning() };
    let refused = member().ask(&defined(), &redefine(ahead)).unwrap_err();
    assert_eq!((refused.rule, refused.field), (Rule::EffectiveInFuture, Some("baseline")));
}

#[test]
fn a_tolerance_is_not_negative() {
    let negative = Meaning { tolerance: Some(quantity("-0.5")), ..meaning() };
    assert_eq!(rule(member().ask(&defined(), &redefine(negative))), Rule::ToleranceInvalid);
    let exact = Meaning { tolerance: Some(Quantity::ZERO), ..meaning() };
    assert!(member().ask(&defined(), &redefine(exact)).is_ok());
}

#[test]
fn a_definition_has_a_title_and_a_unit_and_bearable_texts() {
    let untitled = Meaning { title: Text::fa(""), ..meaning() };
    let unitless = Meaning { unit: " ".into(), ..meaning() };
    let endless = Quality { method: Some(Text::fa("ا".repeat(10_001))), ..Quality::default() };
    assert_eq!(rule(member().ask(&Indicator::default(), &define(Definition { meaning: untitled, ..definition() }))), Rule::TextBlank);
    assert_eq!(rule(member().ask(&defined(), &redefine(unitless))), Rule::TextBlank);
    assert_eq!(rule(member().ask(&defined(), &redefine(Meaning { quality: endless, ..meaning() }))), Rule::TextTooLong);
}

#[test]
fn an_unchanged_redefinition_is_already_so() {
    assert_eq!(member().ask(&defined(), &redefine(meaning())), Ok(vec![]));
}

#[test]
fn nothing_is_asked_of_an_indicator_that_was_never_defined() {
    let commands = [
        redefine(meaning()),
        Command::SetTarget(Target { horizon: Horizon::Short, value: quantity("90") }),
        record(measurement()),
        Command::VerifyMeasurement(decision(1)),
        Command::ContestMeasurement(decision(1)),
        Command::CorrectMeasurement(correction(1, ratio("1", "2"))),
        Command::WithdrawMeasurement(decision(1)),
    ];
    for command in commands {
        assert_eq!(rule(member().because("چون").ask(&Indicator::default(), &command)), Rule::UnknownIndicator, "{command:?}");
    }
}

#[test]
fn a_target_is_set_once_per_horizon_until_it_changes() {
    let council = member().by("karim", Office::Council);
    let target = |value| Command::SetTarget(Target { horizon: Horizon::Short, value: quantity(value) });
    let indicator = council.then(defined(), &target("90"), 1);
    assert_eq!(council.ask(&indicator, &target("90")), Ok(vec![]));
    assert_eq!(
        council.ask(&indicator, &target("91")),
        Ok(vec![Event::TargetSet(Target { horizon: Horizon::Short, value: quantity("91") })])
    );
}

#[test]
fn a_target_belongs_to_a_horizon_of_the_charter() {
    let mut council = member().by("karim", Office::Council);
    council.basis.horizons.remove(&Horizon::Long);
    let target = Command::SetTarget(Target { horizon: Horizon::Long, value: quantity("99") });
    assert_eq!(rule(council.ask(&defined(), &target)), Rule::UnknownHorizon);
}

#[test]
fn a_measurement_is_true_on_the_last_day_of_its_period() {
    let asked = member().on("2019-06-01");
    let decided = asked.ask(&defined(), &record(measurement())).unwrap();
    assert_eq!(decided, vec![Event::MeasurementRecorded(measurement())]);
    assert_eq!(defined().effective_on(&decided[0], &asked.ctx()), Some(day("2019-03-20")));
}

#[test]
fn a_correction_is_true_on_the_day_of_what_it_corrects() {
    let event = Event::MeasurementCorrected(correction(1, ratio("1", "2")));
    assert_eq!(measured().effective_on(&event, &member().ctx()), Some(day("2019-03-20")));
}

#[test]
fn a_running_period_can_be_measured_and_one_that_has_not_begun_cannot() {
    let running = Measurement { period: Period::parse("1398").unwrap(), ..measurement() };
    assert_eq!(member().ask(&defined(), &record(running.clone())), Ok(vec![Event::MeasurementRecorded(running)]));
    let coming = Measurement { period: Period::parse("1399").unwrap(), ..measurement() };
    let refused = member().ask(&defined(), &record(coming)).unwrap_err();
    assert_eq!((refused.rule, refused.field), (Rule::EffectiveInFuture, Some("period")));
}

#[test]
fn nothing_is_said_of_a_day_that_has_not_come() {
    assert_eq!(rule(member().on("2019-09-23").ask(&defined(), &record(measurement()))), Rule::EffectiveInFuture);
}

#[test]
fn a_derived_indicator_takes_no_measurements() {
    let derived = Definition { derived: Some(Derived::NetworkedStations), aggregation: Aggregation::Sum, ..definition() };
    let indicator = member().then(Indicator::default(), &define(derived), 0);
    assert_eq!(rule(member().ask(&indicator, &record(measurement()))), Rule::IndicatorDerived);
}

#[test]
fn a_measurement_is_of_a_known_place() {
    let scoped = |scope| member().ask(&defined(), &record(Measurement { scope, ..measurement() }));
    assert!(scoped(MeasurementScope::National).is_ok());
    assert!(scoped(MeasurementScope::Station(StationCode("00001".into()))).is_ok());
    assert_eq!(rule(scoped(MeasurementScope::Province(province("IR-99")))), Rule::UnknownProvince);
    assert_eq!(rule(scoped(MeasurementScope::Station(StationCode("99999".into())))), Rule::UnknownStation);
}

#[test]
fn a_ratio_is_told_with_or_without_its_parts() {
    let valued = |value| member().ask(&defined(), &record(Measurement { value, ..measurement() }));
    assert!(valued(MeasuredValue::Plain(quantity("94.6"))).is_ok());
    assert!(valued(ratio("900", "867")).is_ok(), "a percentage may exceed a hundred");
    assert!(valued(ratio("0", "867")).is_ok());
    assert_eq!(rule(valued(ratio("820", "0"))), Rule::DenominatorInvalid);
    assert_eq!(rule(valued(ratio("820", "-1"))), Rule::DenominatorInvalid);
    assert_eq!(rule(valued(ratio("-1", "867"))), Rule::NumeratorInvalid);
}

#[test]
fn only_a_ratio_has_parts() {
    for aggregation in [Aggregation::Sum, Aggregation::Mean, Aggregation::Latest] {
        let indicator = member().then(Indicator::default(), &define(Definition { aggregation, ..definition() }), 0);
        assert_eq!(rule(member().ask(&indicator, &record(measurement()))), Rule::PartsNotAccepted, "{aggregation:?}");
    }
}

#[test]
fn a_second_measurement_of_the_same_place_and_period_is_a_conflict_unless_it_is_the_same() {
    let other = Measurement { value: ratio("1", "2"), ..measurement() };
    assert_eq!(rule(member().ask(&measured(), &record(other.clone()))), Rule::MeasurementConflict);
    assert_eq!(member().ask(&measured(), &record(measurement())), Ok(vec![]));
    let elsewhere = Measurement { scope: MeasurementScope::National, ..other };
    assert!(member().ask(&measured(), &record(elsewhere)).is_ok());
}

#[test]
fn the_same_file_again_records_nothing_after_a_correction() {
    let as_it_stands = Measurement { value: ratio("821", "867"), ..measurement() };
    assert_eq!(member().ask(&corrected(), &record(measurement())), Ok(vec![]));
    assert_eq!(member().ask(&corrected(), &record(as_it_stands)), Ok(vec![]));
}

#[test]
fn a_contested_measurement_still_takes_the_place_of_another() {
    let contested = inspector().because("ناممکن").then(measured(), &Command::ContestMeasurement(decision(1)), 2);
    let other = Measurement { value: ratio("1", "2"), ..measurement() };
    assert_eq!(rule(member().ask(&contested, &record(other))), Rule::MeasurementConflict);
}

#[test]
fn a_measurement_is_verified_once_by_somebody_who_did_not_record_it() {
    let verify = Command::VerifyMeasurement(decision(1));
    assert_eq!(rule(member().by("sara", Office::Inspector).ask(&measured(), &verify)), Rule::RecorderVerifies);
    assert_eq!(inspector().ask(&measured(), &verify), Ok(vec![Event::MeasurementVerified(decision(1))]));
    let verified = inspector().then(measured(), &verify, 2);
    assert_eq!(inspector().ask(&verified, &verify), Ok(vec![]));
}

#[test]
fn neither_who_recorded_nor_who_corrected_verifies() {
    for who in ["sara", "omid"] {
        let answer = member().by(who, Office::Inspector).ask(&corrected(), &Command::VerifyMeasurement(decision(2)));
        assert_eq!(rule(answer), Rule::RecorderVerifies, "{who}");
    }
}

#[test]
fn a_decision_may_name_the_latest_correction_and_is_recorded_of_the_measurement() {
    let answer = inspector().ask(&corrected(), &Command::VerifyMeasurement(decision(2)));
    assert_eq!(answer, Ok(vec![Event::MeasurementVerified(decision(1))]));
}

#[test]
fn a_correction_makes_verification_lapse() {
    let verified = inspector().then(corrected(), &Command::VerifyMeasurement(decision(1)), 3);
    let again = member().because("باز هم").then(verified, &Command::CorrectMeasurement(correction(2, ratio("822", "867"))), 4);
    assert_eq!(inspector().ask(&again, &Command::VerifyMeasurement(decision(1))), Ok(vec![Event::MeasurementVerified(decision(1))]));
}

#[test]
fn contesting_needs_a_reason_and_happens_once() {
    let contest = Command::ContestMeasurement(decision(1));
    assert_eq!(rule(inspector().ask(&measured(), &contest)), Rule::ReasonRequired);
    let contested = inspector().because("ناممکن").then(measured(), &contest, 2);
    assert_eq!(inspector().ask(&contested, &contest), Ok(vec![]));
    assert!(inspector().ask(&contested, &Command::VerifyMeasurement(decision(1))).is_ok());
}

#[test]
fn a_correction_has_a_reason_and_changes_something() {
    let correct = Command::CorrectMeasurement(correction(1, ratio("821", "867")));
    assert_eq!(rule(member().ask(&measured(), &correct)), Rule::ReasonRequired);
    let expected = Event::MeasurementCorrected(correction(1, ratio("821", "867")));
    assert_eq!(member().because("شمارش دوباره").ask(&measured(), &correct), Ok(vec![expected]));
    let unchanged = Command::CorrectMeasurement(correction(1, ratio("820", "867")));
    assert_eq!(member().because("هیچ").ask(&measured(), &unchanged), Ok(vec![]));
}

#[test]
fn a_correction_is_held_to_the_rules_of_a_measurement() {
    let correct = |value| member().because("چون").ask(&measured(), &Command::CorrectMeasurement(correction(1, value)));
    assert_eq!(rule(correct(ratio("820", "0"))), Rule::DenominatorInvalid);
    assert_eq!(rule(correct(MeasuredValue::Plain(quantity("94")))), Rule::RatioNeedsParts);
}

#[test]
fn a_correction_names_the_measurement_or_its_latest_correction() {
    let asked = member().because("چون");
    let indicator = asked.then(corrected(), &Command::CorrectMeasurement(correction(2, ratio("822", "867"))), 3);
    let correct = |of| asked.ask(&indicator, &Command::CorrectMeasurement(correction(of, ratio("823", "867"))));
    assert!(correct(1).is_ok());
    assert!(correct(3).is_ok());
    assert_eq!(rule(correct(2)), Rule::UnknownMeasurement);
    assert_eq!(rule(correct(404)), Rule::UnknownMeasurement);
}

#[test]
fn withdrawing_needs_a_reason_and_happens_once() {
    let withdraw = Command::WithdrawMeasurement(decision(1));
    assert_eq!(rule(member().ask(&measured(), &withdraw)), Rule::ReasonRequired);
    assert_eq!(member().ask(&withdrawn(), &withdraw), Ok(vec![]));
}

#[test]
fn a_withdrawn_measurement_accepts_nothing_more_and_frees_its_period() {
    let commands = [
        Command::VerifyMeasurement(decision(1)),
        Command::ContestMeasurement(decision(1)),
        Command::CorrectMeasurement(correction(1, ratio("1", "2"))),
    ];
    for command in commands {
        assert_eq!(rule(inspector().because("چون").ask(&withdrawn(), &command)), Rule::MeasurementWithdrawn, "{command:?}");
    }
    assert!(member().ask(&withdrawn(), &record(measurement())).is_ok());
}

#[test]
fn a_reporter_corrects_and_withdraws_only_what_was_measured_in_the_own_province() {
    let of_station = Measurement { scope: MeasurementScope::Station(StationCode("00001".to_owned())), ..measurement() };
    let national = Measurement { scope: MeasurementScope::National, ..measurement() };
    let ask = |reporter: &str, measurement: Measurement, command: Command| {
        let measured = member().then(defined(), &record(measurement), 1);
        member().by("nasrin", Office::Reporter(province(reporter))).because("شمارش دوباره").ask(&measured, &command)
    };
    for command in [Command::CorrectMeasurement(correction(1, ratio("821", "867"))), Command::WithdrawMeasurement(decision(1))] {
        assert_eq!(ask("IR-13", measurement(), command.clone()).unwrap().len(), 1);
        assert_eq!(ask("IR-13", of_station.clone(), command.clone()).unwrap().len(), 1);
        assert_eq!(rule(ask("IR-01", measurement(), command.clone())), Rule::NotPermitted);
        assert_eq!(rule(ask("IR-13", national.clone(), command)), Rule::NotPermitted);
    }
}
