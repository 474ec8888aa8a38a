//! Nulls, rounding, coverage, confidence, forecasts and lists, each from plain numbers.

use tahavol_domain::programme::event::Thresholds;
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::Confidence;

use super::*;
use crate::progress::ForecastReason;
use crate::progress::figures::basis_points;

#[test]
fn without_milestones_there_is_no_figure_at_all() {
    let progress = open(&[], 5);
    assert!(!progress.has_figures());
    assert_eq!((progress.planned, progress.reported, progress.verified, progress.coverage), (None, None, None, None));
    assert_eq!((progress.spi, progress.es, progress.spi_t, progress.sv_t), (None, None, None, None));
    assert_eq!((progress.forecast_finish, progress.completed_on, progress.slippage_days), (None, None, None));
    assert_eq!(progress.forecast_reason, Some(ForecastReason::NoMilestones));
    assert_eq!(progress.confidence, None);
}

#[test]
fn planned_progress_is_straight_by_days_and_rounded_down() {
    let plan = planned(1, 1, 7);
    let by_day = [0, 1, 2, 3, 6, 7, 8].map(|n| plan.planned(day(n)));
    assert_eq!(by_day, [0, 1_428, 2_857, 4_285, 8_571, 10_000, 10_000]);
    let binary = plan.binary();
    assert_eq!([0, 1, 6, 7, 8].map(|n| binary.planned(day(n))), [0, 0, 0, 10_000, 10_000]);
}

#[test]
fn percentages_are_rounded_down_and_full_means_all_of_it() {
    assert_eq!(basis_points(1, 3), Some(3_333));
    assert_eq!(basis_points(2, 3), Some(6_666));
    assert_eq!(basis_points(999_999, 1_000_000), Some(9_999));
    assert_eq!(basis_points(7, 7), Some(10_000));
    assert_eq!(basis_points(0, 0), None);

    let progress = open(&[planned(10_000, 1, 2).claimed(1), planned(1, 1, 2).reported(9_999, 1)], 1);
    assert_eq!(progress.reported, Some(9_999));
}

#[test]
fn a_groups_reported_progress_is_nothing_only_where_every_milestones_is() {
    assert_eq!(open(&[planned(1, 1, 4), planned(1, 1, 4)], 2).reported, None);
    let one_known = open(&[planned(1, 1, 4), planned(1, 1, 4).reported(0, 2)], 2);
    assert_eq!((one_known.reported, one_known.verified), (Some(0), Some(0)));
    assert_eq!(open(&[planned(1, 1, 4), planned(1, 1, 4).reported(5_000, 2)], 2).reported, Some(2_500));
    assert_eq!(open(&[planned(1, 1, 4)], 2).verified, Some(0));
}

#[test]
fn what_is_not_yet_planned_gives_no_cost_like_index() {
    let progress = open(&[planned(1, 1, 4).binary().reported(0, 2)], 2);
    assert_eq!((progress.pv, progress.spi), (0, None));
    assert_eq!(told(progress.spi_t).as_deref(), Some("1.0000"));
}

#[test]
fn only_verified_weight_is_verified() {
    let progress = open(&[planned(3, 1, 4).verified(2), planned(1, 1, 4).claimed(2), planned(4, 1, 4)], 3);
    assert_eq!((progress.verified, progress.reported), (Some(3_750), Some(5_000)));
    assert_eq!(progress.vv, 30_000);
}

#[test]
fn before_the_start_the_forecast_is_not_started() {
    let progress = open(&[planned(1, 10, 20).reported(2_000, 3)], 5);
    assert_eq!((progress.at, progress.spi_t, progress.forecast_finish), (0, None, None));
    assert_eq!(progress.forecast_reason, Some(ForecastReason::NotStarted));
    assert_eq!((progress.coverage, progress.confidence), (None, Some(Confidence::Grey)));
    assert_eq!(progress.slippage_days, None);
}

#[test]
fn nothing_earned_gives_no_forecast() {
    let progress = open(&[planned(1, 1, 20).reported(0, 3)], 5);
    assert_eq!(progress.forecast_reason, Some(ForecastReason::NoProgress));
    assert_eq!((progress.forecast_finish, progress.slippage_days), (None, None));
    assert_eq!((told(progress.spi_t).as_deref(), progress.confidence), (Some("0.0000"), Some(Confidence::Red)));
}

#[test]
fn a_forecast_a_hundred_years_away_is_too_far() {
    // One basis point a day is planned; ES is 10, so the forecast is at day 10,000 · AT / 10.
    let plan = [planned(1, 1, 10_000).reported(10, 3)];
    assert_eq!(open(&plan, 36).forecast_finish, Some(day(36_000)));
    assert_eq!(open(&plan, 37).forecast_finish, None);
    assert_eq!(open(&plan, 37).forecast_reason, Some(ForecastReason::TooFar));
}

#[test]
fn a_forecast_beyond_the_last_day_of_the_calendar_is_too_far() {
    let (starts, due) = (Date::MAX.plus_days(-99), Date::MAX);
    let late = Subject { starts, due, ..planned(1, 1, 1).reported(1_000, 1) };
    let progress = figures(&[late], Date::MAX.plus_days(-49), &Scale::default(), || due);
    assert_eq!(progress.forecast_reason, Some(ForecastReason::TooFar));
}

