//! Initiatives: what was proposed, what the council decided, resources, risks, milestones.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use tahavol_app::Proposed;
use tahavol_domain::values::InitiativeId;
use tahavol_domain::{Stream, initiative};
use tahavol_projections::Snapshot;
use tahavol_projections::find::finds;
use tahavol_projections::rows::{self, InitiativeRow, RiskRow, Stamp};
use uuid::Uuid as RawUuid;

use crate::act::Act;
use crate::commission::Commission;
use crate::council::Directive;
use crate::effect::{COST, Effect};
use crate::enums::{Horizon, InitiativePhase, Provenance};
use crate::known;
use crate::ledger::{Event, EventPage};
use crate::milestone::Milestone;
use crate::node;
use crate::page::{Page, page, price};
use crate::request::{AsOfInput, View, open_view, view};
use crate::scalars::{Date, Position, Quantity, Uuid};
use crate::text::Text;

/// A piece of transformation: proposed by a commission, decided by the council (اقدام).
#[derive(Clone)]
pub(crate) struct Initiative {
    pub(crate) view: View,
    pub(crate) row: Arc<InitiativeRow>,
}

impl Initiative {
    pub(crate) fn find(view: &View, id: InitiativeId) -> Option<Self> {
        Some(Initiative { row: Arc::clone(view.snapshot.initiatives.get(&id)?), view: view.clone() })
    }

    /// By code.
    pub(crate) fn page(
        ctx: &Context<'_>,
        view: &View,
        wanted: impl Fn(&InitiativeRow) -> bool,
        cut: (Option<i32>, Option<String>),
    ) -> Result<Page<Self>, Error> {
        let rows = view.snapshot.initiatives.values().filter(|row| wanted(row));
        let items = rows.map(|row| (row.proposal.code.as_str(), Arc::clone(row))).collect();
        page(ctx, &view.snapshot, items, cut, |(_, row)| Initiative { view: view.clone(), row })
    }

    /// The initiative that a caller names by node id, UUID or code.
    pub(crate) fn named(snapshot: &Snapshot, text: &str) -> Option<InitiativeId> {
        let key = node::key("initiative", text);
        if let Ok(uuid) = RawUuid::parse_str(&key) {
            return snapshot.initiatives.contains_key(&InitiativeId(uuid)).then_some(InitiativeId(uuid));
        }
        snapshot.initiative_by_code(&key).map(|row| row.id)
    }
}

/// A piece of transformation: proposed by a commission, decided by the council (اقدام).
#[Object]
impl Initiative {
    pub(crate) async fn id(&self) -> ID {
        node::id("initiative", self.row.id.0)
    }

    async fn uuid(&self) -> Uuid {
        self.row.id.0.into()
    }

    /// Unique in the programme.
    async fn code(&self) -> &str {
        &self.row.proposal.code
    }

    async fn commission(&self) -> Option<Commission> {
        Commission::find(&self.view, &self.row.proposal.commission)
    }

    async fn horizon(&self) -> Horizon {
        self.row.proposal.horizon.into()
    }

    async fn title(&self) -> Text {
        (&self.row.proposal.title).into()
    }

    async fn note(&self) -> Option<Text> {
        self.row.proposal.note.as_ref().map(Into::into)
    }

    /// Those it answers to.
    async fn directives(&self) -> Vec<Directive> {
        self.row.proposal.directives.iter().filter_map(|code| Directive::find(&self.view, code)).collect()
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.proposal.provenance.map(Into::into)
    }

    async fn phase(&self) -> InitiativePhase {
        self.row.phase.into()
    }

    /// What brought it into its phase.
    async fn phase_since(&self) -> Act {
        (&self.row.phase_since).into()
    }

    async fn proposed(&self) -> Act {
        (&self.row.proposed).into()
    }

    /// Submissions and decisions, oldest first.
    #[graphql(complexity = "crate::page::price_list(5, child_complexity)")]
    async fn decisions(&self) -> Vec<InitiativeDecision> {
        self.row
            .decisions
            .iter()
            .map(|(phase, resolution, stamp)| InitiativeDecision {
                phase: (*phase).into(),
                resolution: resolution.clone(),
                act: stamp.into(),
            })
            .collect()
    }

