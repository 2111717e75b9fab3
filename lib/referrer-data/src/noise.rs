//! Parameters of referrers that say nothing to a reader and differ at every
//! visit, so that they would split one referrer into many.

use crate::{ParsedReferrer, hosts};
use std::borrow::Cow;

const NOISE: &[(&str, &str)] = &[
    (
        "google",
        "sa ved ei usg esrc rct cad cd uact sourceid source sclient aqs bih biw oq gs_l gs_lcp gs_lcrp gs_ivs \
         gs_rn gs_ri gs_mss pbx bav bvm iflsig sca_esv sxsrf rlz dpr vet gws_rd gfe_rd",
    ),
    ("bing", "form cvid qs sk sp sc pq refig redig ghc lq src toww"),
    ("facebook", "fbclid h enc _rdr _rdc __tn__ refid fref hc_ref eid __xts__[0] __cft__[0]"),
    ("instagram", "igsh igshid e s"),
    ("youtube", "feature si pp ab_channel gclid redir_token event html_redirect"),
];

/// `url` without the noise that Google, Bing, Facebook, Instagram and YouTube
/// add to it; other URLs as they are. The fragment is kept.
pub fn strip_noise(url: &str) -> Cow<'_, str> {
    let Some(noise) = noise_of(url) else {
        return Cow::Borrowed(url);
    };
    let (address, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let Some((base, query)) = address.split_once('?') else {
        return Cow::Borrowed(url);
    };
    let is_noise = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name).to_ascii_lowercase();
        noise.split_ascii_whitespace().any(|noise| noise == name)
    };
    if !query.split('&').any(|pair| is_noise(&pair)) {
        return Cow::Borrowed(url);
    }
    let kept = query.split('&').filter(|pair| !is_noise(pair)).collect::<Vec<_>>().join("&");
    let mark = if kept.is_empty() { "" } else { "?" };
    Cow::Owned(format!("{base}{mark}{kept}{fragment}"))
}

fn noise_of(url: &str) -> Option<&'static str> {
    let host = ParsedReferrer::parse(url)?.host;
    hosts::domains(&host).find_map(|domain| {
        let (name, ending) = domain.split_once('.')?;
        let (_, noise) = NOISE.iter().find(|(site, _)| *site == name)?;
        let is_country = || hosts::any_country_domain(domain)?.strip_prefix(name).map(|rest| rest == ".{}");
        (ending == "com" || is_country() == Some(true)).then_some(*noise)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_only_noise() {
        let cases = [
            ("https://www.bing.com/search?q=matomo%20x&form=QBLH", "https://www.bing.com/search?q=matomo%20x"),
            (
                "https://www.google.com/url?sa=t&url=http%3A%2F%2Fe.org",
                "https://www.google.com/url?url=http%3A%2F%2Fe.org",
            ),
            ("https://www.google.co.uk/search?q=a&ved=1#f", "https://www.google.co.uk/search?q=a#f"),
            ("https://www.google.com/search?q=web&hl=en", "https://www.google.com/search?q=web&hl=en"),
            ("https://www.facebook.com/?fbclid=1", "https://www.facebook.com/"),
            ("https://example.org/?sa=t", "https://example.org/?sa=t"),
            ("https://google.example.org.example.com/?sa=t", "https://google.example.org.example.com/?sa=t"),
            ("https://l.facebook.com/l.php?u=x", "https://l.facebook.com/l.php?u=x"),
            ("no url?sa=t", "no url?sa=t"),
        ];
        for (url, expected) in cases {
            assert_eq!(strip_noise(url), expected);
        }
    }
}
