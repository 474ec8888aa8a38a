//! Who asks: for now a bearer token that the configuration lists. The one seam behind which a sign-in will stand.

use std::collections::HashMap;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use tahavol_domain::values::Person;

use crate::config::TokenSetting;

/// The people who may ask, by the SHA-256 of their tokens: comparing digests tells nothing of a token by the time it takes.
#[derive(Default)]
pub struct Identity {
    people: HashMap<[u8; 32], Person>,
}

/// Something was shown that says nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownToken;

impl Identity {
    #[must_use]
    pub fn new(tokens: &[TokenSetting]) -> Identity {
        Identity { people: tokens.iter().map(|token| (digest(&token.token), token.person())).collect() }
    }

    /// Nobody where nothing is shown.
    ///
    /// # Errors
    /// Where a header is there and no known token in it.
    pub fn caller_of(&self, headers: &HeaderMap) -> Result<Option<&Person>, UnknownToken> {
        match headers.get(AUTHORIZATION) {
            None => Ok(None),
            Some(value) => self.caller_of_authorization(value.to_str().map_err(|_| UnknownToken)?).map(Some),
        }
    }

    /// From the value of an `Authorization` header, wherever it was carried.
    ///
    /// # Errors
    /// Where it is not `Bearer` and a known token.
    pub fn caller_of_authorization(&self, value: &str) -> Result<&Person, UnknownToken> {
        let (scheme, token) = value.split_once(' ').ok_or(UnknownToken)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(UnknownToken);
        }
        self.people.get(&digest(token.trim())).ok_or(UnknownToken)
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.people.len()
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::new(&[TokenSetting { token: "token-of-the-chair".to_owned(), actor: "chair".to_owned(), name: "Chair".to_owned() }])
    }

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn a_known_token_tells_who_asks() {
        let identity = identity();
        assert_eq!(identity.caller_of(&headers("bearer token-of-the-chair")).unwrap().unwrap().id.0, "chair");
        assert_eq!(identity.caller_of(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn anything_else_that_is_shown_is_refused() {
        for shown in ["Bearer x", "Basic token-of-the-chair", "token-of-the-chair", "Bearer "] {
            assert_eq!(identity().caller_of(&headers(shown)), Err(UnknownToken), "{shown}");
        }
    }
}
