//! What rows say of goals: conversions by goal beside the rows' own numbers, and how answers write them.

use crate::{
    Line,
    groups::{Groups, Key},
    options::{GoalChoice, Options},
    plan::{self, Time},
    shared::Answer,
    value,
};
use makoto_catalog::{
    Aggregate, Condition, Expr, GoalColumns, Measure, Op, Plan, Report, Scope, TimePart, Unit,
    columns::{CART, ORDER},
    language::english,
};
use makoto_engine::Error;
use makoto_model::{Cell, Value};
use std::collections::{BTreeMap, HashMap};

/// Numbers of one goal in one row.
pub type Tally = [f64; 9];
/// By the number of the goal; orders are 0, carts -1.
pub type Goals = BTreeMap<i64, Tally>;

/// A map keeps up to eleven goals beside each other, and six at least where they are more.
const GOALS_BESIDE: usize = 11;

/// How many bytes a row's goals take.
pub fn weight(goals: &Goals) -> usize {
    size_of::<Goals>() + (1 + goals.len() / 6) * GOALS_BESIDE * size_of::<(i64, Tally)>()
}

/// Places in a tally. The first two mean the same in every report.
const CONVERSIONS: usize = 0;
const REVENUE: usize = 1;
/// Of rows of visits.
const VISITS: usize = 2;
const SUBTOTAL: usize = 3;
const ITEMS: usize = 7;
/// Of rows of pages. Rates of entries are those of days, added up.
const PAGES_BEFORE: usize = 2;
const SHARE: usize = 3;
const SHARED_REVENUE: usize = 4;
const ENTRY_CONVERSIONS: usize = 5;
const ENTRY_REVENUE: usize = 6;
const ENTRY_RATE: usize = 7;
const ENTRY_REVENUE_RATE: usize = 8;

const GOAL: Expr = Expr::Column("goal");
const CONVERTED_ON: Expr = Expr::Local(TimePart::Date, &Expr::Column("time_s"));
const VISITED_ON: Expr = Expr::Local(TimePart::Date, &Expr::Column("last_action_s"));

const fn measure(aggregate: Aggregate) -> Measure {
    Measure { name: "", aggregate, only: None }
}

const fn sum(column: &'static str) -> Measure {
    measure(Aggregate::Sum(Expr::Column(column)))
}

const COUNT: Measure = measure(Aggregate::Count);
const OF_KEYS: [Measure; 8] = [
    COUNT,
    sum("revenue"),
    measure(Aggregate::Distinct("visit_id")),
    sum("subtotal"),
    sum("tax"),
    sum("shipping"),
    sum("discount"),
    sum("items"),
];
const OF_LEADS: [Measure; 5] = [
    COUNT,
    sum("revenue"),
    measure(Aggregate::Max(Expr::Column("lead_pages"))),
    sum("lead_share"),
    sum("lead_revenue"),
];

/// Asks a plan.
pub type Run<'a> = dyn Fn(&Plan) -> Result<Answer, Error> + 'a;

/// Adds to the groups of each period what they say of goals.
///
/// # Errors
/// When the store fails.
pub fn gather(report: &Report, time: &Time, groups: &mut [Groups], run: &Run) -> Result<(), Error> {
    match (report.goals, report.parts.first()) {
        (GoalColumns::ByKeys { keys, .. }, Some(part)) => {
            by_keys(keys.unwrap_or(part.keys), (part.only)(), time, groups, run)
        }
        (GoalColumns::Pages { page, entry }, _) => of_pages(page, entry, time, groups, run),
        (GoalColumns::ByKeys { .. } | GoalColumns::None, _) => Ok(()),
    }
}

fn number(cell: Cell) -> f64 {
    match cell {
        Cell::Null => 0.0,
        Cell::Int(n) => n as f64,
        Cell::Float(n) => n,
    }
}

fn int(value: &Value) -> i64 {
    value.number().map_or(0, |number| number as i64)
}

