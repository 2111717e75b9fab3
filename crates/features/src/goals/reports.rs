//! How often goals are reached, what it brings, and how long it takes.

use super::{about, is};
use crate::{
    core_home::metrics::{NB_VISITS, NB_VISITS_CONVERTED},
    rows::{LABEL, all, int, ours},
    visitor_interest::{DAYS, Gap, counted, gap_at, gap_of, places},
};
use makoto_catalog::{
    Aggregate, Always, AlwaysColumns, Chart, Columns, Condition, Expr, Folded, Metric, Op, Part, Report, RowLabel,
    Scope, Shape, Unit,
    columns::{CART, ORDER},
};
use makoto_model::{Goal, Params, Site, Value};
use std::borrow::Cow;

pub static CONVERSIONS: Metric =
    Metric::counted("nb_conversions", "Conversions", "How often goals were reached.", Aggregate::Count, None);
pub static REVENUE: Metric = sum("revenue", "Revenue", "What the conversions brought.", "revenue").unit(Unit::Money);
static VISITS_OF_GOAL: Metric = Metric::counted(
    "visits_of_goal",
    "Visits with conversions of the goal",
    "Visits that reached this goal.",
    Aggregate::Distinct("visit_id"),
    None,
)
.hidden();
static SUBTOTAL: Metric =
    sum("revenue_subtotal", "Subtotal", "Prices of the ordered products.", "subtotal").unit(Unit::Money);
static TAX: Metric = sum("revenue_tax", "Tax", "Tax on orders.", "tax").unit(Unit::Money);
static SHIPPING: Metric = sum("revenue_shipping", "Shipping", "Cost of delivery.", "shipping").unit(Unit::Money);
static DISCOUNT: Metric =
    sum("revenue_discount", "Discount", "What was taken off prices.", "discount").unit(Unit::Money);
static ITEMS: Metric = sum("items", "Purchased products", "Pieces in orders or carts.", "items");

const fn sum(id: &'static str, name: &'static str, doc: &'static str, column: &'static str) -> Metric {
    Metric::counted(id, name, doc, Aggregate::Sum(Expr::Column(column)), None)
}

/// Stands where conversions have the number of their goal, in the groups of visits.
const OF_VISITS: i64 = i64::MIN;

const PLAIN: Report = Report { category: "Goals_Goals", subcategory: "General_Overview", ..Report::PLAIN };

pub static GET: Report = Report {
    method: "Goals.get",
    name: "Goals",
    about: &about::OVERVIEWS,
    doc: "Conversions, the share of visits with them, and revenue; beside those of new and of returning visitors.",
    order: 1,
    chart: Chart::Evolution,
    parts: &[
        Part {
            scope: Scope::Conversion,
            keys: &[Expr::Column("goal"), Expr::Column("returning")],
            only: all,
            metrics: &[&CONVERSIONS, &VISITS_OF_GOAL, &REVENUE, &SUBTOTAL, &TAX, &SHIPPING, &DISCOUNT, &ITEMS],
            zeros: true,
        },
        Part {
            scope: Scope::Visit,
            keys: &[Expr::Int(OF_VISITS), Expr::Column("returning")],
            only: all,
            metrics: &[&NB_VISITS, &NB_VISITS_CONVERTED],
            zeros: true,
        },
    ],
    shape: Shape::Folded { row: overview },
    ..PLAIN
};

/// Which conversions a caller asks for by `idGoal`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    /// Goals and orders.
    All,
    Goal(i64),
    Orders,
    /// Orders, by their number among goals.
    OrdersAsGoal,
    Carts,
    Nothing,
}

fn asked(params: &Params) -> Asked {
    match params.filled("idGoal") {
        None | Some("false") => Asked::All,
        Some("ecommerceOrder") => Asked::Orders,
        Some("ecommerceAbandonedCart") => Asked::Carts,
        Some(text) => match text.trim().parse() {
            Ok(0) => Asked::OrdersAsGoal,
            Ok(goal) => Asked::Goal(goal),
            Err(_) => Asked::Nothing,
        },
    }
}

impl Asked {
    fn holds(self, goal: i64) -> bool {
        match self {
            Asked::All => goal != CART,
            Asked::Goal(wanted) => goal == wanted,
            Asked::Orders | Asked::OrdersAsGoal => goal == ORDER,
            Asked::Carts => goal == CART,
            Asked::Nothing => false,
        }
    }
}

