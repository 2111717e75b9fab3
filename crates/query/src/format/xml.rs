use crate::{Answered, Line};
use makoto_catalog::Answer;
use makoto_model::Value;
use std::fmt::Write;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n";

/// The whole answer as XML.
pub fn write(answered: &Answered) -> String {
    let mut out = HEAD.to_owned();
    top(&mut out, answered, "", 0);
    if out.ends_with('\n') {
        out.pop();
    }
    out
}

pub fn error(message: &str) -> String {
    format!("{HEAD}<result>\n\t<error message=\"{}\" />\n</result>", text(message))
}

/// Text that may stand in an element or attribute; what XML 1.0 cannot hold is left out.
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && chars.all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

fn tabs(depth: usize) -> &'static str {
    const TABS: &str = "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t";
    &TABS[..depth.min(TABS.len())]
}

/// An element with a value and no children.
fn leaf(out: &mut String, name: &str, value: &str, depth: usize) {
    // Writing to a String cannot fail, here and below.
    let _ = match (is_name(name), value.is_empty()) {
        (true, true) => writeln!(out, "{}<{name} />", tabs(depth)),
        (true, false) => writeln!(out, "{}<{name}>{}</{name}>", tabs(depth), text(value)),
        (false, true) => writeln!(out, "{}<col name=\"{}\" />", tabs(depth), text(name)),
        (false, false) => writeln!(out, "{}<col name=\"{}\">{}</col>", tabs(depth), text(name), text(value)),
    };
}

fn open(out: &mut String, name: &str, depth: usize) -> &'static str {
    if is_name(name) {
        let _ = writeln!(out, "{}<{name}>", tabs(depth));
        return "";
    }
    let _ = writeln!(out, "{}<col name=\"{}\">", tabs(depth), text(name));
    "col"
}

fn close(out: &mut String, name: &str, instead: &str, depth: usize) {
    let name = if instead.is_empty() { name } else { instead };
    let _ = writeln!(out, "{}</{name}>", tabs(depth));
}

fn top(out: &mut String, answered: &Answered, attribute: &str, depth: usize) {
    let empty = match answered {
        Answered::Map { items, .. } => items.is_empty(),
        Answered::Table(lines) => lines.is_empty(),
        Answered::Row(row) => row.columns.is_empty(),
        Answered::Plain(Answer::List(items)) => items.is_empty(),
        Answered::Plain(Answer::Record(fields)) => fields.is_empty(),
        Answered::Number(_) | Answered::Plain(_) => false,
    };
    let root = if depth == 0 && matches!(answered, Answered::Map { .. }) { "results" } else { "result" };
    if empty {
        let _ = writeln!(out, "{}<{root}{attribute} />", tabs(depth));
        return;
    }
    if let Some(scalar) = scalar(answered) {
        let _ = writeln!(out, "{}<result{attribute}>{}</result>", tabs(depth), text(&scalar));
        return;
    }
    let _ = writeln!(out, "{}<{root}{attribute}>", tabs(depth));
    inside(out, answered, depth + 1);
    let _ = writeln!(out, "{}</{root}>", tabs(depth));
}

fn scalar(answered: &Answered) -> Option<String> {
    match answered {
        Answered::Number(number) => Some(super::plain_value(number)),
        Answered::Plain(answer) => super::plain_scalar(answer),
        Answered::Map { .. } | Answered::Table(_) | Answered::Row(_) => None,
    }
}

fn inside(out: &mut String, answered: &Answered, depth: usize) {
    match answered {
        Answered::Map { of, items } => {
            for (key, item) in items {
                top(out, item, &format!(" {of}=\"{}\"", text(&key.long)), depth);
            }
        }
        Answered::Table(lines) => rows(out, lines, depth),
        Answered::Row(row) => columns(out, row, depth),
        Answered::Plain(answer) => plain(out, answer, depth),
        Answered::Number(_) => {}
    }
}

fn rows(out: &mut String, lines: &[Line], depth: usize) {
    for line in lines {
        let _ = writeln!(out, "{}<row>", tabs(depth));
        columns(out, line, depth + 1);
        let _ = writeln!(out, "{}</row>", tabs(depth));
    }
}

fn columns(out: &mut String, line: &Line, depth: usize) {
    for (name, value) in &line.columns {
        leaf(out, name, &shown(value), depth);
    }
    for (name, value) in &line.meta {
        leaf(out, name, &shown(value), depth);
    }
    if let Some(id) = line.subtable_id {
        leaf(out, "idsubdatatable", &id.to_string(), depth);
    }
    if let Some(subtable) = &line.subtable {
        let _ = writeln!(out, "{}<subtable>", tabs(depth));
        rows(out, subtable, depth + 1);
        let _ = writeln!(out, "{}</subtable>", tabs(depth));
    }
}

fn shown(value: &Value) -> String {
    super::plain_value(value)
}

fn plain(out: &mut String, answer: &Answer, depth: usize) {
    match answer {
        Answer::Done => {
            let _ = writeln!(out, "{}<success message=\"ok\" />", tabs(depth));
        }
        Answer::List(items) => {
            for item in items {
                named(out, "row", item, depth);
            }
        }
        Answer::Record(fields) => {
            for (name, field) in fields {
                named(out, name, field, depth);
            }
        }
        Answer::Null | Answer::Bool(_) | Answer::Int(_) | Answer::Float(_) | Answer::Text(_) => {}
    }
}

fn named(out: &mut String, name: &str, answer: &Answer, depth: usize) {
    match super::plain_scalar(answer) {
        Some(value) => leaf(out, name, &value, depth),
        None if matches!(answer, Answer::List(items) if items.is_empty()) => leaf(out, name, "", depth),
        None => {
            let instead = open(out, name, depth);
            plain(out, answer, depth + 1);
            close(out, name, instead, depth);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(text("<b>\u{0}&\"\u{1f}x"), "&lt;b&gt;&amp;&quot;x");
        let line = Line { columns: vec![("1. a\"b".into(), Value::from("<x>"))], ..Line::default() };
        assert!(write(&Answered::Row(line)).contains("\t<col name=\"1. a&quot;b\">&lt;x&gt;</col>\n"));
    }

    #[test]
    fn shapes_of_answers() {
        assert_eq!(write(&Answered::Number(Value::Int(5))), format!("{HEAD}<result>5</result>"));
        assert_eq!(write(&Answered::Table(Vec::new())), format!("{HEAD}<result />"));
        assert_eq!(
            write(&Answered::Plain(Answer::Done)),
            format!("{HEAD}<result>\n\t<success message=\"ok\" />\n</result>")
        );
    }
}
