//! The settings that sign-in follows.

use crate::network::Networks;
use makoto_catalog::{AnySetting, Control, Level, Setting};

pub static STRENGTH_CHECK: Setting<bool> = Setting {
    key: "Login.enablePasswordStrengthCheck",
    level: Level::Instance,
    default: || false,
    check: |_| Ok(()),
    title: "Force strong passwords",
    doc: "New passwords need 12 characters with a small and a capital letter, a digit and a special character, instead \
          of the rule of length. Passwords that are in use stay valid.",
    control: Control::Checkbox,
    secret: false,
    security: true,
};

pub static BREACH_CHECK: Setting<bool> = Setting {
    key: "Login.breachCheck",
    level: Level::Instance,
    default: || false,
    check: |_| Ok(()),
    title: "Ask a breach service about new passwords",
    doc: "Sends the first five characters of a password's SHA-1 hash, so that the service does not learn the password. \
          The built-in list of known passwords is always asked.",
    control: Control::Checkbox,
    secret: false,
    security: true,
};

pub static BREACH_RANGE_URL: Setting<String> = Setting {
    key: "Login.breachRangeUrl",
    level: Level::Instance,
    default: || "https://api.pwnedpasswords.com/range/".to_owned(),
    check: |url| {
        let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        let plain = !url.contains(|c: char| c.is_whitespace() || c.is_control()) && url.ends_with('/');
        let safe = url.starts_with("https://") || local.iter().any(|start| url.starts_with(start));
        if plain && safe { Ok(()) } else { Err("write an https address that ends with /".to_owned()) }
    },
    title: "Address of the breach service",
    doc: "The first five characters of the hash are put at its end.",
    control: Control::Text,
    secret: false,
    security: true,
};

pub static MAX_RETRIES: Setting<u32> = Setting {
    key: "Login.maxAllowedRetries",
    level: Level::Instance,
    default: || 20,
    check: |retries| {
        if (3..=100).contains(retries) { Ok(()) } else { Err("write a number from 3 to 100".to_owned()) }
    },
    title: "Failed sign-ins of one address",
    doc: "An address with this many is blocked for as long as they are counted, its network with five times as many.",
    control: Control::Number,
    secret: false,
    security: true,
};

pub static RETRIES_MINUTES: Setting<u32> = Setting {
    key: "Login.allowedRetriesTimeRange",
    level: Level::Instance,
    default: || 15,
    check: |minutes| {
        if (1..=1440).contains(minutes) { Ok(()) } else { Err("write a number of minutes from 1 to 1440".to_owned()) }
    },
    title: "Minutes in which failed sign-ins are counted",
    doc: "A block lasts as long.",
    control: Control::Number,
    secret: false,
    security: true,
};

pub static BLOCKED_ADDRESSES: Setting<Vec<String>> = Setting {
    key: "Login.blacklistedBruteForceIps",
    level: Level::Instance,
    default: Vec::new,
    check: |entries| Networks::read(entries).map(drop),
    title: "Addresses that may never sign in",
    doc: "Addresses, networks such as 10.0.0.0/8, or 10.0.*.*; they count before those that are never blocked.",
    control: Control::Lines,
    secret: false,
    security: true,
};

pub static TRUSTED_ADDRESSES: Setting<Vec<String>> = Setting {
    key: "Login.whitelisteBruteForceIps",
    level: Level::Instance,
    default: Vec::new,
    check: |entries| Networks::read(entries).map(drop),
    title: "Addresses that are never blocked",
    doc: "The delays of single accounts hold for them too.",
    control: Control::Lines,
    secret: false,
    security: true,
};

pub static ALLOWED_ADDRESSES: Setting<Vec<String>> = Setting {
    key: "Login.allowedAddresses",
    level: Level::Instance,
    default: Vec::new,
    check: |entries| Networks::read(entries).map(drop),
    title: "Addresses from which one may sign in and use the API",
    doc: "Empty: from everywhere. Tracking is not affected.",
    control: Control::Lines,
    secret: false,
    security: true,
};

/// What the feature of sign-in declares.
pub static SIGN_IN_SETTINGS: &[&dyn AnySetting] = &[
    &STRENGTH_CHECK,
    &BREACH_CHECK,
    &BREACH_RANGE_URL,
    &MAX_RETRIES,
    &RETRIES_MINUTES,
    &BLOCKED_ADDRESSES,
    &TRUSTED_ADDRESSES,
    &ALLOWED_ADDRESSES,
];
