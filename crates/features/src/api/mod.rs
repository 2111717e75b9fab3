//! Methods about the API itself.

pub(crate) mod entries;
mod evolution;
mod listing;
mod menu;
mod pages;
mod places;
mod processed;
mod suggested;
mod words;

use crate::{
    Services,
    services::{asked_sites, bad, list, required},
};
use makoto_access::{Caller, Grant, Role, View, check};
use makoto_catalog::{
    Access, Answer, ApiError, Composed, Effect, Guard, Method, Param, ParamKind, SegmentName,
    language::{Language, asked},
};
use makoto_model::{OwnScope, Params, Site};
use std::sync::Arc;

/// The Matomo version whose API this program speaks; clients compare against it.
pub const MATOMO_VERSION: &str = "5.2.0";

const SITE: Param = Param { name: "idSite", kind: ParamKind::Int, default: None, doc: "number of the site" };
const SITES: Param =
    Param { name: "idSites", kind: ParamKind::List, default: Some(""), doc: "the site whose reports are meant" };
const MODULE: Param =
    Param { name: "apiModule", kind: ParamKind::Text, default: None, doc: "what stands before the method's dot" };
const ACTION: Param =
    Param { name: "apiAction", kind: ParamKind::Text, default: None, doc: "what stands behind the method's dot" };
const PERIOD: Param =
    Param { name: "period", kind: ParamKind::Text, default: None, doc: "day, week, month, year or range" };
const DATE: Param = Param {
    name: "date",
    kind: ParamKind::Text,
    default: None,
    doc: "2026-03-31, today, yesterday, last30, previous7, or two dates with a comma",
};
const SEGMENT: Param = Param {
    name: "segment",
    kind: ParamKind::Text,
    default: Some(""),
    doc: "which visits count, as browserCode==FF;countryCode==de",
};
const WITHOUT_DOCS: Param = Param {
    name: "hideMetricsDoc",
    kind: ParamKind::Bool,
    default: Some("0"),
    doc: "1 to leave out what columns mean",
};

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "API.getMatomoVersion",
        doc: "The version of Matomo whose API this server speaks.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| Box::pin(async { Ok(Answer::from(MATOMO_VERSION)) }),
    },
    Method {
        id: "API.getPiwikVersion",
        doc: "The same as API.getMatomoVersion, under its old name.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| Box::pin(async { Ok(Answer::from(MATOMO_VERSION)) }),
    },
    Method {
        id: "API.isPluginActivated",
        doc: "Whether this server does what the Matomo plugin of this name does.",
        params: &[Param { name: "pluginName", kind: ParamKind::Text, default: None, doc: "for instance Referrers" }],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, params| {
            Box::pin(async {
                let name = required(params, "pluginName")?;
                Ok(Answer::Bool(services.meta.catalog().features.iter().any(|feature| feature.name == name)))
            })
        },
    },
    Method {
        id: "API.getReportMetadata",
        doc: "The reports with their headings, rows and columns.",
        params: &[
            SITES,
            Param { name: "idSite", kind: ParamKind::Int, default: Some(""), doc: "the site whose reports are meant" },
            WITHOUT_DOCS,
            Param {
                name: "showSubtableReports",
                kind: ParamKind::Bool,
                default: Some("0"),
                doc: "1 for those as well that open a row",
            },
        ],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { report_metadata(services, caller, params) }),
    },
    Method {
        id: "API.getMetadata",
        doc: "One report with its headings, rows and columns.",
        params: &[SITE, MODULE, ACTION, WITHOUT_DOCS],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let site = one_site(services, caller, params)?;
                let all = entries::entries(services, Some(&site), asked(params));
                let entry = entries::find(services, &site, params)?;
                Ok(Answer::List(vec![entries::record(&entry, &all, params.says("hideMetricsDoc"))]))
            })
        },
    },
    Method {
        id: "API.getWidgetMetadata",
        doc: "Every report as a widget.",
        params: &[SITE],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async { Ok(listing::widgets(services, &*one_site(services, caller, params)?, asked(params))) })
        },
    },
    Method {
        id: "API.getReportPagesMetadata",
        doc: "The reports by the pages of the menu.",
        params: &[SITE],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async { Ok(listing::pages(services, &*one_site(services, caller, params)?, asked(params))) })
        },
    },
    Method {
        id: "API.getGlossaryReports",
        doc: "What each report tells.",
        params: &[SITE],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                Ok(listing::reports_explained(services, &*one_site(services, caller, params)?, asked(params)))
            })
        },
    },
    Method {
        id: "API.getGlossaryMetrics",
        doc: "What each column tells.",
        params: &[SITE],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                Ok(listing::metrics_explained(services, &*one_site(services, caller, params)?, asked(params)))
            })
        },
    },
    Method {
        id: "API.getIpFromHeader",
        doc: "The address from which the caller comes, as this server sees it.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, caller, _| {
            Box::pin(async { Ok(caller.address.map_or(Answer::Null, |address| Answer::from(address.to_string()))) })
        },
    },
    Method {
        id: "API.getAvailableMeasurableTypes",
        doc: "The kinds of sites with the settings of a new one.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| Box::pin(async { Ok(crate::sites_manager::kinds()) }),
    },
    Method {
        id: "API.getSettings",
        doc: "Settings of the API that are kept in a file: there are none.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| Box::pin(async { Ok(Answer::List(Vec::new())) }),
    },
    Method {
        id: "API.getPagesComparisonsDisabledFor",
        doc: "Pages whose reports cannot be compared: there are none.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| Box::pin(async { Ok(Answer::List(Vec::new())) }),
    },
    Method {
        id: "API.getSegmentsMetadata",
        doc: "Every name of the segment language with its heading and kind.",
        params: &[SITES],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { segments(services, caller, params) }),
    },
];