    /// What approving it would change in every horizon and commission; null unless it waits for that.
    #[graphql(complexity = "COST + child_complexity")]
    async fn approval_effect(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Option<Effect>, Error> {
        Effect::if_waiting(ctx, &self.view, Proposed::Approval(self.row.id), status_date).await
    }

    /// From this position its milestones count.
    async fn approved_at(&self) -> Option<Position> {
        self.row.approved_at.map(Position::at)
    }

    #[graphql(complexity = "crate::page::price_list(5, child_complexity)")]
    async fn allocations(&self) -> Vec<Allocation> {
        self.row.allocations.keys().filter_map(|id| Allocation::of(&self.view, &self.row, *id)).collect()
    }

    #[graphql(complexity = "crate::page::price_list(5, child_complexity)")]
    async fn risks(&self, open: Option<bool>) -> Vec<Risk> {
        let asked = |row: &RiskRow| open.is_none_or(|open| row.closed.is_none() == open);
        let rows = self.row.risks.values().filter(|row| asked(row));
        rows.map(|row| Risk { view: self.view.clone(), initiative: Arc::clone(&self.row), row: row.clone() }).collect()
    }

    /// In the order of planning.
    #[graphql(complexity = "crate::page::price_list(10, child_complexity)")]
    async fn milestones(&self) -> Vec<Milestone> {
        self.row.milestones.iter().filter_map(|id| Milestone::find(&self.view, *id)).collect()
    }

    /// The events of its stream up to the picture's position, oldest first.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn history(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<EventPage, Error> {
        Event::of_stream(ctx, &self.view, Stream::Initiative(self.row.id), (first, after)).await
    }
}

/// A submission or a decision of the council.
#[derive(SimpleObject)]
pub(crate) struct InitiativeDecision {
    /// What it led to.
    phase: InitiativePhase,
    resolution: Option<String>,
    act: Act,
}

/// Resources that the council granted to an initiative (تخصیص منابع).
pub(crate) struct Allocation {
    view: View,
    initiative: Arc<InitiativeRow>,
    allocation: initiative::event::Allocation,
    allocated: Stamp,
}

impl Allocation {
    fn of(view: &View, initiative: &Arc<InitiativeRow>, id: RawUuid) -> Option<Self> {
        let (allocation, allocated) = initiative.allocations.get(&id)?.clone();
        Some(Allocation { view: view.clone(), initiative: Arc::clone(initiative), allocation, allocated })
    }

    pub(crate) fn find(view: &View, id: RawUuid) -> Option<Self> {
        view.snapshot.initiatives.values().find_map(|initiative| Allocation::of(view, initiative, id))
    }
}

/// Resources that the council granted to an initiative (تخصیص منابع).
#[Object]
impl Allocation {
    pub(crate) async fn id(&self) -> ID {
        node::id("allocation", self.allocation.allocation)
    }

    async fn uuid(&self) -> Uuid {
        self.allocation.allocation.into()
    }

    async fn initiative(&self) -> Initiative {
        Initiative { view: self.view.clone(), row: Arc::clone(&self.initiative) }
    }

    /// What is granted: money, posts, vehicles…
    async fn resource(&self) -> Text {
        (&self.allocation.resource).into()
    }

    async fn amount(&self) -> Quantity {
        self.allocation.amount.into()
    }

    async fn unit(&self) -> &str {
        &self.allocation.unit
    }

    async fn resolution(&self) -> &str {
        &self.allocation.resolution
    }

    async fn allocated(&self) -> Act {
        (&self.allocated).into()
    }
}

/// Something that may hinder an initiative.
pub(crate) struct Risk {
    view: View,
    initiative: Arc<InitiativeRow>,
    row: rows::RiskRow,
}

impl Risk {
    pub(crate) fn find(view: &View, id: RawUuid) -> Option<Self> {
        view.snapshot.initiatives.values().find_map(|initiative| {
            let row = initiative.risks.get(&id)?.clone();
            Some(Risk { view: view.clone(), initiative: Arc::clone(initiative), row })
        })
    }
}

