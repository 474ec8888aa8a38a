//! Given / when / then for claims and their verification.

use super::super::event::{Claim, ClaimDecision};
use super::super::measure::{MeasureChoice, Scope};
use super::super::{Command, Event, Milestone, Phase};
use super::{
    cancelled, claim, claimed, counted, done, evidence, id, inspector, member, note, on_claim, phase, plan, planned, progress, proposing,
    report, steps, uncounted, verified, while_initiative,
};
use crate::aggregate::{Aggregate, IndicatorBasis};
use crate::initiative;
use crate::quantity::Quantity;
use crate::refusal::Rule;
use crate::testing::{FixtureStation, Held, actor, day, event, rule, slug};
use crate::text::Text;
use crate::values::{Horizon, IndicatorCode, Office};

fn verify() -> Command {
    Command::VerifyCompletion(on_claim(event(1)))
}

fn refuse() -> Command {
    Command::RefuseCompletion(on_claim(event(1)))
}

/// An office of Maryam in the technology commission.
fn held(from: u64, until: Option<u64>, days: Option<(&str, &str)>) -> Held {
    let days = days.map(|(starts, ends)| (day(starts), day(ends)));
    Held { actor: actor("maryam"), office: Office::Member(slug("technology")), from, until, days }
}

#[test]
fn a_binary_or_reported_milestone_is_done_when_somebody_says_so() {
    for measure in [MeasureChoice::Binary, MeasureChoice::Reported] {
        let said = member().ask(&planned(measure), &claim());
        assert_eq!(said, Ok(vec![Event::CompletionClaimed(Claim::default())]));
    }
}

#[test]
fn a_claim_by_steps_is_refused_until_all_steps_were_done_on_its_day() {
    let some = member().on("2019-09-01").then(planned(steps()), &report(done(&[0, 1])), 1);
    assert_eq!(rule(member().ask(&planned(steps()), &claim())), Rule::ClaimBelowFull);
    assert_eq!(rule(member().ask(&some, &claim())), Rule::ClaimBelowFull);
    let all = member().on("2019-09-10").then(some, &report(done(&[0, 1, 2])), 2);
    assert!(member().ask(&all, &claim()).is_ok());
    assert_eq!(rule(member().on("2019-09-09").ask(&all, &claim())), Rule::ClaimBelowFull);
    let undone = member().on("2019-09-11").then(all, &report(done(&[0, 1])), 3);
    assert_eq!(rule(member().ask(&undone, &claim())), Rule::ClaimBelowFull);
    assert!(member().on("2019-09-10").ask(&undone, &claim()).is_ok());
}

#[test]
fn a_claim_by_deliveries_or_by_an_indicator_is_refused_until_all_of_it_is_reached_on_its_day() {
    let mut planning = proposing();
    planning.basis = planning.basis.with_station("00001", FixtureStation::default());
    let targets = vec![(Horizon::Short, Quantity::from_int(70))];
    let known = IndicatorBasis { commission: slug("technology"), baseline: Some(Quantity::ZERO), targets };
    planning.basis.indicators.insert(IndicatorCode("satisfaction".into()), known);
    let measures = [
        MeasureChoice::Rollout { scope: Scope::All, weigh_by_visits: false },
        MeasureChoice::Indicator(IndicatorCode("satisfaction".into())),
    ];
    for measure in measures {
        let given = planning.then(Milestone::default(), &plan(measure), 0);
        let mut asked = member();
        assert_eq!(rule(asked.ask(&given, &claim())), Rule::ClaimBelowFull, "no dated fact");
        asked.basis.reported.insert((id(), day("2019-09-01")), 9_999);
        assert_eq!(rule(asked.ask(&given, &claim())), Rule::ClaimBelowFull);
        asked.basis.reported.insert((id(), day("2019-09-20")), 10_000);
        assert!(asked.ask(&given, &claim()).is_ok());
        assert_eq!(rule(asked.on("2019-09-19").ask(&given, &claim())), Rule::ClaimBelowFull);
    }
}

#[test]
fn a_claim_needs_an_initiative_under_way_and_a_milestone_that_counts() {
    let given = planned(MeasureChoice::Binary);
    for phase in [initiative::Phase::Proposed, initiative::Phase::Submitted, initiative::Phase::Cancelled] {
        assert_eq!(rule(while_initiative(member(), phase).ask(&given, &claim())), Rule::InitiativeNotOpen);
    }
    assert_eq!(rule(uncounted(member()).ask(&given, &claim())), Rule::NotCounted);
    let suspended = while_initiative(counted(member()), initiative::Phase::Suspended);
    assert!(suspended.ask(&given, &claim()).is_ok());
}

#[test]
fn claiming_again_is_already_so_for_the_same_words_and_refused_for_others() {
    assert_eq!(member().ask(&claimed(), &claim()), Ok(vec![]));
    assert_eq!(member().ask(&verified(), &claim()), Ok(vec![]));
    let other = Command::ClaimCompletion(Claim { evidence: vec![evidence()], ..Claim::default() });
    for given in [claimed(), verified(), cancelled()] {
        assert_eq!(rule(member().ask(&given, &other)), Rule::WrongPhase);
    }
    let somebody_else = member().by("reza", Office::Member(slug("technology")));
    assert_eq!(rule(somebody_else.ask(&claimed(), &claim())), Rule::WrongPhase);
}

