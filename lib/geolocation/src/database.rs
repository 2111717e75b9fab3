//! Databases of addresses in MaxMind's format, handed over as bytes.

use crate::regions;
use maxminddb::Reader;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt::{self, Formatter};
use std::net::IpAddr;

/// The bytes of a database: compiled in or read by the caller.
type Data = Cow<'static, [u8]>;

/// What keeps a database from being used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no database.
    #[error("this is no usable location database, download it again: {0}")]
    Unreadable(#[from] maxminddb::MaxMindDbError),
    /// No bytes were given at all.
    #[error("a location database needs at least one file")]
    Empty,
}

/// A database that knows countries.
pub struct CountryDb {
    reader: Reader<Data>,
}

/// A database that knows cities, in one file or in one for each family of addresses.
pub struct CityDb {
    readers: Vec<Reader<Data>>,
}

/// Where an address is, as far as a database knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// Lower-case ISO 3166-1 code.
    pub country: Option<[u8; 2]>,
    /// Name of the region as the database writes it.
    pub region_name: Option<String>,
    /// Second part of the region's ISO 3166-2 code.
    pub region_code: Option<String>,
    /// Name of the city without its district.
    pub city: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
}

/// The fields of flat databases and of those that nest them as MaxMind does.
#[derive(Deserialize, Default)]
#[serde(default)]
struct CountryRow<'a> {
    #[serde(borrow)]
    country_code: Option<&'a str>,
    #[serde(borrow)]
    country: Option<Coded<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CityRow<'a> {
    #[serde(borrow)]
    country_code: Option<&'a str>,
    #[serde(borrow)]
    country: Option<Coded<'a>>,
    #[serde(borrow)]
    state1: Option<&'a str>,
    #[serde(borrow)]
    subdivisions: Vec<Coded<'a>>,
    #[serde(borrow)]
    city: Option<City<'a>>,
    latitude: Option<Degrees>,
    longitude: Option<Degrees>,
    location: Option<Location>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Coded<'a> {
    #[serde(borrow)]
    iso_code: Option<&'a str>,
    #[serde(borrow)]
    names: Names<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Names<'a> {
    #[serde(borrow)]
    en: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum City<'a> {
    #[serde(borrow)]
    Flat(&'a str),
    #[serde(borrow)]
    Nested(Coded<'a>),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Location {
    latitude: Option<Degrees>,
    longitude: Option<Degrees>,
}

/// A coordinate. Flat databases hold it in single precision, others in double;
/// both have four digits that mean something, about ten metres.
struct Degrees(f64);

impl<'de> Deserialize<'de> for Degrees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DegreesVisitor)
    }
}

struct DegreesVisitor;

impl Visitor<'_> for DegreesVisitor {
    type Value = Degrees;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number of degrees")
    }

    fn visit_f64<E>(self, degrees: f64) -> Result<Degrees, E> {
        Ok(Degrees((degrees * 10_000.0).round() / 10_000.0))
    }

    fn visit_f32<E: de::Error>(self, degrees: f32) -> Result<Degrees, E> {
        self.visit_f64(degrees.into())
    }
}

impl CountryDb {
    /// Opens the database in `data`.
    ///
    /// # Errors
    /// When the bytes are no database.
    pub fn new(data: impl Into<Data>) -> Result<Self, Error> {
        Ok(Self { reader: Reader::from_source(data.into())? })
    }

    /// Lower-case code of the country of `ip`. A damaged entry counts as unknown.
    pub fn country(&self, ip: IpAddr) -> Option<[u8; 2]> {
        let row: CountryRow<'_> = self.reader.lookup(ip.to_canonical()).ok()?.decode().ok()??;
        let nested = || row.country.and_then(|country| country.iso_code);
        code(row.country_code.or_else(nested)?)
    }

    /// When the database was made, in seconds since 1970.
    pub fn built_at_s(&self) -> u64 {
        self.reader.metadata().build_epoch
    }
}

impl CityDb {
    /// Opens the database in `files`: one for both families of addresses, or
    /// one for each, in any order.
    ///
    /// # Errors
    /// When there is no file, or one is no database.
    pub fn new(files: impl IntoIterator<Item = Data>) -> Result<Self, Error> {
        let readers = files.into_iter().map(Reader::from_source).collect::<Result<Vec<_>, _>>()?;
        if readers.is_empty() {
            return Err(Error::Empty);
        }
        Ok(Self { readers })
    }

    /// Where `ip` is; all fields are empty when nothing is known.
    pub fn locate(&self, ip: IpAddr) -> Place {
        let ip = ip.to_canonical();
        self.readers.iter().find_map(|reader| place(reader, ip)).unwrap_or_default()
    }

    /// When the oldest file was made, in seconds since 1970.
    pub fn built_at_s(&self) -> u64 {
        self.readers.iter().map(|reader| reader.metadata().build_epoch).min().unwrap_or_default()
    }
}

fn place(reader: &Reader<Data>, ip: IpAddr) -> Option<Place> {
    let row: CityRow<'_> = reader.lookup(ip).ok()?.decode().ok()??;
    let country = row.country_code.or(row.country.and_then(|c| c.iso_code)).and_then(code);
    let region = row.subdivisions.first();
    let region_name = row.state1.or(region.and_then(|r| r.names.en)).filter(|name| !name.is_empty());
    let region_code = region.and_then(|r| r.iso_code).or_else(|| {
        let country = country?;
        regions::region_code(std::str::from_utf8(&country).ok()?, region_name?)
    });
    let city = row.city.and_then(|city| match city {
        City::Flat(name) => Some(name),
        City::Nested(city) => city.names.en,
    });
    let (latitude, longitude) = match row.location {
        Some(location) => (location.latitude, location.longitude),
        None => (row.latitude, row.longitude),
    };
    Some(Place {
        country,
        region_name: region_name.map(str::to_owned),
        region_code: region_code.map(str::to_owned),
        city: city.map(without_district).filter(|name| !name.is_empty()).map(str::to_owned),
        latitude: latitude.map(|degrees| degrees.0),
        longitude: longitude.map(|degrees| degrees.0),
    })
}

fn code(text: &str) -> Option<[u8; 2]> {
    let code: [u8; 2] = text.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_alphanumeric).then(|| code.map(|b| b.to_ascii_lowercase()))
}

/// `Berlin (Mitte)` → `Berlin`: reports would show each district as a city.
fn without_district(city: &str) -> &str {
    city.split_once(" (").map_or(city, |(name, _)| name)
}
