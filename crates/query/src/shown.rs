//! How the answers of one period are written: rows, numbers, totals and what functions make of them.

use crate::{
    Answered, Line,
    groups::Number,
    node::Name,
    options::Options,
    period::Asked,
    plan::{self, Counted, Persons},
    query::Ask,
    raw::Raw,
    shape,
    table::Table,
    value,
};
use makoto_catalog::{Answer, Columns, Folded, Formula, Meta, Metric, language::Language};
use makoto_model::Value;
use std::borrow::Cow;

/// The row that a function makes of all groups.
pub fn folded(ask: &Ask, raw: &Raw, asked: &Asked, row: fn(&Folded) -> Columns) -> Answered {
    let nodes = raw.inside(0);
    let key = |node: &u32| match &raw.nodes[*node as usize].name {
        Name::Key(key) => &**key,
        _ => &[],
    };
    let number = |group: usize, id: &str| {
        let cell = raw.column(id).zip(nodes.get(group)).map(|(column, node)| raw.row(*node).at(column));
        cell.map_or(0.0, Number::float)
    };
    let folded = Folded {
        site: ask.site,
        params: ask.params,
        one_of_many: asked.many,
        groups: nodes.iter().map(key).collect(),
        number: &number,
        shown: &|number, unit| ask.options.computed(number, unit),
    };
    let mut line = Line { columns: row(&folded), ..Line::default() };
    line.columns.retain(|(name, _)| ask.options.shows(name));
    Answered::Row(line)
}

/// Renames the columns of labels.
pub fn renamed(answered: Answered, from: &[&str], to: &'static str) -> Answered {
    let rename = |mut line: Line| {
        line.meta.iter_mut().filter(|(name, _)| from.contains(name)).for_each(|(name, _)| *name = to);
        line
    };
    match answered {
        Answered::Table(lines) => Answered::Table(lines.into_iter().map(rename).collect()),
        Answered::Map { of, items } => {
            let items = items.into_iter().map(|(key, item)| (key, renamed(item, from, to)));
            Answered::Map { of, items: items.collect() }
        }
        other => other,
    }
}

/// Leaves out what the caller hides of what stands inside of columns: the numbers of each goal.
pub fn without_inner(answered: Answered, hide: &[String]) -> Answered {
    fn bare(mut line: Line, hide: &[String]) -> Line {
        for (_, numbers) in &mut line.goals {
            numbers.retain(|(name, _)| !hide.iter().any(|hidden| hidden == name));
        }
        line.goals.retain(|(_, numbers)| !numbers.is_empty());
        line.subtable = line.subtable.map(|lines| lines.into_iter().map(|line| bare(line, hide)).collect());
        line
    }
    answered.map_lines(&|line| bare(line, hide))
}

/// The fields of visits that the caller wants; what is hidden goes from their actions too, unless the caller says
/// otherwise.
pub fn fields(options: &Options, answer: Answer) -> Answer {
    fn without(answer: Answer, hide: &[String], inside: bool) -> Answer {
        match answer {
            Answer::Record(mut fields) => {
                fields.retain(|(name, _)| !hide.contains(name));
                match inside {
                    true => Answer::record(fields.into_iter().map(|(name, value)| (name, without(value, hide, true)))),
                    false => Answer::Record(fields),
                }
            }
            Answer::List(rows) => Answer::List(rows.into_iter().map(|row| without(row, hide, inside)).collect()),
            other => other,
        }
    }
    fn with(answer: Answer, show: &[String]) -> Answer {
        match answer {
            Answer::Record(mut fields) => {
                fields.retain(|(name, _)| show.contains(name));
                Answer::Record(fields)
            }
            Answer::List(rows) => Answer::List(rows.into_iter().map(|row| with(row, show)).collect()),
            other => other,
        }
    }
    let answer = if options.show.is_empty() { answer } else { with(answer, &options.show) };
    match options.hide.is_empty() {
        true => answer,
        false => without(answer, &options.hide, options.hide_inside.unwrap_or(true)),
    }
}

/// Leaves only the rows that the report's own parameter names.
pub fn narrowed(ask: &Ask, lines: Vec<Line>) -> Vec<Line> {
    match ask.report.narrow.and_then(|(param, fact)| Some((fact, ask.params.int(param)?))) {
        None => lines,
        Some((fact, number)) => {
            let stands =
                |line: &Line| line.meta.iter().any(|(name, value)| *name == fact && *value == Value::Int(number));
            lines.into_iter().filter(stands).collect()
        }
    }
}

/// The sums of everything, 0 where there is nothing; no column where they are not known.
fn sums(raw: &Raw) -> Vec<Number> {
    let cell = |(column, cell): (&Counted, Number)| match cell.get() {
        Some(_) => cell,
        None if column.different && raw.different_unknown => Number::ABSENT,
        None => Number::ZERO,
    };
    raw.columns.iter().zip(raw.row(0).iter()).map(cell).collect()
}

