//! A cluster's connection string: its nodes, its TLS, and who we are to it. Says what is wrong with it, never the password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use kurrentdb::ClientSettings;
use toml::{Table, Value};

use crate::address_error::AddressError;

const SCHEMES: &[&str] = &["kurrentdb", "esdb", "kurrent", "kdb"];
const PORT: u16 = 2113;
/// The client sleeps this long before every first connection, too, so its own 500 ms would be felt.
const DISCOVERY_INTERVAL_MS: u64 = 100;
/// How long the client waits for one node's gossip or features. A frozen node must not use up the whole time of a call.
const GOSSIP_TIMEOUT_MS: u64 = 1_500;
const DISCOVERY_ATTEMPTS: u64 = 3;
/// A frozen connection is noticed within two of these; the client passes over anything shorter.
const KEEP_ALIVE_MS: u64 = 10_000;
/// How a driver keeps numbers that the client reads as signed ones; nothing here comes near it.
const LONGEST_MS: u64 = 86_400_000;

/// A parsed `kurrentdb://user:password@host:port,…?tls=…&tlsCAFile=…`. Displayed and debugged without the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    scheme: String,
    /// The one host is a name behind which the nodes stand: its gossip tells them.
    discover: bool,
    hosts: Vec<Host>,
    credentials: Option<Credentials>,
    tls: bool,
    ca_file: Option<PathBuf>,
    client_certificate: Option<ClientCertificate>,
    connection_name: String,
    discovery_attempts: u64,
    discovery_interval_ms: u64,
    gossip_timeout_ms: u64,
    keep_alive_interval_ms: u64,
    keep_alive_timeout_ms: u64,
}

/// A node as it is addressed. An IPv6 address stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub name: String,
    pub port: u16,
}

/// Who we are to the cluster, percent-decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

/// A certificate of ours and its key, both PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Address {
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// Whether the nodes are to be asked who leads: several are named, or one name stands for all. A single node is taken as
    /// it is named, since what it calls itself need not be reachable from here.
    pub(crate) fn has_gossip(&self) -> bool {
        self.discover || self.hosts.len() > 1
    }

    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The PEM file with the authorities that the nodes' certificates are checked against; `None`: the system's.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    pub fn client_certificate(&self) -> Option<&ClientCertificate> {
        self.client_certificate.as_ref()
    }

    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// One node of it by itself: taken as it is named, or asked who leads.
    pub(crate) fn alone(&self, host: &Host, ask: bool) -> Address {
        Address { hosts: vec![host.clone()], discover: ask, ..self.clone() }
    }

    /// Settings of the official client: the leader preferred, credentials decoded. `only`: this node and no discovery.
    ///
    /// They are put together as data because the client does not decode what it takes from a connection string, and has
    /// no other way of being told the user under which it asks for gossip.
    pub(crate) fn settings(&self, only: Option<&Host>) -> Result<ClientSettings, AddressError> {
        let hosts = only.map_or_else(|| self.hosts.clone(), |host| vec![host.clone()]);
        let mut table = Table::new();
        let mut put = |key: &str, value: Value| drop(table.insert(key.to_owned(), value));
        put("dns_discover", Value::Boolean(self.discover && only.is_none()));
        put("hosts", Value::Array(hosts.iter().map(host_value).collect()));
        put("max_discover_attempts", number(self.discovery_attempts));
        put("discovery_interval", number(self.discovery_interval_ms));
        put("gossip_timeout", number(self.gossip_timeout_ms));
        put("keep_alive_interval", number(self.keep_alive_interval_ms));
        put("keep_alive_timeout", number(self.keep_alive_timeout_ms));
        put("preference", Value::String("Leader".to_owned()));
        put("secure", Value::Boolean(self.tls));
        put("tls_verify_cert", Value::Boolean(true));
        put("connection_name", Value::String(self.connection_name.clone()));
        if let Some(Credentials { user, password }) = &self.credentials {
            let both = [("login", user), ("password", password)].map(|(key, value)| (key.to_owned(), Value::String(value.clone())));
            put("default_user_name", Value::Table(both.into_iter().collect()));
        }
        if let Some(file) = &self.ca_file {
            put("tls_ca_file", path_value(file));
        }
        if let Some(ClientCertificate { certificate, key }) = &self.client_certificate {
            put("user_cert_file", path_value(certificate));
            put("user_key_file", path_value(key));
        }
        table.try_into().map_err(|error| AddressError::Client { what: error.to_string() })
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(AddressError::NoScheme);
        };
        let scheme = scheme.to_ascii_lowercase();
        let (plain, discover) = scheme.strip_suffix("+discover").map_or((scheme.as_str(), false), |plain| (plain, true));
        if !SCHEMES.contains(&plain) {
            return Err(AddressError::Scheme { scheme });
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        // The last one, because a password that somebody did not encode may hold another.
        let (user, place) = place.rsplit_once('@').map_or((None, place), |(user, place)| (Some(user), place));
        let (hosts, path) = place.split_once('/').unwrap_or((place, ""));
        if !path.is_empty() {
            return Err(AddressError::Path { path: path.to_owned() });
        }
        let hosts = hosts.split(',').map(host).collect::<Result<Vec<_>, _>>()?;
        if discover && hosts.len() > 1 {
            return Err(AddressError::DiscoverSeveral);
        }
        let mut address = Address {
            scheme: plain.to_owned(),
            discover,
            hosts,
            credentials: user.map(credentials).transpose()?,
            tls: true,
            ca_file: None,
            client_certificate: None,
            connection_name: "tahavol".to_owned(),
            discovery_attempts: DISCOVERY_ATTEMPTS,
            discovery_interval_ms: DISCOVERY_INTERVAL_MS,
            gossip_timeout_ms: GOSSIP_TIMEOUT_MS,
            keep_alive_interval_ms: KEEP_ALIVE_MS,
            keep_alive_timeout_ms: KEEP_ALIVE_MS,
        };
        address.take_parameters(query)?;
        Ok(address)
    }
}

