//! Who must use a second factor, and from when on.

use crate::Identity;
use makoto_catalog::{AnySetting, Control, Level, Setting, SettingText};
use makoto_meta::Snapshot;

/// Who must use a second factor; each level holds the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Enforcement {
    Off,
    Superusers,
    /// Everyone who is an admin of a site, and the superusers.
    Admins,
    Everyone,
}

const LEVELS: &[&str] = &["off", "superusers", "admins", "everyone"];

impl SettingText for Enforcement {
    fn read(text: &str) -> Result<Enforcement, String> {
        match text {
            "off" => Ok(Enforcement::Off),
            "superusers" => Ok(Enforcement::Superusers),
            "admins" => Ok(Enforcement::Admins),
            "everyone" => Ok(Enforcement::Everyone),
            _ => Err(format!("write one of {}", LEVELS.join(", "))),
        }
    }

    fn write(&self) -> String {
        LEVELS[*self as usize].to_owned()
    }
}

/// Longest time that the set-up may be put off, in days.
const GRACE_DAYS_MAX: u32 = 14;
/// Longest issuer, in characters: authenticator apps cut longer ones.
const ISSUER_CHARS_MAX: usize = 60;
const DAY_S: i64 = 24 * 60 * 60;

pub static ENFORCEMENT: Setting<Enforcement> = Setting {
    key: makoto_meta::ENFORCEMENT_KEY,
    level: Level::Instance,
    default: || Enforcement::Superusers,
    check: |_| Ok(()),
    title: "Who must use a second factor",
    doc: "Those without one are led to its set-up and can do nothing else once their time for it is over. Only a \
          superuser who uses a second factor can raise it.",
    control: Control::Select(LEVELS),
    secret: false,
    security: true,
};

pub static GRACE_DAYS: Setting<u32> = Setting {
    key: "TwoFactorAuth.graceDays",
    level: Level::Instance,
    default: || GRACE_DAYS_MAX,
    check: |days| if *days <= GRACE_DAYS_MAX { Ok(()) } else { Err("write a number from 0 to 14".to_owned()) },
    title: "Days until a second factor must be set up",
    doc: "Counted from the moment since which a user must use one: the account's creation, a new role, or this rule.",
    control: Control::Number,
    secret: false,
    security: true,
};

pub static ISSUER: Setting<String> = Setting {
    key: "TwoFactorAuth.twoFactorAuthName",
    level: Level::Instance,
    default: || "Makoto".to_owned(),
    check: |name| {
        let fits = (1..=ISSUER_CHARS_MAX).contains(&name.chars().count()) && !name.contains([':', '\n']);
        if fits { Ok(()) } else { Err("write 1 to 60 characters without a colon".to_owned()) }
    },
    title: "Title of this installation in authenticator apps",
    doc: "Beside each user's login in the list of their app.",
    control: Control::Text,
    secret: false,
    security: true,
};

pub static PROOF_MINUTES: Setting<u32> = Setting {
    key: "TwoFactorAuth.proofMinutes",
    level: Level::Instance,
    default: || 10,
    check: |minutes| {
        if (5..=30).contains(minutes) { Ok(()) } else { Err("write a number from 5 to 30".to_owned()) }
    },
    title: "Minutes for which a confirmation counts",
    doc: "After this long, acts that matter ask again for the password and the second factor.",
    control: Control::Number,
    secret: false,
    security: true,
};

/// What a feature declares of this crate.
pub static SETTINGS: &[&dyn AnySetting] = &[&ENFORCEMENT, &GRACE_DAYS, &ISSUER, &PROOF_MINUTES];

/// When a user must have set up a second factor, in seconds since 1970; `None` when they have one or need none.
pub(crate) fn due_s(snapshot: &Snapshot, login: &str) -> Option<i64> {
    let factors = snapshot.factors(login);
    let since_s = factors.needed_since_s.filter(|_| !factors.any())?;
    Some(since_s + i64::from(snapshot.setting(&GRACE_DAYS)) * DAY_S)
}

impl Identity {
    /// When a user must have set up a second factor, in seconds since 1970; `None` when they have one or need none.
    pub fn factor_due_s(&self, login: &str) -> Option<i64> {
        due_s(&self.meta.snapshot(), login)
    }

    /// Whether the time to set up a required second factor is over.
    pub fn is_enrolling(&self, login: &str, now_s: i64) -> bool {
        self.factor_due_s(login).is_some_and(|due_s| due_s <= now_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_04_levels_hold_the_ones_before_them() {
        for (place, name) in LEVELS.iter().enumerate() {
            let level = Enforcement::read(name).unwrap();
            assert_eq!((level as usize, level.write().as_str()), (place, *name));
        }
        assert!(Enforcement::Everyone > Enforcement::Admins && Enforcement::Superusers > Enforcement::Off);
        assert!(Enforcement::read("all").is_err() && Enforcement::read("").is_err());
    }

    #[test]
    fn promise_04_grace_is_at_most_fourteen_days() {
        assert!(GRACE_DAYS.admit("0").is_ok() && GRACE_DAYS.admit("14").is_ok());
        assert!(GRACE_DAYS.admit("15").is_err() && GRACE_DAYS.admit("-1").is_err());
        assert!(PROOF_MINUTES.admit("4").is_err() && PROOF_MINUTES.admit("31").is_err());
        assert!(ISSUER.admit("a:b").is_err() && ISSUER.admit("").is_err());
    }
}
