//! Values of dimensions that a site defines itself.

use crate::{SiteRules, query, url};
use makoto_model::{ExtractedFrom, OwnDimension, Params};

/// What the dimension's rules find in a request; the first that finds something decides.
pub fn extract(rules: &SiteRules, own: &OwnDimension, params: &Params, raw_url: &str) -> Option<String> {
    own.extractions.iter().enumerate().find_map(|(nth, rule)| {
        let found = match rule.from {
            ExtractedFrom::UrlParam => parameter(raw_url, &rule.pattern),
            ExtractedFrom::Url => captured(rules, own.id, nth, raw_url),
            ExtractedFrom::Title => captured(rules, own.id, nth, params.get("action_name").unwrap_or_default()),
        };
        found.filter(|text| !text.is_empty())
    })
}

fn captured(rules: &SiteRules, id: u32, nth: usize, text: &str) -> Option<String> {
    let found = rules.extraction(id, nth)?.captures(text)?;
    found.get(1).map(|group| group.as_str().to_owned())
}

/// The last value of this name in a URL's query.
fn parameter(raw_url: &str, name: &str) -> Option<String> {
    let parts = url::parts(raw_url)?;
    let mut query = Params::default();
    query::read_into(&mut query, parts.query.unwrap_or_default().as_bytes());
    query.filled(name).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_model::{Extraction, OwnScope};
    use std::sync::Arc;

    fn found(rules: &[(ExtractedFrom, &str)], url: &str, title: &str) -> Option<String> {
        let extractions = rules.iter().map(|(from, pattern)| Extraction { from: *from, pattern: (*pattern).into() });
        let own = OwnDimension {
            id: 3,
            name: "section".into(),
            scope: OwnScope::Action,
            slot: 1,
            active: true,
            extractions: extractions.collect(),
            case_sensitive: false,
        };
        let mut site = crate::rules::tests::site();
        site.own_dimensions.push(own.clone());
        let mut params = Params::default();
        params.push("action_name", title);
        extract(&SiteRules::new(Arc::new(site)), &own, &params, url)
    }

    #[test]
    fn the_first_rule_that_finds_something_decides() {
        use ExtractedFrom::{Title, Url, UrlParam};
        let page = "https://example.org/Blog/Rust/1?author=Ann%20B&author=&tag=x";
        assert_eq!(found(&[(Url, "/blog/([a-z]+)/")], page, "").as_deref(), Some("Rust"));
        assert_eq!(found(&[(UrlParam, "tag"), (Url, "(.)")], page, "").as_deref(), Some("x"));
        assert_eq!(found(&[(UrlParam, "author"), (Title, "^(.*) -")], page, "Home - Shop").as_deref(), Some("Home"));
        assert_eq!(found(&[(Url, "nothing"), (Url, "b(l)og|(")], page, ""), None);
        assert_eq!(found(&[(UrlParam, "tag")], "no address", ""), None);
    }
}
