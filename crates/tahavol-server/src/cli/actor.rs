//! As whom a command of the command line acts.

use tahavol_domain::values::{ActorId, Person, is_code};
use tahavol_identity::TOKEN_PREFIX;

use crate::config::{PersonSetting, Settings};
use crate::failure::{Failure, both};
use crate::identity;

/// By a name that the configuration or an account knows, or by the bare id; without any of them the configured administrator.
///
/// # Errors
/// When nobody is named, or the name can be nobody's.
pub(super) async fn acting(settings: &Settings, given: Option<&str>) -> Result<Person, Failure> {
    let Some(given) = given else {
        let nobody = || Failure::usage("say who acts: --as ACTOR, or `administrator` in the configuration");
        return settings.administrator.as_ref().map(PersonSetting::person).ok_or_else(nobody);
    };
    let id = actor(given)?;
    match known(settings, &id).await? {
        Some(person) => Ok(person),
        None => Ok(Person { name: id.0.clone(), id }),
    }
}

/// An actor's id. What was given is not told again: it may be a secret that was meant for elsewhere.
///
/// # Errors
/// When it can be nobody's, or is a service token: those would be read from the list of processes, and be recorded.
pub(super) fn actor(given: &str) -> Result<ActorId, Failure> {
    if is_code(given) && !given.starts_with(TOKEN_PREFIX) {
        return Ok(ActorId(given.to_owned()));
    }
    Err(Failure::usage(both("CLI_NO_ACTOR", &[])))
}

/// Whom the configuration or an account knows by this id.
///
/// # Errors
/// When accounts cannot be read.
pub(super) async fn known(settings: &Settings, id: &ActorId) -> Result<Option<Person>, Failure> {
    if let Some(person) = settings.person(&id.0) {
        return Ok(Some(person));
    }
    match identity::open_there(settings)? {
        Some(store) => Ok(store.account(id).await?.map(|account| account.person)),
        None => Ok(None),
    }
}
