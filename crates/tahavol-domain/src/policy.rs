//! Who may try what: office × command × scope, one table. What depends on the state of a stream is decided there, not here.

use crate::aggregate::{Basis, Command, Stream};
use crate::commission::event::RatingVoice;
use crate::indicator::event::MeasurementScope;
use crate::programme::event::Delegation;
use crate::refusal::{Refusal, Rule};
use crate::values::{ActorId, CommissionSlug, InitiativeId, MilestoneId, Office, Person, ProvinceCode, StationCode};
use crate::{commission, indicator, initiative, milestone, programme, station};

mod rights;
#[cfg(test)]
mod tests;
mod within;

pub use rights::{Drafts, Reader, Right, drafts, has};
pub use within::Within;

/// How the command came: asked for by a person, or read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Import {
    #[default]
    No,
    /// Stations, reports, deliveries or measurements: the importer's own offices count, and an administrator's.
    File,
    /// A programme file under a resolution: an administrator imports, and the office is `founding`.
    Founding,
}

/// Whom a command is granted to. "Of" is the scope: the commission or the province that the command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    Council,
    /// Chair, secretary or member of the commission.
    MembersOf,
    ChairOf,
    Inspector,
    ReporterOf,
    /// Of any province; the state knows which province it is about.
    AnyReporter,
    Administrator,
    /// An administrator who imports a file, of either kind but the founding one.
    Importer,
    /// An administrator who imports a programme file.
    Founding,
    /// The administrator whom the configuration names, before anybody holds an office.
    Named,
    /// Who holds the office that the command lends, an auditor's excepted.
    Holder,
    /// Whoever holds any office but an auditor's; the state knows whose delegation it is.
    AnyOffice,
}

/// The table. An auditor stands nowhere in it: auditors write nothing.
fn grants(command: &Command) -> &'static [Grant] {
    use Grant::*;
    match command {
        Command::Programme(command) => match command {
            programme::Command::Charter(_) => &[Named],
            programme::Command::AppointOfficial(_) => &[Council],
            programme::Command::ProposeOfficialRelease(_) => &[Council],
            programme::Command::ReleaseOfficial(_) => &[Council],
            programme::Command::DelegateOffice(_) => &[Holder, Council],
            programme::Command::EndDelegation(_) => &[Council, AnyOffice],
            programme::Command::RescheduleHorizon(_) => &[Council],
            programme::Command::IssueDirective(_) => &[Council, Founding],
            programme::Command::ApproveDocument { .. } => &[Council],
            programme::Command::DesignateTargetStations { .. } => &[Council, Founding],
            programme::Command::HoldReview(_) => &[Council],
            programme::Command::CloseReviewAction(_) => &[Council],
            programme::Command::DestroyEvidence(_) => &[Administrator],
        },
        Command::Commission(command) => match command {
            commission::Command::Establish(_) => &[Council, Founding],
            commission::Command::AppointMember(_) => &[Council],
            commission::Command::ReleaseMember(_) => &[Council],
            commission::Command::Rate(rating) => match rating.voice {
                RatingVoice::Own => &[MembersOf],
                RatingVoice::Independent => &[Inspector],
            },
        },
        Command::Initiative(command) => match command {
            initiative::Command::Propose(_) => &[MembersOf, Founding],
            initiative::Command::Revise(_) => &[MembersOf],
            initiative::Command::Submit => &[ChairOf],
            initiative::Command::Approve(_) => &[Council, Founding],
            initiative::Command::Return(_) => &[Council],
            initiative::Command::Reject(_) => &[Council],
            initiative::Command::Suspend(_) => &[Council],
            initiative::Command::Resume(_) => &[Council],
            initiative::Command::Complete(_) => &[Council],
            initiative::Command::Cancel(_) => &[Council],
            initiative::Command::AllocateResources(_) => &[Council],
            initiative::Command::RaiseRisk(_) => &[MembersOf],
            initiative::Command::CloseRisk(_) => &[MembersOf],
        },
        Command::Milestone(command) => match command {
            milestone::Command::Plan(_) => &[MembersOf, Founding],
            milestone::Command::Revise(_) => &[MembersOf],
            milestone::Command::Admit(_) => &[Council, Founding],
            milestone::Command::ProposeRebaseline(_) => &[MembersOf],
            milestone::Command::ApproveRebaseline(_) => &[Council],
            milestone::Command::RefuseRebaseline(_) => &[Council],
            milestone::Command::ProposeCancellation(_) => &[MembersOf],
            milestone::Command::ApproveCancellation(_) => &[Council],
            milestone::Command::RefuseCancellation(_) => &[Council],
            milestone::Command::ReportProgress(_) => &[MembersOf, Importer, Founding],
            milestone::Command::CorrectProgress(_) => &[MembersOf],
            milestone::Command::Block => &[MembersOf],
            milestone::Command::Unblock => &[MembersOf],
            milestone::Command::ClaimCompletion(_) => &[MembersOf, Founding],
            milestone::Command::VerifyCompletion(_) => &[Inspector],
            milestone::Command::RefuseCompletion(_) => &[Inspector],
        },
        Command::Station(command) => match command {
            station::Command::Register(_) => &[ReporterOf, Importer],
            station::Command::RecordVolume(_) => &[ReporterOf, Importer],
            station::Command::RecordNetwork => &[ReporterOf, Importer],
            station::Command::RecordNetworkLoss => &[ReporterOf, Importer],
            station::Command::RecordDelivery(_) => &[ReporterOf, Importer],
            station::Command::RevokeDelivery(_) => &[ReporterOf],
            station::Command::Close => &[ReporterOf],
        },
        Command::Indicator(command) => match command {
            indicator::Command::Define(_) => &[MembersOf, Founding],
            indicator::Command::Redefine(_) => &[MembersOf],
            indicator::Command::SetTarget(_) => &[Council, Founding],
            indicator::Command::RecordMeasurement(_) => &[MembersOf, ReporterOf, Importer, Founding],
            indicator::Command::VerifyMeasurement(_) => &[Inspector],
            indicator::Command::ContestMeasurement(_) => &[Inspector],
            indicator::Command::CorrectMeasurement(_) => &[MembersOf, AnyReporter],
            indicator::Command::WithdrawMeasurement(_) => &[MembersOf, AnyReporter],
        },
    }
}

