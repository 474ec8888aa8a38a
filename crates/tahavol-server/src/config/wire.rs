//! How connections are taken: TLS, how long a slow client is waited for, how much one caller may ask, whose pages may ask.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;

use super::Settings;
use crate::failure::{Failure, both};

/// The least that a connection's buffer can be.
const LEAST_HEADER_BYTES: usize = 8_192;

/// `[tls]`: without it, plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The server's certificate and what leads from it to a root, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM, readable by the service alone.
    pub key: PathBuf,
    /// How often the two files are looked at; a change is taken without a restart, and at SIGHUP at once.
    #[serde(default = "ten")]
    pub look_seconds: u64,
}

fn ten() -> u64 {
    10
}

/// The header in which proxies say for whom they ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    XForwardedFor,
    /// That of RFC 7239.
    Forwarded,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WireSettings {
    /// Foreign pages that may ask, with a token and never with a cookie; none by default.
    pub cors_origins: Vec<PageOrigin>,
    /// Who is believed when it says for whom it asks.
    pub trusted_proxies: Vec<Network>,
    /// Where these say it. The other one may be a client's own, which a proxy passes on as it is.
    pub proxy_header: ProxyHeader,
    /// Of one caller, in the long run; 0: no limit.
    pub requests_per_second: u32,
    /// Of one caller, at once.
    pub burst: u32,
    /// Open connections of one address, trusted proxies aside; 0: no limit.
    pub connections_per_address: usize,
    /// Of a request's line and headers together.
    pub header_bytes: usize,
    /// Headers are wholly there within this time, and a connection on which nothing is asked is closed after it.
    pub header_seconds: u64,
    /// Nothing of a body comes for so long: given up.
    pub body_seconds: u64,
    /// What a body brings on the average, once `body_seconds` have passed; 0: any.
    pub body_bytes_per_second: u64,
    /// Nothing of an answer is taken for so long: given up.
    pub write_seconds: u64,
    /// A TLS handshake takes at most so long.
    pub handshake_seconds: u64,
}

impl Default for WireSettings {
    fn default() -> Self {
        WireSettings {
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::XForwardedFor,
            requests_per_second: 100,
            burst: 400,
            connections_per_address: 256,
            header_bytes: 64 << 10,
            header_seconds: 15,
            body_seconds: 15,
            body_bytes_per_second: 1_024,
            write_seconds: 30,
            handshake_seconds: 10,
        }
    }
}

impl WireSettings {
    /// # Errors
    /// When a limit is none that a connection could live with.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let wrong =
            |key: &str, least: usize| Failure::usage(both("CONFIG_AT_LEAST", &[("key", key.to_owned()), ("least", least.to_string())]));
        if self.header_bytes < LEAST_HEADER_BYTES {
            return Err(wrong("wire.header_bytes", LEAST_HEADER_BYTES));
        }
        if self.requests_per_second > 0 && self.burst == 0 {
            return Err(wrong("wire.burst", 1));
        }
        let seconds = [
            ("wire.header_seconds", self.header_seconds),
            ("wire.body_seconds", self.body_seconds),
            ("wire.write_seconds", self.write_seconds),
            ("wire.handshake_seconds", self.handshake_seconds),
        ];
        seconds.into_iter().find(|(_, seconds)| *seconds == 0).map_or(Ok(()), |(key, _)| Err(wrong(key, 1)))
    }

    #[must_use]
    pub fn header_within(&self) -> Duration {
        Duration::from_secs(self.header_seconds)
    }

    #[must_use]
    pub fn body_within(&self) -> Duration {
        Duration::from_secs(self.body_seconds)
    }

    #[must_use]
    pub fn write_within(&self) -> Duration {
        Duration::from_secs(self.write_seconds)
    }

    #[must_use]
    pub fn handshake_within(&self) -> Duration {
        Duration::from_secs(self.handshake_seconds)
    }

    /// Whether this one is believed when it says for whom it asks.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|network| network.0.contains(&address))
    }
}

impl Settings {
    /// `https` where this process speaks TLS itself.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

/// A page's origin as browsers write it: scheme, host, and a port that is not the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PageOrigin(String);

impl PageOrigin {
    /// The origin of an address that has nothing but one.
    #[must_use]
    pub fn of(address: &str) -> Option<PageOrigin> {
        let url = reqwest::Url::parse(address).ok()?;
        let bare = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        (bare && nobody).then(|| PageOrigin(url.origin().ascii_serialization()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PageOrigin {
    type Error = NoOrigin;

    fn try_from(text: String) -> Result<Self, NoOrigin> {
        PageOrigin::of(&text).ok_or(NoOrigin)
    }
}

/// What is no origin. `*` is none either: whoever may ask is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOrigin;

impl fmt::Display for NoOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&both("CONFIG_CORS_ORIGIN", &[]))
    }
}

/// One address, or all that begin alike: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        let one = || IpAddr::from_str(&text).map(|address| IpNet::from(address.to_canonical()));
        IpNet::from_str(&text).or_else(|_| one()).map(Network).map_err(|_| NoNetwork)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoNetwork;

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&both("CONFIG_NETWORK", &[]))
    }
}

/// What counts as one address: a house gets 2⁶⁴ of the long ones.
#[must_use]
pub fn house(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        let of = |text: &str| PageOrigin::of(text).map(|origin| origin.0);
        assert_eq!(of("https://Reports.Example.ORG:443/").as_deref(), Some("https://reports.example.org"));
        assert_eq!(of("http://[::1]:8080").as_deref(), Some("http://[::1]:8080"));
        for bad in ["*", "null", "reports.example.org", "https://a.example/page", "file:///x", "https://u@a.example", "https://a.example?x"]
        {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_those_who_are_named_are_believed() {
        let networks = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].map(|text| Network::try_from(text.to_owned()).unwrap());
        let settings = WireSettings { trusted_proxies: networks.to_vec(), ..WireSettings::default() };
        for (address, trusted) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("fd00::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(settings.trusts(address.parse().unwrap()), trusted, "{address}");
        }
        for bad in ["", "10.0.0.0/33", "everybody", "10.0.0"] {
            assert!(Network::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_house_is_one_address() {
        let of = |text: &str| house(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn limits_that_no_connection_could_live_with_are_refused() {
        assert!(WireSettings::default().check().is_ok());
        for bad in [
            WireSettings { header_bytes: 100, ..WireSettings::default() },
            WireSettings { burst: 0, ..WireSettings::default() },
            WireSettings { write_seconds: 0, ..WireSettings::default() },
        ] {
            assert!(bad.check().is_err());
        }
        assert!(WireSettings { requests_per_second: 0, burst: 0, ..WireSettings::default() }.check().is_ok());
    }
}
