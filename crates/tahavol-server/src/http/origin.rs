//! By which name this server is asked, and whose page asks: what keeps foreign pages from asking in a visitor's name.
//!
//! A page of somebody else's may let its own name point here (DNS rebinding); then browser and server hold it for ours. So a
//! server that knows its name is asked by no other, and one that only listens on this machine by none that could point elsewhere.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Uri};

use crate::config::{PageOrigin, Settings};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Under which names this server is known, and whose pages may ask.
#[derive(Debug, Clone)]
pub struct Names {
    /// The origin of `public_url`.
    public: Option<PageOrigin>,
    /// The host in it.
    host: Option<String>,
    /// Nobody but this machine is listened to.
    local: bool,
    tls: bool,
    foreign: Vec<PageOrigin>,
}

/// Whose page a request comes from, as far as its browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Ours,
    /// Of an origin that the configuration lets ask, with a token.
    Allowed,
    Foreign,
    /// No browser, or one that says nothing.
    Untold,
}

impl Names {
    #[must_use]
    pub fn new(settings: &Settings) -> Names {
        let public = settings.public_url.as_deref().and_then(PageOrigin::of);
        let host = public.as_ref().and_then(|origin| host_of(origin.as_str()));
        Names {
            public,
            host,
            local: settings.listen.ip().to_canonical().is_loopback(),
            tls: settings.tls.is_some(),
            foreign: settings.wire.cors_origins.clone(),
        }
    }

    /// Whether this server is asked by this name. Who names none is no browser.
    ///
    /// # Errors
    /// When the name is none, or there are several.
    pub fn takes(&self, uri: &Uri, headers: &HeaderMap) -> Result<bool, NoName> {
        let Some(asked) = asked(uri, headers)? else { return Ok(true) };
        let host = bare(asked.host());
        let here = host == "localhost" || host.ends_with(".localhost") || IpAddr::from_str(&host).is_ok();
        Ok(here || self.host.as_ref().map_or(!self.local, |public| *public == host))
    }

    /// Whose page sends this.
    #[must_use]
    pub fn page(&self, headers: &HeaderMap) -> Page {
        let Some(origin) = headers.get(ORIGIN) else {
            return match headers.get(SEC_FETCH_SITE).map(|value| value.as_bytes()) {
                None => Page::Untold,
                // `none`: a person typed the address, or followed a bookmark.
                Some(b"same-origin" | b"none") => Page::Ours,
                Some(_) => Page::Foreign,
            };
        };
        let Ok(origin) = origin.to_str() else { return Page::Foreign };
        if self.public.as_ref().is_some_and(|public| public.as_str() == origin) || self.is_where_it_is_asked(origin, headers) {
            return Page::Ours;
        }
        if self.allows(origin) { Page::Allowed } else { Page::Foreign }
    }

    /// Whether a foreign page of this origin may ask.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.foreign.iter().any(|allowed| allowed.as_str() == origin)
    }

    /// The page came from the same scheme, host and port as it now asks.
    fn is_where_it_is_asked(&self, origin: &str, headers: &HeaderMap) -> bool {
        let Some((scheme, rest)) = origin.split_once("://") else { return false };
        // Behind a proxy that speaks TLS, only the name tells; where the name is known, its scheme is.
        let scheme_fits = match (scheme, self.tls) {
            ("https", true) => true,
            ("http" | "https", false) => self.host.is_none() || host_of(origin) != self.host,
            (_, _) => false,
        };
        let default = if scheme == "https" { 443 } else { 80 };
        let port = |authority: &Authority| authority.port_u16().unwrap_or(default);
        let (Ok(page), Ok(Some(here))) = (rest.parse::<Authority>(), asked(&Uri::default(), headers)) else { return false };
        scheme_fits && bare(page.host()) == bare(here.host()) && port(&page) == port(&here)
    }
}

/// What names no server, or more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoName;

/// In the address of the request, where a proxy is asked so; else in `Host`.
fn asked(uri: &Uri, headers: &HeaderMap) -> Result<Option<Authority>, NoName> {
    let mut hosts = headers.get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        return Err(NoName);
    }
    let named = match (uri.authority(), first) {
        (Some(authority), _) => authority.clone(),
        (None, Some(host)) => Authority::try_from(host.as_bytes()).map_err(|_| NoName)?,
        (None, None) => return Ok(None),
    };
    // A name before the host is somebody's, and no server's.
    if named.as_str().contains('@') || named.host().is_empty() { Err(NoName) } else { Ok(Some(named)) }
}

