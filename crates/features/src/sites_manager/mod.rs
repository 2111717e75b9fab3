//! Sites: their settings, addresses and tracking codes.

mod change;
pub mod code;
pub(crate) mod currencies;
pub mod facts;
pub mod global;
mod lists;
mod settings;

pub(crate) use facts::{kinds, left_out};
pub use lists::currency_symbol;

use crate::{
    Services,
    privacy_manager::retention,
    services::{from_meta, list, required},
};
use makoto_access::{Admin, Caller, Role, View, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Feature, Guard, Method, Param, ParamKind};
use makoto_meta::{SiteChange, SiteRow};
use makoto_model::{Params, SiteId};

pub static FEATURE: Feature =
    Feature { name: "SitesManager", dimensions: &[], metrics: &[], reports: &[], settings: settings::SETTINGS };

const fn param(name: &'static str, kind: ParamKind, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind, default, doc }
}

const ID_SITE: Param = param("idSite", ParamKind::Int, None, "the site's number");
const URLS: Param = param("urls", ParamKind::List, None, "addresses, the main one first");

const fn read(id: &'static str, doc: &'static str, access: Access, run: Run) -> Method<Services> {
    Method { id, doc, params: &[], access, effect: Effect::Read, guard: Guard::Open, run }
}

type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

