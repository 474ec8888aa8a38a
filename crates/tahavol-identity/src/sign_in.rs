//! Signing in with a name, a password and perhaps a code. Everything that is wrong is one answer after one time.

use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension, Transaction};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::digits_to_latin;
use tahavol_domain::values::{ActorId, Person};

use crate::caller::Secret;
use crate::error::IdentityError;
use crate::passwords::{Compared, acceptable};
use crate::second_factor;
use crate::sessions::end_in;
use crate::store::IdentityStore;
use crate::throttle::{self, Counted, Subject};

/// What somebody has typed, and where from.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// The actor id; spaces around it and the kind of its digits do not matter.
    pub name: &'a str,
    pub password: &'a Secret,
    pub code: Option<&'a str>,
    pub address: IpAddr,
}

/// Who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub person: Person,
    /// Whether a code of a second factor was asked for and right.
    pub second_factor: bool,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// An unknown name, a wrong password, a disabled account, one without a password: nobody learns which.
    #[error("the name or the password is not right")]
    Wrong,
    /// The password is right; a code of the second factor is asked for. Counts neither as a failure nor as a success.
    #[error("a code of the second factor is needed")]
    CodeWanted,
    /// Not a code of now, or used before. Counts as a failure.
    #[error("the code is not right, or was used before")]
    CodeWrong,
    /// 429. Nothing was looked at.
    #[error("try again in {seconds} s")]
    Wait { seconds: u64 },
    /// 503.
    #[error(transparent)]
    Store(IdentityError),
}

impl From<IdentityError> for Refused {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Wait { seconds } => Refused::Wait { seconds },
            other => Refused::Store(other),
        }
    }
}

impl Refused {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Refused::Wrong => "SIGN_IN_WRONG",
            Refused::CodeWanted => "SIGN_IN_CODE_WANTED",
            Refused::CodeWrong => "SIGN_IN_CODE_WRONG",
            Refused::Wait { .. } => "SIGN_IN_WAIT",
            Refused::Store(error) => error.code(),
        }
    }
}

/// What is known of a name before its password is looked at.
struct Kept {
    person: Person,
    password: Option<String>,
}

/// An attempt whose password is right, or was a moment ago.
struct Proven {
    /// For the name and for the address.
    counted: [Counted; 2],
    kept: Kept,
    rehashed: Option<String>,
    code: Option<String>,
    address: IpAddr,
}

impl IdentityStore {
    /// Failures are counted for the name and for the address before the password is looked at, and waited for longer and
    /// longer. The person's own addresses, from which she has signed in before, are counted apart, so that strangers who
    /// guess elsewhere do not keep her out.
    pub async fn sign_in(&self, asked: SignIn<'_>, now: Instant) -> Result<SignedIn, Refused> {
        let place = self.inner.hashing.place().await?;
        let (name, address) = (digits_to_latin(asked.name.trim()), asked.address);
        let (counted, kept) = self.write(move |transaction| begin(transaction, &name, address, now)).await?;
        // An account without a password is compared as one that is not there.
        let password = kept.as_ref().and_then(|kept| kept.password.clone());
        let compared = self.inner.hashing.compare(place, asked.password, password).await?;
        let Some(kept) = kept else { return Err(Refused::Wrong) };
        let rehashed = match compared {
            Compared::Wrong => return Err(Refused::Wrong),
            Compared::Right => None,
            Compared::RightRehashed(hash) => Some(hash),
        };
        let proven = Proven { counted, kept, rehashed, code: asked.code.map(str::to_owned), address };
        self.write(move |transaction| finish(transaction, proven, now)).await?
    }

    /// Somebody signed in replaces the password. All sessions of the person end, also the one that asks: whoever serves it
    /// gives it a new id afterwards.
    pub async fn change_password(&self, actor: &ActorId, old: &Secret, new: &Secret, now: Instant) -> Result<(), IdentityError> {
        acceptable(new, actor, &self.inner.options)?;
        self.prove(actor, old, now).await?;
        self.set_password(actor, new, now).await
    }

    /// Sets a password without asking for the old one or a link: for the demonstration and for nobody's account else.
    pub async fn set_password(&self, actor: &ActorId, password: &Secret, _now: Instant) -> Result<(), IdentityError> {
        acceptable(password, actor, &self.inner.options)?;
        let place = self.inner.hashing.place().await?;
        let hash = self.inner.hashing.hash(place, password).await?;
        let actor = actor.clone();
        self.write(move |transaction| keep_password(transaction, &actor, &hash)).await
    }

