use crate::{Aggregate, Expr, Measure};

/// A number in a report.
pub struct Metric {
    /// Matomo's column name, `nb_visits`.
    pub id: &'static str,
    /// What a person reads above the column.
    pub name: &'static str,
    pub doc: &'static str,
    pub unit: Unit,
    pub formula: Formula,
    /// Other metrics are computed from it, but no answer shows it.
    pub hidden: bool,
    /// Shown only where days are added up.
    pub daily_only: bool,
    /// Computed for the rows of an answer itself, but not for those inside them.
    pub outer_only: bool,
    /// The row of all that were too many has the sum of what those rows have, not what follows from their sums.
    pub adds_up: bool,
    /// The column stands only in tables where some row has more than 0 of one of these metrics.
    pub only_with: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Count,
    LengthS,
    /// A length in seconds that words show as a clock does, `00:01:30`.
    Clock,
    /// Counted in milliseconds, shown in seconds.
    LengthMs,
    /// Milliseconds as they are, 0 where nothing was timed.
    PlainMs,
    /// A share of 1, shown as a percentage.
    Percent,
    Money,
    Number,
}

/// How the numbers of several rows become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Merge {
    Sum,
    Max,
    Min,
}

pub enum Formula {
    /// Counted by the engine.
    Counted { measure: Measure, merge: Merge },
    /// Different persons. In rows of periods longer than a day the days are added up under the name `sum_daily_…`;
    /// a single row without label gives the true number, for a month at most.
    Persons { measure: Measure, daily: Measure },
    /// Computed from other metrics of the same row, in this order, after rows are merged.
    Processed { of: &'static [&'static Metric], compute: fn(&[f64]) -> f64 },
    /// The row's part of a metric: of the sum of all rows, or of another metric of the whole table.
    Share { of: &'static Metric },
}

impl Metric {
    /// A number that the engine counts and whose rows add up.
    pub const fn counted(
        id: &'static str,
        name: &'static str,
        doc: &'static str,
        aggregate: Aggregate,
        only: Option<Expr>,
    ) -> Metric {
        let measure = Measure { name: id, aggregate, only };
        Metric::new(id, name, doc, Formula::Counted { measure, merge: Merge::Sum })
    }

    /// A number that other reports are made of: it is told of, and nothing counts it.
    pub const fn told(id: &'static str, name: &'static str, doc: &'static str, unit: Unit) -> Metric {
        Metric::counted(id, name, doc, Aggregate::Count, None).unit(unit)
    }

    /// The largest of a number; `None` of nothing.
    pub const fn largest(id: &'static str, name: &'static str, doc: &'static str, of: Expr) -> Metric {
        let measure = Measure { name: id, aggregate: Aggregate::Max(of), only: None };
        Metric::new(id, name, doc, Formula::Counted { measure, merge: Merge::Max })
    }

    /// The smallest of a number; `None` of nothing.
    pub const fn smallest(id: &'static str, name: &'static str, doc: &'static str, of: Expr) -> Metric {
        let measure = Measure { name: id, aggregate: Aggregate::Min(of), only: None };
        Metric::new(id, name, doc, Formula::Counted { measure, merge: Merge::Min })
    }

    /// Different values of a column that tells persons apart; `daily` is its name where days are added up.
    pub const fn persons(
        id: &'static str,
        daily: &'static str,
        name: &'static str,
        doc: &'static str,
        column: &'static str,
    ) -> Metric {
        let measure = Measure { name: id, aggregate: Aggregate::Distinct(column), only: None };
        let daily = Measure { name: daily, aggregate: Aggregate::DistinctPerDay(column), only: None };
        Metric::new(id, name, doc, Formula::Persons { measure, daily })
    }

    /// Computed from other metrics of the same row.
    pub const fn processed(
        id: &'static str,
        name: &'static str,
        doc: &'static str,
        of: &'static [&'static Metric],
        compute: fn(&[f64]) -> f64,
    ) -> Metric {
        Metric::new(id, name, doc, Formula::Processed { of, compute })
    }

    const fn new(id: &'static str, name: &'static str, doc: &'static str, formula: Formula) -> Metric {
        Metric {
            id,
            name,
            doc,
            unit: Unit::Count,
            formula,
            hidden: false,
            daily_only: false,
            outer_only: false,
            adds_up: false,
            only_with: &[],
        }
    }

    /// The same metric in another unit.
    pub const fn unit(self, unit: Unit) -> Metric {
        Metric { unit, ..self }
    }

    /// The same metric under another heading.
    pub const fn titled(self, name: &'static str) -> Metric {
        Metric { name, ..self }
    }

    /// The same metric, which no answer shows.
    pub const fn hidden(self) -> Metric {
        Metric { hidden: true, ..self }
    }

    /// The same metric, shown only where days are added up.
    pub const fn daily_only(self) -> Metric {
        Metric { daily_only: true, ..self }
    }

    /// The same metric, added up where rows become one.
    pub const fn adding_up(self) -> Metric {
        Metric { adds_up: true, ..self }
    }

    /// The same metric, left out of rows inside rows.
    pub const fn outer_only(self) -> Metric {
        Metric { outer_only: true, ..self }
    }

    /// The same metric, shown only beside one of these.
    pub const fn only_with(self, only_with: &'static [&'static str]) -> Metric {
        Metric { only_with, ..self }
    }

    /// The same count under another name.
    pub const fn named(self, id: &'static str) -> Metric {
        let formula = match self.formula {
            Formula::Counted { measure, merge } => Formula::Counted {
                measure: Measure { name: id, aggregate: measure.aggregate, only: measure.only },
                merge,
            },
            Formula::Persons { measure, daily } => Formula::Persons {
                measure: Measure { name: id, aggregate: measure.aggregate, only: measure.only },
                daily,
            },
            other => other,
        };
        Metric { id, formula, ..self }
    }

    /// The same metric, counted only where the expression is not 0, under another name.
    pub const fn where_(self, id: &'static str, only: Expr) -> Metric {
        let formula = match self.formula {
            Formula::Counted { measure, merge } => Formula::Counted {
                measure: Measure { name: id, aggregate: measure.aggregate, only: Some(only) },
                merge,
            },
            Formula::Persons { measure, daily } => Formula::Persons {
                measure: Measure { name: id, aggregate: measure.aggregate, only: Some(only) },
                daily: Measure { name: daily.name, aggregate: daily.aggregate, only: Some(only) },
            },
            other => other,
        };
        Metric { id, formula, ..self }
    }
}
