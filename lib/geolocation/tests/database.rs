//! Databases of both shapes, made here byte by byte, and damaged ones.

use geolocation::{CityDb, CountryDb, Error, Place};
use proptest::prelude::*;
use std::net::IpAddr;

/// A value of the format; every kind that location databases hold.
enum Value {
    Text(&'static str),
    Double(f64),
    Float(f32),
    Short(u16),
    Int(u32),
    Long(u64),
    List(Vec<Value>),
    Map(Vec<(&'static str, Value)>),
}

use Value::{Double, Float, Int, List, Long, Map, Short, Text};

/// Writes a control byte (and one more for kinds above 7) for fewer than 29 items.
fn control(kind: u8, size: usize, out: &mut Vec<u8>) {
    let size = u8::try_from(size).expect("a small value");
    assert!(size < 29, "a small value");
    if kind > 7 {
        out.extend([size, kind - 7]);
    } else {
        out.push(kind << 5 | size);
    }
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Text(text) => {
            control(2, text.len(), out);
            out.extend(text.as_bytes());
        }
        Double(number) => {
            control(3, 8, out);
            out.extend(number.to_be_bytes());
        }
        Float(number) => {
            control(15, 4, out);
            out.extend(number.to_be_bytes());
        }
        Short(number) => {
            control(5, 2, out);
            out.extend(number.to_be_bytes());
        }
        Int(number) => {
            control(6, 4, out);
            out.extend(number.to_be_bytes());
        }
        Long(number) => {
            control(9, 8, out);
            out.extend(number.to_be_bytes());
        }
        List(items) => {
            control(11, items.len(), out);
            items.iter().for_each(|item| write(item, out));
        }
        Map(entries) => {
            control(7, entries.len(), out);
            for (key, item) in entries {
                write(&Text(key), out);
                write(item, out);
            }
        }
    }
}

/// A database with one node: addresses that begin with a 0 bit have `value`, others nothing.
fn database(ip_version: u16, value: &Value) -> Vec<u8> {
    const NODES: u8 = 1;
    const SEPARATOR_LENGTH: u8 = 16;
    let mut bytes = vec![0, 0, NODES + SEPARATOR_LENGTH, 0, 0, NODES];
    bytes.extend([0; SEPARATOR_LENGTH as usize]);
    write(value, &mut bytes);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    let metadata = Map(vec![
        ("binary_format_major_version", Short(2)),
        ("binary_format_minor_version", Short(0)),
        ("build_epoch", Long(1_780_000_000)),
        ("database_type", Text("test")),
        ("description", Map(vec![])),
        ("ip_version", Short(ip_version)),
        ("languages", List(vec![])),
        ("node_count", Int(NODES.into())),
        ("record_size", Short(24)),
    ]);
    write(&metadata, &mut bytes);
    bytes
}

fn flat(country: &'static str) -> Value {
    Map(vec![("country_code", Text(country))])
}

fn flat_city() -> Value {
    Map(vec![
        ("city", Text("Munich (Maxvorstadt)")),
        ("country_code", Text("DE")),
        ("latitude", Float(48.1507)),
        ("longitude", Float(11.569)),
        ("postcode", Text("")),
        ("state1", Text("Bavaria")),
        ("timezone", Text("")),
    ])
}

fn nested_city() -> Value {
    let names = |name| ("names", Map(vec![("de", Text("anders")), ("en", Text(name))]));
    Map(vec![
        ("city", Map(vec![names("Oakland")])),
        ("country", Map(vec![("iso_code", Text("US")), names("United States")])),
        ("location", Map(vec![("latitude", Double(37.80441)), ("longitude", Double(-122.2711))])),
        ("subdivisions", List(vec![Map(vec![("iso_code", Text("CA")), names("California")])])),
    ])
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn place(country: &[u8; 2], region: (&str, &str), city: &str, at: (f64, f64)) -> Place {
    Place {
        country: Some(*country),
        region_name: Some(region.0.to_owned()),
        region_code: Some(region.1.to_owned()),
        city: Some(city.to_owned()),
        latitude: Some(at.0),
        longitude: Some(at.1),
    }
}

#[test]
fn countries_of_flat_and_nested_databases() {
    for row in [flat("DE"), nested_city()] {
        let expected = if matches!(&row, Map(entries) if entries.len() == 1) { b"de" } else { b"us" };
        let db = CountryDb::new(database(4, &row)).expect("a database");
        assert_eq!(db.country(ip("10.0.0.1")), Some(*expected));
        assert_eq!(db.country(ip("::ffff:10.0.0.1")), Some(*expected));
        assert_eq!(db.country(ip("200.0.0.1")), None);
        assert_eq!(db.country(ip("2001:db8::1")), None, "a database of version 4 addresses");
        assert_eq!(db.built_at_s(), 1_780_000_000);
    }
    let odd = CountryDb::new(database(4, &flat("DEU"))).expect("a database");
    assert_eq!(odd.country(ip("10.0.0.1")), None);
}

#[test]
fn places_of_flat_and_nested_databases() {
    let flat = CityDb::new([database(4, &flat_city()).into()]).expect("a database");
    let munich = place(b"de", ("Bavaria", "BY"), "Munich", (48.1507, 11.569));
    assert_eq!(flat.locate(ip("10.0.0.1")), munich);
    assert_eq!(flat.locate(ip("200.0.0.1")), Place::default());

    let nested = CityDb::new([database(4, &nested_city()).into()]).expect("a database");
    let oakland = place(b"us", ("California", "CA"), "Oakland", (37.8044, -122.2711));
    assert_eq!(nested.locate(ip("10.0.0.1")), oakland);
}

#[test]
fn each_family_has_its_file() {
    let files = [database(4, &flat_city()).into(), database(6, &nested_city()).into()];
    let db = CityDb::new(files).expect("a database");
    assert_eq!(db.locate(ip("10.0.0.1")).country, Some(*b"de"));
    assert_eq!(db.locate(ip("2001:db8::1")).country, Some(*b"us"));
    assert_eq!(db.built_at_s(), 1_780_000_000);
}

#[test]
fn empty_texts_are_unknown() {
    let row = Map(vec![("city", Text("")), ("country_code", Text("")), ("state1", Text(""))]);
    let db = CityDb::new([database(4, &row).into()]).expect("a database");
    assert_eq!(db.locate(ip("10.0.0.1")), Place::default());
}

#[test]
fn refuses_what_is_no_database() {
    assert!(matches!(CountryDb::new(Vec::new()), Err(Error::Unreadable(_))));
    assert!(matches!(CountryDb::new(b"not a database".as_slice()), Err(Error::Unreadable(_))));
    assert!(matches!(CityDb::new([]), Err(Error::Empty)));
}

proptest! {
    /// A damaged file is refused or answers something, but ends nothing.
    #[test]
    fn damage_does_not_panic(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        address in any::<u32>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let whole = database(4, &nested_city());
        let mut damaged = whole.clone();
        damaged[at.index(whole.len())] = byte;
        for bytes in [damaged, whole[..cut.index(whole.len())].to_vec()] {
            let address = IpAddr::V4(address.into());
            if let Ok(db) = CountryDb::new(bytes.clone()) {
                db.country(address);
            }
            if let Ok(db) = CityDb::new([bytes.into()]) {
                db.locate(address);
            }
        }
    }
}