pub fn row_of(table: &Table, left_out: &[&str]) -> Line {
    let mut line = Line::default();
    table.columns(&mut line, &sums(table.raw), &[], 0);
    line.columns.retain(|(name, _)| !left_out.contains(&&**name));
    line
}

/// Whether the caller names a column: persons of long times are told to those alone who ask for them.
pub fn asks_for(ask: &Ask, column: &str) -> bool {
    ask.params.parts("columns").any(|name| name == column) || ask.options.show.iter().any(|name| name == column)
}

/// The columns of parts that have no numbers, and those computed from them alone.
fn missing(table: &Table) -> Vec<&'static str> {
    let mut first = 0;
    let mut left_out: Vec<&str> = Vec::new();
    for part in table.report.parts {
        let own = first..first + plan::counted(part, Persons::Whole).len();
        first = own.end;
        if own.clone().all(|column| table.raw.row(0).at(column).float() == 0.0) {
            left_out.extend(table.raw.columns[own].iter().flat_map(|column| [column.name, column.metric.id]));
        }
    }
    let computed = table.report.processed.iter().filter(|metric| match &metric.formula {
        Formula::Processed { of, .. } => of.iter().all(|of| left_out.contains(&of.id)),
        _ => false,
    });
    let computed: Vec<&str> = computed.map(|metric| metric.id).collect();
    left_out.extend(computed);
    left_out
}

pub fn totals(ask: &Ask, table: &Table, asked: &Asked) -> Answered {
    let persons: Vec<&str> = match asked.counts_persons() {
        true => Vec::new(),
        false => {
            let persons = table.raw.columns.iter().filter(|column| column.persons).map(|column| column.name);
            persons.filter(|name| !asks_for(ask, name)).collect()
        }
    };
    let nothing = table.raw.row(0).iter().all(|cell| cell.float() == 0.0);
    if nothing && asked.many {
        return Answered::Row(Line::default());
    }
    let mut left_out = persons;
    if asked.many && table.report.apart {
        left_out.extend(missing(table));
    }
    let line = row_of(table, &left_out);
    // A union takes its columns from the whole of its parts.
    if ask.report.method == table.report.method { some_columns(ask, line) } else { Answered::Row(line) }
}

/// The columns that the caller names, all without names; a single one is a number.
pub fn some_columns(ask: &Ask, line: Line) -> Answered {
    match chosen_columns(ask, line) {
        // A flattened row is a table of one.
        Answered::Row(line) if ask.options.flat && !line.columns.is_empty() => Answered::Table(vec![line]),
        other => other,
    }
}

fn chosen_columns(ask: &Ask, mut line: Line) -> Answered {
    let wanted: Vec<&str> = ask.params.parts("columns").collect();
    if wanted.is_empty() {
        return Answered::Row(line);
    }
    line.columns.retain(|(name, _)| wanted.contains(&&**name));
    match (line.columns.as_slice(), wanted.len()) {
        ([(_, value)], 1) => Answered::Number(value.clone()),
        _ => Answered::Row(line),
    }
}

pub fn number(table: &Table, text: Option<fn(&Language, f64) -> String>) -> Answered {
    let first = row_of(table, &[]).columns.into_iter().next().map(|(_, value)| value).unwrap_or_default();
    Answered::Number(match text {
        Some(text) => Value::from(text(table.options.language, first.number().unwrap_or(0.0))),
        None => first,
    })
}

/// A row per metric.
pub fn transposed(table: &Table, into: &Metric, label: fn(&str) -> (String, Vec<Meta>)) -> Vec<Line> {
    let cells = sums(table.raw);
    let whole = |metric: &Metric| match &metric.formula {
        Formula::Share { of } => table.raw.column(of.id).map(|place| cells[place].float()),
        _ => None,
    };
    let shown = || table.raw.columns.iter().zip(&cells).filter(|(column, _)| !column.metric.hidden);
    let nothing = shown().all(|(_, cell)| cell.float() == 0.0)
        && table.report.processed.iter().all(|metric| whole(metric).unwrap_or(0.0) == 0.0);
    if nothing {
        return Vec::new();
    }
    let mut rows: Vec<Line> = Vec::new();
    for (column, cell) in shown() {
        let (text, meta) = label(column.metric.id);
        let mut line = Line { meta: meta.into_iter().map(|m| (m.0, m.1)).collect(), ..Line::default() };
        line.columns.push((Cow::Borrowed("label"), Value::from(text)));
        line.columns.extend(value::cell(*cell, into.unit).map(|value| (Cow::Borrowed(into.id), value)));
        for metric in table.report.processed {
            let all = whole(metric).unwrap_or(0.0);
            let share = if all == 0.0 { 0.0 } else { (cell.float() / all * 100.0).round() / 100.0 };
            let shown = table.options.computed(share, metric.unit);
            line.columns.push((Cow::Borrowed(metric.id), shown));
        }
        rows.push(line);
    }
    shape::rows(rows, table.options)
}
