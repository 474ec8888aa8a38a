//! Reported and verified progress by each measure, from the facts that a play tells.

use tahavol_domain::indicator::event::{Aggregation, MeasuredValue};
use tahavol_domain::milestone::event::ProgressCorrection;
use tahavol_domain::milestone::measure::IndicatorMeasure;

use super::indicators::{defined, measure_national};
use super::*;

const D: &str = "2019-10-20";

#[test]
fn without_a_dated_fact_there_is_no_evidence_which_is_not_nothing_done() {
    let mut play = Play::with_milestone(Measure::Binary);
    assert_eq!(play.reported("T-1", D), None);
    play.report("T-1", "2019-10-05", ProgressReport { note: Some(Text::fa("یادداشت")), ..ProgressReport::default() });
    assert_eq!(play.reported("T-1", D), Some(0));
    assert_eq!(play.reported("T-1", "2019-10-04"), None);
}

#[test]
fn a_binary_milestone_is_done_with_a_standing_claim_and_not_before_its_day() {
    let mut play = Play::with_milestone(Measure::Binary);
    let claim = play.claim("T-1", "2019-10-08");
    let claimed_at = play.position();
    assert_eq!((play.reported("T-1", "2019-10-07"), play.reported("T-1", "2019-10-08")), (None, Some(10_000)));
    let standing = play.milestone("T-1").standing(&play.snapshot, day(D));
    assert_eq!((standing.verified, standing.claimed, standing.last_fact), (0, true, Some(day("2019-10-08"))));
    play.verify("T-1", claim);
    let standing = play.milestone("T-1").standing(&play.snapshot, day(D));
    assert_eq!((standing.verified, standing.facts), (10_000, vec![claimed_at, play.position()]));
    assert_eq!(play.milestone("T-1").standing(&play.snapshot, day("2019-10-07")).verified, 0);
}

#[test]
fn a_refused_claim_no_longer_counts_but_was_a_dated_fact() {
    let mut play = Play::with_milestone(Measure::Binary);
    let claim = play.claim("T-1", "2019-10-08");
    play.refuse("T-1", claim);
    let standing = play.milestone("T-1").standing(&play.snapshot, day(D));
    assert_eq!((standing.reported, standing.claimed, standing.last_fact), (Some(0), false, Some(day("2019-10-08"))));
    assert_eq!(play.milestone("T-1").life.phase, milestone::Phase::Planned);
    play.claim("T-1", "2019-10-12");
    assert_eq!(play.reported("T-1", "2019-10-11"), Some(0));
    assert_eq!(play.reported("T-1", D), Some(10_000));
}

#[test]
fn what_is_reported_is_the_latest_day_and_then_the_latest_word_of_at_most_nine_tenths() {
    let mut play = Play::with_milestone(Measure::Reported);
    play.report("T-1", "2019-10-05", progress(4_000));
    let latest = play.report("T-1", "2019-10-09", progress(9_900));
    play.report("T-1", "2019-10-07", progress(5_000));
    assert_eq!(play.reported("T-1", D), Some(9_000));
    assert_eq!(play.reported("T-1", "2019-10-08"), Some(5_000), "a late fact counts on its day");
    assert_eq!(play.reported("T-1", "2019-10-06"), Some(4_000));
    assert_eq!(play.milestone("T-1").reports.latest_on(day(D)).map(|report| report.event), Some(latest));
    play.claim("T-1", "2019-10-10");
    assert_eq!(play.reported("T-1", D), Some(10_000));
}

#[test]
fn a_correction_replaces_its_report_in_its_place_and_is_the_fact_that_is_told() {
    let mut play = Play::with_milestone(Measure::Reported);
    let wrong = play.report("T-1", "2019-10-05", progress(8_000));
    let right = ProgressCorrection { corrects: wrong, report: ProgressReport { evidence: vec![file(7)], ..progress(3_000) } };
    play.on_milestone("T-1", Some("2019-10-06"), milestone::Event::ProgressCorrected(right));
    let standing = play.milestone("T-1").standing(&play.snapshot, day(D));
    assert_eq!((standing.reported, standing.last_fact, standing.facts), (Some(3_000), Some(day("2019-10-06")), vec![play.position()]));
    assert_eq!(play.reported("T-1", "2019-10-05"), None, "the day was corrected too");
    assert!(play.snapshot.evidence.contains_key(&file(7).digest));
    // A report of the same day that was said after the wrong one is still the later one.
    let first = play.report("T-1", "2019-10-09", progress(1_000));
    play.report("T-1", "2019-10-09", progress(2_000));
    let again = ProgressCorrection { corrects: first, report: progress(1_500) };
    play.on_milestone("T-1", Some("2019-10-09"), milestone::Event::ProgressCorrected(again));
    assert_eq!(play.reported("T-1", D), Some(2_000));
}