/// Methods that are made of reports.
pub static COMPOSED: &[Composed<Services>] = &[
    Composed {
        id: "API.getProcessedReport",
        doc: "A report with its headings, formatted rows, facts and totals.",
        params: &[SITE, PERIOD, DATE, MODULE, ACTION, SEGMENT, WITHOUT_DOCS],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| Box::pin(processed::processed(services, caller, params, asker)),
    },
    Composed {
        id: "API.getSuggestedValuesForSegment",
        doc: "Values of the newest visits that a condition of a segment may have, the most frequent first.",
        params: &[
            Param { name: "segmentName", kind: ParamKind::Text, default: None, doc: "as getSegmentsMetadata lists it" },
            SITE,
        ],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, _, params, asker| Box::pin(suggested::suggested(services, params, asker)),
    },
    Composed {
        id: "API.getRowEvolution",
        doc: "Rows of a report over many periods.",
        params: &[
            SITE,
            PERIOD,
            DATE,
            MODULE,
            ACTION,
            SEGMENT,
            Param {
                name: "label",
                kind: ParamKind::List,
                default: Some(""),
                doc: "the rows to follow; the first ones without it",
            },
            Param {
                name: "column",
                kind: ParamKind::Text,
                default: Some(""),
                doc: "the column drawn for several rows",
            },
        ],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| Box::pin(evolution::evolution(services, caller, params, asker)),
    },
];

/// Every name of the segment language; those of a site's own dimensions where a site is named.
fn segments(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let site = asked_site(services, caller, params)?;
    let language = asked(params);
    let own = site.iter().flat_map(|site| site.own_dimensions.iter()).filter(|own| own.active).map(|own| {
        let category = match own.scope {
            OwnScope::Visit => "General_Visitors",
            OwnScope::Action => "General_Actions",
        };
        Answer::record([
            ("type", Answer::from("dimension")),
            ("category", Answer::from(&*language.of(menu::page_category(category).0))),
            ("name", own.name.as_str().into()),
            ("segment", own.public_name().into()),
        ])
    });
    let declared = services.meta.catalog().dimensions().flat_map(|dimension| dimension.segments);
    Ok(declared.map(|name| segment(name, language)).chain(own).collect())
}

fn segment(segment: &SegmentName, language: &Language) -> Answer {
    let mut fields = vec![
        ("type", Answer::from(if segment.metric { "metric" } else { "dimension" })),
        ("category", Answer::from(&*language.of(menu::page_category(segment.category).0))),
        ("name", Answer::from(&*language.of(segment.title))),
        ("segment", segment.name.into()),
    ];
    if !segment.accepted.is_empty() {
        fields.push(("acceptedValues", segment.accepted.into()));
    }
    if segment.signed_in_only {
        fields.push(("permission", Answer::Bool(true)));
    }
    if !segment.union.is_empty() {
        fields.push(("unionOfSegments", segment.union.iter().copied().collect()));
    }
    Answer::record(fields)
}

/// The English texts of headings, views and columns of goals.
pub(crate) fn english() -> impl Iterator<Item = &'static str> {
    menu::english().chain(places::english()).chain(entries::english())
}

/// The only site that the call names, if the caller may see it.
pub(crate) fn one_site(services: &Services, caller: &Caller, params: &Params) -> Result<Arc<Site>, ApiError> {
    let (_, site) = seen_site(services, caller, params, "idSite")?;
    Ok(site)
}

fn seen_site(
    services: &Services,
    caller: &Caller,
    params: &Params,
    name: &str,
) -> Result<(Grant<View>, Arc<Site>), ApiError> {
    let snapshot = services.meta.snapshot();
    let grant = check::<View>(&caller.principal, &asked_sites(params, name)?, &snapshot.site_ids())?;
    let id = grant.sites().first().copied().ok_or_else(|| bad(name, "name a site"))?;
    let site = snapshot.sites.get(&id).cloned().ok_or_else(|| ApiError::NotFound(format!("there is no site {id}")))?;
    Ok((grant, site))
}

/// The site that a call about reports names, if it names one.
fn asked_site(services: &Services, caller: &Caller, params: &Params) -> Result<Option<Arc<Site>>, ApiError> {
    let asked = ["idSites", "idSite"].into_iter().find(|name| list(params, name).is_some());
    asked.map(|name| seen_site(services, caller, params, name).map(|(_, site)| site)).transpose()
}

fn report_metadata(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let site = asked_site(services, caller, params)?;
    let all = entries::entries(services, site.as_deref(), asked(params));
    let inner = params.says("showSubtableReports");
    let shown = all.iter().filter(|entry| inner || !entry.about.inner);
    Ok(shown.map(|entry| entries::record(entry, &all, params.says("hideMetricsDoc"))).collect())
}
