//! What was asked, from what happened: each event says enough of its command to decide it again.
//!
//! Every command records one event. What the event does not keep is only which of two ways of saying the same was used: a
//! horizon that was left out and then taken from the initiative, a day that was left out and then is the day of recording, a
//! measurement named by its correction. The command that says it in full is decided alike.

use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone, ProposeRebaseline, ReviseMilestone};
use tahavol_domain::milestone::event::{Baseline, ProposalDecision};
use tahavol_domain::milestone::measure::{Measure, MeasureChoice};
use tahavol_domain::policy::Import;
use tahavol_domain::programme::command::HoldReview;
use tahavol_domain::values::Office;
use tahavol_domain::{Command, Envelope, Event, commission, indicator, initiative, milestone, programme, station};

/// The command that recorded this event.
pub(super) fn asked(event: &Event) -> Command {
    match event {
        Event::Programme(event) => Command::Programme(of_programme(event)),
        Event::Commission(event) => Command::Commission(of_commission(event)),
        Event::Initiative(event) => Command::Initiative(of_initiative(event)),
        Event::Milestone(event) => Command::Milestone(of_milestone(event)),
        Event::Station(event) => Command::Station(of_station(event)),
        Event::Indicator(event) => Command::Indicator(of_indicator(event)),
    }
}

/// The day that was given, or that means the same. Of a measurement the period's end is kept, which may not have come yet.
pub(super) fn given_day(event: &Event, said: &Envelope) -> Option<Date> {
    match event {
        Event::Indicator(indicator::Event::MeasurementRecorded(_) | indicator::Event::MeasurementCorrected(_)) => None,
        Event::Programme(_)
        | Event::Commission(_)
        | Event::Initiative(_)
        | Event::Milestone(_)
        | Event::Station(_)
        | Event::Indicator(_) => said.effective_on,
    }
}

/// How the command came.
pub(super) fn import(said: &Envelope) -> Import {
    if said.office == Office::Founding {
        Import::Founding
    } else if said.origin.starts_with("import:") {
        Import::File
    } else {
        Import::No
    }
}

fn of_programme(event: &programme::Event) -> programme::Command {
    use programme::{Command as C, Event as E};
    match event.clone() {
        E::Chartered(charter) => C::Charter(charter),
        E::OfficialAppointed(appointment) => C::AppointOfficial(appointment),
        E::OfficialReleaseProposed(release) => C::ProposeOfficialRelease(release),
        E::OfficialReleased(release) => C::ReleaseOfficial(release),
        E::OfficeDelegated(delegation) => C::DelegateOffice(delegation),
        E::DelegationEnded(end) => C::EndDelegation(end),
        E::HorizonRescheduled(window) => C::RescheduleHorizon(window),
        E::DirectiveIssued(directive) => C::IssueDirective(directive),
        E::DocumentApproved(version) => C::ApproveDocument { resolution: version.resolution },
        E::TargetStationsDesignated(targets) => C::DesignateTargetStations {
            visit_share_above: targets.visit_share_above,
            case_share_above: targets.case_share_above,
            provenance: targets.provenance,
        },
        E::ReviewHeld(review) => C::HoldReview(HoldReview {
            review: review.review,
            kind: review.kind,
            title: review.title,
            position: Some(review.frozen_position),
            strengths: review.strengths,
            weaknesses: review.weaknesses,
            commendations: review.commendations,
            actions: review.actions,
        }),
        E::ReviewActionClosed(closure) => C::CloseReviewAction(closure),
        E::EvidenceDestroyed(destruction) => C::DestroyEvidence(destruction),
    }
}

fn of_commission(event: &commission::Event) -> commission::Command {
    use commission::{Command as C, Event as E};
    match event.clone() {
        E::Established(establishment) => C::Establish(establishment),
        E::MemberAppointed(appointment) => C::AppointMember(appointment),
        E::MemberReleased(release) => C::ReleaseMember(release),
        E::Rated(rating) => C::Rate(rating),
    }
}

