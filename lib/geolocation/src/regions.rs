//! Regions of countries: the second part of their ISO 3166-2 code and their name.

mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

struct Country {
    /// Code and name of each region, in the order of the table.
    regions: Vec<(&'static str, &'static str)>,
    /// Code by each folded name.
    codes: HashMap<String, &'static str>,
}

static COUNTRIES: LazyLock<HashMap<&'static str, Country>> =
    LazyLock::new(|| table::COUNTRIES.iter().map(|(country, text)| (*country, parse(text))).collect());

/// Reads `CODE Name=alias=alias|CODE Name`.
fn parse(text: &'static str) -> Country {
    let mut country = Country { regions: Vec::new(), codes: HashMap::new() };
    for (code, names) in text.split('|').filter_map(|entry| entry.split_once(' ')) {
        for (position, name) in names.split('=').enumerate() {
            if position == 0 {
                country.regions.push((code, name));
            }
            country.codes.insert(fold(name), code);
        }
    }
    country
}

/// Name of a region by its country (lower case) and code, `None` when unknown.
pub fn region_name(country: &str, code: &str) -> Option<&'static str> {
    regions(country).find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, name)| name)
}

/// Code of a region by its country (lower case) and a name of it; accents, case
/// and words like "State of" make no difference.
pub fn region_code(country: &str, name: &str) -> Option<&'static str> {
    COUNTRIES.get(country)?.codes.get(&fold(name)).copied()
}

/// Code and name of all known regions of a country (lower case).
pub fn regions(country: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    COUNTRIES.get(country).into_iter().flat_map(|country| country.regions.iter().copied())
}

/// Words that some sources put around a region's name and others do not.
const FILLERS: &[&str] = &["state", "province", "region", "voivodeship", "district", "county", "of", "the", "and"];

/// Lower case, without accents, signs and fillers.
fn fold(name: &str) -> String {
    let plain: String = name.chars().flat_map(char::to_lowercase).map(plain_letter).collect();
    let words = plain.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty() && !FILLERS.contains(word)).collect()
}

fn plain_letter(c: char) -> char {
    const PLAIN: &[(char, &str)] = &[
        ('a', "àáâãäåāăą"),
        ('c', "çćč"),
        ('d', "ďđḍ"),
        ('e', "èéêëēęě"),
        ('g', "ğģ"),
        ('h', "ḥ"),
        ('i', "ìíîïīı"),
        ('l', "łļľ"),
        ('n', "ñńņňṇ"),
        ('o', "òóôõöøōő"),
        ('r', "řṛ"),
        ('s', "śşšș"),
        ('t', "ţťțṭ"),
        ('u', "ùúûüūůű"),
        ('y', "ýÿ"),
        ('z', "źżž"),
    ];
    PLAIN.iter().find(|(_, marked)| marked.contains(c)).map_or(c, |(plain, _)| *plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_recorded() {
        let cases = [
            ("us", "CA", "California"),
            ("de", "BE", "Berlin"),
            ("fr", "IDF", "Île-de-France"),
            ("in", "MH", "Mahārāshtra"),
            ("jp", "13", "Tokyo"),
            ("br", "SP", "São Paulo"),
        ];
        for (country, code, name) in cases {
            assert_eq!(region_name(country, code), Some(name));
            assert_eq!(region_code(country, name), Some(code));
        }
        assert_eq!(region_name("us", "ZZ"), None);
        assert_eq!(region_name("zz", "CA"), None);
    }

    #[test]
    fn every_entry_is_a_region_of_its_own() {
        for (country, text) in table::COUNTRIES {
            assert!(crate::is_country(country), "{country}");
            let entries: Vec<_> = text.split('|').collect();
            assert_eq!(regions(country).count(), entries.len(), "{country}");
            let mut codes: Vec<_> = regions(country).map(|(code, _)| code).collect();
            codes.sort_unstable();
            assert!(codes.is_sorted_by(|a, b| a < b), "{country} names a code twice");
            for (entry, (code, _)) in entries.iter().zip(regions(country)) {
                assert!((1..=3).contains(&code.len()), "{country} {code}");
                for name in entry[code.len() + 1..].split('=') {
                    assert_eq!(region_code(country, name), Some(code), "{country} {name}");
                }
            }
        }
        assert_eq!(table::COUNTRIES.len(), COUNTRIES.len());
    }

    #[test]
    fn names_of_databases_find_their_code() {
        let cases = [
            ("de", "Bavaria", "BY"),
            ("de", "State of Berlin", "BE"),
            ("ch", "Zurich", "ZH"),
            ("ca", "québec", "QC"),
            ("us", "WASHINGTON", "WA"),
            ("gb", "Scotland", "SCT"),
        ];
        for (country, name, code) in cases {
            assert_eq!(region_code(country, name), Some(code));
        }
        assert_eq!(region_code("de", ""), None);
    }
}
