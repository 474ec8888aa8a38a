//! One command of every kind, about things of the technology commission and of IR-13, and the same about things that are not there.

use uuid::Uuid;

use crate::aggregate::{Command, IndicatorBasis, InitiativeBasis, MilestoneBasis, Stream};
use crate::calendar::{Period, TimeZone};
use crate::commission::event::{Establishment, MemberAppointment, MemberRelease, Rating, RatingVoice, Role};
use crate::indicator::event::{
    Aggregation, Definition, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection, MeasurementDecision, MeasurementScope,
    Quality, Redefinition, Target,
};
use crate::initiative::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure};
use crate::milestone::command::{BaselineChoice, PlanMilestone, ProposeRebaseline, ReviseMilestone};
use crate::milestone::event::{
    CancellationProposal, Claim, ClaimDecision, ProgressCorrection, ProgressReport, ProposalDecision, Resolution,
};
use crate::milestone::measure::{Measure, MeasureChoice};
use crate::programme::command::HoldReview;
use crate::programme::event::{
    ActionClosure, Appointment, Charter, Council, Delegation, DelegationEnd, Destruction, Directive, HorizonWindow, Release, ReviewKind,
    Thresholds,
};
use crate::quantity::Quantity;
use crate::refusal::Rule;
use crate::station::event::{Delivery, DeliveryRevocation, Registration, StationKind, Volume};
use crate::testing::{FixtureBasis, FixtureStation, PROGRAMME, actor, day, event, person, province, slug};
use crate::text::Text;
use crate::values::{
    CommissionSlug, Confidence, DirectiveCode, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office, ProvinceCode, Sha256, StationCode,
};
use crate::{commission, indicator, initiative, milestone, programme, station};

const INITIATIVE: InitiativeId = InitiativeId(Uuid::from_u128(11));
const MILESTONE: MilestoneId = MilestoneId(Uuid::from_u128(12));
/// Of nothing that exists.
const NONE: Uuid = Uuid::from_u128(99);

pub(super) fn basis() -> FixtureBasis {
    let mut basis = FixtureBasis::default().with_station("00001", FixtureStation::default());
    let (commission, phase) = (slug("technology"), initiative::Phase::Approved);
    basis.initiatives.insert(INITIATIVE, InitiativeBasis { code: "I-1".to_owned(), commission, horizon: Horizon::Short, phase });
    let of_technology = MilestoneBasis {
        id: MILESTONE,
        code: "M-1".to_owned(),
        initiative: INITIATIVE,
        commission: slug("technology"),
        phase: milestone::Phase::Planned,
        counts: true,
        measure: Measure::Binary,
        claimed_at: None,
    };
    basis.milestones.insert(MILESTONE, of_technology);
    basis.indicators.insert(indicator_code("calls"), IndicatorBasis { commission: slug("technology"), baseline: None, targets: vec![] });
    basis
}

pub(super) fn samples() -> Vec<(Command, Stream)> {
    let programme = programme_commands().into_iter().map(|command| (Command::Programme(command), Stream::Programme(PROGRAMME)));
    let commission =
        commission_commands().into_iter().map(|command| (Command::Commission(command), Stream::Commission(slug("technology"))));
    let initiative =
        initiative_commands(slug("technology")).into_iter().map(|command| (Command::Initiative(command), Stream::Initiative(INITIATIVE)));
    let milestone = milestone_commands(INITIATIVE).into_iter().map(|command| (Command::Milestone(command), Stream::Milestone(MILESTONE)));
    let station = station_commands(province("IR-13"))
        .into_iter()
        .map(|command| (Command::Station(command), Stream::Station(StationCode("00001".to_owned()))));
    let indicator = indicator_commands(slug("technology"))
        .into_iter()
        .map(|command| (Command::Indicator(command), Stream::Indicator(indicator_code("calls"))));
    programme.chain(commission).chain(initiative).chain(milestone).chain(station).chain(indicator).collect()
}

/// The first sample whose debug text contains the word.
pub(super) fn sample(word: &str) -> (Command, Stream) {
    samples().into_iter().find(|(command, _)| format!("{command:?}").contains(word)).expect("a sample")
}

