//! Whose request it is by its address: the other side's own, or the one that a trusted proxy names.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{Extensions, HeaderMap, HeaderName, header::FORWARDED};

use crate::config::{ProxyHeader, WireSettings, house};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection. Lies in the extensions of a request that came over one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Who asks, by address. Lies in every request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct From(pub IpAddr);

impl From {
    /// Where nothing is known, as without a connection, it is this machine.
    #[must_use]
    pub fn of(extensions: &Extensions) -> From {
        extensions.get::<From>().copied().unwrap_or(From(IpAddr::V4(Ipv4Addr::LOCALHOST)))
    }
}

/// The nearest one that is no trusted proxy. Whatever stands farther away was written by somebody whom nobody vouches for.
pub(super) fn client(extensions: &Extensions, headers: &HeaderMap, wire: &WireSettings) -> From {
    let Some(Peer(peer)) = extensions.get::<Peer>() else { return From::of(extensions) };
    let peer = peer.ip().to_canonical();
    if !wire.trusts(peer) {
        return From(peer);
    }
    let mut nearest = peer;
    for told in told(headers, wire.proxy_header).into_iter().rev() {
        // What cannot be read vouches for nothing behind it.
        let Some(address) = told else { break };
        nearest = address;
        if !wire.trusts(address) {
            break;
        }
    }
    From(nearest)
}

/// What proxies wrote, the nearest last.
fn told(headers: &HeaderMap, header: ProxyHeader) -> Vec<Option<IpAddr>> {
    let parts = |name: &HeaderName| -> Vec<String> {
        let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
        lines.flat_map(|line| line.split(',')).map(|part| part.trim().to_owned()).collect()
    };
    match header {
        ProxyHeader::XForwardedFor => parts(&X_FORWARDED_FOR).iter().map(|text| address(text)).collect(),
        ProxyHeader::Forwarded => parts(&FORWARDED).iter().map(|element| forwarded_for(element).and_then(address)).collect(),
    }
}

/// The value of `for` in `for="[2001:db8::1]:443";proto=https`.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| value.trim_matches('"'))
    })
}

/// With or without a port, with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// How many connections each address has open.
#[derive(Debug, Clone, Default)]
pub(super) struct Guests(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Guest {
    house: IpAddr,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Guests {
    /// None when the address has enough already.
    pub(super) fn admit(&self, address: IpAddr, most: usize) -> Option<Guest> {
        let house = house(address);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(house).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Guest { house, open: Arc::clone(&self.0) })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.house) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.house);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, headers: &[(HeaderName, &str)]) -> String {
        by("x-forwarded-for", peer, headers)
    }

    fn by(header: &str, peer: &str, headers: &[(HeaderName, &str)]) -> String {
        let toml = format!("trusted_proxies = [\"10.0.0.0/8\"]\nproxy_header = \"{header}\"");
        let wire: WireSettings = toml::from_str(&toml).unwrap();
        let mut extensions = Extensions::new();
        extensions.insert(Peer(SocketAddr::new(peer.parse().unwrap(), 1)));
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        client(&extensions, &headers, &wire).0.to_string()
    }

    #[test]
    fn a_stranger_cannot_say_that_it_is_another() {
        assert_eq!(of("192.0.2.1", &[(X_FORWARDED_FOR, "198.51.100.1")]), "192.0.2.1");
        assert_eq!(of("192.0.2.1", &[(FORWARDED, "for=198.51.100.1")]), "192.0.2.1");
    }

    #[test]
    fn the_nearest_that_is_no_proxy_of_ours_is_who_asks() {
        for (told, who) in [
            ("198.51.100.1", "198.51.100.1"),
            ("203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("198.51.100.1:4711", "198.51.100.1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(of("10.0.0.1", &[(X_FORWARDED_FOR, told)]), who, "{told}");
        }
    }

    #[test]
    fn only_the_header_that_the_proxy_writes_is_read() {
        let standard = "for=203.0.113.9;proto=http, For=\"[2001:db8::1]:443\";by=x";
        let both = [(FORWARDED, standard), (X_FORWARDED_FOR, "198.51.100.1")];
        assert_eq!(by("forwarded", "10.0.0.1", &both), "2001:db8::1");
        assert_eq!(of("10.0.0.1", &both), "198.51.100.1");
        assert_eq!(by("forwarded", "10.0.0.1", &both[1..]), "10.0.0.1");
        assert_eq!(by("forwarded", "10.0.0.1", &[(FORWARDED, "for=_hidden")]), "10.0.0.1");
    }

    #[test]
    fn an_address_has_only_so_many_places() {
        let (guests, address) = (Guests::default(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        let first = guests.admit(address, 1).unwrap();
        assert!(guests.admit(address, 1).is_none());
        assert!(guests.admit("::1".parse().unwrap(), 1).is_some());
        drop(first);
        assert!(guests.admit(address, 1).is_some());
        assert!(guests.0.lock().unwrap().is_empty());
    }
}
