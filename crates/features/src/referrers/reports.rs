use super::{KEYWORD, KIND, NAME, URL, labels as l, totals};
use crate::{
    core_home::metrics::{NB_VISITS, OF_VISITS},
    rows::{LABEL, all, int, segment, text},
};
use makoto_catalog::{
    About, Chart, Condition, Expr, FlatLabel, GoalColumns, Meta, Op, Part, Report, RowLabel, Scope, Shape,
};
use makoto_model::{ReferrerKind, Value};

pub const REPORTS: &[&Report] = &[
    &totals::GET,
    &GET_TYPE,
    &GET_ALL,
    &GET_KEYWORDS,
    &GET_ENGINES_OF_KEYWORD,
    &GET_ENGINES,
    &GET_KEYWORDS_OF_ENGINE,
    &GET_CAMPAIGNS,
    &GET_KEYWORDS_OF_CAMPAIGN,
    &GET_WEBSITES,
    &GET_URLS_OF_WEBSITE,
    &GET_SOCIALS,
    &GET_URLS_OF_SOCIAL,
    &GET_ASSISTANTS,
    &GET_URLS_OF_ASSISTANT,
    &totals::DISTINCT_ENGINES,
    &totals::DISTINCT_SOCIALS,
    &totals::DISTINCT_KEYWORDS,
    &totals::DISTINCT_CAMPAIGNS,
    &totals::DISTINCT_WEBSITES,
    &totals::DISTINCT_URLS,
];

const PLAIN: Report = Report {
    category: "Referrers_Referrers",
    sort: Some(&NB_VISITS),
    chart: Chart::Table,
    rows_max: (1000, 50),
    goals: GoalColumns::ByKeys { inner: false, keys: None },
    ..Report::PLAIN
};

/// All that a referrer is told apart by: visitors are counted per group, as Matomo does, and added up.
const KEYS: &[Expr] = &[
    Expr::Column("referrer_kind"),
    Expr::Column("referrer_name"),
    Expr::Column("referrer_keyword"),
    Expr::Column("referrer_url"),
];

const fn part(only: fn() -> Condition) -> Part {
    Part { scope: Scope::Visit, keys: KEYS, only, metrics: OF_VISITS, zeros: true }
}

fn by(kind: ReferrerKind) -> Condition {
    Condition::Compare { expr: Expr::Column("referrer_kind"), op: Op::Is, value: Value::Int(kind as i64) }
}

fn by_search() -> Condition {
    by(ReferrerKind::Search)
}

fn by_campaign() -> Condition {
    by(ReferrerKind::Campaign)
}

fn by_website() -> Condition {
    by(ReferrerKind::Website)
}

fn by_assistant() -> Condition {
    by(ReferrerKind::Assistant)
}

fn by_network() -> Condition {
    by(ReferrerKind::Social)
}

static GET_TYPE: Report = Report {
    method: "Referrers.getReferrerType",
    name: "Channel Type",
    about: &About { rows: "Channel Type", constant_rows: true, ..crate::core_home::about::WITH_GOALS },
    doc: "By which channels visits came: directly, from search engines, websites, networks or campaigns.",
    subcategory: "Referrers_WidgetGetAll",
    order: 1,
    dimension: Some(&KIND),
    parts: &[part(all)],
    narrow: Some(("typeReferrer", "referrer_type")),
    one_site: true,
    subtable: Some("Referrers.getReferrerType"),
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: l::kind,
                ours: crate::rows::ours,
                text: l::kind_text,
                meta: l::kind_meta,
                flat_column: "Referrers_ReferrerType",
                ..LABEL
            },
            RowLabel { ours: l::thing_is_ours, row: l::thing, text: l::thing_text, meta: l::thing_meta, ..LABEL },
        ],
        always: None,
        flat: None,
    },
    ..PLAIN
};

