//! What readers are shown: drafts are left out of every picture, by how things are today.

use std::sync::Arc;

use tahavol_domain::initiative::event::{Allocation, Risk, Submission};
use tahavol_domain::milestone::event::{CancellationProposal, ProposalDecision, Rebaseline, Rebaselined, Resolution};
use tahavol_domain::policy::{Drafts, Reader};

use super::*;
use crate::progress::{BaselineKind, matrix};
use crate::sight::Sight;

const PROPOSAL: Uuid = Uuid::from_u128(0x1);

fn member_of(slugs: &[&str]) -> Reader {
    Reader::Recognised(Drafts::Of(slugs.iter().map(|slug| commission(slug)).collect()))
}

/// Everybody who is not of the commission `technology`.
fn others() -> [Reader; 3] {
    [member_of(&["training"]), member_of(&[]), Reader::Public]
}

/// Everybody who reads the drafts of `technology`.
fn those_who_may() -> [Reader; 2] {
    [member_of(&["technology", "training"]), Reader::Recognised(Drafts::All)]
}

impl Play {
    fn shown(&self, reader: &Reader) -> Arc<Snapshot> {
        self.shown_of(&self.snapshot, reader)
    }

    /// An earlier picture, as it is shown by how things are now.
    fn shown_at(&self, position: u64, reader: &Reader) -> Arc<Snapshot> {
        self.shown_of(&self.as_of(position), reader)
    }

    fn shown_of(&self, picture: &Snapshot, reader: &Reader) -> Arc<Snapshot> {
        self.sight(reader).of(&Arc::new(picture.clone()))
    }

    fn sight(&self, reader: &Reader) -> Arc<Sight> {
        Sight::new(&self.snapshot, reader)
    }

    fn last(&self) -> &Fact {
        self.facts.last().expect("something was said")
    }

    fn propose_rebaseline(&mut self, code: &str) -> EventId {
        let rebaseline = Rebaseline { proposal: PROPOSAL, baseline: Baseline { weight: 7, ..baseline(Measure::Reported) } };
        self.on_milestone(code, None, milestone::Event::RebaselineProposed(Box::new(rebaseline)))
    }
}

#[test]
fn a_draft_is_shown_to_its_commission_and_to_those_who_decide() {
    let mut play = Play::chartered();
    play.propose("T");
    play.plan("T", "T-1", Measure::Binary);
    for reader in others() {
        let shown = play.shown(&reader);
        assert!(shown.initiatives.is_empty() && shown.milestones.is_empty(), "{reader:?}");
        assert_eq!(shown.position, play.snapshot.position);
        let sight = play.sight(&reader);
        assert!(play.facts[3..].iter().all(|fact| !sight.shows_fact(fact)) && play.facts[..3].iter().all(|fact| sight.shows_fact(fact)));
        assert_eq!(sight.hidden_streams().count(), 2);
    }
    for reader in those_who_may() {
        assert_eq!(*play.shown(&reader), play.snapshot, "{reader:?}");
    }
}

#[test]
fn what_was_decided_against_was_never_approved_and_stays_a_draft() {
    for decided in [initiative::Event::Returned, initiative::Event::Rejected, initiative::Event::Cancelled] {
        let mut play = Play::chartered();
        play.propose("T");
        play.plan("T", "T-1", Measure::Binary);
        play.say(Stream::Initiative(initiative_id("T")), initiative::Event::Submitted(Submission {}));
        play.decide("T", decided);
        for reader in others() {
            assert!(play.shown(&reader).initiatives.is_empty() && !play.sight(&reader).shows_fact(play.last()), "{reader:?}");
        }
    }
}

#[test]
fn once_approved_it_is_shown_to_everybody_with_all_its_past() {
    let play = Play::with_milestone(Measure::Binary);
    let while_a_draft = play.position() - 1;
    for reader in others() {
        assert_eq!(play.shown(&reader).initiatives.len(), 1, "{reader:?}");
        assert_eq!(play.shown_at(while_a_draft, &reader).milestones.len(), 1, "today's rights on the thing as it is today");
        assert!(play.facts.iter().all(|fact| play.sight(&reader).shows_fact(fact)));
    }
}

