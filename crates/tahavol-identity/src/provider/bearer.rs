//! A token of the provider that is shown to the API: verified here, with keys that are already known.

use jsonwebtoken::{Header, TokenData, Validation, decode, decode_header};
use serde_json::Value;
use tahavol_domain::calendar::Instant;
use tahavol_domain::policy::Within;

use super::claims::{Claims, ClaimsRefused, person, second_factor};
use super::keys::NoKey;
use super::{Provider, Unreachable};
use crate::{Caller, Credential};

/// The longest token, in bytes.
const LONGEST: usize = 8 << 10;
const SECOND: i64 = 1_000_000;

/// Why a token says nobody. All but `Unreachable` are one answer to whoever showed it: 401. The reason is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BearerRefused {
    /// No audience is configured.
    #[error("tokens of the provider are not taken")]
    Off,
    #[error("not a token")]
    Malformed,
    /// Not in the list, not fit for the key, or none.
    #[error("signed by an algorithm that is not allowed")]
    Algorithm,
    #[error("signed by a key that the provider does not have")]
    KeyUnknown,
    /// Two keys could have signed it.
    #[error("does not say by which key it is signed")]
    KeyUnnamed,
    #[error("not signed by the key that it names")]
    Signature,
    #[error("issued by another")]
    Issuer,
    #[error("meant for another")]
    Audience,
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    NotYet,
    /// One that says who signed in, or one to get further tokens with.
    #[error("not a token to show to an API")]
    Purpose,
    #[error(transparent)]
    Claims(#[from] ClaimsRefused),
    /// The keys cannot be had now: 503, try again.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
}

impl Provider {
    /// Whom a bearer token says. Asks the provider only where the token names a key that is not known, or once an hour.
    ///
    /// # Errors
    /// Where it says nobody; see [`BearerRefused`].
    pub async fn caller(&self, bearer: &str, now: Instant) -> Result<Caller, BearerRefused> {
        let audience = self.settings.audience.as_deref().ok_or(BearerRefused::Off)?;
        if bearer.len() > LONGEST {
            return Err(BearerRefused::Malformed);
        }
        // An `alg` that the library does not know, `none` among them, is no header to it.
        let header = decode_header(bearer).map_err(|_| BearerRefused::Malformed)?;
        check_header(&header)?;
        if !self.settings.algorithms.iter().any(|signed| signed.bearer == header.alg) {
            return Err(BearerRefused::Algorithm);
        }
        let claims = self.signed_claims(bearer, &header, now).await?;
        if !is_for_apis(&header, &claims) {
            return Err(BearerRefused::Purpose);
        }
        let expires = self.check_claims(&claims, audience, now)?;
        let by = Credential::Provider { expires, second_factor: second_factor(&claims, &self.settings) };
        Ok(Caller { person: person(&claims, &self.settings)?, within: Within::default(), by })
    }

    async fn signed_claims(&self, bearer: &str, header: &Header, now: Instant) -> Result<Claims, BearerRefused> {
        let mut known = self.known(now).await?;
        let key = match known.keys.find(header.kid.as_deref(), header.alg) {
            Err(NoKey::Unknown) => {
                known = self.newer_than(Some(known), now).await?;
                known.keys.find(header.kid.as_deref(), header.alg)
            }
            found => found,
        };
        let key = key.map_err(|none| match none {
            NoKey::Unknown => BearerRefused::KeyUnknown,
            NoKey::Unnamed => BearerRefused::KeyUnnamed,
            NoKey::Unfit => BearerRefused::Algorithm,
        })?;
        let TokenData { claims, .. } = decode::<Claims>(bearer, key, &signature_alone(header)).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => BearerRefused::Signature,
            _ => BearerRefused::Malformed,
        })?;
        Ok(claims)
    }

    /// When it expires, where nothing else is wrong.
    fn check_claims(&self, claims: &Claims, audience: &str, now: Instant) -> Result<Instant, BearerRefused> {
        if claims.get("iss").and_then(Value::as_str) != Some(self.issuer()) {
            return Err(BearerRefused::Issuer);
        }
        let meant_for = match claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
            Some(_) | None => false,
        };
        if !meant_for {
            return Err(BearerRefused::Audience);
        }
        let skew = i64::from(self.settings.skew_seconds) * SECOND;
        let expires = instant(claims, "exp")?.ok_or(BearerRefused::Malformed)?;
        if expires.plus_micros(skew) <= now {
            return Err(BearerRefused::Expired);
        }
        for from in ["nbf", "iat"] {
            if instant(claims, from)?.is_some_and(|from| from > now.plus_micros(skew)) {
                return Err(BearerRefused::NotYet);
            }
        }
        Ok(expires)
    }
}

/// Only what is for APIs. Keys that a header itself brings, or says where to get, are never looked at.
fn check_header(header: &Header) -> Result<(), BearerRefused> {
    // Whoever does not understand what is critical must refuse; we understand none of it (RFC 7515, 4.1.11).
    if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() {
        return Err(BearerRefused::Malformed);
    }
    match &header.typ {
        None => Ok(()),
        Some(kind) if is_plain(kind) || is_access(kind) => Ok(()),
        Some(_) => Err(BearerRefused::Purpose),
    }
}

fn is_plain(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("JWT")
}

/// RFC 9068.
fn is_access(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("at+jwt") || kind.eq_ignore_ascii_case("application/at+jwt")
}

/// Other tokens of a provider are signed by the same keys and can name the same audience: those that say who signed in or out, and
/// those to get further tokens with. They are told by what only they have.
fn is_for_apis(header: &Header, claims: &Claims) -> bool {
    let kind = claims.get("typ").and_then(Value::as_str).unwrap_or_default();
    let of_another_kind = ["ID", "Refresh", "Offline", "Logout"].iter().any(|other| kind.eq_ignore_ascii_case(other));
    let has = |claim: &&str| claims.contains_key(*claim);
    let says_access = kind.eq_ignore_ascii_case("Bearer") || header.typ.as_deref().is_some_and(is_access);
    !of_another_kind && !["at_hash", "c_hash", "s_hash", "events"].iter().any(has) && (says_access || !claims.contains_key("nonce"))
}

/// The library asks the system's clock; times and all other claims are checked here, against the moment of the request.
fn signature_alone(header: &Header) -> Validation {
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// A time in seconds, which may have a fraction.
fn instant(claims: &Claims, claim: &str) -> Result<Option<Instant>, BearerRefused> {
    match claims.get(claim) {
        None => Ok(None),
        Some(value) => {
            let seconds = value.as_f64().filter(|seconds| seconds.is_finite()).ok_or(BearerRefused::Malformed)?;
            // A cast stops at the ends.
            Ok(Some(Instant::from_micros((seconds * SECOND as f64) as i64)))
        }
    }
}
