use crate::Unit;

/// What is computed of the visits of a row: a count for each visit, rounded.
pub struct Rate {
    pub name: &'static str,
    /// The column that is divided by the visits.
    pub of: &'static str,
    /// Digits behind the point.
    pub digits: i32,
    pub unit: Unit,
}

/// The rates of visits. They do not add up.
pub const RATES: [Rate; 4] = [
    Rate { name: "nb_actions_per_visit", of: "nb_actions", digits: 1, unit: Unit::Number },
    Rate { name: "avg_time_on_site", of: "sum_visit_length", digits: 0, unit: Unit::LengthS },
    Rate { name: "bounce_rate", of: "bounce_count", digits: 2, unit: Unit::Percent },
    Rate { name: "conversion_rate", of: "nb_visits_converted", digits: 4, unit: Unit::Percent },
];

impl Rate {
    /// The rate of so much on so many visits; 0 without any.
    pub fn per_visit(&self, amount: f64, visits: f64) -> f64 {
        let scale = 10f64.powi(self.digits);
        if visits == 0.0 { 0.0 } else { (amount / visits * scale).round() / scale }
    }
}
