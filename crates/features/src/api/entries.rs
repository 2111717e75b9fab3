//! The list of reports as other programs read it: one entry for each, or for each of its variants.

use super::menu;
use crate::Services;
use makoto_catalog::{
    About, Answer, ApiError, Metric, Report, Shape, ToldGoals, Unit, Variant,
    language::{Language, asked},
};
use makoto_model::{Params, Site, Value};

/// A report as it stands in lists.
pub struct Entry {
    pub report: &'static Report,
    pub about: &'static About,
    pub name: String,
    pub category: &'static str,
    pub subcategory: String,
    /// What its rows are; empty for a single row without label.
    pub rows: String,
    pub param: Option<(&'static str, Value)>,
    pub columns: Columns,
    /// In which its names are told.
    pub language: &'static Language,
}

/// The columns that an entry tells of.
pub struct Columns {
    pub metrics: Vec<&'static Metric>,
    pub processed: Vec<&'static Metric>,
    pub also: Vec<&'static Metric>,
}

impl Columns {
    fn of(report: &'static Report, about: &'static About) -> Columns {
        let Shape::Union { of, .. } = &report.shape else {
            return Columns {
                metrics: about.metrics.to_vec(),
                processed: about.processed.to_vec(),
                also: about.also.to_vec(),
            };
        };
        let mut columns = Columns { metrics: Vec::new(), processed: Vec::new(), also: Vec::new() };
        for about in of.iter().map(|part| part.about).chain([about]) {
            columns.metrics.extend(about.metrics);
            columns.processed.extend(about.processed);
        }
        columns
    }

    /// Leaves out columns that have no value; their kinds are told all the same.
    pub fn withhold(&mut self, which: impl Fn(&str) -> bool) {
        self.also.extend(self.metrics.iter().copied().filter(|metric| which(metric.id)));
        self.metrics.retain(|metric| !which(metric.id));
    }

    /// Every column once, as they stand.
    pub fn all(&self) -> impl Iterator<Item = &'static Metric> + '_ {
        self.metrics.iter().chain(&self.processed).copied()
    }
}

impl Entry {
    fn new(report: &'static Report, variant: Option<Variant>, language: &'static Language) -> Entry {
        let dimension = match (report.dimension, &report.shape) {
            (Some(dimension), _) => dimension.name,
            (None, Shape::Subtable { dimension, .. }) => dimension.name,
            (None, _) => "",
        };
        let own =
            Variant { name: None, category: None, subcategory: None, rows: None, param: None, about: report.about };
        let variant = variant.unwrap_or(own);
        let about = variant.about;
        let rows = if about.rows.is_empty() { dimension } else { about.rows };
        Entry {
            report,
            about,
            name: variant.name.unwrap_or_else(|| language.of(report.name).into_owned()),
            category: variant.category.unwrap_or(report.category),
            subcategory: variant.subcategory.unwrap_or_else(|| report.subcategory.to_owned()),
            rows: variant.rows.unwrap_or_else(|| language.of(rows).into_owned()),
            param: variant.param,
            columns: Columns::of(report, about),
            language,
        }
    }

    pub fn module(&self) -> &'static str {
        self.report.method.split('.').next().unwrap_or("")
    }

    pub fn action(&self) -> &'static str {
        self.report.method.split('.').nth(1).unwrap_or("")
    }

    /// `Module_action`, and the parameter where there is one.
    pub fn unique_id(&self) -> String {
        let own = format!("{}_{}", self.module(), self.action());
        match &self.param {
            None => own,
            Some((name, value)) => format!("{own}_{name}--{}", text(value)),
        }
    }

    /// Whether a call with these parameters means this entry.
    pub fn is_asked(&self, params: &Params) -> bool {
        match &self.param {
            None => true,
            Some((name, value)) => {
                let told = params.get(&format!("apiParameters[{name}]")).or_else(|| params.get(name));
                told == Some(text(value).as_str())
            }
        }
    }

    fn order(&self) -> (u16, u16, u16) {
        let inner = if self.subcategory.is_empty() { 0 } else { menu::subcategory(&self.subcategory).1 };
        (menu::category(self.category).1, inner, self.report.order)
    }
}

/// A value as it stands in an address.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Text(text) => text.to_string(),
    }
}

