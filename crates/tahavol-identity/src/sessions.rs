//! Sessions of browsers, in the file: they survive a restart, end at a time that no use puts off, and end together.

use std::fmt;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde_json::Value;
use tahavol_domain::values::ActorId;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::{SessionStore, session_store};
use uuid::Uuid;

use crate::error::IdentityError;
use crate::secrets::digest_of;
use crate::store::IdentityStore;

/// The key of a session's data under which the actor's id lies, as text. Without it somebody is on the way to signing in.
pub const SESSION_ACTOR: &str = "actor";

/// The key under which the store puts the session's handle, which names it without opening it: a UUID as text.
pub const SESSION_HANDLE: &str = "handle";

const SECOND: i64 = 1_000_000;

/// Being used is written down only when it puts the end off by so much, or by half of what is left.
const WORTH_WRITING: i64 = 60 * SECOND;

/// How long signing in may take.
const SIGNING_IN: i64 = 3600 * SECOND;

/// So many people can be on the way to signing in, and one person can have so many sessions; the oldest go.
const MOST_SIGNING_IN: i64 = 10_000;
const MOST_OF_A_PERSON: i64 = 50;

/// What the session layer of the server keeps sessions in. Times are the machine's, as they are in that layer.
#[derive(Clone)]
pub struct Sessions(IdentityStore);

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl IdentityStore {
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        Sessions(self.clone())
    }

    /// Signs somebody out everywhere; the number of sessions that ended.
    pub async fn end_sessions(&self, actor: &ActorId) -> Result<usize, IdentityError> {
        let actor = actor.clone();
        self.write(move |transaction| end_in(transaction, &actor)).await
    }

    /// Whether a session that was good once still is; for connections that stay open.
    pub async fn session_lives(&self, handle: Uuid) -> Result<bool, IdentityError> {
        let asked = "SELECT EXISTS (SELECT 1 FROM session WHERE handle = ?1 AND expires > ?2
            AND NOT EXISTS (SELECT 1 FROM account WHERE account.actor = session.actor AND disabled IS NOT NULL))";
        let now = micros(OffsetDateTime::now_utc());
        self.read(move |connection| Ok(connection.prepare_cached(asked)?.query_row((handle.as_bytes(), now), |row| row.get(0))?)).await
    }
}

#[async_trait]
impl SessionStore for Sessions {
    /// Puts a new handle into the session's data.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let handle = Uuid::new_v4();
        record.data.insert(SESSION_HANDLE.to_owned(), Value::String(handle.to_string()));
        let row = SessionRow::of(record)?;
        let now = micros(OffsetDateTime::now_utc());
        let lifetime = match row.actor {
            Some(_) => i64::try_from(self.0.inner.options.session_lifetime.as_micros()).unwrap_or(i64::MAX),
            None => SIGNING_IN,
        };
        let absolute_end = now.saturating_add(lifetime);
        let first = record.id;
        let create = move |transaction: &Transaction<'_>| {
            transaction.prepare_cached("DELETE FROM session WHERE expires <= ?1")?.execute([now])?;
            let mut id = first;
            // Two ids of 128 random bits are the same only if somebody has chosen one of them.
            while !insert(transaction, id, handle, &row, absolute_end)? {
                id = Id::default();
            }
            bound(transaction, row.actor.as_deref())?;
            Ok(id)
        };
        record.id = self.0.write(create).await.map_err(failed)?;
        Ok(())
    }

    /// Never brings an ended session back, and never gives one to somebody: who signs in gets a new id first.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let (id, row) = (digest(record.id), SessionRow::of(record)?);
        let now = micros(OffsetDateTime::now_utc());
        let kept = self.0.read(move |connection| kept(connection, id)).await.map_err(failed)?;
        let Some(kept) = kept else { return Ok(()) };
        if kept.actor != row.actor {
            return Err(session_store::Error::Backend("a session does not change hands: it gets a new id first".to_owned()));
        }
        let expires = row.expires.min(kept.absolute_end);
        let put_off = expires - kept.expires;
        let worth = put_off >= WORTH_WRITING || put_off > 0 && put_off >= (kept.expires - now) / 2 || put_off < 0;
        if row.data == kept.data && !worth {
            return Ok(());
        }
        let save = move |transaction: &Transaction<'_>| {
            let save = "UPDATE session SET data = ?2, expires = ?3 WHERE id = ?1";
            transaction.prepare_cached(save)?.execute((id, row.data, expires))?;
            Ok(())
        };
        self.0.write(save).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let (id, digest) = (*id, digest(*id));
        let Some(kept) = self.0.read(move |connection| kept(connection, digest)).await.map_err(failed)? else { return Ok(None) };
        let barred = kept.actor.is_some_and(|actor| self.0.is_disabled(&ActorId(actor)));
        if barred || kept.expires <= micros(OffsetDateTime::now_utc()) {
            return Ok(None);
        }
        let data = serde_json::from_str(&kept.data).map_err(|error| session_store::Error::Decode(error.to_string()))?;
        let expiry = OffsetDateTime::from_unix_timestamp_nanos(i128::from(kept.expires) * 1000);
        let expiry_date = expiry.map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(Some(Record { id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let id = digest(*id);
        let delete = move |transaction: &Transaction<'_>| {
            transaction.prepare_cached("DELETE FROM session WHERE id = ?1")?.execute([id])?;
            Ok(())
        };
        self.0.write(delete).await.map_err(failed)
    }
}

