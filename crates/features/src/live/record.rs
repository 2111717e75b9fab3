//! Reading of what the visits log shows.

use makoto_catalog::Answer;
use std::collections::BTreeMap;

/// A field of a record.
pub fn field<'a>(record: &'a Answer, name: &str) -> Option<&'a Answer> {
    let Answer::Record(fields) = record else { return None };
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// A text of a record; empty where it has none.
pub fn text<'a>(record: &'a Answer, name: &str) -> &'a str {
    match field(record, name) {
        Some(Answer::Text(text)) => text,
        _ => "",
    }
}

/// A number of a record, in whatever form it stands.
pub fn number(record: &Answer, name: &str) -> Option<f64> {
    match field(record, name) {
        Some(Answer::Int(n)) => Some(*n as f64),
        Some(Answer::Float(n)) => Some(*n),
        Some(Answer::Text(text)) => text.parse().ok(),
        _ => None,
    }
}

/// Everything that the visits did.
pub fn actions(visits: &[Answer]) -> impl Iterator<Item = &Answer> {
    let list = |visit| match field(visit, "actionDetails") {
        Some(Answer::List(actions)) => actions.as_slice(),
        _ => &[],
    };
    visits.iter().flat_map(list)
}

/// How often each text stands, most first.
pub fn counted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, i64)> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    texts.filter(|text| !text.is_empty()).for_each(|text| *counts.entry(text).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}
