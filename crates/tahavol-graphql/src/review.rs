//! Reviews: stock-takes that freeze a position, and their follow-up actions.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use tahavol_projections::rows::ReviewRow;
use uuid::Uuid as RawUuid;

use crate::act::{Act, Evidence, evidence};
use crate::enums::ReviewKind;
use crate::limits::PAST;
use crate::node;
use crate::page::{Page, number_key, page, price};
use crate::picture::Picture;
use crate::request::{AsOfInput, View, view, view_of};
use crate::scalars::{Date, Position, Uuid};
use crate::text::{Text, texts};

/// A stock-take or the annual conference (ارزیابی دوره‌ای).
pub(crate) struct Review {
    view: View,
    row: Arc<ReviewRow>,
}

impl Review {
    pub(crate) fn find(view: &View, id: RawUuid) -> Option<Self> {
        Some(Review { row: Arc::clone(view.snapshot.reviews.get(&id)?), view: view.clone() })
    }
}

/// A stock-take or the annual conference (ارزیابی دوره‌ای). `frozen` is what it saw; anything else can be asked `asOf` its
/// `frozenPosition`.
#[Object]
impl Review {
    pub(crate) async fn id(&self) -> ID {
        node::id("review", self.row.review.review)
    }

    async fn uuid(&self) -> Uuid {
        self.row.review.review.into()
    }

    async fn kind(&self) -> ReviewKind {
        self.row.review.kind.into()
    }

    async fn title(&self) -> Text {
        (&self.row.review.title).into()
    }

    /// The position whose picture it looked at.
    async fn frozen_position(&self) -> Position {
        Position::at(self.row.review.frozen_position)
    }

    async fn held(&self) -> Act {
        (&self.row.held).into()
    }

    /// The programme as it saw it, looked at on the day it was held: the same for ever.
    #[graphql(complexity = "PAST + child_complexity")]
    async fn frozen(&self, ctx: &Context<'_>) -> Result<Picture, Error> {
        let held = &self.row.held;
        let day = held.effective_on.unwrap_or_else(|| held.at.date_in(&self.view.snapshot.time_zone()));
        Ok(Picture(view_of(ctx, self.row.review.frozen_position, day).await?))
    }

    async fn strengths(&self) -> Vec<Text> {
        texts(&self.row.review.strengths)
    }

    async fn weaknesses(&self) -> Vec<Text> {
        texts(&self.row.review.weaknesses)
    }

    async fn commendations(&self) -> Vec<Text> {
        texts(&self.row.review.commendations)
    }

    /// Open until closed with evidence.
    #[graphql(complexity = "crate::page::price_list(5, child_complexity)")]
    async fn actions(&self, open: Option<bool>) -> Vec<ReviewAction> {
        let asked = |id: &RawUuid| open.is_none_or(|open| self.row.closures.contains_key(id) != open);
        let actions = self.row.review.actions.iter().filter(|action| asked(&action.action));
        actions
            .map(|action| {
                let closure = self.row.closures.get(&action.action);
                ReviewAction {
                    uuid: action.action.into(),
                    title: (&action.title).into(),
                    owner: action.owner.0.clone(),
                    due: action.due.into(),
                    outcome: closure.map(|(closure, _)| (&closure.outcome).into()),
                    evidence: closure.map(|(closure, _)| evidence(&self.view, &closure.evidence)).unwrap_or_default(),
                    closed: closure.map(|(_, stamp)| stamp.into()),
                }
            })
            .collect()
    }
}

/// Something that a review asks of somebody.
#[derive(SimpleObject)]
pub(crate) struct ReviewAction {
    /// What a closing names.
    uuid: Uuid,
    title: Text,
    /// The owner's actor id.
    owner: String,
    due: Date,
    outcome: Option<Text>,
    evidence: Vec<Evidence>,
    /// Null while it is open.
    closed: Option<Act>,
}

#[derive(Default)]
pub(crate) struct ReviewQuery;

#[Object]
impl ReviewQuery {
    /// In the order in which they were recorded.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        kind: Option<ReviewKind>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Review>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let rows = view.snapshot.reviews.values().filter(|row| kind.is_none_or(|kind| row.review.kind == kind.into()));
        let items = rows.map(|row| (number_key(row.held.position), Arc::clone(row))).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Review { view: view.clone(), row })
    }

    /// By node id or UUID; null when there is none.
    async fn review(
        &self,
        ctx: &Context<'_>,
        id: ID,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Review>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let found = RawUuid::parse_str(&node::key("review", &id)).ok();
        Ok(found.and_then(|id| Review::find(&view, id)))
    }
}
