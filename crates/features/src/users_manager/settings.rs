//! Which addresses users may have, and what happens to accounts that nobody uses.

use makoto_catalog::{AnySetting, Control, Level, Setting};
use makoto_meta::{ALLOWED_DOMAINS, Domains};

pub static DOMAINS: Setting<Domains> = Setting {
    key: ALLOWED_DOMAINS,
    level: Level::Instance,
    default: Domains::default,
    check: |_| Ok(()),
    title: "Allowed e-mail domains",
    doc: "Only users whose e-mail address is of one of these domains can be invited, be added and sign in. Sub-domains \
          are domains of their own. Empty: every domain.",
    control: Control::Lines,
    secret: false,
    security: true,
};

/// Days without use at least and at most that the setting may say.
const INACTIVE_DAYS: std::ops::RangeInclusive<u32> = 30..=365;

pub static INACTIVE_DAYS_MAX: Setting<u32> = Setting {
    key: "UsersManager.inactiveDays",
    level: Level::Instance,
    default: || 180,
    check: |days| if INACTIVE_DAYS.contains(days) { Ok(()) } else { Err("write 30 to 365 days".to_owned()) },
    title: "Days without use after which an account is inactive",
    doc: "The same for tokens. Between 30 and 365.",
    control: Control::Number,
    secret: false,
    security: true,
};

pub static NOTIFY: Setting<bool> = Setting {
    key: "UsersManager.enableInactiveUsersNotifications",
    level: Level::Instance,
    default: || true,
    check: |_| Ok(()),
    title: "Mail superusers about inactive accounts each month",
    doc: "Accounts that were not used, invitations without an answer, and tokens that nothing uses.",
    control: Control::Checkbox,
    secret: false,
    security: true,
};

pub static AUTO_SUSPEND: Setting<bool> = Setting {
    key: "UsersManager.autoSuspendInactive",
    level: Level::Instance,
    default: || false,
    check: |_| Ok(()),
    title: "Suspend inactive accounts",
    doc: "When the monthly mail is due. The last superuser is never suspended.",
    control: Control::Checkbox,
    secret: false,
    security: true,
};

pub static REVIEW_DAYS: Setting<u32> = Setting {
    key: "UsersManager.reviewDays",
    level: Level::Instance,
    default: || 180,
    check: |days| if INACTIVE_DAYS.contains(days) { Ok(()) } else { Err("write 30 to 365 days".to_owned()) },
    title: "Days after which roles are to be reviewed again",
    doc: "Superusers are reminded when the last access review was signed longer ago than this.",
    control: Control::Number,
    secret: false,
    security: true,
};

pub static GIVEN_PASSWORDS: Setting<bool> = Setting {
    key: "UsersManager.legacy_admin_password_set",
    level: Level::Instance,
    default: || false,
    check: |_| Ok(()),
    title: "Let superusers add users with a password that they choose",
    doc: "For scripts written for Matomo. Whoever chooses a password knows it; an invitation lets its owner choose. \
          The password of a user who is there already is never set by another.",
    control: Control::Checkbox,
    secret: false,
    security: true,
};

pub static SETTINGS: &[&dyn AnySetting] =
    &[&DOMAINS, &INACTIVE_DAYS_MAX, &NOTIFY, &AUTO_SUSPEND, &REVIEW_DAYS, &GIVEN_PASSWORDS];