/// Which visits count, and how the columns of such visits end.
type Kind = (fn(i64) -> bool, &'static str);
const KINDS: [Kind; 3] =
    [(|_| true, ""), (|returning| returning == 0, "_new_visit"), (|returning| returning > 0, "_returning_visit")];

fn overview(folded: &Folded) -> Columns {
    let wanted: Vec<&str> = folded.params.parts("columns").collect();
    let mut columns = Columns::new();
    for (counts, ending) in KINDS {
        let sums = Sums { folded, counts };
        if folded.one_of_many && sums.is_nothing() {
            continue;
        }
        let own = sums.columns().into_iter().filter(|(name, _)| wanted.is_empty() || wanted.contains(&&**name));
        columns.extend(own.map(|(name, value)| (Cow::Owned(format!("{name}{ending}")), value)));
    }
    columns
}

/// Sums over the groups of some visits.
struct Sums<'a> {
    folded: &'a Folded<'a>,
    counts: fn(i64) -> bool,
}

impl Sums<'_> {
    fn sum(&self, of: impl Fn(i64) -> bool, metric: &str) -> f64 {
        let groups = self.folded.groups.iter().enumerate();
        let counted = groups.filter(|(_, keys)| of(int(keys, 0)) && (self.counts)(int(keys, 1)));
        // The sum of no numbers is -0.
        counted.map(|(group, _)| (self.folded.number)(group, metric)).sum::<f64>() + 0.0
    }

    fn visits(&self) -> f64 {
        self.sum(|goal| goal == OF_VISITS, "nb_visits")
    }

    fn is_nothing(&self) -> bool {
        self.visits() == 0.0 && self.sum(|goal| goal != OF_VISITS, "nb_conversions") == 0.0
    }

    fn money(&self, of: impl Fn(i64) -> bool, metric: &str) -> Value {
        (self.folded.shown)(rounded(self.sum(of, metric), 2), Unit::Number)
    }

    fn count(&self, of: impl Fn(i64) -> bool, metric: &str) -> Value {
        (self.folded.shown)(self.sum(of, metric), Unit::Count)
    }

    fn rate(&self, converted: f64) -> Value {
        let visits = self.visits();
        let rate = if visits == 0.0 { 0.0 } else { rounded(converted / visits, 4) };
        (self.folded.shown)(rate, Unit::Percent)
    }

    /// Visits with any conversion say so themselves; those of one goal are counted by its conversions.
    fn converted(&self, asked: Asked) -> f64 {
        match asked {
            Asked::All => self.sum(|goal| goal == OF_VISITS, "nb_visits_converted"),
            _ => self.sum(|goal| asked.holds(goal), "visits_of_goal"),
        }
    }

    fn columns(&self) -> Columns {
        let asked = asked(self.folded.params);
        let holds = |goal: i64| goal != OF_VISITS && asked.holds(goal);
        let converted = self.converted(asked);
        let mut columns = Columns::new();
        let mut put = |name: &'static str, value: Value| columns.push((Cow::Borrowed(name), value));
        let every_goal = asked == Asked::All && self.folded.params.flag("showAllGoalSpecificMetrics");
        if every_goal {
            put("nb_visits", (self.folded.shown)(self.visits(), Unit::Count));
        }
        put("nb_conversions", self.count(holds, "nb_conversions"));
        put("nb_visits_converted", (self.folded.shown)(converted, Unit::Count));
        put("revenue", self.money(holds, "revenue"));
        if asked == Asked::Orders {
            for metric in ["revenue_subtotal", "revenue_tax", "revenue_shipping", "revenue_discount"] {
                put(metric, self.money(holds, metric));
            }
        }
        if matches!(asked, Asked::Orders | Asked::OrdersAsGoal | Asked::Carts) {
            put("items", self.count(holds, "items"));
        }
        if matches!(asked, Asked::Orders | Asked::Carts) {
            let (revenue, times) = (self.sum(holds, "revenue"), self.sum(holds, "nb_conversions"));
            let mean = if times == 0.0 { 0.0 } else { rounded(revenue / times, 2) };
            put("avg_order_revenue", (self.folded.shown)(mean, Unit::Number));
        }
        put("conversion_rate", self.rate(converted));
        if every_goal {
            self.folded.site.goals.iter().for_each(|goal| self.of_goal(goal, &mut columns));
        }
        columns
    }

    fn of_goal(&self, goal: &Goal, columns: &mut Columns) {
        let id = i64::from(goal.id);
        let holds = |goal: i64| goal == id;
        let mut put = |name: &str, value: Value| columns.push((Cow::Owned(format!("goal_{id}_{name}")), value));
        put("nb_conversions", self.count(holds, "nb_conversions"));
        put("nb_visits_converted", self.count(holds, "visits_of_goal"));
        put("revenue", self.money(holds, "revenue"));
        put("conversion_rate", self.rate(self.sum(holds, "visits_of_goal")));
    }
}

