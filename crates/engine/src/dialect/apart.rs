//! Plans whose different values are counted outside of the database.

use super::{
    Column, Find, Printer, Question, Yields,
    condition::asks_for_visits,
    plan::{days_are_buckets, window},
};
use crate::Error;
use makoto_catalog::{Aggregate, Catalog, Measure, Plan, Scope};

/// The longest stretch of such a plan: a day on which the clock is put back.
const SPAN_MAX_S: i64 = 25 * 3_600;
/// Counts the rows behind each group.
const ROWS: Measure = Measure { name: "", aggregate: Aggregate::Count, only: None };

/// A plan in two parts.
pub(crate) struct Apart {
    /// The same groups with the other measures, and behind them how many rows each has.
    pub(crate) plain: Plan,
    /// Which of the plan's measures count different values.
    pub(crate) places: Vec<usize>,
    /// It pays to count them outside of the database: a single day, of rows that are found without visits.
    pub(crate) here: bool,
}

fn counts_different(measure: &Measure) -> Option<&'static str> {
    match measure.aggregate {
        Aggregate::Distinct(column) | Aggregate::DistinctPerDay(column) => Some(column),
        Aggregate::Count | Aggregate::DistinctPairs(..) | Aggregate::Sum(_) | Aggregate::Max(_) | Aggregate::Min(_) => {
            None
        }
    }
}

impl Apart {
    /// Takes a plan apart that groups by texts and counts different values; nothing for other plans.
    pub(crate) fn of(catalog: &Catalog, plan: &Plan) -> Result<Option<Apart>, Error> {
        let ([key], [_], Some((from_s, until_s))) = (&plan.keys[..], &plan.buckets[..], window(&plan.buckets)) else {
            return Ok(None);
        };
        let (different, mut plain): (Vec<_>, Vec<_>) =
            plan.measures.iter().copied().enumerate().partition(|(_, measure)| counts_different(measure).is_some());
        let pairs = plain.iter().any(|(_, measure)| matches!(measure.aggregate, Aggregate::DistinctPairs(..)));
        if different.is_empty() || pairs || plan.top.is_some() {
            return Ok(None);
        }
        let mut print = Printer::new(catalog, plan.site, &plan.midnights, &super::nothing);
        if !matches!(print.expr(key, plan.scope)?.1, Yields::Text(_)) {
            return Ok(None);
        }
        let own = matches!(plan.scope, Scope::Visit | Scope::Action) && !print.visit_joined;
        let short = until_s - from_s <= SPAN_MAX_S && days_are_buckets(plan);
        let here = own && short && !asks_for_visits(&plan.filter);
        plain.push((plan.measures.len(), ROWS));
        let plain = Plan { measures: plain.into_iter().map(|(_, measure)| measure).collect(), ..plan.clone() };
        Ok(Some(Apart { plain, places: different.into_iter().map(|(place, _)| place).collect(), here }))
    }

    /// Asks for the key and the values of every row; null where a row does not count.
    pub(crate) fn values(&self, catalog: &Catalog, plan: &Plan, find: &Find<'_>) -> Result<Question, Error> {
        let Some((from_s, until_s)) = window(&plan.buckets) else {
            return Err(Error::Plan("it has no bucket of time".into()));
        };
        let mut print = Printer::new(catalog, plan.site, &plan.midnights, find);
        print.span = (from_s, until_s);
        let mut columns = Vec::with_capacity(self.places.len() + 1);
        for key in &plan.keys {
            columns.push(print.expr(key, plan.scope)?.0);
        }
        for measure in self.places.iter().filter_map(|place| plan.measures.get(*place)) {
            let Some(name) = counts_different(measure) else { continue };
            let value = print.column(plan.scope, name)?.0;
            columns.push(match &measure.only {
                Some(only) => format!("CASE WHEN {} THEN {value} END", print.truth(only, plan.scope)?),
                None => value,
            });
        }
        if print.visit_joined {
            return Err(Error::Plan("values of visits are not counted by action".into()));
        }
        let rows = print.rows(plan, from_s, until_s)?;
        let sql = format!("SELECT {} FROM {rows}", columns.join(", "));
        Ok(Question { sql, binds: print.binds, columns: Vec::new() })
    }
}

impl Apart {
    /// The plan with one of its measures that count different values, for each of them.
    pub(crate) fn pieces(&self, plan: &Plan) -> Vec<Plan> {
        let measures = self.places.iter().filter_map(|place| plan.measures.get(*place));
        measures.map(|measure| Plan { measures: vec![*measure], ..plan.clone() }).collect()
    }

    /// What the columns of the whole answer are.
    pub(crate) fn columns(&self, plain: &Question) -> Vec<Column> {
        let mut columns = plain.columns.clone();
        columns.pop();
        self.places.iter().for_each(|_| columns.push(Column::Measure));
        columns
    }
}
