//! What is configured of the provider, and that it can be meant so.

use std::path::PathBuf;

use jsonwebtoken::Algorithm;
use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::url::{Host, Url};
use openidconnect::{ClientId, IssuerUrl, RedirectUrl};

use crate::Secret;

/// The longest difference of clocks that is forgiven, in seconds.
const LONGEST_SKEW: u32 = 300;

/// As an operator writes it.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// `https://…`, letter by letter as the provider writes it into its tokens.
    pub issuer: String,
    pub client_id: String,
    /// Without it we are a public client; PKCE protects the code either way.
    pub client_secret: Option<Secret>,
    /// Beside `openid`, which is always asked for.
    pub scopes: Vec<String>,
    /// The claim that is a person's id here.
    pub actor_claim: String,
    pub name_claim: String,
    /// What `amr` or `acr` says of somebody who showed a second factor.
    pub second_factor: Vec<String>,
    /// Whom a bearer token must be meant for. Without it none is taken.
    pub audience: Option<String>,
    /// By which tokens may be signed.
    pub algorithms: Vec<String>,
    /// How far its clock may be from ours.
    pub skew_seconds: u32,
    /// Certificates (PEM) that its own is trusted by, beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Where the provider sends people back to: our callback.
    pub redirect: String,
}

/// Settings that nothing can be done with. For the operator, at the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misconfigured {
    /// No address at all.
    #[error("`{address}` is not an address")]
    NotAnAddress { address: String },
    /// Plain HTTP to another machine: whoever is between could be anybody.
    #[error("`{address}` must be https; http is only for a provider on this machine")]
    NotSecure { address: String },
    /// The client's id or a claim's name is empty.
    #[error("`{key}` says nothing")]
    Blank { key: &'static str },
    /// Not known, or one by which anybody could sign: `none`, or with a shared secret.
    #[error("`{algorithm}` is not an algorithm that tokens may be signed by; known are {known}")]
    Algorithm { algorithm: String, known: String },
    #[error("no algorithm is allowed, so no token could be")]
    NoAlgorithm,
    #[error("a skew of {seconds} seconds is more than {longest}")]
    Skew { seconds: u32, longest: u32 },
    #[error("the certificates of {file} cannot be read: {reason}")]
    Certificates { file: String, reason: String },
    /// The client for HTTP cannot be made; the system's certificates, mostly.
    #[error("the provider cannot be asked: {reason}")]
    Client { reason: String },
}

impl Misconfigured {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Misconfigured::NotAnAddress { .. } => "OIDC_NOT_AN_ADDRESS",
            Misconfigured::NotSecure { .. } => "OIDC_NOT_SECURE",
            Misconfigured::Blank { .. } => "OIDC_BLANK",
            Misconfigured::Algorithm { .. } => "OIDC_ALGORITHM",
            Misconfigured::NoAlgorithm => "OIDC_NO_ALGORITHM",
            Misconfigured::Skew { .. } => "OIDC_SKEW",
            Misconfigured::Certificates { .. } => "OIDC_CERTIFICATES",
            Misconfigured::Client { .. } => "OIDC_CLIENT",
        }
    }

    /// What the message names.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Misconfigured::NotAnAddress { address } | Misconfigured::NotSecure { address } => vec![("address", address.clone())],
            Misconfigured::Blank { key } => vec![("key", (*key).to_owned())],
            Misconfigured::Algorithm { algorithm, known } => vec![("algorithm", algorithm.clone()), ("known", known.clone())],
            Misconfigured::NoAlgorithm => Vec::new(),
            Misconfigured::Skew { seconds, longest } => vec![("seconds", seconds.to_string()), ("longest", longest.to_string())],
            Misconfigured::Certificates { file, reason } => vec![("file", file.clone()), ("reason", reason.clone())],
            Misconfigured::Client { reason } => vec![("reason", reason.clone())],
        }
    }
}

/// Settings that can be worked with.
pub(super) struct Checked {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    pub(super) client_secret: Option<Secret>,
    pub(super) scopes: Vec<String>,
    pub(super) actor_claim: String,
    pub(super) name_claim: String,
    pub(super) second_factor: Vec<String>,
    pub(super) audience: Option<String>,
    pub(super) algorithms: Vec<Signed>,
    pub(super) skew_seconds: u32,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) redirect: RedirectUrl,
}

