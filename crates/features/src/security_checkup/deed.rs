//! What a fix does, and how each thing is taken back. Each is an act of its own in the record.

use super::facts::moment;
use crate::{
    Services, core_plugins_admin,
    privacy_manager::retention,
    services::{from_meta, now_s},
};
use makoto_access::{Caller, InstanceGrant, Proof, check_instance};
use makoto_catalog::{Answer, AnySetting, ApiError, Control};
use makoto_meta::{Activity, MailKind, RoleChange, RoleWish, SettingChanges, Snapshot};
use serde_json::{Value as Json, json};
use std::time::Duration;

/// How long a fix waits for its mail to leave.
const MAIL_WAIT_MAX: Duration = Duration::from_secs(20);

/// One thing that a fix does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// `None` is the default.
    Setting {
        key: String,
        before: Option<String>,
        after: Option<String>,
        secret: bool,
    },
    Suspend {
        login: String,
    },
    PauseToken {
        id: i64,
        name: String,
    },
    Mode {
        path: String,
        before: u32,
        after: u32,
    },
    Role {
        login: String,
        site: u32,
        before: String,
        after: String,
    },
    EndSession {
        login: String,
        id: i64,
    },
    /// It becomes public again by a confirmation of its own alone.
    PausePublic {
        id: i64,
        site: u32,
        what: String,
    },
    /// The present password lets nobody in any more; a new one is chosen by a mailed link.
    RequirePassword {
        login: String,
    },
    /// Visits of a site from before a moment go, as the retention says.
    Purge {
        site: u32,
        days: u32,
        oldest_s: i64,
    },
    TestMail {
        address: String,
    },
    /// Superusers are told now of what is public.
    Remind {
        logins: Vec<String>,
    },
    Backup,
}

// How values are shown that are none.
const DEFAULT: &str = "default";
const EMPTY: &str = "empty";

fn masked(secret: bool, text: &Option<String>) -> String {
    match text {
        None => DEFAULT.to_owned(),
        Some(_) if secret => "•••".to_owned(),
        Some(text) if text.is_empty() => EMPTY.to_owned(),
        Some(text) => text.clone(),
    }
}

impl Deed {
    /// What changes, from what, to what.
    pub fn shown(&self) -> [String; 3] {
        let line = |what: String, before: &str, after: &str| [what, before.to_owned(), after.to_owned()];
        match self {
            Deed::Setting { key, before, after, secret } => {
                line(key.clone(), &masked(*secret, before), &masked(*secret, after))
            }
            Deed::Suspend { login } => line(format!("User {login}"), "active", "suspended"),
            Deed::PauseToken { id, name } => line(format!("Token {id} ({name})"), "works", "paused"),
            Deed::Mode { path, before, after } => line(path.clone(), &format!("{before:03o}"), &format!("{after:03o}")),
            Deed::Role { login, site, before, after } => line(format!("{login} on site {site}"), before, after),
            Deed::EndSession { login, id } => line(format!("Session {id} of {login}"), "open", "ended"),
            Deed::PausePublic { site, what, .. } => line(format!("Public {what} of site {site}"), "active", "paused"),
            Deed::RequirePassword { login } => {
                line(format!("Password of {login}"), "lets in", "must be changed by a mailed link first")
            }
            Deed::Purge { site, days, oldest_s } => line(
                format!("Visits of site {site} older than {days} days, and reports that are not kept longer"),
                &format!("from {} on", moment(Some(*oldest_s))),
                "deleted for good",
            ),
            Deed::TestMail { address } => line("Test mail".to_owned(), "", address),
            Deed::Remind { logins } => line("Reminder of what is public".to_owned(), "", &logins.join(", ")),
            Deed::Backup => line("Backup".to_owned(), "", "made, restored for trial and compared"),
        }
    }

    pub fn as_answer(&self) -> Answer {
        let [what, before, after] = self.shown();
        Answer::record([("what", Answer::from(what)), ("before", before.into()), ("after", after.into())])
    }

    pub fn as_json(&self) -> Json {
        let [what, before, after] = self.shown();
        json!({ "what": what, "before": before, "after": after })
    }

