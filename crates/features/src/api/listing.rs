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

/// Features whose columns are explained where they stand: those of goals, of new visitors, of all sites; and the one
/// that repeats the columns of others.
const APART: &[&str] = &["API", "Goals", "VisitFrequency", "MultiSites", "CustomDimensions"];

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
        .map(|(name, doc)| {
            Answer::record([("name", Answer::from(name)), ("documentation", Answer::from(&*language.of(doc)))])
        })
        .collect()
}

/// What each column tells, by name.
pub fn metrics_explained(services: &Services, site: &Site, language: &'static Language) -> Answer {
    let mut known: Vec<(String, &'static str, &'static str)> = Vec::new();
    let general = |entry: &Entry| !APART.contains(&entry.module()) && entry.report.method != "Referrers.get";
    for entry in shown(services, site, language).iter().filter(|entry| general(entry)) {
        for metric in entry.columns.all().filter(|metric| metric.id != "label") {
            let name = language.of(metric.name);
            let other = known.iter().any(|(_, id, _)| *id == metric.id);
            let name = match other {
                true => format!("{name} ({})", language.of(menu::category(entry.category).0)),
                false => name.into_owned(),
            };
            let same =
                |(told, id, doc): &(String, &str, &str)| *told == name || (*id == metric.id && *doc == metric.doc);
            if !known.iter().any(same) {
                known.push((name, metric.id, metric.doc));
            }
        }
    }
    known.sort();
    known
        .into_iter()
        .map(|(name, id, doc)| {
            Answer::record([
                ("name", Answer::from(name)),
                ("id", id.into()),
                ("documentation", Answer::from(&*language.of(doc))),
            ])
        })
        .collect()
}
