//! What somebody wants to make public, read from a call, and the hash by which its confirmation is bound to it.

use super::{
    allowed::{DASHBOARD, Show, allowed, methods_with},
    settings::{VISITS_MIN, VISITS_MIN_MAX},
};
use crate::{
    Services, dashboard,
    services::{bad, list},
};
use makoto_access::Caller;
use makoto_catalog::{ApiError, Param, ParamKind};
use makoto_meta::{Channel, PublicDashboard, PublicGrant, PublicScope, PublicWhat, Snapshot};
use makoto_model::{Params, SiteId};

pub const MONTHS_DEFAULT: u32 = 13;
pub const MONTHS_MAX: u32 = 60;
pub const DAYS_DEFAULT: u32 = 90;
pub const DAYS_MAX: u32 = 365;
/// Origins that may frame one grant at most, and bytes of each.
const ORIGINS_MAX: usize = 20;
const ORIGIN_BYTES_MAX: usize = 253;
const SEGMENT_BYTES_MAX: usize = 2_000;
/// Widgets of a dashboard that are looked at, and those left out that are named.
const WIDGETS_MAX: usize = 100;
const LEFT_OUT_MAX: usize = 30;
/// Widgets that are graphs of the numbers that a report answers as `get`.
const GRAPHS: &[&str] = &["getEvolutionGraph", "getSparklines", "index", "getIndexGraph"];

const fn optional(name: &'static str, kind: ParamKind, doc: &'static str) -> Param {
    Param { name, kind, default: Some(""), doc }
}

pub const WHAT: Param = optional("what", ParamKind::Text, "site, dashboard, reports (the default) or widgets");
pub const REPORTS: Param = optional("reports", ParamKind::List, "methods of the reports, for reports and widgets");
pub const DASHBOARD_ID: Param = optional(
    "idDashboard",
    ParamKind::Int,
    "number of a dashboard, for dashboard; 0 (or nothing, for a new one) for the reports of the site's first page",
);
pub const DASHBOARD_LOGIN: Param =
    optional("login", ParamKind::Text, "whose dashboard it is; the caller's own without it");
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
    let (scheme, host) = text.trim_end_matches('/').split_once("://").ok_or_else(wrong)?;
    if scheme != "https" && (scheme != "http" || host.split(':').next() != Some("localhost")) {
        return Err(wrong());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    match !host.is_empty() && host.chars().all(plain) && text.len() <= ORIGIN_BYTES_MAX {
        true => Ok(text.trim_end_matches('/').to_lowercase()),
        false => Err(wrong()),
    }
}

