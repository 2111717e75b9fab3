//! A report with all that a program needs to show it: headings, formatted rows, facts and totals.

use super::{
    entries::{self, Entry},
    one_site,
    words::Words,
};
use crate::Services;
use makoto_access::Caller;
use makoto_catalog::{
    Answer, Answered, ApiError, Asker, Line, Metric, RATES, Shape, ToldGoals, Unit, language::asked, words::pretty_date,
};
use makoto_model::{Params, Site, Value};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

/// Parameters of the call that are not the report's.
const OWN: &[&str] = &[
    "method",
    "format",
    "apiModule",
    "apiAction",
    "apiParameters",
    "filter_limit",
    "filter_offset",
    "format_metrics",
    "showRawMetrics",
    "translateColumnNames",
];

/// Rows shown when the caller does not say how many.
const ROWS_DEFAULT: i64 = 100;

/// Left out where they have no value.
const WITHHELD: &[&str] = &["nb_users", "nb_uniq_visitors"];

/// How the rows of one report are shown.
struct Show<'a> {
    entry: &'a Entry,
    /// Columns with their headings, the label first.
    headings: Vec<(&'static str, String)>,
    units: HashMap<&'static str, Unit>,
    words: Words<'a>,
    /// Columns that only others are computed from.
    hidden: HashSet<&'static str>,
    /// What the call says of columns.
    params: &'a Params,
    /// Every column as it is, without words.
    raw: bool,
    formatted: bool,
    limit: Option<usize>,
    offset: usize,
}

/// The parameters with which the report itself is asked: all rows, numbers as numbers.
fn question(entry: &Entry, params: &Params) -> Params {
    let mut asked = Params::default();
    for (name, value) in params.iter().filter(|(name, _)| !OWN.contains(name)) {
        match name.strip_prefix("apiParameters[").and_then(|rest| rest.strip_suffix(']')) {
            Some(inner) => asked.push(inner, value),
            None => asked.push(name, value),
        }
    }
    for (name, value) in [("filter_limit", "-1"), ("format_metrics", "0"), ("showRawMetrics", "1")] {
        asked.push(name, value);
    }
    // Reports of visits compute their means when they are asked for them. Rows without a visit are left out then, unless
    // the report is made of rows that stand whatever happened.
    if entry.columns.processed.iter().any(|metric| metric.id == "avg_time_on_site") && !entry.rows.is_empty() {
        let visited = if entry.about.constant_rows { "0" } else { "1" };
        asked.push("filter_add_columns_when_show_all_columns", visited);
    }
    asked
}

/// Answers `API.getProcessedReport`.
pub async fn processed(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
) -> Result<Answered, ApiError> {
    let site = one_site(services, caller, params)?;
    let started = std::time::Instant::now();
    let all = entries::entries(services, Some(&site), asked(params));
    let entry = entries::find(services, &site, params)?;
    let answered = asker.ask(entry.report.method, question(&entry, params)).await?;
    let without_docs = params.says("hideMetricsDoc");
    let entry = told(entry, params, &answered);
    let show = Show::new(&entry, &site, params, &answered);
    let mut fields = vec![
        ("website", Answer::from(site.name.as_str())),
        ("prettyDate", asked_date(services, params, &site).into()),
        ("metadata", entries::record(&entry, &all, without_docs)),
        ("columns", Answer::record(show.headings.iter().map(|(id, name)| (*id, Answer::from(name.as_str()))))),
    ];
    let total = show.totals(&answered);
    let (data, facts) = show.answer(answered, params);
    fields.extend([("reportData", data), ("reportMetadata", facts), ("reportTotal", total)]);
    if params.get("showTimer") != Some("0") {
        fields.push(("timerMillis", Answer::Int(started.elapsed().as_millis() as i64)));
    }
    Ok(Answered::Plain(Answer::record(fields)))
}

