//! "Was she entitled on that day?": answered from the ledger, with the acts that say so.

use async_graphql::{Context, Error, Object, SimpleObject};
use tahavol_domain::calendar;
use tahavol_domain::values::{ActorId, Office};
use tahavol_projections::entitlement::{Ground, Moment};

use crate::act::Act;
use crate::errors::read_opt;
use crate::input;
use crate::meta::Meta;
use crate::node;
use crate::officials::{Delegation, Official};
use crate::page::price_list;
use crate::request::{AsOfInput, View, app, view};
use crate::scalars::{Date, Position};

/// Which offices somebody held at a moment.
pub(crate) struct Entitlement {
    view: View,
    actor: ActorId,
    wanted: Option<Office>,
    on: calendar::Date,
    grounds: Vec<Ground>,
}

/// Which offices somebody held at a moment, and by which acts.
#[Object]
impl Entitlement {
    async fn actor(&self) -> &str {
        &self.actor.0
    }

    /// Null for somebody who was never appointed, though an office may have been lent to such a person.
    async fn official(&self) -> Option<Official> {
        Official::find(&self.view, &self.actor)
    }

    /// The civil day that is meant, in the programme's time zone.
    async fn on(&self) -> Date {
        self.on.into()
    }

    /// Whether the office that was asked for was held; without one, whether any was.
    async fn held(&self) -> bool {
        self.grounds.iter().any(|ground| self.is_wanted(ground))
    }

    /// Every office held, own and lent: `council`, `chair:technology`…
    async fn offices(&self) -> Vec<String> {
        let mut offices: Vec<&Office> = self.grounds.iter().map(|ground| &ground.office).collect();
        offices.sort();
        offices.dedup();
        offices.into_iter().map(ToString::to_string).collect()
    }

    /// The acts that gave what was asked for, and those that ended it by now; own offices first.
    #[graphql(complexity = "price_list(5, child_complexity)")]
    async fn because(&self) -> Vec<EntitlementGround> {
        self.grounds.iter().filter(|ground| self.is_wanted(ground)).map(Into::into).collect()
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(app(ctx)?, &self.view.snapshot))
    }
}

impl Entitlement {
    fn is_wanted(&self, ground: &Ground) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| ground.office == *wanted)
    }
}

/// Why an office was held.
#[derive(SimpleObject)]
pub(crate) struct EntitlementGround {
    office: String,
    /// The act that gave it: the appointment, or the delegation.
    given: Act,
    /// The act that ended it by now: a release, of a lent office also that of its lender, or that it was taken back. A lent office
    /// also ends by itself.
    ended: Option<Act>,
    /// Where it was lent.
    lent: Option<Delegation>,
    /// The appointment of whom it was lent by.
    lender_appointed: Option<Act>,
}

impl From<&Ground> for EntitlementGround {
    fn from(ground: &Ground) -> Self {
        EntitlementGround {
            office: ground.office.to_string(),
            given: ground.given().into(),
            ended: ground.ended().map(Into::into),
            lent: ground.lent.as_deref().map(Into::into),
            lender_appointed: ground.lent.is_some().then(|| (&ground.tenure.appointed).into()),
        }
    }
}

#[derive(Default)]
pub(crate) struct EntitlementQuery;

#[Object]
impl EntitlementQuery {
    /// Whether somebody held an office. `on`: at any time of that civil day, an office given or ended on it included; a lent one on
    /// its days, from when it was recorded. Without `on`: in the very moment of the picture, now or just after the event at
    /// `asOf`. `asOf` beside `on`: as far as the ledger knew then. `office`: `council`, `chair:technology`…
    #[graphql(complexity = "10 + child_complexity")]
    async fn entitlement(
        &self,
        ctx: &Context<'_>,
        actor: String,
        office: Option<String>,
        on: Option<Date>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Entitlement, Error> {
        let view = view(ctx, as_of, min_position).await?;
        let wanted = office.map(|text| input::office(ctx, "office", &text)).transpose()?;
        let actor = ActorId(node::key("official", &actor));
        let on = read_opt(ctx, "on", on)?;
        let moment = on.map_or(Moment::OfThePicture(view.day), Moment::AnyTimeOf);
        let grounds = view.snapshot.grounds(&actor, moment);
        Ok(Entitlement { on: on.unwrap_or(view.day), actor, wanted, grounds, view })
    }
}
