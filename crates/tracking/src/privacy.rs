//! What of a visitor may be kept.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How much of an address is cut off before anything is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IpMask {
    /// Bytes of an IPv4 address that become 0, 0 to 4. Of an IPv6 address the corresponding part goes: 0, 8, 10,
    /// 12 or 16 bytes.
    pub bytes: u8,
}

impl Default for IpMask {
    fn default() -> IpMask {
        IpMask { bytes: 2 }
    }
}

impl IpMask {
    /// The address without what is cut off.
    pub fn apply(self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(v4) => {
                let cut = usize::from(self.bytes.min(4));
                let mut octets = v4.octets();
                octets[4 - cut..].fill(0);
                IpAddr::V4(Ipv4Addr::from(octets))
            }
            IpAddr::V6(v6) => {
                let cut = match self.bytes {
                    0 => 0,
                    1 => 8,
                    2 => 10,
                    3 => 12,
                    _ => 16,
                };
                let mut octets = v6.octets();
                octets[16 - cut..].fill(0);
                IpAddr::V6(Ipv6Addr::from(octets))
            }
        }
    }
}

/// The instance's rules on what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Privacy {
    pub ip_mask: IpMask,
    /// Location and fingerprint come from the whole address; what is kept is masked all the same.
    pub enrich_with_full_address: bool,
    /// Requests with `DNT: 1` are dropped.
    pub heed_do_not_track: bool,
}

/// Secrets of the instance that make fingerprints worthless elsewhere and on other days.
#[derive(Clone, Copy)]
pub struct Salts {
    secret: [u8; 32],
}

impl Salts {
    /// From a random secret that the instance keeps. Who changes it, splits the visits that are open.
    pub fn new(secret: [u8; 32]) -> Salts {
        Salts { secret }
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_ends() {
        let shown = |bytes, address: &str| IpMask { bytes }.apply(address.parse().unwrap()).to_string();
        assert_eq!(shown(0, "192.0.2.77"), "192.0.2.77");
        assert_eq!(shown(1, "192.0.2.77"), "192.0.2.0");
        assert_eq!(shown(2, "192.0.2.77"), "192.0.0.0");
        assert_eq!(shown(4, "192.0.2.77"), "0.0.0.0");
        assert_eq!(shown(9, "192.0.2.77"), "0.0.0.0");
        assert_eq!(shown(1, "2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(shown(2, "2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
        assert_eq!(shown(3, "2001:db8:1:2:3:4:5:6"), "2001:db8::");
        assert_eq!(shown(4, "2001:db8::1"), "::");
        assert_eq!(IpMask::default().bytes, 2);
    }
}