/// The time asked for in words; of `last30` and the like the first and the last day.
fn asked_date(services: &Services, params: &Params, site: &Site) -> String {
    let (period, date) = (params.get("period").unwrap_or(""), params.get("date").unwrap_or(""));
    let now_s = crate::services::now_s();
    let ends = (services.reading.ranges)(period, date, &site.zone, now_s).ok().and_then(|(_, ranges)| {
        let (first, last) = (ranges.first()?, ranges.last()?);
        (first.last < last.first || period == "range").then(|| format!("{},{}", first.first, last.last))
    });
    pretty_date(asked(params), period, ends.as_deref().unwrap_or(date), &site.zone, now_s)
}

/// The entry without columns that never have a value here: signed-in users where a site has none, and persons over
/// longer times than they are told apart.
fn told(mut entry: Entry, params: &Params, answered: &Answered) -> Entry {
    let single = !matches!(answered, Answered::Table(_)) && entry.rows.is_empty();
    if single {
        let lines = all_lines(answered);
        let union = matches!(entry.report.shape, Shape::Union { .. });
        let no_users = lines.iter().all(|line| line.number("nb_users") == 0.0);
        let persons = !matches!(params.get("period"), Some("year" | "range"));
        entry.columns.withhold(|id| match id {
            "nb_users" => no_users && !union || !persons,
            "nb_uniq_visitors" => !persons,
            _ => false,
        });
    } else if params.get("period") != Some("day") {
        entry.columns.withhold(|id| matches!(id, "nb_uniq_visitors" | "nb_users"));
    }
    entry
}

/// Whether the call wants a column.
fn is_shown(params: &Params, column: &str) -> bool {
    let named = |list: &str| params.parts(list).any(|name| name == column);
    (params.parts("showColumns").next().is_none() || named("showColumns")) && !named("hideColumns")
}

fn all_lines(answered: &Answered) -> Vec<&Line> {
    match answered {
        Answered::Map { items, .. } => items.iter().flat_map(|(_, item)| all_lines(item)).collect(),
        Answered::Table(lines) => lines.iter().collect(),
        Answered::Row(line) if !line.columns.is_empty() => vec![line],
        _ => Vec::new(),
    }
}