/// Something that may hinder an initiative.
#[Object]
impl Risk {
    pub(crate) async fn id(&self) -> ID {
        node::id("risk", self.row.risk.risk)
    }

    async fn uuid(&self) -> Uuid {
        self.row.risk.risk.into()
    }

    async fn initiative(&self) -> Initiative {
        Initiative { view: self.view.clone(), row: Arc::clone(&self.initiative) }
    }

    async fn title(&self) -> Text {
        (&self.row.risk.title).into()
    }

    /// 1 (rare) to 5 (almost certain).
    async fn likelihood(&self) -> u8 {
        self.row.risk.likelihood
    }

    /// 1 (slight) to 5 (grave).
    async fn impact(&self) -> u8 {
        self.row.risk.impact
    }

    async fn mitigation(&self) -> Option<Text> {
        self.row.risk.mitigation.as_ref().map(Into::into)
    }

    async fn raised(&self) -> Act {
        (&self.row.raised).into()
    }

    async fn closed(&self) -> Option<Act> {
        self.row.closed.as_ref().map(Into::into)
    }
}

#[derive(Default)]
pub(crate) struct InitiativeQuery;

#[Object]
impl InitiativeQuery {
    /// By code. `search` looks in code and title, whichever keyboard typed it.
    #[graphql(complexity = "price(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn initiatives(
        &self,
        ctx: &Context<'_>,
        commission: Option<String>,
        horizon: Option<Horizon>,
        phase: Option<InitiativePhase>,
        search: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Initiative>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let commission = known::commission(ctx, &view, commission)?;
        let search = known::search(ctx, search)?;
        let wanted = |row: &InitiativeRow| {
            commission.as_ref().is_none_or(|slug| row.proposal.commission == *slug)
                && horizon.is_none_or(|horizon| row.proposal.horizon == horizon.into())
                && phase.is_none_or(|phase| row.phase == phase.into())
                && search.as_ref().is_none_or(|search| finds(search, &row.proposal.code, &row.proposal.title))
        };
        Initiative::page(ctx, &view, wanted, (first, after))
    }

    /// By node id or UUID, or by code; null when there is none.
    async fn initiative(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        code: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Initiative>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let text = crate::input::one_of_two(ctx, ("id", id.map(|id| id.0)), ("code", code))?;
        Ok(Initiative::named(&view.snapshot, &text).and_then(|id| Initiative::find(&view, id)))
    }

    /// Of all initiatives, in the order of their codes.
    #[graphql(complexity = "price(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn risks(
        &self,
        ctx: &Context<'_>,
        open: Option<bool>,
        commission: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Risk>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let commission = known::commission(ctx, &view, commission)?;
        let of_commission = |row: &&Arc<InitiativeRow>| commission.as_ref().is_none_or(|slug| row.proposal.commission == *slug);
        let asked = |row: &RiskRow| open.is_none_or(|open| row.closed.is_none() == open);
        let mut items = Vec::new();
        for initiative in view.snapshot.initiatives.values().filter(of_commission) {
            let rows = initiative.risks.iter().filter(|(_, row)| asked(row));
            items.extend(rows.map(|(id, row)| (format!("{}/{id}", initiative.proposal.code), (initiative, row))));
        }
        page(ctx, &view.snapshot, items, (first, after), |(_, (initiative, row))| Risk {
            view: view.clone(),
            initiative: Arc::clone(initiative),
            row: row.clone(),
        })
    }

    /// Of all initiatives, in the order of their codes.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn allocations(
        &self,
        ctx: &Context<'_>,
        commission: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Allocation>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let commission = known::commission(ctx, &view, commission)?;
        let of_commission = |row: &&Arc<InitiativeRow>| commission.as_ref().is_none_or(|slug| row.proposal.commission == *slug);
        let mut items = Vec::new();
        for initiative in view.snapshot.initiatives.values().filter(of_commission) {
            let ids = initiative.allocations.keys();
            items
                .extend(ids.filter_map(|id| Some((format!("{}/{id}", initiative.proposal.code), Allocation::of(&view, initiative, *id)?))));
        }
        page(ctx, &view.snapshot, items, (first, after), |(_, allocation)| allocation)
    }
}
