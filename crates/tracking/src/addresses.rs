//! Addresses of networks: which a site excludes, and those that crawlers come from.

use std::net::{IpAddr, Ipv4Addr};

/// A network: an address, `address/bits`, or an IPv4 address with `*` for its last bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    first: u128,
    bits: u32,
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Network {
    /// `None` when the text is no network.
    pub fn parse(text: &str) -> Option<Network> {
        let text = text.trim();
        if text.contains('*') {
            let stars = text.split('.').filter(|part| *part == "*").count() as u32;
            let address: Ipv4Addr = text.replace('*', "0").parse().ok()?;
            return Some(Network { first: number(address.into()), bits: 128 - 8 * stars });
        }
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(width), |bits| bits.parse().ok()).filter(|bits| *bits <= width)?;
        Some(Network { first: number(address), bits: 128 - width + bits })
    }

    pub fn holds(self, address: IpAddr) -> bool {
        let differing = self.first ^ number(address);
        self.bits == 0 || differing >> (128 - self.bits) == 0
    }
}

/// Networks of Google, Bing and Yahoo from which crawlers come under the user agents of browsers.
const CRAWLERS: [([u8; 4], u32); 23] = [
    ([216, 239, 32, 0], 19),
    ([64, 233, 160, 0], 19),
    ([66, 249, 80, 0], 20),
    ([72, 14, 192, 0], 18),
    ([209, 85, 128, 0], 17),
    ([66, 102, 0, 0], 20),
    ([74, 125, 0, 0], 16),
    ([64, 18, 0, 0], 20),
    ([207, 126, 144, 0], 20),
    ([173, 194, 0, 0], 16),
    ([64, 4, 0, 0], 18),
    ([65, 52, 0, 0], 14),
    ([157, 54, 0, 0], 15),
    ([157, 56, 0, 0], 14),
    ([157, 60, 0, 0], 16),
    ([207, 46, 0, 0], 16),
    ([207, 68, 128, 0], 18),
    ([207, 68, 192, 0], 20),
    ([131, 253, 26, 0], 20),
    ([131, 253, 24, 0], 20),
    ([72, 30, 198, 0], 20),
    ([72, 30, 196, 0], 20),
    ([98, 137, 207, 0], 20),
];

/// Whether crawlers come from this address.
pub fn is_crawler(address: IpAddr) -> bool {
    let v4 = match address {
        IpAddr::V4(v4) => Some(v4),
        IpAddr::V6(v6) => v6.to_ipv4_mapped(),
    };
    v4.is_some_and(|v4| {
        CRAWLERS.iter().any(|(first, bits)| (u32::from_be_bytes(*first) ^ v4.to_bits()) >> (32 - bits) == 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        let holds = |network: &str, address: &str| {
            Network::parse(network).is_some_and(|network| network.holds(address.parse().unwrap()))
        };
        assert!(holds("10.66.0.0/16", "10.66.3.4") && !holds("10.66.0.0/16", "10.67.3.4"));
        assert!(holds("10.67.1.*", "10.67.1.200") && !holds("10.67.1.*", "10.67.2.200"));
        assert!(holds("10.67.*.*", "10.67.9.9") && holds("192.0.2.1", "192.0.2.1"));
        assert!(!holds("192.0.2.1", "192.0.2.2") && holds("0.0.0.0/0", "9.9.9.9"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
        for bad in ["", "10.0.0", "10.0.0.0/33", "*", "a.b.c.*", "10.0.0.0/-1"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn crawlers_are_known() {
        assert!(is_crawler("66.249.85.1".parse().unwrap()) && is_crawler("::ffff:157.55.1.1".parse().unwrap()));
        assert!(!is_crawler("10.1.2.3".parse().unwrap()) && !is_crawler("2001:db8::1".parse().unwrap()));
    }
}
