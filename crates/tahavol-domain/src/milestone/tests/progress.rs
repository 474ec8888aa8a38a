//! Given / when / then for reports, corrections and obstacles.

use super::super::event::{Blockage, ProgressCorrection, ProgressReport};
use super::super::measure::MeasureChoice;
use super::super::{Command, Event, Milestone};
use super::{
    cancelled, claimed, correction, done, evidence, member, note, planned, progress, report, steps, uncounted, verified, while_initiative,
};
use crate::aggregate::Aggregate;
use crate::initiative::Phase;
use crate::refusal::Rule;
use crate::testing::{day, event, rule};
use crate::text::Text;
use crate::values::Evidence;

/// Sara reported 40% on 1 September; the report is `event(1)`.
fn reported() -> Milestone {
    member().on("2019-09-01").then(planned(MeasureChoice::Reported), &report(progress(4_000)), 1)
}

#[test]
fn a_report_is_accepted_while_the_initiative_is_approved_or_suspended() {
    let given = planned(MeasureChoice::Reported);
    for phase in [Phase::Approved, Phase::Suspended] {
        let said = while_initiative(member(), phase).ask(&given, &report(progress(4_000)));
        assert_eq!(said, Ok(vec![Event::ProgressReported(progress(4_000))]));
    }
    for phase in [Phase::Proposed, Phase::Submitted, Phase::Returned, Phase::Rejected, Phase::Completed, Phase::Cancelled] {
        let asked = while_initiative(member(), phase);
        assert_eq!(rule(asked.ask(&given, &report(progress(4_000)))), Rule::InitiativeNotOpen, "{phase:?}");
    }
}

#[test]
fn what_waits_for_admission_takes_no_report() {
    let asked = uncounted(member());
    assert_eq!(rule(asked.ask(&planned(MeasureChoice::Reported), &report(progress(4_000)))), Rule::NotCounted);
}

#[test]
fn what_is_claimed_verified_or_dropped_takes_no_report() {
    for given in [claimed(), verified(), cancelled()] {
        assert_eq!(rule(member().ask(&given, &report(note("x")))), Rule::WrongPhase);
    }
}

#[test]
fn a_report_without_its_initiative_in_sight_is_refused() {
    let mut asked = member();
    asked.basis.initiatives.clear();
    assert_eq!(rule(asked.ask(&planned(MeasureChoice::Binary), &report(note("x")))), Rule::UnknownInitiative);
}

#[test]
fn the_measure_reported_takes_progress_up_to_all_of_it_and_nothing_else() {
    let given = planned(MeasureChoice::Reported);
    assert!(member().ask(&given, &report(progress(0))).is_ok());
    assert!(member().ask(&given, &report(progress(10_000))).is_ok());
    assert_eq!(rule(member().ask(&given, &report(progress(10_001)))), Rule::ProgressRange);
    assert_eq!(rule(member().ask(&given, &report(note("خوب است")))), Rule::ProgressRequired);
    let both = ProgressReport { steps: Some(vec![0]), ..progress(4_000) };
    assert_eq!(rule(member().ask(&given, &report(both))), Rule::StepsNotAccepted);
}

#[test]
fn the_measure_steps_takes_known_steps_in_ascending_order_and_nothing_else() {
    let given = planned(steps());
    for accepted in [done(&[]), done(&[0]), done(&[0, 2]), done(&[0, 1, 2])] {
        assert!(member().ask(&given, &report(accepted)).is_ok());
    }
    assert_eq!(rule(member().ask(&given, &report(done(&[3])))), Rule::UnknownStep);
    assert_eq!(rule(member().ask(&given, &report(done(&[1, 0])))), Rule::StepsNotAscending);
    assert_eq!(rule(member().ask(&given, &report(done(&[1, 1])))), Rule::StepsNotAscending);
    assert_eq!(rule(member().ask(&given, &report(note("x")))), Rule::StepsRequired);
    assert_eq!(rule(member().ask(&given, &report(progress(4_000)))), Rule::ProgressNotAccepted);
}

#[test]
fn the_other_measures_take_words_or_evidence_but_no_value() {
    let given = planned(MeasureChoice::Binary);
    assert!(member().ask(&given, &report(note("کابل رسید"))).is_ok());
    assert!(member().ask(&given, &report(ProgressReport { evidence: vec![evidence()], ..Default::default() })).is_ok());
    assert_eq!(rule(member().ask(&given, &report(ProgressReport::default()))), Rule::EvidenceRequired);
    assert_eq!(rule(member().ask(&given, &report(progress(4_000)))), Rule::ProgressNotAccepted);
    assert_eq!(rule(member().ask(&given, &report(done(&[0])))), Rule::StepsNotAccepted);
}

#[test]
fn words_and_files_say_something() {
    let given = planned(MeasureChoice::Binary);
    assert_eq!(rule(member().ask(&given, &report(note(" ")))), Rule::TextBlank);
    assert_eq!(rule(member().ask(&given, &report(note(&"م".repeat(10_001))))), Rule::TextTooLong);
    let untitled = Evidence { title: String::new(), ..evidence() };
    let asked = ProgressReport { evidence: vec![untitled], ..Default::default() };
    assert_eq!(rule(member().ask(&given, &report(asked))), Rule::TextBlank);
}

