//! What a milestone promises: dates, weight, horizon, and how its progress is measured.

use async_graphql::{Object, SimpleObject};
use tahavol_domain::milestone::event;
use tahavol_domain::milestone::measure::{self, Scope};
use tahavol_domain::values::StationCode;

use crate::enums::{Horizon, MeasureKind, ScopeKind};
use crate::indicator::Indicator;
use crate::request::View;
use crate::scalars::{Count, Date, Quantity};
use crate::station::Station;
use crate::text::Text;

/// What is promised.
#[derive(SimpleObject)]
pub(crate) struct Baseline {
    /// 1 to 10,000.
    weight: u32,
    starts: Date,
    due: Date,
    horizon: Horizon,
    measure: Measure,
}

impl Baseline {
    pub(crate) fn of(view: &View, baseline: &event::Baseline) -> Self {
        Baseline {
            weight: baseline.weight,
            starts: baseline.starts.into(),
            due: baseline.due.into(),
            horizon: baseline.horizon.into(),
            measure: Measure { view: view.clone(), measure: baseline.measure.clone() },
        }
    }
}

/// How progress is measured (شیوه سنجش پیشرفت), as resolved when it was planned.
pub(crate) struct Measure {
    view: View,
    measure: measure::Measure,
}

/// How progress is measured (شیوه سنجش پیشرفت), as resolved when it was planned.
#[Object]
impl Measure {
    async fn kind(&self) -> MeasureKind {
        match self.measure {
            measure::Measure::Binary => MeasureKind::Binary,
            measure::Measure::Reported => MeasureKind::Reported,
            measure::Measure::Steps(_) => MeasureKind::Steps,
            measure::Measure::Rollout(_) => MeasureKind::Rollout,
            measure::Measure::Indicator(_) => MeasureKind::Indicator,
        }
    }

    /// Of the measure `STEPS`, counted from 0.
    async fn steps(&self) -> Option<Vec<Step>> {
        match &self.measure {
            measure::Measure::Steps(steps) => {
                let told = steps.iter().zip(0..).map(|(step, number)| Step { number, title: (&step.title).into(), weight: step.weight });
                Some(told.collect())
            }
            measure::Measure::Binary | measure::Measure::Reported | measure::Measure::Rollout(_) | measure::Measure::Indicator(_) => None,
        }
    }

    /// Of the measure `ROLLOUT`.
    async fn rollout(&self) -> Option<RolloutScope> {
        match &self.measure {
            measure::Measure::Rollout(rollout) => Some(RolloutScope { view: self.view.clone(), rollout: rollout.clone() }),
            measure::Measure::Binary | measure::Measure::Reported | measure::Measure::Steps(_) | measure::Measure::Indicator(_) => None,
        }
    }

    /// Of the measure `INDICATOR`.
    async fn indicator(&self) -> Option<IndicatorGoal> {
        match &self.measure {
            measure::Measure::Indicator(goal) => Some(IndicatorGoal {
                indicator: Indicator::find(&self.view, &goal.indicator),
                baseline: goal.baseline.into(),
                target: goal.target.into(),
            }),
            measure::Measure::Binary | measure::Measure::Reported | measure::Measure::Steps(_) | measure::Measure::Rollout(_) => None,
        }
    }
}

#[derive(SimpleObject)]
pub(crate) struct Step {
    /// From 0; what a report names.
    number: u16,
    title: Text,
    weight: u32,
}

/// How far an indicator is to come; frozen when planned.
#[derive(SimpleObject)]
pub(crate) struct IndicatorGoal {
    indicator: Option<Indicator>,
    baseline: Quantity,
    target: Quantity,
}

/// The stations of a roll-out; frozen when planned.
pub(crate) struct RolloutScope {
    view: View,
    rollout: measure::Rollout,
}

/// The stations of a roll-out; frozen when planned.
#[Object]
impl RolloutScope {
    async fn scope(&self) -> ScopeKind {
        match self.rollout.scope {
            Scope::All => ScopeKind::All,
            Scope::Target => ScopeKind::Target,
            Scope::Unnetworked => ScopeKind::Unnetworked,
            Scope::TargetUnnetworked => ScopeKind::TargetUnnetworked,
            Scope::Province(_) => ScopeKind::Province,
        }
    }

    /// Of the scope `PROVINCE`: its code.
    async fn province(&self) -> Option<&str> {
        match &self.rollout.scope {
            Scope::Province(code) => Some(&code.0),
            Scope::All | Scope::Target | Scope::Unnetworked | Scope::TargetUnnetworked => None,
        }
    }

    /// Whether stations weigh by their annual visits instead of counting one each.
    async fn weighed_by_visits(&self) -> bool {
        self.rollout.visits.is_some()
    }

    async fn count(&self) -> u32 {
        u32::try_from(self.rollout.stations.len()).unwrap_or(u32::MAX)
    }

    /// Σ of the frozen annual visits, where they weigh.
    async fn visits(&self) -> Option<Count> {
        self.rollout.visits.as_ref().map(|visits| Count::of(visits.iter().sum()))
    }

    /// By code.
    #[graphql(complexity = "crate::page::price(first, child_complexity)")]
    async fn stations(
        &self,
        ctx: &async_graphql::Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> async_graphql::Result<crate::page::Page<Station>> {
        let station = |code: &StationCode| Station::find(&self.view, code);
        let items = self.rollout.stations.iter().filter_map(|code| Some((code.0.as_str(), station(code)?))).collect();
        crate::page::page(ctx, &self.view.snapshot, items, (first, after), |(_, station)| station)
    }
}
