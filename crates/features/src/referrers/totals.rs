//! Channels in one row.

use crate::{
    core_home::metrics::{VISITS, mean_2},
    rows::all,
};
use makoto_catalog::{About, Aggregate, Chart, Condition, Expr, Metric, Op, Part, Report, Scope, Shape, Unit};
use makoto_model::{ReferrerKind, Value};

const fn came(kind: ReferrerKind) -> Expr {
    Expr::Is("referrer_kind", kind as i64)
}

const fn distinct(id: &'static str, name: &'static str, column: &'static str, kind: ReferrerKind) -> Metric {
    Metric::counted(id, name, "How many different ones brought visits.", Aggregate::Distinct(column), Some(came(kind)))
}

static FROM_SEARCH: Metric = VISITS
    .where_("Referrers_visitorsFromSearchEngines", came(ReferrerKind::Search))
    .titled("Visitors from Search Engines");
static FROM_SOCIAL: Metric = VISITS
    .where_("Referrers_visitorsFromSocialNetworks", came(ReferrerKind::Social))
    .titled("Visitors from Social Networks");
static FROM_DIRECT: Metric =
    VISITS.where_("Referrers_visitorsFromDirectEntry", came(ReferrerKind::Direct)).titled("Visitors from Direct Entry");
static FROM_WEBSITES: Metric =
    VISITS.where_("Referrers_visitorsFromWebsites", came(ReferrerKind::Website)).titled("Visitors from Websites");
static FROM_CAMPAIGNS: Metric =
    VISITS.where_("Referrers_visitorsFromCampaigns", came(ReferrerKind::Campaign)).titled("Visitors from Campaigns");
static ALL_VISITS: Metric = VISITS.named("Referrers_visits").hidden();

static ENGINES: Metric =
    distinct("Referrers_distinctSearchEngines", "Distinct search engines", "referrer_name", ReferrerKind::Search);
static NETWORKS: Metric =
    distinct("Referrers_distinctSocialNetworks", "Distinct social networks", "referrer_name", ReferrerKind::Social);
static KNOWN_KEYWORDS: Metric =
    distinct("known_keywords", "Distinct known keywords", "referrer_keyword", ReferrerKind::Search).hidden();
static UNKNOWN_KEYWORD: Metric = Metric::counted(
    "unknown_keyword",
    "Unknown keyword",
    "1 when some search did not tell its keyword.",
    Aggregate::Distinct("site_id"),
    None,
)
.hidden();
static KEYWORDS: Metric = Metric::processed(
    "Referrers_distinctKeywords",
    "Distinct keywords",
    "How many different ones brought visits; all unknown ones count as one.",
    &[&KNOWN_KEYWORDS, &UNKNOWN_KEYWORD],
    |parts| parts[0] + parts[1],
);

fn unknown_keyword() -> Condition {
    let is = |column, value| Condition::Compare { expr: Expr::Column(column), op: Op::Is, value };
    let search = Value::Int(ReferrerKind::Search as i64);
    Condition::All(vec![is("referrer_kind", search), is("referrer_keyword", Value::Null)])
}

const UNKNOWN_KEYWORDS: Part =
    Part { scope: Scope::Visit, keys: &[], only: unknown_keyword, metrics: UNKNOWN_KEYWORD_ALONE, zeros: true };
const UNKNOWN_KEYWORD_ALONE: &[&Metric] = &[&UNKNOWN_KEYWORD];
static WEBSITES: Metric =
    distinct("Referrers_distinctWebsites", "Distinct websites", "referrer_name", ReferrerKind::Website);
static URLS: Metric =
    distinct("Referrers_distinctWebsitesUrls", "Distinct website URLs", "referrer_url", ReferrerKind::Website);
static CAMPAIGNS: Metric =
    distinct("Referrers_distinctCampaigns", "Distinct campaigns", "referrer_name", ReferrerKind::Campaign);

const fn percent(id: &'static str, name: &'static str, of: &'static [&'static Metric]) -> Metric {
    Metric::processed(id, name, "The part of all visits that came this way.", of, mean_2).unit(Unit::Percent)
}

