//! Names and numbers of an answer in the caller's language.

use crate::{Answered, Line};
use makoto_catalog::{Report, language::Language};
use makoto_model::Value;
use std::{borrow::Cow, collections::HashMap};

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
    answered.map_lines(&|mut line| {
        write(language, &mut line);
        line
    })
}

/// What columns of goals are called; others go by their ids.
const OF_GOALS: &[(&str, &str)] = &[
    ("nb_conversions", "Conversions"),
    ("nb_conversions_attrib", "Conversions"),
    ("nb_visits_converted", "Visits with Conversions"),
    ("revenue", "Revenue"),
    ("revenue_attrib", "Revenue"),
    ("nb_conversions_page_rate", "Viewed before conversion rate"),
];

fn of_goals(language: &Language, id: &str) -> String {
    let known = OF_GOALS.iter().find(|(known, _)| *known == id);
    known.map_or_else(|| id.to_owned(), |(_, name)| language.of(name).into_owned())
}

/// What a column of a sheet is called whose id is made of parts: a fact, or a number of one goal.
pub fn heading(language: &Language, id: &str) -> String {
    if let Some(fact) = id.strip_prefix("metadata_") {
        return format!("{}: {fact}", language.of("Metadata"));
    }
    let of_goal = id.strip_prefix("goals_").and_then(|rest| rest.split_once('_'));
    match of_goal {
        Some((goal, column)) if goal.starts_with("idgoal=") => {
            format!("{} ({} {goal})", of_goals(language, column), language.of("Goal"))
        }
        _ => id.to_owned(),
    }
}

/// Columns under the names that people read.
pub fn translated(answered: Answered, reports: &[&'static Report], language: &Language) -> Answered {
    let metrics = reports.iter().flat_map(|report| {
        let told = report.about.metrics.iter().chain(report.about.processed).copied();
        report.metrics().chain(told)
    });
    let names: HashMap<&str, &'static str> = metrics.map(|metric| (metric.id, metric.name)).collect();
    let rename = |mut line: Line| {
        for (name, _) in &mut line.columns {
            *name = match &**name {
                "label" => language.of("Label"),
                id => match names.get(id) {
                    Some(known) => language.of(known),
                    None => Cow::Owned(of_goals(language, id)),
                },
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

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::language::language;

    #[test]
    fn columns_of_sheets_are_called_by_their_parts() {
        let german = language("de");
        assert_eq!(heading(german, "metadata_url"), "Metadaten: url");
        assert_eq!(heading(german, "goals_idgoal=1_revenue"), "Umsatz (Ziel idgoal=1)");
        assert_eq!(heading(language("en"), "goals_idgoal=2_revenue_entry"), "revenue_entry (Goal idgoal=2)");
        assert_eq!(heading(german, "Besuche"), "Besuche");
    }
}
