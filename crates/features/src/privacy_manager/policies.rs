//! The policies, declared once: what each asks of which setting, and what that changes.

use super::{retention, settings};
use makoto_catalog::AnySetting;

/// A set of rules.
pub struct Policy {
    pub id: &'static str,
    pub title: &'static str,
    pub doc: &'static str,
    pub rules: &'static [Rule],
}

/// One thing that a policy asks for.
pub struct Rule {
    pub title: &'static str,
    /// What it changes for those who read reports.
    pub changes: &'static str,
    /// Nothing: a person must see to it.
    pub setting: Option<&'static Wanted>,
}

/// What is asked of a setting.
pub struct Wanted {
    pub setting: &'static dyn AnySetting,
    /// The value that enforcing sets.
    pub value: &'static str,
    /// In words.
    pub asked: &'static str,
    /// Whether a value will do.
    pub holds: fn(&str) -> bool,
}

const fn on(setting: &'static dyn AnySetting) -> Wanted {
    Wanted { setting, value: "1", asked: "on", holds: |value| value == "1" }
}

static MASKED: Wanted = on(&settings::MASK_ENABLED);
static TWO_BYTES: Wanted = Wanted {
    setting: &settings::MASK_BYTES,
    value: "2",
    asked: "2 bytes or more",
    holds: |value| value.parse::<u32>().is_ok_and(|bytes| bytes >= 2),
};
static MASKED_LOCATION: Wanted = on(&settings::MASK_FOR_ENRICHMENT);
static USERS: Wanted = on(&settings::USER_IDS);
static ORDERS: Wanted = on(&settings::ORDER_IDS);
static NO_QUERY: Wanted = Wanted {
    setting: &settings::REFERRER,
    value: "exclude_query",
    asked: "without parameters, or less",
    holds: |value| value != "exclude_none",
};
static EMAILS: Wanted = on(&settings::EMAILS);
static TOKENS: Wanted = on(&settings::TOKENS);
static CARDS: Wanted = on(&settings::CARDS);
static PARAMETERS: Wanted = Wanted {
    setting: &settings::PARAMETERS,
    value: "email,e-mail,mail,phone,firstname,lastname,username,login,password,access_token,session_id",
    asked: "the usual names at least",
    holds: |value| ["email", "phone", "password"].iter().all(|name| value.split(',').any(|entry| entry == *name)),
};
static COOKIELESS: Wanted = on(&settings::COOKIELESS);
static SIGNALS: Wanted = on(&settings::GLOBAL_PRIVACY_CONTROL);
static NO_TRACK: Wanted = on(&settings::DO_NOT_TRACK);
static ROUNDED: Wanted = Wanted {
    setting: &settings::RESOLUTION,
    value: "rounded",
    asked: "rounded or none",
    holds: |value| value != "exact",
};
static LANGUAGE: Wanted = Wanted {
    setting: &settings::LANGUAGE,
    value: "language",
    asked: "language or none",
    holds: |value| value != "exact",
};
static REGION: Wanted =
    Wanted { setting: &settings::LOCATION, value: "region", asked: "region or less", holds: |value| value != "city" };
static DELETES: Wanted = on(&retention::DELETE);
static TWENTY_FIVE_MONTHS: Wanted = Wanted {
    setting: &retention::DAYS,
    value: "180",
    asked: "760 days (25 months) at most",
    holds: |value| value.parse::<u32>().is_ok_and(|days| days <= 760),
};
static HALF_A_YEAR: Wanted = Wanted {
    setting: &retention::DAYS,
    value: "180",
    asked: "180 days at most",
    holds: |value| value.parse::<u32>().is_ok_and(|days| days <= 180),
};

const fn rule(title: &'static str, changes: &'static str, wanted: &'static Wanted) -> Rule {
    Rule { title, changes, setting: Some(wanted) }
}

const fn by_hand(title: &'static str, changes: &'static str) -> Rule {
    Rule { title, changes, setting: None }
}

