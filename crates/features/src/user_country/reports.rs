use super::{CITY, COUNTRY, REGION};
use crate::{
    core_home::metrics::{NB_VISITS, OF_VISITS},
    rows::{LABEL, all, ours, segment, text},
};
use geolocation::{UNKNOWN_COUNTRY, continent_code, continent_name, country_name, region_name};
use makoto_catalog::{About, Aggregate, Chart, Expr, GoalColumns, Meta, Metric, Part, Report, RowLabel, Scope, Shape};
use makoto_model::Value;

pub const REPORTS: &[&Report] = &[&GET_COUNTRY, &GET_CONTINENT, &GET_REGION, &GET_CITY, &GET_DISTINCT];

const PLAIN: Report = Report {
    category: "General_Visitors",
    subcategory: "UserCountry_SubmenuLocations",
    sort: Some(&NB_VISITS),
    rows_max: (500, 100),
    goals: GoalColumns::ByKeys { inner: false, keys: None },
    ..Report::PLAIN
};

const fn part(keys: &'static [Expr]) -> Part {
    Part { scope: Scope::Visit, keys, only: all, metrics: OF_VISITS, zeros: true }
}

const fn rows(levels: &'static [RowLabel]) -> Shape {
    Shape::Rows { levels, always: None, flat: None }
}

fn flag(code: &str) -> Meta {
    Meta("logo", Value::from(format!("plugins/Morpheus/icons/dist/flags/{code}.png")))
}

static GET_COUNTRY: Report = Report {
    method: "UserCountry.getCountry",
    name: "Country",
    about: &crate::core_home::about::PLACES,
    doc: "The countries that visitors came from.",
    order: 5,
    dimension: Some(&COUNTRY),
    chart: Chart::Map,
    parts: &[part(&[Expr::Column("country")])],
    shape: rows(&[RowLabel {
        ours,
        text: |keys| country_name(text(keys, 0)).to_owned(),
        meta: |keys, meta| {
            let code = text(keys, 0);
            meta.extend([
                Meta("code", Value::from(code)),
                flag(code),
                segment(&[("countryCode", code)]),
                Meta("logoHeight", Value::Int(16)),
            ]);
        },
        flat_column: "UserCountry_Country",
        ..LABEL
    }]),
    ..PLAIN
};

static GET_CONTINENT: Report = Report {
    method: "UserCountry.getContinent",
    name: "Continent",
    about: &About { rows: "Continent", ..crate::core_home::about::OF_PLACES },
    doc: "The continents that visitors came from.",
    order: 6,
    dimension: Some(&COUNTRY),
    parts: &[part(&[Expr::Column("country")])],
    shape: rows(&[RowLabel {
        row: |keys| Some(vec![Value::from(continent_code(text(keys, 0)))]),
        ours,
        text: |keys| continent_name(text(keys, 0)).to_owned(),
        meta: |keys, meta| meta.push(Meta("code", Value::from(continent_name(text(keys, 0))))),
        flat_column: "UserCountry_Continent",
        ..LABEL
    }]),
    ..PLAIN
};

/// Region and country; all visits of unknown regions are one row.
fn region(keys: &[Value]) -> Option<Vec<Value>> {
    Some(match text(keys, 0) {
        "" => vec![Value::from(UNKNOWN_COUNTRY), Value::from(UNKNOWN_COUNTRY)],
        _ => keys.to_vec(),
    })
}

fn region_text(country: &str, code: &str) -> String {
    match (code, region_name(country, code)) {
        (UNKNOWN_COUNTRY | "", _) => "Unknown".to_owned(),
        (_, Some(name)) => name.to_owned(),
        (_, None) => code.to_owned(),
    }
}

fn place_meta(region: &str, country: &str, meta: &mut Vec<Meta>) {
    meta.extend([
        Meta("region", Value::from(region)),
        Meta("country", Value::from(country)),
        Meta("country_name", Value::from(country_name(country))),
        Meta("region_name", Value::from(region_text(country, region))),
        flag(country),
    ]);
}

