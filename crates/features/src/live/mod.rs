//! The visits themselves, one by one.

mod action;
mod conversion;
mod profile;
pub(crate) mod record;
mod visit;

pub use profile::COMPOSED;

use crate::{core_home::metrics::VISITS, custom_dimensions, rows::all};
use makoto_catalog::{Aggregate, Answer, Column, Feature, Metric, Part, Report, Scope, Shape, VisitLog};
use makoto_model::{OwnScope, Site, Value};

/// A stored row whose values are asked for by column.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    columns: &'a [Column],
    values: &'a [Value],
}

impl<'a> Stored<'a> {
    fn get(self, column: &str) -> &'a Value {
        static NULL: Value = Value::Null;
        let place = self.columns.iter().position(|known| known.name == column);
        place.and_then(|place| self.values.get(place)).unwrap_or(&NULL)
    }

    fn text(self, column: &str) -> &'a str {
        self.get(column).as_text().unwrap_or("")
    }

    fn int(self, column: &str) -> i64 {
        match self.get(column) {
            // As it is: a fingerprint has more digits than fit into a float.
            Value::Int(n) => *n,
            other => other.number().map_or(0, |n| n as i64),
        }
    }
}

fn answer(value: &Value) -> Answer {
    match value {
        Value::Null => Answer::Null,
        Value::Int(n) => Answer::Int(*n),
        Value::Float(n) => Answer::Float(*n),
        Value::Text(text) => Answer::from(&**text),
    }
}

fn text_or_null(text: &str) -> Answer {
    if text.is_empty() { Answer::Null } else { Answer::from(text) }
}

/// The dimensions that the site defines itself, each under its public name.
fn own_dimensions(site: &Site, scope: OwnScope, row: Stored, fields: &mut Vec<(String, Answer)>) {
    let active = site.own_dimensions.iter().filter(|own| own.active && own.scope == scope);
    fields.extend(active.map(|own| (own.public_name(), answer(row.get(custom_dimensions::column(own))))));
}

const PLAIN: Report = Report { category: "General_Visitors", subcategory: "Live_VisitorLog", ..Report::PLAIN };

static LAST_VISITS: Report = Report {
    method: "Live.getLastVisitsDetails",
    name: "Visits log",
    doc: "The latest visits with all they did.",
    order: 10,
    shape: Shape::Visits { limit: None, with_actions: true, show: |log| visits(log) },
    ..PLAIN
};

fn visits(log: &VisitLog) -> Answer {
    Answer::List(log.visits.iter().map(|visit| visit::record(log, visit)).collect())
}

static MOST_RECENT: Report = Report {
    method: "Live.getMostRecentVisitorId",
    name: "Latest visitor",
    doc: "The id of the visitor who came last.",
    order: 11,
    shape: Shape::Visits { limit: Some(1), with_actions: false, show: |log| latest_visitor(log) },
    ..PLAIN
};

fn latest_visitor(log: &VisitLog) -> Answer {
    let latest = log.visits.first().map(|visit| Stored { columns: log.visit_columns, values: visit.visit });
    latest.map_or(Answer::Bool(false), |stored| Answer::from(stored.text("visitor")))
}

static RECENT_VISITS: Metric = VISITS.named("visits");
static RECENT_ACTIONS: Metric =
    Metric::counted("actions", "Actions", "Actions of the last minutes.", Aggregate::Count, None);
static RECENT_VISITORS: Metric = Metric::counted(
    "visitors",
    "Visitors",
    "Different visitors of the last minutes.",
    Aggregate::Distinct("visitor"),
    None,
);
/// By its name in Matomo, which counts every conversion here, carts too.
static RECENT_CONVERTED: Metric = Metric::counted(
    "visitsConverted",
    "Conversions",
    "Goals, orders and carts of the last minutes.",
    Aggregate::Count,
    None,
);

static COUNTERS: Report = Report {
    method: "Live.getCounters",
    name: "Visitors now",
    doc: "What happened in the last minutes.",
    order: 9,
    parts: &[
        Part { scope: Scope::Visit, keys: &[], only: all, metrics: &[&RECENT_VISITS, &RECENT_VISITORS], zeros: true },
        Part { scope: Scope::Action, keys: &[], only: all, metrics: &[&RECENT_ACTIONS], zeros: true },
        Part { scope: Scope::Conversion, keys: &[], only: all, metrics: &[&RECENT_CONVERTED], zeros: true },
    ],
    shape: Shape::Recent { minutes: "lastMinutes", minutes_max: 2880 },
    ..PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "Live",
    dimensions: &[],
    metrics: &[],
    reports: &[&LAST_VISITS, &MOST_RECENT, &COUNTERS],
    settings: &[],
};
