use super::{Printer, Yields, time};
use crate::Error;
use makoto_catalog::{Expr, Scope, TimePart};

impl Printer<'_> {
    /// An expression over the rows of a scope.
    pub(crate) fn expr(&mut self, expr: &Expr, scope: Scope) -> Result<(String, Yields), Error> {
        match expr {
            Expr::Column(name) => self.column(scope, name),
            Expr::Int(n) => Ok((format!("CAST({} AS BIGINT)", self.bind(*n)), Yields::Int)),
            Expr::Local(part, of) => {
                let moment = self.number(of, scope)?.0;
                let local = self.local(&moment);
                Ok(time::part(*part, &local))
            }
            Expr::Utc(part, of) => {
                let moment = self.number(of, scope)?.0;
                Ok(time::part(*part, &moment))
            }
            Expr::OfDay(part, of) => self.of_day(*part, of, scope),
            Expr::Minus(from, what) => self.joined(from, "-", what, scope),
            Expr::Times(one, other) => self.joined(one, "*", other, scope),
            Expr::Over(of, by) => self.over(of, *by, scope),
            Expr::Is(name, n) => {
                let column = self.column(scope, name)?.0;
                Ok((format!("CASE WHEN {column} = {} THEN 1 ELSE 0 END", self.bind(*n)), Yields::Int))
            }
            Expr::OfVisit(name) => self.of_visit(name, scope),
            Expr::GoalName => Err(Error::Plan("the name of a goal is known to its site alone".into())),
            Expr::ToNext(most) => {
                self.next_action(scope)?;
                let most = self.bind(*most);
                Ok((format!("CAST(least(greatest(a.next_s - a.time_s, 0), {most}) AS BIGINT)"), Yields::Int))
            }
            Expr::IsLast => {
                self.next_action(scope)?;
                Ok(("CASE WHEN a.next_s IS NULL THEN 1 ELSE 0 END".to_owned(), Yields::Int))
            }
        }
    }

    /// As `expr`, for places where only a number makes sense.
    fn number(&mut self, expr: &Expr, scope: Scope) -> Result<(String, Yields), Error> {
        let printed = self.expr(expr, scope)?;
        match printed.1 {
            Yields::Int | Yields::Float => Ok(printed),
            Yields::Text(_) | Yields::Date => Err(Error::Plan(format!("{expr:?} is not a number"))),
        }
    }

    fn of_day(&mut self, part: TimePart, of: &Expr, scope: Scope) -> Result<(String, Yields), Error> {
        let seconds = self.number(of, scope)?.0;
        time::part_of_day(part, &seconds)
    }

    fn joined(&mut self, one: &Expr, sign: &str, other: &Expr, scope: Scope) -> Result<(String, Yields), Error> {
        let (one, first) = self.number(one, scope)?;
        let (other, second) = self.number(other, scope)?;
        let float = first == Yields::Float || second == Yields::Float;
        Ok((format!("({one} {sign} {other})"), if float { Yields::Float } else { Yields::Int }))
    }

    fn over(&mut self, of: &Expr, by: i64, scope: Scope) -> Result<(String, Yields), Error> {
        if by <= 0 {
            return Err(Error::Plan(format!("division by {by}")));
        }
        let (of, yields) = self.number(of, scope)?;
        let by = self.bind(by);
        if yields == Yields::Float {
            return Ok((format!("CAST(floor({of} / {by}) AS BIGINT)"), Yields::Int));
        }
        // Whole division cuts toward zero; below zero it must round down.
        let sql = format!("CASE WHEN {of} < 0 THEN ({of} + 1) // {by} - 1 ELSE {of} // {by} END");
        Ok((format!("({sql})"), Yields::Int))
    }

    /// Notes that rows must know when their visit's next action is.
    fn next_action(&mut self, scope: Scope) -> Result<(), Error> {
        if scope != Scope::Action || self.inside_rows {
            return Err(Error::Plan("only rows of actions have a next action".into()));
        }
        self.next_asked = true;
        Ok(())
    }

    fn of_visit(&mut self, name: &str, scope: Scope) -> Result<(String, Yields), Error> {
        if scope != Scope::Visit {
            if self.inside_rows {
                return Err(Error::Plan("a condition on a visit's rows cannot read the visit".into()));
            }
            self.visit_joined = true;
        }
        self.column(Scope::Visit, name)
    }

    /// The expression as a yes or no: whether it is not 0.
    pub(crate) fn truth(&mut self, expr: &Expr, scope: Scope) -> Result<String, Error> {
        match expr {
            Expr::Is(name, n) => {
                let column = self.column(scope, name)?.0;
                Ok(format!("{column} = {}", self.bind(*n)))
            }
            Expr::Times(one, other) => {
                let (one, other) = (self.truth(one, scope)?, self.truth(other, scope)?);
                Ok(format!("({one} AND {other})"))
            }
            other => Ok(format!("{} <> 0", self.expr(other, scope)?.0)),
        }
    }
}
