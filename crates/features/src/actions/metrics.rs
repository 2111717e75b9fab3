//! The numbers of pages.

use crate::core_home::metrics::{BOUNCED, mean_0, mean_3, share};
use makoto_catalog::{Aggregate, Expr, Metric, Unit};
use makoto_model::ActionKind;

pub static NB_VISITS: Metric =
    Metric::counted("nb_visits", "Visits", "Visits in which it happened.", Aggregate::Distinct("visit_id"), None);
pub static NB_UNIQ_VISITORS: Metric = VISITORS;
pub const VISITORS: Metric = Metric::persons(
    "nb_uniq_visitors",
    "sum_daily_nb_uniq_visitors",
    "Unique visitors",
    "Different visitors who did it.",
    "visitor",
);
pub static NB_HITS: Metric = Metric::counted("nb_hits", "Pageviews", "How often it happened.", Aggregate::Count, None);
pub static SUM_TIME_SPENT: Metric = Metric::counted(
    "sum_time_spent",
    "Total time spent by visitors (in seconds)",
    "Seconds from this page to the next action.",
    Aggregate::Sum(Expr::Column("spent_before_s")),
    None,
)
.unit(Unit::LengthS);

pub static ENTRY_UNIQ_VISITORS: Metric = Metric::persons(
    "entry_nb_uniq_visitors",
    "sum_daily_entry_nb_uniq_visitors",
    "Unique entrances",
    "Different visitors who began a visit here.",
    "visitor",
);
pub static ENTRY_VISITS: Metric = ENTERED;
pub const ENTERED: Metric =
    Metric::counted("entry_nb_visits", "Entrances", "Visits that began here.", Aggregate::Count, None);
pub static ENTRY_ACTIONS: Metric = Metric::counted(
    "entry_nb_actions",
    "Actions after entering here",
    "Actions in visits that began here.",
    Aggregate::Sum(Expr::Column("action_count")),
    None,
);
pub static ENTRY_LENGTH: Metric = Metric::counted(
    "entry_sum_visit_length",
    "Total time spent by visitors (in seconds) after entering here",
    "Seconds of visits that began here.",
    Aggregate::Sum(Expr::Column("visit_length_s")),
    None,
)
.unit(Unit::LengthS);
pub static ENTRY_BOUNCES: Metric = BOUNCED_HERE;
pub const BOUNCED_HERE: Metric = Metric::counted(
    "entry_bounce_count",
    "Bounces",
    "Visits that began here and had no further action.",
    Aggregate::Sum(BOUNCED),
    None,
);
pub static EXIT_UNIQ_VISITORS: Metric = Metric::persons(
    "exit_nb_uniq_visitors",
    "sum_daily_exit_nb_uniq_visitors",
    "Unique exits",
    "Different visitors who ended a visit here.",
    "visitor",
);
pub static EXIT_VISITS: Metric =
    Metric::counted("exit_nb_visits", "Exits", "Visits that ended here.", Aggregate::Count, None);

pub static AVG_TIME_ON_PAGE: Metric = Metric::processed(
    "avg_time_on_page",
    "Avg. time on page",
    "Mean seconds spent here.",
    &[&SUM_TIME_SPENT, &NB_HITS],
    mean_0,
)
.unit(Unit::Clock);
pub static BOUNCE_RATE: Metric = Metric::processed(
    "bounce_rate",
    "Bounce Rate",
    "Share of visits that began here and had no further action.",
    &[&ENTRY_BOUNCES, &ENTRY_VISITS],
    share,
)
.unit(Unit::Percent);
pub static EXIT_RATE: Metric =
    Metric::processed("exit_rate", "Exit rate", "Share of visits that ended here.", &[&EXIT_VISITS, &NB_VISITS], share)
        .unit(Unit::Percent);

/// Milliseconds to seconds.
pub fn mean_seconds(parts: &[f64]) -> f64 {
    mean_3(&[parts[0] / 1000.0, parts[1]])
}

/// The sum of the means of pairs of milliseconds and hits, in seconds.
fn mean_load(parts: &[f64]) -> f64 {
    let sum: f64 = parts.chunks(2).map(mean_seconds).sum();
    (sum * 1000.0).round() / 1000.0
}

/// Times of loading a page; the columns stand only where some page was timed.
const TIMED: &[&str] = &[
    "nb_hits_with_time_network",
    "nb_hits_with_time_server",
    "nb_hits_with_time_transfer",
    "nb_hits_with_time_dom_processing",
    "nb_hits_with_time_dom_completion",
    "nb_hits_with_time_on_load",
];

/// 1 where the column has a value: `zero` is the column less itself, null where that is null.
const fn has(zero: &'static Expr) -> Option<Expr> {
    Some(Expr::Minus(zero, &Expr::Int(-1)))
}

