//! Continents as Matomo divides the world.

use crate::countries;

/// Code of the continent of an unknown country.
pub const UNKNOWN_CONTINENT: &str = "unk";

const CONTINENTS: &[(&str, &str)] = &[
    ("eur", "Europe"),
    ("asi", "Asia"),
    ("amc", "Central America"),
    ("amn", "North America"),
    ("ams", "South America"),
    ("afr", "Africa"),
    ("ant", "Antarctica"),
    ("oce", "Oceania"),
];

/// Code of the continent of a country (lower-case code), `unk` when unknown.
pub fn continent_code(country: &str) -> &'static str {
    countries::find(country).map_or(UNKNOWN_CONTINENT, |row| row.continent)
}

/// English name of the continent with this code, "Unknown" for others.
pub fn continent_name(code: &str) -> &'static str {
    CONTINENTS.iter().find(|(known, _)| *known == code).map_or("Unknown", |(_, name)| name)
}

/// Code and English name of all continents.
pub fn continents() -> impl Iterator<Item = (&'static str, &'static str)> {
    CONTINENTS.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_countries() {
        let cases = [
            ("us", "amn", "North America"),
            ("mx", "amn", "North America"),
            ("br", "ams", "South America"),
            ("cr", "amc", "Central America"),
            ("tr", "eur", "Europe"),
            ("ru", "eur", "Europe"),
            ("il", "asi", "Asia"),
            ("la", "asi", "Asia"),
            ("au", "oce", "Oceania"),
            ("za", "afr", "Africa"),
            ("aq", "ant", "Antarctica"),
            ("xx", "unk", "Unknown"),
        ];
        for (country, code, name) in cases {
            assert_eq!(continent_code(country), code, "{country}");
            assert_eq!(continent_name(code), name);
        }
    }

    #[test]
    fn every_country_lies_somewhere() {
        for (code, _) in countries::countries() {
            let continent = continent_code(code);
            assert!(continents().any(|(known, _)| known == continent), "{code}");
        }
    }
}