const SOME_VIEW: Access = Access::SomeSite(Role::View);

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "SitesManager.addSite",
        doc: "Adds a site and gives its number.",
        params: change::PARAMS,
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(change::add_site(services, caller, params)),
    },
    Method {
        id: "SitesManager.updateSite",
        doc: "Changes the given fields of a site.",
        params: change::UPDATE_PARAMS,
        access: Access::Site(Role::Admin),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(change::update_site(services, caller, params)),
    },
    Method {
        id: "SitesManager.deleteSite",
        doc: "Deletes a site. What is stored of its visits is erased by a job that begins at once.",
        params: &[ID_SITE],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::ProofInSession,
        run: |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                let (_, site) = services.site::<Admin>(caller, params)?;
                services.meta.delete_site(&grant, caller, site.id).await.map_err(from_meta)?;
                retention::erase_deleted(services, caller, site.id).await?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "SitesManager.addSiteAliasUrls",
        doc: "Adds further addresses to a site and says how many were new.",
        params: &[ID_SITE, URLS],
        access: Access::Site(Role::Admin),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(alias_urls(services, caller, params, true)),
    },
    Method {
        id: "SitesManager.setSiteAliasUrls",
        doc: "Replaces the further addresses of a site and says how many it has.",
        params: &[ID_SITE, param("urls", ParamKind::List, Some(""), "addresses; none removes all")],
        access: Access::Site(Role::Admin),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(alias_urls(services, caller, params, false)),
    },
    Method {
        id: "SitesManager.getSiteFromId",
        doc: "A site with its settings.",
        params: &[ID_SITE],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let (_, site) = services.site::<View>(caller, params)?;
                Ok(site_row(&site, caller))
            })
        },
    },
    Method {
        id: "SitesManager.getSiteUrlsFromId",
        doc: "All addresses of a site, the main one first.",
        params: &[ID_SITE],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let (_, site) = services.site::<View>(caller, params)?;
                Ok(site.urls.into_iter().collect())
            })
        },
    },
    read("SitesManager.getAllSites", "Every site.", Access::Superuser, |services, caller, _| {
        Box::pin(async { Ok(sites_with(services, caller, |_| true)) })
    }),
    read("SitesManager.getAllSitesId", "The numbers of all sites.", Access::Superuser, |services, caller, _| {
        Box::pin(async { Ok(ids_with(services, caller, |_| true)) })
    }),
    read(
        "SitesManager.getSitesWithAtLeastViewAccess",
        "The sites that the caller may see.",
        Access::Public,
        |services, caller, _| Box::pin(async { Ok(sites_with(services, caller, |role| role.is_some())) }),
    ),
    read(
        "SitesManager.getSitesIdWithAtLeastViewAccess",
        "The numbers of the sites that the caller may see.",
        Access::Public,
        |services, caller, _| Box::pin(async { Ok(ids_with(services, caller, |role| role.is_some())) }),
    ),
    read(
        "SitesManager.getSitesWithViewAccess",
        "The sites on which the caller's role is view.",
        Access::Public,
        |services, caller, _| Box::pin(async { Ok(sites_with(services, caller, |role| role == Some(Role::View))) }),
    ),
    read(
        "SitesManager.getSitesIdWithViewAccess",
        "The numbers of the sites on which the caller's role is view.",
        Access::Public,
        |services, caller, _| Box::pin(async { Ok(ids_with(services, caller, |role| role == Some(Role::View))) }),
    ),
    read(
        "SitesManager.getSitesIdWithWriteAccess",
        "The numbers of the sites on which the caller's role is write.",
        Access::Public,
        |services, caller, _| Box::pin(async { Ok(ids_with(services, caller, |role| role == Some(Role::Write))) }),
    ),
    Method {
        id: "SitesManager.getSitesWithAdminAccess",
        doc: "The sites on which the caller's role is admin.",
        params: &[
            param("fetchAliasUrls", ParamKind::Bool, Some("0"), "1 for all addresses of each site"),
            param("pattern", ParamKind::Text, Some(""), "a part of the name"),
            param("limit", ParamKind::Int, Some(""), "how many at most"),
            param("sitesToExclude", ParamKind::List, Some(""), "numbers of sites to leave out"),
        ],
        access: Access::Public,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { Ok(lists::administered(services, caller, params)) }),
    },
    read(
        "SitesManager.getSitesIdWithAdminAccess",
        "The numbers of the sites on which the caller's role is admin.",
        Access::Public,
        |services, caller, _| Box::pin(async { Ok(ids_with(services, caller, |role| role == Some(Role::Admin))) }),
    ),
    Method {
        id: "SitesManager.getSitesIdFromSiteUrl",
        doc: "The sites that have this address, with or without www.",
        params: &[param("url", ParamKind::Text, None, "an address of a site")],
        access: Access::SignedIn,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async { lists::ids_of_url(services, caller, required(params, "url")?) })
        },
    },
    Method {
        id: "SitesManager.getPatternMatchSites",
        doc: "The sites the caller may see whose name, address or number holds this text.",
        params: &[
            param("pattern", ParamKind::Text, None, "a part of the name"),
            param("limit", ParamKind::Int, Some("100"), "how many at most"),
            param("sitesToExclude", ParamKind::List, Some(""), "numbers of sites to leave out"),
        ],
        access: Access::Public,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let limit = params.int("limit").unwrap_or(100).clamp(0, 10_000) as usize;
                let without = list(params, "sitesToExclude").unwrap_or_default();
                Ok(lists::matching(services, caller, required(params, "pattern")?, (limit, &without), None))
            })
        },
    },
    read("SitesManager.getSitesGroups", "The groups that sites are in.", Access::Superuser, |services, _, _| {
        Box::pin(async { Ok(lists::groups(services)) })
    }),
    Method {
        id: "SitesManager.getSitesFromGroup",
        doc: "The sites of a group.",
        params: &[param("group", ParamKind::Text, Some(""), "the group's name")],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let group = params.get("group").unwrap_or("");
                let snapshot = services.meta.snapshot();
                Ok(snapshot
                    .site_rows
                    .values()
                    .filter(|row| row.group == group)
                    .map(|row| site_row(row, caller))
                    .collect())
            })
        },
    },
    read("SitesManager.getUniqueSiteTimezones", "The time zones in use.", Access::Superuser, |services, _, _| {
        Box::pin(async { Ok(lists::zones_in_use(services)) })
    }),
    read("SitesManager.getTimezonesList", "Every time zone, by continent.", Access::Public, |_, _, _| {
        Box::pin(async { Ok(lists::zones()) })
    }),
    read("SitesManager.getCurrencyList", "Currencies by code.", Access::Public, |_, _, _| {
        Box::pin(async { Ok(lists::currencies(|currency| format!("{} ({})", currency.1, currency.2))) })
    }),
    read("SitesManager.getCurrencySymbols", "Symbols of currencies by code.", Access::Public, |_, _, _| {
        Box::pin(async { Ok(lists::currencies(|currency| currency.2.to_owned())) })
    }),
    read("SitesManager.isTimezoneSupportEnabled", "True: zones need nothing else.", SOME_VIEW, |_, _, _| {
        Box::pin(async { Ok(Answer::Bool(true)) })
    }),
    Method {
        id: "SitesManager.getJavascriptTag",
        doc: "The code to paste into a site's pages.",
        params: code::TAG_PARAMS,
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { code::javascript_tag(services, caller, params) }),
    },
    Method {
        id: "SitesManager.getImageTrackingCode",
        doc: "An image that counts a page view where no script can run.",
        params: code::IMAGE_PARAMS,
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { code::image_tag(services, caller, params) }),
    },
];