impl Address {
    fn take_parameters(&mut self, query: &str) -> Result<(), AddressError> {
        let (mut certificate, mut key) = (None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(Some(name), value)?;
            match name.to_ascii_lowercase().as_str() {
                "tls" => self.tls = truth(name, &value)?,
                "tlsverifycert" => {
                    if !truth(name, &value)? {
                        return Err(AddressError::Unverified);
                    }
                }
                "tlscafile" => self.ca_file = Some(file(name, &value)?),
                "usercertfile" => certificate = Some(file(name, &value)?),
                "userkeyfile" => key = Some(file(name, &value)?),
                "connectionname" => self.connection_name = value,
                "maxdiscoverattempts" => self.discovery_attempts = count(name, &value)?.max(2),
                "discoveryinterval" => self.discovery_interval_ms = count(name, &value)?,
                "gossiptimeout" => self.gossip_timeout_ms = count(name, &value)?.max(1),
                "keepaliveinterval" => self.keep_alive_interval_ms = count(name, &value)?.max(1),
                "keepalivetimeout" => self.keep_alive_timeout_ms = count(name, &value)?.max(1),
                // Appends and the reads beside them go to the leader whatever is asked for, and every call has a limit of
                // our own; both are no reason to refuse a string that other programs share.
                "nodepreference" | "defaultdeadline" => {}
                _ if name.contains('@') => return Err(AddressError::QuestionMark),
                _ => return Err(AddressError::Parameter { name: name.to_owned() }),
            }
        }
        self.client_certificate = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
            (Some(_), None) | (None, Some(_)) => return Err(AddressError::HalfCertificate),
        };
        if !self.tls && (self.ca_file.is_some() || self.client_certificate.is_some()) {
            return Err(AddressError::CertificateWithoutTls);
        }
        Ok(())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}://", self.scheme, if self.discover { "+discover" } else { "" })?;
        if let Some(Credentials { user, .. }) = &self.credentials {
            write!(f, "{user}:***@")?;
        }
        for (index, host) in self.hosts.iter().enumerate() {
            write!(f, "{}{host}", if index == 0 { "" } else { "," })?;
        }
        write!(f, "?tls={}", self.tls)?;
        if let Some(file) = &self.ca_file {
            write!(f, "&tlsCAFile={}", file.display())?;
        }
        if let Some(ClientCertificate { certificate, key }) = &self.client_certificate {
            write!(f, "&userCertFile={}&userKeyFile={}", certificate.display(), key.display())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}:***)", self.user)
    }
}