#[test]
fn words_and_files_of_a_claim_say_something() {
    let given = planned(MeasureChoice::Binary);
    let blank = Claim { note: Some(Text::fa(" ")), ..Claim::default() };
    assert_eq!(rule(member().ask(&given, &Command::ClaimCompletion(blank))), Rule::TextBlank);
    let mut untitled = evidence();
    untitled.media_type.clear();
    let unnamed = Claim { evidence: vec![untitled], ..Claim::default() };
    assert_eq!(rule(member().ask(&given, &Command::ClaimCompletion(unnamed))), Rule::TextBlank);
}

#[test]
fn a_claim_is_of_today_where_it_names_no_day_and_a_verification_names_its_own_or_none() {
    let given = claimed();
    let claim = Event::CompletionClaimed(Claim::default());
    assert_eq!(given.effective_on(&claim, &member().ctx()), Some(day("2019-09-22")));
    let verified = Event::CompletionVerified(on_claim(event(1)));
    assert_eq!(given.effective_on(&verified, &inspector().ctx()), None);
    assert_eq!(given.effective_on(&verified, &inspector().on("2019-09-20").ctx()), Some(day("2019-09-20")));
}

#[test]
fn an_inspector_verifies_or_refuses_with_a_reason() {
    assert_eq!(inspector().ask(&claimed(), &verify()), Ok(vec![Event::CompletionVerified(on_claim(event(1)))]));
    assert_eq!(rule(inspector().ask(&claimed(), &refuse())), Rule::ReasonRequired);
    let because = inspector().because("نیمی از آن نصب است");
    assert_eq!(because.ask(&claimed(), &refuse()), Ok(vec![Event::CompletionRefused(on_claim(event(1)))]));
}

#[test]
fn a_refused_claim_leads_back_to_the_plan_and_no_longer_stands() {
    let refused = inspector().because("نصب نیست").then(claimed(), &refuse(), 2);
    assert_eq!(phase(&refused), Phase::Planned);
    assert_eq!(rule(inspector().ask(&refused, &verify())), Rule::UnknownClaim);
    let again = member().then(refused, &claim(), 3);
    assert_eq!(rule(inspector().ask(&again, &verify())), Rule::UnknownClaim, "the decision names the earlier claim");
    assert!(inspector().ask(&again, &Command::VerifyCompletion(on_claim(event(3)))).is_ok());
}

#[test]
fn a_decision_names_a_claim_that_stands() {
    for command in [verify(), Command::RefuseCompletion(on_claim(event(1)))] {
        assert_eq!(rule(inspector().because("x").ask(&planned(MeasureChoice::Binary), &command)), Rule::UnknownClaim);
        assert_eq!(rule(inspector().because("x").ask(&cancelled(), &command)), Rule::WrongPhase);
    }
    assert_eq!(rule(inspector().ask(&claimed(), &Command::VerifyCompletion(on_claim(event(9))))), Rule::UnknownClaim);
}

#[test]
fn verifying_twice_is_already_so_and_what_is_verified_is_not_refused() {
    assert_eq!(inspector().ask(&verified(), &verify()), Ok(vec![]));
    assert_eq!(rule(inspector().because("x").ask(&verified(), &refuse())), Rule::WrongPhase);
}

#[test]
fn a_claimant_cannot_verify_or_refuse_her_own_milestone() {
    let sara = inspector().by("sara", Office::Inspector).because("x");
    assert_eq!(rule(sara.ask(&claimed(), &verify())), Rule::ClaimantVerifies);
    assert_eq!(rule(sara.ask(&claimed(), &refuse())), Rule::ClaimantVerifies);
    let mut lent = inspector();
    lent.basis = lent.basis.lending("sara", &lent.actor.id.0.clone(), Office::Inspector);
    assert_eq!(rule(lent.ask(&claimed(), &verify())), Rule::ClaimantVerifies, "nor in the office that she lends");
    assert_eq!(lent.again().ask(&claimed(), &verify()).unwrap().len(), 1, "a line from before stays valid");
}

#[test]
fn who_held_an_office_of_the_commission_at_the_claim_or_holds_one_now_does_not_verify() {
    let judged = |office: Held| {
        let mut asked = inspector().because("x");
        asked.basis.held.push(office);
        (asked.ask(&claimed(), &verify()), asked.ask(&claimed(), &refuse()))
    };
    let of_commission =
        [held(10, Some(60), None), held(70, None, None), held(10, None, None), held(10, None, Some(("2019-09-01", "2019-09-30")))];
    for office in of_commission {
        let (yes, no) = judged(office);
        assert_eq!((rule(yes), rule(no)), (Rule::VerifierOfCommission, Rule::VerifierOfCommission));
    }
    let (released_before, _) = judged(held(10, Some(50), None));
    assert!(released_before.is_ok(), "released before the claim and not appointed since");
    let elsewhere = Held { office: Office::Member(slug("training")), ..held(10, None, None) };
    assert!(judged(elsewhere).0.is_ok(), "of another commission");
}

#[test]
fn words_of_a_decision_say_something() {
    let blank = ClaimDecision { note: Some(Text::fa("")), ..on_claim(event(1)) };
    assert_eq!(rule(inspector().ask(&claimed(), &Command::VerifyCompletion(blank.clone()))), Rule::TextBlank);
    assert_eq!(rule(inspector().because("x").ask(&claimed(), &Command::RefuseCompletion(blank))), Rule::TextBlank);
}

#[test]
fn progress_told_before_does_not_stand_in_the_way_of_a_claim() {
    let given = member().then(planned(MeasureChoice::Reported), &report(progress(4_000)), 1);
    assert!(member().ask(&given, &claim()).is_ok());
    let noted = member().then(planned(MeasureChoice::Binary), &report(note("x")), 1);
    assert!(member().ask(&noted, &claim()).is_ok());
}
