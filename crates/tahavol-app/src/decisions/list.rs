//! The decisions of the programme, of a commission, an initiative or a milestone, newest first.

use std::sync::Arc;

use tahavol_domain::Stream;
use tahavol_domain::values::{CommissionSlug, InitiativeId, MilestoneId};
use tahavol_projections::Snapshot;
use tahavol_projections::sight::Sight;

use super::{DecisionSubject, decided_in};
use crate::app::Tahavol;
use crate::error::AppError;
use crate::facts::{FactFilter, RecordedFact};
use crate::search::{Direction, Filter, Reach, Timeline, Window};

/// The types of the events that decide something; a test holds it to [`decided_in`].
const DECIDING: [&str; 22] = [
    "programme.official_released",
    "programme.horizon_rescheduled",
    "programme.document_approved",
    "programme.target_stations_designated",
    "initiative.approved",
    "initiative.returned",
    "initiative.rejected",
    "initiative.suspended",
    "initiative.resumed",
    "initiative.completed",
    "initiative.cancelled",
    "initiative.resources_allocated",
    "milestone.admitted",
    "milestone.rebaselined",
    "milestone.rebaseline_refused",
    "milestone.cancelled",
    "milestone.cancellation_refused",
    "milestone.completion_verified",
    "milestone.completion_refused",
    "indicator.target_set",
    "indicator.measurement_verified",
    "indicator.measurement_contested",
];

/// The types of the events that decide something.
#[must_use]
pub fn deciding_types() -> &'static [&'static str] {
    &DECIDING
}

/// Which decisions are wanted; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// About its initiatives, milestones and indicators, or the offices in it.
    pub commission: Option<CommissionSlug>,
    /// About it and its milestones.
    pub initiative: Option<InitiativeId>,
    pub milestone: Option<MilestoneId>,
}

impl DecisionFilter {
    fn wants(&self, subject: &DecisionSubject, seen: &Snapshot) -> bool {
        self.commission.as_ref().is_none_or(|slug| subject.commission(seen).as_ref() == Some(slug))
            && self.initiative.is_none_or(|id| subject.initiative(seen) == Some(id))
            && self.milestone.is_none_or(|id| *subject == DecisionSubject::Milestone(id))
    }
}

impl DecisionSubject {
    /// The commission whose matter it is.
    #[must_use]
    pub fn commission(&self, seen: &Snapshot) -> Option<CommissionSlug> {
        match self {
            DecisionSubject::Initiative(id) => seen.initiatives.get(id).map(|row| row.proposal.commission.clone()),
            DecisionSubject::Milestone(id) => seen.milestones.get(id).map(|row| row.plan.commission.clone()),
            DecisionSubject::Indicator(code) => seen.indicators.get(code).map(|row| row.definition.commission.clone()),
            DecisionSubject::Official(_, office) => office.commission().cloned(),
            DecisionSubject::Horizon(_) | DecisionSubject::Document(_) | DecisionSubject::TargetStations => None,
        }
    }

    /// The initiative that it is, or belongs to.
    #[must_use]
    pub fn initiative(&self, seen: &Snapshot) -> Option<InitiativeId> {
        match self {
            DecisionSubject::Initiative(id) => Some(*id),
            DecisionSubject::Milestone(id) => seen.milestones.get(id).map(|row| row.plan.initiative),
            DecisionSubject::Official(..)
            | DecisionSubject::Horizon(_)
            | DecisionSubject::Document(_)
            | DecisionSubject::TargetStations
            | DecisionSubject::Indicator(_) => None,
        }
    }
}

impl Tahavol {
    /// Decisions that the picture contains and the sight shows, strictly before a position (none: from its end), at most `limit`,
    /// newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn decisions(
        &self,
        seen: &Snapshot,
        filter: &DecisionFilter,
        before: Option<u64>,
        limit: usize,
        sight: &Arc<Sight>,
    ) -> Result<Vec<(RecordedFact, DecisionSubject)>, AppError> {
        let Some(end) = seen.position else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut before = before.unwrap_or(end + 1);
        while found.len() < limit {
            let facts = self.deciding(filter, (before, end), limit, sight).await?;
            let Some(last) = facts.last() else { break };
            before = last.position;
            let decided = facts.into_iter().filter_map(|fact| decided_in(&fact.fact).map(|subject| (fact, subject)));
            found.extend(decided.filter(|(_, subject)| filter.wants(subject, seen)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Events of deciding types, newest first; of a milestone or an initiative only those in its streams.
    async fn deciding(
        &self,
        filter: &DecisionFilter,
        (before, end): (u64, u64),
        limit: usize,
        sight: &Arc<Sight>,
    ) -> Result<Vec<RecordedFact>, AppError> {
        let types: Vec<String> = DECIDING.iter().map(|name| (*name).to_owned()).collect();
        let sought = Filter {
            stream: filter.milestone.map(Stream::Milestone),
            timeline: filter.initiative.map(Timeline::Initiative),
            types: types.clone(),
            until: Some(end),
            sight: Arc::clone(sight),
            ..Filter::default()
        };
        let window = Window { below: Some(before), limit, ..Window::all(Direction::NewestFirst) };
        let found = self.search(&sought, window).await?;
        if found.reach == Reach::Whole {
            return Ok(found.facts);
        }
        // The index is behind; the ledger itself is not.
        let scanned = FactFilter { types: Some(types), until: Some(end), sight: Arc::clone(sight), ..FactFilter::default() };
        self.facts_before(Some(before), limit, &scanned).await
    }
}
