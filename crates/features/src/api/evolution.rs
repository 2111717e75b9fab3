//! One row, or several, of a report over many periods.

use super::{
    entries::{self, Entry},
    one_site,
};
use crate::{Services, services::bad};
use makoto_access::Caller;
use makoto_catalog::{
    Answer, Answered, ApiError, Asker, Line,
    language::{Fact, Language},
};
use makoto_model::{Params, Site, Value};

/// Rows drawn when the caller names none.
const ROWS_DEFAULT: usize = 5;
/// Rows drawn at once at most: more lines in one drawing tell nothing.
const LABELS_MAX: usize = 100;

/// Parameters of the call that are not the report's.
const OWN: &[&str] =
    &["method", "format", "apiModule", "apiAction", "label", "column", "filter_limit", "translateColumnNames"];

/// A column of the answer with its values over the periods.
struct Series {
    id: String,
    name: String,
    values: Vec<f64>,
}

/// Answers `API.getRowEvolution`.
pub async fn evolution(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
) -> Result<Answered, ApiError> {
    let site = one_site(services, caller, params)?;
    let entry = entries::find(services, &site, params)?;
    if entry.rows.is_empty() {
        return Err(ApiError::Refused(format!(
            "{} has no rows to follow; ask it for several dates instead",
            entry.report.method
        )));
    }
    let labels = labels(params);
    if labels.len() > LABELS_MAX {
        return Err(ApiError::TooMuch(format!("follow at most {LABELS_MAX} rows at once")));
    }
    let question = question(&entry, params, &labels);
    let entry = told(entry, &question);
    let Answered::Map { items, .. } = asker.ask(entry.report.method, question).await? else {
        return Err(bad("date", "name several dates, as last30 or 2026-03-01,2026-03-31"));
    };
    let periods: Vec<(String, Vec<Line>)> = items.into_iter().map(|(key, item)| (key, item.lines())).collect();
    Ok(Answered::Plain(match labels.as_slice() {
        [label] => {
            let by_address = params.get("labelUseAbsoluteUrl") != Some("0");
            single(&entry, shown_label(&entry, &site, label, &periods, by_address), periods)
        }
        _ => several(&entry, params, &labels, periods),
    }))
}

/// The entry without what longer periods do not tell.
fn told(mut entry: Entry, question: &Params) -> Entry {
    if question.get("period") != Some("day") {
        entry.columns.metrics.retain(|metric| !matches!(metric.id, "nb_uniq_visitors" | "nb_users"));
    }
    entry
}

