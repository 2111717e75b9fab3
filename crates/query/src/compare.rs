//! A report beside the same report of other times and other visits.

use crate::{
    Answered, Line, Query, period,
    query::{Sites, few, tables},
};
use makoto_access::{Grant, View};
use makoto_catalog::{
    ApiError,
    language::{Language, asked},
    words::pretty_date,
};
use makoto_model::{Params, Value, Zone};
use std::{borrow::Cow, collections::HashMap};

/// Times and segments beside each other at most: each is a report of its own.
const SERIES_MAX: usize = 30;

/// Parameters that belong to the comparison, or that would hide rows that are looked for.
const OWN: &[&str] = &[
    "compare",
    "period",
    "date",
    "segment",
    "filter_limit",
    "filter_offset",
    "filter_truncate",
    "filter_pattern",
    "filter_pattern_recursive",
    "filter_excludelowpop",
    "filter_sort_column",
];

/// One time with one segment.
struct Series {
    segment: String,
    period: String,
    date: String,
    /// The goal, where goals are compared.
    goal: Option<String>,
    /// Which of the times it is; 0 for the one asked for.
    time: usize,
    /// Which of the segments and goals it is; 0 for what was asked for.
    kind: usize,
    /// The time in words.
    words: String,
    language: &'static Language,
}

impl Series {
    fn segment_words(&self) -> Cow<'_, str> {
        if self.segment.is_empty() { self.language.of("All visits") } else { Cow::Borrowed(&self.segment) }
    }

    fn facts(&self, line: &mut Line, own: Option<&Line>, base: &Line) {
        let mut words = format!("({}) ({})", self.words, self.segment_words());
        if let Some(goal) = &self.goal {
            words.push_str(&format!(" ({} {goal})", self.language.of("Goal")));
            line.meta.push(("compareIdGoal", Value::from(goal.as_str())));
        }
        line.meta.extend([
            ("compareSegment", Value::from(self.segment.as_str())),
            ("compareSegmentPretty", Value::from(&*self.segment_words())),
            ("comparePeriod", Value::from(self.period.as_str())),
            ("compareDate", Value::from(self.date.as_str())),
            ("comparePeriodPretty", Value::from(self.words.as_str())),
            ("compareSeriesPretty", Value::from(words)),
        ]);
        if base.subtable_id.is_some() {
            let id = own.and_then(|own| own.subtable_id).map_or(-1, i64::from);
            line.meta.push(("idsubdatatable", Value::Int(id)));
        }
        if let Some(segment) = base.fact("segment").and_then(Value::as_text) {
            let row = segment.rsplit(';').next().unwrap_or(segment);
            let both = if self.segment.is_empty() { row.to_owned() } else { format!("{};{row}", self.segment) };
            line.meta.push(("segment", Value::from(both)));
        }
    }
}

