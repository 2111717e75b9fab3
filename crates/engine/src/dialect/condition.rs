//! Conditions. Texts are looked for in their dictionary, so that rows are compared by number.

use super::{Printer, Yields, alias, list, table};
use crate::{Error, schema::text_table};
use duckdb::types::Value as Bound;
use makoto_catalog::{Condition, Expr, Op, Scope, columns::URLS};
use makoto_model::{Day, Value};

/// From this many numbers on, they travel as one bind.
const SINGLE_BINDS_MAX: usize = 50;

impl Printer<'_> {
    /// A condition over the rows of a scope. Where it is unknown (null), the row does not meet it.
    pub(crate) fn condition(&mut self, condition: &Condition, scope: Scope) -> Result<String, Error> {
        match condition {
            Condition::All(parts) => self.joined_by(parts, " AND ", "TRUE", scope),
            Condition::Any(parts) => self.joined_by(parts, " OR ", "FALSE", scope),
            Condition::Not(inner) => Ok(format!("({} IS NOT TRUE)", self.condition(inner, scope)?)),
            Condition::Compare { expr, op, value } => self.compare(expr, *op, value, scope),
            Condition::In { expr, values } => self.one_of(expr, values, scope),
            Condition::VisitHas { scope: of, condition, negated } => self.visit_has(*of, condition, *negated, scope),
            Condition::OfVisit(inner) => self.of_visit_that(inner, scope),
        }
    }

    fn joined_by(&mut self, parts: &[Condition], by: &str, empty: &str, scope: Scope) -> Result<String, Error> {
        if parts.is_empty() {
            return Ok(empty.to_owned());
        }
        let parts = parts.iter().map(|part| self.condition(part, scope)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", parts.join(by)))
    }

    fn compare(&mut self, expr: &Expr, op: Op, value: &Value, scope: Scope) -> Result<String, Error> {
        let (sql, yields) = self.expr(expr, scope)?;
        let empty = value.is_null() || value.as_text() == Some("");
        match (yields, op) {
            (Yields::Text(dictionary), Op::Is) if empty => Ok(format!(
                "({sql} IS NULL OR {})",
                self.picked(&sql, dictionary, |bind| format!("text = {bind}"), "")?
            )),
            (Yields::Text(dictionary), Op::IsNot) if empty => {
                let empty = self.picked(&sql, dictionary, |bind| format!("text = {bind}"), "")?;
                Ok(format!("({sql} IS NOT NULL AND NOT {empty})"))
            }
            (_, Op::Is) if empty => Ok(format!("{sql} IS NULL")),
            (_, Op::IsNot) if empty => Ok(format!("{sql} IS NOT NULL")),
            (_, Op::Contains | Op::StartsWith | Op::EndsWith) if empty => Ok("TRUE".to_owned()),
            (_, Op::ContainsNot) if empty => Ok("FALSE".to_owned()),
            (Yields::Text(dictionary), _) => self.compare_text(&sql, dictionary, op, value),
            (Yields::Date, _) => Ok(self.compare_date(&sql, op, value)),
            (Yields::Int | Yields::Float, _) => Ok(self.compare_number(&sql, op, value)),
        }
    }

    fn compare_text(&mut self, column: &str, dictionary: &str, op: Op, value: &Value) -> Result<String, Error> {
        let text = shown(value);
        let text = if dictionary == URLS { without_protocol(&text) } else { &text };
        let matches = |bind: &str| match op {
            Op::Is | Op::IsNot => format!("lower(text) = lower({bind})"),
            Op::Less => format!("lower(text) < lower({bind})"),
            Op::LessOrEqual => format!("lower(text) <= lower({bind})"),
            Op::More => format!("lower(text) > lower({bind})"),
            Op::MoreOrEqual => format!("lower(text) >= lower({bind})"),
            Op::Contains | Op::ContainsNot => format!("contains(lower(text), lower({bind}))"),
            Op::StartsWith => format!("starts_with(lower(text), lower({bind}))"),
            Op::EndsWith => format!("ends_with(lower(text), lower({bind}))"),
        };
        let found = self.picked(column, dictionary, matches, text)?;
        Ok(match op {
            Op::IsNot | Op::ContainsNot => format!("({found} IS NOT TRUE)"),
            _ => found,
        })
    }

    /// Whether a column's text meets a condition. A few such texts become plain numbers, which the database compares
    /// while it reads; many stay a question of their own.
    fn picked(
        &mut self,
        column: &str,
        dictionary: &str,
        matches: impl Fn(&str) -> String,
        text: &str,
    ) -> Result<String, Error> {
        let table = text_table(dictionary);
        let few = format!("SELECT id FROM {table} WHERE {} LIMIT {}", matches("$1"), SINGLE_BINDS_MAX + 1);
        let ids = (self.find)(&few, &[Bound::Text(text.to_owned())])?;
        if ids.is_empty() {
            return Ok("FALSE".to_owned());
        }
        if ids.len() > SINGLE_BINDS_MAX {
            let bind = self.bind(text.to_owned());
            return Ok(format!("({column} IN (SELECT id FROM {table} WHERE {}))", matches(&bind)));
        }
        // Of the columns' own type: for a wider one the database would convert every row, and could not tell how few match.
        let ids = ids.into_iter().filter_map(|id| u32::try_from(id).ok());
        let binds: Vec<_> = ids.map(|id| self.bind(Bound::UInt(id))).collect();
        Ok(format!("({column} IN ({}))", binds.join(", ")))
    }

    fn compare_number(&mut self, number: &str, op: Op, value: &Value) -> String {
        let bound = match value {
            Value::Int(n) => Some(Bound::BigInt(*n)),
            Value::Float(n) => Some(Bound::Double(*n)),
            Value::Null => None,
            Value::Text(text) => {
                text.trim().parse().map(Bound::BigInt).or_else(|_| text.trim().parse().map(Bound::Double)).ok()
            }
        };
        match (op, bound) {
            (Op::Contains | Op::ContainsNot | Op::StartsWith | Op::EndsWith, _) => {
                self.compare_digits(&format!("CAST({number} AS VARCHAR)"), op, value)
            }
            (_, Some(bound)) => self.compare_plain(number, op, bound),
            // A text that is no number equals no number.
            (Op::IsNot, None) => "TRUE".to_owned(),
            (_, None) => "FALSE".to_owned(),
        }
    }

    fn compare_date(&mut self, day: &str, op: Op, value: &Value) -> String {
        let bound = value.as_text().and_then(Day::parse).map(|day| Bound::BigInt(i64::from(day.0)));
        match (op, bound) {
            (Op::Contains | Op::ContainsNot | Op::StartsWith | Op::EndsWith, _) => {
                let text = format!("CAST(DATE '1970-01-01' + CAST({day} AS INTEGER) AS VARCHAR)");
                self.compare_digits(&text, op, value)
            }
            (_, Some(bound)) => self.compare_plain(day, op, bound),
            (Op::IsNot, None) => "TRUE".to_owned(),
            (_, None) => "FALSE".to_owned(),
        }
    }

    fn compare_plain(&mut self, sql: &str, op: Op, bound: Bound) -> String {
        let bound = self.bind(bound);
        let sign = match op {
            Op::IsNot => return format!("({sql} <> {bound} OR {sql} IS NULL)"),
            Op::Less => "<",
            Op::LessOrEqual => "<=",
            Op::More => ">",
            Op::MoreOrEqual => ">=",
            _ => "=",
        };
        format!("{sql} {sign} {bound}")
    }

    /// Parts of a number's or day's written form.
    fn compare_digits(&mut self, text: &str, op: Op, value: &Value) -> String {
        let wanted = self.bind(shown(value));
        match op {
            Op::StartsWith => format!("starts_with({text}, {wanted})"),
            Op::EndsWith => format!("ends_with({text}, {wanted})"),
            Op::ContainsNot => format!("(contains({text}, {wanted}) IS NOT TRUE)"),
            _ => format!("contains({text}, {wanted})"),
        }
    }

    fn one_of(&mut self, expr: &Expr, values: &[i64], scope: Scope) -> Result<String, Error> {
        let sql = self.expr(expr, scope)?.0;
        if values.is_empty() {
            return Ok("FALSE".to_owned());
        }
        if values.len() > SINGLE_BINDS_MAX {
            let all = self.bind(list(values));
            return Ok(format!("{sql} IN (SELECT unnest(CAST({all} AS BIGINT[])))"));
        }
        let binds: Vec<_> = values.iter().map(|value| self.bind(*value)).collect();
        Ok(format!("{sql} IN ({})", binds.join(", ")))
    }

    fn visit_has(&mut self, of: Scope, condition: &Condition, negated: bool, scope: Scope) -> Result<String, Error> {
        if matches!(of, Scope::Visit | Scope::Lead) {
            return Err(Error::Plan("a visit has actions, conversions and items".into()));
        }
        let outside = std::mem::replace(&mut self.inside_rows, true);
        let met = self.condition(condition, of)?;
        self.inside_rows = outside;
        let (site, from_s, until_s) = (self.site.0, self.reach.0, self.reach.1);
        let (site, from_s, until_s) = (self.bind(site), self.bind(from_s), self.bind(until_s));
        let not = if negated { "NOT " } else { "" };
        let (name, r) = (table(of).name(), alias(of));
        Ok(format!(
            "{}.visit_id {not}IN (SELECT {r}.visit_id FROM {name} {r} \
             WHERE {r}.site_id = {site} AND {r}.time_s >= {from_s} AND {r}.time_s <= {until_s} AND {met})",
            alias(scope)
        ))
    }

    fn of_visit_that(&mut self, condition: &Condition, scope: Scope) -> Result<String, Error> {
        if scope == Scope::Visit {
            return Err(Error::Plan("only rows of a visit belong to one".into()));
        }
        let met = self.condition(condition, Scope::Visit)?;
        let visits = self.visits_between();
        Ok(format!("{}.visit_id IN (SELECT v.visit_id FROM visit v WHERE {visits} AND {met})", alias(scope)))
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Text(text) => text.to_string(),
    }
}

