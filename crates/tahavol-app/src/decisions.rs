//! Decisions taken again before the reader's eyes: what was decided, what it answered, what the decider saw, what came out later.

mod list;
mod since;
mod words;

use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::values::{ActorId, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office};
use tahavol_domain::{Event, Fact, Stream, indicator, initiative, milestone, programme};
use tahavol_projections::Snapshot;
use tahavol_projections::rows::Stamp;
use tahavol_projections::sight::Sight;

use crate::app::Tahavol;
use crate::as_of::AsOf;
use crate::error::AppError;
use crate::facts::RecordedFact;

pub use list::{DecisionFilter, deciding_types};
pub use since::{Since, SinceKind};

/// A decision with what it was taken on.
#[derive(Debug, Clone)]
pub struct Decision {
    pub fact: RecordedFact,
    pub subject: DecisionSubject,
    /// The proposal, the submission, the claim or the measurement that it answers.
    pub answers: Option<RecordedFact>,
    /// The picture that it looked at; an empty one where there was none.
    pub basis: Arc<Snapshot>,
    /// The civil day of the decision, where the programme is: progress at the basis is that of this day.
    pub status_date: Date,
    /// Offices that the decider held then, lent ones included.
    pub offices: Vec<Office>,
    /// What was recorded after the basis and speaks of what the decision looked at, in the order of positions.
    pub since: Vec<Since>,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionSubject {
    Official(ActorId, Office),
    Horizon(Horizon),
    /// A version of the transformation document.
    Document(u32),
    TargetStations,
    Initiative(InitiativeId),
    Milestone(MilestoneId),
    Indicator(IndicatorCode),
}

/// What the fact decides, and about what; none where it decides nothing: it proposes, states, reports or carries out.
///
/// Appointments and directives begin something of their own and look at nothing, so that there is nothing to replay.
#[must_use]
pub fn decided_in(fact: &Fact) -> Option<DecisionSubject> {
    let stream = fact.envelope.stream.parse::<Stream>().ok()?;
    match (&fact.event, stream) {
        (Event::Programme(event), Stream::Programme(_)) => of_programme(event),
        (Event::Initiative(event), Stream::Initiative(id)) => decides_initiative(event).then_some(DecisionSubject::Initiative(id)),
        (Event::Milestone(event), Stream::Milestone(id)) => decides_milestone(event).then_some(DecisionSubject::Milestone(id)),
        (Event::Indicator(event), Stream::Indicator(code)) => decides_indicator(event).then_some(DecisionSubject::Indicator(code)),
        (
            Event::Programme(_)
            | Event::Commission(_)
            | Event::Initiative(_)
            | Event::Milestone(_)
            | Event::Station(_)
            | Event::Indicator(_),
            _,
        ) => None,
    }
}

fn of_programme(event: &programme::Event) -> Option<DecisionSubject> {
    use programme::Event;
    match event {
        Event::OfficialReleased(release) => Some(DecisionSubject::Official(release.actor.clone(), release.office.clone())),
        Event::HorizonRescheduled(window) => Some(DecisionSubject::Horizon(window.horizon)),
        Event::DocumentApproved(version) => Some(DecisionSubject::Document(version.version)),
        Event::TargetStationsDesignated(_) => Some(DecisionSubject::TargetStations),
        Event::Chartered(_)
        | Event::OfficialAppointed(_)
        | Event::OfficialReleaseProposed(_)
        | Event::OfficeDelegated(_)
        | Event::DelegationEnded(_)
        | Event::DirectiveIssued(_)
        | Event::ReviewHeld(_)
        | Event::ReviewActionClosed(_)
        | Event::EvidenceDestroyed(_) => None,
    }
}

fn decides_initiative(event: &initiative::Event) -> bool {
    use initiative::Event;
    match event {
        Event::Approved(_)
        | Event::Returned(_)
        | Event::Rejected(_)
        | Event::Suspended(_)
        | Event::Resumed(_)
        | Event::Completed(_)
        | Event::Cancelled(_)
        | Event::ResourcesAllocated(_) => true,
        Event::Proposed(_) | Event::Revised(_) | Event::Submitted(_) | Event::RiskRaised(_) | Event::RiskClosed(_) => false,
    }
}

fn decides_milestone(event: &milestone::Event) -> bool {
    use milestone::Event;
    match event {
        Event::Admitted(_)
        | Event::Rebaselined(_)
        | Event::RebaselineRefused(_)
        | Event::Cancelled(_)
        | Event::CancellationRefused(_)
        | Event::CompletionVerified(_)
        | Event::CompletionRefused(_) => true,
        Event::Planned(_)
        | Event::Revised(_)
        | Event::RebaselineProposed(_)
        | Event::CancellationProposed(_)
        | Event::ProgressReported(_)
        | Event::ProgressCorrected(_)
        | Event::Blocked(_)
        | Event::Unblocked(_)
        | Event::CompletionClaimed(_) => false,
    }
}

fn decides_indicator(event: &indicator::Event) -> bool {
    use indicator::Event;
    match event {
        Event::TargetSet(_) | Event::MeasurementVerified(_) | Event::MeasurementContested(_) => true,
        Event::Defined(_)
        | Event::Redefined(_)
        | Event::MeasurementRecorded(_)
        | Event::MeasurementCorrected(_)
        | Event::MeasurementWithdrawn(_) => false,
    }
}

impl Tahavol {
    /// The decision at a position, and what came out about it up to the picture `seen`, as the sight shows it; none where that event
    /// decides nothing, lies beyond the picture or is not shown.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn decision(&self, position: u64, seen: &Arc<Snapshot>, sight: &Arc<Sight>) -> Result<Option<Decision>, AppError> {
        if seen.position < Some(position) {
            return Ok(None);
        }
        let Some(fact) = self.fact_at(position).await?.filter(|fact| sight.shows_fact(&fact.fact)) else { return Ok(None) };
        let Some(subject) = decided_in(&fact.fact) else { return Ok(None) };
        let said = &fact.fact.envelope;
        let basis = match said.basis {
            Some(basis) => sight.of(&self.as_of(AsOf::Position(basis)).await?),
            None => Arc::default(),
        };
        // The basis may be a little behind the stream; what the decision answers lies before it all the same.
        let before = match position.checked_sub(1) {
            Some(before) if Some(before) != basis.position => sight.of(&self.as_of(AsOf::Position(before)).await?),
            Some(_) | None => Arc::clone(&basis),
        };
        let answers = match answered(&fact.fact, &subject, &before) {
            Some(stamp) => self.fact_at(stamp.position).await?.filter(|fact| sight.shows_fact(&fact.fact)),
            None => None,
        };
        let status_date = said.time.date_in(&seen.time_zone());
        let offices = basis.offices(&said.actor, status_date);
        let looked_at = since::LookedAt { position, subject: &subject, basis: &basis, day: status_date };
        let since = self.since(&looked_at, &fact, seen).await?;
        Ok(Some(Decision { subject, answers, basis, status_date, offices, since, fact }))
    }
}

