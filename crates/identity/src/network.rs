use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// IPv4 addresses in their own form, however they came.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

impl Network {
    /// The network of this many bits around an address.
    pub fn around(address: IpAddr, bits_v4: u8, bits_v6: u8) -> Network {
        match plain(address) {
            IpAddr::V4(v4) => {
                let bits = bits_v4.min(32);
                let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
                Network { first: Ipv4Addr::from(u32::from(v4) & mask).into(), bits }
            }
            IpAddr::V6(v6) => {
                let bits = bits_v6.min(128);
                let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
                Network { first: Ipv6Addr::from(u128::from(v6) & mask).into(), bits }
            }
        }
    }

    /// Reads `10.0.0.1`, `10.0.0.0/8`, `10.0.*.*` or the same of IPv6 without stars.
    pub fn parse(text: &str) -> Option<Network> {
        let text = text.trim();
        if let Some((address, bits)) = text.split_once('/') {
            let (address, bits): (IpAddr, u8) = (address.parse().ok()?, bits.parse().ok()?);
            let bits_max = if address.is_ipv4() { 32 } else { 128 };
            return (bits <= bits_max).then(|| Network::around(address, bits, bits));
        }
        let stars = text.split('.').rev().take_while(|part| *part == "*").count();
        if (1..=4).contains(&stars) && text.split('.').count() == 4 {
            let address = text.replace('*', "0").parse().ok()?;
            return Some(Network::around(address, 32 - 8 * stars as u8, 0));
        }
        Some(Network::around(text.parse().ok()?, 32, 128))
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let address = plain(address);
        address.is_ipv4() == self.first.is_ipv4() && Network::around(address, self.bits, self.bits) == *self
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = if self.first.is_ipv4() { 32 } else { 128 };
        if self.bits == whole { write!(f, "{}", self.first) } else { write!(f, "{}/{}", self.first, self.bits) }
    }
}

/// A list of networks.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Networks(Vec<Network>);

impl Networks {
    pub const NONE: Networks = Networks(Vec::new());

    /// # Errors
    /// Names the first entry that is no address or network.
    pub fn read<T: AsRef<str>>(entries: &[T]) -> Result<Networks, String> {
        let read = |entry: &T| {
            let entry = entry.as_ref();
            Network::parse(entry)
                .ok_or_else(|| format!("{entry} is no address; write 10.0.0.1, 10.0.0.0/8 or 2001:db8::/32"))
        };
        Ok(Networks(entries.iter().map(read).collect::<Result<_, _>>()?))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contain(&self, address: Option<IpAddr>) -> bool {
        address.is_some_and(|address| self.0.iter().any(|network| network.contains(address)))
    }

    /// One entry after another, separated by commas.
    pub fn written(&self) -> String {
        self.0.iter().map(Network::to_string).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks_hold_the_addresses_that_begin_as_they_do() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.3.4", "11.0.0.1"),
            ("10.0.*.*", "10.0.3.4", "10.1.0.0"),
            ("192.0.2.7", "::ffff:192.0.2.7", "192.0.2.8"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("*.*.*.*", "203.0.113.9", "::1"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.contains(address(inside)) && !network.contains(address(outside)), "{network}");
            assert_eq!(Network::parse(&network.to_string()), Some(network));
        }
        for wrong in ["", "x", "10.0.0.0/33", "10.0.0", "::/129", "10.*.0.0", "*"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
