//! What somebody can do, rehearsed: permission, bounds, phases and who had a part in it, with nothing recorded.

use std::collections::BTreeSet;

use tahavol_app::{Can, Order, Subject};
use tahavol_domain::milestone::event::{CancellationProposal, ClaimDecision};
use tahavol_domain::milestone::measure::MeasureChoice;
use tahavol_domain::policy::Within;
use tahavol_domain::programme::event::Delegation;
use tahavol_domain::values::{ActorId, IndicatorCode, MilestoneId, Office, ProvinceCode, StationCode};
use tahavol_domain::{Kind, Rule, Stream, initiative, milestone, programme};
use uuid::Uuid;

use crate::support::*;

fn milestone_id(code: &str) -> MilestoneId {
    MilestoneId(PROGRAMME.id_of(code))
}

fn t_1() -> Subject {
    Subject::Milestone(milestone_id("T-1"))
}

async fn can(world: &World, who: &str, kind: Kind, about: &Subject) -> Can {
    world.app.can(&person(who), &Within::default(), kind, about).await.unwrap()
}

/// The rule that says no.
async fn no(world: &World, who: &str, kind: Kind, about: &Subject) -> Rule {
    match can(world, who, kind, about).await {
        Can::No(refusal) => refusal.rule,
        other @ (Can::Yes | Can::AlreadySo | Can::NotOfThis) => panic!("{who} {kind}: {other:?}"),
    }
}

/// Names of what can be done.
async fn all(world: &World, who: &str, about: &Subject) -> Vec<&'static str> {
    let answers = world.app.can_all(&person(who), &Within::default(), about).await.unwrap();
    answers.into_iter().filter(|(_, can)| *can == Can::Yes).map(|(kind, _)| kind.name()).collect()
}

fn claimed(world: &World) -> Order {
    world.order("mina", milestone_stream("T-1"), milestone::Command::ClaimCompletion(Default::default()))
}

#[tokio::test]
async fn a_member_does_the_work_the_council_decides_and_an_inspector_verifies() {
    let world = World::founded().await;
    let work = ["milestoneProposeRebaseline", "milestoneProposeCancellation", "milestoneReportProgress", "milestoneBlock"];
    assert_eq!(all(&world, "mina", &t_1()).await, [&work[..], &["milestoneClaimCompletion"]].concat());
    assert!(all(&world, "council", &t_1()).await.is_empty(), "nothing waits for a decision");
    assert!(all(&world, "inspector", &t_1()).await.is_empty());
    assert!(all(&world, "nobody", &t_1()).await.is_empty());
    assert_eq!(no(&world, "council", Kind::MilestoneReportProgress, &t_1()).await, Rule::NotPermitted);
    assert_eq!(no(&world, "inspector", Kind::MilestoneVerifyCompletion, &t_1()).await, Rule::UnknownClaim);
    world.handle(claimed(&world)).await.unwrap();
    assert_eq!(all(&world, "inspector", &t_1()).await, ["milestoneVerifyCompletion", "milestoneRefuseCompletion"]);
    assert_eq!(no(&world, "mina", Kind::MilestoneReportProgress, &t_1()).await, Rule::WrongPhase);
    let proposal = CancellationProposal { proposal: Uuid::from_u128(5) };
    let order = world.order("mina", milestone_stream("T-2"), milestone::Command::ProposeCancellation(proposal));
    world.handle(Order { reason: Some("بی‌نیاز".to_owned()), ..order }).await.unwrap();
    let t_2 = Subject::Milestone(milestone_id("T-2"));
    assert_eq!(all(&world, "council", &t_2).await, ["milestoneApproveCancellation", "milestoneRefuseCancellation"]);
    assert_eq!(no(&world, "council", Kind::MilestoneApproveRebaseline, &t_2).await, Rule::UnknownProposal);
}

