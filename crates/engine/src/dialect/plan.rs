//! Plans: one statement each. Rows are grouped by numbers; texts are joined by the caller afterwards.

use super::{
    Find, Piece, Printer, Yields, alias,
    condition::{asks_for_actions, asks_for_visits},
    group::{Counted, Group},
    nothing, table,
};
use crate::Error;
use duckdb::types::Value as Bound;
use makoto_catalog::{Aggregate, Bucket, Catalog, Measure, Plan, Scope};
use makoto_model::{ActionKind, SiteId};

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
        Scope::Conversion | Scope::Lead => "c.\"time_s\"",
        Scope::Item => "i.\"time_s\"",
    }
}

/// Asks between which moments the actions of the plan's visits lie; `None` when nothing depends on it.
pub(crate) fn reach_question(catalog: &Catalog, plan: &Plan) -> Option<Question> {
    let (from_s, until_s) = window(&plan.buckets)?;
    asks_for_actions(&plan.filter).then(|| reach_of(catalog, plan.site, from_s, until_s))
}

pub(super) fn reach_of(catalog: &Catalog, site: SiteId, from_s: i64, until_s: i64) -> Question {
    let mut print = Printer::new(catalog, site, &[], &nothing);
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

/// Prints a plan. `reach` bounds the actions of its visits, as answered to `reach_question`.
pub(crate) fn question(
    catalog: &Catalog,
    plan: &Plan,
    reach: Option<(i64, i64)>,
    find: &Find<'_>,
) -> Result<Question, Error> {
    printed(catalog, plan, reach, find, |print, group, by_text| {
        let dear_rows = print.visit_joined || print.next_asked || asks_for_visits(&plan.filter);
        if by_text && !dear_rows && group.counts_different() { group.apart() } else { group.at_once() }
    })
}

/// Prints a piece of a plan.
pub(crate) fn question_of_piece(
    catalog: &Catalog,
    piece: &Piece,
    reach: Option<(i64, i64)>,
    find: &Find<'_>,
) -> Result<Question, Error> {
    printed(
        catalog,
        &piece.plan,
        reach,
        find,
        |_, group, _| if piece.different { group.only() } else { group.at_once() },
    )
}

fn printed(
    catalog: &Catalog,
    plan: &Plan,
    reach: Option<(i64, i64)>,
    find: &Find<'_>,
    write: impl FnOnce(&Printer<'_>, &Group, bool) -> String,
) -> Result<Question, Error> {
    let Some((from_s, until_s)) = window(&plan.buckets) else {
        return Err(Error::Plan("it has no bucket of time".into()));
    };
    let mut print = Printer::new(catalog, plan.site, &plan.clock, find);
    print.span = (from_s, until_s);
    let (first, last) = reach.unwrap_or((from_s, until_s));
    print.reach = (first - REACH_SLACK_S, last + REACH_SLACK_S);
    let mut columns = Vec::new();
    let mut group = Group { bucket: print.bucket(plan), ..Group::default() };
    group.bucketed = plan.buckets.len() > 1;
    for key in &plan.keys {
        let (sql, yields) = print.expr(key, plan.scope)?;
        group.keys.push(sql);
        columns.push(Column::Key(yields));
    }
    for measure in &plan.measures {
        group.measures.push(print.measure(measure, plan)?);
        columns.push(Column::Measure);
    }
    group.rows = print.rows(plan, from_s, until_s)?;
    let by_text = columns.iter().any(|column| matches!(column, Column::Key(Yields::Text(_))));
    let sql = write(&print, &group, by_text);
    let sql = print.cut(plan, sql)?;
    Ok(Question { sql, binds: print.binds, columns })
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
    pub(super) fn rows(&mut self, plan: &Plan, from_s: i64, until_s: i64) -> Result<String, Error> {
        let (name, short, moment) = (table(plan.scope).name(), alias(plan.scope), moment(plan.scope));
        let read_visit = std::mem::take(&mut self.visit_joined);
        let filter = self.condition(&plan.filter, plan.scope)?;
        let filter_stands_alone = !self.visit_joined;
        self.visit_joined |= read_visit;
        let (site, from, until) = (self.bind(self.site.0), self.bind(from_s), self.bind(until_s));
        let mut sql = match plan.scope {
            Scope::Lead => format!("({}) {short}", self.leads(from_s, until_s)),
            Scope::Action if self.next_asked => {
                self.with_next(if filter_stands_alone { &filter } else { "TRUE" }, &site)
            }
            _ => format!("{name} {short}"),
        };
        if self.visit_joined {
            let visits = self.visits_between();
            sql.push_str(&format!(" JOIN visit v ON v.visit_id = {short}.visit_id AND {visits}"));
        }
        sql.push_str(&format!(
            " WHERE {short}.site_id = {site} AND {moment} >= {from} AND {moment} < {until} AND {filter}"
        ));
        if plan.buckets.windows(2).any(|pair| pair[0].until_s != pair[1].from_s) {
            sql.push_str(&format!(" AND ({})", self.inside_buckets(plan)));
        }
        Ok(sql)
    }

    /// Conversions of this time, each beside every page view before it in its visit.
    fn leads(&mut self, from_s: i64, until_s: i64) -> String {
        let (site, from, until) = (self.bind(self.site.0), self.bind(from_s), self.bind(until_s));
        let (before, kind) = (self.bind(from_s - REACH_SLACK_S), self.bind(ActionKind::PageView as i64));
        let pages = "count(*) OVER (PARTITION BY c.conversion_id)";
        format!(
            "SELECT *, min(pages) OVER page AS lead_pages, round(1.0 / pages, 4) AS lead_share, \
             CASE WHEN row_number() OVER page = 1 THEN round(sum(revenue / pages) OVER page, 2) ELSE 0.0 END \
             AS lead_revenue FROM (\
             SELECT c.*, a.\"url\" AS lead_url, a.\"title\" AS lead_title, {pages} AS pages \
             FROM conversion c JOIN action a ON a.visit_id = c.visit_id AND a.time_s <= c.time_s \
             WHERE c.site_id = {site} AND c.time_s >= {from} AND c.time_s < {until} AND c.conversion_id IS NOT NULL \
             AND a.site_id = {site} AND a.time_s >= {before} AND a.time_s < {until} AND a.kind = {kind}) \
             WINDOW page AS (PARTITION BY visit_id, goal, lead_url, lead_title)"
        )
    }

    /// Actions that know when the next one of their visit is; of visits with some action that meets the filter, so
    /// that the rest need not be sorted.
    fn with_next(&mut self, filter: &str, site: &str) -> String {
        let (from, until) = (self.bind(self.span.0 - REACH_SLACK_S), self.bind(self.span.1 + REACH_SLACK_S));
        let near = format!("a.site_id = {site} AND a.time_s >= {from} AND a.time_s < {until}");
        format!(
            "(SELECT a.*, lead(a.time_s) OVER (PARTITION BY a.visit_id ORDER BY a.time_s, a.action_id) AS next_s \
             FROM action a WHERE {near} AND a.visit_id IN (SELECT a.visit_id FROM action a WHERE {near} AND {filter})) a"
        )
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

    fn measure(&mut self, measure: &Measure, plan: &Plan) -> Result<Counted, Error> {
        let only = match &measure.only {
            Some(only) => Some(self.truth(only, plan.scope)?),
            None => None,
        };
        let filter = only.as_ref().map_or(String::new(), |only| format!(" FILTER (WHERE {only})"));
        Ok(match &measure.aggregate {
            Aggregate::Count => Counted::Plain(format!("count(*){filter}")),
            Aggregate::Distinct(name) => {
                let column = self.column(plan.scope, name)?.0;
                Counted::Different { value: vec![column], packed: None, only }
            }
            Aggregate::DistinctPerDay(name) => {
                let (value, packed) = self.value_and_day(name, plan)?;
                Counted::Different { value, packed, only }
            }
            Aggregate::DistinctPairs(one, other) => {
                let value = vec![self.column(plan.scope, one)?.0, self.column(plan.scope, other)?.0];
                Counted::Different { value, packed: None, only }
            }
            Aggregate::Sum(expr) => Counted::Plain(match self.expr(expr, plan.scope)? {
                (sql, Yields::Float) => format!("coalesce(sum({sql}){filter}, 0.0)"),
                (sql, _) => format!("CAST(coalesce(sum({sql}){filter}, 0) AS BIGINT)"),
            }),
            Aggregate::Max(expr) => Counted::Plain(format!("max({}){filter}", self.expr(expr, plan.scope)?.0)),
            Aggregate::Min(expr) => Counted::Plain(format!("min({}){filter}", self.expr(expr, plan.scope)?.0)),
        })
    }

    /// A column's value and the local day; and, for numbers of a dictionary, both in one number.
    fn value_and_day(&mut self, name: &str, plan: &Plan) -> Result<(Vec<String>, Option<String>), Error> {
        let (column, yields) = self.column(plan.scope, name)?;
        if days_are_buckets(plan) {
            return Ok((vec![column], None));
        }
        let day = self.place_of(moment(plan.scope), &plan.midnights);
        let packed = matches!(yields, Yields::Text(_)).then(|| format!("(CAST({column} AS BIGINT) + ({day} << 32))"));
        Ok((vec![column, day], packed))
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
pub(super) fn days_are_buckets(plan: &Plan) -> bool {
    plan.buckets.iter().all(|bucket| {
        !plan.midnights.iter().any(|&midnight_s| midnight_s > bucket.from_s && midnight_s < bucket.until_s)
    })
}
