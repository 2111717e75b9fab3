//! Devices, systems and browsers.

pub mod names;
mod reports;

use crate::core_home::VISITORS;
use device_detection::DeviceType;
use makoto_catalog::{Condition, Dimension, Expr, Feature, Kind, Op, Read, SegmentName, columns::NAMES};
use makoto_model::{Device, Value};

/// Matomo's number of the device type; null when unknown.
pub static TYPE: Dimension =
    Dimension::read_visit("DevicesDetection.DeviceType", "Device type", "device_type", Kind::Int, |facts| {
        Value::from(facts.device.device_type.map(i64::from))
    })
    .segments(&[SegmentName::text("deviceType", "Device type", VISITORS)
        .read(Read::Named(types), "smartphone")
        .accepted(
            "desktop, smartphone, tablet, feature phone, console, tv, car browser, smart display, camera, \
         portable media player, phablet, smart speaker, wearable, peripheral",
        )]);

fn types(op: Op, text: &str) -> Vec<Value> {
    let wanted = text.to_lowercase();
    let meets = |kind: &&DeviceType| meets(op, kind.name(), &wanted);
    DeviceType::ALL.iter().filter(meets).map(|kind| Value::Int(i64::from(kind.id()))).collect()
}

/// Whether a name, without regard to case, meets an operator that is no negation.
pub fn meets(op: Op, name: &str, wanted: &str) -> bool {
    let (name, wanted) = (name.to_lowercase(), wanted.to_lowercase());
    match op {
        Op::Contains => name.contains(&wanted),
        Op::StartsWith => name.starts_with(&wanted),
        Op::EndsWith => name.ends_with(&wanted),
        _ => name == wanted,
    }
}

pub static BRAND: Dimension =
    Dimension::read_visit("DevicesDetection.DeviceBrand", "Device brand", "device_brand", Kind::Text(NAMES), |facts| {
        Value::from(facts.device.brand.as_str())
    })
    .segments(&[SegmentName::text("deviceBrand", "Device brand", VISITORS)
        .read(Read::Condition(brand), "Apple")
        .accepted("Apple, Google, Samsung, …")]);

fn brand(op: Op, text: &str) -> Option<Condition> {
    let unknown = op == Op::Is && text.eq_ignore_ascii_case("unknown");
    let value = Value::from(if unknown { "" } else { text });
    Some(Condition::Compare { expr: Expr::Column("device_brand"), op, value })
}

pub static MODEL: Dimension =
    Dimension::read_visit("DevicesDetection.DeviceModel", "Device model", "device_model", Kind::Text(NAMES), |facts| {
        Value::from(model(&facts.device.model, facts.device.device_type, &facts.device.os_code))
    })
    .segments(&[
        SegmentName::text("deviceModel", "Device model", VISITORS).accepted("iPad, Nexus 5, Galaxy S5, Fire TV, etc.")
    ]);

/// What no rule names is a device of its type; without a type, what its system tells.
fn model(name: &str, kind: Option<u8>, os: &str) -> String {
    match (name, kind.and_then(DeviceType::from_id)) {
        ("", Some(kind)) => format!("generic {}", kind.name()),
        ("", None) if !os.is_empty() && !names::DESKTOP_FAMILIES.contains(&names::family(os)) => {
            "generic mobile".to_owned()
        }
        _ => name.to_owned(),
    }
}

/// Whether a stored model is no name of a device, so that its title is in our words.
pub fn is_no_model(stored: &str) -> bool {
    stored.is_empty() || stored.starts_with("generic ")
}

/// A stored model as people read it.
pub fn model_title(stored: &str) -> String {
    match stored {
        "" => "Unknown".to_owned(),
        "generic mobile" => "Generic Mobile device".to_owned(),
        _ => match stored.strip_prefix("generic ") {
            Some(kind) => format!("Generic {}", capitalised(kind)),
            None => stored.to_owned(),
        },
    }
}

/// The first letter large.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

pub static OS: Dimension =
    Dimension::read_visit("DevicesDetection.Os", "Operating system", "os", Kind::Text(NAMES), |facts| {
        Value::from(system(facts.device))
    })
    .segments(&[
        SegmentName::text("operatingSystemCode", "Operating system code", VISITORS)
            .accepted("WIN, LIN, MAC, AND, IOS etc."),
        SegmentName::text("operatingSystemName", "Operating system", VISITORS)
            .read(Read::Named(systems), "WIN")
            .accepted("Windows, Linux, Mac, Android, iOS etc."),
    ]);

