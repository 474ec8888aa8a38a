//! Searching the ledger: what may be asked for, pages in both directions, and how much of the ledger an answer covers.

use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{ComplexObject, Context, Enum, Error, SimpleObject};
use tahavol_app::RecordedFact;
use tahavol_app::search::{Direction, Filter, Found, Reach, Source, Total, Window};
use tahavol_domain::fact::TYPES;
use tahavol_domain::text::fold;
use tahavol_domain::values::{ActorId, Office};
use tahavol_domain::{Rule, Stream};
use tokio::sync::OnceCell;

use crate::errors::{
    CURSOR_INVALID, FILTER_INVALID, FIRST_AND_LAST, LAST_OUT_OF_RANGE, ONE_REQUIRED, RANGE_REVERSED, UNKNOWN_ACTOR, UserError, read_opt,
    refuse,
};
use crate::known;
use crate::ledger::Event;
use crate::meta::Meta;
use crate::node;
use crate::page::{LARGEST_PAGE, cursor_of, key_of, number_key, price, size};
use crate::request::{View, What, app, caller, lang, may_read};
use crate::scalars::{Date, Digest, Instant, Position, Uuid};

/// Characters of what somebody looks for in reasons and notes.
const LONGEST_TEXT: usize = 200;

/// The order of a list of events.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum EventOrder {
    #[default]
    OldestFirst,
    NewestFirst,
}

impl From<EventOrder> for Direction {
    fn from(order: EventOrder) -> Self {
        match order {
            EventOrder::OldestFirst => Direction::OldestFirst,
            EventOrder::NewestFirst => Direction::NewestFirst,
        }
    }
}

/// A page of events; its cursors stand for positions.
pub(crate) type EventPage = Connection<String, Event, EventPageFields>;

/// What a page of events tells besides its edges.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct EventPageFields {
    meta: Meta,
    #[graphql(skip)]
    filter: Filter,
    #[graphql(skip)]
    reach: Reach,
    /// Counted once, when somebody asks.
    #[graphql(skip)]
    counted: OnceCell<Total>,
}

#[ComplexObject]
impl EventPageFields {
    /// Length of the whole list. Exact if `totalIsExact` says so; else what was counted up to `indexedTo`, and there may be
    /// more. Counting costs; a page multiplies this price.
    #[graphql(complexity = 5)]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        let total = self.total(ctx).await?;
        Ok(i32::try_from(total.events).unwrap_or(i32::MAX))
    }

    /// Whether `totalCount` is exact. It is, unless the index of searches is still behind the ledger.
    #[graphql(complexity = 5)]
    async fn total_is_exact(&self, ctx: &Context<'_>) -> Result<bool, Error> {
        Ok(self.total(ctx).await?.reach == Reach::Whole)
    }

    /// The last position that this page and the count look at; later events may be missing where it lies before the picture's.
    async fn indexed_to(&self) -> Option<Position> {
        match self.reach {
            Reach::Whole => self.filter.until.map(Position::at),
            Reach::Until(position) => position.map(Position::at),
        }
    }
}

impl EventPageFields {
    async fn total(&self, ctx: &Context<'_>) -> Result<Total, Error> {
        // A picture of nothing has no events, whatever the ledger has by now.
        if self.filter.until.is_none() {
            return Ok(Total::default());
        }
        let app = app(ctx)?;
        let counted = self.counted.get_or_try_init(|| app.search_total(&self.filter)).await;
        counted.copied().map_err(|error| UserError::unread(lang(ctx), None, &error).into())
    }
}

