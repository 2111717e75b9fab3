//! Look-ups over sites, time zones and currencies.

use super::{currencies::CURRENCIES, site_row};
use crate::{Services, services::list};
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

/// The zone's place as people say it: "America/New_York" is "New York".
pub(super) fn zone_name(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

pub(super) fn zones() -> Answer {
    let mut continents: BTreeMap<String, Vec<(String, Answer)>> = BTreeMap::new();
    for zone in jiff::tz::db().available() {
        let zone = zone.as_str();
        if let Some((continent, _)) = zone.split_once('/')
            && !["Etc", "posix", "right", "SystemV", "US", "Canada", "Brazil", "Chile", "Mexico"].contains(&continent)
        {
            continents.entry(continent.to_owned()).or_default().push((zone.to_owned(), zone_name(zone).into()));
        }
    }
    let mut groups: Vec<(String, Answer)> =
        continents.into_iter().map(|(continent, zones)| (continent, Answer::Record(zones))).collect();
    let offset = |half_hours: i32| {
        let hours = f64::from(half_hours) / 2.0;
        let name = if half_hours == 0 { "UTC".to_owned() } else { format!("UTC{hours:+}") };
        (name.clone(), Answer::from(name))
    };
    groups.push(("UTC".to_owned(), Answer::Record((-24..=28).map(offset).collect())));
    Answer::Record(groups)
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
