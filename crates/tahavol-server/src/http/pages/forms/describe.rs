//! Which command asks what, which goes by what its giver has seen of the thing, and what correcting it later looks like.

use tahavol_domain::Kind;
use tahavol_domain::indicator::Command as N;
use tahavol_domain::initiative::Command as I;
use tahavol_domain::milestone::Command as M;
use tahavol_domain::programme::Command as P;
use tahavol_domain::station::Command as S;
use tahavol_projections::rows::MeasurementStanding as Standing;

use super::Built;
use super::form::Form;
use super::{commission, indicator, initiative, milestone, plan, programme, station};

/// None where there is no such thing, or no form for it.
pub(super) fn describe(form: &mut Form<'_>, kind: Kind) -> Option<Built> {
    match kind {
        Kind::ProgrammeCharter | Kind::EvidenceDestroy => None,
        Kind::OfficialAppoint => programme::appoint(form),
        Kind::OfficialProposeRelease => programme::release(form, P::ProposeOfficialRelease),
        Kind::OfficialRelease => programme::release(form, P::ReleaseOfficial),
        Kind::OfficeDelegate => programme::delegate(form),
        Kind::DelegationEnd => programme::end_delegation(form),
        Kind::HorizonReschedule => programme::reschedule(form),
        Kind::DirectiveIssue => programme::issue(form),
        Kind::DocumentApprove => programme::approve_document(form),
        Kind::TargetStationsDesignate => programme::designate(form),
        Kind::ReviewHold => programme::hold_review(form),
        Kind::ReviewActionClose => programme::close_action(form),
        Kind::CommissionEstablish => commission::establish(form),
        Kind::CommissionMemberAppoint => commission::appoint(form),
        Kind::CommissionMemberRelease => commission::release(form),
        Kind::CommissionRate => commission::rate(form),
        Kind::InitiativePropose => initiative::propose(form),
        Kind::InitiativeRevise => initiative::revise(form),
        Kind::InitiativeSubmit => initiative::submit(form),
        Kind::InitiativeApprove => initiative::decide(form, I::Approve),
        Kind::InitiativeReturn => initiative::decide(form, I::Return),
        Kind::InitiativeReject => initiative::decide(form, I::Reject),
        Kind::InitiativeSuspend => initiative::decide(form, I::Suspend),
        Kind::InitiativeResume => initiative::decide(form, I::Resume),
        Kind::InitiativeComplete => initiative::decide(form, I::Complete),
        Kind::InitiativeCancel => initiative::decide(form, I::Cancel),
        Kind::InitiativeAllocateResources => initiative::allocate(form),
        Kind::InitiativeRaiseRisk => initiative::raise_risk(form),
        Kind::InitiativeCloseRisk => initiative::close_risk(form),
        Kind::MilestonePlan => plan::plan(form),
        Kind::MilestoneRevise => plan::revise(form),
        Kind::MilestoneAdmit => milestone::admit(form),
        Kind::MilestoneProposeRebaseline => plan::propose_rebaseline(form),
        Kind::MilestoneApproveRebaseline => milestone::decide_rebaseline(form, M::ApproveRebaseline, false),
        Kind::MilestoneRefuseRebaseline => milestone::decide_rebaseline(form, M::RefuseRebaseline, true),
        Kind::MilestoneProposeCancellation => milestone::propose_cancellation(form),
        Kind::MilestoneApproveCancellation => milestone::decide_cancellation(form, M::ApproveCancellation, false),
        Kind::MilestoneRefuseCancellation => milestone::decide_cancellation(form, M::RefuseCancellation, true),
        Kind::MilestoneReportProgress => milestone::report(form),
        Kind::MilestoneCorrectProgress => milestone::correct(form),
        Kind::MilestoneBlock => milestone::block(form),
        Kind::MilestoneUnblock => milestone::unblock(form),
        Kind::MilestoneClaimCompletion => milestone::claim(form),
        Kind::MilestoneVerifyCompletion => milestone::decide_claim(form, M::VerifyCompletion, false),
        Kind::MilestoneRefuseCompletion => milestone::decide_claim(form, M::RefuseCompletion, true),
        Kind::StationRegister => station::register(form),
        Kind::StationRecordVolume => station::record_volume(form),
        Kind::StationRecordNetwork => station::network(form, S::RecordNetwork),
        Kind::StationRecordNetworkLoss => station::network(form, S::RecordNetworkLoss),
        Kind::StationRecordDelivery => station::deliver(form),
        Kind::StationRevokeDelivery => station::revoke(form),
        Kind::StationClose => station::close(form),
        Kind::IndicatorDefine => indicator::define(form),
        Kind::IndicatorRedefine => indicator::redefine(form),
        Kind::IndicatorSetTarget => indicator::set_target(form),
        Kind::IndicatorRecordMeasurement => indicator::record(form),
        Kind::IndicatorVerifyMeasurement => indicator::decide(form, N::VerifyMeasurement, (Standing::Verified, false)),
        Kind::IndicatorContestMeasurement => indicator::decide(form, N::ContestMeasurement, (Standing::Contested, true)),
        Kind::IndicatorCorrectMeasurement => indicator::correct(form),
        Kind::IndicatorWithdrawMeasurement => indicator::decide(form, N::WithdrawMeasurement, (Standing::Withdrawn, true)),
    }
}

