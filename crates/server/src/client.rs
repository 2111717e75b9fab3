//! Who is at the other end: the address behind trusted proxies, the site that a browser's request comes from, and
//! whether the request names this server.

use crate::config::Config;
use axum::http::{HeaderMap, Uri, header};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// Forwarded addresses looked at, from the right; longer chains are hostile.
const FORWARDED_MAX: usize = 32;

/// What the configuration says about the other end.
pub struct Client {
    trusted: Vec<IpNet>,
    /// Hosts with ports under which this server may be asked for pages and data.
    hosts: Vec<String>,
    origin: String,
    /// Session cookies may only travel over TLS, or on this machine.
    pub cookies_safe: bool,
}

fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// One entry of a forwarded list: an address, perhaps with a port, brackets or a zone.
fn forwarded(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    if let Ok(address) = entry.parse::<IpAddr>() {
        return Some(plain(address));
    }
    if let Ok(socket) = entry.parse::<SocketAddr>() {
        return Some(plain(socket.ip()));
    }
    let inner = entry.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(entry, |(inner, _)| inner);
    let inner = inner.split_once('%').map_or(inner, |(address, _)| address);
    inner.parse().ok().map(plain)
}

impl Client {
    pub fn new(config: &Config) -> Client {
        let (scheme, rest) = config.base_url.split_once("://").unwrap_or(("http", &config.base_url));
        let authority = rest.split('/').next().unwrap_or(rest).to_lowercase();
        let port = config.listen.rsplit_once(':').map_or("80", |(_, port)| port);
        let mut hosts: Vec<String> =
            ["localhost", "127.0.0.1", "[::1]"].iter().map(|host| format!("{host}:{port}")).collect();
        hosts.push(authority.clone());
        let name = authority.rsplit_once(':').map_or(authority.as_str(), |(name, _)| name);
        let local = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
        Client {
            trusted: config.trusted_proxies.clone(),
            hosts,
            origin: format!("{scheme}://{authority}"),
            cookies_safe: scheme == "https" || local,
        }
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// The sender's address: the peer's own unless the peer is a trusted proxy; then the rightmost forwarded one that
    /// is none.
    pub fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = plain(peer);
        let lists = headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
        for entry in lists.flat_map(|list| list.rsplit(',')).take(FORWARDED_MAX) {
            if !self.is_trusted(address) {
                break;
            }
            match forwarded(entry) {
                Some(before) => address = before,
                None => break,
            }
        }
        address
    }

    /// Whether a request for pages or data names this server.
    pub fn host_known(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = uri.authority().map(|authority| authority.as_str()).or(named);
        host.is_some_and(|host| self.hosts.contains(&host.to_lowercase()))
    }

    /// Whether a browser sent this request from one of our own pages. Requests that say nothing of their origin come
    /// from no browser, and carry no session's cookie by themselves.
    pub fn same_origin(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match (text("sec-fetch-site"), text("origin")) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => {
                let origin = origin.to_lowercase();
                origin == self.origin || self.hosts.iter().any(|host| origin == format!("http://{host}"))
            }
            (None, None) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, base_url: &str) -> Client {
        let flags = [
            ("trusted_proxies", trusted.to_owned()),
            ("base_url", base_url.to_owned()),
            ("listen", "127.0.0.1:8080".to_owned()),
        ];
        Client::new(&Config::load(None, [], flags).unwrap())
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn promise_36_forwarded_addresses_count_only_from_trusted_proxies() {
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let none = client("", "https://stats.example");
        let chain = headers(&[("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2")]);
        assert_eq!(none.address(peer, &chain), peer);
        let trusting = client("10.0.0.0/8,::1", "https://stats.example");
        assert_eq!(trusting.address(peer, &chain).to_string(), "198.51.100.7");
        for (list, seen) in [
            ("garbage", "10.0.0.1"),
            ("203.0.113.9, garbage, 10.0.0.2", "10.0.0.2"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:1234", "203.0.113.9"),
        ] {
            assert_eq!(trusting.address(peer, &headers(&[("x-forwarded-for", list)])).to_string(), seen, "{list}");
        }
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(trusting.address(mapped, &headers(&[("x-forwarded-for", "192.0.2.1")])).to_string(), "192.0.2.1");
    }

    #[test]
    fn promise_35_unknown_hosts_are_refused() {
        let client = client("", "https://stats.example");
        let known = |host| client.host_known(&Uri::from_static("/"), &headers(&[("host", host)]));
        assert!(known("stats.example") && known("STATS.example") && known("127.0.0.1:8080"));
        assert!(!known("evil.example") && !known("stats.example.evil") && !known("127.0.0.1:9") && !known(""));
        assert!(!client.host_known(&Uri::from_static("/"), &HeaderMap::new()));
    }

    #[test]
    fn requests_of_other_origins_are_told_apart() {
        let client = client("", "https://stats.example");
        let same = |pairs: &[(&'static str, &str)]| client.same_origin(&headers(pairs));
        assert!(
            same(&[]) && same(&[("sec-fetch-site", "same-origin")]) && same(&[("origin", "https://stats.example")])
        );
        for site in ["cross-site", "same-site", "none"] {
            assert!(!same(&[("sec-fetch-site", site), ("origin", "https://stats.example")]), "{site}");
        }
        assert!(!same(&[("origin", "null")]) && !same(&[("origin", "https://evil.example")]));
    }

    #[test]
    fn cookies_travel_only_over_tls_or_on_this_machine() {
        assert!(client("", "https://stats.example").cookies_safe && client("", "http://127.0.0.1:8080").cookies_safe);
        assert!(!client("", "http://stats.example").cookies_safe && !client("", "http://10.0.0.1:8080").cookies_safe);
    }
}
