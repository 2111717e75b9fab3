//! How users look to those who manage them.

use super::invitations;
use crate::{Services, services::from_meta, sites_manager::date_time};
use makoto_access::{Caller, Role};
use makoto_catalog::{Answer, ApiError};
use makoto_meta::{Account, Invitation, Snapshot, State};
use makoto_model::SiteId;
use std::{collections::BTreeMap, sync::Arc};

/// What lists of users need to know, read once.
pub(super) struct Crowd {
    pub snapshot: Arc<Snapshot>,
    pub invitations: BTreeMap<String, Invitation>,
    pub seen: BTreeMap<String, i64>,
    pub now_s: i64,
}

impl Crowd {
    pub async fn load(services: &Services) -> Result<Crowd, ApiError> {
        Ok(Crowd {
            invitations: services.meta.invitations().await.map_err(from_meta)?,
            seen: services.meta.last_seen().await.map_err(from_meta)?,
            snapshot: services.meta.snapshot(),
            now_s: crate::services::now_s(),
        })
    }

    /// Those whom the caller may see: everybody for superusers; for admins superusers and who shares one of their
    /// sites.
    pub fn visible<'a>(&'a self, caller: &'a Caller) -> impl Iterator<Item = &'a Account> {
        let shared = |site: &SiteId| caller.principal.role(*site) == Some(Role::Admin);
        let all = caller.principal.is_superuser();
        let accounts = self.snapshot.accounts.values();
        accounts.filter(move |account| all || account.superuser || account.roles.keys().any(shared))
    }

    pub fn seen_s(&self, account: &Account) -> Option<i64> {
        self.seen.get(&account.login.to_lowercase()).copied()
    }

    pub fn invitation(&self, account: &Account) -> Option<&Invitation> {
        self.invitations.get(&account.login.to_lowercase())
    }

    /// In a word: active, pending, expired, suspended, or blocked for the domain of the address.
    pub fn status(&self, account: &Account) -> &'static str {
        match account.state {
            State::Invited if self.invitation(account).is_some_and(|found| found.expires_s > self.now_s) => "pending",
            State::Invited => "expired",
            State::Suspended => "suspended",
            State::Active if self.snapshot.active_account(&account.login).is_none() => "blocked",
            State::Active => "active",
        }
    }

    /// As Matomo says it: active, expired, or the days that an invitation has left.
    fn invite_status(&self, account: &Account) -> Answer {
        match (account.state, self.invitation(account)) {
            (State::Invited, Some(found)) if found.expires_s > self.now_s => {
                Answer::Int((found.expires_s - self.now_s + 86_399) / 86_400)
            }
            (State::Invited, _) => "expired".into(),
            _ => "active".into(),
        }
    }

    /// A user's fields, as far as this caller may see them.
    pub fn row(&self, account: &Account, caller: &Caller) -> Vec<(String, Answer)> {
        let superuser = caller.principal.is_superuser();
        let own = caller.principal.name().eq_ignore_ascii_case(&account.login);
        let email = if superuser || own || account.superuser { account.email.as_str() } else { "" };
        let mut row: Vec<(&str, Answer)> = vec![
            ("login", account.login.as_str().into()),
            ("email", email.into()),
            ("superuser_access", Answer::Int(i64::from(account.superuser))),
            ("date_registered", date_time(account.created_s).into()),
            ("invite_status", self.invite_status(account)),
            ("status", self.status(account).into()),
        ];
        if superuser || own {
            let seen = self.seen_s(account);
            row.push(("last_seen", seen.map_or(Answer::Null, |seen_s| date_time(seen_s).into())));
            row.push(("uses_2fa", self.snapshot.factors(&account.login).any().into()));
        }
        if let Some(found) = self.invitation(account) {
            row.push(("may_manage_invite", Answer::Bool(invitations::may_manage(caller, account, found))));
        }
        if let Some(found) = self.invitation(account).filter(|_| superuser) {
            row.push(("invited_by", found.inviter.as_str().into()));
            row.push(("invite_expires", date_time(found.expires_s).into()));
        }
        row.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}
