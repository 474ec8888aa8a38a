//! What the events of an initiative change, in it and in its milestones.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use tahavol_domain::initiative::event::Proposal;
use tahavol_domain::initiative::{Event, Phase};
use tahavol_domain::milestone;
use tahavol_domain::values::InitiativeId;

use super::{ApplyError, Said};
use crate::Snapshot;
use crate::rows::{InitiativeRow, MilestoneRow, RiskRow};

pub(super) fn apply(snapshot: &mut Snapshot, id: InitiativeId, event: &Event, said: Said<'_>) -> Result<(), ApplyError> {
    match event {
        Event::Proposed(proposal) => return propose(snapshot, id, proposal, said),
        Event::Revised(revision) => {
            let row = row(snapshot, id, said)?;
            row.proposal.horizon = revision.horizon;
            row.proposal.title.clone_from(&revision.title);
            row.proposal.directives.clone_from(&revision.directives);
            row.proposal.note.clone_from(&revision.note);
            if row.phase != Phase::Proposed {
                row.phase = Phase::Proposed;
                row.phase_since = said.stamp();
            }
        }
        Event::Submitted(_) => row(snapshot, id, said)?.enter(Phase::Submitted, None, said),
        Event::Approved(decision) => {
            let row = row(snapshot, id, said)?;
            row.enter(Phase::Approved, decision.resolution.clone(), said);
            row.approved_at.get_or_insert(said.position);
            each_milestone(snapshot, id, |milestone| milestone.count_from(said.position));
        }
        Event::Returned(decision) => row(snapshot, id, said)?.enter(Phase::Returned, decision.resolution.clone(), said),
        Event::Rejected(decision) => row(snapshot, id, said)?.enter(Phase::Rejected, decision.resolution.clone(), said),
        Event::Suspended(decision) => row(snapshot, id, said)?.enter(Phase::Suspended, decision.resolution.clone(), said),
        Event::Resumed(decision) => row(snapshot, id, said)?.enter(Phase::Approved, decision.resolution.clone(), said),
        Event::Completed(decision) => row(snapshot, id, said)?.enter(Phase::Completed, decision.resolution.clone(), said),
        Event::Cancelled(decision) => {
            row(snapshot, id, said)?.enter(Phase::Cancelled, decision.resolution.clone(), said);
            each_milestone(snapshot, id, |milestone| cancel_with_initiative(milestone, said));
        }
        Event::ResourcesAllocated(allocation) => {
            row(snapshot, id, said)?.allocations.insert(allocation.allocation, (allocation.clone(), said.stamp()));
        }
        Event::RiskRaised(risk) => {
            let raised = RiskRow { risk: risk.clone(), raised: said.stamp(), closed: None };
            row(snapshot, id, said)?.risks.insert(risk.risk, raised);
        }
        Event::RiskClosed(closure) => {
            let risk = row(snapshot, id, said)?.risks.get_mut(&closure.risk);
            risk.ok_or_else(|| said.unknown("risk", closure.risk))?.closed = Some(said.stamp());
        }
    }
    Ok(())
}

fn propose(snapshot: &mut Snapshot, id: InitiativeId, proposal: &Proposal, said: Said<'_>) -> Result<(), ApplyError> {
    if snapshot.initiatives.contains_key(&id) {
        return Err(said.twice("initiative", id.0));
    }
    let row = InitiativeRow {
        id,
        proposal: proposal.clone(),
        proposed: said.stamp(),
        phase: Phase::Proposed,
        phase_since: said.stamp(),
        decisions: Vector::new(),
        approved_at: None,
        allocations: OrdMap::new(),
        risks: OrdMap::new(),
        milestones: Vector::new(),
    };
    snapshot.initiatives.insert(id, Arc::new(row));
    Ok(())
}

fn row<'a>(snapshot: &'a mut Snapshot, id: InitiativeId, said: Said<'_>) -> Result<&'a mut InitiativeRow, ApplyError> {
    snapshot.initiatives.get_mut(&id).map(Arc::make_mut).ok_or_else(|| said.unknown("initiative", id.0))
}

fn each_milestone(snapshot: &mut Snapshot, id: InitiativeId, change: impl Fn(&mut MilestoneRow)) {
    let Some(initiative) = snapshot.initiatives.get(&id).cloned() else { return };
    for milestone in &initiative.milestones {
        if let Some(row) = snapshot.milestones.get_mut(milestone) {
            change(Arc::make_mut(row));
        }
    }
}

/// What was not verified leaves the plan with its initiative, by the same decision (docs/decisions/0002).
fn cancel_with_initiative(milestone: &mut MilestoneRow, said: Said<'_>) {
    match milestone.life.phase {
        milestone::Phase::Planned | milestone::Phase::Claimed => {
            let life = Arc::make_mut(&mut milestone.life);
            life.phase = milestone::Phase::Cancelled;
            life.cancelled = Some(said.stamp());
        }
        milestone::Phase::Verified | milestone::Phase::Cancelled => {}
    }
}

impl InitiativeRow {
    fn enter(&mut self, phase: Phase, resolution: Option<String>, said: Said<'_>) {
        self.phase = phase;
        self.phase_since = said.stamp();
        self.decisions.push_back((phase, resolution, said.stamp()));
    }
}
