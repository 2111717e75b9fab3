//! A referrer taken apart, without copies where the text allows it.

use std::borrow::Cow;

/// The parts of a referrer's URL that its classification needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedReferrer<'a> {
    /// Scheme as sent without `:`. `""` when the referrer begins with `//`: it
    /// names a host but is no URL that one could keep.
    pub scheme: &'a str,
    /// Lower-case host without user information, port and a final dot.
    pub host: Cow<'a, str>,
    /// Path as sent, `""` when there is none.
    pub path: &'a str,
    /// Query without `?`, still encoded, `""` when there is none.
    pub query: &'a str,
    /// Fragment without `#`, still encoded, `""` when there is none.
    pub fragment: &'a str,
}

/// Longest name of a host (RFC 1035, 2.3.4). What is longer is none, and each
/// of its parent domains would have to be looked up.
const HOST_BYTES_MAX: usize = 253;

impl<'a> ParsedReferrer<'a> {
    /// Splits `url`. `None` when it has no `//` or no host: such a referrer
    /// (`tel:`, `about:`, plain words) names no place.
    pub fn parse(url: &'a str) -> Option<Self> {
        let (start, rest) = url.trim().split_once("//")?;
        let scheme = start.strip_suffix(':').or(start.is_empty().then_some(""))?;
        if !start.is_empty() && !is_scheme(scheme) {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let host = host_of(authority);
        if !(1..=HOST_BYTES_MAX).contains(&host.len()) {
            return None;
        }
        Some(Self { scheme, host, path, query, fragment })
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn host_of(authority: &str) -> Cow<'_, str> {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        // An IPv6 address has colons of its own inside its brackets.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.chars().any(char::is_uppercase) { Cow::Owned(host.to_lowercase()) } else { Cow::Borrowed(host) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_url_apart() {
        let parsed = ParsedReferrer::parse("https://u:p@WWW.Example.org.:8080/a/b?q=1#f").unwrap();
        assert_eq!(parsed.host, "www.example.org");
        assert_eq!(parsed.scheme, "https");
        assert_eq!((parsed.path, parsed.query, parsed.fragment), ("/a/b", "q=1", "f"));
    }

    #[test]
    fn keeps_hosts_that_are_not_names() {
        let host = |url| ParsedReferrer::parse(url).map(|p| p.host.into_owned());
        assert_eq!(host("http://[::1]:80/").as_deref(), Some("[::1]"));
        assert_eq!(host("http://[2001:db8::1]/").as_deref(), Some("[2001:db8::1]"));
        assert_eq!(host("http://192.168.1.5?x").as_deref(), Some("192.168.1.5"));
        assert_eq!(host("android-app://com.google.android.gm/").as_deref(), Some("com.google.android.gm"));
    }

    #[test]
    fn keeps_the_host_of_a_referrer_without_scheme() {
        let parsed = ParsedReferrer::parse("//example.org/a").unwrap();
        assert_eq!((parsed.scheme, parsed.host.as_ref(), parsed.path), ("", "example.org", "/a"));
    }

    #[test]
    fn refuses_what_names_no_place() {
        for url in [
            "",
            "not a url",
            "tel:+123",
            "about:blank",
            "://x",
            "http://",
            "http:///x",
            "1a://x",
            "a b://x",
            "example.org//x",
            "/a//b",
        ] {
            assert_eq!(ParsedReferrer::parse(url), None, "{url}");
        }
    }
}
