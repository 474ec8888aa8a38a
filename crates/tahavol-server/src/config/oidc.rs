//! `[oidc]`: the organisation's identity provider, and what of its tokens says who somebody is.

use std::collections::HashMap;
use std::path::PathBuf;

use config::Config;
use serde::Deserialize;
use tahavol_identity::Secret;
use tahavol_identity::provider::{Misconfigured, Provider, ProviderSettings};

use super::Settings;
use crate::failure::{Failure, both};

/// Where the provider sends people back to, after `public_url`.
pub const CALLBACK: &str = "/sign-in/provider/callback";

const SECRET_VARIABLE: &str = "TAHAVOL_OIDC__CLIENT_SECRET";

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// `https://…`, letter by letter as the provider calls itself.
    pub issuer: String,
    pub client_id: String,
    /// A file with the client's secret alone. In its place, the variable `TAHAVOL_OIDC__CLIENT_SECRET`; without either we are a
    /// public client.
    pub client_secret_file: Option<PathBuf>,
    /// Of the environment alone.
    #[serde(skip)]
    client_secret: Option<Secret>,
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that is a person's id here.
    #[serde(default = "actor_claim")]
    pub actor_claim: String,
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// What `amr` or `acr` says of somebody who showed a second factor.
    #[serde(default = "second_factor")]
    pub second_factor: Vec<String>,
    /// Whom bearer tokens must be meant for. Without it none is taken.
    pub audience: Option<String>,
    #[serde(default = "algorithms")]
    pub algorithms: Vec<String>,
    /// How far the provider's clock may be from ours.
    #[serde(default = "skew_seconds")]
    pub skew_seconds: u32,
    /// Certificates (PEM) by which the provider's own is trusted, beside the system's.
    pub ca_file: Option<PathBuf>,
}

fn scopes() -> Vec<String> {
    vec!["openid".to_owned(), "profile".to_owned()]
}

fn actor_claim() -> String {
    "preferred_username".to_owned()
}

fn name_claim() -> String {
    "name".to_owned()
}

fn second_factor() -> Vec<String> {
    vec!["mfa".to_owned(), "otp".to_owned(), "hwk".to_owned()]
}

fn algorithms() -> Vec<String> {
    vec!["RS256".to_owned(), "ES256".to_owned(), "EdDSA".to_owned()]
}

fn skew_seconds() -> u32 {
    60
}

/// Takes the client's secret out of the environment, before anything there is read as a number or quoted in an error.
pub(super) fn take_secret(environment: &mut HashMap<String, String>) -> Option<Secret> {
    let key = environment.keys().find(|key| key.eq_ignore_ascii_case(SECRET_VARIABLE)).cloned()?;
    environment.remove(&key).filter(|secret| !secret.is_empty()).map(Secret::new)
}

/// A configuration file is read by more people, and copied to more places, than a secret should be.
///
/// # Errors
/// When the file says it.
pub(super) fn refuse_secret_in_file(file: &Config) -> Result<(), Failure> {
    match file.get::<config::Value>("oidc.client_secret") {
        Ok(_) => Err(Failure::usage(both("CONFIG_OIDC_SECRET", &[("variable", SECRET_VARIABLE.to_owned())]))),
        Err(_) => Ok(()),
    }
}

impl OidcSettings {
    pub(super) fn with_secret(mut self, secret: Option<Secret>) -> OidcSettings {
        self.client_secret = secret;
        self
    }

    fn secret(&self) -> Result<Option<Secret>, Failure> {
        match (&self.client_secret, &self.client_secret_file) {
            (Some(_), Some(_)) => Err(Failure::usage(both("CONFIG_OIDC_SECRETS", &[("variable", SECRET_VARIABLE.to_owned())]))),
            (secret, None) => Ok(secret.clone()),
            (None, Some(path)) => {
                let cannot = |error| Failure::io(&format!("read {}", path.display()), &error);
                Ok(Some(Secret::new(std::fs::read_to_string(path).map_err(cannot)?.trim_end_matches(['\r', '\n']))))
            }
        }
    }
}

