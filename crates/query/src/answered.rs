//! What a report answers, before it is written in a format.

use makoto_catalog::Answer;
use makoto_model::Value;
use std::borrow::Cow;

/// An answer of any shape.
#[derive(Clone, PartialEq, Debug)]
pub enum Answered {
    /// One answer per period ("date") or site ("idSite"), in order.
    Map {
        of: &'static str,
        items: Vec<(String, Answered)>,
    },
    Table(Vec<Line>),
    /// A single row; without columns when there is nothing to say.
    Row(Line),
    Number(Value),
    /// Records of the visits log and of management methods.
    Plain(Answer),
}

/// One row.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Line {
    pub columns: Vec<(Cow<'static, str>, Value)>,
    /// Numbers of each goal, by the name under which it stands.
    pub goals: Vec<(String, Vec<(&'static str, Value)>)>,
    /// Facts about the row that are no columns: URL, logo, segment.
    pub meta: Vec<(&'static str, Value)>,
    /// Number that opens the row.
    pub subtable_id: Option<u32>,
    /// The rows inside, when they were asked for at once.
    pub subtable: Option<Vec<Line>>,
}
