//! New visitors beside those who came back.

use crate::{
    core_home::metrics::{
        ACTIONS, BOUNCED, MOST_ACTIONS, UNIQ_VISITORS, USERS, VISIT_LENGTH, VISITS, VISITS_CONVERTED, mean_0, mean_1,
        share,
    },
    rows::all,
};
use makoto_catalog::{About, Aggregate, Chart, Condition, Expr, Feature, Metric, Op, Part, Report, Scope, Unit};
use makoto_model::Value;

const NEW: Expr = Expr::Is("returning", 0);

fn came_back() -> Condition {
    Condition::Compare { expr: Expr::Column("returning"), op: Op::More, value: Value::Int(0) }
}

static VISITS_NEW: Metric = VISITS.where_("nb_visits_new", NEW).titled("New Visits");
static ACTIONS_NEW: Metric = ACTIONS.where_("nb_actions_new", NEW).titled("Actions by New Visits");
static BOUNCES_NEW: Metric =
    Metric::counted("bounce_count_new", "Bounces", "Visits with a single action.", Aggregate::Sum(BOUNCED), Some(NEW));
static LENGTH_NEW: Metric = VISIT_LENGTH.where_("sum_visit_length_new", NEW);
static VISITORS_NEW: Metric = UNIQ_VISITORS.where_("nb_uniq_visitors_new", NEW).titled("Unique new visitors");
static USERS_NEW: Metric = USERS.where_("nb_users_new", NEW).titled("New Users");
static CONVERTED_NEW: Metric = VISITS_CONVERTED.where_("nb_visits_converted_new", NEW);
static MAX_NEW: Metric = MOST_ACTIONS.where_("max_actions_new", NEW).titled("max_actions_new");

static VISITS_BACK: Metric = VISITS.named("nb_visits_returning").titled("Returning Visits");
static ACTIONS_BACK: Metric = ACTIONS.named("nb_actions_returning").titled("Actions by Returning Visits");
static BOUNCES_BACK: Metric = crate::core_home::metrics::BOUNCES.named("bounce_count_returning");
static LENGTH_BACK: Metric = VISIT_LENGTH.named("sum_visit_length_returning");
static VISITORS_BACK: Metric = UNIQ_VISITORS.named("nb_uniq_visitors_returning").titled("Unique returning visitors");
static USERS_BACK: Metric = USERS.named("nb_users_returning").titled("Returning Users");
static CONVERTED_BACK: Metric = VISITS_CONVERTED.named("nb_visits_converted_returning");
static MAX_BACK: Metric = MOST_ACTIONS.named("max_actions_returning").titled("Maximum actions in one returning visit");

const fn rate(id: &'static str, name: &'static str, of: &'static [&'static Metric]) -> Metric {
    Metric::processed(id, name, "Share of these visits with a single action.", of, share).unit(Unit::Percent)
}

const fn per_visit(id: &'static str, name: &'static str, of: &'static [&'static Metric]) -> Metric {
    Metric::processed(id, name, "Mean number of actions in such a visit.", of, mean_1).unit(Unit::Number)
}

const fn time(id: &'static str, name: &'static str, of: &'static [&'static Metric]) -> Metric {
    Metric::processed(id, name, "Mean seconds of such a visit.", of, mean_0).unit(Unit::LengthS)
}

static RATE_NEW: Metric = rate("bounce_rate_new", "Bounce Rate for New Visits", &[&BOUNCES_NEW, &VISITS_NEW]);
static PER_VISIT_NEW: Metric =
    per_visit("nb_actions_per_visit_new", "Avg. Actions per New Visit", &[&ACTIONS_NEW, &VISITS_NEW]);
static TIME_NEW: Metric =
    time("avg_time_on_site_new", "Avg. Duration of a New Visit (in sec)", &[&LENGTH_NEW, &VISITS_NEW]);
static RATE_BACK: Metric =
    rate("bounce_rate_returning", "Bounce Rate for Returning Visits", &[&BOUNCES_BACK, &VISITS_BACK]);
static PER_VISIT_BACK: Metric =
    per_visit("nb_actions_per_visit_returning", "Avg. Actions per Returning Visit", &[&ACTIONS_BACK, &VISITS_BACK]);
static TIME_BACK: Metric =
    time("avg_time_on_site_returning", "Avg. Duration of a Returning Visit (in sec)", &[&LENGTH_BACK, &VISITS_BACK]);

const TOLD: &[&Metric] = &[
    &VISITS_BACK,
    &ACTIONS_BACK,
    &VISITORS_BACK,
    &USERS_BACK,
    &MAX_BACK,
    &VISITS_NEW,
    &ACTIONS_NEW,
    &VISITORS_NEW,
    &USERS_NEW,
    &MAX_NEW,
];
const TOLD_RATES: &[&Metric] = &[&TIME_BACK, &PER_VISIT_BACK, &RATE_BACK, &TIME_NEW, &PER_VISIT_NEW, &RATE_NEW];

pub static GET: Report = Report {
    method: "VisitFrequency.get",
    name: "Returning Visits",
    about: &About { metrics: TOLD, processed: TOLD_RATES, ..About::PLAIN },
    doc: "The numbers of new visitors beside those of visitors who came back.",
    category: "General_Actions",
    subcategory: "VisitorInterest_Engagement",
    order: 40,
    parts: &[
        Part {
            scope: Scope::Visit,
            keys: &[],
            only: all,
            metrics: &[
                &VISITORS_NEW,
                &USERS_NEW,
                &VISITS_NEW,
                &ACTIONS_NEW,
                &CONVERTED_NEW,
                &BOUNCES_NEW,
                &LENGTH_NEW,
                &MAX_NEW,
            ],
            zeros: true,
        },
        Part {
            scope: Scope::Visit,
            keys: &[],
            only: came_back,
            metrics: &[
                &VISITORS_BACK,
                &USERS_BACK,
                &VISITS_BACK,
                &ACTIONS_BACK,
                &CONVERTED_BACK,
                &BOUNCES_BACK,
                &LENGTH_BACK,
                &MAX_BACK,
            ],
            zeros: true,
        },
    ],
    processed: &[&RATE_NEW, &PER_VISIT_NEW, &TIME_NEW, &RATE_BACK, &PER_VISIT_BACK, &TIME_BACK],
    chart: Chart::Evolution,
    apart: true,
    ..Report::PLAIN
};

pub static FEATURE: Feature =
    Feature { name: "VisitFrequency", dimensions: &[], metrics: &[], reports: &[&GET], settings: &[] };
