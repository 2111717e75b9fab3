//! What is kept of visitors. Each setting is of the instance, and a site may have its own value.

use super::{compliance, retention};
use makoto_catalog::{AnySetting, Control, Level, Setting};

const fn switch(key: &'static str, default: fn() -> bool, title: &'static str, doc: &'static str) -> Setting<bool> {
    Setting {
        key,
        level: Level::Site,
        default,
        check: |_| Ok(()),
        title,
        doc,
        control: Control::Checkbox,
        secret: false,
        security: false,
    }
}

/// Refuses what is none of the choices.
fn one_of(choices: &'static [&'static str], chosen: &str) -> Result<(), String> {
    match choices.contains(&chosen) {
        true => Ok(()),
        false => Err(format!("write one of {}", choices.join(", "))),
    }
}

const fn choice(
    key: &'static str,
    default: fn() -> String,
    check: fn(&String) -> Result<(), String>,
    choices: &'static [&'static str],
    title: &'static str,
    doc: &'static str,
) -> Setting<String> {
    Setting {
        key,
        level: Level::Site,
        default,
        check,
        title,
        doc,
        control: Control::Select(choices),
        secret: false,
        security: false,
    }
}

pub static MASK_ENABLED: Setting<bool> = switch(
    "PrivacyManager.ipAnonymizerEnabled",
    || true,
    "Mask visitors' addresses",
    "The last bytes of each address are set to 0 before anything is kept.",
);

pub static MASK_BYTES: Setting<u32> = Setting {
    key: "PrivacyManager.ipAddressMaskLength",
    level: Level::Site,
    default: || 2,
    check: |bytes| if (1..=4).contains(bytes) { Ok(()) } else { Err("write 1, 2, 3 or 4 (all)".to_owned()) },
    title: "Bytes to mask",
    doc: "Of an IPv4 address; 64, 80, 104 bits or all of an IPv6 address.",
    control: Control::Number,
    secret: false,
    security: false,
};

pub static MASK_FOR_ENRICHMENT: Setting<bool> = switch(
    "PrivacyManager.useAnonymizedIpForVisitEnrichment",
    || false,
    "Use the masked address for the location too",
    "More private, and countries become less exact. Either way the full address is not kept; otherwise it goes into the \
     keyed hash by which visitors without cookies are told apart.",
);

pub static USER_IDS: Setting<bool> = switch(
    "PrivacyManager.anonymizeUserId",
    || false,
    "Replace user IDs by pseudonyms",
    "A keyed hash stands for each user ID, the same for the same one. Nobody without this installation's key can tell \
     whose it is.",
);

pub static ORDER_IDS: Setting<bool> = switch(
    "PrivacyManager.anonymizeOrderId",
    || false,
    "Replace order numbers by pseudonyms",
    "A keyed hash stands for each order number. The same order sent twice still counts once.",
);

/// How much of referrers may be kept, from all to least.
pub const REFERRER_DETAILS: &[&str] = &["exclude_none", "exclude_query", "exclude_path", "exclude_all"];

pub static REFERRER: Setting<String> = choice(
    "PrivacyManager.anonymizeReferrer",
    || REFERRER_DETAILS[0].to_owned(),
    |chosen| one_of(REFERRER_DETAILS, chosen),
    REFERRER_DETAILS,
    "Cut referrers",
    "Keep the whole address that a visitor came from, leave out its parameters and search words, keep only its host, \
     or only whether it was a website, a search engine or a network.",
);

/// Parameters of addresses that usually name a person or let somebody in.
const PERSONAL_PARAMETERS: &[&str] = &[
    "email",
    "e-mail",
    "e_mail",
    "mail",
    "emailaddress",
    "email_address",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "firstname",
    "first_name",
    "lastname",
    "last_name",
    "fullname",
    "full_name",
    "username",
    "user_name",
    "login",
    "password",
    "passwd",
    "pwd",
    "access_token",
    "id_token",
    "refresh_token",
    "auth_token",
    "authtoken",
    "api_key",
    "apikey",
    "session_id",
    "secret",
    "iban",
    "card_number",
    "cardnumber",
    "creditcard",
    "credit_card",
    "cvv",
    "cvc",
    "ssn",
    "birthdate",
    "birthday",
    "dob",
];
/// Names that one list may hold.
const PARAMETERS_MAX: usize = 500;
/// Longest name of a parameter, in characters.
const PARAMETER_CHARS_MAX: usize = 100;

