//! Lists of milestones, filtered by what readers look for; evidence of all of them.

use async_graphql::{Context, Error, ID, Object};
use tahavol_projections::find::finds;
use tahavol_projections::rows::MilestoneRow;

use crate::act::Evidence;
use crate::enums::{Horizon, MilestonePhase};
use crate::errors::read;
use crate::known;
use crate::milestone::{Milestone, PhaseCount, phase_counts};
use crate::page::{Page, page, price};
use crate::request::{AsOfInput, open_view, status_date, view};
use crate::scalars::{Date, Position};

#[derive(Default)]
pub(crate) struct MilestoneQuery;

#[Object]
impl MilestoneQuery {
    /// By code. `horizon` is the current baseline's; `overdue`: due before the status date and reported below 10,000;
    /// `counted`: whether it counts towards progress; `search` looks in code and title, whichever keyboard typed it.
    #[graphql(complexity = "price(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn milestones(
        &self,
        ctx: &Context<'_>,
        commission: Option<String>,
        initiative: Option<String>,
        horizon: Option<Horizon>,
        phase: Option<MilestonePhase>,
        search: Option<String>,
        overdue: Option<bool>,
        blocked: Option<bool>,
        counted: Option<bool>,
        due_by: Option<Date>,
        #[graphql(name = "statusDate")] on: Option<Date>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Milestone>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let on = status_date(ctx, &view, on)?;
        let due_by = due_by.map(|date| read(ctx, "dueBy", date)).transpose()?;
        let commission = known::commission(ctx, &view, commission)?;
        let initiative = known::initiative(ctx, &view, initiative)?;
        let search = known::search(ctx, search)?;
        let wanted = |row: &MilestoneRow| {
            let plan = &row.plan;
            commission.as_ref().is_none_or(|slug| plan.commission == *slug)
                && initiative.is_none_or(|id| plan.initiative == id)
                && horizon.is_none_or(|horizon| plan.current.horizon == horizon.into())
                && phase.is_none_or(|phase| row.life.phase == phase.into())
                && blocked.is_none_or(|blocked| row.life.blocked.is_some() == blocked)
                && counted.is_none_or(|counted| row.life.counts_since.is_some() == counted)
                && due_by.is_none_or(|day| plan.current.due <= day)
                && search.as_ref().is_none_or(|search| finds(search, &plan.code, &plan.title))
                && overdue.is_none_or(|overdue| row.is_overdue(&view.snapshot, on) == overdue)
        };
        let rows = view.snapshot.milestones.values().filter(|row| wanted(row));
        let items = rows.map(|row| (row.plan.code.as_str(), row)).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Milestone { view: view.clone(), row: row.clone() })
    }

    /// By node id or UUID, or by code; null when there is none.
    async fn milestone(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        code: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Milestone>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let text = crate::input::one_of_two(ctx, ("id", id.map(|id| id.0)), ("code", code))?;
        Ok(Milestone::named(&view.snapshot, &text).and_then(|id| Milestone::find(&view, id)))
    }

    /// How many milestones stand in each phase.
    async fn milestone_phases(
        &self,
        ctx: &Context<'_>,
        commission: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Vec<PhaseCount>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let commission = known::commission(ctx, &view, commission)?;
        Ok(phase_counts(&view.snapshot, commission.as_ref()))
    }

    /// Files that events refer to, by digest.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn evidence(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Evidence>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let items = view.snapshot.evidence.iter().map(|(digest, row)| (digest.to_string(), row)).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Evidence { view: view.clone(), file: row.evidence.clone() })
    }
}