#[test]
fn what_was_said_last_of_a_day_is_not_said_again() {
    let again = |on: &str, basis_points| member().on(on).ask(&reported(), &report(progress(basis_points)));
    assert_eq!(again("2019-09-01", 4_000), Ok(vec![]));
    assert!(again("2019-09-01", 4_500).is_ok_and(|said| said.len() == 1));
    assert!(again("2019-09-02", 4_000).is_ok_and(|said| said.len() == 1), "of another day it is news");
    let back = member().on("2019-09-01").then(reported(), &report(progress(4_500)), 2);
    assert!(member().on("2019-09-01").ask(&back, &report(progress(4_000))).is_ok_and(|said| said.len() == 1), "it changed meanwhile");
}

#[test]
fn a_report_is_of_today_where_it_names_no_day() {
    let dated = |asked: crate::testing::Asking| {
        Milestone::default().effective_on(&Event::ProgressReported(progress(1)), &asked.ctx()).map(|day| day.to_string())
    };
    assert_eq!(dated(member()).as_deref(), Some("2019-09-22"));
    assert_eq!(dated(member().on("2019-08-01")).as_deref(), Some("2019-08-01"));
}

#[test]
fn a_correction_names_a_report_that_stands_and_a_reason() {
    let corrected = correction(event(1), progress(3_000));
    assert_eq!(rule(member().ask(&reported(), &corrected)), Rule::ReasonRequired);
    let because = member().because("دو بار شمرده شد");
    let said = ProgressCorrection { corrects: event(1), report: progress(3_000) };
    assert_eq!(because.ask(&reported(), &corrected), Ok(vec![Event::ProgressCorrected(said)]));
    assert_eq!(rule(because.ask(&reported(), &correction(event(9), progress(3_000)))), Rule::UnknownReport);
    assert_eq!(rule(because.ask(&reported(), &correction(event(1), progress(10_001)))), Rule::ProgressRange);
}

#[test]
fn a_corrected_report_no_longer_stands_but_its_correction_can_be_corrected() {
    let because = member().because("دو بار شمرده شد");
    let given = because.then(reported(), &correction(event(1), progress(3_000)), 2);
    assert_eq!(rule(because.ask(&given, &correction(event(1), progress(2_000)))), Rule::UnknownReport);
    assert!(because.ask(&given, &correction(event(2), progress(2_000))).is_ok());
    assert_eq!(because.ask(&given, &correction(event(2), progress(3_000))), Ok(vec![]), "already so");
}

#[test]
fn a_correction_is_of_the_corrected_reports_day_where_it_names_none() {
    let because = member().because("تاریخ اشتباه بود");
    let said = Event::ProgressCorrected(ProgressCorrection { corrects: event(1), report: progress(3_000) });
    let given = reported();
    assert_eq!(given.effective_on(&said, &because.ctx()), Some(day("2019-09-01")));
    assert_eq!(given.effective_on(&said, &because.clone().on("2019-08-31").ctx()), Some(day("2019-08-31")));
    let moved = because.on("2019-08-31").ask(&given, &correction(event(1), progress(4_000)));
    assert!(moved.is_ok_and(|said| said.len() == 1), "the same figure of another day is a correction");
}

#[test]
fn a_wrong_report_is_put_right_even_after_the_verification() {
    let noted = member().then(planned(MeasureChoice::Binary), &report(note("کابل رسید")), 1);
    let claimed = member().then(noted, &super::claim(), 2);
    let verified = super::inspector().then(claimed, &Command::VerifyCompletion(super::on_claim(event(2))), 3);
    assert!(member().because("کابل نبود، رادیو بود").ask(&verified, &correction(event(1), note("رادیو رسید"))).is_ok());
}

#[test]
fn a_correction_takes_the_place_of_what_it_corrects() {
    let first = member().on("2019-09-01").then(planned(steps()), &report(done(&[0])), 1);
    let second = member().on("2019-09-01").then(first, &report(done(&[0, 1, 2])), 2);
    let corrected = member().because("گام نخست هم نبود").then(second, &correction(event(1), done(&[])), 3);
    assert!(member().ask(&corrected, &super::claim()).is_ok(), "the later report of the day still says that all is done");
}

#[test]
fn blocking_takes_a_reason_and_is_already_so_the_second_time() {
    let given = planned(MeasureChoice::Binary);
    assert_eq!(rule(member().ask(&given, &Command::Block)), Rule::ReasonRequired);
    let because = member().because("مجوز نیامده");
    assert_eq!(because.ask(&given, &Command::Block), Ok(vec![Event::Blocked(Blockage {})]));
    let blocked = because.then(given.clone(), &Command::Block, 1);
    assert_eq!(member().ask(&blocked, &Command::Block), Ok(vec![]));
    assert_eq!(member().ask(&blocked, &Command::Unblock), Ok(vec![Event::Unblocked(Blockage {})]));
    assert_eq!(member().ask(&given, &Command::Unblock), Ok(vec![]));
    let free = member().then(blocked, &Command::Unblock, 2);
    assert_eq!(member().ask(&free, &Command::Unblock), Ok(vec![]));
}

#[test]
fn what_is_verified_or_dropped_is_not_blocked() {
    for given in [verified(), cancelled()] {
        assert_eq!(rule(member().because("x").ask(&given, &Command::Block)), Rule::WrongPhase);
        assert_eq!(rule(member().ask(&given, &Command::Unblock)), Rule::WrongPhase);
    }
}

#[test]
fn a_note_may_be_in_both_languages() {
    let both = ProgressReport { note: Some(Text::new("کابل رسید", "the cable has come")), ..Default::default() };
    assert!(member().ask(&planned(MeasureChoice::Binary), &report(both)).is_ok());
}