fn by_keys(keys: &[Expr], only: Condition, time: &Time, groups: &mut [Groups], run: &Run) -> Result<(), Error> {
    let all = keys.iter().copied().chain([GOAL]).collect();
    let rows = run(&plan::of(Scope::Conversion, time, only, all, OF_KEYS.to_vec()))?;
    let measures = (0..OF_KEYS.len()).map(|nth| rows.measure(nth)).collect::<Result<Vec<_>, _>>()?;
    for (row, bucket) in rows.rows.buckets.iter().enumerate() {
        let key: Vec<Value> = rows.rows.keys[..keys.len()].iter().map(|column| column[row].clone()).collect();
        let groups = &mut groups[*bucket as usize];
        let group = groups.group_of_goals(&key);
        let tally = groups.goals_mut(group).entry(int(&rows.rows.keys[keys.len()][row])).or_default();
        for (nth, measure) in measures.iter().enumerate() {
            tally[nth] += number(measure[row]);
        }
    }
    Ok(())
}

fn known(expr: Expr) -> Condition {
    Condition::Compare { expr, op: Op::IsNot, value: Value::Null }
}

fn of_pages(page: Expr, entry: Expr, time: &Time, groups: &mut [Groups], run: &Run) -> Result<(), Error> {
    let totals = run(&plan::of(Scope::Conversion, time, Condition::none(), vec![GOAL], vec![COUNT]))?;
    if totals.rows.is_empty() {
        return Ok(());
    }
    // Pages of a site that sells nothing tell of orders only as entries.
    let tells = |goal: &Value| time.site.ecommerce || int(goal) > ORDER;
    for ((bucket, goal), count) in totals.rows.buckets.iter().zip(&totals.rows.keys[0]).zip(totals.measure(0)?) {
        groups[*bucket as usize].goal_totals.insert(int(goal), number(count));
    }
    let leads = run(&plan::of(Scope::Lead, time, known(page), vec![page, GOAL, CONVERTED_ON], OF_LEADS.to_vec()))?;
    let measures = (0..OF_LEADS.len()).map(|nth| leads.measure(nth)).collect::<Result<Vec<_>, _>>()?;
    for row in (0..leads.rows.len()).filter(|row| tells(&leads.rows.keys[1][*row])) {
        let tally = page_tally(groups, &leads, row);
        for (nth, measure) in measures.iter().enumerate() {
            tally[nth] += number(measure[row]);
        }
    }
    let keys = vec![entry, GOAL, CONVERTED_ON];
    let entries = run(&plan::of(Scope::Conversion, time, known(entry), keys, vec![COUNT, sum("revenue")]))?;
    let visits = run(&plan::of(Scope::Visit, time, known(entry), vec![entry, VISITED_ON], vec![COUNT]))?;
    let mut entered: HashMap<(u32, Key), f64> = HashMap::new();
    for (row, count) in visits.measure(0)?.into_iter().enumerate() {
        let key = [&visits.rows.keys[0][row], &visits.rows.keys[1][row]].map(Clone::clone);
        entered.insert((visits.rows.buckets[row], Key(key.into(), 0)), number(count));
    }
    let (counts, revenues) = (entries.measure(0)?, entries.measure(1)?);
    for row in 0..entries.rows.len() {
        let day = [&entries.rows.keys[0][row], &entries.rows.keys[2][row]].map(Clone::clone);
        let visits = entered.get(&(entries.rows.buckets[row], Key(day.into(), 0))).copied().unwrap_or(0.0);
        let tally = page_tally(groups, &entries, row);
        let (count, revenue) = (number(counts[row]), number(revenues[row]));
        tally[ENTRY_CONVERSIONS] += count;
        tally[ENTRY_REVENUE] += revenue;
        tally[ENTRY_RATE] += ratio(count, visits, 3);
        tally[ENTRY_REVENUE_RATE] += ratio(revenue, visits, 3);
    }
    Ok(())
}

/// The tally of the page and goal that a row is about.
fn page_tally<'g>(groups: &'g mut [Groups], rows: &Answer, row: usize) -> &'g mut Tally {
    let groups = &mut groups[rows.rows.buckets[row] as usize];
    let group = groups.group_of_goals(&rows.rows.keys[0][row..=row]);
    groups.goals_mut(group).entry(int(&rows.rows.keys[1][row])).or_default()
}

/// Adds up what two rows say.
pub fn join(into: &mut Goals, other: &Goals) {
    for (goal, tally) in other {
        let own = into.entry(*goal).or_default();
        own.iter_mut().zip(tally).for_each(|(own, other)| *own += other);
    }
}

