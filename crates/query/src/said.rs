//! Names and numbers of an answer in the caller's language.

use crate::{Answered, Line};
use makoto_catalog::{Report, language::Language};
use makoto_model::Value;
use std::collections::HashMap;

/// Percentages as the language writes them.
pub fn localised(language: &Language, answered: Answered) -> Answered {
    if language.is_english() {
        return answered;
    }
    fn write(language: &Language, line: &mut Line) {
        for (_, value) in line.columns.iter_mut().filter(|(name, _)| name != "label") {
            if let Some(text) = value.as_text().and_then(|text| language.percentage(text)) {
                *value = Value::from(text);
            }
        }
        let inside = line.subtable.iter_mut().flatten().chain(&mut line.comparisons);
        inside.for_each(|line| write(language, line));
    }
    match answered {
        Answered::Map { of, items } => {
            let items = items.into_iter().map(|(key, item)| (key, localised(language, item)));
            Answered::Map { of, items: items.collect() }
        }
        Answered::Table(mut lines) => {
            lines.iter_mut().for_each(|line| write(language, line));
            Answered::Table(lines)
        }
        Answered::Row(mut line) => {
            write(language, &mut line);
            Answered::Row(line)
        }
        other => other,
    }
}

/// Columns under the names that people read.
pub fn translated(answered: Answered, report: &'static Report, language: &Language) -> Answered {
    let told = report.about.metrics.iter().chain(report.about.processed).copied();
    let names: HashMap<&str, &'static str> =
        report.metrics().chain(told).map(|metric| (metric.id, metric.name)).collect();
    let rename = |mut line: Line| {
        for (name, _) in &mut line.columns {
            *name = match &**name {
                "label" => language.of("Label"),
                id => names.get(id).map_or_else(|| name.clone(), |known| language.of(known)),
            };
        }
        line
    };
    match answered {
        Answered::Table(lines) => Answered::Table(lines.into_iter().map(rename).collect()),
        Answered::Row(line) => Answered::Row(rename(line)),
        other => other,
    }
}
