use crate::{
    AnySetting, Column, Dimension, Formula, Kind, Metric, Report, Scope, SegmentName, Shape, Source, Stored, Table,
    columns,
};
use makoto_model::{OwnDimension, OwnScope, Site};
use std::collections::{BTreeSet, HashMap};

/// The form of a hit's record, at the beginning of its schema text; older programs wrote none.
pub const HIT_FORM: &str = "form:2";

/// What one feature declares.
pub struct Feature {
    /// Matomo's plugin name.
    pub name: &'static str,
    pub dimensions: &'static [&'static Dimension],
    pub metrics: &'static [&'static Metric],
    pub reports: &'static [&'static Report],
    pub settings: &'static [&'static dyn AnySetting],
}

/// Every declaration, with the look-ups that the machinery needs.
pub struct Catalog {
    pub features: &'static [&'static Feature],
    reports: HashMap<&'static str, &'static Report>,
    segments: HashMap<&'static str, (&'static Dimension, &'static SegmentName)>,
    settings: HashMap<&'static str, &'static dyn AnySetting>,
    columns: HashMap<Table, Vec<Column>>,
    captured: HashMap<Table, Vec<&'static Dimension>>,
    slots: HashMap<(Table, u8), &'static Dimension>,
}

/// The segment name of every dimension of a site's own: its values are texts.
static OWN_SEGMENT: SegmentName = SegmentName::text("", "", "");

/// A fault in the declarations, found when the program starts and by its tests.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("declaration {id}: {fault}")]
pub struct Unsound {
    pub id: &'static str,
    pub fault: String,
}

/// The table that rows of a scope stand in.
pub fn table(scope: Scope) -> Table {
    match scope {
        Scope::Visit => Table::Visit,
        Scope::Action => Table::Action,
        Scope::Conversion | Scope::Lead => Table::Conversion,
        Scope::Item => Table::Item,
    }
}

fn stored(kind: Kind) -> Stored {
    match kind {
        Kind::Text(dictionary) => Stored::Text(dictionary),
        Kind::Float => Stored::Float,
        Kind::Int | Kind::Bool | Kind::Time | Kind::LengthS => Stored::Int,
    }
}

fn unique<T>(map: &mut HashMap<&'static str, T>, id: &'static str, value: T) -> Result<(), Unsound> {
    match map.insert(id, value) {
        None => Ok(()),
        Some(_) => Err(Unsound { id, fault: "is declared twice".into() }),
    }
}

