//! Days of completion and series over time, from rows.

use tahavol_domain::milestone::measure::Measure;

use super::programme::{Milestone, all_on, programme, rollout, slug, steps};
use super::*;
use crate::progress::{BaselineKind, MOST_POINTS, Query, SeriesStep, progress, series_by_commission, time_series};

fn completed_on(milestones: impl IntoIterator<Item = Milestone>, on: i32) -> Option<Date> {
    progress(&programme(milestones), &all_on(on)).completed_on
}

#[test]
fn a_group_is_complete_since_the_last_of_its_milestones_is() {
    let first = Milestone::new("a", 1, 1, 6, Measure::Binary).claimed(4);
    let second = Milestone::new("b", 1, 1, 6, Measure::Reported).reported(5_000, 3).verified(9);
    assert_eq!(completed_on([first.clone(), second.clone()], 8), None);
    assert_eq!(completed_on([first.clone(), second.clone()], 9), Some(day(9)));
    let progress = progress(&programme([first, second]), &all_on(70));
    assert_eq!(progress.completed_on, Some(day(9)));
    assert_eq!((told(progress.spi_t).as_deref(), progress.confidence), (Some("0.6667"), None));
    assert_eq!((progress.forecast_finish, progress.slippage_days), (Some(day(9)), Some(3)));
}

#[test]
fn a_refused_claim_completes_nothing() {
    let refused = Milestone::new("a", 1, 1, 6, Measure::Binary).refused(4);
    assert_eq!(completed_on([refused.clone()], 8), None);
    assert_eq!(completed_on([refused.claimed(7)], 8), Some(day(7)));
}

#[test]
fn only_the_unbroken_run_up_to_the_status_date_counts() {
    let measured = Milestone::new("a", 1, 1, 30, steps(&[1, 1])).steps_done(0b01, 2).steps_done(0b11, 5).steps_done(0b01, 8);
    let measured = measured.steps_done(0b11, 11).steps_done(0b11, 14);
    assert_eq!(
        [4, 5, 7, 9, 11, 20].map(|on| completed_on([measured.clone()], on)),
        [None, Some(day(5)), Some(day(5)), None, Some(day(11)), Some(day(11))]
    );
}

#[test]
fn a_late_fact_completes_on_the_day_it_was_true() {
    let late = Milestone::new("a", 1, 1, 30, steps(&[1])).steps_done(0, 20).steps_done(0b1, 12);
    assert_eq!(completed_on([late.clone()], 15), Some(day(12)));
    assert_eq!(completed_on([late], 20), None);
}

#[test]
fn a_roll_out_is_complete_on_the_day_of_its_last_delivery() {
    let measured = Milestone::new("a", 1, 1, 30, rollout(3)).delivered(0, 4).delivered(1, 9).delivered(2, 6);
    assert_eq!([6, 9, 25].map(|on| completed_on([measured.clone()], on)), [None, Some(day(9)), Some(day(9))]);
    assert_eq!(completed_on([measured.claimed(12)], 25), Some(day(9)));
}

/// What the rows give is what asking every single day gives.
#[test]
fn the_day_of_completion_agrees_with_asking_every_day() {
    let group = || {
        [
            Milestone::new("a", 3, 1, 6, Measure::Reported).reported(9_000, 2).claimed(7),
            Milestone::new("b", 1, 3, 9, steps(&[2, 1])).steps_done(0b11, 5).steps_done(0b10, 9).steps_done(0b11, 13),
            Milestone::new("c", 2, 2, 9, rollout(2)).delivered(0, 3).delivered(1, 10),
        ]
    };
    let snapshot = programme(group());
    let complete = |n: i32| progress(&snapshot, &all_on(n)).reported == Some(10_000);
    for on in 0..30 {
        let expected = complete(on).then(|| (0..=on).rev().take_while(|n| complete(*n)).last().map(day)).flatten();
        assert_eq!(progress(&snapshot, &all_on(on)).completed_on, expected, "on day {on}");
    }
}