/// Which of the actor's `offices` (those held today) permits the command: the least of them that suffices, so that the record never
/// claims more authority than the act needed.
///
/// # Errors
/// The rule that names what is missing: the thing the command is about, or the permission.
#[expect(clippy::too_many_arguments, reason = "each is a column of the table")]
pub fn permit(
    command: &Command,
    stream: &Stream,
    actor: &Person,
    offices: &[Office],
    import: Import,
    within: &Within,
    basis: &dyn Basis,
    named_administrator: Option<&ActorId>,
) -> Result<Office, Refusal> {
    let grants = grants(command);
    if grants.contains(&Grant::Named) {
        within.refuse_outside(command.kind(), &Scope::default())?;
        let is_named = named_administrator == Some(&actor.id);
        return if is_named { Ok(Office::Administrator) } else { Err(Refusal::new(Rule::NotTheNamedAdministrator)) };
    }
    if basis.programme().is_none() {
        return Err(Refusal::new(Rule::NotChartered));
    }
    let scope = scope(command, stream, basis)?;
    within.refuse_outside(command.kind(), &scope)?;
    if import == Import::Founding {
        let may = grants.contains(&Grant::Founding) && offices.contains(&Office::Administrator);
        return if may { Ok(Office::Founding) } else { Err(Refusal::new(Rule::NotPermitted)) };
    }
    let mut offices: Vec<&Office> = offices.iter().collect();
    offices.sort_by_key(|office| (power(office), office.to_string()));
    let suffices = |office: &&Office| grants.iter().any(|grant| allows(*grant, office, &scope, command, actor, import));
    offices.into_iter().find(suffices).cloned().ok_or_else(|| Refusal::new(Rule::NotPermitted))
}

/// What a command is about, where that limits who may try it.
#[derive(Debug, Default)]
struct Scope {
    commission: Option<CommissionSlug>,
    province: Option<ProvinceCode>,
}

fn allows(grant: Grant, office: &Office, scope: &Scope, command: &Command, actor: &Person, import: Import) -> bool {
    match grant {
        Grant::Council => *office == Office::Council,
        Grant::MembersOf => office.commission().is_some_and(|own| scope.commission.as_ref() == Some(own)),
        Grant::ChairOf => matches!(office, Office::Chair(own) if scope.commission.as_ref() == Some(own)),
        Grant::Inspector => *office == Office::Inspector,
        Grant::ReporterOf => matches!(office, Office::Reporter(own) if scope.province.as_ref() == Some(own)),
        Grant::AnyReporter => matches!(office, Office::Reporter(_)),
        Grant::Administrator => *office == Office::Administrator,
        Grant::Importer => *office == Office::Administrator && import == Import::File,
        // Both are answered before offices are looked at one by one.
        Grant::Founding | Grant::Named => false,
        Grant::Holder => lent(command).is_some_and(|lent| lent.from == actor.id && lent.office == *office && *office != Office::Auditor),
        Grant::AnyOffice => *office != Office::Auditor,
    }
}

fn lent(command: &Command) -> Option<&Delegation> {
    if let Command::Programme(programme::Command::DelegateOffice(delegation)) = command { Some(delegation) } else { None }
}

