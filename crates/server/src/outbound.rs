//! Requests to addresses that somebody typed. They never reach inside, whatever the name resolves to.

use makoto_features::core_admin_home::outbound::INNER_TARGETS;
use makoto_identity::Networks;
use makoto_meta::Meta;
use std::{net::IpAddr, time::Duration};
use ureq::{
    Agent,
    http::Uri,
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

/// Whether an address is of this machine or of a network that only it can reach.
pub fn is_inner(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.is_multicast()
        }
    }
}

/// Resolves names, and refuses what leads inside. It is asked for each connection, so a name cannot change between.
#[derive(Debug)]
struct Guarded {
    allowed: Networks,
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
        let refused = found.iter().find(|found| is_inner(found.ip()) && !self.allowed.contain(Some(found.ip())));
        match refused {
            Some(inside) => Err(ureq::Error::Other(Refusal(inside.ip()).into())),
            None => Ok(found),
        }
    }
}

/// Why an address was not asked.
#[derive(Debug, thiserror::Error)]
#[error("{0} is inside; list it under inner networks if requests may go there")]
pub struct Refusal(IpAddr);

/// Whether a request failed since it would have gone inside.
pub fn was_refused(fault: &ureq::Error) -> bool {
    matches!(fault, ureq::Error::Other(cause) if cause.is::<Refusal>())
}

/// Speaks to what settings name, for at most this long a request.
///
/// # Errors
/// When the system's certificates cannot be read.
pub fn agent(meta: &Meta, wait_max: Duration) -> Result<Agent, String> {
    let allowed = Networks::read(&meta.snapshot().setting(&INNER_TARGETS))?;
    let config = plain_config(wait_max, true)?;
    let resolver = Guarded { allowed, inner: DefaultResolver::default() };
    Ok(Agent::with_parts(config, DefaultConnector::default(), resolver))
}

/// Follows nowhere, and trusts what the system trusts. A status from 400 on can count as an error.
///
/// # Errors
/// When the system's certificates cannot be read.
pub fn plain_config(wait_max: Duration, status_as_error: bool) -> Result<ureq::config::Config, String> {
    let roots: Vec<Certificate> =
        crate::record_stream::roots()?.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&roots)).build();
    let config = Agent::config_builder().timeout_global(Some(wait_max)).max_redirects(0).user_agent("makoto");
    let config = config.http_status_as_error(status_as_error);
    Ok(config.tls_config(tls).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_40_addresses_inside_are_told_apart() {
        let inner = [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "0.0.0.0",
            "100.64.0.1",
        ];
        for address in inner {
            assert!(is_inner(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "2606:4700::1111", "100.128.0.1", "172.32.0.1"] {
            assert!(!is_inner(address.parse().unwrap()), "{address}");
        }
    }
}