impl Settings {
    /// The identity provider, where there is one.
    ///
    /// # Errors
    /// Where it is configured in a way that cannot be meant so or would not be safe, or a file of it cannot be read.
    pub fn provider(&self) -> Result<Option<Provider>, Failure> {
        let Some(oidc) = &self.oidc else { return Ok(None) };
        let settings = ProviderSettings {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: oidc.secret()?,
            scopes: oidc.scopes.clone(),
            actor_claim: oidc.actor_claim.clone(),
            name_claim: oidc.name_claim.clone(),
            second_factor: oidc.second_factor.clone(),
            audience: oidc.audience.clone(),
            algorithms: oidc.algorithms.clone(),
            skew_seconds: oidc.skew_seconds,
            ca_file: oidc.ca_file.clone(),
            redirect: format!("{}{CALLBACK}", self.address()),
        };
        Provider::try_new(settings).map(Some).map_err(Failure::from)
    }
}

impl From<Misconfigured> for Failure {
    fn from(wrong: Misconfigured) -> Failure {
        Failure::usage(both(wrong.code(), &wrong.details()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0042";

    fn load(more: &str, environment: &[(&str, &str)]) -> Result<Settings, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tahavol.toml");
        std::fs::write(&path, format!("[oidc]\nissuer = \"https://login.example\"\nclient_id = \"tahavol\"\n{more}\n")).unwrap();
        Settings::load(Some(&path), environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn refused(more: &str) -> String {
        load(more, &[]).and_then(|settings| settings.provider()).err().expect("refused").text
    }

    #[test]
    fn the_clients_secret_comes_from_the_environment_as_it_is_written_there() {
        let settings = load("", &[(SECRET_VARIABLE, SECRET)]).unwrap();
        assert_eq!(settings.oidc.as_ref().unwrap().secret().unwrap().unwrap().expose(), SECRET);
        assert!(settings.provider().unwrap().is_some());
        assert!(!format!("{settings:?}").contains(SECRET));
    }

    #[test]
    fn or_from_a_file_without_its_line_end() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        std::fs::write(&file, "of the file\n").unwrap();
        let more = format!("client_secret_file = \"{}\"", file.display());
        let of_file = load(&more, &[]).unwrap();
        assert_eq!(of_file.oidc.unwrap().secret().unwrap().unwrap().expose(), "of the file");
        assert!(load(&more, &[(SECRET_VARIABLE, SECRET)]).unwrap().provider().is_err(), "which of the two is meant, nobody can say");
    }

    #[test]
    fn but_not_from_the_configuration() {
        let told = refused("client_secret = \"of the configuration\"");
        assert!(told.contains(SECRET_VARIABLE) && !told.contains("of the configuration"), "{told}");
    }

    #[test]
    fn what_would_not_be_safe_is_refused_in_both_languages() {
        for (more, english) in [
            ("algorithms = [\"RS256\", \"HS256\"]", "HS256"),
            ("algorithms = [\"none\"]", "none"),
            ("algorithms = []", "algorithm"),
            ("skew_seconds = 301", "301"),
            ("actor_claim = \" \"", "actor_claim"),
            ("audience = \"\"", "audience"),
            ("ca_file = \"nowhere.pem\"", "nowhere.pem"),
        ] {
            let told = refused(more);
            assert!(told.contains(english) && told.lines().count() == 2, "{more}: {told}");
        }
    }

    #[test]
    fn a_provider_without_tls_is_on_this_machine() {
        let at = |issuer: &str| {
            let mut settings = load("", &[]).unwrap();
            settings.oidc.as_mut().unwrap().issuer = issuer.to_owned();
            settings.provider().map(|_| ())
        };
        for fine in ["https://login.example/realms/ministry", "http://127.0.0.1:8081", "http://[::1]:8081", "http://localhost/realms/x"] {
            assert_eq!(at(fine), Ok(()), "{fine}");
        }
        for bad in ["http://login.example", "http://10.0.0.1", "http://localhost.example", "ftp://127.0.0.1", "login.example", ""] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }
}