fn of_initiative(event: &initiative::Event) -> initiative::Command {
    use initiative::{Command as C, Event as E};
    match event.clone() {
        E::Proposed(proposal) => C::Propose(proposal),
        E::Revised(revision) => C::Revise(revision),
        E::Submitted(_) => C::Submit,
        E::Approved(decision) => C::Approve(decision),
        E::Returned(decision) => C::Return(decision),
        E::Rejected(decision) => C::Reject(decision),
        E::Suspended(decision) => C::Suspend(decision),
        E::Resumed(decision) => C::Resume(decision),
        E::Completed(decision) => C::Complete(decision),
        E::Cancelled(decision) => C::Cancel(decision),
        E::ResourcesAllocated(allocation) => C::AllocateResources(allocation),
        E::RiskRaised(risk) => C::RaiseRisk(risk),
        E::RiskClosed(closure) => C::CloseRisk(closure),
    }
}

fn of_milestone(event: &milestone::Event) -> milestone::Command {
    use milestone::{Command as C, Event as E};
    match event.clone() {
        E::Planned(plan) => C::Plan(Box::new(PlanMilestone {
            initiative: plan.initiative,
            code: plan.code,
            title: plan.title,
            baseline: choice(&plan.baseline),
            provenance: plan.provenance,
        })),
        E::Revised(revision) => C::Revise(Box::new(ReviseMilestone { title: revision.title, baseline: choice(&revision.baseline) })),
        E::Admitted(resolution) => C::Admit(resolution),
        E::RebaselineProposed(asked) => {
            C::ProposeRebaseline(Box::new(ProposeRebaseline { proposal: asked.proposal, baseline: choice(&asked.baseline) }))
        }
        E::Rebaselined(moved) => C::ApproveRebaseline(ProposalDecision { proposal: moved.proposal, resolution: moved.resolution }),
        E::RebaselineRefused(decision) => C::RefuseRebaseline(decision),
        E::CancellationProposed(asked) => C::ProposeCancellation(asked),
        E::Cancelled(decision) => C::ApproveCancellation(decision),
        E::CancellationRefused(decision) => C::RefuseCancellation(decision),
        E::ProgressReported(report) => C::ReportProgress(report),
        E::ProgressCorrected(correction) => C::CorrectProgress(correction),
        E::Blocked(_) => C::Block,
        E::Unblocked(_) => C::Unblock,
        E::CompletionClaimed(claim) => C::ClaimCompletion(claim),
        E::CompletionVerified(decision) => C::VerifyCompletion(decision),
        E::CompletionRefused(decision) => C::RefuseCompletion(decision),
    }
}

fn of_station(event: &station::Event) -> station::Command {
    use station::{Command as C, Event as E};
    match event.clone() {
        E::Registered(registration) => C::Register(registration),
        E::VolumeRecorded(volume) => C::RecordVolume(volume),
        E::Networked(_) => C::RecordNetwork,
        E::NetworkLost(_) => C::RecordNetworkLoss,
        E::DeliveryRecorded(delivery) => C::RecordDelivery(delivery),
        E::DeliveryRevoked(revocation) => C::RevokeDelivery(revocation),
        E::Closed(_) => C::Close,
    }
}

fn of_indicator(event: &indicator::Event) -> indicator::Command {
    use indicator::{Command as C, Event as E};
    match event.clone() {
        E::Defined(definition) => C::Define(definition),
        E::Redefined(redefinition) => C::Redefine(redefinition),
        E::TargetSet(target) => C::SetTarget(target),
        E::MeasurementRecorded(measurement) => C::RecordMeasurement(measurement),
        E::MeasurementVerified(decision) => C::VerifyMeasurement(decision),
        E::MeasurementContested(decision) => C::ContestMeasurement(decision),
        E::MeasurementCorrected(correction) => C::CorrectMeasurement(correction),
        E::MeasurementWithdrawn(decision) => C::WithdrawMeasurement(decision),
    }
}

fn choice(baseline: &Baseline) -> BaselineChoice {
    let measure = match &baseline.measure {
        Measure::Binary => MeasureChoice::Binary,
        Measure::Reported => MeasureChoice::Reported,
        Measure::Steps(steps) => MeasureChoice::Steps(steps.clone()),
        Measure::Rollout(rollout) => MeasureChoice::Rollout { scope: rollout.scope.clone(), weigh_by_visits: rollout.visits.is_some() },
        Measure::Indicator(measure) => MeasureChoice::Indicator(measure.indicator.clone()),
    };
    BaselineChoice { weight: baseline.weight, starts: baseline.starts, due: baseline.due, horizon: Some(baseline.horizon), measure }
}
