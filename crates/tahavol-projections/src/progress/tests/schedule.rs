//! Earned schedule: Lipke's example, plateaus, interpolation, and groups that are done.

use super::*;

/// PV by day is 0, 10, 25, 45, 70, 90, 100 (in weights); EV is 40.
fn lipke() -> Vec<Subject> {
    let mut plan: Vec<Subject> =
        [10, 15, 20, 25, 20, 10].into_iter().zip(1..).map(|(weight, due)| planned(weight, 1, due).binary()).collect();
    plan[0] = plan[0].claimed(1);
    plan[1] = plan[1].claimed(3);
    plan[2] = plan[2].reported(7_500, 4);
    plan
}

#[test]
fn the_published_example_gives_its_published_figures() {
    let plan = lipke();
    let by_day: Vec<u64> = (0..=6).map(|n| super::super::planned::planned_value_by(&plan, day(1), n) / 10_000).collect();
    assert_eq!(by_day, [0, 10, 25, 45, 70, 90, 100]);

    let progress = open(&plan, 4);
    assert_eq!((progress.ev, progress.pv, progress.bac), (400_000, 700_000, 1_000_000));
    assert_eq!((progress.at, progress.pd), (4, 6));
    assert_eq!(progress.es, Some(ratio(11, 4)));
    assert_eq!(told(progress.es).as_deref(), Some("2.7500"));
    assert_eq!(told(progress.sv_t).as_deref(), Some("-1.2500"));
    assert_eq!(told(progress.spi_t).as_deref(), Some("0.6875"));
    assert_eq!(told(progress.spi).as_deref(), Some("0.5714"));
    // 6 · 4 / 2.75 = 8.73 days, so the ninth day.
    assert_eq!(progress.forecast_finish, Some(day(9)));
    assert_eq!(progress.slippage_days, Some(3));
}

#[test]
fn a_plan_of_six_days_finished_on_the_ninth_keeps_its_index_for_ever() {
    let done: Vec<Subject> = lipke().into_iter().map(|subject| subject.claimed(9)).collect();
    for on in [9, 10, 40, 4_000] {
        let progress = complete(&done, on, 9);
        assert_eq!(told(progress.spi_t).as_deref(), Some("0.6667"), "on day {on}");
        assert_eq!((progress.at, progress.pd), (9, 6));
        assert_eq!(told(progress.es).as_deref(), Some("6.0000"));
        assert_eq!(told(progress.sv_t).as_deref(), Some("-3.0000"));
        assert_eq!(progress.completed_on, Some(day(9)));
        assert_eq!(progress.forecast_finish, Some(day(9)));
        assert_eq!(progress.slippage_days, Some(3));
        assert_eq!((progress.confidence, progress.forecast_reason), (None, None));
    }
}

#[test]
fn a_group_done_early_is_ahead_of_its_plan() {
    let progress = complete(&[planned(5, 1, 6).claimed(4)], 5, 4);
    assert_eq!(told(progress.spi_t).as_deref(), Some("1.5000"));
    assert_eq!(progress.slippage_days, Some(-2));
    assert_eq!(told(progress.spi).as_deref(), Some("1.2000"));
}

#[test]
fn a_group_done_before_its_start_has_no_index_and_its_day_of_completion() {
    let progress = complete(&[planned(5, 10, 16).claimed(4)], 5, 4);
    assert_eq!((progress.at, progress.spi_t, progress.spi), (0, None, None));
    assert_eq!((progress.forecast_finish, progress.forecast_reason), (Some(day(4)), None));
    assert_eq!((progress.confidence, progress.coverage), (None, None));
    assert_eq!(told(progress.sv_t).as_deref(), Some("7.0000"));
}

#[test]
fn on_a_plateau_the_actual_time_is_taken_as_far_as_the_plateau_reaches() {
    // PV(n) = 3 for n = 2…5.
    let plan = [planned(3, 1, 2).binary().claimed(1), planned(7, 1, 6).binary()];
    let schedule = |on: i32| open(&plan, on).es.unwrap();
    assert_eq!([0, 1, 2, 3, 4, 5, 6, 7, 90].map(schedule), [2, 2, 2, 3, 4, 5, 5, 5, 5].map(Ratio::from_int));
    assert_eq!(told(open(&plan, 4).spi_t).as_deref(), Some("1.0000"));
}

#[test]
fn where_nothing_is_planned_at_first_nothing_earned_is_on_schedule() {
    // PV(n) = 0 for n = 0…2.
    let plan = [planned(3, 1, 3).binary().reported(0, 1)];
    let schedule = |on: i32| open(&plan, on).es.unwrap();
    assert_eq!([0, 1, 2, 3, 4].map(schedule), [0, 1, 2, 2, 2].map(Ratio::from_int));
    assert_eq!(open(&plan, 1).forecast_finish, Some(day(3)));
    // 3 · 4 / 2 = 6 days.
    assert_eq!(open(&plan, 4).forecast_finish, Some(day(6)));
}

#[test]
fn a_value_planned_for_one_day_only_is_earned_on_that_day() {
    let plan = [planned(1, 1, 4).reported(5_000, 3)];
    assert_eq!(open(&plan, 1).es, Some(Ratio::from_int(2)));
    assert_eq!(open(&plan, 4).es, Some(Ratio::from_int(2)));
}

#[test]
fn less_than_the_first_day_promises_is_a_part_of_the_first_day() {
    let plan = [planned(1, 1, 4).reported(1_000, 1)];
    assert_eq!(open(&plan, 1).es, Some(ratio(2, 5)));
    assert_eq!(told(open(&plan, 1).sv_t).as_deref(), Some("-0.6000"));
}

#[test]
fn a_plan_of_one_day_has_a_duration_of_one() {
    let progress = open(&[planned(1, 1, 1).reported(9_000, 1)], 1);
    assert_eq!((progress.pd, progress.at, progress.es), (1, 1, Some(ratio(9, 10))));
    assert_eq!(progress.planned, Some(10_000));
}

#[test]
fn days_without_any_milestone_at_work_are_a_plateau() {
    // PV(n) = 2 · 10,000 for n = 2…9: nothing runs between the second and the tenth day.
    let plan = [planned(2, 1, 2).claimed(2), planned(2, 10, 11)];
    assert_eq!(open(&plan, 6).es, Some(Ratio::from_int(6)));
    assert_eq!(open(&plan, 11).es, Some(Ratio::from_int(9)));
}