/// The part of a list that is asked for, as Relay names it.
#[derive(Default)]
pub(crate) struct Cut {
    pub(crate) order: EventOrder,
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

/// The cost of a page cut from either end.
pub(crate) fn price_cut(first: Option<i32>, last: Option<i32>, child_complexity: usize) -> usize {
    price(first.or(last), child_complexity)
}

/// A page of the events that pass the filter, up to the picture's position and as far as the reader is shown them.
pub(crate) async fn page(ctx: &Context<'_>, view: &View, filter: Filter, cut: Cut) -> Result<EventPage, Error> {
    may_read(ctx, What::Ledger)?;
    let app = app(ctx)?;
    let (window, backwards) = window(ctx, &cut)?;
    let filter = Filter { until: view.snapshot.position, sight: Arc::clone(&view.sight), ..filter };
    let Found { mut facts, more, reach } = match view.snapshot.position {
        Some(_) => app.search(&filter, window).await.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?,
        None => Found::default(),
    };
    let (before, behind) = if backwards {
        facts.reverse();
        (more, cut.before.is_some())
    } else {
        (cut.after.is_some(), more)
    };
    let fields = EventPageFields { meta: Meta::of(app, &view.snapshot), filter, reach, counted: OnceCell::new() };
    let mut page = Connection::with_additional_fields(before, behind, fields);
    page.edges.extend(facts.into_iter().map(|fact| edge(ctx, fact)));
    Ok(page)
}

fn edge(ctx: &Context<'_>, fact: RecordedFact) -> Edge<String, Event, EmptyFields> {
    Edge::new(cursor_of(ctx, &number_key(fact.position)), Event(fact))
}

/// What the cut means in positions, and whether it is read from its end.
fn window(ctx: &Context<'_>, cut: &Cut) -> Result<(Window, bool), Error> {
    let limit = match (cut.first, cut.last) {
        (Some(_), Some(_)) => return Err(refuse(ctx, FIRST_AND_LAST, "last", &[])),
        (None, Some(last)) if !(0..=LARGEST_PAGE).contains(&last) => {
            return Err(refuse(ctx, LAST_OUT_OF_RANGE, "last", &[("value", last.to_string()), ("largest", LARGEST_PAGE.to_string())]));
        }
        (None, Some(last)) => size(ctx, Some(last))?,
        (first, None) => size(ctx, first)?,
    };
    let after = position(ctx, "after", cut.after.as_deref())?;
    let before = position(ctx, "before", cut.before.as_deref())?;
    let order = Direction::from(cut.order);
    let (above, below) = match order {
        Direction::OldestFirst => (after, before),
        Direction::NewestFirst => (before, after),
    };
    let backwards = cut.last.is_some();
    let direction = match (order, backwards) {
        (order, false) => order,
        (Direction::OldestFirst, true) => Direction::NewestFirst,
        (Direction::NewestFirst, true) => Direction::OldestFirst,
    };
    Ok((Window { above, below, direction, limit }, backwards))
}

fn position(ctx: &Context<'_>, field: &str, cursor: Option<&str>) -> Result<Option<u64>, Error> {
    let Some(key) = key_of(ctx, cursor)? else { return Ok(None) };
    key.parse().map(Some).map_err(|_| refuse(ctx, CURSOR_INVALID, field, &[("value", key.clone())]))
}

/// What may be asked for, as it was written.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) stream: Option<String>,
    pub(crate) types: Vec<String>,
    pub(crate) actor: Option<String>,
    pub(crate) office: Option<String>,
    pub(crate) commission: Option<String>,
    pub(crate) recorded: (Option<Instant>, Option<Instant>),
    pub(crate) effective: (Option<Date>, Option<Date>),
    pub(crate) command: Option<Uuid>,
    pub(crate) correlation: Option<Uuid>,
    pub(crate) imported: Option<bool>,
    pub(crate) source_file: Option<Digest>,
    pub(crate) text: Option<String>,
}