/// One algorithm, as either library calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) bearer: Algorithm,
    pub(super) id_token: &'static CoreJwsSigningAlgorithm,
}

/// Those of public keys. With a shared secret whoever can verify could sign as well, and `none` is no signature.
const KNOWN: [(&str, Signed); 9] = [
    ("RS256", Signed { bearer: Algorithm::RS256, id_token: &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256 }),
    ("RS384", Signed { bearer: Algorithm::RS384, id_token: &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384 }),
    ("RS512", Signed { bearer: Algorithm::RS512, id_token: &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512 }),
    ("PS256", Signed { bearer: Algorithm::PS256, id_token: &CoreJwsSigningAlgorithm::RsaSsaPssSha256 }),
    ("PS384", Signed { bearer: Algorithm::PS384, id_token: &CoreJwsSigningAlgorithm::RsaSsaPssSha384 }),
    ("PS512", Signed { bearer: Algorithm::PS512, id_token: &CoreJwsSigningAlgorithm::RsaSsaPssSha512 }),
    ("ES256", Signed { bearer: Algorithm::ES256, id_token: &CoreJwsSigningAlgorithm::EcdsaP256Sha256 }),
    ("ES384", Signed { bearer: Algorithm::ES384, id_token: &CoreJwsSigningAlgorithm::EcdsaP384Sha384 }),
    ("EdDSA", Signed { bearer: Algorithm::EdDSA, id_token: &CoreJwsSigningAlgorithm::EdDsa }),
];

impl Checked {
    pub(super) fn try_new(settings: ProviderSettings) -> Result<Checked, Misconfigured> {
        let issuer = safe(settings.issuer)?;
        let issuer = IssuerUrl::new(issuer.clone()).map_err(|_| Misconfigured::NotAnAddress { address: issuer })?;
        let redirect = settings.redirect;
        let redirect = RedirectUrl::new(redirect.clone()).map_err(|_| Misconfigured::NotAnAddress { address: redirect })?;
        let said = [
            ("client_id", &settings.client_id),
            ("actor_claim", &settings.actor_claim),
            ("name_claim", &settings.name_claim),
            ("audience", settings.audience.as_ref().unwrap_or(&settings.client_id)),
        ];
        if let Some((key, _)) = said.into_iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(Misconfigured::Blank { key });
        }
        if settings.client_secret.as_ref().is_some_and(|secret| secret.expose().is_empty()) {
            return Err(Misconfigured::Blank { key: "client_secret" });
        }
        let algorithms = settings.algorithms.into_iter().map(algorithm).collect::<Result<Vec<_>, _>>()?;
        if algorithms.is_empty() {
            return Err(Misconfigured::NoAlgorithm);
        }
        if settings.skew_seconds > LONGEST_SKEW {
            return Err(Misconfigured::Skew { seconds: settings.skew_seconds, longest: LONGEST_SKEW });
        }
        Ok(Checked {
            issuer,
            client_id: ClientId::new(settings.client_id),
            client_secret: settings.client_secret,
            scopes: settings.scopes.into_iter().filter(|scope| scope != "openid").collect(),
            actor_claim: settings.actor_claim,
            name_claim: settings.name_claim,
            second_factor: settings.second_factor,
            audience: settings.audience,
            algorithms,
            skew_seconds: settings.skew_seconds,
            ca_file: settings.ca_file,
            redirect,
        })
    }
}

fn algorithm(name: String) -> Result<Signed, Misconfigured> {
    match KNOWN.iter().find(|(known, _)| *known == name) {
        Some((_, signed)) => Ok(*signed),
        None => Err(Misconfigured::Algorithm { algorithm: name, known: KNOWN.map(|(known, _)| known).join(", ") }),
    }
}

fn safe(address: String) -> Result<String, Misconfigured> {
    match Url::parse(&address) {
        Ok(url) if is_safe(&url) => Ok(address),
        Ok(url) if matches!(url.scheme(), "http" | "https") => Err(Misconfigured::NotSecure { address }),
        Ok(_) | Err(_) => Err(Misconfigured::NotAnAddress { address }),
    }
}

/// Nobody can be between us and there: TLS, or this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        },
        _ => false,
    }
}
