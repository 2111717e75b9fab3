//! Where visitors are and which languages they read: databases of addresses,
//! and facts about countries, regions, continents and languages.
//!
//! Nothing here opens a file: a caller hands over the bytes of a database.

mod accept_language;
mod continents;
mod countries;
mod database;
mod languages;
mod regions;
mod zones;

pub use accept_language::{accept_language_key, guess_country, visit_language};
pub use continents::{UNKNOWN_CONTINENT, continent_code, continent_name, continents};
pub use countries::{UNKNOWN_COUNTRY, countries, country_name, is_country};
pub use database::{CityDb, CountryDb, Error, Place};
pub use languages::{UNKNOWN_LANGUAGE, is_language, language_label, language_name, languages, report_language};
pub use regions::{region_code, region_name, regions};
pub use zones::{zone_place, zones};
