//! The name of every command, without what it says: for whoever is let do some of them and not others.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::aggregate::Command;
use crate::{commission, indicator, initiative, milestone, programme, station};

/// Which command. It is called as the mutation that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    ProgrammeCharter,
    OfficialAppoint,
    OfficialProposeRelease,
    OfficialRelease,
    OfficeDelegate,
    DelegationEnd,
    HorizonReschedule,
    DirectiveIssue,
    DocumentApprove,
    TargetStationsDesignate,
    ReviewHold,
    ReviewActionClose,
    EvidenceDestroy,
    CommissionEstablish,
    CommissionMemberAppoint,
    CommissionMemberRelease,
    CommissionRate,
    InitiativePropose,
    InitiativeRevise,
    InitiativeSubmit,
    InitiativeApprove,
    InitiativeReturn,
    InitiativeReject,
    InitiativeSuspend,
    InitiativeResume,
    InitiativeComplete,
    InitiativeCancel,
    InitiativeAllocateResources,
    InitiativeRaiseRisk,
    InitiativeCloseRisk,
    MilestonePlan,
    MilestoneRevise,
    MilestoneAdmit,
    MilestoneProposeRebaseline,
    MilestoneApproveRebaseline,
    MilestoneRefuseRebaseline,
    MilestoneProposeCancellation,
    MilestoneApproveCancellation,
    MilestoneRefuseCancellation,
    MilestoneReportProgress,
    MilestoneCorrectProgress,
    MilestoneBlock,
    MilestoneUnblock,
    MilestoneClaimCompletion,
    MilestoneVerifyCompletion,
    MilestoneRefuseCompletion,
    StationRegister,
    StationRecordVolume,
    StationRecordNetwork,
    StationRecordNetworkLoss,
    StationRecordDelivery,
    StationRevokeDelivery,
    StationClose,
    IndicatorDefine,
    IndicatorRedefine,
    IndicatorSetTarget,
    IndicatorRecordMeasurement,
    IndicatorVerifyMeasurement,
    IndicatorContestMeasurement,
    IndicatorCorrectMeasurement,
    IndicatorWithdrawMeasurement,
}

/// The text names no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a command: `{0}`")]
pub struct NotACommand(pub String);

impl Kind {
    /// Every command, in the order of the policy's table.
    pub const ALL: [Kind; 61] = [
        Kind::ProgrammeCharter,
        Kind::OfficialAppoint,
        Kind::OfficialProposeRelease,
        Kind::OfficialRelease,
        Kind::OfficeDelegate,
        Kind::DelegationEnd,
        Kind::HorizonReschedule,
        Kind::DirectiveIssue,
        Kind::DocumentApprove,
        Kind::TargetStationsDesignate,
        Kind::ReviewHold,
        Kind::ReviewActionClose,
        Kind::EvidenceDestroy,
        Kind::CommissionEstablish,
        Kind::CommissionMemberAppoint,
        Kind::CommissionMemberRelease,
        Kind::CommissionRate,
        Kind::InitiativePropose,
        Kind::InitiativeRevise,
        Kind::InitiativeSubmit,
        Kind::InitiativeApprove,
        Kind::InitiativeReturn,
        Kind::InitiativeReject,
        Kind::InitiativeSuspend,
        Kind::InitiativeResume,
        Kind::InitiativeComplete,
        Kind::InitiativeCancel,
        Kind::InitiativeAllocateResources,
        Kind::InitiativeRaiseRisk,
        Kind::InitiativeCloseRisk,
        Kind::MilestonePlan,
        Kind::MilestoneRevise,
        Kind::MilestoneAdmit,
        Kind::MilestoneProposeRebaseline,
        Kind::MilestoneApproveRebaseline,
        Kind::MilestoneRefuseRebaseline,
        Kind::MilestoneProposeCancellation,
        Kind::MilestoneApproveCancellation,
        Kind::MilestoneRefuseCancellation,
        Kind::MilestoneReportProgress,
        Kind::MilestoneCorrectProgress,
        Kind::MilestoneBlock,
        Kind::MilestoneUnblock,
        Kind::MilestoneClaimCompletion,
        Kind::MilestoneVerifyCompletion,
        Kind::MilestoneRefuseCompletion,
        Kind::StationRegister,
        Kind::StationRecordVolume,
        Kind::StationRecordNetwork,
        Kind::StationRecordNetworkLoss,
        Kind::StationRecordDelivery,
        Kind::StationRevokeDelivery,
        Kind::StationClose,
        Kind::IndicatorDefine,
        Kind::IndicatorRedefine,
        Kind::IndicatorSetTarget,
        Kind::IndicatorRecordMeasurement,
        Kind::IndicatorVerifyMeasurement,
        Kind::IndicatorContestMeasurement,
        Kind::IndicatorCorrectMeasurement,
        Kind::IndicatorWithdrawMeasurement,
    ];