/// Every command about a thing that is not there, with the rule that says so.
pub(super) fn of_unknown_things() -> Vec<(Command, Stream, Rule)> {
    let weather = || Stream::Commission(slug("weather"));
    let existing = |command: &commission::Command| !matches!(command, commission::Command::Establish(_));
    let commission = commission_commands().into_iter().filter(existing);
    let commission = commission.map(|command| (Command::Commission(command), weather(), Rule::UnknownCommission));
    let initiative = initiative_commands(slug("weather")).into_iter().map(|command| {
        let rule = match command {
            initiative::Command::Propose(_) => Rule::UnknownCommission,
            _ => Rule::UnknownInitiative,
        };
        (Command::Initiative(command), Stream::Initiative(InitiativeId(NONE)), rule)
    });
    let milestone = milestone_commands(InitiativeId(NONE)).into_iter().map(|command| {
        let rule = match command {
            milestone::Command::Plan(_) => Rule::UnknownInitiative,
            _ => Rule::UnknownMilestone,
        };
        (Command::Milestone(command), Stream::Milestone(MilestoneId(NONE)), rule)
    });
    let station = station_commands(province("IR-99")).into_iter().map(|command| {
        let rule = match command {
            station::Command::Register(_) => Rule::UnknownProvince,
            _ => Rule::UnknownStation,
        };
        (Command::Station(command), Stream::Station(StationCode("99999".to_owned())), rule)
    });
    let indicator = indicator_commands(slug("weather")).into_iter().map(|command| {
        let rule = match command {
            indicator::Command::Define(_) => Rule::UnknownCommission,
            _ => Rule::UnknownIndicator,
        };
        (Command::Indicator(command), Stream::Indicator(indicator_code("none")), rule)
    });
    commission.chain(initiative).chain(milestone).chain(station).chain(indicator).collect()
}

pub(super) fn measuring(scope: MeasurementScope) -> (Command, Stream) {
    let command = indicator::Command::RecordMeasurement(measurement(scope));
    (Command::Indicator(command), Stream::Indicator(indicator_code("calls")))
}

fn programme_commands() -> Vec<programme::Command> {
    use programme::Command::*;
    let release = || Release { actor: actor("reza"), office: Office::Inspector };
    let (starts, ends) = (day("2019-09-22"), day("2019-10-05"));
    let share = Quantity::parse("0.53").unwrap();
    vec![
        Charter(Box::new(charter())),
        AppointOfficial(Appointment { person: person("reza"), office: Office::Inspector }),
        ProposeOfficialRelease(release()),
        ReleaseOfficial(release()),
        DelegateOffice(Delegation { delegation: NONE, from: actor("sara"), to: person("leila"), office: Office::Inspector, starts, ends }),
        EndDelegation(DelegationEnd { delegation: NONE }),
        RescheduleHorizon(HorizonWindow { horizon: Horizon::Short, starts, ends }),
        IssueDirective(directive()),
        ApproveDocument { resolution: "12".to_owned() },
        DesignateTargetStations { visit_share_above: share, case_share_above: share, provenance: None },
        HoldReview(review()),
        CloseReviewAction(ActionClosure { review: NONE, action: NONE, outcome: text(), evidence: vec![] }),
        DestroyEvidence(Destruction { digest: Sha256::default(), order: "14".to_owned(), referred_by: vec![] }),
    ]
}

fn commission_commands() -> Vec<commission::Command> {
    use commission::Command::*;
    let rating = |voice| Rating { horizon: Horizon::Short, voice, confidence: Confidence::Green, note: None };
    vec![
        Establish(Establishment { slug: slug("technology"), title: text(), remit: text(), provenance: None }),
        AppointMember(MemberAppointment { person: person("reza"), role: Role::Member }),
        ReleaseMember(MemberRelease { actor: actor("reza"), role: Role::Member }),
        Rate(rating(RatingVoice::Own)),
        Rate(rating(RatingVoice::Independent)),
    ]
}

fn initiative_commands(commission: CommissionSlug) -> Vec<initiative::Command> {
    use initiative::Command::*;
    let (horizon, directives, code) = (Horizon::Short, vec![], "I-1".to_owned());
    let (amount, unit, resolution) = (Quantity::ONE, "ریال".to_owned(), "12".to_owned());
    vec![
        Propose(Proposal { code, commission, horizon, title: text(), directives: vec![], note: None, provenance: None }),
        Revise(Revision { horizon, title: text(), directives, note: None }),
        Submit,
        Approve(Decision::default()),
        Return(Decision::default()),
        Reject(Decision::default()),
        Suspend(Decision::default()),
        Resume(Decision::default()),
        Complete(Decision::default()),
        Cancel(Decision::default()),
        AllocateResources(Allocation { allocation: NONE, resource: text(), amount, unit, resolution }),
        RaiseRisk(Risk { risk: NONE, title: text(), likelihood: 1, impact: 1, mitigation: None }),
        CloseRisk(RiskClosure { risk: NONE }),
    ]
}