#[test]
fn a_forecast_is_rounded_up_to_a_whole_day() {
    // ES is 4; 10 · 6 / 4 = 15 days.
    assert_eq!(open(&[planned(1, 1, 10).reported(4_000, 3)], 6).forecast_finish, Some(day(15)));
    // ES is 3.5; 10 · 6 / 3.5 = 17.14 days.
    assert_eq!(open(&[planned(1, 1, 10).reported(3_500, 3)], 6).forecast_finish, Some(day(18)));
}

#[test]
fn a_fact_covers_its_day_and_the_29_after_it() {
    let coverage = |fact: i32| open(&[planned(1, 1, 90).reported(100, fact)], 60).coverage;
    assert_eq!([30, 31, 60].map(coverage), [Some(0), Some(10_000), Some(10_000)]);
}

#[test]
fn coverage_is_of_started_weight_and_counts_the_verified_for_ever() {
    let started = [
        planned(3, 1, 90).verified(2),
        planned(2, 1, 90).claimed(2),
        planned(1, 60, 90).reported(100, 60),
        planned(1, 30, 90),
        // Not started, whatever is said of it.
        planned(50, 61, 90).reported(100, 60),
    ];
    assert_eq!(open(&started, 60).coverage, Some(5_714));
    assert_eq!(open(&[planned(1, 61, 90)], 60).coverage, None);
    assert_eq!(open(&[planned(1, 60, 90)], 60).coverage, Some(0));
}

#[test]
fn confidence_is_grey_under_half_coverage() {
    let covered = |weight: u64| open(&[planned(weight, 1, 100).reported(9_000, 50), planned(100, 1, 100)], 50);
    assert_eq!((covered(99).coverage, covered(99).confidence), (Some(4_974), Some(Confidence::Grey)));
    assert_eq!((covered(100).coverage, covered(100).confidence), (Some(5_000), Some(Confidence::Amber)));
}

#[test]
fn thresholds_are_compared_with_the_unrounded_index() {
    // On the fiftieth of a hundred days, ES is reported / 100.
    let colour = |reported: u16| open(&[planned(1, 1, 100).reported(reported, 50)], 50).confidence.unwrap();
    use Confidence::*;
    let reported = [9_000, 4_900, 4_899, 4_750, 4_749, 4_500, 4_499, 4_000, 3_999, 0];
    assert_eq!(reported.map(colour), [Green, Green, AmberGreen, AmberGreen, Amber, Amber, AmberRed, AmberRed, Red, Red]);
}

#[test]
fn the_charters_thresholds_replace_the_usual_ones() {
    let quantity = |text: &str| Quantity::parse(text).unwrap();
    let thresholds =
        Thresholds { green: quantity("1.2"), amber_green: quantity("1"), amber: quantity("0.333333"), amber_red: quantity("0.1") };
    let scale = Scale::new(&thresholds);
    let colour = |num, den| scale.confidence(Some(10_000), Some(ratio(num, den)));
    assert_eq!(colour(6, 5), Confidence::Green);
    assert_eq!(colour(119, 100), Confidence::AmberGreen);
    assert_eq!(colour(1, 3), Confidence::Amber);
    assert_eq!(colour(333_332, 1_000_000), Confidence::AmberRed);
    assert_eq!(scale.confidence(Some(10_000), None), Confidence::Grey);
    assert_eq!(scale.confidence(None, Some(Ratio::ONE)), Confidence::Grey);
    assert_eq!(scale.confidence(Some(4_999), Some(Ratio::ONE)), Confidence::Grey);
    // An absurd threshold does not fit the product of a fine index; it is compared all the same.
    let absurd = Scale::new(&Thresholds { green: Quantity::MAX, ..thresholds });
    assert_eq!(absurd.confidence(Some(10_000), Some(ratio(i128::from(u64::MAX), i128::from(u64::MAX) - 2))), Confidence::AmberGreen);
}

#[test]
fn overdue_begins_on_the_day_after_the_due_date() {
    let plan = planned(1, 1, 10);
    assert_eq!([9, 10, 11].map(|n| plan.is_overdue(day(n))), [false, false, true]);
    assert!(plan.reported(9_999, 3).is_overdue(day(11)));
    assert!(!plan.claimed(11).is_overdue(day(11)));
}

#[test]
fn a_started_milestone_without_claim_or_recent_fact_is_stale() {
    let plan = planned(1, 10, 90);
    assert_eq!([9, 10].map(|n| plan.is_stale(day(n))), [false, true]);
    assert_eq!([40, 41].map(|n| plan.reported(1, 11).is_stale(day(n))), [false, true]);
    assert!(!plan.claimed(11).is_stale(day(90)));
}

#[test]
fn a_gap_weighs_what_is_missing_from_the_plan() {
    let plan = planned(40, 1, 4);
    assert_eq!(plan.gap(day(2)), 200_000);
    assert_eq!(plan.reported(6_000, 1).gap(day(2)), -40_000);
}
