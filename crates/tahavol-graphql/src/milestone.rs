//! Milestones: the promise, where it stands in three voices, its reports, claims, deliveries and history.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use tahavol_app::Proposed;
use tahavol_domain::Stream;
use tahavol_domain::values::{CommissionSlug, MilestoneId};
use tahavol_projections::Snapshot;
use tahavol_projections::reports::{Report, ReportValue};
use tahavol_projections::rows::{ClaimRow, MilestoneRow};
use uuid::Uuid as RawUuid;

use crate::act::{Act, Evidence, evidence};
use crate::baseline::Baseline;
use crate::commission::Commission;
use crate::effect::{COST, Effect};
use crate::enums::{MilestonePhase, Provenance, Verdict};
use crate::initiative::Initiative;
use crate::ledger::{Event, EventPage, event_at, events_at};
use crate::node;
use crate::page::{Page, number_key, page, price, price_list};
use crate::request::{View, status_date};
use crate::scalars::{Count, Date, Position, Uuid};
use crate::station::{Coverage, Station};
use crate::text::Text;

/// A dated, weighted, verifiable result of an initiative (نقطه عطف).
#[derive(Clone)]
pub(crate) struct Milestone {
    pub(crate) view: View,
    pub(crate) row: Arc<MilestoneRow>,
}

impl Milestone {
    pub(crate) fn find(view: &View, id: MilestoneId) -> Option<Self> {
        Some(Milestone { row: Arc::clone(view.snapshot.milestones.get(&id)?), view: view.clone() })
    }

    /// The milestone that a caller names by node id, UUID or code.
    pub(crate) fn named(snapshot: &Snapshot, text: &str) -> Option<MilestoneId> {
        let key = node::key("milestone", text);
        if let Ok(uuid) = RawUuid::parse_str(&key) {
            return snapshot.milestones.contains_key(&MilestoneId(uuid)).then_some(MilestoneId(uuid));
        }
        snapshot.milestone_by_code(&key).map(|row| row.plan.id)
    }
}

/// A dated, weighted, verifiable result of an initiative (نقطه عطف).
#[Object]
impl Milestone {
    pub(crate) async fn id(&self) -> ID {
        node::id("milestone", self.row.plan.id.0)
    }

    async fn uuid(&self) -> Uuid {
        self.row.plan.id.0.into()
    }

    /// Unique in the programme.
    async fn code(&self) -> &str {
        &self.row.plan.code
    }

    async fn title(&self) -> Text {
        (&self.row.plan.title).into()
    }

    async fn initiative(&self) -> Option<Initiative> {
        Initiative::find(&self.view, self.row.plan.initiative)
    }

    async fn commission(&self) -> Option<Commission> {
        Commission::find(&self.view, &self.row.plan.commission)
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.plan.provenance.map(Into::into)
    }

    async fn phase(&self) -> MilestonePhase {
        self.row.life.phase.into()
    }

    /// The promise as last decided.
    async fn baseline(&self) -> Baseline {
        Baseline::of(&self.view, &self.row.plan.current)
    }

    /// The first promise that counted, kept for ever; null while it does not count.
    async fn original_baseline(&self) -> Option<Baseline> {
        self.row.plan.original.as_ref().map(|baseline| Baseline::of(&self.view, baseline))
    }

    /// Promises that were replaced, oldest first.
    #[graphql(complexity = "price_list(5, child_complexity)")]
    async fn rebaselines(&self) -> Vec<Rebaselining> {
        let told = self.row.plan.rebaselines.iter();
        told.map(|row| Rebaselining { before: Baseline::of(&self.view, &row.0), decided: (&row.1).into() }).collect()
    }

    /// From this position it counts: its initiative's approval, or its admission; null while it does not.
    async fn counts_since(&self) -> Option<Position> {
        self.row.life.counts_since.map(Position::at)
    }

    async fn planned(&self) -> Act {
        (&self.row.plan.planned).into()
    }

    /// Where something stands in its way.
    async fn blocked(&self) -> Option<Act> {
        self.row.life.blocked.as_ref().map(Into::into)
    }

    async fn cancelled(&self) -> Option<Act> {
        self.row.life.cancelled.as_ref().map(Into::into)
    }

    /// A new promise that the council has not decided on.
    async fn pending_rebaseline(&self) -> Option<PendingRebaseline> {
        self.row.life.rebaseline_pending.as_ref().map(|(proposal, baseline, proposed)| PendingRebaseline {
            proposal: (*proposal).into(),
            baseline: Baseline::of(&self.view, baseline),
            proposed: proposed.into(),
            of: self.clone(),
        })
    }

