use super::{
    BRAND, BROWSER, BROWSER_VERSION, ENGINE, MODEL, OS, OS_VERSION, TYPE, capitalised, is_no_model, model_title, names,
};
use crate::{
    core_home::metrics::{NB_VISITS, OF_VISITS},
    rows::{LABEL, all, int, ours, segment, text},
};
use device_detection::DeviceType;
use makoto_catalog::{
    About, Always, AlwaysColumns, Chart, Expr, GoalColumns, Meta, Part, Report, RowLabel, Scope, Shape,
};
use makoto_model::Value;

pub const REPORTS: &[&Report] = &[
    &GET_TYPE,
    &GET_BRAND,
    &GET_MODEL,
    &GET_OS_FAMILIES,
    &GET_OS_VERSIONS,
    &GET_BROWSERS,
    &GET_VERSIONS,
    &GET_ENGINES,
];

const PLAIN: Report = Report {
    category: "General_Visitors",
    subcategory: "DevicesDetection_Devices",
    sort: Some(&NB_VISITS),
    chart: Chart::Pie,
    rows_max: (500, 100),
    ..Report::PLAIN
};

const fn part(keys: &'static [Expr]) -> Part {
    Part { scope: Scope::Visit, keys, only: all, metrics: OF_VISITS, zeros: true }
}

const fn rows(levels: &'static [RowLabel]) -> Shape {
    Shape::Rows { levels, always: None, flat: None }
}

fn logo(meta: &mut Vec<Meta>, folder: &str, name: &str) {
    meta.push(Meta("logo", Value::from(format!("plugins/Morpheus/icons/dist/{folder}/{name}.png"))));
}

static GET_TYPE: Report = Report {
    method: "DevicesDetection.getType",
    name: "Device type",
    about: &crate::core_home::about::VISITS_AND_GOALS,
    doc: "The kinds of devices that visitors used.",
    order: 0,
    dimension: Some(&TYPE),
    parts: &[part(&[Expr::Column("device_type")])],
    goals: GoalColumns::ByKeys { inner: false, keys: None },
    shape: Shape::Rows {
        levels: &[RowLabel {
            ours,
            text: |keys| capitalised(type_name(keys).unwrap_or("unknown")),
            meta: |keys, meta| {
                if let Some(name) = type_name(keys) {
                    meta.push(segment(&[("deviceType", name)]));
                }
                logo(meta, "devices", &type_name(keys).unwrap_or("unknown").replace(' ', "_"));
            },
            flat_column: "DevicesDetection_DeviceType",
            ..LABEL
        }],
        always: Some(Always {
            rows: || DeviceType::ALL.iter().map(|kind| vec![Value::Int(i64::from(kind.id()))]).collect(),
            columns: AlwaysColumns::Only("nb_visits"),
        }),
        flat: None,
    },
    ..PLAIN
};

fn type_name(keys: &[Value]) -> Option<&'static str> {
    match keys.first() {
        Some(Value::Int(_)) => DeviceType::from_id(u8::try_from(int(keys, 0)).ok()?).map(DeviceType::name),
        _ => None,
    }
}

static GET_BRAND: Report = Report {
    method: "DevicesDetection.getBrand",
    name: "Device brand",
    about: &crate::core_home::about::VISITS_AND_GOALS,
    doc: "The makers of the devices that visitors used.",
    order: 1,
    dimension: Some(&BRAND),
    parts: &[part(&[Expr::Column("device_brand")])],
    goals: GoalColumns::ByKeys { inner: false, keys: None },
    shape: rows(&[RowLabel {
        ours: is_unknown,
        text: |keys| brand(keys, 0).to_owned(),
        meta: |keys, meta| {
            logo(meta, "brand", brand(keys, 0));
            meta.push(segment(&[("deviceBrand", brand(keys, 0))]));
        },
        flat_column: "DevicesDetection_DeviceBrand",
        ..LABEL
    }]),
    ..PLAIN
};

/// Whether no rule tells what it is; all other names are data.
fn is_unknown(keys: &[Value]) -> bool {
    matches!(text(keys, 0), "" | names::UNKNOWN | "Unknown")
}

fn brand(keys: &[Value], place: usize) -> &str {
    match text(keys, place) {
        "" => "Unknown",
        name => name,
    }
}

static GET_MODEL: Report = Report {
    method: "DevicesDetection.getModel",
    name: "Device model",
    about: &crate::core_home::about::VISITS_AND_GOALS,
    doc: "The models of the devices that visitors used.",
    order: 2,
    dimension: Some(&MODEL),
    parts: &[part(&[Expr::Column("device_brand"), Expr::Column("device_model")])],
    goals: GoalColumns::ByKeys { inner: false, keys: None },
    shape: rows(&[RowLabel {
        ours: |keys| is_no_model(text(keys, 1)),
        text: |keys| {
            let model = model_title(text(keys, 1));
            if text(keys, 0).is_empty() { model } else { format!("{} - {model}", text(keys, 0)) }
        },
        meta: |keys, meta| {
            meta.push(segment(&[("deviceBrand", brand(keys, 0)), ("deviceModel", text(keys, 1))]));
        },
        flat_column: "DevicesDetection_DeviceModel",
        ..LABEL
    }]),
    ..PLAIN
};

