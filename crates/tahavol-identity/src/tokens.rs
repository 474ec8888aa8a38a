//! Service tokens: programs act as the person who made them, within bounds. Shown once, kept as digests.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use tahavol_domain::calendar::Instant;
use tahavol_domain::policy::Within;
use tahavol_domain::values::{ActorId, Person, is_code};
use uuid::Uuid;

use crate::caller::{Caller, Credential, Secret};
use crate::error::IdentityError;
use crate::secrets::{digest_of, random_text};
use crate::store::IdentityStore;

/// What every token begins with, so that it is told from an identity provider's, and found where it should not be.
pub const TOKEN_PREFIX: &str = "tahavol_";

/// 256 bits in base64url.
const RANDOM_CHARACTERS: usize = 43;
const MOST_LABEL: usize = 100;
const MOST_TOKENS: usize = 100;

/// What somebody wants a token for.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub person: Person,
    /// 1 to 100 characters: which program it is for.
    pub label: String,
    pub within: Within,
    pub expires: Option<Instant>,
    /// The token that was shown to make this one, which ends with it.
    pub made_with: Option<Uuid>,
    /// Whether whoever makes it has shown a second factor, or has the machine.
    pub second_factor: bool,
}

impl NewToken {
    /// One that somebody makes for herself: it ends with the token that she has shown, and has no more steps than she has.
    #[must_use]
    pub fn of(caller: &Caller, label: String, within: Within, expires: Option<Instant>) -> NewToken {
        let (made_with, second_factor) = match &caller.by {
            Credential::Session { second_factor, .. } | Credential::Provider { second_factor, .. } => (None, *second_factor),
            Credential::Token { id, second_factor } => (Some(*id), *second_factor),
        };
        NewToken { person: caller.person.clone(), label, within, expires, made_with, second_factor }
    }
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    pub id: Uuid,
    pub label: String,
    /// Who made it and as whom it acts.
    pub person: Person,
    pub within: Within,
    pub made: Instant,
    pub expires: Option<Instant>,
    /// To the minute.
    pub last_used: Option<Instant>,
    pub revoked: Option<(Instant, ActorId)>,
    /// Whether whoever made it had shown a second factor, or had the machine.
    pub second_factor: bool,
}

impl IdentityStore {
    /// The secret is in the answer and nowhere else.
    pub async fn make_token(&self, new: NewToken, now: Instant) -> Result<(ServiceToken, Secret), IdentityError> {
        let made_with = new.made_with;
        let token = checked(new, now)?;
        let secret = Secret::new(format!("{TOKEN_PREFIX}{}", random_text()?));
        let digest = digest_of(secret.expose().as_bytes());
        let within = serde_json::to_string(&token.within).map_err(IdentityError::unavailable)?;
        let make = move |transaction: &Transaction<'_>| {
            let asked = "SELECT count(*) FROM token WHERE actor = ?1 AND revoked IS NULL AND (expires IS NULL OR expires > ?2)";
            let live: usize = transaction.prepare_cached(asked)?.query_row((&token.person.id.0, now.micros()), |row| row.get(0))?;
            if live >= MOST_TOKENS {
                return Err(IdentityError::TooManyTokens { most: MOST_TOKENS });
            }
            let row = "INSERT INTO token (id, digest, label, actor, name, within, made, expires, made_with, two_steps)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
            let Person { id: actor, name } = &token.person;
            let expires = token.expires.map(Instant::micros);
            let made_with = made_with.as_ref().map(Uuid::as_bytes);
            let values = (
                token.id.as_bytes(),
                digest,
                &token.label,
                &actor.0,
                name,
                within,
                token.made.micros(),
                expires,
                made_with,
                token.second_factor,
            );
            transaction.prepare_cached(row)?.execute(values)?;
            Ok(token)
        };
        Ok((self.write(make).await?, secret))
    }

    /// From now on it is not good, nor is any that was made with it. Revoking it again changes nothing: who did it first, and when,
    /// stays.
    pub async fn revoke_token(&self, id: Uuid, by: &ActorId, now: Instant) -> Result<ServiceToken, IdentityError> {
        let by = by.clone();
        let revoke = move |transaction: &Transaction<'_>| {
            let row = "WITH RECURSIVE made (id) AS (SELECT ?1 UNION SELECT token.id FROM token JOIN made ON token.made_with = made.id)
                UPDATE token SET revoked = ?2, revoked_by = ?3 WHERE id IN made AND revoked IS NULL";
            transaction.prepare_cached(row)?.execute((id.as_bytes(), now.micros(), &by.0))?;
            let asked = format!("{SELECT} WHERE id = ?1");
            let token = transaction.prepare_cached(&asked)?.query_row([id.as_bytes()], token).optional()?;
            token.ok_or(IdentityError::UnknownToken)
        };
        self.write(revoke).await
    }

    /// Newest first, revoked and expired ones too; of one person or of everybody.
    pub async fn tokens(&self, of: Option<&ActorId>) -> Result<Vec<ServiceToken>, IdentityError> {
        let of = of.map(|actor| actor.0.clone());
        let asked = format!("{SELECT} WHERE ?1 IS NULL OR actor = ?1 ORDER BY made DESC, id");
        let read = move |connection: &Connection| {
            let tokens = connection.prepare_cached(&asked)?.query_map([of], token)?.collect::<Result<Vec<_>, _>>()?;
            Ok(tokens)
        };
        let mut tokens = self.read(read).await?;
        for token in &mut tokens {
            // Later than any that is written down.
            token.last_used = self.inner.used(token.id).or(token.last_used);
        }
        Ok(tokens)
    }
}

