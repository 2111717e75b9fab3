//! Connections to addresses that somebody typed. They never reach inside, whatever the name resolves to.

use crate::network::Networks;
use makoto_catalog::{Control, Level, Setting};
use makoto_meta::{INNER_TARGETS_KEY, Snapshot};
use rustls_pki_types::CertificateDer;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs},
    time::Duration,
};
use ureq::{
    Agent,
    http::Uri,
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

/// Addresses inside that others in settings may lead to.
pub static INNER_TARGETS: Setting<Vec<String>> = Setting {
    key: INNER_TARGETS_KEY,
    level: Level::Instance,
    default: Vec::new,
    check: |entries| Outbound::read(entries).map(drop),
    title: "Addresses inside that the server may speak to",
    doc: "Mail servers, syslog, webhooks and everything else that is named in settings may not lie on this machine or in \
          a private network, unless it is listed here: as 10.1.2.3, 10.0.0.0/8, or 127.0.0.1:25 for one port alone.",
    control: Control::Lines,
    secret: false,
    security: true,
};

/// Whether an address is of this machine or of a network that only it can reach.
pub fn is_inner(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_inner_v4(v4),
        IpAddr::V6(v6) => is_inner_v6(v6),
    }
}

fn is_inner_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0 && c == 0)
}

/// Only 2000::/3 is given out to the world; parts of it, and of what translates to IPv4, lead elsewhere.
fn is_inner_v6(v6: Ipv6Addr) -> bool {
    let s = v6.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) hold the address that is meant.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_inner_v4(v4(high, low)),
        // Teredo and other protocols; documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, ..] => true,
        [first, ..] => !(0x2000..=0x3fff).contains(&first),
    }
}

/// Which addresses inside may be spoken to all the same.
#[derive(Clone, Debug, Default)]
pub struct Outbound {
    networks: Networks,
    places: Vec<SocketAddr>,
}

/// Why an address was not asked.
#[derive(Debug, thiserror::Error)]
#[error("{0} is inside; list it under SecurityCheckup.innerTargets if the server may speak to it")]
pub struct Refusal(IpAddr);

/// Whether a request failed since it would have gone inside.
pub fn was_refused(fault: &ureq::Error) -> bool {
    matches!(fault, ureq::Error::Other(cause) if cause.is::<Refusal>())
}

impl Outbound {
    /// # Errors
    /// Names the first entry that is no address, network, or address with a port.
    pub fn read<T: AsRef<str>>(entries: &[T]) -> Result<Outbound, String> {
        let (mut places, mut networks) = (Vec::new(), Vec::new());
        for entry in entries.iter().map(|entry| entry.as_ref().trim()) {
            match entry.parse::<SocketAddr>() {
                Ok(place) => places.push(place),
                Err(_) => networks.push(entry),
            }
        }
        Ok(Outbound { networks: Networks::read(&networks)?, places })
    }

    /// As the settings have it.
    ///
    /// # Errors
    /// When the setting cannot be read.
    pub fn of(snapshot: &Snapshot) -> Result<Outbound, String> {
        Outbound::read(&snapshot.setting(&INNER_TARGETS))
    }

    /// Refuses what leads inside and is not listed.
    fn judge(&self, found: &[SocketAddr]) -> Result<(), Refusal> {
        let listed = |at: &SocketAddr| self.networks.contain(Some(at.ip())) || self.places.contains(at);
        match found.iter().find(|at| is_inner(at.ip()) && !listed(at)) {
            Some(inside) => Err(Refusal(inside.ip())),
            None => Ok(()),
        }
    }

    /// The address behind a name, to which one connects without asking again.
    ///
    /// # Errors
    /// When the name has none, or one inside.
    pub fn resolve(&self, host: &str, port: u16) -> Result<SocketAddr, String> {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let found: Vec<SocketAddr> = (bare, port).to_socket_addrs().map_err(|fault| fault.to_string())?.collect();
        self.judge(&found).map_err(|refusal| refusal.to_string())?;
        found.first().copied().ok_or_else(|| format!("{host} has no address"))
    }

    /// The same of `host:port`.
    ///
    /// # Errors
    /// As `resolve`, and when there is no port.
    pub fn resolve_place(&self, place: &str) -> Result<SocketAddr, String> {
        let (host, port) = place.rsplit_once(':').ok_or("the address has no port")?;
        self.resolve(host, port.parse().map_err(|_| "the port is no number")?)
    }

    /// Speaks HTTP to what settings name, for at most this long a request.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn agent(&self, wait_max: Duration) -> Result<Agent, String> {
        let resolver = Guarded { outbound: self.clone(), inner: DefaultResolver::default() };
        Ok(Agent::with_parts(plain_config(wait_max, true)?, DefaultConnector::default(), resolver))
    }
}

/// Resolves names, and refuses what leads inside. It is asked for each connection, so a name cannot change between.
#[derive(Debug)]
struct Guarded {
    outbound: Outbound,
    inner: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        self.outbound.judge(&found).map_err(|refusal| ureq::Error::Other(refusal.into()))?;
        Ok(found)
    }
}

