use crate::{Answered, Line, label::escape};
use makoto_catalog::Answer;
use makoto_model::Value;
use std::fmt::Write as _;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n";

/// The whole answer as XML.
pub fn write(answered: &Answered) -> String {
    let mut out = HEAD.to_owned();
    match answered {
        Answered::Map { .. } => map(&mut out, answered, 0),
        other => result(&mut out, other, "result", "", 0),
    }
    out.truncate(out.trim_end().len());
    out
}

pub fn error(message: &str) -> String {
    format!("{HEAD}<result>\n\t<error message=\"{}\" />\n</result>", clean(message))
}

/// Escaped, and without the letters that XML cannot hold.
pub(super) fn clean(text: &str) -> String {
    let allowed = |letter: &char| match letter {
        '\n' | '\r' | '\t' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        letter => !letter.is_control(),
    };
    escape(&text.chars().filter(allowed).collect::<String>())
}

fn tabs(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n('\t', depth));
}

fn map(out: &mut String, answered: &Answered, depth: usize) {
    let Answered::Map { of, items } = answered else { return };
    tabs(out, depth);
    out.push_str("<results>\n");
    maps(out, of, items, depth + 1);
    tabs(out, depth);
    out.push_str("</results>\n");
}

fn maps(out: &mut String, of: &str, items: &[(String, Answered)], depth: usize) {
    for (key, item) in items {
        let attribute = format!(" {of}=\"{}\"", clean(key));
        match item {
            Answered::Map { of, items } => {
                tabs(out, depth);
                let _ = writeln!(out, "<result{attribute}>");
                maps(out, of, items, depth + 1);
                tabs(out, depth);
                out.push_str("</result>\n");
            }
            other => result(out, other, "result", &attribute, depth),
        }
    }
}

/// An element with the rows or fields of an answer in it.
fn result(out: &mut String, answered: &Answered, tag: &str, attribute: &str, depth: usize) {
    let mut inner = String::new();
    match answered {
        Answered::Table(lines) => lines.iter().for_each(|line| {
            element(&mut inner, "row", depth + 1, |out, depth| {
                fields(out, line, depth);
            })
        }),
        Answered::Row(line) => fields(&mut inner, line, depth + 1),
        Answered::Number(number) => {
            tabs(out, depth);
            let _ = writeln!(out, "<{tag}{attribute}>{}</{tag}>", shown(number));
            return;
        }
        Answered::Plain(answer) => match answer {
            Answer::Done => inner.push_str("\t<success message=\"ok\" />\n"),
            Answer::List(_) | Answer::Page { .. } | Answer::Record(_) => contents(&mut inner, answer, depth + 1),
            scalar => {
                tabs(out, depth);
                let _ = writeln!(out, "<{tag}{attribute}>{}</{tag}>", plain(scalar));
                return;
            }
        },
        Answered::Map { of, items } => maps(&mut inner, of, items, depth + 1),
    }
    wrap(out, tag, attribute, &inner, depth);
}

fn wrap(out: &mut String, tag: &str, attribute: &str, inner: &str, depth: usize) {
    tabs(out, depth);
    if inner.is_empty() {
        let _ = writeln!(out, "<{tag}{attribute} />");
        return;
    }
    let _ = writeln!(out, "<{tag}{attribute}>");
    out.push_str(inner);
    tabs(out, depth);
    let _ = writeln!(out, "</{tag}>");
}

fn element(out: &mut String, tag: &str, depth: usize, fill: impl FnOnce(&mut String, usize)) {
    let mut inner = String::new();
    fill(&mut inner, depth + 1);
    wrap(out, tag, "", &inner, depth);
}

/// Whether a name may be a tag.
fn is_tag(name: &str) -> bool {
    let first = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    let later = |b: u8| first(b) || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    name.bytes().next().is_some_and(first) && name.bytes().all(later)
}

