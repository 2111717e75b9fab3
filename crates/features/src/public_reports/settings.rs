//! The rules by which reports are public on this installation.

use makoto_catalog::{AnySetting, Control, Level, Setting};

const fn number(
    key: &'static str,
    default: fn() -> u32,
    check: fn(&u32) -> Result<(), String>,
    title: &'static str,
    doc: &'static str,
) -> Setting<u32> {
    Setting {
        key,
        level: Level::Instance,
        default,
        check,
        title,
        doc,
        control: Control::Number,
        secret: false,
        security: true,
    }
}

fn between(value: u32, least: u32, most: u32) -> Result<(), String> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(format!("write a number from {least} to {most}")),
    }
}

/// Least visits of a row that anybody may ask for.
pub const VISITS_MIN_MAX: u32 = 20;

pub static VISITS_MIN: Setting<u32> = number(
    "PublicReports.visitsMin",
    || 3,
    |value| between(*value, 0, VISITS_MIN_MAX),
    "Least visits of a row",
    "Rows of fewer visits on a day are summed up as Others, in what is made public from now on. 0: every row is shown.",
);
pub static CACHE_SECONDS: Setting<u32> = number(
    "PublicReports.cacheSeconds",
    || 300,
    |value| between(*value, 0, 300),
    "Seconds for which a public answer may be kept",
    "By this server and by browsers. A paused grant answers nothing at once, whatever was kept.",
);
pub static REQUESTS_PER_MINUTE: Setting<u32> = number(
    "PublicReports.requestsPerMinute",
    || 60,
    |value| between(*value, 1, 100_000),
    "Public requests of one address in a minute",
    "More are answered with 429.",
);
pub static GRANT_REQUESTS_PER_MINUTE: Setting<u32> = number(
    "PublicReports.grantRequestsPerMinute",
    || 600,
    |value| between(*value, 1, 1_000_000),
    "Requests of one public grant in a minute",
    "More are answered with 429.",
);
pub static CPU_PERCENT: Setting<u32> = number(
    "PublicReports.cpuPercent",
    || 5,
    |value| between(*value, 1, 100),
    "Share of the processors for public reports that are not kept",
    "In percent. When it is spent, only kept answers are given.",
);
pub static COOL_OFF_MINUTES: Setting<u32> = number(
    "PublicReports.coolOffMinutes",
    || 0,
    |value| between(*value, 0, 60),
    "Minutes between the confirmation and the moment from which reports are public",
    "Until then any superuser can cancel it.",
);

pub static TWO_PEOPLE: Setting<String> = Setting {
    key: "PublicReports.twoPeople",
    level: Level::Instance,
    default: || "whole_sites".to_owned(),
    check: |value| match ["whole_sites", "always", "never"].contains(&value.as_str()) {
        true => Ok(()),
        false => Err("write whole_sites, always or never".to_owned()),
    },
    title: "A second superuser must approve",
    doc: "When there are two or more superusers. Within 72 hours, or it must be confirmed anew.",
    control: Control::Select(&["whole_sites", "always", "never"]),
    secret: false,
    security: true,
};

pub static NO_INDEX: Setting<bool> = Setting {
    key: "PublicReports.noIndex",
    level: Level::Instance,
    default: || true,
    check: |_| Ok(()),
    title: "Keep public reports out of search engines",
    doc: "Asks search engines not to list them.",
    control: Control::Checkbox,
    secret: false,
    security: true,
};

pub static DEFAULT_DATE: Setting<String> = Setting {
    key: "PublicReports.defaultDate",
    level: Level::Instance,
    default: || "last30".to_owned(),
    check: |value| match ["yesterday", "last7", "last30", "lastMonth"].contains(&value.as_str()) {
        true => Ok(()),
        false => Err("write yesterday, last7, last30 or lastMonth".to_owned()),
    },
    title: "Days that public reports show first",
    doc: "The present day is never among them.",
    control: Control::Select(&["yesterday", "last7", "last30", "lastMonth"]),
    secret: false,
    security: false,
};

pub static LANDING: Setting<u32> = Setting {
    security: false,
    ..number(
        "PublicReports.landing",
        || 0,
        |_| Ok(()),
        "Page that opens without signing in",
        "The number of a public grant that is open to everybody; 0: the sign-in page. It only says what opens first: what \
         is public stays so either way.",
    )
};

pub static SETTINGS: &[&dyn AnySetting] = &[
    &VISITS_MIN,
    &CACHE_SECONDS,
    &REQUESTS_PER_MINUTE,
    &GRANT_REQUESTS_PER_MINUTE,
    &CPU_PERCENT,
    &COOL_OFF_MINUTES,
    &TWO_PEOPLE,
    &NO_INDEX,
    &DEFAULT_DATE,
    &LANDING,
];
