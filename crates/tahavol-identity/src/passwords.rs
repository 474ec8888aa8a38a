//! Passwords: what may be one, and Argon2id, two at a time.

use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tahavol_domain::values::ActorId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;

use crate::caller::Secret;
use crate::error::IdentityError;
use crate::secrets::random;
use crate::store::{Options, blocking};

/// The most characters of a password. What hashing costs does not grow with it; a request's size does.
const MOST_CHARACTERS: usize = 256;

/// OWASP's recommendation: 19 MiB, two passes, one lane. Each hash says what it was made with, so they can be raised.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// So many hashes are computed at once: more would not be faster, and each takes its memory.
const AT_ONCE: usize = 2;

/// So many more wait for their turn; the others are told to come back.
const WAITING: usize = 32;

/// Who is turned away by a full queue comes back after so many seconds.
const COME_BACK: u64 = 2;

/// Computes hashes off the request's thread.
pub(crate) struct Hashing {
    queue: Arc<Semaphore>,
    slots: Arc<Semaphore>,
    /// The hash of no password, to compare with where there is no account, so that it takes as long as where there is.
    nobodys: Arc<str>,
    #[cfg(test)]
    pub(crate) comparisons: Arc<std::sync::atomic::AtomicUsize>,
}

/// A place in the queue. It is taken before anything else is done for a password.
#[expect(dead_code, reason = "held for as long as its owner waits or computes")]
pub(crate) struct Place {
    place: OwnedSemaphorePermit,
    slot: OwnedSemaphorePermit,
}

/// How a password compares.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    Wrong,
    Right,
    /// Right, and here is its hash with the parameters of today.
    RightRehashed(String),
}

/// Length and likeness to the id. Nothing else is asked of a password: rules about kinds of characters make worse ones.
pub(crate) fn acceptable(password: &Secret, actor: &ActorId, options: &Options) -> Result<(), IdentityError> {
    let composed = composed(password);
    let least = options.password_length.clamp(8, MOST_CHARACTERS);
    if !(least..=MOST_CHARACTERS).contains(&composed.chars().count()) {
        return Err(IdentityError::PasswordLength { least, most: MOST_CHARACTERS });
    }
    let (password, id) = (composed.to_lowercase(), actor.0.to_lowercase());
    // An id of one or two letters is in many a good password.
    let like = id.contains(&password) || id.len() > 2 && password.contains(&id);
    if like { Err(IdentityError::PasswordLikeName) } else { Ok(()) }
}

impl Hashing {
    pub(crate) fn new() -> Result<Hashing, IdentityError> {
        let nobodys = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params()?).map_err(broken)?,
            salt: Some(Salt::new(&random::<16>()?).map_err(broken)?),
            hash: Some(Output::new(&random::<32>()?).map_err(broken)?),
        };
        Ok(Hashing {
            queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            nobodys: nobodys.to_string().into(),
            #[cfg(test)]
            comparisons: Arc::default(),
        })
    }

    /// Waits for a slot; [`IdentityError::Wait`] when too many wait already.
    pub(crate) async fn place(&self) -> Result<Place, IdentityError> {
        let place = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| IdentityError::Wait { seconds: COME_BACK })?;
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(IdentityError::unavailable)?;
        Ok(Place { place, slot })
    }

    pub(crate) async fn hash(&self, place: Place, password: &Secret) -> Result<String, IdentityError> {
        let password = composed(password);
        in_place(place, move || Ok(argon2()?.hash_password(password.as_bytes()).map_err(broken)?.to_string())).await
    }

    /// Compares with a kept hash; without one it takes as long and is wrong.
    pub(crate) async fn compare(&self, place: Place, password: &Secret, kept: Option<String>) -> Result<Compared, IdentityError> {
        #[cfg(test)]
        self.comparisons.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let password = composed(password);
        let nobodys = Arc::clone(&self.nobodys);
        let compare = move || {
            let hash = PasswordHash::new(kept.as_deref().unwrap_or(&nobodys)).map_err(broken)?;
            let right = match argon2()?.verify_password(password.as_bytes(), &hash) {
                Ok(()) => kept.is_some(),
                Err(argon2::password_hash::Error::PasswordInvalid) => false,
                Err(error) => return Err(broken(error)),
            };
            if !right {
                return Ok(Compared::Wrong);
            }
            if is_of_today(&hash)? {
                return Ok(Compared::Right);
            }
            Ok(Compared::RightRehashed(argon2()?.hash_password(password.as_bytes()).map_err(broken)?.to_string()))
        };
        in_place(place, compare).await
    }
}

/// The place goes with the work, so that somebody who hangs up does not make room for one more at once.
async fn in_place<T: Send + 'static>(
    place: Place,
    work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
) -> Result<T, IdentityError> {
    blocking(move || {
        let answer = work();
        drop(place);
        answer
    })
    .await
}

/// One form for what keyboards compose differently. Digits and letters stay those that were typed.
fn composed(password: &Secret) -> String {
    password.expose().nfc().collect()
}

fn is_of_today(hash: &PasswordHash) -> Result<bool, IdentityError> {
    let made = Params::try_from(hash).map_err(broken)?;
    let costs = (made.m_cost(), made.t_cost(), made.p_cost());
    Ok(hash.algorithm == ARGON2ID_IDENT && costs == (MEMORY_KIB, PASSES, LANES))
}

fn argon2() -> Result<Argon2<'static>, IdentityError> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?))
}

fn params() -> Result<Params, IdentityError> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> IdentityError {
    IdentityError::unavailable(format!("cannot hash passwords: {error}"))
}
