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

/// A plan by one text, taken apart.
pub(crate) struct Apart {
    /// The same groups with the measures that count no different values, and behind them how many rows each has.
    pub(crate) plain: Plan,
    /// Which of the plan's measures count different values.
    pub(crate) places: Vec<usize>,
    /// It pays to count them outside of the database: a single day, of rows that are found without visits.
    pub(crate) here: bool,
    /// The other measures count rows and nothing else, so that the values of every row tell them too.
    pub(crate) of_rows: bool,
}

/// Some of a plan's measures, asked by themselves.
pub(crate) struct Piece {
    /// Which ones.
    pub(crate) places: Vec<usize>,
    pub(crate) plan: Plan,
    /// A single one that counts different values; groups without any are left out of the answer.
    pub(crate) different: bool,
}

fn counts_different(measure: &Measure) -> Option<&'static str> {
    match measure.aggregate {
        Aggregate::Distinct(column) | Aggregate::DistinctPerDay(column) => Some(column),
        Aggregate::Count | Aggregate::DistinctPairs(..) | Aggregate::Sum(_) | Aggregate::Max(_) | Aggregate::Min(_) => {
            None
        }
    }
}

fn counts_pairs(measure: &Measure) -> bool {
    matches!(measure.aggregate, Aggregate::DistinctPairs(..))
}

impl Apart {
    /// Takes a plan apart that groups by a text; nothing for other plans.
    pub(crate) fn of(catalog: &Catalog, plan: &Plan) -> Result<Option<Apart>, Error> {
        let ([key], [_], None, Some((from_s, until_s))) =
            (&plan.keys[..], &plan.buckets[..], plan.top, window(&plan.buckets))
        else {
            return Ok(None);
        };
        let mut print = Printer::new(catalog, plan.site, &plan.clock, &super::nothing);
        if !matches!(print.expr(key, plan.scope)?.1, Yields::Text(_)) {
            return Ok(None);
        }
        let (different, mut plain): (Vec<_>, Vec<_>) =
            plan.measures.iter().copied().enumerate().partition(|(_, measure)| counts_different(measure).is_some());
        let own = matches!(plan.scope, Scope::Visit | Scope::Action) && !print.visit_joined;
        let short = until_s - from_s <= SPAN_MAX_S && days_are_buckets(plan);
        let alone = !different.is_empty() && !plan.measures.iter().any(counts_pairs);
        let here = alone && own && short && !asks_for_visits(&plan.filter);
        let of_rows = plain.iter().all(|(_, one)| matches!(one.aggregate, Aggregate::Count) && one.only.is_none());
        plain.push((plan.measures.len(), ROWS));
        let plain = Plan { measures: plain.into_iter().map(|(_, measure)| measure).collect(), ..plan.clone() };
        Ok(Some(Apart { plain, places: different.into_iter().map(|(place, _)| place).collect(), here, of_rows }))
    }

    /// Asks for the key and the values of every row, of this many at most; null where a row does not count. Its columns are
    /// those of the plan's answer, which is counted from them.
    pub(crate) fn values(&self, catalog: &Catalog, plan: &Plan, most: i64, find: &Find<'_>) -> Result<Question, Error> {
        let Some((from_s, until_s)) = window(&plan.buckets) else {
            return Err(Error::Plan("it has no bucket of time".into()));
        };
        let mut print = Printer::new(catalog, plan.site, &plan.clock, find);
        print.span = (from_s, until_s);
        let (mut values, mut columns) = (Vec::with_capacity(self.places.len() + 1), Vec::new());
        for key in &plan.keys {
            let (sql, yields) = print.expr(key, plan.scope)?;
            values.push(sql);
            columns.push(Column::Key(yields));
        }
        columns.extend(plan.measures.iter().map(|_| Column::Measure));
        for measure in self.places.iter().filter_map(|place| plan.measures.get(*place)) {
            let Some(name) = counts_different(measure) else { continue };
            let value = print.column(plan.scope, name)?.0;
            values.push(match &measure.only {
                Some(only) => format!("CASE WHEN {} THEN {value} END", print.truth(only, plan.scope)?),
                None => value,
            });
        }
        if print.visit_joined {
            return Err(Error::Plan("values of visits are not counted by action".into()));
        }
        let rows = print.rows(plan, from_s, until_s)?;
        let sql = format!("SELECT {} FROM {rows} LIMIT {most}", values.join(", "));
        Ok(Question { sql, binds: print.binds, columns })
    }
}

/// The plan's measures in pieces: this many of those that are summed up at once, and each count of different values by
/// itself. The first piece has every group.
pub(crate) fn pieces(plan: &Plan, measures_max: usize) -> Vec<Piece> {
    let piece = |places: &[usize], different| {
        let measures = places.iter().filter_map(|place| plan.measures.get(*place)).copied().collect();
        Piece { places: places.to_vec(), plan: Plan { measures, ..plan.clone() }, different }
    };
    let (different, plain): (Vec<usize>, Vec<usize>) = (0..plan.measures.len()).partition(|place| {
        let measure = &plan.measures[*place];
        counts_different(measure).is_some() || counts_pairs(measure)
    });
    let mut pieces: Vec<Piece> = plain.chunks(measures_max.max(1)).map(|places| piece(places, false)).collect();
    if pieces.is_empty() {
        pieces.push(piece(&[], false));
    }
    pieces.extend(different.iter().map(|place| piece(&[*place], true)));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::{Bucket, Condition, Expr};
    use makoto_model::SiteId;

    #[test]
    fn every_measure_is_in_one_piece() {
        let measure = |aggregate| Measure { name: "", aggregate, only: None };
        let visits = measure(Aggregate::Distinct("visit_id"));
        let pairs = measure(Aggregate::DistinctPairs("visit_id", "url"));
        let plan = |measures| Plan {
            site: SiteId(1),
            scope: Scope::Action,
            buckets: vec![Bucket { from_s: 0, until_s: 9 }],
            midnights: Vec::new(),
            clock: Vec::new(),
            filter: Condition::none(),
            keys: vec![Expr::Column("url")],
            measures,
            top: None,
        };
        let told = |measures: &[Measure], most| -> Vec<(Vec<usize>, bool)> {
            pieces(&plan(measures.to_vec()), most).into_iter().map(|piece| (piece.places, piece.different)).collect()
        };
        let all = [visits, ROWS, ROWS, pairs, ROWS];
        assert_eq!(told(&all, 2), [(vec![1, 2], false), (vec![4], false), (vec![0], true), (vec![3], true)]);
        assert_eq!(told(&all, 9), [(vec![1, 2, 4], false), (vec![0], true), (vec![3], true)]);
        assert_eq!(told(&[visits], 9), [(vec![], false), (vec![0], true)]);
    }
}
