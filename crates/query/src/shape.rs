//! The generic parameters over rows that were made elsewhere: those of composed methods.

use crate::{
    Answered, Line,
    options::{LOW_SHARE, Options},
    shown,
    table::{NaturalKey, by_label},
    value,
};
use makoto_catalog::{Answer, ApiError};
use makoto_model::{Params, Value};
use std::cmp::Ordering;

/// Filters, sorts, cuts and narrows the rows of an answer as the parameters say.
///
/// # Errors
/// `BadParam` for a pattern that is too long.
pub fn apply(answered: Answered, params: &Params) -> Result<Answered, ApiError> {
    Ok(each(answered, &Options::read(params)?))
}

fn each(answered: Answered, options: &Options) -> Answered {
    match answered {
        Answered::Map { of, items } => {
            Answered::Map { of, items: items.into_iter().map(|(key, item)| (key, each(item, options))).collect() }
        }
        Answered::Table(lines) => Answered::Table(rows(lines, options)),
        Answered::Row(line) => Answered::Row(narrowed(line, options)),
        other => other,
    }
}

/// The records of a list, filtered, cut and narrowed as the parameters say; everything where they say nothing.
///
/// # Errors
/// As `apply`.
pub fn records(answer: Answer, params: &Params) -> Result<Answer, ApiError> {
    let named = |name: &&str| params.filled(name).is_some();
    let any = ["filter_limit", "filter_offset", "showColumns", "hideColumns", "filter_column"].iter().any(named);
    let rows = match answer {
        Answer::List(rows) if any && rows.iter().all(|row| matches!(row, Answer::Record(_))) => rows,
        other => return Ok(other),
    };
    let options = Options::read(params)?;
    let pattern = options.pattern.as_ref().filter(|_| named(&"filter_column"));
    let matches = |row: &Answer| match (row, pattern) {
        (Answer::Record(fields), Some((column, regex))) => {
            let field = fields.iter().find(|(name, _)| name == column);
            regex.is_match(&field.map_or_else(String::new, |(_, value)| plain(value)))
        }
        _ => true,
    };
    let most = options.limit.filter(|_| named(&"filter_limit")).unwrap_or(usize::MAX);
    let rows = rows.into_iter().filter(matches).skip(options.offset).take(most);
    Ok(shown::fields(&options, Answer::List(rows.collect())))
}

/// A field as a pattern reads it; nothing of lists and records.
fn plain(field: &Answer) -> String {
    match field {
        Answer::Text(text) => text.clone(),
        Answer::Int(n) => n.to_string(),
        Answer::Float(n) => n.to_string(),
        Answer::Bool(yes) => i64::from(*yes).to_string(),
        _ => String::new(),
    }
}

/// Filters, sorts, cuts and narrows rows.
pub(crate) fn rows(mut lines: Vec<Line>, options: &Options) -> Vec<Line> {
    if options.generic {
        if let Some((column, regex)) = &options.pattern {
            lines.retain(|line| regex.is_match(&text(line, column)));
        }
        if let Some((column, least)) = &options.at_least {
            let whole: f64 = lines.iter().map(|line| line.number(column)).sum();
            let least = least.unwrap_or(whole * LOW_SHARE);
            lines.retain(|line| line.get(column).is_none_or(|_| line.number(column) >= least));
        }
        sort(&mut lines, options);
        let rest = lines.len().saturating_sub(options.offset);
        let kept = options.limit.unwrap_or(rest).min(rest);
        lines = lines.into_iter().skip(options.offset).take(kept).collect();
    }
    if !options.label.is_empty() {
        lines.retain(|line| options.label.iter().any(|label| label == line.label()));
    }
    lines.into_iter().map(|line| narrowed(line, options)).collect()
}

/// The column of this name, or the fact.
fn text(line: &Line, column: &str) -> String {
    line.get(column).or_else(|| line.fact(column)).map_or_else(String::new, value::text)
}

/// By the column asked for; by visits without one, or where no row has it. What has not even these stands as it is.
fn sort(lines: &mut [Line], options: &Options) {
    let known = |column: &&str| lines.iter().any(|line| line.get(column).is_some());
    let Some(column) = options.sort.as_deref().filter(known).or(Some("nb_visits").filter(known)) else { return };
    let texts = lines.iter().any(|line| line.get(column).is_some_and(|value| value.as_text().is_some()));
    let order = |a: &Line, b: &Line| -> Ordering {
        match (texts, options.ascending) {
            (true, true) => by_label(&text(a, column), &text(b, column)),
            (true, false) => by_label(&text(b, column), &text(a, column)),
            (false, ascending) => {
                let number = |line: &Line| line.get(column).and_then(Value::number);
                value::order(number(a), number(b), ascending)
            }
        }
    };
    lines.sort_by(|a, b| {
        order(a, b).then_with(|| NaturalKey(a.label().to_owned()).cmp(&NaturalKey(b.label().to_owned())))
    });
}

