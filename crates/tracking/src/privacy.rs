//! What of a visitor may be kept.

use crate::url;
use makoto_model::{Referrer, ReferrerKind};
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

/// How much of a referrer is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ReferrerDetail {
    #[default]
    Whole,
    /// Without parameters, and so without what was searched for.
    NoQuery,
    /// Nothing of its address but the host.
    HostOnly,
    /// Only whether it was a website, and which search engine or network.
    KindOnly,
}

impl ReferrerDetail {
    /// The referrer without what is cut off. What a campaign's own parameters say stays; `keyword_guessed` says that
    /// its keyword was taken from the referrer.
    pub fn apply(self, referrer: Referrer, keyword_guessed: bool) -> Referrer {
        if self == ReferrerDetail::Whole {
            return referrer;
        }
        let Referrer { kind, name, keyword, url } = referrer;
        let url = match (self, url::parts(&url)) {
            (ReferrerDetail::NoQuery, Some(_)) => url.split(['?', '#']).next().unwrap_or_default().to_owned(),
            (ReferrerDetail::HostOnly, Some(parts)) => format!("{}//{}/", parts.scheme, parts.host()),
            _ => String::new(),
        };
        let told_by_referrer = kind != ReferrerKind::Campaign || keyword_guessed;
        let is_host = kind == ReferrerKind::Website && self == ReferrerDetail::KindOnly;
        Referrer {
            kind,
            name: if is_host { String::new() } else { name },
            keyword: if told_by_referrer { String::new() } else { keyword },
            url,
        }
    }
}

/// The instance's rules on what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Privacy {
    pub ip_mask: IpMask,
    pub referrer: ReferrerDetail,
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
    fn referrers_lose_what_is_not_kept() {
        let kept = |detail: ReferrerDetail, kind, keyword_guessed| {
            let url = "https://u:p@Search.example/a/b?q=illness#x".to_owned();
            let referrer = Referrer { kind, name: "search.example".into(), keyword: "illness".into(), url };
            let Referrer { name, keyword, url, .. } = detail.apply(referrer, keyword_guessed);
            (name, keyword, url)
        };
        let all = |name: &str, keyword: &str, url: &str| (name.to_owned(), keyword.to_owned(), url.to_owned());
        use ReferrerDetail::*;
        use ReferrerKind::{Campaign, Search, Website};
        let whole = "https://u:p@Search.example/a/b?q=illness#x";
        assert_eq!(kept(Whole, Search, false), all("search.example", "illness", whole));
        assert_eq!(kept(NoQuery, Search, false), all("search.example", "", "https://u:p@Search.example/a/b"));
        assert_eq!(kept(HostOnly, Website, false), all("search.example", "", "https://search.example/"));
        assert_eq!(kept(KindOnly, Website, false), all("", "", ""));
        assert_eq!(kept(KindOnly, Search, false), all("search.example", "", ""));
        assert_eq!(kept(KindOnly, Campaign, false), all("search.example", "illness", ""));
        assert_eq!(kept(NoQuery, Campaign, true).1, "");
    }

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