    /// What taking it back needs; nothing where it cannot be or need not be.
    pub fn undo(&self) -> Option<Json> {
        Some(match self {
            Deed::Setting { key, before, after, .. } => json!({ "setting": key, "before": before, "after": after }),
            Deed::Suspend { login } => json!({ "reactivate": login }),
            Deed::PauseToken { id, .. } => json!({ "resume": id }),
            Deed::Mode { path, before, .. } => json!({ "path": path, "mode": before }),
            Deed::Role { login, site, before, after } => {
                json!({ "login": login, "site": site, "role": before, "after": after })
            }
            Deed::RequirePassword { login } => json!({ "waive": login }),
            Deed::PausePublic { .. }
            | Deed::EndSession { .. }
            | Deed::Purge { .. }
            | Deed::TestMail { .. }
            | Deed::Remind { .. }
            | Deed::Backup => return None,
        })
    }
}

/// Does everything that a fix consists of. Settings go first and together, so that all are refused or none.
///
/// # Errors
/// The first thing that was refused; what was done before it stays and can be taken back.
pub async fn carry_out(services: &Services, caller: &Caller, deeds: &[Deed]) -> Result<(), ApiError> {
    let settings: Vec<(String, Option<String>)> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Setting { key, after, .. } => Some((key.clone(), after.clone())),
            _ => None,
        })
        .collect();
    if !settings.is_empty() {
        core_plugins_admin::store(services, caller, &settings).await?;
    }
    let grant = check_instance(&caller.principal)?;
    for deed in deeds {
        carry_out_one(services, caller, &grant, deed).await?;
    }
    Ok(())
}

async fn carry_out_one(
    services: &Services,
    caller: &Caller,
    grant: &InstanceGrant,
    deed: &Deed,
) -> Result<(), ApiError> {
    let meta = &services.meta;
    match deed {
        Deed::Setting { .. } => Ok(()),
        Deed::Suspend { login } => {
            meta.suspend_user(grant, caller, login, Activity::UserSuspended).await.map_err(from_meta)
        }
        Deed::PauseToken { id, .. } => meta.pause_token(grant, caller, *id, Some(now_s())).await.map_err(from_meta),
        Deed::Mode { path, after, .. } => set_mode(services, caller, path, *after).await,
        Deed::Role { login, site, after, .. } => set_role(services, caller, login, *site, after, None).await,
        Deed::EndSession { login, id } => {
            meta.end_session_of(caller, Activity::SessionEnded, login, *id).await.map_err(from_meta)
        }
        Deed::PausePublic { id, site, .. } => {
            use makoto_access::{Admin, Asked, check};
            let sites = Asked::These(vec![makoto_model::SiteId(*site)]);
            let grant = check::<Admin>(&caller.principal, &sites, &meta.snapshot().site_ids())?;
            meta.pause_public(&grant, caller, &[*id]).await.map_err(from_meta)
        }
        Deed::RequirePassword { login } => {
            meta.require_new_password(grant, caller, login, true).await.map_err(from_meta)
        }
        Deed::Purge { site, .. } => retention::purge_now(services, caller, makoto_model::SiteId(*site)).await,
        Deed::TestMail { address } => {
            let id = meta.test_mail(caller, address).await.map_err(from_meta)?;
            let row = meta.tried_mail(id, MAIL_WAIT_MAX).await.map_err(from_meta)?;
            match row.state.as_str() {
                "sent" => Ok(()),
                _ => Err(ApiError::Refused(format!("the mail did not leave: {}", row.fault))),
            }
        }
        Deed::Remind { .. } => remind(services, caller, grant).await,
        Deed::Backup => services.probes()?.back_up().await.map(drop).map_err(ApiError::Refused),
    }
}