macro_rules! timing {
    ($sum:ident, $hits:ident, $quiet:ident, $min:ident, $max:ident, $mean:ident, $name:literal, $title:literal, $column:literal, $hits_id:literal,
     $min_id:literal, $max_id:literal, $mean_id:literal) => {
        pub static $sum: Metric = Metric::counted(
            concat!("sum_", $column),
            $name,
            "Milliseconds of all page views that were timed.",
            Aggregate::Sum(Expr::Column($column)),
            None,
        )
        .unit(Unit::LengthMs)
        .hidden();
        pub static $hits: Metric = Metric::counted(
            $hits_id,
            concat!($name, ": timed page views"),
            "Page views that were timed.",
            Aggregate::Count,
            has(&Expr::Minus(&Expr::Column($column), &Expr::Column($column))),
        )
        .only_with(TIMED);
        /// The same where no answer shows it.
        pub static $quiet: Metric = Metric::counted(
            $hits_id,
            concat!($name, ": timed page views"),
            "Page views that were timed.",
            Aggregate::Count,
            has(&Expr::Minus(&Expr::Column($column), &Expr::Column($column))),
        )
        .hidden();
        pub static $min: Metric = Metric::smallest(
            $min_id,
            concat!($name, ": shortest"),
            "Of the page view that took least.",
            Expr::Column($column),
        )
        .unit(Unit::LengthMs)
        .only_with(TIMED);
        pub static $max: Metric = Metric::largest(
            $max_id,
            concat!($name, ": longest"),
            "Of the page view that took most.",
            Expr::Column($column),
        )
        .unit(Unit::LengthMs)
        .only_with(TIMED);
        pub static $mean: Metric = Metric::processed(
            $mean_id,
            $title,
            "Mean seconds of the page views that were timed.",
            &[&$sum, &$hits],
            mean_seconds,
        )
        .unit(Unit::LengthS)
        .outer_only()
        .only_with(TIMED);
    };
}

timing!(
    SUM_NETWORK,
    HITS_NETWORK,
    QUIET_NETWORK,
    MIN_NETWORK,
    MAX_NETWORK,
    AVG_NETWORK,
    "Network time",
    "Avg. network time",
    "time_network",
    "nb_hits_with_time_network",
    "min_time_network",
    "max_time_network",
    "avg_time_network"
);
timing!(
    SUM_SERVER,
    HITS_SERVER,
    QUIET_SERVER,
    MIN_SERVER,
    MAX_SERVER,
    AVG_SERVER,
    "Server time",
    "Avg. server time",
    "time_server",
    "nb_hits_with_time_server",
    "min_time_server",
    "max_time_server",
    "avg_time_server"
);
timing!(
    SUM_TRANSFER,
    HITS_TRANSFER,
    QUIET_TRANSFER,
    MIN_TRANSFER,
    MAX_TRANSFER,
    AVG_TRANSFER,
    "Transfer time",
    "Avg. transfer time",
    "time_transfer",
    "nb_hits_with_time_transfer",
    "min_time_transfer",
    "max_time_transfer",
    "avg_time_transfer"
);
timing!(
    SUM_PROCESSING,
    HITS_PROCESSING,
    QUIET_PROCESSING,
    MIN_PROCESSING,
    MAX_PROCESSING,
    AVG_PROCESSING,
    "DOM processing time",
    "Avg. DOM processing time",
    "time_dom_processing",
    "nb_hits_with_time_dom_processing",
    "min_time_dom_processing",
    "max_time_dom_processing",
    "avg_time_dom_processing"
);
timing!(
    SUM_COMPLETION,
    HITS_COMPLETION,
    QUIET_COMPLETION,
    MIN_COMPLETION,
    MAX_COMPLETION,
    AVG_COMPLETION,
    "DOM completion time",
    "Avg. DOM completion time",
    "time_dom_completion",
    "nb_hits_with_time_dom_completion",
    "min_time_dom_completion",
    "max_time_dom_completion",
    "avg_time_dom_completion"
);
timing!(
    SUM_ON_LOAD,
    HITS_ON_LOAD,
    QUIET_ON_LOAD,
    MIN_ON_LOAD,
    MAX_ON_LOAD,
    AVG_ON_LOAD,
    "On load time",
    "Avg. on load time",
    "time_on_load",
    "nb_hits_with_time_on_load",
    "min_time_on_load",
    "max_time_on_load",
    "avg_time_on_load"
);

pub static AVG_PAGE_LOAD: Metric = Metric::processed(
    "avg_page_load_time",
    "Avg. page load time",
    "Mean seconds until a page was loaded: all its parts together.",
    &[
        &SUM_NETWORK,
        &HITS_NETWORK,
        &SUM_SERVER,
        &HITS_SERVER,
        &SUM_TRANSFER,
        &HITS_TRANSFER,
        &SUM_PROCESSING,
        &HITS_PROCESSING,
        &SUM_COMPLETION,
        &HITS_COMPLETION,
        &SUM_ON_LOAD,
        &HITS_ON_LOAD,
    ],
    mean_load,
)
.unit(Unit::LengthS)
.outer_only();

pub static NB_HITS_FOLLOWING_SEARCH: Metric = Metric::counted(
    "nb_hits_following_search",
    "Pageviews after a search",
    "How often it was the next thing after an internal search.",
    Aggregate::Count,
    None,
);
pub const AFTER_SEARCHES: &[&Metric] = &[&NB_HITS_FOLLOWING_SEARCH];

