//! The programme as it was chartered, its horizons, and what a caller is asked about himself.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Error, ID, Object, SimpleObject};
use tahavol_app::Tahavol;
use tahavol_projections::snapshot::ProgrammeRow;

use crate::act::{Act, Person};
use crate::can::{self, Possible};
use crate::command_name::CommandName;
use crate::council::{Council, HorizonWindow};
use crate::meta::Meta;
use crate::node;
use crate::page::price_list;
use crate::request::{AsOfInput, View, What, app, caller, live, may_read, now, open_view, today};
use crate::scalars::{Date, Instant, Position, Quantity, Uuid};
use crate::text::Text;

/// The whole reform; one per ledger.
pub(crate) struct Programme {
    view: View,
    row: Arc<ProgrammeRow>,
}

impl Programme {
    pub(crate) fn of(view: &View) -> Option<Self> {
        Some(Programme { row: Arc::clone(view.snapshot.programme.as_ref()?), view: view.clone() })
    }
}

/// The whole reform; one per ledger.
#[Object]
impl Programme {
    pub(crate) async fn id(&self) -> ID {
        node::id("programme", self.row.id.0)
    }

    async fn uuid(&self) -> Uuid {
        self.row.id.0.into()
    }

    async fn slug(&self) -> &str {
        &self.row.charter.slug
    }

    async fn title(&self) -> Text {
        (&self.row.charter.title).into()
    }

    /// Of civil days: `Asia/Tehran`.
    async fn time_zone(&self) -> &str {
        self.row.charter.time_zone.name()
    }

    async fn council(&self) -> Council {
        Council { view: self.view.clone(), row: Arc::clone(&self.row) }
    }

    /// The three windows as last rescheduled.
    async fn horizons(&self) -> Vec<HorizonWindow> {
        HorizonWindow::all(&self.view)
    }

    /// Slugs of the commissions that may be established.
    async fn chartered_commissions(&self) -> Vec<&str> {
        self.row.charter.commissions.iter().map(|slug| slug.0.as_str()).collect()
    }

    async fn administrator(&self) -> Person {
        (&self.row.charter.administrator).into()
    }

    async fn first_official(&self) -> Person {
        (&self.row.charter.first_official).into()
    }

    /// Least SPI(t) of each colour.
    async fn confidence_thresholds(&self) -> Thresholds {
        let thresholds = &self.row.charter.confidence;
        Thresholds {
            green: thresholds.green.into(),
            amber_green: thresholds.amber_green.into(),
            amber: thresholds.amber.into(),
            amber_red: thresholds.amber_red.into(),
        }
    }

    async fn chartered(&self) -> Act {
        (&self.row.chartered).into()
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(ctx.data::<Tahavol>()?, &self.view.snapshot))
    }
}

/// Least SPI(t) of each colour, compared with the unrounded ratio; below `amberRed` is `RED`.
#[derive(SimpleObject)]
pub(crate) struct Thresholds {
    green: Quantity,
    amber_green: Quantity,
    amber: Quantity,
    amber_red: Quantity,
}

/// Who asks, as the sign-in and the ledger say.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Viewer {
    person: Person,
    /// Offices held today, delegated ones included: `council`, `chair:technology`…
    offices: Vec<String>,
    /// The civil day in the programme's time zone.
    today: Date,
    /// The server's time.
    #[graphql(cache_control(no_cache))]
    now: Instant,
}

#[ComplexObject]
impl Viewer {
    /// Whether the caller can do this now, on the thing of that node id; on the programme without one. Nothing is recorded.
    #[graphql(complexity = "can::ONE + child_complexity")]
    async fn can(&self, ctx: &Context<'_>, command: CommandName, on: Option<ID>) -> Result<Possible, Error> {
        can::can(ctx, command, on).await
    }

    /// The same of every command that is about such a thing; `onlyAllowed` keeps those that the caller can do.
    #[graphql(complexity = "can::ALL + price_list(20, child_complexity)")]
    async fn can_all(&self, ctx: &Context<'_>, on: Option<ID>, #[graphql(default)] only_allowed: bool) -> Result<Vec<Possible>, Error> {
        can::can_all(ctx, on, only_allowed).await
    }
}

#[derive(Default)]
pub(crate) struct ProgrammeQuery;

#[Object]
impl ProgrammeQuery {
    /// Null before the charter.
    async fn programme(
        &self,
        ctx: &Context<'_>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<Option<Programme>, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(Programme::of(&view))
    }

    /// The picture itself: its position, its lag, whether it is a simulation's. An instant is told as the position it means.
    async fn meta(&self, ctx: &Context<'_>, as_of: Option<AsOfInput>, min_position: Option<Position>) -> Result<Meta, Error> {
        let view = open_view(ctx, as_of, min_position).await?;
        Ok(Meta::of(app(ctx)?, &view.snapshot))
    }

    /// Who asks.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, Error> {
        may_read(ctx, What::Programme)?;
        let (app, caller) = (app(ctx)?, caller(ctx)?);
        let snapshot = live(ctx, app).await;
        let today = today(ctx, &snapshot);
        let offices = snapshot.offices(&caller.person.id, today).iter().map(ToString::to_string).collect();
        Ok(Viewer { person: (&caller.person).into(), offices, today: today.into(), now: now(ctx).into() })
    }
}
