//! Plans: one statement each. Rows are grouped by numbers; texts are joined by the caller afterwards.

use super::{Printer, Yields, alias, condition::asks_for_actions, table};
use crate::Error;
use duckdb::types::Value as Bound;
use makoto_catalog::{Aggregate, Bucket, Catalog, Measure, Plan, Scope};
use makoto_model::SiteId;

/// A visit may be joined by a hit dated before its first or after its last action, by less than this.
pub(super) const REACH_SLACK_S: i64 = 86_400;

/// What a column of the answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    Key(Yields),
    Measure,
}

/// A statement with its binds. The answer's columns are the bucket, then these.
pub(crate) struct Question {
    pub(crate) sql: String,
    pub(crate) binds: Vec<Bound>,
    pub(crate) columns: Vec<Column>,
}

/// When a scope's row happened: what places it in a bucket.
pub(crate) fn moment(scope: Scope) -> &'static str {
    match scope {
        Scope::Visit => "v.\"last_action_s\"",
        Scope::Action => "a.\"time_s\"",
    }
}

/// Asks between which moments the actions of the plan's visits lie; `None` when nothing depends on it.
pub(crate) fn reach_question(catalog: &Catalog, plan: &Plan) -> Option<Question> {
    let (from_s, until_s) = window(&plan.buckets)?;
    asks_for_actions(&plan.filter).then(|| reach_of(catalog, plan.site, from_s, until_s))
}

pub(super) fn reach_of(catalog: &Catalog, site: SiteId, from_s: i64, until_s: i64) -> Question {
    let mut print = Printer::new(catalog, site, &[]);
    print.span = (from_s, until_s);
    let visits = print.visits_between();
    Question {
        sql: format!("SELECT min(v.first_action_s), max(v.last_action_s) FROM visit v WHERE {visits}"),
        binds: print.binds,
        columns: Vec::new(),
    }
}

/// From the first bucket's start to the last one's end.
pub(crate) fn window(buckets: &[Bucket]) -> Option<(i64, i64)> {
    Some((buckets.first()?.from_s, buckets.last()?.until_s))
}

struct Printed {
    keys: Vec<String>,
    measures: Vec<String>,
}

/// Prints a plan. `reach` bounds the actions of its visits, as answered to `reach_question`.
pub(crate) fn question(catalog: &Catalog, plan: &Plan, reach: Option<(i64, i64)>) -> Result<Question, Error> {
    let Some((from_s, until_s)) = window(&plan.buckets) else {
        return Err(Error::Plan("it has no bucket of time".into()));
    };
    let mut print = Printer::new(catalog, plan.site, &plan.midnights);
    print.span = (from_s, until_s);
    let (first, last) = reach.unwrap_or((from_s, until_s));
    print.reach = (first - REACH_SLACK_S, last + REACH_SLACK_S);
    let mut columns = Vec::new();
    let mut printed = Printed { keys: Vec::new(), measures: Vec::new() };
    let bucket = print.bucket(plan);
    for key in &plan.keys {
        let (sql, yields) = print.expr(key, plan.scope)?;
        printed.keys.push(sql);
        columns.push(Column::Key(yields));
    }
    for measure in &plan.measures {
        printed.measures.push(print.measure(measure, plan)?);
        columns.push(Column::Measure);
    }
    let rows = print.rows(plan, from_s, until_s)?;
    let sql = assemble(plan, &bucket, &printed, &rows)?;
    let sql = print.cut(plan, sql)?;
    Ok(Question { sql, binds: print.binds, columns })
}

fn assemble(plan: &Plan, bucket: &str, printed: &Printed, rows: &str) -> Result<String, Error> {
    let mut columns = vec![format!("{bucket} AS b")];
    columns.extend(printed.keys.iter().enumerate().map(|(nth, key)| format!("{key} AS k{nth}")));
    columns.extend(printed.measures.iter().enumerate().map(|(nth, measure)| format!("{measure} AS m{nth}")));
    let mut sql = format!("SELECT {} FROM {rows}", columns.join(", "));
    let grouped: Vec<String> = match plan.buckets.len() {
        // A single bucket is a constant: without keys the answer is one row even when nothing was counted.
        1 => (0..plan.keys.len()).map(|nth| (nth + 2).to_string()).collect(),
        _ => (0..=plan.keys.len()).map(|nth| (nth + 1).to_string()).collect(),
    };
    if !grouped.is_empty() {
        sql.push_str(&format!(" GROUP BY {}", grouped.join(", ")));
    }
    Ok(sql)
}