/// Reminds superusers of what is public, and waits until their mails were tried.
async fn remind(services: &Services, caller: &Caller, grant: &InstanceGrant) -> Result<(), ApiError> {
    let meta = &services.meta;
    let findings = crate::public_reports::scan::findings(services).await;
    meta.remind_of_public_now(grant, caller, &findings).await.map_err(from_meta)?;
    for id in meta.newest_mails(MailKind::PublicReminder).await.map_err(from_meta)? {
        let row = meta.tried_mail(id, MAIL_WAIT_MAX).await.map_err(from_meta)?;
        if row.state != "sent" {
            return Err(ApiError::Refused(format!("the reminder to {} did not leave: {}", row.address, row.fault)));
        }
    }
    Ok(())
}

/// What a setting is put back to, `None` being the default; nothing where it stays. Back to what was before goes only
/// what is still as the fix made it; of a list that was changed since, what the fix added goes and what it took comes
/// back.
fn put_back(setting: &dyn AnySetting, before: Option<&str>, after: Option<&str>, now: &str) -> Option<Option<String>> {
    let admitted = |text: &str| setting.admit(text).unwrap_or_else(|_| text.to_owned());
    let text = |value: Option<&str>| value.map_or_else(|| setting.default_text(), admitted);
    let (was, made) = (text(before), text(after));
    if now == made {
        return Some(before.map(str::to_owned));
    }
    if setting.control() != Control::Lines {
        return None;
    }
    let entries = |text: &str| -> Vec<String> {
        text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    };
    let (was, made, now) = (entries(&was), entries(&made), entries(now));
    let mut kept: Vec<String> = now.iter().filter(|one| was.contains(one) || !made.contains(one)).cloned().collect();
    kept.extend(was.iter().filter(|one| !made.contains(one) && !now.contains(one)).cloned());
    (kept != now).then(|| {
        let kept = admitted(&kept.join(","));
        (before.is_some() || kept != setting.default_text()).then_some(kept)
    })
}

/// What a fix of an earlier version made of something, as far as what it showed tells.
fn shown_after(shown: &Json, what: &str) -> Option<String> {
    let line = shown.as_array()?.iter().find(|line| line["what"] == what)?;
    line["after"].as_str().map(str::to_owned)
}

/// Takes back the change of a setting. `shown` is what the fix showed.
async fn take_back_setting(
    services: &Services,
    caller: &Caller,
    key: &str,
    undo: &Json,
    shown: &Json,
) -> Result<(), ApiError> {
    let grant = check_instance(&caller.principal)?;
    let setting = services.meta.catalog().setting(key);
    let setting = setting.ok_or_else(|| ApiError::NotFound(format!("there is no setting {key} any more")))?;
    let before = undo["before"].as_str();
    // What was masked is not known: it is put back as it was done then.
    let after: Option<Option<String>> = match undo.get("after") {
        Some(after) => Some(after.as_str().map(str::to_owned)),
        None => shown_after(shown, key).filter(|_| !setting.secret()).map(|text| match text.as_str() {
            DEFAULT => None,
            EMPTY => Some(String::new()),
            _ => Some(text),
        }),
    };
    let plan = |snapshot: &Snapshot| {
        let now = snapshot.setting_text(setting).0;
        let back = match &after {
            Some(after) => put_back(setting, before, after.as_deref(), &now),
            None => Some(before.map(str::to_owned)),
        };
        let Some(text) = back else {
            return Err(makoto_meta::Error::Changed(format!("{key} was changed since the fix, and stays")));
        };
        let changes = [(key, text.as_deref())];
        core_plugins_admin::allowed(snapshot, caller, &changes)?;
        Ok(SettingChanges::of_instance(&changes))
    };
    services.meta.change_settings(&grant, caller, plan).await.map_err(from_meta)
}

