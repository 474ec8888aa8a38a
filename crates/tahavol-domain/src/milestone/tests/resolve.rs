//! Given / when / then for what a promise freezes: the stations of a scope, an indicator's baseline and target.

use super::super::command::{BaselineChoice, ProposeRebaseline, ReviseMilestone};
use super::super::event::Baseline;
use super::super::measure::{IndicatorMeasure, Measure, MeasureChoice, Rollout, Scope, Step};
use super::super::{Command, Event, MOST_STEPS, Milestone};
use super::{baseline, member, plan, planned, proposing, steps};
use crate::Refusal;
use crate::aggregate::IndicatorBasis;
use crate::quantity::Quantity;
use crate::refusal::Rule;
use crate::testing::{Asking, FixtureStation, day, province, rule};
use crate::text::Text;
use crate::values::{Horizon, IndicatorCode, StationCode};

fn frozen(asked: &Asking, measure: MeasureChoice) -> Result<Measure, Refusal> {
    let said = asked.ask(&Milestone::default(), &plan(measure))?;
    let [Event::Planned(planned)] = said.as_slice() else { panic!("one plan, not {said:?}") };
    Ok(planned.baseline.measure.clone())
}

/// Four stations: a target without a network, a target with one, another without one, and a closed one.
fn with_stations(mut asked: Asking) -> Asking {
    let station = FixtureStation::default;
    let basis = std::mem::take(&mut asked.basis)
        .with_station("00001", FixtureStation { target: true, visits: 5_000, ..station() })
        .with_station("00002", FixtureStation { target: true, networked: true, visits: 4_000, ..station() })
        .with_station("00003", FixtureStation { province: province("IR-01"), visits: 0, ..station() })
        .with_station("00004", FixtureStation { open: false, ..station() });
    asked.against(basis)
}

fn with_indicator(mut asked: Asking, baseline: Option<i64>, targets: &[(Horizon, i64)]) -> Asking {
    let targets = targets.iter().map(|(horizon, value)| (*horizon, Quantity::from_int(*value))).collect();
    let known = IndicatorBasis { commission: crate::testing::slug("technology"), baseline: baseline.map(Quantity::from_int), targets };
    asked.basis.indicators.insert(satisfaction(), known);
    asked
}

fn satisfaction() -> IndicatorCode {
    IndicatorCode("visitor-satisfaction".into())
}

fn stations(codes: &[&str]) -> Vec<StationCode> {
    codes.iter().map(|code| StationCode((*code).to_owned())).collect()
}

fn rollout(scope: Scope) -> MeasureChoice {
    MeasureChoice::Rollout { scope, weigh_by_visits: false }
}

#[test]
fn a_rollout_freezes_the_open_stations_of_its_scope() {
    let resolved = |scope: Scope| match frozen(&with_stations(proposing()), rollout(scope)) {
        Ok(Measure::Rollout(rollout)) => rollout.stations,
        other => panic!("a rollout, not {other:?}"),
    };
    assert_eq!(resolved(Scope::All), stations(&["00001", "00002", "00003"]));
    assert_eq!(resolved(Scope::Target), stations(&["00001", "00002"]));
    assert_eq!(resolved(Scope::Unnetworked), stations(&["00001", "00003"]));
    assert_eq!(resolved(Scope::TargetUnnetworked), stations(&["00001"]));
    assert_eq!(resolved(Scope::Province(province("IR-01"))), stations(&["00003"]));
}

#[test]
fn visits_are_frozen_where_they_weigh() {
    let weighed = MeasureChoice::Rollout { scope: Scope::All, weigh_by_visits: true };
    let expected = Rollout { scope: Scope::All, stations: stations(&["00001", "00002", "00003"]), visits: Some(vec![5_000, 4_000, 0]) };
    assert_eq!(frozen(&with_stations(proposing()), weighed), Ok(Measure::Rollout(expected)));
}

#[test]
fn an_empty_scope_is_refused_and_so_is_one_that_weighs_nothing() {
    assert_eq!(rule(frozen(&proposing(), rollout(Scope::All))), Rule::ScopeEmpty);
    assert_eq!(rule(frozen(&with_stations(proposing()), rollout(Scope::Province(province("IR-02"))))), Rule::ScopeEmpty);
    let unvisited = MeasureChoice::Rollout { scope: Scope::Province(province("IR-01")), weigh_by_visits: true };
    assert_eq!(rule(frozen(&with_stations(proposing()), unvisited)), Rule::ScopeEmpty);
    assert_eq!(rule(frozen(&with_stations(proposing()), rollout(Scope::Province(province("IR-99"))))), Rule::UnknownProvince);
}

#[test]
fn an_indicator_freezes_its_baseline_and_its_target_for_the_milestones_horizon() {
    let asked = with_indicator(proposing(), Some(62), &[(Horizon::Short, 70), (Horizon::Long, 90)]);
    let expected = IndicatorMeasure { indicator: satisfaction(), baseline: Quantity::from_int(62), target: Quantity::from_int(70) };
    assert_eq!(frozen(&asked, MeasureChoice::Indicator(satisfaction())), Ok(Measure::Indicator(expected)));
}

#[test]
fn an_indicator_measures_nothing_without_a_baseline_and_another_target() {
    let asked = |baseline, targets: &[(Horizon, i64)]| {
        rule(frozen(&with_indicator(proposing(), baseline, targets), MeasureChoice::Indicator(satisfaction())))
    };
    assert_eq!(rule(frozen(&proposing(), MeasureChoice::Indicator(satisfaction()))), Rule::UnknownIndicator);
    assert_eq!(asked(None, &[(Horizon::Short, 70)]), Rule::IndicatorWithoutBaseline);
    assert_eq!(asked(Some(62), &[(Horizon::Long, 90)]), Rule::IndicatorWithoutTarget);
    assert_eq!(asked(Some(70), &[(Horizon::Short, 70)]), Rule::IndicatorTargetIsBaseline);
}

