//! Questions of the same days, asked once for all reports that have them in common, and without the numbers of which
//! nothing was tracked.

use makoto_catalog::{Aggregate, Condition, Expr, Measure, Plan, Scope};
use makoto_engine::{Engine, Error, Rows};
use makoto_model::Cell;
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Where a measure of a plan is found in the rows that answer it.
enum Place {
    Measure(usize),
    /// In none: every group has this one.
    Same(Cell),
}

/// The answer to a plan.
pub struct Answer {
    pub rows: Arc<Rows>,
    /// Nothing where the rows have the plan's own measures.
    places: Option<Vec<Place>>,
}

impl From<Rows> for Answer {
    fn from(rows: Rows) -> Answer {
        Answer { rows: Arc::new(rows), places: None }
    }
}

impl Answer {
    /// One of the plan's measures, for each row.
    ///
    /// # Errors
    /// `Plan` when the plan has no such measure.
    pub fn measure(&self, nth: usize) -> Result<Vec<Cell>, Error> {
        match self.places.as_ref().map(|places| places.get(nth)) {
            None => self.rows.measure(nth),
            Some(Some(Place::Measure(nth))) => self.rows.measure(*nth),
            Some(Some(Place::Same(cell))) => Ok(vec![*cell; self.rows.len()]),
            Some(None) => Err(Error::Plan(format!("it has no measure {nth}"))),
        }
    }
}

/// One question with the measures of all that ask it.
struct Question {
    plan: Plan,
    /// How many have yet to ask.
    askers: usize,
    answer: Option<Arc<Rows>>,
    /// All measures at once take too much memory: each asks for its own.
    too_large: bool,
}

/// The questions of some plans over the same days.
pub struct Shared<'a> {
    engine: &'a Engine,
    untold: BTreeSet<&'static str>,
    questions: RefCell<HashMap<String, Question>>,
}

impl<'a> Shared<'a> {
    /// Of these plans, each of which is asked once.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(engine: &'a Engine, plans: Vec<Plan>) -> Result<Shared<'a>, Error> {
        let untold = untold(engine, &plans)?;
        let mut questions: HashMap<String, Question> = HashMap::new();
        for plan in plans {
            let question = questions.entry(name(&plan)).or_insert_with(|| Question {
                plan: Plan { measures: Vec::new(), ..plan.clone() },
                askers: 0,
                answer: None,
                too_large: false,
            });
            question.askers += 1;
            for measure in &plan.measures {
                if of_nothing(plan.scope, measure, &untold).is_none() && place(&question.plan, measure).is_none() {
                    question.plan.measures.push(*measure);
                }
            }
        }
        Ok(Shared { engine, untold, questions: RefCell::new(questions) })
    }

    /// Answers one of the plans, or another one by itself.
    ///
    /// # Errors
    /// When the store fails.
    pub fn run(&self, plan: &Plan) -> Result<Answer, Error> {
        let alone = || self.engine.run(plan).map(Answer::from);
        let mut questions = self.questions.borrow_mut();
        let Some(question) = questions.get_mut(&name(plan)).filter(|question| !question.too_large) else {
            return alone();
        };
        let find = |measure: &Measure| match of_nothing(plan.scope, measure, &self.untold) {
            Some(cell) => Some(Place::Same(cell)),
            None => place(&question.plan, measure).map(Place::Measure),
        };
        let Some(places) = plan.measures.iter().map(find).collect::<Option<Vec<Place>>>() else { return alone() };
        let answered = match question.answer.take() {
            Some(rows) => Ok(rows),
            None => self.engine.run(&question.plan).map(Arc::new),
        };
        if matches!(answered, Err(Error::Memory(_))) {
            question.too_large = true;
            return alone();
        }
        let rows = answered?;
        question.askers = question.askers.saturating_sub(1);
        if question.askers > 0 {
            question.answer = Some(rows.clone());
        }
        Ok(Answer { rows, places: Some(places) })
    }
}

/// What tells questions apart: all but what they measure.
fn name(plan: &Plan) -> String {
    format!("{:?}", (plan.scope, &plan.buckets, &plan.filter, &plan.keys, &plan.top))
}

fn place(plan: &Plan, measure: &Measure) -> Option<usize> {
    plan.measures.iter().position(|known| (known.aggregate, known.only) == (measure.aggregate, measure.only))
}

