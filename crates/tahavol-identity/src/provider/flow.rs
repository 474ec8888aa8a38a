//! Signing in at the provider: there with a question of ours (authorization code, PKCE), back with an answer that only we can use.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdToken, CoreIdTokenVerifier, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RequestTokenError,
    Scope, SignatureVerificationError, SubjectIdentifier, TokenResponse, UserInfoClaims, UserInfoError,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::Person;

use super::claims::{Claims, ClaimsRefused, are_enough, person, second_factor};
use super::fetch::with_sources;
use super::known::Known;
use super::{Provider, Unreachable};

const SECOND: i64 = 1_000_000;
/// How long somebody may take at the provider.
const PATIENCE: i64 = 600 * SECOND;

/// Somebody is on the way to the provider.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser is sent.
    pub url: String,
    /// What must lie in that browser's session until it comes back.
    pub keep: Pending,
}

/// What an answer must fit. For one answer: whoever uses it takes it out of the session first.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pending {
    state: String,
    nonce: String,
    verifier: String,
    /// Where to go afterwards, as it was asked for; whoever goes there looks at it again.
    pub next: Option<String>,
    begun: Instant,
}

/// With these, somebody else's answer could be used.
impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("begun", &self.begun).finish_non_exhaustive()
    }
}

impl Pending {
    /// Whether the answer is to this question.
    #[must_use]
    pub fn is_of(&self, state: &str) -> bool {
        // Digests, so that the time it takes tells nothing.
        Sha256::digest(&self.state) == Sha256::digest(state)
    }

    /// Whether somebody may still come back with an answer.
    #[must_use]
    pub fn lives(&self, now: Instant) -> bool {
        now.micros().saturating_sub(self.begun.micros()) < PATIENCE
    }
}

/// What the provider sends the browser back with: the query of the callback.
#[derive(Clone, Deserialize)]
pub struct Answer {
    pub state: String,
    pub code: Option<String>,
    /// In place of a code.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
}

/// A code is as good as whom it is for.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("error", &self.error).field("iss", &self.iss).finish_non_exhaustive()
    }
}

/// Whom the provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    pub person: Person,
    /// She showed a second factor there.
    pub second_factor: bool,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Try again later: 503.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// Not an answer to what this browser asked, or too late. Begin again: 400.
    #[error("the answer is to no question of this browser")]
    NotAsked,
    /// The provider, or the person there, did not want to. `error` is the provider's code: 403.
    #[error("the provider refuses: {error}")]
    Refused { error: String },
    /// The code was used before, or is somebody else's, or our client is not known there: 400.
    #[error("the provider does not take the code: {reason}")]
    Code { reason: String },
    /// What the provider answers does not hold: 502.
    #[error("the provider's answer does not hold: {reason}")]
    Invalid { reason: String },
    /// The person there is nobody here: 403.
    #[error(transparent)]
    Claims(#[from] ClaimsRefused),
}

impl ProviderError {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ProviderError::Unreachable(_) => "PROVIDER_UNREACHABLE",
            ProviderError::NotAsked => "PROVIDER_NOT_ASKED",
            ProviderError::Refused { .. } => "PROVIDER_REFUSED",
            ProviderError::Code { .. } => "PROVIDER_CODE",
            ProviderError::Invalid { .. } => "PROVIDER_INVALID",
            ProviderError::Claims(refused) => refused.code(),
        }
    }
}

type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Every claim that the library has no field for.
#[derive(Debug, Serialize, Deserialize)]
struct Further(Claims);

impl AdditionalClaims for Further {}

impl Provider {
    /// A new question to the provider.
    ///
    /// # Errors
    /// Where it cannot be asked and nothing is known of it.
    pub async fn begin(&self, now: Instant, next: Option<String>) -> Result<Begun, ProviderError> {
        let known = self.known(now).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(&known);
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        let (state, nonce, verifier) = (state.into_secret(), nonce.secret().clone(), verifier.into_secret());
        Ok(Begun { url: url.into(), keep: Pending { state, nonce, verifier, next, begun: now } })
    }

    /// Who came back.
    ///
    /// # Errors
    /// Where the answer is not to `asked`, or the provider does not stand for it; see [`ProviderError`].
    pub async fn finish(&self, asked: Pending, answer: Answer, now: Instant) -> Result<Identified, ProviderError> {
        let known = self.known(now).await?;
        let by_another = answer.iss.as_ref().map_or(known.says_iss, |iss| iss != self.issuer());
        if !asked.is_of(&answer.state) || !asked.lives(now) || by_another {
            return Err(ProviderError::NotAsked);
        }
        let code = match (answer.code, answer.error) {
            (Some(code), None) => AuthorizationCode::new(code),
            (_, Some(error)) => return Err(ProviderError::Refused { error: shown(&error) }),
            (None, None) => return Err(ProviderError::NotAsked),
        };
        let tokens = self.exchange(&known, code, asked.verifier).await?;
        let id_token = tokens.id_token().ok_or_else(|| invalid("no ID token"))?;
        let nonce = Nonce::new(asked.nonce);
        let (known, subject) = self.verify(known, id_token, tokens.access_token(), &nonce, now).await?;
        let mut claims = payload(&id_token.to_string()).ok_or_else(|| invalid("an ID token without claims"))?;
        let second_factor = second_factor(&claims, &self.settings);
        if !are_enough(&claims, &self.settings) && known.metadata.userinfo_endpoint().is_some() {
            let more = self.user_info(&known, tokens.access_token().clone(), subject).await?;
            // What is signed counts.
            more.into_iter().for_each(|(claim, value)| {
                claims.entry(claim).or_insert(value);
            });
        }
        Ok(Identified { person: person(&claims, &self.settings)?, second_factor })
    }

