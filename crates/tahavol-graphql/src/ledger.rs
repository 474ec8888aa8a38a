//! The ledger as readers see it: events with their lines, by position, by stream, by type, by actor.

use async_graphql::{Context, Error, ID, Json, Object};
use tahavol_app::search::Filter;
use tahavol_app::{RecordedFact, messages};
use tahavol_domain::Stream;
use tahavol_domain::fact::TYPES;
use tahavol_domain::values::Sha256;

use crate::act::Person;
use crate::errors::{ONE_REQUIRED, UserError, read, read_opt, refuse};
use crate::meta::Meta;
use crate::node;
use crate::proof::{self, RECEIPT};
use crate::request::{AsOfInput, View, What, app, lang, may_read, view};
use crate::scalars::{Count, Date, Digest, Instant, Position, Revision, Uuid};
pub(crate) use crate::search::EventPage;
use crate::search::{Asked, Cut, EventOrder, page, price_cut};
use crate::text::Lang;

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

    /// What happened, as a sentence whose subject is the one who did it; by default in the caller's language.
    async fn sentence(&self, ctx: &Context<'_>, #[graphql(name = "lang")] wanted: Option<Lang>) -> String {
        messages::sentence(&self.0.fact, wanted.map_or_else(|| lang(ctx), Into::into))
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

    /// All that shows offline that it is in the log (`.tlog-proof`); null until a signed head covers it.
    #[graphql(cache_control(no_cache), complexity = "RECEIPT")]
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        proof::receipt(ctx, self.0.position).await
    }
}

impl Event {
    /// The events of a stream up to the picture's position, oldest first.
    pub(crate) async fn of_stream(
        ctx: &Context<'_>,
        view: &View,
        stream: Stream,
        (first, after): (Option<i32>, Option<String>),
    ) -> Result<EventPage, Error> {
        let filter = Filter { stream: Some(stream), ..Filter::default() };
        page(ctx, view, filter, Cut { first, after, ..Cut::default() }).await
    }
}

/// The event at a position, if the picture contains it and the reader is shown it.
pub(crate) async fn event_at(ctx: &Context<'_>, view: &View, position: u64) -> Result<Option<Event>, Error> {
    may_read(ctx, What::Ledger)?;
    if view.snapshot.position.is_none_or(|last| position > last) {
        return Ok(None);
    }
    let found = app(ctx)?.fact_at(position).await.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
    Ok(found.filter(|fact| view.sight.shows_fact(&fact.fact)).map(Event))
}

/// The events of these positions that the reader is shown, in their order.
pub(crate) async fn events_at(ctx: &Context<'_>, view: &View, positions: &[u64]) -> Result<Vec<Event>, Error> {
    may_read(ctx, What::Ledger)?;
    let within: Vec<u64> = positions.iter().copied().filter(|position| view.snapshot.position >= Some(*position)).collect();
    let found = app(ctx)?.facts_at(&within).await.map_err(|error| Error::from(UserError::unread(lang(ctx), None, &error)))?;
    Ok(found.into_iter().filter(|fact| view.sight.shows_fact(&fact.fact)).map(Event).collect())
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

    /// In the order of positions, or newest first; only those that satisfy everything that is given. `stream`:
    /// `milestone-<uuid>`; `type`, `types`: `milestone.progress_reported`, or `milestone` for all of a kind; `actor`: who
    /// recorded them; `office`: as what (`council`, `chair:technology`…); `commission`: whose subject it is, its people
    /// included; both ends of a range are included; `imported`: whether they came from a file, `sourceFile`: from that one;
    /// `text`: looks in reasons and notes, whichever keyboard typed it. `first` and `after`, or `last` and `before`.
    #[graphql(complexity = "price_cut(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        stream: Option<String>,
        #[graphql(name = "type")] event_type: Option<String>,
        types: Option<Vec<String>>,
        actor: Option<String>,
        office: Option<String>,
        commission: Option<String>,
        recorded_from: Option<Instant>,
        recorded_to: Option<Instant>,
        effective_from: Option<Date>,
        effective_to: Option<Date>,
        command_id: Option<Uuid>,
        correlation_id: Option<Uuid>,
        imported: Option<bool>,
        source_file: Option<Digest>,
        text: Option<String>,
        #[graphql(default)] order: EventOrder,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<EventPage, Error> {
        let asked = Asked {
            stream,
            types: event_type.into_iter().chain(types.unwrap_or_default()).collect(),
            actor,
            office,
            commission,
            recorded: (recorded_from, recorded_to),
            effective: (effective_from, effective_to),
            command: command_id,
            correlation: correlation_id,
            imported,
            source_file,
            text,
        };
        let filter = asked.read(ctx, &self.view).await?;
        page(ctx, &self.view, filter, Cut { order, first, after, last, before }).await
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

    /// The newest signed head of the log, whichever picture this is; null where the log has no key. `cosigned`: the newest one that
    /// witnesses have cosigned.
    #[graphql(cache_control(no_cache))]
    async fn checkpoint(&self, ctx: &Context<'_>, #[graphql(default)] cosigned: bool) -> Result<Option<proof::Checkpoint>, Error> {
        proof::checkpoint(ctx, cosigned)
    }

    /// All that shows offline that the event at a position is in the log (`.tlog-proof`); null where no signed head covers it, or
    /// where this picture does not contain the event.
    #[graphql(cache_control(no_cache), complexity = "RECEIPT")]
    async fn receipt(&self, ctx: &Context<'_>, position: Position) -> Result<Option<String>, Error> {
        let position = read(ctx, "position", position)?.0;
        match event_at(ctx, &self.view, position).await? {
            Some(_) => proof::receipt(ctx, position).await,
            None => Ok(None),
        }
    }

    /// What shows that the log of `from` events is how the log of `to` events began.
    #[graphql(complexity = "RECEIPT + child_complexity")]
    async fn consistency(&self, ctx: &Context<'_>, from: Count, to: Count) -> Result<proof::Consistency, Error> {
        proof::consistency(ctx, from, to).await
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