#[test]
fn steps_are_named_weigh_something_and_can_be_counted() {
    let step = |weight| Step { title: Text::fa("گام"), weight };
    let asked = |steps: Vec<Step>| frozen(&proposing(), MeasureChoice::Steps(steps));
    assert_eq!(rule(asked(Vec::new())), Rule::StepsEmpty);
    assert_eq!(rule(asked(vec![step(1), step(0)])), Rule::StepWeight);
    assert_eq!(rule(asked(vec![Step { title: Text::fa(""), weight: 1 }])), Rule::TextBlank);
    assert_eq!(rule(asked(vec![step(1); MOST_STEPS + 1])), Rule::StepsTooMany);
    assert!(asked(vec![step(1); MOST_STEPS]).is_ok());
}

#[test]
fn a_horizon_without_days_promises_nothing() {
    let mut asked = proposing();
    asked.basis.horizons.clear();
    assert_eq!(rule(frozen(&asked, MeasureChoice::Binary)), Rule::UnknownHorizon);
}

#[test]
fn planning_the_same_scope_again_is_already_so_although_it_would_resolve_differently_now() {
    let given = with_stations(proposing()).then(Milestone::default(), &plan(rollout(Scope::Unnetworked)), 0);
    assert_eq!(proposing().ask(&given, &plan(rollout(Scope::Unnetworked))), Ok(vec![]));
    assert_eq!(rule(proposing().ask(&given, &plan(rollout(Scope::All)))), Rule::AlreadyExists);
    let by_steps = planned(steps());
    assert_eq!(proposing().ask(&by_steps, &plan(steps())), Ok(vec![]));
    let asked = with_indicator(proposing(), Some(62), &[(Horizon::Short, 70)]);
    let by_indicator = asked.then(Milestone::default(), &plan(MeasureChoice::Indicator(satisfaction())), 0);
    assert_eq!(proposing().ask(&by_indicator, &plan(MeasureChoice::Indicator(satisfaction()))), Ok(vec![]));
}

#[test]
fn a_revision_resolves_the_scope_afresh() {
    let given = with_stations(proposing()).then(Milestone::default(), &plan(rollout(Scope::Unnetworked)), 0);
    let mut later = with_stations(proposing());
    later.basis.stations.get_mut(&StationCode("00003".into())).expect("the fixture has it").networked = true;
    let same = ReviseMilestone { title: Text::fa("شبکهٔ استان‌ها"), baseline: baseline(rollout(Scope::Unnetworked)) };
    let said = later.ask(&given, &Command::Revise(Box::new(same))).expect("allowed");
    let [Event::Revised(revised)] = said.as_slice() else { panic!("one revision, not {said:?}") };
    assert!(matches!(&revised.baseline.measure, Measure::Rollout(rollout) if rollout.stations == stations(&["00001"])));
}

fn proposed_baseline(asked: &Asking, given: &Milestone, choice: BaselineChoice) -> Result<Baseline, Refusal> {
    let command = ProposeRebaseline { proposal: uuid::Uuid::from_u128(1), baseline: choice };
    let said = asked.ask(given, &Command::ProposeRebaseline(Box::new(command)))?;
    let [Event::RebaselineProposed(proposed)] = said.as_slice() else { panic!("one proposal, not {said:?}") };
    Ok(proposed.baseline.clone())
}

#[test]
fn a_new_date_keeps_the_stations_that_were_promised() {
    let given = with_stations(proposing()).then(Milestone::default(), &plan(rollout(Scope::Unnetworked)), 0);
    let mut later = with_stations(member()).because("تحریم");
    later.basis.stations.get_mut(&StationCode("00003".into())).expect("the fixture has it").networked = true;
    let new_date = BaselineChoice { due: day("2019-10-22"), ..baseline(rollout(Scope::Unnetworked)) };
    let moved = proposed_baseline(&later, &given, new_date).expect("allowed");
    assert!(matches!(&moved.measure, Measure::Rollout(rollout) if rollout.stations == stations(&["00001", "00003"])));
    let new_scope = proposed_baseline(&later, &given, baseline(rollout(Scope::All))).expect("allowed");
    assert!(matches!(&new_scope.measure, Measure::Rollout(rollout) if rollout.stations.len() == 3));
    assert_eq!(rule(proposed_baseline(&later, &given, baseline(rollout(Scope::Unnetworked)))), Rule::BaselineUnchanged);
}

#[test]
fn another_horizon_takes_the_indicators_target_for_it() {
    let targets = [(Horizon::Short, 70), (Horizon::Long, 90)];
    let given =
        with_indicator(proposing(), Some(62), &targets).then(Milestone::default(), &plan(MeasureChoice::Indicator(satisfaction())), 0);
    let later = with_indicator(member(), Some(62), &[(Horizon::Short, 75), (Horizon::Long, 90)]).because("تحریم");
    let choice = baseline(MeasureChoice::Indicator(satisfaction()));
    let kept = proposed_baseline(&later, &given, BaselineChoice { weight: 50, ..choice.clone() }).expect("allowed");
    assert!(matches!(&kept.measure, Measure::Indicator(measure) if measure.target == Quantity::from_int(70)));
    let moved = proposed_baseline(&later, &given, BaselineChoice { horizon: Some(Horizon::Long), ..choice }).expect("allowed");
    assert!(matches!(&moved.measure, Measure::Indicator(measure) if measure.target == Quantity::from_int(90)));
}
