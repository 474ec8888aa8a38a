//! One-time links, with which somebody sets the first password or a new one.

use rusqlite::{Connection, OptionalExtension, Transaction};
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::{ActorId, Person};

use crate::accounts;
use crate::caller::Secret;
use crate::error::IdentityError;
use crate::passwords::acceptable;
use crate::secrets::{digest, random_text};
use crate::sign_in::keep_password;
use crate::store::IdentityStore;

/// How long a link is good.
const GOOD_FOR: i64 = 72 * 3600 * 1_000_000;

impl IdentityStore {
    /// Whose link it is, if it is good; looking does not use it up.
    pub async fn person_of_link(&self, link: &Secret, now: Instant) -> Result<Option<Person>, IdentityError> {
        let digest = digest(link);
        self.read(move |connection| of(connection, digest, now)).await
    }

    /// Uses the link up, sets the password and ends the person's sessions. A password that is refused uses nothing up.
    pub async fn set_password_by_link(&self, link: &Secret, password: &Secret, now: Instant) -> Result<Person, IdentityError> {
        // Before anything is hashed: whoever has no link costs nothing.
        let person = self.person_of_link(link, now).await?.ok_or(IdentityError::UnknownLink)?;
        acceptable(password, &person.id, &self.inner.options)?;
        let place = self.inner.hashing.place().await?;
        let hash = self.inner.hashing.hash(place, password).await?;
        let digest = digest(link);
        let set = move |transaction: &Transaction<'_>| {
            // It may have been used or replaced while the password was hashed.
            let person = of(transaction, digest, now)?.ok_or(IdentityError::UnknownLink)?;
            forget(transaction, &person.id)?;
            keep_password(transaction, &person.id, &hash)?;
            Ok(person)
        };
        self.write(set).await
    }
}

/// A new link; the one before is not good any more.
pub(crate) fn make(transaction: &Transaction<'_>, actor: &ActorId, now: Instant) -> Result<Secret, IdentityError> {
    let link = Secret::new(random_text()?);
    let row = "INSERT INTO link VALUES (?1, ?2, ?3) ON CONFLICT (actor) DO UPDATE SET digest = ?2, expires = ?3";
    transaction.prepare_cached(row)?.execute((&actor.0, digest(&link), now.plus_micros(GOOD_FOR).micros()))?;
    Ok(link)
}

pub(crate) fn forget(transaction: &Transaction<'_>, actor: &ActorId) -> Result<(), IdentityError> {
    transaction.prepare_cached("DELETE FROM link WHERE actor = ?1")?.execute([&actor.0])?;
    Ok(())
}

fn of(connection: &Connection, digest: [u8; 32], now: Instant) -> Result<Option<Person>, IdentityError> {
    let asked = "SELECT actor FROM link WHERE digest = ?1 AND expires > ?2";
    let actor = connection.prepare_cached(asked)?.query_row((digest, now.micros()), |row| row.get(0).map(ActorId)).optional()?;
    actor.map_or(Ok(None), |actor| accounts::person(connection, &actor))
}
