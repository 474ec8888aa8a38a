//! Accounts: one per person who signs in here. What the person may do is not in them.

use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::{ActorId, Person, is_code};

use crate::caller::Secret;
use crate::error::IdentityError;
use crate::sessions::end_in;
use crate::store::IdentityStore;
use crate::tokens::revoke_all;
use crate::{links, second_factor};

/// The most characters of a person's name.
const MOST_NAME: usize = 200;

/// A person who signs in here, or one of an identity provider who was barred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub person: Person,
    pub created: Instant,
    /// Since when it signs nobody in.
    pub disabled: Option<Instant>,
    pub has_password: bool,
    /// Since when a second factor is in force.
    pub second_factor: Option<Instant>,
    pub last_sign_in: Option<Instant>,
}

impl IdentityStore {
    /// Makes an account without a password and a one-time link with which its person sets one.
    pub async fn add_account(&self, person: &Person, now: Instant) -> Result<Secret, IdentityError> {
        let person = checked(person)?;
        let add = move |transaction: &Transaction<'_>| {
            let row = "INSERT INTO account (actor, name, created) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            if transaction.prepare_cached(row)?.execute((&person.id.0, &person.name, now.micros()))? == 0 {
                return Err(IdentityError::AccountExists { actor: person.id });
            }
            links::make(transaction, &person.id, now)
        };
        self.write(add).await
    }

    /// By actor id.
    pub async fn accounts(&self) -> Result<Vec<Account>, IdentityError> {
        self.read(|connection| read(connection, None)).await
    }

    pub async fn account(&self, actor: &ActorId) -> Result<Option<Account>, IdentityError> {
        let actor = actor.clone();
        self.read(move |connection| Ok(read(connection, Some(&actor))?.pop())).await
    }

    /// Whether there is no account at all, so that somebody has to get the first one.
    pub async fn needs_first_account(&self) -> Result<bool, IdentityError> {
        let asked = "SELECT NOT EXISTS (SELECT 1 FROM account)";
        self.read(move |connection| Ok(connection.query_row(asked, [], |row| row.get(0))?)).await
    }

    /// Bars somebody: sessions and the link end, tokens are revoked for ever, and an identity provider's word is not taken. Whoever has no account gets a disabled one without a password, which bars what the provider says.
    pub async fn disable_account(&self, actor: &ActorId, now: Instant) -> Result<(), IdentityError> {
        let Person { id: actor, name } = checked(&Person { id: actor.clone(), name: actor.0.clone() })?;
        let disable = move |transaction: &Transaction<'_>| {
            let row = "INSERT INTO account (actor, name, created, disabled) VALUES (?1, ?2, ?3, ?3)
                ON CONFLICT DO UPDATE SET disabled = coalesce(disabled, ?3)";
            transaction.prepare_cached(row)?.execute((&actor.0, name, now.micros()))?;
            links::forget(transaction, &actor)?;
            end_in(transaction, &actor)?;
            // Who barred her is in the journal; here it is told as having come with her account.
            revoke_all(transaction, &actor, &actor, now)?;
            Ok(())
        };
        self.write(disable).await
    }

    /// Password and second factor are as good as before; tokens have to be made anew.
    pub async fn enable_account(&self, actor: &ActorId, _now: Instant) -> Result<(), IdentityError> {
        let actor = actor.clone();
        self.write(move |transaction| change(transaction, "UPDATE account SET disabled = NULL WHERE actor = ?1", &actor)).await
    }

    /// Takes the password away, ends the sessions, revokes the tokens and makes a new one-time link: whoever had the password may
    /// have made tokens with it.
    pub async fn reset_account(&self, actor: &ActorId, also_second_factor: bool, now: Instant) -> Result<Secret, IdentityError> {
        let actor = actor.clone();
        let reset = move |transaction: &Transaction<'_>| {
            change(transaction, "UPDATE account SET password = NULL WHERE actor = ?1", &actor)?;
            end_in(transaction, &actor)?;
            revoke_all(transaction, &actor, &actor, now)?;
            if also_second_factor {
                second_factor::forget(transaction, &actor)?;
            }
            links::make(transaction, &actor, now)
        };
        self.write(reset).await
    }
}

fn change(transaction: &Transaction<'_>, row: &str, actor: &ActorId) -> Result<(), IdentityError> {
    match transaction.prepare_cached(row)?.execute([&actor.0])? {
        0 => Err(IdentityError::UnknownAccount { actor: actor.clone() }),
        _ => Ok(()),
    }
}

fn checked(person: &Person) -> Result<Person, IdentityError> {
    if !is_code(&person.id.0) {
        return Err(IdentityError::ActorId { id: person.id.0.clone() });
    }
    let name = person.name.trim();
    if !(1..=MOST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(IdentityError::PersonName);
    }
    Ok(Person { id: person.id.clone(), name: name.to_owned() })
}

fn read(connection: &Connection, only: Option<&ActorId>) -> Result<Vec<Account>, IdentityError> {
    let asked = "SELECT actor, name, created, disabled, password IS NOT NULL, confirmed, last_sign_in
        FROM account LEFT JOIN second_factor USING (actor) WHERE ?1 IS NULL OR actor = ?1 ORDER BY actor";
    let only = only.map(|actor| actor.0.as_str());
    let accounts = connection.prepare_cached(asked)?.query_map([only], account)?.collect::<Result<_, _>>()?;
    Ok(accounts)
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let instant = |micros: Option<i64>| micros.map(Instant::from_micros);
    Ok(Account {
        person: Person { id: ActorId(row.get(0)?), name: row.get(1)? },
        created: Instant::from_micros(row.get(2)?),
        disabled: instant(row.get(3)?),
        has_password: row.get(4)?,
        second_factor: instant(row.get(5)?),
        last_sign_in: instant(row.get(6)?),
    })
}

/// The person of an account that is not disabled.
pub(crate) fn person(connection: &Connection, actor: &ActorId) -> Result<Option<Person>, IdentityError> {
    let asked = "SELECT name FROM account WHERE actor = ?1 AND disabled IS NULL";
    let name = connection.prepare_cached(asked)?.query_row([&actor.0], |row| row.get(0)).optional()?;
    Ok(name.map(|name| Person { id: actor.clone(), name }))
}