fn milestone_commands(initiative: InitiativeId) -> Vec<milestone::Command> {
    use milestone::Command::*;
    let (starts, due, measure) = (day("2019-09-22"), day("2019-10-05"), MeasureChoice::Binary);
    let baseline = || BaselineChoice { weight: 1, starts, due, horizon: None, measure: measure.clone() };
    let decision = || ProposalDecision { proposal: NONE, resolution: None };
    let claim = || ClaimDecision { claim: event(1), note: None };
    let plan = PlanMilestone { initiative, code: "M-1".to_owned(), title: text(), baseline: baseline(), provenance: None };
    vec![
        Plan(Box::new(plan)),
        Revise(Box::new(ReviseMilestone { title: text(), baseline: baseline() })),
        Admit(Resolution::default()),
        ProposeRebaseline(Box::new(self::ProposeRebaseline { proposal: NONE, baseline: baseline() })),
        ApproveRebaseline(decision()),
        RefuseRebaseline(decision()),
        ProposeCancellation(CancellationProposal { proposal: NONE }),
        ApproveCancellation(decision()),
        RefuseCancellation(decision()),
        ReportProgress(ProgressReport::default()),
        CorrectProgress(ProgressCorrection { corrects: event(1), report: ProgressReport::default() }),
        Block,
        Unblock,
        ClaimCompletion(Claim::default()),
        VerifyCompletion(claim()),
        RefuseCompletion(claim()),
    ]
}

fn station_commands(province: ProvinceCode) -> Vec<station::Command> {
    use station::Command::*;
    let (code, kind, volume) = (StationCode("00001".to_owned()), StationKind::Station, Volume::default());
    vec![
        Register(Registration { code, kind, name: text(), province, networked: false, volume, provenance: None }),
        RecordVolume(volume),
        RecordNetwork,
        RecordNetworkLoss,
        RecordDelivery(Delivery { milestone: MILESTONE, note: None, evidence: vec![] }),
        RevokeDelivery(DeliveryRevocation { milestone: MILESTONE, delivery: event(1) }),
        Close,
    ]
}

fn indicator_commands(commission: CommissionSlug) -> Vec<indicator::Command> {
    use indicator::Command::*;
    let (direction, quality, value) = (Direction::Increase, Quality::default(), MeasuredValue::Plain(Quantity::ONE));
    let meaning = || Meaning { title: text(), unit: "%".to_owned(), direction, baseline: None, tolerance: None, quality: quality.clone() };
    let (code, aggregation) = (indicator_code("calls"), Aggregation::Latest);
    let decision = || MeasurementDecision { measurement: event(1) };
    vec![
        Define(Box::new(Definition { code, commission, derived: None, aggregation, meaning: meaning(), provenance: None })),
        Redefine(Box::new(Redefinition { meaning: meaning() })),
        SetTarget(Target { horizon: Horizon::Short, value: Quantity::ONE }),
        RecordMeasurement(measurement(MeasurementScope::Province(province("IR-13")))),
        VerifyMeasurement(decision()),
        ContestMeasurement(decision()),
        CorrectMeasurement(MeasurementCorrection { corrects: event(1), value, method: None, evidence: vec![] }),
        WithdrawMeasurement(decision()),
    ]
}

fn charter() -> Charter {
    let (green, amber_green, amber, amber_red) = (Quantity::ONE, Quantity::ONE, Quantity::ONE, Quantity::ONE);
    Charter {
        programme: PROGRAMME,
        slug: "tahavol".to_owned(),
        title: text(),
        time_zone: TimeZone::tehran(),
        council: Council { title: text(), chair: text(), provenance: None },
        administrator: person("omid"),
        first_official: person("parvin"),
        horizons: vec![],
        commissions: vec![],
        provinces: vec![],
        confidence: Thresholds { green, amber_green, amber, amber_red },
        simulation: None,
    }
}

fn directive() -> Directive {
    Directive { code: DirectiveCode("D-1".to_owned()), title: text(), issuer: text(), issued_on: day("2019-09-22"), provenance: None }
}

fn review() -> HoldReview {
    let (review, kind, title, none) = (NONE, ReviewKind::StockTake, text(), Vec::new);
    HoldReview { review, kind, title, position: None, strengths: none(), weaknesses: none(), commendations: none(), actions: vec![] }
}

fn measurement(scope: MeasurementScope) -> Measurement {
    let period = Period::try_new(day("2019-08-23"), day("2019-09-22")).unwrap();
    let value = MeasuredValue::Plain(Quantity::ONE);
    Measurement { scope, period, value, method: None, evidence: vec![], provenance: None }
}

fn indicator_code(text: &str) -> IndicatorCode {
    IndicatorCode(text.to_owned())
}

fn text() -> Text {
    Text::fa("متن")
}