fn host_of(origin: &str) -> Option<String> {
    let authority: Authority = origin.split_once("://")?.1.parse().ok()?;
    Some(bare(authority.host()))
}

/// In small letters, without the brackets of an address and the point at the end that a name may have.
fn bare(host: &str) -> String {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn names(public: Option<&str>, listen: &str) -> Names {
        let settings = Settings { public_url: public.map(str::to_owned), listen: listen.parse().unwrap(), ..Settings::default() };
        Names { foreign: vec![PageOrigin::of("https://reports.example").unwrap()], ..Names::new(&settings) }
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn takes(names: &Names, host: &str) -> bool {
        names.takes(&Uri::from_static("/"), &headers(&[(HOST, host)])) == Ok(true)
    }

    #[test]
    fn a_server_that_knows_its_name_is_asked_by_no_other() {
        let named = names(Some("https://tahavol.example"), "0.0.0.0:8080");
        for host in ["tahavol.example", "TAHAVOL.example.", "tahavol.example:443", "10.0.0.1:8080", "localhost:8080", "[::1]"] {
            assert!(takes(&named, host), "{host}");
        }
        for host in ["evil.example", "tahavol.example.evil.example", "evil.example@tahavol.example", "", "a b"] {
            assert!(!takes(&named, host), "{host}");
        }
    }

    #[test]
    fn a_server_of_this_machine_alone_is_asked_by_no_name_that_could_point_elsewhere() {
        let local = names(None, "127.0.0.1:8080");
        assert!(takes(&local, "localhost:8080") && takes(&local, "127.0.0.1:8080") && takes(&local, "tahavol.localhost"));
        assert!(!takes(&local, "evil.example:8080"));
        assert!(takes(&names(None, "0.0.0.0:8080"), "whatever.example"), "it does not know its name");
    }

    #[test]
    fn two_names_are_none() {
        let two = headers(&[(HOST, "localhost"), (HOST, "evil.example")]);
        assert_eq!(names(None, "127.0.0.1:1").takes(&Uri::from_static("/"), &two), Err(NoName));
        let whole = Uri::from_static("http://evil.example/graphql");
        assert_eq!(names(None, "127.0.0.1:1").takes(&whole, &headers(&[(HOST, "localhost")])), Ok(false));
    }

    #[test]
    fn a_page_is_ours_when_it_comes_from_where_it_asks() {
        let local = names(None, "127.0.0.1:8080");
        let page = |names: &Names, origin: &str, host: &str| names.page(&headers(&[(ORIGIN, origin), (HOST, host)]));
        assert_eq!(page(&local, "http://localhost:8080", "localhost:8080"), Page::Ours);
        for origin in
            ["http://localhost:8081", "http://evil.example", "null", "localhost:8080", "http://localhost", "file://localhost:8080"]
        {
            assert_eq!(page(&local, origin, "localhost:8080"), Page::Foreign, "{origin}");
        }
        assert_eq!(page(&local, "https://reports.example", "localhost:8080"), Page::Allowed);
        let named = names(Some("https://tahavol.example"), "0.0.0.0:8080");
        assert_eq!(page(&named, "https://tahavol.example", "tahavol.example"), Page::Ours);
        assert_eq!(page(&named, "https://tahavol.example", "10.0.0.1:8080"), Page::Ours, "the proxy asks by another name");
        assert_eq!(page(&named, "http://tahavol.example", "tahavol.example"), Page::Foreign, "anybody on the way may have made it");
        let tls = Names { tls: true, ..local };
        assert_eq!(page(&tls, "https://localhost:8080", "localhost:8080"), Page::Ours);
        assert_eq!(page(&tls, "http://localhost:8080", "localhost:8080"), Page::Foreign);
    }

    #[test]
    fn without_an_origin_the_browser_may_say_it_otherwise() {
        let local = names(None, "127.0.0.1:8080");
        let page = |site: &str| local.page(&headers(&[(SEC_FETCH_SITE, site)]));
        assert_eq!((page("same-origin"), page("none")), (Page::Ours, Page::Ours));
        assert_eq!((page("same-site"), page("cross-site"), page("?")), (Page::Foreign, Page::Foreign, Page::Foreign));
        assert_eq!(local.page(&HeaderMap::new()), Page::Untold);
    }
}