#[test]
fn a_series_of_months_ends_each_point_on_the_last_day_of_a_solar_hijri_month() {
    // Day 1 is 1398/07/01; Mehr has thirty days.
    let snapshot = programme([Milestone::new("a", 1, 1, 60, Measure::Reported).reported(4_000, 20).claimed(50)]);
    let series = time_series(&snapshot, &all_on(61), SeriesStep::PersianMonth, None, None);
    let days: Vec<(Date, Date)> = series.iter().map(|point| (point.starts, point.ends)).collect();
    assert_eq!(days, [(day(1), day(30)), (day(31), day(60)), (day(61), day(90))]);
    let voices: Vec<_> = series.iter().map(|point| (point.planned, point.reported, point.verified)).collect();
    assert_eq!(voices, [(Some(5_000), Some(4_000), Some(0)), (Some(10_000), Some(10_000), Some(0)), (Some(10_000), Some(10_000), Some(0))]);
    assert_eq!((series[0].pv, series[0].ev, series[0].vv), (5_000, 4_000, 0));
}

#[test]
fn a_point_of_a_series_is_the_progress_of_its_last_day() {
    let snapshot = programme([
        Milestone::new("a", 7, 3, 60, Measure::Reported).reported(1_000, 9).reported(8_500, 33).verified(50),
        Milestone::new("b", 2, 20, 90, rollout(3)).delivered(1, 40).delivered(2, 60),
    ]);
    for step in [SeriesStep::IsoWeek, SeriesStep::PersianMonth] {
        let series = time_series(&snapshot, &all_on(1), step, Some(day(-40)), Some(day(100)));
        assert!(series.first().unwrap().starts <= day(-40) && series.last().unwrap().ends >= day(100));
        for (point, next) in series.iter().zip(series.iter().skip(1)) {
            assert_eq!(next.starts, point.ends.plus_days(1));
        }
        for point in series {
            let on = Query { status_date: point.ends, ..all_on(1) };
            let progress = progress(&snapshot, &on);
            assert_eq!((point.planned, point.reported, point.verified), (progress.planned, progress.reported, progress.verified));
            assert_eq!((point.pv, point.ev, point.vv), (progress.pv, progress.ev, progress.vv));
        }
    }
}

#[test]
fn commissions_side_by_side_have_the_series_that_each_has_by_itself() {
    let snapshot = programme([
        Milestone::new("a", 7, 3, 60, Measure::Reported).reported(1_000, 9).reported(8_500, 33).verified(50),
        Milestone::new("b", 2, 20, 90, rollout(3)).of("training").delivered(1, 40).delivered(2, 60),
        Milestone::new("c", 1, 5, 70, Measure::Reported).of("training"),
    ]);
    let (from, to) = (Some(day(-40)), Some(day(100)));
    let (all, mut of_each) = series_by_commission(&snapshot, &all_on(1), SeriesStep::PersianMonth, from, to);
    assert_eq!(all, time_series(&snapshot, &all_on(1), SeriesStep::PersianMonth, from, to));
    for name in ["technology", "training"] {
        let query = Query { commission: Some(slug(name)), ..all_on(1) };
        assert_eq!(of_each.remove(&slug(name)), Some(time_series(&snapshot, &query, SeriesStep::PersianMonth, from, to)));
    }
    assert!(of_each.is_empty(), "nothing of the others counts");
}

#[test]
fn a_series_of_weeks_runs_from_monday_to_sunday() {
    // Day 1 is Monday 2019-09-23.
    let snapshot = programme([Milestone::new("a", 1, 3, 60, Measure::Reported)]);
    let series = time_series(&snapshot, &all_on(8), SeriesStep::IsoWeek, None, None);
    let days: Vec<(Date, Date)> = series.iter().map(|point| (point.starts, point.ends)).collect();
    assert_eq!(days, [(day(1), day(7)), (day(8), day(14))]);
    assert_eq!(series[0].reported, None);
}

#[test]
fn a_series_of_nothing_is_empty_and_one_without_end_is_cut() {
    let nothing = programme([]);
    assert!(time_series(&nothing, &all_on(9), SeriesStep::IsoWeek, None, None).is_empty());
    let query = Query { baseline: BaselineKind::Original, ..all_on(9) };
    let series = time_series(&nothing, &query, SeriesStep::IsoWeek, Some(Date::MIN), Some(Date::MAX));
    assert_eq!(series.len(), MOST_POINTS);
    assert_eq!(series[0].planned, None);
    let last = time_series(&nothing, &query, SeriesStep::PersianMonth, Some(Date::MAX), None);
    assert!(last.is_empty());
    assert_eq!(time_series(&nothing, &query, SeriesStep::PersianMonth, Some(Date::MAX), Some(Date::MAX)).len(), 1);
}
