//! Searches on the site itself: told by the tracker or seen in the page's address.

use crate::{query, rules::SiteRules, url};
use makoto_model::Params;

/// Characters of a category that are kept.
const CATEGORY_CHARS_MAX: usize = 200;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Search {
    pub keyword: String,
    pub category: Option<String>,
    /// How many results were shown.
    pub count: Option<i64>,
}

/// The search that a request reports, if the site counts searches.
pub fn detect(params: &Params, page: Option<&url::Parts>, rules: &SiteRules) -> Option<Search> {
    let rule = &rules.site().site_search;
    if !rule.enabled {
        return None;
    }
    let told = url::clean(params.get("search").unwrap_or_default());
    if !told.is_empty() {
        return Some(Search {
            keyword: url::cut(&told, url::TEXT_BYTES_MAX).to_owned(),
            category: params.get("search_cat").and_then(category),
            count: params.int("search_count").filter(|count| *count >= 0),
        });
    }
    let page = page?;
    [page.query, page.fragment].into_iter().flatten().find_map(|text| {
        let value = |name: &str| filled(text, name);
        let keyword = rule.keyword_parameters.iter().find_map(|name| value(name))?;
        let category = rule.category_parameters.iter().find_map(|name| value(name)).and_then(|text| category(&text));
        let count = value("search_count").and_then(|text| text.parse().ok()).filter(|count| *count >= 0);
        Some(Search { keyword: url::cut(&keyword, url::TEXT_BYTES_MAX).to_owned(), category, count })
    })
}

fn category(text: &str) -> Option<String> {
    let kept: String = url::clean(text).chars().take(CATEGORY_CHARS_MAX).collect();
    (!kept.is_empty()).then_some(kept)
}

/// The value of a parameter, whatever the case of its name, unless empty.
fn filled(text: &str, name: &str) -> Option<String> {
    let mut pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.rfind(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
    let decoded = query::decode(value.as_bytes());
    let value = url::clean(&decoded);
    (!value.is_empty()).then(|| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::site;
    use std::sync::Arc;

    fn found(params: &[(&str, &str)], page: &str) -> Option<(String, Option<String>, Option<i64>)> {
        let mut site = site();
        site.site_search.keyword_parameters = vec!["q".into(), "kw".into()];
        site.site_search.category_parameters = vec!["cat".into()];
        let params = Params::new(params.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect());
        let search = detect(&params, url::parts(page).as_ref(), &SiteRules::new(Arc::new(site)))?;
        Some((search.keyword, search.category, search.count))
    }

    #[test]
    fn searches_are_told_or_seen() {
        let e = "http://example.org/search";
        let told = [("search", "  Trim Me  "), ("search_cat", " C "), ("search_count", "7")];
        assert_eq!(found(&told, e), Some(("Trim Me".into(), Some("C".into()), Some(7))));
        assert_eq!(found(&[("search", "x"), ("search_count", "-1")], ""), Some(("x".into(), None, None)));
        assert_eq!(found(&[("search", "")], e), None);
        let seen = |query: &str| found(&[], &format!("{e}?{query}"));
        assert_eq!(seen("q=Red+Shoes&cat=Blog"), Some(("Red Shoes".into(), Some("Blog".into()), None)));
        assert_eq!(seen("q=&kw=second"), Some(("second".into(), None, None)));
        assert_eq!(seen("q=shoes&search_count=4"), Some(("shoes".into(), None, Some(4))));
        assert_eq!(seen("q="), None);
        assert_eq!(found(&[], "http://example.org/#KW=frag"), Some(("frag".into(), None, None)));
    }
}