#[test]
fn a_milestone_that_is_planned_later_waits_for_its_admission() {
    let mut play = Play::with_milestone(Measure::Binary);
    play.plan("T", "T-2", Measure::Binary);
    let planned = play.position();
    for reader in others() {
        let shown = play.shown(&reader);
        assert_eq!(shown.initiatives[&initiative_id("T")].milestones, imbl::vector![milestone_id("T-1")], "{reader:?}");
        assert_eq!(shown.milestones.keys().collect::<Vec<_>>(), [&milestone_id("T-1")]);
        assert!(!play.sight(&reader).shows(&Stream::Milestone(milestone_id("T-2"))));
    }
    play.on_milestone("T-2", None, milestone::Event::Admitted(Resolution::default()));
    for reader in others() {
        assert_eq!(play.shown_at(planned, &reader).milestones.len(), 2, "{reader:?}");
    }
}

#[test]
fn a_proposal_is_hidden_for_as_long_as_it_is_not_decided() {
    let mut play = Play::with_milestone(Measure::Reported);
    let asked = play.propose_rebaseline("T-1");
    let pending = play.position();
    let waits = |shown: &Snapshot| shown.milestones[&milestone_id("T-1")].life.rebaseline_pending.is_some();
    for reader in others() {
        let sight = play.sight(&reader);
        assert!(!waits(&play.shown(&reader)) && !sight.shows_fact(play.last()), "{reader:?}");
        assert!(!sight.shows_at(pending, &play.last().envelope.stream) && sight.shows_at(pending - 1, &play.last().envelope.stream));
        assert_eq!(sight.hidden_positions().collect::<Vec<_>>(), [pending]);
    }
    for reader in those_who_may() {
        assert!(waits(&play.shown(&reader)) && play.sight(&reader).shows_fact(play.last()), "{reader:?}");
    }
    let decision = Rebaselined { proposal: PROPOSAL, baseline: baseline(Measure::Reported), resolution: None };
    play.on_milestone("T-1", None, milestone::Event::Rebaselined(Box::new(decision)));
    for reader in others() {
        assert!(waits(&play.shown_at(pending, &reader)), "what was decided is the council's act: {reader:?}");
        assert!(play.facts.iter().filter(|fact| fact.envelope.id == asked).all(|fact| play.sight(&reader).shows_fact(fact)));
    }
}

#[test]
fn of_two_proposals_only_the_one_that_waits_is_hidden() {
    let mut play = Play::with_milestone(Measure::Reported);
    let cancellation = Uuid::from_u128(0x2);
    play.on_milestone("T-1", None, milestone::Event::CancellationProposed(CancellationProposal { proposal: cancellation }));
    let first = play.position();
    play.propose_rebaseline("T-1");
    let refused = ProposalDecision { proposal: cancellation, resolution: None };
    play.on_milestone("T-1", None, milestone::Event::CancellationRefused(refused));
    for reader in others() {
        let then = play.shown_at(first, &reader);
        assert!(then.milestones[&milestone_id("T-1")].life.cancellation_pending.is_some(), "{reader:?}");
        assert_eq!(play.sight(&reader).hidden_positions().collect::<Vec<_>>(), [first + 1]);
    }
}

#[test]
fn of_what_may_not_be_in_the_picture_yet_no_proposal_and_nothing_unknown_is_told() {
    let mut play = Play::with_milestone(Measure::Reported);
    play.propose("S");
    let reader = member_of(&["training"]);
    let (sight, shown) = (play.sight(&reader), play.shown(&reader));
    let stream = Stream::Milestone(milestone_id("T-1"));
    let report = play.report("T-1", "2019-10-02", progress(1_000));
    assert!(sight.shows_meanwhile(&shown, &stream, play.last()), "{report:?}");
    play.propose_rebaseline("T-1");
    assert!(!sight.shows_meanwhile(&shown, &stream, play.last()), "the picture does not know of it, and it may wait");
    let own = play.sight(&member_of(&["technology"]));
    assert!(own.shows_meanwhile(&play.shown(&member_of(&["technology"])), &stream, play.last()));
    play.plan("T", "T-2", Measure::Binary);
    assert!(!sight.shows_meanwhile(&shown, &Stream::Milestone(milestone_id("T-2")), play.last()));
}