static GET_ALL: Report = Report {
    method: "Referrers.getAll",
    name: "All Channels",
    about: &About { rows: "Referrer", evolves: false, ..crate::core_home::about::OF_VISITS },
    doc: "Keywords, websites, networks and campaigns in one table.",
    subcategory: "Referrers_WidgetGetAll",
    order: 2,
    parts: &[part(all)],
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: l::thing,
            ours: l::thing_is_ours,
            text: l::thing_text,
            meta: |keys, meta| {
                l::thing_meta(keys, meta);
                meta.push(Meta("referer_type", Value::Int(int(keys, 0))));
            },
            flat_column: "Referrers_Referrer",
            ..LABEL
        }],
        always: None,
        flat: None,
    },
    ..PLAIN
};

static GET_KEYWORDS: Report = Report {
    method: "Referrers.getKeywords",
    name: "Keywords",
    about: &About { rows: "Keyword", ..crate::core_home::about::WITH_GOALS },
    doc: "What visitors searched for before they came.",
    subcategory: "Referrers_SubmenuSearchEngines",
    order: 3,
    dimension: Some(&KEYWORD),
    parts: &[part(by_search)],
    subtable: Some("Referrers.getSearchEnginesFromKeywordId"),
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: l::keyword,
                ours: crate::rows::ours_if_none,
                text: |keys| l::or_no_keyword(text(keys, 0)),
                meta: |keys, meta| meta.push(l::of("search", "referrerKeyword", text(keys, 0))),
                flat_column: "Referrers_Keyword",
                ..LABEL
            },
            RowLabel {
                row: l::keyword_and_engine,
                text: l::second,
                meta: |keys, meta| {
                    let (keyword, engine) = (text(keys, 0), text(keys, 1));
                    meta.push(inside_of("referrerKeyword", keyword, l::of("search", "referrerName", engine)));
                    meta.push(Meta("url", l::search_link(engine, keyword).unwrap_or(Value::from(false))));
                    l::engine_logo(engine, meta);
                },
                inside: Some(l::second),
                flat_column: "Referrers_SearchEngine",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), l::second(keys)],
            separator: " - ",
            meta: |keys, meta| {
                let (keyword, engine) = (text(keys, 0), text(keys, 1));
                meta.push(Meta("url", l::search_link(engine, keyword).unwrap_or(Value::from(false))));
                l::engine_logo(engine, meta);
            },
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};

/// The segment of a row that was opened: the outer row's condition as it stands, and the row's own.
fn inside_of(name: &str, value: &str, own: Meta) -> Meta {
    let own = own.1.as_text().unwrap_or("").to_owned();
    Meta("segment", Value::from(format!("{name}=={value};{own}")))
}

static GET_ENGINES_OF_KEYWORD: Report = Report {
    method: "Referrers.getSearchEnginesFromKeywordId",
    name: "Keywords",
    about: &About { rows: "Search Engine", inner: true, ..crate::core_home::about::OF_VISITS },
    doc: "The search engines on which a keyword was searched.",
    order: 3,
    shape: Shape::Subtable { of: &GET_KEYWORDS, dimension: &NAME, alone: false },
    sort: None,
    ..PLAIN
};

