//! The ledger as readers see it: events with their lines, by position, by stream, by type, by actor.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{ComplexObject, Context, Error, ID, Json, Object, SimpleObject};
use tahavol_app::{FactFilter, RecordedFact, Tahavol};
use tahavol_domain::Stream;
use tahavol_domain::fact::TYPES;
use tahavol_domain::values::Sha256;

use crate::act::Person;
use crate::errors::{CURSOR_INVALID, FILTER_INVALID, ONE_REQUIRED, UserError, read_opt, refuse};
use crate::meta::Meta;
use crate::node;
use crate::page::{cursor_of, key_of, number_key, price, size};
use crate::request::{AsOfInput, View, What, app, lang, may_read, view};
use crate::scalars::{Date, Digest, Instant, Position, Revision, Uuid};

/// Events per read while they are counted.
const CHUNK: usize = 4_096;

/// Something that happened, as the ledger holds it.
pub(crate) struct Event(pub(crate) RecordedFact);

/// Something that happened, as the ledger holds it.
#[Object]
impl Event {
    pub(crate) async fn id(&self) -> ID {
        node::id("event", self.0.position)
    }

    /// What corrections, verifications and refusals name it by.
    async fn uuid(&self) -> Uuid {
        self.0.fact.envelope.id.0.into()
    }

    async fn position(&self) -> Position {
        Position::at(self.0.position)
    }

    /// `milestone-<uuid>`, `station-00001`…
    async fn stream(&self) -> &str {
        &self.0.fact.envelope.stream
    }

    async fn revision(&self) -> Revision {
        Revision::at(self.0.fact.envelope.revision)
    }

    /// `milestone.progress_reported`
    #[graphql(name = "type")]
    async fn event_type(&self) -> &str {
        self.0.fact.event.event_type()
    }

    async fn recorded_at(&self) -> Instant {
        self.0.fact.envelope.time.into()
    }

    /// The day on which it was true, where it states a fact about the world.
    async fn effective_on(&self) -> Option<Date> {
        self.0.fact.envelope.effective_on.map(Into::into)
    }

    /// Days from the effective date to the day on which it was recorded.
    async fn lateness_days(&self, ctx: &Context<'_>) -> Result<Option<i32>, Error> {
        let said = &self.0.fact.envelope;
        let snapshot = app(ctx)?.snapshot();
        Ok(said.effective_on.map(|day| day.days_until(said.time.date_in(&snapshot.time_zone()))))
    }

    async fn by(&self) -> Person {
        let said = &self.0.fact.envelope;
        (&tahavol_domain::values::Person { id: said.actor.clone(), name: said.actor_name.clone() }).into()
    }

    /// What the person acted as.
    async fn office(&self) -> String {
        self.0.fact.envelope.office.to_string()
    }

    async fn command_id(&self) -> Uuid {
        self.0.fact.envelope.command_id.into()
    }

    async fn correlation_id(&self) -> Option<Uuid> {
        self.0.fact.envelope.correlation_id.map(Into::into)
    }

    async fn causation_id(&self) -> Option<Uuid> {
        self.0.fact.envelope.causation_id.map(Into::into)
    }

    async fn reason(&self) -> Option<&str> {
        self.0.fact.envelope.reason.as_deref()
    }

    /// `graphql`, `web`, `cli`, `import:<sha256 of the file>#<row>`
    async fn origin(&self) -> &str {
        &self.0.fact.envelope.origin
    }

    /// Position of the picture that the decision looked at.
    async fn basis(&self) -> Option<Position> {
        self.0.fact.envelope.basis.map(Position::at)
    }

    /// The payload, by the schema of its type.
    async fn data(&self) -> Json<serde_json::Value> {
        Json(self.0.fact.event.data())
    }

    /// The line exactly as it was appended and hashed.
    async fn line(&self) -> String {
        String::from_utf8_lossy(&self.0.line).into_owned()
    }