/// From the least to the most powerful.
fn power(office: &Office) -> u8 {
    match office {
        Office::Auditor => 0,
        Office::Member(_) => 1,
        Office::Secretary(_) => 2,
        Office::Chair(_) => 3,
        Office::Reporter(_) => 4,
        Office::Inspector => 5,
        Office::Administrator => 6,
        Office::Council => 7,
        Office::Founding => 8,
    }
}

/// The scope follows from the payload of a command that creates something, else from what the stream is known to be.
fn scope(command: &Command, stream: &Stream, basis: &dyn Basis) -> Result<Scope, Refusal> {
    match (command, stream) {
        (Command::Programme(_), Stream::Programme(_)) => Ok(Scope::default()),
        (Command::Commission(commission::Command::Establish(_)), Stream::Commission(slug)) => Ok(of_commission(slug.clone())),
        (Command::Commission(_), Stream::Commission(slug)) => known_commission(slug, basis),
        (Command::Initiative(initiative::Command::Propose(proposal)), Stream::Initiative(_)) => {
            known_commission(&proposal.commission, basis)
        }
        (Command::Initiative(_), Stream::Initiative(id)) => of_initiative(*id, basis),
        (Command::Milestone(milestone::Command::Plan(plan)), Stream::Milestone(_)) => of_initiative(plan.initiative, basis),
        (Command::Milestone(_), Stream::Milestone(id)) => of_milestone(*id, basis),
        (Command::Station(station::Command::Register(registration)), Stream::Station(_)) => of_province(&registration.province, basis),
        (Command::Station(_), Stream::Station(code)) => of_station(code, basis),
        (Command::Indicator(indicator::Command::Define(definition)), Stream::Indicator(_)) => {
            known_commission(&definition.commission, basis)
        }
        (Command::Indicator(command), Stream::Indicator(code)) => {
            let unknown = || Refusal::new(Rule::UnknownIndicator).with("indicator", &code.0);
            let commission = Some(basis.indicator(code).ok_or_else(unknown)?.commission);
            Ok(Scope { commission, province: measured_province(command, basis)? })
        }
        (
            Command::Programme(_)
            | Command::Commission(_)
            | Command::Initiative(_)
            | Command::Milestone(_)
            | Command::Station(_)
            | Command::Indicator(_),
            _,
        ) => Err(Refusal::at(Rule::CodeInvalid, "stream").with("value", stream)),
    }
}

fn of_commission(slug: CommissionSlug) -> Scope {
    Scope { commission: Some(slug), province: None }
}

fn known_commission(slug: &CommissionSlug, basis: &dyn Basis) -> Result<Scope, Refusal> {
    if !basis.has_commission(slug) {
        return Err(Refusal::at(Rule::UnknownCommission, "commission").with("commission", &slug.0));
    }
    Ok(of_commission(slug.clone()))
}

fn of_initiative(id: InitiativeId, basis: &dyn Basis) -> Result<Scope, Refusal> {
    let unknown = || Refusal::at(Rule::UnknownInitiative, "initiative").with("initiative", id.0);
    basis.initiative(id).map(|found| of_commission(found.commission)).ok_or_else(unknown)
}

fn of_milestone(id: MilestoneId, basis: &dyn Basis) -> Result<Scope, Refusal> {
    let unknown = || Refusal::at(Rule::UnknownMilestone, "milestone").with("milestone", id.0);
    basis.milestone(id).map(|found| of_commission(found.commission)).ok_or_else(unknown)
}

fn of_province(code: &ProvinceCode, basis: &dyn Basis) -> Result<Scope, Refusal> {
    if !basis.has_province(code) {
        return Err(Refusal::at(Rule::UnknownProvince, "province").with("province", &code.0));
    }
    Ok(Scope { commission: None, province: Some(code.clone()) })
}

fn of_station(code: &StationCode, basis: &dyn Basis) -> Result<Scope, Refusal> {
    let unknown = || Refusal::at(Rule::UnknownStation, "station").with("station", &code.0);
    let province = Some(basis.station(code).ok_or_else(unknown)?.province);
    Ok(Scope { commission: None, province })
}

/// A reporter measures the own province and its stations.
fn measured_province(command: &indicator::Command, basis: &dyn Basis) -> Result<Option<ProvinceCode>, Refusal> {
    match command {
        indicator::Command::RecordMeasurement(measurement) => match &measurement.scope {
            MeasurementScope::National => Ok(None),
            MeasurementScope::Province(code) => Ok(of_province(code, basis)?.province),
            MeasurementScope::Station(code) => Ok(of_station(code, basis)?.province),
        },
        indicator::Command::Define(_)
        | indicator::Command::Redefine(_)
        | indicator::Command::SetTarget(_)
        | indicator::Command::VerifyMeasurement(_)
        | indicator::Command::ContestMeasurement(_)
        | indicator::Command::CorrectMeasurement(_)
        | indicator::Command::WithdrawMeasurement(_) => Ok(None),
    }
}
