use super::{
    ENTRY_TITLE, ENTRY_URL, EXIT_TITLE, EXIT_URL, TITLE, URL, about,
    metrics::{
        AFTER_SEARCHES, AVG_PAGE_LOAD, AVG_TIME_ON_PAGE, BOUNCE_RATE, DOWNLOADS, ENTRY_VISITS, EXIT_RATE, EXIT_VISITS,
        KEYWORDS, NB_HITS, NB_HITS_FOLLOWING_SEARCH, NB_VISITS, OF_ENTRIES, OF_EXITS, OF_LINKS, OF_PAGES,
        OF_PAGES_BRIEF, OUTLINKS, PAGE_VIEWS, PROCESSED, SEARCHES, SUM_TIME_SPENT, UNIQUE_DOWNLOADS,
        UNIQUE_KNOWN_PAGES, UNIQUE_OUTLINKS, UNIQUE_PAGE_VIEWS, UNIQUE_UNKNOWN_PAGES,
    },
    paths, search_reports,
};
use crate::rows::all;
use makoto_catalog::{Chart, Condition, Expr, GoalColumns, Metric, Op, Part, Report, Scope, Shape, Tree};
use makoto_model::{ActionKind, Value};

pub const REPORTS: &[&Report] = &[
    &GET,
    &PAGE_URLS,
    &PAGE_TITLES,
    &ENTRY_URLS,
    &ENTRY_TITLES,
    &EXIT_URLS,
    &EXIT_TITLES,
    &GET_DOWNLOADS,
    &GET_OUTLINKS,
    &GET_PAGE_URL,
    &GET_PAGE_TITLE,
    &GET_DOWNLOAD,
    &GET_OUTLINK,
    &search_reports::GET_KEYWORDS,
    &search_reports::GET_VAIN_KEYWORDS,
    &search_reports::GET_CATEGORIES,
    &URLS_AFTER_SEARCH,
    &TITLES_AFTER_SEARCH,
];

const PLAIN: Report = Report { category: "General_Actions", rows_max: (500, 100), ..Report::PLAIN };

pub static GET: Report = Report {
    method: "Actions.get",
    name: "Actions - Main metrics",
    about: &about::OVERVIEW,
    doc: "Page views, downloads, outlinks and internal searches.",
    parts: &[
        Part {
            scope: Scope::Action,
            keys: &[],
            only: all,
            metrics: &[
                &PAGE_VIEWS,
                &UNIQUE_KNOWN_PAGES,
                &DOWNLOADS,
                &UNIQUE_DOWNLOADS,
                &OUTLINKS,
                &UNIQUE_OUTLINKS,
                &SEARCHES,
                &KEYWORDS,
            ],
            zeros: true,
        },
        Part {
            scope: Scope::Action,
            keys: &[],
            only: page_views_without_url,
            metrics: &[&UNIQUE_UNKNOWN_PAGES],
            zeros: true,
        },
    ],
    processed: &[&UNIQUE_PAGE_VIEWS],
    chart: Chart::Evolution,
    ..PLAIN
};

fn of_kind(kind: ActionKind) -> Condition {
    Condition::Compare { expr: Expr::Column("kind"), op: Op::Is, value: Value::Int(kind as i64) }
}

fn page_views() -> Condition {
    of_kind(ActionKind::PageView)
}

/// What has neither an address nor a title is a page by its address alone, as in Matomo.
fn titled_page_views() -> Condition {
    Condition::All(vec![page_views(), Condition::Any(vec![known("url"), known("title")])])
}

fn page_views_without_url() -> Condition {
    let none = Condition::Compare { expr: Expr::Column("url"), op: Op::Is, value: Value::Null };
    Condition::All(vec![page_views(), none])
}

fn downloads() -> Condition {
    of_kind(ActionKind::Download)
}

fn outlinks() -> Condition {
    of_kind(ActionKind::Outlink)
}

fn known(column: &'static str) -> Condition {
    Condition::Compare { expr: Expr::Column(column), op: Op::IsNot, value: Value::Null }
}

