use super::unknown;
use crate::{Act, Activity, Error, Meta, record, snapshot::Snapshot};
use makoto_access::{Admin, Caller, Grant, Principal, Proof, Role, User};
use makoto_model::SiteId;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// One role of one user on one site that changes; `None` is no access.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RoleChange {
    pub login: String,
    pub site: SiteId,
    pub before: Option<Role>,
    pub after: Option<Role>,
}

impl RoleChange {
    fn shown(&self) -> Json {
        json!({ "login": self.login, "site": self.site.0, "before": name(self.before), "after": name(self.after) })
    }
}

fn name(role: Option<Role>) -> &'static str {
    role.map_or("noaccess", Role::name)
}

/// Roles that one act may set, users times sites, so that it cannot hold the store for long.
pub const ROLES_AT_ONCE_MAX: usize = 50_000;

/// Says why one act does not set the roles of these users on these sites, where they are too many.
///
/// # Errors
/// What to do.
pub fn refuse_many_roles(logins: &[String], sites: &[SiteId]) -> Result<(), String> {
    match logins.len().saturating_mul(sites.len()) > ROLES_AT_ONCE_MAX {
        true => Err(format!("these are more than {ROLES_AT_ONCE_MAX} roles; choose fewer users or sites")),
        false => Ok(()),
    }
}

/// A role that users are to have on sites, or to have no more (`None`).
#[derive(Default)]
pub struct RoleWish<'a> {
    pub logins: &'a [String],
    pub role: Option<Role>,
    /// Every site was meant; for the record.
    pub everywhere: bool,
    /// Given beside the role.
    pub capabilities: &'a [&'a str],
    /// What a preview showed, which must still be what comes of it.
    pub expected: Option<&'a [RoleChange]>,
}

/// Changes that a record spells out one by one; of more it keeps the number and the first ones, since a line of the
/// record is short.
const CHANGES_SHOWN_MAX: usize = 40;

/// What giving these users this role on these sites changes. Superusers hold every role and are left out.
fn changes_of(
    snapshot: &Snapshot,
    logins: &[String],
    sites: &[SiteId],
    role: Option<Role>,
) -> Result<Vec<RoleChange>, Error> {
    refuse_many_roles(logins, sites).map_err(Error::Refused)?;
    let mut changes = BTreeSet::new();
    for login in logins {
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        for site in sites.iter().filter(|_| !account.superuser) {
            let before = account.roles.get(site).copied();
            if before != role {
                changes.insert(RoleChange { login: account.login.clone(), site: *site, before, after: role });
            }
        }
    }
    Ok(changes.into_iter().collect())
}

/// The line of the record for one user's roles.
fn told_of_one(login: &str, role: Option<Role>, everywhere: bool, changes: &[RoleChange]) -> (Activity, Json) {
    let kind = match (role, everywhere) {
        (None, _) => Activity::RoleTaken,
        (Some(_), true) => Activity::RoleSetEverywhere,
        (Some(_), false) => Activity::RoleSet,
    };
    let shown = changes.iter().take(CHANGES_SHOWN_MAX);
    let before: BTreeMap<u32, &str> = shown.map(|change| (change.site.0, name(change.before))).collect();
    (kind, json!({ "login": login, "before": before, "after": name(role), "sites": changes.len() }))
}

/// Whether this is a token that was made for provisioning.
fn provisions(caller: &Caller) -> bool {
    matches!(&caller.principal, Principal::User(User { proof: Proof::Token { provisioning: true, .. }, .. }))
}

impl Act {
    /// Notes a second line, and a mail to every superuser, where a token for provisioning did it.
    pub(crate) async fn note_provisioning(
        &mut self,
        caller: &Caller,
        kind: Activity,
        detail: &Json,
    ) -> Result<(), Error> {
        if !provisions(caller) {
            return Ok(());
        }
        let mut told = detail.clone();
        told["act"] = json!(kind.name());
        record::insert(self, caller, Activity::Provisioned, &told).await
    }