static GET_ENGINES: Report = Report {
    method: "Referrers.getSearchEngines",
    name: "Search Engines",
    about: &About { rows: "Search Engine", ..crate::core_home::about::WITH_GOALS },
    doc: "The search engines that visitors came from.",
    subcategory: "Referrers_SubmenuSearchEngines",
    order: 4,
    dimension: Some(&NAME),
    parts: &[part(by_search)],
    subtable: Some("Referrers.getKeywordsFromSearchEngineId"),
    shape: Shape::Rows {
        levels: &[
            RowLabel { row: l::name, meta: l::engine, flat_column: "Referrers_SearchEngine", ..LABEL },
            RowLabel {
                row: l::name_and_keyword,
                ours: crate::rows::ours_if_no_second,
                text: |keys| l::or_no_keyword(text(keys, 1)),
                meta: |keys, meta| {
                    let (engine, keyword) = (text(keys, 0), text(keys, 1));
                    if !keyword.is_empty() {
                        meta.push(inside_of("referrerName", engine, l::of("search", "referrerKeyword", keyword)));
                    }
                    meta.extend(engine_link(engine, keyword).map(|link| Meta("url", link)));
                },
                inside: Some(l::second),
                flat_column: "Referrers_Keyword",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), l::or_no_keyword(text(keys, 1))],
            separator: " - ",
            meta: |keys, meta| {
                meta.extend(engine_link(text(keys, 0), text(keys, 1)).map(|link| Meta("url", link)));
                l::engine_logo(text(keys, 0), meta);
            },
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};

/// The search done again, or the engine itself where that is not possible.
fn engine_link(engine: &str, keyword: &str) -> Option<Value> {
    l::search_link(engine, keyword).or_else(|| referrer_data::engine_url(engine).map(Value::from))
}

static GET_KEYWORDS_OF_ENGINE: Report = Report {
    method: "Referrers.getKeywordsFromSearchEngineId",
    name: "Search Engines",
    about: &About { rows: "Keyword", inner: true, ..crate::core_home::about::OF_VISITS },
    doc: "What was searched for on a search engine.",
    order: 4,
    shape: Shape::Subtable { of: &GET_ENGINES, dimension: &KEYWORD, alone: false },
    sort: None,
    ..PLAIN
};

static GET_CAMPAIGNS: Report = Report {
    method: "Referrers.getCampaigns",
    name: "Campaigns",
    about: &About { rows: "Campaign", ..crate::core_home::about::WITH_GOALS },
    doc: "The campaigns that visitors followed.",
    subcategory: "Referrers_Campaigns",
    order: 9,
    dimension: Some(&NAME),
    parts: &[part(by_campaign)],
    goals: GoalColumns::ByKeys { inner: true, keys: None },
    subtable: Some("Referrers.getKeywordsFromCampaignId"),
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: l::name,
                meta: |keys, meta| meta.push(l::of("campaign", "referrerName", text(keys, 0))),
                flat_column: "Referrers_Campaign",
                ..LABEL
            },
            RowLabel {
                row: l::campaign_and_keyword,
                text: l::second,
                meta: |keys, meta| {
                    let own = l::of("campaign", "referrerKeyword", text(keys, 1));
                    meta.push(inside_of("referrerName", text(keys, 0), own));
                },
                inside: Some(l::second),
                flat_column: "Referrers_Keyword",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), l::second(keys)],
            separator: " - ",
            meta: |keys, meta| {
                let own = l::of("campaign", "referrerKeyword", text(keys, 1));
                let outer = format!("referrerType==campaign;referrerName=={}", text(keys, 0));
                let own = own.1.as_text().unwrap_or("").to_owned();
                meta.push(Meta("segment", Value::from(format!("{outer};{own}"))));
            },
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};

static GET_KEYWORDS_OF_CAMPAIGN: Report = Report {
    method: "Referrers.getKeywordsFromCampaignId",
    name: "Campaigns",
    about: &About { rows: "Keyword", inner: true, ..crate::core_home::about::OF_VISITS },
    doc: "The keywords of a campaign.",
    order: 9,
    shape: Shape::Subtable { of: &GET_CAMPAIGNS, dimension: &KEYWORD, alone: false },
    sort: None,
    ..PLAIN
};

