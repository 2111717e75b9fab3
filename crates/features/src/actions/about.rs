//! What is told of the reports of actions.

use super::metrics::{
    AVG_TIME_ON_PAGE, BOUNCE_RATE, DOWNLOADS, ENTRY_BOUNCES, ENTRY_VISITS, EXIT_RATE, EXIT_VISITS, KEYWORDS, NB_HITS,
    OUTLINKS, PAGE_VIEWS, SEARCHES, UNIQUE_DOWNLOADS, UNIQUE_OUTLINKS, UNIQUE_PAGE_VIEWS,
};
use makoto_catalog::{About, Aggregate, Metric, ToldGoals, Unit};

const fn titled(id: &'static str, name: &'static str, doc: &'static str) -> Metric {
    Metric::counted(id, name, doc, Aggregate::Count, None)
}

static UNIQUE_PAGES: Metric = titled("nb_visits", "Unique Pageviews", "Visits in which the page was viewed.");
static UNIQUE_CLICKS: Metric = titled("nb_visits", "Unique Clicks", "Visits in which the link was clicked.");
static CLICKS: Metric = titled("nb_hits", "Clicks", "How often the link was clicked.");
static UNIQUE_FILES: Metric = titled("nb_visits", "Unique Downloads", "Visits in which the file was downloaded.");
static FILES: Metric = titled("nb_hits", "Downloads", "How often the file was downloaded.");
static SEARCHED: Metric = titled("nb_visits", "Searches", "Visits that searched for it.");
static RESULT_PAGES: Metric =
    titled("nb_pages_per_search", "Search Results pages", "Mean number of result pages looked at.").unit(Unit::Number);
static SEARCH_EXITS: Metric =
    titled("exit_rate", "% Search Exits", "Share of searches after which the visit ended.").unit(Unit::Percent);
static CLICKED_AFTER: Metric =
    titled("nb_hits_following_search", "Clicked in search results", "Page views that followed a search.");
/// Older trackers sent how long the server took; nothing fills it any more, and it is told all the same.
static GENERATION: Metric =
    titled("avg_time_generation", "Avg. generation time", "No longer measured.").unit(Unit::LengthS);

pub static OVERVIEW: About = About {
    metrics: &[
        &PAGE_VIEWS,
        &UNIQUE_PAGE_VIEWS,
        &DOWNLOADS,
        &UNIQUE_DOWNLOADS,
        &OUTLINKS,
        &UNIQUE_OUTLINKS,
        &SEARCHES,
        &KEYWORDS,
    ],
    processed: &[&GENERATION],
    ..About::PLAIN
};

const PAGES: About = About {
    metrics: &[&NB_HITS, &UNIQUE_PAGES],
    processed: &[&AVG_TIME_ON_PAGE, &BOUNCE_RATE, &EXIT_RATE, &GENERATION],
    goals: ToldGoals::Pages,
    ..About::PLAIN
};
pub static URLS: About =
    About { rows: "Page URL", related: &["Actions.getEntryPageUrls", "Actions.getExitPageUrls"], ..PAGES };
pub static TITLES: About =
    About { rows: "Page Title", related: &["Actions.getEntryPageTitles", "Actions.getExitPageTitles"], ..PAGES };

const ENTRIES: About = About {
    metrics: &[&ENTRY_VISITS, &ENTRY_BOUNCES],
    processed: &[&BOUNCE_RATE, &GENERATION],
    also: &[&AVG_TIME_ON_PAGE, &EXIT_RATE],
    goals: ToldGoals::Entries,
    ..About::PLAIN
};
pub static ENTRY_URLS: About = About { rows: "Entry Page URL", related: &["Actions.getEntryPageTitles"], ..ENTRIES };
pub static ENTRY_TITLES: About =
    About { rows: "Entry Page title", related: &["Actions.getPageTitles", "Actions.getEntryPageUrls"], ..ENTRIES };

const EXITS: About = About {
    metrics: &[&EXIT_VISITS, &UNIQUE_PAGES],
    processed: &[&EXIT_RATE, &GENERATION],
    also: &[&AVG_TIME_ON_PAGE, &BOUNCE_RATE],
    ..About::PLAIN
};
pub static EXIT_URLS: About = About { rows: "Exit Page URL", related: &["Actions.getExitPageTitles"], ..EXITS };
pub static EXIT_TITLES: About =
    About { rows: "Exit Page Title", related: &["Actions.getPageTitles", "Actions.getExitPageUrls"], ..EXITS };

pub static GET_DOWNLOADS: About = About { metrics: &[&UNIQUE_FILES, &FILES], rows: "Download URL", ..About::PLAIN };
pub static GET_OUTLINKS: About = About { metrics: &[&UNIQUE_CLICKS, &CLICKS], rows: "Clicked Outlink", ..About::PLAIN };

pub static SEARCH_KEYWORDS: About = About {
    metrics: &[&SEARCHED, &RESULT_PAGES],
    processed: &[&SEARCH_EXITS],
    also: &[&AVG_TIME_ON_PAGE, &BOUNCE_RATE, &GENERATION],
    rows: "Keyword",
    ..About::PLAIN
};
pub static VAIN_KEYWORDS: About = About {
    metrics: &[&SEARCHED],
    processed: &[&SEARCH_EXITS],
    also: &[&AVG_TIME_ON_PAGE, &BOUNCE_RATE, &GENERATION],
    rows: "Keyword with No Search Result",
    ..About::PLAIN
};
pub static SEARCH_CATEGORIES: About =
    About { metrics: &[&SEARCHED, &RESULT_PAGES, &SEARCH_EXITS], rows: "Search Category", ..About::PLAIN };
const AFTER_SEARCH: About = About {
    metrics: &[&CLICKED_AFTER, &NB_HITS],
    also: &[&AVG_TIME_ON_PAGE, &BOUNCE_RATE, &EXIT_RATE, &GENERATION],
    rows: "Destination Page",
    opens: Some(""),
    ..About::PLAIN
};
pub static URLS_AFTER_SEARCH: About = About { related: &["Actions.getPageTitlesFollowingSiteSearch"], ..AFTER_SEARCH };
pub static TITLES_AFTER_SEARCH: About = About { related: &["Actions.getPageUrlsFollowingSiteSearch"], ..AFTER_SEARCH };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_pages_is_what_their_rows_have() {
        for about in [&URLS, &TITLES] {
            assert!(about.metrics.iter().any(|metric| metric.id == "nb_visits"));
        }
    }
}
