//! Pages, downloads, outlinks and internal searches.

mod about;
pub mod metrics;
pub mod page_view;
mod paths;
pub mod reports;
mod search_reports;
mod searches;

use makoto_catalog::{
    Dimension, Feature, Kind, Op, Read, SegmentName,
    columns::{NAMES, PAGE_VIEW, TITLES, URLS},
};
use makoto_model::{Act, ActionKind, Value};

/// Heading of the segment editor.
const BEHAVIOUR: &str = "General_Actions";

const fn url(name: &'static str, title: &'static str) -> SegmentName {
    SegmentName::text(name, title, BEHAVIOUR).read(Read::Url, "http://example.org/shop")
}

pub static URL: Dimension = Dimension::of_action("Actions.PageUrl", "Page URL", "url", Kind::Text(URLS)).segments(&[
    url("pageUrl", "Page URL").kind(ActionKind::PageView),
    url("downloadUrl", "Download URL").kind(ActionKind::Download),
    url("outlinkUrl", "Clicked Outlink").kind(ActionKind::Outlink),
    url("eventUrl", "Event URL").kind(ActionKind::Event).under("Events_Events"),
    url("actionUrl", "Action URL").union(&["pageUrl", "downloadUrl", "outlinkUrl", "eventUrl"]),
]);

pub static TITLE: Dimension = Dimension::of_action("Actions.PageTitle", "Page title", "title", Kind::Text(TITLES))
    .segments(&[
        SegmentName::text("pageTitle", "Page Title", BEHAVIOUR).kind(ActionKind::PageView),
        SegmentName::text("siteSearchKeyword", "Keyword (Site Search)", BEHAVIOUR).kind(ActionKind::SiteSearch),
    ]);

static KIND: Dimension =
    Dimension::of_action("Actions.ActionType", "Action type", "kind", Kind::Int).segments(&[SegmentName::text(
        "actionType",
        "Action Type",
        BEHAVIOUR,
    )
    .read(Read::Named(kinds), "pageviews")
    .accepted("pageviews, contents, sitesearches, events, outlinks, downloads")]);

fn kinds(op: Op, text: &str) -> Vec<Value> {
    let known = [
        ("pageviews", ActionKind::PageView),
        ("contents", ActionKind::Content),
        ("sitesearches", ActionKind::SiteSearch),
        ("events", ActionKind::Event),
        ("outlinks", ActionKind::Outlink),
        ("downloads", ActionKind::Download),
    ];
    let meets = |name: &str| crate::devices_detection::meets(op, name, text);
    known.into_iter().filter(|(name, _)| meets(name)).map(|(_, kind)| Value::Int(kind as i64)).collect()
}

pub static ENTRY_URL: Dimension =
    Dimension::of_visit("Actions.EntryPageUrl", "Entry page URL", "entry_url", Kind::Text(URLS))
        .segments(&[url("entryPageUrl", "Entry Page URL")]);
pub static ENTRY_TITLE: Dimension =
    Dimension::of_visit("Actions.EntryPageTitle", "Entry page title", "entry_title", Kind::Text(TITLES))
        .segments(&[SegmentName::text("entryPageTitle", "Entry Page title", BEHAVIOUR)]);
pub static EXIT_URL: Dimension =
    Dimension::of_visit("Actions.ExitPageUrl", "Exit page URL", "exit_url", Kind::Text(URLS))
        .segments(&[url("exitPageUrl", "Exit Page URL")]);
pub static EXIT_TITLE: Dimension =
    Dimension::of_visit("Actions.ExitPageTitle", "Exit page title", "exit_title", Kind::Text(TITLES))
        .segments(&[SegmentName::text("exitPageTitle", "Exit Page Title", BEHAVIOUR)]);

static SEARCH_CATEGORY: Dimension = Dimension::read_action(
    "Actions.SearchCategory",
    "Search category",
    "search_category",
    Kind::Text(NAMES),
    |facts| match facts.act {
        Act::Action { kind: ActionKind::SiteSearch, .. } => searches::category(facts).into(),
        _ => Value::Null,
    },
)
.segments(&[SegmentName::text("siteSearchCategory", "Category (Site Search)", BEHAVIOUR)]);

static SEARCH_COUNT: Dimension =
    Dimension::read_action("Actions.SearchNoResults", "Results of the search", "search_results", Kind::Int, |facts| {
        match facts.act {
            Act::Action { kind: ActionKind::SiteSearch, .. } => facts.params.int("search_count").into(),
            _ => Value::Null,
        }
    })
    .segments(&[SegmentName::text("siteSearchCount", "Keyword count (Site Search)", BEHAVIOUR).of_numbers()]);

static PAGE_VIEW_ID: Dimension =
    Dimension::read_action("Actions.IdPageview", "Page view id", PAGE_VIEW, Kind::Int, |facts| {
        facts.params.filled("pv_id").and_then(page_view::number).into()
    });

pub static FEATURE: Feature = Feature {
    name: "Actions",
    dimensions: &[
        &URL,
        &TITLE,
        &KIND,
        &ENTRY_URL,
        &ENTRY_TITLE,
        &EXIT_URL,
        &EXIT_TITLE,
        &SEARCH_CATEGORY,
        &SEARCH_COUNT,
        &PAGE_VIEW_ID,
    ],
    metrics: &[],
    reports: reports::REPORTS,
    settings: &[],
};
