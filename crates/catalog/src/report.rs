use crate::{Dimension, Measure, Metric, Plan};
use makoto_model::Value;

/// A table of numbers that can be asked for by name; from it come the API method, the widget and the page.
pub struct Report {
    /// `Module.getThing`, as in Matomo.
    pub method: &'static str,
    pub name: &'static str,
    pub doc: &'static str,
    pub category: &'static str,
    pub subcategory: &'static str,
    pub order: u16,
    pub dimension: Option<&'static Dimension>,
    pub metrics: &'static [&'static Metric],
    /// Rows are sorted by it, the largest first, unless the caller says otherwise.
    pub sort: &'static Metric,
    /// The report that opens a row.
    pub subtable: Option<&'static str>,
    pub chart: Chart,
    pub shape: Shape,
    pub label: RowLabel,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chart {
    Table,
    Bars,
    Pie,
    Evolution,
    Map,
}

/// How the report is made. The query crate turns each shape into plans.
pub enum Shape {
    /// One group-by over the report's dimension.
    GroupBy,
    /// One row without a label.
    Totals,
    /// A group-by whose rows are paths (page URLs, titles): a tree that is summed upward.
    Tree,
    /// Its own plans, and its own way from their rows to the table. The escape hatch; few need it.
    Custom { plan: fn(&Plan) -> Vec<Plan>, measures: &'static [Measure] },
}

/// How a stored value becomes a row.
pub struct RowLabel {
    /// What a person reads.
    pub text: fn(&Value) -> String,
    /// More facts about the row ("url", "logo", "code", "segment").
    pub meta: fn(&Value) -> Vec<Meta>,
}

/// One fact about a row: its name in answers and its value.
pub struct Meta(pub &'static str, pub Value);
