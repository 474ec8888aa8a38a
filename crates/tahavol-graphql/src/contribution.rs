//! What each milestone adds to a part's progress, and the facts that give it.

use async_graphql::{ComplexObject, Context, Error, SimpleObject};
use tahavol_projections::progress as figures;

use crate::ledger::{Event, events_at};
use crate::milestone::Milestone;
use crate::page::price_list;
use crate::request::View;
use crate::scalars::{Decimal, Position};

/// What one milestone adds to a part's figures, and the facts that give it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Contribution {
    #[graphql(skip)]
    view: View,
    #[graphql(skip)]
    facts: Vec<u64>,
    milestone: Option<Milestone>,
    weight: i32,
    /// Basis points.
    planned: i32,
    /// Basis points; null without evidence.
    reported: Option<i32>,
    /// Basis points.
    verified: i32,
    /// weight × (planned − reported): above zero it is behind its plan.
    gap: Decimal,
}

#[ComplexObject]
impl Contribution {
    /// Positions of the facts that give the figure.
    async fn positions(&self) -> Vec<Position> {
        self.facts.iter().copied().map(Position::at).collect()
    }

    /// Those facts themselves, the first hundred.
    #[graphql(complexity = "price_list(5, child_complexity)")]
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<Event>, Error> {
        let told = self.facts.len().min(100);
        events_at(ctx, &self.view, &self.facts[..told]).await
    }
}

pub(crate) fn contributions(view: &View, given: Vec<figures::Contribution>) -> Vec<Contribution> {
    given
        .into_iter()
        .map(|given| Contribution {
            milestone: Milestone::find(view, given.milestone),
            weight: i32::try_from(given.weight).unwrap_or(i32::MAX),
            planned: given.planned.into(),
            reported: given.reported.map(i32::from),
            verified: given.verified.into(),
            gap: Decimal::of(given.gap),
            facts: given.facts,
            view: view.clone(),
        })
        .collect()
}