const fn actions(keys: &'static [Expr], only: fn() -> Condition, metrics: &'static [&'static Metric]) -> Part {
    Part { scope: Scope::Action, keys, only, metrics, zeros: true }
}

const fn visits(keys: &'static [Expr], only: fn() -> Condition, metrics: &'static [&'static Metric]) -> Part {
    Part { scope: Scope::Visit, keys, only, metrics, zeros: false }
}

/// What a visitor did right after an internal search.
fn following_search(kind: ActionKind) -> Condition {
    let search = Condition::Compare { expr: Expr::Column("after_search"), op: Op::Is, value: Value::Int(1) };
    Condition::All(vec![of_kind(kind), search])
}

const fn after_search(keys: &'static [Expr], only: fn() -> Condition) -> Part {
    Part { scope: Scope::Action, keys, only, metrics: AFTER_SEARCHES, zeros: false }
}

const TIME_SPENT: &[&Metric] = &[&SUM_TIME_SPENT];

const URL_PARTS: &[Part] = &[
    actions(&[Expr::Column("url")], page_views, OF_PAGES),
    actions(&[Expr::Column("url_before")], || known("url_before"), TIME_SPENT),
    after_search(&[Expr::Column("url")], || following_search(ActionKind::PageView)),
    visits(&[Expr::Column("entry_url")], || known("entry_url"), OF_ENTRIES),
    visits(&[Expr::Column("exit_url")], || known("exit_url"), OF_EXITS),
];

const TITLE_PARTS: &[Part] = &[
    actions(&[Expr::Column("title")], titled_page_views, OF_PAGES),
    actions(&[Expr::Column("title_before")], || known("title_before"), TIME_SPENT),
    after_search(&[Expr::Column("title")], || following_search(ActionKind::PageView)),
    visits(&[Expr::Column("entry_title")], || known("entry_title"), OF_ENTRIES),
    visits(&[Expr::Column("exit_title")], || known("exit_title"), OF_EXITS),
];

const EXIT_URL_PARTS: &[Part] = &[
    actions(&[Expr::Column("url")], page_views, OF_PAGES_BRIEF),
    actions(&[Expr::Column("url_before")], || known("url_before"), TIME_SPENT),
    after_search(&[Expr::Column("url")], || following_search(ActionKind::PageView)),
    visits(&[Expr::Column("entry_url")], || known("entry_url"), OF_ENTRIES),
    visits(&[Expr::Column("exit_url")], || known("exit_url"), OF_EXITS),
];

const EXIT_TITLE_PARTS: &[Part] = &[
    actions(&[Expr::Column("title")], titled_page_views, OF_PAGES_BRIEF),
    actions(&[Expr::Column("title_before")], || known("title_before"), TIME_SPENT),
    after_search(&[Expr::Column("title")], || following_search(ActionKind::PageView)),
    visits(&[Expr::Column("entry_title")], || known("entry_title"), OF_ENTRIES),
    visits(&[Expr::Column("exit_title")], || known("exit_title"), OF_EXITS),
];

const fn pages(leaf_segment: &'static str, flat_column: &'static str, limits_depth: bool) -> Shape {
    Shape::Tree(page_tree(leaf_segment, flat_column, limits_depth))
}

const fn page_tree(leaf_segment: &'static str, flat_column: &'static str, limits_depth: bool) -> Tree {
    Tree {
        split: paths::page,
        leaf_prefix: "/",
        separator: "/",
        flat_prefix: true,
        index: Some(paths::INDEX),
        nameless: "Page URL not defined",
        url: true,
        leaf_segment,
        folder_segment: Some("pageUrl"),
        flat_column,
        encodings: 2,
        limits_depth,
    }
}

const fn titles(leaf_segment: &'static str, flat_column: &'static str) -> Shape {
    Shape::Tree(Tree {
        split: paths::title,
        leaf_prefix: " ",
        separator: "",
        flat_prefix: false,
        index: None,
        nameless: "Page Name not defined",
        url: false,
        leaf_segment,
        folder_segment: None,
        flat_column,
        encodings: 2,
        limits_depth: false,
    })
}

const fn links(leaf_segment: &'static str, flat_column: &'static str) -> Shape {
    Shape::Tree(Tree {
        split: paths::host,
        leaf_prefix: "/",
        separator: "/",
        flat_prefix: false,
        index: None,
        nameless: "URL not defined",
        url: true,
        leaf_segment,
        folder_segment: None,
        flat_column,
        encodings: 2,
        limits_depth: false,
    })
}

const GOALS_OF_URLS: GoalColumns =
    GoalColumns::Pages { page: Expr::Column("lead_url"), entry: Expr::Column("entry_url") };
const GOALS_OF_TITLES: GoalColumns =
    GoalColumns::Pages { page: Expr::Column("lead_title"), entry: Expr::Column("entry_title") };

static PAGE_URLS: Report = URLS_OF_PAGES;
const URLS_OF_PAGES: Report = Report {
    method: "Actions.getPageUrls",
    name: "Page URLs",
    about: &about::URLS,
    doc: "The pages that were viewed, as a tree of their URLs.",
    subcategory: "General_Pages",
    order: 1,
    dimension: Some(&URL),
    parts: URL_PARTS,
    processed: PROCESSED,
    sort: Some(&NB_VISITS),
    needs: &[&NB_HITS],
    subtable: Some("Actions.getPageUrls"),
    goals: GOALS_OF_URLS,
    shape: pages("pageUrl", "Actions_PageUrl", true),
    ..PLAIN
};

static PAGE_TITLES: Report = TITLES_OF_PAGES;
const TITLES_OF_PAGES: Report = Report {
    method: "Actions.getPageTitles",
    name: "Page titles",
    about: &about::TITLES,
    doc: "The titles of the pages that were viewed.",
    subcategory: "Actions_SubmenuPageTitles",
    order: 5,
    dimension: Some(&TITLE),
    parts: TITLE_PARTS,
    processed: PROCESSED,
    sort: Some(&NB_VISITS),
    needs: &[&NB_HITS],
    subtable: Some("Actions.getPageTitles"),
    goals: GOALS_OF_TITLES,
    shape: titles("pageTitle", "Actions_PageTitle"),
    ..PLAIN
};

static ENTRY_URLS: Report = Report {
    method: "Actions.getEntryPageUrls",
    kept_as: Some("Actions.getPageUrls"),
    name: "Entry pages",
    about: &about::ENTRY_URLS,
    doc: "The pages on which visits began.",
    subcategory: "Actions_SubmenuPagesEntry",
    order: 3,
    dimension: Some(&ENTRY_URL),
    parts: URL_PARTS,
    processed: PROCESSED,
    sort: Some(&NB_VISITS),
    needs: &[&ENTRY_VISITS, &NB_HITS],
    subtable: Some("Actions.getEntryPageUrls"),
    goals: GOALS_OF_URLS,
    shape: pages("entryPageUrl", "Actions_EntryPageUrl", false),
    ..PLAIN
};

static ENTRY_TITLES: Report = Report {
    method: "Actions.getEntryPageTitles",
    kept_as: Some("Actions.getPageTitles"),
    name: "Entry page titles",
    about: &about::ENTRY_TITLES,
    doc: "The titles of the pages on which visits began.",
    subcategory: "Actions_SubmenuPagesEntry",
    order: 6,
    dimension: Some(&ENTRY_TITLE),
    parts: TITLE_PARTS,
    processed: PROCESSED,
    sort: Some(&NB_VISITS),
    needs: &[&ENTRY_VISITS, &NB_HITS],
    subtable: Some("Actions.getEntryPageTitles"),
    goals: GOALS_OF_TITLES,
    shape: titles("entryPageTitle", "Actions_EntryPageTitle"),
    ..PLAIN
};

static EXIT_URLS: Report = Report {
    method: "Actions.getExitPageUrls",
    name: "Exit pages",
    about: &about::EXIT_URLS,
    doc: "The pages on which visits ended.",
    subcategory: "Actions_SubmenuPagesExit",
    order: 4,
    dimension: Some(&EXIT_URL),
    parts: EXIT_URL_PARTS,
    processed: EXIT_PROCESSED,
    sort: Some(&NB_VISITS),
    needs: &[&EXIT_VISITS, &NB_HITS],
    subtable: Some("Actions.getExitPageUrls"),
    goals: GOALS_OF_URLS,
    shape: pages("exitPageUrl", "Actions_ExitPageUrl", false),
    ..PLAIN
};

const EXIT_PROCESSED: &[&Metric] = &[&AVG_PAGE_LOAD, &AVG_TIME_ON_PAGE, &BOUNCE_RATE, &EXIT_RATE];

static EXIT_TITLES: Report = Report {
    method: "Actions.getExitPageTitles",
    name: "Exit page titles",
    about: &about::EXIT_TITLES,
    doc: "The titles of the pages on which visits ended.",
    subcategory: "Actions_SubmenuPagesExit",
    order: 7,
    dimension: Some(&EXIT_TITLE),
    parts: EXIT_TITLE_PARTS,
    processed: EXIT_PROCESSED,
    sort: Some(&NB_VISITS),
    needs: &[&EXIT_VISITS, &NB_HITS],
    subtable: Some("Actions.getExitPageTitles"),
    goals: GOALS_OF_TITLES,
    shape: titles("exitPageTitle", "Actions_ExitPageTitle"),
    ..PLAIN
};

const fn link_parts(only: fn() -> Condition, after: fn() -> Condition) -> [Part; 2] {
    [actions(&[Expr::Column("url")], only, LINKS), after_search(&[Expr::Column("url")], after)]
}

/// Downloads and outlinks have no time spent on them, and say so.
const LINKS: &[&Metric] = &[OF_LINKS[0], OF_LINKS[1], OF_LINKS[2], &NO_TIME];

static NO_TIME: Metric = Metric::counted(
    "sum_time_spent",
    "Total time spent",
    "Always 0: nobody stays on a download or outlink.",
    makoto_catalog::Aggregate::Sum(Expr::Int(0)),
    None,
);

static GET_DOWNLOADS: Report = Report {
    method: "Actions.getDownloads",
    name: "Downloads",
    about: &about::GET_DOWNLOADS,
    doc: "The files that were downloaded, by host.",
    subcategory: "General_Downloads",
    order: 9,
    dimension: Some(&URL),
    parts: &link_parts(downloads, || following_search(ActionKind::Download)),
    sort: Some(&NB_VISITS),
    subtable: Some("Actions.getDownloads"),
    shape: links("downloadUrl", "Actions_DownloadUrl"),
    ..PLAIN
};

static GET_OUTLINKS: Report = Report {
    method: "Actions.getOutlinks",
    name: "Outlinks",
    about: &about::GET_OUTLINKS,
    doc: "The links to elsewhere that were clicked, by host.",
    subcategory: "General_Outlinks",
    order: 8,
    dimension: Some(&URL),
    parts: &link_parts(outlinks, || following_search(ActionKind::Outlink)),
    sort: Some(&NB_VISITS),
    subtable: Some("Actions.getOutlinks"),
    shape: links("outlinkUrl", "Actions_ClickedUrl"),
    ..PLAIN
};

static URLS_AFTER_SEARCH: Report = Report {
    method: "Actions.getPageUrlsFollowingSiteSearch",
    kept_as: Some("Actions.getPageUrls"),
    name: "Pages Following a Site Search",
    about: &about::URLS_AFTER_SEARCH,
    doc: "The pages that were viewed right after an internal search.",
    subcategory: "Actions_SubmenuSitesearch",
    order: 18,
    needs: &[&NB_HITS_FOLLOWING_SEARCH],
    shape: Shape::Tree(Tree { flat_prefix: false, ..page_tree("", "Actions_DestinationPage", false) }),
    ..URLS_OF_PAGES
};
static TITLES_AFTER_SEARCH: Report = Report {
    method: "Actions.getPageTitlesFollowingSiteSearch",
    kept_as: Some("Actions.getPageTitles"),
    name: "Page Titles Following a Site Search",
    about: &about::TITLES_AFTER_SEARCH,
    doc: "The titles of pages that were viewed right after an internal search.",
    subcategory: "Actions_SubmenuSitesearch",
    order: 19,
    needs: &[&NB_HITS_FOLLOWING_SEARCH],
    shape: titles("", "Actions_DestinationPage"),
    ..TITLES_OF_PAGES
};

const fn one(method: &'static str, name: &'static str, of: &'static Report, param: &'static str) -> Report {
    Report {
        method,
        name,
        doc: "The row of one address or title.",
        order: 20,
        shape: Shape::Path { of, param },
        ..PLAIN
    }
}

static GET_PAGE_URL: Report = one("Actions.getPageUrl", "One page", &PAGE_URLS, "pageUrl");
static GET_PAGE_TITLE: Report = one("Actions.getPageTitle", "One page title", &PAGE_TITLES, "pageName");
static GET_DOWNLOAD: Report = one("Actions.getDownload", "One download", &GET_DOWNLOADS, "downloadUrl");
static GET_OUTLINK: Report = one("Actions.getOutlink", "One outlink", &GET_OUTLINKS, "outlinkUrl");
