//! Referrers are hostile: whatever they hold, a classification comes out.

use proptest::prelude::*;
use referrer_data::{ParsedReferrer, assistant, is_spam, search, search_url, social, strip_noise};

fn classify(url: &str) {
    let stripped = strip_noise(url);
    assert!(stripped.len() <= url.len());
    let Some(referrer) = ParsedReferrer::parse(url) else { return };
    assert!(!referrer.host.is_empty());
    if let Some(hit) = search(&referrer) {
        assert_eq!(hit.url.strip_prefix("http://"), Some(hit.logo_host));
        let keyword = hit.keyword.unwrap_or_default();
        assert_eq!(keyword, keyword.trim().to_lowercase().trim());
        search_url(hit.engine, &keyword);
    }
    social(&referrer);
    assistant(&referrer);
    is_spam(&referrer.host);
}

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        classify(&text);
        classify(&format!("https://www.google.com/search?q={text}"));
    }

    #[test]
    fn any_url(
        host in "[wm.{}*=a-z0-9-]{0,20}(google|yahoo|bing|search|t)?\\.[a-z.]{1,6}",
        path in "(/[a-z%.]{0,8}){0,3}",
        query in "([a-z_]{1,3}=[%a-fA-F0-9+ é]{0,9}&?){0,4}",
    ) {
        classify(&format!("http://{host}{path}?{query}#{query}"));
    }
}
