//! What a decision would change before it is taken: every figure that moves, by the same facts, against both plans.

use async_graphql::{Context, Enum, Error, Object, SimpleObject};
use tahavol_app::{self as app_of, EffectError, Proposed, proposed_for};
use tahavol_domain::calendar;
use tahavol_domain::values::MilestoneId;
use tahavol_projections::effect::Moved;
use tahavol_projections::progress as figures;

use crate::act::Act;
use crate::baseline::Baseline;
use crate::enums::{BaselineKind, Horizon};
use crate::errors::{ONE_REQUIRED, UserError, refuse};
use crate::flat::Flat;
use crate::initiative::Initiative;
use crate::known;
use crate::milestone::Milestone;
use crate::page::price_list;
use crate::progress::Progress;
use crate::request::{AsOfInput, View, app, lang, status_date, view};
use crate::scalars::{Date, Position};

/// What an effect costs: four matrices, and perhaps a past picture.
pub(crate) const COST: usize = 200;

/// A decision on the plan.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanDecision {
    /// A milestone gets the promise that was proposed.
    Rebaseline,
    /// A milestone leaves the plan as was proposed.
    Cancellation,
    /// A milestone that was planned later begins to count.
    Admission,
    /// An initiative's milestones begin to count.
    Approval,
    /// The next version of the transformation document: the plan since the last version, held against the plan of that version.
    Document,
}

impl From<Proposed> for PlanDecision {
    fn from(proposed: Proposed) -> Self {
        match proposed {
            Proposed::Rebaseline(_) => PlanDecision::Rebaseline,
            Proposed::Cancellation(_) => PlanDecision::Cancellation,
            Proposed::Admission(_) => PlanDecision::Admission,
            Proposed::Approval(_) => PlanDecision::Approval,
            Proposed::Document => PlanDecision::Document,
        }
    }
}

/// What a decision would change.
pub(crate) struct Effect {
    view: View,
    found: app_of::Effect,
}

impl Effect {
    /// On that day, by the facts of the view.
    pub(crate) async fn of(ctx: &Context<'_>, view: &View, proposed: Proposed, on: calendar::Date) -> Result<Self, Error> {
        let found = app(ctx)?.effect(&view.snapshot, proposed, on).await.map_err(|error| match &error {
            EffectError::NothingProposed => refuse(ctx, error.code(), "decision", &[]),
            EffectError::App(error) => UserError::unread(lang(ctx), None, error).into(),
        })?;
        Ok(Effect { view: view.clone(), found })
    }

    /// The same where it waits; else nothing.
    pub(crate) async fn if_waiting(ctx: &Context<'_>, view: &View, proposed: Proposed, on: Option<Date>) -> Result<Option<Self>, Error> {
        let on = status_date(ctx, view, on)?;
        let found = app(ctx)?.effect(&view.snapshot, proposed, on).await;
        match found {
            Ok(found) => Ok(Some(Effect { view: view.clone(), found })),
            Err(EffectError::NothingProposed) => Ok(None),
            Err(EffectError::App(error)) => Err(UserError::unread(lang(ctx), None, &error).into()),
        }
    }

    fn milestone_id(&self) -> Option<MilestoneId> {
        match self.found.proposed {
            Proposed::Rebaseline(id) | Proposed::Cancellation(id) | Proposed::Admission(id) => Some(id),
            Proposed::Approval(_) | Proposed::Document => None,
        }
    }

    fn cell(&self, baseline: figures::BaselineKind, moved: &Moved) -> EffectCell {
        let query = figures::Query {
            status_date: self.found.status_date,
            baseline,
            horizon: moved.horizon,
            commission: moved.commission.clone(),
            initiative: None,
        };
        let side = |snapshot: &std::sync::Arc<_>, found: &figures::Progress| {
            let view = View { snapshot: std::sync::Arc::clone(snapshot), day: self.found.status_date, ..self.view.clone() };
            Flat(Progress::of(&view, query.clone(), found.clone()))
        };
        EffectCell {
            baseline: baseline.into(),
            horizon: moved.horizon.map(Into::into),
            commission: moved.commission.as_ref().map(|slug| slug.0.clone()),
            before: side(&self.found.before, &moved.before),
            after: side(&self.found.after, &moved.after),
        }
    }
}

/// A horizon × commission whose figures would move.
#[derive(SimpleObject)]
pub(crate) struct EffectCell {
    baseline: BaselineKind,
    /// Null: all of them.
    horizon: Option<Horizon>,
    /// The commission's slug; null: all of them.
    commission: Option<String>,
    before: Flat<Progress>,
    after: Flat<Progress>,
}

/// What a decision would change in every horizon × commission: the same facts under the plan before it and after it. Nothing is recorded.
#[Object]
impl Effect {
    async fn decision(&self) -> PlanDecision {
        self.found.proposed.into()
    }

