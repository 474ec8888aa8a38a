//! What a decision that nobody has taken yet would change in the figures: the deciding event applied to a copy of the picture.

use std::sync::Arc;

use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::fact::{Envelope, event_id};
use tahavol_domain::milestone::event::{Baseline, ProposalDecision, Rebaselined, Resolution};
use tahavol_domain::programme::event::DocumentVersion;
use tahavol_domain::values::{ActorId, InitiativeId, MilestoneId, Office, Sha256};
use tahavol_domain::{Event, Fact, Stream, initiative, milestone};
use tahavol_projections::Snapshot;
use tahavol_projections::effect::{Moved, moved, under_plan_of};
use tahavol_projections::progress::BaselineKind;
use tahavol_projections::rows::{MilestoneRow, Stamp};
use uuid::Uuid;

use crate::app::Tahavol;
use crate::as_of::AsOf;
use crate::error::AppError;

/// A decision on the plan that can be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposed {
    /// The new promise that waits for the council.
    Rebaseline(MilestoneId),
    /// The cancellation that waits for the council.
    Cancellation(MilestoneId),
    /// Of a milestone that does not count yet.
    Admission(MilestoneId),
    /// Of an initiative whose milestones do not count yet.
    Approval(InitiativeId),
    /// Of the transformation document as it stands.
    Document,
}

/// What a decision would change.
#[derive(Debug, Clone)]
pub struct Effect {
    pub proposed: Proposed,
    /// What is looked at now, and the same facts once it is decided; the latter has the position of the former.
    pub before: Arc<Snapshot>,
    pub after: Arc<Snapshot>,
    pub status_date: Date,
    /// The proposal that waits; none for a document, which the system computes.
    pub asked: Option<Stamp>,
    /// The promise of the milestone before and after, where the decision is about one.
    pub promises: Option<(Arc<Baseline>, Option<Arc<Baseline>>)>,
    /// For a document: the version that is in force, if any, and the one that would be.
    pub documents: Option<(Option<DocumentVersion>, DocumentVersion)>,
    /// Cells that move against the plan as last decided.
    pub current: Vec<Moved>,
    /// Cells that move against the first promises.
    pub original: Vec<Moved>,
    /// Cells of each of the two matrices.
    pub cells: usize,
}

/// Why there is no effect to show.
#[derive(Debug, thiserror::Error)]
pub enum EffectError {
    /// Nothing waits for this decision; it was taken, or never asked for.
    #[error("nothing of that kind waits for a decision")]
    NothingProposed,
    #[error(transparent)]
    App(#[from] AppError),
}

impl EffectError {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            EffectError::NothingProposed => "EFFECT_NOTHING_PROPOSED",
            EffectError::App(error) => error.code(),
        }
    }
}

/// What waits for a decision about a milestone, the newest proposal first.
#[must_use]
pub fn proposed_for(snapshot: &Snapshot, id: MilestoneId) -> Vec<Proposed> {
    let Some(row) = snapshot.milestones.get(&id) else { return Vec::new() };
    let mut waiting: Vec<(u64, Proposed)> = Vec::new();
    waiting.extend(row.life.rebaseline_pending.as_ref().map(|(_, _, stamp)| (stamp.position, Proposed::Rebaseline(id))));
    waiting.extend(row.life.cancellation_pending.as_ref().map(|(_, stamp)| (stamp.position, Proposed::Cancellation(id))));
    if waits_for_admission(snapshot, row) {
        waiting.push((row.plan.planned.position, Proposed::Admission(id)));
    }
    waiting.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    waiting.into_iter().map(|(_, proposed)| proposed).collect()
}

fn waits_for_admission(snapshot: &Snapshot, row: &MilestoneRow) -> bool {
    let open = snapshot.initiatives.get(&row.plan.initiative).is_some_and(|initiative| initiative.phase.is_open());
    open && row.life.counts_since.is_none() && row.life.phase == milestone::Phase::Planned
}

impl Tahavol {
    /// What the decision would change in every horizon × commission on that day, by the facts of this picture.
    ///
    /// # Errors
    /// [`EffectError::NothingProposed`] where nothing waits for it.
    pub async fn effect(&self, snapshot: &Arc<Snapshot>, proposed: Proposed, status_date: Date) -> Result<Effect, EffectError> {
        let effect = match proposed {
            Proposed::Document => self.effect_of_document(snapshot, status_date).await?,
            Proposed::Rebaseline(_) | Proposed::Cancellation(_) | Proposed::Admission(_) | Proposed::Approval(_) => {
                decided(snapshot, proposed, status_date)?
            }
        };
        let (current, cells) = moved(&effect.before, &effect.after, status_date, BaselineKind::Current);
        let (original, _) = moved(&effect.before, &effect.after, status_date, BaselineKind::Original);
        Ok(Effect { current, original, cells, ..effect })
    }