/// Whether the command goes by what was seen of the thing, so that news of it are told first. What only adds to a stream that many
/// write to does not.
pub(super) fn names_its_state(kind: Kind) -> bool {
    match kind {
        Kind::ProgrammeCharter
        | Kind::EvidenceDestroy
        | Kind::OfficialAppoint
        | Kind::OfficialProposeRelease
        | Kind::OfficialRelease
        | Kind::OfficeDelegate
        | Kind::DelegationEnd
        | Kind::DirectiveIssue
        | Kind::TargetStationsDesignate
        | Kind::ReviewHold
        | Kind::ReviewActionClose
        | Kind::CommissionEstablish
        | Kind::CommissionMemberAppoint
        | Kind::CommissionMemberRelease
        | Kind::CommissionRate
        | Kind::InitiativePropose
        | Kind::MilestonePlan
        | Kind::StationRegister
        | Kind::StationRecordDelivery
        | Kind::IndicatorDefine
        | Kind::IndicatorRecordMeasurement
        | Kind::IndicatorVerifyMeasurement
        | Kind::IndicatorContestMeasurement
        | Kind::IndicatorCorrectMeasurement
        | Kind::IndicatorWithdrawMeasurement => false,
        Kind::HorizonReschedule
        | Kind::DocumentApprove
        | Kind::InitiativeRevise
        | Kind::InitiativeSubmit
        | Kind::InitiativeApprove
        | Kind::InitiativeReturn
        | Kind::InitiativeReject
        | Kind::InitiativeSuspend
        | Kind::InitiativeResume
        | Kind::InitiativeComplete
        | Kind::InitiativeCancel
        | Kind::InitiativeAllocateResources
        | Kind::InitiativeRaiseRisk
        | Kind::InitiativeCloseRisk
        | Kind::MilestoneRevise
        | Kind::MilestoneAdmit
        | Kind::MilestoneProposeRebaseline
        | Kind::MilestoneApproveRebaseline
        | Kind::MilestoneRefuseRebaseline
        | Kind::MilestoneProposeCancellation
        | Kind::MilestoneApproveCancellation
        | Kind::MilestoneRefuseCancellation
        | Kind::MilestoneReportProgress
        | Kind::MilestoneCorrectProgress
        | Kind::MilestoneBlock
        | Kind::MilestoneUnblock
        | Kind::MilestoneClaimCompletion
        | Kind::MilestoneVerifyCompletion
        | Kind::MilestoneRefuseCompletion
        | Kind::StationRecordVolume
        | Kind::StationRecordNetwork
        | Kind::StationRecordNetworkLoss
        | Kind::StationRevokeDelivery
        | Kind::StationClose
        | Kind::IndicatorRedefine
        | Kind::IndicatorSetTarget => true,
    }
}

