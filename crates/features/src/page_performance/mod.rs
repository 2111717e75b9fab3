//! How fast pages load.

use crate::actions::metrics as m;
use makoto_catalog::{
    About, Aggregate, Chart, Condition, Dimension, Expr, Facts, Feature, Kind, Metric, Op, Part, Report, Scope, Unit,
};
use makoto_model::{ActionKind, Value};

/// A time longer than this is no measurement but a sleeping tab, milliseconds.
const TIME_MS_MAX: i64 = 16_777_215;

fn time(facts: &Facts, param: &str) -> Value {
    facts.params.int(param).filter(|ms| (0..=TIME_MS_MAX).contains(ms)).map_or(Value::Null, Value::Int)
}

/// Known when the page is there, so often told by a later hit.
const fn timed(id: &'static str, name: &'static str, column: &'static str, read: fn(&Facts) -> Value) -> Dimension {
    Dimension::read_action(id, name, column, Kind::Int, read).latest()
}

static NETWORK: Dimension =
    timed("PagePerformance.TimeNetwork", "Network time", "time_network", |facts| time(facts, "pf_net"));
static SERVER: Dimension =
    timed("PagePerformance.TimeServer", "Server time", "time_server", |facts| time(facts, "pf_srv"));
static TRANSFER: Dimension =
    timed("PagePerformance.TimeTransfer", "Transfer time", "time_transfer", |facts| time(facts, "pf_tfr"));
static PROCESSING: Dimension =
    timed("PagePerformance.TimeDomProcessing", "DOM processing time", "time_dom_processing", |facts| {
        time(facts, "pf_dm1")
    });
static COMPLETION: Dimension =
    timed("PagePerformance.TimeDomCompletion", "DOM completion time", "time_dom_completion", |facts| {
        time(facts, "pf_dm2")
    });
static ON_LOAD: Dimension =
    timed("PagePerformance.TimeOnLoad", "On load time", "time_on_load", |facts| time(facts, "pf_onl"));

/// The columns of times, in the order in which they pass.
pub const COLUMNS: [&str; 6] =
    ["time_network", "time_server", "time_transfer", "time_dom_processing", "time_dom_completion", "time_on_load"];

fn page_views() -> Condition {
    Condition::Compare { expr: Expr::Column("kind"), op: Op::Is, value: Value::Int(ActionKind::PageView as i64) }
}

/// Shown whether or not pages were timed, unlike in tables of pages.
const fn mean(id: &'static str, name: &'static str, of: &'static [&'static Metric]) -> Metric {
    let doc = "Mean seconds of the page views that were timed.";
    Metric::processed(id, name, doc, of, mean_2_of_ms).unit(Unit::LengthS)
}

static AVG_NETWORK: Metric = mean("avg_time_network", "Avg. network time", &[&m::SUM_NETWORK, &m::QUIET_NETWORK]);
static AVG_SERVER: Metric = mean("avg_time_server", "Avg. server time", &[&m::SUM_SERVER, &m::QUIET_SERVER]);
static AVG_TRANSFER: Metric = mean("avg_time_transfer", "Avg. transfer time", &[&m::SUM_TRANSFER, &m::QUIET_TRANSFER]);
static AVG_PROCESSING: Metric =
    mean("avg_time_dom_processing", "Avg. DOM processing time", &[&m::SUM_PROCESSING, &m::QUIET_PROCESSING]);
static AVG_COMPLETION: Metric =
    mean("avg_time_dom_completion", "Avg. DOM completion time", &[&m::SUM_COMPLETION, &m::QUIET_COMPLETION]);
static AVG_ON_LOAD: Metric = mean("avg_time_on_load", "Avg. on load time", &[&m::SUM_ON_LOAD, &m::QUIET_ON_LOAD]);

static AVG_PAGE_LOAD: Metric = Metric::processed(
    "avg_page_load_time",
    "Avg. page load time",
    "Mean seconds until a page was loaded: all its parts together.",
    COUNTED,
    |parts| round_2(parts.chunks(2).map(|pair| if pair[1] == 0.0 { 0.0 } else { pair[0] / pair[1] / 1000.0 }).sum()),
)
.unit(Unit::LengthS);

fn round_2(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}

fn mean_2_of_ms(parts: &[f64]) -> f64 {
    if parts[1] == 0.0 { 0.0 } else { round_2(parts[0] / parts[1] / 1000.0) }
}

