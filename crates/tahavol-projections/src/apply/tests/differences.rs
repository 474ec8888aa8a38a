//! Two pictures of a small programme compared: what is told of each kind of event between them.

use super::*;
use crate::diff::{Change, Field, Kind, LateFact, Scope, SubjectKind, Value, Window, changes, progress_changes};
use crate::progress::BaselineKind;
use tahavol_domain::initiative::event::{Revision as InitiativeRevision, Risk, RiskClosure};
use tahavol_domain::milestone::event::{Blockage, CancellationProposal, ProgressCorrection, ProposalDecision, Rebaseline, Rebaselined};
use tahavol_domain::programme::event::HorizonWindow;
use tahavol_domain::station::event::DeliveryRevocation;

impl Play {
    /// What differs from that position to now, on the last day of the plan.
    fn since(&self, position: u64) -> Vec<Change> {
        self.between(position, self.position(), &Scope::Programme)
    }

    fn between(&self, from: u64, to: u64, scope: &Scope) -> Vec<Change> {
        changes(&self.as_of(from), &self.as_of(to), &self.window(from, to), scope, day("2019-10-10"))
    }

    fn window(&self, from: u64, to: u64) -> Window {
        self.window_of(Some(from), to)
    }

    fn window_of(&self, from: Option<u64>, to: u64) -> Window {
        let mut window = Window::new(TimeZone::tehran(), day("2019-10-05"));
        for (fact, position) in self.facts.iter().zip(0..=to).filter(|(_, position)| Some(*position) > from) {
            window.note(fact, position);
        }
        window
    }
}

fn of(changes: &[Change], kind: SubjectKind) -> Vec<&Change> {
    changes.iter().filter(|change| change.subject.kind == kind).collect()
}

#[track_caller]
fn field(changes: &[Change], field: Field) -> &Change {
    let mut found = changes.iter().filter(|change| change.field == Some(field));
    let (Some(change), None) = (found.next(), found.next()) else { panic!("not one change of {field:?}: {changes:#?}") };
    change
}

fn told(change: &Change) -> (Kind, Option<String>, Option<String>, Vec<u64>) {
    let value = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
    (change.kind, value(&change.before), value(&change.after), change.positions.clone())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_same_moment_twice_has_no_differences() {
    let play = Play::with_milestone(Measure::Reported);
    for position in 0..=play.position() {
        assert_eq!(play.between(position, position, &Scope::Programme), []);
    }
}

#[test]
fn what_was_founded_is_new() {
    let play = Play::with_milestone(Measure::Reported);
    let found = changes(&Snapshot::default(), &play.snapshot, &play.window_of(None, play.position()), &Scope::Programme, day("2019-10-10"));
    for kind in [SubjectKind::Programme, SubjectKind::Horizon, SubjectKind::Official, SubjectKind::Commission] {
        assert!(of(&found, kind).iter().all(|change| change.kind == Kind::New), "{kind:?}");
    }
    assert_eq!(of(&found, SubjectKind::Commission).len(), 2);
    assert_eq!(of(&found, SubjectKind::Milestone)[0].kind, Kind::New);
}

#[test]
fn a_planned_milestone_is_new_and_counts_from_its_initiatives_approval() {
    let mut play = Play::chartered();
    play.propose("T");
    let before = play.position();
    play.plan("T", "T-1", Measure::Reported);
    assert_eq!(told(&play.since(before)[0]), (Kind::New, None, some("نقطه عطف"), vec![before + 1]));
    let before = play.position();
    play.approve("T");
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Phase)), (Kind::Changed, some("PROPOSED"), some("APPROVED"), vec![before + 1]));
    assert_eq!(told(field(&found, Field::Counts)), (Kind::Changed, some("NO"), some("YES"), vec![before + 1]));
}

#[test]
fn a_report_changes_what_is_reported_and_names_its_event() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    play.report("T-1", "2019-10-02", progress(4_000));
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Reports)), (Kind::Changed, some("0"), some("1"), vec![before + 1]));
    assert_eq!(told(field(&found, Field::Reported)), (Kind::Changed, None, some("4000"), vec![before + 1]));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_correction_names_what_it_corrects_and_both_values() {
    let mut play = Play::with_milestone(Measure::Reported);
    let report = play.report("T-1", "2019-10-02", progress(4_000));
    let wrong = play.position();
    let first = play.on_milestone(
        "T-1",
        Some("2019-10-02"),
        milestone::Event::ProgressCorrected(ProgressCorrection { corrects: report, report: progress(3_000) }),
    );
    let found = play.since(wrong);
    let change = field(&found, Field::Report);
    assert_eq!(told(change), (Kind::Corrected, some("4000 2019-10-02"), some("3000 2019-10-02"), vec![wrong, wrong + 1]));
    play.on_milestone(
        "T-1",
        Some("2019-10-03"),
        milestone::Event::ProgressCorrected(ProgressCorrection { corrects: first, report: progress(2_000) }),
    );
    // Corrected twice: from before both it is one change, from between them it is the second one.
    let found = play.since(wrong);
    let both = field(&found, Field::Report);
    assert_eq!(told(both), (Kind::Corrected, some("4000 2019-10-02"), some("2000 2019-10-03"), vec![wrong, wrong + 1, wrong + 2]));
    let found = play.since(wrong + 1);
    let second = field(&found, Field::Report);
    assert_eq!(told(second), (Kind::Corrected, some("3000 2019-10-02"), some("2000 2019-10-03"), vec![wrong + 1, wrong + 2]));
}

