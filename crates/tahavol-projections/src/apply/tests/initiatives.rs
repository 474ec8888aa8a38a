//! Phases of an initiative, what its end means for its milestones, and the document that binds them.

use tahavol_domain::Basis;
use tahavol_domain::initiative::event::{Allocation, Revision, Risk, RiskClosure, Submission};
use tahavol_domain::initiative::{Event, Phase};
use tahavol_domain::milestone::event::{CancellationProposal, ProposalDecision};

use super::*;

fn phase(play: &Play) -> Phase {
    play.snapshot.initiatives[&initiative_id("T")].phase
}

fn say(play: &mut Play, event: Event) -> EventId {
    play.say(Stream::Initiative(initiative_id("T")), event)
}

#[test]
fn an_initiative_goes_through_its_phases_and_keeps_every_decision() {
    let mut play = Play::chartered();
    play.propose("T");
    assert_eq!(phase(&play), Phase::Proposed);
    say(&mut play, Event::Submitted(Submission {}));
    play.decide("T", Event::Returned);
    assert_eq!(phase(&play), Phase::Returned);
    let revision = Revision { horizon: Horizon::Long, title: Text::fa("بازنگری"), directives: Vec::new(), note: None };
    say(&mut play, Event::Revised(revision));
    assert_eq!(phase(&play), Phase::Proposed);
    say(&mut play, Event::Submitted(Submission {}));
    play.approve("T");
    let approved_at = play.position();
    play.decide("T", Event::Suspended);
    assert_eq!(phase(&play), Phase::Suspended);
    play.decide("T", Event::Resumed);
    play.decide("T", Event::Completed);
    let row = &play.snapshot.initiatives[&initiative_id("T")];
    assert_eq!((row.phase, row.approved_at, row.proposal.horizon), (Phase::Completed, Some(approved_at), Horizon::Long));
    let led_to: Vec<_> = row.decisions.iter().map(|(phase, ..)| *phase).collect();
    let expected =
        [Phase::Submitted, Phase::Returned, Phase::Submitted, Phase::Approved, Phase::Suspended, Phase::Approved, Phase::Completed];
    assert_eq!(led_to, expected);
    assert_eq!(row.decisions.last().unwrap().1.as_deref(), Some("۱۲"));
}

#[test]
fn what_a_rejected_initiative_promised_does_not_count() {
    let mut play = Play::chartered();
    play.propose("T");
    play.plan("T", "T-1", Measure::Binary);
    play.decide("T", Event::Rejected);
    assert_eq!((phase(&play), play.milestone("T-1").life.counts_since), (Phase::Rejected, None));
    assert_eq!(play.snapshot.latest_due(Horizon::Short), None);
}

#[test]
fn with_a_cancelled_initiative_all_leave_the_plan_but_the_verified() {
    let mut play = Play::with_milestone(Measure::Binary);
    for code in ["T-2", "T-3"] {
        play.plan("T", code, Measure::Binary);
        play.on_milestone(code, None, milestone::Event::Admitted(Default::default()));
    }
    let claim = play.claim("T-1", "2019-10-08");
    play.verify("T-1", claim);
    let claim = play.claim("T-2", "2019-10-08");
    play.decide("T", Event::Cancelled);
    let phase = |play: &Play, code: &str| play.milestone(code).life.phase;
    assert_eq!(
        ["T-1", "T-2", "T-3"].map(|code| phase(&play, code)),
        [milestone::Phase::Verified, milestone::Phase::Cancelled, milestone::Phase::Cancelled]
    );
    let row = play.milestone("T-3");
    assert!(row.plan.original.is_some(), "against the original it still counts");
    assert_eq!(row.life.cancelled.as_ref().map(|stamp| stamp.position), Some(play.position()));
    play.refuse("T-2", claim);
    assert_eq!(phase(&play, "T-2"), milestone::Phase::Cancelled);
}