fn host(text: &str) -> Result<Host, AddressError> {
    // An IPv6 address has colons of its own, inside its brackets.
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        Some(_) | None => (text, None),
    };
    if name.is_empty() {
        return Err(AddressError::NoHost);
    }
    if name.contains(':') && !(name.starts_with('[') && name.ends_with(']')) {
        return Err(AddressError::Brackets);
    }
    if name.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}%#".contains(c)) {
        return Err(AddressError::HostName { host: name.to_owned() });
    }
    match port.map(str::parse::<u16>) {
        None => Ok(Host { name: name.to_owned(), port: PORT }),
        Some(Ok(port)) if port > 0 => Ok(Host { name: name.to_owned(), port }),
        Some(_) => Err(AddressError::Port { host: name.to_owned() }),
    }
}

fn credentials(text: &str) -> Result<Credentials, AddressError> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    let user = decoded(None, user)?;
    if user.is_empty() || user.contains(':') {
        return Err(AddressError::User);
    }
    Ok(Credentials { user, password: decoded(None, password)? })
}

/// Without its `%41`s, of a parameter or of who we are; the error never repeats the text, which may be a password.
fn decoded(parameter: Option<&str>, text: &str) -> Result<String, AddressError> {
    let named = || parameter.map(str::to_owned);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        match (digit(), digit()) {
            (Some(high), Some(low)) => bytes.extend(u8::try_from(high * 16 + low)),
            _ => return Err(named().map_or(AddressError::UserPercent, |name| AddressError::Percent { name })),
        }
    }
    String::from_utf8(bytes).map_err(|_| named().map_or(AddressError::UserEncoding, |name| AddressError::Encoding { name }))
}

fn truth(name: &str, value: &str) -> Result<bool, AddressError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(AddressError::Truth { name: name.to_owned() }),
    }
}

fn count(name: &str, value: &str) -> Result<u64, AddressError> {
    match value.parse::<u64>() {
        Ok(count) if count <= LONGEST_MS => Ok(count),
        Ok(_) | Err(_) => Err(AddressError::Number { name: name.to_owned() }),
    }
}

fn file(name: &str, value: &str) -> Result<PathBuf, AddressError> {
    if value.is_empty() { Err(AddressError::NoFile { name: name.to_owned() }) } else { Ok(PathBuf::from(value)) }
}

fn host_value(host: &Host) -> Value {
    let mut table = Table::new();
    table.insert("host".to_owned(), Value::String(host.name.clone()));
    table.insert("port".to_owned(), Value::Integer(i64::from(host.port)));
    Value::Table(table)
}