#[test]
fn a_rebaseline_to_another_horizon_moves_the_milestone() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    let moved = Baseline { due: day("2021-10-10"), horizon: Horizon::Medium, ..baseline(Measure::Reported) };
    let proposal = Uuid::from_u128(7);
    play.on_milestone("T-1", None, milestone::Event::RebaselineProposed(Box::new(Rebaseline { proposal, baseline: moved.clone() })));
    let proposed = play.since(before);
    assert_eq!(
        field(&proposed, Field::RebaselineProposed).after.as_ref().map(ToString::to_string),
        some("100 2019-10-01 2021-10-10 MEDIUM REPORTED")
    );
    assert_eq!(proposed.len(), 1);
    play.on_milestone("T-1", None, milestone::Event::Rebaselined(Box::new(Rebaselined { proposal, baseline: moved, resolution: None })));
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Horizon)), (Kind::Moved, some("SHORT"), some("MEDIUM"), vec![before + 2]));
    assert_eq!(told(field(&found, Field::Due)), (Kind::Changed, some("2019-10-10"), some("2021-10-10"), vec![before + 2]));
    // Neither picture has the proposal.
    let proposed = told(field(&found, Field::RebaselineProposed));
    assert_eq!(proposed, (Kind::Changed, None, some("PROPOSED ACCEPTED"), vec![before + 1, before + 2]));
}

#[test]
fn a_cancelled_milestone_is_gone_by_its_own_event_or_by_its_initiatives() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    let proposal = Uuid::from_u128(8);
    play.on_milestone("T-1", None, milestone::Event::CancellationProposed(CancellationProposal { proposal }));
    play.on_milestone("T-1", None, milestone::Event::Cancelled(ProposalDecision { proposal, resolution: None }));
    assert_eq!(told(field(&play.since(before), Field::Phase)), (Kind::Gone, some("PLANNED"), some("CANCELLED"), vec![before + 2]));

    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    play.decide("T", initiative::Event::Cancelled);
    let found = play.since(before);
    for kind in [SubjectKind::Initiative, SubjectKind::Milestone] {
        assert_eq!(of(&found, kind)[0].kind, Kind::Gone);
        assert_eq!(of(&found, kind)[0].positions, [before + 1]);
    }
}

#[test]
fn claims_and_verdicts_change_the_phase_and_what_is_verified() {
    let mut play = Play::with_milestone(Measure::Binary);
    let before = play.position();
    let claim = play.claim("T-1", "2019-10-09");
    play.verify("T-1", claim);
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Phase)), (Kind::Changed, some("PLANNED"), some("VERIFIED"), vec![before + 1, before + 2]));
    assert_eq!(told(field(&found, Field::Verified)), (Kind::Changed, some("0"), some("10000"), vec![before + 1, before + 2]));

    let mut play = Play::with_milestone(Measure::Binary);
    let before = play.position();
    let claim = play.claim("T-1", "2019-10-09");
    play.refuse("T-1", claim);
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Claims)), (Kind::Changed, some("0"), some("1"), vec![before + 1, before + 2]));
    assert_eq!(told(field(&found, Field::Reported)), (Kind::Changed, None, some("0"), vec![before + 1, before + 2]));
}