const MASK: Rule = rule("Addresses are masked", "Addresses cannot be told apart exactly.", &MASKED);
const BYTES: Rule = rule("Two bytes or more of an address are masked", "As above.", &TWO_BYTES);
const USER: Rule = rule("User IDs are pseudonyms", "Reports of users show pseudonyms.", &USERS);
const ORDER: Rule = rule("Order numbers are pseudonyms", "Orders cannot be looked up by number.", &ORDERS);
const REFERRER: Rule =
    rule("Referrers without parameters", "Search words and parameters of referring pages are missing.", &NO_QUERY);
const DELETE: Rule =
    rule("Old visits are deleted", "Reports reach back no further, unless they are kept longer.", &DELETES);
const INFORMED: Rule =
    by_hand("Visitors are informed", "Say in the privacy notice what is measured, why and how long.");
const OPT_OUT: Rule = by_hand("Visitors can opt out", "Put the opt-out form on a page that every visitor finds.");
const OWN_USE: Rule =
    by_hand("Figures serve the website alone", "They are not joined with other data and not handed on.");

/// What the French authority asks of audience measurement that needs no consent.
static CNIL: Policy = Policy {
    id: "cnil_v1",
    title: "Exemption of the CNIL",
    doc: "What the French authority (CNIL) asks of audience measurement that may do without consent.",
    rules: &[
        MASK,
        BYTES,
        USER,
        ORDER,
        REFERRER,
        rule("E-mail addresses are masked", "They are missing in texts and addresses.", &EMAILS),
        DELETE,
        rule(
            "Visits are kept for 25 months at most",
            "Reports reach back no further, unless they are kept longer.",
            &TWENTY_FIVE_MONTHS,
        ),
        INFORMED,
        OPT_OUT,
        OWN_USE,
    ],
};

/// What we advise to whoever wants to ask for no consent anywhere.
static NO_CONSENT: Policy = Policy {
    id: "no_consent",
    title: "No consent needed",
    doc: "Nothing is stored on visitors' devices and nobody is recognised beyond a day. Stricter than the law of most \
          countries asks; take advice for yours.",
    rules: &[
        MASK,
        BYTES,
        rule("The location comes from the masked address", "Places become less exact.", &MASKED_LOCATION),
        rule("Nothing is kept in browsers", "Visitors who come again on another day count as new ones.", &COOKIELESS),
        USER,
        ORDER,
        REFERRER,
        rule("Parameters that name persons are masked", "Their values are missing in addresses.", &PARAMETERS),
        rule("E-mail addresses are masked", "They are missing in texts and addresses.", &EMAILS),
        rule("Card numbers are masked", "They are missing in texts and addresses.", &CARDS),
        rule("Tokens are masked", "They are missing in texts and addresses.", &TOKENS),
        rule("Resolutions are rounded", "Screens are told apart by hundreds of pixels.", &ROUNDED),
        rule("Languages without regions", "Austrian and German German are one.", &LANGUAGE),
        rule("Locations down to the region", "Cities and the map's points are missing.", &REGION),
        rule("Global Privacy Control is heeded", "Visitors who send it are missing.", &SIGNALS),
        rule("Do Not Track is heeded", "Visitors who send it are missing.", &NO_TRACK),
        DELETE,
        rule(
            "Visits are kept for half a year at most",
            "Reports reach back no further, unless they are kept longer.",
            &HALF_A_YEAR,
        ),
        INFORMED,
        OPT_OUT,
        OWN_USE,
    ],
};

/// Every policy.
pub static POLICIES: &[&Policy] = &[&CNIL, &NO_CONSENT];

pub fn policy(id: &str) -> Option<&'static Policy> {
    POLICIES.iter().copied().find(|policy| policy.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_enforcing_sets_is_what_is_asked_for() {
        for wanted in POLICIES.iter().flat_map(|policy| policy.rules).filter_map(|rule| rule.setting) {
            let key = wanted.setting.key();
            assert!((wanted.holds)(wanted.value), "{key}");
            assert_eq!(wanted.setting.admit(wanted.value).as_deref(), Ok(wanted.value), "{key}");
        }
    }

    #[test]
    fn each_policy_can_be_broken() {
        for policy in POLICIES {
            let wanted = policy.rules.iter().filter_map(|rule| rule.setting);
            let broken = wanted.filter(|wanted| !(wanted.holds)(&wanted.setting.default_text())).count();
            assert!(broken > 0, "{} is met by the defaults", policy.id);
        }
    }
}
