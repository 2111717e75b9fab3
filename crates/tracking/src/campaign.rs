//! Campaigns: what a link says about why it was followed.

use crate::{query, url};
use makoto_model::Params;

/// Parameters that name a campaign; the first that is filled counts.
pub const NAMES: &[&str] = &[
    "pk_cpn",
    "pk_campaign",
    "piwik_campaign",
    "mtm_campaign",
    "matomo_campaign",
    "utm_campaign",
    "utm_source",
    "utm_medium",
];
/// Parameters that hold a campaign's keyword.
pub const KEYWORDS: &[&str] =
    &["pk_kwd", "pk_keyword", "piwik_kwd", "mtm_kwd", "mtm_keyword", "matomo_kwd", "utm_term"];

/// Bytes of a campaign's name or keyword that are kept.
const BYTES_MAX: usize = 255;

/// A campaign, in lower case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Campaign {
    pub name: String,
    pub keyword: Option<String>,
}

/// The campaign in the page's address, or else in the tracking parameters.
pub fn detect(page: Option<&url::Parts>, params: &Params) -> Option<Campaign> {
    let in_query = page.and_then(|page| page.query).and_then(in_text);
    let in_fragment = || page.and_then(|page| page.fragment).and_then(in_text);
    // One in the query that lacks a keyword gives way to one in the fragment.
    let in_page = match in_query {
        Some(found) if found.keyword.is_some() => Some(found),
        found => in_fragment().or(found),
    };
    in_page.or_else(|| {
        let filled = |name: &&str| params.filled(name).and_then(normal);
        let name = NAMES.iter().find_map(filled)?;
        Some(Campaign { name, keyword: KEYWORDS.iter().find_map(filled) })
    })
}

fn in_text(text: &str) -> Option<Campaign> {
    // Most addresses have no campaign; do not look for fifteen names in them.
    if !text.contains('=') || !["k_", "m_"].iter().any(|part| text.contains(part)) && !text.contains("o_") {
        return None;
    }
    let pairs: Vec<(&str, &str)> = text.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let filled = |name: &&str| {
        let (_, value) = pairs.iter().rev().find(|(key, _)| key == name)?;
        normal(&query::decode(value.as_bytes()))
    };
    let name = NAMES.iter().find_map(filled)?;
    Some(Campaign { name, keyword: KEYWORDS.iter().find_map(filled) })
}

fn normal(value: &str) -> Option<String> {
    let lower = url::clean(value).to_lowercase();
    let kept = url::cut(&lower, BYTES_MAX);
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str, params: &[(&str, &str)]) -> Option<(String, Option<String>)> {
        let params = Params::new(params.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect());
        detect(url::parts(page).as_ref(), &params).map(|campaign| (campaign.name, campaign.keyword))
    }

    #[test]
    fn campaigns_are_found_in_order() {
        for (query, name, keyword) in [
            ("?utm_campaign=Spring&utm_term=sale+shoes&utm_source=n", "spring", Some("sale shoes")),
            ("?pk_cpn=Old&pk_campaign=x&pk_keyword=k2", "old", Some("k2")),
            ("?utm_source=onlysource", "onlysource", None),
            ("?utm_medium=m&utm_campaign=", "m", None),
            ("#utm_campaign=hash&utm_term=hk", "hash", Some("hk")),
            ("?utm_campaign=q#pk_campaign=f", "f", None),
            ("?utm_campaign=q&utm_term=k#pk_campaign=f", "q", Some("k")),
            ("?utm_campaign=a&utm_campaign=b", "b", None),
            ("?utm_campaign=%C3%9Cn%C3%AFcode%20%26", "ünïcode &", None),
        ] {
            let expected = Some((name.to_owned(), keyword.map(str::to_owned)));
            assert_eq!(found(&format!("http://example.org/{query}"), &[]), expected, "{query}");
        }
        for none in ["?utm_term=k", "?mtm_source=s&mtm_medium=m", "?UTM_CAMPAIGN=x", "?mtm_cpn=x&utm_id=1", ""] {
            assert_eq!(found(&format!("http://example.org/{none}"), &[]), None, "{none}");
        }
        assert_eq!(found("x", &[("pk_cpn", "P"), ("pk_kwd", "K")]), Some(("p".into(), Some("k".into()))));
        let long = format!("http://example.org/?pk_cpn={}", "a".repeat(300));
        assert_eq!(found(&long, &[]).map(|(name, _)| name.len()), Some(BYTES_MAX));
    }
}
