//! The languages that visitors read.

use crate::{
    core_home::metrics::{NB_VISITS, OF_VISITS},
    rows::{LABEL, all, ours, query_encoded, segment, text},
    user_country::LOCATION,
};
use makoto_catalog::{
    About, Dimension, Expr, Feature, Kind, Meta, Part, Report, RowLabel, Scope, SegmentName, Shape, columns::NAMES,
};
use makoto_model::Value;

static LANGUAGE: Dimension =
    Dimension::read_visit("UserLanguage.Language", "Language", "language", Kind::Text(NAMES), |facts| {
        Value::from(geolocation::visit_language(facts.language))
    })
    .segments(&[SegmentName::text("languageCode", "Language", LOCATION).accepted("de, fr, en-gb, zh-cn, etc.")]);

const PLAIN: Report = Report {
    category: "General_Visitors",
    subcategory: "UserCountry_SubmenuLocations",
    dimension: Some(&LANGUAGE),
    parts: &[Part {
        scope: Scope::Visit,
        keys: &[Expr::Column("language")],
        only: all,
        metrics: OF_VISITS,
        zeros: true,
    }],
    sort: Some(&NB_VISITS),
    rows_max: (500, 100),
    ..Report::PLAIN
};

static GET_LANGUAGE: Report = Report {
    method: "UserLanguage.getLanguage",
    name: "Web-browser language",
    about: &About {
        rows: "Language",
        related: &["UserLanguage.getLanguageCode"],
        ..crate::core_home::about::OF_VISITS
    },
    doc: "The languages of visitors' browsers.",
    order: 8,
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| {
                let code = geolocation::report_language(text(keys, 0));
                Some(vec![Value::from(code.split('-').next().unwrap_or(&code))])
            },
            ours,
            text: |keys| geolocation::language_name(text(keys, 0)).to_owned(),
            meta: |keys, meta| {
                let code = query_encoded(text(keys, 0));
                meta.push(match text(keys, 0) {
                    geolocation::UNKNOWN_LANGUAGE => Meta("segment", Value::from("languageCode==xx")),
                    _ => Meta("segment", Value::from(format!("languageCode=={code},languageCode=@{code}-"))),
                });
            },
            flat_column: "UserLanguage_Language",
            ..LABEL
        }],
        always: None,
        flat: None,
    },
    ..PLAIN
};

static GET_LANGUAGE_CODE: Report = Report {
    method: "UserLanguage.getLanguageCode",
    name: "Language code",
    about: &About { rows: "Language", related: &["UserLanguage.getLanguage"], ..crate::core_home::about::OF_VISITS },
    doc: "The languages of visitors' browsers, with the country they are spoken in.",
    order: 11,
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| Some(vec![Value::from(&*geolocation::report_language(text(keys, 0)))]),
            ours,
            text: |keys| geolocation::language_label(text(keys, 0)),
            meta: |keys, meta| meta.push(segment(&[("languageCode", text(keys, 0))])),
            flat_column: "UserLanguage_Language",
            ..LABEL
        }],
        always: None,
        flat: None,
    },
    ..PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "UserLanguage",
    dimensions: &[&LANGUAGE],
    metrics: &[],
    reports: &[&GET_LANGUAGE, &GET_LANGUAGE_CODE],
    settings: &[],
};
