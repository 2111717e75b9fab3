//! New visitors beside those who came back.

use crate::{
    core_home::metrics::{
        ACTIONS, BOUNCED, MOST_ACTIONS, UNIQ_VISITORS, USERS, VISIT_LENGTH, VISITS, VISITS_CONVERTED, mean_0, mean_1,
        share,
    },
    rows::all,
};
use makoto_catalog::{Aggregate, Chart, Condition, Expr, Feature, Metric, Op, Part, Report, Scope, Unit};
use makoto_model::Value;

const NEW: Expr = Expr::Is("returning", 0);

fn came_back() -> Condition {
    Condition::Compare { expr: Expr::Column("returning"), op: Op::More, value: Value::Int(0) }
}

static VISITS_NEW: Metric = VISITS.where_("nb_visits_new", NEW);
static ACTIONS_NEW: Metric = ACTIONS.where_("nb_actions_new", NEW);
static BOUNCES_NEW: Metric =
    Metric::counted("bounce_count_new", "Bounces", "Visits with a single action.", Aggregate::Sum(BOUNCED), Some(NEW));
static LENGTH_NEW: Metric = VISIT_LENGTH.where_("sum_visit_length_new", NEW);
static VISITORS_NEW: Metric = UNIQ_VISITORS.where_("nb_uniq_visitors_new", NEW);
static USERS_NEW: Metric = USERS.where_("nb_users_new", NEW);
static CONVERTED_NEW: Metric = VISITS_CONVERTED.where_("nb_visits_converted_new", NEW);
static MAX_NEW: Metric = MOST_ACTIONS.where_("max_actions_new", NEW);

static VISITS_BACK: Metric = VISITS.named("nb_visits_returning");
static ACTIONS_BACK: Metric = ACTIONS.named("nb_actions_returning");
static BOUNCES_BACK: Metric = crate::core_home::metrics::BOUNCES.named("bounce_count_returning");
static LENGTH_BACK: Metric = VISIT_LENGTH.named("sum_visit_length_returning");
static VISITORS_BACK: Metric = UNIQ_VISITORS.named("nb_uniq_visitors_returning");
static USERS_BACK: Metric = USERS.named("nb_users_returning");
static CONVERTED_BACK: Metric = VISITS_CONVERTED.named("nb_visits_converted_returning");
static MAX_BACK: Metric = MOST_ACTIONS.named("max_actions_returning");

const fn rate(id: &'static str, of: &'static [&'static Metric]) -> Metric {
    Metric::processed(id, "Bounce rate", "Share of these visits with a single action.", of, share).unit(Unit::Percent)
}

const fn per_visit(id: &'static str, of: &'static [&'static Metric]) -> Metric {
    Metric::processed(id, "Actions per visit", "Mean number of actions in such a visit.", of, mean_1).unit(Unit::Number)
}

const fn time(id: &'static str, of: &'static [&'static Metric]) -> Metric {
    Metric::processed(id, "Average visit duration", "Mean seconds of such a visit.", of, mean_0).unit(Unit::LengthS)
}

static RATE_NEW: Metric = rate("bounce_rate_new", &[&BOUNCES_NEW, &VISITS_NEW]);
static PER_VISIT_NEW: Metric = per_visit("nb_actions_per_visit_new", &[&ACTIONS_NEW, &VISITS_NEW]);
static TIME_NEW: Metric = time("avg_time_on_site_new", &[&LENGTH_NEW, &VISITS_NEW]);
static RATE_BACK: Metric = rate("bounce_rate_returning", &[&BOUNCES_BACK, &VISITS_BACK]);
static PER_VISIT_BACK: Metric = per_visit("nb_actions_per_visit_returning", &[&ACTIONS_BACK, &VISITS_BACK]);
static TIME_BACK: Metric = time("avg_time_on_site_returning", &[&LENGTH_BACK, &VISITS_BACK]);

pub static GET: Report = Report {
    method: "VisitFrequency.get",
    name: "Returning visits",
    doc: "The numbers of new visitors beside those of visitors who came back.",
    category: "General_Visitors",
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
    ..Report::PLAIN
};

pub static FEATURE: Feature =
    Feature { name: "VisitFrequency", dimensions: &[], metrics: &[], reports: &[&GET], settings: &[] };
