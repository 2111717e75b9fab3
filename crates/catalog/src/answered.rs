//! What a report answers, before it is written in a format.

use crate::Answer;
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

impl Answered {
    /// The same with each row of every table changed; of rows inside of rows the change takes care.
    #[must_use]
    pub fn map_lines(self, change: &impl Fn(Line) -> Line) -> Answered {
        match self {
            Answered::Map { of, items } => {
                let items = items.into_iter().map(|(key, item)| (key, item.map_lines(change)));
                Answered::Map { of, items: items.collect() }
            }
            Answered::Table(lines) => Answered::Table(lines.into_iter().map(change).collect()),
            Answered::Row(line) => Answered::Row(change(line)),
            other @ (Answered::Number(_) | Answered::Plain(_)) => other,
        }
    }
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
    /// The same row of other times and segments, when they were asked for.
    pub comparisons: Vec<Line>,
}

impl Line {
    /// A column's value; `None` where the row has no such column.
    pub fn get(&self, column: &str) -> Option<&Value> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, value)| value)
    }

    /// A column's number; 0 where the row has none.
    pub fn number(&self, column: &str) -> f64 {
        self.get(column).and_then(Value::number).unwrap_or(0.0)
    }

    /// What the row is called; empty for a row without a label.
    pub fn label(&self) -> &str {
        self.get("label").and_then(Value::as_text).unwrap_or("")
    }

    /// A fact beside the columns.
    pub fn fact(&self, name: &str) -> Option<&Value> {
        self.meta.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Adds a column behind the others.
    pub fn push(&mut self, column: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.columns.push((column.into(), value.into()));
    }

    /// The row as a record: columns, facts, then the rows inside.
    pub fn into_answer(self) -> Answer {
        let columns = self.columns.into_iter().map(|(name, value)| (name.into_owned(), Answer::from(value)));
        let numbers = |numbers: Vec<(&'static str, Value)>| {
            Answer::record(numbers.into_iter().map(|(name, value)| (name, Answer::from(value))))
        };
        let goals = (!self.goals.is_empty()).then(|| {
            let goals = self.goals.into_iter().map(|(goal, of_goal)| (goal, numbers(of_goal)));
            ("goals".to_owned(), Answer::record(goals))
        });
        let facts = self.meta.into_iter().map(|(name, value)| (name.to_owned(), Answer::from(value)));
        let id = self.subtable_id.map(|id| ("idsubdatatable".to_owned(), Answer::Int(i64::from(id))));
        let beside = (!self.comparisons.is_empty())
            .then(|| ("comparisons".to_owned(), Answered::Table(self.comparisons).into_answer()));
        let inner = self.subtable.map(|lines| ("subtable".to_owned(), Answered::Table(lines).into_answer()));
        Answer::Record(columns.chain(goals).chain(facts).chain(beside).chain(id).chain(inner).collect())
    }
}

impl Answered {
    /// The rows of a table, the row of a single one; nothing of anything else.
    pub fn lines(self) -> Vec<Line> {
        match self {
            Answered::Table(lines) => lines,
            Answered::Row(line) if !line.columns.is_empty() => vec![line],
            _ => Vec::new(),
        }
    }

    /// The only row; one without columns where there is none.
    pub fn line(self) -> Line {
        self.lines().into_iter().next().unwrap_or_default()
    }

    /// The answers of a map with their keys; a plain answer alone, under an empty key.
    pub fn items(self) -> Vec<(String, Answered)> {
        match self {
            Answered::Map { items, .. } => items,
            other => vec![(String::new(), other)],
        }
    }

    /// As a management method would give it, to be part of a larger answer.
    pub fn into_answer(self) -> Answer {
        match self {
            Answered::Map { items, .. } => {
                Answer::Record(items.into_iter().map(|(key, item)| (key, item.into_answer())).collect())
            }
            Answered::Table(lines) => Answer::List(lines.into_iter().map(Line::into_answer).collect()),
            Answered::Row(line) if line.columns.is_empty() => Answer::List(Vec::new()),
            Answered::Row(line) => line.into_answer(),
            Answered::Number(value) => Answer::from(value),
            Answered::Plain(answer) => answer,
        }
    }
}

impl From<Value> for Answer {
    /// A fraction of nothing is a whole number.
    fn from(value: Value) -> Answer {
        match value {
            Value::Null => Answer::Null,
            Value::Int(n) => Answer::Int(n),
            Value::Float(n) => Answer::Float(n),
            Value::Text(text) => Answer::Text(text.to_string()),
        }
    }
}