    /// SHA-256 of 0x00 and the line: its leaf in the transparency log.
    async fn leaf_hash(&self) -> Digest {
        Sha256(self.0.leaf_hash).into()
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
    filter: FactFilter,
}

#[ComplexObject]
impl EventPageFields {
    /// Length of the whole list, exactly. Filtered lists are counted through, so asking costs; a page multiplies this price.
    #[graphql(complexity = 5)]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Error> {
        let total = count(app(ctx)?, &self.filter).await.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
        Ok(i32::try_from(total).unwrap_or(i32::MAX))
    }
}

impl Event {
    /// The events of a stream up to the picture's position, oldest first.
    pub(crate) async fn of_stream(
        ctx: &Context<'_>,
        view: &View,
        stream: Stream,
        cut: (Option<i32>, Option<String>),
    ) -> Result<EventPage, Error> {
        page(ctx, view, FactFilter { stream: Some(stream), ..FactFilter::default() }, cut).await
    }
}

/// Events after the cursor that pass the filter, up to the picture's position.
async fn page(
    ctx: &Context<'_>,
    view: &View,
    filter: FactFilter,
    (first, after): (Option<i32>, Option<String>),
) -> Result<EventPage, Error> {
    may_read(ctx, What::Ledger)?;
    let app = app(ctx)?;
    let size = size(ctx, first)?;
    let after = match key_of(ctx, after.as_deref())? {
        Some(key) => {
            let invalid = |_| refuse(ctx, CURSOR_INVALID, "after", &[("value", key.clone())]);
            Some(key.parse::<u64>().map_err(invalid)?)
        }
        None => None,
    };
    let filter = FactFilter { until: view.snapshot.position, ..filter };
    let mut found = match view.snapshot.position {
        Some(_) => match filter.stream.clone() {
            Some(stream) => of_one_stream(app, &stream, &filter, after, size + 1).await,
            None => app.facts(after, size + 1, &filter).await,
        },
        None => Ok(Vec::new()),
    }
    .map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
    let more = found.len() > size;
    found.truncate(size);
    let fields = EventPageFields { meta: Meta::of(app, &view.snapshot), filter };
    let mut page = Connection::with_additional_fields(after.is_some(), more, fields);
    page.edges.extend(found.into_iter().map(|fact| {
        let cursor = cursor_of(&number_key(fact.position));
        Edge::<String, Event, EmptyFields>::new(cursor, Event(fact))
    }));
    Ok(page)
}

/// Reads the stream itself instead of the whole ledger.
async fn of_one_stream(
    app: &Tahavol,
    stream: &Stream,
    filter: &FactFilter,
    after: Option<u64>,
    limit: usize,
) -> Result<Vec<RecordedFact>, tahavol_app::AppError> {
    let mut found = Vec::new();
    let mut revision = 0;
    loop {
        let facts = app.stream_facts(stream, revision, CHUNK).await?;
        let Some(last) = facts.last() else { return Ok(found) };
        revision = last.fact.envelope.revision + 1;
        let ends = filter.until.is_some_and(|until| last.position > until);
        for fact in facts {
            if found.len() == limit {
                return Ok(found);
            }
            if after.is_none_or(|after| fact.position > after) && passes(filter, &fact) {
                found.push(fact);
            }
        }
        if ends {
            return Ok(found);
        }
    }
}

fn passes(filter: &FactFilter, fact: &RecordedFact) -> bool {
    let event_type = fact.fact.event.event_type();
    let aggregate = event_type.split('.').next().unwrap_or(event_type);
    filter.until.is_none_or(|until| fact.position <= until)
        && filter.types.as_ref().is_none_or(|types| types.iter().any(|wanted| wanted == event_type || wanted == aggregate))
        && filter.actor.as_ref().is_none_or(|actor| *actor == fact.fact.envelope.actor.0)
}

async fn count(app: &Tahavol, filter: &FactFilter) -> Result<u64, tahavol_app::AppError> {
    let Some(until) = filter.until else { return Ok(0) };
    if filter.types.is_none() && filter.stream.is_none() && filter.actor.is_none() {
        return Ok(until + 1);
    }
    if let Some(stream) = &filter.stream {
        let found = of_one_stream(app, stream, filter, None, usize::MAX).await?;
        return Ok(found.len() as u64);
    }
    let (mut total, mut after) = (0, None);
    loop {
        let facts = app.facts(after, CHUNK, filter).await?;
        total += facts.len() as u64;
        match facts.last() {
            Some(last) if facts.len() == CHUNK => after = Some(last.position),
            Some(_) | None => return Ok(total),
        }
    }
}

