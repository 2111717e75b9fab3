//! DuckDB's dialect: the one place where plans become SQL. Identifiers come from the catalog, values are binds.

mod apart;
mod condition;
mod expr;
mod group;
mod plan;
#[cfg(test)]
mod tests;
mod time;
mod visits;

pub(crate) use apart::{Apart, Piece, pieces};
pub(crate) use plan::{Column, Question, question, question_of_piece, reach_question};
pub(crate) use visits::{Partition, bought_by, newest, newest_orders, page_views, reach_of_visits, rows_of, visits};

use crate::Error;
use duckdb::types::Value as Bound;
use makoto_catalog::{
    Catalog, Scope, Stored,
    columns::{TITLES, URLS},
    table,
};
use makoto_model::SiteId;

/// Asks the store for a few ids while a statement is written.
pub(crate) type Find<'a> = dyn Fn(&str, &[Bound]) -> Result<Vec<i64>, Error> + 'a;

/// Collects the binds of one statement while its text is written.
pub(crate) struct Printer<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) site: SiteId,
    /// From this moment on, this many seconds are added to UTC.
    clock: Vec<(i64, i64)>,
    /// The time that the question is about, seconds since 1970.
    span: (i64, i64),
    /// Between these moments lie all actions of the visits asked for, seconds since 1970.
    reach: (i64, i64),
    binds: Vec<Bound>,
    find: &'a Find<'a>,
    /// A condition on the rows of a visit is being written.
    inside_rows: bool,
    /// An expression over rows of a visit read a column of the visit itself.
    visit_joined: bool,
    /// An expression over actions read when the visit's next action is.
    next_asked: bool,
}

/// What a printed expression yields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Yields {
    Int,
    Float,
    /// A number of the dictionary with this name.
    Text(&'static str),
    /// Days since 1970, read as `YYYY-MM-DD`.
    Date,
}

/// The short name of a scope's table in statements.
fn alias(scope: Scope) -> &'static str {
    match scope {
        Scope::Visit => "v",
        Scope::Action => "a",
        Scope::Conversion | Scope::Lead => "c",
        Scope::Item => "i",
    }
}

/// What a pair of a conversion and a page view before it has besides the conversion's columns.
const LEAD: [(&str, Yields); 5] = [
    ("lead_url", Yields::Text(URLS)),
    ("lead_title", Yields::Text(TITLES)),
    ("lead_pages", Yields::Int),
    ("lead_share", Yields::Float),
    ("lead_revenue", Yields::Float),
];

impl<'a> Printer<'a> {
    pub(crate) fn new(catalog: &'a Catalog, site: SiteId, clock: &[(i64, i64)], find: &'a Find<'a>) -> Printer<'a> {
        Printer {
            catalog,
            site,
            clock: clock.to_vec(),
            span: (0, 0),
            reach: (0, 0),
            binds: Vec::new(),
            find,
            inside_rows: false,
            visit_joined: false,
            next_asked: false,
        }
    }

    /// Adds a value and gives its place in the statement.
    pub(crate) fn bind(&mut self, value: impl Into<Bound>) -> String {
        self.binds.push(value.into());
        format!("${}", self.binds.len())
    }

    /// A declared column of a scope's table; of the visit, where conversions and items lack it.
    fn column(&mut self, scope: Scope, name: &str) -> Result<(String, Yields), Error> {
        if let Some((name, yields)) = LEAD.iter().find(|(lead, _)| scope == Scope::Lead && *lead == name) {
            return Ok((format!("c.\"{name}\""), *yields));
        }
        let known = |scope| self.catalog.columns(table(scope)).iter().find(|column| column.name == name);
        let falls_back = matches!(scope, Scope::Conversion | Scope::Item | Scope::Lead);
        let (column, of) = match known(scope) {
            Some(column) => (column, scope),
            None if falls_back && !self.inside_rows => {
                let column = known(Scope::Visit).ok_or_else(|| no_column(scope, name))?;
                self.visit_joined = true;
                (column, Scope::Visit)
            }
            None => return Err(no_column(scope, name)),
        };
        let yields = match column.stored {
            Stored::Int => Yields::Int,
            Stored::Float => Yields::Float,
            Stored::Text(dictionary) => Yields::Text(dictionary),
        };
        Ok((format!("{}.\"{}\"", alias(of), column.name), yields))
    }
}

fn no_column(scope: Scope, name: &str) -> Error {
    Error::Plan(format!("{} has no column {name}", table(scope).name()))
}

/// For statements without conditions on texts.
fn nothing(_: &str, _: &[Bound]) -> Result<Vec<i64>, Error> {
    Ok(Vec::new())
}

/// Many numbers as one bind: the text of a list, which the statement casts back.
pub(crate) fn list(numbers: &[i64]) -> String {
    let mut text = String::with_capacity(numbers.len() * 8 + 2);
    text.push('[');
    for (place, number) in numbers.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&number.to_string());
    }
    text.push(']');
    text
}
