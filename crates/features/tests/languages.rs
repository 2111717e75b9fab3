//! Every text of ours that answers show has a translation, and no file has others.

use makoto_catalog::{Report, Shape, language::languages};
use makoto_features::{COMPOSED, catalog, english};
use std::collections::BTreeSet;

fn report_texts(report: &Report, texts: &mut BTreeSet<String>) {
    let about = report.about;
    if about.metrics.is_empty() && !matches!(report.shape, Shape::Union { .. }) {
        return;
    }
    texts.extend([report.name, about.rows, report.doc].map(str::to_owned));
    let columns = about.metrics.iter().chain(about.processed).chain(about.also).copied();
    texts.extend(columns.map(|metric| metric.name.to_owned()));
    let told = about.metrics.iter().chain(about.processed).copied();
    texts.extend(told.map(|metric| metric.doc.to_owned()));
    let dimension = match &report.shape {
        Shape::Subtable { dimension, .. } => Some(*dimension),
        _ => report.dimension,
    };
    texts.extend(dimension.filter(|_| about.rows.is_empty()).map(|dimension| dimension.name.to_owned()));
}

/// All English texts of ours: names from the declarations, and those that features list.
fn texts() -> BTreeSet<String> {
    let catalog = catalog().unwrap();
    let mut texts: BTreeSet<String> = english::texts().collect();
    let listed = COMPOSED.iter().flat_map(|methods| methods.iter()).filter_map(|method| method.listed);
    catalog.reports().chain(listed).for_each(|report| report_texts(report, &mut texts));
    let segments = catalog.dimensions().flat_map(|dimension| dimension.segments);
    texts.extend(segments.map(|segment| segment.title.to_owned()));
    texts
        .extend(catalog.reports().flat_map(Report::metrics).filter(|metric| !metric.hidden).map(|m| m.name.to_owned()));
    texts.remove("");
    texts
}

#[test]
fn every_language_has_every_text_and_no_other() {
    let english = texts();
    for language in languages().filter(|language| !language.is_english()) {
        let own: BTreeSet<String> = language.english_texts().map(str::to_owned).collect();
        let missing: Vec<_> = english.difference(&own).collect();
        let unused: Vec<_> = own.difference(&english).collect();
        assert!(missing.is_empty() && unused.is_empty(), "{}: missing {missing:#?}, unused {unused:#?}", language.code);
    }
}