fn narrowed(mut line: Line, options: &Options) -> Line {
    line.columns.retain(|(name, _)| options.shows(name));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Answered {
        let line = |label: &str, n: i64| {
            let mut line = Line::default();
            line.push("label", label);
            line.push("n", n);
            line.push("m", 1);
            line
        };
        Answered::Table(vec![line("b", 2), line("a", 2), line("c", 9), line("d", 1)])
    }

    fn labels(query: &[(&str, &str)]) -> Vec<String> {
        let params = Params::new(query.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect());
        apply(table(), &params).unwrap().lines().iter().map(|line| line.label().to_owned()).collect()
    }

    #[test]
    fn without_a_column_the_most_visited_rows_come_first_and_what_has_none_last() {
        let line = |label: &str, visits: Option<i64>| {
            let mut line = Line::default();
            line.push("label", label);
            visits.into_iter().for_each(|visits| line.push("nb_visits", visits));
            line
        };
        let lines = || Answered::Table(vec![line("none", None), line("few", Some(1)), line("many", Some(5))]);
        for (order, sorted) in [("desc", ["many", "few", "none"]), ("ASC", ["few", "many", "none"])] {
            let params = Params::new(vec![("filter_sort_order".into(), order.into())]);
            let lines = apply(lines(), &params).unwrap().lines();
            assert_eq!(lines.iter().map(Line::label).collect::<Vec<_>>(), sorted);
        }
    }

    #[test]
    fn lists_of_records_obey_the_parameters_that_are_named() {
        let record = |id: i64, name: &str| Answer::record([("id", Answer::Int(id)), ("name", Answer::from(name))]);
        let from = |first: i64| {
            Answer::List((first..=101).map(|id| record(id, if id % 2 == 0 { "even" } else { "odd" })).collect())
        };
        let ask = |pairs: &[(&str, &str)]| {
            let params = Params::new(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect());
            records(from(1), &params).unwrap()
        };
        assert_eq!((ask(&[]), ask(&[("filter_offset", "1")])), (from(1), from(2)));
        assert_eq!(ask(&[("filter_limit", "1"), ("filter_offset", "2")]), Answer::List(vec![record(3, "odd")]));
        let even = ask(&[("filter_column", "name"), ("filter_pattern", "^even"), ("filter_limit", "1")]);
        assert_eq!(even, Answer::List(vec![record(2, "even")]));
        let id = Answer::List(vec![Answer::record([("id", Answer::Int(1))])]);
        assert_eq!(ask(&[("showColumns", "id"), ("filter_limit", "1")]), id);
        assert_eq!(ask(&[("hideColumns", "name"), ("filter_limit", "1")]), id);
    }

    #[test]
    fn rows_made_elsewhere_obey_the_generic_parameters() {
        assert_eq!(labels(&[]), ["b", "a", "c", "d"]);
        assert_eq!(labels(&[("filter_sort_column", "n")]), ["c", "a", "b", "d"]);
        assert_eq!(labels(&[("filter_sort_column", "n"), ("filter_sort_order", "asc")]), ["d", "a", "b", "c"]);
        assert_eq!(labels(&[("filter_limit", "1"), ("filter_offset", "1")]), ["a"]);
        assert_eq!(labels(&[("filter_pattern", "[ab]")]), ["b", "a"]);
        assert_eq!(labels(&[("filter_excludelowpop", "n"), ("filter_excludelowpop_value", "2")]), ["b", "a", "c"]);
        // One of 14 is more than a fiftieth.
        assert_eq!(labels(&[("filter_excludelowpop", "n")]), ["b", "a", "c", "d"]);
        assert_eq!(labels(&[("label", "d")]), ["d"]);
        assert_eq!(labels(&[("filter_pattern", "^9$"), ("filter_column", "n")]), ["c"]);
        let params = Params::new(vec![("showColumns".into(), "n".into())]);
        let line = apply(table(), &params).unwrap().line();
        assert!(line.get("m").is_none() && line.get("n").is_some() && line.label() == "b");
    }
}