/// The labels asked for: several in one text, separated by commas, or those of a list, each as it stands.
fn labels(params: &Params) -> Vec<String> {
    let listed = params.iter().filter(|(name, _)| name.starts_with("label[")).map(|(_, text)| text);
    let texts = params.get("label").unwrap_or("").split(',').chain(listed);
    texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// How many rows are followed.
fn most(params: &Params, labels: &[String]) -> usize {
    match params.int("filter_limit") {
        None if labels.is_empty() => ROWS_DEFAULT,
        Some(limit) if labels.is_empty() => usize::try_from(limit).unwrap_or(LABELS_MAX).min(LABELS_MAX),
        _ => LABELS_MAX,
    }
}

fn question(entry: &Entry, params: &Params, labels: &[String]) -> Params {
    let mut asked = Params::default();
    let own = |name: &str| OWN.contains(&name) || name.starts_with("label[");
    for (name, value) in params.iter().filter(|(name, _)| !own(name)) {
        asked.push(name, value);
    }
    for (place, label) in labels.iter().enumerate() {
        asked.push(&format!("label[{place}]"), label);
    }
    // Reports of visits compute their means when they are asked for them.
    if entry.columns.processed.iter().any(|metric| metric.id == "avg_time_on_site") {
        asked.push("filter_add_columns_when_show_all_columns", "0");
    }
    // A range is followed by its days.
    if params.get("period") == Some("range") {
        asked.push("period", "day");
    }
    asked.push("filter_limit", "-1");
    asked
}

/// A number, in whatever words it stands.
fn amount(language: &Language, value: Option<&Value>) -> f64 {
    match value {
        Some(Value::Text(text)) => {
            let plain = text.replace(language.fact(Fact::Group), "").replace(language.fact(Fact::Decimal), ".");
            let digits: String =
                plain.chars().filter(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-')).collect();
            digits.parse().unwrap_or(0.0)
        }
        other => other.and_then(Value::number).unwrap_or(0.0),
    }
}

fn whole(number: f64) -> Answer {
    if number.fract() == 0.0 { Answer::Int(number as i64) } else { Answer::Float(number) }
}

/// Smallest and largest from the first number on that is not 0, and how much the last differs from the first.
fn described(language: &Language, series: &Series) -> Answer {
    let mut fields = vec![("name", Answer::from(series.name.as_str()))];
    let since: Vec<f64> = series.values.iter().copied().skip_while(|value| *value == 0.0).collect();
    if let Some(first) = since.first() {
        fields.push(("min", whole(since.iter().copied().fold(*first, f64::min))));
        fields.push(("max", whole(since.iter().copied().fold(*first, f64::max))));
    }
    if let (Some(first), Some(last)) = (series.values.first(), series.values.last())
        && *first != 0.0
    {
        let change = ((last - first) / first * 100.0).round() + 0.0;
        let sign = if change >= 0.0 { "+" } else { "" };
        fields.push(("change", Answer::from(format!("{sign}{}", language.percent(change)))));
    }
    Answer::record(fields)
}

/// What the row is called: pages and websites by their address, unless the caller wants their labels.
fn shown_label(entry: &Entry, site: &Site, label: &str, periods: &[(String, Vec<Line>)], by_address: bool) -> String {
    let found = periods.iter().find_map(|(_, lines)| lines.first());
    let bare = |url: &str| {
        let url = url.trim_start_matches("https://").trim_start_matches("http://");
        url.trim_start_matches("www.").to_owned()
    };
    let addresses = by_address && (entry.module() == "Actions" || entry.report.method == "Referrers.getWebsites");
    if let Some(url) = found.filter(|_| addresses).and_then(|line| line.fact("url")).and_then(Value::as_text) {
        return bare(url);
    }
    let names: Vec<&str> = label.split('>').map(|name| name.trim().trim_start_matches('@')).collect();
    let pages = matches!(&entry.report.shape, makoto_catalog::Shape::Tree(tree) if tree.folder_segment.is_some());
    match pages {
        true if !by_address => names.join(" - "),
        true => {
            let host = site.urls.first().map(|url| bare(url)).unwrap_or_default();
            format!("{host}/{}/", names.iter().map(|name| name.trim_matches('/')).collect::<Vec<_>>().join("/"))
        }
        false => found.map_or_else(|| names.join(" - "), |line| line.label().to_owned()),
    }
}

fn single(entry: &Entry, shown: String, periods: Vec<(String, Vec<Line>)>) -> Answer {
    let series: Vec<(String, Answer)> = entry
        .columns
        .all()
        .map(|metric| {
            let values = periods
                .iter()
                .map(|(_, lines)| amount(entry.language, lines.first().and_then(|line| line.get(metric.id))));
            let series = Series {
                id: metric.id.to_owned(),
                name: entry.language.of(metric.name).into_owned(),
                values: values.collect(),
            };
            (series.id.clone(), described(entry.language, &series))
        })
        .collect();
    let data = periods.into_iter().map(|(key, lines)| {
        let rows = lines.into_iter().take(1).map(|mut line| {
            line.columns.retain(|(name, _)| entry.columns.all().any(|metric| metric.id == name));
            line.meta.clear();
            line.goals.clear();
            line.subtable = None;
            line.into_answer()
        });
        (key, Answer::List(rows.collect()))
    });
    Answer::record([
        ("label", Answer::from(shown)),
        ("reportData", Answer::Record(data.collect())),
        (
            "metadata",
            Answer::record([("metrics", Answer::Record(series)), ("dimension", Answer::from(entry.rows.as_str()))]),
        ),
    ])
}

/// The rows asked for, or the first ones that turn up, in the order in which they do.
fn followed(labels: &[String], periods: &[(String, Vec<Line>)], most: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in periods.iter().flat_map(|(_, lines)| lines) {
        if !found.iter().any(|known| known == line.label()) && found.len() < most {
            found.push(line.label().to_owned());
        }
    }
    match found.len() < labels.len() {
        // Rows that never turn up keep their place with the name that they were asked by.
        true => labels.iter().map(|label| label.trim_start_matches('@').to_owned()).collect(),
        false => found,
    }
}

fn several(entry: &Entry, params: &Params, labels: &[String], periods: Vec<(String, Vec<Line>)>) -> Answer {
    let first = entry.columns.all().next().map_or("nb_visits", |metric| metric.id);
    let known = |column: &&str| entry.columns.all().any(|metric| metric.id == *column);
    let column = params.filled("column").filter(known).unwrap_or(first);
    let name = entry.columns.all().find(|metric| metric.id == column).map_or(column, |metric| metric.name);
    let name = entry.language.of(name);
    let rows = followed(labels, &periods, most(params, labels));
    let value = |lines: &[Line], label: &str| -> Value {
        let found = lines.iter().find(|line| line.label() == label || line.label().trim_start_matches('/') == label);
        found.and_then(|line| line.get(column)).cloned().unwrap_or(Value::Int(0))
    };
    let series: Vec<(String, Answer)> = rows
        .iter()
        .enumerate()
        .map(|(place, label)| {
            let values = periods.iter().map(|(_, lines)| amount(entry.language, Some(&value(lines, label))));
            let named =
                if params.get("legendAppendMetric") == Some("0") { label.clone() } else { format!("{label} ({name})") };
            let series = Series { id: format!("{column}_{place}"), name: named, values: values.collect() };
            (series.id.clone(), described(entry.language, &series))
        })
        .collect();
    let data = periods.iter().map(|(key, lines)| {
        let row = rows
            .iter()
            .enumerate()
            .map(|(place, label)| (format!("{column}_{place}"), Answer::from(value(lines, label))));
        (key.clone(), Answer::List(vec![Answer::Record(row.collect())]))
    });
    let columns = entry.columns.all().map(|metric| (metric.id, Answer::from(&*entry.language.of(metric.name))));
    Answer::record([
        ("column", Answer::from(column)),
        ("reportData", Answer::Record(data.collect())),
        (
            "metadata",
            Answer::record([
                ("metrics", Answer::Record(series)),
                ("dimension", Answer::from(entry.rows.as_str())),
                ("columns", Answer::record(columns)),
            ]),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::language::english;

    fn described_as_text(values: &[f64]) -> String {
        let series = Series { id: "a".into(), name: "A".into(), values: values.to_vec() };
        match described(english(), &series) {
            Answer::Record(fields) => {
                let shown = |answer: &Answer| match answer {
                    Answer::Int(n) => n.to_string(),
                    Answer::Float(n) => n.to_string(),
                    Answer::Text(text) => text.clone(),
                    _ => String::new(),
                };
                fields.iter().map(|(name, field)| format!("{name}={}", shown(field))).collect::<Vec<_>>().join(" ")
            }
            _ => String::new(),
        }
    }

    #[test]
    fn what_was_not_there_before_does_not_count() {
        assert_eq!(described_as_text(&[3.0, 2.0, 1.0]), "name=A min=1 max=3 change=-67%");
        assert_eq!(described_as_text(&[0.0, 0.0, 83.0, 60.0]), "name=A min=60 max=83");
        assert_eq!(described_as_text(&[100.0, 0.0, 100.0]), "name=A min=0 max=100 change=+0%");
        assert_eq!(described_as_text(&[0.0, 0.0]), "name=A");
    }

    #[test]
    fn labels_are_separated_by_commas_or_sent_as_a_list() {
        let read = |pairs: &[(&str, &str)]| {
            labels(&Params::new(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect()))
        };
        assert_eq!(read(&[("label", "a,b")]), ["a", "b"]);
        assert_eq!(read(&[("label[0]", "a"), ("label[1]", "b")]), ["a", "b"]);
        assert_eq!(read(&[("label[0]", "a,b")]), ["a,b"]);
        assert!(read(&[]).is_empty());
    }

    #[test]
    fn as_many_rows_are_followed_as_the_call_says() {
        let most = |limit: Option<&str>, labels: &[String]| {
            let pairs = limit.map(|limit| ("filter_limit".into(), limit.into()));
            super::most(&Params::new(pairs.into_iter().collect()), labels)
        };
        assert_eq!([None, Some("2"), Some("-1"), Some("999")].map(|limit| most(limit, &[])), [5, 2, 100, 100]);
        assert_eq!(most(Some("2"), &["a".to_owned()]), 100);
    }
}