#[test]
fn resources_and_risks_are_kept_with_who_said_so() {
    let mut play = Play::chartered();
    play.propose("T");
    let allocation = Allocation {
        allocation: Uuid::from_u128(1),
        resource: Text::fa("بودجه"),
        amount: q("1200000000"),
        unit: "IRR".to_owned(),
        resolution: "۱۴".to_owned(),
    };
    say(&mut play, Event::ResourcesAllocated(allocation.clone()));
    let risk = Risk { risk: Uuid::from_u128(2), title: Text::fa("خطر"), likelihood: 3, impact: 4, mitigation: None };
    say(&mut play, Event::RiskRaised(risk));
    say(&mut play, Event::RiskClosed(RiskClosure { risk: Uuid::from_u128(2) }));
    let row = &play.snapshot.initiatives[&initiative_id("T")];
    assert_eq!(row.allocations[&Uuid::from_u128(1)].0, allocation);
    assert_eq!(row.risks[&Uuid::from_u128(2)].closed.as_ref().map(|stamp| stamp.position), Some(play.position()));
    let unknown = Event::RiskClosed(RiskClosure { risk: Uuid::from_u128(3) });
    assert!(play.try_say(None, Stream::Initiative(initiative_id("T")), unknown).is_err());
}

#[test]
fn the_document_binds_what_counts_and_changes_with_every_promise() {
    let mut play = Play::chartered();
    play.propose("T");
    play.plan("T", "T-1", Measure::Binary);
    assert_eq!(play.snapshot.document(), None, "nothing is approved yet");
    play.approve("T");
    let one = play.snapshot.document().unwrap();
    assert_eq!((one.version, one.milestones), (1, 1));
    play.plan("T", "T-2", steps(&[1, 2]));
    assert_eq!(play.snapshot.document().as_ref(), Some(&one), "planned, not admitted");
    play.on_milestone("T-2", None, milestone::Event::Admitted(Default::default()));
    let two = play.snapshot.document().unwrap();
    assert_eq!((two.milestones, two.digest == one.digest), (2, false));
    play.say(Stream::Programme(PROGRAMME), programme::Event::DocumentApproved(two.clone()));
    play.decide("T", Event::Suspended);
    let next = play.snapshot.document().unwrap();
    assert_eq!((next.version, next.digest), (2, two.digest));
    let proposal = Uuid::from_u128(5);
    play.on_milestone("T-2", None, milestone::Event::CancellationProposed(CancellationProposal { proposal }));
    play.on_milestone("T-2", None, milestone::Event::Cancelled(ProposalDecision { proposal, resolution: None }));
    assert_eq!(play.snapshot.document().unwrap().digest, one.digest);
    play.decide("T", Event::Cancelled);
    assert_eq!(play.snapshot.document(), None);
}

#[test]
fn the_document_is_the_digest_of_its_canonical_json() {
    use sha2::Digest;
    let play = Play::with_milestone(steps(&[2]));
    let json = concat!(
        r#"[{"baseline":{"due":"2019-10-10","horizon":"SHORT","measure":{"STEPS":[{"title":{"fa":"گام"},"weight":2}]},"starts":"2019-10-01"},"#,
        r#""initiative":"T","milestone":"T-1","weight":100}]"#
    );
    let expected = Sha256(sha2::Sha256::digest(json.as_bytes()).into());
    assert_eq!(play.snapshot.document().unwrap().digest, expected);
}

#[test]
fn a_horizon_knows_the_latest_due_date_that_it_must_not_be_moved_before() {
    let mut play = Play::with_milestone(Measure::Binary);
    assert_eq!(play.snapshot.latest_due(Horizon::Short), Some((day("2019-10-10"), "T-1".to_owned())));
    assert_eq!(play.snapshot.latest_due(Horizon::Long), None);
    play.decide("T", Event::Cancelled);
    assert_eq!(play.snapshot.latest_due(Horizon::Short), None);
}

#[test]
fn things_are_found_by_their_codes_and_by_their_ids() {
    let play = Play::with_milestone(Measure::Binary);
    assert_eq!(play.snapshot.initiative_by_code("T").map(|row| row.id), Some(initiative_id("T")));
    assert!(play.snapshot.initiative_by_code("T-1").is_none());
    let basis = play.snapshot.milestone(milestone_id("T-1")).unwrap();
    assert_eq!((basis.code.as_str(), basis.counts, basis.claimed_at), ("T-1", true, None));
    assert_eq!(play.snapshot.milestones_of(initiative_id("T")), [basis]);
    assert_eq!(play.snapshot.initiative(initiative_id("T")).unwrap().phase, Phase::Approved);
}