    /// The code that [`Refused::CodeWanted`] has asked for, from whoever showed the right password a moment ago: that is for
    /// the caller to know. Without a second factor in force nobody is signed in so.
    pub async fn sign_in_code(&self, name: &str, code: &str, address: IpAddr, now: Instant) -> Result<SignedIn, Refused> {
        let (name, code) = (digits_to_latin(name.trim()), code.to_owned());
        let sign_in = move |transaction: &Transaction<'_>| {
            let (counted, kept) = begin(transaction, &name, address, now)?;
            let Some(kept) = kept.filter(|kept| kept.password.is_some()) else { return Ok(Err(Refused::Wrong)) };
            if second_factor::in_force(transaction, &kept.person.id)?.is_none() {
                return Ok(Err(Refused::Wrong));
            }
            finish(transaction, Proven { counted, kept, rehashed: None, code: Some(code), address }, now)
        };
        self.write(sign_in).await?
    }

    /// Whoever is signed in shows the password once more.
    pub async fn prove(&self, actor: &ActorId, password: &Secret, now: Instant) -> Result<(), IdentityError> {
        let place = self.inner.hashing.place().await?;
        let who = actor.clone();
        let begin = move |transaction: &Transaction<'_>| {
            let counted = throttle::count(transaction, [Subject::signed_in(&who)], now)?;
            Ok((counted, kept(transaction, &who.0)?.and_then(|kept| kept.password)))
        };
        let ([counted], kept) = self.write(begin).await?;
        match self.inner.hashing.compare(place, password, kept).await? {
            Compared::Wrong => Err(IdentityError::WrongPassword),
            Compared::Right | Compared::RightRehashed(_) => {
                self.write(move |transaction| throttle::forgive(transaction, &counted.subject)).await
            }
        }
    }
}

/// Counts the attempt and reads what is kept of the name.
fn begin(transaction: &Transaction<'_>, name: &str, address: IpAddr, now: Instant) -> Result<([Counted; 2], Option<Kept>), IdentityError> {
    let familiar = throttle::is_familiar(transaction, name, address, now)?;
    let subject = if familiar { Subject::name_at_home(name, address) } else { Subject::name(name) };
    let counted = throttle::count(transaction, [subject, Subject::address(address)], now)?;
    Ok((counted, kept(transaction, name)?))
}

/// The password was right. The inner refusal is kept with its counts, the outer error takes everything back.
fn finish(transaction: &Transaction<'_>, proven: Proven, now: Instant) -> Result<Result<SignedIn, Refused>, IdentityError> {
    let Proven { counted: [for_name, for_address], kept: Kept { person, password }, rehashed, code, address } = proven;
    // Between the two transactions the account may have been disabled, or got another password.
    if kept(transaction, &person.id.0)?.is_none_or(|kept| kept.password != password) {
        return Ok(Err(Refused::Wrong));
    }
    let second_factor = second_factor::in_force(transaction, &person.id)?;
    match (&second_factor, code) {
        (None, _) => {}
        (Some(_), None) => {
            throttle::undo(transaction, &for_name, now)?;
            throttle::undo(transaction, &for_address, now)?;
            return Ok(Err(Refused::CodeWanted));
        }
        (Some(secret), Some(code)) => {
            if !second_factor::accept(transaction, &person.id, secret, &code, now)? {
                return Ok(Err(Refused::CodeWrong));
            }
        }
    }
    throttle::forgive(transaction, &for_name.subject)?;
    throttle::undo(transaction, &for_address, now)?;
    throttle::make_familiar(transaction, &person.id.0, address, now)?;
    let row = "UPDATE account SET last_sign_in = ?2, password = coalesce(?3, password) WHERE actor = ?1";
    transaction.prepare_cached(row)?.execute((&person.id.0, now.micros(), rehashed))?;
    Ok(Ok(SignedIn { person, second_factor: second_factor.is_some() }))
}

/// A new password ends every session, because whoever knew the old one may have them.
pub(crate) fn keep_password(transaction: &Transaction<'_>, actor: &ActorId, hash: &str) -> Result<(), IdentityError> {
    let row = "UPDATE account SET password = ?2 WHERE actor = ?1";
    if transaction.prepare_cached(row)?.execute((&actor.0, hash))? == 0 {
        return Err(IdentityError::UnknownAccount { actor: actor.clone() });
    }
    end_in(transaction, actor)?;
    throttle::forgive(transaction, &Subject::name(&actor.0))
}

/// An account that is not disabled.
fn kept(connection: &Connection, actor: &str) -> Result<Option<Kept>, IdentityError> {
    let asked = "SELECT name, password FROM account WHERE actor = ?1 AND disabled IS NULL";
    let row = connection.prepare_cached(asked)?.query_row([actor], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(row.map(|(name, password)| Kept { person: Person { id: ActorId(actor.to_owned()), name }, password }))
}