/// Rows of pages.
pub const OF_PAGES: &[&Metric] = &[
    &NB_VISITS,
    &NB_UNIQ_VISITORS,
    &NB_HITS,
    &SUM_NETWORK,
    &HITS_NETWORK,
    &MIN_NETWORK,
    &MAX_NETWORK,
    &SUM_SERVER,
    &HITS_SERVER,
    &MIN_SERVER,
    &MAX_SERVER,
    &SUM_TRANSFER,
    &HITS_TRANSFER,
    &MIN_TRANSFER,
    &MAX_TRANSFER,
    &SUM_PROCESSING,
    &HITS_PROCESSING,
    &MIN_PROCESSING,
    &MAX_PROCESSING,
    &SUM_COMPLETION,
    &HITS_COMPLETION,
    &MIN_COMPLETION,
    &MAX_COMPLETION,
    &SUM_ON_LOAD,
    &HITS_ON_LOAD,
    &MIN_ON_LOAD,
    &MAX_ON_LOAD,
];
/// Rows of pages where single times are not shown.
pub const OF_PAGES_BRIEF: &[&Metric] = &[
    &NB_VISITS,
    &NB_UNIQ_VISITORS,
    &NB_HITS,
    &SUM_NETWORK,
    &QUIET_NETWORK,
    &SUM_SERVER,
    &QUIET_SERVER,
    &SUM_TRANSFER,
    &QUIET_TRANSFER,
    &SUM_PROCESSING,
    &QUIET_PROCESSING,
    &SUM_COMPLETION,
    &QUIET_COMPLETION,
    &SUM_ON_LOAD,
    &QUIET_ON_LOAD,
];
pub const OF_ENTRIES: &[&Metric] =
    &[&ENTRY_UNIQ_VISITORS, &ENTRY_VISITS, &ENTRY_ACTIONS, &ENTRY_LENGTH, &ENTRY_BOUNCES];
pub const OF_EXITS: &[&Metric] = &[&EXIT_UNIQ_VISITORS, &EXIT_VISITS];
pub const OF_LINKS: &[&Metric] = &[&NB_VISITS, &NB_UNIQ_VISITORS, &NB_HITS];

/// Computed for pages.
pub const PROCESSED: &[&Metric] = &[
    &AVG_NETWORK,
    &AVG_SERVER,
    &AVG_TRANSFER,
    &AVG_PROCESSING,
    &AVG_COMPLETION,
    &AVG_ON_LOAD,
    &AVG_PAGE_LOAD,
    &AVG_TIME_ON_PAGE,
    &BOUNCE_RATE,
    &EXIT_RATE,
];

const fn happened(id: &'static str, name: &'static str, kind: ActionKind) -> Metric {
    Metric::counted(id, name, "How often it happened.", Aggregate::Count, Some(Expr::Is("kind", kind as i64)))
}

const fn once(id: &'static str, name: &'static str, kind: ActionKind) -> Metric {
    let doc = "How often it happened, repetitions in one visit not counted.";
    Metric::counted(id, name, doc, Aggregate::DistinctPairs("visit_id", "url"), Some(Expr::Is("kind", kind as i64)))
}

pub static PAGE_VIEWS: Metric = happened("nb_pageviews", "Pageviews", ActionKind::PageView);
pub static UNIQUE_KNOWN_PAGES: Metric =
    once("uniq_pageviews_with_url", "Unique page views with a URL", ActionKind::PageView).hidden();
pub static UNIQUE_UNKNOWN_PAGES: Metric = Metric::counted(
    "uniq_pageviews_without_url",
    "Unique page views without a URL",
    "Visits with page views that sent no URL.",
    Aggregate::Distinct("visit_id"),
    None,
)
.hidden();
pub static UNIQUE_PAGE_VIEWS: Metric = Metric::processed(
    "nb_uniq_pageviews",
    "Unique Pageviews",
    "Page views, repetitions in one visit not counted.",
    &[&UNIQUE_KNOWN_PAGES, &UNIQUE_UNKNOWN_PAGES],
    |parts| parts[0] + parts[1],
);
pub static DOWNLOADS: Metric = happened("nb_downloads", "Downloads", ActionKind::Download);
pub static UNIQUE_DOWNLOADS: Metric = once("nb_uniq_downloads", "Unique Downloads", ActionKind::Download);
pub static OUTLINKS: Metric = happened("nb_outlinks", "Outlinks", ActionKind::Outlink);
pub static UNIQUE_OUTLINKS: Metric = once("nb_uniq_outlinks", "Unique Outlinks", ActionKind::Outlink);
pub static SEARCHES: Metric = happened("nb_searches", "Searches", ActionKind::SiteSearch);
pub static KEYWORDS: Metric = Metric::counted(
    "nb_keywords",
    "Unique Keywords",
    "Different keywords that were searched.",
    Aggregate::Distinct("title"),
    Some(Expr::Is("kind", ActionKind::SiteSearch as i64)),
);