fn ratio(part: f64, whole: f64, digits: i32) -> f64 {
    if whole == 0.0 { 0.0 } else { rounded(part / whole, digits) }
}

fn rounded(number: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    // The sum of no numbers is -0.
    (number * scale).round() / scale + 0.0
}

/// Conversions and revenue of all goals and orders; what is left in carts does not count.
fn total(goals: &Goals, place: usize) -> f64 {
    rounded(goals.iter().filter(|(goal, _)| **goal != CART).map(|(_, tally)| tally[place]).sum(), 2)
}

/// Whether rows that tell of goals have numbers under this name.
pub fn is_column(name: &str) -> bool {
    by_name(&[(ORDER, Tally::default())].into(), name).is_some()
}

/// A number of a row by the name of its column; `None` where the row has no such column.
pub fn by_name(goals: &Goals, column: &str) -> Option<f64> {
    match column {
        "nb_conversions" | "revenue" if goals.is_empty() => None,
        "nb_conversions" => Some(total(goals, CONVERSIONS)),
        "revenue" => Some(total(goals, REVENUE)),
        _ => {
            let (goal, name) = column.strip_prefix("goal_")?.split_once('_')?;
            let tally = goals.get(&goal.parse().ok()?).copied().unwrap_or_default();
            match name {
                "nb_conversions" => Some(tally[CONVERSIONS]),
                "revenue" => Some(tally[REVENUE]),
                _ => None,
            }
        }
    }
}

/// Writes goals into lines of a report.
pub struct Writer<'a> {
    pub report: &'static Report,
    /// Of every goal that some row has.
    pub known: &'a [i64],
    /// How often each goal was reached in the period, for rows of pages.
    pub totals: &'a BTreeMap<i64, f64>,
    pub options: &'a Options,
    /// Rows of all levels stand in one.
    pub flat: bool,
    /// The row stands in a folder, in one answer with it: Matomo leaves the share of conversions at 0 there.
    pub in_folder: bool,
}

impl Writer<'_> {
    /// The name of a goal among nested ones.
    fn name(goal: i64) -> String {
        match goal {
            ORDER => "idgoal=ecommerceOrder".to_owned(),
            CART => "idgoal=ecommerceAbandonedCart".to_owned(),
            goal => format!("idgoal={goal}"),
        }
    }

    /// Adds what the row says of goals, by goal and in all.
    pub fn write(&self, line: &mut Line, goals: &Goals) {
        if goals.is_empty() {
            return;
        }
        let by_keys = matches!(self.report.goals, GoalColumns::ByKeys { .. });
        let fields = |goal, tally| if by_keys { of_keys(goal, tally) } else { self.of_page(goal, tally) };
        if self.options.shows("goals") {
            line.goals = goals.iter().map(|(goal, tally)| (Self::name(*goal), fields(*goal, tally))).collect();
        }
        let totals = [("nb_conversions", CONVERSIONS), ("revenue", REVENUE)];
        for (name, place) in totals.into_iter().filter(|(name, _)| by_keys && self.options.shows(name)) {
            line.push(name, value::number(total(goals, place)));
        }
    }

    fn of_page(&self, goal: i64, tally: &Tally) -> Vec<(&'static str, Value)> {
        let all = self.totals.get(&goal).copied().unwrap_or(0.0);
        let mut fields = Vec::new();
        if tally[CONVERSIONS] > 0.0 {
            fields.extend([
                ("nb_conversions", tally[CONVERSIONS]),
                ("revenue", rounded(tally[REVENUE], 2)),
                ("nb_conv_pages_before", tally[PAGES_BEFORE]),
                ("nb_conversions_attrib", rounded(tally[SHARE], 4)),
                (
                    "nb_conversions_page_rate",
                    if self.in_folder { 0.0 } else { ratio(tally[CONVERSIONS], all, 3).min(1.0) },
                ),
                ("nb_conversions_page_uniq", tally[CONVERSIONS]),
                ("revenue_attrib", rounded(tally[SHARED_REVENUE], 2)),
            ]);
        }
        if tally[ENTRY_CONVERSIONS] > 0.0 {
            fields.extend([
                ("revenue_entry", rounded(tally[ENTRY_REVENUE], 2)),
                ("nb_conversions_entry_rate", rounded(tally[ENTRY_RATE], 3)),
                ("revenue_per_entry", rounded(tally[ENTRY_REVENUE_RATE], 3)),
                ("nb_conversions_entry", tally[ENTRY_CONVERSIONS]),
            ]);
        }
        fields.into_iter().map(|(name, number)| (name, value::number(number))).collect()
    }

    /// Adds the rates of goals, where the caller asked for them; `visits` are those of the row.
    pub fn write_rates(&self, line: &mut Line, goals: &Goals, visits: f64) {
        let mut put = |name: String, number: f64, unit: Unit| {
            if self.options.shows(&name) {
                let shown = value::computed(english(), number, unit, self.options.percents, false);
                line.push(name, shown);
            }
        };
        let pages_in_one = self.flat && matches!(self.report.goals, GoalColumns::Pages { .. });
        let revenue = if pages_in_one { 0.0 } else { total(goals, REVENUE).trunc() };
        put("revenue_per_visit".to_owned(), ratio(revenue, visits, 2), Unit::Number);
        let chosen: &[i64] = match &self.options.goals {
            GoalChoice::One(goal) if self.known.contains(goal) => std::slice::from_ref(goal),
            GoalChoice::Brief | GoalChoice::Full => self.known,
            GoalChoice::One(_) | GoalChoice::Nothing | GoalChoice::NoGoal => &[],
        };
        let any = self.options.goals_told.is_empty() || matches!(self.options.goals, GoalChoice::One(_));
        for goal in chosen.iter().filter(|goal| any || self.options.goals_told.contains(goal)) {
            let tally = goals.get(goal).copied().unwrap_or_default();
            let name = |rest: &str| format!("goal_{goal}_{rest}");
            put(name("conversion_rate"), ratio(tally[CONVERSIONS], visits, 4), Unit::Percent);
            if self.options.goals != GoalChoice::Brief {
                put(name("nb_conversions"), tally[CONVERSIONS], Unit::Count);
                put(name("revenue_per_visit"), ratio(tally[REVENUE], visits, 2), Unit::Number);
                put(name("revenue"), rounded(tally[REVENUE], 2), Unit::Number);
            }
        }
    }
}