/// Every listed report of a site, by heading and place. Without a site, what belongs to sites alone is left out.
pub fn entries(services: &Services, site: Option<&Site>, language: &'static Language) -> Vec<Entry> {
    let listed = crate::COMPOSED.iter().flat_map(|methods| methods.iter()).filter_map(|method| method.listed);
    let mut entries: Vec<Entry> = Vec::new();
    for report in services.meta.catalog().reports().chain(listed) {
        let union = matches!(report.shape, Shape::Union { .. });
        match (report.about.variants, site) {
            (Some(variants), Some(site)) => {
                entries.extend(
                    variants(site, language).into_iter().map(|variant| Entry::new(report, Some(variant), language)),
                );
            }
            (Some(_), None) => {}
            (None, _) if union || !report.about.metrics.is_empty() => entries.push(Entry::new(report, None, language)),
            (None, _) => {}
        }
    }
    entries.sort_by_key(Entry::order);
    entries
}

/// The entry that `apiModule`, `apiAction` and their parameters name.
///
/// # Errors
/// `Refused` when no listed report is called so.
pub fn find(services: &Services, site: &Site, params: &Params) -> Result<Entry, ApiError> {
    let method = format!("{}.{}", params.get("apiModule").unwrap_or(""), params.get("apiAction").unwrap_or(""));
    let mut found: Vec<Entry> = entries(services, Some(site), asked(params))
        .into_iter()
        .filter(|entry| entry.report.method == method && entry.is_asked(params))
        .collect();
    // The one that a parameter names goes before the report as it stands.
    found.sort_by_key(|entry| entry.param.is_none());
    let missing = || {
        let shown: String = method.chars().take(100).collect();
        ApiError::Refused(format!(
            "Requested report {shown} for Website id={} not found in the list of available reports.",
            site.id
        ))
    };
    found.into_iter().next().ok_or_else(missing)
}

fn kind(metric: &Metric) -> &'static str {
    match metric.unit {
        Unit::Percent => "percent",
        Unit::LengthS | Unit::LengthMs | Unit::Clock => "duration_s",
        Unit::PlainMs => "duration_ms",
        Unit::Money => "money",
        Unit::Count | Unit::Number => "number",
    }
}

