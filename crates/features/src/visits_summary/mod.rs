//! The numbers of all visits together.

use crate::{
    core_home::metrics::{
        AVG_TIME_ON_SITE, BOUNCE_COUNT, BOUNCE_RATE, MAX_ACTIONS, NB_ACTIONS, NB_ACTIONS_PER_VISIT, NB_UNIQ_VISITORS,
        NB_USERS, NB_VISITS, NB_VISITS_CONVERTED, SUM_VISIT_LENGTH,
    },
    rows::all,
};
use makoto_catalog::{Chart, Feature, Metric, Part, Report, Scope, Shape, language::Language};

const PLAIN: Report =
    Report { category: "General_Visitors", subcategory: "General_Overview", chart: Chart::Evolution, ..Report::PLAIN };

const fn part(metrics: &'static [&'static Metric]) -> Part {
    Part { scope: Scope::Visit, keys: &[], only: all, metrics, zeros: true }
}

/// Everything about visits in one row.
pub static GET: Report = Report {
    method: "VisitsSummary.get",
    name: "Visits Summary",
    about: &crate::core_home::about::OVERVIEW,
    doc: "Visits, visitors, actions and time spent.",
    order: 1,
    parts: &[part(&[
        &NB_UNIQ_VISITORS,
        &NB_USERS,
        &NB_VISITS,
        &NB_ACTIONS,
        &NB_VISITS_CONVERTED,
        &BOUNCE_COUNT,
        &SUM_VISIT_LENGTH,
        &MAX_ACTIONS,
    ])],
    processed: &[&BOUNCE_RATE, &NB_ACTIONS_PER_VISIT, &AVG_TIME_ON_SITE],
    ..PLAIN
};

const fn number(
    method: &'static str,
    name: &'static str,
    doc: &'static str,
    parts: &'static [Part],
    text: Option<fn(&Language, f64) -> String>,
) -> Report {
    Report { method, name, doc, parts, shape: Shape::Number { text }, ..PLAIN }
}

static GET_VISITS: Report =
    number("VisitsSummary.getVisits", "Visits", "How many visits there were.", &[part(&[&NB_VISITS])], None);
static GET_UNIQUE_VISITORS: Report = number(
    "VisitsSummary.getUniqueVisitors",
    "Unique visitors",
    "How many different visitors came.",
    &[part(&[&NB_UNIQ_VISITORS])],
    None,
);
static GET_USERS: Report =
    number("VisitsSummary.getUsers", "Users", "How many different users came.", &[part(&[&NB_USERS])], None);
static GET_ACTIONS: Report =
    number("VisitsSummary.getActions", "Actions", "How many actions there were.", &[part(&[&NB_ACTIONS])], None);
static GET_MAX_ACTIONS: Report = number(
    "VisitsSummary.getMaxActions",
    "Maximum actions in one visit",
    "Actions of the visit that had most of them.",
    &[part(&[&MAX_ACTIONS])],
    None,
);
static GET_BOUNCE_COUNT: Report = number(
    "VisitsSummary.getBounceCount",
    "Bounces",
    "How many visits had a single action.",
    &[part(&[&BOUNCE_COUNT])],
    None,
);
static GET_VISITS_CONVERTED: Report = number(
    "VisitsSummary.getVisitsConverted",
    "Visits with conversions",
    "How many visits reached a goal.",
    &[part(&[&NB_VISITS_CONVERTED])],
    None,
);
static GET_LENGTH: Report = number(
    "VisitsSummary.getSumVisitsLength",
    "Total time spent by visitors",
    "Seconds from the first to the last action, over all visits.",
    &[part(&[&SUM_VISIT_LENGTH])],
    None,
);
static GET_LENGTH_PRETTY: Report = number(
    "VisitsSummary.getSumVisitsLengthPretty",
    "Total time spent by visitors, in words",
    "Time from the first to the last action, over all visits.",
    &[part(&[&SUM_VISIT_LENGTH])],
    Some(makoto_catalog::words::length),
);

pub static FEATURE: Feature = Feature {
    name: "VisitsSummary",
    dimensions: &[],
    metrics: &[],
    reports: &[
        &GET,
        &GET_VISITS,
        &GET_UNIQUE_VISITORS,
        &GET_USERS,
        &GET_ACTIONS,
        &GET_MAX_ACTIONS,
        &GET_BOUNCE_COUNT,
        &GET_VISITS_CONVERTED,
        &GET_LENGTH,
        &GET_LENGTH_PRETTY,
    ],
    settings: &[],
};
