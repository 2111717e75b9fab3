//! Screens.

use crate::{
    core_home::{
        VISITORS,
        metrics::{NB_VISITS, OF_VISITS},
    },
    devices_detection::names,
    rows::{LABEL, all, segment, text},
};
use makoto_catalog::{
    About, Dimension, Expr, Feature, Kind, Part, Report, RowLabel, Scope, SegmentName, Shape, columns::NAMES,
};
use makoto_model::Value;

static RESOLUTION: Dimension =
    Dimension::read_visit("Resolution.Resolution", "Resolution", "resolution", Kind::Text(NAMES), |facts| {
        Value::from(facts.params.filled("res").unwrap_or("unknown"))
    })
    .segments(&[SegmentName::text("resolution", "Resolution", VISITORS).accepted("1280x1024, 800x600, etc.")]);

const PLAIN: Report =
    Report { category: "General_Visitors", sort: Some(&NB_VISITS), rows_max: (500, 100), ..Report::PLAIN };

static GET_RESOLUTION: Report = Report {
    method: "Resolution.getResolution",
    name: "Screen Resolution",
    about: &About { related: &["Resolution.getConfiguration"], ..crate::core_home::about::OF_VISITS },
    doc: "The screen resolutions of visitors.",
    subcategory: "DevicesDetection_Devices",
    order: 8,
    dimension: Some(&RESOLUTION),
    parts: &[Part {
        scope: Scope::Visit,
        keys: &[Expr::Column("resolution")],
        only: all,
        metrics: OF_VISITS,
        zeros: true,
    }],
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| (text(keys, 0) != "0x0").then(|| keys.to_vec()),
            meta: |keys, meta| meta.push(segment(&[("resolution", text(keys, 0))])),
            flat_column: "Resolution_Resolution",
            ..LABEL
        }],
        always: None,
        flat: None,
    },
    ..PLAIN
};

static GET_CONFIGURATION: Report = Report {
    method: "Resolution.getConfiguration",
    name: "Configurations",
    about: &About {
        rows: "Configuration",
        related: &["Resolution.getResolution"],
        ..crate::core_home::about::OF_VISITS
    },
    doc: "System, browser and resolution together.",
    subcategory: "DevicesDetection_Software",
    order: 7,
    dimension: None,
    parts: &[Part {
        scope: Scope::Visit,
        keys: &[Expr::Column("os"), Expr::Column("browser"), Expr::Column("resolution")],
        only: all,
        metrics: OF_VISITS,
        zeros: true,
    }],
    shape: Shape::Rows {
        levels: &[RowLabel {
            text: |keys| {
                let (system, browser) = (names::system(text(keys, 0)), names::browser(text(keys, 1)));
                format!("{system} / {browser} / {}", text(keys, 2))
            },
            flat_column: "Resolution_Configuration",
            ..LABEL
        }],
        always: None,
        flat: None,
    },
    ..PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "Resolution",
    dimensions: &[&RESOLUTION],
    metrics: &[],
    reports: &[&GET_RESOLUTION, &GET_CONFIGURATION],
    settings: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::{Source, Stored, Table};

    #[test]
    fn a_resolution_has_its_column_segment_and_report() {
        let catalog = crate::catalog().unwrap();
        let column = catalog.columns(Table::Visit).iter().find(|column| column.name == "resolution").unwrap();
        assert_eq!(column.stored, Stored::Text(NAMES));
        assert!(matches!(RESOLUTION.source, Source::Captured { .. }));
        let captured = catalog.captured(Table::Visit).iter().filter(|dimension| dimension.id == RESOLUTION.id);
        assert_eq!(captured.count(), 1);
        let (dimension, segment) = catalog.segment("resolution").unwrap();
        assert_eq!((dimension.id, segment.title), ("Resolution.Resolution", "Resolution"));
        let report = catalog.report("Resolution.getResolution").unwrap();
        assert_eq!(report.dimension.map(|dimension| dimension.column), Some("resolution"));
        assert_eq!((report.category, report.subcategory), ("General_Visitors", "DevicesDetection_Devices"));
    }

    #[test]
    fn screens_are_rows_with_a_segment_and_none_is_no_row() {
        let Shape::Rows { levels, .. } = &GET_RESOLUTION.shape else { panic!("a table of rows") };
        let keys = [Value::from("1280x1024")];
        assert_eq!((levels[0].row)(&keys), Some(keys.to_vec()));
        assert_eq!((levels[0].row)(&[Value::from("0x0")]), None);
        let mut meta = Vec::new();
        (levels[0].meta)(&keys, &mut meta);
        assert_eq!(meta.len(), 1);
        assert_eq!((meta[0].0, &meta[0].1), ("segment", &Value::from("resolution==1280x1024")));
    }
}