static GET_OS_FAMILIES: Report = Report {
    method: "DevicesDetection.getOsFamilies",
    name: "Operating System families",
    about: &About {
        rows: "Operating system family",
        related: &["DevicesDetection.getOsVersions"],
        ..crate::core_home::about::OF_VISITS
    },
    doc: "The families of operating systems that visitors used.",
    subcategory: "DevicesDetection_Software",
    order: 3,
    dimension: Some(&OS),
    parts: &[part(&[Expr::Column("os")])],
    shape: rows(&[RowLabel {
        ours: is_unknown,
        row: |keys| Some(vec![Value::from(names::family(text(keys, 0)))]),
        meta: |keys, meta| logo(meta, "os", text(keys, 0)),
        flat_column: "DevicesDetection_OperatingSystemFamily",
        ..LABEL
    }]),
    ..PLAIN
};

static GET_OS_VERSIONS: Report = Report {
    method: "DevicesDetection.getOsVersions",
    name: "Operating System versions",
    about: &About { related: &["DevicesDetection.getOsFamilies"], ..crate::core_home::about::OF_VISITS },
    doc: "The operating systems that visitors used, with their versions.",
    subcategory: "DevicesDetection_Software",
    order: 4,
    dimension: Some(&OS_VERSION),
    parts: &[part(&[Expr::Column("os"), Expr::Column("os_version")])],
    shape: rows(&[RowLabel {
        ours: is_unknown,
        text: |keys| names::with_version(names::system(text(keys, 0)), text(keys, 1)),
        meta: |keys, meta| {
            meta.push(segment(&[("operatingSystemCode", text(keys, 0)), ("operatingSystemVersion", text(keys, 1))]));
            logo(meta, "os", text(keys, 0));
        },
        flat_column: "DevicesDetection_OperatingSystemVersion",
        ..LABEL
    }]),
    ..PLAIN
};

static GET_BROWSERS: Report = Report {
    method: "DevicesDetection.getBrowsers",
    name: "Browsers",
    about: &About { related: &["DevicesDetection.getBrowserVersions"], ..crate::core_home::about::WITH_GOALS },
    doc: "The browsers that visitors used.",
    subcategory: "DevicesDetection_Software",
    order: 5,
    dimension: Some(&BROWSER),
    parts: &[part(&[Expr::Column("browser")])],
    goals: GoalColumns::ByKeys { inner: false, keys: None },
    shape: rows(&[RowLabel {
        ours: is_unknown,
        text: |keys| names::browser(text(keys, 0)).to_owned(),
        meta: |keys, meta| {
            logo(meta, "browsers", text(keys, 0));
            if names::is_code(text(keys, 0)) {
                meta.push(segment(&[("browserCode", text(keys, 0))]));
            }
        },
        flat_column: "DevicesDetection_BrowserName",
        ..LABEL
    }]),
    ..PLAIN
};

static GET_VERSIONS: Report = Report {
    method: "DevicesDetection.getBrowserVersions",
    name: "Browser version",
    about: &About { related: &["DevicesDetection.getBrowsers"], ..crate::core_home::about::OF_VISITS },
    doc: "The browsers that visitors used, with their versions.",
    subcategory: "DevicesDetection_Software",
    order: 6,
    dimension: Some(&BROWSER_VERSION),
    parts: &[part(&[Expr::Column("browser"), Expr::Column("browser_version")])],
    shape: rows(&[RowLabel {
        ours: is_unknown,
        text: |keys| names::with_version(names::browser(text(keys, 0)), text(keys, 1)),
        meta: |keys, meta| {
            meta.push(segment(&[("browserCode", text(keys, 0)), ("browserVersion", text(keys, 1))]));
            logo(meta, "browsers", text(keys, 0));
        },
        flat_column: "DevicesDetection_BrowserVersion",
        ..LABEL
    }]),
    ..PLAIN
};

static GET_ENGINES: Report = Report {
    method: "DevicesDetection.getBrowserEngines",
    name: "Browser engines",
    about: &crate::core_home::about::VISITS,
    doc: "The rendering engines of the browsers that visitors used.",
    subcategory: "DevicesDetection_Software",
    order: 7,
    dimension: Some(&ENGINE),
    parts: &[part(&[Expr::Column("browser_engine")])],
    shape: rows(&[RowLabel {
        ours: is_unknown,
        text: |keys| names::engine(text(keys, 0)),
        meta: |keys, meta| {
            meta.push(segment(&[("browserEngine", text(keys, 0))]));
        },
        flat_column: "DevicesDetection_BrowserEngine",
        ..LABEL
    }]),
    ..PLAIN
};
