//! Commissions: remit, people, ratings, and what each of them owns.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Object, SimpleObject};
use tahavol_domain::calendar;
use tahavol_domain::values::CommissionSlug;
use tahavol_projections::rows::CommissionRow;

use crate::act::{Act, Person};
use crate::enums::{Confidence, Horizon, Provenance, RatingVoice, Role};
use crate::indicator::Indicator;
use crate::initiative::Initiative;
use crate::node;
use crate::page::{Page, page, price};
use crate::request::{AsOfInput, View, open_view};
use crate::scalars::{Date, Position};
use crate::text::Text;

/// One of the bodies under the council; owns initiatives and indicators (کمیسیون).
pub(crate) struct Commission {
    view: View,
    row: Arc<CommissionRow>,
}

impl Commission {
    pub(crate) fn find(view: &View, slug: &CommissionSlug) -> Option<Self> {
        Some(Commission { row: Arc::clone(view.snapshot.commissions.get(slug)?), view: view.clone() })
    }

    fn slug(&self) -> &CommissionSlug {
        &self.row.establishment.slug
    }
}

/// One of the bodies under the council; owns initiatives and indicators (کمیسیون).
#[Object]
impl Commission {
    pub(crate) async fn id(&self) -> ID {
        node::id("commission", &self.slug().0)
    }

    #[graphql(name = "slug")]
    async fn slug_text(&self) -> &str {
        &self.slug().0
    }

    async fn title(&self) -> Text {
        (&self.row.establishment.title).into()
    }

    async fn remit(&self) -> Text {
        (&self.row.establishment.remit).into()
    }

    async fn provenance(&self) -> Option<Provenance> {
        self.row.establishment.provenance.map(Into::into)
    }

    async fn established(&self) -> Act {
        (&self.row.established).into()
    }

    /// Who is in it now, chair first.
    #[graphql(complexity = "crate::page::price_list(10, child_complexity)")]
    async fn members(&self) -> Vec<Member> {
        members(&self.view, self.slug())
    }

    /// Its own confidence and independent ones, newest first.
    #[graphql(complexity = "crate::page::price_list(10, child_complexity)")]
    async fn ratings(&self, horizon: Option<Horizon>, voice: Option<RatingVoice>) -> Vec<Rating> {
        ratings(&self.row, horizon, voice, None)
    }

    /// By code.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn initiatives(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<Initiative>, Error> {
        Initiative::page(ctx, &self.view, |row| row.proposal.commission == *self.slug(), (first, after))
    }

    /// By code.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn indicators(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Page<Indicator>, Error> {
        Indicator::page(ctx, &self.view, |row| row.definition.commission == *self.slug(), (first, after))
    }
}

/// A person in a commission.
#[derive(SimpleObject)]
pub(crate) struct Member {
    person: Person,
    role: Role,
    appointed: Act,
}

fn members(view: &View, slug: &CommissionSlug) -> Vec<Member> {
    let told = view.snapshot.members(slug).into_iter();
    told.map(|member| Member { person: member.person.into(), role: member.role.into(), appointed: member.appointed.into() }).collect()
}

/// A confidence that somebody stated, shown beside the computed one.
#[derive(SimpleObject)]
pub(crate) struct Rating {
    horizon: Horizon,
    voice: RatingVoice,
    confidence: Confidence,
    note: Option<Text>,
    effective_on: Option<Date>,
    rated: Act,
}

impl Rating {
    pub(crate) fn of_horizon(&self) -> Horizon {
        self.horizon
    }
}

/// Newest first; those of days up to `until` where it is given.
pub(crate) fn ratings(
    row: &CommissionRow,
    horizon: Option<Horizon>,
    voice: Option<RatingVoice>,
    until: Option<calendar::Date>,
) -> Vec<Rating> {
    let asked = |rating: &tahavol_domain::commission::event::Rating| {
        horizon.is_none_or(|horizon| rating.horizon == horizon.into()) && voice.is_none_or(|voice| rating.voice == voice.into())
    };
    row.ratings_until(until)
        .into_iter()
        .filter(|(rating, _)| asked(rating))
        .map(|(rating, stamp)| Rating {
            horizon: rating.horizon.into(),
            voice: rating.voice.into(),
            confidence: rating.confidence.into(),
            note: rating.note.as_ref().map(Into::into),
            effective_on: stamp.effective_on.map(Into::into),
            rated: stamp.into(),
        })
        .collect()
}

#[derive(Default)]
pub(crate) struct CommissionQuery;

#[Object]
impl CommissionQuery {
    /// By slug.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn commissions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Commission>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        let items = view.snapshot.commissions.iter().map(|(slug, row)| (slug.0.as_str(), Arc::clone(row))).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Commission { view: view.clone(), row })
    }

    /// By its slug or node id; null when there is none.
    async fn commission(
        &self,
        ctx: &Context<'_>,
        slug: String,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Commission>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(Commission::find(&view, &CommissionSlug(node::key("commission", &slug))))
    }
}
