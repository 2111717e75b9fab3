//! What a setting's own check cannot see: who changes it, and the other settings.

use crate::{core_admin_home::mail, login, two_factor_auth};
use makoto_access::Caller;
use makoto_catalog::{Setting, SettingText};
use makoto_meta::Snapshot;

/// A change of settings that somebody asks for.
pub struct Proposal<'a> {
    /// What is in force.
    pub snapshot: &'a Snapshot,
    pub caller: &'a Caller,
    /// Keys and texts; `None` puts a setting back to its default.
    pub changes: &'a [(&'a str, Option<&'a str>)],
}

impl Proposal<'_> {
    /// The value that a setting would have.
    pub fn value<T: SettingText>(&self, setting: &Setting<T>) -> T {
        let proposed = self.changes.iter().find(|(key, _)| *key == setting.key);
        match proposed {
            Some((_, Some(text))) => T::read(text).unwrap_or_else(|_| (setting.default)()),
            Some((_, None)) => (setting.default)(),
            None => self.snapshot.setting(setting),
        }
    }
}

/// A rule over some settings.
pub struct Check {
    /// Settings whose change it watches.
    pub keys: &'static [&'static str],
    /// Says why the change must not be.
    pub run: fn(&Proposal<'_>) -> Result<(), String>,
}

/// Every rule; features add theirs here.
pub static CHECKS: &[Check] = &[
    Check { keys: &["CoreAdminHome.mailHost", "CoreAdminHome.mailEncryption"], run: mail_is_encrypted },
    Check { keys: &["TwoFactorAuth.enforcement"], run: two_factor_auth::check_enforcement },
    Check { keys: &["Login.allowedAddresses", "Login.blacklistedBruteForceIps"], run: login::check_addresses },
];

fn mail_is_encrypted(proposal: &Proposal<'_>) -> Result<(), String> {
    use mail::settings::{ENCRYPTION, HOST, is_loopback};
    let host = proposal.value(&HOST);
    match proposal.value(&ENCRYPTION) == "none" && !host.is_empty() && !is_loopback(&host) {
        true => {
            Err("mails hold links that let their readers in; without encryption they may only go to a mail server on \
                     this machine"
                .to_owned())
        }
        false => Ok(()),
    }
}