/// Takes one thing back, unless it was changed since. `shown` is what the fix showed.
///
/// # Errors
/// Why it cannot be.
pub async fn take_back(services: &Services, caller: &Caller, undo: &Json, shown: &Json) -> Result<(), ApiError> {
    let grant = check_instance(&caller.principal)?;
    let text = |name: &str| undo.get(name).and_then(Json::as_str).map(str::to_owned);
    let number = |name: &str| undo.get(name).and_then(Json::as_i64);
    if let Some(key) = text("setting") {
        return take_back_setting(services, caller, &key, undo, shown).await;
    }
    if let Some(login) = text("reactivate") {
        return services.meta.reactivate_user(&grant, caller, &login).await.map_err(from_meta);
    }
    if let Some(login) = text("waive") {
        return services.meta.require_new_password(&grant, caller, &login, false).await.map_err(from_meta);
    }
    if let Some(id) = number("resume") {
        return services.meta.pause_token(&grant, caller, id, None).await.map_err(from_meta);
    }
    if let (Some(path), Some(mode)) = (text("path"), number("mode")) {
        return set_mode(services, caller, &path, u32::try_from(mode).unwrap_or(0o600)).await;
    }
    match (text("login"), number("site"), text("role")) {
        (Some(login), Some(site), Some(role)) => {
            let after = text("after").or_else(|| shown_after(shown, &format!("{login} on site {site}")));
            set_role(services, caller, &login, u32::try_from(site).unwrap_or(0), &role, after.as_deref()).await
        }
        _ => Err(ApiError::Internal("a fix holds something that this program does not know".to_owned())),
    }
}

async fn set_mode(services: &Services, caller: &Caller, path: &str, mode: u32) -> Result<(), ApiError> {
    let detail = json!({ "path": path, "after": format!("{mode:03o}") });
    services.meta.record(caller, Activity::FilesProtected, detail).await.map_err(from_meta)?;
    services.probes()?.set_mode(path, mode).map_err(ApiError::Refused)
}

/// Gives a role, where the user holds still the one that is named.
async fn set_role(
    services: &Services,
    caller: &Caller,
    login: &str,
    site: u32,
    role: &str,
    held: Option<&str>,
) -> Result<(), ApiError> {
    use makoto_access::{Admin, Asked, Role, check};
    let (role, site) = (Role::parse(role), makoto_model::SiteId(site));
    let sites = Asked::These(vec![site]);
    let grant = check::<Admin>(&caller.principal, &sites, &services.meta.snapshot().site_ids())?;
    let logins = [login.to_owned()];
    let expected =
        held.map(|held| [RoleChange { login: login.to_owned(), site, before: Role::parse(held), after: role }]);
    let wish =
        RoleWish { logins: &logins, role, expected: expected.as_ref().map(<[_; 1]>::as_slice), ..RoleWish::default() };
    services.meta.set_roles(&grant, caller, &wish).await.map(drop).map_err(from_meta)
}

/// The number of the caller's own session, which a fix does not end.
pub fn own_session(caller: &Caller) -> Option<i64> {
    match &caller.principal {
        makoto_access::Principal::User(user) => match user.proof {
            Proof::Session { id, .. } => Some(id),
            Proof::Token { .. } => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_identity::{enforcement::ENFORCEMENT, rules::BLOCKED_ADDRESSES};

    fn list(before: Option<&str>, after: Option<&str>, now: &str) -> Option<Option<String>> {
        put_back(&BLOCKED_ADDRESSES, before, after, now)
    }

    #[test]
    fn of_a_list_only_what_the_fix_added_is_taken_out() {
        let text = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(list(None, Some("10.0.0.1"), "10.0.0.1"), Some(None), "as the fix made it");
        assert_eq!(list(Some("10.0.0.9"), Some("10.0.0.9,10.0.0.1"), "10.0.0.9,10.0.0.1"), text("10.0.0.9"));
        assert_eq!(list(None, Some("10.0.0.1"), "10.0.0.1,10.0.0.2"), text("10.0.0.2"), "barred by hand since");
        assert_eq!(list(None, Some("10.0.0.1"), "10.0.0.2"), None, "freed by hand since");
        assert_eq!(list(Some("10.0.0.9"), Some(""), "10.0.0.2"), text("10.0.0.2,10.0.0.9"), "what it took comes back");
    }

    #[test]
    fn what_is_no_list_and_was_changed_since_stays() {
        let back = |now: &str| put_back(&ENFORCEMENT, Some("off"), Some("admins"), now);
        assert_eq!(back("admins"), Some(Some("off".to_owned())));
        assert_eq!(back("everyone"), None);
    }
}
