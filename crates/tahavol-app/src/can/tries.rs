//! Which command is about what, and the least that it can say: one line for each.

use tahavol_domain::calendar::TimeZone;
use tahavol_domain::initiative::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure};
use tahavol_domain::programme::event::{Charter, Council, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::Text;
use tahavol_domain::values::{ActorId, Horizon, InitiativeId, Person};
use tahavol_domain::{Command, Kind, Stream, initiative, milestone, programme, station};
use uuid::Uuid;

use super::{Desk, SOMETHING, Subject, Try};

/// The ways in which a command could come; none where it is not about such a thing.
pub(super) type Tries = Option<Vec<Try>>;

impl Desk<'_> {
    pub(super) fn tries(&self, kind: Kind, about: &Subject) -> Tries {
        use initiative::Command as I;
        use milestone::Command as M;
        use station::Command as S;
        match kind {
            Kind::ProgrammeCharter => self.of_programme(about, || vec![self.charter()]),
            Kind::OfficialAppoint => self.appoint_official(about),
            Kind::OfficialProposeRelease => self.release_official(about, programme::Command::ProposeOfficialRelease),
            Kind::OfficialRelease => self.release_official(about, programme::Command::ReleaseOfficial),
            Kind::OfficeDelegate => self.delegate(about),
            Kind::DelegationEnd => self.end_delegation(about),
            Kind::HorizonReschedule => self.of_programme(about, || self.reschedule()),
            Kind::DirectiveIssue => self.of_programme(about, || vec![self.issue()]),
            Kind::DocumentApprove => self.of_programme(about, || vec![self.approve_document()]),
            Kind::TargetStationsDesignate => self.of_programme(about, || vec![self.designate()]),
            Kind::ReviewHold => self.of_programme(about, || vec![self.hold()]),
            Kind::ReviewActionClose => self.close_action(about),
            Kind::EvidenceDestroy => self.destroy(about),
            Kind::CommissionEstablish => self.of_programme(about, || self.establish()),
            Kind::CommissionMemberAppoint => self.appoint_member(about),
            Kind::CommissionMemberRelease => self.release_member(about),
            Kind::CommissionRate => self.rate(about),
            Kind::InitiativePropose => self.propose(about),
            Kind::InitiativeRevise => self.revise(about),
            Kind::InitiativeSubmit => self.of_initiative(about, I::Submit),
            Kind::InitiativeApprove => self.of_initiative(about, I::Approve(decision())),
            Kind::InitiativeReturn => self.of_initiative(about, I::Return(decision())),
            Kind::InitiativeReject => self.of_initiative(about, I::Reject(decision())),
            Kind::InitiativeSuspend => self.of_initiative(about, I::Suspend(decision())),
            Kind::InitiativeResume => self.of_initiative(about, I::Resume(decision())),
            Kind::InitiativeComplete => self.of_initiative(about, I::Complete(decision())),
            Kind::InitiativeCancel => self.of_initiative(about, I::Cancel(decision())),
            Kind::InitiativeAllocateResources => self.of_initiative(about, I::AllocateResources(allocation())),
            Kind::InitiativeRaiseRisk => self.of_initiative(about, I::RaiseRisk(risk())),
            Kind::InitiativeCloseRisk => self.close_risk(about),
            Kind::MilestonePlan => self.plan(about),
            Kind::MilestoneRevise => self.revise_milestone(about),
            Kind::MilestoneAdmit => self.of_milestone(about, |_| vec![M::Admit(Default::default())]),
            Kind::MilestoneProposeRebaseline => self.propose_rebaseline(about),
            Kind::MilestoneApproveRebaseline => self.decide_rebaseline(about, M::ApproveRebaseline),
            Kind::MilestoneRefuseRebaseline => self.decide_rebaseline(about, M::RefuseRebaseline),
            Kind::MilestoneProposeCancellation => self.propose_cancellation(about),
            Kind::MilestoneApproveCancellation => self.decide_cancellation(about, M::ApproveCancellation),
            Kind::MilestoneRefuseCancellation => self.decide_cancellation(about, M::RefuseCancellation),
            Kind::MilestoneReportProgress => self.report(about),
            Kind::MilestoneCorrectProgress => self.correct(about),
            Kind::MilestoneBlock => self.of_milestone(about, |_| vec![M::Block]),
            Kind::MilestoneUnblock => self.of_milestone(about, |_| vec![M::Unblock]),
            Kind::MilestoneClaimCompletion => self.of_milestone(about, |_| vec![M::ClaimCompletion(Default::default())]),
            Kind::MilestoneVerifyCompletion => self.decide_claim(about, M::VerifyCompletion),
            Kind::MilestoneRefuseCompletion => self.decide_claim(about, M::RefuseCompletion),
            Kind::StationRegister => self.register(about),
            Kind::StationRecordVolume => self.record_volume(about),
            Kind::StationRecordNetwork => self.of_station(about, |_| vec![S::RecordNetwork]),
            Kind::StationRecordNetworkLoss => self.of_station(about, |_| vec![S::RecordNetworkLoss]),
            Kind::StationRecordDelivery => self.record_delivery(about),
            Kind::StationRevokeDelivery => self.revoke_delivery(about),
            Kind::StationClose => self.of_station(about, |_| vec![S::Close]),
            Kind::IndicatorDefine => self.define(about),
            Kind::IndicatorRedefine => self.redefine(about),
            Kind::IndicatorSetTarget => self.set_target(about),
            Kind::IndicatorRecordMeasurement => self.record_measurement(about),
            Kind::IndicatorVerifyMeasurement => self.verify_measurement(about),
            Kind::IndicatorContestMeasurement => self.contest_measurement(about),
            Kind::IndicatorCorrectMeasurement => self.correct_measurement(about),
            Kind::IndicatorWithdrawMeasurement => self.withdraw_measurement(about),
        }
    }

    fn of_programme(&self, about: &Subject, tries: impl FnOnce() -> Vec<Try>) -> Tries {
        (*about == Subject::Programme).then(tries)
    }

    pub(super) fn programme_wide(&self, command: programme::Command) -> Try {
        (Stream::Programme(self.programme), Command::Programme(command))
    }

    fn charter(&self) -> Try {
        let least = Quantity::ZERO;
        let charter = Charter {
            programme: self.programme,
            slug: SOMETHING.to_owned(),
            title: something(),
            time_zone: TimeZone::tehran(),
            council: Council { title: something(), chair: something(), provenance: None },
            administrator: Person { id: self.actor.clone(), name: SOMETHING.to_owned() },
            first_official: somebody(),
            horizons: Vec::new(),
            commissions: Vec::new(),
            provinces: Vec::new(),
            confidence: Thresholds { green: least, amber_green: least, amber: least, amber_red: least },
            simulation: None,
        };
        self.programme_wide(programme::Command::Charter(Box::new(charter)))
    }

    fn of_initiative(&self, about: &Subject, command: initiative::Command) -> Tries {
        let Subject::Initiative(id) = about else { return None };
        Some(vec![to_initiative(*id, command)])
    }

    fn propose(&self, about: &Subject) -> Tries {
        let Subject::Commission(slug) = about else { return None };
        let code = new_code();
        let id = InitiativeId(self.programme.id_of(&code));
        let proposal = Proposal {
            code,
            commission: slug.clone(),
            horizon: Horizon::Long,
            title: something(),
            directives: Vec::new(),
            note: None,
            provenance: None,
        };
        Some(vec![to_initiative(id, initiative::Command::Propose(proposal))])
    }

    fn revise(&self, about: &Subject) -> Tries {
        let Subject::Initiative(id) = about else { return None };
        let revision = Revision { horizon: Horizon::Long, title: something(), directives: Vec::new(), note: None };
        Some(vec![to_initiative(*id, initiative::Command::Revise(revision))])
    }

    /// Of an initiative, any that is open.
    fn close_risk(&self, about: &Subject) -> Tries {
        let (id, named) = match about {
            Subject::Risk(id, risk) => (*id, Some(*risk)),
            Subject::Initiative(id) => (*id, None),
            Subject::Programme
            | Subject::Official(_)
            | Subject::Delegation(_)
            | Subject::Review(_)
            | Subject::Evidence(_)
            | Subject::Commission(_)
            | Subject::Milestone(_)
            | Subject::Province(_)
            | Subject::Station(_)
            | Subject::Indicator(_)
            | Subject::Measurement(..) => return None,
        };
        let risks = || self.snapshot.initiatives.get(&id).map(|row| &row.risks);
        let open = || risks()?.iter().find(|(_, row)| row.closed.is_none()).map(|(risk, _)| *risk);
        let risk = named.or_else(open).unwrap_or_default();
        Some(vec![to_initiative(id, initiative::Command::CloseRisk(RiskClosure { risk }))])
    }
}

fn to_initiative(id: InitiativeId, command: initiative::Command) -> Try {
    (Stream::Initiative(id), Command::Initiative(command))
}

fn decision() -> Decision {
    Decision { resolution: Some(SOMETHING.to_owned()) }
}

fn allocation() -> Allocation {
    let (allocation, unit) = (Uuid::now_v7(), SOMETHING.to_owned());
    Allocation { allocation, resource: something(), amount: Quantity::ONE, unit, resolution: SOMETHING.to_owned() }
}

fn risk() -> Risk {
    Risk { risk: Uuid::now_v7(), title: something(), likelihood: 1, impact: 1, mitigation: None }
}

pub(super) fn something() -> Text {
    Text::fa(SOMETHING)
}

/// A person whom nobody knows.
pub(super) fn somebody() -> Person {
    Person { id: ActorId(new_code()), name: SOMETHING.to_owned() }
}

/// A code that nothing has.
pub(super) fn new_code() -> String {
    format!("can-{}", Uuid::now_v7())
}