fn rounded(number: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (number * scale).round() / scale
}

/// The conversions that `idGoal` asks for; without it those of goals alone.
fn picked(params: &Params, _: &Site) -> Condition {
    match asked(params) {
        Asked::All => Condition::Compare { expr: Expr::Column("goal"), op: Op::More, value: Value::Int(ORDER) },
        Asked::Goal(goal) => is("goal", goal),
        Asked::Orders => is("goal", ORDER),
        Asked::Carts => is("goal", CART),
        Asked::OrdersAsGoal | Asked::Nothing => Condition::Any(Vec::new()),
    }
}

/// Everything that `idGoal` may ask for.
fn choices(site: &Site) -> Vec<(String, Condition)> {
    let named = ["", "ecommerceOrder", "ecommerceAbandonedCart"].map(str::to_owned);
    let names = named.into_iter().chain(site.goals.iter().map(|goal| goal.id.to_string()));
    names
        .map(|name| {
            let params = Params::new(vec![("idGoal".into(), name.as_str().into())]);
            let condition = picked(&params, site);
            (name, condition)
        })
        .collect()
}

const VISITS: &[Gap] = &[
    (1, Some(1)),
    (2, Some(2)),
    (3, Some(3)),
    (4, Some(4)),
    (5, Some(5)),
    (6, Some(6)),
    (7, Some(7)),
    (8, Some(8)),
    (9, Some(14)),
    (15, Some(25)),
    (26, Some(50)),
    (51, Some(100)),
    (101, None),
];

const CONVERSIONS_ALONE: &[&Metric] = &[&CONVERSIONS];

const fn gaps(keys: &'static [Expr]) -> Part {
    Part { scope: Scope::Conversion, keys, only: all, metrics: CONVERSIONS_ALONE, zeros: true }
}

pub static DAYS_TO_CONVERSION: Report = Report {
    method: "Goals.getDaysToConversion",
    name: "Days to Conversion",
    about: &about::DAYS,
    doc: "Days from a visitor's first visit to the conversion.",
    order: 15,
    chart: Chart::Bars,
    parts: &[gaps(&[Expr::Over(&Expr::Column("since_first_s"), 86_400)])],
    pick: Some(picked),
    choices,
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| gap_of(DAYS, int(keys, 0)),
            ours,
            text: |keys| counted(gap_at(DAYS, keys), "day", "days"),
            flat_column: "Goals_DaysToConversion",
            ..LABEL
        }],
        always: Some(Always { rows: || places(DAYS), columns: AlwaysColumns::All }),
        flat: None,
    },
    ..PLAIN
};

pub static VISITS_UNTIL_CONVERSION: Report = Report {
    method: "Goals.getVisitsUntilConversion",
    name: "Visits to Conversion",
    about: &about::VISITS_BEFORE,
    doc: "How many visits a visitor made until the conversion.",
    order: 10,
    chart: Chart::Bars,
    parts: &[gaps(&[Expr::Column("visit_count")])],
    pick: Some(picked),
    choices,
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| gap_of(VISITS, int(keys, 0)),
            ours,
            text: |keys| counted(gap_at(VISITS, keys), "visit", "visits"),
            flat_column: "Goals_VisitsUntilConversion",
            ..LABEL
        }],
        always: Some(Always { rows: || places(VISITS), columns: AlwaysColumns::All }),
        flat: None,
    },
    ..PLAIN
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_asked_for_by_number_and_shops_by_name() {
        let read = |goal: &str| asked(&Params::new(vec![("idGoal".into(), goal.into())]));
        let expected = [Asked::All, Asked::Goal(3), Asked::OrdersAsGoal, Asked::Orders, Asked::Carts, Asked::Nothing];
        for (goal, expected) in
            ["", "3", "0", "ecommerceOrder", "ecommerceAbandonedCart", "x"].into_iter().zip(expected)
        {
            assert_eq!(read(goal), expected, "{goal}");
        }
        assert!(Asked::All.holds(ORDER) && !Asked::All.holds(CART) && !Asked::Nothing.holds(1));
    }
}