    /// The facts are those up to this position.
    async fn position(&self) -> Option<Position> {
        self.view.snapshot.position.map(Position::at)
    }

    async fn status_date(&self) -> Date {
        self.found.status_date.into()
    }

    /// The proposal that waits; null for a document, which the system computes.
    async fn asked(&self) -> Option<Act> {
        self.found.asked.as_ref().map(Into::into)
    }

    async fn milestone(&self) -> Option<Milestone> {
        Milestone::find(&self.view, self.milestone_id()?)
    }

    /// The initiative that would be approved, or that the milestone belongs to.
    async fn initiative(&self) -> Option<Initiative> {
        let of_milestone = || Some(self.view.snapshot.milestones.get(&self.milestone_id()?)?.plan.initiative);
        let id = match self.found.proposed {
            Proposed::Approval(id) => Some(id),
            Proposed::Rebaseline(_) | Proposed::Cancellation(_) | Proposed::Admission(_) | Proposed::Document => of_milestone(),
        };
        Initiative::find(&self.view, id?)
    }

    /// Of a milestone: what it promises now.
    async fn promise_before(&self) -> Option<Baseline> {
        self.found.promises.as_ref().map(|(before, _)| Baseline::of(&self.view, before))
    }

    /// Of a milestone: what it would promise; null where it would leave the plan.
    async fn promise_after(&self) -> Option<Baseline> {
        self.found.promises.as_ref().and_then(|(_, after)| after.as_ref()).map(|after| Baseline::of(&self.view, after))
    }

    /// Of a document: the version in force; null where there is none.
    async fn document_in_force(&self) -> Option<u32> {
        self.found.documents.as_ref().and_then(|(in_force, _)| in_force.as_ref()).map(|version| version.version)
    }

    /// Of a document: the version that would be approved.
    async fn document_next(&self) -> Option<u32> {
        self.found.documents.as_ref().map(|(_, next)| next.version)
    }

    /// How many cells each matrix has; those that are not told do not move.
    async fn cells(&self) -> u32 {
        u32::try_from(self.found.cells).unwrap_or(u32::MAX)
    }

    /// Whether any figure moves against that plan. Against the original one, moving a promise in time, weight or horizon moves nothing.
    async fn moves(&self, baseline: Option<BaselineKind>) -> bool {
        !self.found.moved(baseline.unwrap_or_default().into()).is_empty()
    }

    /// The cells that move; by default against both plans, the current one first.
    #[graphql(complexity = "price_list(16, child_complexity)")]
    async fn moved(&self, baseline: Option<BaselineKind>) -> Vec<EffectCell> {
        let kinds = match baseline {
            Some(baseline) => vec![baseline.into()],
            None => vec![figures::BaselineKind::Current, figures::BaselineKind::Original],
        };
        let told = kinds.into_iter().flat_map(|kind| self.found.moved(kind).iter().map(move |moved| (kind, moved)));
        told.map(|(kind, moved)| self.cell(kind, moved)).collect()
    }
}

#[derive(Default)]
pub(crate) struct EffectQuery;

#[Object]
impl EffectQuery {
    /// Of what waits for a decision: about a milestone (by default the newest proposal), of approving an initiative, or of approving
    /// the document as it stands. Give exactly one of `milestone`, `initiative` and `document: true`.
    #[graphql(complexity = "COST + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn effect(
        &self,
        ctx: &Context<'_>,
        milestone: Option<String>,
        decision: Option<PlanDecision>,
        initiative: Option<String>,
        document: Option<bool>,
        #[graphql(name = "statusDate")] on: Option<Date>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Effect, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let on = status_date(ctx, &view, on)?;
        let nothing = || refuse(ctx, EffectError::NothingProposed.code(), "decision", &[]);
        let proposed = match (milestone, initiative, document.unwrap_or(false)) {
            (Some(text), None, false) => {
                let id = known::milestone(ctx, &view, text)?.ok_or_else(nothing)?;
                let mut waiting = proposed_for(&view.snapshot, id).into_iter();
                waiting.find(|proposed| decision.is_none_or(|wanted| wanted == (*proposed).into())).ok_or_else(nothing)?
            }
            (None, Some(text), false) => {
                let id = known::initiative(ctx, &view, Some(text))?.ok_or_else(nothing)?;
                Proposed::Approval(id)
            }
            (None, None, true) => Proposed::Document,
            (Some(_), Some(_), _) | (Some(_), None, true) | (None, Some(_), true) | (None, None, false) => {
                return Err(refuse(ctx, ONE_REQUIRED, "milestone", &[("fields", "milestone, initiative, document".to_owned())]));
            }
        };
        Effect::of(ctx, &view, proposed, on).await
    }
}