impl Printer<'_> {
    fn bucket(&mut self, plan: &Plan) -> String {
        if plan.buckets.len() == 1 {
            return "CAST(0 AS BIGINT)".to_owned();
        }
        let starts: Vec<i64> = plan.buckets.iter().map(|bucket| bucket.from_s).collect();
        self.place_of(moment(plan.scope), &starts)
    }

    /// Visits that may have actions in this time.
    pub(super) fn visits_between(&mut self) -> String {
        let (from_s, until_s) = self.span;
        let site = self.bind(self.site.0);
        let from_s = self.bind(from_s - REACH_SLACK_S);
        let until_s = self.bind(until_s + REACH_SLACK_S);
        format!("v.site_id = {site} AND v.last_action_s >= {from_s} AND v.first_action_s < {until_s}")
    }

    /// The tables and conditions of a plan's rows.
    fn rows(&mut self, plan: &Plan, from_s: i64, until_s: i64) -> Result<String, Error> {
        let (name, short, moment) = (table(plan.scope).name(), alias(plan.scope), moment(plan.scope));
        let filter = self.condition(&plan.filter, plan.scope)?;
        let (site, from, until) = (self.bind(self.site.0), self.bind(from_s), self.bind(until_s));
        let mut sql = format!("{name} {short}");
        if self.visit_joined {
            let visits = self.visits_between();
            sql.push_str(&format!(" JOIN visit v ON v.visit_id = a.visit_id AND {visits}"));
        }
        sql.push_str(&format!(
            " WHERE {short}.site_id = {site} AND {moment} >= {from} AND {moment} < {until} AND {filter}"
        ));
        if plan.buckets.windows(2).any(|pair| pair[0].until_s != pair[1].from_s) {
            sql.push_str(&format!(" AND ({})", self.inside_buckets(plan)));
        }
        Ok(sql)
    }

    /// Keeps out what happened between buckets.
    fn inside_buckets(&mut self, plan: &Plan) -> String {
        let moment = moment(plan.scope);
        let mut parts = Vec::with_capacity(plan.buckets.len());
        for bucket in &plan.buckets {
            let (from, until) = (self.bind(bucket.from_s), self.bind(bucket.until_s));
            parts.push(format!("({moment} >= {from} AND {moment} < {until})"));
        }
        parts.join(" OR ")
    }

    fn measure(&mut self, measure: &Measure, plan: &Plan) -> Result<String, Error> {
        let only = match &measure.only {
            Some(only) => format!(" FILTER (WHERE {})", self.truth(only, plan.scope)?),
            None => String::new(),
        };
        Ok(match &measure.aggregate {
            Aggregate::Count => format!("count(*){only}"),
            Aggregate::Distinct(name) => format!("count(DISTINCT {}){only}", self.column(plan.scope, name)?.0),
            Aggregate::DistinctPerDay(name) => {
                format!("count(DISTINCT {}){only}", self.value_and_day(name, plan)?)
            }
            Aggregate::DistinctPairs(one, other) => {
                let (one, other) = (self.column(plan.scope, one)?.0, self.column(plan.scope, other)?.0);
                format!(
                    "count(DISTINCT CASE WHEN {one} IS NOT NULL AND {other} IS NOT NULL THEN ({one}, {other}) END){only}"
                )
            }
            Aggregate::Sum(expr) => match self.expr(expr, plan.scope)? {
                (sql, Yields::Float) => format!("coalesce(sum({sql}){only}, 0.0)"),
                (sql, _) => format!("CAST(coalesce(sum({sql}){only}, 0) AS BIGINT)"),
            },
            Aggregate::Max(expr) => format!("max({}){only}", self.expr(expr, plan.scope)?.0),
            Aggregate::Min(expr) => format!("min({}){only}", self.expr(expr, plan.scope)?.0),
        })
    }

    /// A number that is another for each pair of a column's value and a local day.
    fn value_and_day(&mut self, name: &str, plan: &Plan) -> Result<String, Error> {
        let (column, yields) = self.column(plan.scope, name)?;
        if days_are_buckets(plan) {
            return Ok(column);
        }
        let starts: Vec<i64> = plan.midnights.iter().map(|&(from_s, _)| from_s).collect();
        let day = self.place_of(moment(plan.scope), &starts);
        Ok(match yields {
            Yields::Text(_) => format!("(CAST({column} AS BIGINT) + ({day} << 32))"),
            _ => format!("({column}, {day})"),
        })
    }

    /// Keeps the largest rows of each bucket.
    fn cut(&mut self, plan: &Plan, sql: String) -> Result<String, Error> {
        let Some((name, rows)) = plan.top else { return Ok(sql) };
        let nth = plan.measures.iter().position(|measure| measure.name == name);
        let nth = nth.ok_or_else(|| Error::Plan(format!("it is cut by {name}, which it does not measure")))?;
        let rows = self.bind(i64::try_from(rows).unwrap_or(i64::MAX));
        let keys: String = (0..plan.keys.len()).map(|key| format!(", k{key}")).collect();
        Ok(match plan.buckets.len() {
            1 => format!("{sql} ORDER BY m{nth} DESC NULLS LAST{keys} LIMIT {rows}"),
            _ => format!(
                "SELECT * FROM ({sql}) QUALIFY row_number() OVER \
                 (PARTITION BY b ORDER BY m{nth} DESC NULLS LAST{keys}) <= {rows}"
            ),
        })
    }
}

/// Whether no midnight lies inside a bucket, so that what differs in a bucket differs in a day.
fn days_are_buckets(plan: &Plan) -> bool {
    plan.buckets.iter().all(|bucket| {
        !plan.midnights.iter().any(|&(midnight_s, _)| midnight_s > bucket.from_s && midnight_s < bucket.until_s)
    })
}
