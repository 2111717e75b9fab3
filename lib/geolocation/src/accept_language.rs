//! The languages a browser asks for: the one a visit is recorded with, and
//! the country it hints at when no database knows the address.

use crate::countries::{self, is_country};
use crate::languages::{self, UNKNOWN_LANGUAGE, is_language};

/// Longest part of a header that is looked at, in bytes. Real headers are far
/// shorter; a hostile one must not cost more.
const HEADER_LENGTH_MAX_BYTES: usize = 1024;

/// The header in the form that comparisons use: lower case, without spaces,
/// comments, weights and what follows the first dot.
///
/// `"De-AT, de;q=0.8"` → `"de-at,de"`.
pub fn accept_language_key(header: &str) -> String {
    let end = header.floor_char_boundary(HEADER_LENGTH_MAX_BYTES);
    let mut key = String::with_capacity(end);
    let (mut comment, mut weight) = (false, false);
    for c in header[..end].chars() {
        match c {
            '(' => comment = true,
            ')' => comment = false,
            _ if comment || c.is_whitespace() => {}
            ',' => {
                weight = false;
                key.push(',');
            }
            _ if weight => {}
            '.' => break,
            '=' if key.ends_with(";q") => {
                weight = true;
                key.truncate(key.len() - 2);
            }
            _ if c.is_ascii() => key.push(c.to_ascii_lowercase()),
            _ => key.extend(c.to_lowercase()),
        }
    }
    // Browsers of Serbia and Montenegro still name the country that was dissolved.
    match key.as_bytes().windows(5).any(|part| part == b"sr-sp") {
        true => key.replace("sr-sp", "sr-rs"),
        false => key,
    }
}

/// A language range, taken apart as far as reports need.
struct Range<'a> {
    language: &'a str,
    /// Second part when it is exactly two letters long.
    region: Option<&'a str>,
}

fn ranges(key: &str) -> impl Iterator<Item = Range<'_>> {
    key.split(',').filter_map(|range| {
        let mut parts = range.split([';', '-']);
        let language = parts.next().filter(|part| matches!(part.len(), 2 | 3) && is_letters(part))?;
        let region = parts.find(|part| part.len() == 2 && is_letters(part));
        Some(Range { language, region })
    })
}

fn is_letters(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_lowercase())
}

/// The language a visit is recorded with: `de`, `en-us`, `xx` when the header
/// names none that is known, empty when it is empty.
///
/// It is the first known language; its region is kept when it is a country.
pub fn visit_language(header: &str) -> String {
    let key = accept_language_key(header);
    if key.is_empty() {
        return key;
    }
    let Some(range) = ranges(&key).find(|range| is_language(range.language)) else {
        return UNKNOWN_LANGUAGE.to_owned();
    };
    match range.region.filter(|region| is_country(region)) {
        Some(region) => [range.language, "-", region].concat(),
        None => range.language.to_owned(),
    }
}

/// The country that a header hints at: the main one of its first language when
/// that one stands without region, else the first region that is a country.
/// `None` when it hints at none.
pub fn guess_country(header: &str) -> Option<&'static str> {
    let key = accept_language_key(header);
    let first = key.split([',', ';']).next().unwrap_or_default();
    if let Some(country) = languages::main_country(first) {
        return Some(country);
    }
    // Two letters after a hyphen count even where a longer word begins with them.
    key.match_indices('-').find_map(|(at, _)| {
        let region = key.get(at + 1..at + 3)?;
        countries::find_today(region).map(|row| row.code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Header, recorded language and guessed country as a Matomo 5.2 had them.
    const RECORDED: &[(&str, &str, Option<&str>)] = &[
        ("", "", None),
        ("*", "xx", None),
        ("xx", "xx", None),
        ("EN-AU;q=0.7", "en-au", Some("au")),
        ("ar", "ar", None),
        ("de", "de", Some("de")),
        ("de-at,de-de;q=0.8", "de-at", Some("at")),
        ("en-gb", "en-gb", Some("gb")),
        ("en-us,en;q=0.5", "en-us", Some("us")),
        ("es", "es", Some("es")),
        ("es-mx", "es-mx", Some("mx")),
        ("fr-ca", "fr-ca", Some("ca")),
        ("fr-fr", "fr-fr", Some("fr")),
        ("fr-fr,fr", "fr-fr", Some("fr")),
        ("he-il", "he-il", Some("il")),
        ("it", "it", Some("it")),
        ("it-it,it;q=0.8", "it-it", Some("it")),
        ("ja", "ja", Some("jp")),
        ("ko-kr", "ko-kr", Some("kr")),
        ("nb-no", "nb-no", Some("no")),
        ("nl", "nl", Some("nl")),
        ("pl", "pl", Some("pl")),
        ("pt-br,pt;q=0.9", "pt-br", Some("br")),
        ("ru", "ru", Some("ru")),
        ("sr-latn", "sr", Some("la")),
        ("sv-se", "sv-se", Some("se")),
        ("tr", "tr", Some("tr")),
        ("zh-cn", "zh-cn", Some("cn")),
        ("zh-tw", "zh-tw", Some("tw")),
    ];

    #[test]
    fn reads_headers_as_recorded() {
        for (header, language, country) in RECORDED {
            assert_eq!(visit_language(header), *language, "{header}");
            assert_eq!(guess_country(header), *country, "{header}");
        }
    }

    #[test]
    fn takes_the_first_that_is_known() {
        assert_eq!(visit_language("xx,qq-de,fr-ca"), "fr-ca");
        assert_eq!(visit_language("en-zz,en"), "en");
        assert_eq!(visit_language("sr-Latn-RS"), "sr-rs");
        assert_eq!(visit_language("de_DE.UTF-8"), "xx");
        assert_eq!(guess_country("ar,en-us;q=0.5"), Some("us"));
        assert_eq!(guess_country("fr-zz,fr-ch"), Some("ch"));
    }

    #[test]
    fn cleans_headers() {
        assert_eq!(accept_language_key("De-AT, de;q=0.8 (mine), EN"), "de-at,de,en");
        assert_eq!(accept_language_key("en-us.UTF-8"), "en-us");
        assert_eq!(accept_language_key("sr-SP"), "sr-rs");
        assert_eq!(accept_language_key("de;q=0.8;x=1,fr;Q=1.0;q=2,it;x=1;q=3"), "de,fr,it;x=1");
        assert_eq!(accept_language_key("en;v=b3.1,de"), "en;v=b3");
        assert_eq!(accept_language_key("en; q(.)=0.5,x;;q=1.5,.de"), "en,x;,");
        assert_eq!(accept_language_key(&"é".repeat(2000)).chars().count(), 512);
    }
}
