//! What can be set about signing in: how long a session lasts, who needs a second factor, and how people reach this server.

use std::time::Duration;

use config::{Config, ConfigError, Value};
use serde::Deserialize;
use tahavol_domain::values::Office;

use super::Settings;
use crate::failure::{Failure, both};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentitySettings {
    /// A session that nobody used for so long ends. A part of a minute is written with a point.
    pub idle_minutes: f64,
    /// Every session ends after so long.
    pub hours: f64,
    /// Whoever holds such an office today signs in with a second factor, or does nothing.
    pub second_factor_for: Vec<OfficeKind>,
    /// The least characters of a password.
    pub password_length: usize,
}

/// An office whichever commission it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfficeKind {
    Council,
    Chair,
    Secretary,
    Member,
    Inspector,
    Reporter,
    Administrator,
    Auditor,
}

/// A year: whoever wants longer has mistaken the unit.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// The least that a password's least length can be.
const SHORTEST_PASSWORD: usize = 12;
const LONGEST_PASSWORD: usize = 64;

impl Default for IdentitySettings {
    fn default() -> Self {
        IdentitySettings { idle_minutes: 30.0, hours: 12.0, second_factor_for: Vec::new(), password_length: SHORTEST_PASSWORD }
    }
}

impl IdentitySettings {
    #[must_use]
    pub fn idle(&self) -> Duration {
        span(self.idle_minutes * 60.0).unwrap_or(LONGEST)
    }

    #[must_use]
    pub fn lifetime(&self) -> Duration {
        span(self.hours * 3_600.0).unwrap_or(LONGEST)
    }

    /// Whether somebody with these offices has to show a second factor.
    #[must_use]
    pub fn wants_second_factor(&self, offices: &[Office]) -> bool {
        offices.iter().filter_map(OfficeKind::of).any(|kind| self.second_factor_for.contains(&kind))
    }

    pub(super) fn check(&self) -> Result<(), Failure> {
        for (key, seconds) in [("identity.idle_minutes", self.idle_minutes * 60.0), ("identity.hours", self.hours * 3_600.0)] {
            if span(seconds).is_none() {
                return Err(Failure::usage(both("CONFIG_SPAN", &[("key", key.to_owned())])));
            }
        }
        if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&self.password_length) {
            let args = [("least", SHORTEST_PASSWORD.to_string()), ("most", LONGEST_PASSWORD.to_string())];
            return Err(Failure::usage(both("CONFIG_PASSWORD_LENGTH", &args)));
        }
        Ok(())
    }
}

/// More than nothing and at most a year.
fn span(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|span| !span.is_zero() && *span <= LONGEST)
}

impl OfficeKind {
    /// The founding is nobody's office.
    #[must_use]
    pub fn of(office: &Office) -> Option<OfficeKind> {
        match office {
            Office::Founding => None,
            Office::Council => Some(OfficeKind::Council),
            Office::Chair(_) => Some(OfficeKind::Chair),
            Office::Secretary(_) => Some(OfficeKind::Secretary),
            Office::Member(_) => Some(OfficeKind::Member),
            Office::Inspector => Some(OfficeKind::Inspector),
            Office::Reporter(_) => Some(OfficeKind::Reporter),
            Office::Administrator => Some(OfficeKind::Administrator),
            Office::Auditor => Some(OfficeKind::Auditor),
        }
    }
}

/// Tokens in the configuration were secrets in a file that others read, and nobody could take one back.
pub(super) fn refuse_tokens(whole: &Config) -> Result<(), Failure> {
    match whole.get::<Value>("tokens") {
        Err(ConfigError::NotFound(_)) => Ok(()),
        Ok(_) | Err(_) => Err(Failure::usage(both("CONFIG_TOKENS", &[]))),
    }
}

impl Settings {
    /// How people reach this server, without a slash at the end: what links, redirects and cookies go by.
    #[must_use]
    pub fn address(&self) -> String {
        self.public_url.as_ref().map_or_else(|| format!("{}://{}", self.scheme(), self.listen), |url| url.trim_end_matches('/').to_owned())
    }

    /// Whether browsers reach this server by TLS, its own or a proxy's.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.address().starts_with("https://")
    }

    pub(super) fn check_public_url(&self) -> Result<(), Failure> {
        let Some(text) = &self.public_url else { return Ok(()) };
        let plain = |url: &reqwest::Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        };
        match reqwest::Url::parse(text) {
            Ok(url) if plain(&url) => Ok(()),
            Ok(_) | Err(_) => Err(Failure::usage(both("CONFIG_PUBLIC_URL", &[]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_more_than_nothing_and_at_most_a_year() {
        for (minutes, fine) in [(30.0, true), (0.05, true), (0.0, false), (-1.0, false), (f64::NAN, false), (1e9, false)] {
            let settings = IdentitySettings { idle_minutes: minutes, ..IdentitySettings::default() };
            assert_eq!(settings.check().is_ok(), fine, "{minutes}");
        }
    }

    #[test]
    fn how_people_reach_the_server_is_an_address_without_a_path() {
        let settings = |url: &str| Settings { public_url: Some(url.to_owned()), ..Settings::default() };
        for fine in ["https://t.example", "https://t.example/", "http://10.0.0.1:8080"] {
            assert!(settings(fine).check_public_url().is_ok(), "{fine}");
        }
        for bad in ["t.example", "https://t.example/x", "ftp://t.example", "https://u:p@t.example", "https://t.example/?q", "https://"] {
            assert!(settings(bad).check_public_url().is_err(), "{bad}");
        }
        assert_eq!(settings("https://t.example/").address(), "https://t.example");
        assert_eq!(Settings::default().address(), "http://127.0.0.1:8080");
    }
}