fn names(metrics: &[&'static Metric], language: &Language) -> Answer {
    Answer::record(metrics.iter().map(|metric| (metric.id, Answer::from(&*language.of(metric.name)))))
}

fn plain(pairs: &[(&str, &str)], language: &Language) -> Answer {
    Answer::record(pairs.iter().map(|(name, value)| (*name, Answer::from(&*language.of(value)))))
}

/// Ids with their names.
type Names = &'static [(&'static str, &'static str)];

/// What an entry says of the columns of goals.
fn goals(goals: ToldGoals, language: &Language, fields: &mut Vec<(&'static str, Answer)>) {
    let (metrics, processed, kinds): (Names, Names, Names) = match goals {
        ToldGoals::None => return,
        ToldGoals::Visits | ToldGoals::Conversions => (
            &[("nb_conversions", "Conversions"), ("revenue", "Revenue")],
            &[("revenue_per_visit", "Revenue per Visit")],
            &[
                ("revenue_per_visit", "money"),
                ("nb_conversions", "number"),
                ("conversion_rate", "percent"),
                ("revenue", "money"),
            ],
        ),
        ToldGoals::Entries => (
            &[("nb_conversions", "Conversions"), ("nb_conversions_entry", "Conversions"), ("revenue_entry", "Revenue")],
            &[
                ("revenue_per_visit", "Revenue per Visit"),
                ("nb_conversions_entry_rate", "Conversion Rate"),
                ("revenue_per_entry", "Revenue per Entry"),
            ],
            &[
                ("revenue_per_visit", "money"),
                ("nb_conversions", "number"),
                ("conversion_rate", "percent"),
                ("nb_conversions_entry", "number"),
                ("revenue_entry", "money"),
                ("nb_conversions_entry_rate", "percent"),
                ("revenue_per_entry", "number"),
            ],
        ),
        ToldGoals::Pages => (
            &[
                ("nb_conversions", "Conversions"),
                ("nb_conversions_attrib", "Conversions"),
                ("revenue_attrib", "Revenue"),
            ],
            &[
                ("revenue_per_visit", "Revenue per Visit"),
                ("nb_conversions_page_rate", "Viewed before conversion rate"),
            ],
            &[
                ("revenue_per_visit", "money"),
                ("nb_conversions", "number"),
                ("conversion_rate", "percent"),
                ("nb_conversions_attrib", "number"),
                ("revenue_attrib", "money"),
                ("nb_conversions_page_rate", "percent"),
            ],
        ),
    };
    fields.push(("metricsGoal", plain(metrics, language)));
    fields.push(("processedMetricsGoal", plain(processed, language)));
    let kinds = kinds.iter().map(|(name, kind)| (*name, Answer::from(*kind)));
    fields.push(("metricTypesGoal", Answer::record(kinds)));
}

/// The rows of a report that opens into another one, outside and inside.
fn dimensions(entry: &Entry, all: &[Entry]) -> Option<Answer> {
    let Shape::Rows { levels, .. } = &entry.report.shape else { return None };
    let inside = entry.report.subtable.filter(|method| *method != entry.report.method)?;
    let inner = all.iter().find(|other| other.report.method == inside)?;
    let (outer_id, inner_id) = (levels.first()?.flat_column, levels.get(1)?.flat_column);
    Some(Answer::record([(outer_id, entry.rows.as_str().into()), (inner_id, Answer::from(inner.rows.as_str()))]))
}

/// An entry as a record. `all` are those of the same site.
pub fn record(entry: &Entry, all: &[Entry], without_docs: bool) -> Answer {
    let language = entry.language;
    let said = |text: &str| Answer::from(&*language.of(text));
    let mut fields: Vec<(&'static str, Answer)> = vec![("category", said(menu::category(entry.category).0))];
    if !entry.subcategory.is_empty() {
        fields.push(("subcategory", said(menu::subcategory(&entry.subcategory).0)));
    }
    fields.push(("name", entry.name.as_str().into()));
    fields.push(("module", entry.module().into()));
    fields.push(("action", entry.action().into()));
    if let Some((name, value)) = &entry.param {
        fields.push(("parameters", Answer::record([(*name, Answer::from(value.clone()))])));
    }
    if !entry.rows.is_empty() {
        fields.push(("dimension", entry.rows.as_str().into()));
    }
    fields.push(("documentation", said(entry.report.doc)));
    fields.extend(entry.about.inner.then_some(("isSubtableReport", Answer::Bool(true))));
    fields.extend(dimensions(entry, all).map(|dimensions| ("dimensions", dimensions)));
    fields.push(("metrics", names(&entry.columns.metrics, language)));
    if !without_docs {
        let docs = entry.columns.all().map(|metric| (metric.id, said(metric.doc)));
        fields.push(("metricsDocumentation", Answer::record(docs)));
    }
    if !entry.columns.processed.is_empty() {
        fields.push(("processedMetrics", names(&entry.columns.processed, language)));
    }
    let kinds = entry.columns.all().chain(entry.columns.also.iter().copied()).filter(|metric| metric.id != "label");
    fields.push(("metricTypes", Answer::record(kinds.map(|metric| (metric.id, Answer::from(kind(metric)))))));
    let opens = entry.report.subtable.filter(|_| entry.report.subtable_told()).and_then(|id| id.split('.').nth(1));
    if let Some(action) = entry.about.opens.or(opens).filter(|action| !action.is_empty()) {
        fields.push(("actionToLoadSubTables", action.into()));
    }
    fields.extend(entry.about.constant_rows.then_some(("constantRowsCount", Answer::Bool(true))));
    let related =
        entry.about.related.iter().filter_map(|method| all.iter().find(|other| other.report.method == *method));
    let related: Vec<Answer> = related.map(related_record).collect();
    if !related.is_empty() {
        fields.push(("relatedReports", Answer::List(related)));
    }
    goals(entry.about.goals, language, &mut fields);
    fields.push(("uniqueId", entry.unique_id().into()));
    Answer::record(fields)
}

fn related_record(entry: &Entry) -> Answer {
    Answer::record([
        ("name", Answer::from(entry.name.as_str())),
        ("module", entry.module().into()),
        ("action", entry.action().into()),
    ])
}

/// The English names of the columns of goals.
pub fn english() -> impl Iterator<Item = &'static str> {
    [
        "Conversions",
        "Revenue",
        "Revenue per Visit",
        "Revenue per Entry",
        "Conversion Rate",
        "Viewed before conversion rate",
    ]
    .into_iter()
}