impl<'a> Show<'a> {
    fn new(entry: &'a Entry, site: &'a Site, params: &'a Params, answered: &Answered) -> Show<'a> {
        let lines = all_lines(answered);
        let stands =
            |metric: &&'static Metric| lines.is_empty() || lines.iter().any(|line| line.get(metric.id).is_some());
        let mut headings: Vec<(&'static str, String)> = Vec::new();
        if !entry.rows.is_empty() {
            let told = entry.columns.all().find(|metric| metric.id == "label");
            let name = told.map_or_else(|| entry.rows.clone(), |metric| entry.language.of(metric.name).into_owned());
            headings.push(("label", name));
        }
        let shown = |id: &str| is_shown(params, id);
        for metric in entry.columns.all().filter(stands).filter(|metric| shown(metric.id)) {
            if headings.iter().all(|(id, _)| *id != metric.id) {
                headings.push((metric.id, capitalised(&entry.language.of(metric.name))));
            }
        }
        let revenue = match entry.about.goals {
            ToldGoals::Visits => entry.param.is_none(),
            ToldGoals::Conversions => true,
            ToldGoals::None | ToldGoals::Pages | ToldGoals::Entries => false,
        };
        if revenue && shown("revenue") {
            headings.push(("revenue", entry.language.of("Revenue").into_owned()));
        }
        let mut units: HashMap<&'static str, Unit> =
            entry.report.metrics().chain(entry.columns.all()).map(|metric| (metric.id, metric.unit)).collect();
        units.insert("revenue", Unit::Money);
        let limit = params.int("filter_limit").unwrap_or(ROWS_DEFAULT);
        Show {
            entry,
            headings,
            units,
            words: Words { site, language: entry.language },
            hidden: entry.report.metrics().filter(|metric| metric.hidden).map(|metric| metric.id).collect(),
            params,
            raw: params.flag("showRawMetrics"),
            formatted: params.get("format_metrics") != Some("0"),
            limit: usize::try_from(limit).ok(),
            offset: params.int("filter_offset").and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
        }
    }

    fn value(&self, column: &str, value: &Value) -> Value {
        match (self.formatted, self.units.get(column)) {
            (true, Some(unit)) => self.words.value(value, *unit),
            _ => value.clone(),
        }
    }

    fn row(&self, line: Line) -> Line {
        let mut row = Line::default();
        let withheld = |name: &str| self.entry.columns.also.iter().any(|metric| metric.id == name);
        let shown = |name: &str| {
            let told = self.headings.iter().any(|(id, _)| *id == name);
            told || (self.raw && !self.hidden.contains(name) && !(WITHHELD.contains(&name) && withheld(name)))
        };
        for (name, value) in line.columns.iter().filter(|(name, _)| shown(name)) {
            let value = self.value(name, value);
            row.columns.push((name.clone(), value));
        }
        for (id, _) in self.headings.iter().filter(|(id, _)| *id != "label") {
            if row.get(id).is_none() {
                row.columns.push((Cow::Borrowed(id), self.value(id, &Value::Int(0))));
            }
        }
        if self.raw {
            self.means(&line, &mut row);
            row.goals = line.goals;
        }
        row
    }

    /// The means of a visit that a row lacks, where every column is shown.
    fn means(&self, line: &Line, row: &mut Line) {
        let visits = line.number("nb_visits");
        let of_visits = self.entry.columns.metrics.iter().any(|metric| metric.id == "nb_visits");
        if line.get("nb_visits").is_none() || !of_visits || self.entry.columns.processed.is_empty() {
            return;
        }
        for rate in RATES.iter().filter(|rate| is_shown(self.params, rate.name)) {
            if row.get(rate.name).is_none() {
                let value = Value::Float(rate.per_visit(line.number(rate.of), visits));
                let value = if self.formatted { self.words.value(&value, rate.unit) } else { value };
                row.columns.push((Cow::Borrowed(rate.name), value));
            }
        }
    }

    fn facts(line: &Line) -> Answer {
        let facts = line.meta.iter().map(|(name, value)| (*name, Answer::from(value.clone())));
        let id = line.subtable_id.map(|id| ("idsubdatatable", Answer::Int(i64::from(id))));
        Answer::record(facts.chain(id))
    }

    /// The rows, and the facts that stand beside them.
    fn answer(&self, answered: Answered, params: &Params) -> (Answer, Answer) {
        match answered {
            Answered::Map { items, .. } => {
                let period = params.get("period").unwrap_or("");
                let each = items.into_iter().map(|(key, item)| {
                    let key =
                        pretty_date(self.words.language, period, &key, &self.words.site.zone, crate::services::now_s());
                    let (data, facts) = self.answer(item, params);
                    ((key.clone(), data), (key, facts))
                });
                let (data, facts): (Vec<_>, Vec<_>) = each.unzip();
                (Answer::Record(data), Answer::Record(facts))
            }
            Answered::Table(lines) => {
                let rest = lines.len().saturating_sub(self.offset);
                let kept = self.limit.unwrap_or(rest).min(rest);
                let lines: Vec<Line> = lines.into_iter().skip(self.offset).take(kept).collect();
                let told = lines.iter().filter(|line| !line.meta.is_empty() || line.subtable_id.is_some());
                let facts = Answer::List(told.map(Show::facts).collect());
                (Answered::Table(lines.into_iter().map(|line| self.row(line)).collect()).into_answer(), facts)
            }
            Answered::Row(line) if line.columns.is_empty() => (Answer::List(Vec::new()), Answer::List(Vec::new())),
            Answered::Row(line) => (self.row(line).into_answer(), Answer::List(Vec::new())),
            other => (other.into_answer(), Answer::List(Vec::new())),
        }
    }

    fn is_union(&self) -> bool {
        matches!(self.entry.report.shape, Shape::Union { .. })
    }

    /// What the counted columns of all rows come to.
    fn totals(&self, answered: &Answered) -> Answer {
        let lines = match answered {
            Answered::Table(lines) => lines.as_slice(),
            Answered::Row(line) if self.is_union() => std::slice::from_ref(line),
            _ => return Answer::List(Vec::new()),
        };
        let counted = |name: &str| {
            if RATES.iter().any(|rate| rate.name == name) || (self.is_union() && is_share(name)) {
                return false;
            }
            let metric = self.entry.report.metrics().find(|metric| metric.id == name);
            metric.is_none_or(|metric| {
                !metric.hidden
                    && !matches!(
                        metric.formula,
                        makoto_catalog::Formula::Processed { .. } | makoto_catalog::Formula::Share { .. }
                    )
            })
        };
        let mut totals: Vec<(Cow<'static, str>, f64)> = Vec::new();
        for (name, value) in lines.iter().flat_map(|line| &line.columns).filter(|(name, _)| counted(name)) {
            let Some(number) = value.number() else { continue };
            match totals.iter_mut().find(|(known, _)| known == name) {
                None => totals.push((name.clone(), number)),
                Some((_, total)) if name.starts_with("min_") => *total = total.min(number),
                Some((_, total)) if name.starts_with("max_") => *total = total.max(number),
                Some((_, total)) => *total += number,
            }
        }
        let timed = |name: &str| {
            let metric = self.entry.report.metrics().find(|metric| metric.id == name);
            metric.is_some_and(|metric| !metric.only_with.is_empty())
        };
        totals.retain(|(name, total)| *total != 0.0 || !timed(name));
        let of = |name: &str| totals.iter().find(|(known, _)| known == name).map_or(0.0, |(_, total)| *total);
        let per_visit = (of("nb_actions"), of("nb_visits"));
        if per_visit.0 > 0.0 && per_visit.1 > 0.0 {
            totals.push((Cow::Borrowed("nb_actions_per_visit"), (per_visit.0 / per_visit.1 * 10.0).round() / 10.0));
        }
        if totals.is_empty() {
            return Answer::List(Vec::new());
        }
        let counted = totals.into_iter().map(|(name, total)| (name.into_owned(), number(total)));
        Answer::Record(counted.chain(goal_totals(lines)).collect())
    }
}

/// Whether a column of the overviews is a mean or a share, which does not add up.
fn is_share(name: &str) -> bool {
    name.starts_with("avg_") || name.contains("_rate") || name.ends_with("_percent")
}

/// What the numbers of each goal come to.
fn goal_totals(lines: &[Line]) -> Option<(String, Answer)> {
    let mut totals: Vec<(String, Vec<(&'static str, f64)>)> = Vec::new();
    for (goal, numbers) in lines.iter().flat_map(|line| &line.goals) {
        let place = totals.iter().position(|(known, _)| known == goal).unwrap_or_else(|| {
            totals.push((goal.clone(), Vec::new()));
            totals.len() - 1
        });
        let of_goal = &mut totals[place].1;
        for (name, value) in numbers.iter().filter_map(|(name, value)| Some((*name, value.number()?))) {
            match of_goal.iter_mut().find(|(known, _)| *known == name) {
                Some((_, total)) => *total += value,
                None => of_goal.push((name, value)),
            }
        }
    }
    let record = |numbers: Vec<(&'static str, f64)>| {
        Answer::record(numbers.into_iter().map(|(name, total)| (name, number(total))))
    };
    let goals: Vec<(String, Answer)> = totals.into_iter().map(|(goal, numbers)| (goal, record(numbers))).collect();
    (!goals.is_empty()).then(|| ("goals".to_owned(), Answer::Record(goals)))
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number without a fraction as a whole one.
fn number(number: f64) -> Answer {
    match number.fract() == 0.0 && number.abs() < 1e15 {
        true => Answer::Int(number as i64),
        false => Answer::Float((number * 10_000.0).round() / 10_000.0),
    }
}
