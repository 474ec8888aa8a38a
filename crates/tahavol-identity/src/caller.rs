//! Somebody whose request has been recognised, and by what.

use std::fmt;

use tahavol_domain::calendar::Instant;
use tahavol_domain::policy::Within;
use tahavol_domain::values::Person;
use uuid::Uuid;

use crate::secrets::digest_of;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person: Person,
    /// Bounds of the token that was shown; a session and an identity provider's token have none.
    pub within: Within,
    pub by: Credential,
}

/// By what a caller was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A browser's cookie. Requests that may change something show `csrf` as well, which another site cannot know.
    Session { session: Uuid, csrf: Secret, second_factor: bool },
    /// A service token, and whether whoever made it had shown a second factor.
    Token { id: Uuid, second_factor: bool },
    /// A token of the organisation's identity provider, good until then, and whether it says that a second factor was shown there.
    Provider { expires: Instant, second_factor: bool },
}

/// What must be in no log: neither `Debug` nor anything else tells it.
#[derive(Clone, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The secret itself, for whoever has to show or compare it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether what was shown is it. How long that takes tells nothing of it: digests are compared.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        digest_of(self.0.as_bytes()) == digest_of(shown.as_bytes())
    }
}

/// As [`Secret::is`].
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Caller {
    /// Somebody without bounds, as tests and programs that hold the ledger themselves act.
    #[must_use]
    pub fn unlimited(person: Person) -> Caller {
        Caller { person, within: Within::default(), by: Credential::Token { id: Uuid::nil(), second_factor: true } }
    }
}
