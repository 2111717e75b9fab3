//! Lists made of the reports: widgets, pages of a menu, and what reports and columns mean.

use super::{
    entries::{Entry, entries},
    menu, pages,
};
use crate::Services;
use makoto_catalog::{Answer, language::Language};
use makoto_model::Site;
use std::collections::BTreeMap;

fn shown(services: &Services, site: &Site, language: &'static Language) -> Vec<Entry> {
    entries(services, Some(site), language).into_iter().filter(|entry| !entry.about.inner).collect()
}

/// Whether it is no report of orders, and none of a dimension that a site defines itself.
fn is_general(entry: &Entry) -> bool {
    entry.category != "Goals_Ecommerce" && entry.module() != "CustomDimensions"
}

/// Every widget.
pub fn widgets(services: &Services, site: &Site, language: &'static Language) -> Answer {
    let pages = pages::pages(site, language, &entries(services, Some(site), language));
    Answer::List(pages::others(language).into_iter().chain(pages.iter().flat_map(pages::Page::apart)).collect())
}

/// The pages of the menu with their widgets.
pub fn pages(services: &Services, site: &Site, language: &'static Language) -> Answer {
    pages::pages(site, language, &entries(services, Some(site), language)).iter().map(pages::Page::record).collect()
}

/// What each report tells, by name; those of orders and of a site's own dimensions are left out.
pub fn reports_explained(services: &Services, site: &Site, language: &'static Language) -> Answer {
    let mut known: BTreeMap<String, &'static str> = BTreeMap::new();
    for entry in shown(services, site, language).into_iter().filter(is_general) {
        known.insert(format!("{} ({})", entry.name, language.of(menu::category(entry.category).0)), entry.report.doc);
    }
    known
        .into_iter()
        .map(|(name, doc)| Answer::record([("name", Answer::from(name)), ("documentation", doc.into())]))
        .collect()
}

/// What each column tells, by name.
pub fn metrics_explained(services: &Services, site: &Site, language: &'static Language) -> Answer {
    let mut known: BTreeMap<(&'static str, &'static str), &'static str> = BTreeMap::new();
    for entry in &shown(services, site, language) {
        for metric in entry.columns.all().filter(|metric| metric.id != "label") {
            known.entry((metric.name, metric.id)).or_insert(metric.doc);
        }
    }
    known
        .into_iter()
        .map(|((name, id), doc)| {
            Answer::record([
                ("name", Answer::from(&*language.of(name))),
                ("id", id.into()),
                ("documentation", doc.into()),
            ])
        })
        .collect()
}
