use crate::{Answered, Line, said::heading};
use makoto_catalog::{Answer, language::Language};
use makoto_model::Value;
use std::collections::HashMap;

/// What a sheet without rows says.
const NOTHING: &str = "No data available";

/// One row: names and texts in their order.
type Row = Vec<(String, String)>;

/// The answer as lines of cells.
pub fn write(answered: &Answered, separator: char, translated: Option<&Language>) -> String {
    let rows = match answered {
        Answered::Plain(answer) => plain_rows(answer),
        other => rows(other),
    };
    let (columns, facts) = header(&rows);
    if rows.is_empty() || columns.is_empty() {
        return NOTHING.to_owned();
    }
    let names: Vec<&str> = columns.iter().chain(&facts).map(String::as_str).collect();
    let title = |name: &&str| match translated {
        Some(language) => heading(language, name),
        None => (*name).to_owned(),
    };
    let mut text =
        names.iter().map(|name| cell(&title(name), separator)).collect::<Vec<_>>().join(&separator.to_string());
    for row in &rows {
        let by_name: HashMap<&str, &str> = row.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let cells = names.iter().map(|name| cell(by_name.get(name).copied().unwrap_or(""), separator));
        text.push('\n');
        text.push_str(&cells.collect::<Vec<_>>().join(&separator.to_string()));
    }
    text
}

/// Names of all rows: columns in the order of their first row, then facts.
fn header(rows: &[Row]) -> (Vec<String>, Vec<String>) {
    let mut seen = HashMap::new();
    let (mut columns, mut facts) = (Vec::new(), Vec::new());
    for (name, _) in rows.iter().flatten() {
        if seen.insert(name.clone(), ()).is_none() {
            if name.starts_with("metadata_") { facts.push(name.clone()) } else { columns.push(name.clone()) }
        }
    }
    (columns, facts)
}

fn rows(answered: &Answered) -> Vec<Row> {
    match answered {
        Answered::Map { of, items } => {
            let keyed = |(key, item): &(String, Answered)| -> Vec<Row> {
                let with_key = |mut row: Row| {
                    row.insert(0, ((*of).to_owned(), key.clone()));
                    row
                };
                rows(item).into_iter().map(with_key).collect()
            };
            items.iter().flat_map(keyed).collect()
        }
        Answered::Table(lines) => lines.iter().map(line).collect(),
        Answered::Row(row) if row.columns.is_empty() => Vec::new(),
        Answered::Row(row) => vec![line(row)],
        Answered::Number(number) => vec![vec![("value".to_owned(), shown(number))]],
        Answered::Plain(answer) => plain_rows(answer),
    }
}

fn line(line: &Line) -> Row {
    let columns = line.columns.iter().map(|(name, value)| (name.to_string(), shown(value)));
    let goals = line.goals.iter().flat_map(|(goal, numbers)| {
        numbers.iter().map(move |(name, number)| (format!("goals_{goal}_{name}"), shown(number)))
    });
    columns
        .chain(goals)
        .chain(line.meta.iter().map(|(name, value)| (format!("metadata_{name}"), shown(value))))
        .collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Text(text) => text.to_string(),
    }
}

fn plain_rows(answer: &Answer) -> Vec<Row> {
    match answer {
        Answer::List(items) | Answer::Page { rows: items, .. } => items.iter().map(flattened).collect(),
        Answer::Done => vec![vec![("message".to_owned(), "ok".to_owned())]],
        other => vec![flattened(other)],
    }
}

fn flattened(answer: &Answer) -> Row {
    let mut row = Row::new();
    flatten("", answer, &mut row);
    row
}

fn flatten(name: &str, answer: &Answer, row: &mut Row) {
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}_{key}") };
    let text = match answer {
        Answer::Record(fields) => {
            return fields.iter().for_each(|(key, field)| flatten(&inner(key), field, row));
        }
        Answer::List(items) | Answer::Page { rows: items, .. } => {
            let each = items.iter().enumerate();
            return each.for_each(|(place, item)| flatten(&inner(&place.to_string()), item, row));
        }
        Answer::Null => String::new(),
        Answer::Done => "ok".to_owned(),
        Answer::Bool(yes) => u8::from(*yes).to_string(),
        Answer::Int(n) => n.to_string(),
        Answer::Float(n) => n.to_string(),
        Answer::Text(text) => text.clone(),
    };
    row.push((if name.is_empty() { "value".to_owned() } else { name.to_owned() }, text));
}

/// A cell that no sheet program takes for a formula, quoted where needed. Tabs are blanks, as in Matomo.
fn cell(text: &str, separator: char) -> String {
    let formula = text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
        && text.parse::<f64>().is_err();
    let text = text.replace('\t', " ");
    let text = if formula { format!("'{text}") } else { text };
    if text.contains([separator, '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_becomes_a_formula() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("-3", "-3"),
            ("@a", "'@a"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("a,b", "\"a,b\""),
            ("x\"y", "\"x\"\"y\""),
            ("", ""),
        ] {
            assert_eq!(cell(text, ','), written);
        }
    }

    #[test]
    fn nested_records_are_flattened() {
        let answer = Answer::List(vec![Answer::record([
            ("a", Answer::Int(1)),
            ("b", Answer::List(vec![Answer::record([("c", Answer::from("x"))])])),
        ])]);
        assert_eq!(write(&Answered::Plain(answer), ',', None), "a,b_0_c\n1,x");
    }
}