fn of_keys(goal: i64, tally: &Tally) -> Vec<(&'static str, Value)> {
    let mut fields = vec![
        ("nb_conversions", tally[CONVERSIONS]),
        ("nb_visits_converted", tally[VISITS]),
        ("revenue", tally[REVENUE]),
    ];
    if goal == ORDER {
        let names = ["revenue_subtotal", "revenue_tax", "revenue_shipping", "revenue_discount"];
        fields.extend(names.into_iter().zip(&tally[SUBTOTAL..]).map(|(name, amount)| (name, *amount)));
    }
    if goal == ORDER || goal == CART {
        fields.push(("items", tally[ITEMS]));
    }
    fields.into_iter().map(|(name, number)| (name, value::number(rounded(number, 2)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(conversions: f64, revenue: f64) -> Tally {
        let mut tally = Tally::default();
        (tally[CONVERSIONS], tally[REVENUE]) = (conversions, revenue);
        tally
    }

    #[test]
    fn carts_count_in_no_total_and_rows_add_up() {
        let mut goals: Goals = [(1, tally(2.0, 20.0)), (CART, tally(1.0, 7.0))].into();
        join(&mut goals, &[(1, tally(1.0, 0.125)), (ORDER, tally(1.0, 5.0))].into());
        assert_eq!((by_name(&goals, "nb_conversions"), by_name(&goals, "revenue")), (Some(4.0), Some(25.13)));
        assert_eq!(
            (by_name(&goals, "goal_1_nb_conversions"), by_name(&goals, "goal_9_revenue")),
            (Some(3.0), Some(0.0))
        );
        assert_eq!((by_name(&goals, "nb_visits"), by_name(&Goals::default(), "revenue")), (None, None));
        assert!(is_column("revenue") && is_column("goal_1_revenue") && !is_column("nb_visits"));
    }

    #[test]
    fn orders_say_more_than_goals() {
        assert_eq!(of_keys(3, &tally(1.0, 1.0)).len(), 3);
        assert_eq!((of_keys(ORDER, &tally(1.0, 1.0)).len(), of_keys(CART, &tally(1.0, 1.0)).len()), (8, 4));
    }
}