#[tokio::test]
async fn what_can_be_done_is_what_is_then_accepted() {
    let world = World::founded().await;
    assert_eq!(can(&world, "mina", Kind::MilestoneClaimCompletion, &t_1()).await, Can::Yes);
    let outcome = world.handle(claimed(&world)).await.unwrap();
    assert_eq!(can(&world, "mina", Kind::MilestoneClaimCompletion, &t_1()).await, Can::AlreadySo);
    let claim = outcome.events[0].fact.envelope.id;
    let verify = milestone::Command::VerifyCompletion(ClaimDecision { claim, note: None });
    assert_eq!(can(&world, "inspector", Kind::MilestoneVerifyCompletion, &t_1()).await, Can::Yes);
    world.handle(world.order("inspector", milestone_stream("T-1"), verify)).await.unwrap();
    assert_eq!(can(&world, "inspector", Kind::MilestoneVerifyCompletion, &t_1()).await, Can::AlreadySo);
    let t = Subject::Initiative(initiative_id("T"));
    assert_eq!(no(&world, "council", Kind::InitiativeComplete, &t).await, Rule::MilestonesNotVerified);
    assert_eq!(can(&world, "council", Kind::InitiativeApprove, &t).await, Can::AlreadySo);
    assert_eq!(can(&world, "council", Kind::InitiativeSuspend, &t).await, Can::Yes);
    assert_eq!(can(&world, "mina", Kind::MilestonePlan, &t).await, Can::Yes);
    assert_eq!(no(&world, "mina", Kind::InitiativeRevise, &t).await, Rule::WrongPhase);
}

#[tokio::test]
async fn who_proposed_is_not_shown_the_decision_not_even_in_a_lent_office() {
    let world = World::founded().await;
    let propose = initiative::Command::Propose(proposal("U"));
    let u = Stream::Initiative(initiative_id("U"));
    world.handle(world.order("mina", u.clone(), propose)).await.unwrap();
    world.handle(world.order("mina", milestone_stream("U-1"), plan("U", "U-1", MeasureChoice::Binary))).await.unwrap();
    let about = Subject::Initiative(initiative_id("U"));
    assert_eq!(no(&world, "mina", Kind::InitiativeSubmit, &about).await, Rule::NotPermitted);
    assert_eq!(can(&world, "chair", Kind::InitiativeSubmit, &about).await, Can::Yes);
    world.handle(world.order("chair", u, initiative::Command::Submit)).await.unwrap();
    let today = date("2026-06-01");
    let lent = Delegation {
        delegation: Uuid::from_u128(77),
        from: ActorId("council".to_owned()),
        to: person("mina"),
        office: Office::Council,
        starts: today,
        ends: today,
    };
    assert_eq!(can(&world, "council", Kind::OfficeDelegate, &Subject::Programme).await, Can::Yes);
    let order = world.order("council", Stream::Programme(PROGRAMME), programme::Command::DelegateOffice(lent));
    world.handle(Order { reason: Some("مأموریت".to_owned()), ..order }).await.unwrap();
    assert_eq!(no(&world, "mina", Kind::InitiativeApprove, &about).await, Rule::ProposerDecides);
    assert_eq!(can(&world, "council", Kind::InitiativeApprove, &about).await, Can::Yes);
    assert_eq!(can(&world, "council", Kind::DelegationEnd, &Subject::Delegation(Uuid::from_u128(77))).await, Can::Yes);
    assert_eq!(can(&world, "council", Kind::DelegationEnd, &Subject::Official(ActorId("mina".to_owned()))).await, Can::Yes);
}

#[tokio::test]
async fn offices_are_given_lent_and_ended_by_whom_the_rules_let() {
    let world = World::founded().await;
    let official = |who: &str| Subject::Official(ActorId(who.to_owned()));
    assert_eq!(can(&world, "council", Kind::OfficialAppoint, &Subject::Programme).await, Can::Yes);
    assert_eq!(no(&world, "mina", Kind::OfficialAppoint, &Subject::Programme).await, Rule::NotPermitted);
    assert_eq!(no(&world, "council", Kind::OfficialAppoint, &official("council")).await, Rule::SelfAppointment);
    assert_eq!(can(&world, "council", Kind::OfficialRelease, &official("inspector")).await, Can::Yes);
    assert_eq!(no(&world, "council", Kind::OfficialRelease, &official("admin")).await, Rule::ReleaseNeedsProposal);
    assert_eq!(can(&world, "council", Kind::OfficialProposeRelease, &official("admin")).await, Can::Yes);
    assert_eq!(no(&world, "council", Kind::OfficialRelease, &official("council")).await, Rule::LastOfCouncil);
    assert_eq!(can(&world, "council", Kind::CommissionMemberRelease, &official("mina")).await, Can::Yes);
    assert_eq!(can(&world, "council", Kind::CommissionMemberRelease, &official("inspector")).await, Can::NotOfThis);
    assert_eq!(can(&world, "inspector", Kind::OfficeDelegate, &Subject::Programme).await, Can::Yes);
    assert_eq!(no(&world, "nobody", Kind::OfficeDelegate, &Subject::Programme).await, Rule::NotPermitted);
    let technology = Subject::Commission(commission("technology"));
    assert_eq!(all(&world, "council", &technology).await, ["commissionMemberAppoint", "commissionMemberRelease"]);
    assert_eq!(all(&world, "mina", &technology).await, ["commissionRate", "initiativePropose", "indicatorDefine"]);
    assert_eq!(all(&world, "reporter", &Subject::Province(ProvinceCode("IR-23".to_owned()))).await, ["stationRegister"]);
    assert!(all(&world, "reporter", &Subject::Province(ProvinceCode("IR-07".to_owned()))).await.is_empty());
}