/// What of a record goes into a row.
struct SessionRow {
    actor: Option<String>,
    data: String,
    expires: i64,
}

impl SessionRow {
    fn of(record: &Record) -> session_store::Result<SessionRow> {
        let actor = match record.data.get(SESSION_ACTOR) {
            None | Some(Value::Null) => None,
            Some(Value::String(actor)) => Some(actor.clone()),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                return Err(session_store::Error::Encode(format!("`{SESSION_ACTOR}` is an actor's id, as text")));
            }
        };
        // Ordered, so that the same data are the same text.
        let ordered: std::collections::BTreeMap<_, _> = record.data.iter().collect();
        let data = serde_json::to_string(&ordered).map_err(|error| session_store::Error::Encode(error.to_string()))?;
        Ok(SessionRow { actor, data, expires: micros(record.expiry_date) })
    }
}

/// What a row says.
struct Kept {
    actor: Option<String>,
    data: String,
    expires: i64,
    absolute_end: i64,
}

fn kept(connection: &Connection, id: [u8; 32]) -> Result<Option<Kept>, IdentityError> {
    let asked = "SELECT actor, data, expires, absolute_end FROM session WHERE id = ?1";
    let kept = connection
        .prepare_cached(asked)?
        .query_row([id], |row| Ok(Kept { actor: row.get(0)?, data: row.get(1)?, expires: row.get(2)?, absolute_end: row.get(3)? }));
    Ok(kept.optional()?)
}

fn insert(transaction: &Transaction<'_>, id: Id, handle: Uuid, row: &SessionRow, absolute_end: i64) -> Result<bool, IdentityError> {
    let inserted = "INSERT INTO session VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING";
    let values = (digest(id), handle.as_bytes(), &row.actor, &row.data, row.expires.min(absolute_end), absolute_end);
    Ok(transaction.prepare_cached(inserted)?.execute(values)? == 1)
}

fn bound(transaction: &Transaction<'_>, actor: Option<&str>) -> Result<(), IdentityError> {
    let oldest = "DELETE FROM session WHERE id IN
        (SELECT id FROM session WHERE actor IS ?1 ORDER BY expires DESC, absolute_end DESC LIMIT -1 OFFSET ?2)";
    let most = if actor.is_some() { MOST_OF_A_PERSON } else { MOST_SIGNING_IN };
    transaction.prepare_cached(oldest)?.execute((actor, most))?;
    Ok(())
}

/// Ends every session of a person.
pub(crate) fn end_in(transaction: &Transaction<'_>, actor: &ActorId) -> Result<usize, IdentityError> {
    Ok(transaction.prepare_cached("DELETE FROM session WHERE actor = ?1")?.execute([&actor.0])?)
}

fn digest(id: Id) -> [u8; 32] {
    digest_of(&id.0.to_le_bytes())
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

fn failed(error: IdentityError) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}