    /// The document binds what was decided piece by piece since its last version: today's facts under the plan of then, and under
    /// the plan of now. Before the first version nothing is bound.
    async fn effect_of_document(&self, snapshot: &Arc<Snapshot>, status_date: Date) -> Result<Effect, EffectError> {
        let next = snapshot.document_as_it_stands().ok_or(EffectError::NothingProposed)?;
        let in_force = snapshot.documents.last().map(|row| (row.0.clone(), row.1.position));
        if in_force.as_ref().is_some_and(|(version, _)| version.digest == next.digest) {
            return Err(EffectError::NothingProposed);
        }
        let plan = match &in_force {
            Some((_, position)) => self.as_of(AsOf::Position(*position)).await?,
            None => Arc::default(),
        };
        let before = Arc::new(under_plan_of(snapshot, &plan));
        let documents = Some((in_force.map(|(version, _)| version), next));
        Ok(Effect { documents, ..Effect::blank(Proposed::Document, before, Arc::clone(snapshot), status_date) })
    }
}

impl Effect {
    fn blank(proposed: Proposed, before: Arc<Snapshot>, after: Arc<Snapshot>, status_date: Date) -> Effect {
        Effect {
            proposed,
            before,
            after,
            status_date,
            asked: None,
            promises: None,
            documents: None,
            current: Vec::new(),
            original: Vec::new(),
            cells: 0,
        }
    }

    /// The cells that move against one of the two plans.
    #[must_use]
    pub fn moved(&self, baseline: BaselineKind) -> &[Moved] {
        match baseline {
            BaselineKind::Current => &self.current,
            BaselineKind::Original => &self.original,
        }
    }
}

/// The event that the decision would record, applied to a copy.
fn decided(snapshot: &Arc<Snapshot>, proposed: Proposed, status_date: Date) -> Result<Effect, EffectError> {
    let (event, stream, asked) = deciding_event(snapshot, proposed).ok_or(EffectError::NothingProposed)?;
    let position = snapshot.position.map_or(0, |position| position + 1);
    let mut after = Snapshot::clone(snapshot);
    let fact = Fact { envelope: envelope(snapshot, &stream, status_date), event };
    after.apply(&fact, position).map_err(|error| AppError::Stopped { position: error.position, what: error.what })?;
    // Nothing was recorded: what is shown is still of this position.
    after.position = snapshot.position;
    after.recorded_at = snapshot.recorded_at;
    after.recorded_max = snapshot.recorded_max;
    let promises = match proposed {
        Proposed::Rebaseline(id) | Proposed::Cancellation(id) | Proposed::Admission(id) => {
            let promise = |of: &Snapshot| of.milestones.get(&id).filter(|row| row.life.phase != milestone::Phase::Cancelled).cloned();
            promise(snapshot).map(|row| (Arc::clone(&row.plan.current), promise(&after).map(|row| Arc::clone(&row.plan.current))))
        }
        Proposed::Approval(_) | Proposed::Document => None,
    };
    Ok(Effect { asked: Some(asked), promises, ..Effect::blank(proposed, Arc::clone(snapshot), Arc::new(after), status_date) })
}

/// With the stream it would lie in, and what asked for it.
fn deciding_event(snapshot: &Snapshot, proposed: Proposed) -> Option<(Event, Stream, Stamp)> {
    let of_milestone =
        |id: MilestoneId, event: milestone::Event, asked: &Stamp| Some((Event::Milestone(event), Stream::Milestone(id), asked.clone()));
    match proposed {
        Proposed::Rebaseline(id) => {
            let (proposal, baseline, asked) = snapshot.milestones.get(&id)?.life.rebaseline_pending.as_ref()?;
            let decision = Rebaselined { proposal: *proposal, baseline: Baseline::clone(baseline), resolution: None };
            of_milestone(id, milestone::Event::Rebaselined(Box::new(decision)), asked)
        }
        Proposed::Cancellation(id) => {
            let (proposal, asked) = snapshot.milestones.get(&id)?.life.cancellation_pending.as_ref()?;
            of_milestone(id, milestone::Event::Cancelled(ProposalDecision { proposal: *proposal, resolution: None }), asked)
        }
        Proposed::Admission(id) => {
            let row = snapshot.milestones.get(&id).filter(|row| waits_for_admission(snapshot, row))?;
            of_milestone(id, milestone::Event::Admitted(Resolution::default()), &row.plan.planned)
        }
        Proposed::Approval(id) => {
            let row = snapshot.initiatives.get(&id)?;
            let waits = row.phase.is_proposal() || row.phase == initiative::Phase::Submitted;
            let event = initiative::Event::Approved(initiative::event::Decision::default());
            waits.then(|| (Event::Initiative(event), Stream::Initiative(id), row.phase_since.clone()))
        }
        Proposed::Document => None,
    }
}

/// Nobody has said it: the fold needs who and when, the figures do not.
fn envelope(snapshot: &Snapshot, stream: &Stream, on: Date) -> Envelope {
    let stream = stream.to_string();
    Envelope {
        id: event_id(Uuid::nil(), &stream, 0),
        programme: snapshot.programme.as_ref().map(|row| row.id).unwrap_or_default(),
        stream,
        time: snapshot.recorded_at.unwrap_or(Instant::from_micros(0)),
        effective_on: Some(on),
        revision: 0,
        actor: ActorId::default(),
        actor_name: String::new(),
        office: Office::Council,
        command_id: Uuid::nil(),
        command_digest: Sha256::default(),
        correlation_id: None,
        causation_id: None,
        reason: None,
        origin: String::new(),
        basis: snapshot.position,
    }
}
