//! What somebody wants to make public, read from a call, and the hash by which its confirmation is bound to it.

use super::{
    allowed::{DASHBOARD, Show, allowed, methods_with},
    settings::{VISITS_MIN, VISITS_MIN_MAX},
};
use crate::{
    Services,
    services::{bad, list},
};
use makoto_catalog::{ApiError, Param, ParamKind};
use makoto_meta::{Channel, PublicGrant, PublicScope, PublicWhat, Snapshot};
use makoto_model::{Params, SiteId};

pub const MONTHS_DEFAULT: u32 = 13;
pub const MONTHS_MAX: u32 = 60;
pub const DAYS_DEFAULT: u32 = 90;
pub const DAYS_MAX: u32 = 365;
/// Origins that may frame one grant at most, and bytes of each.
const ORIGINS_MAX: usize = 20;
const ORIGIN_BYTES_MAX: usize = 253;
const SEGMENT_BYTES_MAX: usize = 2_000;

const fn optional(name: &'static str, kind: ParamKind, doc: &'static str) -> Param {
    Param { name, kind, default: Some(""), doc }
}

pub const WHAT: Param = optional("what", ParamKind::Text, "site, dashboard, reports (the default) or widgets");
pub const REPORTS: Param = optional("reports", ParamKind::List, "methods of the reports, for reports and widgets");
pub const SHOWS: Param =
    optional("shows", ParamKind::List, "fullUrls, searchTerms, revenue, annotations: shown on purpose");
pub const MONTHS: Param = optional("months", ParamKind::Int, "months back that are shown, 1 to 60; 13 by default");
pub const SEGMENT: Param = optional("segment", ParamKind::Text, "which visits count; every visit by default");
pub const LEAST: Param = optional("visitsMin", ParamKind::Int, "rows of fewer visits are Others, 0 to 20");
pub const CHANNEL: Param = optional("channel", ParamKind::Text, "open (the default), link or password");
pub const ORIGINS: Param =
    optional("origins", ParamKind::List, "origins of pages that may frame it, each https://host");
pub const DAYS: Param = optional("expiresInDays", ParamKind::Int, "1 to 365, 90 by default; 0 for none, when open");

/// What is to be public, and for how long.
#[derive(Clone, Debug)]
pub struct Draft {
    pub scope: PublicScope,
    pub life_days: u32,
}

fn number(params: &Params, name: &str, default: u32, least: u32, most: u32) -> Result<u32, ApiError> {
    match params.filled(name) {
        None => Ok(default),
        Some(text) => match text.trim().parse() {
            Ok(value) if (least..=most).contains(&value) => Ok(value),
            _ => Err(bad(name, format!("write a number from {least} to {most}"))),
        },
    }
}

/// Words of a list, given one by one or with commas.
fn words(params: &Params, name: &str) -> Vec<String> {
    let texts = list(params, name).unwrap_or_default();
    let mut words: Vec<String> =
        texts.iter().flat_map(|text| text.split(',')).map(|word| word.trim().to_owned()).collect();
    words.retain(|word| !word.is_empty());
    words.sort();
    words.dedup();
    words
}

/// An origin as browsers write it: scheme and host, perhaps a port, and nothing else.
fn origin(text: &str) -> Result<String, ApiError> {
    let wrong = || bad("origins", format!("{text} is no origin; write https://www.example.org"));
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://localhost").map(|_| "localhost"));
    let host = rest.ok_or_else(wrong)?.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    match !host.is_empty() && host.chars().all(plain) && text.len() <= ORIGIN_BYTES_MAX {
        true => Ok(text.trim_end_matches('/').to_lowercase()),
        false => Err(wrong()),
    }
}

impl Draft {
    /// Reads what is to be public.
    ///
    /// # Errors
    /// `BadParam` names what is wrong.
    pub fn read(services: &Services, params: &Params) -> Result<Draft, ApiError> {
        let what = params.filled("what").unwrap_or("reports");
        let what = PublicWhat::parse(what).ok_or_else(|| bad("what", "use site, dashboard, reports or widgets"))?;
        let channel = params.filled("channel").unwrap_or("open");
        let channel = Channel::parse(channel).ok_or_else(|| bad("channel", "use open, link or password"))?;
        let shows = read_shows(params)?;
        let least = services.meta.snapshot().setting(&VISITS_MIN);
        let origins = words(params, "origins");
        if origins.len() > ORIGINS_MAX {
            return Err(bad("origins", format!("name at most {ORIGINS_MAX}")));
        }
        let life_days = number(params, "expiresInDays", DAYS_DEFAULT, 0, DAYS_MAX)?;
        if life_days == 0 && channel != Channel::Open {
            return Err(bad("expiresInDays", "only what is open to everybody may have no end; write 1 to 365"));
        }
        let scope = PublicScope {
            what,
            methods: methods(what, &shows, params)?,
            shows: shows.iter().map(|show| show.name().to_owned()).collect(),
            months: number(params, "months", MONTHS_DEFAULT, 1, MONTHS_MAX)?,
            segment: read_segment(services, params.filled("segment").unwrap_or(""))?,
            visits_min: number(params, "visitsMin", least, 0, VISITS_MIN_MAX)?,
            channel,
            origins: origins.iter().map(|text| origin(text)).collect::<Result<_, _>>()?,
        };
        Ok(Draft { scope, life_days })
    }
}