    /// A cancellation that the council has not decided on.
    async fn pending_cancellation(&self) -> Option<PendingCancellation> {
        let pending = self.row.life.cancellation_pending.as_ref();
        pending.map(|(proposal, proposed)| PendingCancellation {
            proposal: (*proposal).into(),
            proposed: proposed.into(),
            of: self.clone(),
        })
    }

    /// What admitting it would change; null unless it waits for that.
    #[graphql(complexity = "COST + child_complexity")]
    async fn admission_effect(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Option<Effect>, Error> {
        Effect::if_waiting(ctx, &self.view, Proposed::Admission(self.row.plan.id), status_date).await
    }

    /// Reported and verified progress on a day, by default the picture's.
    async fn standing(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Standing, Error> {
        let on = self::status_date(ctx, &self.view, status_date)?;
        let standing = self.row.standing(&self.view.snapshot, on);
        Ok(Standing {
            view: self.view.clone(),
            status_date: on.into(),
            reported: standing.reported.map(i32::from),
            verified: standing.verified.into(),
            claimed: standing.claimed,
            last_fact: standing.last_fact.map(Into::into),
            facts: standing.facts,
        })
    }

    /// Reports that stand, in the order of their positions: a corrected one is gone, its correction stands.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn reports(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<ProgressReport>, Error> {
        let items = self.row.reports.iter().map(|report| (number_key(report.position), report)).collect();
        page(ctx, &self.view.snapshot, items, (first, after), |(_, report)| ProgressReport { view: self.view.clone(), report })
    }

    /// Oldest first; at most the last one stands.
    #[graphql(complexity = "price_list(3, child_complexity)")]
    async fn claims(&self) -> Vec<Claim> {
        self.row.life.claims.iter().map(|row| Claim { view: self.view.clone(), row: Arc::clone(row) }).collect()
    }

    /// Of a roll-out: stations in the current scope where it was delivered, by code.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn deliveries(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<Delivery>, Error> {
        let snapshot = &self.view.snapshot;
        let code = |number: u32| snapshot.station_numbers.get(number as usize);
        let rows = self.row.deliveries.iter().filter_map(|(number, row)| Some((code(*number)?, row.clone())));
        let items = rows.map(|(code, row)| (code.0.as_str(), (code, row))).collect();
        page(ctx, snapshot, items, (first, after), |(_, (code, row))| Delivery {
            station: Station::find(&self.view, code),
            event: row.event.0.into(),
            position: Position::at(row.position),
            effective_on: row.effective_on.into(),
        })
    }

    /// Of a roll-out: stations of the current scope delivered up to a day, counted and weighted by visits.
    async fn coverage(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Option<Coverage>, Error> {
        let on = self::status_date(ctx, &self.view, status_date)?;
        Ok(self.view.snapshot.rollout_coverage(&self.row, on, |_| true).map(Into::into))
    }

    /// The events of its stream up to the picture's position, oldest first: who did what, when, why.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn history(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<EventPage, Error> {
        Event::of_stream(ctx, &self.view, Stream::Milestone(self.row.plan.id), (first, after)).await
    }
}

/// A promise that the council replaced.
#[derive(SimpleObject)]
pub(crate) struct Rebaselining {
    /// What it was before.
    before: Baseline,
    decided: Act,
}

#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct PendingRebaseline {
    /// What a decision names.
    proposal: Uuid,
    baseline: Baseline,
    proposed: Act,
    #[graphql(skip)]
    of: Milestone,
}

#[async_graphql::ComplexObject]
impl PendingRebaseline {
    /// What approving it would change in every horizon and commission.
    #[graphql(complexity = "COST + child_complexity")]
    async fn effect(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Effect, Error> {
        let on = self::status_date(ctx, &self.of.view, status_date)?;
        Effect::of(ctx, &self.of.view, Proposed::Rebaseline(self.of.row.plan.id), on).await
    }
}

#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct PendingCancellation {
    /// What a decision names.
    proposal: Uuid,
    proposed: Act,
    #[graphql(skip)]
    of: Milestone,
}

#[async_graphql::ComplexObject]
impl PendingCancellation {
    /// What approving it would change in every horizon and commission.
    #[graphql(complexity = "COST + child_complexity")]
    async fn effect(&self, ctx: &Context<'_>, status_date: Option<Date>) -> Result<Effect, Error> {
        let on = self::status_date(ctx, &self.of.view, status_date)?;
        Effect::of(ctx, &self.of.view, Proposed::Cancellation(self.of.row.plan.id), on).await
    }
}