#[test]
fn a_delivery_changes_its_milestone_and_a_revoked_one_is_gone() {
    let mut play = Play::chartered();
    play.register("00001", "IR-01", false, 1_000);
    play.register("00002", "IR-01", false, 1_000);
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00001", "00002"], None));
    play.approve("T");
    let before = play.position();
    let delivery = play.deliver("00001", "T-1", "2019-10-04");
    let delivered = play.position();
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Deliveries)), (Kind::Changed, some("0"), some("1"), vec![delivered]));
    assert_eq!(told(field(&found, Field::Reported)), (Kind::Changed, None, some("5000"), vec![delivered]));
    let revocation = DeliveryRevocation { milestone: milestone_id("T-1"), delivery };
    play.on_station("00001", None, station::Event::DeliveryRevoked(revocation));
    let found = play.since(delivered);
    let revoked = field(&found, Field::Delivery);
    assert_eq!(told(revoked), (Kind::Gone, some("2019-10-04"), None, vec![delivered, delivered + 1]));
    assert_eq!(revoked.item.as_ref().map(ToString::to_string), some("00001"));
    assert_eq!(told(field(&found, Field::Reported)), (Kind::Changed, some("5000"), None, vec![delivered + 1]));
}

#[test]
fn an_initiative_is_revised_risks_come_and_go_and_a_horizon_is_rescheduled() {
    let mut play = Play::chartered();
    play.propose("T");
    let before = play.position();
    let revision =
        InitiativeRevision { horizon: Horizon::Long, title: Text::fa("اقدام دیگر"), directives: Vec::new(), note: None };
    play.say(Stream::Initiative(initiative_id("T")), initiative::Event::Revised(revision));
    let risk = Risk { risk: Uuid::from_u128(9), title: Text::fa("کمبود"), likelihood: 3, impact: 4, mitigation: None };
    play.say(Stream::Initiative(initiative_id("T")), initiative::Event::RiskRaised(risk.clone()));
    let raised = play.position();
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Horizon)), (Kind::Moved, some("SHORT"), some("LONG"), vec![before + 1]));
    assert_eq!(told(field(&found, Field::Title)).3, [before + 1]);
    assert_eq!(told(of(&found, SubjectKind::Risk)[0]), (Kind::New, None, some("3 × 4"), vec![raised]));
    play.say(Stream::Initiative(initiative_id("T")), initiative::Event::RiskClosed(RiskClosure { risk: risk.risk }));
    let window = HorizonWindow { horizon: Horizon::Short, starts: day("2018-12-20"), ends: day("2020-03-19") };
    play.say(Stream::Programme(PROGRAMME), programme::Event::HorizonRescheduled(window));
    let found = play.since(raised);
    assert_eq!(told(of(&found, SubjectKind::Risk)[0]), (Kind::Gone, some("3 × 4"), None, vec![raised + 1]));
    assert_eq!(told(of(&found, SubjectKind::Horizon)[0]), (Kind::Changed, some("2019-12-20"), some("2020-03-19"), vec![raised + 2]));
}

#[test]
fn a_scope_holds_what_belongs_to_it_and_nothing_else() {
    let mut play = Play::with_milestone(Measure::Reported);
    play.propose("U");
    play.plan("U", "U-1", Measure::Reported);
    let before = play.position();
    play.report("T-1", "2019-10-02", progress(1_000));
    play.approve("U");
    play.appoint_member("training", "reza");
    let codes = |scope| {
        let mut codes: Vec<_> = play.between(before, play.position(), &scope).into_iter().map(|change| change.subject.code).collect();
        codes.dedup();
        codes
    };
    assert_eq!(codes(Scope::Programme), ["reza", "U", "T-1", "U-1"]);
    assert_eq!(codes(Scope::Commission(commission("technology"))), ["U", "T-1", "U-1"]);
    assert_eq!(codes(Scope::Commission(commission("training"))), ["reza"]);
    assert_eq!(codes(Scope::Initiative(initiative_id("U"))), ["U", "U-1"]);
    assert_eq!(codes(Scope::Milestone(milestone_id("T-1"))), ["T-1"]);
}

#[test]
fn what_time_did_and_what_became_known_are_told_apart() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.as_of(play.position());
    play.report("T-1", "2019-10-02", progress(2_000));
    let (first, second) = (day("2019-10-01"), day("2019-10-05"));
    for scope in [
        Scope::Programme,
        Scope::Commission(commission("technology")),
        Scope::Initiative(initiative_id("T")),
        Scope::Milestone(milestone_id("T-1")),
    ] {
        let found = progress_changes((&before, first), (&play.snapshot, second), &scope, BaselineKind::Current);
        let change = found.last().expect("the figures changed");
        assert_eq!(
            [&change.before, &change.by_time, &change.after].map(|progress| progress.planned),
            [Some(1_000), Some(5_000), Some(5_000)]
        );
        assert_eq!([&change.before, &change.by_time, &change.after].map(|progress| progress.reported), [None, None, Some(2_000)]);
    }
    let same = progress_changes((&before, second), (&before, second), &Scope::Programme, BaselineKind::Current);
    assert_eq!(same, []);
    // A commission without milestones has no figures that could change.
    let training = Scope::Commission(commission("training"));
    assert_eq!(progress_changes((&before, first), (&play.snapshot, second), &training, BaselineKind::Current), []);
}