impl Catalog {
    /// Joins the features' declarations.
    ///
    /// # Errors
    /// `Unsound` names the first declaration that contradicts another or lacks what it needs.
    pub fn new(features: &'static [&'static Feature]) -> Result<Catalog, Unsound> {
        let mut catalog = Catalog {
            features,
            reports: HashMap::new(),
            segments: HashMap::new(),
            settings: HashMap::new(),
            columns: Table::ALL.into_iter().map(|table| (table, table.own_columns().to_vec())).collect(),
            captured: HashMap::new(),
            slots: HashMap::new(),
        };
        let mut ids = HashMap::new();
        for feature in features {
            for dimension in feature.dimensions {
                unique(&mut ids, dimension.id, ())?;
                catalog.add_dimension(dimension)?;
            }
            for metric in feature.metrics {
                unique(&mut ids, metric.id, ())?;
            }
            for setting in feature.settings {
                setting.admit(&setting.default_text()).map_err(|fault| Unsound { id: setting.key(), fault })?;
                unique(&mut catalog.settings, setting.key(), *setting)?;
            }
            for report in feature.reports {
                check_report(report)?;
                for (_, variant) in report.variants.iter().flat_map(|(_, variants)| variants.iter()) {
                    check_report(variant)?;
                }
                if let Shape::OfSite { reports, .. } = &report.shape {
                    reports.iter().try_for_each(|inner| check_report(inner))?;
                }
                unique(&mut catalog.reports, report.method, *report)?;
            }
        }
        Ok(catalog)
    }

    fn add_dimension(&mut self, dimension: &'static Dimension) -> Result<(), Unsound> {
        let fault = |fault: String| Unsound { id: dimension.id, fault };
        for segment in dimension.segments {
            unique(&mut self.segments, segment.name, (dimension, segment))?;
        }
        if let Kind::Text(dictionary) = dimension.kind
            && columns::dictionary_number(dictionary).is_none()
        {
            return Err(fault(format!("the dictionary {dictionary} is not declared in columns.rs")));
        }
        let table = table(dimension.scope);
        if dimension.slot > 0 && self.slots.insert((table, dimension.slot), dimension).is_some() {
            return Err(fault(format!("the slot {} is declared twice", dimension.slot)));
        }
        let columns = self.columns.entry(table).or_default();
        let known = columns.iter().find(|column| column.name == dimension.column);
        match (dimension.source, known) {
            (Source::Fold, None) => Err(fault(format!("the fold fills no column {}", dimension.column))),
            (Source::Captured { .. }, Some(_)) => Err(fault(format!("the column {} has an owner", dimension.column))),
            (Source::Captured { .. }, None) => {
                columns.push(Column { name: dimension.column, stored: stored(dimension.kind) });
                self.captured.entry(table).or_default().push(dimension);
                Ok(())
            }
            (Source::Fold | Source::Derived(_), _) => Ok(()),
        }
    }

    /// A report by its method id.
    pub fn report(&self, method: &str) -> Option<&'static Report> {
        self.reports.get(method).copied()
    }

    /// A dimension by a name of the segment language.
    pub fn segment(&self, name: &str) -> Option<(&'static Dimension, &'static SegmentName)> {
        self.segments.get(name).copied()
    }

    /// A dimension by a name of the segment language on a site: those of the catalog, and those of the site's own.
    pub fn segment_of(&self, site: &Site, name: &str) -> Option<(&'static Dimension, &'static SegmentName)> {
        let own = OwnDimension::number(name).and_then(|id| site.own_dimension(id)).filter(|own| own.active);
        let slot = own.and_then(|own| self.own_dimension(own));
        slot.map(|dimension| (dimension, &OWN_SEGMENT)).or_else(|| self.segment(name))
    }

    /// The declared dimension that holds the values of one of a site's own.
    pub fn own_dimension(&self, own: &OwnDimension) -> Option<&'static Dimension> {
        let table = match own.scope {
            OwnScope::Visit => Table::Visit,
            OwnScope::Action => Table::Action,
        };
        self.slots.get(&(table, own.slot)).copied()
    }

    pub fn setting(&self, key: &str) -> Option<&'static dyn AnySetting> {
        self.settings.get(key).copied()
    }

    pub fn dimensions(&self) -> impl Iterator<Item = &'static Dimension> + '_ {
        self.features.iter().flat_map(|feature| feature.dimensions.iter().copied())
    }

    pub fn reports(&self) -> impl Iterator<Item = &'static Report> + '_ {
        self.features.iter().flat_map(|feature| feature.reports.iter().copied())
    }

    pub fn settings(&self) -> impl Iterator<Item = &'static dyn AnySetting> + '_ {
        self.features.iter().flat_map(|feature| feature.settings.iter().copied())
    }

    /// A table's columns in the order of its rows: the fold's own, then the captured ones.
    pub fn columns(&self, table: Table) -> &[Column] {
        self.columns.get(&table).map_or(&[], Vec::as_slice)
    }

    /// The captured dimensions of a table, in the order of a hit's facts and of the row's last columns.
    pub fn captured(&self, table: Table) -> &[&'static Dimension] {
        self.captured.get(&table).map_or(&[], Vec::as_slice)
    }

    /// How hits are written: their form, and the list of captured columns. Two programs with the same text read each
    /// other's hits.
    pub fn hit_schema(&self) -> String {
        let names = |table| self.captured(table).iter().map(|d| d.column).collect::<Vec<_>>().join(",");
        format!("{HIT_FORM};visit:{};action:{}", names(Table::Visit), names(Table::Action))
    }

    /// How rows of deltas are laid out: the columns of each table, in order.
    pub fn row_schema(&self) -> String {
        let names = |table| self.columns(table).iter().map(|column| column.name).collect::<Vec<_>>().join(",");
        Table::ALL.map(|table| format!("{}:{}", table.name(), names(table))).join(";")
    }
}

fn check_report(report: &'static Report) -> Result<(), Unsound> {
    let fault = |fault: &str| Err(Unsound { id: report.method, fault: fault.into() });
    if report.method.split('.').count() != 2 {
        return fault("a method id is Module.getThing");
    }
    let ids: BTreeSet<_> = report.metrics().map(|metric| metric.id).collect();
    if ids.len() != report.metrics().count() {
        return fault("a metric stands twice");
    }
    if report.sort.is_some_and(|sort| !ids.contains(sort.id)) {
        return fault("it is sorted by a metric that it lacks");
    }
    if report.needs.iter().any(|needs| !ids.contains(needs.id)) {
        return fault("it leaves out rows by a metric that it lacks");
    }
    if report.parts.iter().any(|part| part.keys.len() != report.parts[0].keys.len()) {
        return fault("its parts have different numbers of keys");
    }
    for metric in report.metrics() {
        let needed: &[&Metric] = match &metric.formula {
            Formula::Processed { of, .. } => of,
            Formula::Share { of } => std::slice::from_ref(of),
            Formula::Counted { .. } | Formula::Persons { .. } => &[],
        };
        if let Some(lacking) = needed.iter().find(|need| !ids.contains(need.id)) {
            return Err(Unsound { id: report.method, fault: format!("{} needs {}", metric.id, lacking.id) });
        }
    }
    Ok(())
}
