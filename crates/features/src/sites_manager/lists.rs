//! Look-ups over sites, time zones and currencies.

use super::{currencies::CURRENCIES, site_row};
use crate::{Services, services::list};
use geolocation::{continent_code, continent_name};
use makoto_access::{Caller, Role};
use makoto_catalog::{Answer, ApiError};
use makoto_meta::SiteRow;
use makoto_model::Params;
use std::collections::{BTreeMap, BTreeSet};

/// An address without protocol, `www.` and trailing slash, for comparison.
fn bare(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_start_matches("www.").trim_end_matches('/').to_lowercase()
}

pub(super) fn ids_of_url(services: &Services, caller: &Caller, url: &str) -> Result<Answer, ApiError> {
    let wanted = bare(url);
    let snapshot = services.meta.snapshot();
    let rows = snapshot.site_rows.values().filter(|row| caller.principal.role(row.id).is_some());
    let found = rows.filter(|row| row.urls.iter().any(|own| bare(own) == wanted));
    Ok(found.map(|row| Answer::record([("idsite", Answer::Int(i64::from(row.id.0)))])).collect())
}

/// Sites given out at most.
const SITES_MAX: usize = 10_000;

/// The sites that the caller may see, of this role where one is named, without those that are left out.
pub(super) fn matching(
    services: &Services,
    caller: &Caller,
    pattern: &str,
    (limit, without): (usize, &[String]),
    role: Option<Role>,
) -> Answer {
    found(services, caller, pattern, (limit, without), role).iter().map(|row| site_row(row, caller)).collect()
}

fn found(
    services: &Services,
    caller: &Caller,
    pattern: &str,
    (limit, without): (usize, &[String]),
    role: Option<Role>,
) -> Vec<SiteRow> {
    let pattern = pattern.to_lowercase();
    let snapshot = services.meta.snapshot();
    let left_out: Vec<u32> =
        without.iter().flat_map(|text| text.split(',')).filter_map(|text| text.trim().parse().ok()).collect();
    let held = |row: &SiteRow| match (caller.principal.role(row.id), role) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(own), Some(wanted)) => own == wanted,
    };
    let rows = snapshot.site_rows.values().filter(|row| held(row) && !left_out.contains(&row.id.0));
    let found = rows.filter(|row| {
        row.name.to_lowercase().contains(&pattern)
            || row.group.to_lowercase().contains(&pattern)
            || row.id.to_string() == pattern
            || row.urls.iter().any(|url| url.to_lowercase().contains(&pattern))
    });
    found.take(limit).cloned().collect()
}

/// The sites that the caller administers, with all their addresses where those are asked for.
pub(super) fn administered(services: &Services, caller: &Caller, params: &Params) -> Answer {
    let limit = params.int("limit").and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(SITES_MAX);
    let without = list(params, "sitesToExclude").unwrap_or_default();
    let pattern = params.filled("pattern").unwrap_or("");
    let rows = found(services, caller, pattern, (limit.min(SITES_MAX), &without), Some(Role::Admin));
    let with_urls = params.flag("fetchAliasUrls");
    let record = |row: &SiteRow| match (site_row(row, caller), with_urls) {
        (Answer::Record(mut fields), true) => {
            let urls = row.urls.iter().skip(1).map(String::as_str).collect();
            fields.push(("alias_urls".to_owned(), urls));
            Answer::Record(fields)
        }
        (plain, _) => plain,
    };
    rows.iter().map(record).collect()
}

pub(super) fn groups(services: &Services) -> Answer {
    let snapshot = services.meta.snapshot();
    let names: BTreeSet<String> = snapshot.site_rows.values().map(|row| row.group.clone()).collect();
    names.into_iter().collect()
}

pub(super) fn zones_in_use(services: &Services) -> Answer {
    let snapshot = services.meta.snapshot();
    let names: BTreeSet<String> = snapshot.site_rows.values().map(|row| row.timezone.clone()).collect();
    names.into_iter().collect()
}

/// Every zone by the continent of its country, called by the country, and by its place where the country has several;
/// then offsets from UTC.
pub(super) fn zones() -> Answer {
    let mut continents: BTreeMap<&'static str, Vec<(String, Answer)>> = BTreeMap::new();
    for (country, zones) in geolocation::zones() {
        let continent = continent_name(continent_code(country));
        for zone in zones {
            let name = zone_name(country, zone, zones.len() > 1);
            continents.entry(continent).or_default().push(((*zone).to_owned(), name.into()));
        }
    }
    let mut groups: Vec<(String, Answer)> = continents
        .into_iter()
        .map(|(continent, mut zones)| {
            zones.sort_by(|a, b| by_name(&a.1).cmp(by_name(&b.1)));
            (continent.to_owned(), Answer::Record(zones))
        })
        .collect();
    groups.push(("UTC".to_owned(), Answer::Record(OFFSETS_MIN.iter().copied().map(offset).collect())));
    Answer::Record(groups)
}

fn by_name(name: &Answer) -> &str {
    if let Answer::Text(text) = name { text } else { "" }
}

/// What a zone of this country is called; by its place too where the country has several zones.
pub(super) fn zone_name(country: &str, zone: &str, several: bool) -> String {
    let country = geolocation::country_name(country);
    if several { format!("{country} - {}", geolocation::zone_place(zone)) } else { country.to_owned() }
}

/// What the zone of a site is called: by its country, or as an offset.
pub(super) fn called(zone: &str) -> String {
    let mut known = geolocation::zones();
    if let Some((country, zones)) = known.find(|(_, zones)| zones.contains(&zone)) {
        return zone_name(country, zone, zones.len() > 1);
    }
    let offset = OFFSETS_MIN.iter().copied().map(offset).find(|(name, _)| name == zone);
    offset.map_or_else(|| geolocation::zone_place(zone), |(_, name)| by_name(&name).to_owned())
}

/// Offsets from UTC that a site may have in place of a zone, in minutes.
const OFFSETS_MIN: &[i32] = &[
    -720, -690, -660, -630, -600, -570, -540, -510, -480, -450, -420, -390, -360, -330, -300, -270, -240, -210, -180,
    -150, -120, -90, -60, -30, 0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 450, 480,
    510, 525, 540, 570, 600, 630, 660, 690, 720, 765, 780, 825, 840,
];

/// `UTC+5.5`, called `UTC+5:30`.
fn offset(minutes: i32) -> (String, Answer) {
    if minutes == 0 {
        return ("UTC".to_owned(), "UTC".into());
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let clock = if rest == 0 { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{rest:02}") };
    (format!("UTC{sign}{}", f64::from(minutes.abs()) / 60.0), clock.into())
}

/// The currency's English name; its code when it is not in the list.
pub(super) fn currency_name(code: &str) -> String {
    CURRENCIES.iter().find(|currency| currency.0 == code).map_or(code, |currency| currency.1).to_owned()
}

/// The currency's symbol; its code when it is not in the list.
pub fn currency_symbol(code: &str) -> String {
    CURRENCIES.iter().find(|currency| currency.0 == code).map_or(code, |currency| currency.2).to_owned()
}

pub(super) fn currencies(shown: fn(&(&str, &str, &str)) -> String) -> Answer {
    Answer::Record(CURRENCIES.iter().map(|currency| (currency.0.to_owned(), shown(currency).into())).collect())
}