static GET_REGION: Report = Report {
    method: "UserCountry.getRegion",
    name: "Region",
    about: &crate::core_home::about::PLACES,
    doc: "The regions that visitors came from.",
    order: 7,
    dimension: Some(&REGION),
    parts: &[part(&[Expr::Column("region"), Expr::Column("country")])],
    shape: rows(&[RowLabel {
        row: region,
        ours,
        text: |keys| match text(keys, 0) {
            UNKNOWN_COUNTRY => "Unknown".to_owned(),
            code => format!("{}, {}", region_text(text(keys, 1), code), country_name(text(keys, 1))),
        },
        meta: |keys, meta| {
            let (region, country) = (text(keys, 0), text(keys, 1));
            if region != UNKNOWN_COUNTRY {
                meta.push(segment(&[("regionCode", region), ("countryCode", country)]));
            }
            place_meta(region, country, meta);
        },
        flat_column: "UserCountry_Region",
        ..LABEL
    }]),
    ..PLAIN
};

/// City, region, country and coordinates; all visits of unknown cities are one row.
fn city(keys: &[Value]) -> Option<Vec<Value>> {
    if text(keys, 0).is_empty() {
        return Some(vec![Value::from(UNKNOWN_COUNTRY); 3]);
    }
    let mut key = keys.to_vec();
    if text(keys, 1).is_empty() {
        key[1] = Value::from(UNKNOWN_COUNTRY);
    }
    Some(key)
}

static GET_CITY: Report = Report {
    method: "UserCountry.getCity",
    name: "City",
    about: &crate::core_home::about::PLACES,
    doc: "The cities that visitors came from.",
    order: 8,
    dimension: Some(&CITY),
    parts: &[part(&[
        Expr::Column("city"),
        Expr::Column("region"),
        Expr::Column("country"),
        Expr::Column("latitude"),
        Expr::Column("longitude"),
    ])],
    shape: rows(&[RowLabel {
        row: city,
        identity: 3,
        ours,
        text: |keys| match (text(keys, 0), text(keys, 1), text(keys, 2)) {
            (UNKNOWN_COUNTRY, _, _) => "Unknown".to_owned(),
            (city, UNKNOWN_COUNTRY, country) => format!("{city}, {}", country_name(country)),
            (city, region, country) => format!("{city}, {}, {}", region_text(country, region), country_name(country)),
        },
        meta: |keys, meta| {
            let (city, region, country) = (text(keys, 0), text(keys, 1), text(keys, 2));
            if city == UNKNOWN_COUNTRY {
                meta.push(Meta("city_name", Value::from("Unknown")));
                meta.push(Meta("city", Value::from(UNKNOWN_COUNTRY)));
            } else {
                let coordinates = [("lat", 3), ("long", 4)];
                let known = |place: usize| keys.get(place).filter(|value| !value.is_null());
                meta.extend(coordinates.into_iter().filter_map(|(name, n)| known(n).map(|v| Meta(name, v.clone()))));
                meta.push(segment(&[("city", city), ("regionCode", region), ("countryCode", country)]));
                meta.push(Meta("city_name", Value::from(city)));
            }
            place_meta(region, country, meta);
        },
        flat_column: "UserCountry_City",
        ..LABEL
    }]),
    ..PLAIN
};

static COUNTRIES: Metric = Metric::counted(
    "UserCountry_distinctCountries",
    "Distinct countries",
    "How many different countries visitors came from.",
    Aggregate::Distinct("country"),
    None,
);

static GET_DISTINCT: Report = Report {
    method: "UserCountry.getNumberOfDistinctCountries",
    name: "Distinct countries",
    doc: "How many different countries visitors came from.",
    order: 9,
    parts: &[Part { scope: Scope::Visit, keys: &[], only: all, metrics: &[&COUNTRIES], zeros: true }],
    sort: None,
    shape: Shape::Number { text: None },
    goals: GoalColumns::None,
    ..PLAIN
};