fn number(value: u64) -> Value {
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn path_value(path: &Path) -> Value {
    Value::String(path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Address {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> String {
        text.parse::<Address>().expect_err(text).to_string()
    }

    #[test]
    fn an_address_gives_the_settings_that_the_client_reads_from_the_same_string() {
        for text in [
            "kurrentdb://admin:changeit@h1:2113,h2:2114,h3?tls=true&connectionName=x&gossipTimeout=700&maxDiscoverAttempts=5&discoveryInterval=60",
            "esdb://one?tls=false&connectionName=x&gossipTimeout=700&maxDiscoverAttempts=5&discoveryInterval=60",
            "kurrentdb+discover://all.example:2113?tlsCAFile=ca.pem&userCertFile=c.pem&userKeyFile=k.pem&connectionName=x&gossipTimeout=700\
             &maxDiscoverAttempts=5&discoveryInterval=60&keepAliveInterval=12000&keepAliveTimeout=15000",
        ] {
            let theirs: ClientSettings = text.parse().expect("the client reads it");
            assert_eq!(parsed(text).settings(None), Ok(theirs), "{text}");
        }
    }

    #[test]
    fn a_user_and_a_password_are_decoded() {
        let address = parsed("kurrentdb://Ali%20Reza:p%40ss%2Fw%C3%B6rd%25@h?tls=false");
        let decoded = Credentials { user: "Ali Reza".to_owned(), password: "p@ss/wörd%".to_owned() };
        assert_eq!(address.credentials(), Some(&decoded));
        let settings = address.settings(None).expect("settings");
        let theirs = kurrentdb::Credentials::new(decoded.user, decoded.password);
        assert_eq!(settings.default_authenticated_user(), &Some(theirs));
    }

    #[test]
    fn a_host_may_be_an_address_of_either_kind() {
        let hosts =
            parsed("kurrentdb://10.0.0.1,[::1]:2114,[2001:db8::2]?tls=false").hosts().iter().map(Host::to_string).collect::<Vec<_>>();
        assert_eq!(hosts, ["10.0.0.1:2113", "[::1]:2114", "[2001:db8::2]:2113"]);
    }

    #[test]
    fn one_node_alone_is_not_asked_for_others() {
        let address = parsed("kurrentdb+discover://all?tls=false");
        let only = Host { name: "h2".to_owned(), port: 7 };
        let settings = address.settings(Some(&only)).expect("settings");
        assert!(!settings.is_dns_discovery_enabled());
        assert_eq!(settings.hosts().len(), 1);
        assert_eq!(settings.hosts()[0].host, "h2");
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said() {
        for (text, what) in [
            ("h1:2113", "begins with kurrentdb://"),
            ("http://h1", "is no address of KurrentDB"),
            ("kurrentdb://", "names no host"),
            ("kurrentdb://h1,,h2", "names no host"),
            ("kurrentdb://h1:99999", "is no number from 1 to 65535"),
            ("kurrentdb://::1", "stands in brackets"),
            ("kurrentdb://a b", "is no name of a host"),
            ("kurrentdb://h1/db", "the path /db"),
            ("kurrentdb+discover://h1,h2", "takes one name"),
            ("kurrentdb://u:100%@h1", "a % in the user name or the password"),
            ("kurrentdb://u:1?2@h1", "is written %3F"),
            ("kurrentdb://h1?tlsCAFile=%zz", "a % in tlsCAFile"),
            ("kurrentdb://:p@h1", "the user name is empty"),
            ("kurrentdb://h1?tls=yes", "true or false"),
            ("kurrentdb://h1?tlsVerifyCert=false", "name the authority with tlsCAFile"),
            ("kurrentdb://h1?tlsCAFile=", "names no file"),
            ("kurrentdb://h1?tls=false&tlsCAFile=ca.pem", "contradict each other"),
            ("kurrentdb://h1?userCertFile=c.pem", "given together"),
            ("kurrentdb://h1?keepAliveInterval=-1", "is a number from 0"),
            ("kurrentdb://h1?colour=red", "unknown parameter colour"),
        ] {
            let said = refused(text);
            assert!(said.contains(what), "{text}: {said}");
        }
    }

    #[test]
    fn the_password_is_never_shown() {
        let text = "kurrentdb://reader:s3cret@h1,h2?tls=false";
        let address = parsed(text);
        assert_eq!(address.to_string(), "kurrentdb://reader:***@h1:2113,h2:2113?tls=false");
        for shown in [format!("{address:?}"), format!("{:?}", address.credentials()), refused(&format!("{text}&colour=red"))] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        for text in ["kurrentdb://u:1?s3cret@h", "kurrentdb://u:s3cret:2113", "kurrentdb://u:s3cret", "kurrentdb://u:s3cret%@h"] {
            assert!(!refused(text).contains("s3cret"), "{text}");
        }
    }
}