    /// As the mutation is called: `milestoneReportProgress`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::ProgrammeCharter => "programmeCharter",
            Kind::OfficialAppoint => "officialAppoint",
            Kind::OfficialProposeRelease => "officialProposeRelease",
            Kind::OfficialRelease => "officialRelease",
            Kind::OfficeDelegate => "officeDelegate",
            Kind::DelegationEnd => "delegationEnd",
            Kind::HorizonReschedule => "horizonReschedule",
            Kind::DirectiveIssue => "directiveIssue",
            Kind::DocumentApprove => "documentApprove",
            Kind::TargetStationsDesignate => "targetStationsDesignate",
            Kind::ReviewHold => "reviewHold",
            Kind::ReviewActionClose => "reviewActionClose",
            Kind::EvidenceDestroy => "evidenceDestroy",
            Kind::CommissionEstablish => "commissionEstablish",
            Kind::CommissionMemberAppoint => "commissionMemberAppoint",
            Kind::CommissionMemberRelease => "commissionMemberRelease",
            Kind::CommissionRate => "commissionRate",
            Kind::InitiativePropose => "initiativePropose",
            Kind::InitiativeRevise => "initiativeRevise",
            Kind::InitiativeSubmit => "initiativeSubmit",
            Kind::InitiativeApprove => "initiativeApprove",
            Kind::InitiativeReturn => "initiativeReturn",
            Kind::InitiativeReject => "initiativeReject",
            Kind::InitiativeSuspend => "initiativeSuspend",
            Kind::InitiativeResume => "initiativeResume",
            Kind::InitiativeComplete => "initiativeComplete",
            Kind::InitiativeCancel => "initiativeCancel",
            Kind::InitiativeAllocateResources => "initiativeAllocateResources",
            Kind::InitiativeRaiseRisk => "initiativeRaiseRisk",
            Kind::InitiativeCloseRisk => "initiativeCloseRisk",
            Kind::MilestonePlan => "milestonePlan",
            Kind::MilestoneRevise => "milestoneRevise",
            Kind::MilestoneAdmit => "milestoneAdmit",
            Kind::MilestoneProposeRebaseline => "milestoneProposeRebaseline",
            Kind::MilestoneApproveRebaseline => "milestoneApproveRebaseline",
            Kind::MilestoneRefuseRebaseline => "milestoneRefuseRebaseline",
            Kind::MilestoneProposeCancellation => "milestoneProposeCancellation",
            Kind::MilestoneApproveCancellation => "milestoneApproveCancellation",
            Kind::MilestoneRefuseCancellation => "milestoneRefuseCancellation",
            Kind::MilestoneReportProgress => "milestoneReportProgress",
            Kind::MilestoneCorrectProgress => "milestoneCorrectProgress",
            Kind::MilestoneBlock => "milestoneBlock",
            Kind::MilestoneUnblock => "milestoneUnblock",
            Kind::MilestoneClaimCompletion => "milestoneClaimCompletion",
            Kind::MilestoneVerifyCompletion => "milestoneVerifyCompletion",
            Kind::MilestoneRefuseCompletion => "milestoneRefuseCompletion",
            Kind::StationRegister => "stationRegister",
            Kind::StationRecordVolume => "stationRecordVolume",
            Kind::StationRecordNetwork => "stationRecordNetwork",
            Kind::StationRecordNetworkLoss => "stationRecordNetworkLoss",
            Kind::StationRecordDelivery => "stationRecordDelivery",
            Kind::StationRevokeDelivery => "stationRevokeDelivery",
            Kind::StationClose => "stationClose",
            Kind::IndicatorDefine => "indicatorDefine",
            Kind::IndicatorRedefine => "indicatorRedefine",
            Kind::IndicatorSetTarget => "indicatorSetTarget",
            Kind::IndicatorRecordMeasurement => "indicatorRecordMeasurement",
            Kind::IndicatorVerifyMeasurement => "indicatorVerifyMeasurement",
            Kind::IndicatorContestMeasurement => "indicatorContestMeasurement",
            Kind::IndicatorCorrectMeasurement => "indicatorCorrectMeasurement",
            Kind::IndicatorWithdrawMeasurement => "indicatorWithdrawMeasurement",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = NotACommand;

    fn from_str(text: &str) -> Result<Self, NotACommand> {
        Kind::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| NotACommand(text.to_owned()))
    }
}

