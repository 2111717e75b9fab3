//! Where a visit came from: a campaign, a search, a network, a website, or straight.

use crate::{Lookups, SourceKind, campaign, rules::SiteRules, url};
use makoto_model::{Params, Referrer, ReferrerKind};

/// Longest name of a host (RFC 1035, 2.3.4); what is longer is none.
const HOST_BYTES_MAX: usize = 253;

/// A hit's referrer, and what must be known of it besides.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    pub referrer: Referrer,
    /// The campaign came without a keyword; the one given is a guess from the referrer.
    pub keyword_guessed: bool,
    pub spam: bool,
}

/// Finds where a request came from. `page` is the page's address before anything was cut from it.
pub fn detect(params: &Params, page: Option<&url::Parts>, rules: &SiteRules, lookups: &Lookups) -> Found {
    let told = url::clean(params.get("urlref").unwrap_or_default());
    let source = Sent::read(&told).filter(|sent| !ignored(page) && !rules.excludes_referrer(&sent.parts));
    let known = source.as_ref().filter(|sent| !rules.owns_host(&sent.host)).map(|sent| (lookups.referrers)(sent.url));
    let spam = known.as_ref().is_some_and(|source| source.spam);
    let kept_url = match (&source, &known) {
        (Some(sent), _) if sent.parts.scheme.is_empty() => String::new(),
        (_, Some(known)) => known.url.clone(),
        (Some(sent), None) => sent.url.to_owned(),
        (None, _) => String::new(),
    };
    let kept_url = url::cut(&kept_url, url::TEXT_BYTES_MAX).to_owned();
    let host = source.as_ref().map_or("", |sent| &sent.host);
    if let Some(campaign) = campaign::detect(page, params) {
        let searched = known.as_ref().filter(|known| known.kind == SourceKind::Search).map(|known| &known.keyword);
        let guess = searched.filter(|keyword| !keyword.is_empty()).map_or(host, |keyword| keyword);
        let keyword_guessed = campaign.keyword.is_none();
        let guess = url::cut(if known.is_some() { guess } else { "" }, url::TEXT_BYTES_MAX);
        let keyword = campaign.keyword.unwrap_or_else(|| guess.to_owned());
        let referrer = Referrer { kind: ReferrerKind::Campaign, name: campaign.name, keyword, url: kept_url };
        return Found { referrer, keyword_guessed, spam };
    }
    let referrer = match known {
        None => Referrer { url: kept_url, ..Referrer::default() },
        Some(known) => {
            let (kind, name) = match known.kind {
                SourceKind::Search => (ReferrerKind::Search, known.name),
                SourceKind::Social => (ReferrerKind::Social, known.name),
                SourceKind::Assistant => (ReferrerKind::Assistant, known.name),
                SourceKind::Website => (ReferrerKind::Website, host.to_owned()),
            };
            let keyword = url::cut(&known.keyword, url::TEXT_BYTES_MAX).to_owned();
            Referrer { kind, name, keyword, url: kept_url }
        }
    };
    Found { referrer, keyword_guessed: false, spam }
}

/// Whom a conversion is owed to, where the request says so: the campaign or else the address by which the visitor first
/// came, as the tracker remembers it.
pub fn attributed(params: &Params, rules: &SiteRules, lookups: &Lookups) -> Option<Referrer> {
    let told = |name| {
        let text = url::clean(params.filled(name)?);
        Some(url::cut(text.trim(), url::TEXT_BYTES_MAX).to_lowercase())
    };
    if let Some(name) = told("_rcn").filter(|name| !name.is_empty()) {
        let keyword = told("_rck").unwrap_or_default();
        return Some(Referrer { kind: ReferrerKind::Campaign, name, keyword, url: String::new() });
    }
    let mut first = Params::default();
    first.push("urlref", params.filled("_ref")?);
    let found = detect(&first, None, rules, lookups);
    Some(found.referrer).filter(|referrer| !found.spam && referrer.kind != ReferrerKind::Direct)
}

/// A page can ask that its referrer does not count.
fn ignored(page: Option<&url::Parts>) -> bool {
    let flags = ["ignore_referrer=1", "ignore_referer=1"];
    page.and_then(|page| page.query).is_some_and(|query| query.split('&').any(|pair| flags.contains(&pair)))
}

/// A referrer that names a host.
struct Sent<'a> {
    parts: url::Parts<'a>,
    /// Without the fragment, which says where on the page, not which page.
    url: &'a str,
    host: String,
}

