//! Where the month lies, and the columns that are asked about.

use crate::Failure;
use makoto_catalog::{Catalog, Dimension, Feature, Kind, columns::NAMES};
use makoto_model::Value;
use std::sync::Arc;

/// 2026-03-01 00:00 UTC.
pub const START_S: i64 = 20_513 * 86_400;
pub const DAYS: i64 = 31;
pub const SITE: i64 = 1;

static BROWSER: Dimension =
    Dimension::read_visit("Month.Browser", "Browser", "browser", Kind::Text(NAMES), |_| Value::Null);
static CITY: Dimension = Dimension::read_visit("Month.City", "City", "city", Kind::Text(NAMES), |_| Value::Null);
static COUNTRY: Dimension =
    Dimension::read_visit("Month.Country", "Country", "country", Kind::Text(NAMES), |_| Value::Null);
static LANGUAGE: Dimension =
    Dimension::read_visit("Month.Language", "Language", "language", Kind::Text(NAMES), |_| Value::Null);
static RESOLUTION: Dimension =
    Dimension::read_visit("Month.Resolution", "Resolution", "resolution", Kind::Text(NAMES), |_| Value::Null);
static DEVICE: Dimension = Dimension::read_visit("Month.Device", "Device", "device_type", Kind::Int, |_| Value::Null);
static SYSTEM: Dimension = Dimension::read_visit("Month.System", "System", "os", Kind::Text(NAMES), |_| Value::Null);
static FEATURE: Feature = Feature {
    name: "Month",
    dimensions: &[&BROWSER, &CITY, &COUNTRY, &LANGUAGE, &RESOLUTION, &DEVICE, &SYSTEM],
    metrics: &[],
    reports: &[],
    settings: &[],
};
static FEATURES: &[&Feature] = &[&FEATURE];

pub fn catalog() -> Result<Arc<Catalog>, Failure> {
    Ok(Arc::new(Catalog::new(FEATURES)?))
}
