//! A tiny catalog and the rows that the tests put into a store.

use makoto_catalog::{
    Aggregate, Bucket, Catalog, Condition, Dimension, Expr, Feature, Keep, Kind, Measure, Op, Plan, Privacy, Scope,
    Source, Table,
    columns::{DICTIONARIES, URLS, dictionary_number},
};
use makoto_engine::{Engine, Options, Rows};
use makoto_model::{Cell, Delta, NewText, Row, SiteId, TrackedUrl, Value};
use std::{path::Path, sync::Arc};

pub const SITE: SiteId = SiteId(7);
/// 2026-03-02 00:00 UTC.
pub const DAY: i64 = 20_514;
pub const START_S: i64 = DAY * 86_400;

pub static BROWSER: Dimension = Dimension {
    id: "Test.Browser",
    name: "Browser",
    scope: Scope::Visit,
    column: "browser",
    kind: Kind::Text("name"),
    privacy: Privacy::Anonymous,
    source: Source::Captured { read: |_| Value::Null, keep: Keep::First },
    segments: &[],
    slot: 0,
};
pub static LATITUDE: Dimension = Dimension { id: "Test.Latitude", column: "latitude", kind: Kind::Float, ..BROWSER };
pub static LOAD: Dimension =
    Dimension { id: "Test.Load", scope: Scope::Action, column: "load_ms", kind: Kind::Int, ..BROWSER };

static SMALL: Feature =
    Feature { name: "Test", dimensions: &[&BROWSER, &LATITUDE], metrics: &[], reports: &[], settings: &[] };
static GROWN: Feature =
    Feature { name: "Test", dimensions: &[&BROWSER, &LATITUDE, &LOAD], metrics: &[], reports: &[], settings: &[] };
static SHRUNK: Feature = Feature { name: "Test", dimensions: &[&LATITUDE], metrics: &[], reports: &[], settings: &[] };

static SMALLS: &[&Feature] = &[&SMALL];
static GROWNS: &[&Feature] = &[&GROWN];
static SHRUNKS: &[&Feature] = &[&SHRUNK];
pub fn catalog() -> Arc<Catalog> {
    Arc::new(Catalog::new(SMALLS).unwrap())
}

pub fn grown_catalog() -> Arc<Catalog> {
    Arc::new(Catalog::new(GROWNS).unwrap())
}

pub fn shrunk_catalog() -> Arc<Catalog> {
    Arc::new(Catalog::new(SHRUNKS).unwrap())
}

pub fn open(dir: &Path, catalog: Arc<Catalog>) -> Engine {
    Engine::open(dir, catalog, Options { memory_mib: 128, threads: 2, reserve_bytes: 0 }).unwrap()
}

/// Gives texts their numbers and builds rows by column name.
pub struct Maker {
    pub catalog: Arc<Catalog>,
    known: Vec<Vec<String>>,
    pub delta: Delta,
    next_number: u64,
}

impl Maker {
    pub fn new(catalog: Arc<Catalog>) -> Maker {
        Maker {
            catalog,
            known: DICTIONARIES.iter().map(|_| Vec::new()).collect(),
            delta: Delta::default(),
            next_number: 1,
        }
    }

    /// The number of a text; ids start at 1.
    pub fn text(&mut self, dictionary: &str, text: &str) -> Cell {
        let split = match dictionary {
            URLS => TrackedUrl::split(text),
            _ => TrackedUrl { prefix: None, text: text.into() },
        };
        let number = dictionary_number(dictionary).unwrap();
        let known = &mut self.known[usize::from(number)];
        if let Some(place) = known.iter().position(|text| **text == *split.text) {
            return Cell::Int(place as i64 + 1);
        }
        known.push(split.text.to_string());
        let id = known.len() as u32;
        self.delta.texts.push(NewText { dictionary: number, id, prefix: split.prefix, text: split.text });
        Cell::Int(i64::from(id))
    }

    pub fn row(&self, table: Table, values: &[(&str, Cell)]) -> Row {
        let columns = self.catalog.columns(table);
        let mut row = vec![Cell::Null; columns.len()];
        for (name, cell) in values {
            row[columns.iter().position(|column| column.name == *name).unwrap()] = *cell;
        }
        row.into()
    }

