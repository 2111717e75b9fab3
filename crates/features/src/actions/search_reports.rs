//! Internal searches.

use super::{
    SEARCH_CATEGORY, TITLE,
    metrics::{
        AVG_TIME_ON_PAGE, BOUNCED_HERE, ENTERED, EXIT_RATE, EXIT_VISITS, NB_HITS, NB_VISITS, SUM_TIME_SPENT, VISITORS,
    },
    paths,
};
use crate::{
    core_home::metrics::mean_1,
    rows::{LABEL, each_known, segment, text},
};
use makoto_catalog::{Aggregate, Condition, Expr, Metric, Op, Part, Report, RowLabel, Scope, Shape, Tree, Unit};
use makoto_model::{ActionKind, Value};

const PLAIN: Report = Report {
    category: "General_Actions",
    subcategory: "Actions_SubmenuSitesearch",
    sort: Some(&NB_VISITS),
    rows_max: (500, 100),
    ..Report::PLAIN
};

/// A search is no page on which a visit can bounce; the column stands for all that.
static NO_BOUNCES: Metric =
    Metric::processed("bounce_rate", "Bounce Rate", "Always 0: a search is no page.", &[&NB_VISITS], |_| 0.0)
        .unit(Unit::Percent);
static DAILY_VISITORS: Metric = VISITORS.daily_only();

static PAGES_PER_SEARCH: Metric = Metric::processed(
    "nb_pages_per_search",
    "Result pages",
    "Mean number of result pages that were looked at.",
    &[&NB_HITS, &NB_VISITS],
    mean_1,
)
.unit(Unit::Number)
.adding_up();

fn searches() -> Condition {
    let kind = ActionKind::SiteSearch as i64;
    Condition::Compare { expr: Expr::Column("kind"), op: Op::Is, value: Value::Int(kind) }
}

fn known(column: &'static str) -> Condition {
    Condition::Compare { expr: Expr::Column(column), op: Op::IsNot, value: Value::Null }
}

const HITS: &[&Metric] = &[&NB_VISITS, &NB_HITS];
const TIME: &[&Metric] = &[&SUM_TIME_SPENT];
const EXITS: &[&Metric] = &[&EXIT_VISITS];
const ENTRIES: &[&Metric] = &[&QUIET_ENTRIES, &QUIET_BOUNCES];

static QUIET_ENTRIES: Metric = ENTERED.hidden();
static QUIET_BOUNCES: Metric = BOUNCED_HERE.hidden();

const fn days(id: &'static str, name: &'static str, only: Expr) -> Metric {
    Metric::counted(id, name, name, Aggregate::DistinctPerDay("title"), Some(only)).hidden()
}

/// Days on which a search for the keyword told how much it found: below 0 for every such search.
static TOLD_DAYS: Metric =
    days("nb_days_told", "Days with searches", Expr::Minus(&Expr::Int(-1), &Expr::Column("search_results")));
static FOUND_DAYS: Metric = days("nb_days_found", "Days with results", Expr::Column("search_results"));

/// More than 0 for a keyword that on some day every search sought in vain.
static VAIN: Metric = Metric::processed(
    "nb_days_vain",
    "Days without results",
    "Days on which every search for it found nothing.",
    &[&TOLD_DAYS, &FOUND_DAYS],
    |days| days[0] - days[1],
)
.hidden();
const VAIN_HITS: &[&Metric] = &[&NB_VISITS, &NB_HITS, &TOLD_DAYS, &FOUND_DAYS];

const fn parts(metrics: &'static [&'static Metric]) -> [Part; 4] {
    [
        Part { scope: Scope::Action, keys: &[Expr::Column("title")], only: searches, metrics, zeros: true },
        Part {
            scope: Scope::Action,
            keys: &[Expr::Column("title_before")],
            only: || known("title_before"),
            metrics: TIME,
            zeros: true,
        },
        Part {
            scope: Scope::Visit,
            keys: &[Expr::Column("exit_title")],
            only: || known("exit_title"),
            metrics: EXITS,
            zeros: false,
        },
        Part {
            scope: Scope::Visit,
            keys: &[Expr::Column("entry_title")],
            only: || known("entry_title"),
            metrics: ENTRIES,
            zeros: false,
        },
    ]
}

const fn keywords(flat_column: &'static str) -> Shape {
    Shape::Tree(Tree {
        split: paths::title,
        leaf_prefix: "",
        separator: "",
        flat_prefix: false,
        index: None,
        nameless: "Keyword not defined",
        url: false,
        leaf_segment: "siteSearchKeyword",
        folder_segment: None,
        flat_column,
        encodings: 1,
        limits_depth: false,
    })
}

/// What was searched for.
pub static GET_KEYWORDS: Report = Report {
    method: "Actions.getSiteSearchKeywords",
    name: "Site Search Keywords",
    about: &super::about::SEARCH_KEYWORDS,
    doc: "What visitors searched for on the site.",
    order: 15,
    dimension: Some(&TITLE),
    parts: &parts(HITS),
    processed: &[&PAGES_PER_SEARCH, &AVG_TIME_ON_PAGE, &NO_BOUNCES, &EXIT_RATE],
    needs: &[&NB_HITS],
    shape: keywords("Actions_Keyword"),
    ..PLAIN
};

/// What was searched for in vain.
pub static GET_VAIN_KEYWORDS: Report = Report {
    method: "Actions.getSiteSearchNoResultKeywords",
    name: "Search Keywords with No Results",
    about: &super::about::VAIN_KEYWORDS,
    doc: "What visitors searched for on the site and did not find.",
    order: 16,
    dimension: Some(&TITLE),
    parts: &parts(VAIN_HITS),
    processed: &[&PAGES_PER_SEARCH, &AVG_TIME_ON_PAGE, &NO_BOUNCES, &EXIT_RATE, &VAIN],
    needs: &[&NB_HITS, &VAIN],
    shape: keywords("Actions_KeywordwithNoSearchResult"),
    ..PLAIN
};

static SEARCHED: Metric =
    Metric::counted("nb_actions", "Searches", "How often it was searched.", Aggregate::Count, None);
static PAGES_PER_CATEGORY: Metric = Metric::processed(
    "nb_pages_per_search",
    "Result pages",
    "Mean number of result pages that were looked at.",
    &[&SEARCHED, &NB_VISITS],
    mean_1,
)
.unit(Unit::Number);

/// Where it was searched.
pub static GET_CATEGORIES: Report = Report {
    method: "Actions.getSiteSearchCategories",
    name: "Search Categories",
    about: &super::about::SEARCH_CATEGORIES,
    doc: "The categories in which visitors searched.",
    order: 17,
    dimension: Some(&SEARCH_CATEGORY),
    parts: &[Part {
        scope: Scope::Action,
        keys: &[Expr::Column("search_category")],
        only: searches,
        metrics: &[&NB_VISITS, &SEARCHED, &DAILY_VISITORS],
        zeros: true,
    }],
    processed: &[&PAGES_PER_CATEGORY],
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: each_known,
            meta: |keys, meta| meta.push(segment(&[("siteSearchCategory", text(keys, 0))])),
            flat_column: "Actions_SearchCategory",
            ..LABEL
        }],
        always: None,
        flat: None,
    },
    ..PLAIN
};