impl Command {
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Command::Programme(command) => match command {
                programme::Command::Charter(_) => Kind::ProgrammeCharter,
                programme::Command::AppointOfficial(_) => Kind::OfficialAppoint,
                programme::Command::ProposeOfficialRelease(_) => Kind::OfficialProposeRelease,
                programme::Command::ReleaseOfficial(_) => Kind::OfficialRelease,
                programme::Command::DelegateOffice(_) => Kind::OfficeDelegate,
                programme::Command::EndDelegation(_) => Kind::DelegationEnd,
                programme::Command::RescheduleHorizon(_) => Kind::HorizonReschedule,
                programme::Command::IssueDirective(_) => Kind::DirectiveIssue,
                programme::Command::ApproveDocument { .. } => Kind::DocumentApprove,
                programme::Command::DesignateTargetStations { .. } => Kind::TargetStationsDesignate,
                programme::Command::HoldReview(_) => Kind::ReviewHold,
                programme::Command::CloseReviewAction(_) => Kind::ReviewActionClose,
                programme::Command::DestroyEvidence(_) => Kind::EvidenceDestroy,
            },
            Command::Commission(command) => match command {
                commission::Command::Establish(_) => Kind::CommissionEstablish,
                commission::Command::AppointMember(_) => Kind::CommissionMemberAppoint,
                commission::Command::ReleaseMember(_) => Kind::CommissionMemberRelease,
                commission::Command::Rate(_) => Kind::CommissionRate,
            },
            Command::Initiative(command) => match command {
                initiative::Command::Propose(_) => Kind::InitiativePropose,
                initiative::Command::Revise(_) => Kind::InitiativeRevise,
                initiative::Command::Submit => Kind::InitiativeSubmit,
                initiative::Command::Approve(_) => Kind::InitiativeApprove,
                initiative::Command::Return(_) => Kind::InitiativeReturn,
                initiative::Command::Reject(_) => Kind::InitiativeReject,
                initiative::Command::Suspend(_) => Kind::InitiativeSuspend,
                initiative::Command::Resume(_) => Kind::InitiativeResume,
                initiative::Command::Complete(_) => Kind::InitiativeComplete,
                initiative::Command::Cancel(_) => Kind::InitiativeCancel,
                initiative::Command::AllocateResources(_) => Kind::InitiativeAllocateResources,
                initiative::Command::RaiseRisk(_) => Kind::InitiativeRaiseRisk,
                initiative::Command::CloseRisk(_) => Kind::InitiativeCloseRisk,
            },
            Command::Milestone(command) => match command {
                milestone::Command::Plan(_) => Kind::MilestonePlan,
                milestone::Command::Revise(_) => Kind::MilestoneRevise,
                milestone::Command::Admit(_) => Kind::MilestoneAdmit,
                milestone::Command::ProposeRebaseline(_) => Kind::MilestoneProposeRebaseline,
                milestone::Command::ApproveRebaseline(_) => Kind::MilestoneApproveRebaseline,
                milestone::Command::RefuseRebaseline(_) => Kind::MilestoneRefuseRebaseline,
                milestone::Command::ProposeCancellation(_) => Kind::MilestoneProposeCancellation,
                milestone::Command::ApproveCancellation(_) => Kind::MilestoneApproveCancellation,
                milestone::Command::RefuseCancellation(_) => Kind::MilestoneRefuseCancellation,
                milestone::Command::ReportProgress(_) => Kind::MilestoneReportProgress,
                milestone::Command::CorrectProgress(_) => Kind::MilestoneCorrectProgress,
                milestone::Command::Block => Kind::MilestoneBlock,
                milestone::Command::Unblock => Kind::MilestoneUnblock,
                milestone::Command::ClaimCompletion(_) => Kind::MilestoneClaimCompletion,
                milestone::Command::VerifyCompletion(_) => Kind::MilestoneVerifyCompletion,
                milestone::Command::RefuseCompletion(_) => Kind::MilestoneRefuseCompletion,
            },
            Command::Station(command) => match command {
                station::Command::Register(_) => Kind::StationRegister,
                station::Command::RecordVolume(_) => Kind::StationRecordVolume,
                station::Command::RecordNetwork => Kind::StationRecordNetwork,
                station::Command::RecordNetworkLoss => Kind::StationRecordNetworkLoss,
                station::Command::RecordDelivery(_) => Kind::StationRecordDelivery,
                station::Command::RevokeDelivery(_) => Kind::StationRevokeDelivery,
                station::Command::Close => Kind::StationClose,
            },
            Command::Indicator(command) => match command {
                indicator::Command::Define(_) => Kind::IndicatorDefine,
                indicator::Command::Redefine(_) => Kind::IndicatorRedefine,
                indicator::Command::SetTarget(_) => Kind::IndicatorSetTarget,
                indicator::Command::RecordMeasurement(_) => Kind::IndicatorRecordMeasurement,
                indicator::Command::VerifyMeasurement(_) => Kind::IndicatorVerifyMeasurement,
                indicator::Command::ContestMeasurement(_) => Kind::IndicatorContestMeasurement,
                indicator::Command::CorrectMeasurement(_) => Kind::IndicatorCorrectMeasurement,
                indicator::Command::WithdrawMeasurement(_) => Kind::IndicatorWithdrawMeasurement,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_by_its_name_and_written_by_it() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert!("milestoneForget".parse::<Kind>().is_err());
    }
}
