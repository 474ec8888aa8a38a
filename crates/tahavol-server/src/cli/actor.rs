//! As whom a command of the command line acts.

use tahavol_domain::values::{ActorId, Person, is_code};

use crate::config::{PersonSetting, Settings};
use crate::failure::Failure;

/// By token, by a name that the configuration knows, or by the bare id; without any of them the configured administrator.
///
/// # Errors
/// When nobody is named, or the name can be nobody's.
pub(super) fn acting(settings: &Settings, given: Option<&str>) -> Result<Person, Failure> {
    let Some(given) = given else {
        let nobody = || Failure::usage("say who acts: --as ACTOR, or `administrator` in the configuration");
        return settings.administrator.as_ref().map(PersonSetting::person).ok_or_else(nobody);
    };
    let by_token = settings.tokens.iter().find(|token| token.token == given).map(|token| token.person());
    if let Some(person) = by_token.or_else(|| settings.person(given)) {
        return Ok(person);
    }
    if !is_code(given) {
        return Err(Failure::usage("--as is neither a token of the configuration nor an actor's id"));
    }
    Ok(Person { id: ActorId(given.to_owned()), name: given.to_owned() })
}
