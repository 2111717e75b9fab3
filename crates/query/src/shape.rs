//! The generic parameters over rows that were made elsewhere: those of composed methods.

use crate::{
    Answered, Line,
    options::{LOW_SHARE, Options},
    table::{NaturalKey, by_label},
};
use makoto_catalog::ApiError;
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

fn rows(mut lines: Vec<Line>, options: &Options) -> Vec<Line> {
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

fn text(line: &Line, column: &str) -> String {
    match line.get(column) {
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Int(n)) => n.to_string(),
        Some(Value::Float(n)) => n.to_string(),
        Some(Value::Null) | None => String::new(),
    }
}

/// By the column asked for; without one, or where no row has it, as the method put them.
fn sort(lines: &mut [Line], options: &Options) {
    let Some(column) = options.sort.as_deref().filter(|column| lines.iter().any(|line| line.get(column).is_some()))
    else {
        return;
    };
    let texts = lines.iter().any(|line| line.get(column).is_some_and(|value| value.as_text().is_some()));
    let order = |a: &Line, b: &Line| -> Ordering {
        let order = match texts {
            true => by_label(&text(a, column), &text(b, column)),
            false => a.number(column).total_cmp(&b.number(column)),
        };
        if options.ascending { order } else { order.reverse() }
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
        let params = Params::new(vec![("showColumns".into(), "n".into())]);
        let line = apply(table(), &params).unwrap().line();
        assert!(line.get("m").is_none() && line.get("n").is_some() && line.label() == "b");
    }
}
