//! Who is at the other end: the address behind trusted proxies, the site that a browser's request comes from, and
//! whether the request names this server.

use crate::config::Config;
use axum::http::{HeaderMap, Uri, header, uri::Authority};
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
fn forwarded(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
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

/// Headers by which proxies say that they pass a request on.
const PROXY_HEADERS: [&str; 8] = [
    "forwarded",
    "via",
    "x-forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];

/// The host that a request names, with its port.
fn named_host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    uri.authority().map(|authority| authority.as_str()).or(named)
}

/// Whether a request comes from this machine and means it: a proxy on it passes on what names another host, or says so.
pub fn is_local(peer: IpAddr, uri: &Uri, headers: &HeaderMap) -> bool {
    let named = named_host(uri, headers).and_then(|host| host.parse::<Authority>().ok());
    let here = named.is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        name.eq_ignore_ascii_case("localhost")
            || name.parse::<IpAddr>().is_ok_and(|address| plain(address).is_loopback())
    });
    here && plain(peer).is_loopback() && !PROXY_HEADERS.iter().any(|name| headers.contains_key(*name))
}

impl Client {
    pub fn new(config: &Config) -> Client {
        let (scheme, authority) = config.base_url.split_once("://").unwrap_or(("http", &config.base_url));
        let port = config.listen.rsplit_once(':').map_or("80", |(_, port)| port);
        let mut hosts: Vec<String> =
            ["localhost", "127.0.0.1", "[::1]"].iter().map(|host| format!("{host}:{port}")).collect();
        if port == "80" {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        hosts.push(authority.to_owned());
        let bare = authority.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':');
        if bare.is_none() {
            // Browsers leave the usual port out, others may name it.
            hosts.push(format!("{authority}:{}", if scheme == "https" { 443 } else { 80 }));
        }
        let local = ["localhost", "127.0.0.1", "[::1]"].contains(&bare.unwrap_or(authority));
        Client {
            trusted: config.trusted_proxies.clone(),
            hosts,
            origin: config.base_url.clone(),
            cookies_safe: scheme == "https" || local,
        }
    }

    pub fn is_trusted(&self, address: IpAddr) -> bool {
        let address = plain(address);
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// The sender's address: the peer's own unless the peer is a trusted proxy; then the rightmost forwarded one that
    /// is none.
    pub fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = plain(peer);
        // Bytes, since what a client wrote that is no text must not hide what a proxy wrote behind it.
        let lists = headers.get_all("x-forwarded-for").iter().rev();
        for entry in lists.flat_map(|list| list.as_bytes().rsplit(|byte| *byte == b',')).take(FORWARDED_MAX) {
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
        named_host(uri, headers).is_some_and(|host| self.hosts.contains(&host.to_lowercase()))
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
        for (list, seen) in [
            (&b"\xc3\xa9, 203.0.113.9"[..], "203.0.113.9"),
            (b"\xff, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            (b"203.0.113.9, \xe9", "10.0.0.1"),
        ] {
            let list = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), list.try_into().unwrap())]);
            assert_eq!(trusting.address(peer, &list).to_string(), seen, "{list:?}");
        }
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert!(trusting.is_trusted(mapped) && trusting.is_trusted(peer) && !none.is_trusted(peer));
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
    fn the_usual_port_may_be_named_or_left_out() {
        for (base_url, port) in
            [("https://stats.example", 443), ("https://stats.example:443/", 443), ("http://stats.example:80", 80)]
        {
            let client = client("", base_url);
            let known = |host: &str| client.host_known(&Uri::from_static("/"), &headers(&[("host", host)]));
            assert!(known("stats.example") && known(&format!("stats.example:{port}")), "{base_url}");
            assert!(!known("stats.example:8443"), "{base_url}");
            let origin = base_url.trim_end_matches(['/', ':', '4', '3', '8', '0']);
            assert!(client.same_origin(&headers(&[("origin", origin)])), "{base_url}");
        }
        let other = client("", "https://stats.example:8443");
        let known = |host: &str| other.host_known(&Uri::from_static("/"), &headers(&[("host", host)]));
        assert!(known("stats.example:8443") && !known("stats.example"));
    }

    #[test]
    fn this_machine_is_told_from_a_proxy_on_it() {
        let local = |peer: &str, pairs: &[(&'static str, &str)]| {
            is_local(peer.parse().unwrap(), &Uri::from_static("/metrics"), &headers(pairs))
        };
        for peer in ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"] {
            for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "127.8.8.8", "[::1]:8080", "[::1]"] {
                assert!(local(peer, &[("host", host)]), "{peer} {host}");
            }
            for host in ["stats.example", "localhost.example", "10.0.0.1:8080", "", "[::2]", "127.0.0.1.example"] {
                assert!(!local(peer, &[("host", host)]), "{peer} {host}");
            }
            for name in PROXY_HEADERS {
                assert!(!local(peer, &[("host", "localhost"), (name, "x")]), "{peer} {name}");
            }
            assert!(!local(peer, &[]), "{peer}");
        }
        assert!(!local("10.0.0.1", &[("host", "localhost")]) && !local("::ffff:10.0.0.1", &[("host", "localhost")]));
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