#[tokio::test]
async fn a_token_can_do_what_it_is_for() {
    let world = World::founded().await;
    let ask = async |within: Within, kind| world.app.can(&person("mina"), &within, kind, &t_1()).await.unwrap();
    let only = |kinds: &[Kind]| Within { commands: Some(kinds.iter().copied().collect()), commissions: None };
    let outside = |can: Can| matches!(can, Can::No(refusal) if refusal.rule == Rule::OutsideTheToken);
    assert_eq!(ask(only(&[Kind::MilestoneReportProgress]), Kind::MilestoneReportProgress).await, Can::Yes);
    assert!(outside(ask(only(&[Kind::MilestoneReportProgress]), Kind::MilestoneBlock).await));
    assert!(outside(ask(only(&[]), Kind::MilestoneReportProgress).await));
    let training = Within { commands: None, commissions: Some(BTreeSet::from([commission("training")])) };
    assert!(outside(ask(training, Kind::MilestoneReportProgress).await));
}

#[tokio::test]
async fn asking_records_nothing_and_what_is_not_there_is_said_not_to_be() {
    let world = World::founded().await;
    let before = world.lines().await;
    let subjects = [
        Subject::Programme,
        Subject::Official(ActorId("nobody".to_owned())),
        Subject::Delegation(Uuid::from_u128(1)),
        Subject::Review(Uuid::from_u128(1)),
        Subject::Evidence(Default::default()),
        Subject::Commission(commission("weather")),
        Subject::Initiative(initiative_id("T")),
        Subject::Risk(initiative_id("T"), Uuid::from_u128(1)),
        t_1(),
        Subject::Milestone(milestone_id("none")),
        Subject::Province(ProvinceCode("IR-23".to_owned())),
        Subject::Station(StationCode("99999".to_owned())),
        Subject::Indicator(IndicatorCode("none".to_owned())),
        Subject::Measurement(IndicatorCode("none".to_owned()), Default::default()),
    ];
    for about in &subjects {
        for who in ["council", "mina", "inspector", "reporter", "admin", "nobody"] {
            let answers = world.app.can_all(&person(who), &Within::default(), about).await.unwrap();
            assert!(!answers.is_empty(), "{about:?} is the subject of some command");
        }
    }
    assert_eq!(no(&world, "mina", Kind::MilestoneReportProgress, &Subject::Milestone(milestone_id("none"))).await, Rule::UnknownMilestone);
    assert_eq!(no(&world, "mina", Kind::IndicatorRedefine, &subjects[12]).await, Rule::UnknownIndicator);
    assert_eq!(can(&world, "mina", Kind::MilestoneReportProgress, &Subject::Programme).await, Can::NotOfThis);
    assert_eq!(world.lines().await, before);
}

#[tokio::test]
async fn before_the_charter_only_the_named_administrator_can_do_one_thing() {
    let world = World::empty().await;
    assert_eq!(all(&world, "admin", &Subject::Programme).await, ["programmeCharter"]);
    assert_eq!(no(&world, "council", Kind::ProgrammeCharter, &Subject::Programme).await, Rule::NotTheNamedAdministrator);
    assert_eq!(no(&world, "council", Kind::DirectiveIssue, &Subject::Programme).await, Rule::NotChartered);
    world.found().await;
    assert_eq!(no(&world, "admin", Kind::ProgrammeCharter, &Subject::Programme).await, Rule::LedgerNotEmpty);
}
