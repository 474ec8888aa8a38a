//! People in office: who holds what since when, and what was lent to whom.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Error, ID, Object, SimpleObject};
use tahavol_app::search::Filter;
use tahavol_domain::values::{ActorId, Office};
use tahavol_projections::rows;
use uuid::Uuid as RawUuid;

use crate::act::{Act, Person};
use crate::node;
use crate::page::{Page, page, price};
use crate::request::{AsOfInput, View, view};
use crate::scalars::{Date, Position, Uuid};
use crate::search::{Cut, EventOrder, EventPage, page as events, price_cut};

/// A person who is or was in office.
pub(crate) struct Official {
    view: View,
    row: Arc<rows::Official>,
}

impl Official {
    pub(crate) fn find(view: &View, actor: &ActorId) -> Option<Self> {
        Some(Official { row: Arc::clone(view.snapshot.officials.get(actor)?), view: view.clone() })
    }

    /// Who holds such an office now, by actor.
    pub(crate) fn holding(view: &View, wanted: impl Fn(&Office) -> bool) -> Vec<Self> {
        let holds = |row: &&Arc<rows::Official>| row.offices().any(&wanted);
        view.snapshot.officials.values().filter(holds).map(|row| Official { view: view.clone(), row: Arc::clone(row) }).collect()
    }
}

/// A person who is or was in office.
#[Object]
impl Official {
    pub(crate) async fn id(&self) -> ID {
        node::id("official", &self.row.person.id.0)
    }

    async fn person(&self) -> Person {
        (&self.row.person).into()
    }

    /// Offices held on the picture's day, delegated ones included.
    async fn offices(&self) -> Vec<String> {
        self.view.snapshot.offices(&self.row.person.id, self.view.day).iter().map(ToString::to_string).collect()
    }

    /// In the order of appointment.
    async fn tenures(&self) -> Vec<Tenure> {
        self.row.tenures.iter().map(|tenure| self.tenure(tenure)).collect()
    }

    /// What the person did, oldest first; `office` keeps what was done in that office, own or lent. Everything that was done in an
    /// office, whoever held it, is `ledger.events(office: …)`.
    #[graphql(complexity = "price_cut(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn acts(
        &self,
        ctx: &Context<'_>,
        office: Option<String>,
        #[graphql(default)] order: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<EventPage, Error> {
        let office = office.map(|text| crate::input::office(ctx, "office", &text)).transpose()?;
        let filter = Filter { actor: Some(self.row.person.id.clone()), office, ..Filter::default() };
        events(ctx, &self.view, filter, Cut { order, first, after, last, before }).await
    }
}

impl Official {
    fn tenure(&self, tenure: &rows::Tenure) -> Tenure {
        let proposed = tenure.released.is_none().then(|| self.row.release_proposed.get(&tenure.office)).flatten();
        Tenure {
            office: tenure.office.to_string(),
            appointed: (&tenure.appointed).into(),
            released: tenure.released.as_ref().map(Into::into),
            release_proposed: proposed.map(Into::into),
        }
    }
}

/// An office held from one position until another.
#[derive(SimpleObject)]
pub(crate) struct Tenure {
    office: String,
    appointed: Act,
    released: Option<Act>,
    /// A release that another person still has to carry out.
    release_proposed: Option<Act>,
}

/// An office lent for a period.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Delegation {
    #[graphql(skip)]
    key: RawUuid,
    uuid: Uuid,
    /// Who lends it.
    from: String,
    to: Person,
    office: String,
    starts: Date,
    /// The last day on which it holds.
    ends: Date,
    given: Act,
    /// Where it was ended before its last day.
    ended: Option<Act>,
}

#[ComplexObject]
impl Delegation {
    pub(crate) async fn id(&self) -> ID {
        node::id("delegation", self.key)
    }
}

impl From<&rows::DelegationRow> for Delegation {
    fn from(row: &rows::DelegationRow) -> Self {
        Delegation {
            key: row.delegation.delegation,
            uuid: row.delegation.delegation.into(),
            from: row.delegation.from.0.clone(),
            to: (&row.delegation.to).into(),
            office: row.delegation.office.to_string(),
            starts: row.delegation.starts.into(),
            ends: row.delegation.ends.into(),
            given: (&row.given).into(),
            ended: row.ended.as_ref().map(Into::into),
        }
    }
}

#[derive(Default)]
pub(crate) struct OfficialsQuery;

#[Object]
impl OfficialsQuery {
    /// Everybody who is or was in office, by actor; `office` keeps those who hold it now: `council`, `chair:technology`…
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn officials(
        &self,
        ctx: &Context<'_>,
        office: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Official>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let wanted = office.map(|text| crate::input::office(ctx, "office", &text)).transpose()?;
        let holds = |row: &rows::Official| wanted.as_ref().is_none_or(|wanted| row.offices().any(|office| office == wanted));
        let all = view.snapshot.officials.iter().filter(|(_, row)| holds(row));
        let items = all.map(|(actor, row)| (actor.0.as_str(), Arc::clone(row))).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| Official { view: view.clone(), row })
    }

    async fn official(
        &self,
        ctx: &Context<'_>,
        actor: String,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Official>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        Ok(Official::find(&view, &ActorId(node::key("official", &actor))))
    }

    /// Offices lent for a period, by id.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn delegations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Page<Delegation>, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let items = view.snapshot.delegations.iter().map(|(id, row)| (id.to_string(), row)).collect();
        page(ctx, &view.snapshot, items, (first, after), |(_, row)| row.as_ref().into())
    }
}