static GET_WEBSITES: Report = Report {
    method: "Referrers.getWebsites",
    name: "Websites",
    about: &About { rows: "Website", ..crate::core_home::about::WITH_GOALS },
    doc: "The websites that visitors came from.",
    subcategory: "Referrers_SubmenuWebsitesOnly",
    order: 5,
    dimension: Some(&NAME),
    parts: &[part(by_website)],
    subtable: Some("Referrers.getUrlsFromWebsiteId"),
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: l::name,
                meta: |keys, meta| meta.push(segment(&[("referrerName", text(keys, 0))])),
                flat_column: "Referrers_Website",
                ..LABEL
            },
            RowLabel {
                row: l::name_and_url,
                text: |keys| l::page(text(keys, 1)),
                meta: url_meta,
                inside: Some(l::second),
                flat_column: "Referrers_WebsitePage",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), l::page(text(keys, 1))],
            separator: "/",
            meta: |keys, meta| meta.push(Meta("url", keys[1].clone())),
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};

fn url_meta(keys: &[Value], meta: &mut Vec<Meta>) {
    meta.push(Meta("url", keys[1].clone()));
    meta.push(segment(&[("referrerUrl", text(keys, 1))]));
}

static GET_URLS_OF_WEBSITE: Report = Report {
    method: "Referrers.getUrlsFromWebsiteId",
    name: "Websites",
    about: &About { rows: "Website Page", inner: true, ..crate::core_home::about::OF_VISITS },
    doc: "The pages of a website that visitors came from.",
    order: 5,
    shape: Shape::Subtable { of: &GET_WEBSITES, dimension: &URL, alone: false },
    sort: None,
    ..PLAIN
};

static GET_SOCIALS: Report = Report {
    method: "Referrers.getSocials",
    name: "Social Networks",
    about: &About { rows: "Social network", ..crate::core_home::about::OF_VISITS },
    doc: "The social networks that visitors came from.",
    subcategory: "Referrers_Socials",
    order: 11,
    dimension: Some(&NAME),
    parts: &[part(by_network)],
    subtable: Some("Referrers.getUrlsForSocial"),
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: l::name,
                meta: |keys, meta| l::network(text(keys, 0), meta),
                flat_column: "Referrers_SocialNetwork",
                ..LABEL
            },
            RowLabel {
                row: l::name_and_url,
                text: |keys| l::bare(text(keys, 1)),
                meta: url_meta,
                inside: Some(l::second),
                flat_column: "Referrers_WebsitePage",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), l::second(keys)],
            separator: " - ",
            meta: |keys, meta| l::network(text(keys, 0), meta),
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};

static GET_URLS_OF_SOCIAL: Report = Report {
    method: "Referrers.getUrlsForSocial",
    name: "Social Networks",
    about: &About { rows: "Website Page", inner: true, ..crate::core_home::about::OF_VISITS },
    doc: "The pages of a social network that visitors came from.",
    order: 11,
    shape: Shape::Subtable { of: &GET_SOCIALS, dimension: &URL, alone: true },
    sort: None,
    ..PLAIN
};

static GET_ASSISTANTS: Report = Report {
    method: "Referrers.getAIAssistants",
    name: "AI assistants",
    doc: "The AI assistants that visitors came from.",
    subcategory: "Referrers_SubmenuSocial",
    order: 12,
    dimension: Some(&NAME),
    parts: &[part(by_assistant)],
    subtable: Some("Referrers.getUrlsForAIAssistant"),
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: l::name,
                meta: |keys, meta| l::assistant(text(keys, 0), meta),
                flat_column: "Referrers_AIAssistant",
                ..LABEL
            },
            RowLabel {
                row: l::name_and_url,
                text: |keys| l::bare(text(keys, 1)),
                meta: url_meta,
                inside: Some(l::second),
                flat_column: "Referrers_WebsitePage",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), l::second(keys)],
            separator: " - ",
            meta: |keys, meta| l::assistant(text(keys, 0), meta),
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};

static GET_URLS_OF_ASSISTANT: Report = Report {
    method: "Referrers.getUrlsForAIAssistant",
    name: "Pages of an AI assistant",
    doc: "The pages of an AI assistant that visitors came from.",
    order: 12,
    shape: Shape::Subtable { of: &GET_ASSISTANTS, dimension: &URL, alone: true },
    sort: None,
    ..PLAIN
};
