//! Smaller questions about sites, and groups.

use super::{ID_SITE, SOME_VIEW, lists, param};
use crate::{
    Services,
    services::{bad, from_meta, list, required},
};
use makoto_access::{Admin, Caller, Role, View, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::{SiteChange, SiteRow};
use makoto_model::{Params, Site, SiteId};
use std::net::IpAddr;

type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

const fn read(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    access: Access,
    run: Run,
) -> Method<Services> {
    Method { id, doc, params, access, effect: Effect::Read, guard: Guard::Open, run }
}

pub static METHODS: &[Method<Services>] = &[
    read(
        "SitesManager.getExcludedQueryParameters",
        "All URL parameters that are cut from the pages of a site.",
        &[ID_SITE],
        Access::Site(Role::View),
        |services, caller, params| {
            Box::pin(async { left_out(services, caller, params, |site| &site.excluded_parameters) })
        },
    ),
    read(
        "SitesManager.getExcludedReferrers",
        "All referrers that do not count on a site.",
        &[ID_SITE],
        Access::Site(Role::View),
        |services, caller, params| {
            Box::pin(async { left_out(services, caller, params, |site| &site.excluded_referrers) })
        },
    ),
    read(
        "SitesManager.getSiteSettings",
        "The settings of a site with what may stand in them.",
        &[ID_SITE],
        Access::Site(Role::Admin),
        |services, caller, params| {
            Box::pin(async { services.site::<Admin>(caller, params).map(|(_, site)| site_settings(&site)) })
        },
    ),
    read(
        "SitesManager.getMessagesToWarnOnSiteRemoval",
        "What goes with a site when it is deleted.",
        &[ID_SITE],
        Access::Superuser,
        |services, caller, params| Box::pin(warnings(services, caller, params)),
    ),
    read(
        "SitesManager.getSitesIdFromTimezones",
        "The sites in these time zones.",
        &[param("timezones", ParamKind::List, None, "names of time zones")],
        Access::Superuser,
        |services, _, params| {
            Box::pin(async {
                let zones = list(params, "timezones").unwrap_or_default();
                let named = |row: &&SiteRow| zones.iter().flat_map(|zone| zone.split(',')).any(|z| z == row.timezone);
                let snapshot = services.meta.snapshot();
                Ok(snapshot.site_rows.values().filter(named).map(|row| i64::from(row.id.0)).collect())
            })
        },
    ),
    read(
        "SitesManager.getIpsForRange",
        "The first and the last address of a range, or false.",
        &[param("ipRange", ParamKind::Text, None, "an address, 10.0.0.0/8 or 10.1.*.*")],
        Access::Public,
        |_, _, params| {
            Box::pin(async {
                Ok(match ends(required(params, "ipRange")?) {
                    Some((low, high)) => [low.to_string(), high.to_string()].into_iter().collect(),
                    None => Answer::Bool(false),
                })
            })
        },
    ),
    read(
        "SitesManager.getTimezoneName",
        "What people call a time zone.",
        &[
            param("timezone", ParamKind::Text, None, "such as America/New_York"),
            param("countryCode", ParamKind::Text, Some(""), "the zone's country, to name it first"),
            param("multipleTimezonesInCountry", ParamKind::Bool, Some(""), "1 where the country has several"),
        ],
        Access::Public,
        |_, _, params| Box::pin(async { Ok(zone_name(params, required(params, "timezone")?).into()) }),
    ),
    read(
        "SitesManager.getNumWebsitesToDisplayPerPage",
        "How many sites a page of the list has.",
        &[],
        SOME_VIEW,
        |_, _, _| Box::pin(async { Ok(Answer::Int(SITES_PER_PAGE)) }),
    ),
    Method {
        id: "SitesManager.renameGroup",
        doc: "Gives the sites of a group another one.",
        params: &[
            param("oldGroupName", ParamKind::Text, None, "the group as it is called"),
            param("newGroupName", ParamKind::Text, None, "the group as it shall be called"),
        ],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(rename_group(services, caller, params)),
    },
];

/// A list of a site as it is in force: the site's own, and that of all sites.
pub(crate) fn left_out(
    services: &Services,
    caller: &Caller,
    params: &Params,
    list: fn(&Site) -> &Vec<String>,
) -> Result<Answer, ApiError> {
    let (_, row) = services.site::<View>(caller, params)?;
    let snapshot = services.meta.snapshot();
    Ok(snapshot.sites.get(&row.id).map(|site| list(site).iter().cloned().collect()).unwrap_or(Answer::List(Vec::new())))
}

/// Sites that a page of the administration shows at once.
const SITES_PER_PAGE: i64 = 15;

/// The ends of a network, or of the addresses that a pattern with `*` matches.
fn ends(range: &str) -> Option<(IpAddr, IpAddr)> {
    let range = range.trim();
    if range.contains('*') {
        let [low, high] = ["0", "255"].map(|end| range.replace('*', end).parse::<std::net::Ipv4Addr>().ok());
        return Some((low?.into(), high?.into()));
    }
    let (address, bits) = match range.split_once('/') {
        Some((address, bits)) => (address.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
        None => (range.parse().ok()?, None),
    };
    match address {
        IpAddr::V4(v4) => {
            let host = host_bits(bits, 32)?;
            let mask = u32::MAX.checked_shl(host).unwrap_or(0);
            let low = u32::from(v4) & mask;
            Some((IpAddr::V4(low.into()), IpAddr::V4((low | !mask).into())))
        }
        IpAddr::V6(v6) => {
            let host = host_bits(bits, 128)?;
            let mask = u128::MAX.checked_shl(host).unwrap_or(0);
            let low = u128::from(v6) & mask;
            Some((IpAddr::V6(low.into()), IpAddr::V6((low | !mask).into())))
        }
    }
}

/// How many bits differ within a network.
fn host_bits(network: Option<u32>, all: u32) -> Option<u32> {
    all.checked_sub(network.unwrap_or(all))
}

/// The country's name where it has a single zone, both where it has several, else the zone's place.
fn zone_name(params: &Params, zone: &str) -> String {
    match params.filled("countryCode") {
        None => geolocation::zone_place(zone),
        Some(country) => lists::zone_name(&country.to_lowercase(), zone, params.flag("multipleTimezonesInCountry")),
    }
}

async fn warnings(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    check_instance(&caller.principal)?;
    let (grant, site) = services.site::<View>(caller, params)?;
    let notes = services.meta.annotations(&grant).await.map_err(from_meta)?.len();
    let saved = services.meta.saved_segments().await.map_err(from_meta)?;
    let segments = saved.iter().filter(|segment| segment.draft.site == Some(site.id)).count();
    let own = services.meta.snapshot().own_dimensions.get(&site.id).map_or(0, Vec::len);
    let lost = [(notes, "notes on days"), (segments, "saved segments"), (own, "custom dimensions")];
    let lost = lost.into_iter().filter(|(count, _)| *count > 0);
    Ok(lost.map(|(count, what)| format!("{count} {what} of this site are deleted with it.")).collect())
}

async fn rename_group(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (old, new) = (required(params, "oldGroupName")?, required(params, "newGroupName")?.trim());
    if old.is_empty() {
        return Err(bad("oldGroupName", "name a group"));
    }
    let snapshot = services.meta.snapshot();
    let inside: Vec<_> = snapshot.site_rows.values().filter(|row| row.group == old).map(|row| row.id).collect();
    if inside.is_empty() {
        return Ok(Answer::Done);
    }
    let asked = makoto_access::Asked::These(inside);
    let grant = makoto_access::check::<Admin>(&caller.principal, &asked, &snapshot.site_ids())?;
    let change = SiteChange { group: Some(new.to_owned()), ..SiteChange::default() };
    services.meta.change_site(&grant, caller, change).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// One setting in the form that Matomo's pages build a field from.
struct Field {
    name: &'static str,
    title: &'static str,
    value: Answer,
    default: Answer,
    kind: &'static str,
    control: &'static str,
    choices: &'static [(&'static str, &'static str)],
    /// The size of the field, and what stands in it while it is empty.
    attributes: &'static [(&'static str, &'static str)],
    condition: Answer,
}

const URLS: &[(&str, &str)] =
    &[("cols", "25"), ("rows", "3"), ("placeholder", "http://example.com/\nhttps://www.example.org/")];
const ADDRESSES: &[(&str, &str)] = &[("cols", "20"), ("rows", "4"), ("placeholder", "127.0.0.1")];
const LINES: &[(&str, &str)] = &[("cols", "20"), ("rows", "4")];

impl Field {
    fn record(self) -> Answer {
        let choices = match self.choices.is_empty() {
            true => Answer::Null,
            false => Answer::record(self.choices.iter().map(|(value, name)| (*value, Answer::from(*name)))),
        };
        let attributes = match self.attributes.is_empty() {
            true => Answer::List(Vec::new()),
            false => Answer::record(self.attributes.iter().map(|(name, value)| (*name, Answer::from(*value)))),
        };
        Answer::record([
            ("name", Answer::from(self.name)),
            ("title", self.title.into()),
            ("value", self.value),
            ("defaultValue", self.default),
            ("type", self.kind.into()),
            ("uiControl", self.control.into()),
            ("uiControlAttributes", attributes),
            ("availableValues", choices),
            ("description", Answer::Null),
            ("inlineHelp", Answer::Null),
            ("introduction", Answer::Null),
            ("condition", self.condition),
            ("fullWidth", Answer::Bool(false)),
        ])
    }
}

fn lines(name: &'static str, title: &'static str, value: Answer) -> Field {
    Field {
        name,
        title,
        value,
        default: Answer::List(Vec::new()),
        kind: "array",
        control: "textarea",
        choices: &[],
        attributes: LINES,
        condition: Answer::Null,
    }
}

fn check_box(name: &'static str, title: &'static str, value: bool, default: bool) -> Field {
    let (value, default) = (Answer::Bool(value), Answer::Bool(default));
    Field {
        name,
        title,
        value,
        default,
        kind: "boolean",
        control: "checkbox",
        choices: &[],
        attributes: &[],
        condition: Answer::Null,
    }
}

fn choice(
    name: &'static str,
    title: &'static str,
    (value, default): (bool, bool),
    choices: &'static [(&'static str, &'static str)],
) -> Field {
    let number = |yes: bool| Answer::Int(i64::from(yes));
    let (value, default) = (number(value), number(default));
    Field {
        name,
        title,
        value,
        default,
        kind: "integer",
        control: "select",
        choices,
        attributes: &[],
        condition: Answer::Null,
    }
}

const FRAGMENTS: &[(&str, &str)] = &[("0", "No (Default)"), ("1", "Yes"), ("2", "No")];
const SEARCH: &[(&str, &str)] = &[("1", "Site Search tracking enabled"), ("0", "Do not track Site Search")];
const SHOP: &[(&str, &str)] = &[("0", "Not an Ecommerce site"), ("1", "Ecommerce enabled")];

fn site_settings(site: &SiteRow) -> Answer {
    Answer::List(vec![settings_of("WebsiteMeasurable", site, |list| list.split(',').collect())])
}

/// The kinds of sites with the settings of a new one.
pub(crate) fn kinds() -> Answer {
    let fresh = SiteRow {
        id: SiteId(0),
        name: String::new(),
        urls: Vec::new(),
        timezone: String::new(),
        currency: String::new(),
        ecommerce: false,
        site_search: true,
        keyword_parameters: String::new(),
        category_parameters: String::new(),
        excluded_ips: String::new(),
        excluded_parameters: String::new(),
        excluded_user_agents: String::new(),
        excluded_referrers: String::new(),
        exclude_unknown_urls: false,
        keep_url_fragments: 0,
        created_s: 0,
        kind: String::new(),
        group: String::new(),
        creator: String::new(),
    };
    let kind = |(id, name, doc, plugin): &(&'static str, &'static str, &'static str, &'static str)| {
        Answer::record([
            ("id", Answer::from(*id)),
            ("name", (*name).into()),
            ("description", (*doc).into()),
            ("howToSetupUrl", "?module=CoreAdminHome&action=trackingCodeGenerator".into()),
            ("settings", Answer::List(vec![settings_of(plugin, &fresh, entries)])),
        ])
    };
    KINDS.iter().map(kind).collect()
}

const KINDS: &[(&str, &str, &str, &str)] = &[
    ("website", "Website", "Pages that everybody may visit.", "WebsiteMeasurable"),
    ("intranet", "Intranet Website", "Pages of an organisation's own network.", "IntranetMeasurable"),
];

/// The list, without an entry for a list that is empty.
fn entries(list: &str) -> Answer {
    list.split(',').filter(|entry| !entry.is_empty()).collect()
}

/// The settings of a site; `read` says how a stored list is shown.
fn settings_of(plugin: &'static str, site: &SiteRow, read: fn(&str) -> Answer) -> Answer {
    let lines = |name, title, list: &str| lines(name, title, read(list));
    let own_search = !site.keyword_parameters.is_empty() || !site.category_parameters.is_empty();
    let search = |field: Field| Field {
        control: "text",
        attributes: &[],
        condition: "sitesearch && !use_default_site_search_params".into(),
        ..field
    };
    let fields = [
        Field { value: site.urls.iter().map(String::as_str).collect(), attributes: URLS, ..lines("urls", "URLs", "") },
        check_box("exclude_unknown_urls", "Only track pages of these URLs", site.exclude_unknown_urls, false),
        Field {
            value: site.keep_url_fragments.to_string().into(),
            default: "0".into(),
            kind: "string",
            control: "select",
            choices: FRAGMENTS,
            attributes: &[],
            ..lines("keep_url_fragment", "Keep what stands behind # in page URLs", "")
        },
        Field { attributes: ADDRESSES, ..lines("excluded_ips", "Excluded IPs", &site.excluded_ips) },
        lines("excluded_parameters", "Excluded Parameters", &site.excluded_parameters),
        lines("excluded_user_agents", "Excluded User Agents", &site.excluded_user_agents),
        lines("excluded_referrers", "Excluded referrers", &site.excluded_referrers),
        choice("sitesearch", "Site Search", (site.site_search, true), SEARCH),
        Field {
            condition: "1 && sitesearch".into(),
            ..check_box("use_default_site_search_params", "Use the default search parameters", !own_search, true)
        },
        search(lines("sitesearch_keyword_parameters", "Query parameter", &site.keyword_parameters)),
        search(lines("sitesearch_category_parameters", "Category parameter", &site.category_parameters)),
        choice("ecommerce", "Ecommerce", (site.ecommerce, false), SHOP),
    ];
    Answer::record([
        ("pluginName", Answer::from(plugin)),
        ("title", plugin.into()),
        ("settings", fields.into_iter().map(Field::record).collect()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_two_ends() {
        let shown = |range: &str| ends(range).map(|(low, high)| format!("{low} {high}"));
        assert_eq!(shown("10.66.3.4/16").as_deref(), Some("10.66.0.0 10.66.255.255"));
        assert_eq!(shown("10.1.*.*").as_deref(), Some("10.1.0.0 10.1.255.255"));
        assert_eq!(shown("192.0.2.7").as_deref(), Some("192.0.2.7 192.0.2.7"));
        assert_eq!(shown("0.0.0.0/0").as_deref(), Some("0.0.0.0 255.255.255.255"));
        assert_eq!(shown("2001:db8::/127").as_deref(), Some("2001:db8:: 2001:db8::1"));
        for bad in ["", "x", "10.0.0.0/33", "10.*.*", "::/129"] {
            assert_eq!(shown(bad), None, "{bad}");
        }
    }
}