fn field(out: &mut String, name: &str, text: &str, depth: usize) {
    tabs(out, depth);
    let _ = match (is_tag(name), text.is_empty()) {
        (true, true) => writeln!(out, "<{name} />"),
        (true, false) => writeln!(out, "<{name}>{text}</{name}>"),
        (false, true) => writeln!(out, "<col name=\"{}\" />", clean(name)),
        (false, false) => writeln!(out, "<col name=\"{}\">{text}</col>", clean(name)),
    };
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Text(text) => clean(text),
    }
}

fn fields(out: &mut String, line: &Line, depth: usize) {
    for (name, value) in &line.columns {
        field(out, name, &shown(value), depth);
    }
    goals(out, line, depth);
    for (name, value) in &line.meta {
        field(out, name, &shown(value), depth);
    }
    if let Some(id) = line.subtable_id {
        field(out, "idsubdatatable", &id.to_string(), depth);
    }
    if !line.comparisons.is_empty() {
        rows(out, "comparisons", &line.comparisons, depth);
    }
    if let Some(subtable) = &line.subtable {
        rows(out, "subtable", subtable, depth);
    }
}

fn rows(out: &mut String, tag: &str, lines: &[Line], depth: usize) {
    element(out, tag, depth, |out, depth| {
        for line in lines {
            element(out, "row", depth, |out, depth| fields(out, line, depth));
        }
    });
}

fn goals(out: &mut String, line: &Line, depth: usize) {
    if line.goals.is_empty() {
        return;
    }
    element(out, "goals", depth, |out, depth| {
        for (goal, numbers) in &line.goals {
            let id = goal.strip_prefix("idgoal=").unwrap_or(goal);
            let mut inner = String::new();
            numbers.iter().for_each(|(name, number)| field(&mut inner, name, &shown(number), depth + 1));
            wrap(out, "row", &format!(" idgoal='{}'", clean(id)), &inner, depth);
        }
    });
}

fn plain(answer: &Answer) -> String {
    match answer {
        Answer::Bool(yes) => u8::from(*yes).to_string(),
        Answer::Int(n) => n.to_string(),
        Answer::Float(n) => n.to_string(),
        Answer::Text(text) => clean(text),
        Answer::Done | Answer::Null | Answer::List(_) | Answer::Page { .. } | Answer::Record(_) => String::new(),
    }
}

fn contents(out: &mut String, answer: &Answer, depth: usize) {
    match answer {
        Answer::List(items) | Answer::Page { rows: items, .. } => {
            items.iter().for_each(|item| named(out, "row", item, depth))
        }
        Answer::Record(parts) => parts.iter().for_each(|(name, part)| named(out, name, part, depth)),
        _ => {}
    }
}

fn named(out: &mut String, name: &str, answer: &Answer, depth: usize) {
    match answer {
        // An empty list is open and closed, unlike a missing text.
        Answer::List(items) if items.is_empty() && is_tag(name) => {
            tabs(out, depth);
            let _ = writeln!(out, "<{name}>");
            tabs(out, depth);
            let _ = writeln!(out, "</{name}>");
        }
        Answer::List(_) | Answer::Page { .. } | Answer::Record(_) if is_tag(name) => {
            element(out, name, depth, |out, depth| contents(out, answer, depth));
        }
        Answer::List(_) | Answer::Page { .. } | Answer::Record(_) => {
            let mut inner = String::new();
            contents(&mut inner, answer, depth + 1);
            tabs(out, depth);
            // What is told of one thing by its number names it by the thing: `idgoal=1`.
            let (kind, value) = name.split_once('=').filter(|(kind, _)| is_tag(kind)).unwrap_or(("key", name));
            let _ = writeln!(out, "<row {kind}=\"{}\">", clean(value));
            out.push_str(&inner);
            tabs(out, depth);
            out.push_str("</row>\n");
        }
        scalar => field(out, name, &plain(scalar), depth),
    }
}