#[test]
fn a_fact_about_the_time_before_is_late_by_the_days_until_it_was_recorded() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    play.report("T-1", "2019-10-01", progress(2_000));
    play.report("T-1", "2019-10-07", progress(2_500));
    let window = play.window(before, play.position());
    // Recorded on 2 October 2019.
    let [late] = window.late() else { panic!("one fact is about the time before: {:?}", window.late()) };
    assert_eq!((late.position, late.lateness_days()), (before + 1, 1));
    let is_in = |late: &LateFact, scope| late.is_in(&play.snapshot, &scope);
    assert!(is_in(late, Scope::Programme) && is_in(late, Scope::Commission(commission("technology"))));
    assert!(is_in(late, Scope::Initiative(initiative_id("T"))) && is_in(late, Scope::Milestone(milestone_id("T-1"))));
    assert!(!is_in(late, Scope::Commission(commission("training"))) && !is_in(late, Scope::Milestone(milestone_id("T-2"))));
}

#[test]
fn what_was_undone_between_the_moments_is_told_with_its_events() {
    let mut play = Play::chartered();
    play.register("00001", "IR-01", false, 1_000);
    play.propose("T");
    play.plan("T", "T-1", rollout(&["00001"], None));
    play.approve("T");
    let before = play.position();
    let delivery = play.deliver("00001", "T-1", "2019-10-04");
    let revocation = DeliveryRevocation { milestone: milestone_id("T-1"), delivery };
    play.on_station("00001", None, station::Event::DeliveryRevoked(revocation.clone()));
    let found = play.since(before);
    let undone = field(&found, Field::Delivery);
    assert_eq!(told(undone), (Kind::Corrected, some("2019-10-04"), None, vec![before + 1, before + 2]));
    assert_eq!(undone.item.as_ref().map(ToString::to_string), some("00001"));
    // Made again, it stands, and the first one is still told.
    play.deliver("00001", "T-1", "2019-10-05");
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Delivery)).3, [before + 1, before + 2]);
    assert_eq!(told(field(&found, Field::Deliveries)).3, [before + 3]);
    // From the moment at which it stood, it is gone.
    let found = play.between(before + 1, before + 2, &Scope::Milestone(milestone_id("T-1")));
    assert_eq!(told(field(&found, Field::Delivery)), (Kind::Gone, some("2019-10-04"), None, vec![before + 1, before + 2]));
}

#[test]
fn a_proposal_that_was_refused_and_a_block_that_was_lifted_between_the_moments_are_told() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    let proposal = Uuid::from_u128(8);
    play.on_milestone("T-1", None, milestone::Event::CancellationProposed(CancellationProposal { proposal }));
    play.on_milestone("T-1", None, milestone::Event::CancellationRefused(ProposalDecision { proposal, resolution: None }));
    play.on_milestone("T-1", None, milestone::Event::Blocked(Blockage {}));
    play.on_milestone("T-1", None, milestone::Event::Unblocked(Blockage {}));
    for scope in [Scope::Programme, Scope::Milestone(milestone_id("T-1"))] {
        let found = play.between(before, play.position(), &scope);
        let refused = told(field(&found, Field::CancellationProposed));
        assert_eq!(refused, (Kind::Changed, None, some("PROPOSED REFUSED"), vec![before + 1, before + 2]));
        assert_eq!(told(field(&found, Field::Blocked)), (Kind::Changed, some("NO"), some("YES NO"), vec![before + 3, before + 4]));
    }
}

#[test]
fn an_initiative_that_was_suspended_and_resumed_between_the_moments_is_told_as_such() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    play.decide("T", initiative::Event::Suspended);
    play.decide("T", initiative::Event::Resumed);
    let found = play.since(before);
    assert_eq!(
        told(field(&found, Field::Phase)),
        (Kind::Changed, some("APPROVED"), some("SUSPENDED APPROVED"), vec![before + 1, before + 2])
    );
}

#[test]
fn what_went_back_to_what_it_was_is_told_as_what_happened_meanwhile() {
    let mut play = Play::with_milestone(Measure::Reported);
    let before = play.position();
    let window = |ends| HorizonWindow { horizon: Horizon::Short, starts: day("2018-12-20"), ends: day(ends) };
    for ends in ["2020-03-19", "2019-12-20"] {
        play.say(Stream::Programme(PROGRAMME), programme::Event::HorizonRescheduled(window(ends)));
    }
    let found = play.since(before);
    assert_eq!(told(field(&found, Field::Meanwhile)), (Kind::Changed, None, None, vec![before + 1, before + 2]));
}