/// Whether it moves figures, or promises some, so that what it changes is worth seeing while it is filled in. What a decision of the
/// council changes is known before.
pub(super) fn moves_figures(kind: Kind) -> bool {
    match kind {
        Kind::ProgrammeCharter
        | Kind::EvidenceDestroy
        | Kind::OfficialAppoint
        | Kind::OfficialProposeRelease
        | Kind::OfficialRelease
        | Kind::OfficeDelegate
        | Kind::DelegationEnd
        | Kind::HorizonReschedule
        | Kind::DirectiveIssue
        | Kind::DocumentApprove
        | Kind::TargetStationsDesignate
        | Kind::ReviewHold
        | Kind::ReviewActionClose
        | Kind::CommissionEstablish
        | Kind::CommissionMemberAppoint
        | Kind::CommissionMemberRelease
        | Kind::CommissionRate
        | Kind::InitiativePropose
        | Kind::InitiativeRevise
        | Kind::InitiativeSubmit
        | Kind::InitiativeApprove
        | Kind::InitiativeReturn
        | Kind::InitiativeReject
        | Kind::InitiativeAllocateResources
        | Kind::InitiativeRaiseRisk
        | Kind::InitiativeCloseRisk
        | Kind::MilestoneAdmit
        | Kind::MilestoneApproveRebaseline
        | Kind::MilestoneRefuseRebaseline
        | Kind::MilestoneApproveCancellation
        | Kind::MilestoneRefuseCancellation
        | Kind::MilestoneBlock
        | Kind::MilestoneUnblock
        | Kind::StationRegister
        | Kind::StationRecordVolume
        | Kind::IndicatorDefine
        | Kind::IndicatorRedefine
        | Kind::IndicatorSetTarget => false,
        Kind::InitiativeSuspend
        | Kind::InitiativeResume
        | Kind::InitiativeComplete
        | Kind::InitiativeCancel
        | Kind::MilestonePlan
        | Kind::MilestoneRevise
        | Kind::MilestoneProposeRebaseline
        | Kind::MilestoneProposeCancellation
        | Kind::MilestoneReportProgress
        | Kind::MilestoneCorrectProgress
        | Kind::MilestoneClaimCompletion
        | Kind::MilestoneVerifyCompletion
        | Kind::MilestoneRefuseCompletion
        | Kind::StationRecordNetwork
        | Kind::StationRecordNetworkLoss
        | Kind::StationRecordDelivery
        | Kind::StationRevokeDelivery
        | Kind::StationClose
        | Kind::IndicatorRecordMeasurement
        | Kind::IndicatorVerifyMeasurement
        | Kind::IndicatorContestMeasurement
        | Kind::IndicatorCorrectMeasurement
        | Kind::IndicatorWithdrawMeasurement => true,
    }
}

/// What correcting it later looks like: a key of the catalogue. Nothing is ever taken back; both stay visible.
pub(super) fn later(kind: Kind) -> &'static str {
    match kind {
        Kind::ProgrammeCharter | Kind::EvidenceDestroy => "page-later-for-good",
        Kind::OfficialAppoint | Kind::CommissionMemberAppoint => "page-later-appointment",
        Kind::OfficialProposeRelease | Kind::OfficialRelease | Kind::CommissionMemberRelease => "page-later-release",
        Kind::OfficeDelegate => "page-later-delegation",
        Kind::DelegationEnd => "page-later-delegation-end",
        Kind::HorizonReschedule | Kind::TargetStationsDesignate | Kind::IndicatorSetTarget | Kind::DocumentApprove => "page-later-anew",
        Kind::DirectiveIssue | Kind::CommissionEstablish | Kind::StationRegister => "page-later-stays",
        Kind::ReviewHold => "page-later-review",
        Kind::ReviewActionClose | Kind::InitiativeCloseRisk => "page-later-closed",
        Kind::CommissionRate => "page-later-rating",
        Kind::InitiativePropose | Kind::InitiativeRevise | Kind::MilestonePlan | Kind::MilestoneRevise => "page-later-draft",
        Kind::InitiativeSubmit => "page-later-submitted",
        Kind::InitiativeApprove | Kind::MilestoneAdmit => "page-later-approved",
        Kind::InitiativeReturn => "page-later-returned",
        Kind::InitiativeReject | Kind::InitiativeComplete | Kind::InitiativeCancel => "page-later-for-good",
        Kind::InitiativeSuspend | Kind::InitiativeResume => "page-later-suspended",
        Kind::InitiativeAllocateResources => "page-later-allocation",
        Kind::InitiativeRaiseRisk => "page-later-risk",
        Kind::MilestoneProposeRebaseline | Kind::MilestoneProposeCancellation => "page-later-proposed",
        Kind::MilestoneApproveRebaseline | Kind::MilestoneRefuseRebaseline | Kind::MilestoneRefuseCancellation => "page-later-rebaseline",
        Kind::MilestoneApproveCancellation => "page-later-for-good",
        Kind::MilestoneReportProgress | Kind::MilestoneCorrectProgress => "page-later-report",
        Kind::MilestoneBlock | Kind::MilestoneUnblock => "page-later-obstacle",
        Kind::MilestoneClaimCompletion => "page-later-claim",
        Kind::MilestoneVerifyCompletion => "page-later-for-good",
        Kind::MilestoneRefuseCompletion => "page-later-claim-refused",
        Kind::StationRecordVolume | Kind::StationRecordNetwork | Kind::StationRecordNetworkLoss => "page-later-station",
        Kind::StationRecordDelivery => "page-later-delivery",
        Kind::StationRevokeDelivery => "page-later-revoked",
        Kind::StationClose | Kind::IndicatorWithdrawMeasurement => "page-later-for-good",
        Kind::IndicatorDefine | Kind::IndicatorRedefine => "page-later-defined",
        Kind::IndicatorRecordMeasurement | Kind::IndicatorCorrectMeasurement => "page-later-measurement",
        Kind::IndicatorVerifyMeasurement | Kind::IndicatorContestMeasurement => "page-later-spoken",
    }
}
