//! Numbers as answers show them.

use crate::groups::Number;
use makoto_catalog::{Unit, language::Language, words};
use makoto_model::Value;
use std::cmp::Ordering;

/// A counted number; `None` where the row has no such column.
pub fn cell(number: Number, unit: Unit) -> Option<Value> {
    match number.get() {
        None if unit == Unit::PlainMs && number == Number::NULL => Some(Value::Int(0)),
        None => (number == Number::NULL).then_some(Value::Null),
        Some(n) if unit == Unit::LengthMs => Some(Value::Float(n / 1000.0)),
        Some(n) if unit == Unit::Money => Some(self::number((n * 100.0).round() / 100.0)),
        Some(n) => Some(self::number(n)),
    }
}

/// A number as it stands; without a fraction a whole one.
pub fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::Int(number as i64) } else { Value::Float(number) }
}

/// A value as a pattern reads it.
pub fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Null => String::new(),
    }
}

/// Orders numbers, the largest first unless they ascend; what is none comes last either way.
pub fn order(a: Option<f64>, b: Option<f64>, ascending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if ascending => a.total_cmp(&b),
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// A computed number, as text where the caller wants words.
pub fn computed(language: &Language, number: f64, unit: Unit, percents: bool, in_words: bool) -> Value {
    match unit {
        Unit::Percent if percents => Value::from(percent(number)),
        Unit::LengthS if in_words => Value::from(words::length(language, number)),
        Unit::Clock if in_words => {
            let whole = number.max(0.0) as i64;
            Value::from(format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60))
        }
        _ => self::number(number),
    }
}

/// A share of 1 as `36%`, with two digits at most.
fn percent(share: f64) -> String {
    let hundredths = (share * 10_000.0).round() / 100.0;
    format!("{hundredths}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::language::english;

    #[test]
    fn what_is_no_number_comes_last() {
        for (ascending, sorted) in [(true, [Some(1.0), Some(2.0), None]), (false, [Some(2.0), Some(1.0), None])] {
            let mut numbers = [None, Some(2.0), Some(1.0)];
            numbers.sort_by(|a, b| order(*a, *b, ascending));
            assert_eq!(numbers, sorted);
        }
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(percent(0.36), "36%");
        assert_eq!(percent(0.3333), "33.33%");
        assert_eq!(computed(english(), 0.5, Unit::Percent, false, false), Value::Float(0.5));
        assert_eq!(computed(english(), 90.0, Unit::LengthS, true, true), Value::from("1 min 30s"));
    }
}