impl Draft {
    /// Reads what is to be public. `before` is what the grant shows until then: its dashboard stays as it was confirmed,
    /// unless it is named again.
    ///
    /// # Errors
    /// `BadParam` names what is wrong.
    pub async fn read(
        services: &Services,
        caller: &Caller,
        params: &Params,
        before: Option<&PublicScope>,
    ) -> Result<Draft, ApiError> {
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
        let dashboard = match what {
            PublicWhat::Dashboard => board(services, caller, params, &shows, before).await?,
            PublicWhat::Site | PublicWhat::Reports | PublicWhat::Widgets => None,
        };
        let scope = PublicScope {
            what,
            methods: methods(what, dashboard.as_ref(), &shows, params)?,
            dashboard,
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

/// The report of a widget, where it may be public with these facts shown.
fn report_of(module: &str, action: &str, shows: &[Show]) -> Option<&'static str> {
    let action = if GRAPHS.contains(&action) { "get" } else { action };
    let found = allowed(&format!("{module}.{action}"))?;
    found.needs.is_none_or(|needs| shows.contains(&needs)).then_some(found.method)
}

/// What of a dashboard's columns of widgets may be public, each report once, and which widgets may not.
fn fitting(widgets: &[Vec<(String, String)>], shows: &[Show]) -> (Vec<Vec<String>>, Vec<String>) {
    let (mut columns, mut left_out): (Vec<Vec<String>>, Vec<String>) = (Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    let mut looked_at = 0;
    for column in widgets {
        let mut kept = Vec::new();
        for (module, action) in column {
            looked_at += 1;
            match report_of(module, action, shows).filter(|_| looked_at <= WIDGETS_MAX) {
                Some(method) if seen.insert(method) => kept.push(method.to_owned()),
                Some(_) => {}
                None if left_out.len() < LEFT_OUT_MAX => left_out.push(format!("{module}.{action}")),
                None => {}
            }
        }
        columns.push(kept);
    }
    columns.retain(|column| !column.is_empty());
    (columns, left_out)
}

/// The dashboard that is meant, as it is now or as it was confirmed; nothing for the site's first page.
async fn board(
    services: &Services,
    caller: &Caller,
    params: &Params,
    shows: &[Show],
    before: Option<&PublicScope>,
) -> Result<Option<PublicDashboard>, ApiError> {
    let kept = before.filter(|scope| scope.what == PublicWhat::Dashboard).and_then(|scope| scope.dashboard.as_ref());
    let (login, id, name, widgets) = match (params.filled("idDashboard"), kept) {
        (None, None) | (Some("0"), _) => return Ok(None),
        (None, Some(kept)) => {
            let fits = |method: &&String| {
                allowed(method).is_some_and(|found| found.needs.is_none_or(|needs| shows.contains(&needs)))
            };
            let column = |column: &Vec<String>| column.iter().filter(fits).cloned().collect();
            let columns = kept.columns.iter().map(column).collect();
            return Ok(Some(PublicDashboard { columns, ..kept.clone() }));
        }
        (Some(_), _) => dashboard::chosen(services, caller, params).await?,
    };
    let (columns, left_out) = fitting(&widgets, shows);
    match columns.is_empty() {
        true => Err(bad("idDashboard", "nothing of what stands on this dashboard can be public")),
        false => Ok(Some(PublicDashboard { login, id, name, columns, left_out })),
    }
}

/// The reports, each by name, so that none that comes later is among them.
fn methods(
    what: PublicWhat,
    dashboard: Option<&PublicDashboard>,
    shows: &[Show],
    params: &Params,
) -> Result<Vec<String>, ApiError> {
    let on = |dashboard: &PublicDashboard| dashboard.columns.iter().flatten().cloned().collect();
    let mut chosen: Vec<String> = match what {
        PublicWhat::Site => methods_with(shows).into_iter().map(str::to_owned).collect(),
        PublicWhat::Dashboard if dashboard.is_some() => dashboard.map(on).unwrap_or_default(),
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
    let names = (services.reading.segment)(text, services.meta.catalog(), None);
    let names = names.map_err(|fault| bad("segment", fault.to_string()))?;
    match names.iter().find(|name| name.signed_in_only) {
        Some(name) => Err(bad("segment", format!("{} cannot stand in a public segment", name.name))),
        None => Ok(text.to_owned()),
    }
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
    fn of_a_dashboard_only_what_may_be_public_is_taken_once() {
        let widget = |text: &str| text.split_once('.').map(|(of, action)| (of.to_owned(), action.to_owned())).unwrap();
        let column = |texts: &[&str]| texts.iter().map(|text| widget(text)).collect::<Vec<_>>();
        let widgets = [
            column(&["VisitsSummary.getEvolutionGraph", "Live.getLastVisitsDetails", "VisitsSummary.get"]),
            column(&["Referrers.getKeywords"]),
            column(&["UserCountry.getCountry", "UserId.getUsers"]),
        ];
        let (columns, left_out) = fitting(&widgets, &[]);
        assert_eq!(columns, [["VisitsSummary.get"], ["UserCountry.getCountry"]]);
        assert_eq!(left_out, ["Live.getLastVisitsDetails", "Referrers.getKeywords", "UserId.getUsers"]);
        let (columns, _) = fitting(&widgets, &[Show::SearchTerms]);
        assert_eq!(columns[1], ["Referrers.getKeywords"]);
    }

    #[test]
    fn origins_are_hosts_and_nothing_else() {
        assert_eq!(origin("https://WWW.example.org/").unwrap(), "https://www.example.org");
        assert_eq!(origin("https://a.example:8443").unwrap(), "https://a.example:8443");
        assert_eq!(origin("http://localhost:5173").unwrap(), "http://localhost:5173");
        for wrong in [
            "*",
            "https://*",
            "http://a.example",
            "https://a.example/b",
            "https://a; script-src *",
            "'self'",
            "http://localhost.evil.example",
            "http://localhost *",
            "http://localhost; worker-src *",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }
}
