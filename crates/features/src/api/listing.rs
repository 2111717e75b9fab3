//! Lists made of the reports: widgets, pages of a menu, and what reports and columns mean.

use super::{
    entries::{self, Entry, entries},
    menu,
};
use crate::Services;
use makoto_catalog::{Answer, Chart};
use makoto_model::Site;
use std::collections::BTreeMap;

fn category(id: &str, name: &str, order: u16) -> Answer {
    Answer::record([
        ("id", Answer::from(id)),
        ("name", name.into()),
        ("order", Answer::Int(order.into())),
        ("icon", "".into()),
        ("help", "".into()),
        ("widget", Answer::Null),
    ])
}

fn subcategory(id: &str) -> Answer {
    let (name, order) = menu::subcategory(id);
    Answer::record([
        ("id", Answer::from(id)),
        ("name", name.into()),
        ("order", Answer::Int(order.into())),
        ("help", "".into()),
    ])
}

fn chart(chart: Chart) -> &'static str {
    match chart {
        Chart::Table | Chart::Map => "table",
        Chart::Bars => "graphVerticalBar",
        Chart::Pie => "graphPie",
        Chart::Evolution => "sparklines",
    }
}

/// A widget that shows one report; under its heading or, in a page, without it.
fn widget(entry: &Entry, heading: bool) -> Answer {
    let mut fields = vec![("name", Answer::from(entry.name.as_str()))];
    if heading {
        let (name, order) = menu::category(entry.category);
        fields.push(("category", category(entry.category, name, order)));
        let inner = match entry.subcategory.as_str() {
            "" => Answer::Null,
            id => subcategory(id),
        };
        fields.push(("subcategory", inner));
    }
    let mut parameters = vec![("module", Answer::from(entry.module())), ("action", entry.action().into())];
    let mut id = format!("widget{}{}", entry.module(), entry.action());
    if let Some((name, value)) = &entry.param {
        id.push_str(&format!("{name}{}", entries::text(value)));
        parameters.push((name, Answer::from(entries::text(value))));
    }
    fields.extend([
        ("module", entry.module().into()),
        ("action", entry.action().into()),
        ("order", Answer::Int(entry.report.order.into())),
        ("parameters", Answer::record(parameters)),
        ("uniqueId", id.into()),
        ("isWide", Answer::Bool(false)),
        ("viewDataTable", chart(entry.report.chart).into()),
        ("isReport", Answer::Bool(true)),
    ]);
    Answer::record(fields)
}

fn shown(services: &Services, site: &Site) -> Vec<Entry> {
    entries(services, Some(site)).into_iter().filter(|entry| !entry.about.inner).collect()
}

/// Every report as a widget.
pub fn widgets(services: &Services, site: &Site) -> Answer {
    shown(services, site).iter().map(|entry| widget(entry, true)).collect()
}

/// The reports by the pages on which they stand.
pub fn pages(services: &Services, site: &Site) -> Answer {
    let mut pages: Vec<(String, Vec<Entry>)> = Vec::new();
    for entry in shown(services, site).into_iter().filter(|entry| !entry.subcategory.is_empty()) {
        let id = format!("{}.{}", entry.category, entry.subcategory);
        match pages.iter_mut().find(|(known, _)| *known == id) {
            Some((_, page)) => page.push(entry),
            None => pages.push((id, vec![entry])),
        }
    }
    let page = |(id, page): &(String, Vec<Entry>)| {
        let (name, order) = menu::page_category(page[0].category);
        Answer::record([
            ("uniqueId", Answer::from(id.as_str())),
            ("category", category(page[0].category, name, order)),
            ("subcategory", subcategory(&page[0].subcategory)),
            ("widgets", page.iter().map(|entry| widget(entry, false)).collect()),
        ])
    };
    pages.iter().map(page).collect()
}

/// What each report tells, by name.
pub fn reports_explained(services: &Services, site: &Site) -> Answer {
    let mut known: BTreeMap<String, &'static str> = BTreeMap::new();
    for entry in shown(services, site) {
        known.insert(format!("{} ({})", entry.name, menu::category(entry.category).0), entry.report.doc);
    }
    known
        .into_iter()
        .map(|(name, doc)| Answer::record([("name", Answer::from(name)), ("documentation", doc.into())]))
        .collect()
}

/// What each column tells, by name.
pub fn metrics_explained(services: &Services, site: &Site) -> Answer {
    let mut known: BTreeMap<(&'static str, &'static str), &'static str> = BTreeMap::new();
    for entry in &shown(services, site) {
        for metric in entry.columns.all().filter(|metric| metric.id != "label") {
            known.entry((metric.name, metric.id)).or_insert(metric.doc);
        }
    }
    known
        .into_iter()
        .map(|((name, id), doc)| {
            Answer::record([("name", Answer::from(name)), ("id", id.into()), ("documentation", doc.into())])
        })
        .collect()
}