/// The code of the system that a visit runs on; bots that are tracked have one of their own.
fn system(device: &Device) -> &str {
    match device.os_code.as_str() {
        _ if device.bot.is_some() => names::BOT,
        "" => names::UNKNOWN,
        code => code,
    }
}

fn systems(op: Op, text: &str) -> Vec<Value> {
    or_itself(names::system_codes(|name| meets(op, name, text)), text)
}

fn or_itself(codes: Vec<&'static str>, text: &str) -> Vec<Value> {
    match codes.as_slice() {
        [] if text.eq_ignore_ascii_case("unknown") => vec![Value::from(names::UNKNOWN)],
        [] => vec![Value::from(text)],
        _ => codes.into_iter().map(Value::from).collect(),
    }
}

pub static OS_VERSION: Dimension = Dimension::read_visit(
    "DevicesDetection.OsVersion",
    "Operating system version",
    "os_version",
    Kind::Text(NAMES),
    |facts| match system(facts.device) {
        names::BOT | names::UNKNOWN => Value::from(names::UNKNOWN),
        _ => Value::from(facts.device.os_version.as_str()),
    },
)
.segments(&[
    SegmentName::text("operatingSystemVersion", "Operating system version", VISITORS).accepted("XP, 7, 2.3, 5.1, ...")
]);

pub static BROWSER: Dimension =
    Dimension::read_visit("DevicesDetection.BrowserName", "Browser", "browser", Kind::Text(NAMES), |facts| {
        Value::from(facts.device.client.as_ref().map_or(names::UNKNOWN, |client| match client.code.as_str() {
            "" => &client.name,
            code => code,
        }))
    })
    .segments(&[
        SegmentName::text("browserCode", "Browser code", VISITORS).accepted("FF, IE, CH, SF, OP etc."),
        SegmentName::text("browserName", "Browser", VISITORS)
            .read(Read::Named(browsers), "FF")
            .accepted("Firefox, Internet Explorer, Chrome, Safari, Opera etc."),
    ]);

fn browsers(op: Op, text: &str) -> Vec<Value> {
    or_itself(names::browser_codes(|name| meets(op, name, text)), text)
}

pub static BROWSER_VERSION: Dimension = Dimension::read_visit(
    "DevicesDetection.BrowserVersion",
    "Browser version",
    "browser_version",
    Kind::Text(NAMES),
    |facts| Value::from(facts.device.client.as_ref().map_or("", |client| &client.version)),
)
.segments(&[SegmentName::text("browserVersion", "Browser version", VISITORS).accepted("1.0, 8.0, etc.")]);

pub static ENGINE: Dimension = Dimension::read_visit(
    "DevicesDetection.BrowserEngine",
    "Browser engine",
    "browser_engine",
    Kind::Text(NAMES),
    |facts| Value::from(facts.device.client.as_ref().map_or("", |client| &client.engine)),
)
.segments(&[SegmentName::text("browserEngine", "Browser engine", VISITORS)
    .accepted("Trident, WebKit, Presto, Gecko, Blink, etc.")]);

pub static CLIENT_TYPE: Dimension =
    Dimension::read_visit("DevicesDetection.ClientType", "Client type", "client_type", Kind::Int, |facts| {
        Value::from(facts.device.client.as_ref().map(|client| client.kind as i64))
    })
    .segments(&[SegmentName::text("clientType", "Client type", VISITORS)
        .read(Read::Named(client_types), "browser")
        .accepted("browser, library, feed reader, mediaplayer, mobile app, pim")]);

const CLIENT_TYPES: [&str; 6] = ["browser", "library", "feed reader", "mediaplayer", "mobile app", "pim"];

fn client_types(op: Op, text: &str) -> Vec<Value> {
    (1..).zip(CLIENT_TYPES).filter(|(_, name)| meets(op, name, text)).map(|(number, _)| Value::Int(number)).collect()
}

pub static FEATURE: Feature = Feature {
    name: "DevicesDetection",
    dimensions: &[&TYPE, &BRAND, &MODEL, &OS, &OS_VERSION, &BROWSER, &BROWSER_VERSION, &ENGINE, &CLIENT_TYPE],
    metrics: &[],
    reports: reports::REPORTS,
    settings: &[],
};