static DIRECT_PERCENT: Metric = percent(
    "Referrers_visitorsFromDirectEntry_percent",
    "Percent of Visitors from Direct Entry",
    &[&FROM_DIRECT, &ALL_VISITS],
);
static SEARCH_PERCENT: Metric = percent(
    "Referrers_visitorsFromSearchEngines_percent",
    "Percent of Visitors from Search Engines",
    &[&FROM_SEARCH, &ALL_VISITS],
);
static CAMPAIGN_PERCENT: Metric = percent(
    "Referrers_visitorsFromCampaigns_percent",
    "Percent of Visitors from Campaigns",
    &[&FROM_CAMPAIGNS, &ALL_VISITS],
);
static SOCIAL_PERCENT: Metric = percent(
    "Referrers_visitorsFromSocialNetworks_percent",
    "Percent of Visitors from Social Networks",
    &[&FROM_SOCIAL, &ALL_VISITS],
);
static WEBSITE_PERCENT: Metric = percent(
    "Referrers_visitorsFromWebsites_percent",
    "Percent of Visitors from Websites",
    &[&FROM_WEBSITES, &ALL_VISITS],
);

const fn part(metrics: &'static [&'static Metric]) -> Part {
    Part { scope: Scope::Visit, keys: &[], only: all, metrics, zeros: true }
}

const PLAIN: Report = Report { category: "Referrers_Referrers", chart: Chart::Evolution, ..Report::PLAIN };

const TOLD: &[&Metric] = &[
    &FROM_SEARCH,
    &SEARCH_PERCENT,
    &FROM_SOCIAL,
    &SOCIAL_PERCENT,
    &FROM_DIRECT,
    &DIRECT_PERCENT,
    &FROM_WEBSITES,
    &WEBSITE_PERCENT,
    &FROM_CAMPAIGNS,
    &CAMPAIGN_PERCENT,
    &ENGINES,
    &NETWORKS,
    &WEBSITES,
    &KEYWORDS,
    &CAMPAIGNS,
];

pub static GET: Report = Report {
    method: "Referrers.get",
    name: "Referrers Overview",
    about: &About { metrics: TOLD, ..About::PLAIN },
    doc: "How many visits came by each channel, and from how many different places.",
    order: 1,
    parts: &[
        part(&[
            &FROM_SEARCH,
            &FROM_SOCIAL,
            &FROM_DIRECT,
            &FROM_WEBSITES,
            &FROM_CAMPAIGNS,
            &ENGINES,
            &NETWORKS,
            &KNOWN_KEYWORDS,
            &WEBSITES,
            &URLS,
            &CAMPAIGNS,
            &ALL_VISITS,
        ]),
        UNKNOWN_KEYWORDS,
    ],
    processed: &[&KEYWORDS, &DIRECT_PERCENT, &SEARCH_PERCENT, &CAMPAIGN_PERCENT, &SOCIAL_PERCENT, &WEBSITE_PERCENT],
    ..PLAIN
};

const fn number(method: &'static str, name: &'static str, parts: &'static [Part]) -> Report {
    let doc = "How many different ones brought visits.";
    Report { method, name, doc, order: 2, parts, shape: Shape::Number { text: None }, ..PLAIN }
}

pub static DISTINCT_ENGINES: Report =
    number("Referrers.getNumberOfDistinctSearchEngines", "Distinct search engines", &[part(&[&ENGINES])]);
pub static DISTINCT_SOCIALS: Report =
    number("Referrers.getNumberOfDistinctSocialNetworks", "Distinct social networks", &[part(&[&NETWORKS])]);
pub static DISTINCT_KEYWORDS: Report = Report {
    method: "Referrers.getNumberOfDistinctKeywords",
    name: "Distinct keywords",
    doc: "How many different ones brought visits.",
    order: 2,
    parts: &[part(&[&KNOWN_KEYWORDS]), UNKNOWN_KEYWORDS],
    processed: &[&KEYWORDS],
    shape: Shape::Number { text: None },
    ..PLAIN
};
pub static DISTINCT_CAMPAIGNS: Report =
    number("Referrers.getNumberOfDistinctCampaigns", "Distinct campaigns", &[part(&[&CAMPAIGNS])]);
pub static DISTINCT_WEBSITES: Report =
    number("Referrers.getNumberOfDistinctWebsites", "Distinct websites", &[part(&[&WEBSITES])]);
pub static DISTINCT_URLS: Report =
    number("Referrers.getNumberOfDistinctWebsitesUrls", "Distinct website URLs", &[part(&[&URLS])]);
