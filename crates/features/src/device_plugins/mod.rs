//! Browser plugins, as far as browsers still tell.

use crate::{core_home::metrics::VISITS, rows::all};
use makoto_catalog::{
    About, Aggregate, Condition, Dimension, Expr, Facts, Feature, Formula, Kind, Meta, Metric, Op, Part, Report, Scope,
    Shape, Unit,
};
use makoto_model::Value;

fn flag(facts: &Facts, name: &str) -> Value {
    Value::from(facts.params.flag(name))
}

macro_rules! plugin {
    ($dimension:ident, $metric:ident, $id:literal, $name:literal, $column:literal, $param:literal) => {
        static $dimension: Dimension =
            Dimension::read_visit($id, $name, $column, Kind::Bool, |facts| flag(facts, $param));
        static $metric: Metric = Metric::counted(
            $column,
            $name,
            "Visits whose browser had this plugin.",
            Aggregate::Sum(Expr::Column($column)),
            None,
        );
    };
}

plugin!(COOKIE, WITH_COOKIE, "DevicePlugins.PluginCookie", "Cookie", "plugin_cookie", "cookie");
plugin!(FLASH, WITH_FLASH, "DevicePlugins.PluginFlash", "Flash", "plugin_flash", "fla");
plugin!(JAVA, WITH_JAVA, "DevicePlugins.PluginJava", "Java", "plugin_java", "java");
plugin!(PDF, WITH_PDF, "DevicePlugins.PluginPdf", "Pdf", "plugin_pdf", "pdf");
plugin!(QUICKTIME, WITH_QUICKTIME, "DevicePlugins.PluginQuickTime", "Quicktime", "plugin_quicktime", "qt");
plugin!(REALPLAYER, WITH_REALPLAYER, "DevicePlugins.PluginRealPlayer", "Realplayer", "plugin_realplayer", "realp");
plugin!(SILVERLIGHT, WITH_SILVERLIGHT, "DevicePlugins.PluginSilverlight", "Silverlight", "plugin_silverlight", "ag");
plugin!(WINDOWS, WITH_WINDOWS, "DevicePlugins.PluginWindowsMedia", "Windowsmedia", "plugin_windowsmedia", "wma");

/// The columns of plugins, for those who list them.
pub const COLUMNS: [&str; 8] = [
    "plugin_cookie",
    "plugin_flash",
    "plugin_java",
    "plugin_pdf",
    "plugin_quicktime",
    "plugin_realplayer",
    "plugin_silverlight",
    "plugin_windowsmedia",
];

static TELLING: Metric = VISITS.named("visits_telling").hidden();
static INTO: Metric = VISITS;

/// Internet Explorer before 11 tells of no plugins.
fn telling() -> Condition {
    let is =
        |column, value: &str| Condition::Compare { expr: Expr::Column(column), op: Op::Is, value: Value::from(value) };
    let old = ["5.5", "6.0", "7.0", "8.0", "9.0", "10.0"].map(|version| is("browser_version", version));
    Condition::Not(Box::new(Condition::All(vec![is("browser", "IE"), Condition::Any(old.to_vec())])))
}

static PERCENTAGE: Metric = Metric {
    id: "nb_visits_percentage",
    name: "% Visits",
    doc: "The part of the visits whose browser tells of plugins.",
    unit: Unit::Percent,
    formula: Formula::Share { of: &TELLING },
    hidden: false,
    daily_only: false,
    outer_only: false,
    adds_up: false,
    only_with: &[],
};

static GET_PLUGIN: Report = Report {
    method: "DevicePlugins.getPlugin",
    name: "Browser Plugins",
    about: &About { rows: "Plugin", processed: &[&PERCENTAGE], ..crate::core_home::about::OF_CLASSES },
    doc: "Which plugins visitors' browsers had.",
    category: "General_Visitors",
    subcategory: "DevicesDetection_Software",
    order: 4,
    parts: &[
        Part {
            scope: Scope::Visit,
            keys: &[],
            only: all,
            metrics: &[
                &WITH_COOKIE,
                &WITH_FLASH,
                &WITH_JAVA,
                &WITH_PDF,
                &WITH_QUICKTIME,
                &WITH_REALPLAYER,
                &WITH_SILVERLIGHT,
                &WITH_WINDOWS,
            ],
            zeros: true,
        },
        Part { scope: Scope::Visit, keys: &[], only: telling, metrics: &[&TELLING], zeros: true },
    ],
    processed: &[&PERCENTAGE],
    shape: Shape::Metrics {
        into: &INTO,
        label: |id| {
            let name = id.trim_start_matches("plugin_");
            let logo = format!("plugins/Morpheus/icons/dist/plugins/{name}.png");
            let mut label = name.to_owned();
            label[..1].make_ascii_uppercase();
            (label, vec![Meta("logo", Value::from(logo))])
        },
    },
    ..Report::PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "DevicePlugins",
    dimensions: &[&COOKIE, &FLASH, &JAVA, &PDF, &QUICKTIME, &REALPLAYER, &SILVERLIGHT, &WINDOWS],
    metrics: &[],
    reports: &[&GET_PLUGIN],
    settings: &[],
};
