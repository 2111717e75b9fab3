//! One folder per Matomo plugin: its declarations and the small pure functions behind them, and the management
//! methods that reach the stores with a grant.

pub mod actions;
pub mod activity_log;
pub mod annotations;
pub mod api;
pub mod contents;
pub mod core_admin_home;
pub mod core_home;
pub mod core_plugins_admin;
pub mod custom_dimensions;
pub mod dashboard;
pub mod device_plugins;
pub mod devices_detection;
pub mod diagnostics;
mod earlier;
pub mod english;
pub mod events;
pub mod goals;
pub mod insights;
pub mod languages_manager;
pub mod live;
pub mod login;
pub mod methods;
pub mod multi_sites;
pub mod overlay;
pub mod page_performance;
pub mod privacy_manager;
pub mod probes;
pub mod public_reports;
pub mod referrers;
pub mod resolution;
mod rows;
pub mod security_checkup;
pub mod segment_editor;
pub mod services;
pub mod sites_manager;
pub mod transitions;
pub mod two_factor_auth;
pub mod user_country;
pub mod user_id;
pub mod user_language;
pub mod users_manager;
pub mod visit_frequency;
pub mod visit_time;
pub mod visitor_interest;
pub mod visits_summary;

pub use methods::{COMPOSED, METHODS, composed, guard, is_secret, method};
pub use services::Services;

use makoto_catalog::{Catalog, Unsound};

// `FEATURES`: every module above that declares a `FEATURE`, by name. `build.rs` finds them.
include!(concat!(env!("OUT_DIR"), "/features.rs"));

/// All declarations, joined and checked.
///
/// # Errors
/// `Unsound` when declarations contradict each other; the tests of this crate keep that from happening.
pub fn catalog() -> Result<Catalog, Unsound> {
    Catalog::new(FEATURES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::{Kind, Privacy, Read, Shape, Source};
    use std::collections::BTreeSet;

    #[test]
    fn declarations_agree_with_each_other() {
        let catalog = catalog().unwrap_or_else(|fault| panic!("{fault}"));
        assert!(catalog.reports().count() > 50);
    }

    #[test]
    fn subtables_are_reports_and_labels_have_columns() {
        let catalog = catalog().unwrap();
        for report in catalog.reports() {
            if let Some(subtable) = report.subtable {
                assert!(catalog.report(subtable).is_some(), "{} opens to {subtable}", report.method);
            }
            if let Shape::Rows { levels, .. } = &report.shape {
                assert!(!levels[0].flat_column.is_empty(), "{} has no name for its label", report.method);
            }
        }
    }

    #[test]
    fn few_reports_need_an_escape_hatch() {
        let catalog = catalog().unwrap();
        let own = |shape: &Shape| {
            matches!(shape, Shape::Visits { .. } | Shape::Recent { .. } | Shape::Folded { .. } | Shape::Custom { .. })
        };
        let odd: Vec<_> = catalog.reports().filter(|report| own(&report.shape)).map(|report| report.method).collect();
        let all = catalog.reports().count();
        assert!(odd.len() * 5 <= all, "{} of {all}: {odd:?}", odd.len());
    }

    #[test]
    fn names_of_persons_and_places_are_personal() {
        let catalog = catalog().unwrap();
        let personal = ["user_id", "address", "address_order", "visitor", "config_id", "latitude", "longitude"];
        for dimension in catalog.dimensions().filter(|dimension| personal.contains(&dimension.column)) {
            assert_ne!(dimension.privacy, Privacy::Anonymous, "{}", dimension.id);
        }
    }

    #[test]
    fn the_example_of_every_segment_means_something() {
        let catalog = catalog().unwrap();
        let mut names = BTreeSet::new();
        for dimension in catalog.dimensions() {
            for segment in dimension.segments {
                assert!(names.insert(segment.name), "{} stands twice", segment.name);
                let means = match segment.read {
                    Read::Text | Read::Url => matches!(dimension.kind, Kind::Text(_)),
                    Read::Number => segment.example.parse::<f64>().is_ok() && !matches!(dimension.kind, Kind::Text(_)),
                    Read::Named(read) => !read(makoto_catalog::Op::Is, segment.example).is_empty(),
                    Read::Condition(read) => read(makoto_catalog::Op::Is, segment.example).is_some(),
                };
                assert!(means, "{}", segment.name);
            }
        }
        assert!(names.len() >= 70, "{} names", names.len());
    }

    #[test]
    fn derived_dimensions_stand_on_stored_columns() {
        let catalog = catalog().unwrap();
        for dimension in catalog.dimensions().filter(|d| matches!(d.source, Source::Derived(_))) {
            let table = makoto_catalog::table(dimension.scope);
            let known = catalog.columns(table).iter().any(|column| column.name == dimension.column);
            assert!(known, "{}", dimension.id);
        }
    }
}