/// URLs are kept, and so compared, without protocol and `www.`.
fn without_protocol(url: &str) -> &str {
    let cut = |text: &'_ str, start: &str| {
        text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)).then_some(start.len())
    };
    let Some(at) = cut(url, "https://").or_else(|| cut(url, "http://")) else { return url };
    let rest = &url[at..];
    cut(rest, "www.").map_or(rest, |at| &rest[at..])
}

/// Whether the condition asks for other rows than those of its own table, and so needs the reach of the visits.
pub(crate) fn asks_for_actions(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(asks_for_actions),
        Condition::Not(inner) => asks_for_actions(inner),
        Condition::VisitHas { .. } => true,
        Condition::OfVisit(inner) => asks_for_actions(inner),
        Condition::Compare { .. } | Condition::In { .. } => false,
    }
}

/// Whether rows are picked by what another table holds, which is too dear to do more than once.
pub(crate) fn asks_for_visits(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(asks_for_visits),
        Condition::Not(inner) => asks_for_visits(inner),
        Condition::VisitHas { .. } | Condition::OfVisit(_) => true,
        Condition::Compare { .. } | Condition::In { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::without_protocol;

    #[test]
    fn urls_lose_protocol_and_www() {
        for (url, left) in [
            ("https://www.example.org/", "example.org/"),
            ("HTTP://WWW.example.org", "example.org"),
            ("example.org", "example.org"),
            ("https://é", "é"),
            ("wwé", "wwé"),
        ] {
            assert_eq!(without_protocol(url), left);
        }
    }
}
