use crate::Measure;

/// A number in a report.
pub struct Metric {
    /// Matomo's column name, `nb_visits`.
    pub id: &'static str,
    /// What a person reads above the column.
    pub name: &'static str,
    pub doc: &'static str,
    pub unit: Unit,
    pub formula: Formula,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Count,
    LengthS,
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
    /// Computed from other metrics of the same row, in this order, after rows are merged.
    Processed { of: &'static [&'static Metric], compute: fn(&[f64]) -> f64 },
}