/// Follows nowhere, and trusts what the system trusts. A status from 400 on can count as an error.
///
/// # Errors
/// When the system's certificates cannot be read.
pub fn plain_config(wait_max: Duration, status_as_error: bool) -> Result<ureq::config::Config, String> {
    let roots: Vec<Certificate> = roots()?.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&roots)).build();
    let config = Agent::config_builder().timeout_global(Some(wait_max)).max_redirects(0).user_agent("makoto");
    // One that the environment names would be asked instead, and would lead wherever it likes.
    let config = config.http_status_as_error(status_as_error).proxy(None);
    Ok(config.tls_config(tls).build())
}

/// The authorities that the system trusts, as for mails.
///
/// # Errors
/// When there are none, or they cannot be read.
pub fn roots() -> Result<Vec<CertificateDer<'static>>, String> {
    let found = rustls_native_certs::load_native_certs();
    match (found.certs.is_empty(), found.errors.first()) {
        (false, _) => Ok(found.certs),
        (true, Some(fault)) => Err(format!("the system's certificates cannot be read: {fault}")),
        (true, None) => Err("the system trusts no certificates; install ca-certificates".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        net::TcpListener,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    /// Hosts by which addresses have reached inside elsewhere: every spelling of this machine, private and special
    /// networks, and what wraps an IPv4 address into another one.
    const VECTORS: &[&str] = &[
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "0",
        "0.0.0.0",
        "0x7f000001",
        "0x7f.1",
        "0x7f.0x0.0x0.0x1",
        "0177.0.0.1",
        "0177.1",
        "2130706433",
        "017700000001",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:0]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[2001:0:7f00:1::]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[100::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[::ffff:10.0.0.1]",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.0.1",
        "192.168.255.255",
        "169.254.169.254",
        "169.254.170.2",
        "0xa9fea9fe",
        "2852039166",
        "100.64.0.1",
        "100.127.255.254",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
    ];

    /// Counts who connects on this machine, by either kind of address.
    fn canary() -> (u16, Arc<AtomicUsize>) {
        let hits = Arc::new(AtomicUsize::new(0));
        let first = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = first.local_addr().unwrap().port();
        // Not every machine has IPv6.
        for listener in [Some(first), TcpListener::bind(("::1", port)).ok()].into_iter().flatten() {
            let hits = hits.clone();
            std::thread::spawn(move || {
                for _ in listener.incoming() {
                    hits.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        (port, hits)
    }

    #[test]
    fn promise_40_no_spelling_of_an_address_reaches_a_canary_inside() {
        assert!(VECTORS.len() >= 50);
        let (port, hits) = canary();
        let outbound = Outbound::default();
        let agent = outbound.agent(Duration::from_secs(5)).unwrap();
        for host in VECTORS {
            assert!(outbound.resolve(host, port).is_err(), "{host}");
            assert!(outbound.resolve_place(&format!("{host}:{port}")).is_err(), "{host}");
            for scheme in ["http", "https"] {
                assert!(agent.get(format!("{scheme}://{host}:{port}/")).call().is_err(), "{scheme}://{host}");
            }
        }
        assert_eq!(hits.load(Ordering::SeqCst), 0);
        // The canary sings where it is allowed, so that its silence says something.
        let listed = Outbound::read(&[format!("127.0.0.1:{port}")]).unwrap();
        assert!(
            listed.agent(Duration::from_millis(300)).unwrap().get(format!("http://0x7f.1:{port}/")).call().is_err()
        );
        assert_eq!(hits.load(Ordering::SeqCst), 1);
    }

    /// The environment of this process is everybody's, so that of a second one names the proxy.
    #[test]
    fn promise_40_no_proxy_of_the_environment_is_asked() {
        const PROXY: [(&str, &str); 3] =
            [("ALL_PROXY", "http://proxy.example"), ("HTTP_PROXY", "http://proxy.example"), ("CHILD", "outbound")];
        if std::env::var("CHILD").is_ok_and(|child| child == "outbound") {
            assert!(Agent::config_builder().build().proxy().is_some(), "it would be asked");
            assert!(plain_config(Duration::from_secs(1), true).unwrap().proxy().is_none());
            return;
        }
        let name = "outbound::tests::promise_40_no_proxy_of_the_environment_is_asked";
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env_remove("NO_PROXY")
            .envs(PROXY)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn promise_40_what_is_listed_may_be_spoken_to_and_nothing_beside_it() {
        let listed = Outbound::read(&["10.0.0.0/8", "127.0.0.1:25", "[::1]:25"]).unwrap();
        for (host, port) in [("10.1.2.3", 443), ("127.0.0.1", 25), ("[::1]", 25), ("8.8.8.8", 53)] {
            assert!(listed.resolve(host, port).is_ok(), "{host}:{port}");
        }
        for (host, port) in [("11.0.0.1", 0), ("127.0.0.1", 26), ("127.0.0.2", 25), ("192.168.0.1", 25)] {
            assert_eq!(listed.resolve(host, port).is_ok(), host == "11.0.0.1", "{host}:{port}");
        }
        assert!(Outbound::read(&["not an address"]).is_err() && listed.resolve_place("10.0.0.1").is_err());
    }

    #[test]
    fn promise_40_addresses_outside_are_let_through() {
        for address in [
            "8.8.8.8",
            "2606:4700::1111",
            "100.128.0.1",
            "172.32.0.1",
            "2a00:1450::1",
            "64:ff9b::808:808",
            "2001:4860::1",
        ] {
            assert!(!is_inner(address.parse().unwrap()), "{address}");
        }
    }
}