const MEANS: &[&Metric] =
    &[&AVG_NETWORK, &AVG_SERVER, &AVG_TRANSFER, &AVG_PROCESSING, &AVG_COMPLETION, &AVG_ON_LOAD, &AVG_PAGE_LOAD];

const COUNTED: &[&Metric] = &[
    &m::SUM_NETWORK,
    &m::QUIET_NETWORK,
    &m::SUM_SERVER,
    &m::QUIET_SERVER,
    &m::SUM_TRANSFER,
    &m::QUIET_TRANSFER,
    &m::SUM_PROCESSING,
    &m::QUIET_PROCESSING,
    &m::SUM_COMPLETION,
    &m::QUIET_COMPLETION,
    &m::SUM_ON_LOAD,
    &m::QUIET_ON_LOAD,
];

pub static GET: Report = Report {
    method: "PagePerformance.get",
    name: "Performance overview",
    about: &About { metrics: MEANS, processed: MEANS, ..About::PLAIN },
    doc: "How long pages took to load, part by part.",
    category: "General_Actions",
    subcategory: "PagePerformance_Performance",
    parts: &[Part { scope: Scope::Action, keys: &[], only: page_views, metrics: COUNTED, zeros: true }],
    processed: MEANS,
    chart: Chart::Evolution,
    ..Report::PLAIN
};

const fn raw_time(id: &'static str, column: &'static str) -> Metric {
    let doc = "Seconds of all page views that were timed.";
    Metric::counted(id, "Time", doc, Aggregate::Sum(Expr::Column(column)), None).unit(Unit::LengthMs)
}

macro_rules! raw {
    ($time:ident, $time_id:literal, $hits:ident, $hits_id:literal, $column:literal) => {
        static $time: Metric = raw_time($time_id, $column);
        static $hits: Metric = Metric::counted(
            $hits_id,
            "Timed page views",
            "Page views that were timed.",
            Aggregate::Count,
            Some(Expr::Minus(&Expr::Minus(&Expr::Column($column), &Expr::Column($column)), &Expr::Int(-1))),
        );
    };
}

raw!(NET_S, "PagePerformance_network_time", NET_HITS, "PagePerformance_network_hits", "time_network");
// Matomo spells this one so.
raw!(SRV_S, "PagePerformance_servery_time", SRV_HITS, "PagePerformance_server_hits", "time_server");
raw!(TFR_S, "PagePerformance_transfer_time", TFR_HITS, "PagePerformance_transfer_hits", "time_transfer");
raw!(
    DM1_S,
    "PagePerformance_domprocessing_time",
    DM1_HITS,
    "PagePerformance_domprocessing_hits",
    "time_dom_processing"
);
raw!(
    DM2_S,
    "PagePerformance_domcompletion_time",
    DM2_HITS,
    "PagePerformance_domcompletion_hits",
    "time_dom_completion"
);
raw!(ONL_S, "PagePerformance_onload_time", ONL_HITS, "PagePerformance_onload_hits", "time_on_load");

static LOAD_S: Metric = Metric::processed(
    "PagePerformance_pageload_time",
    "Page load time",
    "Seconds of all parts of loading together.",
    &[&NET_S, &SRV_S, &TFR_S, &DM1_S, &DM2_S, &ONL_S],
    |parts| parts.iter().sum::<f64>() / 1000.0,
)
.unit(Unit::LengthS);
static LOAD_HITS: Metric = Metric::processed(
    "PagePerformance_pageload_hits",
    "Timed page views",
    "Page views of which some part was timed.",
    &[&NET_HITS, &SRV_HITS, &TFR_HITS, &DM1_HITS, &DM2_HITS, &ONL_HITS],
    |parts| parts.iter().copied().fold(0.0, f64::max),
);

/// The sums behind the means; no method of its own.
pub static SUMS: Report = Report {
    method: "PagePerformance.sums",
    parts: &[Part {
        scope: Scope::Action,
        keys: &[],
        only: page_views,
        metrics: &[
            &NET_S, &NET_HITS, &SRV_S, &SRV_HITS, &TFR_S, &TFR_HITS, &DM1_S, &DM1_HITS, &DM2_S, &DM2_HITS, &ONL_S,
            &ONL_HITS,
        ],
        zeros: true,
    }],
    processed: &[&LOAD_S, &LOAD_HITS],
    ..Report::PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "PagePerformance",
    dimensions: &[&NETWORK, &SERVER, &TRANSFER, &PROCESSING, &COMPLETION, &ON_LOAD],
    metrics: &[],
    reports: &[&GET],
    settings: &[],
};
