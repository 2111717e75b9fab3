//! What of a visitor may be kept.

mod request;
mod texts;

pub use request::USER_ID_CHARS_MAX;
pub use texts::TextMask;

use crate::url;
use makoto_model::{Place, Referrer, ReferrerKind};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How a pseudonym begins.
const PSEUDONYM: &str = "anon-";

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
    /// The address without what is cut off; an IPv4 one that is written as IPv6 is itself.
    pub fn apply(self, address: IpAddr) -> IpAddr {
        match address.to_canonical() {
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
    /// What is kept of a referrer's address; nothing when nothing is.
    pub fn url(self, url: &str) -> Option<String> {
        match (self, url::parts(url)) {
            (ReferrerDetail::Whole, _) => Some(url.to_owned()),
            (ReferrerDetail::NoQuery, Some(_)) => Some(url.split(['?', '#']).next().unwrap_or_default().to_owned()),
            (ReferrerDetail::HostOnly, Some(parts)) => Some(format!("{}//{}/", parts.scheme, parts.host())),
            _ => None,
        }
    }

    /// The referrer without what is cut off. What a campaign's own parameters say stays; `keyword_guessed` says that
    /// its keyword was taken from the referrer.
    pub fn apply(self, referrer: Referrer, keyword_guessed: bool) -> Referrer {
        if self == ReferrerDetail::Whole {
            return referrer;
        }
        let Referrer { kind, name, keyword, url } = referrer;
        let url = self.url(&url).unwrap_or_default();
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

/// How exactly a screen's size is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ResolutionDetail {
    #[default]
    Exact,
    /// To the nearest hundred pixels.
    Rounded,
    Nothing,
}

impl ResolutionDetail {
    /// `1367x769` as it is kept; empty for what is not kept or is no size.
    pub fn apply(self, size: &str) -> String {
        let round = |text: &str| text.trim().parse::<u32>().ok().map(|n| n.saturating_add(50) / 100 * 100);
        match self {
            ResolutionDetail::Exact => size.to_owned(),
            ResolutionDetail::Nothing => String::new(),
            ResolutionDetail::Rounded => size
                .split_once('x')
                .and_then(|(width, height)| Some(format!("{}x{}", round(width)?, round(height)?)))
                .unwrap_or_default(),
        }
    }
}

/// How exactly a browser's language is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LanguageDetail {
    #[default]
    Exact,
    /// `de` of `de-AT`, and only the first of several.
    LanguageOnly,
    Nothing,
}

impl LanguageDetail {
    /// What is kept of an `Accept-Language` or of a stored language.
    pub fn apply(self, language: &str) -> &str {
        match self {
            LanguageDetail::Exact => language,
            LanguageDetail::LanguageOnly => {
                language.split([',', ';']).next().unwrap_or("").split(['-', '_']).next().unwrap_or("").trim()
            }
            LanguageDetail::Nothing => "",
        }
    }
}

/// How exactly a place is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PlaceDetail {
    #[default]
    City,
    Region,
    Country,
    Nothing,
}

impl PlaceDetail {
    /// The place without what is not kept.
    pub fn apply(self, place: Place) -> Place {
        match self {
            PlaceDetail::City => place,
            PlaceDetail::Region => Place { country: place.country, region: place.region, ..Place::default() },
            PlaceDetail::Country => Place { country: place.country, ..Place::default() },
            PlaceDetail::Nothing => Place { country: "xx".to_owned(), ..Place::default() },
        }
    }
}

/// A site's rules on what is kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Privacy {
    pub ip_mask: IpMask,
    pub referrer: ReferrerDetail,
    /// Location and fingerprint come from the whole address; what is kept is masked all the same.
    pub enrich_with_full_address: bool,
    /// Requests with `DNT: 1` are dropped.
    pub heed_do_not_track: bool,
    /// Requests with `Sec-GPC: 1` are dropped.
    pub heed_global_privacy_control: bool,
    /// User ids are replaced by keyed hashes.
    pub pseudonymous_users: bool,
    /// Numbers of orders are replaced by keyed hashes.
    pub anonymous_orders: bool,
    /// What browsers remember of their visitors does not count.
    pub cookieless: bool,
    pub texts: TextMask,
    pub resolution: ResolutionDetail,
    pub language: LanguageDetail,
    pub place: PlaceDetail,
}

/// Secrets of the instance that make fingerprints and pseudonyms worthless elsewhere, and fingerprints on other days.
#[derive(Clone, Copy)]
pub struct Salts {
    secret: [u8; 32],
}

/// Whether a text stands for a user id or an order id that is not kept.
pub fn is_pseudonym(text: &str) -> bool {
    let digits = |digits: &str| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.strip_prefix(PSEUDONYM).is_some_and(digits)
}

impl Salts {
    /// From a random secret that the instance keeps. Who changes it, splits the visits that are open.
    pub fn new(secret: [u8; 32]) -> Salts {
        Salts { secret }
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// What stands for a user id; the same for the same one, and for itself.
    pub fn user(&self, id: &str) -> String {
        let kept: String = id.trim().chars().take(USER_ID_CHARS_MAX).collect();
        self.keyed("user id", &kept)
    }

    /// What stands for the number of an order.
    pub fn order(&self, id: &str) -> String {
        self.keyed("order id", id)
    }

    /// 128 bits of a hash that cannot be computed without the secret, in hexadecimal digits behind a sign by which it
    /// is known, so that it is not hashed again.
    fn keyed(&self, purpose: &str, text: &str) -> String {
        if is_pseudonym(text) {
            return text.to_owned();
        }
        let hash = Sha256::new()
            .chain_update(self.secret)
            .chain_update([purpose.len() as u8])
            .chain_update(purpose)
            .chain_update(text)
            .finalize();
        hash[..16].iter().fold(PSEUDONYM.to_owned(), |text, byte| text + &format!("{byte:02x}"))
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
    fn places_and_languages_lose_their_details() {
        let place = Place { country: "de".into(), region: "BE".into(), city: "Berlin".into(), ..Place::default() };
        let kept = |detail: PlaceDetail| {
            let Place { country, region, city, .. } = detail.apply(place.clone());
            (country, region, city)
        };
        let all = |country: &str, region: &str, city: &str| (country.to_owned(), region.to_owned(), city.to_owned());
        assert_eq!(kept(PlaceDetail::City), all("de", "BE", "Berlin"));
        assert_eq!(kept(PlaceDetail::Region), all("de", "BE", ""));
        assert_eq!(kept(PlaceDetail::Country), all("de", "", ""));
        assert_eq!(kept(PlaceDetail::Nothing), all("xx", "", ""));
        assert_eq!(LanguageDetail::LanguageOnly.apply("de-AT,de;q=0.9,en"), "de");
        assert_eq!((LanguageDetail::Exact.apply("de-AT"), LanguageDetail::Nothing.apply("de-AT")), ("de-AT", ""));
        assert_eq!(ResolutionDetail::Rounded.apply("1920x1080"), "1900x1100");
        assert_eq!(ResolutionDetail::Rounded.apply("unknown"), "");
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
        assert_eq!(shown(0, "::ffff:192.0.2.77"), "192.0.2.77");
        assert_eq!(shown(2, "::ffff:192.0.2.77"), "192.0.0.0");
        assert_eq!(IpMask::default().bytes, 2);
    }
}
