//! Tables for spreadsheets, with commas or tabs.

use crate::{Answered, Line};
use makoto_catalog::Answer;
use std::collections::HashMap;

/// One row: names and values in order.
type Flat = Vec<(String, String)>;

/// Parts of a nested record that become columns at most, per row.
const COLUMNS_MAX: usize = 20_000;

/// The whole answer with this separator between cells.
pub fn write(answered: &Answered, separator: char) -> String {
    let mut rows = Vec::new();
    collect(answered, &[], &mut rows);
    if rows.is_empty() {
        return "No data available".to_owned();
    }
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if !places.contains_key(name.as_str()) {
            places.insert(name, names.len());
            names.push(name);
        }
    }
    let (metadata, columns): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.starts_with("metadata_"));
    let order: Vec<&str> = columns.into_iter().chain(metadata).collect();
    let mut out: Vec<String> = vec![join(order.iter().map(|name| (*name).to_owned()), separator)];
    for row in &rows {
        let cells: HashMap<&str, &str> = row.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        out.push(join(order.iter().map(|name| cells.get(name).copied().unwrap_or("").to_owned()), separator));
    }
    out.join("\n")
}

fn join(cells: impl Iterator<Item = String>, separator: char) -> String {
    let cells: Vec<String> = cells.map(|text| cell(&text, separator)).collect();
    cells.join(separator.encode_utf8(&mut [0; 4]))
}

/// A cell that no spreadsheet takes for a formula. Numbers stay numbers.
fn cell(text: &str, separator: char) -> String {
    let start = text.trim_start_matches([' ', '\u{a0}', '\u{3000}']).chars().next();
    let formula = start.is_some_and(|c| "=+-@\t\r＝＋－＠".contains(c));
    let number = text.trim_end_matches('%').parse::<f64>().is_ok();
    let safe = if formula && !number { format!("'{text}") } else { text.to_owned() };
    if safe.contains([separator, '"', '\n', '\r', '\t']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

fn collect(answered: &Answered, keys: &[(String, String)], rows: &mut Vec<Flat>) {
    match answered {
        Answered::Map { of, items } => {
            for (key, item) in items {
                let mut keys = keys.to_vec();
                keys.push(((*of).to_owned(), key.short.clone()));
                collect(item, &keys, rows);
            }
        }
        Answered::Table(lines) => lines.iter().for_each(|line| rows.push(flat(line, keys))),
        Answered::Row(row) if row.columns.is_empty() => {}
        Answered::Row(row) => rows.push(flat(row, keys)),
        Answered::Number(number) => rows.push(with(keys, "value", super::plain_value(number))),
        Answered::Plain(Answer::List(items)) => {
            for item in items {
                let mut row = keys.to_vec();
                flatten("", item, &mut row);
                rows.push(row);
            }
        }
        Answered::Plain(Answer::Done) => rows.push(with(keys, "message", "ok".to_owned())),
        Answered::Plain(answer) => {
            let mut row = keys.to_vec();
            flatten("", answer, &mut row);
            rows.push(row);
        }
    }
}

fn with(keys: &[(String, String)], name: &str, value: String) -> Flat {
    keys.iter().cloned().chain([(name.to_owned(), value)]).collect()
}

fn flat(line: &Line, keys: &[(String, String)]) -> Flat {
    let columns = line.columns.iter().map(|(name, value)| (name.to_string(), super::plain_value(value)));
    let meta = line.meta.iter().map(|(name, value)| (format!("metadata_{name}"), super::plain_value(value)));
    let id = line.subtable_id.map(|id| ("metadata_idsubdatatable".to_owned(), id.to_string()));
    keys.iter().cloned().chain(columns).chain(meta).chain(id).collect()
}

/// Parts of records become columns named by the way to them: `actionDetails_0_type`.
fn flatten(path: &str, answer: &Answer, row: &mut Flat) {
    if row.len() >= COLUMNS_MAX {
        return;
    }
    let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}_{name}") };
    match answer {
        Answer::Record(fields) => fields.iter().for_each(|(name, field)| flatten(&under(name), field, row)),
        Answer::List(items) => {
            items.iter().enumerate().for_each(|(place, item)| flatten(&under(&place.to_string()), item, row));
        }
        scalar => {
            let name = if path.is_empty() { "value" } else { path };
            row.push((name.to_owned(), super::plain_scalar(scalar).unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_model::Value;

    #[test]
    fn promise_39_cells_are_never_formulas() {
        for (text, safe) in [
            ("=1+1", "'=1+1"),
            ("+cmd", "'+cmd"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "'＝1"),
            ("＋1a", "'＋1a"),
            ("-5", "-5"),
            ("-5.5%", "-5.5%"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
        ] {
            assert_eq!(cell(text, ','), safe, "{text:?}");
        }
    }

    #[test]
    fn rows_share_one_head() {
        let line = |name: &'static str| Line {
            columns: vec![("label".into(), name.into()), (name.into(), Value::Int(1))],
            ..Line::default()
        };
        let text = write(&Answered::Table(vec![line("a"), line("b")]), ',');
        assert_eq!(text, "label,a,b\na,1,\nb,,1");
        assert_eq!(write(&Answered::Table(Vec::new()), ','), "No data available");
    }
}