/// The event at a position, if the picture contains it.
pub(crate) async fn event_at(ctx: &Context<'_>, view: &View, position: u64) -> Result<Option<Event>, Error> {
    may_read(ctx, What::Ledger)?;
    if view.snapshot.position.is_none_or(|last| position > last) {
        return Ok(None);
    }
    let found = app(ctx)?.fact_at(position).await.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
    Ok(found.map(Event))
}

/// The events of these positions, in their order.
pub(crate) async fn events_at(ctx: &Context<'_>, view: &View, positions: &[u64]) -> Result<Vec<Event>, Error> {
    may_read(ctx, What::Ledger)?;
    let within: Vec<u64> = positions.iter().copied().filter(|position| view.snapshot.position >= Some(*position)).collect();
    let found = app(ctx)?.facts_at(&within).await.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
    Ok(found.into_iter().map(Event).collect())
}

/// Every event in the order of positions.
pub(crate) struct Ledger {
    view: View,
}

/// Every event in the order of positions.
#[Object]
impl Ledger {
    /// The last position of this picture; null when there is none.
    async fn head(&self) -> Option<Position> {
        self.view.snapshot.position.map(Position::at)
    }

    /// Every event type that was ever released.
    async fn types(&self) -> Vec<&'static str> {
        TYPES.iter().map(|(name, _)| *name).collect()
    }

    /// In the order of positions. `stream`: `milestone-<uuid>`; `type`: `milestone.progress_reported`, or `milestone` for
    /// all of a kind; `actor`: who recorded them.
    #[graphql(complexity = "price(first, child_complexity)")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        stream: Option<String>,
        #[graphql(name = "type")] event_type: Option<String>,
        actor: Option<String>,
    ) -> Result<EventPage, Error> {
        let invalid = |field: &str, text: &str| refuse(ctx, FILTER_INVALID, field, &[("value", text.to_owned())]);
        let stream = match stream {
            Some(text) => Some(text.parse::<Stream>().map_err(|_| invalid("stream", &text))?),
            None => None,
        };
        let known = |wanted: &str| TYPES.iter().any(|(name, _)| *name == wanted || name.split('.').next() == Some(wanted));
        if let Some(wanted) = event_type.as_deref().filter(|wanted| !known(wanted)) {
            return Err(invalid("type", wanted));
        }
        let filter = FactFilter { types: event_type.map(|name| vec![name]), stream, actor, until: None };
        page(ctx, &self.view, filter, (first, after)).await
    }

    /// By position or by node id; null when this picture does not contain it.
    async fn event(&self, ctx: &Context<'_>, position: Option<Position>, id: Option<ID>) -> Result<Option<Event>, Error> {
        let position = read_opt(ctx, "position", position)?.map(|position| position.0);
        let named = match &id {
            Some(id) => Some(event_key(id).ok_or_else(|| refuse(ctx, crate::errors::NODE_ID_INVALID, "id", &[("value", id.to_string())]))?),
            None => None,
        };
        match (position, named) {
            (Some(position), None) | (None, Some(position)) => event_at(ctx, &self.view, position).await,
            (Some(_), Some(_)) | (None, None) => Err(refuse(ctx, ONE_REQUIRED, "position", &[("fields", "position, id".to_owned())])),
        }
    }

    async fn meta(&self, ctx: &Context<'_>) -> Result<Meta, Error> {
        Ok(Meta::of(app(ctx)?, &self.view.snapshot))
    }
}

fn event_key(id: &ID) -> Option<u64> {
    let (kind, key) = node::parts(id)?;
    (kind == "event").then(|| key.parse().ok()).flatten()
}

#[derive(Default)]
pub(crate) struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// Every event that was ever recorded; as of then, those up to then.
    async fn ledger(&self, ctx: &Context<'_>, as_of: Option<AsOfInput>, min_position: Option<Position>) -> Result<Ledger, Error> {
        may_read(ctx, What::Ledger)?;
        Ok(Ledger { view: view(ctx, as_of, min_position).await? })
    }
}
