//! The provider's public keys, each with the algorithms that fit it.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

pub(super) struct Keys(Vec<Key>);

struct Key {
    id: Option<String>,
    fits: Vec<Algorithm>,
    key: DecodingKey,
}

/// Why no key was found for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoKey {
    /// Perhaps it is new: the provider may be asked again.
    Unknown,
    /// The token names none, and there are several.
    Unnamed,
    /// It is a key for other algorithms.
    Unfit,
}

impl Keys {
    /// Those of a JSON Web Key Set that signatures can be verified with. Others, and those of a kind that we do not know, are
    /// left out: a token that is signed by one is refused.
    pub(super) fn of(set: &Value) -> Keys {
        let listed = set.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        Keys(listed.iter().filter_map(|listed| serde_json::from_value(listed.clone()).ok()).filter_map(|key: Jwk| usable(&key)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one key that a token with that header can be signed by.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&DecodingKey, NoKey> {
        let mut named = self.0.iter().filter(|key| id.is_none() || key.id.as_deref() == id).peekable();
        if named.peek().is_none() {
            return Err(NoKey::Unknown);
        }
        if id.is_none() && self.0.len() > 1 {
            return Err(NoKey::Unnamed);
        }
        // Keys of two kinds may have one id; two of a kind with one id are nobody's in particular.
        let mut fitting = named.filter(|key| key.fits.contains(&algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(&key.key),
            (Some(_), Some(_)) => Err(NoKey::Unnamed),
            (None, _) => Err(NoKey::Unfit),
        }
    }
}

fn usable(key: &Jwk) -> Option<Key> {
    let for_signatures = key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let for_verifying = key.common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    if !for_signatures || !for_verifying {
        return None;
    }
    let mut fits = fitting(&key.algorithm).to_vec();
    if let Some(only) = key.common.key_algorithm {
        let only = Algorithm::try_from(only).ok()?;
        fits.retain(|fit| *fit == only);
    }
    if fits.is_empty() {
        return None;
    }
    Some(Key { id: key.common.key_id.clone(), fits, key: DecodingKey::from_jwk(key).ok()? })
}

fn fitting(parameters: &AlgorithmParameters) -> &'static [Algorithm] {
    match parameters {
        AlgorithmParameters::RSA(_) => {
            &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512]
        }
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => &[],
        },
        AlgorithmParameters::OctetKeyPair(pair) => match pair.curve {
            EllipticCurve::Ed25519 => &[Algorithm::EdDSA],
            _ => &[],
        },
        // A shared secret, and what the library does not know.
        _ => &[],
    }
}