fn listed(params: &Params, name: &str) -> Vec<String> {
    let sent = params.iter().filter(|(key, _)| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')));
    sent.map(|(_, value)| value.to_owned()).collect()
}

/// The goal asked for and those that it is compared with; none where the caller compares no goals.
fn goals(params: &Params) -> Vec<Option<String>> {
    let others = listed(params, "compareIdGoals");
    let asked = (!others.is_empty()).then(|| params.get("idGoal").unwrap_or("").to_owned());
    std::iter::once(asked).chain(others.into_iter().map(Some)).collect()
}

fn series(params: &Params, zone: &Zone, now_s: i64) -> Result<Vec<Series>, ApiError> {
    let language = asked(params);
    let text = |name: &str| params.get(name).unwrap_or("").to_owned();
    let mut times = vec![(text("period"), text("date"))];
    let (periods, dates) = (listed(params, "comparePeriods"), listed(params, "compareDates"));
    if periods.len() != dates.len() {
        let why = "name as many comparePeriods as compareDates".to_owned();
        return Err(ApiError::BadParam { name: "compareDates".to_owned(), why });
    }
    times.extend(periods.into_iter().zip(dates));
    let mut segments = vec![text("segment")];
    segments.extend(listed(params, "compareSegments"));
    let goals = goals(params);
    if times.len() * segments.len() * goals.len() > SERIES_MAX {
        return Err(ApiError::TooMuch(format!("compare at most {SERIES_MAX} times, segments and goals")));
    }
    let mut series = Vec::new();
    for (time, (period, date)) in times.iter().enumerate() {
        let kinds = segments.iter().flat_map(|segment| goals.iter().map(move |goal| (segment, goal)));
        for (kind, (segment, goal)) in kinds.enumerate() {
            let ends = period::read(period, date, zone, now_s).ok().and_then(|asked| {
                let (first, last) = (asked.ranges.first()?, asked.ranges.last()?);
                asked.many.then(|| format!("{},{}", first.first, last.last))
            });
            let words = pretty_date(language, period, ends.as_deref().unwrap_or(date), zone, now_s);
            let (segment, period, date, goal) = (segment.clone(), period.clone(), date.clone(), goal.clone());
            series.push(Series { segment, period, date, goal, time, kind, words, language });
        }
    }
    Ok(series)
}

fn question(params: &Params, series: &Series) -> Params {
    let mut asked = Params::default();
    let goal = series.goal.as_deref();
    let own = |name: &str| OWN.contains(&name) || name.starts_with("compare") || (goal.is_some() && name == "idGoal");
    for (name, value) in params.iter().filter(|(name, _)| !own(name)) {
        asked.push(name, value);
    }
    for (name, value) in
        [("period", &*series.period), ("date", &*series.date), ("segment", &*series.segment), ("filter_limit", "-1")]
    {
        asked.push(name, value);
    }
    if let Some(goal) = goal.filter(|goal| !goal.is_empty()) {
        asked.push("idGoal", goal);
    }
    asked
}

/// Answers a report with, in each row, what every series has of it.
///
/// # Errors
/// As `Query::ask`; `TooMuch` for too many series.
pub fn ask(
    query: &Query,
    grant: &Grant<View>,
    method: &str,
    params: &Params,
    sites: &Sites,
    now_s: i64,
) -> Result<Answered, ApiError> {
    let utc = Zone::utc();
    let site = grant.sites().first().and_then(|id| sites.get(id));
    let series = series(params, site.map_or(&utc, |site| &site.zone), now_s)?;
    let questions: Vec<Params> = series.iter().map(|series| question(params, series)).collect();
    few(questions.iter().map(|asked| tables(asked, grant.sites(), sites, now_s)).sum())?;
    let mut plain = Params::default();
    params.iter().filter(|(name, _)| *name != "compare").for_each(|(name, value)| plain.push(name, value));
    let base = query.ask(grant, method, &plain, sites, now_s)?;
    let others =
        questions.iter().map(|asked| query.ask(grant, method, asked, sites, now_s)).collect::<Result<Vec<_>, _>>()?;
    let inverted = params.flag("invert_compare_change_compute");
    Ok(beside(base, &others.iter().collect::<Vec<_>>(), &Side { series: &series, inverted }))
}

/// What every row is shown beside.
struct Side<'a> {
    series: &'a [Series],
    inverted: bool,
}

fn beside(base: Answered, others: &[&Answered], side: &Side) -> Answered {
    match base {
        Answered::Map { of, items } => {
            let at = |place: usize| -> Vec<&Answered> {
                static NONE: Answered = Answered::Table(Vec::new());
                others
                    .iter()
                    .map(|other| match other {
                        Answered::Map { items, .. } => items.get(place).map_or(&NONE, |(_, item)| item),
                        other => other,
                    })
                    .collect()
            };
            let items = items.into_iter().enumerate().map(|(place, (key, item))| (key, beside(item, &at(place), side)));
            Answered::Map { of, items: items.collect() }
        }
        Answered::Table(lines) => {
            let others: Vec<&[Line]> = others
                .iter()
                .map(|other| match other {
                    Answered::Table(lines) => lines.as_slice(),
                    _ => &[],
                })
                .collect();
            Answered::Table(rows(lines, &others, side))
        }
        Answered::Row(line) if !line.columns.is_empty() => {
            let own: Vec<Option<&Line>> = others
                .iter()
                .map(|other| match other {
                    Answered::Row(line) if !line.columns.is_empty() => Some(line),
                    _ => None,
                })
                .collect();
            Answered::Row(row(line, &own, side))
        }
        other => other,
    }
}