#[test]
fn where_nothing_is_hidden_the_picture_is_the_very_same() {
    let mut play = Play::with_milestone(Measure::Binary);
    let whole = Arc::new(play.snapshot.clone());
    for reader in [Reader::Recognised(Drafts::All), member_of(&[]), member_of(&["technology"])] {
        assert!(Arc::ptr_eq(&play.sight(&reader).of(&whole), &whole) && play.sight(&reader).is_whole(), "{reader:?}");
    }
    play.propose("S");
    let whole = Arc::new(play.snapshot.clone());
    for reader in those_who_may() {
        assert!(Arc::ptr_eq(&play.sight(&reader).of(&whole), &whole), "{reader:?}");
    }
    let sight = play.sight(&member_of(&["training"]));
    assert!(!sight.is_whole() && Arc::ptr_eq(&sight.of(&whole), &sight.of(&whole)), "it is left out once");
}

#[test]
fn figures_are_the_same_for_everybody() {
    let mut play = Play::with_milestone(Measure::Reported);
    play.report("T-1", "2019-10-02", progress(5_000));
    play.plan("T", "T-2", Measure::Reported);
    play.propose("S");
    play.plan("S", "S-1", Measure::Reported);
    play.propose_rebaseline("T-1");
    for baseline in [BaselineKind::Current, BaselineKind::Original] {
        let whole = matrix(&play.snapshot, day("2019-10-05"), baseline);
        for reader in others() {
            assert_eq!(matrix(&play.shown(&reader), day("2019-10-05"), baseline), whole, "{reader:?}");
        }
    }
    for reader in others() {
        assert_eq!(play.shown(&reader).document_as_it_stands(), play.snapshot.document_as_it_stands(), "{reader:?}");
    }
}

#[test]
fn the_public_is_shown_work_and_neither_people_nor_files_nor_resources() {
    let mut play = Play::with_milestone(Measure::Binary);
    let stream = Stream::Initiative(initiative_id("T"));
    let risk = Risk { risk: Uuid::from_u128(9), title: Text::fa("خطر"), likelihood: 1, impact: 1, mitigation: None };
    play.say(stream.clone(), initiative::Event::RiskRaised(risk));
    let (resource, amount, unit, resolution) = (Text::fa("بودجه"), q("1"), "ریال".to_owned(), "۱۲".to_owned());
    let allocation = Allocation { allocation: Uuid::from_u128(8), resource, amount, unit, resolution };
    play.say(stream, initiative::Event::ResourcesAllocated(allocation));
    play.appoint_member("technology", "sara");
    let claim = Claim { evidence: vec![file(1)], ..Claim::default() };
    play.on_milestone("T-1", Some("2019-10-02"), milestone::Event::CompletionClaimed(claim));
    let shown = play.shown(&Reader::Public);
    assert!(shown.officials.is_empty() && shown.evidence.is_empty() && shown.reviews.is_empty() && shown.delegations.is_empty());
    let row = &shown.initiatives[&initiative_id("T")];
    assert!(row.risks.is_empty() && row.allocations.is_empty() && play.sight(&Reader::Public).is_public());
    assert_eq!(shown.milestones, play.snapshot.milestones);
    let signed_in = play.shown(&member_of(&[]));
    assert!(*signed_in == play.snapshot && !signed_in.officials.is_empty());
}

#[test]
fn drafts_are_known_of_a_picture_that_comes_from_the_disk() {
    let mut play = Play::with_milestone(Measure::Reported);
    play.propose("S");
    play.propose_rebaseline("T-1");
    let read = Snapshot::decode(&play.snapshot.encode()).expect("it was just written");
    assert_eq!(read, play.snapshot);
    assert_eq!(Sight::new(&read, &member_of(&[])), play.sight(&member_of(&[])));
}
