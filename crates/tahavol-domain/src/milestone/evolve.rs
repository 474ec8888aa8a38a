//! What a milestone's decisions remember, and how it follows from the events.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Event;
use super::event::{Baseline, Claim, Plan, ProgressReport, Revision};
use crate::aggregate::Author;
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::values::EventId;

/// A milestone, or the place where one may be planned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Milestone {
    pub(super) life: Option<Life>,
}

/// A milestone from its plan on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) phase: Phase,
    pub(super) admission: Admission,
    pub(super) obstacle: Obstacle,
    /// As it was first planned.
    pub(super) planned: Plan,
    /// As it stands.
    pub(super) content: Revision,
    pub(super) planner: Author,
    pub(super) rebaseline: Option<Pending<Baseline>>,
    pub(super) cancellation: Option<Pending<()>>,
    /// What became of earlier proposals.
    pub(super) decided: BTreeMap<Uuid, Outcome>,
    /// The reports that stand, by the event that says them now: the report's, or its latest correction's.
    pub(super) reports: BTreeMap<EventId, Standing>,
    /// The same by their day and place, so that the last word about a day is found without walking over all of them.
    pub(super) reports_by_day: BTreeMap<(Option<Date>, u64), EventId>,
    pub(super) claim: Option<StandingClaim>,
}

/// Whether the council has admitted a milestone that was planned after its initiative's approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    None,
    Admitted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    None,
    Blocked,
}

/// A proposal that the council has not decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending<T> {
    pub(super) proposal: Uuid,
    pub(super) proposer: Author,
    pub(super) asked: T,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Rebaselined,
    RebaselineRefused,
    Cancelled,
    CancellationRefused,
}

/// A report as it stands, corrections taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// Place in the stream of the report itself: a correction takes the place of what it corrects.
    pub(super) place: u64,
    pub(super) effective_on: Option<Date>,
    pub(super) report: ProgressReport,
}

/// A claim that has not been refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StandingClaim {
    pub(super) id: EventId,
    pub(super) claimant: Author,
    pub(super) effective_on: Option<Date>,
    pub(super) claim: Claim,
}

/// Where a milestone stands: `PLANNED → CLAIMED → VERIFIED`; refused, back to `PLANNED`; any but `VERIFIED → CANCELLED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Phase {
    Planned,
    Claimed,
    Verified,
    Cancelled,
}

impl Phase {
    /// Whether the promise may still be moved, dropped or blocked.
    #[must_use]
    pub fn is_pending(self) -> bool {
        match self {
            Phase::Planned | Phase::Claimed => true,
            Phase::Verified | Phase::Cancelled => false,
        }
    }

    /// As the programme's people write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Planned => "PLANNED",
            Phase::Claimed => "CLAIMED",
            Phase::Verified => "VERIFIED",
            Phase::Cancelled => "CANCELLED",
        }
    }
}

impl Milestone {
    pub(super) fn fold(self, event: &Event, said: &Envelope) -> Self {
        let life = match event {
            Event::Planned(plan) => Some(Life::begun(plan, said)),
            Event::Revised(_)
            | Event::Admitted(_)
            | Event::RebaselineProposed(_)
            | Event::Rebaselined(_)
            | Event::RebaselineRefused(_)
            | Event::CancellationProposed(_)
            | Event::Cancelled(_)
            | Event::CancellationRefused(_)
            | Event::ProgressReported(_)
            | Event::ProgressCorrected(_)
            | Event::Blocked(_)
            | Event::Unblocked(_)
            | Event::CompletionClaimed(_)
            | Event::CompletionVerified(_)
            | Event::CompletionRefused(_) => self.life.map(|mut life| {
                life.follow(event, said);
                life
            }),
        };
        Milestone { life }
    }
}

impl Life {
    fn begun(plan: &Plan, said: &Envelope) -> Self {
        Life {
            phase: Phase::Planned,
            admission: Admission::None,
            obstacle: Obstacle::None,
            planned: plan.clone(),
            content: Revision { title: plan.title.clone(), baseline: plan.baseline.clone() },
            planner: Author::of(said),
            rebaseline: None,
            cancellation: None,
            decided: BTreeMap::new(),
            reports: BTreeMap::new(),
            reports_by_day: BTreeMap::new(),
            claim: None,
        }
    }

    fn follow(&mut self, event: &Event, said: &Envelope) {
        match event {
            Event::Planned(plan) => *self = Life::begun(plan, said),
            Event::Revised(revision) => self.content = (**revision).clone(),
            Event::Admitted(_) => self.admission = Admission::Admitted,
            Event::RebaselineProposed(asked) => {
                self.rebaseline = Some(pending(asked.proposal, said, asked.baseline.clone()));
            }
            Event::Rebaselined(rebaselined) => {
                self.rebaseline = None;
                self.decided.insert(rebaselined.proposal, Outcome::Rebaselined);
                self.content.baseline = rebaselined.baseline.clone();
            }
            Event::RebaselineRefused(decision) => {
                self.rebaseline = None;
                self.decided.insert(decision.proposal, Outcome::RebaselineRefused);
            }
            Event::CancellationProposed(asked) => self.cancellation = Some(pending(asked.proposal, said, ())),
            Event::Cancelled(decision) => {
                self.phase = Phase::Cancelled;
                self.cancellation = None;
                self.decided.insert(decision.proposal, Outcome::Cancelled);
            }
            Event::CancellationRefused(decision) => {
                self.cancellation = None;
                self.decided.insert(decision.proposal, Outcome::CancellationRefused);
            }
            Event::ProgressReported(report) => self.stand(said.revision, report, said),
            Event::ProgressCorrected(correction) => {
                let corrected = self.reports.remove(&correction.corrects);
                if let Some(corrected) = &corrected {
                    self.reports_by_day.remove(&(corrected.effective_on, corrected.place));
                }
                let place = corrected.map_or(said.revision, |corrected| corrected.place);
                self.stand(place, &correction.report, said);
            }
            Event::Blocked(_) => self.obstacle = Obstacle::Blocked,
            Event::Unblocked(_) => self.obstacle = Obstacle::None,
            Event::CompletionClaimed(claim) => {
                self.phase = Phase::Claimed;
                self.claim =
                    Some(StandingClaim { id: said.id, claimant: Author::of(said), effective_on: said.effective_on, claim: claim.clone() });
            }
            Event::CompletionVerified(_) => self.phase = Phase::Verified,
            Event::CompletionRefused(_) => {
                self.phase = Phase::Planned;
                self.claim = None;
            }
        }
    }

    fn stand(&mut self, place: u64, report: &ProgressReport, said: &Envelope) {
        self.reports_by_day.insert((said.effective_on, place), said.id);
        self.reports.insert(said.id, Standing { place, effective_on: said.effective_on, report: report.clone() });
    }
}

fn pending<T>(proposal: Uuid, said: &Envelope, asked: T) -> Pending<T> {
    Pending { proposal, proposer: Author::of(said), asked }
}
