//! Regions of countries: the second part of their ISO 3166-2 code and their name.

mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

struct Region {
    code: &'static str,
    name: &'static str,
    /// Other names, as databases write them.
    aliases: Vec<&'static str>,
}

static REGIONS: LazyLock<HashMap<&'static str, Vec<Region>>> = LazyLock::new(|| {
    table::COUNTRIES.iter().map(|(country, text)| (*country, text.split('|').map(parse).collect())).collect()
});

/// `CODE Name=alias=alias`.
fn parse(entry: &'static str) -> Region {
    let (code, names) = entry.trim().split_once(' ').unwrap_or((entry, entry));
    let mut names = names.split('=').map(str::trim);
    Region { code, name: names.next().unwrap_or(code), aliases: names.collect() }
}

/// Name of a region by its country (lower case) and code, `None` when unknown.
pub fn region_name(country: &str, code: &str) -> Option<&'static str> {
    let region = REGIONS.get(country)?.iter().find(|region| region.code.eq_ignore_ascii_case(code))?;
    Some(region.name)
}

/// Code of a region by its country (lower case) and a name of it; accents, case
/// and words like "State of" make no difference.
pub fn region_code(country: &str, name: &str) -> Option<&'static str> {
    let wanted = fold(name);
    let region = REGIONS
        .get(country)?
        .iter()
        .find(|region| fold(region.name) == wanted || region.aliases.iter().any(|alias| fold(alias) == wanted))?;
    Some(region.code)
}

/// Code and name of all known regions of a country (lower case).
pub fn regions(country: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    REGIONS.get(country).into_iter().flatten().map(|region| (region.code, region.name))
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
    fn every_region_is_found_by_each_of_its_names() {
        for (country, all) in REGIONS.iter() {
            for region in all {
                assert!(region.code.len() <= 3 && !region.name.is_empty(), "{country} {}", region.code);
                for name in std::iter::once(&region.name).chain(&region.aliases) {
                    assert_eq!(region_code(country, name), Some(region.code), "{country} {name}");
                }
            }
        }
    }
}
