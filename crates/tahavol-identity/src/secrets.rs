//! Random secrets and their digests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::caller::Secret;
use crate::error::IdentityError;

pub(crate) fn random<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| IdentityError::unavailable(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

/// 256 bits, as 43 characters that can stand in an address.
pub(crate) fn random_text() -> Result<String, IdentityError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// What is kept of a random secret: it has so many bits that a plain digest cannot be tried back.
pub(crate) fn digest(secret: &Secret) -> [u8; 32] {
    digest_of(secret.expose().as_bytes())
}

pub(crate) fn digest_of(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
