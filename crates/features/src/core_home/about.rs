//! What is told of reports whose rows are visits.

use super::metrics::{
    AVG_TIME_ON_SITE, BOUNCE_RATE, MAX_ACTIONS, NB_ACTIONS, NB_ACTIONS_PER_VISIT, NB_UNIQ_VISITORS, NB_USERS,
    NB_VISITS, NB_VISITS_CONVERTED, share_4,
};
use makoto_catalog::{About, Metric, ToldGoals, Unit};

pub static TIME_ON_WEBSITE: Metric = Metric::processed(
    "avg_time_on_site",
    "Avg. Time on Website",
    "Mean seconds of a visit.",
    &[&super::metrics::SUM_VISIT_LENGTH, &NB_VISITS],
    super::metrics::mean_0,
)
.unit(Unit::LengthS);
/// Told of every report of visits; shown where the caller asks for all columns.
pub static CONVERSION_RATE: Metric = Metric::processed(
    "conversion_rate",
    "Conversion Rate",
    "Share of visits that reached a goal.",
    &[&NB_VISITS_CONVERTED, &NB_VISITS],
    share_4,
)
.unit(Unit::Percent);

/// The overview of all visits.
pub static OVERVIEW: About = About {
    metrics: &[&NB_UNIQ_VISITORS, &NB_VISITS, &NB_USERS, &NB_ACTIONS, &MAX_ACTIONS],
    processed: &[&BOUNCE_RATE, &NB_ACTIONS_PER_VISIT, &AVG_TIME_ON_SITE],
    ..About::PLAIN
};

pub const OF_VISITS: About = About {
    metrics: &[&NB_VISITS, &NB_UNIQ_VISITORS, &NB_ACTIONS, &NB_USERS],
    processed: &[&NB_ACTIONS_PER_VISIT, &TIME_ON_WEBSITE, &BOUNCE_RATE, &CONVERSION_RATE],
    ..About::PLAIN
};
/// Rows are visits.
pub static VISITS: About = OF_VISITS;

pub const WITH_GOALS: About = About {
    processed: &[&NB_ACTIONS_PER_VISIT, &TIME_ON_WEBSITE, &BOUNCE_RATE],
    also: &[&CONVERSION_RATE],
    goals: ToldGoals::Visits,
    ..OF_VISITS
};
/// Rows are visits and have columns of goals.
pub static VISITS_AND_GOALS: About = WITH_GOALS;
/// The same where signed-in users are not told.
pub const OF_PLACES: About = About { metrics: &[&NB_VISITS, &NB_UNIQ_VISITORS, &NB_ACTIONS], ..WITH_GOALS };
pub static PLACES: About = OF_PLACES;
/// The same for the signed-in users themselves.
pub static PERSONS: About =
    About { rows: "UserId", metrics: &[&LABEL, &NB_VISITS, &NB_ACTIONS, &NB_VISITS_CONVERTED], ..OF_VISITS };
/// Stands for the label itself.
static LABEL: Metric =
    Metric::counted("label", "Label", "What the row is called.", makoto_catalog::Aggregate::Count, None);

/// Visits counted by classes that are always the same.
pub const OF_CLASSES: About = About { metrics: &[&NB_VISITS], constant_rows: true, evolves: false, ..About::PLAIN };