impl<'a> Sent<'a> {
    fn read(text: &'a str) -> Option<Sent<'a>> {
        let url = text.split_once('#').map_or(text, |(url, _)| url);
        let parts = url::parts(url)?;
        let host = parts.host();
        (1..=HOST_BYTES_MAX).contains(&host.len()).then_some(Sent { parts, url, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, rules::tests::site};
    use makoto_model::{Device, Place};
    use std::sync::Arc;

    /// Knows one search engine, one network and one spammer.
    fn source(url: &str) -> Source {
        let (kind, name, keyword) = match url {
            _ if url.contains("search.example") => {
                let keyword = url.split_once("q=").map_or("", |(_, keyword)| keyword);
                (SourceKind::Search, "Search", keyword)
            }
            _ if url.contains("social.example") => (SourceKind::Social, "Social", ""),
            _ => (SourceKind::Website, "", ""),
        };
        let spam = url.contains("spam.example");
        Source { kind, name: name.into(), keyword: keyword.into(), url: url.replace("&noise", ""), spam }
    }

    fn found(page: &str, urlref: &str) -> Found {
        let mut site = site();
        site.excluded_referrers = vec!["pay.example".into()];
        let lookups = Lookups {
            detect: &|_, _, _| Arc::new(Device::default()),
            locate: &|_, _| Place::default(),
            referrers: &source,
        };
        let params = Params::new(vec![("urlref".into(), urlref.into())]);
        detect(&params, url::parts(page).as_ref(), &SiteRules::new(Arc::new(site)), &lookups)
    }

    fn shown(page: &str, urlref: &str) -> (ReferrerKind, String, String, String) {
        let Referrer { kind, name, keyword, url } = found(page, urlref).referrer;
        (kind, name, keyword, url)
    }

    #[test]
    fn referrers_are_told_apart() {
        use ReferrerKind::{Campaign, Direct, Search, Social, Website};
        let page = "http://example.org/";
        let camp = "http://example.org/?utm_campaign=Spring";
        for (page, urlref, kind, name, keyword, url) in [
            (page, "", Direct, "", "", ""),
            (page, "not a url", Direct, "", "", ""),
            (page, "about:blank", Direct, "", "", ""),
            (page, "http://example.org/in", Direct, "", "", "http://example.org/in"),
            (page, "http://sub.example.org/x", Website, "sub.example.org", "", "http://sub.example.org/x"),
            (
                page,
                "https://u:p@Secret.example:80/p?q=1#f",
                Website,
                "secret.example",
                "",
                "https://u:p@Secret.example:80/p?q=1",
            ),
            (page, "//partner.example/x", Website, "partner.example", "", ""),
            (
                page,
                "https://search.example/?q=one&noise",
                Search,
                "Search",
                "one&noise",
                "https://search.example/?q=one",
            ),
            (page, "https://social.example/", Social, "Social", "", "https://social.example/"),
            (page, "https://pay.example/done", Direct, "", "", ""),
            ("http://example.org/?ignore_referrer=1", "https://social.example/", Direct, "", "", ""),
            (camp, "", Campaign, "spring", "", ""),
            (camp, "https://search.example/?q=ad", Campaign, "spring", "ad", "https://search.example/?q=ad"),
            (camp, "https://partner.example/", Campaign, "spring", "partner.example", "https://partner.example/"),
            (camp, "http://example.org/in", Campaign, "spring", "", "http://example.org/in"),
        ] {
            let expected = (kind, name.to_owned(), keyword.to_owned(), url.to_owned());
            assert_eq!(shown(page, urlref), expected, "{page} {urlref}");
        }
        let owed = |pairs: &[(&str, &str)]| {
            let lookups = Lookups {
                detect: &|_, _, _| Arc::new(Device::default()),
                locate: &|_, _| Place::default(),
                referrers: &source,
            };
            let params = Params::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect());
            let owed = attributed(&params, &SiteRules::new(Arc::new(site())), &lookups)?;
            Some((owed.kind, owed.name, owed.keyword))
        };
        let engine = ("_ref", "https://search.example/?q=one");
        assert_eq!(owed(&[engine]), Some((Search, "Search".into(), "one".into())));
        assert_eq!(owed(&[engine, ("_rcn", "Spring"), ("_rck", "K")]), Some((Campaign, "spring".into(), "k".into())));
        assert_eq!(owed(&[("_ref", "http://example.org/in")]), None);
        assert_eq!(owed(&[]), None);
        // No host has so long a name, and each of its parents would be looked up.
        let long = format!("http://{}/x", "a.".repeat(1 << 19));
        assert_eq!(shown(page, &long).0, Direct);
        let long = format!("https://search.example/?q={}", "k".repeat(1 << 20));
        assert_eq!(shown(page, &long).2.len(), url::TEXT_BYTES_MAX);
        let (name, keyword) = ("n".repeat(1 << 20), "k".repeat(1 << 20));
        let (_, name, keyword) = owed(&[("_rcn", &name), ("_rck", &keyword)]).unwrap();
        assert_eq!((name.len(), keyword.len()), (url::TEXT_BYTES_MAX, url::TEXT_BYTES_MAX));
        assert!(found(camp, "").keyword_guessed);
        assert!(!found("http://example.org/?utm_campaign=a&utm_term=b", "").keyword_guessed);
        assert!(found(page, "http://spam.example/").spam && !found(page, "http://partner.example/").spam);
    }
}
