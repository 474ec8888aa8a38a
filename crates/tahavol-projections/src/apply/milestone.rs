//! What the events of a milestone change. A report touches the reports alone; all else lies apart.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use tahavol_domain::milestone::event::{Baseline, Claim, ClaimDecision, Plan, ProgressReport, Rebaselined};
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::milestone::{Event, Phase};
use tahavol_domain::values::{EventId, MilestoneId};
use uuid::Uuid;

use super::{ApplyError, Said};
use crate::Snapshot;
use crate::reports::{Report, ReportValue, Reports};
use crate::rows::{ClaimRow, Delivered, MilestoneLife, MilestonePlan, MilestoneRow, Verdict};

pub(super) fn apply(snapshot: &mut Snapshot, id: MilestoneId, event: &Event, said: Said<'_>) -> Result<(), ApplyError> {
    match event {
        Event::ProgressReported(report) => {
            let standing = standing_report(report, said)?;
            row(snapshot, id, said)?.reports.push(standing);
            snapshot.refer_to(&report.evidence, said);
        }
        Event::ProgressCorrected(correction) => {
            let standing = standing_report(&correction.report, said)?;
            let row = row(snapshot, id, said)?;
            if !row.reports.replace(correction.corrects, standing) {
                return Err(said.unknown("report", correction.corrects.0));
            }
            Arc::make_mut(&mut row.life).corrections.push_back((correction.corrects, said.stamp()));
            snapshot.refer_to(&correction.report.evidence, said);
        }
        Event::Planned(plan) => return plan_milestone(snapshot, id, plan, said),
        Event::Revised(revision) => {
            let (scope, weight) = scope(snapshot, &revision.baseline.measure, said)?;
            let row = row(snapshot, id, said)?;
            Arc::make_mut(&mut row.plan).title.clone_from(&revision.title);
            row.promise(revision.baseline.clone(), scope, weight);
        }
        Event::Admitted(_) => row(snapshot, id, said)?.count_from(said.position),
        Event::RebaselineProposed(proposal) => {
            let pending = (proposal.proposal, Arc::new(proposal.baseline.clone()), said.stamp());
            life(snapshot, id, said)?.rebaseline_pending = Some(pending);
        }
        Event::Rebaselined(decision) => return rebaseline(snapshot, id, decision, said),
        Event::RebaselineRefused(decision) => {
            let life = life(snapshot, id, said)?;
            expect_proposal(life.rebaseline_pending.as_ref().map(|pending| pending.0), decision.proposal, said)?;
            life.rebaseline_pending = None;
        }
        Event::CancellationProposed(proposal) => {
            life(snapshot, id, said)?.cancellation_pending = Some((proposal.proposal, said.stamp()));
        }
        Event::Cancelled(decision) => {
            let life = life(snapshot, id, said)?;
            expect_proposal(life.cancellation_pending.as_ref().map(|pending| pending.0), decision.proposal, said)?;
            life.cancellation_pending = None;
            life.phase = Phase::Cancelled;
            life.cancelled = Some(said.stamp());
        }
        Event::CancellationRefused(decision) => {
            let life = life(snapshot, id, said)?;
            expect_proposal(life.cancellation_pending.as_ref().map(|pending| pending.0), decision.proposal, said)?;
            life.cancellation_pending = None;
        }
        Event::Blocked(_) => life(snapshot, id, said)?.blocked = Some(said.stamp()),
        Event::Unblocked(_) => life(snapshot, id, said)?.blocked = None,
        Event::CompletionClaimed(claim) => return claim_completion(snapshot, id, claim, said),
        Event::CompletionVerified(decision) => {
            let life = life(snapshot, id, said)?;
            life.judge(decision, Verdict::Verified, said)?;
            life.phase = Phase::Verified;
            life.cancelled = None;
        }
        Event::CompletionRefused(decision) => {
            let life = life(snapshot, id, said)?;
            life.judge(decision, Verdict::Refused, said)?;
            life.enter(Phase::Planned);
        }
    }
    Ok(())
}

fn plan_milestone(snapshot: &mut Snapshot, id: MilestoneId, plan: &Plan, said: Said<'_>) -> Result<(), ApplyError> {
    if snapshot.milestones.contains_key(&id) {
        return Err(said.twice("milestone", id.0));
    }
    let (scope, scope_weight) = scope(snapshot, &plan.baseline.measure, said)?;
    let initiative = snapshot.initiatives.get_mut(&plan.initiative).map(Arc::make_mut);
    let initiative = initiative.ok_or_else(|| said.unknown("initiative", plan.initiative.0))?;
    initiative.milestones.push_back(id);
    let plan = MilestonePlan {
        id,
        initiative: plan.initiative,
        commission: initiative.proposal.commission.clone(),
        code: plan.code.clone(),
        title: plan.title.clone(),
        provenance: plan.provenance,
        planned: said.stamp(),
        current: Arc::new(plan.baseline.clone()),
        scope,
        scope_weight,
        original: None,
        rebaselines: Vector::new(),
    };
    let life = MilestoneLife {
        phase: Phase::Planned,
        counts_since: None,
        blocked: None,
        rebaseline_pending: None,
        cancellation_pending: None,
        cancelled: None,
        claims: Vector::new(),
        corrections: Vector::new(),
    };
    let row = MilestoneRow {
        plan: Arc::new(plan),
        life: Arc::new(life),
        reports: Reports::default(),
        deliveries: OrdMap::new(),
        delivered: Arc::default(),
    };
    snapshot.milestones.insert(id, Arc::new(row));
    Ok(())
}