/// What the decision answers, as the picture just before it has it.
fn answered<'a>(fact: &Fact, subject: &DecisionSubject, before: &'a Snapshot) -> Option<&'a Stamp> {
    match (&fact.event, subject) {
        (Event::Programme(_), DecisionSubject::Official(actor, office)) => before.officials.get(actor)?.release_proposed.get(office),
        (Event::Initiative(event), DecisionSubject::Initiative(id)) => answered_of_initiative(event, *id, before),
        (Event::Milestone(event), DecisionSubject::Milestone(id)) => answered_of_milestone(event, *id, before),
        (Event::Indicator(event), DecisionSubject::Indicator(code)) => answered_of_indicator(event, code, before),
        (
            Event::Programme(_)
            | Event::Commission(_)
            | Event::Initiative(_)
            | Event::Milestone(_)
            | Event::Station(_)
            | Event::Indicator(_),
            _,
        ) => None,
    }
}

fn answered_of_initiative<'a>(event: &initiative::Event, id: InitiativeId, before: &'a Snapshot) -> Option<&'a Stamp> {
    use initiative::Event;
    let row = before.initiatives.get(&id)?;
    match event {
        // The submission, or in a founding the proposal itself.
        Event::Approved(_) | Event::Returned(_) | Event::Rejected(_) => Some(&row.phase_since),
        Event::Suspended(_)
        | Event::Resumed(_)
        | Event::Completed(_)
        | Event::Cancelled(_)
        | Event::ResourcesAllocated(_)
        | Event::Proposed(_)
        | Event::Revised(_)
        | Event::Submitted(_)
        | Event::RiskRaised(_)
        | Event::RiskClosed(_) => None,
    }
}

fn answered_of_milestone<'a>(event: &milestone::Event, id: MilestoneId, before: &'a Snapshot) -> Option<&'a Stamp> {
    use milestone::Event;
    let row = before.milestones.get(&id)?;
    match event {
        Event::Admitted(_) => Some(&row.plan.planned),
        Event::Rebaselined(_) | Event::RebaselineRefused(_) => row.life.rebaseline_pending.as_ref().map(|(_, _, asked)| asked),
        Event::Cancelled(_) | Event::CancellationRefused(_) => row.life.cancellation_pending.as_ref().map(|(_, asked)| asked),
        Event::CompletionVerified(_) | Event::CompletionRefused(_) => row.life.claims.last().map(|claim| &claim.claimed),
        Event::Planned(_)
        | Event::Revised(_)
        | Event::RebaselineProposed(_)
        | Event::CancellationProposed(_)
        | Event::ProgressReported(_)
        | Event::ProgressCorrected(_)
        | Event::Blocked(_)
        | Event::Unblocked(_)
        | Event::CompletionClaimed(_) => None,
    }
}

fn answered_of_indicator<'a>(event: &indicator::Event, code: &IndicatorCode, before: &'a Snapshot) -> Option<&'a Stamp> {
    use indicator::Event;
    match event {
        Event::MeasurementVerified(decision) | Event::MeasurementContested(decision) => {
            let row = before.indicators.get(code)?;
            let key = row.measurement_events.get(&decision.measurement)?;
            let measurement = row.measurements.get(key)?;
            // The measurement as it stands: its last correction, or the measurement itself.
            Some(measurement.corrected.last().map_or(&measurement.recorded, |(_, correction)| correction))
        }
        Event::TargetSet(_)
        | Event::Defined(_)
        | Event::Redefined(_)
        | Event::MeasurementRecorded(_)
        | Event::MeasurementCorrected(_)
        | Event::MeasurementWithdrawn(_) => None,
    }
}
