//! The timeline of a person or of a thing: everything that belongs to its life, wherever it was recorded.

use async_graphql::{Context, Error, Object};
use tahavol_app::search::{Filter, Timeline};
use tahavol_domain::Stream;
use tahavol_domain::values::{IndicatorCode, StationCode};

use crate::errors::{ONE_REQUIRED, refuse};
use crate::known;
use crate::node;
use crate::request::{AsOfInput, What, may_read, view};
use crate::scalars::Position;
use crate::search::{Cut, EventOrder, EventPage, known_actor, page, price_cut, types};

const SUBJECTS: &str = "person, commission, initiative, milestone, station, indicator";

#[derive(Default)]
pub(crate) struct TimelineQuery;

#[Object]
impl TimelineQuery {
    /// Everything that belongs to the life of one of: a `person` (what they did, and what was done about them: appointments,
    /// releases, offices lent, actions of reviews), a `commission` (its people, initiatives, milestones, indicators), an
    /// `initiative` (with its milestones), a `milestone` (with deliveries for it and the decisions on its initiative), a
    /// `station`, an `indicator`. Exactly one of these is given.
    #[graphql(complexity = "price_cut(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        person: Option<String>,
        commission: Option<String>,
        initiative: Option<String>,
        milestone: Option<String>,
        station: Option<String>,
        indicator: Option<String>,
        #[graphql(name = "types")] wanted: Option<Vec<String>>,
        #[graphql(default)] order: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        as_of: Option<AsOfInput>,
        min_position: Option<Position>,
    ) -> Result<EventPage, Error> {
        may_read(ctx, What::Ledger)?;
        let view = view(ctx, as_of, min_position).await?;
        let subjects = [&person, &commission, &initiative, &milestone, &station, &indicator];
        if subjects.into_iter().flatten().count() != 1 {
            return Err(refuse(ctx, ONE_REQUIRED, "person", &[("fields", SUBJECTS.to_owned())]));
        }
        let of_person = match person {
            Some(person) => Some(Timeline::Person(known_actor(ctx, "person", &person).await?)),
            None => None,
        };
        let of_initiative = known::initiative(ctx, &view, initiative)?.map(Timeline::Initiative);
        // Nothing before the charter.
        let of_milestone = milestone.map(|text| known::milestone(ctx, &view, text)).transpose()?.map(Option::unwrap_or_default);
        let station = station.map(|text| Stream::Station(StationCode(node::key("station", &text))));
        let indicator = indicator.map(|text| Stream::Indicator(IndicatorCode(node::key("indicator", &text))));
        let filter = Filter {
            timeline: of_person.or(of_initiative).or(of_milestone.map(Timeline::Milestone)),
            commission: known::commission(ctx, &view, commission)?,
            stream: station.or(indicator).map(|stream| known::stream(ctx, &view, stream)).transpose()?,
            types: types(ctx, wanted.unwrap_or_default())?,
            ..Filter::default()
        };
        page(ctx, &view, filter, Cut { order, first, after, last, before }).await
    }
}