fn rebaseline(snapshot: &mut Snapshot, id: MilestoneId, decision: &Rebaselined, said: Said<'_>) -> Result<(), ApplyError> {
    let (scope, weight) = scope(snapshot, &decision.baseline.measure, said)?;
    let row = row(snapshot, id, said)?;
    expect_proposal(row.life.rebaseline_pending.as_ref().map(|pending| pending.0), decision.proposal, said)?;
    Arc::make_mut(&mut row.life).rebaseline_pending = None;
    let left_behind = Baseline::clone(&row.plan.current);
    Arc::make_mut(&mut row.plan).rebaselines.push_back(Arc::new((left_behind, said.stamp())));
    row.promise(decision.baseline.clone(), scope, weight);
    Ok(())
}

fn claim_completion(snapshot: &mut Snapshot, id: MilestoneId, claim: &Claim, said: Said<'_>) -> Result<(), ApplyError> {
    let effective_on = said.day()?;
    let life = life(snapshot, id, said)?;
    let row = ClaimRow { claimed: said.stamp(), effective_on, note: claim.note.clone(), evidence: claim.evidence.clone(), verdict: None };
    life.claims.push_back(Arc::new(row));
    life.enter(Phase::Claimed);
    snapshot.refer_to(&claim.evidence, said);
    Ok(())
}

fn row<'a>(snapshot: &'a mut Snapshot, id: MilestoneId, said: Said<'_>) -> Result<&'a mut MilestoneRow, ApplyError> {
    snapshot.milestones.get_mut(&id).map(Arc::make_mut).ok_or_else(|| said.unknown("milestone", id.0))
}

fn life<'a>(snapshot: &'a mut Snapshot, id: MilestoneId, said: Said<'_>) -> Result<&'a mut MilestoneLife, ApplyError> {
    row(snapshot, id, said).map(|row| Arc::make_mut(&mut row.life))
}

fn expect_proposal(pending: Option<Uuid>, decided: Uuid, said: Said<'_>) -> Result<(), ApplyError> {
    if pending == Some(decided) { Ok(()) } else { Err(said.unknown("proposal", decided)) }
}

fn standing_report(report: &ProgressReport, said: Said<'_>) -> Result<Report, ApplyError> {
    let value = match (report.progress, &report.steps) {
        (Some(progress), _) => ReportValue::Progress(progress),
        (None, Some(steps)) => {
            let bit = |done: u64, step: &u16| 1_u64.checked_shl(u32::from(*step)).map(|bit| done | bit);
            ReportValue::Steps(steps.iter().try_fold(0, bit).ok_or_else(|| said.misfit("a step above 63".to_owned()))?)
        }
        (None, None) => ReportValue::Note,
    };
    Ok(Report { event: said.envelope.id, position: said.position, effective_on: said.day()?, value })
}

/// A roll-out's stations by number with the weight of each, and the sum; nothing for other measures.
fn scope(snapshot: &Snapshot, measure: &Measure, said: Said<'_>) -> Result<(OrdMap<u32, u64>, u64), ApplyError> {
    let rollout = match measure {
        Measure::Rollout(rollout) => rollout,
        Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Indicator(_) => return Ok((OrdMap::new(), 0)),
    };
    let mut weights = OrdMap::new();
    for (index, code) in rollout.stations.iter().enumerate() {
        let station = snapshot.stations.get(code).ok_or_else(|| said.unknown("station", &code.0))?;
        let weight = match &rollout.visits {
            Some(visits) => *visits.get(index).ok_or_else(|| said.misfit("fewer visits than stations".to_owned()))?,
            None => 1,
        };
        weights.insert(station.number, weight);
    }
    let sum = weights.values().sum();
    Ok((weights, sum))
}

impl MilestoneRow {
    /// From here on it counts, and what it promises now is its original baseline; the first time settles it.
    pub(super) fn count_from(&mut self, position: u64) {
        if self.life.counts_since.is_some() || self.life.phase == Phase::Cancelled {
            return;
        }
        Arc::make_mut(&mut self.life).counts_since = Some(position);
        let current = self.plan.current.clone();
        Arc::make_mut(&mut self.plan).original = Some(current);
    }

    pub(crate) fn promise(&mut self, baseline: Baseline, scope: OrdMap<u32, u64>, scope_weight: u64) {
        let plan = Arc::make_mut(&mut self.plan);
        plan.current = Arc::new(baseline);
        plan.scope = scope;
        plan.scope_weight = scope_weight;
        // What was delivered stays delivered, and counts where the new scope holds it.
        let mut delivered = Delivered::default();
        for (number, delivery) in &self.deliveries {
            if let Some(weight) = self.plan.scope.get(number) {
                delivered.add(delivery.effective_on, *weight);
            }
        }
        self.delivered = Arc::new(delivered);
    }
}

impl MilestoneLife {
    /// Out of the plan stays out of it: its initiative may have been cancelled meanwhile.
    fn enter(&mut self, phase: Phase) {
        if self.cancelled.is_none() {
            self.phase = phase;
        }
    }

    fn judge(&mut self, decision: &ClaimDecision, verdict: Verdict, said: Said<'_>) -> Result<(), ApplyError> {
        let named = |claim: &Arc<ClaimRow>, named: EventId| claim.claimed.event == named && claim.verdict.is_none();
        match self.claims.back_mut().filter(|claim| named(claim, decision.claim)) {
            Some(claim) => Arc::make_mut(claim).verdict = Some((verdict, said.stamp())),
            None => return Err(said.unknown("standing claim", decision.claim.0)),
        }
        Ok(())
    }
}
