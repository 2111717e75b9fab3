//! Where visitors are.

mod codes;
mod reports;

pub use codes::METHODS;

use crate::devices_detection::meets;
use geolocation::{continent_code, countries};
use makoto_catalog::{Dimension, Feature, Kind, Op, Privacy, Read, SegmentName, columns::NAMES};
use makoto_model::Value;

/// Heading of the segment editor.
pub const LOCATION: &str = "UserCountry_VisitLocation";

/// Lower-case code; "xx" when unknown.
pub static COUNTRY: Dimension =
    Dimension::read_visit("UserCountry.Country", "Country", "country", Kind::Text(NAMES), |facts| {
        let code = facts.place.country.as_str();
        Value::from(if code.is_empty() { geolocation::UNKNOWN_COUNTRY } else { code })
    })
    .segments(&[
        SegmentName::text("countryCode", "Country code", LOCATION).accepted("de, us, fr, in, es, …"),
        SegmentName::text("countryName", "Country", LOCATION)
            .read(Read::Named(by_name), "Germany")
            .accepted("Germany, France, Spain, ..."),
        SegmentName::text("continentCode", "Continent", LOCATION)
            .read(Read::Named(by_continent), "eur")
            .accepted("eur, asi, amc, amn, ams, afr, ant, oce"),
    ]);

fn by_name(op: Op, text: &str) -> Vec<Value> {
    if op == Op::Is && text.eq_ignore_ascii_case("unknown") {
        return vec![Value::from(geolocation::UNKNOWN_COUNTRY)];
    }
    countries().filter(|(_, name)| meets(op, name, text)).map(|(code, _)| Value::from(code)).collect()
}

fn by_continent(op: Op, text: &str) -> Vec<Value> {
    countries().filter(|(code, _)| meets(op, continent_code(code), text)).map(|(code, _)| Value::from(code)).collect()
}

pub static REGION: Dimension =
    Dimension::read_visit("UserCountry.Region", "Region", "region", Kind::Text(NAMES), |facts| {
        Value::from(facts.place.region.as_str())
    })
    .segments(&[SegmentName::text("regionCode", "Region", LOCATION).accepted("01, 02, CA, BE, …")]);

pub static CITY: Dimension = Dimension::read_visit("UserCountry.City", "City", "city", Kind::Text(NAMES), |facts| {
    Value::from(facts.place.city.as_str())
})
.privacy(Privacy::Pseudonymous)
.segments(&[SegmentName::text("city", "City", LOCATION).accepted("Sydney, Sao Paulo, Rome, etc.")]);

static LATITUDE: Dimension =
    Dimension::read_visit("UserCountry.Latitude", "Latitude", "latitude", Kind::Float, |facts| {
        facts.place.latitude.map_or(Value::Null, Value::Float)
    })
    .privacy(Privacy::Pseudonymous)
    .segments(&[SegmentName::text("latitude", "Latitude", LOCATION).of_numbers().accepted("-33.578, 40.830, etc.")]);

static LONGITUDE: Dimension =
    Dimension::read_visit("UserCountry.Longitude", "Longitude", "longitude", Kind::Float, |facts| {
        facts.place.longitude.map_or(Value::Null, Value::Float)
    })
    .privacy(Privacy::Pseudonymous)
    .segments(&[SegmentName::text("longitude", "Longitude", LOCATION).of_numbers().accepted("-70.664, 14.326, etc.")]);

pub static FEATURE: Feature = Feature {
    name: "UserCountry",
    dimensions: &[&COUNTRY, &REGION, &CITY, &LATITUDE, &LONGITUDE],
    metrics: &[],
    reports: reports::REPORTS,
    settings: &[],
};