    async fn put_role(&mut self, caller: &Caller, change: &RoleChange, now_s: i64) -> Result<(), Error> {
        match change.after {
            Some(role) => {
                let sql = "INSERT INTO role (login, site_id, role, granted_s, granted_by) VALUES (?, ?, ?, ?, ?) \
                           ON CONFLICT (login, site_id) DO UPDATE SET role = excluded.role, \
                           granted_s = excluded.granted_s, granted_by = excluded.granted_by";
                sqlx::query(sql)
                    .bind(&change.login)
                    .bind(change.site.0)
                    .bind(role.name())
                    .bind(now_s)
                    .bind(caller.principal.name())
                    .execute(&mut *self.tx)
                    .await?;
            }
            None => {
                let of_role = "DELETE FROM role WHERE login = ? AND site_id = ?";
                let of_capabilities = "DELETE FROM capability WHERE login = ? AND site_id = ?";
                for sql in [of_role, of_capabilities] {
                    sqlx::query(sql).bind(&change.login).bind(change.site.0).execute(&mut *self.tx).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes changes of roles. Who holds less than before has to sign in anew.
    pub(crate) async fn put_roles(&mut self, caller: &Caller, changes: &[RoleChange]) -> Result<(), Error> {
        let now_s = record::now_ms() / 1000;
        let mut lowered = BTreeSet::new();
        for change in changes {
            self.put_role(caller, change, now_s).await?;
            if change.after < change.before {
                lowered.insert(&change.login);
            }
        }
        for login in lowered {
            self.end_sessions_of(login).await?;
        }
        Ok(())
    }

    /// Records and writes that a user gets a role on sites where there was none.
    pub(crate) async fn give_role(
        &mut self,
        caller: &Caller,
        login: &str,
        sites: &[SiteId],
        role: Role,
    ) -> Result<(), Error> {
        let change =
            |site: &SiteId| RoleChange { login: login.to_owned(), site: *site, before: None, after: Some(role) };
        let changes: Vec<RoleChange> = sites.iter().map(change).collect();
        let (kind, detail) = told_of_one(login, Some(role), false, &changes);
        record::insert(self, caller, kind, &detail).await?;
        self.note_provisioning(caller, kind, &detail).await?;
        self.put_roles(caller, &changes).await
    }

    async fn put_capabilities(
        &mut self,
        caller: &Caller,
        login: &str,
        capabilities: &[&str],
        sites: &[u32],
        give: bool,
    ) -> Result<(), Error> {
        let kind = if give { Activity::CapabilityGiven } else { Activity::CapabilityTaken };
        let detail = json!({ "login": login, "capabilities": capabilities, "sites": sites });
        record::insert(self, caller, kind, &detail).await?;
        self.note_provisioning(caller, kind, &detail).await?;
        let sql = match give {
            true => "INSERT INTO capability (login, site_id, capability) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            false => "DELETE FROM capability WHERE login = ? AND site_id = ? AND capability = ?",
        };
        for site in sites {
            for capability in capabilities {
                sqlx::query(sql).bind(login).bind(site).bind(capability).execute(&mut *self.tx).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn end_sessions_of(&mut self, login: &str) -> Result<u64, Error> {
        let done = sqlx::query("DELETE FROM session WHERE login = ?").bind(login).execute(&mut *self.tx).await?;
        Ok(done.rows_affected())
    }
}

impl Meta {
    /// What `set_roles` would change, in order of logins and sites.
    ///
    /// # Errors
    /// `NotFound` for an unknown user, `Refused` for too many roles.
    pub fn role_changes(
        &self,
        grant: &Grant<Admin>,
        logins: &[String],
        role: Option<Role>,
    ) -> Result<Vec<RoleChange>, Error> {
        changes_of(&self.snapshot(), logins, grant.sites(), role)
    }

    /// Gives or takes a role on the granted sites.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for a superuser alone, who holds every role already, and for any where
    /// capabilities are given; for a preview that is out of date, and for too many roles.
    pub async fn set_roles(
        &self,
        grant: &Grant<Admin>,
        caller: &Caller,
        wish: &RoleWish<'_>,
    ) -> Result<Vec<RoleChange>, Error> {
        let RoleWish { logins, role, everywhere, capabilities, expected } = *wish;
        let mut act = self.begin_unrecorded().await?;
        // No other write can come between: there is one writer, and the snapshot is replaced before it lets go.
        let snapshot = self.snapshot();
        let changes = changes_of(&snapshot, logins, grant.sites(), role)?;
        if expected.is_some_and(|expected| expected != changes) {
            let why = "roles have changed since the preview was shown; look at the new preview and confirm it";
            return Err(Error::Refused(why.into()));
        }
        let is_superuser = |login: &&String| snapshot.account(login).is_some_and(|account| account.superuser);
        let superuser = logins.iter().find(is_superuser);
        if let Some(login) = superuser.filter(|_| logins.len() == 1) {
            return Err(Error::Refused(format!("{login} is a superuser and has access to every site already")));
        }
        if let Some(login) = superuser.filter(|_| !capabilities.is_empty()) {
            return Err(Error::Refused(format!("{login} is a superuser and may do everything already")));
        }
        if role.is_none() && !capabilities.is_empty() {
            return Err(Error::Refused("a capability needs a role beside it".into()));
        }
        let (kind, detail) = match logins {
            [login] => {
                let login = snapshot.account(login).map_or(login, |account| &account.login);
                told_of_one(login, role, everywhere, &changes)
            }
            _ => {
                let shown: Vec<Json> = changes.iter().take(CHANGES_SHOWN_MAX).map(RoleChange::shown).collect();
                let detail = json!({ "users": logins.len(), "after": name(role), "count": changes.len(),
                    "changes": shown });
                (Activity::RolesSetInBulk, detail)
            }
        };
        record::insert(&mut act, caller, kind, &detail).await?;
        act.note_provisioning(caller, kind, &detail).await?;
        act.put_roles(caller, &changes).await?;
        if !capabilities.is_empty() {
            let sites: Vec<u32> = grant.sites().iter().map(|site| site.0).collect();
            for account in logins.iter().filter_map(|login| snapshot.account(login)) {
                act.put_capabilities(caller, &account.login, capabilities, &sites, true).await?;
            }
        }
        self.commit(act).await?;
        Ok(changes)
    }

    /// Gives or takes capabilities on the granted sites. Sites where the user holds no role are left out.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for a superuser, who may do everything, and where there is no role.
    pub async fn set_capabilities(
        &self,
        grant: &Grant<Admin>,
        caller: &Caller,
        login: &str,
        capabilities: &[&str],
        give: bool,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        if account.superuser {
            return Err(Error::Refused(format!("{login} is a superuser and may do everything already")));
        }
        let sites: Vec<u32> =
            grant.sites().iter().filter(|site| account.roles.contains_key(site)).map(|s| s.0).collect();
        if give && sites.len() < grant.sites().len() {
            return Err(Error::Refused(format!("{login} needs a role on the site first")));
        }
        act.put_capabilities(caller, &account.login, capabilities, &sites, give).await?;
        if !give {
            act.end_sessions_of(&account.login).await?;
        }
        self.commit(act).await
    }
}