fn read_shows(params: &Params) -> Result<Vec<Show>, ApiError> {
    let show = |name: &String| {
        let known = Show::ALL.iter().map(|show| show.name()).collect::<Vec<_>>().join(", ");
        Show::parse(name).ok_or_else(|| bad("shows", format!("use some of {known}")))
    };
    words(params, "shows").iter().map(show).collect()
}

/// The reports, each by name, so that none that comes later is among them.
fn methods(what: PublicWhat, shows: &[Show], params: &Params) -> Result<Vec<String>, ApiError> {
    let mut chosen: Vec<String> = match what {
        PublicWhat::Site => methods_with(shows).into_iter().map(str::to_owned).collect(),
        PublicWhat::Dashboard => DASHBOARD.iter().map(|method| (*method).to_owned()).collect(),
        PublicWhat::Reports | PublicWhat::Widgets => words(params, "reports"),
    };
    if chosen.is_empty() {
        return Err(bad("reports", "name the reports that are to be public"));
    }
    for method in &chosen {
        let found = allowed(method).ok_or_else(|| bad("reports", format!("{method} can never be public")))?;
        if let Some(needs) = found.needs.filter(|needs| !shows.contains(needs)) {
            let why = format!("{method} shows {}; choose {} too", needs.title().to_lowercase(), needs.name());
            return Err(bad("reports", why));
        }
    }
    chosen.sort();
    Ok(chosen)
}

/// A segment by which nobody is singled out.
fn read_segment(services: &Services, text: &str) -> Result<String, ApiError> {
    if text.len() > SEGMENT_BYTES_MAX {
        return Err(bad("segment", format!("write at most {SEGMENT_BYTES_MAX} bytes")));
    }
    let is_private = |name: &str| {
        let mut names = services.meta.catalog().dimensions().flat_map(|dimension| dimension.segments);
        names.find(|known| known.name == name).is_none_or(|known| known.signed_in_only)
    };
    for leaf in text.split([';', ',']).filter(|leaf| !leaf.is_empty()) {
        let end = leaf.find(['=', '!', '<', '>']).unwrap_or(leaf.len());
        if is_private(leaf[..end].trim()) {
            let why = format!("{} cannot stand in a public segment", &leaf[..end]);
            return Err(bad("segment", why));
        }
    }
    Ok(text.to_owned())
}

/// One line of what a confirmation is bound to.
pub struct Confirmed<'a> {
    /// Number and version of the grant; zeros for one that is yet to be made.
    pub grant: (i64, i64),
    pub site: SiteId,
    pub scope: &'a PublicScope,
    pub life_days: u32,
}

impl<'a> Confirmed<'a> {
    pub fn of(grant: &'a PublicGrant) -> Confirmed<'a> {
        let (scope, life_days) = (&grant.scope, grant.life_days);
        Confirmed { grant: (grant.id, grant.version), site: grant.site, scope, life_days }
    }
}

/// Stands for exactly these sites, reports and rules, as they are now.
pub fn hash(snapshot: &Snapshot, lines: &[Confirmed<'_>]) -> String {
    let mut text = String::new();
    for line in lines {
        let name = snapshot.site_rows.get(&line.site).map_or("", |site| site.name.as_str());
        let (id, version) = line.grant;
        let scope = line.scope.written();
        text.push_str(&format!("{id}\t{version}\t{}\t{name:?}\t{scope}\t{}\n", line.site, line.life_days));
    }
    makoto_meta::hex(&makoto_identity::hash_secret(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_hosts_and_nothing_else() {
        assert_eq!(origin("https://WWW.example.org/").unwrap(), "https://www.example.org");
        assert_eq!(origin("https://a.example:8443").unwrap(), "https://a.example:8443");
        for wrong in ["*", "https://*", "http://a.example", "https://a.example/b", "https://a; script-src *", "'self'"]
        {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }
}
