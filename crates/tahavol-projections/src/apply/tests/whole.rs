//! The snapshot as a whole: every event type folded, digested, written and read again, and the same however it came about.

use std::collections::BTreeSet;

use tahavol_domain::Basis;
use tahavol_domain::commission::event::{MemberRelease, Rating, RatingVoice};
use tahavol_domain::fact::TYPES;
use tahavol_domain::indicator::event::{
    Aggregation, MeasuredValue, MeasurementCorrection, MeasurementDecision, MeasurementScope, Redefinition, Target,
};
use tahavol_domain::initiative::event::{Allocation, Revision, Risk, RiskClosure, Submission};
use tahavol_domain::milestone::event::{
    Blockage, CancellationProposal, ProgressCorrection, ProposalDecision, Rebaseline, Rebaselined, Resolution,
};
use tahavol_domain::programme::event::{
    ActionClosure, Appointment, Delegation, DelegationEnd, Destruction, Directive, DocumentVersion, HorizonWindow, Release, Review,
    ReviewAction, ReviewKind, TargetSet,
};
use tahavol_domain::station::event::{Closing, DeliveryRevocation, Network};
use tahavol_domain::values::{Confidence, DirectiveCode};
use tahavol_domain::{indicator as indicators, station};

use super::indicators::{definition, measurement};
use super::*;
use crate::snapshot::SnapshotError;

const ON: Option<&str> = Some("2019-10-05");

