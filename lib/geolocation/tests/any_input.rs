//! Headers and codes are hostile: whatever they hold, an answer comes out.

use geolocation::{
    accept_language_key, continent_code, continent_name, country_name, guess_country, is_country, is_language,
    language_label, language_name, region_code, region_name, report_language, visit_language,
};
use proptest::prelude::*;

fn read(header: &str) {
    let language = visit_language(header);
    let (name, region) = language.split_once('-').unwrap_or((&language, "us"));
    assert!(is_language(name) || matches!(name, "" | "xx"), "{header:?} gave {language}");
    assert!(is_country(region), "{header:?} gave {language}");
    assert_eq!(visit_language(&language), language, "reading twice changes nothing");
    assert!(guess_country(header).is_none_or(is_country));
    assert!(!language_label(&report_language(&language)).is_empty());
    assert!(!accept_language_key(header).contains(char::is_whitespace));
}

proptest! {
    #[test]
    fn any_header(header in any::<String>()) {
        read(&header);
    }

    #[test]
    fn any_list_of_ranges(header in "([a-zA-Z*]{1,3}(-[a-zA-Z]{2,4}){0,2}(; ?q=[0-9.]{1,3})?[, ]{0,2}){0,5}") {
        read(&header);
    }

    #[test]
    fn any_code(first in any::<String>(), second in any::<String>()) {
        assert!(!country_name(&first).is_empty());
        assert!(!continent_name(continent_code(&first)).is_empty());
        assert!(!language_name(&first).is_empty());
        region_name(&first, &second);
        for country in ["de", "us", "fr"] {
            if let Some(code) = region_code(country, &second) {
                assert!(region_name(country, code).is_some());
            }
        }
    }
}