#[test]
fn done_steps_count_by_their_weights_and_are_rounded_down() {
    let mut play = Play::with_milestone(steps(&[1, 1, 1]));
    play.report("T-1", "2019-10-02", done(&[0]));
    play.report("T-1", "2019-10-03", done(&[0, 2]));
    assert_eq!((play.reported("T-1", "2019-10-02"), play.reported("T-1", D)), (Some(3_333), Some(6_666)));
    play.report("T-1", "2019-10-04", done(&[0, 1, 2]));
    assert_eq!(play.reported("T-1", D), Some(10_000));
    let unknown = play.try_say(Some(D), Stream::Milestone(milestone_id("T-1")), milestone::Event::ProgressReported(done(&[64])));
    assert!(unknown.unwrap_err().what.contains("step"));
}

#[test]
fn a_rollout_counts_the_delivered_stations_of_its_scope_and_forgets_a_revoked_one() {
    let mut play = Play::chartered();
    for code in ["00001", "00002", "00003"] {
        play.register(code, "IR-01", false, 100);
    }
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00001", "00002"], None));
    play.approve("T");
    assert_eq!(play.reported("T-1", D), None);
    let first = play.deliver("00001", "T-1", "2019-10-03");
    let first_at = play.position();
    play.deliver("00002", "T-1", "2019-10-05");
    play.deliver("00003", "T-1", "2019-10-06");
    assert_eq!((play.reported("T-1", "2019-10-04"), play.reported("T-1", D)), (Some(5_000), Some(10_000)));
    let standing = play.milestone("T-1").standing(&play.snapshot, day(D));
    assert_eq!((standing.facts, standing.last_fact), (vec![first_at, first_at + 1], Some(day("2019-10-05"))));
    let revocation = station::event::DeliveryRevocation { milestone: milestone_id("T-1"), delivery: first };
    play.on_station("00001", None, station::Event::DeliveryRevoked(revocation.clone()));
    assert_eq!((play.reported("T-1", "2019-10-04"), play.reported("T-1", D)), (None, Some(5_000)));
    let twice = play.try_say(None, Stream::Station(station_code("00001")), station::Event::DeliveryRevoked(revocation));
    assert!(twice.is_err());
    play.deliver("00001", "T-1", "2019-10-07");
    assert_eq!(play.reported("T-1", D), Some(10_000));
}

#[test]
fn a_rollout_may_weigh_its_stations_by_their_visits() {
    let mut play = Play::chartered();
    play.register("00001", "IR-01", false, 300);
    play.register("00002", "IR-01", false, 600);
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00001", "00002"], Some(vec![300, 600])));
    play.deliver("00002", "T-1", "2019-10-03");
    assert_eq!(play.reported("T-1", D), Some(6_666));
}

#[test]
fn an_indicator_measures_the_way_from_its_frozen_baseline_to_its_frozen_target() {
    let mut play = Play::chartered();
    defined(&mut play, "satisfaction", Aggregation::Sum);
    play.propose("T");
    let frozen = IndicatorMeasure { indicator: indicator("satisfaction"), baseline: q("60"), target: q("90") };
    play.plan("T", "T-1", Measure::Indicator(frozen));
    let reported = |play: &Play| play.reported("T-1", D);
    assert_eq!(reported(&play), None);
    for (month, value, expected) in [("2019-06", "50", 0), ("2019-07", "70", 3_333), ("2019-08", "95", 10_000)] {
        measure_national(&mut play, "satisfaction", month, MeasuredValue::Plain(q(value)));
        assert_eq!(reported(&play), Some(expected), "{value}");
    }
    let standing = play.milestone("T-1").standing(&play.snapshot, day("2019-08-10"));
    assert_eq!((standing.reported, standing.last_fact), (Some(3_333), Some(day("2019-07-28"))));
    assert_eq!(standing.facts, vec![play.position() - 1]);
}