pub static PARAMETERS: Setting<Vec<String>> = Setting {
    key: "PrivacyManager.maskedQueryParameters",
    level: Level::Site,
    default: || PERSONAL_PARAMETERS.iter().map(|name| (*name).to_owned()).collect(),
    check: |names| {
        let long = names.iter().find(|name| name.chars().count() > PARAMETER_CHARS_MAX);
        match (names.len() > PARAMETERS_MAX, long) {
            (true, _) => Err(format!("name at most {PARAMETERS_MAX} parameters")),
            (_, Some(_)) => Err(format!("a name has at most {PARAMETER_CHARS_MAX} characters")),
            _ => Ok(()),
        }
    },
    title: "Parameters whose values are masked",
    doc: "In addresses of pages, referrers, downloads and outlinks, the values of these parameters are replaced by \
          [masked]. One name a line.",
    control: Control::Lines,
    secret: false,
    security: false,
};

pub static EMAILS: Setting<bool> = switch(
    "PrivacyManager.maskEmails",
    || true,
    "Mask e-mail addresses",
    "Wherever one is found in an address, a title, a referrer, an event or a search word, [email] is kept instead.",
);
pub static CARDS: Setting<bool> = switch(
    "PrivacyManager.maskCardNumbers",
    || true,
    "Mask numbers of payment cards",
    "A number with a card's length and check digit is replaced by [card].",
);
pub static TOKENS: Setting<bool> = switch(
    "PrivacyManager.maskTokens",
    || true,
    "Mask tokens",
    "Signed tokens, keys of well-known services and hexadecimal words of 32 digits or more are replaced by [token].",
);

pub const RESOLUTION_DETAILS: &[&str] = &["exact", "rounded", "none"];
pub static RESOLUTION: Setting<String> = choice(
    "PrivacyManager.resolutionDetail",
    || "exact".to_owned(),
    |chosen| one_of(RESOLUTION_DETAILS, chosen),
    RESOLUTION_DETAILS,
    "Precision of screen resolutions",
    "As the browser tells it, rounded to hundreds of pixels, or not kept.",
);

pub const LANGUAGE_DETAILS: &[&str] = &["exact", "language", "none"];
pub static LANGUAGE: Setting<String> = choice(
    "PrivacyManager.languageDetail",
    || "exact".to_owned(),
    |chosen| one_of(LANGUAGE_DETAILS, chosen),
    LANGUAGE_DETAILS,
    "Precision of browser languages",
    "With its region (de-AT), only the language (de), or not kept.",
);

pub const LOCATION_DETAILS: &[&str] = &["city", "region", "country", "none"];
pub static LOCATION: Setting<String> = choice(
    "PrivacyManager.locationDetail",
    || "city".to_owned(),
    |chosen| one_of(LOCATION_DETAILS, chosen),
    LOCATION_DETAILS,
    "Precision of locations",
    "Down to city and coordinates, region, country, or not kept.",
);

pub static COOKIELESS: Setting<bool> = switch(
    "PrivacyManager.forceCookielessTracking",
    || false,
    "Track without cookies",
    "What browsers remember of their visitors does not count, and the tracking script of this server sets no cookies. \
     Visitors are then recognised within a day only.",
);

pub static DO_NOT_TRACK: Setting<bool> = switch(
    "PrivacyManager.doNotTrackEnabled",
    || false,
    "Heed Do Not Track",
    "Hits of browsers that send DNT: 1 are dropped. Browsers no longer develop this signal.",
);

pub static GLOBAL_PRIVACY_CONTROL: Setting<bool> = switch(
    "PrivacyManager.globalPrivacyControlEnabled",
    || false,
    "Heed Global Privacy Control",
    "Hits of browsers that send Sec-GPC: 1 are dropped.",
);

/// What is decided before a hit is kept, then how long it is kept.
pub static SETTINGS: &[&dyn AnySetting] = &[
    &MASK_ENABLED,
    &MASK_BYTES,
    &MASK_FOR_ENRICHMENT,
    &USER_IDS,
    &ORDER_IDS,
    &REFERRER,
    &PARAMETERS,
    &EMAILS,
    &CARDS,
    &TOKENS,
    &RESOLUTION,
    &LANGUAGE,
    &LOCATION,
    &COOKIELESS,
    &DO_NOT_TRACK,
    &GLOBAL_PRIVACY_CONTROL,
    &retention::DELETE,
    &retention::DAYS,
    &retention::EVERY_DAYS,
    &retention::KEEP_REPORTS,
    &retention::REPORT_MONTHS,
    &compliance::ENFORCED,
];