/// Where a milestone stands on a day.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Standing {
    #[graphql(skip)]
    view: View,
    status_date: Date,
    /// Basis points; null without any dated fact: "no evidence", which is not 0.
    reported: Option<i32>,
    /// Basis points: 10,000 or 0.
    verified: i32,
    /// Whether a claim stands.
    claimed: bool,
    /// The day of the latest dated fact.
    last_fact: Option<Date>,
    #[graphql(skip)]
    facts: Vec<u64>,
}

/// The most events that explain one figure in one answer.
const MOST_EXPLAINED: usize = 100;

#[async_graphql::ComplexObject]
impl Standing {
    /// Positions of the facts that give the figure.
    async fn positions(&self) -> Vec<Position> {
        self.facts.iter().copied().map(Position::at).collect()
    }

    /// Those facts themselves, the first hundred.
    #[graphql(complexity = "price_list(20, child_complexity)")]
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<Event>, Error> {
        let told = self.facts.len().min(MOST_EXPLAINED);
        events_at(ctx, &self.view, &self.facts[..told]).await
    }
}

/// A statement of progress that stands (گزارش پیشرفت).
pub(crate) struct ProgressReport {
    view: View,
    report: Report,
}

/// A statement of progress that stands (گزارش پیشرفت).
#[Object]
impl ProgressReport {
    /// The event's id; what a correction names.
    async fn uuid(&self) -> Uuid {
        self.report.event.0.into()
    }

    async fn position(&self) -> Position {
        Position::at(self.report.position)
    }

    async fn effective_on(&self) -> Date {
        self.report.effective_on.into()
    }

    /// Basis points, of the measure `REPORTED`.
    async fn progress(&self) -> Option<i32> {
        match self.report.value {
            ReportValue::Progress(progress) => Some(progress.into()),
            ReportValue::Note | ReportValue::Steps(_) => None,
        }
    }

    /// The steps that are done, of the measure `STEPS`.
    async fn steps(&self) -> Option<Vec<i32>> {
        match self.report.value {
            ReportValue::Steps(done) => Some((0..64).filter(|step| done >> step & 1 == 1).collect()),
            ReportValue::Note | ReportValue::Progress(_) => None,
        }
    }

    /// The event itself: who reported, with which note and evidence.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>, Error> {
        event_at(ctx, &self.view, self.report.position).await
    }
}

/// "It is done", and what was said of it (اعلام تکمیل).
pub(crate) struct Claim {
    view: View,
    row: Arc<ClaimRow>,
}

/// "It is done", and what was said of it (اعلام تکمیل).
#[Object]
impl Claim {
    /// The event's id; what a verification or a refusal names.
    async fn uuid(&self) -> Uuid {
        self.row.claimed.event.0.into()
    }

    async fn claimed(&self) -> Act {
        (&self.row.claimed).into()
    }

    /// The day it is said to be complete.
    async fn effective_on(&self) -> Date {
        self.row.effective_on.into()
    }

    async fn note(&self) -> Option<Text> {
        self.row.note.as_ref().map(Into::into)
    }

    async fn evidence(&self) -> Vec<Evidence> {
        evidence(&self.view, &self.row.evidence)
    }

    /// Null while nobody has decided.
    async fn verdict(&self) -> Option<Verdict> {
        self.row.verdict.as_ref().map(|(verdict, _)| (*verdict).into())
    }

    async fn decided(&self) -> Option<Act> {
        self.row.verdict.as_ref().map(|(_, stamp)| stamp.into())
    }
}

/// One roll-out milestone achieved at one station (تحویل در کلانتری).
#[derive(SimpleObject)]
pub(crate) struct Delivery {
    station: Option<Station>,
    /// What a revocation names.
    event: Uuid,
    position: Position,
    effective_on: Date,
}

/// How many milestones of a commission stand in each phase.
#[derive(SimpleObject)]
pub(crate) struct PhaseCount {
    phase: MilestonePhase,
    count: Count,
}

/// Phases in the order of life, those without any left out.
pub(crate) fn phase_counts(snapshot: &Snapshot, commission: Option<&CommissionSlug>) -> Vec<PhaseCount> {
    use tahavol_domain::milestone::Phase;
    let rows = || snapshot.milestones.values().filter(|row| commission.is_none_or(|slug| row.plan.commission == *slug));
    let of =
        |phase: Phase| PhaseCount { phase: phase.into(), count: Count::of(rows().filter(|row| row.life.phase == phase).count() as u64) };
    [Phase::Planned, Phase::Claimed, Phase::Verified, Phase::Cancelled].map(of).into_iter().collect()
}