    /// A visit of one minute whose last action lies at this moment.
    pub fn visit(&mut self, id: i64, last_s: i64, browser: Option<&str>) -> Row {
        let visitor = self.text("visitor", &format!("{id:016x}"));
        let browser = browser.map_or(Cell::Null, |name| self.text("name", name));
        self.row(
            Table::Visit,
            &[
                ("site_id", Cell::Int(i64::from(SITE.0))),
                ("visit_id", Cell::Int(id)),
                ("visitor", visitor),
                ("day", Cell::Int(last_s.div_euclid(86_400))),
                ("first_action_s", Cell::Int(last_s - 60)),
                ("last_action_s", Cell::Int(last_s)),
                ("visit_length_s", Cell::Int(61)),
                ("action_count", Cell::Int(1)),
                ("browser", browser),
            ],
        )
    }

    pub fn action(&mut self, id: i64, visit: i64, time_s: i64, url: Option<&str>) -> Row {
        let visitor = self.text("visitor", &format!("{visit:016x}"));
        let url = url.map_or(Cell::Null, |url| self.text("url", url));
        self.row(
            Table::Action,
            &[
                ("site_id", Cell::Int(i64::from(SITE.0))),
                ("visit_id", Cell::Int(visit)),
                ("action_id", Cell::Int(id)),
                ("visitor", visitor),
                ("time_s", Cell::Int(time_s)),
                ("kind", Cell::Int(1)),
                ("url", url),
            ],
        )
    }

    /// Adds a visit that saw these URLs, a second apart, the last at this moment. Action ids are the visit's times 100.
    pub fn add(&mut self, id: i64, last_s: i64, browser: Option<&str>, urls: &[&str]) {
        let visit = self.visit(id, last_s, browser);
        self.delta.new_visits.push(visit.into());
        for (nth, url) in urls.iter().enumerate() {
            let time_s = last_s - (urls.len() - 1 - nth) as i64;
            let action = self.action(id * 100 + nth as i64, id, time_s, Some(url));
            self.delta.actions.push(action.into());
        }
    }

    /// The delta so far, numbered; the next one is empty.
    pub fn finish(&mut self) -> Delta {
        let mut delta = std::mem::take(&mut self.delta);
        delta.number = self.next_number;
        self.next_number += 1;
        delta
    }
}

pub const COUNT: Measure = Measure { name: "n", aggregate: Aggregate::Count, only: None };
pub const VISITS: Measure = Measure { name: "visits", aggregate: Aggregate::Distinct("visit_id"), only: None };

/// Counts over one week from `START_S`, in UTC.
pub fn plan(scope: Scope, keys: &[Expr], measures: &[Measure], filter: Condition) -> Plan {
    Plan {
        site: SITE,
        scope,
        buckets: vec![Bucket { from_s: START_S, until_s: START_S + 7 * 86_400 }],
        midnights: (0..7).map(|day| START_S + day * 86_400).collect(),
        clock: Vec::new(),
        filter,
        keys: keys.to_vec(),
        measures: measures.to_vec(),
        top: None,
    }
}

pub fn compare(expr: Expr, op: Op, value: impl Into<Value>) -> Condition {
    Condition::Compare { expr, op, value: value.into() }
}

pub fn has_action(condition: Condition, negated: bool) -> Condition {
    Condition::VisitHas { scope: Scope::Action, condition: Box::new(condition), negated }
}

/// Keys and measures, sorted, in one line each.
pub fn shown(rows: &Rows) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Text(text) => text.to_string(),
    };
    let number = |cell: &Cell| match cell {
        Cell::Null => "-".to_owned(),
        Cell::Int(n) => n.to_string(),
        Cell::Float(n) => n.to_string(),
    };
    let keys = rows.keys.iter().map(|column| column.iter().map(one).collect());
    let measures = (0..).map_while(|nth| rows.measure(nth).ok()).map(|cells| cells.iter().map(number).collect());
    let columns: Vec<Vec<String>> = keys.chain(measures.take_while(|_| !rows.is_empty())).collect();
    let line = |row: usize| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> =
        rows.buckets.iter().enumerate().map(|(row, bucket)| format!("{bucket}: {}", line(row))).collect();
    lines.sort();
    lines
}

/// The ids of the visits that meet a condition.
pub fn met(engine: &Engine, filter: Condition) -> Vec<i64> {
    let rows = engine.run(&plan(Scope::Visit, &[Expr::Column("visit_id")], &[], filter)).unwrap();
    let mut ids: Vec<i64> = rows.keys[0].iter().map(|id| id.number().unwrap() as i64).collect();
    ids.sort_unstable();
    ids
}