fn rows(lines: Vec<Line>, others: &[&[Line]], side: &Side) -> Vec<Line> {
    let by_label: Vec<HashMap<&str, &Line>> =
        others.iter().map(|lines| lines.iter().map(|line| (line.label(), line)).collect()).collect();
    let mut shown = Vec::with_capacity(lines.len());
    for mut line in lines {
        let own: Vec<Option<&Line>> = by_label.iter().map(|known| known.get(line.label()).copied()).collect();
        let inside: Vec<&[Line]> =
            own.iter().map(|own| own.and_then(|own| own.subtable.as_deref()).unwrap_or(&[])).collect();
        line.subtable = line.subtable.take().map(|lines| rows(lines, &inside, side));
        shown.push(row(line, &own, side));
    }
    shown
}

fn row(mut line: Line, own: &[Option<&Line>], side: &Side) -> Line {
    let mut compared = Vec::with_capacity(own.len());
    for (series, found) in side.series.iter().zip(own) {
        let mut row = numbers(&line, *found);
        if series.time > 0 {
            let first = side.series.iter().position(|other| other.time == 0 && other.kind == series.kind);
            let before = numbers(&line, first.and_then(|first| own[first]));
            changes(&mut row, &before, side.inverted);
        }
        series.facts(&mut row, *found, &line);
        compared.push(row);
    }
    line.comparisons = compared;
    line
}

/// The numbers of a row; zeros in the same form where there is none.
fn numbers(base: &Line, found: Option<&Line>) -> Line {
    let mut row = Line::default();
    let named = found.unwrap_or(base);
    for (name, value) in named.columns.iter().filter(|(name, _)| name != "label") {
        let value = match (found, value) {
            (Some(_), value) => value.clone(),
            (None, Value::Text(text)) if text.ends_with('%') => Value::from("0%"),
            (None, _) => Value::Int(0),
        };
        row.columns.push((name.clone(), value));
    }
    row
}

/// The number in a cell; percentages as they are written.
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Text(text) => text.strip_suffix('%').and_then(|number| number.parse().ok()),
        other => other.number(),
    }
}

fn percent(from: f64, to: f64) -> String {
    let change = match (from == 0.0, to == 0.0) {
        (true, true) => 0.0,
        (true, false) => 100.0,
        _ => ((to - from) / from * 1000.0).round() / 10.0 + 0.0,
    };
    let sign = if change >= 0.0 { "+" } else { "" };
    format!("{sign}{change}%")
}

fn changes(row: &mut Line, before: &Line, inverted: bool) {
    let mut changes = Vec::new();
    for (name, value) in &row.columns {
        let Some(now) = amount(value) else { continue };
        let then = before.get(name).and_then(amount).unwrap_or(0.0);
        let (forth, back) = (percent(then, now), percent(now, then));
        let (forth, back) = if inverted { (back, forth) } else { (forth, back) };
        changes.push((Cow::Owned(format!("{name}_change")), Value::from(forth)));
        changes.push((Cow::Owned(format!("{name}_change_from")), Value::from(back)));
    }
    row.columns.extend(changes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shares_of_what_was() {
        let cases = [
            ((11.0, 12.0), "+9.1%"),
            ((12.0, 11.0), "-8.3%"),
            ((0.0, 3.0), "+100%"),
            ((0.0, 0.0), "+0%"),
            ((2.0, 0.0), "-100%"),
        ];
        for ((from, to), words) in cases {
            assert_eq!(percent(from, to), words);
        }
    }

    #[test]
    fn a_row_that_is_not_there_is_all_zeros() {
        let mut base = Line::default();
        base.push("label", "a");
        base.push("nb_visits", 3);
        base.push("bounce_rate", "50%");
        let none = numbers(&base, None);
        assert_eq!(none.columns.len(), 2);
        assert_eq!((none.get("nb_visits"), none.get("bounce_rate")), (Some(&Value::Int(0)), Some(&Value::from("0%"))));
    }
}
