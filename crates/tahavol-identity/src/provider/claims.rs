//! Whom a verified token is about: a claim that is the person's id here, another that is the name.

use serde_json::{Map, Value};
use tahavol_domain::values::{ActorId, Person, is_code};

use super::settings::Checked;

pub(super) type Claims = Map<String, Value>;

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

/// The provider knows somebody, but says it in a way that is nobody here. For the operator: the claims want another mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsRefused {
    #[error("the claim `{claim}` is not there")]
    ActorMissing { claim: String },
    /// Not 1–128 of `a–z A–Z 0–9 . _ @ : -`.
    #[error("the claim `{claim}` cannot be an id here")]
    ActorInvalid { claim: String },
    /// Anybody can give any address that nobody looked at.
    #[error("the address in `email` is not verified")]
    EmailNotVerified,
    /// Longer than 200 characters, or with some that could show it as another.
    #[error("the claim `{claim}` cannot be a name here")]
    NameInvalid { claim: String },
}

impl ClaimsRefused {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ClaimsRefused::ActorMissing { .. } => "PROVIDER_ACTOR_MISSING",
            ClaimsRefused::ActorInvalid { .. } => "PROVIDER_ACTOR_INVALID",
            ClaimsRefused::EmailNotVerified => "PROVIDER_EMAIL_NOT_VERIFIED",
            ClaimsRefused::NameInvalid { .. } => "PROVIDER_NAME_INVALID",
        }
    }

    /// The claim that the message names.
    #[must_use]
    pub fn claim(&self) -> &str {
        match self {
            ClaimsRefused::ActorMissing { claim } | ClaimsRefused::ActorInvalid { claim } | ClaimsRefused::NameInvalid { claim } => claim,
            ClaimsRefused::EmailNotVerified => "email",
        }
    }
}

/// The person. One without a name is called by the id.
pub(super) fn person(claims: &Claims, settings: &Checked) -> Result<Person, ClaimsRefused> {
    let claim = || settings.actor_claim.clone();
    let id = match claims.get(&settings.actor_claim) {
        None | Some(Value::Null) => return Err(ClaimsRefused::ActorMissing { claim: claim() }),
        Some(Value::String(id)) if is_code(id) => id.clone(),
        Some(_) => return Err(ClaimsRefused::ActorInvalid { claim: claim() }),
    };
    if settings.actor_claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
        return Err(ClaimsRefused::EmailNotVerified);
    }
    let name = match claims.get(&settings.name_claim) {
        None | Some(Value::Null) => id.clone(),
        Some(Value::String(name)) if name.trim().is_empty() => id.clone(),
        Some(Value::String(name)) if is_name(name.trim()) => name.trim().to_owned(),
        Some(_) => return Err(ClaimsRefused::NameInvalid { claim: settings.name_claim.clone() }),
    };
    Ok(Person { id: ActorId(id), name })
}

/// Whether somebody can be told from these alone, or more should be asked for.
pub(super) fn are_enough(claims: &Claims, settings: &Checked) -> bool {
    claims.contains_key(&settings.actor_claim) && claims.contains_key(&settings.name_claim)
}

/// Whether the provider says that a second factor was shown (RFC 8176).
pub(super) fn second_factor(claims: &Claims, settings: &Checked) -> bool {
    let says = |value: &Value| value.as_str().is_some_and(|value| settings.second_factor.iter().any(|factor| factor == value));
    claims.get("amr").and_then(Value::as_array).is_some_and(|methods| methods.iter().any(says)) || claims.get("acr").is_some_and(says)
}

fn is_name(name: &str) -> bool {
    name.chars().count() <= LONGEST_NAME && !name.chars().any(|letter| letter.is_control() || overrides_direction(letter))
}

/// With these a name can be shown as another.
fn overrides_direction(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
