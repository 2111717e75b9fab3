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

    pub(crate) async fn end_sessions_of(&mut self, login: &str) -> Result<u64, Error> {
        let done = sqlx::query("DELETE FROM session WHERE login = ?").bind(login).execute(&mut *self.tx).await?;
        Ok(done.rows_affected())
    }
}

impl Meta {
    /// What `set_roles` would change, in order of logins and sites.
    ///
    /// # Errors
    /// `NotFound` for an unknown user.
    pub fn role_changes(
        &self,
        grant: &Grant<Admin>,
        logins: &[String],
        role: Option<Role>,
    ) -> Result<Vec<RoleChange>, Error> {
        changes_of(&self.snapshot(), logins, grant.sites(), role)
    }

    /// Gives or takes (`None`) a role on the granted sites. `everywhere` says that every site was meant, for the record;
    /// `expected` is the list that a preview showed, which must still be the one that comes of it.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for a superuser alone, who holds every role already, and for a preview
    /// that is out of date.
    pub async fn set_roles(
        &self,
        grant: &Grant<Admin>,
        caller: &Caller,
        logins: &[String],
        role: Option<Role>,
        everywhere: bool,
        expected: Option<&[RoleChange]>,
    ) -> Result<Vec<RoleChange>, Error> {
        let mut act = self.begin_unrecorded().await?;
        // No other write can come between: there is one writer, and the snapshot is replaced before it lets go.
        let snapshot = self.snapshot();
        let changes = changes_of(&snapshot, logins, grant.sites(), role)?;
        if expected.is_some_and(|expected| expected != changes) {
            let why = "roles have changed since the preview was shown; look at the new preview and confirm it";
            return Err(Error::Refused(why.into()));
        }
        if let [login] = logins
            && snapshot.account(login).is_some_and(|account| account.superuser)
        {
            return Err(Error::Refused(format!("{login} is a superuser and has access to every site already")));
        }
        let (kind, detail) = match logins {
            [login] => {
                let kind = match (role, everywhere) {
                    (None, _) => Activity::RoleTaken,
                    (Some(_), true) => Activity::RoleSetEverywhere,
                    (Some(_), false) => Activity::RoleSet,
                };
                let login = snapshot.account(login).map_or(login, |account| &account.login);
                let shown = changes.iter().take(CHANGES_SHOWN_MAX);
                let before: BTreeMap<u32, &str> = shown.map(|change| (change.site.0, name(change.before))).collect();
                (kind, json!({ "login": login, "before": before, "after": name(role), "sites": changes.len() }))
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
        let kind = if give { Activity::CapabilityGiven } else { Activity::CapabilityTaken };
        let detail = json!({ "login": account.login, "capabilities": capabilities, "sites": sites });
        record::insert(&mut act, caller, kind, &detail).await?;
        act.note_provisioning(caller, kind, &detail).await?;
        let sql = match give {
            true => "INSERT INTO capability (login, site_id, capability) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            false => "DELETE FROM capability WHERE login = ? AND site_id = ? AND capability = ?",
        };
        for site in sites {
            for capability in capabilities {
                sqlx::query(sql).bind(&account.login).bind(site).bind(capability).execute(&mut *act.tx).await?;
            }
        }
        if !give {
            act.end_sessions_of(&account.login).await?;
        }
        self.commit(act).await
    }
}