/// Columns of actions in which none of the plans' rows has a number: most sites do not measure how fast pages load. Visits
/// have few such columns, and fewer groups.
fn untold(engine: &Engine, plans: &[Plan]) -> Result<BTreeSet<&'static str>, Error> {
    let of_actions = || plans.iter().filter(|plan| plan.scope == Scope::Action);
    let mut columns = BTreeSet::new();
    for measure in of_actions().flat_map(|plan| &plan.measures) {
        if let Aggregate::Sum(expr) | Aggregate::Max(expr) | Aggregate::Min(expr) = &measure.aggregate {
            numbers(expr, &mut columns);
        }
        measure.only.iter().for_each(|only| numbers(only, &mut columns));
    }
    let (Some(plan), false) = (of_actions().next(), columns.is_empty()) else { return Ok(BTreeSet::new()) };
    let most = |name: &&'static str| Measure { name, aggregate: Aggregate::Max(Expr::Column(name)), only: None };
    let measures = columns.iter().map(most).collect();
    let all = Plan { filter: Condition::none(), keys: Vec::new(), measures, top: None, ..plan.clone() };
    let rows = engine.run(&all)?;
    for (nth, column) in columns.clone().into_iter().enumerate() {
        if rows.measure(nth)?.iter().any(|most| *most != Cell::Null) {
            columns.remove(column);
        }
    }
    Ok(columns)
}

/// The columns whose numbers an expression computes with.
fn numbers(expr: &Expr, columns: &mut BTreeSet<&'static str>) {
    match expr {
        Expr::Column(name) | Expr::Is(name, _) => _ = columns.insert(name),
        Expr::Minus(one, other) | Expr::Times(one, other) => {
            numbers(one, columns);
            numbers(other, columns);
        }
        Expr::Over(inner, _) => numbers(inner, columns),
        Expr::Local(..) | Expr::Utc(..) | Expr::OfDay(..) => {}
        Expr::OfVisit(_) | Expr::Int(_) | Expr::GoalName | Expr::ToNext(_) | Expr::IsLast => {}
    }
}

/// What a measure is of rows that have no number in these columns, where that is known.
fn of_nothing(scope: Scope, measure: &Measure, untold: &BTreeSet<&'static str>) -> Option<Cell> {
    let known = |expr: &Expr| scope == Scope::Action && is_null(expr, untold);
    let counts_none = measure.only.as_ref().is_some_and(|only| scope == Scope::Action && is_untrue(only, untold));
    match &measure.aggregate {
        Aggregate::Count | Aggregate::Distinct(_) | Aggregate::DistinctPerDay(_) | Aggregate::DistinctPairs(..) => {
            counts_none.then_some(Cell::Int(0))
        }
        Aggregate::Sum(expr) => (counts_none || known(expr)).then_some(Cell::Int(0)),
        Aggregate::Max(expr) | Aggregate::Min(expr) => (counts_none || known(expr)).then_some(Cell::Null),
    }
}

fn is_null(expr: &Expr, untold: &BTreeSet<&'static str>) -> bool {
    match expr {
        Expr::Column(name) => untold.contains(name),
        Expr::Minus(one, other) | Expr::Times(one, other) => is_null(one, untold) || is_null(other, untold),
        Expr::Over(inner, _) => is_null(inner, untold),
        _ => false,
    }
}

/// As the condition of a measure it takes no row.
fn is_untrue(only: &Expr, untold: &BTreeSet<&'static str>) -> bool {
    match only {
        Expr::Is(name, _) => untold.contains(name),
        Expr::Times(one, other) => is_untrue(one, untold) || is_untrue(other, untold),
        other => is_null(other, untold),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_of_nothing_are_known_before_they_are_asked() {
        let untold = BTreeSet::from(["time_network_ms"]);
        let measure = |aggregate, only| Measure { name: "", aggregate, only };
        let of = |aggregate, only| of_nothing(Scope::Action, &measure(aggregate, only), &untold);
        let (network, size) = (Expr::Column("time_network_ms"), Expr::Column("bytes"));
        assert_eq!(of(Aggregate::Sum(network), None), Some(Cell::Int(0)));
        assert_eq!(of(Aggregate::Max(network), None), Some(Cell::Null));
        assert_eq!(of(Aggregate::Count, Some(network)), Some(Cell::Int(0)));
        const IS: Expr = Expr::Is("time_network_ms", 0);
        assert_eq!(of(Aggregate::Count, Some(Expr::Times(&IS, &Expr::IsLast))), Some(Cell::Int(0)));
        // These are numbers of rows that are there.
        assert_eq!(of(Aggregate::Count, None), None);
        assert_eq!(of(Aggregate::Sum(size), Some(size)), None);
        assert_eq!(of(Aggregate::Min(IS), None), None);
        assert_eq!(of_nothing(Scope::Visit, &measure(Aggregate::Sum(network), None), &untold), None);
    }
}