#[test]
fn every_event_type_is_folded() {
    let play = everything();
    let told: BTreeSet<_> = play.facts.iter().map(|fact| fact.event.event_type()).collect();
    let missing: Vec<_> = TYPES.iter().map(|(name, _)| *name).filter(|name| !told.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_snapshot_is_written_and_read_again_with_the_same_digest() {
    let play = everything();
    let bytes = play.snapshot.encode();
    let read = Snapshot::decode(&bytes).unwrap();
    assert_eq!(read, play.snapshot);
    assert_eq!(read.digest(), play.snapshot.digest());
    assert!(matches!(Snapshot::decode(&[&bytes[..], &[0]].concat()), Err(SnapshotError::Rest(1))));
    assert!(Snapshot::decode(&bytes[..bytes.len() / 2]).is_err());
    assert!(matches!(Snapshot::decode(&[0]), Err(SnapshotError::Versions)));
}

#[test]
fn a_snapshot_that_was_read_goes_on_as_the_one_that_was_written() {
    let play = everything();
    let half = play.facts.len() / 2;
    let mut read = Snapshot::decode(&play.as_of(half as u64 - 1).encode()).unwrap();
    for (position, fact) in play.facts.iter().enumerate().skip(half) {
        read.apply(fact, position as u64).unwrap();
    }
    assert_eq!(read.digest(), play.snapshot.digest());
}

#[test]
fn the_past_is_the_same_whether_it_was_kept_or_folded_anew() {
    let play = everything();
    let mut live = Snapshot::default();
    let mut kept = vec![];
    for (position, fact) in play.facts.iter().enumerate() {
        live.apply(fact, position as u64).unwrap();
        kept.push(live.clone());
    }
    let digests: BTreeSet<_> = kept.iter().map(Snapshot::digest).collect();
    assert_eq!(digests.len(), kept.len(), "every fact changes the digest");
    for (position, kept) in kept.iter().enumerate() {
        assert_eq!(kept.digest(), play.as_of(position as u64).digest(), "position {position}");
    }
    // A past picture gone on from shares what the live one has, and comes out the same.
    let mut from_past = kept[10].clone();
    for (position, fact) in play.facts.iter().enumerate().skip(11) {
        from_past.apply(fact, position as u64).unwrap();
    }
    assert_eq!(from_past, live);
}

#[test]
fn facts_come_in_their_order_and_of_one_programme() {
    let play = Play::chartered();
    let mut snapshot = play.snapshot.clone();
    let next = play.position() + 1;
    let gap = snapshot.apply(&play.facts[1], next + 1).unwrap_err();
    assert_eq!((gap.position, gap.what), (next + 1, format!("the next position is {next}")));
    let mut stranger = play.facts[1].clone();
    stranger.envelope.programme = ProgrammeId(Uuid::from_u128(1));
    assert!(snapshot.apply(&stranger, next).unwrap_err().what.contains("another programme"));
    assert!(snapshot.apply(&play.facts[0], next).unwrap_err().what.contains("already"));
    assert!(Snapshot::default().apply(&play.facts[1], 0).unwrap_err().what.contains("charter"));
    assert_eq!(snapshot, play.snapshot);
}

#[test]
fn recorded_times_may_run_backwards_and_the_latest_one_is_known() {
    let mut play = Play::chartered();
    let mut late = play.facts[1].clone();
    late.envelope.stream = Stream::Commission(commission("support")).to_string();
    late.envelope.time = Instant::from_micros(0);
    let before = play.snapshot.recorded_max;
    play.snapshot.apply(&late, play.position() + 1).unwrap();
    assert_eq!((play.snapshot.recorded_at, play.snapshot.recorded_max), (Some(Instant::from_micros(0)), before));
}

#[test]
fn every_file_knows_the_events_that_refer_to_it_and_whether_it_was_destroyed() {
    let play = everything();
    for number in 1..=7 {
        let row = &play.snapshot.evidence[&file(number).digest];
        assert_eq!((row.referred_by.len(), &row.evidence), (1, &file(number)), "file {number}");
    }
    let basis = Basis::evidence(&play.snapshot, file(1).digest);
    assert_eq!((basis.referred_by.len(), basis.destroyed), (1, true));
    assert!(!Basis::evidence(&play.snapshot, file(2).digest).destroyed);
    assert!(Basis::evidence(&play.snapshot, file(99).digest).referred_by.is_empty());
}

/// A programme in which everything happens once.
fn everything() -> Play {
    let mut play = Play::chartered();
    play.reason = Some("دستور".to_owned());
    offices(&mut play);
    stations(&mut play);
    initiative_and_milestones(&mut play);
    deliveries(&mut play);
    measurements(&mut play);
    council(&mut play);
    endings(&mut play);
    play
}

fn offices(play: &mut Play) {
    play.appoint_member("technology", "reza");
    play.appoint_member("technology", "leila");
    let release = MemberRelease { actor: actor("leila"), role: Role::Member };
    play.say(Stream::Commission(commission("technology")), commission::Event::MemberReleased(release));
    let rating = Rating { horizon: Horizon::Short, voice: RatingVoice::Own, confidence: Confidence::Amber, note: Some(Text::fa("نظر")) };
    play.say_on(ON, Stream::Commission(commission("technology")), commission::Event::Rated(rating));
    let inspector = |who| Appointment { person: person(who), office: Office::Inspector };
    let release = Release { actor: actor("nima"), office: Office::Inspector };
    let delegation = Delegation {
        delegation: Uuid::from_u128(1),
        from: actor("reza"),
        to: person("mina"),
        office: Office::Member(commission("technology")),
        starts: day("2019-10-03"),
        ends: day("2019-10-06"),
    };
    for event in [
        programme::Event::OfficialAppointed(inspector("nima")),
        programme::Event::OfficialAppointed(inspector("zari")),
        programme::Event::OfficialReleaseProposed(release.clone()),
        programme::Event::OfficialReleased(release),
        programme::Event::OfficeDelegated(delegation),
        programme::Event::DelegationEnded(DelegationEnd { delegation: Uuid::from_u128(1) }),
    ] {
        play.say(Stream::Programme(PROGRAMME), event);
    }
}

fn stations(play: &mut Play) {
    play.register("00001", "IR-01", true, 10);
    play.register("00002", "IR-02", false, 20);
    play.on_station("00002", ON, station::Event::VolumeRecorded(Volume { annual_visits: 30, annual_cases: 3 }));
    play.on_station("00002", ON, station::Event::Networked(Network {}));
    play.on_station("00001", ON, station::Event::NetworkLost(Network {}));
    let set = TargetSet {
        visit_share_above: q("0.53"),
        case_share_above: q("0.53"),
        stations: vec![station_code("00002")],
        visits: 30,
        cases: 3,
        total_visits: 40,
        total_cases: 4,
        provenance: None,
    };
    play.say(Stream::Programme(PROGRAMME), programme::Event::TargetStationsDesignated(set));
}

fn initiative_and_milestones(play: &mut Play) {
    for code in ["R", "C", "T"] {
        play.propose(code);
        play.say(Stream::Initiative(initiative_id(code)), initiative::Event::Submitted(Submission {}));
    }
    play.decide("R", initiative::Event::Rejected);
    play.decide("T", initiative::Event::Returned);
    let revision = Revision { horizon: Horizon::Short, title: Text::new("بازنگری", "revised"), directives: Vec::new(), note: None };
    play.say(Stream::Initiative(initiative_id("T")), initiative::Event::Revised(revision));
    play.plan("T", "T-1", Measure::Reported);
    let revision = tahavol_domain::milestone::event::Revision { title: Text::fa("عنوان"), baseline: baseline(Measure::Reported) };
    play.on_milestone("T-1", None, milestone::Event::Revised(Box::new(revision)));
    play.plan("T", "T-2", rollout(&["00001", "00002"], Some(vec![10, 30])));
    for code in ["C", "T"] {
        play.approve(code);
    }
    play.plan("T", "T-3", steps(&[1, 2]));
    play.on_milestone("T-3", None, milestone::Event::Admitted(Resolution { resolution: Some("۱۵".to_owned()) }));

    let wrong = play.report("T-1", "2019-10-02", ProgressReport { evidence: vec![file(1)], ..progress(2_000) });
    let right = ProgressReport { evidence: vec![file(2)], ..progress(1_000) };
    play.on_milestone("T-1", ON, milestone::Event::ProgressCorrected(ProgressCorrection { corrects: wrong, report: right }));
    play.on_milestone("T-1", None, milestone::Event::Blocked(Blockage {}));
    play.on_milestone("T-1", None, milestone::Event::Unblocked(Blockage {}));
    for (number, refused) in [(11, true), (12, false)] {
        let proposal = Uuid::from_u128(number);
        let new = Baseline { due: day("2019-11-10"), ..baseline(Measure::Reported) };
        let asked = Rebaseline { proposal, baseline: new.clone() };
        play.on_milestone("T-1", None, milestone::Event::RebaselineProposed(Box::new(asked)));
        let decision = ProposalDecision { proposal, resolution: None };
        let answer = Rebaselined { proposal, baseline: new, resolution: Some("۱۶".to_owned()) };
        let decided = if refused { milestone::Event::RebaselineRefused(decision) } else { milestone::Event::Rebaselined(Box::new(answer)) };
        play.on_milestone("T-1", None, decided);
        play.on_milestone("T-3", None, milestone::Event::CancellationProposed(CancellationProposal { proposal }));
        let decision = ProposalDecision { proposal, resolution: None };
        let decided = if refused { milestone::Event::CancellationRefused(decision) } else { milestone::Event::Cancelled(decision) };
        play.on_milestone("T-3", None, decided);
    }
    let claim = play.claim("T-1", "2019-10-08");
    play.refuse("T-1", claim);
    let claim = Claim { evidence: vec![file(3)], ..Claim::default() };
    let claim = play.on_milestone("T-1", ON, milestone::Event::CompletionClaimed(claim));
    play.verify("T-1", claim);
}

fn deliveries(play: &mut Play) {
    let delivery = Delivery { milestone: milestone_id("T-2"), note: None, evidence: vec![file(4)] };
    let first = play.on_station("00001", ON, station::Event::DeliveryRecorded(delivery));
    play.deliver("00002", "T-2", "2019-10-06");
    let revocation = DeliveryRevocation { milestone: milestone_id("T-2"), delivery: first };
    play.on_station("00001", None, station::Event::DeliveryRevoked(revocation));
}

fn measurements(play: &mut Play) {
    let defined = definition("sum", Aggregation::Ratio, None);
    let meaning = defined.meaning.clone();
    let say = |play: &mut Play, event| play.say_on(Some("2019-06-28"), Stream::Indicator(indicator("sum")), event);
    say(play, indicators::Event::Defined(Box::new(defined)));
    say(play, indicators::Event::Redefined(Box::new(Redefinition { meaning })));
    say(play, indicators::Event::TargetSet(Target { horizon: Horizon::Short, value: q("90.5") }));
    let ratio = MeasuredValue::Ratio { numerator: q("820"), denominator: q("867") };
    let mut national = measurement(MeasurementScope::National, "2019-06", ratio);
    national.evidence = vec![file(5)];
    let recorded = say(play, indicators::Event::MeasurementRecorded(national));
    let correction =
        MeasurementCorrection { corrects: recorded, value: MeasuredValue::Plain(q("94")), method: None, evidence: vec![file(6)] };
    say(play, indicators::Event::MeasurementCorrected(correction));
    let province = measurement(MeasurementScope::Province(province_code("IR-01")), "2019-06", ratio);
    let other = say(play, indicators::Event::MeasurementRecorded(province));
    say(play, indicators::Event::MeasurementVerified(MeasurementDecision { measurement: recorded }));
    say(play, indicators::Event::MeasurementContested(MeasurementDecision { measurement: other }));
    say(play, indicators::Event::MeasurementWithdrawn(MeasurementDecision { measurement: other }));
}

fn council(play: &mut Play) {
    let directive = Directive {
        code: DirectiveCode("D-1".to_owned()),
        title: Text::fa("تدبیر"),
        issuer: Text::fa("فرمانده"),
        issued_on: day("2019-01-01"),
        provenance: None,
    };
    let document = DocumentVersion { resolution: "۱۷".to_owned(), ..play.snapshot.document().expect("milestones count") };
    let action =
        ReviewAction { action: Uuid::from_u128(21), title: Text::fa("پیگیری"), owner: actor("reza"), due: day("2019-12-01") };
    let review = Review {
        review: Uuid::from_u128(20),
        kind: ReviewKind::StockTake,
        title: Text::fa("ارزیابی"),
        frozen_position: play.position(),
        strengths: vec![Text::fa("قوت")],
        weaknesses: vec![Text::fa("ضعف")],
        commendations: Vec::new(),
        actions: vec![action],
    };
    let closure =
        ActionClosure {
            review: Uuid::from_u128(20), action: Uuid::from_u128(21), outcome: Text::fa("انجام شد"), evidence: vec![file(7)]
        };
    let window = HorizonWindow { horizon: Horizon::Short, starts: day("2018-12-20"), ends: day("2020-03-19") };
    let destruction = |number: u8| Destruction { digest: file(number).digest, order: "۱۸".to_owned(), referred_by: Vec::new() };
    for event in [
        programme::Event::DirectiveIssued(directive),
        programme::Event::DocumentApproved(document),
        programme::Event::ReviewHeld(review),
        programme::Event::ReviewActionClosed(closure),
        programme::Event::HorizonRescheduled(window),
        programme::Event::EvidenceDestroyed(destruction(1)),
        // A file that no event refers to.
        programme::Event::EvidenceDestroyed(destruction(50)),
    ] {
        play.say_on(ON, Stream::Programme(PROGRAMME), event);
    }
}

fn endings(play: &mut Play) {
    let initiative = |play: &mut Play, event| play.say(Stream::Initiative(initiative_id("T")), event);
    let amount = q("1200000000.5");
    let (resource, unit) = (Text::fa("بودجه"), "IRR".to_owned());
    let allocation = Allocation { allocation: Uuid::from_u128(31), resource, amount, unit, resolution: "۱۹".to_owned() };
    initiative(play, initiative::Event::ResourcesAllocated(allocation));
    let risk = Risk { risk: Uuid::from_u128(32), title: Text::fa("خطر"), likelihood: 3, impact: 4, mitigation: None };
    initiative(play, initiative::Event::RiskRaised(risk));
    initiative(play, initiative::Event::RiskClosed(RiskClosure { risk: Uuid::from_u128(32) }));
    play.decide("T", initiative::Event::Suspended);
    play.decide("T", initiative::Event::Resumed);
    play.decide("T", initiative::Event::Completed);
    play.decide("C", initiative::Event::Cancelled);
    play.on_station("00001", ON, station::Event::Closed(Closing {}));
}
