//! The second factor: codes of six digits that change every thirty seconds (TOTP, RFC 6238), none of them good twice.

use rusqlite::{Connection, OptionalExtension, Transaction};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::digits_to_latin;
use tahavol_domain::values::ActorId;
use totp_rs::{Algorithm, Builder, Totp};

use crate::caller::Secret;
use crate::error::IdentityError;
use crate::secrets::random;
use crate::store::IdentityStore;

/// A code of the step before or after the present one is accepted as well: clocks differ.
const SKEW_STEPS: u16 = 1;
const STEP_SECONDS: u64 = 30;
const DIGITS: u8 = 6;

/// What somebody's authenticator is told. Shown once.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Base32, to be typed in.
    pub secret: Secret,
    /// `otpauth://totp/…`, to be scanned or opened.
    pub uri: Secret,
}

impl IdentityStore {
    /// Makes a secret, which is in force once a code of it was confirmed; one that was begun before is forgotten. `issuer`
    /// is the name under which the authenticator shows it. Whoever wants another one in place of one in force removes that
    /// one first.
    pub async fn begin_second_factor(&self, actor: &ActorId, issuer: &str, _now: Instant) -> Result<Enrolment, IdentityError> {
        let bytes = random::<20>()?;
        let enrolment = enrolment(actor, issuer, bytes)?;
        let actor = actor.clone();
        let begin = move |transaction: &Transaction<'_>| {
            if crate::accounts::person(transaction, &actor)?.is_none() {
                return Err(IdentityError::UnknownAccount { actor });
            }
            let row = "INSERT INTO second_factor (actor, secret) VALUES (?1, ?2)
                ON CONFLICT DO UPDATE SET secret = ?2, last_step = -1 WHERE confirmed IS NULL";
            match transaction.prepare_cached(row)?.execute((&actor.0, bytes))? {
                0 => Err(IdentityError::SecondFactorInForce),
                _ => Ok(()),
            }
        };
        self.write(begin).await?;
        Ok(enrolment)
    }

    /// Puts what was begun in force if the code is right. That code is then used.
    pub async fn confirm_second_factor(&self, actor: &ActorId, code: &str, now: Instant) -> Result<bool, IdentityError> {
        let (actor, code) = (actor.clone(), code.to_owned());
        let confirm = move |transaction: &Transaction<'_>| {
            let asked = "SELECT secret FROM second_factor WHERE actor = ?1 AND confirmed IS NULL";
            let begun = transaction.prepare_cached(asked)?.query_row([&actor.0], |row| row.get(0)).optional()?;
            let Some(secret) = begun else { return Ok(false) };
            if !accept(transaction, &actor, &secret, &code, now)? {
                return Ok(false);
            }
            let row = "UPDATE second_factor SET confirmed = ?2 WHERE actor = ?1";
            transaction.prepare_cached(row)?.execute((&actor.0, now.micros()))?;
            Ok(true)
        };
        self.write(confirm).await
    }

    /// Somebody signed in removes the own one and shows the password for it.
    pub async fn remove_second_factor(&self, actor: &ActorId, password: &Secret, now: Instant) -> Result<(), IdentityError> {
        self.prove(actor, password, now).await?;
        let actor = actor.clone();
        self.write(move |transaction| forget(transaction, &actor)).await
    }
}

/// The secret of a second factor that was confirmed.
pub(crate) fn in_force(connection: &Connection, actor: &ActorId) -> Result<Option<[u8; 20]>, IdentityError> {
    let asked = "SELECT secret FROM second_factor WHERE actor = ?1 AND confirmed IS NOT NULL";
    Ok(connection.prepare_cached(asked)?.query_row([&actor.0], |row| row.get(0)).optional()?)
}

/// Whether the code is one of now and newer than every one accepted before; if so it is used.
pub(crate) fn accept(
    transaction: &Transaction<'_>,
    actor: &ActorId,
    secret: &[u8; 20],
    code: &str,
    now: Instant,
) -> Result<bool, IdentityError> {
    let typed: String = digits_to_latin(code).chars().filter(|character| !character.is_whitespace()).collect();
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
    let Some(step) = totp(*secret)?.check(&typed, seconds) else { return Ok(false) };
    let step = i64::try_from(step).map_err(IdentityError::unavailable)?;
    let row = "UPDATE second_factor SET last_step = ?2 WHERE actor = ?1 AND last_step < ?2";
    Ok(transaction.prepare_cached(row)?.execute((&actor.0, step))? == 1)
}

pub(crate) fn forget(transaction: &Transaction<'_>, actor: &ActorId) -> Result<(), IdentityError> {
    transaction.prepare_cached("DELETE FROM second_factor WHERE actor = ?1")?.execute([&actor.0])?;
    Ok(())
}

fn enrolment(actor: &ActorId, issuer: &str, secret: [u8; 20]) -> Result<Enrolment, IdentityError> {
    // A colon divides issuer and account in the label, so neither may have one.
    let named = builder(secret).with_account_name(actor.0.replace(':', "-")).with_issuer(Some(issuer.replace(':', " ")));
    let totp = named.build().map_err(broken)?;
    let uri = totp.to_url().map_err(broken)?;
    Ok(Enrolment { secret: Secret::new(totp.secret().to_base32()), uri: Secret::new(uri) })
}

fn totp(secret: [u8; 20]) -> Result<Totp, IdentityError> {
    builder(secret).build().map_err(broken)
}

/// SHA-1 is what every authenticator can; a code's safety does not rest on collisions.
fn builder(secret: [u8; 20]) -> Builder {
    let digits = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_skew(SKEW_STEPS);
    digits.with_step_duration(STEP_SECONDS).with_secret(secret)
}

fn broken(error: totp_rs::TotpError) -> IdentityError {
    IdentityError::unavailable(format!("cannot compute codes: {error}"))
}