    fn client(&self, known: &Known) -> Client {
        let secret = self.settings.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let client = CoreClient::from_provider_metadata(known.metadata.clone(), self.settings.client_id.clone(), secret)
            .set_redirect_uri(self.settings.redirect.clone());
        // In the header, unless the provider names ways and this is none of them.
        let ways = known.metadata.token_endpoint_auth_methods_supported();
        let in_the_body = ways.is_some_and(|ways| {
            !ways.contains(&CoreClientAuthMethod::ClientSecretBasic) && ways.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        client.set_auth_type(if in_the_body { AuthType::RequestBody } else { AuthType::BasicAuth })
    }

    async fn exchange(&self, known: &Known, code: AuthorizationCode, verifier: String) -> Result<CoreTokenResponse, ProviderError> {
        let client = self.client(known);
        let request = client.exchange_code(code).map_err(|_| invalid("it names no place to take a code to"))?;
        request.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request_async(&self.fetcher).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => ProviderError::Code { reason: shown(said.error().as_ref()) },
            RequestTokenError::Request(error) => {
                tracing::warn!(issuer = self.issuer(), "no code can be taken to the identity provider: {}", with_sources(&error));
                ProviderError::Unreachable(Unreachable)
            }
            // What could not be read may hold a token, and the error may quote it.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => invalid("its answer to the code cannot be read"),
        })
    }

    /// The verified subject, and what was known of the provider's keys when it was verified.
    async fn verify(
        &self,
        known: std::sync::Arc<Known>,
        token: &CoreIdToken,
        access: &AccessToken,
        nonce: &Nonce,
        now: Instant,
    ) -> Result<(std::sync::Arc<Known>, SubjectIdentifier), ProviderError> {
        match self.verified_by(&known, token, access, nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let known = self.newer_than(Some(known), now).await?;
                let subject = self.verified_by(&known, token, access, nonce, now).map_err(|error| invalid(&with_sources(&error)))?;
                Ok((known, subject))
            }
            subject => Ok((known, subject.map_err(|error| invalid(&with_sources(&error)))?)),
        }
    }

    fn verified_by(
        &self,
        known: &Known,
        token: &CoreIdToken,
        access: &AccessToken,
        nonce: &Nonce,
        now: Instant,
    ) -> Result<SubjectIdentifier, ClaimsVerificationError> {
        let skew = i64::from(self.settings.skew_seconds);
        let earlier = Duration::from_micros(u64::try_from(now.plus_micros(-skew * SECOND).micros()).unwrap_or_default());
        let latest = now.micros() / SECOND + skew;
        let client = self.client(known);
        let verifier: CoreIdTokenVerifier<'_> = client
            .id_token_verifier()
            .set_allowed_algs(self.settings.algorithms.iter().map(|signed| signed.id_token.clone()))
            .set_time_fn(move || (UNIX_EPOCH + earlier).into())
            .set_issue_time_verifier_fn(move |issued| {
                if issued.timestamp() > latest { Err("the ID token is of a time to come".to_owned()) } else { Ok(()) }
            });
        let claims = token.claims(&verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let signature = ClaimsVerificationError::SignatureVerification;
            let key = token.signing_key(&verifier).map_err(signature)?;
            let actual = AccessTokenHash::from_token(access, token.signing_alg().map_err(signature)?, key)
                .map_err(|error| ClaimsVerificationError::Other(error.to_string()))?;
            if actual != *expected {
                return Err(ClaimsVerificationError::Other("the access token is another's".to_owned()));
            }
        }
        Ok(claims.subject().clone())
    }

    async fn user_info(&self, known: &Known, access: AccessToken, subject: SubjectIdentifier) -> Result<Claims, ProviderError> {
        let client = self.client(known);
        let request = client.user_info(access, Some(subject)).map_err(|_| invalid("it names no place to ask who somebody is"))?;
        let told: UserInfoClaims<Further, CoreGenderClaim> = request.request_async(&self.fetcher).await.map_err(|error| match error {
            UserInfoError::Request(error) => {
                tracing::warn!(issuer = self.issuer(), "the identity provider cannot be asked who somebody is: {}", with_sources(&error));
                ProviderError::Unreachable(Unreachable)
            }
            error => invalid(&format!("who somebody is: {error}")),
        })?;
        match serde_json::to_value(&told) {
            Ok(serde_json::Value::Object(claims)) => Ok(claims),
            Ok(_) | Err(_) => Err(invalid("who somebody is cannot be read")),
        }
    }
}

/// The claims of a token whose signature has been verified.
fn payload(token: &str) -> Option<Claims> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn invalid(reason: &str) -> ProviderError {
    ProviderError::Invalid { reason: reason.to_owned() }
}

/// A code of the protocol, and no more: what comes by way of the browser can be anything.
fn shown(code: &str) -> String {
    code.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')).take(60).collect()
}