/// Revokes all that somebody has: whoever stole a session may have made some with it.
pub(crate) fn revoke_all(transaction: &Transaction<'_>, of: &ActorId, by: &ActorId, now: Instant) -> Result<usize, IdentityError> {
    let row = "UPDATE token SET revoked = ?2, revoked_by = ?3 WHERE actor = ?1 AND revoked IS NULL";
    Ok(transaction.prepare_cached(row)?.execute((&of.0, now.micros(), &by.0))?)
}

const SELECT: &str = "SELECT id, label, actor, name, within, made, expires, last_used, revoked, revoked_by, two_steps FROM token";

/// `None`: no token of ours looks like that, so nothing has to be looked for.
pub(crate) fn digest_of_shown(shown: &str) -> Option<[u8; 32]> {
    let random = shown.strip_prefix(TOKEN_PREFIX)?;
    (random.len() == RANDOM_CHARACTERS).then(|| digest_of(shown.as_bytes()))
}

/// By the digest of what was shown; expired ones too, because time passes while they are held.
pub(crate) fn not_revoked(connection: &Connection) -> Result<HashMap<[u8; 32], Arc<ServiceToken>>, IdentityError> {
    let asked = "SELECT id, label, actor, name, within, made, expires, last_used, revoked, revoked_by, two_steps, digest
        FROM token WHERE revoked IS NULL";
    let mut statement = connection.prepare_cached(asked)?;
    let tokens = statement.query_map([], |row| Ok((row.get(11)?, Arc::new(token(row)?))))?;
    Ok(tokens.collect::<Result<_, _>>()?)
}

fn checked(new: NewToken, now: Instant) -> Result<ServiceToken, IdentityError> {
    let NewToken { person, label, within, expires, made_with: _, second_factor } = new;
    if !is_code(&person.id.0) {
        return Err(IdentityError::ActorId { id: person.id.0 });
    }
    let label = label.trim().to_owned();
    if !(1..=MOST_LABEL).contains(&label.chars().count()) || label.chars().any(char::is_control) {
        return Err(IdentityError::TokenLabel);
    }
    if expires.is_some_and(|expires| expires <= now) {
        return Err(IdentityError::TokenExpiry);
    }
    let id = Uuid::now_v7();
    Ok(ServiceToken { id, label, person, within, made: now, expires, last_used: None, revoked: None, second_factor })
}

fn token(row: &Row<'_>) -> rusqlite::Result<ServiceToken> {
    let instant = |micros: Option<i64>| micros.map(Instant::from_micros);
    let within: String = row.get(4)?;
    let within = serde_json::from_str(&within).map_err(|error| rusqlite::Error::FromSqlConversionFailure(4, Type::Text, error.into()))?;
    let revoked: Option<i64> = row.get(8)?;
    let by: Option<String> = row.get(9)?;
    Ok(ServiceToken {
        id: Uuid::from_bytes(row.get(0)?),
        label: row.get(1)?,
        person: Person { id: ActorId(row.get(2)?), name: row.get(3)? },
        within,
        made: Instant::from_micros(row.get(5)?),
        expires: instant(row.get(6)?),
        last_used: instant(row.get(7)?),
        revoked: instant(revoked).zip(by.map(ActorId)),
        second_factor: row.get(10)?,
    })
}
