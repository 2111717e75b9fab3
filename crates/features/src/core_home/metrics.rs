//! The numbers that most reports of visits share.

use makoto_catalog::{Aggregate, Expr, Metric, Unit};

pub static NB_UNIQ_VISITORS: Metric = UNIQ_VISITORS;
pub const UNIQ_VISITORS: Metric = Metric::persons(
    "nb_uniq_visitors",
    "sum_daily_nb_uniq_visitors",
    "Unique visitors",
    "Different visitors. One who comes twice counts once.",
    "visitor",
);
pub static NB_USERS: Metric = USERS;
pub const USERS: Metric = Metric::persons(
    "nb_users",
    "sum_daily_nb_users",
    "Users",
    "Different signed-in users, told apart by the user id that the site sends.",
    "user_id",
);
pub static NB_VISITS: Metric = VISITS;
pub const VISITS: Metric = Metric::counted(
    "nb_visits",
    "Visits",
    "Visits. After half an hour without an action the next one begins a new visit.",
    Aggregate::Count,
    None,
);
pub static NB_ACTIONS: Metric = ACTIONS;
pub const ACTIONS: Metric = Metric::counted(
    "nb_actions",
    "Actions",
    "Page views, downloads, outlinks and internal searches.",
    Aggregate::Sum(Expr::Column("action_count")),
    None,
);
pub static NB_VISITS_CONVERTED: Metric = VISITS_CONVERTED;
pub const VISITS_CONVERTED: Metric = Metric::counted(
    "nb_visits_converted",
    "Visits with Conversions",
    "Visits that reached at least one goal.",
    Aggregate::Sum(Expr::Column("converted")),
    None,
);
pub static BOUNCE_COUNT: Metric = BOUNCES;
pub const BOUNCES: Metric =
    Metric::counted("bounce_count", "Bounces", "Visits with a single action.", Aggregate::Sum(BOUNCED), None);
pub static SUM_VISIT_LENGTH: Metric = VISIT_LENGTH;
pub const VISIT_LENGTH: Metric = Metric::counted(
    "sum_visit_length",
    "Total time spent by visitors",
    "Seconds from the first to the last action, over all visits.",
    Aggregate::Sum(Expr::Column("visit_length_s")),
    None,
)
.unit(Unit::LengthS);
pub static MAX_ACTIONS: Metric = MOST_ACTIONS;
pub const MOST_ACTIONS: Metric = Metric::largest(
    "max_actions",
    "Maximum actions in one visit",
    "Actions of the visit that had most of them.",
    Expr::Column("action_count"),
);
/// 1 for a visit with a single action or none, else 0: what is left of 1 is negative, and then -1 when divided by
/// more than any visit has actions.
pub const BOUNCED: Expr =
    Expr::Minus(&Expr::Over(&Expr::Minus(&Expr::Int(1), &Expr::Column("action_count")), 1_000_000_000), &Expr::Int(-1));

pub static BOUNCE_RATE: Metric = Metric::processed(
    "bounce_rate",
    "Bounce Rate",
    "Share of visits with a single action.",
    &[&BOUNCE_COUNT, &NB_VISITS],
    share,
)
.unit(Unit::Percent);
pub static NB_ACTIONS_PER_VISIT: Metric = Metric::processed(
    "nb_actions_per_visit",
    "Actions per Visit",
    "Mean number of actions in a visit.",
    &[&NB_ACTIONS, &NB_VISITS],
    mean_1,
)
.unit(Unit::Number);
pub static AVG_TIME_ON_SITE: Metric = Metric::processed(
    "avg_time_on_site",
    "Avg. Visit Duration (in seconds)",
    "Mean seconds of a visit.",
    &[&SUM_VISIT_LENGTH, &NB_VISITS],
    mean_0,
)
.unit(Unit::LengthS);

fn rounded(parts: &[f64], digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    if parts[1] == 0.0 { 0.0 } else { (parts[0] / parts[1] * scale).round() / scale }
}

/// The first over the second as a share of 1, to whole percents.
pub fn share(parts: &[f64]) -> f64 {
    rounded(parts, 2)
}

/// The first over the second, to four digits: a percentage with two.
pub fn share_4(parts: &[f64]) -> f64 {
    rounded(parts, 4)
}

/// The first over the second, to a whole number.
pub fn mean_0(parts: &[f64]) -> f64 {
    rounded(parts, 0)
}

/// The first over the second, to one digit.
pub fn mean_1(parts: &[f64]) -> f64 {
    rounded(parts, 1)
}

/// The first over the second, to two digits.
pub fn mean_2(parts: &[f64]) -> f64 {
    rounded(parts, 2)
}

/// The first over the second, to three digits.
pub fn mean_3(parts: &[f64]) -> f64 {
    rounded(parts, 3)
}

/// The columns of every report of visits.
pub const OF_VISITS: &[&Metric] = &[
    &NB_UNIQ_VISITORS,
    &NB_VISITS,
    &NB_ACTIONS,
    &NB_USERS,
    &MAX_ACTIONS,
    &SUM_VISIT_LENGTH,
    &BOUNCE_COUNT,
    &NB_VISITS_CONVERTED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_round_and_know_nothing_of_nothing() {
        assert_eq!((share(&[4.0, 11.0]), mean_1(&[25.0, 11.0]), mean_0(&[2174.0, 11.0])), (0.36, 2.3, 198.0));
        assert_eq!(share(&[0.0, 0.0]), 0.0);
    }
}