impl Asked {
    /// A name that nobody has is an error; one that merely never did anything leads to nothing.
    pub(crate) async fn read(self, ctx: &Context<'_>, view: &View) -> Result<Filter, Error> {
        let recorded_from = read_opt(ctx, "recordedFrom", self.recorded.0)?;
        let recorded_to = read_opt(ctx, "recordedTo", self.recorded.1)?;
        in_order(ctx, "recordedTo", recorded_from, recorded_to)?;
        let effective_from = read_opt(ctx, "effectiveFrom", self.effective.0)?;
        let effective_to = read_opt(ctx, "effectiveTo", self.effective.1)?;
        in_order(ctx, "effectiveTo", effective_from, effective_to)?;
        let file = read_opt(ctx, "sourceFile", self.source_file)?;
        Ok(Filter {
            stream: self.stream.map(|text| stream(ctx, &text)).transpose()?,
            types: types(ctx, self.types)?,
            actor: match self.actor {
                Some(actor) => Some(known_actor(ctx, "actor", &actor).await?),
                None => None,
            },
            office: self.office.map(|text| office(ctx, view, &text)).transpose()?,
            commission: known::commission(ctx, view, self.commission)?,
            recorded_from,
            recorded_to,
            effective_from,
            effective_to,
            command: read_opt(ctx, "commandId", self.command)?,
            correlation: read_opt(ctx, "correlationId", self.correlation)?,
            source: match (self.imported, file) {
                (Some(false), Some(_)) => {
                    return Err(refuse(ctx, ONE_REQUIRED, "sourceFile", &[("fields", "imported: false, sourceFile".to_owned())]));
                }
                (_, Some(digest)) => Some(Source::File(digest)),
                (Some(true), None) => Some(Source::Imported),
                (Some(false), None) => Some(Source::NotImported),
                (None, None) => None,
            },
            text: self.text.map(|text| searched(ctx, text)).transpose()?,
            timeline: None,
            // Which picture, and for whom: as the page says.
            ..Filter::default()
        })
    }
}

/// Somebody whom the ledger or the configuration knows; who asks is known.
pub(crate) async fn known_actor(ctx: &Context<'_>, field: &str, text: &str) -> Result<ActorId, Error> {
    let actor = ActorId(node::key("official", text));
    let asks = caller(ctx)?.person.id == actor;
    let known = asks || app(ctx)?.knows_actor(&actor).await.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
    if known { Ok(actor) } else { Err(refuse(ctx, UNKNOWN_ACTOR, field, &[("value", text.to_owned())])) }
}

pub(crate) fn types(ctx: &Context<'_>, wanted: Vec<String>) -> Result<Vec<String>, Error> {
    let known = |wanted: &str| TYPES.iter().any(|(name, _)| *name == wanted || name.split('.').next() == Some(wanted));
    match wanted.iter().find(|wanted| !known(wanted)) {
        Some(unknown) => Err(refuse(ctx, FILTER_INVALID, "type", &[("value", unknown.clone())])),
        None => Ok(wanted),
    }
}

fn stream(ctx: &Context<'_>, text: &str) -> Result<Stream, Error> {
    text.parse().map_err(|_| refuse(ctx, FILTER_INVALID, "stream", &[("value", text.to_owned())]))
}

/// An office of a commission or province that is there.
fn office(ctx: &Context<'_>, view: &View, text: &str) -> Result<Office, Error> {
    let office = crate::input::office(ctx, "office", text)?;
    match &office {
        Office::Chair(slug) | Office::Secretary(slug) | Office::Member(slug) => {
            known::commission(ctx, view, Some(slug.0.clone()))?;
        }
        Office::Reporter(province) => {
            known::province(ctx, view, Some(province.0.clone()))?;
        }
        Office::Founding | Office::Council | Office::Inspector | Office::Auditor | Office::Administrator => {}
    }
    Ok(office)
}

fn in_order<T: PartialOrd + ToString>(ctx: &Context<'_>, field: &str, from: Option<T>, to: Option<T>) -> Result<(), Error> {
    match (from, to) {
        (Some(from), Some(to)) if to < from => {
            Err(refuse(ctx, RANGE_REVERSED, field, &[("value", format!("{}..{}", from.to_string(), to.to_string()))]))
        }
        (_, _) => Ok(()),
    }
}

fn searched(ctx: &Context<'_>, text: String) -> Result<String, Error> {
    let characters = text.chars().count();
    if characters > LONGEST_TEXT {
        let args = [("characters", characters.to_string()), ("longest", LONGEST_TEXT.to_string())];
        return Err(refuse(ctx, Rule::TextTooLong.code(), "text", &args));
    }
    if fold(&text).is_empty() {
        return Err(refuse(ctx, Rule::TextBlank.code(), "text", &[]));
    }
    Ok(text)
}