/// `YYYY-MM-DD hh:mm:ss` in UTC.
pub fn date_time(time_s: i64) -> String {
    let day = makoto_model::Day(time_s.div_euclid(86_400) as i32);
    let s = time_s.rem_euclid(86_400);
    format!("{day} {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// A site as Matomo shows it; who made it only to superusers.
pub fn site_row(site: &SiteRow, caller: &Caller) -> Answer {
    let flag = |yes: bool| Answer::Int(i64::from(yes));
    let main_url = site.urls.first().cloned().unwrap_or_default();
    let mut fields = vec![
        ("idsite", Answer::Int(i64::from(site.id.0))),
        ("name", site.name.as_str().into()),
        ("main_url", main_url.into()),
        ("ts_created", date_time(site.created_s).into()),
        ("ecommerce", flag(site.ecommerce)),
        ("sitesearch", flag(site.site_search)),
        ("sitesearch_keyword_parameters", site.keyword_parameters.as_str().into()),
        ("sitesearch_category_parameters", site.category_parameters.as_str().into()),
        ("timezone", site.timezone.as_str().into()),
        ("currency", site.currency.as_str().into()),
        ("exclude_unknown_urls", flag(site.exclude_unknown_urls)),
        ("excluded_ips", site.excluded_ips.as_str().into()),
        ("excluded_parameters", site.excluded_parameters.as_str().into()),
        ("excluded_user_agents", site.excluded_user_agents.as_str().into()),
        ("excluded_referrers", site.excluded_referrers.as_str().into()),
        ("group", site.group.as_str().into()),
        ("type", site.kind.as_str().into()),
        ("keep_url_fragment", Answer::Int(i64::from(site.keep_url_fragments))),
    ];
    if caller.principal.is_superuser() {
        fields.push(("creator_login", site.creator.as_str().into()));
    }
    fields.push(("timezone_name", lists::called(&site.timezone).into()));
    fields.push(("currency_name", lists::currency_name(&site.currency).into()));
    Answer::record(fields)
}

fn sites_with(services: &Services, caller: &Caller, wanted: fn(Option<Role>) -> bool) -> Answer {
    let snapshot = services.meta.snapshot();
    let rows = snapshot.site_rows.values().filter(|row| wanted(caller.principal.role(row.id)));
    rows.map(|row| site_row(row, caller)).collect()
}

fn ids_with(services: &Services, caller: &Caller, wanted: fn(Option<Role>) -> bool) -> Answer {
    let snapshot = services.meta.snapshot();
    let ids = snapshot.site_rows.keys().filter(|id| wanted(caller.principal.role(**id)));
    ids.map(|id: &SiteId| i64::from(id.0)).collect()
}

async fn alias_urls(services: &Services, caller: &Caller, params: &Params, keep: bool) -> Result<Answer, ApiError> {
    let (grant, site) = services.site::<Admin>(caller, params)?;
    let sent = list(params, "urls").unwrap_or_default();
    let mut urls = if keep { site.urls.clone() } else { site.urls.iter().take(1).cloned().collect() };
    let before = urls.len();
    for url in change::urls(&sent)? {
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    let added = urls.len() - before;
    let change = SiteChange { urls: Some(urls), ..SiteChange::default() };
    services.meta.change_site(&grant, caller, change).await.map_err(from_meta)?;
    Ok(Answer::Int(added as i64))
}
