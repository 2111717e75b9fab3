use makoto_catalog::{AnySetting, Control, Level, Setting};
use makoto_model::{RequestRule, Zone};

const fn list(key: &'static str, title: &'static str, doc: &'static str) -> Setting<Vec<String>> {
    Setting {
        key,
        level: Level::Instance,
        default: Vec::new,
        check: |_| Ok(()),
        title,
        doc,
        control: Control::Lines,
        secret: false,
        security: false,
    }
}

pub static EXCLUDED_IPS: Setting<Vec<String>> = list(
    "SitesManager.excludedIps",
    "Excluded addresses",
    "Hits from these addresses, ranges (10.0.0.0/8) or patterns (10.1.*.*) are dropped on every site.",
);
pub static EXCLUDED_PARAMETERS: Setting<Vec<String>> = list(
    "SitesManager.excludedQueryParameters",
    "Excluded URL parameters",
    "These names or /expressions/ are cut from the page URLs of every site.",
);
pub static EXCLUDED_USER_AGENTS: Setting<Vec<String>> = list(
    "SitesManager.excludedUserAgents",
    "Excluded user agents",
    "Hits whose user agent holds one of these texts, or meets one of these /expressions/, are dropped on every site.",
);
pub static EXCLUDED_REQUESTS: Setting<Vec<String>> = Setting {
    check: |rules| match rules.iter().find(|rule| RequestRule::parse(rule).is_none()) {
        Some(_) => Err("write conditions such as url=@/internal/; the operators are == != =@ !@ =^ =$".to_owned()),
        None => Ok(()),
    },
    ..list(
        "SitesManager.excludedRequests",
        "Excluded requests",
        "Hits that meet one of these conditions are dropped on every site: a tracking parameter, == (is), != (is not), =@ \
         (holds), !@ (does not hold), =^ (begins with) or =$ (ends with), and a value, as action_name=^Draft.",
    )
};
pub static EXCLUDED_REFERRERS: Setting<Vec<String>> = list(
    "SitesManager.excludedReferrers",
    "Excluded referrers",
    "Visits that come from these hosts count as direct on every site.",
);
pub static SEARCH_KEYWORDS: Setting<Vec<String>> = list(
    "SitesManager.searchKeywordParameters",
    "Search keyword parameters",
    "URL parameters that hold the keyword of an internal search, for sites that name none themselves.",
);
pub static SEARCH_CATEGORIES: Setting<Vec<String>> = list(
    "SitesManager.searchCategoryParameters",
    "Search category parameters",
    "URL parameters that hold the category of an internal search, for sites that name none themselves.",
);
pub static KEEP_FRAGMENTS: Setting<bool> = Setting {
    key: "SitesManager.keepURLFragments",
    level: Level::Instance,
    default: || false,
    check: |_| Ok(()),
    title: "Keep the part of page URLs after #",
    doc: "Applies to sites that do not choose themselves.",
    control: Control::Checkbox,
    secret: false,
    security: false,
};
pub static DEFAULT_TIMEZONE: Setting<String> = Setting {
    key: "SitesManager.defaultTimezone",
    level: Level::Instance,
    default: || "UTC".to_owned(),
    check: |name| Zone::parse(name).map(|_| ()).ok_or_else(|| "use a time zone such as Europe/Berlin".to_owned()),
    title: "Time zone of new sites",
    doc: "A new site that names no time zone gets this one.",
    control: Control::Text,
    secret: false,
    security: false,
};
pub static DEFAULT_CURRENCY: Setting<String> = Setting {
    key: "SitesManager.defaultCurrency",
    level: Level::Instance,
    default: || "USD".to_owned(),
    check: |code| match code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        true => Ok(()),
        false => Err("use three capital letters such as EUR".to_owned()),
    },
    title: "Currency of new sites",
    doc: "A new site that names no currency gets this one.",
    control: Control::Text,
    secret: false,
    security: false,
};

pub static SETTINGS: &[&dyn AnySetting] = &[
    &EXCLUDED_IPS,
    &EXCLUDED_PARAMETERS,
    &EXCLUDED_USER_AGENTS,
    &EXCLUDED_REQUESTS,
    &EXCLUDED_REFERRERS,
    &SEARCH_KEYWORDS,
    &SEARCH_CATEGORIES,
    &KEEP_FRAGMENTS,
    &DEFAULT_TIMEZONE,
    &DEFAULT_CURRENCY,
];
