//! What is kept of a visitor.

use makoto_catalog::{AnySetting, Control, Feature, Level, Setting};

pub static FEATURE: Feature =
    Feature { name: "PrivacyManager", dimensions: &[], metrics: &[], reports: &[], settings: SETTINGS };

pub static MASK_ENABLED: Setting<bool> = Setting {
    key: "PrivacyManager.ipAnonymizerEnabled",
    level: Level::Instance,
    default: || true,
    check: |_| Ok(()),
    title: "Mask visitors' addresses",
    doc: "The last bytes of each address are set to 0 before anything is kept.",
    control: Control::Checkbox,
    secret: false,
    security: false,
};

pub static MASK_BYTES: Setting<u32> = Setting {
    key: "PrivacyManager.ipAddressMaskLength",
    level: Level::Instance,
    default: || 2,
    check: |bytes| if (1..=4).contains(bytes) { Ok(()) } else { Err("write 1, 2, 3 or 4 (all)".to_owned()) },
    title: "Bytes to mask",
    doc: "Of an IPv4 address; 64, 80, 104 bits or all of an IPv6 address.",
    control: Control::Number,
    secret: false,
    security: false,
};

pub static MASK_FOR_ENRICHMENT: Setting<bool> = Setting {
    key: "PrivacyManager.useAnonymizedIpForVisitEnrichment",
    level: Level::Instance,
    default: || false,
    check: |_| Ok(()),
    title: "Use the masked address for the location too",
    doc: "More private, and countries become less exact. The full address is never kept either way.",
    control: Control::Checkbox,
    secret: false,
    security: false,
};

/// How much of referrers may be kept, from all to least.
pub const REFERRER_DETAILS: &[&str] = &["exclude_none", "exclude_query", "exclude_path", "exclude_all"];

pub static REFERRER: Setting<String> = Setting {
    key: "PrivacyManager.anonymizeReferrer",
    level: Level::Instance,
    default: || REFERRER_DETAILS[0].to_owned(),
    check: |detail| match REFERRER_DETAILS.contains(&detail.as_str()) {
        true => Ok(()),
        false => Err(format!("write one of {}", REFERRER_DETAILS.join(", "))),
    },
    title: "Cut referrers",
    doc: "Keep the whole address that a visitor came from, leave out its parameters and search words, keep only its \
          host, or only whether it was a website, a search engine or a network.",
    control: Control::Select(REFERRER_DETAILS),
    secret: false,
    security: false,
};

static SETTINGS: &[&dyn AnySetting] = &[&MASK_ENABLED, &MASK_BYTES, &MASK_FOR_ENRICHMENT, &REFERRER];
